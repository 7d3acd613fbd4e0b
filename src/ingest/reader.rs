//! Readers: files and folders → raw documents, one at a time.
//!
//! Invariant: memory is bounded by the longest single document allowed, whatever the size of the input; an error ends
//! a document, never the batch (only a damaged gzip stream ends its own file).

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::archive::is_zip;
use super::formats::Extracted;
use super::json_lines::JsonLines;
use super::metadata;
use super::sandbox::{self, Unpacked};
use super::{IngestError, RawDocument};
use crate::law::DocumentMeta;

/// Largest file that is read as one document. Text of that size is none, but scans come near it.
pub(super) const MAX_FILE: usize = 64 << 20;
/// Longest line of a text. Beyond it there is no structure to find and every display of it would suffer.
const MAX_TEXT_LINE: usize = 8 << 20;
/// How deep folders are followed.
const MAX_DEPTH: usize = 8;

/// Documents of one path, read lazily. See [`read`].
pub struct Reader(Box<dyn Iterator<Item = Result<RawDocument, IngestError>> + Send>);

impl Iterator for Reader {
    type Item = Result<RawDocument, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

/// Reads the documents of a path: a `.jsonl` or `.jsonl.gz` file whose lines hold metadata and `text` or the name of a
/// `file`, an archive, a file of any of the [`super::formats`], or a folder of these (metadata first; a text that a metadata line
/// names is read once). Only the lists are known by their names, everything else by its content.
///
/// The order is the same every time: lines as they come, files of a folder by name, members of an archive likewise.
pub fn read(path: &Path) -> Reader {
    let path = path.to_owned();
    match std::fs::metadata(&path) {
        Ok(m) if m.is_dir() => Reader(Box::new(Folder::new(path))),
        Ok(_) if is_list(&path) => Reader(Box::new(Lines::new(path))),
        Ok(_) => read_one(path),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            Reader(Box::new(std::iter::once(Err(IngestError::NotFound { path }))))
        }
        Err(source) => Reader(Box::new(std::iter::once(Err(IngestError::Io { path, source })))),
    }
}

/// Reads the documents of several paths one after the other.
pub fn read_all(paths: Vec<PathBuf>) -> Reader {
    Reader(Box::new(paths.into_iter().flat_map(|p| read(&p))))
}

/// Endings of the files that are taken from a folder. A folder holds other things too (pictures of saved pages, programs),
/// which a person who names one of them may still try.
const ENDINGS: [&str; 19] = [
    "txt", "md", "html", "htm", "docx", "docm", "dotx", "doc", "dot", "odt", "ott", "rtf", "pdf", "tif", "tiff", "png",
    "jpg", "jpeg", "zip",
];

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    path.extension().and_then(|e| e.to_str()).is_some_and(|e| endings.iter().any(|k| k.eq_ignore_ascii_case(e)))
}

fn is_list(path: &Path) -> bool {
    let unzipped = if has_ending(path, &["gz"]) { path.file_stem().map(Path::new) } else { Some(path) };
    unzipped.is_some_and(|p| has_ending(p, &["jsonl"]))
}

/// Whether a file in a folder, or a member of an archive, is to be read.
pub(super) fn is_wanted(path: &Path) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    // `~$…` and `.~lock…` are the word processors' own; a readme tells about the folder.
    let own = name.starts_with('.') || name.starts_with("~$") || name.starts_with("readme.");
    // Browsers save the pictures of `x.html` in `x_files`.
    let beside = path.parent().into_iter().flat_map(Path::components).any(|c| {
        let folder = c.as_os_str().to_string_lossy();
        folder.ends_with("_files") || folder.ends_with(".files") || folder == "__MACOSX"
    });
    !own && !beside && has_ending(path, &ENDINGS)
}

/// A file that is no list: an archive or one document.
fn read_one(path: PathBuf) -> Reader {
    match packed(&path) {
        Ok(true) => read_packed(&path),
        Ok(false) => Reader(Box::new(std::iter::once_with(move || read_file(&path)))),
        Err(source) => Reader(Box::new(std::iter::once(Err(IngestError::Io { path, source })))),
    }
}

/// Whether a file is an archive, or packed as one.
fn packed(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?.take(4).read_to_end(&mut start)?;
    Ok(is_zip(&start))
}

/// The documents of an archive, or the one that a word processor packed.
fn read_packed(path: &Path) -> Reader {
    let (place, id) = (path.display().to_string(), file_id(path));
    let read = File::open(path)
        .map_err(|source| IngestError::Io { path: path.to_owned(), source })
        .and_then(|file| sandbox::unpack(file, place.clone(), id.clone()));
    let members = match read {
        Ok(Unpacked::Members(members)) => members,
        Ok(Unpacked::Document(read)) => return Reader(Box::new(std::iter::once(Ok(described(*read, id, place))))),
        Ok(Unpacked::Unread) => {
            let path = path.to_owned();
            return Reader(Box::new(std::iter::once_with(move || read_file(&path))));
        }
        Err(e) => return Reader(Box::new(std::iter::once(Err(e)))),
    };
    Reader(Box::new(members.map(|m| m.and_then(|m| document(&m.bytes, m.id, m.place)))))
}

/// A file's id is its name, without the ending where that is `.txt` (as it has always been).
fn file_id(path: &Path) -> String {
    let name = if has_ending(path, &["txt"]) { path.file_stem() } else { path.file_name() };
    name.map_or_else(String::new, |s| s.to_string_lossy().into_owned())
}

/// One document.
fn read_file(path: &Path) -> Result<RawDocument, IngestError> {
    document(&bytes(path)?, file_id(path), path.display().to_string())
}

/// The document that a file's bytes are.
pub(crate) fn document(bytes: &[u8], id: String, place: String) -> Result<RawDocument, IngestError> {
    Ok(described(extract(bytes, &place)?, id, place))
}

/// The text with the facts that format and head of the text state.
fn described(read: Extracted, id: String, place: String) -> RawDocument {
    let head = metadata::describe(&read.text);
    let (meta, disagreement) = merge(DocumentMeta { id, ..read.meta }, head);
    let mut notes = read.notes;
    notes.extend(disagreement);
    RawDocument { meta, text: read.text, source: place, notes, recognised: read.recognised }
}

/// The text of a file, by the reader of its format.
fn extract(bytes: &[u8], place: &str) -> Result<Extracted, IngestError> {
    if bytes.is_empty() {
        return Err(IngestError::Empty { place: place.to_owned() });
    }
    sandbox::read(bytes).map_err(|e| IngestError::unreadable(place.to_owned(), e))
}

/// What the format states, filled up with what the text's head states. Where they name different documents the text is
/// right: pages show another document's facts more often than a document's head another number.
fn merge(stated: DocumentMeta, head: DocumentMeta) -> (DocumentMeta, Option<String>) {
    let squashed = |s: &str| crate::text::fold(s).replace(|c: char| !c.is_alphanumeric(), "");
    let differ =
        !stated.number.is_empty() && !head.number.is_empty() && squashed(&stated.number) != squashed(&head.number);
    if differ {
        let note =
            format!("the page is said to be {}, its text is {}; the text is believed", stated.number, head.number);
        return (DocumentMeta { id: stated.id, url: stated.url, ..head }, Some(note));
    }
    let or = |a: String, b: String| if a.is_empty() { b } else { a };
    let meta = DocumentMeta {
        id: stated.id,
        number: or(head.number, stated.number),
        kind: or(stated.kind, head.kind),
        title: or(stated.title, head.title),
        issuer: or(stated.issuer, head.issuer),
        issued_on: stated.issued_on.or(head.issued_on),
        effective_on: stated.effective_on.or(head.effective_on),
        status: or(stated.status, head.status),
        domain: or(stated.domain, head.domain),
        url: or(stated.url, head.url),
    };
    (meta, None)
}

/// A file's bytes and the text that the reader of its format makes of them.
pub(crate) fn read_text(path: &Path) -> Result<(Vec<u8>, Extracted), IngestError> {
    let bytes = bytes(path)?;
    let read = extract(&bytes, &path.display().to_string())?;
    Ok((bytes, read))
}

/// All of a file, bounded.
fn bytes(path: &Path) -> Result<Vec<u8>, IngestError> {
    let io_error = |source| IngestError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(io_error)?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes).map_err(io_error)?;
    if bytes.len() > MAX_FILE {
        return Err(IngestError::LongFile { path: path.to_owned(), limit: MAX_FILE });
    }
    Ok(bytes)
}

/// Number of the first line beyond the limit.
fn long_line(bytes: &[u8]) -> Option<usize> {
    bytes.split(|&b| b == b'\n').position(|line| line.len() > MAX_TEXT_LINE).map(|i| i + 1)
}

/// One line of metadata. Unknown fields are ignored, all but the text may be missing or null.
#[derive(Deserialize)]
struct Line {
    id: Option<String>,
    number: Option<String>,
    kind: Option<String>,
    title: Option<String>,
    issuer: Option<String>,
    issued_on: Option<String>,
    effective_on: Option<String>,
    status: Option<String>,
    domain: Option<String>,
    url: Option<String>,
    text: Option<String>,
    file: Option<String>,
}

impl Line {
    fn meta(&mut self, id: String) -> DocumentMeta {
        let take = |s: &mut Option<String>| s.take().unwrap_or_default();
        // A date that cannot be read is unknown; the sources have a few.
        let date = |s: &Option<String>| s.as_deref().and_then(|d| d.parse().ok());
        DocumentMeta {
            id,
            number: take(&mut self.number),
            kind: take(&mut self.kind),
            title: take(&mut self.title),
            issuer: take(&mut self.issuer),
            issued_on: date(&self.issued_on),
            effective_on: date(&self.effective_on),
            status: take(&mut self.status),
            domain: take(&mut self.domain),
            url: take(&mut self.url),
        }
    }
}

/// The documents of a `.jsonl` or `.jsonl.gz` file.
struct Lines {
    lines: JsonLines,
    /// Text files that lines named, for [`Folder`].
    named: HashSet<PathBuf>,
}

impl Lines {
    fn new(path: PathBuf) -> Self {
        Lines { lines: JsonLines::new(path), named: HashSet::new() }
    }

    fn document(&mut self, json: &str) -> Result<RawDocument, IngestError> {
        let place = self.lines.place();
        let wrong = |message: String| self.lines.wrong(message);
        let mut line: Line = self.lines.parse(json)?;
        let id = match (line.id.take(), &line.number) {
            (Some(id), _) if !id.trim().is_empty() => id,
            (_, Some(number)) if !number.trim().is_empty() => number.clone(),
            _ => return Err(wrong("neither `id` nor `number` is given".into())),
        };
        let (mut notes, mut recognised) = Default::default();
        let text = match (line.text.take(), line.file.take()) {
            (Some(text), _) => text,
            (None, Some(file)) => {
                let text_path = named_file(self.lines.path(), self.lines.line(), file)?;
                let read = bytes(&text_path).and_then(|b| extract(&b, &text_path.display().to_string()));
                self.named.insert(text_path);
                let read = read?;
                (notes, recognised) = (read.notes, read.recognised);
                read.text
            }
            (None, None) => return Err(wrong("neither `text` nor `file` is given".into())),
        };
        if text.trim().is_empty() {
            return Err(IngestError::Empty { place });
        }
        if let Some(at) = long_line(text.as_bytes()) {
            return Err(wrong(format!("line {at} of its text is longer than {} MiB", MAX_TEXT_LINE >> 20)));
        }
        Ok(RawDocument { meta: line.meta(id), text, source: place, notes, recognised })
    }
}

/// The text file that a line of a list names: beside the list or below it.
pub(crate) fn named_file(list: &Path, line: usize, file: String) -> Result<PathBuf, IngestError> {
    let relative = Path::new(&file);
    let inside = relative.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
    let path = list.parent().unwrap_or(Path::new("")).join(relative);
    if inside && path.is_file() {
        Ok(path)
    } else {
        Err(IngestError::MissingText { path: list.to_owned(), line, file })
    }
}

impl Iterator for Lines {
    type Item = Result<RawDocument, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.lines.next()?;
        Some(line.and_then(|json| self.document(&json)))
    }
}

/// The documents of a folder.
struct Folder {
    path: PathBuf,
    /// Files still to be read, last first; none before the folder has been listed.
    files: Option<Vec<PathBuf>>,
    lines: Option<Lines>,
    /// The archive or document under way.
    file: Option<Reader>,
    named: HashSet<PathBuf>,
    errors: Vec<IngestError>,
}

impl Folder {
    fn new(path: PathBuf) -> Self {
        Folder { path, files: None, lines: None, file: None, named: HashSet::new(), errors: Vec::new() }
    }

    /// Whether a file below this folder is to be read; what the folder itself is called does not matter.
    fn is_wanted(&self, path: &Path) -> bool {
        is_wanted(path.strip_prefix(&self.path).unwrap_or(path))
    }

    /// Lists readable files by name, metadata first, so that the texts it names are known.
    fn list(&mut self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![(self.path.clone(), 0)];
        while let Some((folder, depth)) = folders.pop() {
            let entries = match std::fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(source) => {
                    self.errors.push(IngestError::Io { path: folder, source });
                    continue;
                }
            };
            for entry in entries.flatten() {
                let path = entry.path();
                // Links are not followed: they could lead in circles or out of the folder.
                match entry.file_type() {
                    Ok(t) if t.is_dir() && depth < MAX_DEPTH => folders.push((path, depth + 1)),
                    Ok(t) if t.is_file() && (is_list(&path) || self.is_wanted(&path)) => found.push(path),
                    _ => {}
                }
            }
        }
        found.sort_by_key(|p| (!is_list(p), p.clone()));
        if found.is_empty() && self.errors.is_empty() {
            self.errors.push(IngestError::NoDocuments { path: self.path.clone() });
        }
        found.reverse();
        found
    }
}

impl Iterator for Folder {
    type Item = Result<RawDocument, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.files.is_none() {
            self.files = Some(self.list());
        }
        loop {
            if let Some(error) = self.errors.pop() {
                return Some(Err(error));
            }
            if let Some(file) = &mut self.file {
                match file.next() {
                    Some(document) => return Some(document),
                    None => self.file = None,
                }
            }
            if let Some(lines) = &mut self.lines {
                match lines.next() {
                    Some(document) => return Some(document),
                    None => self.named.extend(self.lines.take().into_iter().flat_map(|l| l.named)),
                }
            }
            let path = self.files.as_mut()?.pop()?;
            if is_list(&path) {
                self.lines = Some(Lines::new(path));
            } else if !self.named.contains(&path) {
                self.file = Some(read_one(path));
            }
        }
    }
}
