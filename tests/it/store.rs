//! Inputs that are not as they should be, through the whole program: each is named on one line, the rest is stored.

use std::path::Path;
use std::process::Output;

use phancap::store::{DATABASE, Store};
use tempfile::TempDir;

use crate::common::phancap;

const GOOD: &str = "Điều 1. Bến thuyền\n1. Sở Sông nước cấp giấy đậu thuyền.\n2. Xã có bến trông coi bờ kè.\n";

fn ingest(dir: &Path, input: &Path) -> Output {
    phancap().arg("ingest").arg(input).arg("--store").arg(dir.join("store")).output().unwrap()
}

fn stored(dir: &Path) -> usize {
    Store::open_existing(&dir.join("store")).unwrap().documents().unwrap().len()
}

/// One bad file beside a good one: the bad one is named once, the good one is stored, the exit code is 1.
#[track_caller]
fn one_bad_file(name: &str, bytes: &[u8], also_says: &str) {
    let dir = TempDir::new().unwrap();
    let folder = dir.path().join("in");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("a-good.txt"), GOOD).unwrap();
    std::fs::write(folder.join(name), bytes).unwrap();
    std::fs::write(folder.join("z-good.txt"), GOOD).unwrap();
    let out = ingest(dir.path(), &folder);
    let message = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(1), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(message.contains(name) && message.contains(also_says), "{message}");
    assert!(message.len() < 600, "{message}");
    assert_eq!(stored(dir.path()), 2);
}

#[test]
fn an_empty_file() {
    one_bad_file("m-empty.txt", b"", "");
}

#[test]
fn a_file_of_blanks() {
    one_bad_file("m-blank.txt", " \n\t\u{a0}\n\n".as_bytes(), "");
}

#[test]
fn a_binary_file() {
    let mut bytes = b"\x7fELF\x02\x01\x01\0\0\0".to_vec();
    bytes.extend((0..5_000u32).flat_map(|i| i.wrapping_mul(2_654_435_761).to_le_bytes()));
    one_bad_file("m-binary.txt", &bytes, "");
}

#[test]
fn a_file_in_no_known_encoding() {
    one_bad_file("m-legacy.txt", b"abc \xff\xff\xfe\xfe\xfd\n1. \xfe\xff\xfd\xff gi\xff\xfe\n", "");
}

#[test]
fn a_file_cut_inside_a_letter() {
    let cut = GOOD.find('ề').unwrap() + 1;
    one_bad_file("m-cut.txt", &GOOD.as_bytes()[..cut], "");
}

#[test]
fn one_very_long_line() {
    // Whether it is stored or refused is the reader's choice; the program lives and the rest is stored.
    let dir = TempDir::new().unwrap();
    let folder = dir.path().join("in");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("a-good.txt"), GOOD).unwrap();
    std::fs::write(folder.join("m-long.txt"), "Xã có bến trông coi bờ kè. ".repeat(3_000_000)).unwrap();
    let out = ingest(dir.path(), &folder);
    let message = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(1), "{message}");
    assert!(message.contains("m-long.txt"), "{message}");
    assert!(message.len() < 600, "{message}");
    assert_eq!(stored(dir.path()), 1);
}

#[test]
fn a_broken_line_of_json_is_named_by_number_and_skipped() {
    let dir = TempDir::new().unwrap();
    let input = dir.path().join("in.jsonl");
    let line = |id: &str| {
        serde_json::json!({"id": id, "number": "1/2030/TT-BSN", "kind": "Thông tư", "title": "Bến thuyền",
            "issuer": "Bộ Sông nước", "text": GOOD})
        .to_string()
    };
    let cut = line("TT-2").chars().take(40).collect::<String>();
    std::fs::write(&input, [line("TT-1"), cut, line("TT-3")].join("\n")).unwrap();
    let out = ingest(dir.path(), &input);
    let message = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(1), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(message.contains("in.jsonl:2"), "{message}");
    assert_eq!(stored(dir.path()), 2);
}

#[test]
fn a_cut_gzip_file() {
    use flate2::{Compression, write::GzEncoder};
    use std::fmt::Write as _;
    use std::io::Write as _;
    let dir = TempDir::new().unwrap();
    let input = dir.path().join("in.jsonl.gz");
    let mut gz = GzEncoder::new(Vec::new(), Compression::default());
    for i in 0..200 {
        // Texts that do not pack to nothing, so that half of the file is about half of the lines.
        let mut noise = String::new();
        for k in 1..=400u32 {
            write!(noise, "{} ", k.wrapping_mul(0x9e37_79b1 ^ i)).unwrap();
        }
        let line = serde_json::json!({"id": format!("TT-{i}"), "number": "1/2030/TT-BSN", "kind": "Thông tư",
            "title": "Bến thuyền", "issuer": "Bộ Sông nước", "text": format!("{GOOD}{noise}\n")});
        writeln!(gz, "{line}").unwrap();
    }
    let bytes = gz.finish().unwrap();
    std::fs::write(&input, &bytes[..bytes.len() / 2]).unwrap();
    let out = ingest(dir.path(), &input);
    let message = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(1), "{message}");
    assert!(message.contains("in.jsonl.gz"), "{message}");
    let n = stored(dir.path());
    assert!((50..150).contains(&n), "{n} of 200 were stored");
}

#[test]
fn an_article_numbered_twice_is_kept_and_noted() {
    let dir = TempDir::new().unwrap();
    let input = dir.path().join("twice.txt");
    std::fs::write(&input, format!("{GOOD}Điều 1. Bờ kè\nXã có bến trông coi bờ kè.\n")).unwrap();
    let out = ingest(dir.path(), &input);
    let message = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{message}");
    assert!(message.contains("twice") && message.contains("Điều 1") && message.contains("dieu-1~2"), "{message}");
    let store = Store::open_existing(&dir.path().join("store")).unwrap();
    let id = store.documents().unwrap()[0].meta.id.clone();
    let addresses: Vec<String> = store.leaves(&id).unwrap().into_iter().map(|l| l.leaf.address).collect();
    assert_eq!(addresses, ["dieu-1.khoan-1", "dieu-1.khoan-2", "dieu-1~2"]);
}

#[test]
fn an_input_that_is_not_there_and_a_folder_with_nothing() {
    let dir = TempDir::new().unwrap();
    let out = ingest(dir.path(), &dir.path().join("nowhere.jsonl"));
    let message = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(1), "{message}");
    assert!(message.contains("nowhere.jsonl"), "{message}");
    let empty = dir.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let out = ingest(dir.path(), &empty);
    let message = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(1), "{message}");
    assert!(!message.is_empty());
}

#[test]
fn two_documents_of_one_id_keep_the_first_and_name_both() {
    let dir = TempDir::new().unwrap();
    for (file, text) in [("a.jsonl", GOOD), ("b.jsonl", "Điều 1. Bờ kè\nXã trông coi.\n")] {
        let line = serde_json::json!({"id": "TT-1", "number": "1/2030/TT-BSN", "kind": "Thông tư",
            "title": "Bến thuyền", "issuer": "Bộ Sông nước", "text": text});
        std::fs::write(dir.path().join(file), format!("{line}\n")).unwrap();
    }
    let run = || {
        phancap()
            .arg("ingest")
            .args(["a.jsonl", "b.jsonl", "--store", "store"])
            .current_dir(dir.path())
            .output()
            .unwrap()
    };
    let first = run();
    let message = String::from_utf8_lossy(&first.stderr);
    assert_eq!(first.status.code(), Some(1), "{message}");
    assert!(message.contains("a.jsonl") && message.contains("b.jsonl") && message.contains("TT-1"), "{message}");
    let store = Store::open_existing(&dir.path().join("store")).unwrap();
    assert!(store.document("TT-1").unwrap().unwrap().text.contains("Bến thuyền"));
    assert_eq!(String::from_utf8_lossy(&run().stdout), "0 added, 0 changed, 1 unchanged, 1 failed; 2 provisions\n");
}

#[test]
fn a_damaged_store_is_fatal_and_named() {
    let dir = TempDir::new().unwrap();
    let input = dir.path().join("in.txt");
    std::fs::write(&input, GOOD).unwrap();
    std::fs::create_dir(dir.path().join("store")).unwrap();
    std::fs::write(dir.path().join("store").join(DATABASE), "không phải cơ sở dữ liệu\n".repeat(50)).unwrap();
    let out = ingest(dir.path(), &input);
    let message = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{message}");
    assert!(message.contains(DATABASE) && message.contains("damaged"), "{message}");
}
