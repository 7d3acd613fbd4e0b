//! From a citation to a document and a provision that the caller knows.

use jiff::civil::Date;

use super::{Citation, Cited, law_key, name_key};

/// A document that a [`Lookup`] knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its id.
    pub id: String,
    /// Its kind: a số hiệu can belong to a law and a resolution.
    pub kind: String,
    /// Date of issue.
    pub issued_on: Option<Date>,
}

/// What the caller knows of documents; the store implements it.
pub trait Lookup {
    /// Documents with this số hiệu.
    fn by_number(&self, number: &str) -> Vec<Known>;
    /// Laws whose title has this [`law_key`], as [`super::title_key`] gives it.
    fn by_name(&self, key: &str) -> Vec<Known>;
    /// Whether the document has a provision of this address.
    fn has(&self, id: &str, address: &str) -> bool;
}

/// Where a citation stands.
#[derive(Debug, Clone, Copy)]
pub struct Here<'a> {
    /// Id of the document.
    pub id: &'a str,
    /// Address of the provision.
    pub address: &'a str,
    /// When the document was issued: a law cited by its name alone is the newest one before.
    pub issued_on: Option<Date>,
    /// It stands in text quoted from another document: "này" is that one, and it is not known here.
    pub quoted: bool,
}

/// Where a citation leads; what is unknown is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Id of the document, where exactly one fits.
    pub id: Option<String>,
    /// Address with "này" filled in; empty for the whole document.
    pub address: String,
    /// The document is known and has the provision.
    pub found: bool,
}

/// Leads a citation to its document and provision.
pub fn resolve(citation: &Citation, here: Here<'_>, known: &impl Lookup) -> Resolved {
    let address = fill(&citation.path, here.address);
    let (id, address) = match &citation.document {
        Cited::This | Cited::Unnamed if here.quoted => (None, address),
        Cited::This => (Some(here.id.to_owned()), this(citation, here, address)),
        // "khoản 2 Điều 5" without a document is of this one: only as far as it has it.
        Cited::Unnamed => match beside(here, &address, known) {
            Some(address) => (Some(here.id.to_owned()), address),
            None => (None, address),
        },
        Cited::Number(number) => (one(known.by_number(number), citation), address),
        Cited::Name(name) => (newest(known.by_name(&law_key(name)), citation, here.issued_on), address),
    };
    let found = id.as_ref().is_some_and(|id| address.is_empty() || known.has(id, &address));
    Resolved { id, address, found }
}

/// The regulation or annex that an address stands in, whose numbering is its own: `quy-che` in `quy-che.dieu-5`.
fn annex(address: &str) -> Option<&str> {
    let first = address.split('.').next()?;
    let unit = first.split('-').next().unwrap_or_default();
    let own = matches!(unit, "dieu" | "khoan" | "diem" | "chuong" | "muc" | "tieu" | "phan" | "doan" | "");
    (!own).then_some(first)
}

/// "Điều 5 Quy chế này" is of the regulation around, "Điều 5 Thông tư này" of the circular that promulgates it.
fn this(citation: &Citation, here: Here<'_>, address: String) -> String {
    let regulation =
        matches!(name_key(&citation.kind).as_str(), "quy che" | "quy dinh" | "quy chuan" | "dieu le" | "noi quy");
    match annex(here.address).filter(|annex| regulation && !address.starts_with(annex)) {
        Some(annex) if address.is_empty() => annex.to_owned(),
        Some(annex) => format!("{annex}.{address}"),
        None => address,
    }
}

/// "khoản 2" is of the điều it stands in, "Điều 5" of the regulation it stands in, else of the document.
fn beside(here: Here<'_>, address: &str, known: &impl Lookup) -> Option<String> {
    let mut around = if address.starts_with("dieu-") { annex(here.address).unwrap_or_default() } else { here.address };
    // A khoản stands in no điểm, and in no other khoản.
    let smaller: &[&str] =
        if address.starts_with("khoan-") { &["khoan-", "diem-", "doan-"] } else { &["diem-", "doan-"] };
    while let Some((outer, own)) = around.rsplit_once('.')
        && smaller.iter().any(|s| own.starts_with(s))
    {
        around = outer;
    }
    loop {
        let candidate = if around.is_empty() { address.to_owned() } else { format!("{around}.{address}") };
        if known.has(here.id, &candidate) {
            return Some(candidate);
        }
        if around.is_empty() {
            return None;
        }
        around = around.rsplit_once('.').map_or("", |(outer, _)| outer);
    }
}

/// The one document that fits kind and date.
fn one(mut known: Vec<Known>, citation: &Citation) -> Option<String> {
    if known.len() > 1 && !citation.kind.is_empty() {
        let kind = name_key(&citation.kind);
        known.retain(|k| name_key(&k.kind) == kind);
    }
    if known.len() > 1 && citation.date.is_some() {
        known.retain(|k| k.issued_on == citation.date);
    }
    if known.len() == 1 { known.pop().map(|k| k.id) } else { None }
}

/// Of laws of one name: that of the year beside it, else the newest before the citing document.
fn newest(mut known: Vec<Known>, citation: &Citation, before: Option<Date>) -> Option<String> {
    if let Some(year) = citation.year {
        known.retain(|k| k.issued_on.is_some_and(|d| d.year() == year));
    } else if let Some(before) = before {
        known.retain(|k| k.issued_on.is_some_and(|d| d < before));
    } else if known.len() > 1 {
        return None;
    }
    known.into_iter().max_by_key(|k| k.issued_on).map(|k| k.id)
}

/// Puts the labels of `here` where the path has `*`: `dieu-*.khoan-1` in `dieu-5.khoan-2` → `dieu-5.khoan-1`.
fn fill(path: &str, here: &str) -> String {
    let Some((star, rest)) = path.split_once("-*") else { return path.to_owned() };
    let mut place = String::new();
    for part in here.split('.') {
        if !place.is_empty() {
            place.push('.');
        }
        place.push_str(part);
        if part.split('-').next() == star.split('-').next() && part.starts_with(star) {
            return format!("{place}{rest}");
        }
    }
    path.to_owned()
}
