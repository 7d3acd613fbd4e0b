//! The store: one SQLite file that holds documents, their leaves, what was found in them and the register.
//!
//! Invariant: this is the truth and everything else (the search index, exported files) can be rebuilt from it. All
//! writing happens in transactions, so after a crash, a `kill -9` or a full disk the store is what it was after the
//! last one. Any number of processes may read; one writes, and it holds the writers' lock from its first write until
//! its [`Store`] is dropped.
//!
//! Settings, and why: WAL, so that readers never wait for the writer. `synchronous=FULL`, one fsync a transaction:
//! with NORMAL a power cut could take back transactions that were reported as done, and at a transaction for
//! megabytes of documents or thousands of predictions the fsync does not show (see `benches/results/`).

mod citations;
mod codec;
mod documents;
mod error;
mod lock;
mod migrations;
mod predictions;
mod recognised;
mod register;
mod relations;
mod shelf;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

pub use citations::CitationRow;
pub use documents::{DocumentRow, LeafRow, NewDocument, Put};
pub use error::StoreError;
pub use predictions::Coverage;
pub use shelf::Shelf;

use lock::WriterLock;

/// The database's name in the store's folder.
pub const DATABASE: &str = "phancap.db";
/// The writers' lock file's name in the store's folder.
pub const LOCK: &str = "phancap.lock";

/// Says in the file's header that the database is ours: the bytes `pcap`.
const APPLICATION_ID: i32 = i32::from_be_bytes(*b"pcap");
/// How long one statement waits for another process's short transaction.
const BUSY: Duration = Duration::from_secs(5);

/// An open store. Reading takes `&self`, writing `&mut self`; it can move between threads but not be shared.
#[derive(Debug)]
pub struct Store {
    conn: Connection,
    dir: PathBuf,
    path: PathBuf,
    lock: Option<WriterLock>,
}

impl Store {
    /// Opens the store in the folder `dir`; makes folder and store if they are not there, and brings an older
    /// database up to this program's version.
    ///
    /// # Errors
    /// [`StoreError::Io`] where the folder cannot be made or written, [`StoreError::Locked`] where a database must be
    /// made or brought up while another process writes, [`StoreError::TooNew`], [`StoreError::Foreign`],
    /// [`StoreError::Corrupt`], [`StoreError::DiskFull`].
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(dir).map_err(|error| StoreError::Io { path: dir.to_owned(), error })?;
        Self::connect(dir, OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Like [`Store::open`], but makes nothing.
    ///
    /// # Errors
    /// Those of [`Store::open`], and [`StoreError::Missing`] where no store is.
    pub fn open_existing(dir: &Path) -> Result<Self, StoreError> {
        if !dir.join(DATABASE).exists() {
            return Err(StoreError::Missing { dir: dir.to_owned() });
        }
        Self::connect(dir, OpenFlags::empty())
    }

    fn connect(dir: &Path, create: OpenFlags) -> Result<Self, StoreError> {
        let path = dir.join(DATABASE);
        let sql = |e| StoreError::sql(&path, e);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | create;
        let conn = Connection::open_with_flags(&path, flags).map_err(sql)?;
        conn.busy_timeout(BUSY).map_err(sql)?;
        conn.set_prepared_statement_cache_capacity(32);
        let mut store = Store { conn, dir: dir.to_owned(), path, lock: None };
        store.prepare().map(|()| store)
    }

    /// Checks whose database this is, sets the connection up and migrates.
    fn prepare(&mut self) -> Result<(), StoreError> {
        let found = self.check_version()?;
        if found < migrations::CURRENT {
            // Held only for this step: whoever opens a store is not yet a writer.
            let lock = self.wait_for_lock()?;
            // Before the lock was ours another process may have made the database and even filled it.
            if self.check_version()? == 0 {
                self.conn.pragma_update(None, "application_id", APPLICATION_ID).map_err(|e| self.sql(e))?;
                // Stays in the file.
                self.conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).map_err(|e| self.sql(e))?;
            }
            migrations::run(&mut self.conn).map_err(|e| StoreError::sql(&self.path, e))?;
            drop(lock);
        }
        self.conn
            .execute_batch(
                "PRAGMA synchronous = FULL;
                 PRAGMA foreign_keys = ON;
                 PRAGMA journal_size_limit = 67108864;
                 PRAGMA cache_size = -32768;",
            )
            .map_err(|e| self.sql(e))
    }

    /// The database's version, if it is ours and not newer than we are.
    fn check_version(&self) -> Result<u32, StoreError> {
        let found = migrations::version(&self.conn).map_err(|e| self.sql(e))?;
        let id: i32 = self.conn.query_row("PRAGMA application_id", [], |r| r.get(0)).map_err(|e| self.sql(e))?;
        let tables: u32 =
            self.conn.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0)).map_err(|e| self.sql(e))?;
        if id != APPLICATION_ID && (found > 0 || tables > 0 || id != 0) {
            return Err(StoreError::Foreign { path: self.path.clone() });
        }
        if found > migrations::CURRENT {
            return Err(StoreError::TooNew { path: self.path.clone(), found, known: migrations::CURRENT });
        }
        Ok(found)
    }

    fn wait_for_lock(&self) -> Result<WriterLock, StoreError> {
        let path = self.dir.join(LOCK);
        let start = std::time::Instant::now();
        loop {
            match WriterLock::take(&path) {
                Err(StoreError::Locked { .. }) if start.elapsed() < BUSY => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                result => return result,
            }
        }
    }

    /// Takes the writers' lock now and keeps it until this store is dropped. The first write does it too; a command
    /// that computes for long before it writes calls this first, to fail early.
    ///
    /// # Errors
    /// [`StoreError::Locked`] where another process (or another open store of this one) holds it.
    pub fn claim(&mut self) -> Result<(), StoreError> {
        if self.lock.is_none() {
            self.lock = Some(WriterLock::take(&self.dir.join(LOCK))?);
        }
        Ok(())
    }

    /// Runs several readings on one state of the store, whatever another process writes meanwhile.
    ///
    /// # Errors
    /// Whatever `work` returns, and [`StoreError::Sql`] where no reading can start.
    pub fn read<T, E: From<StoreError>>(&self, work: impl FnOnce(&Self) -> Result<T, E>) -> Result<T, E> {
        // Inside another `read` its state holds.
        let _state = if self.conn.is_autocommit() {
            Some(self.conn.unchecked_transaction().map_err(|e| self.sql(e))?)
        } else {
            None
        };
        work(self)
    }

    /// The store's folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Runs SQLite's own checks over the whole database; slow, meant for tests and for `doctor`-like commands.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] with what was found first.
    pub fn check(&self) -> Result<(), StoreError> {
        let found: String =
            self.conn.query_row("PRAGMA integrity_check(1)", [], |r| r.get(0)).map_err(|e| self.sql(e))?;
        if found != "ok" {
            return Err(self.corrupt(found));
        }
        let dangling: u32 = self
            .conn
            .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |r| r.get(0))
            .map_err(|e| self.sql(e))?;
        if dangling > 0 {
            return Err(self.corrupt(format!("{dangling} rows point nowhere")));
        }
        Ok(())
    }

    fn sql(&self, source: rusqlite::Error) -> StoreError {
        StoreError::sql(&self.path, source)
    }

    fn corrupt(&self, detail: String) -> StoreError {
        StoreError::Corrupt { path: self.path.clone(), detail }
    }
}
