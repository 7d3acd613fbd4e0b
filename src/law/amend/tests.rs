use super::*;
use crate::law::{DocumentMeta, Node, NodeKind};

/// Lines with address and text; a line in quotation marks is quoted, and `|` parts its lines.
fn document(number: &str, lines: &[(&str, &str)]) -> Document {
    let mut text = String::new();
    let mut nodes: Vec<Node> = Vec::new();
    for (address, line) in lines {
        let start = text.len();
        text.push_str(&line.replace('|', "\n"));
        text.push('\n');
        let parent = address.rsplit_once('.').map(|(p, _)| p);
        let parent = parent.and_then(|p| nodes.iter().rposition(|n| n.address == p));
        let last = address.rsplit('.').next().unwrap_or_default();
        let kind = match last.split('-').next() {
            Some("dieu") => NodeKind::Article,
            Some("khoan") => NodeKind::Clause,
            Some("diem") => NodeKind::Point,
            _ => NodeKind::Paragraph,
        };
        let quoted = line.starts_with('“');
        let label = if kind == NodeKind::Paragraph { "" } else { last };
        nodes.push(Node {
            kind,
            label: label.into(),
            address: (*address).into(),
            parent,
            quoted,
            span: start..text.len(),
        });
    }
    Document { meta: DocumentMeta { id: number.into(), number: number.into(), ..DocumentMeta::default() }, text, nodes }
}

fn base() -> Document {
    document(
        "2/2030/NĐ-CP",
        &[
            ("dieu-1", "Điều 1. Đèn"),
            ("dieu-1.khoan-1", "1. Đèn giấy."),
            ("dieu-1.khoan-2", "2. Đèn dầu."),
            ("dieu-2", "Điều 2. Lồng"),
            ("dieu-2.khoan-1", "1. Lồng tre:"),
            ("dieu-2.khoan-1.diem-a", "a) Lồng nhỏ;"),
            ("dieu-10", "Điều 10. Thi hành"),
        ],
    )
}

fn amending() -> Document {
    document(
        "9/2031/NĐ-CP",
        &[
            ("dieu-1", "Điều 1. Sửa đổi, bổ sung một số điều của Nghị định số 2/2030/NĐ-CP"),
            ("dieu-1.khoan-1", "1. Sửa đổi, bổ sung khoản 1 và khoản 2 Điều 1 như sau:"),
            ("dieu-1.khoan-1.doan-1", "“1. Đèn giấy màu.|2. Đèn điện.”."),
            ("dieu-1.khoan-2", "2. Bổ sung Điều 2a vào sau Điều 2 như sau:"),
            ("dieu-1.khoan-2.doan-1", "“Điều 2a. Nến|1. Nến sáp.|a) Nến to.”."),
            ("dieu-1.khoan-3", "3. Bổ sung điểm b vào sau điểm a khoản 1 Điều 2 như sau:"),
            ("dieu-1.khoan-3.doan-1", "“b) Lồng to.”"),
            ("dieu-1.khoan-4", "4. Thay thế cụm từ “nhỏ” bằng cụm từ “bé” tại điểm a khoản 1 Điều 2."),
            ("dieu-1.khoan-5", "5. Bãi bỏ Điều 10, Điều 77."),
        ],
    )
}

#[test]
fn instructions_with_their_new_text() {
    let document = amending();
    let found = instructions(&document);
    let told: Vec<(&str, &str)> =
        found.iter().map(|i| (i.relation.path.as_str(), &document.text[i.new.clone()])).collect();
    let expected = [
        ("dieu-1.khoan-1", "1. Đèn giấy màu."),
        ("dieu-1.khoan-2", "2. Đèn điện."),
        ("dieu-2a", "Điều 2a. Nến\n1. Nến sáp.\na) Nến to."),
        ("dieu-2.khoan-1.diem-b", "b) Lồng to."),
        ("dieu-2.khoan-1.diem-a", ""),
        ("dieu-10", ""),
        ("dieu-77", ""),
    ];
    assert_eq!(told, expected);
    assert_eq!(found[0].action, Action::Replace);
    assert_eq!(found[2].action, Action::Add);
    assert_eq!(found[4].action, Action::Words { from: "nhỏ".into(), to: "bé".into() });
    assert_eq!(found[5].action, Action::Repeal);
}

#[test]
fn what_can_be_applied_is_and_the_rest_is_told() {
    let done = consolidate(&base(), &[amending()], |_, _| true);
    let lines: Vec<String> = done.pieces.iter().map(|p| format!("{}: {}", p.address, p.text)).collect();
    let expected = [
        "dieu-1: Điều 1. Đèn",
        "dieu-1.khoan-1: 1. Đèn giấy màu.",
        "dieu-1.khoan-2: 2. Đèn điện.",
        "dieu-2: Điều 2. Lồng",
        "dieu-2.khoan-1: 1. Lồng tre:",
        "dieu-2.khoan-1.diem-a: a) Lồng bé;",
        "dieu-2.khoan-1.diem-b: b) Lồng to.",
        "dieu-2a: Điều 2a. Nến",
        "dieu-2a.khoan-1: 1. Nến sáp.",
        "dieu-2a.khoan-1.diem-a: a) Nến to.",
        "dieu-10: (được bãi bỏ)",
    ];
    assert_eq!(lines, expected);
    assert_eq!(done.applied, 6);
    assert_eq!(done.failed.len(), 1);
    assert_eq!((done.failed[0].path.as_str(), done.failed[0].why), ("dieu-77", Why::NoUnit));
    // Applied again, a new unit is there already and the words are gone.
    let again = consolidate(&base(), &[amending(), amending()], |_, _| true);
    let why: Vec<Why> = again.failed.iter().map(|f| f.why).collect();
    assert_eq!(why, [Why::NoUnit, Why::AlreadyThere, Why::AlreadyThere, Why::NoWords, Why::NoUnit]);
    assert_eq!(consolidate(&base(), &[amending()], |_, _| false).pieces.len(), 7);
}
