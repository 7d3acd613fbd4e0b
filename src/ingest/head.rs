//! The head of a bare text: number, kind, title, issuer, dates, where it states them.
//!
//! A first version for texts without metadata: what the head does not say stays empty, nothing is guessed beyond what
//! the số hiệu itself encodes.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use crate::law::DocumentMeta;
use crate::text::{fold, normalise, start};

/// How many lines and bytes count as the head.
const HEAD_LINES: usize = 60;
const HEAD_BYTES: usize = 16 << 10;

/// Kinds as the head prints them, longer ones first, and as we write them.
const KINDS: [(&str, &str); 14] = [
    ("THÔNG TƯ LIÊN TỊCH", "Thông tư liên tịch"),
    ("VĂN BẢN HỢP NHẤT", "Văn bản hợp nhất"),
    ("NGHỊ QUYẾT LIÊN TỊCH", "Nghị quyết liên tịch"),
    ("HIẾN PHÁP", "Hiến pháp"),
    ("BỘ LUẬT", "Bộ luật"),
    ("PHÁP LỆNH", "Pháp lệnh"),
    ("NGHỊ QUYẾT", "Nghị quyết"),
    ("NGHỊ ĐỊNH", "Nghị định"),
    ("QUYẾT ĐỊNH", "Quyết định"),
    ("THÔNG TƯ", "Thông tư"),
    ("CHỈ THỊ", "Chỉ thị"),
    ("CÔNG ĐIỆN", "Công điện"),
    ("LỆNH", "Lệnh"),
    ("LUẬT", "Luật"),
];

/// The metadata that a text's head states; `id` is left empty.
pub(super) fn describe(text: &str) -> DocumentMeta {
    let head = normalise(start(text, HEAD_BYTES)).text;
    let lines: Vec<&str> = head.lines().take(HEAD_LINES).collect();
    // What comes after the first article is no head.
    let body = lines.iter().position(|l| l.starts_with("Điều 1.") || l.starts_with("Chương ")).unwrap_or(lines.len());
    let lines = &lines[..body];
    let number = number(lines).unwrap_or_default();
    let (kind, title) = kind_and_title(lines, &number);
    DocumentMeta {
        issuer: issuer(lines, &number),
        issued_on: lines.iter().find_map(|l| date_in(l)),
        effective_on: effective_on(text),
        number,
        kind,
        title,
        ..DocumentMeta::default()
    }
}

/// The số hiệu: the first one on a line that announces it, else the first one that stands before any `Căn cứ`.
fn number(lines: &[&str]) -> Option<String> {
    static ANNOUNCED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i:số)\s*:?\s*(\d{1,5}(?:\.\d)?(?:/\d{4})?/[A-ZĐ][A-ZĐa-z0-9Ư]*(?:-[A-ZĐ][A-ZĐa-zƯ0-9]*)*)")
            .expect("constant")
    });
    lines.iter().take_while(|l| !l.starts_with("Căn cứ")).find_map(|l| Some(ANNOUNCED.captures(l)?[1].to_owned()))
}

fn kind_and_title(lines: &[&str], number: &str) -> (String, String) {
    let found = lines.iter().enumerate().find_map(|(i, line)| {
        let (word, kind) = KINDS
            .iter()
            .find(|(word, _)| line.strip_prefix(word).is_some_and(|r| r.is_empty() || r.starts_with(' ')))?;
        // `Luật số: 1/2020/QH14` announces a number, not the title.
        Some((i, *word, *kind))
    });
    let Some((i, word, kind)) = found else { return (kind_of_number(number).to_owned(), String::new()) };
    let mut title = lines[i][word.len()..].trim().to_owned();
    for line in lines[i + 1..].iter().take(8) {
        let folded = fold(line);
        let over = [
            "can cu",
            "quoc hoi ban hanh",
            "theo de nghi",
            "chinh phu ban hanh",
            "xet de nghi",
            "dieu 1",
            "phan ",
            "de ",
            "thuc hien ",
            "bo truong",
            "thu tuong chinh phu",
        ];
        if over.iter().any(|o| folded.starts_with(o)) || line.starts_with("---") || title.len() > 600 {
            break;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(line);
    }
    let mut title = if title.chars().any(char::is_lowercase) { title } else { title.to_lowercase() };
    if matches!(kind, "Luật" | "Bộ luật" | "Pháp lệnh" | "Hiến pháp") && !title.is_empty() {
        title = format!("{kind} {title}");
    }
    let mut chars = title.chars();
    let title = chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect());
    (kind.to_owned(), title)
}

/// The kind that a số hiệu encodes.
fn kind_of_number(number: &str) -> &'static str {
    let Some(code) = number.rsplit('/').next() else { return "" };
    match code.split('-').next().unwrap_or_default() {
        "NĐ" => "Nghị định",
        "TT" => "Thông tư",
        "TTLT" => "Thông tư liên tịch",
        "QĐ" => "Quyết định",
        "NQ" => "Nghị quyết",
        "CT" => "Chỉ thị",
        "PL" => "Pháp lệnh",
        "VBHN" => "Văn bản hợp nhất",
        c if c.starts_with("QH") => "Luật",
        _ => "",
    }
}

fn issuer(lines: &[&str], number: &str) -> String {
    let code = number.rsplit('/').next().unwrap_or_default();
    if code.ends_with("-CP") {
        return "Chính phủ".into();
    }
    if code.ends_with("-TTg") {
        return "Thủ tướng Chính phủ".into();
    }
    if code.starts_with("UBTVQH") {
        return "Ủy ban thường vụ Quốc hội".into();
    }
    if code.starts_with("QH") {
        return "Quốc hội".into();
    }
    // `BỘ KHOA HỌC VÀ CÔNG NGHỆ ------- | CỘNG HÒA XÃ HỘI …` on one line, or alone.
    for line in lines.iter().take(6) {
        let part = line.split(['|', '-', '_']).next().unwrap_or_default().trim();
        let body = ["BỘ ", "ỦY BAN ", "HỘI ĐỒNG ", "TÒA ÁN ", "VIỆN ", "NGÂN HÀNG ", "THANH TRA ", "KIỂM TOÁN "];
        if body.iter().any(|b| part.starts_with(b)) && !part.starts_with("BỘ LUẬT") {
            return capitalise(part);
        }
    }
    String::new()
}

/// `BỘ KHOA HỌC VÀ CÔNG NGHỆ` → `Bộ Khoa học và Công nghệ`: the first word and the first after `Bộ` and `và` are
/// capitalised, as names of ministries are.
fn capitalise(name: &str) -> String {
    let mut out = String::new();
    let mut capital = true;
    for (i, word) in name.to_lowercase().split(' ').enumerate() {
        if i > 0 {
            out.push(' ');
        }
        let mut chars = word.chars();
        match chars.next() {
            Some(c) if capital => out.extend(c.to_uppercase().chain(chars)),
            _ => out.push_str(word),
        }
        capital = i == 0 || word == "và";
    }
    out
}

static DATE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)ngày\s+(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})").expect("constant"));

fn date_in(line: &str) -> Option<Date> {
    let c = DATE.captures(line)?;
    Date::new(c[3].parse().ok()?, c[2].parse().ok()?, c[1].parse().ok()?).ok()
}

/// The date in `có hiệu lực … từ ngày …`, where the text says it of itself.
fn effective_on(text: &str) -> Option<Date> {
    static CLAUSE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)(?:luật|nghị định|nghị quyết|thông tư|thông tư liên tịch|quyết định|pháp lệnh) này có hiệu lực[^.;\n]{0,40}?(ngày\s+\d{1,2}\s+tháng\s+\d{1,2}\s+năm\s+\d{4})",
        )
        .expect("constant")
    });
    date_in(&CLAUSE.captures(text)?[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECREE: &str = "CHÍNH PHỦ ------- | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSố: 12/2031/NĐ-CP | Hà Nội, ngày 05 tháng 3 năm 2031\nNGHỊ ĐỊNH\nQuy định về việc cấp phép đèn lồng\nCăn cứ Luật Đèn lồng số 9/2030/QH20 ngày 01 tháng 2 năm 2030;\nĐiều 1. Phạm vi\nNghị định này có hiệu lực thi hành kể từ ngày 20 tháng 4 năm 2031.\n";

    #[test]
    fn reads_a_decree() {
        let meta = describe(DECREE);
        assert_eq!((meta.number.as_str(), meta.kind.as_str()), ("12/2031/NĐ-CP", "Nghị định"));
        assert_eq!((meta.title.as_str(), meta.issuer.as_str()), ("Quy định về việc cấp phép đèn lồng", "Chính phủ"));
        assert_eq!(meta.issued_on, Some(jiff::civil::date(2031, 3, 5)));
        assert_eq!(meta.effective_on, Some(jiff::civil::date(2031, 4, 20)));
    }

    #[test]
    fn reads_a_law_and_a_ministry() {
        let law = describe("QUỐC HỘI\nLuật số: 9/2030/QH20\nLUẬT\nĐÈN LỒNG\nCăn cứ Hiến pháp;\nĐiều 1. Phạm vi");
        assert_eq!(
            (law.number.as_str(), law.kind.as_str(), law.title.as_str()),
            ("9/2030/QH20", "Luật", "Luật đèn lồng")
        );
        let circular = describe("BỘ KHOA HỌC VÀ CÔNG NGHỆ\nSố: 3/2031/TT-BKHCN\nTHÔNG TƯ\nHướng dẫn\nĐiều 1. A");
        assert_eq!((circular.issuer.as_str(), circular.kind.as_str()), ("Bộ Khoa học và Công nghệ", "Thông tư"));
    }

    #[test]
    fn invents_nothing() {
        assert_eq!(describe("Chỉ là một đoạn văn."), DocumentMeta::default());
        assert_eq!(describe(""), DocumentMeta::default());
    }
}
