//! What a person looks at: one document or provision with all around it, and two of them side by side.
//!
//! Invariant: reads store and files, changes nothing, and the same store gives the same page. `address` finds what was
//! asked for, `page` gathers what is to be told about it, `print` writes that for a terminal; [`compare`] pairs the units of
//! two sides and tells their difference word by word.

mod address;
pub mod compare;
mod page;
mod print;

pub use address::{NotOne, Place, find};
pub use compare::Side;
pub use page::{Cite, Cited, Outline, Page, Reach, Source, Standing, Tie, page};
pub use print::{Paint, text};

use crate::store::{Store, StoreError};

/// Why nothing can be shown.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// Not exactly one document and provision was asked for.
    #[error(transparent)]
    NotOne(#[from] NotOne),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What somebody typed as one side of a comparison.
///
/// # Errors
/// [`ViewError`].
pub fn side(store: &Store, typed: &str) -> Result<Side, ViewError> {
    let shelf = store.shelf()?;
    let place = find(&shelf, typed)?;
    let gone = || NotOne::UnknownDocument { typed: typed.to_owned(), near: Vec::new() };
    let document = store.document(&place.doc)?.ok_or_else(gone)?;
    let name = address::name(&shelf, &document.meta, &place.address);
    Ok(Side { name, document, address: place.address })
}
