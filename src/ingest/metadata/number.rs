//! The số hiệu: `65/2023/NĐ-CP`, `75/2006/QH 11`, `299/TTg`, `12/VBHN-BTC`, also with blanks and line ends inside.

use std::sync::LazyLock;

use regex::Regex;

use super::Found;
use super::plain::latin;

/// A số hiệu on plain text. A part of a code is capitals with at most one small letter at its end (`TTg`).
pub(super) const NUMBER: &str = r"[0-9](?:\s?[0-9]){0,4}(?:\.[0-9]{1,3})?[a-zA-Z]?(?:\s*/\s*(?:1\s?9|2\s?0)\s?[0-9]\s?[0-9])?\s*[/-]\s*(?:(?:U\s?B\s?T\s?V\s?)?Q\s?H\s?[0-9](?:\s?[0-9])?|(?:[A-Z]{2,}[gwr]?|[A-Z])(?:&[A-Z]+)?(?:\.?[0-9]{1,3})?)\b(?:\s*[/-]\s*(?:(?:U\s?B\s?T\s?V\s?)?Q\s?H\s?[0-9](?:\s?[0-9])?|(?:[A-Z]{2,}[gwr]?|[A-Z])(?:&[A-Z]+)?(?:\.?[0-9]{1,3})?)\b)*";

/// Where a number is announced: `Số:`, `Luật số:`, `So.`; OCR reads `ố` as `6` or `0`.
pub(super) static ANNOUNCED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"\b(?i:s\s?[o06])\s*[:.;]?\s*({NUMBER})")).expect("constant"));

/// The kind that opens a portal's line, then the number: `Nghị định 71/2024/NĐ-CP`.
pub(super) static LISTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"\A(?:Bo luat|Luat|Phap lenh|Nghi dinh|Nghi quyet|Thong tu|Thong tu lien tich|Quyet dinh|Chi thi)\s+(?:so\s+)?({NUMBER})\s*(?:\n|\z)"
    ))
    .expect("constant")
});

/// As it is written: without blanks, with plain hyphens and the Vietnamese Đ.
pub(super) fn tidy(printed: &str) -> String {
    printed
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            'Ð' => 'Đ',
            c => latin(c),
        })
        .collect()
}

/// The part that says kind and issuer: `NĐ-CP`.
pub(super) fn code(number: &str) -> &str {
    let after = number.split_once('/').map_or("", |(_, rest)| rest);
    match after.split_once('/') {
        Some((year, rest)) if year.bytes().all(|b| b.is_ascii_digit()) => rest,
        _ => after,
    }
}

/// The kind that a số hiệu encodes.
pub(super) fn kind(number: &Found<String>) -> Option<Found<String>> {
    let kind = match code(&number.value).split(['-', '/']).next()? {
        "NĐ" => "Nghị định",
        "TT" => "Thông tư",
        "TTLT" => "Thông tư liên tịch",
        "QĐ" => "Quyết định",
        "NQ" => "Nghị quyết",
        "NQLT" => "Nghị quyết liên tịch",
        "CT" => "Chỉ thị",
        "PL" => "Pháp lệnh",
        "VBHN" => "Văn bản hợp nhất",
        _ => return None,
    };
    Some(Found { value: kind.to_owned(), span: number.span.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_with_blanks_and_line_ends() {
        let read = |s: &str| {
            let plain = super::super::plain::Plain::new(s, 0);
            ANNOUNCED.captures(&plain.text).map(|c| tidy(&s[plain.span(c.get(1).unwrap().range())]))
        };
        for (text, number) in [
            ("Số: 78 /203 5 /TT-BCA | Hà Nội", "78/2035/TT-BCA"),
            ("Luật số: 75/2036/QH 21\nHà Nội", "75/2036/QH21"),
            ("Số: 01/2032/TTLT-VKSNDTC-\nTANDTC-BCA Hà Nội", "01/2032/TTLT-VKSNDTC-TANDTC-BCA"),
            ("Sô: 9/2031/NQLT – CP - ĐCT", "9/2031/NQLT-CP-ĐCT"),
            ("Số: 299/TTg Hà Nội", "299/TTg"),
            ("Số: 66.4/2035/NQ-CP", "66.4/2035/NQ-CP"),
            ("Số: 12/VBHN-BTC\nXÁC THỰC", "12/VBHN-BTC"),
            ("Số: 8/2031/QÐ-TTg", "8/2031/QĐ-TTg"),
            ("S ố: 2 95 /2035/NĐ-CP | Hà N ội", "295/2035/NĐ-CP"),
            ("Luật số : 60/ 2 030/ Q H 12 | Hà Nội", "60/2030/QH12"),
            ("Luật số: 120 /203 5 /QH1 5", "120/2035/QH15"),
            ("Số: 9/2035/TT-BTС", "9/2035/TT-BTC"),
        ] {
            assert_eq!(read(text).as_deref(), Some(number), "{text}");
        }
        for text in ["Số: /2031/TT-BTC", "Số: 15 - Hà Nội", "số 5 và 6"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn knows_codes() {
        assert_eq!(code("65/2023/NĐ-CP"), "NĐ-CP");
        assert_eq!(code("21/CT-TTg"), "CT-TTg");
        assert_eq!(code("5/2020/QH14"), "QH14");
    }
}
