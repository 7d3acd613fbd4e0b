//! The row of a document's điều: what is missing in it, what is there twice.

use std::collections::BTreeSet;

use super::Code;
use super::finding::Severity;
use crate::law::{Node, NodeKind};
use crate::text::fold;

/// The row of a document's own điều; those of annexes are rows of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Row {
    /// How many điều there are.
    pub count: usize,
    /// The highest number.
    pub last: u32,
    /// Numbers below it that are not there; empty where `last` is a slip of the pen (`Điều 2005`) and the gaps say nothing.
    pub missing: Vec<u32>,
    /// Labels that occur a second time.
    twice: Vec<String>,
    /// `last` is far too high.
    wild: bool,
}

/// Reads the row.
pub(crate) fn row(nodes: &[Node]) -> Row {
    let own: Vec<&Node> = nodes.iter().enumerate().filter(|(i, n)| is_own(nodes, *i, n)).map(|(_, n)| n).collect();
    let numbers: BTreeSet<u32> = own.iter().filter_map(|n| number(n)).collect();
    let last = numbers.last().copied().unwrap_or(0);
    let wild = last as usize > 20 * own.len() + 50;
    let missing = if wild { Vec::new() } else { (1..last).filter(|n| !numbers.contains(n)).collect() };
    let twice = own.iter().filter(|n| n.address.contains('~')).map(|n| n.label.clone()).collect();
    Row { count: own.len(), last, missing, twice, wild }
}

/// What the numbers of a document's điều give reason to ask; `stated` are those known to be missing.
///
/// Documents that amend others are passed over: what they quote looks like theirs.
pub(super) fn look(title: &str, nodes: &[Node], stated: Option<&[u32]>) -> Vec<(Code, Severity, String)> {
    if amends(title) {
        return Vec::new();
    }
    let Row { count, last, missing: gaps, twice, wild } = row(nodes);
    let mut found = Vec::new();
    if wild {
        found.push((Code::ArticlesMissing, Severity::Warning, format!("{count} điều are numbered up to {last}")));
    } else if !gaps.is_empty() {
        let missing = format!("{} of {last} điều are not there: {}", gaps.len(), ranges(&gaps));
        found.push(match stated {
            Some(stated) if stated == gaps => {
                (Code::ArticlesMissing, Severity::Note, format!("{missing}, as the manifest states"))
            }
            Some(stated) if !stated.is_empty() => {
                let message = format!("{missing}; the manifest states {}", ranges(stated));
                (Code::ArticlesMissing, Severity::Warning, message)
            }
            _ => (Code::ArticlesMissing, Severity::Warning, missing),
        });
    }
    if let Some(first) = twice.first() {
        let more = if twice.len() > 1 { format!(", and {} more", twice.len() - 1) } else { String::new() };
        found.push((Code::ArticleTwice, Severity::Warning, format!("{first} is numbered twice{more}")));
    }
    found
}

/// An điều of the document itself: neither quoted nor of an annex.
fn is_own(nodes: &[Node], i: usize, node: &Node) -> bool {
    let mut above = std::iter::successors(nodes[i].parent, |&p| nodes[p].parent);
    node.kind == NodeKind::Article && !node.quoted && !above.any(|p| nodes[p].kind == NodeKind::Annex)
}

/// 5 of `Điều 5a`.
fn number(node: &Node) -> Option<u32> {
    let digits: String =
        node.label.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// A title of a document that changes others.
fn amends(title: &str) -> bool {
    let title = fold(title);
    ["sua doi", "bo sung", "bai bo", "dinh chinh", "ngung hieu luc"].iter().any(|w| title.contains(w))
}

/// `2–4, 7`; what is beyond ten parts is counted only.
fn ranges(numbers: &[u32]) -> String {
    const MOST: usize = 10;
    let mut parts: Vec<(u32, u32)> = Vec::new();
    for &n in numbers {
        match parts.last_mut() {
            Some((_, to)) if *to + 1 == n => *to = n,
            _ => parts.push((n, n)),
        }
    }
    let told = parts.iter().take(MOST);
    let told: Vec<String> = told.map(|&(a, b)| if a == b { a.to_string() } else { format!("{a}–{b}") }).collect();
    let more = if parts.len() > MOST { ", …" } else { "" };
    told.join(", ") + more
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::parse_text;

    fn told(title: &str, text: &str, stated: Option<&[u32]>) -> Vec<(Code, Severity, String)> {
        look(title, &parse_text(text), stated)
    }

    #[test]
    fn gaps_and_repeats() {
        let text = "Điều 1. A\nMột.\nĐiều 4. B\nHai.\nĐiều 7. C\nBa.";
        let missing = |s, m: &str| vec![(Code::ArticlesMissing, s, m.to_owned())];
        assert_eq!(told("Quy định", text, None), missing(Severity::Warning, "4 of 7 điều are not there: 2–3, 5–6"));
        let stated = told("Quy định", text, Some(&[2, 3, 5, 6]));
        assert_eq!(stated, missing(Severity::Note, "4 of 7 điều are not there: 2–3, 5–6, as the manifest states"));
        let other = told("Quy định", text, Some(&[2]));
        assert_eq!(other, missing(Severity::Warning, "4 of 7 điều are not there: 2–3, 5–6; the manifest states 2"));
        assert_eq!(told("Sửa đổi, bổ sung một số điều", text, None), []);
        let twice = told("Quy định", "Điều 1. A\nMột.\nĐiều 1. A\nMột.\nĐiều 2. B\nHai.", None);
        assert_eq!(twice, vec![(Code::ArticleTwice, Severity::Warning, "Điều 1 is numbered twice".to_owned())]);
    }

    #[test]
    fn whole_rows_pass_and_slips_do_not_fill_pages() {
        assert_eq!(told("Quy định", "Điều 1. A\nMột.\nĐiều 2. B\nHai.\nĐiều 2a. C\nBa.", Some(&[])), []);
        assert_eq!(told("Quy định", "Chỉ một đoạn văn.", None), []);
        let slip = told("Quy định", "Điều 1. A\nMột.\nĐiều 2005. B\nHai.", None);
        assert!(slip.iter().all(|f| f.2.len() < 80), "{slip:?}");
    }
}
