//! Files → documents: readers, the head of a document, its tree, its leaves.
//!
//! Invariant: reading is lazy and one bad input never stops the rest; parsing never fails, every byte of the text
//! belongs to exactly one node, and addresses are unique within a document.

mod leaf;
mod lines;
mod parser;

pub use leaf::leaves;
pub use parser::parse_text;

use crate::law::{Document, DocumentMeta};

/// A document as read, before normalisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawDocument {
    /// Facts from the source, or derived from the text's head.
    pub meta: DocumentMeta,
    /// The text as read.
    pub text: String,
    /// Where it was read, for messages: `khcn.jsonl:12`.
    pub source: String,
}

/// Normalises the text and parses its structure. Never fails: what has no structure becomes paragraphs.
pub fn parse(raw: RawDocument) -> Document {
    let text = crate::text::normalise(&raw.text).text;
    let nodes = parse_text(&text);
    Document { meta: raw.meta, text, nodes }
}
