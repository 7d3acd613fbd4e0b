//! The writers' lock: an advisory lock on a file beside the database. Invariant: at most one process holds it, and
//! the system lets go of it when that process ends, however it ends; the file itself stays and means nothing.
//!
//! SQLite alone would keep two writers from harming the data, but not from doing the same long work twice or from
//! failing each other in the middle of it. Readers never touch this file.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use super::StoreError;

/// Held until dropped.
#[derive(Debug)]
pub(super) struct WriterLock(#[expect(dead_code, reason = "the lock is the open file")] File);

impl WriterLock {
    /// Takes the lock at `path`, or fails at once with [`StoreError::Locked`].
    pub(super) fn take(path: &Path) -> Result<Self, StoreError> {
        let io = |error| StoreError::Io { path: path.to_owned(), error };
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                // On Windows the locked file cannot be read; then the message goes without the process.
                let mut pid = String::new();
                let _ = file.read_to_string(&mut pid);
                return Err(StoreError::Locked { path: path.to_owned(), pid: pid.trim().parse().ok() });
            }
            Err(TryLockError::Error(error)) => return Err(io(error)),
        }
        // The number is a courtesy to whoever comes second, so a full disk must not stop us here.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(WriterLock(file))
    }
}
