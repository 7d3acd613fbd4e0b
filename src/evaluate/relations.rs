//! The finder of relations against relations marked by reading.
//!
//! A mark belongs to a line of a document, known by the hash of its folded text. A relation is right if kind, document,
//! provision and "only a part" all are; those whose target's pointer begins in the line count as found in it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::each_document;
use crate::ingest::IngestError;
use crate::law::citation::{Cited, name_key};
use crate::law::relation::{self, Relation};
use crate::text::{fold, hex};

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub enum RelationsError {
    /// The file of marks cannot be read.
    #[error("{0}: cannot be read ({1})")]
    Io(PathBuf, std::io::Error),
    /// A line is no marked passage.
    #[error("{0}:{1}: {2}; expected an object with doc, sha256, set, drawn, relations")]
    Line(PathBuf, usize, serde_json::Error),
    /// A document cannot be read.
    #[error(transparent)]
    Ingest(#[from] IngestError),
}

/// A marked passage.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marked {
    doc: String,
    sha256: String,
    set: String,
    #[serde(rename = "drawn")]
    _drawn: String,
    relations: Vec<Mark>,
}

/// A marked relation, or a found one in the same words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// See [`relation::RelationKind::code`].
    pub kind: String,
    /// Số hiệu, or folded name.
    pub document: String,
    /// A second identity of the document that is right too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub also: Option<String>,
    /// Year beside a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
    /// Address in the document; empty for the whole of it.
    #[serde(default)]
    pub path: String,
    /// Something in it that has no address.
    #[serde(default)]
    pub part: bool,
}

impl Mark {
    fn of(found: &Relation) -> Self {
        let (document, year) = match &found.document {
            Cited::Number(n) => (n.clone(), None),
            Cited::Name(n) => (name_key(n), found.year),
            Cited::This | Cited::Unnamed => (String::new(), None),
        };
        Self {
            kind: found.kind.code().to_owned(),
            document,
            also: None,
            year,
            path: found.path.clone(),
            part: found.part,
        }
    }

    fn folded(mut self) -> Self {
        for name in [Some(&mut self.document), self.also.as_mut()].into_iter().flatten() {
            if !name.contains('/') {
                *name = name_key(name);
            }
        }
        self
    }

    fn same(&self, found: &Self) -> bool {
        let document = self.document == found.document || self.also.as_ref() == Some(&found.document);
        document
            && self.kind == found.kind
            && self.path == found.path
            && self.part == found.part
            && (self.year == found.year || found.document.contains('/'))
    }
}

/// How good the finder is on one set of passages.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Counts {
    /// Passages that were read.
    pub passages: usize,
    /// Marked relations.
    pub marked: usize,
    /// Found relations.
    pub found: usize,
    /// Found relations that are marked.
    pub right: usize,
    /// `right` of `found`.
    pub precision: f64,
    /// `right` of `marked`.
    pub recall: f64,
}

/// How good the finder is, and where it errs.
#[derive(Debug, Default, Serialize)]
pub struct Measured {
    /// By set, and `all`.
    pub sets: BTreeMap<String, Counts>,
    /// Marked passages left out: not in the documents, or read otherwise.
    pub lost: usize,
    /// Marked and not found (`-`), found and not marked (`+`): sign, set, document and line, relation.
    pub errors: Vec<(char, String, String, Mark)>,
}

/// Measures the finder on the marks in `gold`, whose texts are in `documents`.
///
/// # Errors
/// [`RelationsError`].
pub fn measure(gold: &Path, documents: &[PathBuf]) -> Result<Measured, RelationsError> {
    let text = std::fs::read_to_string(gold).map_err(|e| RelationsError::Io(gold.to_owned(), e))?;
    let mut marked: HashMap<String, Vec<Marked>> = HashMap::new();
    let mut measured = Measured::default();
    for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let one: Marked = serde_json::from_str(line).map_err(|e| RelationsError::Line(gold.to_owned(), i + 1, e))?;
        measured.lost += 1;
        marked.entry(one.doc.clone()).or_default().push(one);
    }
    let wanted: HashSet<String> = marked.keys().cloned().collect();
    each_document(
        documents,
        |id| wanted.contains(id),
        |document| {
            let passages = marked.remove(&document.meta.id).unwrap_or_default();
            let lines = lines(&document.text);
            let found = relation::find(document);
            for one in passages {
                let Some((number, line)) = lines.get(&one.sha256) else { continue };
                let inside = found.iter().filter(|r| !r.span.is_empty() && line.contains(&r.span.start));
                let place = format!("{}:{}", one.doc, number + 1);
                measured.lost -= 1;
                measured.count(&one.set, &place, one.relations, inside.map(Mark::of).collect());
            }
            Ok::<_, RelationsError>(())
        },
    )?;
    for counts in measured.sets.values_mut() {
        #[expect(clippy::cast_precision_loss, reason = "counts of a few hundred")]
        let share = |of: usize| if of == 0 { 0.0 } else { counts.right as f64 / of as f64 };
        (counts.precision, counts.recall) = (share(counts.found), share(counts.marked));
    }
    Ok(measured)
}

/// Number (from 0) and bytes of each line, by the hash of its folded text; the first of several.
fn lines(text: &str) -> HashMap<String, (usize, Range<usize>)> {
    let mut out = HashMap::new();
    let mut start = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let key = hex(&Sha256::digest(fold(line.trim())));
        out.entry(key).or_insert((number, start..start + line.len()));
        start += line.len();
    }
    out
}

impl Measured {
    fn count(&mut self, set: &str, place: &str, marks: Vec<Mark>, found: HashSet<Mark>) {
        let marks: Vec<Mark> = marks.into_iter().map(Mark::folded).collect();
        let right = marks.iter().filter(|m| found.iter().any(|f| m.same(f))).count();
        for name in [set, "all"] {
            let counts = self.sets.entry(name.to_owned()).or_default();
            counts.passages += 1;
            counts.marked += marks.len();
            counts.found += found.len();
            counts.right += right;
        }
        let missed = marks.iter().filter(|m| !found.iter().any(|f| m.same(f))).map(|m| ('-', m));
        let wrong = found.iter().filter(|f| !marks.iter().any(|m| m.same(f))).map(|f| ('+', f));
        let mut errors: Vec<_> =
            missed.chain(wrong).map(|(sign, m)| (sign, set.to_owned(), place.to_owned(), m.clone())).collect();
        errors.sort_by(|a, b| (&a.3, a.0).cmp(&(&b.3, b.0)));
        self.errors.append(&mut errors);
    }
}

/// All relations of documents, told as address of the provision and relation, in text order.
///
/// # Errors
/// The first document that cannot be read, or what `each` returns.
pub fn list<E: From<IngestError>>(
    documents: &[PathBuf],
    mut each: impl FnMut(&str, Mark, &str) -> Result<(), E>,
) -> Result<(), E> {
    each_document(
        documents,
        |_| true,
        |document| {
            for found in relation::find(document) {
                let place = format!("{}#{}", document.meta.id, found.at);
                each(&place, Mark::of(&found), &document.text[found.span.clone()])?;
            }
            Ok(())
        },
    )
}
