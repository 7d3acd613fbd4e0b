//! Citations in a query: `65/2023/NĐ-CP`, `khoản 2 Điều 15`, `65/2023/NĐ-CP#dieu-12.khoan-3`.
//!
//! Reading is [`crate::law::citation::asked`]'s; here it is put into the index's own forms.
//!
//! Invariant: what is read here comes out as an address of the index's own form, or not at all; a query is never
//! rejected because a citation in it is odd.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::law::citation;
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
    let asked = citation::asked(query);
    if asked.number.is_none() && asked.path.is_empty() {
        return (None, query.to_owned());
    }
    let mut found = Citation { path: asked.path.clone(), other_path: asked.other_path.clone(), ..Citation::default() };
    let mut taken: Vec<(Range<usize>, String)> = asked.path_at.iter().map(|r| (r.clone(), String::new())).collect();
    if let Some((number, at)) = &asked.number {
        found.number = fold(number);
        found.mentions.push(number.clone());
        taken.push((at.clone(), String::new()));
    } else if let (Some((typed, at)), [name]) = (&asked.name, asked.names().as_slice())
        && name != typed
    {
        // The words of a law's name find its title; its initials stand in no text.
        taken.push((at.clone(), name.clone()));
    }
    // Nobody writes an address as the program prints it.
    let in_words = asked.path_at.first().is_some_and(|r| query.get(r.clone()) != Some(&found.path));
    found.mentions.extend(mention(&found.path).filter(|_| in_words));
    taken.sort_by_key(|(r, _)| (r.start, r.end));
    let mut rest = String::with_capacity(query.len());
    let mut at = 0;
    for (range, instead) in taken {
        rest.push_str(query.get(at..range.start).unwrap_or_default());
        rest.push_str(&format!(" {instead} "));
        at = at.max(range.end);
    }
    rest.push_str(&query[at..]);
    // `#` and `:` join number and address, and the words around a citation say nothing more than it does.
    let rest = if found.number.is_empty() { rest } else { KIND_WORDS.replace_all(&rest, " ").into_owned() };
    (Some(found), rest.replace(['#', ':'], " "))
}

/// The words of a provision as a text cites it: `khoản 2 điều 15`; none for what is no điều.
fn mention(path: &str) -> Option<String> {
    let mut words = Vec::new();
    for part in path.split('.').rev() {
        let (unit, label) = part.split_once('-')?;
        let unit = match unit {
            "dieu" => "điều",
            "khoan" => "khoản",
            "diem" => "điểm",
            _ => return None,
        };
        words.push(format!("{unit} {label}"));
    }
    Some(words.join(" "))
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

static SHORT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[0-9]{1,5}[a-z]?/(?:19|20)[0-9]{2}\b").expect("constant"));
/// Words that only announce a số hiệu.
static KIND_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:bộ luật|luật|pháp lệnh|nghị định|nghị quyết|thông tư liên tịch|thông tư|quyết định|chỉ thị|bo luat|luat|phap lenh|nghi dinh|nghi quyet|thong tu lien tich|thong tu|quyet dinh|chi thi|của|cua|tại|tai|theo|số|so)\b",
    )
    .expect("constant")
});

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
        is("dieu 15, khoan 2", "", "dieu-15.khoan-2", "");
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
