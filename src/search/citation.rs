//! Citations in a query: `65/2023/NĐ-CP`, `khoản 2 Điều 15`, `65/2023/NĐ-CP#dieu-12.khoan-3`.
//!
//! Invariant: what is read here comes out as an address of the index's own form, or not at all; a query is never
//! rejected because a citation in it is odd.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::text::fold;

/// A citation found in a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Citation {
    /// Số hiệu, folded; empty if only a provision is named.
    pub number: String,
    /// Address within the document, `dieu-15.khoan-2.diem-b`; empty if only the document is named.
    pub path: String,
    /// Other readings of the path, less likely: a query without diacritics may mean `điểm đ` by `diem d`.
    pub other_path: Option<String>,
    /// The words of each part as they would stand in a text that cites it: `khoản 2 điều 15`, `65/2023/nđ-cp`.
    pub mentions: Vec<String>,
}

/// Finds the citation in a query in normal form. Returns it and the rest of the query.
pub fn find(query: &str) -> (Option<Citation>, String) {
    // Folding keeps the number of characters, so ranges found in the folded text can be carried over.
    let folded = fold(query);
    let mut taken: Vec<Range<usize>> = Vec::new();
    let mut citation = Citation::default();

    // `12/5/2023` is a date: what stands behind a slash is no number of its own.
    if let Some(m) = NUMBER.find_iter(&folded).find(|m| !folded[..m.start()].ends_with('/')) {
        m.as_str().clone_into(&mut citation.number);
        citation.mentions.push(original(query, &folded, m.range()).to_owned());
        taken.push(m.range());
    }
    if let Some(m) = ADDRESS.captures(&folded).and_then(|c| c.get(1)) {
        citation.path = original(query, &folded, m.range()).to_lowercase();
        taken.push(m.range());
    } else {
        let run = provision_run(&folded, query, &taken);
        if let Some(article) = run.article {
            let mut path = format!("dieu-{article}");
            let mut mention = format!("điều {article}");
            if let Some(clause) = &run.clause {
                path.push_str(&format!(".khoan-{clause}"));
                mention = format!("khoản {clause} {mention}");
            }
            if let Some(point) = &run.point {
                if point == "d" && fold(query) == query.to_lowercase() {
                    citation.other_path = Some(format!("{path}.diem-đ"));
                }
                path.push_str(&format!(".diem-{point}"));
                mention = format!("điểm {point} {mention}");
            }
            citation.path = path;
            citation.mentions.push(mention);
            taken.extend(run.taken);
        }
    }
    if citation.number.is_empty() && citation.path.is_empty() {
        return (None, query.to_owned());
    }
    taken.sort_by_key(|r| r.start);
    let mut rest = String::with_capacity(query.len());
    let mut at = 0;
    for range in taken {
        rest.push_str(original(query, &folded, at..range.start));
        rest.push(' ');
        at = range.end;
    }
    rest.push_str(original(query, &folded, at..folded.len()));
    // `#` joins number and address, and the words around a citation say nothing more than it does.
    let rest = if citation.number.is_empty() { rest } else { KIND_WORDS.replace_all(&rest, " ").into_owned() };
    (Some(citation), rest.replace('#', " "))
}

/// `18/2008/qh12` → `18/2008`; what has no year gives nothing.
pub fn short_number(folded: &str) -> &str {
    SHORT.find(folded).map_or("", |m| m.as_str())
}

/// The year in a số hiệu.
pub fn year(folded: &str) -> Option<u64> {
    short_number(folded).split('/').nth(1)?.parse().ok()
}

/// An address and all it stands in, with and without the marks of repetition: `dieu-1~2.khoan-3` gives itself,
/// `dieu-1~2`, `dieu-1.khoan-3` and `dieu-1`.
pub fn paths(address: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut plain = String::new();
    let mut at = 0;
    for part in address.split('.') {
        at += part.len();
        out.push(address[..at].to_owned());
        at += 1;
        if !plain.is_empty() {
            plain.push('.');
        }
        plain.push_str(part.split('~').next().unwrap_or(part));
        if out.last() != Some(&plain) {
            out.push(plain.clone());
        }
    }
    out
}

/// A complete số hiệu, or number and year.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\b[0-9]{1,5}[a-z]?/(?:(?:19|20)[0-9]{2}(?:/[a-z][a-z0-9]*(?:-[a-z0-9]+)*)?|[a-z]+[0-9]*(?:-[a-z0-9]+)+)\b",
    )
    .expect("constant")
});
static SHORT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[0-9]{1,5}[a-z]?/(?:19|20)[0-9]{2}\b").expect("constant"));
/// An address as the program prints it.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[\s#])#?((?:dieu|phu-luc|chuong|muc|phan|khoan|diem|doan)-[a-z0-9~]+(?:\.[a-z]+(?:-[a-z]+)?-[a-z0-9~]+)*)")
        .expect("constant")
});
/// One step of a provision in words.
static STEP: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(dieu|khoan|diem)\s+([0-9]{1,4}[a-z]?|[a-z]{1,2})\b").expect("constant"));
/// Words that only announce a số hiệu.
static KIND_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:bộ luật|luật|pháp lệnh|nghị định|nghị quyết|thông tư liên tịch|thông tư|quyết định|chỉ thị|bo luat|luat|phap lenh|nghi dinh|nghi quyet|thong tu lien tich|thong tu|quyet dinh|chi thi|của|cua|tại|tai|theo|số|so)\b",
    )
    .expect("constant")
});

#[derive(Default)]
struct Run {
    article: Option<String>,
    clause: Option<String>,
    point: Option<String>,
    taken: Vec<Range<usize>>,
}

/// The first điều of the query with the khoản and điểm beside it, in either order. What is `taken` already is no label:
/// "điều 65/2023" names a document.
fn provision_run(folded: &str, query: &str, taken: &[Range<usize>]) -> Run {
    let mut run = Run::default();
    for step in STEP.captures_iter(folded) {
        let whole = step.get(0).expect("the whole match").range();
        if taken.iter().any(|t| t.start < whole.end && whole.start < t.end) {
            continue;
        }
        let label = step.get(2).expect("the group is not optional");
        let written = original(query, folded, label.range()).to_lowercase();
        let numeric = written.starts_with(|c: char| c.is_ascii_digit());
        let slot = match &step[1] {
            "dieu" if numeric => &mut run.article,
            "khoan" if numeric => &mut run.clause,
            "diem" if !numeric => &mut run.point,
            _ => continue,
        };
        if slot.is_none() {
            *slot = Some(written);
            run.taken.push(whole);
        }
    }
    run
}

/// The part of `text` that corresponds to bytes `range` of its folded form.
fn original<'a>(text: &'a str, folded: &str, range: Range<usize>) -> &'a str {
    let from = folded[..range.start].chars().count();
    let len = folded[range].chars().count();
    let mut bounds = text.char_indices().map(|(i, _)| i).chain([text.len()]);
    let start = bounds.clone().nth(from).unwrap_or(text.len());
    let end = bounds.nth(from + len).unwrap_or(text.len());
    &text[start..end]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(query: &str) -> (String, String, String) {
        let (c, rest) = find(query);
        let c = c.unwrap_or_default();
        (c.number, c.path, rest.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn is(query: &str, number: &str, path: &str, rest: &str) {
        assert_eq!(found(query), (number.to_owned(), path.to_owned(), rest.to_owned()), "{query}");
    }

    #[test]
    fn numbers() {
        is("65/2023/NĐ-CP", "65/2023/nd-cp", "", "");
        is("nghị định số 65/2023/nd-cp", "65/2023/nd-cp", "", "");
        is("Luật 49/2010/QH12 cấp phép", "49/2010/qh12", "", "cấp phép");
        is("175/NQ-CP", "175/nq-cp", "", "");
        is("điều 65/2023", "65/2023", "", "điều");
        is("01/2016/TTLT-BKHCN-BNV", "01/2016/ttlt-bkhcn-bnv", "", "");
        is("65/2023", "65/2023", "", "");
        // A date is not a number of a document.
        is("ngày 12/5/2023", "", "", "ngày 12/5/2023");
        is("ngày 12/05", "", "", "ngày 12/05");
    }

    #[test]
    fn provisions() {
        is("khoản 2 Điều 15", "", "dieu-15.khoan-2", "");
        is("dieu 15, khoan 2", "", "dieu-15.khoan-2", ",");
        is("điểm b khoản 2 Điều 15 Nghị định 65/2023/NĐ-CP", "65/2023/nd-cp", "dieu-15.khoan-2.diem-b", "");
        is("điểm đ khoản 1 Điều 12a", "", "dieu-12a.khoan-1.diem-đ", "");
        is("65/2023/NĐ-CP#dieu-12.khoan-3", "65/2023/nd-cp", "dieu-12.khoan-3", "");
        is("65/2023/NĐ-CP#dieu-12.khoan-3.diem-đ", "65/2023/nd-cp", "dieu-12.khoan-3.diem-đ", "");
        is("65/2023/NĐ-CP#dieu-12~2.khoan-3", "65/2023/nd-cp", "dieu-12~2.khoan-3", "");
        is("điều 5 luật bưu chính", "", "dieu-5", "luật bưu chính");
        // Neither of these names a điều.
        is("khoản 2", "", "", "khoản 2");
        is("điều kiện cấp phép", "", "", "điều kiện cấp phép");
    }

    #[test]
    fn an_unaccented_point_d_is_open() {
        let (c, _) = find("diem d khoan 1 dieu 3");
        let c = c.unwrap();
        assert_eq!(c.path, "dieu-3.khoan-1.diem-d");
        assert_eq!(c.other_path.as_deref(), Some("dieu-3.khoan-1.diem-đ"));
        assert_eq!(find("điểm d khoản 1 Điều 3").0.unwrap().other_path, None);
    }

    #[test]
    fn paths_of_an_address() {
        assert_eq!(paths("dieu-1.khoan-2"), ["dieu-1", "dieu-1.khoan-2"]);
        assert_eq!(paths("dieu-1~2.khoan-3"), ["dieu-1~2", "dieu-1", "dieu-1~2.khoan-3", "dieu-1.khoan-3"]);
        assert_eq!(short_number("18/2008/qh12"), "18/2008");
        assert_eq!(year("18/2008/qh12"), Some(2008));
        assert_eq!(year("175/nq-cp"), None);
    }

    proptest! {
        #[test]
        fn any_query_is_read(s in "\\PC{0,80}", a in "(điều|khoản|điểm|dieu|#| |,|[0-9]{1,3}|/2023|/NĐ-CP|[a-zđ]){0,12}") {
            find(&s);
            find(&a);
            find(&format!("{a} {s}"));
        }
    }
}
