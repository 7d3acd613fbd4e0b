//! Citations as people type them: "d15 k2 nd 65/2023", "dieu 5 luat shtt", `65/2023/NĐ-CP#dieu-12.khoan-3`.
//!
//! What was typed is spelled as a text of law spells it, and then read by the same parts that read texts; so there is
//! one grammar of citations. Invariant: any string is read, and what is not a citation is left alone.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::provision;
use super::read::{OF, START, Style, document};
use super::{Cited, law_name};
use crate::text::fold;

/// What somebody asked for; all parts may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Số hiệu in capitals, perhaps only up to its year, and where it was typed.
    pub number: Option<(String, Range<usize>)>,
    /// Name of a law with its kind, as typed, and where.
    pub name: Option<(String, Range<usize>)>,
    /// Kind of the document as a text spells it, `Nghị định`; empty where none was typed.
    pub kind: String,
    /// Year beside the name.
    pub year: Option<i16>,
    /// Address within the document, `dieu-15.khoan-2.diem-b`; empty if only the document is asked for.
    pub path: String,
    /// Another reading of the path, less likely: without diacritics `điểm đ` may be meant by `diem d`.
    pub other_path: Option<String>,
    /// Where the parts of the path were typed.
    pub path_at: Vec<Range<usize>>,
}

impl Asked {
    /// Whether neither document nor provision was asked for.
    pub fn is_empty(&self) -> bool {
        self.number.is_none() && self.name.is_none() && self.path.is_empty()
    }

    /// The names that may be meant, with their kind: those with these initials where no name was written out.
    pub fn names(&self) -> Vec<String> {
        let Some((name, _)) = &self.name else { return Vec::new() };
        let Some((kind, rest)) = name.rsplit_once(' ') else { return vec![name.clone()] };
        let full = law_name::names_of(rest);
        if full.is_empty() || !is_kind(kind) {
            return vec![name.clone()];
        }
        full.iter().map(|n| format!("{kind} {n}")).collect()
    }
}

/// Reads what was typed, in normal form.
pub fn asked(query: &str) -> Asked {
    let spelled = Spelled::new(query);
    let text = spelled.text.as_str();
    let mut asked = Asked::default();
    let mut steps = Steps::default();
    if let Some(m) = ADDRESS.captures(text).and_then(|c| c.get(1)) {
        asked.path = m.as_str().to_lowercase();
        asked.path_at.push(spelled.typed(m.range()));
    }
    let mut at = 0;
    while let Some(m) = START.find_at(text, at) {
        let start = m.start();
        at = start + text[start..].chars().next().map_or(1, char::len_utf8);
        // `12/5/2023` is a date: what stands behind a slash is no number of its own.
        if text[..start].ends_with('/') {
            continue;
        }
        if let Some(found) = provision::read(&text[start..]).filter(|p| !p.here && !p.bare_annex) {
            at = start + found.len;
            if asked.path.is_empty()
                && let Some(path) = found.paths.into_iter().next()
            {
                steps.take(&path, spelled.typed(start..at));
            }
            at += OF.find(&text[at..]).map_or(0, |m| m.len());
            // The document right behind it is found by its own start.
            continue;
        }
        let Some(found) = document(&text[start..], Style::Query) else { continue };
        let range = start..start + found.len;
        match found.cited {
            Some(Cited::Number(number)) if asked.number.is_none() => {
                asked.number = Some((number, spelled.typed(range.clone())));
            }
            Some(Cited::Name(name)) if asked.name.is_none() && asked.number.is_none() => {
                let from_typed = spelled.typed(range.start..range.start + name.len().min(range.len()));
                asked.name = Some((name, from_typed));
            }
            _ => continue,
        }
        (asked.kind, asked.year) = (found.kind, found.year);
        at = range.end;
    }
    if asked.path.is_empty() {
        steps.give(&mut asked, query);
    }
    asked
}

/// An address as the program prints it.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)(?:^|[\s\#:])\#?((?:dieu|phu-luc|chuong|muc|tieu-muc|phan|khoan|diem|doan|quy-che|quy-dinh|dieu-le|noi-quy|quy-trinh
            |quy-chuan|danh-muc|mau)(?:-[a-zđ0-9~]+)*(?:\.[a-z]+(?:-[a-zđ0-9~]+)+)*)(?:\s|$)",
    )
    .expect("constant")
});

/// The parts of a path, typed together or apart: "dieu 15 ... khoan 2".
#[derive(Default)]
struct Steps {
    parts: Vec<(&'static str, String, Range<usize>)>,
    annex: Option<(String, Range<usize>)>,
}

impl Steps {
    fn take(&mut self, path: &str, at: Range<usize>) {
        for part in path.split('.') {
            let unit = ["dieu", "khoan", "diem"]
                .into_iter()
                .find(|u| part.strip_prefix(u).is_some_and(|r| r.starts_with('-')));
            match unit {
                Some(unit) if !self.parts.iter().any(|(u, ..)| *u == unit) => {
                    self.parts.push((unit, part.to_owned(), at.clone()));
                }
                Some(_) => {}
                None if self.annex.is_none() => self.annex = Some((part.to_owned(), at.clone())),
                None => {}
            }
        }
    }

    /// Only what has an điều, an annex or a division names a provision: "khoản 2" alone can be anybody's.
    fn give(self, asked: &mut Asked, query: &str) {
        let get = |unit: &str| self.parts.iter().find(|(u, ..)| *u == unit);
        let mut path = Vec::new();
        let mut taken = Vec::new();
        if let Some((annex, at)) = &self.annex {
            path.push(annex.clone());
            taken.push(at.clone());
        }
        if get("dieu").is_some() {
            for (_, part, at) in ["dieu", "khoan", "diem"].into_iter().filter_map(get) {
                path.push(part.clone());
                taken.push(at.clone());
            }
        }
        taken.sort_by_key(|r: &Range<usize>| (r.start, r.end));
        taken.dedup();
        asked.path = path.join(".");
        asked.path_at = taken;
        if asked.path.ends_with(".diem-d") && fold(query) == query.to_lowercase() {
            asked.other_path = Some(format!("{}đ", asked.path.trim_end_matches('d')));
        }
    }
}

/// What was typed in the spelling of a text of law, with the way back.
struct Spelled {
    text: String,
    /// Ends of pieces in `text`, and the bytes typed for them.
    pieces: Vec<(usize, Range<usize>)>,
}

/// Words as typed without diacritics, and as a text spells them.
const WORDS: [(&str, &str); 22] = [
    ("thong tu lien tich", "Thông tư liên tịch"),
    ("nghi quyet lien tich", "Nghị quyết liên tịch"),
    ("van ban hop nhat", "Văn bản hợp nhất"),
    ("thong tu", "Thông tư"),
    ("nghi dinh", "Nghị định"),
    ("nghi quyet", "Nghị quyết"),
    ("quyet dinh", "Quyết định"),
    ("phap lenh", "Pháp lệnh"),
    ("hien phap", "Hiến pháp"),
    ("chi thi", "Chỉ thị"),
    ("bo luat", "Bộ luật"),
    ("phu luc", "Phụ lục"),
    ("luat", "Luật"),
    ("dieu", "Điều"),
    ("khoan", "khoản"),
    ("diem", "điểm"),
    ("chuong", "Chương"),
    ("muc", "Mục"),
    ("nam", "năm"),
    ("cua", "của"),
    ("va", "và"),
    ("so", "số"),
];
/// Kinds as they are abbreviated before a số hiệu.
const ABBREVIATIONS: [(&str, &str); 9] = [
    ("nd", "Nghị định"),
    ("tt", "Thông tư"),
    ("ttlt", "Thông tư liên tịch"),
    ("qd", "Quyết định"),
    ("nq", "Nghị quyết"),
    ("ct", "Chỉ thị"),
    ("bl", "Bộ luật"),
    ("pl", "Pháp lệnh"),
    ("l", "Luật"),
];
static TOKEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"[^\s,;()“”"]+"#).expect("constant"));
/// A số hiệu, or number and year, folded.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^[0-9]{1,5}[a-z]?/(?:(?:19|20)[0-9]{2}(?:/[a-z][a-z0-9]*(?:-[a-z0-9]+)*)?|[a-z]+[0-9]*(?:-[a-z0-9]+)+)(?:[#:].*)?$",
    )
    .expect("constant")
});
/// `d15`, `dieu15`, `k2`, folded.
static STEP: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(d|dieu|k|khoan)\.?([0-9]{1,4}[a-z]?)$").expect("constant"));

impl Spelled {
    fn new(query: &str) -> Self {
        let tokens: Vec<(Range<usize>, String)> =
            TOKEN.find_iter(query).map(|m| (m.range(), fold(m.as_str()))).collect();
        let mut out = Self { text: String::with_capacity(query.len() + 16), pieces: Vec::new() };
        // "k2" is a khoản only beside an điều, "d15" an điều only beside a khoản or a document: both are words too.
        let short =
            tokens.iter().filter_map(|(_, t)| STEP.captures(t).map(|c| c[1].starts_with('d'))).collect::<Vec<_>>();
        let steps = tokens.iter().filter(|(_, t)| matches!(t.as_str(), "dieu" | "khoan")).count() + short.len();
        let documents = tokens.iter().any(|(_, t)| NUMBER.is_match(t) || t == "luat");
        let short_counts = steps > 1 || documents;
        let mut at = 0;
        let mut i = 0;
        let mut largest: Option<u8> = None;
        while i < tokens.len() {
            let (range, folded) = &tokens[i];
            let (spelled, used) = out.word(query, &tokens, i, short_counts);
            // "dieu 15, khoan 2" is one provision: the comma goes where a smaller unit follows a larger one.
            let size = match spelled.split(' ').next() {
                Some("Điều") => Some(2),
                Some("khoản") => Some(1),
                Some("điểm") => Some(0),
                _ => None,
            };
            let gap = &query[at..range.start];
            let down = size.is_some() && largest > size && gap.trim() == ",";
            out.push(if down { " " } else { gap }, at..range.start);
            if size.is_some() {
                largest = size;
            } else if !folded.starts_with(|c: char| c.is_ascii_digit()) {
                largest = None;
            }
            let end = tokens[i + used - 1].0.end;
            out.push(&spelled, range.start..end);
            at = end;
            i += used;
        }
        out.push(&query[at..], at..query.len());
        out
    }

    /// The spelling of the word at token `i`, and how many tokens it took.
    fn word(&self, query: &str, tokens: &[(Range<usize>, String)], i: usize, short_counts: bool) -> (String, usize) {
        let (range, folded) = &tokens[i];
        let typed = &query[range.clone()];
        if NUMBER.is_match(folded) {
            let number = typed.find(['#', ':']).unwrap_or(typed.len());
            return (format!("{}{}", typed[..number].to_uppercase(), typed[number..].to_lowercase()), 1);
        }
        if let Some(step) = STEP.captures(folded).filter(|_| short_counts) {
            let label: String = typed.chars().skip(step[1].chars().count()).filter(|c| *c != '.').collect();
            return (
                format!("{} {}", if step[1].starts_with('d') { "Điều" } else { "khoản" }, label.to_lowercase()),
                1,
            );
        }
        for (plain, spelled) in WORDS {
            let used = plain.split(' ').count();
            let Some(words) = tokens.get(i..i + used) else { continue };
            let same = words.iter().zip(plain.split(' ')).all(|((_, t), w)| t == w);
            let written = &query[range.start..words[used - 1].0.end];
            let next = tokens.get(i + used).map_or("", |(_, t)| t.as_str());
            // "số" before a số hiệu and "năm" before a year; "so" and "nam" are many other words.
            if plain == "so" && !NUMBER.is_match(next) || plain == "nam" && next.parse::<u16>().is_err() {
                continue;
            }
            let spelled_so = written.to_lowercase() == spelled.to_lowercase();
            // A word with other diacritics is another word: "mức 2" is no Mục.
            let bare = written.to_lowercase().split_whitespace().eq(plain.split(' '));
            if same && (bare || spelled_so) {
                return (spelled.to_owned(), used);
            }
        }
        let next = tokens.get(i + 1).map(|(_, t)| t.as_str());
        let before_number = next.is_some_and(|t| NUMBER.is_match(t) || t == "so");
        if let Some((_, spelled)) = ABBREVIATIONS.iter().find(|(short, _)| before_number && short == folded) {
            return ((*spelled).to_owned(), 1);
        }
        (typed.to_owned(), 1)
    }

    fn push(&mut self, piece: &str, typed: Range<usize>) {
        self.text.push_str(piece);
        self.pieces.push((self.text.len(), typed));
    }

    /// The bytes typed for a range of the spelled text.
    fn typed(&self, range: Range<usize>) -> Range<usize> {
        let first = self.pieces.partition_point(|(end, _)| *end <= range.start);
        let last = self.pieces.partition_point(|(end, _)| *end < range.end).min(self.pieces.len().saturating_sub(1));
        let start = self.place(first, range.start, |r| r.start);
        let end = self.place(last, range.end, |r| r.end);
        start..end.max(start)
    }

    /// The byte typed for byte `at` of piece `i`: exact in pieces that are as typed, else an end of the piece.
    fn place(&self, i: usize, at: usize, whole: impl Fn(&Range<usize>) -> usize) -> usize {
        let Some((end, typed)) = self.pieces.get(i) else { return self.pieces.last().map_or(0, |(_, t)| t.end) };
        let start = i.checked_sub(1).map_or(0, |b| self.pieces[b].0);
        if end - start == typed.len() { typed.start + (at - start) } else { whole(typed) }
    }
}

fn is_kind(word: &str) -> bool {
    matches!(fold(word).as_str(), "luat" | "bo luat" | "phap lenh")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is(query: &str, document: &str, path: &str) {
        let asked = asked(query);
        let number = asked.number.as_ref().map(|(n, _)| n.clone());
        let name = asked.names().first().map(|n| asked.year.map_or(n.clone(), |y| format!("{n} {y}")));
        assert_eq!((number.or(name).unwrap_or_default().as_str(), asked.path.as_str()), (document, path), "{query}");
    }

    #[test]
    fn typed_in_many_ways() {
        is("điểm b khoản 2 Điều 15 Nghị định 65/2023/NĐ-CP", "65/2023/NĐ-CP", "dieu-15.khoan-2.diem-b");
        is("diem b khoan 2 dieu 15 nghi dinh so 65/2023/nd-cp", "65/2023/ND-CP", "dieu-15.khoan-2.diem-b");
        is("d15 k2 nd 65/2023", "65/2023", "dieu-15.khoan-2");
        is("k2 d15 65/2023/nd-cp", "65/2023/ND-CP", "dieu-15.khoan-2");
        is("dieu 15, khoan 2", "", "dieu-15.khoan-2");
        is("dieu 5 luat shtt", "Luật sở hữu trí tuệ", "dieu-5");
        is("dieu 5 luat so huu tri tue 2005", "Luật so huu tri tue 2005", "dieu-5");
        is("65/2023/NĐ-CP#dieu-12.khoan-3.diem-đ", "65/2023/NĐ-CP", "dieu-12.khoan-3.diem-đ");
        is("65/2023/NĐ-CP:dieu-12~2.khoan-3", "65/2023/NĐ-CP", "dieu-12~2.khoan-3");
        is("Nghị định 65/2023/NĐ-CP Điều 15 khoản 2", "65/2023/NĐ-CP", "dieu-15.khoan-2");
        is("phu luc II thong tu 1/2031/tt-bkhcn", "1/2031/TT-BKHCN", "phu-luc-ii");
        is("Luật Giá", "Luật Giá", "");
        is("175/NQ-CP", "175/NQ-CP", "");
    }

    #[test]
    fn what_names_nothing() {
        for query in ["khoản 2", "vitamin k2", "d15", "ngày 12/5/2023", "điều kiện cấp phép", "mức 2", "", "luật"]
        {
            assert!(asked(query).is_empty(), "{query}: {:?}", asked(query));
        }
    }

    #[test]
    fn where_it_was_typed() {
        let query = "cấp phép d15 k2, nd 65/2023 ở xã";
        let asked = asked(query);
        assert_eq!(&query[asked.path_at[0].clone()], "d15 k2");
        assert_eq!(&query[asked.number.unwrap().1], "nd 65/2023");
    }

    proptest! {
        #[test]
        fn any_query_is_read(
            s in "\\PC{0,60}",
            a in "(điều|khoản|điểm|dieu|luat|shtt|d1|k2|nd|#|:| |,|[0-9]{1,3}|/2023|/NĐ-CP|[a-zđ]){0,12}",
        ) {
            for query in [s.clone(), a.clone(), format!("{a} {s}")] {
                let asked = asked(&query);
                let at = asked.number.iter().chain(&asked.name).map(|(_, r)| r).chain(&asked.path_at);
                for range in at {
                    prop_assert!(query.get(range.clone()).is_some());
                }
            }
        }
    }
}
