//! `phancap corpus check` finds what was put in, and nothing in the sample.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use phancap::corpus::check::{Checked, Code, Options, Severity, check};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::common;

const TODAY: jiff::civil::Date = jiff::civil::date(2036, 1, 1);

fn look(manifest: &Path) -> Checked {
    check(manifest, Options { today: TODAY, texts: None }, |_| ())
}

fn sample() -> Vec<Value> {
    let lines = fs::read_to_string(common::root().join("corpus/sample/documents.jsonl")).expect("the sample");
    lines.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect()
}

/// The sample with its texts in the lines, changed by `change`.
fn changed(dir: &Path, change: impl FnOnce(&mut Vec<Value>)) -> Checked {
    let mut lines = sample();
    for line in &mut lines {
        let file = common::root().join("corpus/sample").join(line["file"].as_str().expect("a file"));
        line["text"] = json!(fs::read_to_string(file).expect("a text"));
    }
    change(&mut lines);
    let path = dir.join("m.jsonl");
    fs::write(
        &path,
        lines.iter().fold(String::new(), |mut all, l| {
            writeln!(all, "{l}").expect("memory");
            all
        }),
    )
    .expect("a file");
    look(&path)
}

/// What is found beyond what the sample has by itself.
fn new(before: &Checked, after: &Checked) -> Vec<(Code, String, Vec<String>)> {
    let key = |f: &phancap::corpus::check::Finding| (f.code, f.id.clone(), f.with.clone());
    let known: Vec<_> = before.findings.iter().map(key).collect();
    after.findings.iter().map(key).filter(|k| !known.contains(k)).collect()
}

#[test]
fn the_sample_has_no_errors() {
    let checked = look(&common::root().join("corpus/sample/documents.jsonl"));
    assert_eq!((checked.documents, checked.texts), (46, 46));
    let errors: Vec<_> = checked.findings.iter().filter(|f| f.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn each_fault_is_found_where_it_was_put() {
    let dir = tempfile::tempdir().expect("a folder");
    let before = changed(dir.path(), |_| ());
    let ids: Vec<String> = sample().iter().map(|l| l["id"].as_str().expect("an id").to_owned()).collect();
    let find = |change: &dyn Fn(&mut Vec<Value>)| new(&before, &changed(dir.path(), |lines| change(lines)));
    let longest = |lines: &[Value]| {
        (0..lines.len()).max_by_key(|&i| lines[i]["text"].as_str().map_or(0, str::len)).expect("lines")
    };

    let hash = find(&|l| l[3]["text_sha256"] = json!("00"));
    assert_eq!(hash, [(Code::TextHash, ids[3].clone(), vec![])]);
    let normal = find(&|l| l[3]["normal_sha256"] = json!("00"));
    assert_eq!(normal, [(Code::NormalHash, ids[3].clone(), vec![])]);
    let title = find(&|l| l[4]["title"] = json!("QUY ĐỊNH ĐÈN LỒNG"));
    assert_eq!(title, [(Code::TitleCapitals, ids[4].clone(), vec![])]);
    let date = find(&|l| l[5]["effective_on"] = json!("1999-01-01"));
    assert_eq!(date, [(Code::DateOrder, ids[5].clone(), vec![])]);

    let again = find(&|l| {
        let mut copy = l[6].clone();
        copy["id"] = json!("X");
        l.push(copy);
    });
    assert_eq!(again, [(Code::SameDocument, "X".to_owned(), vec![ids[6].clone()])]);
    let number = find(&|l| {
        let mut copy = l[6].clone();
        (copy["id"], copy["text"]) = (json!("X"), json!("Điều 1. Khác\nĐoạn khác."));
        (copy["text_sha256"], copy["chars"], copy["kind"]) = (Value::Null, Value::Null, Value::Null);
        l.push(copy);
    });
    assert!(number.contains(&(Code::SharedNumber, "X".to_owned(), vec![ids[6].clone()])), "{number:?}");

    // Other line breaks, an older tone placement: the same text. One word changed: nearly the same.
    let other = |l: &mut Vec<Value>, text: &dyn Fn(&str) -> String| {
        let at = longest(l);
        let mut copy = l[at].clone();
        let text = text(l[at]["text"].as_str().expect("a text"));
        (copy["id"], copy["number"], copy["issued_on"]) = (json!("X"), json!("999/NQ-CP"), json!("2033-01-01"));
        (copy["kind"], copy["effective_on"]) = (json!("Nghị quyết"), Value::Null);
        (copy["text_sha256"], copy["chars"], copy["text"]) = (Value::Null, Value::Null, json!(text));
        l.push(copy);
    };
    let same = find(&|l| other(l, &|t| t.replace("hóa", "hoá").replace('\n', "\r\n")));
    assert!(same.iter().any(|f| f.0 == Code::SameText && f.1 == "X" && f.2.len() == 1), "{same:?}");
    let near = find(&|l| other(l, &|t| t.replacen("Điều 2.", "Điều 2. Riêng", 1)));
    assert!(near.iter().any(|f| f.0 == Code::NearText && f.1 == "X" && f.2.len() == 1), "{near:?}");

    let gap = find(&|l| {
        let at = longest(l);
        let text = l[at]["text"].as_str().expect("a text").replacen("Điều 2.", "Khoản", 1);
        (l[at]["text_sha256"], l[at]["chars"], l[at]["text"]) = (Value::Null, Value::Null, json!(text));
    });
    assert!(gap.iter().any(|f| f.0 == Code::ArticlesMissing), "{gap:?}");
}

#[test]
fn exit_codes_and_output() {
    let dir = tempfile::tempdir().expect("a folder");
    let text = "Điều 1. Đèn\nĐèn sáng.\n";
    let hash = phancap::text::hex(&Sha256::digest(text));
    let line = |hash: &str| {
        json!({"id": "A", "number": "1/2031/NĐ-CP", "kind": "Nghị định", "title": "Quy định đèn", "issued_on": "2031-01-02",
            "text": text, "text_sha256": hash})
    };
    let run = |lines: &str, more: &[&str]| {
        let path = dir.path().join("m.jsonl");
        fs::write(&path, lines).expect("a file");
        let out = common::phancap().args(["corpus", "check", "--today", "2036-01-01"]).arg(path).args(more).output();
        let out = out.expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (out.status.code(), text(&out.stdout), text(&out.stderr))
    };
    let fine = run(&line(&hash).to_string(), &[]);
    assert_eq!((fine.0, fine.1.as_str()), (Some(0), ""), "{}", fine.2);
    assert!(fine.2.contains("1 documents, 1 with text: 0 errors, 0 warnings, 0 notes"), "{}", fine.2);
    let wrong = run(&line("12").to_string(), &[]);
    assert_eq!(wrong.0, Some(1));
    assert!(wrong.1.starts_with("error text-hash: 1\n  A: the manifest states 12,"), "{}", wrong.1);
    let json = run(&format!("{{broken\n{}", line("12")), &["--json"]);
    let rows: Vec<Value> = json.1.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(rows.iter().map(|r| r["code"].as_str()).collect::<Vec<_>>(), [Some("unreadable"), Some("text-hash")]);
    assert!(rows[0]["place"].as_str().expect("a place").ends_with("m.jsonl:1"), "{}", rows[0]);
    assert_eq!(run("", &[]).0, Some(1), "an empty manifest is no success");
}

/// The real manifest fits its texts, and what is known of it is found.
#[test]
fn the_real_documents_fit_their_manifest() {
    let Some(shared) = common::shared() else { return };
    let checked = look(&shared.join("corpus/khcn.jsonl"));
    assert_eq!((checked.documents, checked.texts), (644, 644));
    let of = |code| checked.findings.iter().filter(|f| f.code == code).map(|f| f.id.as_str()).collect::<Vec<_>>();
    for code in [Code::Unreadable, Code::TextHash, Code::CharCount, Code::SameId] {
        assert_eq!(of(code), Vec::<&str>::new(), "{code:?}");
    }
    assert!(of(Code::SharedNumber).contains(&"NQ-18-2008-QH12"));
    assert_eq!(of(Code::TitleGuessed).len(), 14);
}
