//! The sample's gold fits the texts, the program's own reading of them, and the guideline; the manifest fits the
//! real metadata. The gold was made by a reading of the structure that shares no code with the program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use phancap::ingest;
use phancap::law::{Category, Field, HolderIn, Kind, Level, Mechanism, Mention, Reason, Unit};
use phancap::text;
use regex::Regex;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::common;

const EMBEDDED: &[(&str, &str)] = include!("../../corpus/sample/files.rs");

#[derive(Deserialize)]
struct Facts {
    id: String,
    number: String,
    kind: String,
    chars: usize,
    text_sha256: String,
    file: String,
}

#[derive(Deserialize)]
struct Label {
    id: String,
    doc: String,
    number: String,
    path: String,
    lead: String,
    text: String,
    kind: Kind,
    mentions: Vec<Mention>,
}

#[derive(Deserialize)]
struct Row {
    field: Field,
    task: String,
    holder: String,
    level: Level,
    category: Category,
    mechanism: Option<Mechanism>,
    reason: Option<Reason>,
    legal_bases: Vec<Basis>,
}

#[derive(Deserialize)]
struct Basis {
    address: String,
    doc: String,
    holder: String,
    holder_in: HolderIn,
    holder_start: Option<usize>,
    holder_end: Option<usize>,
    task: String,
    task_start: usize,
    task_end: usize,
}

fn sample(name: &str) -> PathBuf {
    common::root().join("corpus/sample").join(name)
}

fn lines<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let text = fs::read_to_string(sample(name)).expect(name);
    let rows: Vec<T> = text
        .lines()
        .enumerate()
        .map(|(i, l)| serde_json::from_str(l).unwrap_or_else(|e| panic!("{name}:{}: {e}", i + 1)))
        .collect();
    assert!(!rows.is_empty(), "{name} is empty");
    rows
}

fn slice(s: &str, start: usize, end: usize) -> String {
    s.chars().skip(start).take(end.saturating_sub(start)).collect()
}

/// `(document id, address)` → what the program makes of the sample.
fn program_leaves() -> BTreeMap<(String, String), Unit> {
    let mut found = BTreeMap::new();
    for raw in ingest::read(&sample("documents.jsonl")) {
        let document = ingest::parse(raw.expect("each sample document is read"));
        for leaf in ingest::leaves(&document) {
            let unit = leaf.unit(&document.meta);
            let key = (document.meta.id.clone(), leaf.address);
            assert!(found.insert(key.clone(), unit).is_none(), "{key:?} twice");
        }
    }
    found
}

#[test]
fn texts_are_what_their_metadata_say() {
    let facts: Vec<Facts> = lines("documents.jsonl");
    let mut files = BTreeSet::new();
    for f in &facts {
        let bytes = fs::read(sample(&f.file)).expect(&f.file);
        assert_eq!(text::hex(&Sha256::digest(&bytes)), f.text_sha256, "{}", f.file);
        assert_eq!(String::from_utf8(bytes).expect("UTF-8").chars().count(), f.chars, "{}", f.file);
        assert!(files.insert(f.file.clone()), "{} twice", f.file);
    }
    let on_disk: BTreeSet<String> = fs::read_dir(sample("text"))
        .expect("the texts")
        .map(|e| format!("text/{}", e.expect("a text").file_name().to_string_lossy()))
        .collect();
    assert_eq!(on_disk, files, "text/ and documents.jsonl name the same files");
    let ids: BTreeSet<&str> = facts.iter().map(|f| f.id.as_str()).collect();
    assert_eq!(ids.len(), facts.len(), "ids are unique");
    files.insert("documents.jsonl".to_owned());
    assert_eq!(EMBEDDED.iter().map(|(n, _)| (*n).to_owned()).collect::<BTreeSet<_>>(), files, "files.rs names all");
}

/// A source that was edited without running `just sample` shows here.
#[test]
fn texts_are_made_from_the_marked_sources() {
    let mark = Regex::new(r"\{=?[a-z-](?: [\w:-]+)*\|").expect("a regex");
    for f in lines::<Facts>("documents.jsonl") {
        let marked = fs::read_to_string(sample("marked").join(format!("{}.txt", f.id))).expect("a source");
        let plain = fs::read_to_string(sample(&f.file)).expect("a text");
        let mut rest = plain.lines();
        let (_, body) = marked.split_once("\n---\n").expect("metadata, then ---");
        for line in body.lines().filter(|l| !l.starts_with('@')) {
            let clean = mark.replace_all(line.trim_start_matches('~'), "").replace('}', "");
            assert!(rest.any(|l| l == clean), "{}: stale, run `just sample`: {clean}", f.id);
        }
    }
}

#[test]
fn gold_labels_are_the_programs_leaves() {
    let mut program = program_leaves();
    let mut wrong = Vec::new();
    for gold in lines::<Label>("labels.gold.jsonl") {
        match program.remove(&(gold.doc.clone(), gold.path.clone())) {
            None => wrong.push(format!("{}: the program has no such leaf", gold.id)),
            Some(unit) => {
                for (what, gold_text, program_text) in
                    [("lead", &gold.lead, &unit.lead), ("text", &gold.text, &unit.text)]
                {
                    if gold_text != program_text {
                        wrong.push(format!("{} {what}:\n  gold    {gold_text}\n  program {program_text}", gold.id));
                    }
                }
            }
        }
    }
    wrong.extend(program.keys().map(|(doc, address)| format!("{doc}#{address}: not in the gold")));
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn gold_labels_keep_the_guideline() {
    for u in lines::<Label>("labels.gold.jsonl") {
        let at = &u.id;
        assert_eq!(*at, format!("{}#{}", u.number, u.path));
        assert_eq!(u.kind == Kind::Task, !u.mentions.is_empty(), "{at}: mentions exactly where there is a task");
        for m in &u.mentions {
            assert_eq!(slice(&u.text, m.task_start, m.task_end), m.task, "{at}");
            assert!(!m.task.is_empty() && m.task.trim() == m.task, "{at}: {:?}", m.task);
            match (m.holder_in, m.holder_start, m.holder_end) {
                (HolderIn::Implied, None, None) => assert_eq!(m.holder, "", "{at}"),
                (HolderIn::Text, Some(s), Some(e)) => assert_eq!(slice(&u.text, s, e), m.holder, "{at}"),
                (HolderIn::Lead, Some(s), Some(e)) => assert_eq!(slice(&u.lead, s, e), m.holder, "{at}"),
                other => panic!("{at}: {other:?}"),
            }
            if let Some(fixed) = Category::fixed_by(m.level) {
                assert_eq!(m.category, fixed, "{at}: the level decides");
            }
            assert_eq!(
                m.category == Category::KeepCentral,
                m.reason.is_some(),
                "{at}: a reason with keep_central only"
            );
        }
    }
}

#[test]
fn gold_register_holds_each_mention_once() {
    let facts: BTreeMap<String, Facts> =
        lines::<Facts>("documents.jsonl").into_iter().map(|f| (f.id.clone(), f)).collect();
    let by_law = |doc: &str| {
        let f = &facts[doc];
        f.kind == "Luật" || (f.kind == "Nghị quyết" && f.number.contains("/QH"))
    };
    let mut mentions = BTreeMap::new();
    for u in lines::<Label>("labels.gold.jsonl") {
        for m in u.mentions {
            mentions.insert((u.doc.clone(), u.id.clone(), m.task_start), m);
        }
    }
    for row in lines::<Row>("register.gold.jsonl") {
        let at = &row.legal_bases.first().expect("a legal basis").address;
        let set_by_law = row.legal_bases.iter().any(|b| by_law(&b.doc));
        assert_eq!(row.mechanism, Mechanism::derive(row.category, set_by_law), "{at}");
        assert_eq!(row.category == Category::KeepCentral, row.reason.is_some(), "{at}");
        assert_eq!((&row.task, &row.holder), (&row.legal_bases[0].task, &row.legal_bases[0].holder), "{at}");
        let ranks: Vec<bool> = row.legal_bases.iter().map(|b| !by_law(&b.doc)).collect();
        assert!(ranks.is_sorted(), "{at}: laws come first");
        for b in &row.legal_bases {
            let m = mentions.remove(&(b.doc.clone(), b.address.clone(), b.task_start)).unwrap_or_else(|| {
                panic!("{}: named twice, or not among the labels", b.address);
            });
            assert_eq!((m.level, m.category, m.reason), (row.level, row.category, row.reason), "{}", b.address);
            assert_eq!(
                (&m.task, m.task_end, &m.holder, m.holder_in, m.holder_start, m.holder_end),
                (&b.task, b.task_end, &b.holder, b.holder_in, b.holder_start, b.holder_end),
                "{}",
                b.address
            );
        }
    }
    assert!(mentions.is_empty(), "in no row: {:?}", mentions.keys().collect::<Vec<_>>());
}

#[test]
fn sample_shows_every_label() {
    let rows: Vec<Row> = lines("register.gold.jsonl");
    for &x in Level::ALL {
        assert!(rows.iter().any(|r| r.level == x), "no task at level {x}");
    }
    for &x in Category::ALL {
        assert!(rows.iter().any(|r| r.category == x), "no task in category {x}");
    }
    for &x in Reason::ALL {
        assert!(rows.iter().any(|r| r.reason == Some(x)), "no task with reason {x}");
    }
    for &x in Mechanism::ALL {
        assert!(rows.iter().any(|r| r.mechanism == Some(x)), "no task with mechanism {x}");
    }
    for &x in Field::ALL {
        assert!(rows.iter().any(|r| r.field == x), "no task in field {x}");
    }
    let labels: Vec<Label> = lines("labels.gold.jsonl");
    for &x in HolderIn::ALL {
        assert!(labels.iter().flat_map(|u| &u.mentions).any(|m| m.holder_in == x), "no holder in {x}");
    }
    for n in [2, 3] {
        assert!(rows.iter().filter(|r| r.legal_bases.len() == n).count() >= 3, "three tasks with {n} legal bases");
    }
    let with_tasks: BTreeSet<&str> = labels.iter().filter(|u| u.kind == Kind::Task).map(|u| u.doc.as_str()).collect();
    let all: BTreeSet<&str> = labels.iter().map(|u| u.doc.as_str()).collect();
    assert!(all.difference(&with_tasks).count() >= 3, "documents without a task");
}

fn manifest() -> Vec<Vec<String>> {
    let text = fs::read_to_string(common::root().join("corpus/manifest.tsv")).expect("manifest.tsv");
    text.lines().map(|l| l.split('\t').map(str::to_owned).collect()).collect()
}

const COLUMNS: [&str; 9] =
    ["id", "number", "kind", "title", "issuer", "issued_on", "effective_on", "url", "text_sha256"];

#[test]
fn manifest_is_a_table_of_facts() {
    let rows = manifest();
    assert_eq!(rows[0], COLUMNS);
    assert_eq!(rows.len() - 1, 644);
    for r in &rows[1..] {
        assert_eq!(r.len(), COLUMNS.len(), "{r:?}");
        assert!(r[8].len() == 64 && r[8].bytes().all(|b| b.is_ascii_hexdigit()), "{r:?}");
        assert!(r[7].is_empty() || r[7].starts_with("http"), "{r:?}");
        for date in &r[5..7] {
            assert!(date.is_empty() || date.parse::<jiff::civil::Date>().is_ok(), "{r:?}");
        }
    }
    assert!(rows[1..].is_sorted_by(|a, b| a[0] < b[0]), "sorted by id, each once");
}

#[test]
fn manifest_agrees_with_the_real_metadata() {
    let Some(shared) = common::shared() else { return };
    let real = fs::read_to_string(shared.join("corpus/khcn.jsonl")).expect("khcn.jsonl");
    let mut expected: Vec<Vec<String>> = real
        .lines()
        .map(|l| {
            let v: serde_json::Value = serde_json::from_str(l).expect("a line of khcn.jsonl");
            COLUMNS
                .iter()
                .map(|&c| v[c].as_str().unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" "))
                .collect()
        })
        .collect();
    expected.sort();
    assert_eq!(manifest()[1..], expected[..], "run `just manifest`");
}
