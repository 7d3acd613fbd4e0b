//! How many of a store's citations lead somewhere.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::law::citation::Cited;
use crate::store::{Store, StoreError};

/// Counts for one way of naming a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Led {
    /// Citations.
    pub all: usize,
    /// Of them, those whose document is known and in the store.
    pub document: usize,
    /// Of those, the ones that name a provision.
    pub provision: usize,
    /// Of those, the ones whose provision the document has.
    pub found: usize,
}

/// Leads every citation of the store; counts by how it names its document: `this`, `unnamed`, `number`, `name`, `quoted` for
/// those that speak of a document that is amended and not known.
///
/// # Errors
/// As reading goes.
pub fn measure(store: &Store) -> Result<BTreeMap<&'static str, Led>, StoreError> {
    let shelf = store.shelf()?;
    let mut counts: BTreeMap<&'static str, Led> = BTreeMap::new();
    for meta in shelf.documents() {
        for placed in store.citations(&meta.id)?.unwrap_or_default() {
            let named = match &placed.citation.document {
                _ if placed.quoted => "quoted",
                Cited::This => "this",
                Cited::Unnamed => "unnamed",
                Cited::Number(_) => "number",
                Cited::Name(_) => "name",
            };
            let led = shelf.lead(&meta.id, &placed);
            let count = counts.entry(named).or_default();
            count.all += 1;
            count.document += usize::from(led.id.is_some());
            if led.id.is_some() && !led.address.is_empty() {
                count.provision += 1;
                count.found += usize::from(led.found);
            }
        }
    }
    Ok(counts)
}
