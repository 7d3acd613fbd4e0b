//! The index on disk, and keeping it like the store.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tantivy::schema::{IndexRecordOption, Schema};
use tantivy::{DocSet as _, IndexReader, IndexWriter, ReloadPolicy, TantivyError, Term};

use super::SearchError;
use super::schema::{self, Fields, Prepared, VERSION};
use crate::law::{DocumentMeta, Leaf};

/// Memory of the writer, all threads together: below it a sync of the real corpus writes one segment a thread.
const WRITER_MEMORY: usize = 256 << 20;
/// Threads that analyse and write.
const WRITER_THREADS: usize = 2;
/// Provisions in one commit. An interrupted sync of a large store goes on after the last commit.
const COMMIT_EVERY: usize = 250_000;
/// Names the format; written last when an index is made, so its absence means an unfinished one.
const VERSION_FILE: &str = "phancap-version";
/// Held while writing, in every process.
const LOCK_FILE: &str = "phancap-writer.lock";

/// What a sync did, in documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Synced {
    /// New in the index.
    pub added: usize,
    /// Replaced because text or facts changed.
    pub changed: usize,
    /// No longer in the store.
    pub removed: usize,
    /// Left as they were.
    pub unchanged: usize,
    /// Provisions written.
    pub provisions: usize,
}

impl Synced {
    /// Whether the index was written at all.
    pub fn wrote(&self) -> bool {
        self.added + self.changed + self.removed > 0
    }
}

/// A search index, open for reading.
pub struct Index {
    dir: PathBuf,
    engine: tantivy::Index,
    pub(super) reader: IndexReader,
    pub(super) fields: Fields,
}

impl Index {
    /// Opens the index in `dir`.
    ///
    /// # Errors
    /// [`SearchError::Missing`], [`SearchError::Outdated`] and [`SearchError::Damaged`] are mended by
    /// [`Index::recreate`] and [`Index::sync`].
    pub fn open(dir: &Path) -> Result<Index, SearchError> {
        let version_path = dir.join(VERSION_FILE);
        let found = match fs::read_to_string(&version_path) {
            Ok(text) => text.trim().to_owned(),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(if dir.join("meta.json").exists() {
                    SearchError::Damaged { dir: dir.into(), what: format!("{VERSION_FILE} is missing") }
                } else {
                    SearchError::Missing(dir.into())
                });
            }
            Err(e) if e.kind() == std::io::ErrorKind::InvalidData => "unknown".to_owned(),
            Err(source) => return Err(SearchError::Io { path: version_path, source }),
        };
        if found != VERSION.to_string() {
            let found = found.chars().take(20).collect();
            return Err(SearchError::Outdated { dir: dir.into(), found, wanted: VERSION });
        }
        let index = tantivy::Index::open_in_dir(dir).map_err(|e| unreadable(dir, e))?;
        let (wanted, fields) = schema::schema();
        if index.schema() != wanted {
            return Err(SearchError::Damaged { dir: dir.into(), what: "its schema is another one".to_owned() });
        }
        // tantivy panics on some damaged files, so nothing of them is read before their checksums were.
        let damaged = index.validate_checksum().map_err(|e| unreadable(dir, e))?;
        if let Some(file) = damaged.iter().min() {
            return Err(SearchError::Damaged {
                dir: dir.into(),
                what: format!("{} does not have its checksum", file.display()),
            });
        }
        Index::with(dir, index, fields)
    }

    /// Makes an empty index in `dir`, in place of whatever index is there.
    ///
    /// # Errors
    /// [`SearchError::Busy`] if another process writes it; [`SearchError::Io`].
    pub fn recreate(dir: &Path) -> Result<Index, SearchError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| SearchError::Io { path, source }
        };
        fs::create_dir_all(dir).map_err(at(dir))?;
        let _lock = lock(dir)?;
        // The version goes first and comes last: in between, the index counts as unfinished.
        let version_path = dir.join(VERSION_FILE);
        match fs::remove_file(&version_path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(at(&version_path)(e)),
            _ => {}
        }
        for entry in fs::read_dir(dir).map_err(at(dir))? {
            let path = entry.map_err(at(dir))?.path();
            if path.is_file() && path.file_name().is_some_and(|n| n != LOCK_FILE) {
                fs::remove_file(&path).map_err(at(&path))?;
            }
        }
        let (schema, fields): (Schema, Fields) = schema::schema();
        let index = tantivy::Index::create_in_dir(dir, schema).map_err(|e| unreadable(dir, e))?;
        let mut file = tempfile::NamedTempFile::new_in(dir).map_err(at(dir))?;
        writeln!(file, "{VERSION}").and_then(|()| file.as_file().sync_all()).map_err(at(&version_path))?;
        file.persist(&version_path).map_err(|e| at(&version_path)(e.error))?;
        Index::with(dir, index, fields)
    }

    /// Opens the index in `dir`, or makes an empty one where none, an outdated or a damaged one is. The second value
    /// is the reason, if one had to be thrown away.
    ///
    /// # Errors
    /// As [`Index::recreate`].
    pub fn open_or_recreate(dir: &Path) -> Result<(Index, Option<SearchError>), SearchError> {
        match Index::open(dir) {
            Ok(index) => Ok((index, None)),
            Err(e) if e.mended_by_rebuilding() => {
                let reason = (!matches!(e, SearchError::Missing(_))).then_some(e);
                Ok((Index::recreate(dir)?, reason))
            }
            Err(e) => Err(e),
        }
    }

    fn with(dir: &Path, mut index: tantivy::Index, fields: Fields) -> Result<Index, SearchError> {
        index.set_tokenizers(schema::tokenizers());
        let reader =
            index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().map_err(|e| unreadable(dir, e))?;
        Ok(Index { dir: dir.to_owned(), engine: index, reader, fields })
    }

    /// Folder of the index.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Number of entries: provisions, and one marker for each document.
    pub fn entries(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// What is indexed: document id → fingerprint.
    ///
    /// # Errors
    /// [`SearchError::Engine`].
    pub fn state(&self) -> Result<BTreeMap<String, String>, SearchError> {
        let searcher = self.reader.searcher();
        let mut state = BTreeMap::new();
        for segment in searcher.segment_readers() {
            let inverted = segment.inverted_index(self.fields.state).map_err(|e| self.failed(e))?;
            let mut terms = inverted.terms().stream().map_err(|e| self.failed(e.into()))?;
            while terms.advance() {
                let mut postings = inverted
                    .read_postings_from_terminfo(terms.value(), IndexRecordOption::Basic)
                    .map_err(|e| self.failed(e.into()))?;
                let mut alive = false;
                while postings.doc() != tantivy::TERMINATED {
                    alive |= !segment.is_deleted(postings.doc());
                    postings.advance();
                }
                if let Some((id, print)) = std::str::from_utf8(terms.key()).ok().and_then(|t| t.split_once('\0'))
                    && alive
                {
                    state.insert(id.to_owned(), print.to_owned());
                }
            }
        }
        Ok(state)
    }

    /// Makes the index hold exactly `documents` (facts and content hash of each), reading with `leaves` the provisions
    /// of those that are new or changed. `tick` hears of each document written.
    ///
    /// # Errors
    /// [`SearchError::Busy`] if another process writes; [`SearchError::Store`] if `leaves` fails: what was committed
    /// before stays, nothing of the rest does.
    pub fn update<E: std::error::Error + Send + Sync + 'static>(
        &mut self,
        documents: &[(DocumentMeta, String)],
        mut leaves: impl FnMut(&str) -> Result<Vec<Leaf>, E>,
        mut tick: impl FnMut(),
    ) -> Result<Synced, SearchError> {
        let mut done = Synced::default();
        if self.pending(documents)?.is_empty() {
            done.unchanged = documents.len();
            return Ok(done);
        }
        let _lock = lock(&self.dir)?;
        // Another process may have written since this index was opened.
        self.reader.reload().map_err(|e| self.failed(e))?;
        let mut old = self.state()?;
        let f = self.fields.clone();
        let mut writer: IndexWriter = patiently(|| {
            self.engine.writer_with_num_threads(WRITER_THREADS, WRITER_MEMORY).map_err(|e| self.failed(e))
        })?;
        // A sync that was killed just before a commit leaves files that this one would make under the same names.
        writer.garbage_collect_files().wait().map_err(|e| self.failed(e))?;
        let mut uncommitted = 0;
        for (meta, content_hash) in documents {
            let print = schema::fingerprint(meta, content_hash);
            match old.remove(&meta.id) {
                Some(was) if was == print => {
                    done.unchanged += 1;
                    continue;
                }
                Some(_) => {
                    writer.delete_term(Term::from_field_text(f.doc, &meta.id));
                    done.changed += 1;
                }
                None => done.added += 1,
            }
            let leaves = leaves(&meta.id).map_err(|e| SearchError::Store(Box::new(e)))?;
            let prepared = Prepared::new(meta);
            for (position, leaf) in leaves.iter().enumerate() {
                writer.add_document(prepared.entry(&f, position, leaf)).map_err(|e| self.failed(e))?;
            }
            writer.add_document(schema::marker(&f, meta, &print)).map_err(|e| self.failed(e))?;
            done.provisions += leaves.len();
            uncommitted += leaves.len();
            if uncommitted >= COMMIT_EVERY {
                writer.commit().map_err(|e| self.failed(e))?;
                uncommitted = 0;
            }
            tick();
        }
        for gone in old.keys() {
            writer.delete_term(Term::from_field_text(f.doc, gone));
            done.removed += 1;
        }
        writer.commit().map_err(|e| self.failed(e))?;
        writer.wait_merging_threads().map_err(|e| self.failed(e))?;
        self.reader.reload().map_err(|e| self.failed(e))?;
        Ok(done)
    }

    /// Ids whose entries would be written or removed by [`Index::update`].
    ///
    /// # Errors
    /// [`SearchError::Engine`].
    pub fn pending(&self, documents: &[(DocumentMeta, String)]) -> Result<Vec<String>, SearchError> {
        let mut old = self.state()?;
        let mut pending = Vec::new();
        for (meta, content_hash) in documents {
            if old.remove(&meta.id).is_none_or(|was| was != schema::fingerprint(meta, content_hash)) {
                pending.push(meta.id.clone());
            }
        }
        pending.extend(old.into_keys());
        Ok(pending)
    }

    /// Wraps an error of tantivy.
    pub(super) fn failed(&self, error: TantivyError) -> SearchError {
        unreadable(&self.dir, error)
    }
}

/// Sorts tantivy's errors into damage, which a rebuild mends, and the rest.
fn unreadable(dir: &Path, error: TantivyError) -> SearchError {
    match error {
        TantivyError::LockFailure(..) => SearchError::Busy(dir.into()),
        TantivyError::IoError(e) => {
            SearchError::Io { path: dir.into(), source: std::io::Error::new(e.kind(), e.to_string()) }
        }
        TantivyError::DataCorruption(_)
        | TantivyError::OpenReadError(_)
        | TantivyError::IncompatibleIndex(_)
        | TantivyError::SchemaError(_)
        | TantivyError::FieldNotFound(_)
        | TantivyError::DeserializeError(_) => SearchError::Damaged { dir: dir.into(), what: error.to_string() },
        source => SearchError::Engine { dir: dir.into(), source },
    }
}

/// Tries again for a while as long as the answer is [`SearchError::Busy`]. A child process holds its parent's locks
/// from its birth until it runs its own program, so a lock can be taken for a moment that nobody took.
fn patiently<T>(mut attempt: impl FnMut() -> Result<T, SearchError>) -> Result<T, SearchError> {
    for _ in 0..20 {
        match attempt() {
            Err(SearchError::Busy(_)) => std::thread::sleep(Duration::from_millis(100)),
            other => return other,
        }
    }
    attempt()
}

/// Takes the writer's lock; the system frees it when the process ends, however it ends.
fn lock(dir: &Path) -> Result<File, SearchError> {
    let path = dir.join(LOCK_FILE);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|source| SearchError::Io { path: path.clone(), source })?;
    patiently(|| match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(SearchError::Busy(dir.into())),
        Err(TryLockError::Error(source)) => Err(SearchError::Io { path: path.clone(), source }),
    })?;
    Ok(file)
}
