//! What can go wrong with a store, each with its remedy.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// A failure of the store. The database is whole after any of them: what was being written is rolled back.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no store in the folder.
    #[error("{}: no store here; make one with `phancap ingest PATH --store {}`", dir.display(), dir.display())]
    Missing {
        /// Folder that was looked in.
        dir: PathBuf,
    },
    /// A file of the store cannot be reached.
    #[error("{}: {error}; check that the folder exists and that you may write in it", path.display())]
    Io {
        /// File or folder.
        path: PathBuf,
        /// What the system said; part of the message, hence not a `source`.
        error: std::io::Error,
    },
    /// Another process writes to the store.
    #[error("{}: another phancap is writing to this store{}; wait until it ends, or stop it, then run this again",
        path.display(), pid.map(|p| format!(" (process {p})")).unwrap_or_default())]
    Locked {
        /// The lock file or the database.
        path: PathBuf,
        /// The writer's process, where it could be read.
        pid: Option<u32>,
    },
    /// The disk, a quota or a limit on file sizes is used up.
    #[error("{}: no room to write ({detail}); free some space on this disk, or raise the quota or the limit on file \
        sizes, then run this again: nothing half-written stays", path.display())]
    DiskFull {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// The database is damaged.
    #[error("{}: the database is damaged ({detail}); move this file away, with those of the same name that end in \
        -wal and -shm, or put a backup in its place, then run `phancap ingest` again", path.display())]
    Corrupt {
        /// The database.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// The file is an SQLite database of another program.
    #[error("{}: this database was not made by phancap; name another folder with --store DIR", path.display())]
    Foreign {
        /// The database.
        path: PathBuf,
    },
    /// The database was written by a newer program.
    #[error("{}: the store has version {found}, this program knows versions up to {known}; use a newer phancap",
        path.display())]
    TooNew {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest version known here.
        known: u32,
    },
    /// A caller gave something the store cannot hold.
    #[error("cannot store {what}: {detail}")]
    Invalid {
        /// What was to be stored.
        what: String,
        /// Why not.
        detail: String,
    },
    /// Anything else SQLite reports.
    #[error("{}: {error}", path.display())]
    Sql {
        /// The database.
        path: PathBuf,
        /// What SQLite said; part of the message, hence not a `source`.
        error: rusqlite::Error,
    },
}

impl StoreError {
    /// Gives an error of SQLite its place and its meaning.
    pub(super) fn sql(path: &Path, error: rusqlite::Error) -> Self {
        let path = path.to_owned();
        let rusqlite::Error::SqliteFailure(failure, message) = &error else {
            return StoreError::Sql { path, error };
        };
        let detail = || message.clone().unwrap_or_else(|| failure.to_string());
        match failure.code {
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::Corrupt { path, detail: detail() },
            ErrorCode::DiskFull => StoreError::DiskFull { path, detail: detail() },
            // A quota or a file-size limit (EDQUOT, EFBIG) does not come as SQLITE_FULL but as a failed write.
            ErrorCode::SystemIoFailure if is_write_failure(failure.extended_code) => {
                StoreError::DiskFull { path, detail: detail() }
            }
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Locked { path, pid: None },
            ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly => {
                StoreError::Io { path, error: std::io::Error::other(detail()) }
            }
            _ => StoreError::Sql { path, error },
        }
    }
}

fn is_write_failure(extended: i32) -> bool {
    use rusqlite::ffi::{SQLITE_IOERR_FSYNC, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE};
    [SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_SHMSIZE].contains(&extended)
}
