use proptest::prelude::*;

use super::*;

/// Each target as `document#path`: `.` for this document, nothing for none.
fn targets(text: &str) -> Vec<String> {
    find(text)
        .iter()
        .map(|c| {
            let document = match &c.document {
                Cited::This => ".".to_owned(),
                Cited::Unnamed => String::new(),
                Cited::Number(n) => n.clone(),
                Cited::Name(n) => c.year.map_or_else(|| n.clone(), |y| format!("{n}@{y}")),
            };
            if c.path.is_empty() { document } else { format!("{document}#{}", c.path) }
        })
        .collect()
}

#[track_caller]
fn are(text: &str, expected: &[&str]) {
    assert_eq!(targets(text), expected, "{text}");
}

#[test]
fn lists_of_provisions() {
    are(
        "theo điểm b khoản 2 và khoản 5 Điều 15 Nghị định số 65/2023/NĐ-CP ngày 23 tháng 8 năm 2023 của Chính phủ",
        &["65/2023/NĐ-CP#dieu-15.khoan-2.diem-b", "65/2023/NĐ-CP#dieu-15.khoan-5"],
    );
    are("các điều 5, 7 và 9 của Luật này", &[".#dieu-5", ".#dieu-7", ".#dieu-9"]);
    are("từ Điều 5 đến Điều 7 Nghị định này", &[".#dieu-5", ".#dieu-6", ".#dieu-7"]);
    are(
        "các điểm a, d và đ khoản 1 Điều này",
        &[".#dieu-*.khoan-1.diem-a", ".#dieu-*.khoan-1.diem-d", ".#dieu-*.khoan-1.diem-đ"],
    );
    are(
        "các điểm c đến e khoản 1 Điều 5a",
        &["#dieu-5a.khoan-1.diem-c", "#dieu-5a.khoan-1.diem-d", "#dieu-5a.khoan-1.diem-đ", "#dieu-5a.khoan-1.diem-e"],
    );
    are("các Điều 57, 59 và khoản 1 Điều 61 Nghị định này", &[".#dieu-57", ".#dieu-59", ".#dieu-61.khoan-1"]);
    are("Điểm b, Khoản 1, Điều 14 Thông tư này", &[".#dieu-14.khoan-1.diem-b"]);
    are("Điều 15 khoản 2 điểm b", &["#dieu-15.khoan-2.diem-b"]);
    are("bổ sung điểm d vào sau điểm c khoản 1 Điều 22", &["#dieu-22.khoan-1.diem-d", "#dieu-22.khoan-1.diem-c"]);
    are("theo khoản 2, 15 ngày sau khi nộp", &["#khoan-2"]);
}

#[test]
fn this_document() {
    are("Điều này, khoản 1 Điều này và Luật này", &[".#dieu-*", ".#dieu-*.khoan-1", "."]);
    are("điểm đ khoản này", &[".#khoan-*.diem-đ"]);
    are("Phụ lục II ban hành kèm theo Thông tư liên tịch này", &[".#phu-luc-ii"]);
    are("điều này cho thấy, điều kiện, quyết định này", &[]);
}

#[test]
fn documents() {
    are("Luật Sở hữu trí tuệ năm 2005 (sửa đổi, bổ sung năm 2022) và", &["Luật Sở hữu trí tuệ@2005"]);
    are(
        "khoản 4 Điều 8 Luật phí và lệ phí và Luật Đèn lồng giấy được ban hành",
        &["Luật phí và lệ phí#dieu-8.khoan-4", "Luật Đèn lồng giấy"],
    );
    are("Luật Quản lý thuế số 38/2019/QH14 ngày 13 tháng 6 năm 2019", &["38/2019/QH14"]);
    are("Thông tư liên tịch số 1/2031/TTLT-BTC- BNV ngày 30/5/2031", &["1/2031/TTLT-BTC-BNV"]);
    are(
        "Luật sửa đổi, bổ sung một số điều của Luật Quản lý thuế",
        &["Luật sửa đổi, bổ sung một số điều của Luật Quản lý thuế"],
    );
    are(
        "khoản 2 Điều 5 Quy chế thả đèn ban hành kèm theo Thông tư số 4/2031/TT-BKHCN",
        &["4/2031/TT-BKHCN#quy-che.dieu-5.khoan-2"],
    );
    are("quy định của pháp luật, Thông tư của Bộ trưởng, Nghị định của Chính phủ", &[]);
}

#[test]
fn offsets_and_marks() {
    let text = "Theo khoản 1 Điều 2 Luật Giá thì";
    let marked = annotate(text, &find(text), |_| ("[".to_owned(), "]".to_owned()));
    assert_eq!(marked, "Theo [khoản 1 Điều 2 Luật Giá] thì");
    assert_eq!(clean("Ðiều 5").len(), "Ðiều 5".len());
    assert_eq!(targets(&clean("Ðiều 5")), ["#dieu-5"]);
}

struct Shelf;

impl Lookup for Shelf {
    fn by_number(&self, number: &str) -> Vec<Known> {
        let known = |id: &str, kind: &str| Known { id: id.into(), kind: kind.into(), issued_on: None };
        if number == "18/2030/QH12" { vec![known("L", "Luật"), known("NQ", "Nghị quyết")] } else { Vec::new() }
    }
    fn by_name(&self, key: &str) -> Vec<Known> {
        let known =
            |y| Known { id: format!("L{y}"), kind: "Luật".into(), issued_on: Some(jiff::civil::date(y, 1, 1)) };
        if key == "luat gia" { vec![known(2020), known(2030)] } else { Vec::new() }
    }
    fn has(&self, _: &str, address: &str) -> bool {
        address.starts_with("dieu-5")
    }
}

#[test]
fn resolution() {
    let issued_on = Some(jiff::civil::date(2025, 1, 1));
    let here = Here { id: "X", address: "dieu-5.khoan-2.diem-a", issued_on, quoted: false };
    let first = |text: &str| {
        let r = resolve(&find(text)[0], here, &Shelf);
        (r.id.unwrap_or_default(), r.address, r.found)
    };
    let is = |text: &str, id: &str, address: &str, found: bool| {
        assert_eq!(first(text), (id.to_owned(), address.to_owned(), found), "{text}");
    };
    is("khoản 1 Điều này", "X", "dieu-5.khoan-1", true);
    is("điểm c khoản này", "X", "dieu-5.khoan-2.diem-c", true);
    is("Luật số 18/2030/QH12", "L", "", true);
    is("Nghị quyết số 18/2030/QH12", "NQ", "", true);
    is("18/2030/QH12", "", "", false);
    is("Điều 9 Luật Giá", "L2020", "dieu-9", false);
    is("Điều 5 Luật Giá năm 2030", "L2030", "dieu-5", true);
    is("Điều 5", "X", "dieu-5", true);
    is("Điều 6", "", "dieu-6", false);
    is("theo khoản 3", "X", "dieu-5.khoan-3", true);
    let regulation = Here { address: "quy-che.dieu-2.khoan-1", ..here };
    let leads = |text: &str| resolve(&find(text)[0], regulation, &Shelf).address;
    assert_eq!(leads("Điều 5 Quy chế này"), "quy-che.dieu-5");
    assert_eq!(leads("Điều 5 Thông tư này"), "dieu-5");
    assert_eq!(leads("khoản 2 Điều này"), "quy-che.dieu-2.khoan-2");
    let quoted = Here { quoted: true, ..here };
    assert_eq!(resolve(&find("khoản 1 Điều này")[0], quoted, &Shelf).id, None);
}

proptest! {
    #[test]
    fn any_text_is_read(
        s in "\\PC{0,60}",
        a in "(Điều |điểm |khoản |Luật |Giá|này|các |từ | đến | và |, |a|b|đ|12|1\\.2|Phụ lục | kèm theo |65/2023/NĐ-CP| ngày 1/2/2023|năm 2005|[(]sửa đổi){0,16}",
    ) {
        for text in [s.clone(), a.clone(), format!("{a} {s}")] {
            let found = find(&text);
            let mut end = 0;
            for targets in found.chunk_by(|a, b| a.span == b.span) {
                prop_assert!(targets[0].span.start >= end && targets[0].span.start < targets[0].span.end);
                end = targets[0].span.end;
                prop_assert!(text.get(targets[0].span.clone()).is_some());
            }
        }
    }
}
