//! The resumable run over a store.
//!
//! Invariant: an answer is kept under the hash of everything that was read and the reader's version, in transactions
//! of one batch. Whatever stops the run, what is kept stays and is never computed again.

use super::{Annotator, ExtractError};
use crate::law::Unit;
use crate::law::validity::{LeftOut, OnDay};
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
    Ok(extract_on(store, reader, None, progress)?.0)
}

/// [`extract`] of what is in force on a day; also returns how many unread provisions were left out.
///
/// # Errors
/// Those of [`extract`].
pub fn extract_on(
    store: &mut Store,
    reader: &dyn Annotator,
    on: Option<&OnDay>,
    progress: &mut dyn FnMut(RunProgress),
) -> Result<(usize, LeftOut), RunError> {
    store.claim()?;
    let mut left_out = LeftOut::default();
    let missing = store.missing_units_where(reader.version(), |document, address| {
        let why = on.and_then(|on| on.left_out(document, address));
        why.inspect(|why| left_out.add(*why)).is_none()
    })?;
    let mut done = store.coverage(reader.version())?.done;
    let total = done + missing.len();
    progress(RunProgress { done, total });
    for batch in missing.chunks(BATCH) {
        let units: Vec<Unit> = batch.iter().map(|(_, u)| u.clone()).collect();
        let answers = reader.annotate(&units)?;
        let rows: Vec<_> = batch.iter().map(|(key, _)| key.clone()).zip(answers).collect();
        store.put_predictions(reader.version(), &rows)?;
        done += batch.len();
        progress(RunProgress { done, total });
    }
    Ok((missing.len(), left_out))
}
