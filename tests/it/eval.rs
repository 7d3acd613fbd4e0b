//! `phancap eval labels` prints what the reference scorer computes.
//!
//! `expected.json` was made with
//! `python3 ../shared/annotations/score.py tests/fixtures/eval/gold.jsonl tests/fixtures/eval/predicted.jsonl --json`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::common;

fn fixture(name: &str) -> std::path::PathBuf {
    common::root().join("tests/fixtures/eval").join(name)
}

/// Figures equal to three decimals and more, intervals within 0.01, counts equal.
fn assert_same(ours: &Value, reference: &Value) {
    for count in ["provisions", "missing", "documents", "gold_mentions", "predicted_mentions", "pairs"] {
        assert_eq!(ours[count], reference[count], "{count}");
    }
    for side in ["unweighted", "weighted"] {
        let (a, b) = (ours[side].as_object().unwrap(), reference[side].as_object().unwrap());
        assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>(), "{side}");
        for (name, value) in b {
            let (x, y) = (a[name].as_f64().unwrap(), value.as_f64().unwrap());
            assert!((x - y).abs() < 1e-9, "{side} {name}: {x}, the reference has {y}");
        }
    }
    let intervals = reference["interval"].as_object().unwrap();
    assert_eq!(ours["interval"].as_object().unwrap().len(), intervals.len());
    for (name, bounds) in intervals {
        for end in [0, 1] {
            let (x, y) = (ours["interval"][name][end].as_f64().unwrap(), bounds[end].as_f64().unwrap());
            assert!((x - y).abs() < 0.01, "interval of {name}: {x}, the reference has {y}");
        }
    }
}

fn eval(args: &[&str]) -> std::process::Output {
    common::phancap().args(["eval", "labels"]).args(args).output().unwrap()
}

fn json_lines(out: &std::process::Output) -> Vec<Value> {
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout.clone()).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

#[test]
fn figures_equal_the_reference_scorers() {
    let (gold, predicted) = (fixture("gold.jsonl"), fixture("predicted.jsonl"));
    let out = eval(&["--gold", gold.to_str().unwrap(), "--predicted", predicted.to_str().unwrap(), "--json"]);
    let expected: Value = serde_json::from_str(&std::fs::read_to_string(fixture("expected.json")).unwrap()).unwrap();
    assert_same(&json_lines(&out)[0], &expected);
}

#[test]
fn the_reference_scorer_agrees_on_real_labels() {
    let Some(shared) = common::shared() else { return };
    let annotations = shared.join("annotations");
    if Command::new("python3").arg("--version").output().is_err() {
        return common::skip("python3", "python3 is not installed");
    }
    let dir = tempfile::tempdir().unwrap();
    let gold = annotations.join("dev.jsonl");
    let out = eval(&["--gold", gold.to_str().unwrap(), "--json", "--write", dir.path().to_str().unwrap()]);
    for ours in json_lines(&out) {
        let predicted = dir.path().join(format!("{}.jsonl", ours["system"].as_str().unwrap()));
        let reference = run_reference(&annotations, &gold, &predicted);
        assert!(ours["predicted_mentions"].as_u64().unwrap() > 0);
        assert_same(&ours, &reference);
    }
}

fn run_reference(annotations: &Path, gold: &Path, predicted: &Path) -> Value {
    let out = Command::new("python3")
        .arg(annotations.join("score.py"))
        .args([gold, predicted])
        .arg("--json")
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

#[test]
fn gains_and_losses_are_listed_by_provision() {
    let (gold, predicted) = (fixture("gold.jsonl"), fixture("predicted.jsonl"));
    let (gold, predicted) = (gold.to_str().unwrap(), predicted.to_str().unwrap());
    let out = eval(&["--gold", gold, "--predicted", gold, "--against", predicted, "--boot", "0"]);
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(text.contains("whole_f1            u 1.000"), "{text}");
    assert!(
        text.contains("+2 03/2031/NĐ-CP#dieu-10  kind none -> task (gold task)  whole mentions 0 -> 1 of 1"),
        "{text}"
    );
    assert!(text.contains("\n   + found: “"), "{text}");
    assert!(text.contains("\n0 provisions lost, "), "{text}");
    // The other way round every gain is a loss.
    let out = eval(&["--gold", gold, "--predicted", predicted, "--against", gold, "--boot", "0"]);
    let back = String::from_utf8(out.stdout).unwrap();
    let count = |text: &str, start: &str| text.lines().filter(|l| l.starts_with(start)).count();
    assert!(count(&text, "   + ") > 3 && count(&text, "   - ") == 0, "{text}");
    assert_eq!(count(&text, "   + "), count(&back, "   - "), "{back}");
    let lost = |field: &str| back.lines().any(|l| l.starts_with(field) && l.contains(": 0 gained, "));
    assert!(lost("mention") && lost("category"), "{back}");
}

#[test]
fn bad_input_names_file_and_line() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("broken.jsonl");
    std::fs::write(&file, "{\"id\":\"1\",\"text\":\"a\",\"kind\":\"none\"}\n{\"id\":\n").unwrap();
    let out = eval(&["--gold", file.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(2));
    let message = String::from_utf8(out.stderr).unwrap();
    assert!(message.contains("broken.jsonl:2: "), "{message}");

    let out = eval(&["--gold", dir.path().join("absent.jsonl").to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8(out.stderr).unwrap().contains("absent.jsonl: cannot be read"));
}

/// Each condition is printed beside the same provisions as they are, and twice the same.
#[test]
fn robustness_is_reported_by_condition_and_repeatable() {
    let gold = fixture("gold.jsonl");
    let run = || {
        let args = ["eval", "robust", "--rules", "--json", "--gold", gold.to_str().unwrap()];
        json_lines(&common::phancap().args(args).output().unwrap())
    };
    let rows = run();
    let names: Vec<&str> = rows.iter().map(|r| r["condition"].as_str().unwrap()).collect();
    assert_eq!(names, ["unaccented", "capitals", "OCR 1 %", "OCR 3 %", "long"]);
    for r in &rows {
        assert_eq!(r["as_is"]["gold_mentions"], r["changed"]["gold_mentions"]);
        assert!(r["as_is"]["unweighted"]["task_f1"].as_f64().unwrap() > 0.0, "{r}");
    }
    assert_eq!(rows, run());
}
