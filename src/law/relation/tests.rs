use proptest::prelude::*;

use super::*;
use crate::law::{DocumentMeta, Node, NodeKind};

/// A document of invented lines; what begins with `>` is quoted.
fn document(title: &str, text: &str) -> Document {
    let meta = DocumentMeta { number: "9/2031/NĐ-CP".into(), title: title.into(), ..DocumentMeta::default() };
    let mut nodes: Vec<Node> = Vec::new();
    let (mut at, mut article, mut clause) = (0, None, None);
    for (i, line) in text.split_inclusive('\n').enumerate() {
        let (kind, parent) = if line.starts_with("Điều ") {
            (article, clause) = (Some(i), None);
            (NodeKind::Article, None)
        } else if line.starts_with(|c: char| c.is_ascii_digit()) && line.get(1..2) == Some(".") {
            clause = Some(i);
            (NodeKind::Clause, article)
        } else if line.get(1..2) == Some(")") {
            (NodeKind::Point, clause.or(article))
        } else {
            (NodeKind::Paragraph, clause.or(article))
        };
        nodes.push(Node {
            kind,
            label: String::new(),
            address: format!("n{i}"),
            parent,
            quoted: line.starts_with('“'),
            span: at..at + line.len(),
        });
        at += line.len();
    }
    Document { meta, text: text.to_owned(), nodes }
}

/// Each relation as `kind document#path`.
fn told(title: &str, text: &str) -> Vec<String> {
    find(&document(title, text))
        .iter()
        .map(|r| {
            let document = match &r.document {
                Cited::Number(n) | Cited::Name(n) => n.clone(),
                Cited::This | Cited::Unnamed => "?".to_owned(),
            };
            let part = if r.part { " (part)" } else { "" };
            format!("{} {document}#{}{part}", r.kind.code(), r.path)
        })
        .collect()
}

#[track_caller]
fn are(text: &str, expected: &[&str]) {
    assert_eq!(told("", text), expected, "{text}");
}

#[test]
fn legal_bases() {
    are(
        "Căn cứ Luật Đèn lồng số 1/2030/QH20 được sửa đổi, bổ sung bởi Luật số 2/2031/QH20, Luật số 3/2031/QH20;\n\
         Căn cứ Nghị định số 5/2031/NĐ-CP của Chính phủ quy định chi tiết Luật Đèn lồng và Nghị định số 6/2031/NĐ-CP;\n\
         Luật Giá ngày 1 tháng 2 năm 2030;\nTheo đề nghị của Bộ trưởng Bộ Đèn lồng;\nĐiều 1. Phạm vi\n\
         Căn cứ Luật Đèn lồng số 1/2030/QH20, Sở quyết định.\n",
        &["basis 1/2030/QH20#", "basis 5/2031/NĐ-CP#", "basis Luật Giá#"],
    );
}

#[test]
fn repeals_and_replaces() {
    are(
        "Điều 1. Hiệu lực thi hành\n1. Nghị định này có hiệu lực từ ngày 1 tháng 2 năm 2032 và thay thế Nghị định số 3/2020/NĐ-CP \
         ngày 1 tháng 1 năm 2020 của Chính phủ quy định chi tiết Luật Giá và Luật Đèn lồng.\n\
         2. Bãi bỏ khoản 1, điểm b khoản 2 Điều 5 Nghị định số 4/2021/NĐ-CP; Điều 7 Thông tư số 5/2021/TT-BTC.\n\
         3. Các văn bản sau đây hết hiệu lực kể từ ngày Nghị định này có hiệu lực:\n\
         a) Thông tư số 6/2022/TT-BTC ngày 1 tháng 1 năm 2022 sửa đổi Thông tư số 5/2021/TT-BTC;\n\
         b) Điều 3 Thông tư số 7/2022/TT-BTC.\n\
         4. Bãi bỏ các quy định về đèn giấy tại Nghị định số 8/2022/NĐ-CP.\n",
        &[
            "replaces 3/2020/NĐ-CP#",
            "repeals 4/2021/NĐ-CP#dieu-5.khoan-1",
            "repeals 4/2021/NĐ-CP#dieu-5.khoan-2.diem-b",
            "repeals 5/2021/TT-BTC#dieu-7",
            "repeals 6/2022/TT-BTC#",
            "repeals 7/2022/TT-BTC#dieu-3",
            "repeals 8/2022/NĐ-CP# (part)",
        ],
    );
    let found = find(&document(
        "",
        "Điều 1. A\nThông tư số 1/2020/TT-BTC hết hiệu lực từ ngày 1 tháng 7 năm 2033, trừ trường hợp quy định tại Điều 3 Nghị định này.\n",
    ));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].from, Some(jiff::civil::date(2033, 7, 1)));
    assert!(found[0].except.is_some() && found[0].ends_document());
}

#[test]
fn amendments() {
    let title = "Sửa đổi, bổ sung một số điều của Nghị định số 2/2030/NĐ-CP";
    let text = "Điều 1. Sửa đổi, bổ sung một số điều của Nghị định số 2/2030/NĐ-CP ngày 1 tháng 1 năm 2030 quy định chi tiết Luật Giá\n\
        1. Sửa đổi, bổ sung khoản 2 Điều 5 như sau:\n“2. Bãi bỏ Nghị định số 99/2000/NĐ-CP.”.\n\
        2. Sửa đổi, bổ sung một số điểm của khoản 3 Điều 6 như sau:\n\
        a) Sửa đổi điểm b như sau:\n“b) Đèn.”\n\
        b) Bổ sung điểm c vào sau điểm b như sau:\n\
        3. Khoản 1 Điều 8 được sửa đổi như sau:\n\
        4. Thay thế cụm từ “đèn” bằng cụm từ “lồng” tại khoản 1 Điều 9 và Điều 10.\n\
        5. Bãi bỏ Điều 11.\n\
        6. Sửa đổi điểm g và bổ sung điểm g1 vào sau điểm g khoản 1 Điều 31 như sau:\n";
    let expected = [
        "amends 2/2030/NĐ-CP#",
        "amends 2/2030/NĐ-CP#",
        "amends 2/2030/NĐ-CP#dieu-5.khoan-2",
        "amends 2/2030/NĐ-CP#dieu-6.khoan-3",
        "amends 2/2030/NĐ-CP#dieu-6.khoan-3.diem-b",
        "amends 2/2030/NĐ-CP#dieu-6.khoan-3.diem-c",
        "amends 2/2030/NĐ-CP#dieu-8.khoan-1",
        "amends 2/2030/NĐ-CP#dieu-9.khoan-1",
        "amends 2/2030/NĐ-CP#dieu-10",
        "repeals 2/2030/NĐ-CP#dieu-11",
        "amends 2/2030/NĐ-CP#dieu-31.khoan-1.diem-g",
        "amends 2/2030/NĐ-CP#dieu-31.khoan-1.diem-g1",
    ];
    assert_eq!(told(title, text), expected);
    // Chapters name the amended document in capitals; the name's number stands in the preamble.
    are(
        "Quốc hội ban hành Luật sửa đổi, bổ sung một số điều của Luật Giá số 5/2030/QH20.\n\
         Điều 1. Sửa đổi, bổ sung một số điều của Luật Giá\n1. Bổ sung Điều 5a vào sau Điều 5 như sau:\n",
        &["amends 5/2030/QH20#", "amends 5/2030/QH20#", "amends 5/2030/QH20#dieu-5a"],
    );
}

#[test]
fn implements() {
    assert_eq!(
        told(
            "Quy định chi tiết một số điều của Luật Đèn lồng",
            "Điều 1. Phạm vi\nNghị định này quy định chi tiết khoản 3 Điều 5 và Điều 7 Luật Đèn lồng.\n\
             Điều 2. Bộ trưởng hướng dẫn thi hành Nghị định này. Chính phủ quy định chi tiết Điều 5 Luật Giá.\n"
        ),
        ["implements Luật Đèn lồng#", "implements Luật Đèn lồng#dieu-5.khoan-3", "implements Luật Đèn lồng#dieu-7"]
    );
}

#[test]
fn what_others_did() {
    are(
        "Điều 1. A\n1. Thực hiện theo Nghị định số 2/2030/NĐ-CP đã được sửa đổi, bổ sung bởi Nghị định số 3/2031/NĐ-CP.\n\
         2. Trường hợp các văn bản dẫn chiếu được sửa đổi, bổ sung hoặc thay thế thì áp dụng Thông tư số 1/2030/TT-BTC.\n\
         3. Giấy phép cấp theo Nghị định số 2/2030/NĐ-CP hết hiệu lực thì nộp lại.\n\
         4. Những quy định trước đây trái với Nghị định này đều bãi bỏ.\n\
         5. Doanh nghiệp bổ sung hồ sơ theo khoản 1 Điều 5 Luật Giá.\n\
         6. Nghị định này hết hiệu lực khi Luật Đất đai số 1/2030/QH20 có hiệu lực.\n\
         7. Khoản này được bãi bỏ theo quy định tại Điều 1 Thông tư số 3/2031/TT-BTC.\n",
        &[],
    );
}

proptest! {
    #[test]
    fn any_document_is_read(
        s in "\\PC{0,80}",
        a in "(Điều 1[.] |1[.] |a[)] |Sửa đổi|Bãi bỏ|thay thế| được |hết hiệu lực|Căn cứ |, |; |:|\n|“|”|\"|Luật Giá|Nghị định số 1/2030/NĐ-CP|khoản 1 Điều 5| và | vào sau |THÔNG TƯ SỐ 1/2030/TT-BTC){0,24}",
    ) {
        for text in [s.clone(), a.clone(), format!("{a}{s}"), format!("{s}\n{a}")] {
            let document = document(&a, &text);
            for r in find(&document) {
                prop_assert!(document.text.get(r.span.clone()).is_some());
                prop_assert!(r.except.is_none_or(|e| document.text.get(e).is_some()));
            }
        }
    }
}
