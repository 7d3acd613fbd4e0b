//! What real texts say about themselves.

use phancap::evaluate::metadata;

use super::common;

#[test]
fn reads_the_marked_metadata() {
    let Some(shared) = common::shared() else { return };
    let gold = common::root().join("annotations/metadata.jsonl");
    let measured = metadata::measure(&gold, &[shared.join("corpus/national.jsonl.gz")], None).unwrap();
    assert_eq!((measured.documents, measured.lost), (100, 0), "a marked text is gone or reads otherwise");
    assert!(measured.share >= 0.98, "{:.4} of all fields: {:#?}", measured.share, measured.differences);
}

#[test]
fn reads_documents_of_every_format() {
    let Some(shared) = common::shared() else { return };
    // File, số hiệu, kind, day of issue.
    let expected = [
        ("168_2024_ND-CP_619502.docx", "168/2024/NĐ-CP", "Nghị định", "2024-12-26"),
        ("41_2024_QH15_557190.docx", "41/2024/QH15", "Luật", "2024-06-29"),
        ("tvpl_Luat-Vien-thong-24-2023-QH15-535782.html", "24/2023/QH15", "Luật", "2023-11-24"),
        ("synthetic_vni_42-2009-QH12.txt", "42/2009/QH12", "Luật", "2009-11-23"),
    ];
    for (file, number, kind, issued_on) in expected {
        let output = common::phancap()
            .args(["parse", "--metadata"])
            .arg(shared.join("corpus/formats").join(file))
            .output()
            .unwrap();
        let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let value = |field: &str| found[field]["value"].as_str().unwrap_or_default().to_owned();
        assert_eq!((value("number").as_str(), value("kind").as_str()), (number, kind), "{file}");
        assert_eq!(value("issued_on"), issued_on, "{file}");
        let [start, end] = ["start", "end"].map(|e| found["number"]["span"][e].as_u64().unwrap() as usize);
        let text =
            common::phancap().args(["parse", "--text"]).arg(shared.join("corpus/formats").join(file)).output().unwrap();
        let printed = String::from_utf8(text.stdout[start..end].to_vec()).unwrap();
        assert_eq!(printed.split_whitespace().collect::<String>(), number, "{file}: the span leads to the number");
    }
}
