//! What the citation finder finds in a corpus, kept small and without texts, to see what a change gains and loses.
//!
//! A line for each unit that cites: id of the document, address of the unit, then `start-end:hash` for each pointer: bytes
//! of the document's text and 24 bits of the hash of its targets. A document that reads otherwise than when the snapshot
//! was made shows as gained and lost citations too.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::citations::{CitationsError, Mark};
use crate::ingest;
use crate::law::Document;
use crate::law::citation::Placed;
use crate::text::hex;

/// First line of the file: which form it has.
const HEAD: &str = "# phancap citations 1";

/// Why a snapshot is of no use.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The documents cannot be read.
    #[error(transparent)]
    Citations(#[from] CitationsError),
    /// The snapshot cannot be read.
    #[error("{}: cannot be read ({error})", path.display())]
    Io {
        /// The snapshot.
        path: PathBuf,
        /// What the system said; part of the message, hence not a `source`.
        error: std::io::Error,
    },
    /// A line of it is not of its form.
    #[error("{}:{line}: not a line of a snapshot of citations; make it anew with --update", path.display())]
    Line {
        /// The snapshot.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
    },
}

/// Pointers of one unit, in text order.
type Pointers = Vec<(Range<usize>, String)>;
/// Pointers by document and address.
type Units = BTreeMap<(String, String), Pointers>;

/// The citations of a corpus.
#[derive(Debug, Default)]
pub struct Snapshot {
    units: Units,
    documents: BTreeSet<String>,
}

/// One difference of two snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `+` gained, `-` lost, `~` has another target.
    pub sign: char,
    /// `id:address`.
    pub place: String,
    /// Words of the pointer as the text has them now.
    pub words: String,
    /// What it leads to now; empty for a lost one.
    pub target: String,
}

/// Finds the citations of all documents; of at most `sample` of them, drawn by the hash of their ids, where that is
/// given, or of just those that `like` has.
///
/// # Errors
/// [`SnapshotError::Citations`].
pub fn find(
    paths: &[PathBuf],
    sample: Option<usize>,
    like: Option<&Snapshot>,
    mut each: impl FnMut(&Document, &[Placed]),
) -> Result<Snapshot, SnapshotError> {
    let mut raws = Vec::new();
    for raw in paths.iter().flat_map(|p| ingest::read(p)) {
        let raw = raw.map_err(CitationsError::from)?;
        if like.is_none_or(|l| l.documents.contains(&raw.meta.id)) {
            raws.push(raw);
        }
    }
    if let Some(n) = sample.filter(|n| *n < raws.len()) {
        raws.sort_by_cached_key(|r| Sha256::digest(&r.meta.id));
        raws.truncate(n);
    }
    let mut snapshot = Snapshot::default();
    while !raws.is_empty() {
        let some: Vec<_> = raws.drain(..raws.len().min(256)).collect();
        let found: Vec<(Document, Vec<Placed>)> = some
            .into_par_iter()
            .map(|raw| {
                let document = ingest::parse(raw);
                let citations = ingest::citations(&document);
                (document, citations)
            })
            .collect();
        for (document, citations) in found {
            each(&document, &citations);
            snapshot.add(&document, &citations);
        }
    }
    Ok(snapshot)
}

/// The targets of one pointer as [`Mark`] tells them.
fn targets(pointer: &[Placed]) -> String {
    let told = pointer.iter().map(|p| {
        let mark = Mark::of_target(&p.citation);
        let year = mark.year.map_or_else(String::new, |y| format!("@{y}"));
        format!("{}{year}#{}{}", mark.document, mark.path, if p.quoted { "?" } else { "" })
    });
    told.collect::<Vec<_>>().join(" ")
}

fn pointers(citations: &[Placed]) -> impl Iterator<Item = &[Placed]> {
    citations.chunk_by(|a, b| a.address == b.address && a.citation.span == b.citation.span)
}

impl Snapshot {
    fn add(&mut self, document: &Document, citations: &[Placed]) {
        let id = &document.meta.id;
        self.documents.insert(id.clone());
        for pointer in pointers(citations) {
            let hash = hex(&Sha256::digest(targets(pointer))[..3]);
            let key = (id.clone(), pointer[0].address.clone());
            self.units.entry(key).or_default().push((pointer[0].citation.span.clone(), hash));
        }
    }

    /// Number of pointers.
    pub fn pointers(&self) -> usize {
        self.units.values().map(Vec::len).sum()
    }

    /// Number of documents.
    pub fn documents(&self) -> usize {
        self.documents.len()
    }

    /// The file's text.
    pub fn print(&self) -> String {
        let mut out = format!("{HEAD}\n");
        for id in &self.documents {
            let _ = writeln!(out, "{id}");
            let from = (id.clone(), String::new());
            for ((_, address), pointers) in self.units.range(from..).take_while(|((doc, _), _)| doc == id) {
                let _ = write!(out, "\t{address}");
                for (span, hash) in pointers {
                    let _ = write!(out, " {}-{}:{hash}", span.start, span.end);
                }
                out.push('\n');
            }
        }
        out
    }

    /// Reads a file that [`Self::print`] wrote.
    ///
    /// # Errors
    /// [`SnapshotError::Io`], [`SnapshotError::Line`].
    pub fn read(path: &Path) -> Result<Self, SnapshotError> {
        let text = std::fs::read_to_string(path).map_err(|error| SnapshotError::Io { path: path.to_owned(), error })?;
        let wrong = |i: usize| SnapshotError::Line { path: path.to_owned(), line: i + 1 };
        let mut out = Self::default();
        let mut id = String::new();
        for (i, line) in text.lines().enumerate() {
            match line.strip_prefix('\t') {
                _ if i == 0 => (line == HEAD).then_some(()).ok_or_else(|| wrong(0))?,
                None => {
                    line.clone_into(&mut id);
                    out.documents.insert(id.clone());
                }
                Some(unit) => {
                    let mut parts = unit.split(' ');
                    let address = parts.next().unwrap_or_default().to_owned();
                    let pointers = parts.map(pointer).collect::<Option<Pointers>>().ok_or_else(|| wrong(i))?;
                    out.units.insert((id.clone(), address), pointers);
                }
            }
        }
        Ok(out)
    }
}

/// `12-34:a1b2c3`.
fn pointer(text: &str) -> Option<(Range<usize>, String)> {
    let (span, hash) = text.split_once(':')?;
    let (start, end) = span.split_once('-')?;
    Some((start.parse().ok()?..end.parse().ok()?, hash.to_owned()))
}

/// What a document's citations are now against what a snapshot says of it, in text order.
pub fn differences(before: &Snapshot, document: &Document, citations: &[Placed]) -> Vec<Difference> {
    let id = &document.meta.id;
    let from = (id.clone(), String::new());
    let old = before.units.range(from..).take_while(|((doc, _), _)| doc == id);
    let mut old: HashMap<(&str, usize, usize), &str> = old
        .flat_map(|((_, address), list)| {
            list.iter().map(move |(span, hash)| ((address.as_str(), span.start, span.end), hash.as_str()))
        })
        .collect();
    let words = |span: Range<usize>| document.text.get(span).unwrap_or_default().replace('\n', " ");
    let place = |address: &str| format!("{id}:{address}");
    let mut out: Vec<(usize, Difference)> = Vec::new();
    for pointer in pointers(citations) {
        let (address, span) = (pointer[0].address.as_str(), pointer[0].citation.span.clone());
        let target = targets(pointer);
        let sign = match old.remove(&(address, span.start, span.end)) {
            Some(hash) if hash == hex(&Sha256::digest(&target)[..3]) => continue,
            Some(_) => '~',
            None => '+',
        };
        out.push((span.start, Difference { sign, place: place(address), words: words(span), target }));
    }
    out.extend(old.into_keys().map(|(address, start, end)| {
        (start, Difference { sign: '-', place: place(address), words: words(start..end), target: String::new() })
    }));
    out.sort_by(|a, b| (a.0, a.1.sign, &a.1.words).cmp(&(b.0, b.1.sign, &b.1.words)));
    out.into_iter().map(|(_, d)| d).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::RawDocument;
    use crate::law::DocumentMeta;

    fn document(text: &str) -> Document {
        let meta = DocumentMeta { id: "TM-1".to_owned(), ..DocumentMeta::default() };
        ingest::parse(RawDocument { meta, text: text.to_owned(), ..RawDocument::default() })
    }

    #[test]
    fn a_snapshot_comes_back_and_tells_gains_and_losses() {
        let before = document("Điều 1. Đèn\nTheo Luật Giá và khoản 2 Điều 5.\nĐiều 2. Diều\nTheo Điều 1.");
        let mut found = Snapshot::default();
        found.add(&before, &ingest::citations(&before));
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join("s");
        std::fs::write(&path, found.print()).unwrap();
        let read = Snapshot::read(&path).unwrap();
        assert_eq!((read.print(), read.pointers(), read.documents()), (found.print(), 3, 1));
        let told = |d: &Document| {
            let found = differences(&read, d, &ingest::citations(d));
            found.into_iter().map(|d| format!("{} {} {}", d.sign, d.place, d.words)).collect::<Vec<_>>()
        };
        assert!(told(&before).is_empty());
        let after = document("Điều 1. Đèn\nTheo Luật Giá và khoản 3 Điều 5.\nĐiều 2. Diều\nTheo điều một");
        assert_eq!(told(&after), ["~ TM-1:dieu-1 khoản 3 Điều 5", "- TM-1:dieu-2 điều m"]);
        std::fs::write(&path, "x").unwrap();
        assert!(Snapshot::read(&path).unwrap_err().to_string().contains(":1:"));
    }
}
