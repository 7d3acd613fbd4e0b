//! The folder that pages are fetched into: a collection of its own, and the memory of what was fetched.
//!
//! Invariant: a page is whole on disk before `manifest.jsonl` names it; a line that was cut off by a crash is dropped at
//! the next start, and its page fetched again. What was fetched first is never overwritten. One process at a time.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::FetchError;
use crate::corpus::check::sha256;
use crate::files::write_whole;

/// The list of what was fetched.
const MANIFEST: &str = "manifest.jsonl";
/// What was found changed later. No `.jsonl`: it lists no documents.
const CHANGES: &str = "changes.log";
const PAGES: &str = "pages";
/// Later states of pages; readers of folders pass over `…_files`, so that the first state stays the document.
const CHANGED: &str = "changed_files";

/// One fetched document: the facts of the manifest that asked for it, and of its page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Row {
    pub id: String,
    pub number: String,
    pub kind: String,
    pub title: String,
    pub issuer: String,
    pub issued_on: String,
    pub effective_on: String,
    /// The address that was asked for.
    pub url: String,
    /// The address that answered, where it is another one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answered_by: String,
    /// When the page was fetched.
    pub fetched_at: String,
    /// Characters of the page's text.
    pub chars: usize,
    /// SHA-256 of the page as it came.
    pub text_sha256: String,
    /// SHA-256 of its text in normal form: the identity of the text.
    pub normal_sha256: String,
    /// The page, in this folder.
    pub file: String,
}

/// A later state of a page.
#[derive(Debug, Serialize)]
pub(super) struct Change<'a> {
    pub id: &'a str,
    pub url: &'a str,
    pub seen_at: &'a str,
    pub text_changed: bool,
    pub page_sha256: &'a str,
    pub normal_sha256: &'a str,
    pub file: &'a str,
}

/// The folder, opened for writing.
pub(super) struct Folder {
    dir: PathBuf,
    rows: HashMap<String, Row>,
    /// `manifest.jsonl`, locked, at its end.
    list: File,
}

impl Folder {
    pub(super) fn open(dir: &Path) -> Result<Folder, FetchError> {
        let io_error = |path: &Path| {
            let path = path.to_owned();
            move |source| FetchError::Io { path, source }
        };
        let pages = dir.join(PAGES);
        fs::create_dir_all(&pages).map_err(io_error(&pages))?;
        let path = dir.join(MANIFEST);
        let mut options = OpenOptions::new();
        let mut list =
            options.read(true).write(true).create(true).truncate(false).open(&path).map_err(io_error(&path))?;
        match list.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(FetchError::Locked { path }),
            Err(TryLockError::Error(source)) => return Err(FetchError::Io { path, source }),
        }
        let mut bytes = Vec::new();
        list.read_to_end(&mut bytes).map_err(io_error(&path))?;
        let whole = bytes.iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
        let mut rows = HashMap::new();
        for (i, line) in bytes[..whole].split(|&b| b == b'\n').enumerate().filter(|(_, l)| !l.is_empty()) {
            let row: Row = serde_json::from_slice(line).map_err(|e| FetchError::State {
                path: path.clone(),
                line: i + 1,
                why: e.to_string(),
            })?;
            rows.insert(row.id.clone(), row);
        }
        list.set_len(whole as u64).and_then(|()| list.seek(SeekFrom::End(0))).map_err(io_error(&path))?;
        Ok(Folder { dir: dir.to_owned(), rows, list })
    }

    /// What was fetched under this id.
    pub(super) fn row(&self, id: &str) -> Option<&Row> {
        self.rows.get(id)
    }

    /// Keeps a page that was fetched for the first time.
    pub(super) fn keep(&mut self, mut row: Row, page: &[u8], ending: &str) -> Result<(), FetchError> {
        row.file = format!("{PAGES}/{}.{ending}", file_name(&row.id));
        self.write(&row.file, page)?;
        let line = serde_json::to_string(&row).map_err(|e| self.io(MANIFEST, e.into()))? + "\n";
        // One call, then the disk: a crash leaves this line whole, or cut off and dropped.
        let written = self.list.write_all(line.as_bytes()).and_then(|()| self.list.sync_data());
        written.map_err(|e| self.io(MANIFEST, e))?;
        self.rows.insert(row.id.clone(), row);
        Ok(())
    }

    /// Keeps a later state of a page beside the first one; the name of its file.
    pub(super) fn keep_change(&self, id: &str, page: &[u8], hash: &str, ending: &str) -> Result<String, FetchError> {
        let file = format!("{CHANGED}/{}-{}.{ending}", file_name(id), &hash[..hash.len().min(12)]);
        self.write(&file, page)?;
        Ok(file)
    }

    /// Writes down a change.
    pub(super) fn note(&self, change: &Change<'_>) -> Result<(), FetchError> {
        let line = serde_json::to_string(change).map_err(|e| self.io(CHANGES, e.into()))? + "\n";
        let path = self.dir.join(CHANGES);
        let written = OpenOptions::new().append(true).create(true).open(&path).and_then(|mut log| {
            log.write_all(line.as_bytes())?;
            log.sync_data()
        });
        written.map_err(|e| self.io(CHANGES, e))
    }

    /// Whether a state of a page was kept already.
    pub(super) fn has_change(&self, id: &str, hash: &str, ending: &str) -> bool {
        self.dir.join(format!("{CHANGED}/{}-{}.{ending}", file_name(id), &hash[..hash.len().min(12)])).is_file()
    }

    fn write(&self, file: &str, bytes: &[u8]) -> Result<(), FetchError> {
        let path = self.dir.join(file);
        let folder = path.parent().unwrap_or(&self.dir);
        fs::create_dir_all(folder)
            .and_then(|()| write_whole(&path, |out| out.write_all(bytes)))
            .map_err(|e| self.io(file, e))
    }

    fn io(&self, file: &str, source: io::Error) -> FetchError {
        FetchError::Io { path: self.dir.join(file), source }
    }
}

/// A name for the files of a document: its id, or what of it can stand in a name and a part of its hash.
fn file_name(id: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.chars().all(plain) && !id.starts_with('.') && id.len() <= 120 {
        return id.to_owned();
    }
    let kept: String = id.chars().map(|c| if plain(c) { c } else { '_' }).take(60).collect();
    format!("{}-{}", kept.trim_start_matches('.'), &sha256(id.as_bytes())[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str) -> Row {
        Row { id: id.into(), url: "http://x/1".into(), ..Row::default() }
    }

    #[test]
    fn a_line_cut_off_is_dropped_and_written_again() {
        let dir = tempfile::tempdir().expect("a folder");
        {
            let mut f = Folder::open(dir.path()).expect("new");
            f.keep(row("A"), b"a", "html").expect("kept");
            f.keep(row("../B c"), b"b", "html").expect("kept");
            assert!(matches!(Folder::open(dir.path()), Err(FetchError::Locked { .. })));
        }
        let path = dir.path().join(MANIFEST);
        let whole = fs::read(&path).expect("a list");
        for cut in [whole.len() - 1, whole.len() - 20] {
            fs::write(&path, &whole[..cut]).expect("a file");
            let mut f = Folder::open(dir.path()).expect("the whole lines");
            assert!(f.row("A").is_some() && f.row("../B c").is_none());
            f.keep(row("../B c"), b"b", "html").expect("kept");
            drop(f);
            assert_eq!(fs::read(&path).expect("a list"), whole);
        }
        let names: Vec<_> =
            fs::read_dir(dir.path().join(PAGES)).expect("pages").map(|e| e.expect("a page").file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        fs::write(&path, b"{\"id\":3}\n").expect("a file");
        assert!(matches!(Folder::open(dir.path()), Err(FetchError::State { line: 1, .. })));
    }
}
