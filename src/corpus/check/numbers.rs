//! Số hiệu: their form and what they say of kind and time.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use regex::Regex;

use super::Code;
use crate::text::fold;

/// The year in a số hiệu: `12/2031/NĐ-CP`.
pub(super) fn year(number: &str) -> Option<i16> {
    static YEAR: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\d+[A-Za-zĐ]?(?:\.\d+)?/((?:19|20)\d\d)/").expect("constant"));
    YEAR.captures(number)?[1].parse().ok()
}

/// The National Assembly's term in a số hiệu (`49/2010/QH12`) and the years in which it sat.
pub(super) fn term(number: &str) -> Option<(usize, RangeInclusive<i16>)> {
    static TERM: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"QH(\d{1,2})$").expect("constant"));
    // The first year of each term from the eighth on; a term ends in the year in which the next begins.
    const FIRST: usize = 8;
    const BEGINS: [i16; 10] = [1987, 1992, 1997, 2002, 2007, 2011, 2016, 2021, 2026, 2031];
    let term: usize = TERM.captures(number)?[1].parse().ok()?;
    let at = term.checked_sub(FIRST)?;
    Some((term, *BEGINS.get(at)?..=*BEGINS.get(at + 1)?))
}

/// The kind that a số hiệu's letters say, where only one has them; the National Assembly's say none.
fn kind(number: &str) -> Option<&'static str> {
    let letters = number.split('/').skip(1).find(|part| part.starts_with(|c: char| c.is_alphabetic()))?;
    let mut parts = letters.split('-');
    match parts.next()? {
        // Liên bộ, as joint circulars were called.
        "TT" if parts.next() == Some("LB") => Some("Thông tư liên tịch"),
        "NĐ" => Some("Nghị định"),
        "TT" => Some("Thông tư"),
        "TTLT" => Some("Thông tư liên tịch"),
        "QĐ" => Some("Quyết định"),
        "CT" => Some("Chỉ thị"),
        "PL" => Some("Pháp lệnh"),
        "NQ" => Some("Nghị quyết"),
        "NQLT" => Some("Nghị quyết liên tịch"),
        "VBHN" => Some("Văn bản hợp nhất"),
        _ => None,
    }
}

/// A số hiệu for comparing: letters and digits without case and diacritics, leading zeros dropped.
pub(super) fn key(number: &str) -> String {
    fold(number).replace(|c: char| !c.is_alphanumeric(), "").trim_start_matches('0').to_owned()
}

/// What a số hiệu gives reason to ask.
pub(super) fn look(number: &str, stated_kind: &str) -> Vec<(Code, String)> {
    static FORM: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\d{1,5}[A-Za-zĐ]?(?:\.\d{1,3})?(?:/(?:19|20)\d\d)?[/-][A-ZĐƯ][\p{L}\d.&()]*(?:[/-][\p{Lu}\d][\p{L}\d.&()]*)*$")
            .expect("constant")
    });
    if number.is_empty() {
        return vec![(Code::NumberMissing, "no số hiệu".into())];
    }
    if !FORM.is_match(number) {
        return vec![(Code::NumberForm, format!("{number:?} is written like no số hiệu"))];
    }
    match kind(number) {
        Some(kind) if !stated_kind.is_empty() && fold(kind) != fold(stated_kind) => {
            vec![(Code::NumberKind, format!("{number} is a {kind}, the manifest says {stated_kind}"))]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for fine in [
            "12/2031/NĐ-CP",
            "49/2010/QH12",
            "66.12/2026/NQ-CP",
            "175/NQ-CP",
            "23-L/CTN",
            "102-SL/L-004",
            "73-CP",
            "13/CP",
            "522B/NQ-UBTVQH13",
            "04/TT-BCA(X13)",
            "1168/QĐ-TTg",
            "101-SL/L.003",
            "01/2021/TTLT-VKSNDTC-BCA",
        ] {
            assert_eq!(look(fine, ""), [], "{fine}");
        }
        for odd in ["120/202", "''42/2022/TT-BCT", "12/2031", "Thông tư 3", "9/31/NĐ-CP"] {
            assert_eq!(look(odd, "")[0].0, Code::NumberForm, "{odd}");
        }
        assert_eq!(look("", "")[0].0, Code::NumberMissing);
    }

    #[test]
    fn kinds_and_keys() {
        assert_eq!(look("3/2031/TT-BKHCN", "Quyết định")[0].0, Code::NumberKind);
        assert_eq!(look("3/2031/TT-BKHCN", "Thông tư"), []);
        assert_eq!(look("18/2008/QH12", "Nghị quyết"), []);
        assert_eq!(look("92/TT-LB", "Thông tư liên tịch"), []);
        assert_eq!(key("03/2031/NĐ-CP"), key("3/2031/ND-CP"));
        assert_eq!(term("1/2016/QH13"), Some((13, 2011..=2016)));
        assert_eq!((term("1/2016/QH99"), term("1/CP")), (None, None));
    }
}
