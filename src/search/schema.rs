//! The schema, and how a provision becomes an entry of the index.
//!
//! One entry for each leaf provision, and one marker for each document, which holds nothing but the document's id and
//! the fingerprint of what was indexed. Invariant: a marker and the entries of its document are written and removed
//! in one commit, so the markers always say exactly what the index holds.

use jiff::civil::Date;
use sha2::{Digest, Sha256};
use tantivy::TantivyDocument;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};

use super::analysis;
use super::citation;
use crate::law::{DocumentMeta, Leaf};
use crate::text::{fold, hex};

/// Format of the index. Raise it when the schema or the analysis changes: older indexes are then rebuilt.
pub const VERSION: u32 = 2;

/// Name under which [`analysis::Syllables`] is registered.
pub const TOKENIZER: &str = "syllables";

/// The fields. Text fields come in the order of [`Fields::TEXT`].
#[derive(Debug, Clone)]
pub struct Fields {
    /// Id of the document: on every entry, the key of removal.
    pub doc: Field,
    /// Only on markers: `id NUL fingerprint`.
    pub state: Field,
    /// The leaf's own text.
    pub text: Field,
    /// Heading of its điều.
    pub heading: Field,
    /// What the leaf is read with, without the heading.
    pub context: Field,
    /// Kind, number, title and issuer of the document.
    pub title: Field,
    /// Số hiệu, folded: whole, and without the part behind the year.
    pub number_key: Field,
    /// Address of the leaf and of everything it stands in.
    pub path: Field,
    /// Kind, folded.
    pub kind_key: Field,
    /// Issuer with the abbreviations of the số hiệu.
    pub issuer_key: Field,
    /// Validity; the term `unknown` where the source says nothing.
    pub status_key: Field,
    /// Year of issue.
    pub year: Field,
    /// Order among equals: newest document first, text order within.
    pub order: Field,
    /// The facts of the hit that are shown, as they are.
    pub shown: [Field; 9],
}

/// What [`Fields::shown`] holds, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Số hiệu.
    pub number: String,
    /// Address within the document.
    pub address: String,
    /// Label of the điều.
    pub article: String,
    /// Heading of the điều.
    pub heading: String,
    /// Title of the document.
    pub title: String,
    /// Kind, issuer, date of issue, validity: separated by tabs, none of them holds one.
    pub facts: String,
    /// What the leaf is read with.
    pub lead: String,
    /// The leaf's text.
    pub text: String,
    /// Id of the document.
    pub doc: String,
}

const SHOWN: [&str; 9] = ["number", "address", "article", "heading_text", "title_text", "facts", "lead", "body", "id"];

/// The schema and its fields.
pub fn schema() -> (Schema, Fields) {
    let words = || {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(TOKENIZER)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        TextOptions::default().set_indexing_options(indexing)
    };
    let mut b = Schema::builder();
    let fields = Fields {
        doc: b.add_text_field("doc", STRING),
        state: b.add_text_field("state", STRING),
        text: b.add_text_field("text", words()),
        heading: b.add_text_field("heading", words()),
        context: b.add_text_field("context", words()),
        title: b.add_text_field("title", words()),
        number_key: b.add_text_field("number_key", STRING),
        path: b.add_text_field("path", STRING),
        kind_key: b.add_text_field("kind_key", STRING),
        issuer_key: b.add_text_field("issuer_key", words()),
        status_key: b.add_text_field("status_key", words()),
        year: b.add_u64_field("year", INDEXED | FAST),
        order: b.add_u64_field("order", FAST),
        shown: SHOWN.map(|name| b.add_text_field(name, STORED)),
    };
    (b.build(), fields)
}

/// Everything about a document that its entries depend on, as one short string.
pub fn fingerprint(meta: &DocumentMeta, content_hash: &str) -> String {
    let mut hash = Sha256::new();
    let date = |d: Option<Date>| d.map(|d| d.to_string()).unwrap_or_default();
    let parts = [
        content_hash,
        &meta.number,
        &meta.kind,
        &meta.title,
        &meta.issuer,
        &meta.status,
        &date(meta.issued_on),
        &date(meta.effective_on),
    ];
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hex(&hash.finalize()[..16])
}

/// The marker of a document.
pub fn marker(f: &Fields, meta: &DocumentMeta, fingerprint: &str) -> TantivyDocument {
    let mut d = TantivyDocument::default();
    d.add_text(f.doc, &meta.id);
    d.add_text(f.state, format!("{}\0{fingerprint}", meta.id));
    d
}

/// What all entries of one document share, made once.
pub struct Prepared<'a> {
    meta: &'a DocumentMeta,
    title: String,
    facts: String,
    number_keys: Vec<String>,
    kind_key: String,
    issuer: String,
    status: &'a str,
    year: Option<u64>,
    order: u64,
}

impl<'a> Prepared<'a> {
    /// Reads the facts of a document.
    pub fn new(meta: &'a DocumentMeta) -> Prepared<'a> {
        let number = fold(&meta.number);
        let short = citation::short_number(&number);
        let number_keys = if short.is_empty() || short == number {
            vec![number.clone()]
        } else {
            vec![number.clone(), short.to_owned()]
        };
        let issued = meta.issued_on.map(|d| d.to_string()).unwrap_or_default();
        let facts = [&meta.kind, &meta.issuer, &issued, &meta.status].map(|s| s.replace('\t', " ")).join("\t");
        let abbreviations = meta.number.rsplit('/').next().unwrap_or_default().replace('-', " ");
        Prepared {
            meta,
            title: [&meta.kind, &meta.number, &meta.title, &meta.issuer].map(String::as_str).join(" \u{2028} "),
            facts,
            number_keys,
            kind_key: fold(&meta.kind),
            issuer: format!("{} {abbreviations}", meta.issuer),
            status: if meta.status.is_empty() { "unknown" } else { &meta.status },
            year: meta.issued_on.and_then(|d| u64::try_from(d.year()).ok()).or_else(|| citation::year(&number)),
            order: order_of_document(meta),
        }
    }

    /// The entry of the `position`-th leaf.
    pub fn entry(&self, f: &Fields, position: usize, leaf: &Leaf) -> TantivyDocument {
        let mut d = TantivyDocument::default();
        d.add_text(f.doc, &self.meta.id);
        d.add_text(f.text, &leaf.text);
        d.add_text(f.heading, &leaf.heading);
        d.add_text(f.context, context(leaf));
        d.add_text(f.title, &self.title);
        for key in &self.number_keys {
            d.add_text(f.number_key, key);
        }
        for path in citation::paths(&leaf.address) {
            d.add_text(f.path, path);
        }
        d.add_text(f.kind_key, &self.kind_key);
        d.add_text(f.issuer_key, &self.issuer);
        d.add_text(f.status_key, self.status);
        if let Some(year) = self.year {
            d.add_u64(f.year, year);
        }
        d.add_u64(f.order, self.order | (position as u64).min(POSITIONS - 1));
        let shown = [
            &self.meta.number,
            &leaf.address,
            &leaf.article,
            &leaf.heading,
            &self.meta.title,
            &self.facts,
            &leaf.lead,
            &leaf.text,
            &self.meta.id,
        ];
        for (field, value) in f.shown.iter().zip(shown) {
            d.add_text(*field, value);
        }
        d
    }
}

impl Shown {
    /// Reads the stored part of an entry.
    pub fn read(f: &Fields, stored: &TantivyDocument) -> Shown {
        use tantivy::schema::Value as _;
        let get = |i: usize| stored.get_first(f.shown[i]).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
        Shown {
            number: get(0),
            address: get(1),
            article: get(2),
            heading: get(3),
            title: get(4),
            facts: get(5),
            lead: get(6),
            text: get(7),
            doc: get(8),
        }
    }
}

/// The lead behind the heading, which has a field of its own.
fn context(leaf: &Leaf) -> &str {
    match leaf.lead.split_once(" | ") {
        Some((head, rest)) if head.starts_with(leaf.article.as_str()) && !leaf.article.is_empty() => rest,
        None if leaf.lead.starts_with(leaf.article.as_str()) && !leaf.article.is_empty() => "",
        _ => &leaf.lead,
    }
}

/// Leaves of one document told apart by [`Fields::order`].
const POSITIONS: u64 = 1 << 20;

/// The upper bits of [`Fields::order`]: days before a far future, then bits of the id's hash, so that documents of one
/// day stay apart and every run orders them alike.
fn order_of_document(meta: &DocumentMeta) -> u64 {
    const DAYS: u64 = 1 << 21;
    let far = jiff::civil::date(4000, 1, 1);
    let days = meta
        .issued_on
        .and_then(|d| far.since(d).ok())
        .and_then(|s| u64::try_from(s.get_days()).ok())
        .unwrap_or(DAYS - 1)
        .min(DAYS - 1);
    let hash = Sha256::digest(&meta.id);
    let id = u64::from(u32::from_le_bytes([hash[0], hash[1], hash[2], 0]));
    // 21 + 23 + 20 bits.
    (days << 43) | ((id >> 1) << 20)
}

/// A tokenizer manager with the analysis of this index.
pub fn tokenizers() -> tantivy::tokenizer::TokenizerManager {
    let manager = tantivy::tokenizer::TokenizerManager::default();
    manager.register(TOKENIZER, analysis::Syllables::default());
    manager
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_documents_stand_first_and_undated_ones_last() {
        let on = |year: i16, day: i8| {
            let issued_on = (year > 0).then(|| jiff::civil::date(year, 3, day));
            order_of_document(&DocumentMeta { id: "a".to_owned(), issued_on, ..DocumentMeta::default() })
        };
        assert!(on(2025, 2) < on(2025, 1));
        assert!(on(2025, 1) < on(1945, 9));
        assert!(on(1945, 9) < on(0, 0));
        assert_eq!(on(2025, 2) % POSITIONS, 0);
    }

    #[test]
    fn the_heading_is_not_repeated_in_the_context() {
        let leaf = |lead: &str| Leaf {
            address: String::new(),
            article: "Điều 5".to_owned(),
            heading: "Đầu đề".to_owned(),
            lead: lead.to_owned(),
            text: String::new(),
            span: 0..0,
        };
        assert_eq!(context(&leaf("Điều 5. Đầu đề | Mở đầu: | Khoản")), "Mở đầu: | Khoản");
        assert_eq!(context(&leaf("Điều 5. Đầu đề")), "");
        assert_eq!(context(&leaf("")), "");
        assert_eq!(context(&leaf("Khác | nữa")), "Khác | nữa");
    }
}
