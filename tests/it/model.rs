//! The embedded model through the program: annotate, extract, demo.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::common::{self, phancap};

fn annotate(input: &str) -> (Vec<Value>, String, Option<i32>) {
    let mut child =
        phancap().arg("annotate").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    let lines = String::from_utf8(out.stdout).unwrap();
    let lines = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    (lines, String::from_utf8(out.stderr).unwrap(), out.status.code())
}

/// First lines of the sample's gold, labels removed.
fn unlabelled(n: usize) -> Vec<String> {
    let gold = std::fs::read_to_string(common::root().join("corpus/sample/labels.gold.jsonl")).unwrap();
    gold.lines()
        .take(n)
        .map(|l| {
            let mut v: Value = serde_json::from_str(l).unwrap();
            let o = v.as_object_mut().unwrap();
            o.remove("kind");
            o.remove("mentions");
            v.to_string()
        })
        .collect()
}

/// Each line comes back, in order, with offsets that cut out exactly the words that are named.
#[test]
fn annotate_returns_every_line_in_order_with_true_offsets() {
    let lines = unlabelled(120);
    let (out, stderr, code) = annotate(&lines.join("\n"));
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(out.len(), lines.len());
    let mut mentions = 0;
    for (given, got) in lines.iter().zip(&out) {
        let given: Value = serde_json::from_str(given).unwrap();
        assert_eq!(given["id"], got["id"]);
        assert_eq!(given["text"], got["text"]);
        let p = got["p_task"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&p));
        let cut = |s: &str, m: &Value, a: &str, b: &str| -> String {
            let (a, b) = (m[a].as_u64().unwrap() as usize, m[b].as_u64().unwrap() as usize);
            s.chars().skip(a).take(b - a).collect()
        };
        for m in got["mentions"].as_array().unwrap() {
            mentions += 1;
            assert_eq!(cut(got["text"].as_str().unwrap(), m, "task_start", "task_end"), m["task"].as_str().unwrap());
            if m["holder_in"] != "implied" {
                let source = got[m["holder_in"].as_str().unwrap()].as_str().unwrap();
                assert_eq!(cut(source, m, "holder_start", "holder_end"), m["holder"].as_str().unwrap());
            }
            let p: f64 = m["category_p"].as_object().unwrap().values().map(|p| p.as_f64().unwrap()).sum();
            assert!((p - 1.0).abs() < 0.001, "{p}");
            let set = m["category_set"].as_array().unwrap();
            assert_eq!(set.first(), Some(&m["category"]), "the most probable category leads the set");
            assert_eq!(m["reason"].is_string(), m["category"] == "keep_central");
        }
    }
    assert!(mentions > 10, "only {mentions} mentions in {} provisions", lines.len());
}

/// An answer depends on its provision alone: not on the others, their number or their order.
#[test]
fn annotate_answers_a_line_the_same_alone_and_in_company() {
    let lines = unlabelled(24);
    let (together, ..) = annotate(&lines.join("\n"));
    let mut reversed = lines.clone();
    reversed.reverse();
    let (mut backwards, ..) = annotate(&reversed.join("\n"));
    backwards.reverse();
    assert_eq!(together, backwards);
    for i in [0, 11, 23] {
        assert_eq!(annotate(&lines[i]).0[0], together[i]);
    }
}

#[test]
fn annotate_reports_a_broken_line_and_goes_on() {
    let good = unlabelled(2);
    let (out, stderr, code) = annotate(&format!("{}\n{{\"text\": \n{}\n", good[0], good[1]));
    assert_eq!(code, Some(1));
    assert_eq!(out.len(), 2);
    assert!(stderr.contains("stdin:2"), "{stderr}");
}

/// Very long, empty and odd provisions are read without a failure, and nothing at the end of a long one is lost.
#[test]
fn annotate_reads_provisions_of_any_length() {
    let clause = "Quy định về nội dung kỹ thuật của hồ sơ lưu trữ tại đơn vị; ";
    let long = format!("{}Bộ trưởng Bộ Khoa học và Công nghệ quyết định thu hồi giấy phép.", clause.repeat(900));
    let lines = ["", " ", "\u{200b}", "💧", &long]
        .map(|t| serde_json::json!({"id": "x", "doc_kind": "", "title": "", "lead": "", "text": t}).to_string());
    let (out, stderr, code) = annotate(&lines.join("\n"));
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(out.len(), 5);
    assert_eq!(out[4]["kind"], "task");
}

/// The demo does the main job from nothing, a second run has nothing to read, and both give the same bytes.
#[test]
fn the_demo_makes_a_register_and_its_second_run_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let run = || {
        let out = phancap().arg("demo").arg("--folder").arg(dir.path()).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        let files =
            ["register.xlsx", "register.jsonl"].map(|f| std::fs::read(dir.path().join("store").join(f)).unwrap());
        (String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap(), files)
    };
    let (summary, _, files) = run();
    assert!(summary.contains("Giữ ở trung ương"), "{summary}");
    let (again, talk, files_again) = run();
    assert!(talk.contains("read 0 new provisions"), "{talk}");
    assert_eq!(summary, again);
    assert!(files == files_again, "the same register gives the same bytes");
}

/// A file that is missing, cut short or of another format is named, and nothing is answered.
#[test]
fn the_model_folder_is_checked_before_use() {
    let dir = tempfile::tempdir().unwrap();
    let models = common::root().join("models");
    let files =
        ["config.json", "tokenizer.json", "model.json", "model.safetensors", "first_stage.safetensors", "accents.bin"];
    let fresh = || {
        for f in files {
            std::fs::copy(models.join(f), dir.path().join(f)).unwrap();
        }
    };
    let message = || {
        let out = phancap().args(["annotate", "--model"]).arg(dir.path()).stdin(Stdio::null()).output().unwrap();
        (out.status.code(), String::from_utf8(out.stderr).unwrap())
    };
    fresh();
    assert_eq!(message().0, Some(0));
    for f in files {
        fresh();
        std::fs::remove_file(dir.path().join(f)).unwrap();
        let (code, text) = message();
        assert_eq!(code, Some(2), "{f}: {text}");
        assert!(text.contains(f), "{f}: {text}");
        fresh();
        let bytes = std::fs::read(models.join(f)).unwrap();
        std::fs::write(dir.path().join(f), &bytes[..bytes.len() / 2]).unwrap();
        let (code, text) = message();
        assert_eq!(code, Some(2), "half of {f}: {text}");
        assert!(text.contains(f), "half of {f}: {text}");
    }
    fresh();
    let settings = std::fs::read_to_string(models.join("model.json")).unwrap();
    std::fs::write(dir.path().join("model.json"), settings.replace("\"format\": 1", "\"format\": 99")).unwrap();
    let (code, text) = message();
    assert_eq!(code, Some(2));
    assert!(text.contains("format 99"), "{text}");
}

/// A copy of the model folder with one file changed, and what the program says of it.
fn refused(file: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> String {
    let dir = tempfile::tempdir().unwrap();
    let models = common::root().join("models");
    for f in
        ["config.json", "tokenizer.json", "model.json", "model.safetensors", "first_stage.safetensors", "accents.bin"]
    {
        std::fs::copy(models.join(f), dir.path().join(f)).unwrap();
    }
    let bytes = std::fs::read(models.join(file)).unwrap();
    std::fs::write(dir.path().join(file), change(bytes)).unwrap();
    let out = phancap().args(["annotate", "--model"]).arg(dir.path()).stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(2), "{text}");
    assert!(out.stdout.is_empty());
    assert!(text.contains("phancap train") || text.contains("--model"), "no remedy: {text}");
    text
}

fn edit_json(bytes: &[u8], edit: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut v: Value = serde_json::from_slice(bytes).unwrap();
    edit(&mut v);
    serde_json::to_vec(&v).unwrap()
}

#[test]
fn weights_of_another_shape_are_refused_with_the_tensor() {
    let text = refused("config.json", |b| edit_json(&b, |v| v["intermediate_size"] = 1024.into()));
    assert!(text.contains("model.safetensors") && text.contains("intermediate.dense.weight"), "{text}");
    let text = refused("model.json", |b| edit_json(&b, |v| v["heads"]["outcomes"] = 8.into()));
    assert!(text.contains("model.safetensors") && text.contains("outcome"), "{text}");
}

#[test]
fn a_tokenizer_of_other_weights_is_refused() {
    // One entry fewer than the weights have.
    let fewer = |b: Vec<u8>| {
        edit_json(&b, |v| {
            v["model"]["vocab"].as_array_mut().unwrap().remove(100);
        })
    };
    let text = refused("tokenizer.json", fewer);
    assert!(text.contains("tokenizer.json") && text.contains("entries"), "{text}");
    // As many entries, but the settings name another file.
    let other = |b: Vec<u8>| edit_json(&b, |v| v["tokenizer_sha256"] = "00".into());
    let text = refused("model.json", other);
    assert!(text.contains("tokenizer.json") && text.contains("trained with"), "{text}");
}

#[test]
fn numbers_that_are_not_finite_are_refused_with_the_tensor() {
    // A half-precision NaN at the end of each of two tensors: one of the encoder, one of the heads.
    for name in ["encoder.layer.3.output.dense.weight", "heads.tag.0.weight"] {
        let text = refused("model.safetensors", |mut bytes| {
            let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
            let v: Value = serde_json::from_slice(&bytes[8..8 + header]).unwrap();
            assert_eq!(v[name]["dtype"], "F16", "{name}");
            let end = 8 + header + v[name]["data_offsets"][1].as_u64().unwrap() as usize;
            bytes[end - 2..end].copy_from_slice(&0x7e00u16.to_le_bytes());
            bytes
        });
        assert!(text.contains("model.safetensors") && text.contains(name) && text.contains("not finite"), "{text}");
    }
}

#[test]
fn precedents_of_another_model_are_refused_and_an_empty_folder_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let open = || {
        let out = phancap().args(["annotate", "--model"]).arg(dir.path()).stdin(Stdio::null()).output().unwrap();
        (out.status.code(), String::from_utf8(out.stderr).unwrap())
    };
    let (code, text) = open();
    assert_eq!(code, Some(2));
    assert!(text.contains("config.json") && text.contains("--model"), "{text}");
    let models = common::root().join("models");
    for f in
        ["config.json", "tokenizer.json", "model.json", "model.safetensors", "first_stage.safetensors", "accents.bin"]
    {
        std::fs::copy(models.join(f), dir.path().join(f)).unwrap();
    }
    assert_eq!(open().0, Some(0), "a folder without precedents shows none");
    let entries = r#"[{"address":"1/2030#dieu-1","level":"BO","category":"keep_central","reason":"macro","class":1}]"#;
    let meta = serde_json::json!({"__metadata__": {"format": "1", "model": "other", "entries": entries},
        "vectors": {"dtype": "I8", "shape": [1, 384], "data_offsets": [0, 384]}});
    let header = meta.to_string().into_bytes();
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header);
    file.extend([1u8; 384]);
    std::fs::write(dir.path().join("precedents.safetensors"), &file).unwrap();
    let (code, text) = open();
    assert_eq!(code, Some(2));
    assert!(text.contains("precedents.safetensors") && text.contains("phancap train precedents"), "{text}");
    std::fs::write(dir.path().join("precedents.safetensors"), &file[..file.len() - 9]).unwrap();
    assert!(open().1.contains("precedents.safetensors"));
}
