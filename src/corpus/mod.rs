//! A collection of documents as files: its manifest, what looks wrong in it, documents added to it, pages fetched.
//!
//! Invariant: a manifest holds facts, one line a document, and is only ever replaced whole; what a check finds is told,
//! never mended.

pub mod add;
pub mod check;
pub mod fetch;
mod manifest;

pub use manifest::{Entry, Text, entries};
