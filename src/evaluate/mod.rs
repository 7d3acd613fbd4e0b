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
