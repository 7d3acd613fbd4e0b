//! A legal document and its tree of provisions.

use std::ops::Range;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Unit;

/// Facts about a document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentMeta {
    /// The store's key, e.g. `ND-65-2023-NĐ-CP`. A số hiệu can belong to two documents, an id cannot.
    pub id: String,
    /// Số hiệu, e.g. `65/2023/NĐ-CP`; empty when unknown.
    pub number: String,
    /// Kind in Vietnamese, e.g. `Nghị định`.
    pub kind: String,
    /// Title (trích yếu).
    pub title: String,
    /// Issuing body.
    pub issuer: String,
    /// Date of issue.
    pub issued_on: Option<Date>,
    /// Date it takes effect.
    pub effective_on: Option<Date>,
    /// Validity as the source states it; often empty.
    pub status: String,
    /// Subject guessed by the source; often empty.
    pub domain: String,
    /// Public address of the source page; empty when unknown.
    pub url: String,
}

/// Kind of a node of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    /// Phần.
    Part,
    /// Chương.
    Chapter,
    /// Mục.
    Section,
    /// Tiểu mục.
    Subsection,
    /// Điều.
    Article,
    /// Khoản.
    Clause,
    /// Điểm.
    Point,
    /// Phụ lục, and whatever else follows the signature.
    Annex,
    /// Text that belongs to no numbered unit: preamble, opening words, table rows, signature.
    Paragraph,
}

/// One node. Its own text is `document.text[span]`, label included, children excluded; the spans of all nodes in
/// order cover the text without gap or overlap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Kind.
    pub kind: NodeKind,
    /// Label as printed without punctuation: `Điều 12`, `3`, `b`, `Chương II`; empty for paragraphs.
    pub label: String,
    /// Address within the document, unique: `dieu-12.khoan-3.diem-b`.
    pub address: String,
    /// Index of the parent in `Document::nodes`.
    pub parent: Option<usize>,
    /// Text that an amending document quotes from another: its numbering is not this document's own.
    #[serde(default)]
    pub quoted: bool,
    /// Bytes of the normalised text.
    pub span: Range<usize>,
}

/// A document read, normalised and parsed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Facts.
    pub meta: DocumentMeta,
    /// The normalised text (NFC, one tone placement, tidy white space, `\n` between lines).
    pub text: String,
    /// The tree in text order.
    pub nodes: Vec<Node>,
}

/// A leaf provision with what it is read with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// Address within the document.
    pub address: String,
    /// Label of the điều it stands in, e.g. `Điều 12`; empty outside articles.
    pub article: String,
    /// Heading of that điều, without its label.
    pub heading: String,
    /// See [`super::Unit::lead`].
    pub lead: String,
    /// See [`super::Unit::text`].
    pub text: String,
    /// Bytes of `Document::text` that the leaf's own text was made of, label included.
    pub span: Range<usize>,
}

impl Leaf {
    /// What a reader is given for the leaf in a document with the facts `meta`.
    pub fn unit(&self, meta: &DocumentMeta) -> Unit {
        Unit {
            doc_kind: meta.kind.clone(),
            title: meta.title.clone(),
            lead: self.lead.clone(),
            text: self.text.clone(),
        }
    }
}
