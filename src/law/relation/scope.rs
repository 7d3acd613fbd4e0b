//! What a unit inherits from the words above it: the document that is being amended, the unit in it, an open list.

use jiff::civil::Date;

use super::RelationKind;
use crate::law::citation::{Citation, Cited};

/// A document as it was pointed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub document: Cited,
    pub word: String,
    pub date: Option<Date>,
    pub year: Option<i16>,
}

impl Named {
    /// The document that a citation names; none for `Điều 5` alone and for `Thông tư này`.
    pub(super) fn of(citation: &Citation) -> Option<Self> {
        matches!(citation.document, Cited::Number(_) | Cited::Name(_)).then(|| Self {
            document: citation.document.clone(),
            word: citation.kind.clone(),
            date: citation.date,
            year: citation.year,
        })
    }
}

/// What holds for a unit and all below it.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// The document that is being amended.
    pub document: Option<Named>,
    /// The unit of it.
    pub path: String,
    /// The items below name targets.
    pub list: Option<List>,
}

/// A list of targets that the items below are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct List {
    pub kind: RelationKind,
    /// Only parts of them are meant.
    pub part: bool,
    /// An item must begin with its target: nothing but a heading says that there is a list.
    pub near: bool,
}

/// The larger steps come first; 0 for what is no step of an article's inside.
fn rank(step: &str) -> u8 {
    match step.split('-').next().unwrap_or_default() {
        "phu" | "quy" => 1,
        "dieu" => 3,
        "khoan" => 4,
        "diem" => 5,
        _ => 2,
    }
}

/// The address of `path` inside the unit `outer`: `diem-b` in `dieu-5.khoan-2` → `dieu-5.khoan-2.diem-b`. A path that
/// is complete already stays.
pub(super) fn within(outer: &str, path: &str) -> String {
    let top = rank(path);
    if outer.is_empty() || path.is_empty() || top < 4 {
        return path.to_owned();
    }
    let mut full: Vec<&str> = outer.split('.').take_while(|s| rank(s) < top).collect();
    full.retain(|s| rank(s) != 2);
    full.push(path);
    full.join(".")
}

/// The unit that takes in all of `paths`: their common beginning.
pub(super) fn common(paths: &[String]) -> String {
    let Some(first) = paths.first() else { return String::new() };
    let mut steps: Vec<&str> = first.split('.').collect();
    for path in paths {
        let same = steps.iter().zip(path.split('.')).take_while(|(a, b)| **a == *b).count();
        steps.truncate(same);
    }
    steps.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn puts_units_into_units() {
        assert_eq!(within("dieu-5.khoan-2", "diem-b"), "dieu-5.khoan-2.diem-b");
        assert_eq!(within("dieu-5.khoan-2", "khoan-3"), "dieu-5.khoan-3");
        assert_eq!(within("dieu-5", "dieu-6.khoan-1"), "dieu-6.khoan-1");
        assert_eq!(within("quy-che.dieu-5", "khoan-1"), "quy-che.dieu-5.khoan-1");
        assert_eq!(within("", "khoan-1"), "khoan-1");
        assert_eq!(common(&["dieu-5.khoan-1".into(), "dieu-5.khoan-9".into()]), "dieu-5");
        assert_eq!(common(&["dieu-5".into(), "dieu-6".into()]), "");
    }
}
