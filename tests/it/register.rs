//! The register from the sample's gold mentions, its files read back, and the commands over it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read as _;
use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use phancap::law::{DocumentMeta, GoldLine, Kind, Prediction, RunInfo, Task};
use phancap::register::{Found, Options, build};
use phancap::report::{self, Summary};
use phancap::store::Store;

use crate::common;

/// The sample's documents and labels as if a model had read them.
fn sample() -> (RunInfo, Vec<Found>) {
    let dir = common::root().join("corpus/sample");
    let read = |name: &str| std::fs::read_to_string(dir.join(name)).expect("the sample is part of the project");
    let mut documents: HashMap<String, Arc<DocumentMeta>> = HashMap::new();
    for line in read("documents.jsonl").lines() {
        let v: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| v[key].as_str().unwrap_or_default().to_owned();
        let meta = DocumentMeta {
            id: text("id"),
            number: text("number"),
            kind: text("kind"),
            title: text("title"),
            issuer: text("issuer"),
            issued_on: text("issued_on").parse().ok(),
            domain: text("domain"),
            ..DocumentMeta::default()
        };
        documents.insert(meta.id.clone(), Arc::new(meta));
    }
    let mut found = Vec::new();
    for line in read("labels.gold.jsonl").lines() {
        let gold: GoldLine = serde_json::from_str(line).unwrap();
        found.push(Found {
            doubt: None,
            document: documents[&gold.doc].clone(),
            address: gold.path.clone(),
            key: gold.unit().key(),
            lead: gold.lead.clone(),
            text: gold.text.clone(),
            prediction: Prediction { kind: gold.kind.unwrap_or(Kind::None), p_task: None, mentions: gold.mentions },
        });
    }
    let mentions = found.iter().map(|f| f.prediction.mentions.len()).sum();
    (RunInfo { version: "gold".into(), documents: documents.len(), leaves: found.len(), mentions }, found)
}

fn tasks() -> (RunInfo, Vec<Task>) {
    let (run, found) = sample();
    let tasks = build(&found, &Options::default());
    (run, tasks)
}

/// Which legal bases stand in one row, as pairs.
fn pairs(rows: impl Iterator<Item = Vec<String>>) -> BTreeSet<(String, String)> {
    let mut out = BTreeSet::new();
    for bases in rows {
        for a in &bases {
            out.extend(bases.iter().filter(|b| a < *b).map(|b| (a.clone(), b.clone())));
        }
    }
    out
}

#[test]
fn the_samples_powers_are_joined_as_its_gold_says() {
    let (_, tasks) = tasks();
    let got = pairs(
        tasks
            .iter()
            .map(|t| t.legal_bases.iter().map(|b| format!("{}@{}", b.full_address(), b.mention.task_start)).collect()),
    );
    let gold = std::fs::read_to_string(common::root().join("corpus/sample/register.gold.jsonl")).unwrap();
    let rows: Vec<serde_json::Value> = gold.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let bases = |row: &serde_json::Value| -> Vec<String> {
        let list = row["legal_bases"].as_array().unwrap();
        list.iter().map(|b| format!("{}@{}", b["address"].as_str().unwrap(), b["task_start"])).collect()
    };
    let want = pairs(rows.iter().map(bases));
    assert_eq!(got, want);
    // Category, level and mechanism follow where the mentions and instruments do.
    let by_basis: HashMap<String, &serde_json::Value> =
        rows.iter().flat_map(|r| bases(r).into_iter().map(move |b| (b, r))).collect();
    for task in &tasks {
        let basis = format!("{}@{}", task.legal_bases[0].full_address(), task.legal_bases[0].mention.task_start);
        let row = by_basis[&basis];
        assert_eq!(task.level.code(), row["level"], "{basis}");
        assert_eq!(task.category.code(), row["category"], "{basis}");
        assert_eq!(task.mechanism.map(|m| m.code()), row["mechanism"].as_str(), "{basis}");
        assert_eq!(task.reason.map(|r| r.code()), row["reason"].as_str(), "{basis}");
    }
}

#[test]
fn every_mention_is_in_the_register_once() {
    let (_, found) = sample();
    let tasks = build(&found, &Options::default());
    let mentions: usize =
        found.iter().filter(|f| f.prediction.kind == Kind::Task).map(|f| f.prediction.mentions.len()).sum();
    assert_eq!(tasks.iter().map(|t| t.legal_bases.len()).sum::<usize>(), mentions);
    let codes: BTreeSet<&str> = tasks.iter().map(|t| t.code.as_str()).collect();
    assert_eq!(codes.len(), tasks.len());
    let reversed: Vec<Found> = by_document(&found).into_iter().rev().flatten().collect();
    assert_eq!(build(&reversed, &Options::default()), tasks);
}

/// The provisions by document, in text order.
fn by_document(found: &[Found]) -> Vec<Vec<Found>> {
    let mut documents: BTreeMap<&str, Vec<Found>> = BTreeMap::new();
    for f in found {
        documents.entry(&f.document.id).or_default().push(f.clone());
    }
    documents.into_values().collect()
}

/// A file of the workbook as text.
fn part(workbook: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(workbook)).expect("a workbook is a zip");
    let mut text = String::new();
    archive.by_name(name).unwrap_or_else(|_| panic!("no {name}")).read_to_string(&mut text).unwrap();
    text
}

fn unescape(xml: &str) -> String {
    xml.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}

/// Contents of all elements `<name …>…</name>`.
fn elements<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let mut out = Vec::new();
    for piece in xml.split(&format!("<{name}")).skip(1) {
        if piece.starts_with([' ', '>'])
            && let Some((_, rest)) = piece.split_once('>')
            && let Some((inside, _)) = rest.split_once(&format!("</{name}>"))
        {
            out.push(inside);
        }
    }
    out
}

/// The cells of a sheet: column letters and row to value, strings looked up.
fn cells(workbook: &[u8], sheet: &str) -> BTreeMap<(u32, String), String> {
    let shared = part(workbook, "xl/sharedStrings.xml");
    let strings: Vec<String> =
        elements(&shared, "si").iter().map(|si| elements(si, "t").iter().map(|t| unescape(t)).collect()).collect();
    let xml = part(workbook, sheet);
    let mut out = BTreeMap::new();
    for cell in xml.split("<c r=\"").skip(1) {
        let place = cell.split('"').next().unwrap();
        let column: String = place.chars().take_while(char::is_ascii_alphabetic).collect();
        let row: u32 = place[column.len()..].parse().unwrap();
        let cell = cell.split("</c>").next().unwrap();
        if let Some(value) = cell.split_once("<v>").and_then(|(_, v)| v.split_once("</v>")) {
            let text = match cell.split('>').next().unwrap().contains("t=\"s\"") {
                true => strings[value.0.parse::<usize>().unwrap()].clone(),
                false => value.0.to_owned(),
            };
            out.insert((row, column), text);
        }
    }
    out
}

#[test]
fn the_workbook_is_the_ministrys_table() {
    let (run, mut tasks) = tasks();
    tasks[0].task = "=1+1".into();
    tasks[1].holder = "@Bộ".into();
    let book = report::xlsx(&run, &tasks).unwrap();
    assert_eq!(book, report::xlsx(&run, &tasks).unwrap(), "the same register gives the same bytes");

    let table = cells(&book, "xl/worksheets/sheet1.xml");
    let header: Vec<&str> = (b'A'..=b'O').map(|c| table[&(1, (c as char).to_string())].as_str()).collect();
    assert_eq!(
        header,
        [
            "STT",
            "Mã nhiệm vụ",
            "Lĩnh vực",
            "Nhiệm vụ",
            "Cơ quan thực hiện hiện hành",
            "Căn cứ pháp lý",
            "Đề xuất",
            "Cơ chế",
            "Lý do",
            "Độ tin cậy",
            "Quyết định",
            "Người rà soát",
            "Ghi chú",
            "Lần chạy",
            "Mô hình",
        ]
    );
    assert_eq!(table.keys().map(|(row, _)| *row).max(), Some(tasks.len() as u32 + 1));
    assert_eq!(table[&(2, "D".into())], "'=1+1");
    assert_eq!(table[&(3, "E".into())], "'@Bộ");
    for (i, task) in tasks.iter().enumerate() {
        assert_eq!(table[&(i as u32 + 2, "B".into())], task.code);
        assert_eq!(table[&(i as u32 + 2, "G".into())], task.category.vi());
    }

    let sheet = part(&book, "xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>"), "no cell is a formula");
    for want in [
        "<pane ",
        "state=\"frozen\"",
        "<autoFilter ref=\"A1:M",
        "paperSize=\"9\"",
        "orientation=\"landscape\"",
        "fitToHeight=\"0\"",
        "<dataValidation type=\"list\"",
        "hidden=\"1\"",
    ] {
        assert!(sheet.contains(want), "{want}");
    }
    let workbook = part(&book, "xl/workbook.xml");
    assert!(workbook.contains("_xlnm.Print_Titles"), "the header is repeated on each page");
    assert!(part(&book, "xl/styles.xml").contains("Times New Roman"));
}

#[test]
fn the_workbooks_summary_holds_the_reports_figures() {
    let (run, tasks) = tasks();
    let book = report::xlsx(&run, &tasks).unwrap();
    let sheet = cells(&book, "xl/worksheets/sheet2.xml");
    let summary = Summary::of(&run, &tasks);
    for line in summary.lines() {
        let (row, _) = sheet.iter().find(|((_, c), v)| c == "A" && **v == line.words).expect(&line.words).0;
        assert_eq!(sheet[&(*row, "B".into())], line.count.to_string(), "{}", line.words);
        let share = sheet.get(&(*row, "C".into())).map(|s| s.parse::<f64>().unwrap());
        assert_eq!(share, line.share, "{}", line.words);
    }
}

/// A store that holds the sample's register.
fn store(dir: &Path) -> (RunInfo, Vec<Task>) {
    let (run, tasks) = tasks();
    Store::open(dir).unwrap().replace_register(&run, &tasks).unwrap();
    (run, tasks)
}

fn phancap(dir: &Path, args: &[&str]) -> Output {
    common::phancap().arg("--store").arg(dir).args(args).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn tasks_lists_and_filters() {
    let dir = tempfile::tempdir().unwrap();
    let (_, tasks) = store(dir.path());
    let list = |args: &[&str]| -> Vec<serde_json::Value> {
        let mut all = vec!["tasks", "--json"];
        all.extend(args);
        let output = phancap(dir.path(), &all);
        stdout(&output).lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    };
    assert_eq!(list(&[]).len(), tasks.len());
    let local = list(&["--category", "already_local", "--level", "XA"]);
    assert!(!local.is_empty() && local.iter().all(|t| t["level"] == "XA" && t["category"] == "already_local"));
    let fields = list(&["--field", "tdc"]);
    assert!(!fields.is_empty() && fields.iter().all(|t| t["field"] == "TDC"));
    // Without accents too.
    let held = list(&["--holder", "uy ban nhan dan cap tinh"]);
    assert!(!held.is_empty() && held.iter().all(|t| t["holder"].as_str().unwrap().contains("cấp tỉnh")));
    let number = &tasks[0].legal_bases[0].number;
    let of_document = list(&["--document", number]);
    assert!(!of_document.is_empty() && of_document.len() < tasks.len());
    for task in &of_document {
        let bases = task["legal_bases"].as_array().unwrap();
        assert!(bases.iter().any(|b| b["address"].as_str().unwrap().starts_with(&format!("{number}#"))));
    }
    let page = list(&["--limit", "2", "--offset", "3"]);
    assert_eq!(page.iter().map(|t| t["code"].as_str().unwrap()).collect::<Vec<_>>(), [&tasks[3].code, &tasks[4].code]);
    // People get words, not JSON.
    let text = stdout(&phancap(dir.path(), &["tasks", "--limit", "1"]));
    assert!(text.contains(&tasks[0].code) && text.contains(tasks[0].category.vi()), "{text}");

    let nothing = phancap(dir.path(), &["tasks", "--holder", "không ai giữ"]);
    assert_eq!((nothing.status.code(), nothing.stdout.len()), (Some(1), 0));
    let unknown = phancap(dir.path(), &["tasks", "--category", "keep"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("keep_central"));
}

#[test]
fn export_writes_every_format_to_file_and_stdout_alike() {
    let dir = tempfile::tempdir().unwrap();
    let (run, tasks) = store(dir.path());
    for format in ["jsonl", "csv", "xlsx"] {
        let file = dir.path().join(format!("r.{format}"));
        let output = phancap(dir.path(), &["export", "--format", format, "--output", file.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(output.stdout.is_empty());
        let piped = phancap(dir.path(), &["export", "--format", format, "--output", "-"]);
        assert_eq!(std::fs::read(&file).unwrap(), piped.stdout, "{format}");
    }
    let file = std::fs::read(dir.path().join("r.jsonl")).unwrap();
    assert_eq!(report::read_jsonl("r.jsonl", file.as_slice()).unwrap(), tasks);
    assert_eq!(std::fs::read(dir.path().join("r.xlsx")).unwrap(), report::xlsx(&run, &tasks).unwrap());
    let bad = phancap(dir.path(), &["export", "--format", "xlsx", "--output", dir.path().to_str().unwrap()]);
    assert_eq!(bad.status.code(), Some(2));
}

#[test]
fn report_prints_figures_that_add_up() {
    let dir = tempfile::tempdir().unwrap();
    let (_, tasks) = store(dir.path());
    let output = phancap(dir.path(), &["report", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let v: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let count = |key: &str| v[key]["count"].as_u64().unwrap();
    let rest = count("decentralise_to_local") + count("keep_central");
    assert_eq!(v["total"].as_u64().unwrap(), count("direct_to_local") + rest);
    assert_eq!(v["keep_central"]["of"].as_u64().unwrap(), rest);
    let outside = ["already_local", "decentralise_within_centre", "undetermined"].map(|k| v[k].as_u64().unwrap());
    assert_eq!(v["total"].as_u64().unwrap() + outside.iter().sum::<u64>(), tasks.len() as u64);
    for split in ["fields", "levels"] {
        let rows = v[split].as_array().unwrap();
        assert_eq!(rows.iter().map(|r| r["tasks"].as_u64().unwrap()).sum::<u64>(), tasks.len() as u64, "{split}");
    }
    let text = stdout(&phancap(dir.path(), &["report"]));
    assert!(text.starts_with("Tổng số nhiệm vụ đưa vào rà soát"), "{text}");
}

#[test]
fn without_a_register_the_remedy_is_named() {
    let dir = tempfile::tempdir().unwrap();
    drop(Store::open(dir.path()).unwrap());
    for args in [&["tasks"][..], &["report"], &["export", "--format", "csv", "--output", "-"]] {
        let output = phancap(dir.path(), args);
        assert_eq!(output.status.code(), Some(2));
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(message.contains("phancap run") && output.stdout.is_empty(), "{message}");
    }
}
