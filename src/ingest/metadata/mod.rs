//! What a document says about itself: số hiệu, kind, issuers, place and date, title, signers, entry into force.
//!
//! Invariant: a pure function of the text in normal form and its tree. Every value was read where its span says; what the
//! text does not say stays empty. Patterns are read on a copy without diacritics (`plain`), so that lost and misread
//! marks (`Sô:`, `Ðiều`) cost nothing, and on head, body and signature apart.

mod certified;
mod effective;
mod head;
mod issuer;
mod number;
mod plain;
mod signature;
mod title;

use std::ops::Range;

use jiff::civil::Date;
use serde::Serialize;

use crate::law::{DocumentMeta, Node};

pub use effective::{Effective, Event, Rule};
pub use signature::{Behalf, Signer};

/// A value and the bytes of the text that it was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// Bytes of the text given.
    pub span: Range<usize>,
}

/// What a text says about its document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Metadata {
    /// Số hiệu without blanks: `65/2023/NĐ-CP`.
    pub number: Option<Found<String>>,
    /// Kind as its heading, else the số hiệu says: `Nghị định`. A consolidated text is a `Văn bản hợp nhất`.
    pub kind: Option<Found<String>>,
    /// Issuing bodies in small letters with the capitals of names: `Bộ Khoa học và Công nghệ`; several of a joint document.
    pub issuers: Vec<Found<String>>,
    /// Where it was signed: `Hà Nội`.
    pub place: Option<Found<String>>,
    /// Date of its date line; without one, the day of its adoption.
    pub issued_on: Option<Found<Date>>,
    /// Title (trích yếu) as printed, without the kind.
    pub title: Option<Found<String>>,
    /// Who signed it, in text order.
    pub signers: Vec<Signer>,
    /// Entry into force.
    pub effective: Option<Found<Effective>>,
}

/// Reads the metadata of a text in normal form (see [`crate::text::normalise`]) with its tree (see
/// [`super::parse_text`]).
///
/// Any string is accepted; a text without a head (a code put together article by article, say) has only what its body says.
pub fn read(text: &str, nodes: &[Node]) -> Metadata {
    let head = head::Head::new(text);
    let (kind, number) = (head.kind(), head.number());
    let mut metadata = Metadata {
        issuers: issuer::read(&head, number.as_ref()),
        place: head.place(),
        issued_on: head.date(),
        title: title::read(&head),
        kind: kind.or_else(|| number.as_ref().and_then(number::kind)),
        number,
        ..Metadata::default()
    };
    let body = effective::body(text);
    if certified::read(&body, text, &head, &mut metadata) {
        return metadata;
    }
    // A text without legal bases and articles is head to its end.
    let head_end = metadata.title.as_ref().map_or(head.end(), |t| t.span.end);
    metadata.signers = signature::read(&body, text, head_end, metadata.issuers.len() > 1);
    // A circular that names the Government at its head is misprinted; its enacting words are right.
    let misprinted = metadata.kind.as_ref().is_some_and(|k| k.value.starts_with("Thông tư"))
        && matches!(metadata.issuers.as_slice(), [one] if one.value.ends_with("Chính phủ") && !one.value.starts_with("Thanh tra"));
    if (metadata.issuers.is_empty() || misprinted) && head.exists() {
        let enacting = issuer::enacting(&body, text);
        if !enacting.is_empty() {
            metadata.issuers = enacting;
        }
    }
    let adopted = effective::adopted_on(&body);
    if metadata.issued_on.is_none() && head.exists() {
        metadata.issued_on = adopted.clone();
    }
    let dates = effective::Dates {
        signed: metadata.issued_on.as_ref().map(|d| d.value),
        adopted: adopted.or_else(|| metadata.issued_on.clone()).map(|d| d.value),
        signature: metadata.signers.first().map(|s| s.span.start),
    };
    metadata.effective = effective::read(&body, nodes, metadata.kind.as_ref().map(|k| k.value.as_str()), dates);
    metadata
}

impl Metadata {
    /// The same with other spans: those of the text as it was read, say (see [`crate::text::OffsetMap`]).
    pub fn with_spans(mut self, map: impl Fn(Range<usize>) -> Range<usize>) -> Self {
        fn each<T>(found: &mut Option<Found<T>>, map: &impl Fn(Range<usize>) -> Range<usize>) {
            if let Some(found) = found {
                found.span = map(found.span.clone());
            }
        }
        each(&mut self.number, &map);
        each(&mut self.kind, &map);
        each(&mut self.place, &map);
        each(&mut self.issued_on, &map);
        each(&mut self.title, &map);
        each(&mut self.effective, &map);
        let issuers = self.issuers.iter_mut().map(|f| &mut f.span);
        issuers.chain(self.signers.iter_mut().map(|s| &mut s.span)).for_each(|span| *span = map(span.clone()));
        self
    }

    /// Fills the empty facts of `meta` from the text. The kind is set before the title of a law, as people name laws.
    pub fn fill(self, meta: &mut DocumentMeta) {
        let set = |field: &mut String, value: Option<String>| {
            if let Some(value) = value.filter(|_| field.is_empty()) {
                *field = value;
            }
        };
        let title = self.law_title();
        set(&mut meta.title, title);
        set(&mut meta.number, self.number.map(|f| f.value));
        set(&mut meta.kind, self.kind.map(|f| f.value));
        let issuers: Vec<String> = self.issuers.into_iter().map(|f| f.value).collect();
        set(&mut meta.issuer, (!issuers.is_empty()).then(|| issuers.join(", ")));
        meta.issued_on = meta.issued_on.or(self.issued_on.map(|f| f.value));
        meta.effective_on = meta.effective_on.or(self.effective.and_then(|f| f.value.on));
    }

    /// The title as documents are listed: not all in capitals, a law's with its kind.
    fn law_title(&self) -> Option<String> {
        let title = &self.title.as_ref()?.value;
        let kind = self.kind.as_ref().map_or("", |k| k.value.as_str());
        let title = if title.chars().any(char::is_lowercase) { title.clone() } else { title.to_lowercase() };
        let title = match kind {
            "Luật" | "Bộ luật" | "Pháp lệnh" | "Hiến pháp" => format!("{kind} {title}"),
            _ => title,
        };
        let mut chars = title.chars();
        chars.next().map(|c| c.to_uppercase().chain(chars).collect())
    }
}

/// The facts that a raw text states of itself; `id` is left empty.
pub(super) fn describe(text: &str) -> DocumentMeta {
    let text = crate::text::normalise(text).text;
    let mut meta = DocumentMeta::default();
    read(&text, &super::parse_text(&text)).fill(&mut meta);
    meta
}

#[cfg(test)]
mod tests;
