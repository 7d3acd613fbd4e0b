//! The title: the lines below the heading, or the rest of its line, up to what cannot be a title any more.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Found;
use super::head::Head;
use super::plain::{HIDDEN, is_capitals, one_line};

/// A longer one would be text that was taken for a title.
const MAX_LINES: usize = 12;
const MAX_BYTES: usize = 4000;

/// Lines that end a title: the issuer's name before the legal bases, enacting words, the first unit.
static AFTER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)\A(?:
        (?:CHINH\ PHU|QUOC\ HOI|THU\ TUONG(?:\ CHINH\ PHU)?|CHU\ TICH\ NUOC.*|UY\ BAN\ THUONG\ VU\ QUOC\ HOI|HOI\ DONG\ (?:BO\ TRUONG|THAM\ PHAN|CHINH\ PHU).*)\s*[:,]?\s*\z
        |(?:BO\ TRUONG|THONG\ DOC|CHANH\ AN|VIEN\ TRUONG|TONG\ KIEM\ TOAN|TONG\ THANH\ TRA|CHU\ NHIEM|BO|LIEN\ BO)\s[A-Z\ ,-]{3,}\z
        |(?:QUYET\ NGHI|QUYET\ DINH|NGHI\ DINH|NGHI\ QUYET|THONG\ TU|LENH|CHI\ THI)\s*:?\s*\z
        |(?i:can\ cu|theo\ de\ nghi|xet\ de\ nghi|xet\ to\ trinh|thuc\ hien|thi\ hanh|tren\ co\ so|sau\ khi|nham|kinh\ gui)\b
        |De\s
        |(?:Chinh\ phu|Quoc\ hoi|Thu\ tuong\ Chinh\ phu|Bo\ truong|Thong\ doc|Chanh\ an|Vien\ truong|Uy\ ban\ thuong\ vu\ Quoc\ hoi)\b.*\bban\ hanh\b
        |(?:Luat|Nghi\ dinh|Thong\ tu|Phap\ lenh|Bo\ luat)\s+nay\b
        |(?:Luat|Bo\ luat|Phap\ lenh|Nghi\ dinh|Nghi\ quyet|Thong\ tu(?:\ lien\ tich)?|Quyet\ dinh)\ so\ .*\b(?:co\ hieu\ luc|hop\ nhat)\b
        |\(?(?i:ban\ hanh\ kem\ theo)\b
        |\[\d|\d+\s*[.)]\s
        )",
    )
    .expect("constant")
});

pub(super) fn read(head: &Head<'_>) -> Option<Found<String>> {
    let heading = head.heading()?;
    let plain = head.plain.text.as_str();
    // A footnote mark may follow the heading.
    let from =
        heading.end + plain[heading.end..].find(|c: char| !c.is_ascii_digit() && !"*[]".contains(c)).unwrap_or(0);
    let mut title: Option<Range<usize>> = None;
    let mut capitals = false;
    let mut at = from;
    for (i, line) in plain[from..].split('\n').take(MAX_LINES).enumerate() {
        let range = trim(plain, at..at + line.len());
        at += line.len() + 1;
        // A portal's note: `[Điều này được hướng dẫn bởi …]`.
        let range = trim(plain, before_note(plain, range));
        let words = &plain[range.clone()];
        if words.is_empty() || words.bytes().all(|b| matches!(b, HIDDEN | b'-' | b'|' | b' ' | b':')) {
            // A rule or an anchor: before the title it is passed over, behind it ends it.
            if title.is_some() && !line.is_empty() {
                break;
            }
            continue;
        }
        let inline = i == 0;
        if !inline && title.is_some() && AFTER.is_match(words) {
            break;
        }
        let end = if inline { end_inline(plain, &range) } else { range.clone() };
        let cut = end_of_line(plain, end.clone());
        let new_capitals = is_capitals(&plain[cut.clone()]);
        if title.is_none() {
            capitals = new_capitals;
        } else if new_capitals != capitals && !is_code(&plain[cut.clone()]) || is_sentence(words) {
            break;
        }
        let start = title.map_or(cut.start, |t| t.start);
        title = Some(start..cut.end);
        if cut.end < range.end || cut.end - start > MAX_BYTES {
            break;
        }
    }
    let title = trim(plain, without_mark(plain, title?));
    let span = head.plain.span(title);
    (!span.is_empty()).then(|| Found { value: one_line(&head.text[span.clone()]), span })
}

/// A line that is a sentence is no line of a title.
fn is_sentence(words: &str) -> bool {
    words.ends_with('.') || words.len() > 200 && words.contains(". ")
}

/// A line of few letters (`số 12/2031/TT-BTC`) is of either case.
fn is_code(words: &str) -> bool {
    words.bytes().filter(u8::is_ascii_alphabetic).count() < 8
}

fn trim(plain: &str, range: Range<usize>) -> Range<usize> {
    let junk = |c: char| c.is_whitespace() || matches!(c, '|' | ':') || c == HIDDEN as char;
    let words = &plain[range.clone()];
    let start = range.start + (words.len() - words.trim_start_matches(junk).len());
    start..start + words.trim_matches(junk).len()
}

/// Leaves notes in square brackets out at both ends.
fn before_note(plain: &str, range: Range<usize>) -> Range<usize> {
    let words = &plain[range.clone()];
    let mut start = range.start;
    if words.starts_with('[') {
        start += words.find(']').map_or(words.len(), |i| i + 1);
    }
    let end = plain[start..range.end].find(" [").map_or(range.end, |i| start + i);
    start..end
}

/// On one line with the heading, a title in capitals ends before the first word in small letters, and before the name of
/// the body that enacts.
fn end_inline(plain: &str, range: &Range<usize>) -> Range<usize> {
    static ENACTS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\s(?:HOI DONG THAM PHAN|BO TRUONG BO|THONG DOC NGAN HANG|THU TUONG CHINH PHU|UY BAN THUONG VU QUOC HOI|CHINH PHU|QUOC HOI|LIEN BO)(?:\s[A-Z ,-]+)?\z")
            .expect("constant")
    });
    let words = &plain[range.clone()];
    let mut end = words.len();
    let mut at = 0;
    let first_is_capital = words.split(' ').find(|w| w.len() > 1).is_some_and(is_capitals);
    for word in words.split(' ') {
        if first_is_capital && at > 0 && is_small(word) {
            end = at;
            break;
        }
        at += word.len() + 1;
    }
    let cut = words[..end].trim_end();
    // Never the object of "của": `CỦA CHÍNH PHỦ`.
    let enacts = ENACTS.find(cut).filter(|m| first_is_capital && !cut[..m.start()].ends_with("CUA") && m.start() > 20);
    let cut = enacts.map_or(cut.len(), |m| m.start());
    range.start..range.start + cut
}

/// A word of letters that are not all capitals.
fn is_small(word: &str) -> bool {
    let word = word.trim_matches(|c: char| matches!(c, ',' | ';' | '.' | '(' | ')' | '"'));
    word.len() > 1 && word.bytes().all(|b| b.is_ascii_alphabetic()) && word.bytes().any(|b| b.is_ascii_lowercase())
}

/// Cuts what a converter joined to the title's line: a rule and the text behind it, legal bases, and in a consolidated
/// text the document that it was made from (`… Thông tư số 5/2031/TT-BTC ngày …, có hiệu lực …`).
fn end_of_line(plain: &str, range: Range<usize>) -> Range<usize> {
    static JOINED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\s*[\x02]{3,}\s*|\s(?:Can cu|CAN CU)\s|[a-z0-9]\s(?:Nghi dinh|Thong tu|Thong tu lien tich|Quyet dinh|Nghi quyet|Luat)\s+so\s+[0-9]+[0-9A-Z/ .-]+(?:\s+ngay\b|,)")
            .expect("constant")
    });
    let words = &plain[range.clone()];
    for m in JOINED.find_iter(words) {
        if m.as_str().starts_with(|c: char| c.is_ascii_alphanumeric()) {
            let before = &words[..=m.start()];
            let whole = words[m.start()..].contains("co hieu luc") || words[m.start()..].contains("duoc hop nhat");
            let governed = before.rsplit(' ').next().is_some_and(|w| {
                ["cua", "theo", "tai", "va", "cac", "thay", "bo", "boi", "hanh", "voi", "dinh", "trong", "so"]
                    .contains(&w)
            });
            if governed || !whole {
                continue;
            }
            return range.start..range.start + m.start() + 1;
        }
        return range.start..range.start + m.start();
    }
    range
}

/// Without a footnote's mark at its end: `Quân đội1`, `Tố cáo[1]`.
fn without_mark(plain: &str, range: Range<usize>) -> Range<usize> {
    static MARK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?:[A-Za-z]"?)([0-9]{1,2}|\s?[\[(][0-9]{1,2}[\])]|\s?\*)\z"#).expect("constant")
    });
    match MARK.captures(&plain[range.clone()]).and_then(|c| c.get(1)) {
        Some(m) => range.start..range.start + m.start(),
        None => range,
    }
}
