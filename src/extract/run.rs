//! The resumable run over a store.
//!
//! Invariant: an answer is kept under the hash of everything that was read and the reader's version, in transactions
//! of one batch. Whatever stops the run, what is kept stays and is never computed again.

use super::{Annotator, ExtractError};
use crate::law::Unit;
use crate::store::{Store, StoreError};

/// Units that are read and kept together. Large enough to sort by length within, small enough that little is lost.
const BATCH: usize = 1024;

/// Why the run stopped. What was read before is kept.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The reader failed.
    #[error(transparent)]
    Extract(#[from] ExtractError),
}

/// How far the run is, in distinct units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunProgress {
    /// Read under this version, in this run or before.
    pub done: usize,
    /// All of them.
    pub total: usize,
}

/// Reads every leaf that has no answer under the reader's version, and keeps the answers. Returns how many were read
/// now. `progress` is called before the first batch and after each.
pub fn extract(
    store: &mut Store,
    reader: &dyn Annotator,
    progress: &mut dyn FnMut(RunProgress),
) -> Result<usize, RunError> {
    store.claim()?;
    let missing = store.missing_units(reader.version(), usize::MAX)?;
    let coverage = store.coverage(reader.version())?;
    let total = coverage.total;
    let mut done = total - missing.len();
    progress(RunProgress { done, total });
    for batch in missing.chunks(BATCH) {
        let units: Vec<Unit> = batch.iter().map(|(_, u)| u.clone()).collect();
        let answers = reader.annotate(&units)?;
        let rows: Vec<_> = batch.iter().map(|(key, _)| key.clone()).zip(answers).collect();
        store.put_predictions(reader.version(), &rows)?;
        done += batch.len();
        progress(RunProgress { done, total });
    }
    Ok(missing.len())
}
