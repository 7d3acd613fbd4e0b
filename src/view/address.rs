//! From what somebody typed to one document and one provision of it.
//!
//! Invariant: never guesses. What fits several documents is told with all of them, what fits none with the nearest.

use std::fmt;

use crate::law::DocumentMeta;
use crate::law::citation::{self, Asked, law_key, name_key, number_key, title_key};
use crate::store::Shelf;
use crate::text::{fold, normalise_line};

/// At most so many documents or addresses are offered.
const OFFERED: usize = 10;

/// A document, or a provision of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Id of the document.
    pub doc: String,
    /// Address within it; empty for the whole document.
    pub address: String,
}

/// Why what was typed is not one place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOne {
    /// It names no document.
    #[error(
        "{typed:?} names no document; give its số hiệu, its id or the name of a law: 65/2023/NĐ-CP#dieu-15.khoan-2, \
         \"khoản 2 Điều 15 Nghị định 65/2023/NĐ-CP\", \"Điều 5 Luật Viễn thông\""
    )]
    NoDocument {
        /// What was typed.
        typed: String,
    },
    /// No document of the store fits.
    #[error("no document of this store is {typed:?}{}", Near("; the nearest are", near))]
    UnknownDocument {
        /// What was typed.
        typed: String,
        /// Documents like it, as they can be asked for, each with its title.
        near: Vec<String>,
    },
    /// Several documents fit.
    #[error("{typed:?} can be several documents; ask for one of them by its id{}", Near(":", these))]
    Ambiguous {
        /// What was typed.
        typed: String,
        /// The documents, as they can be asked for, each with its title.
        these: Vec<String>,
    },
    /// The document has no such provision.
    #[error("{document} has no provision {asked}{}", Near("; the nearest are", near))]
    UnknownProvision {
        /// The document, as it can be asked for.
        document: String,
        /// Address asked for.
        asked: String,
        /// Addresses that are there, as they can be asked for.
        near: Vec<String>,
    },
    /// Without diacritics two provisions are meant.
    #[error("without diacritics this can be two provisions; ask for one of them{}", Near(":", these))]
    AmbiguousProvision {
        /// The provisions, as they can be asked for.
        these: Vec<String>,
    },
}

/// Lines under a message.
struct Near<'a>(&'a str, &'a [String]);

impl fmt::Display for Near<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.1.is_empty() {
            return Ok(());
        }
        f.write_str(self.0)?;
        self.1.iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

/// The place that was typed.
///
/// # Errors
/// [`NotOne`].
pub fn find(shelf: &Shelf<'_>, typed: &str) -> Result<Place, NotOne> {
    let typed = normalise_line(typed).text;
    let (head, tail) = typed.split_once(['#', ':']).unwrap_or((&typed, ""));
    if let Some(meta) = by_id(shelf, head.trim()) {
        return provision(shelf, meta, &tail.trim().to_lowercase(), None);
    }
    let asked = citation::asked(&typed);
    let found = documents(shelf, &asked, &typed)?;
    match found.as_slice() {
        [] => Err(NotOne::UnknownDocument { near: nearest(shelf, &asked, &typed), typed }),
        [one] => provision(shelf, one, &asked.path, asked.other_path.as_deref()),
        many => Err(NotOne::Ambiguous {
            typed,
            these: many.iter().take(OFFERED).map(|m| with_title(shelf, m, true)).collect(),
        }),
    }
}

/// How a place is asked for again: by số hiệu where that is one document's alone, else by id.
pub(super) fn name(shelf: &Shelf<'_>, meta: &DocumentMeta, address: &str) -> String {
    let document = if is_alone(shelf, meta) { &meta.number } else { &meta.id };
    if address.is_empty() { document.clone() } else { format!("{document}#{address}") }
}

fn is_alone(shelf: &Shelf<'_>, meta: &DocumentMeta) -> bool {
    use crate::law::citation::Lookup as _;
    !meta.number.is_empty() && shelf.by_number(&meta.number).len() == 1
}

fn with_title(shelf: &Shelf<'_>, meta: &DocumentMeta, by_id: bool) -> String {
    let called = if by_id { meta.id.clone() } else { name(shelf, meta, "") };
    let facts = super::print::shorten(&[&meta.kind, &meta.number, &meta.title].map(String::as_str).join(" "), 100);
    let date = meta.issued_on.map(|d| format!(" ({d})")).unwrap_or_default();
    format!("{called}  {facts}{date}")
}

fn by_id<'a>(shelf: &'a Shelf<'_>, id: &str) -> Option<&'a DocumentMeta> {
    if let Some(meta) = shelf.document(id) {
        return Some(meta);
    }
    let folded = fold(id);
    let mut like = shelf.documents().iter().filter(|m| fold(&m.id) == folded);
    like.next().filter(|_| like.next().is_none())
}

/// The documents that fit what was asked for.
fn documents<'a>(shelf: &'a Shelf<'_>, asked: &Asked, typed: &str) -> Result<Vec<&'a DocumentMeta>, NotOne> {
    let mut found: Vec<&DocumentMeta> = Vec::new();
    if let Some((number, _)) = &asked.number {
        let key = number_key(number);
        let all = || shelf.documents().iter().filter(|m| !m.number.is_empty());
        found.extend(all().filter(|m| number_key(&m.number) == key));
        if found.is_empty() {
            // "65/2023": the number up to its year.
            found
                .extend(all().filter(|m| number_key(&m.number).strip_prefix(&key).is_some_and(|r| r.starts_with('/'))));
        }
        let kind = name_key(&asked.kind);
        if found.len() > 1 && found.iter().any(|m| name_key(&m.kind) == kind) {
            found.retain(|m| name_key(&m.kind) == kind);
        }
        return Ok(found);
    }
    let keys = names(shelf, asked, typed);
    if !keys.is_empty() {
        let named = |m: &DocumentMeta| title_key(&m.kind, &m.title).is_some_and(|k| keys.contains(&k));
        found.extend(shelf.documents().iter().filter(|m| named(m)));
        if let Some(year) = asked.year {
            found.retain(|m| m.issued_on.is_some_and(|d| d.year() == year));
        }
        return Ok(found);
    }
    // Words of a title, if nothing else; with a provision they would be words of anything.
    let words = name_key(typed);
    if !asked.path.is_empty() || words.split(' ').count() < 2 {
        return Err(NotOne::NoDocument { typed: typed.to_owned() });
    }
    let padded = format!(" {words} ");
    found.extend(shelf.documents().iter().filter(|m| format!(" {} ", name_key(&m.title)).contains(&padded)));
    Ok(found)
}

/// Keys of the laws that may be named: as read; else the longest words behind "luật" that are a law's here, for without
/// diacritics and capitals only the store tells where a name ends.
fn names(shelf: &Shelf<'_>, asked: &Asked, typed: &str) -> Vec<String> {
    use crate::law::citation::Lookup as _;
    let read: Vec<String> = asked.names().iter().map(|n| law_key(n)).collect();
    if read.iter().any(|key| !shelf.by_name(key).is_empty()) {
        return read;
    }
    let folded = name_key(typed);
    let words: Vec<&str> = folded.split(' ').collect();
    for (i, _) in words.iter().enumerate().filter(|(_, w)| matches!(**w, "luat" | "lenh")) {
        let from = if i > 0 && matches!(words[i - 1], "bo" | "phap") { i - 1 } else { i };
        for to in (i + 2..=words.len()).rev() {
            let key = law_key(&words[from..to].join(" "));
            if !shelf.by_name(&key).is_empty() {
                return vec![key];
            }
        }
    }
    read
}

/// The provision of a document.
fn provision(shelf: &Shelf<'_>, meta: &DocumentMeta, path: &str, other: Option<&str>) -> Result<Place, NotOne> {
    let place = |address: String| Place { doc: meta.id.clone(), address };
    if path.is_empty() {
        return Ok(place(String::new()));
    }
    let first = shelf.place(&meta.id, path);
    let second = other.and_then(|o| shelf.place(&meta.id, o));
    match (first, second) {
        (Some(a), Some(b)) => {
            Err(NotOne::AmbiguousProvision { these: [a, b].map(|address| name(shelf, meta, &address)).to_vec() })
        }
        (Some(address), None) | (None, Some(address)) => Ok(place(address)),
        (None, None) => Err(NotOne::UnknownProvision {
            document: name(shelf, meta, ""),
            asked: path.to_owned(),
            near: near(&shelf.addresses(&meta.id), path).iter().map(|a| name(shelf, meta, a)).collect(),
        }),
    }
}

/// Addresses near one that is not there: what it would stand in, and the units there with the nearest labels.
fn near(addresses: &[String], path: &str) -> Vec<String> {
    let mut around = path;
    while let Some((outer, _)) = around.rsplit_once('.') {
        around = outer;
        if addresses.iter().any(|a| a == around) {
            break;
        }
    }
    let inside = if addresses.iter().any(|a| a == around) { format!("{around}.") } else { String::new() };
    let rest = path.strip_prefix(&inside).unwrap_or(path);
    let wanted = rest.split('.').next().unwrap_or_default();
    let (unit, label) = wanted.rsplit_once('-').unwrap_or((wanted, ""));
    let number = |label: &str| label.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<i64>().ok();
    let distance = |label_there: &str| match (number(label), number(label_there)) {
        (Some(a), Some(b)) => (a - b).unsigned_abs() as usize,
        _ => strsim::levenshtein(label, label_there),
    };
    let mut beside: Vec<(usize, usize, &String)> = addresses
        .iter()
        .enumerate()
        .filter_map(|(i, a)| {
            let own = a.strip_prefix(&inside)?;
            let (unit_there, label_there) = own.rsplit_once('-')?;
            (!own.contains('.') && unit_there == unit).then(|| (distance(label_there), i, a))
        })
        .collect();
    beside.sort();
    let mut out: Vec<String> = beside.into_iter().take(5).map(|(.., a)| a.clone()).collect();
    if !inside.is_empty() {
        out.push(around.to_owned());
    }
    out
}

/// Documents like one that is not there.
fn nearest(shelf: &Shelf<'_>, asked: &Asked, typed: &str) -> Vec<String> {
    let far = |m: &DocumentMeta| {
        let (wanted, there) = match (&asked.number, &asked.name) {
            (Some((number, _)), _) => (number_key(number), number_key(&m.number)),
            (None, Some((name, _))) => (law_key(name), title_key(&m.kind, &m.title)?),
            (None, None) => (name_key(typed), name_key(&m.title)),
        };
        // Titles can be long, and one that is twice as long is not near.
        (there.len() <= 2 * wanted.len()).then(|| strsim::damerau_levenshtein(&wanted, &there))
    };
    let typed_len = match (&asked.number, &asked.name) {
        (Some((t, _)), _) | (None, Some((t, _))) => t.chars().count(),
        (None, None) => typed.chars().count(),
    };
    let mut all: Vec<(usize, &DocumentMeta)> = shelf.documents().iter().filter_map(|m| Some((far(m)?, m))).collect();
    all.retain(|(distance, _)| *distance * 3 <= typed_len);
    all.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
    all.into_iter().take(5).map(|(_, m)| with_title(shelf, m, false)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_addresses() {
        let there = ["dieu-1", "dieu-1.khoan-1", "dieu-1.khoan-2", "dieu-1.khoan-2.diem-a", "dieu-2", "dieu-3"];
        let there: Vec<String> = there.iter().map(|a| (*a).to_owned()).collect();
        assert_eq!(near(&there, "dieu-9"), ["dieu-3", "dieu-2", "dieu-1"]);
        assert_eq!(near(&there, "dieu-1.khoan-4"), ["dieu-1.khoan-2", "dieu-1.khoan-1", "dieu-1"]);
        assert_eq!(near(&there, "dieu-1.khoan-4.diem-b"), ["dieu-1.khoan-2", "dieu-1.khoan-1", "dieu-1"]);
        assert_eq!(near(&there, "phu-luc-1"), Vec::<String>::new());
    }
}
