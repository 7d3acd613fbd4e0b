//! The head: what stands before the legal bases or the first unit. National title, motto, rules, number and date line are
//! anchors; once they are out of sight, what is left before the heading is the issuer and what follows it the title,
//! whether a converter left two columns apart, put them on one line or broke them anywhere.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::plain::{HIDDEN, Plain, one_line, torn};
use super::{Found, number};
use crate::text::start;

/// How much of a text a head can be.
const HEAD_LINES: usize = 60;
const HEAD_BYTES: usize = 16 << 10;

/// Kinds as their headings are read, longer ones first, and as we write them.
pub(super) const KINDS: [(&str, &str); 16] = [
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
    ("THONG BAO", "Thông báo"),
    ("SAC LENH", "Sắc lệnh"),
    ("LENH", "Lệnh"),
    ("LUAT", "Luật"),
];

/// `ngày 5 tháng 3 năm 2031`, broken anywhere; day, month, year.
pub(super) const DATE: &str = r"(?i:n\s?g\s?a\s?y)\s*([0-9]\s?[0-9]?)\s*(?i:t\s?h\s?a\s?n\s?g)\s*([0-9]\s?[0-9]?)\s*(?i:n\s?a\s?m)\s*((?:1\s?9|2\s?0)\s?[0-9]\s?[0-9])";

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
        hide_rules(&mut head.plain);
        head.heading = head.read_heading();
        head.number = head.number.take().or(listed);
        if head.number.is_none() {
            head.number = head.number_in_title();
        }
        head
    }

    /// Whether a gazette heads it as a consolidated text, or the lines below the title say what it was made from.
    pub fn is_consolidated(&self) -> bool {
        static SAYS: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(
                r"(?m)^VAN BAN HOP NHAT\b\s*(?:-|$)|\bco hieu luc\b[^\n]*,\s*duoc sua doi, bo sung boi\s*:?[ ]*$",
            )
            .expect("constant")
        });
        SAYS.is_match(&self.plain.text)
    }

    /// Whether a gazette's heading names the body.
    pub fn is_headed(&self) -> bool {
        self.plain.text.contains("VAN BAN HOP NHAT") || self.number.is_some()
    }

    /// Where the last anchor begins; without a heading, nothing behind it is the issuer.
    pub fn anchors(&self) -> usize {
        self.plain.text.rfind(HIDDEN as char).unwrap_or(0)
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

    /// The announced number before the heading: the first one there is. In a title or a legal basis it is another
    /// document's: a heading stands before it, or words of a sentence do.
    fn read_number(&mut self) {
        let plain = &self.plain.text;
        let announced = number::ANNOUNCED.captures_iter(plain).find_map(|c| {
            let (all, number) = (c.get(0)?.range(), c.get(1)?.range());
            let before = KIND_BEFORE_NUMBER.find(&plain[..all.start]).map_or(all.start, |m| m.start());
            // In a sentence it is `số 29-NQ/TW`, in small letters and without a colon.
            let label = &plain[all.start..number.start];
            (label.contains(':') || label.starts_with('S') || opens(plain, before)).then_some((all, number))
        });
        let Some((all, number)) = announced else { return };
        if self.heading_before(all.start) {
            return;
        }
        let mut from = all.start;
        if let Some(m) = KIND_BEFORE_NUMBER.find(&self.plain.text[..all.start]) {
            from = m.start();
        }
        // A last letter torn off before the end of its line or column: `TT-BNNM T`.
        let torn = TORN_OFF.captures(&self.plain.text[all.end..]).and_then(|c| c.get(1)).map_or(0, |m| m.end());
        self.number = Some(number.start..number.end + torn);
        self.plain.hide(from..all.end + torn);
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
static TORN_OFF: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\A( [A-Z])\s*(?:[|\n]|\z)").expect("constant"));
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
    static HANOI: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b(H\s?[aA]\s*[nN]\s?[oO]\s?[iI])\s*[,.;]?\s*\z").expect("constant"));
    static PLACE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?:\A|[\n|\x02 ])((?:(?i:tp|thanh pho)\b\.?\s*)?[A-Z][a-zA-Z]*(?:[ ][A-Z][a-zA-Z]*){1,3})\s*[,.;]?\s*\z",
        )
        .expect("constant")
    });
    let m = HANOI.captures(plain).or_else(|| PLACE.captures(plain))?.get(1)?;
    Some(m.range())
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

/// Hides lines that were drawn with characters.
pub(super) fn hide_rules(plain: &mut Plain) {
    static RULE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[-_*=~.]{3,}").expect("constant"));
    let ranges: Vec<_> = RULE.find_iter(&plain.text).map(|m| m.range()).collect();
    plain.hide_all(ranges);
}

/// What a portal's signature left between the lines of a PDF: `Ký bởi: …`, `Email: …`, and of the mark `[daky]`.
pub(super) fn signing_lines(plain: &mut Plain) {
    static SIGNING: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?m)^((?:Nguoi ky|Ky boi|Email|Co quan|Thoi gian ky|Ngay ky)\s*:.*?(?:\+0?7:00|$))|^(k?y\])[A-Z]|[A-Z](k?y\])$",
        )
        .expect("constant")
    });
    let groups = |c: regex::Captures<'_>| (1..4).find_map(|i| c.get(i)).map(|m| m.range());
    let ranges: Vec<_> = SIGNING.captures_iter(&plain.text).filter_map(groups).collect();
    plain.hide_all(ranges);
}

/// Hides the national title and the motto; whether there was one.
fn hide_title_and_motto(plain: &mut Plain) -> bool {
    static TITLE: LazyLock<Regex> = LazyLock::new(|| {
        // `NGHĨA` is misread more often than any other word.
        Regex::new(&format!(
            r"(NUOC\s+)?{}\s+N[A-Z ]{{3,5}}\s+{}|(?i:doc\s*lap)\s*[-.]?\s*(?i:tu\s*do)\s*[-.]?\s*(?i:hanh\s*phu\s?c)",
            torn("CONGHOA XA HOI CHU").replacen(r"G\s?H", r"G\s*H", 1),
            torn("VIETNAM").replacen(r"T\s?N", r"T\s*N", 1)
        ))
        .expect("constant")
    });
    let ranges: Vec<_> = TITLE
        .captures_iter(&plain.text)
        .filter(|c| c.get(1).is_none())
        .filter_map(|c| Some(c.get(0)?.range()))
        .collect();
    let any = !ranges.is_empty();
    plain.hide_all(ranges);
    any
}
