//! Files → documents: readers, the head of a document, its tree, its leaves.
//!
//! Invariant: reading is lazy and one bad input never stops the rest; parsing never fails, every byte of the text
//! belongs to exactly one node, and addresses are unique within a document.

mod archive;
mod cite;
mod error;
pub mod formats;
mod json_lines;
mod leaf;
mod lines;
pub mod load;
pub mod metadata;
mod parser;
mod reader;
pub mod sandbox;

pub use cite::citations;
pub use error::IngestError;
pub(crate) use json_lines::JsonLines;
pub(crate) use leaf::after_label;
pub use leaf::leaves;
pub use parser::parse_text;
pub use reader::{Reader, read, read_all};
pub(crate) use reader::{document, named_file, read_text};

use sha2::{Digest, Sha256};

use crate::law::{Document, DocumentMeta, Recognised};
use crate::text::Normalised;

/// A document as read, before normalisation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RawDocument {
    /// Facts from the source, or derived from the text's head.
    pub meta: DocumentMeta,
    /// The text as read.
    pub text: String,
    /// Where it was read, for messages: `khcn.jsonl:12`.
    pub source: String,
    /// What the reader of its format has to tell: encoding chosen, changes accepted, pages recognised.
    pub notes: Vec<String>,
    /// How sure its recognition is, in bytes of `text`; empty where nothing was recognised.
    pub recognised: Recognised,
}

/// Raised whenever normalisation, parser, metadata, leaves, relations or citations change what they make of the same input, so
/// that documents that were read before are read anew.
pub const VERSION: u32 = 6;

impl RawDocument {
    /// SHA-256 over [`VERSION`], metadata, text and what is known of its recognition, as lower-case hex: equal hashes give
    /// equal documents.
    pub fn hash(&self) -> String {
        let meta = serde_json::to_vec(&self.meta).expect("metadata has only strings and dates");
        let mut h = Sha256::new();
        h.update(VERSION.to_le_bytes());
        h.update((meta.len() as u64).to_le_bytes());
        h.update(&meta);
        h.update(self.text.as_bytes());
        if !self.recognised.is_empty() {
            h.update(serde_json::to_vec(&self.recognised).expect("numbers"));
        }
        crate::text::hex(&h.finalize())
    }
}

/// Normalises the text, parses its structure and fills the facts that the source left empty from the text. Never fails: what
/// has no structure becomes paragraphs.
pub fn parse(raw: RawDocument) -> Document {
    parse_recognised(raw).0
}

/// [`parse`], and how sure the recognition of the document's text is.
pub fn parse_recognised(raw: RawDocument) -> (Document, Recognised) {
    let Normalised { text, map } = crate::text::normalise(&raw.text);
    let mut recognised = raw.recognised;
    for doubt in &mut recognised.doubts {
        doubt.span = map.new_range(doubt.span.clone());
    }
    recognised.doubts.retain(|d| !d.span.is_empty());
    let nodes = parse_text(&text);
    let mut meta = raw.meta;
    let missing = [&meta.number, &meta.kind, &meta.title, &meta.issuer].into_iter().any(String::is_empty);
    if missing || meta.issued_on.is_none() || meta.effective_on.is_none() {
        metadata::read(&text, &nodes).fill(&mut meta);
    }
    (Document { meta, text, nodes }, recognised)
}
