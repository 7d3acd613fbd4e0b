//! Scores of labels beside the baselines.
//!
//! Invariant: figures are those of the annotation set's reference scorer; nothing here changes a label.

pub mod citations;
pub mod confusion;
pub mod consolidation;
pub mod faithful;
pub mod formats;
pub mod gold;
pub mod led;
pub mod metadata;
pub mod relations;
pub mod robust;
pub mod score;
pub mod snapshot;
pub mod table;
mod twister;

use std::path::PathBuf;

use crate::ingest::{self, IngestError};
use crate::law::Document;

/// Parses the documents whose id is `wanted`, one at a time.
fn each_document<E: From<IngestError>>(
    documents: &[PathBuf],
    wanted: impl Fn(&str) -> bool,
    mut each: impl FnMut(&Document) -> Result<(), E>,
) -> Result<(), E> {
    for raw in documents.iter().flat_map(|p| ingest::read(p)) {
        let raw = raw?;
        if wanted(&raw.meta.id) {
            each(&ingest::parse(raw))?;
        }
    }
    Ok(())
}
