//! `phancap show` and `phancap compare` as a person runs them, on invented documents.

#![allow(clippy::disallowed_methods, reason = "fixtures are written and thrown away")]

use std::path::Path;
use std::process::Output;

use tempfile::TempDir;

use super::common::phancap;

const LAW: &str = "Chương I\nQUY ĐỊNH CHUNG\nĐiều 1. Phạm vi\nLuật này nói về đèn lồng.\nĐiều 2. Thẩm quyền\n\
    Cơ quan có thẩm quyền gồm:\n1. Ủy ban nhân dân xã cấp giấy thả đèn theo Điều 1 Luật này;\n2. Sở Đèn lồng:\n\
    a) Cấp giấy phép;\nd) Thu hồi;\nđ) Báo cáo theo khoản 1 Điều này.\n";
const DECREE: &str = "Điều 1. Phạm vi\nNghị định này hướng dẫn điểm đ khoản 2 Điều 2 Luật Đèn lồng.\n\
    Điều 2. Hồ sơ\n1. Hồ sơ theo khoản 2 Điều 2 Luật Đèn lồng số 9/2030/QH20 và Nghị định số 7/2029/NĐ-CP.\n\
    2. Thời hạn là 10 ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ.\n\
    3. Người nộp hồ sơ chịu trách nhiệm về giấy tờ của mình trước pháp luật.\n";
const NEWER: &str = "Điều 1. Phạm vi\nNghị định này hướng dẫn điểm đ khoản 2 Điều 2 Luật Đèn lồng.\n\
    Điều 2. Giải thích từ ngữ\nĐèn lồng là đèn làm bằng giấy, bên trong có nến.\n\
    Điều 3. Hồ sơ\n1. Hồ sơ theo khoản 2 Điều 2 Luật Đèn lồng số 9/2030/QH20 và Nghị định số 7/2029/NĐ-CP.\n\
    2. Thời hạn là 15 ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ.\n\
    3. Người nộp hồ sơ chịu trách nhiệm về giấy tờ của mình trước pháp luật.\n";

fn put(dir: &Path, id: &str, number: &str, kind: &str, title: &str, date: &str, text: &str) {
    let line = serde_json::json!({"id": id, "number": number, "kind": kind, "title": title, "issuer": "Bộ Đèn lồng",
        "issued_on": date, "text": text});
    std::fs::write(dir.join(format!("{id}.jsonl")), format!("{line}\n")).unwrap();
    let out = run(dir, &["ingest", &format!("{id}.jsonl")]);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
}

fn run(dir: &Path, args: &[&str]) -> Output {
    phancap().args(args).args(["--store", "store"]).env_remove("NO_COLOR").current_dir(dir).output().unwrap()
}

/// The citing decree comes first, so that what it cites comes late.
fn store() -> TempDir {
    let dir = TempDir::new().unwrap();
    put(dir.path(), "ND-65", "65/2031/NĐ-CP", "Nghị định", "Hướng dẫn Luật Đèn lồng", "2031-02-03", DECREE);
    put(dir.path(), "ND-66", "66/2032/NĐ-CP", "Nghị định", "Hướng dẫn Luật Đèn lồng", "2032-02-03", NEWER);
    put(dir.path(), "L-9", "9/2030/QH20", "Luật", "Luật đèn lồng 2030", "2030-05-06", LAW);
    put(dir.path(), "NQ-9", "9/2030/QH20", "Nghị quyết", "Về thả diều", "2030-05-06", "Điều 1. Diều\nThả diều.\n");
    dir
}

fn show(dir: &TempDir, typed: &str) -> String {
    let out = run(dir.path(), &["show", typed, "--as-of", "2033-01-01"]);
    assert_eq!(out.status.code(), Some(0), "{typed}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn one_provision_asked_for_in_many_ways() {
    let dir = store();
    let page = show(&dir, "ND-65#dieu-2.khoan-1");
    for typed in [
        "65/2031/NĐ-CP#dieu-2.khoan-1",
        "65/2031/NĐ-CP#dieu-2.khoan-1",
        "khoản 1 Điều 2 Nghị định 65/2031/NĐ-CP",
        "khoan 1 dieu 2 nghi dinh 65/2031/nd-cp",
        "d2 k1 nd 65/2031",
        "nd-65#dieu-2.khoan-1",
    ] {
        assert_eq!(show(&dir, typed), page, "{typed}");
    }
    assert!(!page.contains('\x1b'), "colours off a terminal: {page}");
    // The lead, the citation that leads on, the document that is not here.
    assert!(page.contains("Điều 2. Hồ sơ") && page.contains("1. Hồ sơ theo khoản 2"), "{page}");
    assert!(page.contains("“khoản 2 Điều 2 Luật Đèn lồng số 9/2030/QH20” → L-9#dieu-2.khoan-2"), "{page}");
    assert!(page.contains("7/2029/NĐ-CP không có trong kho"), "{page}");
}

#[test]
fn what_cites_a_provision_its_parts_and_what_it_stands_in() {
    let dir = store();
    let page = show(&dir, "khoản 2 Điều 2 Luật Đèn lồng");
    assert!(page.contains("Chương I") && page.contains("Cơ quan có thẩm quyền gồm:"), "{page}");
    assert!(page.contains("2 tới đúng quy định này, 2 tới phần bên trong"), "{page}");
    assert!(
        page.contains("66/2032/NĐ-CP#dieu-1  “điểm đ khoản 2 Điều 2 Luật Đèn lồng” → dieu-2.khoan-2.diem-đ"),
        "{page}"
    );
    let inside = show(&dir, "L-9#dieu-2.khoan-1");
    assert!(inside.contains("1 tới đúng quy định này") && inside.contains("L-9#dieu-2.khoan-2.diem-đ"), "{inside}");
    let json = run(dir.path(), &["show", "L-9#dieu-2.khoan-2.diem-đ", "--json"]);
    let page: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(page["cited_counts"]["exact"], 2);
    assert_eq!(page["cites"][0]["place"], "L-9#dieu-2.khoan-1");
    assert_eq!(page["above"].as_array().unwrap().len(), 3);
}

#[test]
fn a_whole_document() {
    let dir = store();
    let page = show(&dir, "Luật Đèn lồng");
    assert!(page.contains("Ngày 1/1/2033: còn hiệu lực"), "{page}");
    assert!(page.contains("ban hành 6/5/2030") && page.contains("Điều 2. Thẩm quyền"), "{page}");
    assert!(page.contains("Được viện dẫn bởi (2 văn bản)") && page.contains("2 × ND-65"), "{page}");
}

#[test]
fn what_is_not_one_place_is_told_with_what_is_near() {
    let dir = store();
    let told = |typed: &str, code: i32| {
        let out = run(dir.path(), &["show", typed]);
        assert_eq!(out.status.code(), Some(code), "{typed}");
        assert!(out.stdout.is_empty());
        String::from_utf8(out.stderr).unwrap()
    };
    let two = told("9/2030/QH20", 1);
    assert!(two.contains("L-9 ") && two.contains("NQ-9 "), "{two}");
    assert!(show(&dir, "Luật 9/2030/QH20").contains("Luật đèn lồng 2030"));
    let near = told("64/2031/NĐ-CP", 1);
    assert!(near.contains("65/2031/NĐ-CP"), "{near}");
    let near = told("L-9#dieu-7", 1);
    assert!(near.contains("L-9#dieu-2") && near.contains("dieu-7"), "{near}");
    let open = told("diem d khoan 2 dieu 2 luat den long", 1);
    assert!(open.contains("L-9#dieu-2.khoan-2.diem-d\n") && open.contains("L-9#dieu-2.khoan-2.diem-đ"), "{open}");
    let none = told("Điều 2", 2);
    assert!(none.contains("names no document"), "{none}");
}

#[test]
fn two_documents_side_by_side() {
    let dir = store();
    let out = run(dir.path(), &["compare", "ND-65", "ND-66"]);
    let told = String::from_utf8(out.stdout).unwrap();
    assert_eq!(out.status.code(), Some(0), "{told}");
    // Điều 1; khoản 1 and 3 of what was Điều 2; Điều 2 became Điều 3.
    assert!(told.contains("3 giữ nguyên, 1 sửa, 1 thêm, 0 bỏ, 1 chuyển chỗ"), "{told}");
    assert!(told.contains("chuyển chỗ: Điều 2 → Điều 3"), "{told}");
    assert!(
        told.contains("sửa: khoản 2 Điều 2 → khoản 2 Điều 3") && told.contains("Thời hạn là[- 10-]{+ 15+} ngày"),
        "{told}"
    );
    let html = run(dir.path(), &["compare", "ND-65", "ND-66", "--html"]);
    let page = String::from_utf8(html.stdout).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("<del> 10</del><ins> 15</ins>"), "{page}");
    assert!(!page.contains("http") && !page.contains("<script"), "{page}");
    let json = run(dir.path(), &["compare", "ND-65#dieu-2", "ND-66#dieu-3", "--json"]);
    let rows: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(rows["counts"]["same"], 3);
    assert_eq!(rows["counts"]["changed"], 1);
}

#[test]
fn two_files_side_by_side() {
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join("a.txt"), LAW).unwrap();
    std::fs::write(dir.path().join("b.txt"), LAW.replace("Thu hồi", "Thu hồi và hủy")).unwrap();
    let out = run(dir.path(), &["compare", "a.txt", "b.txt"]);
    let told = String::from_utf8(out.stdout).unwrap();
    assert!(told.contains("1 sửa, 0 thêm, 0 bỏ, 0 chuyển chỗ") && told.contains("Thu hồi{+ và hủy+}"), "{told}");
}
