//! What texts say about themselves against marks made by reading, and against the facts that a collection states.
//!
//! Marks are kept without texts: document, hash of its text, fields. Names and titles are compared by their letters and digits
//! in one case, for converters glue and break words.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ingest::metadata::{Event, Metadata, Rule};
use crate::ingest::{self, IngestError};
use crate::law::DocumentMeta;
use crate::text::normalise;

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// The file of marks cannot be read.
    #[error("{0}: cannot be read ({1})")]
    Io(PathBuf, std::io::Error),
    /// A line is no marked document.
    #[error("{0}:{1}: {2}; expected an object with doc, sha256 and the fields of annotations/README.md")]
    Line(PathBuf, usize, serde_json::Error),
    /// A document cannot be read.
    #[error(transparent)]
    Ingest(#[from] IngestError),
}

/// A marked document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marked {
    doc: String,
    sha256: String,
    part: String,
    number: Option<String>,
    kind: Option<String>,
    issuers: Vec<String>,
    place: Option<String>,
    issued_on: Option<Date>,
    title: Option<String>,
    signers: Vec<MarkedSigner>,
    effective_on: Option<Date>,
    effective_rule: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MarkedSigner {
    name: String,
    on_behalf: Vec<String>,
    title: Option<String>,
}

/// The fields that are compared, in the order of tables.
pub const FIELDS: [&str; 10] = [
    "number",
    "kind",
    "issuers",
    "place",
    "issued_on",
    "title",
    "signers",
    "offices",
    "effective_on",
    "effective_rule",
];

/// How a field was read in all documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// As marked; also where nothing is marked and nothing was found.
    pub right: usize,
    /// Found otherwise, or though nothing is marked.
    pub wrong: usize,
    /// Marked and not found.
    pub missing: usize,
}

/// A field that was not read as marked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Id of the document.
    pub doc: String,
    /// The field.
    pub field: &'static str,
    /// As marked; empty for nothing.
    pub marked: String,
    /// As found; empty for nothing.
    pub found: String,
}

/// How good the reader is, and where it errs.
#[derive(Debug, Default, Serialize)]
pub struct Measured {
    /// Marked documents that were read.
    pub documents: usize,
    /// Marked documents left out: not in the documents given, or with another text.
    pub lost: usize,
    /// For each of [`FIELDS`].
    pub fields: BTreeMap<&'static str, Count>,
    /// Right fields of all.
    pub share: f64,
    /// What was not read as marked.
    pub differences: Vec<Difference>,
}

/// Measures the reader on the marks in `gold`, whose texts are in `documents`; only those of `part` where one is given.
///
/// # Errors
/// [`MetadataError`].
pub fn measure(gold: &Path, documents: &[PathBuf], part: Option<&str>) -> Result<Measured, MetadataError> {
    let text = std::fs::read_to_string(gold).map_err(|e| MetadataError::Io(gold.to_owned(), e))?;
    let mut marked: HashMap<String, Marked> = HashMap::new();
    for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let one: Marked = serde_json::from_str(line).map_err(|e| MetadataError::Line(gold.to_owned(), i + 1, e))?;
        if part.is_none_or(|p| p == one.part) {
            marked.insert(one.doc.clone(), one);
        }
    }
    let mut measured = Measured::default();
    for raw in ingest::read_all(documents.to_vec()) {
        let raw = raw?;
        let same = |m: &mut Marked| crate::text::hex(&Sha256::digest(raw.text.as_bytes())) == m.sha256;
        let Some(one) = marked.get_mut(&raw.meta.id).is_some_and(same).then(|| marked.remove(&raw.meta.id)).flatten()
        else {
            continue;
        };
        let (found, expected) = (of_found(&found_in(&raw.text)), of_marked(&one));
        measured.documents += 1;
        for field in FIELDS {
            measured.count(&one.doc, field, &expected[field], &found[field]);
        }
    }
    measured.lost = marked.len();
    measured.differences.sort_by(|a, b| (&a.doc, a.field).cmp(&(&b.doc, b.field)));
    let right: usize = measured.fields.values().map(|c| c.right).sum();
    let all = (measured.documents * FIELDS.len()).max(1);
    #[expect(clippy::cast_precision_loss, reason = "counts of a thousand")]
    let share = right as f64 / all as f64;
    measured.share = share;
    Ok(measured)
}

impl Measured {
    fn count(&mut self, doc: &str, field: &'static str, marked: &str, found: &str) {
        let count = self.fields.entry(field).or_default();
        if same(field, marked, found) {
            count.right += 1;
            return;
        }
        if found.is_empty() {
            count.missing += 1;
        } else {
            count.wrong += 1;
        }
        self.differences.push(Difference {
            doc: doc.to_owned(),
            field,
            marked: marked.to_owned(),
            found: found.to_owned(),
        });
    }
}

/// What a raw text says about itself.
fn found_in(text: &str) -> Metadata {
    let text = normalise(text).text;
    ingest::metadata::read(&text, &ingest::parse_text(&text))
}

fn same(field: &str, a: &str, b: &str) -> bool {
    match field {
        "number" | "issued_on" | "effective_on" | "effective_rule" => a == b,
        _ => squashed(a) == squashed(b),
    }
}

/// Letters, digits and the bars between values, in one tone placement and case.
fn squashed(text: &str) -> String {
    let text = normalise(text).text.to_lowercase();
    text.chars().filter(|c| c.is_alphanumeric() || *c == '|').collect()
}

fn of_found(m: &Metadata) -> HashMap<&'static str, String> {
    let office = |s: &ingest::metadata::Signer| {
        let behalf = s.on_behalf.iter().map(|b| format!("{}. {}", b.mark, b.of));
        behalf.chain((!s.title.is_empty()).then(|| s.title.clone())).collect::<Vec<_>>().join(" / ")
    };
    let list = |all: Vec<String>| all.join(" | ");
    let text = |f: &Option<ingest::metadata::Found<String>>| f.as_ref().map_or_else(String::new, |f| f.value.clone());
    let effective = m.effective.as_ref().map(|e| &e.value);
    HashMap::from([
        ("number", text(&m.number)),
        ("kind", text(&m.kind)),
        ("issuers", list(m.issuers.iter().map(|f| f.value.clone()).collect())),
        ("place", text(&m.place)),
        ("issued_on", m.issued_on.as_ref().map_or_else(String::new, |d| d.value.to_string())),
        ("title", text(&m.title)),
        ("signers", list(m.signers.iter().map(|s| s.name.clone()).collect())),
        ("offices", list(m.signers.iter().map(office).collect())),
        ("effective_on", effective.and_then(|e| e.on).map_or_else(String::new, |d| d.to_string())),
        ("effective_rule", effective.map_or_else(String::new, |e| rule(e.rule))),
    ])
}

fn rule(rule: Rule) -> String {
    let event = |event| match event {
        Event::Signing => "signing",
        Event::Adoption => "adoption",
        Event::Gazette => "publication",
        Event::Proclamation => "proclamation",
    };
    match rule {
        Rule::Date => "date".to_owned(),
        Rule::On(e) => event(e).to_owned(),
        Rule::After { days, event: e } => format!("{days} days after {}", event(e)),
        Rule::OtherDocument => "other document".to_owned(),
    }
}

fn of_marked(m: &Marked) -> HashMap<&'static str, String> {
    let office = |s: &MarkedSigner| s.on_behalf.iter().chain(&s.title).cloned().collect::<Vec<_>>().join(" / ");
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let day = |d: &Option<Date>| d.map_or_else(String::new, |d| d.to_string());
    HashMap::from([
        ("number", text(&m.number)),
        ("kind", text(&m.kind)),
        ("issuers", m.issuers.join(" | ")),
        ("place", text(&m.place)),
        ("issued_on", day(&m.issued_on)),
        ("title", text(&m.title)),
        ("signers", m.signers.iter().map(|s| s.name.clone()).collect::<Vec<_>>().join(" | ")),
        ("offices", m.signers.iter().map(office).collect::<Vec<_>>().join(" | ")),
        ("effective_on", day(&m.effective_on)),
        ("effective_rule", text(&m.effective_rule)),
    ])
}

/// How the facts that a collection states of a field agree with what its texts say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Agreement {
    /// Both the same.
    pub same: usize,
    /// Both, and not the same.
    pub differ: usize,
    /// Only the collection states it.
    pub only_stated: usize,
    /// Only the text says it.
    pub only_found: usize,
    /// Neither.
    pub neither: usize,
}

/// Compares what documents say about themselves with what their collection states, and tells each difference.
///
/// # Errors
/// A document that cannot be read; and whatever `each` returns, which ends the walk.
pub fn compare<E: From<IngestError>>(
    documents: &[PathBuf],
    mut each: impl FnMut(&str, &Difference) -> Result<(), E>,
) -> Result<BTreeMap<&'static str, Agreement>, E> {
    let mut agreements: BTreeMap<&'static str, Agreement> = BTreeMap::new();
    for raw in ingest::read_all(documents.to_vec()) {
        let raw = raw?;
        let mut found = DocumentMeta::default();
        found_in(&raw.text).fill(&mut found);
        for (field, stated, found) in fields(&raw.meta, &found) {
            let agreement = agreements.entry(field).or_default();
            let verdict = match (stated.is_empty(), found.is_empty()) {
                (true, true) => &mut agreement.neither,
                (false, true) => &mut agreement.only_stated,
                (true, false) => &mut agreement.only_found,
                (false, false) if agree(field, &stated, &found) => &mut agreement.same,
                (false, false) => &mut agreement.differ,
            };
            *verdict += 1;
            if !agree(field, &stated, &found) {
                each(&raw.source, &Difference { doc: raw.meta.id.clone(), field, marked: stated, found })?;
            }
        }
    }
    Ok(agreements)
}

fn fields(stated: &DocumentMeta, found: &DocumentMeta) -> [(&'static str, String, String); 5] {
    let day = |d: Option<Date>| d.map_or_else(String::new, |d| d.to_string());
    [
        ("number", stated.number.clone(), found.number.clone()),
        ("kind", stated.kind.clone(), found.kind.clone()),
        ("issuer", stated.issuer.clone(), found.issuer.clone()),
        ("issued_on", day(stated.issued_on), day(found.issued_on)),
        ("effective_on", day(stated.effective_on), day(found.effective_on)),
    ]
}

/// Collections write names in many ways; the letters without diacritics and the joining words are compared.
fn agree(field: &str, stated: &str, found: &str) -> bool {
    let letters = |s: &str| crate::text::fold(s).chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    match field {
        "issuer" => letters(stated).replace("va", "") == letters(found).replace("va", ""),
        "number" | "kind" => letters(stated) == letters(found),
        _ => stated == found,
    }
}
