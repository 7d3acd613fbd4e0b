//! The citation finder against citations marked by reading.
//!
//! Marks are kept without texts: document, provision, hash of the provision's text, offsets, target. A provision that is
//! not in the documents given, or reads otherwise, is left out and counted. A citation is right if span and target
//! both are; two right citations of one provision are never the same mark.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::each_document;
use crate::ingest::{self, IngestError};
use crate::law::citation::{self, Citation, Cited, name_key};

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub enum CitationsError {
    /// The file of marks cannot be read.
    #[error("{0}: cannot be read ({1})")]
    Io(PathBuf, std::io::Error),
    /// A line is no marked provision.
    #[error("{0}:{1}: {2}; expected an object with doc, path, sha256, citations")]
    Line(PathBuf, usize, serde_json::Error),
    /// A document cannot be read.
    #[error(transparent)]
    Ingest(#[from] IngestError),
}

/// A marked provision.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marked {
    doc: String,
    path: String,
    sha256: String,
    citations: Vec<Mark>,
}

/// A marked citation, or a found one in the same words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// First character in the provision's text.
    pub start: usize,
    /// The character after the last.
    pub end: usize,
    /// Address in the cited document, `*` for "này"; empty for the document.
    #[serde(default)]
    pub path: String,
    /// `.` for the document itself, a số hiệu, or the folded name; empty where none is named.
    #[serde(default)]
    pub document: String,
    /// Year beside a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
}

impl Mark {
    fn of(found: &Citation, text: &str) -> Self {
        let chars = |byte: usize| text[..byte].chars().count();
        Self { start: chars(found.span.start), end: chars(found.span.end), ..Self::of_target(found) }
    }

    /// Without a place.
    pub(super) fn of_target(found: &Citation) -> Self {
        let document = match &found.document {
            Cited::This => ".".to_owned(),
            Cited::Unnamed => String::new(),
            Cited::Number(n) => n.clone(),
            Cited::Name(n) => name_key(n),
        };
        Self {
            start: 0,
            end: 0,
            path: found.path.clone(),
            document,
            year: found.year.filter(|_| matches!(found.document, Cited::Name(_))),
        }
    }

    /// A name in its compared form; số hiệu and `.` stay.
    fn folded(mut self) -> Self {
        if !self.document.contains('/') && self.document != "." {
            self.document = name_key(&self.document);
        }
        self
    }
}

/// How good the finder is, and where it errs.
#[derive(Debug, Default, Serialize)]
pub struct Measured {
    /// Marked provisions that were read.
    pub provisions: usize,
    /// Marked provisions left out: not in the documents, or read otherwise.
    pub lost: usize,
    /// Marked citations.
    pub marked: usize,
    /// Found citations.
    pub found: usize,
    /// Found citations that are marked.
    pub right: usize,
    /// Found citations whose target is marked in the provision, whatever the span.
    pub right_target: usize,
    /// `right` of `found`.
    pub precision: f64,
    /// `right` of `marked`.
    pub recall: f64,
    /// Marked and not found (`-`), found and not marked (`+`): sign, address of the provision, citation.
    pub errors: Vec<(char, String, Mark)>,
}

/// Measures the finder on the marks in `gold`, whose texts are in `documents`.
///
/// # Errors
/// [`CitationsError`].
pub fn measure(gold: &Path, documents: &[PathBuf]) -> Result<Measured, CitationsError> {
    let text = std::fs::read_to_string(gold).map_err(|e| CitationsError::Io(gold.to_owned(), e))?;
    let mut marked: HashMap<String, Vec<Marked>> = HashMap::new();
    let mut measured = Measured::default();
    for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let one: Marked = serde_json::from_str(line).map_err(|e| CitationsError::Line(gold.to_owned(), i + 1, e))?;
        measured.lost += 1;
        marked.entry(one.doc.clone()).or_default().push(one);
    }
    let wanted: HashSet<String> = marked.keys().cloned().collect();
    each_document(
        documents,
        |id| wanted.contains(id),
        |document| {
            // The first document of an id counts: the same one can be in two files.
            let marked = marked.remove(&document.meta.id).unwrap_or_default();
            let leaves = if marked.is_empty() { Vec::new() } else { ingest::leaves(document) };
            for one in marked {
                let leaf = leaves.iter().find(|l| l.address == one.path);
                let Some(leaf) = leaf.filter(|l| crate::text::hex(&Sha256::digest(&l.text)) == one.sha256) else {
                    continue;
                };
                measured.lost -= 1;
                measured.count(&format!("{}#{}", one.doc, one.path), one.citations, &leaf.text);
            }
            Ok::<_, CitationsError>(())
        },
    )?;
    #[expect(clippy::cast_precision_loss, reason = "counts of a few hundred")]
    let share = |of: usize| if of == 0 { 0.0 } else { measured.right as f64 / of as f64 };
    (measured.precision, measured.recall) = (share(measured.found), share(measured.marked));
    Ok(measured)
}

impl Measured {
    fn count(&mut self, place: &str, marks: Vec<Mark>, text: &str) {
        let marks: HashSet<Mark> = marks.into_iter().map(Mark::folded).collect();
        let found: HashSet<Mark> = citation::find(text).iter().map(|c| Mark::of(c, text)).collect();
        let target = |m: &Mark| (m.document.clone(), m.path.clone(), m.year);
        let targets: HashSet<_> = marks.iter().map(target).collect();
        self.provisions += 1;
        self.marked += marks.len();
        self.found += found.len();
        self.right += found.intersection(&marks).count();
        self.right_target += found.iter().filter(|m| targets.contains(&target(m))).count();
        let missed = marks.difference(&found).map(|m| ('-', place.to_owned(), m.clone()));
        let wrong = found.difference(&marks).map(|m| ('+', place.to_owned(), m.clone()));
        let mut errors: Vec<_> = missed.chain(wrong).collect();
        errors.sort_by(|a, b| (a.2.start, a.0, &a.2.path).cmp(&(b.2.start, b.0, &b.2.path)));
        self.errors.append(&mut errors);
    }
}

/// All citations in the leaves of documents, told as address of the provision and citation, in text order. Two such
/// lists, of two versions of the finder, show by `diff` what a change gains and loses.
///
/// # Errors
/// The first document that cannot be read, or what `each` returns.
pub fn list<E: From<IngestError>>(
    documents: &[PathBuf],
    mut each: impl FnMut(&str, Mark) -> Result<(), E>,
) -> Result<(), E> {
    each_document(
        documents,
        |_| true,
        |document| {
            for leaf in ingest::leaves(document) {
                let place = format!("{}#{}", document.meta.id, leaf.address);
                for found in citation::find(&leaf.text) {
                    each(&place, Mark::of(&found, &leaf.text))?;
                }
            }
            Ok(())
        },
    )
}
