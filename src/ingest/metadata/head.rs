//! The head: what stands before the legal bases or the first unit. National title, motto, rules, number and date line are
//! anchors; once they are out of sight, what is left before the heading is the issuer and what follows it the title,
//! whether a converter left two columns apart, put them on one line or broke them anywhere.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::plain::{HIDDEN, Plain, one_line};
use super::{Found, number};
use crate::text::start;

/// How much of a text a head can be.
const HEAD_LINES: usize = 60;
const HEAD_BYTES: usize = 16 << 10;

/// Kinds as their headings are read, longer ones first, and as we write them.
pub(super) const KINDS: [(&str, &str); 15] = [
    ("THONG TU LIEN TICH", "Thông tư liên tịch"),
    ("NGHI QUYET LIEN TICH", "Nghị quyết liên tịch"),
    ("VAN BAN HOP NHAT", "Văn bản hợp nhất"),
    ("HIEN PHAP", "Hiến pháp"),
    ("BO LUAT", "Bộ luật"),
    ("PHAP LENH", "Pháp lệnh"),
    ("NGHI QUYET", "Nghị quyết"),
    ("NGHI DINH", "Nghị định"),
    ("QUYET DINH", "Quyết định"),
    ("THONG TU", "Thông tư"),
    ("CHI THI", "Chỉ thị"),
    ("CONG DIEN", "Công điện"),
    ("SAC LENH", "Sắc lệnh"),
    ("LENH", "Lệnh"),
    ("LUAT", "Luật"),
];

/// `ngày 5 tháng 3 năm 2031`, broken anywhere; day, month, year.
pub(super) const DATE: &str =
    r"(?i:ngay)\s*([0-9]{1,2})\s*(?i:thang)\s*([0-9]{1,2})\s*(?i:nam)\s*((?:1\s?9|2\s?0)\s?[0-9]\s?[0-9])";

/// A head, and its plain text with the anchors hidden.
pub(super) struct Head<'a> {
    /// The document's text.
    pub text: &'a str,
    /// Plain text of the head, anchors hidden.
    pub plain: Plain,
    number: Option<Range<usize>>,
    dates: Vec<(Range<usize>, Date, Option<Range<usize>>)>,
    /// The heading and the kind it names.
    heading: Option<(Range<usize>, &'static str)>,
    national_title: bool,
}

impl<'a> Head<'a> {
    pub fn new(text: &'a str) -> Self {
        let mut plain = Plain::new(area(text), 0);
        let end = body_start(&plain.text);
        plain = Plain::new(&text[..plain.span(0..end).end], 0);
        let listed = number::LISTED.captures(&plain.text).and_then(|c| c.get(1)).map(|m| m.range());
        if let Some(first) = listed.as_ref().and_then(|_| plain.text.find('\n')) {
            plain.hide(0..first);
        }
        signing_lines(&mut plain);
        let national_title = hide_title_and_motto(&mut plain);
        let mut head = Self { text, plain, number: None, dates: Vec::new(), heading: None, national_title };
        head.read_number();
        head.read_dates();
        head.hide_all(&RULE);
        head.heading = head.read_heading();
        head.number = head.number.take().or(listed);
        if head.number.is_none() {
            head.number = head.number_in_title();
        }
        head
    }

    /// Whether the text has a head at all.
    pub fn exists(&self) -> bool {
        self.heading.is_some() || self.number.is_some() || self.national_title
    }

    /// End of the head in the document's text.
    pub fn end(&self) -> usize {
        self.plain.span(0..self.plain.text.len()).end
    }

    pub fn number(&self) -> Option<Found<String>> {
        let span = self.plain.span(self.number.clone()?);
        Some(Found { value: number::tidy(&self.text[span.clone()]), span })
    }

    pub fn kind(&self) -> Option<Found<String>> {
        let (range, kind) = self.heading.clone()?;
        Some(Found { value: kind.to_owned(), span: self.plain.span(range) })
    }

    /// The heading on plain text.
    pub fn heading(&self) -> Option<Range<usize>> {
        self.heading.as_ref().map(|(range, _)| range.clone())
    }

    /// The date of the date line: the first one before the heading, else one that stands alone behind its place.
    fn date_line(&self) -> Option<&(Range<usize>, Date, Option<Range<usize>>)> {
        let heading = self.heading().map_or(self.plain.text.len(), |h| h.start);
        let before = self.dates.iter().find(|(range, ..)| range.start < heading);
        before.or_else(|| {
            self.dates.iter().find(|(range, _, place)| {
                place.as_ref().is_some_and(|p| at_line_start(&self.plain.text, p.start))
                    && matches!(self.plain.text.as_bytes().get(range.end), None | Some(b'\n' | b'|'))
            })
        })
    }

    pub fn date(&self) -> Option<Found<Date>> {
        let (range, date, _) = self.date_line()?;
        Some(Found { value: *date, span: self.plain.span(range.clone()) })
    }

    pub fn place(&self) -> Option<Found<String>> {
        let span = self.plain.span(self.date_line()?.2.clone()?);
        Some(Found { value: one_line(&self.text[span.clone()]), span })
    }

    /// The announced number before the heading: the first one there is.
    fn read_number(&mut self) {
        let Some(c) = number::ANNOUNCED.captures(&self.plain.text) else { return };
        let (all, number) = (c.get(0).expect("the whole").range(), c.get(1).expect("a group").range());
        // In a title or a legal basis it is another document's: a heading stands before it.
        if self.heading_before(all.start) {
            return;
        }
        let mut from = all.start;
        if let Some(m) = KIND_BEFORE_NUMBER.find(&self.plain.text[..all.start]) {
            from = m.start();
        }
        self.number = Some(number);
        self.plain.hide(from..all.end);
    }

    fn heading_before(&self, end: usize) -> bool {
        HEADING.captures_iter(&self.plain.text[..end]).any(|c| {
            let m = c.get(1).expect("a group");
            opens(&self.plain.text, m.start()) && !self.plain.text[m.end()..end].trim().is_empty()
        })
    }

    fn read_dates(&mut self) {
        let found: Vec<_> = date_regex()
            .captures_iter(&self.plain.text)
            .collect::<Vec<_>>()
            .into_iter()
            .map(|c| {
                let range = c.get(0).expect("the whole").range();
                (date_of(&c), range.clone(), place_before(&self.plain.text[..range.start]))
            })
            .collect();
        for (date, range, place) in found {
            // Once the date line is hidden, a heading behind it on the same line is seen.
            let heading = self.read_heading().map_or(self.plain.text.len(), |(range, _)| range.start);
            let Some(date) = date else { continue };
            if range.start < heading {
                let from = place.as_ref().map_or(range.start, |p| p.start);
                self.plain.hide(from..range.end);
            }
            self.dates.push((range, date, place));
        }
    }

    fn hide_all(&mut self, pattern: &Regex) {
        let ranges: Vec<_> = pattern.find_iter(&self.plain.text).map(|m| m.range()).collect();
        for range in ranges {
            self.plain.hide(range);
        }
    }

    /// The heading: the first kind in capitals that opens a line or follows an anchor, else one that is a line of its own.
    fn read_heading(&self) -> Option<(Range<usize>, &'static str)> {
        let plain = &self.plain.text;
        let mut consolidated = None;
        for c in HEADING.captures_iter(plain) {
            let m = c.get(1).expect("a group");
            let kind = kind_of(m.as_str())?;
            if !opens(plain, m.start()) {
                continue;
            }
            if kind == "Văn bản hợp nhất" {
                consolidated = consolidated.or(Some((m.range(), kind)));
                continue;
            }
            return Some((m.range(), kind));
        }
        let own_line = || {
            let c = SMALL_HEADING.captures(plain)?;
            let m = c.get(1)?;
            Some((m.range(), kind_of(&m.as_str().to_uppercase())?))
        };
        own_line().or(consolidated)
    }

    /// Old titles tell the number: `CỦA CHÍNH PHỦ SỐ 57/2006/NĐ-CP NGÀY …`.
    fn number_in_title(&self) -> Option<Range<usize>> {
        let from = self.heading()?.end;
        let m = IN_TITLE.captures(&self.plain.text[from..])?.get(1)?;
        Some(from + m.start()..from + m.end())
    }
}

/// The stretch that may hold the head.
fn area(text: &str) -> &str {
    let area = start(text, HEAD_BYTES);
    area.match_indices('\n').nth(HEAD_LINES).map_or(area, |(i, _)| &area[..i])
}

/// Where the legal bases or the first unit begin.
fn body_start(plain: &str) -> usize {
    static BODY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?m)^["']?(?:Dieu\s+[1lI]\b|DIEU\s+1\b|Article\s+1\b|(?:Chuong|CHUONG|Phan|PHAN)\s+(?:thu\b|THU\b|[IVX1]+\b)|Can cu\b|CAN CU\b|Xet\b|Theo de nghi|Muc\s+[I1]\b|[IA]\s?[.]\s)"#,
        )
        .expect("constant")
    });
    BODY.find(plain).map_or(plain.len(), |m| m.start())
}

static HEADING: LazyLock<Regex> = LazyLock::new(|| {
    let kinds: Vec<String> = KINDS.iter().map(|(word, _)| word.replace(' ', r"\s+")).collect();
    Regex::new(&format!(r"\b({})(?:\b|[0-9])", kinds.join("|"))).expect("constant")
});
static SMALL_HEADING: LazyLock<Regex> = LazyLock::new(|| {
    let small = |word: &str| format!("{}{}", &word[..1], word[1..].to_lowercase());
    let kinds: Vec<String> = KINDS.iter().map(|(word, _)| small(word)).collect();
    Regex::new(&format!(r"(?m)^({})[ ]*$", kinds.join("|"))).expect("constant")
});
/// `Luật số: `, `NGHỊ QUYẾT SỐ ` before a number.
static KIND_BEFORE_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:bo luat|luat|phap lenh|nghi quyet(?: lien tich)?|nghi dinh|quyet dinh|thong tu(?: lien tich)?|chi thi|lenh)\s+\z")
        .expect("constant")
});
static RULE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[-_*=~.]{3,}").expect("constant"));
static IN_TITLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(r"\A\s*(?i:cua)\s[^;:]{{3,120}}?\s(?i:so)\s*:?\s*({})\s+(?i:ngay)\s", number::NUMBER))
        .expect("constant")
});

fn date_regex() -> &'static Regex {
    static ANY: LazyLock<Regex> = LazyLock::new(|| Regex::new(DATE).expect("constant"));
    &ANY
}

/// The date in the captures of [`DATE`].
pub(super) fn date_of(c: &regex::Captures<'_>) -> Option<Date> {
    let part = |i: usize| c.get(i)?.as_str().split_whitespace().collect::<String>().parse::<i16>().ok();
    Date::new(part(3)?, i8::try_from(part(2)?).ok()?, i8::try_from(part(1)?).ok()?).ok()
}

/// The first date that a stretch of plain text names.
pub(super) fn first_date(plain: &str) -> Option<(Date, Range<usize>)> {
    let c = date_regex().captures(plain)?;
    Some((date_of(&c)?, c.get(0)?.range()))
}

/// The place at the end of what stands before a date: `Hà Nội, `, `TP. Hồ Chí Minh, `.
pub(super) fn place_before(plain: &str) -> Option<Range<usize>> {
    static PLACE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?:\A|[\n|\x02 ])((?:(?i:tp|thanh pho)\b\.?\s*)?(?:H[aA]\s*[nN][oO][iI]|[A-Z][a-zA-Z]*(?:[ ][A-Z][a-zA-Z]*){1,3}))\s*[,.;]?\s*\z",
        )
        .expect("constant")
    });
    PLACE.captures(plain)?.get(1).map(|m| m.range())
}

fn kind_of(heading: &str) -> Option<&'static str> {
    let heading = one_line(heading);
    KINDS.iter().find(|(word, _)| *word == heading).map(|(_, kind)| *kind)
}

/// Whether a heading can begin here: at a line, a column, or behind an anchor or a bracket.
fn opens(plain: &str, at: usize) -> bool {
    let before = plain[..at].trim_end_matches(' ');
    before.is_empty() || before.ends_with(['\n', '|', ')', '*', HIDDEN as char])
}

fn at_line_start(plain: &str, at: usize) -> bool {
    let before = plain[..at].trim_end_matches([' ', HIDDEN as char]);
    before.is_empty() || before.ends_with(['\n', '|'])
}

/// What a portal's signature left between the lines of a PDF: `Ký bởi: …`, `Email: …`.
pub(super) fn signing_lines(plain: &mut Plain) {
    static SIGNING: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^(?:Nguoi ky|Ky boi|Email|Co quan|Thoi gian ky|Ngay ky)\s*:.*?(?:\+0?7:00|$)")
            .expect("constant")
    });
    let ranges: Vec<_> = SIGNING.find_iter(&plain.text).map(|m| m.range()).collect();
    ranges.into_iter().for_each(|range| plain.hide(range));
}

/// Hides the national title and the motto; whether there was one.
fn hide_title_and_motto(plain: &mut Plain) -> bool {
    static TITLE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(NUOC\s+)?CONG\s*HOA\s+XA\s+HOI\s+CHU\s+NGHIA\s+VIET\s*NAM|(?i:doc\s*lap)\s*[-.]?\s*(?i:tu\s*do)\s*[-.]?\s*(?i:hanh\s*phuc)",
        )
        .expect("constant")
    });
    let ranges: Vec<_> = TITLE
        .captures_iter(&plain.text)
        .filter(|c| c.get(1).is_none())
        .filter_map(|c| Some(c.get(0)?.range()))
        .collect();
    let any = !ranges.is_empty();
    ranges.into_iter().for_each(|range| plain.hide(range));
    any
}
