//! The store as the index reads it.

use super::{Index, SearchError, Synced};
use crate::law::DocumentMeta;
use crate::store::{Store, StoreError};

impl Index {
    /// Makes the index hold what the store holds. Documents whose content did not change cost nothing.
    ///
    /// # Errors
    /// As [`Index::update`].
    pub fn sync(&mut self, store: &Store) -> Result<Synced, SearchError> {
        self.sync_with(store, || ())
    }

    /// [`Index::sync`] that calls `tick` for each document written.
    ///
    /// # Errors
    /// As [`Index::update`].
    pub fn sync_with(&mut self, store: &Store, tick: impl FnMut()) -> Result<Synced, SearchError> {
        let read = |id: &str| Ok::<_, StoreError>(store.leaves(id)?.into_iter().map(|row| row.leaf).collect());
        self.update(&listed(store)?, read, tick)
    }

    /// Ids of the documents a sync would write or remove.
    ///
    /// # Errors
    /// [`SearchError::Store`] and [`SearchError::Engine`].
    pub fn pending_in(&self, store: &Store) -> Result<Vec<String>, SearchError> {
        self.pending(&listed(store)?)
    }
}

fn listed(store: &Store) -> Result<Vec<(DocumentMeta, String)>, SearchError> {
    let rows = store.documents().map_err(|e| SearchError::Store(Box::new(e)))?;
    Ok(rows.into_iter().map(|row| (row.meta, row.content_hash)).collect())
}
