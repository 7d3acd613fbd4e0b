//! Search over all leaf provisions.
//!
//! The index is a cache of the store: whatever is missing, outdated or damaged in it is made again by
//! [`Index::sync`]. Invariant: each commit holds whole documents only, so a search never sees half of one, and a kill
//! at any moment leaves what the last commit held.
//!
//! In order: [`analysis`] turns text into words, `schema` a provision into an entry, [`Index`] keeps entries and
//! store alike, [`citation`] and `query` read what was typed, `rank` finds and orders, [`Snippet`] shows where.

pub mod analysis;
pub mod citation;
mod index;
mod query;
mod rank;
mod schema;
mod snippet;
mod source;

use std::path::PathBuf;

pub use index::{Index, Synced};
pub use query::{Filters, Query, Years};
pub use rank::{Hit, Hits, Note};
pub use snippet::Snippet;

/// What can go wrong in this room.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// No index in the folder.
    #[error("{0} holds no search index; make it with `phancap index`")]
    Missing(PathBuf),
    /// An index of another version of this program.
    #[error(
        "the search index in {dir} has format {found}, this program reads {wanted}; rebuild it with `phancap index --rebuild`"
    )]
    Outdated {
        /// Folder of the index.
        dir: PathBuf,
        /// Format found.
        found: String,
        /// Format of this program.
        wanted: u32,
    },
    /// Files of the index are damaged.
    #[error("the search index in {dir} is damaged ({what}); rebuild it with `phancap index --rebuild`")]
    Damaged {
        /// Folder of the index.
        dir: PathBuf,
        /// File or complaint.
        what: String,
    },
    /// Another process writes.
    #[error("another process is writing the search index in {0}; try again when it is done")]
    Busy(PathBuf),
    /// Reading or writing a file failed.
    #[error("{path}: {source}")]
    Io {
        /// File or folder.
        path: PathBuf,
        /// The system's complaint.
        source: std::io::Error,
    },
    /// The query has no word and no filter.
    #[error("the query is empty: give words, a \"phrase\", a citation such as 65/2023/NĐ-CP, or a filter")]
    Empty,
    /// The page asked for lies too deep.
    #[error("limit and offset together may not exceed {max}; narrow the query with a filter")]
    TooDeep {
        /// Greatest sum.
        max: usize,
    },
    /// The store could not be read.
    #[error("the store could not be read: {0}")]
    Store(Box<dyn std::error::Error + Send + Sync>),
    /// tantivy failed otherwise.
    #[error("the search index in {dir} failed: {source}")]
    Engine {
        /// Folder of the index.
        dir: PathBuf,
        /// Its complaint.
        source: tantivy::TantivyError,
    },
}

impl SearchError {
    /// Whether rebuilding the index from the store mends it.
    pub fn mended_by_rebuilding(&self) -> bool {
        matches!(self, SearchError::Missing(_) | SearchError::Outdated { .. } | SearchError::Damaged { .. })
    }
}
