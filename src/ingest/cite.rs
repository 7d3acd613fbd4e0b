//! The citations of a whole document, each with the unit that it stands in.
//!
//! A unit is read with the unnumbered lines that follow it, as a leaf is, so that a pointer may go over a line's end;
//! labels and headings of divisions are not read, for "Chương II" at the head of a chapter points nowhere.
//!
//! What amends another document speaks of it without naming it: in "sửa đổi khoản 2 Điều 5 như sau" and in the text
//! quoted behind it the other document is filled in, where the unit around or the title names one.

use super::leaf::after_label;
use crate::law::citation::{self, Citation, Cited, Placed};
use crate::law::{Document, Node, NodeKind};
use crate::text::{fold, start};

/// All citations of a document in text order; their spans are bytes of its text.
pub fn citations(document: &Document) -> Vec<Placed> {
    let text = citation::clean(&document.text).replace('\n', " ");
    let nodes = &document.nodes;
    let mut amended = Amended::new(document);
    let mut out = Vec::new();
    let mut i = 0;
    while i < nodes.len() {
        let node = &nodes[i];
        let mut end = node.span.end;
        let mut next = i + 1;
        while is_read_with(nodes, i, next) {
            end = nodes[next].span.end;
            next += 1;
        }
        let start = match node.kind {
            NodeKind::Article | NodeKind::Clause | NodeKind::Point => after_label(&document.text, node).start,
            NodeKind::Paragraph => node.span.start,
            _ => node.span.end,
        };
        let found = text.get(start..end).map_or_else(Vec::new, citation::find);
        amended.enter(nodes, i, text.get(start..end).unwrap_or_default(), &found);
        for mut citation in found {
            citation.span = citation.span.start + start..citation.span.end + start;
            let quoted = amended.fill(nodes, i, &mut citation);
            out.push(Placed { address: node.address.clone(), quoted, citation });
        }
        i = next;
    }
    out
}

/// Whether node `next` is an unnumbered line of the unit `i`, which all lines between are.
fn is_read_with(nodes: &[Node], i: usize, next: usize) -> bool {
    nodes.get(next).is_some_and(|n| n.kind == NodeKind::Paragraph && n.parent == Some(i) && n.quoted == nodes[i].quoted)
        && matches!(nodes[i].kind, NodeKind::Article | NodeKind::Clause | NodeKind::Point)
}

/// What is amended where.
struct Amended {
    /// By the title.
    title: Option<Citation>,
    /// By each node: the document its own words name, and the first provision they name.
    by: Vec<Option<Instruction>>,
}

/// The words of one unit that tell to change something.
struct Instruction {
    document: Option<Citation>,
    /// `dieu-5`.
    article: Option<String>,
}

impl Amended {
    fn new(document: &Document) -> Self {
        let title = &document.meta.title;
        let found = if amends(title) { citation::find(&citation::clean(title)) } else { Vec::new() };
        Self { title: found.into_iter().find(names), by: document.nodes.iter().map(|_| None).collect() }
    }

    /// Notes what unit `i`, whose words are `text`, tells to change.
    fn enter(&mut self, nodes: &[Node], i: usize, text: &str, found: &[Citation]) {
        // "Sửa đổi, bổ sung giấy phép theo Điều 7" inside an điều that amends nothing tells to change no text.
        let inside = || std::iter::successors(nodes[i].parent, |&p| nodes[p].parent).any(|p| self.by[p].is_some());
        if nodes[i].quoted || !amends(text) || !(nodes[i].kind == NodeKind::Article || self.title.is_some() || inside())
        {
            return;
        }
        let document = found.iter().find(|c| names(c)).cloned();
        let article = found.iter().find_map(|c| {
            let first = c.path.split('.').next()?;
            (first.starts_with("dieu-") && first != "dieu-*").then(|| first.to_owned())
        });
        self.by[i] = Some(Instruction { document, article });
    }

    /// Gives a citation of unit `i` the document that is amended there; says whether it stays without one though it
    /// stands in quoted text.
    fn fill(&self, nodes: &[Node], i: usize, citation: &mut Citation) -> bool {
        let quoted = nodes[i].quoted || self.is_quoted_unmarked(nodes, i);
        let open = matches!((&citation.document, quoted), (Cited::Unnamed, _) | (Cited::This, true));
        if !open {
            return false;
        }
        let above = || std::iter::successors(Some(i), |&p| nodes[p].parent);
        let instructions = || above().filter_map(|p| self.by[p].as_ref());
        if instructions().next().is_none() {
            return quoted;
        }
        if let Some((unit, rest)) = citation.path.split_once("-*") {
            // "Điều này" in quoted text is the quoted điều, or the one that the instruction names.
            let own = above().map(|p| &nodes[p]).filter(|n| n.quoted).find(|n| n.kind == NodeKind::Article);
            let own = own.map(|n| n.address.split('~').next().unwrap_or_default().to_owned());
            match own.or_else(|| instructions().find_map(|t| t.article.clone())).filter(|_| unit == "dieu") {
                Some(article) => citation.path = format!("{article}{rest}"),
                None => return quoted,
            }
        }
        let document = instructions().find_map(|t| t.document.as_ref()).or(self.title.as_ref());
        let Some(document) = document else { return quoted };
        citation.document = document.document.clone();
        (citation.kind, citation.date, citation.year) = (document.kind.clone(), document.date, document.year);
        false
    }
}

impl Amended {
    /// Whether a unit is quoted though no marks say so: a line or a repeated number behind an instruction. The marks of
    /// long quotations are often lost.
    fn is_quoted_unmarked(&self, nodes: &[Node], i: usize) -> bool {
        let own = nodes[i].address.rsplit('.').next().unwrap_or_default();
        let behind = nodes[i].kind == NodeKind::Paragraph || own.contains('~');
        behind && std::iter::successors(nodes[i].parent, |&p| nodes[p].parent).any(|p| self.by[p].is_some())
    }
}

/// Whether the words of a unit or a title tell to change a text: "Sửa đổi, bổ sung …", "Khoản 2 được sửa đổi như sau:".
fn amends(text: &str) -> bool {
    const VERBS: [&str; 5] = ["sua doi", "bo sung", "thay the", "bai bo", "thay cum tu"];
    let folded = fold(start(text, 400));
    let words = folded.trim_start();
    let words = ["luat ", "nghi dinh ", "thong tu "].iter().find_map(|k| words.strip_prefix(k)).unwrap_or(words);
    VERBS.iter().any(|v| words.starts_with(v))
        || (folded.contains("nhu sau") && VERBS.iter().any(|v| folded.contains(&format!("duoc {v}"))))
}

/// Whether it names another document.
fn names(citation: &Citation) -> bool {
    matches!(citation.document, Cited::Number(_) | Cited::Name(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{RawDocument, parse};
    use crate::law::DocumentMeta;

    fn found(title: &str, text: &str) -> Vec<(String, String, String)> {
        let meta = DocumentMeta { title: title.to_owned(), ..DocumentMeta::default() };
        let document = parse(RawDocument { meta, text: text.to_owned(), ..RawDocument::default() });
        let of = |c: &Citation| match &c.document {
            Cited::This => ".".to_owned(),
            Cited::Unnamed => String::new(),
            Cited::Number(n) | Cited::Name(n) => n.clone(),
        };
        for placed in citations(&document) {
            assert!(document.text.get(placed.citation.span.clone()).is_some());
        }
        citations(&document).iter().map(|p| (p.address.clone(), of(&p.citation), p.citation.path.clone())).collect()
    }

    fn is(title: &str, text: &str, expected: &[(&str, &str, &str)]) {
        let found = found(title, text);
        let found: Vec<_> = found.iter().map(|(a, d, p)| (a.as_str(), d.as_str(), p.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn units_are_read_with_their_lines_and_without_their_labels() {
        is(
            "",
            "Căn cứ Luật Giá;\nChương I\nQUY ĐỊNH CHUNG\nĐiều 1. Phạm vi\nTheo khoản 1\nĐiều 2 Thông tư này, gồm:\n\
             1. Việc tại Điều 2;\nĐiều 2. Đèn lồng\nHết.",
            &[("doan-1", "Luật Giá", ""), ("dieu-1", ".", "dieu-2.khoan-1"), ("dieu-1.khoan-1", "", "dieu-2")],
        );
    }

    #[test]
    fn what_amends_another_document_speaks_of_it() {
        let text = "Điều 1. Sửa đổi, bổ sung một số điều của Nghị định số 1/2030/NĐ-CP\n\
                    1. Sửa đổi khoản 2 Điều 5 như sau:\n“2. Theo khoản 1 Điều này và Điều 7 Nghị định này.”\n\
                    Điều 2. Hiệu lực\nTheo Điều 1 Nghị định này.";
        let of = "1/2030/NĐ-CP";
        is(
            "Sửa đổi Nghị định về đèn lồng",
            text,
            &[
                ("dieu-1", of, ""),
                ("dieu-1.khoan-1", of, "dieu-5.khoan-2"),
                ("dieu-1.khoan-1.doan-1", of, "dieu-5.khoan-1"),
                ("dieu-1.khoan-1.doan-1", of, "dieu-7"),
                ("dieu-2", ".", "dieu-1"),
            ],
        );
    }
}
