//! A legal basis in the words of a Vietnamese citation.

use crate::law::{LegalBasis, Task};

/// `điểm b khoản 3 Điều 12 Nghị định 65/2023/NĐ-CP`.
pub fn cite(basis: &LegalBasis) -> String {
    let place = cite_address(&basis.address);
    let number = if basis.number.is_empty() { &basis.doc } else { &basis.number };
    [place.as_str(), &basis.doc_kind, number].iter().filter(|s| !s.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

/// The citations of a task's bases, each once: a provision that says a thing twice is one basis to a reader.
pub fn cite_all(task: &Task) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for citation in task.legal_bases.iter().map(cite) {
        if !out.contains(&citation) {
            out.push(citation);
        }
    }
    out
}

/// Instruments that are issued with a document and have articles of their own, by their part of an address.
const ATTACHED: &[(&str, &str)] = &[
    ("quy-che", "Quy chế"),
    ("quy-dinh", "Quy định"),
    ("dieu-le", "Điều lệ"),
    ("noi-quy", "Nội quy"),
    ("quy-trinh", "Quy trình"),
    ("quy-hoach", "Quy hoạch"),
    ("phu-luc", "Phụ lục"),
];

/// An address as a citation, innermost first; parts that have no citation form keep their own. The repeat mark of
/// reconstructed texts (`~2`) is kept in brackets: it says which of two provisions with one label is meant.
pub fn cite_address(address: &str) -> String {
    let parts: Vec<&str> = address.split('.').filter(|p| !p.is_empty()).collect();
    let attached =
        |p: &str| ATTACHED.iter().any(|(slug, _)| p.split('~').next() == Some(slug)) || p.starts_with("phu-luc-");
    // Above an article nothing is needed to find it, unless an attached instrument holds it.
    let from = parts.iter().position(|p| p.starts_with("dieu-") && !attached(p));
    let kept = parts.iter().enumerate().filter(|(i, p)| from.is_none_or(|a| *i >= a) || attached(p));
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
    let attached = ATTACHED.iter().find(|(slug, _)| *slug == part).map(|(_, name)| (*name).to_owned());
    let words = match NAMES.iter().find_map(|(prefix, name)| Some((name, part.strip_prefix(prefix)?))) {
        _ if attached.is_some() => attached.unwrap_or_default(),
        Some((name, label)) => {
            let roman = ["Chương", "Phần", "Phụ lục"].contains(name);
            let label = if roman { label.to_uppercase() } else { label.to_owned() };
            format!("{name} {label}")
        }
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
        assert_eq!(cite_address("quy-hoach.dieu-9"), "Điều 9 Quy hoạch");
        assert_eq!(cite_address("dieu-le.chuong-ii.dieu-3.khoan-1"), "khoản 1 Điều 3 Điều lệ");
        assert_eq!(cite_address("loi-noi-dau"), "loi-noi-dau");
    }
}
