//! The words of the trade as types: documents, provisions, levels, categories, mentions, tasks.
//!
//! Invariant: pure. Nothing here reads a file, a clock or a model; every other room may use it and it uses none
//! but [`crate::text`]. Vietnamese terms keep their Vietnamese name in the docs, English in the code.

pub mod amend;
pub mod authority;
pub mod citation;
mod gold;
pub mod graph;
mod label;
mod mention;
mod recognised;
pub mod relation;
mod structure;
mod task;
pub mod validity;

pub use gold::{GoldLine, corpus_id};
pub use label::{Category, Field, HolderIn, Kind, Level, Mechanism, Reason, UnknownLabel};
pub use mention::{Mention, Precedent, Prediction, Unit};
pub use recognised::{Doubt, PageSureness, Recognised};
pub use structure::{Document, DocumentMeta, Leaf, Node, NodeKind};
pub use task::{LegalBasis, RunInfo, Task};
