//! The targets of one verb: which pointers in its objects are meant, and which only describe them.
//!
//! "bãi bỏ Thông tư A sửa đổi Thông tư B và Thông tư C" has two targets: a pointer that follows a verb or a preposition
//! inside a description is none, one that follows "và" or a comma after a description is the next one.

use std::ops::Range;

use super::scope::{self, Named};
use super::words::{BESIDE, FORM, GOES_ON, INTO, JOINED, MEASURE, NEUTRAL, SOME};
use crate::law::citation::{Citation, Cited};

/// One target of a verb.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Bytes of the statement.
    pub span: Range<usize>,
    /// None where neither the pointer nor what follows in the list names one.
    pub named: Option<Named>,
    pub path: String,
    /// Only something in it.
    pub part: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Role {
    Target,
    Described,
}

/// How the objects are read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Objects {
    /// A list of documents and provisions.
    Listed,
    /// What is implemented: "hướng dẫn việc A theo quy định tại Điều 5 Luật B".
    Delegated,
    /// The places where words are changed: every pointer counts.
    Places,
}

/// The targets among the pointers of `text[zone]`.
pub(super) fn targets(text: &str, zone: Range<usize>, citations: &[Citation], objects: Objects) -> Vec<Target> {
    let inside: Vec<&Citation> =
        citations.iter().filter(|c| c.span.start >= zone.start && c.span.end <= zone.end).collect();
    let mut found: Vec<Target> = Vec::new();
    let mut before = zone.start;
    let mut last: Option<Role> = None;
    for group in inside.chunk_by(|a, b| a.span == b.span) {
        let span = group[0].span.clone();
        let gap = after_effect(&text[before..span.start]);
        // "Thông tư này" is never a target of itself, whatever stands around it.
        if group[0].document == Cited::This {
            // "Kể từ ngày Thông tư này có hiệu lực, Điều 5 …" goes on as if it were not there.
            before = if last.is_some() { span.end } else { before };
            continue;
        }
        before = span.end;
        if BESIDE.is_match(gap) {
            continue;
        }
        if INTO.is_match(gap) && last.is_some() {
            into(&mut found, &group[0].path, Named::of(group[0]));
            continue;
        }
        let form = FORM.is_match(gap);
        let role = match (objects, last) {
            (Objects::Listed, None) if MEASURE.is_match(gap) => Role::Described,
            (_, None) => Role::Target,
            (Objects::Places, _) => {
                if gap.contains("theo quy định") {
                    Role::Described
                } else {
                    Role::Target
                }
            }
            (_, Some(role)) if JOINED.is_match(gap) && !gap.contains(';') => role,
            (_, Some(_)) if form => Role::Target,
            (_, Some(role)) if GOES_ON.is_match(gap) => {
                if role == Role::Target || gap.contains(';') || group[0].date.is_some() { Role::Target } else { role }
            }
            _ => Role::Described,
        };
        let first = last.is_none();
        last = Some(role);
        if role == Role::Target {
            let taken = gap.trim_end();
            let whole = NEUTRAL.is_match(gap) || !group[0].path.is_empty() && taken.ends_with("quy định tại");
            let part = (first && !whole) || (form && !NEUTRAL.is_match(gap)) || SOME.is_match(gap);
            found.extend(group.iter().map(|c| Target {
                span: c.span.clone(),
                named: Named::of(c),
                path: undivided(&c.path),
                part,
            }));
        }
    }
    if objects == Objects::Places && found.iter().any(|t| t.path.starts_with("phu-luc")) {
        // "tại mục III của các phần thuộc Phụ lục II".
        found.retain(|t| !t.path.starts_with("muc-") && !t.path.starts_with("phan-"));
    }
    found
}

/// An điều is known without its part and chapter: `phan-năm.chuong-ii.dieu-140a` → `dieu-140a`.
fn undivided(path: &str) -> String {
    match path.find("dieu-") {
        Some(at) if path.starts_with("phan-") || path.starts_with("chuong-") || path.starts_with("muc-") => {
            path[at..].to_owned()
        }
        _ => path.to_owned(),
    }
}

/// What follows `kể từ ngày Thông tư này có hiệu lực thi hành, `.
pub(super) fn after_effect(text: &str) -> &str {
    let Some(at) = text.rfind("này có hiệu lực") else { return text };
    let rest = &text[at + "này có hiệu lực".len()..];
    rest.split_once(',').map_or(rest, |(between, rest)| if NEUTRAL.is_match(between) { rest } else { text })
}

/// "bổ sung điểm g vào khoản 1 Điều 6": the units before get the place.
fn into(found: &mut [Target], place: &str, named: Option<Named>) {
    for target in found.iter_mut().filter(|t| t.named.is_none()) {
        target.path = scope::within(place, &target.path);
        target.named.clone_from(&named);
    }
}

/// "điểm g và điểm g1 khoản 1 Điều 31 Luật A": what is larger stands last and holds for what is before.
pub(super) fn complete<'a>(found: impl DoubleEndedIterator<Item = &'a mut Target>) {
    let mut next: Option<(Option<Named>, String)> = None;
    for target in found.rev() {
        if let Some((named, path)) = &next {
            if target.named.is_none() {
                target.named.clone_from(named);
            }
            if path.contains('.') {
                target.path = scope::within(path, &target.path);
            }
        }
        next = Some((target.named.clone(), target.path.clone()));
    }
}
