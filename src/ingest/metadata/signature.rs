//! Signatures: on whose behalf, office, name. `TM. CHÍNH PHỦ / KT. THỦ TƯỚNG / PHÓ THỦ TƯỚNG / (Đã ký) / Họ Và Tên`, one
//! piece a line, a whole block on one line, or several blocks in a row.
//!
//! A block is a run of capitals that begins with a mark (TM., KT., TL., TUQ., Q.) or an office, then a name. Forms in annexes have
//! offices without names and never come first.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::plain::{HIDDEN, Plain, is_capitals, one_line, torn};

/// For whom somebody signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Behalf {
    /// `TM` (thay mặt), `KT` (ký thay), `TL` (thừa lệnh), `TUQ` (thừa ủy quyền), `Q` (quyền).
    pub mark: &'static str,
    /// The body or office: `CHÍNH PHỦ`.
    pub of: String,
}

/// Somebody who signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signer {
    /// Name without rank.
    pub name: String,
    /// Bytes of the name in the text.
    pub span: Range<usize>,
    /// Rank or degree before the name (`Đại tướng`); empty without one.
    pub rank: String,
    /// Office as printed: `PHÓ THỦ TƯỚNG`; empty where none is printed.
    pub title: String,
    /// For whom, the outermost first.
    pub on_behalf: Vec<Behalf>,
}

/// Offices that sign, longer ones first.
const OFFICES: [&str; 21] = [
    "TONG BI THU",
    "THU TUONG",
    "THU TRUONG",
    "BO TRUONG",
    "CHU TICH",
    "THONG DOC",
    "CHANH AN",
    "VIEN TRUONG",
    "TONG KIEM TOAN",
    "TONG THANH TRA",
    "CHU NHIEM",
    "TONG CUC TRUONG",
    "CUC TRUONG",
    "TONG GIAM DOC",
    "GIAM DOC",
    "TRUONG BAN",
    "TONG THU KY",
    "CHANH VAN PHONG",
    "CHANH THANH TRA",
    "VU TRUONG",
    "BI THU",
];
static OFFICE: LazyLock<String> = LazyLock::new(|| {
    let offices: Vec<String> = OFFICES.iter().map(|o| torn(o)).collect();
    format!(r"(?:{}\s+)?(?:{})", torn("PHO"), offices.join("|"))
});
const MARK: &str = r"(?:TUQ|TM|KT|TL|K\.T|T\.M|T\.L|T/M|K/T|T/L|Q)\s*[./,]?/?\s*";

/// Where a block may begin: a mark with its point anywhere, an office at the start of a line or column.
static START: LazyLock<Regex> = LazyLock::new(|| {
    let office = &*OFFICE;
    Regex::new(&format!(
        r"(?m)(?:^|\|)[\s\x02|]*({MARK}[A-Z]|(?:{office})\b)|[\s.]((?:TUQ|TM|KT|TL|T/M|K/T|T/L)(?:[./]|\s)\s*[A-Z]{{2}})"
    ))
    .expect("constant")
});
static AGAIN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"\A[\s|\x02]*({MARK}[A-Z]{{2}}|(?:{})\b)", *OFFICE)).expect("constant"));
static SIGNED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\A[(\[]?\s*(?i:da\s?k[yi])\b\s*[)\]:]?").expect("constant"));
static RANK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\A(?:(?:(?:Dai|Thuong|Trung|Thieu)\s+(?:tuong|ta|uy)|(?:Pho\s+|Chuan\s+)?Do\s+doc|(?:P?GS|PGS|TSKH|TS|ThS)\b[.,]?\s*(?:TSKH|TS)?[.,]?)\s*)+",
    )
    .expect("constant")
});
/// Two to six syllables, each of which a converter may have torn before a vowel or its last letters (`Nguy ễn`, `Lươn g`).
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    let syllable = r"[A-Z][a-z]*(?:[ ](?:[aeiouy][a-z]{0,2}|[bcdghklmnpqrstvx]{1,2})\b){0,2}";
    Regex::new(&format!(r"\A{syllable}(?:[ ]{syllable}){{1,5}}")).expect("constant")
});
/// What portals put on a name's line.
static BEHIND: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\s(?:Phu luc|Noi nhan|Mau so|Mau|Ghi chu|Danh muc|Bieu)\b").expect("constant"));

/// Longest block; forms have endless blanks and columns.
const MAX_BLOCK: usize = 1000;
/// Longest name with what may stand before it.
const MAX_NAME: usize = 200;
/// Longest run of capitals before a name.
const MAX_RUN: usize = 400;
/// How long a list of recipients may be.
const RECIPIENTS: usize = 2000;
/// How far below a block the next one of a joint document may stand.
const JOINT: usize = 2500;

/// The signers of a text: its first block from `from` on that ends in a name, with those that follow it.
pub(super) fn read(body: &Plain, text: &str, from: usize, joint: bool) -> Vec<Signer> {
    let mut at = body.find(from);
    let mut signers = Vec::new();
    // Behind the words of certification a block may follow on the same line.
    if let Some((signer, end)) =
        AGAIN.captures(&body.text[at..]).and_then(|c| c.get(1)).and_then(|m| block(body, text, at + m.start()))
    {
        signers.push(signer);
        at = end;
        if !joint {
            return signers;
        }
    }
    let mut limit = body.text.len();
    while let Some(c) = START.captures_at(&body.text, at).filter(|c| c.get(0).is_some_and(|m| m.start() < limit)) {
        let start = c.get(1).or(c.get(2)).expect("one of the two").start();
        let Some((mut signer, end)) = block(body, text, start) else {
            at = start + 1;
            continue;
        };
        if signer.on_behalf.is_empty() {
            signer.on_behalf = above_recipients(body, text, start);
        }
        signers.push(signer);
        at = end;
        while let Some(next) = AGAIN.captures(&body.text[at..]).and_then(|c| c.get(1)) {
            let Some((signer, end)) = block(body, text, at + next.start()) else { break };
            signers.push(signer);
            at = end;
        }
        if !joint {
            break;
        }
        limit = (at + JOINT).min(body.text.len());
    }
    if signers.is_empty() {
        signers.extend(name_alone(body, text));
    }
    signers
}

/// Two columns read one below the other: the marks stand above the list of recipients, office and name below it.
fn above_recipients(body: &Plain, text: &str, start: usize) -> Vec<Behalf> {
    static MARKED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(&format!(r"(?m)^({MARK})([A-Z][A-Z ]+)$")).expect("constant"));
    let area = &body.text[start.saturating_sub(RECIPIENTS)..start];
    let offset = start - area.len();
    let Some(list) = area.rfind("Noi nhan") else { return Vec::new() };
    // Right above the list, or between its lines.
    let near = area[..list].trim_end().rmatch_indices('\n').nth(3).map_or(0, |(i, _)| i);
    let of = |r: Range<usize>| one_line(&text[body.span(offset + r.start..offset + r.end)]);
    let marks = MARKED.captures_iter(&area[near..]).filter_map(|c| {
        let of_whom = c.get(2)?.range();
        Some(Behalf { mark: mark(&c[1])?, of: of(near + of_whom.start..near + of_whom.end) })
    });
    marks.collect()
}

/// One block from its first word; the signer and where it ends.
fn block(body: &Plain, text: &str, start: usize) -> Option<(Signer, usize)> {
    let plain = body.text.as_str();
    let mut at = start;
    let mut run = start..start;
    let mut marked = false;
    while at < plain.len() && at - start < MAX_BLOCK {
        let c = plain.as_bytes()[at];
        if c.is_ascii_whitespace() || c == HIDDEN {
            at += 1;
        } else if c == b'|' {
            // A column that begins a line is the block's own, one behind words another one.
            if !plain[..at].trim_end_matches([' ', '|']).ends_with('\n') {
                return None;
            }
            at += 1;
        } else if let Some(m) = SIGNED.find(&plain[at..]) {
            marked = true;
            at += m.end();
        } else if let Some(m) = small_office(&plain[at..]).filter(|_| run.end > run.start) {
            at += m;
            run.end = at;
        } else if let Some((rank, name)) = name_at(plain, at) {
            return Some((signer(body, text, run, rank, name.clone())?, name.end));
        } else {
            let word = at..at + plain[at..].find([' ', '\n', '|']).unwrap_or(plain.len() - at);
            let end = capital_end(&plain[word.clone()])?;
            if marked || word.start - start > MAX_RUN {
                return None;
            }
            run.end = word.start + end;
            // `QUỐC HỘITrần`: the name is glued to the office.
            at = if name_at(plain, run.end).is_some() { run.end } else { word.end };
        }
    }
    None
}

/// Length of an office in small letters, as few print it: `KT. THỐNG ĐỐC / Phó Thống đốc`.
fn small_office(plain: &str) -> Option<usize> {
    static SMALL: LazyLock<Regex> = LazyLock::new(|| {
        let offices = OFFICES.map(|o| format!("{}(?i:{})", &o[..1], &o[1..]));
        Regex::new(&format!(r"\A(?:Pho )?(?:{})\b", offices.join("|"))).expect("constant")
    });
    SMALL.find(plain).map(|m| m.end()).filter(|&end| plain[..end].bytes().any(|b| b.is_ascii_lowercase()))
}

/// How much of a word is capitals; none if it is no such word. A misread letter at the end is left out.
fn capital_end(word: &str) -> Option<usize> {
    if !is_capitals(word) && !word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_punctuation()) {
        // `HỘITrần`, `TƯỚNGy]`.
        let run = word.bytes().take_while(u8::is_ascii_uppercase).count();
        let glued = word.as_bytes().get(run).is_some_and(u8::is_ascii_lowercase);
        let rest = word.len() - run;
        return match (run, glued) {
            (3.., true) if rest > 1 && word[run..].bytes().all(|b| b.is_ascii_lowercase()) => Some(run - 1),
            (3.., _) if rest <= 2 => Some(run),
            _ => None,
        };
    }
    let end = word.trim_end_matches(|c: char| !c.is_ascii_uppercase() && c != ',').len();
    Some(if end == 0 { word.len() } else { end })
}

/// Rank and name that stand here and end as a name does: at a line, column or bracket, or before capitals.
fn name_at(plain: &str, at: usize) -> Option<(Range<usize>, Range<usize>)> {
    let rank = RANK.find(&plain[at..]).map_or(0, |m| m.end());
    let from = at + rank;
    let end = plain.len().min(from + MAX_NAME);
    let line = from + plain[from..end].find('\n').unwrap_or(end - from);
    let stop = BEHIND.find(&plain[from..line]).map_or(line, |m| from + m.start());
    let name = NAME.find(&plain[from..stop])?;
    let mut end = from + name.end();
    // The capitals that follow on the same line (`Trần Hồng Hà PHỤ LỤC I`) are no name.
    let words: Vec<&str> = name.as_str().split_whitespace().collect();
    let capitals = words.iter().rev().take_while(|w| w.bytes().all(|b| b.is_ascii_uppercase())).count();
    let glued_on = words.len() - capitals;
    let next = plain.as_bytes().get(end);
    let into_word = next.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'/');
    if into_word || capitals > 1 {
        if glued_on < 2 {
            return None;
        }
        end =
            from + words[glued_on - 1].as_ptr() as usize - name.as_str().as_ptr() as usize + words[glued_on - 1].len();
    } else if end < stop && !ends_name(&plain[end..]) {
        return None;
    }
    Some((at..at + rank, from..end))
}

/// What may follow a name.
fn ends_name(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', HIDDEN as char]);
    let word = &rest[..rest.find([' ', '\n', '|']).unwrap_or(rest.len())];
    word.is_empty() || rest.starts_with(['\n', '|', '(', '[', '/']) || word == "." || is_capitals(word)
}

fn signer(body: &Plain, text: &str, run: Range<usize>, rank: Range<usize>, name: Range<usize>) -> Option<Signer> {
    static MARKS: LazyLock<Regex> = LazyLock::new(|| Regex::new(&format!(r"(?:\A|\s|\.){MARK}")).expect("constant"));
    let words = &body.text[run.clone()];
    let printed = |r: Range<usize>| {
        let piece = one_line(&text[body.span(run.start + r.start..run.start + r.end)].replace('|', " "));
        piece.trim_matches([' ', ',', '.', '-', '_', '*', '[', ']', '(', ')']).to_owned()
    };
    let marks: Vec<(Range<usize>, &'static str)> = MARKS
        .find_iter(words)
        .filter(|m| words[m.end()..].starts_with(|c: char| c.is_ascii_uppercase()))
        // `Q` alone begins a word far more often than it is a mark.
        .filter_map(|m| Some((m.range(), mark(m.as_str())?)))
        .collect();
    let span = body.span(name);
    let mut signer = Signer {
        name: joined_name(&text[span.clone()]),
        span,
        rank: one_line(&text[body.span(rank)]).trim().to_owned(),
        title: String::new(),
        on_behalf: Vec::new(),
    };
    for (i, (range, mark)) in marks.iter().enumerate() {
        let end = marks.get(i + 1).map_or(words.len(), |(next, _)| next.start);
        let piece = range.end..end;
        let office = (i + 1 == marks.len()).then(|| own_office(&words[piece.clone()])).flatten();
        let office = office.map_or(end, |o| piece.start + o);
        signer.on_behalf.push(Behalf { mark, of: printed(piece.start..office) });
        signer.title = printed(office..end);
    }
    if marks.is_empty() {
        signer.title = printed(0..words.len());
        static OFFICES: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(&format!(r"\A(?:{})\b", *OFFICE)).expect("constant"));
        OFFICES.find(words)?;
    }
    Some(signer)
}

fn mark(printed: &str) -> Option<&'static str> {
    let pointed = printed.contains(['.', '/', ',']);
    let letters: String = printed.chars().filter(char::is_ascii_uppercase).collect();
    match (letters.as_str(), pointed) {
        ("TM", _) => Some("TM"),
        ("KT", _) => Some("KT"),
        ("TL", _) => Some("TL"),
        ("TUQ", _) => Some("TUQ"),
        ("Q", true) => Some("Q"),
        _ => None,
    }
}

/// Where in `BỘ TRƯỞNG THỨ TRƯỞNG` the signer's own office begins: at the second one, were it not part of a name
/// (`ĐOÀN CHỦ TỊCH`) or of a double office (`BỘ TRƯỞNG, CHỦ NHIỆM`).
fn own_office(piece: &str) -> Option<usize> {
    static SECOND: LazyLock<Regex> = LazyLock::new(|| Regex::new(&format!(r"\b(?:{})\b", *OFFICE)).expect("constant"));
    SECOND.find_iter(piece).map(|m| m.start()).find(|&at| {
        let before = piece[..at].trim_end();
        !before.is_empty() && !before.ends_with(',') && !before.ends_with("DOAN")
    })
}

/// `Võ Minh Lươn g` → `Võ Minh Lương`: a letter that a converter cut off.
fn joined_name(printed: &str) -> String {
    let mut out = String::new();
    for word in printed.split_whitespace() {
        if !out.is_empty() && !word.starts_with(char::is_lowercase) {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// An office in small letters, "(Đã ký)" and a name, a line each; else a name without any office, behind the words of adoption or before "(Đã ký)" at the end.
fn name_alone(body: &Plain, text: &str) -> Option<Signer> {
    static ALONE: LazyLock<Regex> = LazyLock::new(|| {
        let name = r"[|\s]*([A-Z][a-z]+(?:\s[A-Z][a-z]*){1,4})\s*";
        Regex::new(&format!(
            r"\bthong qua ngay [^\n]{{0,60}}\n{name}(?:\((?i:da ky)\))?\s*(?:\n|\z)|\n{name}\((?i:da ky)\)\s*\z"
        ))
        .expect("constant")
    });
    static SMALL: LazyLock<Regex> = LazyLock::new(|| {
        let offices = OFFICES.map(|o| format!("{}{}", &o[..1], o[1..].to_lowercase())).join("|");
        Regex::new(&format!(
            r"\n[| ]*((?:Pho )?(?i:{offices})(?: [A-Za-z ,-]{{2,60}})?)\n[| ]*\((?i:da k[yi])\)\n[| ]*([A-Z][a-z]*(?: [A-Z][a-z]*){{1,5}}) *(?:\n|\z)"
        ))
        .expect("constant")
    });
    if let Some((office, name)) = SMALL.captures(&body.text).and_then(|c| Some((c.get(1)?.range(), c.get(2)?.range())))
    {
        let signer = signer_alone(body, text, name)?;
        return Some(Signer { title: one_line(&text[body.span(office)]), ..signer });
    }
    let name = ALONE.captures(&body.text).and_then(|c| c.get(1).or(c.get(2)))?.range();
    signer_alone(body, text, name)
}

fn signer_alone(body: &Plain, text: &str, name: Range<usize>) -> Option<Signer> {
    let span = body.span(name);
    let name = joined_name(&text[span.clone()]);
    Some(Signer { name, span, rank: String::new(), title: String::new(), on_behalf: Vec::new() })
}
