//! The lines of a manifest: JSON lines (also gzipped) or a table with tabs and a line of column names.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::ingest::{self, IngestError, JsonLines};

/// What a manifest states of one document. What it does not state is empty; dates are as written, so that those that
/// cannot be read can be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// File and line, for messages.
    pub place: String,
    /// Line in the file, from 1.
    pub line: usize,
    /// The key.
    pub id: String,
    /// Số hiệu.
    pub number: String,
    /// Kind in Vietnamese.
    pub kind: String,
    /// Title (trích yếu).
    pub title: String,
    /// How the title was come by, where not from the document: `guessed`, `recovered`.
    pub title_note: String,
    /// Issuing body.
    pub issuer: String,
    /// Date of issue, as written.
    pub issued_on: String,
    /// Date it takes effect, as written.
    pub effective_on: String,
    /// Where the text comes from: `original`, `reconstructed-consolidated` and others.
    pub text_kind: String,
    /// Numbers of the điều that the text is known to lack.
    pub missing_articles: Option<Vec<u32>>,
    /// Public address.
    pub url: String,
    /// Characters of the text, with line breaks or without.
    pub chars: Option<usize>,
    /// SHA-256 of the text file's bytes (of the text's UTF-8 bytes where the line holds the text itself).
    pub text_sha256: String,
    /// SHA-256 of the text's normal form, which is the same however lines and tones are written.
    pub normal_sha256: String,
    /// The text file, beside the manifest or below it.
    pub file: String,
    /// The text itself.
    pub text: Option<String>,
}

/// A document's text with what its hash is taken of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text as read.
    pub text: String,
    /// Lower-case hex SHA-256 of the file's bytes, or of the text in the line.
    pub sha256: String,
}

impl Entry {
    fn new(mut fields: Map<String, Value>, place: String, line: usize) -> Result<Entry, String> {
        let mut taken = |name: &str| match fields.remove(name) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(s)) => Ok(s),
            Some(_) => Err(format!("`{name}` is no string")),
        };
        let mut entry = Entry {
            place,
            line,
            id: taken("id")?,
            number: taken("number")?,
            kind: taken("kind")?,
            title: taken("title")?,
            title_note: taken("title_note")?,
            issuer: taken("issuer")?,
            issued_on: taken("issued_on")?,
            effective_on: taken("effective_on")?,
            text_kind: taken("text_kind")?,
            url: taken("url")?,
            text_sha256: taken("text_sha256")?,
            normal_sha256: taken("normal_sha256")?,
            file: taken("file")?,
            ..Entry::default()
        };
        entry.text = Some(taken("text")?).filter(|t| !t.is_empty());
        entry.chars = fields.get("chars").and_then(Value::as_u64).map(|n| n as usize);
        entry.missing_articles = match fields.get("missing_articles") {
            Some(Value::Array(list)) => Some(list.iter().filter_map(Value::as_u64).map(|n| n as u32).collect()),
            _ => None,
        };
        if entry.id.trim().is_empty() {
            entry.id.clone_from(&entry.number);
        }
        if entry.id.trim().is_empty() {
            return Err("neither `id` nor `number` is given".into());
        }
        Ok(entry)
    }

    /// The document's text: from the line, from the file that it names beside `manifest`, or `ID.txt` in the folder
    /// `texts`. None where none of these is there.
    ///
    /// # Errors
    /// The file is missing or cannot be read.
    pub fn take_text(&mut self, manifest: &Path, texts: Option<&Path>) -> Result<Option<Text>, IngestError> {
        if let Some(text) = self.text.take() {
            return Ok(Some(Text { sha256: super::check::sha256(text.as_bytes()), text }));
        }
        let path = if !self.file.is_empty() {
            ingest::named_file(manifest, self.line, self.file.clone())?
        } else if let Some(path) = texts.and_then(|folder| text_path(folder, &self.id)) {
            path
        } else {
            return Ok(None);
        };
        let (bytes, read) = ingest::read_text(&path)?;
        Ok(Some(Text { text: read.text, sha256: super::check::sha256(&bytes) }))
    }
}

/// `ID.txt` in a folder, where it is there; an id that leads out of the folder leads nowhere.
fn text_path(folder: &Path, id: &str) -> Option<PathBuf> {
    let plain = !id.contains(['/', '\\']) && !id.starts_with('.');
    Some(folder.join(format!("{id}.txt"))).filter(|p| plain && p.is_file())
}

/// The entries of a manifest, read lazily: a table where the file is called `.tsv`, else JSON lines.
pub fn entries(path: &Path) -> Box<dyn Iterator<Item = Result<Entry, IngestError>> + Send> {
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("tsv")) {
        match Table::open(path) {
            Ok(table) => Box::new(table),
            Err(e) => Box::new(std::iter::once(Err(e))),
        }
    } else {
        Box::new(List(JsonLines::new(path.to_owned())))
    }
}

struct List(JsonLines);

impl Iterator for List {
    type Item = Result<Entry, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        let json = match self.0.next()? {
            Ok(json) => json,
            Err(e) => return Some(Err(e)),
        };
        let fields = match self.0.parse(&json) {
            Ok(fields) => fields,
            Err(e) => return Some(Err(e)),
        };
        Some(Entry::new(fields, self.0.place(), self.0.line()).map_err(|message| self.0.wrong(message)))
    }
}

struct Table {
    path: PathBuf,
    columns: csv::StringRecord,
    rows: csv::StringRecordsIntoIter<std::fs::File>,
}

impl Table {
    fn open(path: &Path) -> Result<Table, IngestError> {
        let file = std::fs::File::open(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => IngestError::NotFound { path: path.to_owned() },
            _ => IngestError::Io { path: path.to_owned(), source },
        })?;
        let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).from_reader(file);
        let columns = reader.headers().map_err(|e| broken(path, 1, &e))?.clone();
        Ok(Table { path: path.to_owned(), columns, rows: reader.into_records() })
    }
}

fn broken(path: &Path, line: usize, e: &csv::Error) -> IngestError {
    IngestError::Json { path: path.to_owned(), line, message: format!("broken table ({e})") }
}

impl Iterator for Table {
    type Item = Result<Entry, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.rows.reader().position().line() as usize;
        let row = match self.rows.next()? {
            Ok(row) => row,
            Err(e) => return Some(Err(broken(&self.path, at, &e))),
        };
        let line = row.position().map_or(at, |p| p.line() as usize);
        let fields = self.columns.iter().zip(&row).map(|(name, v)| (name.to_owned(), Value::from(v))).collect();
        let place = format!("{}:{line}", self.path.display());
        let wrong = |message| IngestError::Json { path: self.path.clone(), line, message };
        Some(Entry::new(fields, place, line).map_err(wrong))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, content: &str) -> Vec<Result<Entry, String>> {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join(name);
        std::fs::write(&path, content).expect("a file");
        entries(&path).map(|e| e.map_err(|e| e.to_string())).collect()
    }

    #[test]
    fn a_list_and_a_table_state_the_same() {
        let list = read(
            "m.jsonl",
            "{\"id\":\"A\",\"number\":\"1/2031/NĐ-CP\",\"title\":null,\"missing_articles\":[2,3],\"chars\":7}\n\n{\"id\":3}\n{\"title\":\"x\"}\n",
        );
        let first = list[0].as_ref().expect("an entry");
        assert_eq!((first.id.as_str(), first.line, first.title.as_str()), ("A", 1, ""));
        assert_eq!((first.missing_articles.clone(), first.chars), (Some(vec![2, 3]), Some(7)));
        assert!(list[1].as_ref().unwrap_err().contains("m.jsonl:3: `id` is no string"), "{list:?}");
        assert!(list[2].as_ref().unwrap_err().contains("m.jsonl:4: neither"), "{list:?}");
        let table = read("m.tsv", "id\tnumber\ttitle\nA\t1/2031/NĐ-CP\tMột \"hai\nB\t2/2031/NĐ-CP\n");
        assert_eq!(table[0].as_ref().map(|e| (e.title.clone(), e.line)), Ok(("Một \"hai".to_owned(), 2)));
        assert!(table[1].as_ref().unwrap_err().contains("m.tsv:3: broken table"), "{table:?}");
    }

    #[test]
    fn texts_are_found_beside_the_manifest_only() {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(dir.path().join("t")).expect("a folder");
        std::fs::write(dir.path().join("t/A.txt"), "Điều 1. Một\n").expect("a file");
        let manifest = dir.path().join("m.jsonl");
        let entry = |id: &str, file: &str| Entry { id: id.into(), file: file.into(), ..Entry::default() };
        let found = entry("A", "t/A.txt").take_text(&manifest, None).expect("readable").expect("a text");
        assert_eq!(found.sha256, crate::corpus::check::sha256("Điều 1. Một\n".as_bytes()));
        assert_eq!(entry("A", "").take_text(&manifest, Some(&dir.path().join("t"))).expect("readable"), Some(found));
        assert_eq!(entry("../t/A", "").take_text(&manifest, Some(&dir.path().join("t"))).expect("fine"), None);
        assert!(entry("A", "../A.txt").take_text(&manifest, None).is_err());
    }
}
