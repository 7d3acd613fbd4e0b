//! A legal basis in the words of a Vietnamese citation.

use crate::law::LegalBasis;

/// `điểm b khoản 3 Điều 12 Nghị định 65/2023/NĐ-CP`.
pub fn cite(basis: &LegalBasis) -> String {
    let place = cite_address(&basis.address);
    let number = if basis.number.is_empty() { &basis.doc } else { &basis.number };
    [place.as_str(), &basis.doc_kind, number].iter().filter(|s| !s.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

/// An address as a citation, innermost first; parts that have no citation form keep their own. The repeat mark of
/// reconstructed texts (`~2`) is kept in brackets: it says which of two provisions with one label is meant.
pub fn cite_address(address: &str) -> String {
    let parts: Vec<&str> = address.split('.').filter(|p| !p.is_empty()).collect();
    // Above an article nothing is needed to find it, unless an annex holds it.
    let from = parts.iter().position(|p| p.starts_with("dieu-"));
    let annex = parts.iter().position(|p| p.starts_with("phu-luc"));
    let kept = parts.iter().enumerate().filter(|(i, _)| from.is_none_or(|a| *i >= a) || annex.is_some_and(|a| *i == a));
    kept.map(|(_, p)| cite_part(p)).rev().collect::<Vec<_>>().join(" ")
}

fn cite_part(part: &str) -> String {
    const NAMES: &[(&str, &str)] = &[
        ("dieu-", "Điều"),
        ("khoan-", "khoản"),
        ("diem-", "điểm"),
        ("chuong-", "Chương"),
        ("tieu-muc-", "Tiểu mục"),
        ("muc-", "Mục"),
        ("phan-", "Phần"),
        ("phu-luc-", "Phụ lục"),
    ];
    let (part, repeat) = part.split_once('~').map_or((part, None), |(p, n)| (p, Some(n)));
    let words = match NAMES.iter().find_map(|(prefix, name)| Some((name, part.strip_prefix(prefix)?))) {
        Some((name, label)) => {
            let roman = ["Chương", "Phần", "Phụ lục"].contains(name);
            let label = if roman { label.to_uppercase() } else { label.to_owned() };
            format!("{name} {label}")
        }
        None if part == "phu-luc" => "Phụ lục".to_owned(),
        None => part.to_owned(),
    };
    repeat.map_or(words.clone(), |n| format!("{words} (lần {n})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_as_citations() {
        assert_eq!(cite_address("dieu-12.khoan-3.diem-đ"), "điểm đ khoản 3 Điều 12");
        assert_eq!(cite_address("chuong-ii.dieu-5a"), "Điều 5a");
        assert_eq!(cite_address("dieu-1.khoan-2~2"), "khoản 2 (lần 2) Điều 1");
        assert_eq!(cite_address("phu-luc-i.dieu-3"), "Điều 3 Phụ lục I");
        assert_eq!(cite_address("loi-noi-dau"), "loi-noi-dau");
    }
}
