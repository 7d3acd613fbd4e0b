//! The finder of relations on the real corpus.

use phancap::evaluate::relations;

use super::common;

#[test]
fn finds_the_marked_relations() {
    let Some(shared) = common::shared() else { return };
    let gold = common::root().join("annotations/relations.jsonl");
    let measured = relations::measure(&gold, &[shared.join("corpus/national.jsonl.gz")]).unwrap();
    // A better normal form may change a few lines; those are left out.
    assert!(measured.lost <= 5, "{} of the marked passages read otherwise", measured.lost);
    let all = &measured.sets["all"];
    assert!(all.precision >= 0.95 && all.recall >= 0.95, "{all:#?}\n{:#?}", measured.errors);
}

fn run(args: &[&str], store: &std::path::Path) -> (Option<i32>, String, String) {
    let out = common::phancap().args(args).arg("--store").arg(store).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (out.status.code(), text(&out.stdout), text(&out.stderr))
}

/// The sample: 12/2033/NĐ-CP, in force from April 2033, amends 101/2031/NĐ-CP and repeals khoản 3 of its Điều 2.
#[test]
fn what_is_in_force_on_a_day() {
    let dir = tempfile::TempDir::new().unwrap();
    let sample = common::root().join("corpus/sample/documents.jsonl");
    assert_eq!(run(&["ingest", sample.to_str().unwrap()], dir.path()).0, Some(0));

    let clause = "101/2031/NĐ-CP#dieu-2.khoan-3";
    let (code, before, _) = run(&["relations", clause, "--as-of", "2033-03-31"], dir.path());
    assert_eq!(code, Some(0));
    assert!(before.contains("2033-03-31: còn hiệu lực") && before.contains("until 2033-04-01"), "{before}");
    let (_, after, _) = run(&["relations", clause, "--as-of", "2033-04-01"], dir.path());
    assert!(after.contains("hết hiệu lực toàn bộ"), "{after}");
    assert!(after.contains("repealed by ND-12-2033-ND-CP#dieu-1.khoan-4"), "{after}");
    let (_, whole, _) = run(&["relations", "101/2031/NĐ-CP", "--as-of", "2033-04-01"], dir.path());
    assert!(whole.contains("hết hiệu lực một phần") && whole.contains("← amends"), "{whole}");
    assert_eq!(run(&["relations", "1/1900/NĐ-CP"], dir.path()).0, Some(1));

    let search =
        |day| run(&["search", "--number", "101/2031/NĐ-CP", "--limit", "90", "--json", "--as-of", day], dir.path());
    let (code, hits, told) = search("2033-03-31");
    assert!(code == Some(0) && hits.contains(clause) && told.contains("2033-03-31: 0"), "{told}");
    let (_, fewer, told) = search("2033-04-01");
    assert!(!fewer.contains(&format!("{clause}\"")) && told.contains("1: 1 repealed"), "{told}");
    assert_eq!(fewer.lines().count() + 1, hits.lines().count());
    let (code, none, told) = search("2020-01-01");
    assert!(code == Some(1) && none.is_empty() && told.contains("not yet in force"), "{told}");
}
