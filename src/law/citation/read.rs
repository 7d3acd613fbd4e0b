//! Finding citations: provisions, then the document they are of.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::provision::{self, Provisions};
use super::{Citation, Cited, law_name};

/// Where a pointer can start.
pub(super) static START: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)\b(?:(?:(?i:các|những|từ)\s+)?(?:(?i:điểm|tiết|khoản|mục|chương|phần|phụ\ lục)|Điều|điều|Điêu)\s
        |(?:Bộ\ [Ll]uật|Luật|Pháp\ lệnh|Hiến\ pháp|Nghị\ định|Nghị\ quyết|Thông\ tư|Quyết\ định|Chỉ\ thị|Lệnh|Sắc\ lệnh
            |Quy\ chế|Quy\ định|Quy\ chuẩn|Điều\ lệ|Nội\ quy|luật|nghị\ định|thông\ tư|pháp\ lệnh|nghị\ quyết|bộ\ luật|hiến\ pháp)\b
        |(?:[Ss]ố\s+)?[0-9]{1,5}[a-z]?/)",
    )
    .expect("constant")
});
/// `của Nghị định này`, `tại Luật này`.
pub(super) static OF: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\A\s*,?\s*(?:(?:của|tại|trong|thuộc|theo|ở)\s+)?").expect("constant"));
static KIND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)\A(?i:(bộ\ luật|luật|pháp\ lệnh|hiến\ pháp|nghị\ định|nghị\ quyết\ liên\ tịch|nghị\ quyết|thông\ tư\ liên\ (?:tịch|bộ)|thông\ tư
        |quyết\ định|chỉ\ thị|lệnh|sắc\ lệnh|văn\ bản\ hợp\ nhất|quy\ chế|quy\ định|quy\ chuẩn|điều\ lệ|nội\ quy))\b",
    )
    .expect("constant")
});
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)\A\s*(?:(?i:số)\s*:?\s*)?
        ([0-9]{1,5}[a-zA-Z]?(?:/[0-9]{4}/\s?|/)[A-ZĐƯ][A-Za-zĐƯ0-9&]*(?:\s?[-–\u2010]\s?[A-ZĐƯ][A-Za-zĐƯ0-9&]*)*
        |[0-9]{1,5}[a-z]?[-–\u2010][A-ZĐ]{1,5}/[A-ZĐ][A-Za-zĐ]*(?:-[A-Z0-9]+)*
        |[0-9]{1,5}\s(?:TT|TC|CP|QĐ|NĐ|NV|LB|BYT)(?:[-/][A-ZĐ]{2,6}){1,2})",
    )
    .expect("constant")
});
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\A,?\s+ngày\s+([0-9]{1,2})\s*(?:tháng|/|-|\.)\s*([0-9]{1,2})\s*(?:năm|/|-|\.)\s*([0-9]{4})")
        .expect("constant")
});
/// `năm 2005`, `2013`, `sửa đổi năm 2012`, `(sửa đổi, bổ sung năm 2022)`.
static YEAR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\A(\s+sửa đổi(?:, bổ sung)?)?\s+(?:năm\s+)?((?:19|20)[0-9]{2})\b").expect("constant")
});
static AMENDED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\A\s+\((?:được\s+|đã\s+được\s+)?sửa đổi(?:, bổ sung)?(?:\s+(?:một số điều\s+)?(?:các\s+)?năm\s+[0-9]{4}(?:(?:,|\s+và)\s+(?:năm\s+)?[0-9]{4})*)\)")
        .expect("constant")
});
/// `Quy chế xét tốt nghiệp ban hành kèm theo `, `Phụ lục II ban hành kèm theo `.
static ATTACHED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\A((?:Quy chế|Quy định|Điều lệ|Quy chuẩn|Chương trình|Danh mục|Hướng dẫn)\b[^.;:\n“”]{0,160}?)?\s*(?:(?:được\s+)?ban hành\s+)?kèm theo\s+")
        .expect("constant")
});
/// `điểm d vào sau điểm c khoản 1`: the new unit stands where its neighbour does.
static BESIDE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\A\s+(?:vào\s+)?(?:sau|trước)\s+\z").expect("constant"));

/// `65/2023` in what somebody typed.
static SHORT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\A\s*(?:(?i:số)\s*:?\s*)?([0-9]{1,5}[a-zA-Z]?/(?:19|20)[0-9]{2})\b").expect("constant")
});

/// How much has to be written out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// A text of law.
    Text,
    /// What somebody typed: a số hiệu may lack what follows the year, or the year; names may be initials.
    Query,
}

/// A document as it was read.
#[derive(Clone, Default)]
pub(super) struct Document {
    pub(super) cited: Option<Cited>,
    pub(super) kind: String,
    pub(super) date: Option<Date>,
    pub(super) year: Option<i16>,
    /// Bytes read.
    pub(super) len: usize,
}

/// All citations of a text, in its order; pointers do not overlap.
pub fn find(text: &str) -> Vec<Citation> {
    let mut found: Vec<Citation> = Vec::new();
    let mut at = 0;
    while let Some(m) = START.find_at(text, at) {
        let start = m.start();
        let Some(citations) = pointer(text, start) else {
            // A word can start a pointer though the same word with "các" before it did not.
            at = start + text[start..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        at = citations[0].span.end;
        beside(text, &mut found, &citations);
        found.extend(citations);
    }
    found
}

/// The pointer that starts here, with all its targets.
fn pointer(text: &str, start: usize) -> Option<Vec<Citation>> {
    let rest = &text[start..];
    if let Some(provisions) = provision::read(rest) {
        return of_provisions(rest, start, provisions);
    }
    let document = document(rest, Style::Text)?;
    Some(vec![citation(start, document.len, &document, String::new())])
}

fn citation(start: usize, len: usize, document: &Document, path: String) -> Citation {
    Citation {
        span: start..start + len,
        document: document.cited.clone().unwrap_or(Cited::Unnamed),
        kind: document.kind.clone(),
        date: document.date,
        year: document.year,
        path,
    }
}

fn of_provisions(rest: &str, start: usize, provisions: Provisions) -> Option<Vec<Citation>> {
    let mut len = provisions.len;
    let mut of = Document::default();
    let mut prefix = "";
    if provisions.here {
        of.cited = Some(Cited::This);
    } else {
        let joined = len + OF.find(&rest[len..]).map_or(0, |m| m.len());
        let attached = ATTACHED.captures(&rest[joined..]);
        // Without "của" a comma ends the list: "Điều 5, Luật này" is read on, "Điều 5, Thông tư" is too.
        let (at, regulation) = match &attached {
            Some(c) => (joined + c[0].len(), c.get(1).is_some()),
            None => (joined, false),
        };
        if let Some(found) = document(&rest[at..], Style::Text) {
            len = at + found.len;
            of = found;
            if regulation {
                prefix = "quy-che.";
            }
        }
    }
    if provisions.bare_annex && of.cited.is_none() {
        return None;
    }
    Some(provisions.paths.into_iter().map(|p| citation(start, len, &of, format!("{prefix}{p}"))).collect())
}

/// The document that `text` starts with.
pub(super) fn document(text: &str, style: Style) -> Option<Document> {
    let Some(kind) = KIND.captures(text) else { return bare_number(text, style) };
    let printed = kind[1].to_owned();
    let word = printed.to_lowercase();
    let after = &text[printed.len()..];
    let regulation = matches!(word.as_str(), "quy chế" | "quy định" | "quy chuẩn" | "điều lệ" | "nội quy");
    if let Some(rest) = after.strip_prefix(" này").filter(|r| !r.starts_with(char::is_alphanumeric)) {
        // "quyết định này", "lệnh này" in small letters are acts of the day, not texts.
        let act = matches!(word.as_str(), "quyết định" | "lệnh" | "chỉ thị" | "quy định" | "quy chuẩn");
        if act && !printed.starts_with(char::is_uppercase) {
            return None;
        }
        let len = text.len() - rest.len();
        return Some(Document { cited: Some(Cited::This), kind: printed, len, ..Document::default() });
    }
    if regulation {
        return None;
    }
    let mut found = Document { kind: printed.clone(), len: printed.len(), ..Document::default() };
    if let Some(n) = number(after, style) {
        found.cited = Some(Cited::Number(tidy(&n[1])));
        found.len += n[0].len();
    } else if word == "hiến pháp" && printed.starts_with('H') {
        found.cited = Some(Cited::Name("Hiến pháp".to_owned()));
        year(text, &mut found);
    } else if matches!(word.as_str(), "luật" | "bộ luật" | "pháp lệnh") && printed.starts_with(char::is_uppercase)
    {
        let name = after.strip_prefix(' ')?;
        let len = match law_name::length(name) {
            0 if style == Style::Query => law_name::initials(name),
            len => len,
        };
        if len == 0 {
            return None;
        }
        found.len += 1 + len;
        year(text, &mut found);
        found.cited = Some(Cited::Name(text[..found.len].to_owned()));
        if let Some(n) = NUMBER.captures(&text[found.len..]) {
            found.cited = Some(Cited::Number(tidy(&n[1])));
            found.len += n[0].len();
        } else if found.year.is_some() {
            found.cited = Some(Cited::Name(without_year(&text[..found.len])));
        }
    } else {
        return None;
    }
    date(text, &mut found);
    if let Some(m) = AMENDED.find(&text[found.len..]) {
        found.len += m.len();
    }
    Some(found)
}

/// `65/2023/NĐ-CP` without its kind; it must have a year, for `5/TB` can be anything.
fn bare_number(text: &str, style: Style) -> Option<Document> {
    let n = number(text, style)?;
    let number = tidy(&n[1]);
    let has_year = style == Style::Query
        || number.split('/').nth(1).is_some_and(|y| y.len() == 4 && y.bytes().all(|b| b.is_ascii_digit()));
    if !has_year || text.starts_with(char::is_whitespace) {
        return None;
    }
    let mut found = Document { cited: Some(Cited::Number(number)), len: n[0].len(), ..Document::default() };
    date(text, &mut found);
    Some(found)
}

fn date(text: &str, found: &mut Document) {
    if let Some(c) = DATE.captures(&text[found.len..]) {
        found.len += c[0].len();
        let part = |i: usize| c[i].parse::<i16>().unwrap_or(0);
        found.date = Date::new(part(3), i8::try_from(part(2)).unwrap_or(0), i8::try_from(part(1)).unwrap_or(0)).ok();
        if matches!(found.cited, Some(Cited::Name(_))) {
            found.year = found.date.map(Date::year);
        }
    }
}

fn year(text: &str, found: &mut Document) {
    if let Some(c) = YEAR.captures(&text[found.len..]) {
        found.len += c[0].len();
        found.year = c[2].parse().ok();
    }
}

fn without_year(name: &str) -> String {
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
    name.strip_suffix("năm").unwrap_or(name).trim_end().to_owned()
}

fn number(text: &str, style: Style) -> Option<regex::Captures<'_>> {
    NUMBER.captures(text).or_else(|| if style == Style::Query { SHORT.captures(text) } else { None })
}

/// A số hiệu without the spaces that line ends left in it, with plain hyphens.
fn tidy(number: &str) -> String {
    number.chars().filter(|c| !c.is_whitespace()).map(|c| if matches!(c, '–' | '\u{2010}') { '-' } else { c }).collect()
}

/// Gives `điểm d` the place of the unit it is put beside.
fn beside(text: &str, found: &mut [Citation], next: &[Citation]) {
    let (Some(last), [neighbour]) = (found.last_mut(), next) else { return };
    if !BESIDE.is_match(&text[last.span.end..neighbour.span.start]) || last.document != Cited::Unnamed {
        return;
    }
    let step = last.path.split('-').next().unwrap_or_default();
    let own = neighbour.path.rsplit('.').next().unwrap_or_default();
    if !last.path.contains('.') && own.split('-').next() == Some(step) {
        let place = &neighbour.path[..neighbour.path.len() - own.len()];
        last.path = format!("{place}{}", last.path);
        let (kind, span) = (neighbour.kind.clone(), last.span.clone());
        *last = Citation { span, kind, path: last.path.clone(), ..neighbour.clone() };
    }
}
