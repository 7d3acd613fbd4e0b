//! Citations (viện dẫn) in a text: find, resolve, annotate, clean.
//!
//! Invariant: pure, never fails, and every span lies on character boundaries of the text that was given. One
//! [`Citation`] is one target: "điểm a và b khoản 2 Điều 5" gives two with the same span. What the text does not say
//! stays unknown; nothing is guessed.

mod keys;
mod law_name;
mod provision;
mod query;
mod read;
mod resolve;
#[cfg(test)]
mod tests;

use std::ops::Range;

use jiff::civil::Date;

pub use keys::{law_key, number_key, title_key};
pub use law_name::{key as name_key, names_of};
pub use query::{Asked, asked};
pub use read::find;
pub use resolve::{Here, Known, Lookup, Resolved, resolve};

/// The document that a citation names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Cited {
    /// The document it stands in: `Luật này`, `khoản 1 Điều này`.
    This,
    /// None is named beside the provision: `khoản 2 Điều 5`.
    Unnamed,
    /// By số hiệu, as printed but without spaces.
    Number(String),
    /// By name, as printed: `Luật Sở hữu trí tuệ`, `Hiến pháp`. [`name_key`] compares names.
    Name(String),
}

/// One target of one pointer in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// Bytes of the whole pointer, from its first word to the document's number, name or date.
    pub span: Range<usize>,
    /// The document.
    pub document: Cited,
    /// Kind before the document's number or name, as printed: `Nghị định`; empty when none is.
    pub kind: String,
    /// Date of issue beside the number.
    pub date: Option<Date>,
    /// Year beside a name: `Luật Đất đai năm 2013`.
    pub year: Option<i16>,
    /// Address within the document, empty for the document itself; `*` stands for "này": `dieu-*.khoan-1`.
    pub path: String,
}

/// A citation and where in its document it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Address of the unit it stands in.
    pub address: String,
    /// It stands in text quoted from another document, whose "này" is not this one.
    pub quoted: bool,
    /// The citation; its span is bytes of the document's text.
    pub citation: Citation,
}

/// The text as [`find`] reads it best, byte for byte as long: the Icelandic `Ð` that old files have for `Đ` and
/// no-break hyphens are put right.
pub fn clean(text: &str) -> String {
    // Both replacements keep the number of bytes, so that offsets need no map.
    text.replace('Ð', "Đ").replace('ð', "đ").replace('\u{2011}', "\u{2010}")
}

/// The text with marks around each pointer: `mark` is given the targets of one pointer and returns what stands before
/// and after it.
pub fn annotate(text: &str, citations: &[Citation], mut mark: impl FnMut(&[Citation]) -> (String, String)) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut at = 0;
    for targets in citations.chunk_by(|a, b| a.span == b.span) {
        let span = targets[0].span.clone();
        let (Some(before), Some(inside)) = (text.get(at..span.start), text.get(span.clone())) else { continue };
        let (open, close) = mark(targets);
        for part in [before, &open, inside, &close] {
            out.push_str(part);
        }
        at = span.end;
    }
    out.push_str(&text[at..]);
    out
}
