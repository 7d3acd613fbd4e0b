//! What looks wrong in a collection: hashes, duplicates, missing điều, dates, titles, numbers.
//!
//! Invariant: the same manifest and texts give the same findings in the same order; memory holds one batch of texts and
//! a sketch of each document.

pub(crate) mod articles;
mod dates;
mod finding;
mod numbers;
mod sketch;
mod titles;
mod twins;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

pub use finding::{Code, Finding, Severity};

pub(crate) use self::sketch::Sketch;
pub(crate) use self::twins::compare;
use super::manifest::{Entry, Text, entries};
use crate::ingest::{IngestError, parse_text};
use crate::text::normalise;

/// Documents that are looked at together, on all cores.
const BATCH: usize = 64;
/// Bytes of texts in memory at which a batch ends.
const BATCH_BYTES: usize = 16 << 20;

/// What [`check`] is given beside the manifest.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The day of the check: no document is issued after it.
    pub today: Date,
    /// Folder with `ID.txt` for lines that name no text.
    pub texts: Option<&'a Path>,
}

/// What a check came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Lines that could be read.
    pub documents: usize,
    /// Those whose text was looked at.
    pub texts: usize,
    /// What was found: errors first, then by code and line.
    pub findings: Vec<Finding>,
}

impl Checked {
    /// How many findings of each severity and code.
    pub fn counts(&self) -> BTreeMap<(Severity, Code), usize> {
        let mut counts = BTreeMap::new();
        for f in &self.findings {
            *counts.entry((f.severity, f.code)).or_default() += 1;
        }
        counts
    }

    /// Whether something is to be mended or looked at; notes are neither.
    pub fn has_findings(&self) -> bool {
        self.findings.iter().any(|f| f.severity < Severity::Note)
    }
}

/// What is kept of one line once its text has been looked at.
pub(crate) struct Facts {
    pub entry: Entry,
    /// Hash of the text's normal form; none without a text.
    pub normal_sha256: Option<String>,
    pub sketch: Sketch,
}

/// A finding about a line that is known.
pub(crate) struct Look {
    code: Code,
    severity: Severity,
    with: Vec<String>,
    message: String,
}

impl Look {
    fn new(code: Code, message: String) -> Look {
        Look { code, severity: code.severity(), with: Vec::new(), message }
    }

    fn at(self, severity: Severity) -> Look {
        Look { severity, ..self }
    }

    /// Names the other document, behind the message.
    fn with(mut self, other: &Facts) -> Look {
        let Entry { id, number, line, .. } = &other.entry;
        self.message = format!("{} {id} ({number}, line {line})", self.message);
        self.with.push(id.clone());
        self
    }

    pub(crate) fn finding(self, entry: &Entry) -> Finding {
        Finding {
            severity: self.severity,
            code: self.code,
            id: entry.id.clone(),
            number: entry.number.clone(),
            place: entry.place.clone(),
            with: self.with,
            message: self.message,
        }
    }
}

/// Lower-case hex of SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    crate::text::hex(&Sha256::digest(bytes))
}

/// Checks all documents of a manifest; `tick` is told how many are done with.
pub fn check(manifest: &Path, options: Options<'_>, mut tick: impl FnMut(usize)) -> Checked {
    let mut checked = Checked::default();
    let mut looks: Vec<(usize, Look)> = Vec::new();
    let facts = read(manifest, options.texts, &mut checked.findings, &mut tick, |facts, text, normal| {
        let mut found = facts_alone(&facts.entry, options.today);
        if let (Some(text), Some(normal)) = (text, normal) {
            found.extend(text_alone(facts, text, normal));
        }
        found
    });
    checked.documents = facts.len();
    checked.texts = facts.iter().filter(|(f, _)| f.normal_sha256.is_some()).count();
    let (facts, found): (Vec<Facts>, Vec<Vec<Look>>) = facts.into_iter().unzip();
    looks.extend(found.into_iter().enumerate().flat_map(|(i, found)| found.into_iter().map(move |l| (i, l))));
    looks.extend(twins::look(&facts));
    checked.findings.extend(looks.into_iter().map(|(i, look)| look.finding(&facts[i].entry)));
    let lines: BTreeMap<String, usize> = facts.iter().map(|f| (f.entry.place.clone(), f.entry.line)).collect();
    checked.findings.sort_by_key(|f| (f.severity, f.code, lines.get(&f.place).copied()));
    checked
}

/// Reads every line with its text, in batches on all cores, and keeps its facts beside what `look` makes of them; what
/// cannot be read is a finding.
pub(crate) fn read<T: Send>(
    manifest: &Path,
    texts: Option<&Path>,
    unreadable: &mut Vec<Finding>,
    tick: &mut impl FnMut(usize),
    look: impl Fn(&Facts, Option<&Text>, Option<&str>) -> T + Sync,
) -> Vec<(Facts, T)> {
    let mut all = Vec::new();
    let mut entries = entries(manifest).peekable();
    while entries.peek().is_some() {
        let mut bytes = 0;
        let mut batch = Vec::new();
        while batch.len() < BATCH && bytes < BATCH_BYTES {
            match entries.next() {
                Some(Ok(entry)) => {
                    bytes += entry.text.as_ref().map_or(0, String::len);
                    batch.push(entry);
                }
                Some(Err(error)) => unreadable.push(failed(None, &error)),
                None => break,
            }
        }
        let done: Vec<_> = batch.into_par_iter().map(|entry| one(entry, manifest, texts, &look)).collect();
        for (facts, looked, error) in done {
            unreadable.extend(error);
            all.push((facts, looked));
        }
        tick(all.len());
    }
    all
}

fn one<T>(
    mut entry: Entry,
    manifest: &Path,
    texts: Option<&Path>,
    look: &(impl Fn(&Facts, Option<&Text>, Option<&str>) -> T + Sync),
) -> (Facts, T, Option<Finding>) {
    let (text, error) = match entry.take_text(manifest, texts) {
        Ok(text) => (text, None),
        Err(error) => (None, Some(failed(Some(&entry), &error))),
    };
    let normal = text.as_ref().map(|t| normalise(&t.text).text);
    let facts = Facts {
        entry,
        normal_sha256: normal.as_ref().map(|n| sha256(n.as_bytes())),
        sketch: normal.as_deref().map(Sketch::new).unwrap_or_default(),
    };
    let looked = look(&facts, text.as_ref(), normal.as_deref());
    (facts, looked, error)
}

fn failed(entry: Option<&Entry>, error: &IngestError) -> Finding {
    let message = error.to_string();
    let unknown = Entry { place: message.split(": ").next().unwrap_or_default().to_owned(), ..Entry::default() };
    Look::new(Code::Unreadable, message).finding(entry.unwrap_or(&unknown))
}

/// What a line says without its text.
fn facts_alone(entry: &Entry, today: Date) -> Vec<Look> {
    let mut found = numbers::look(&entry.number, &entry.kind);
    found.extend(dates::look(&entry.number, &entry.issued_on, &entry.effective_on, today));
    found.extend(titles::look(&entry.title, &entry.title_note));
    found.into_iter().map(|(code, message)| Look::new(code, message)).collect()
}

/// What a text says beside its line.
fn text_alone(facts: &Facts, text: &Text, normal: &str) -> Vec<Look> {
    let entry = &facts.entry;
    let mut found = Vec::new();
    let mut differs = |code, stated: &str, is: &str, of: &str| {
        if !stated.is_empty() && !stated.eq_ignore_ascii_case(is) {
            found.push(Look::new(code, format!("the manifest states {stated}, {of} is {is}")));
        }
    };
    differs(Code::TextHash, &entry.text_sha256, &text.sha256, "the SHA-256 of the text's bytes");
    let normal_sha256 = facts.normal_sha256.as_deref().unwrap_or_default();
    differs(Code::NormalHash, &entry.normal_sha256, normal_sha256, "the SHA-256 of the normal form");
    let (all, breaks) = (text.text.chars().count(), text.text.matches('\n').count());
    // Collections count with line breaks or without.
    if let Some(stated) = entry.chars.filter(|&n| n != all && n != all - breaks) {
        differs(Code::CharCount, &stated.to_string(), &all.to_string(), "the number of characters");
    }
    let articles = articles::look(&entry.title, &parse_text(normal), entry.missing_articles.as_deref());
    found.extend(articles.into_iter().map(|(code, severity, message)| Look::new(code, message).at(severity)));
    found
}
