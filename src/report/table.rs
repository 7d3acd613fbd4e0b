//! The ministry's table: its columns and what stands in them, shared by workbook and CSV.

use super::basis::cite_all;
use crate::law::{Category, Doubt, LegalBasis, Mechanism, RunInfo, Task};

/// The columns as the ministry names them. The last two are hidden in the workbook.
pub const COLUMNS: &[&str] = &[
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
];

/// The flag in the notes of a row that wants a second look.
pub const LOOK_AGAIN: &str = "Cần rà soát kỹ";

/// What stands in the table's row for a task, except number and confidence, which are numbers.
pub struct Cells {
    pub field: &'static str,
    pub task: String,
    pub holder: String,
    pub bases: String,
    pub category: &'static str,
    pub mechanism: &'static str,
    pub reason: &'static str,
    pub note: String,
}

impl Cells {
    pub fn of(task: &Task) -> Cells {
        Cells {
            field: task.field.map_or("", |f| f.vi()),
            task: task.task.clone(),
            holder: if task.holder.is_empty() { task.level.vi().to_owned() } else { task.holder.clone() },
            bases: cite_all(task).join("\n"),
            category: task.category.vi(),
            mechanism: task.mechanism.map_or("", Mechanism::vi),
            reason: task.reason.map_or("", |r| r.vi()),
            note: note(task),
        }
    }
}

/// Evidence words in a note; the rest are in the JSON lines.
const EVIDENCE_SHOWN: usize = 4;

/// The full addresses of a task's bases, each once.
pub fn full_addresses(task: &Task) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for address in task.legal_bases.iter().map(|b| b.full_address()) {
        if !out.contains(&address) {
            out.push(address);
        }
    }
    out
}

/// The legal basis that was recognised with the lowest confidence, where one was with a low one.
pub fn least_sure(task: &Task) -> Option<(&LegalBasis, &Doubt)> {
    let all = task.legal_bases.iter().filter_map(|b| Some((b, b.doubt.as_ref()?)));
    all.min_by(|a, b| a.1.confidence.total_cmp(&b.1.confidence))
}

/// Flag, open categories, doubtful recognition and evidence, for the reviewer.
fn note(task: &Task) -> String {
    let mut lines = Vec::new();
    if task.needs_review {
        let open: Vec<&str> =
            task.category_set.iter().filter(|c| **c != task.category).map(|c| Category::vi(*c)).collect();
        lines.push(if open.is_empty() {
            LOOK_AGAIN.to_owned()
        } else {
            format!("{LOOK_AGAIN}; cũng có thể: {}", open.join("; "))
        });
    }
    if let Some((basis, doubt)) = least_sure(task) {
        let sure = (doubt.confidence * 100.0).round();
        lines.push(format!(
            "Nhận dạng chữ (OCR) chưa chắc: {}, trang {}, độ chắc {sure} %",
            basis.full_address(),
            doubt.page
        ));
    }
    if !task.evidence.is_empty() {
        let words: Vec<String> = task.evidence.iter().take(EVIDENCE_SHOWN).map(|w| format!("“{w}”")).collect();
        lines.push(format!("Từ ngữ căn cứ: {}", words.join(", ")));
    }
    lines.join("\n")
}

/// Names the run: documents, provisions and mentions read.
pub fn run_name(run: &RunInfo) -> String {
    format!("{} văn bản, {} quy định, {} đề cập", run.documents, run.leaves, run.mentions)
}

/// Makes a cell safe in programs that take a cell's first sign for a formula: `=`, `+`, `-`, `@`, tab and carriage
/// return get an apostrophe in front.
pub fn formula_safe(cell: &str) -> std::borrow::Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}").into() } else { cell.into() }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::law::{Field, HolderIn, Level, Mention, Precedent, Reason};

    /// A task made by hand.
    pub fn task(code: &str, words: &str, category: Category, level: Level, field: Option<Field>) -> Task {
        let mention = Mention {
            holder: "Bộ trưởng".into(),
            holder_in: HolderIn::Text,
            holder_start: Some(0),
            holder_end: Some(9),
            task: words.into(),
            task_start: 10,
            task_end: 10 + words.chars().count(),
            level,
            category,
            reason: None,
            category_p: BTreeMap::from([(category, 0.8765)]),
            category_set: vec![category],
            evidence: vec![(HolderIn::Text, 0, 9)],
            needs_review: false,
            precedents: Vec::new(),
        };
        let basis = LegalBasis {
            doc: "ND-1".into(),
            number: "1/2020/NĐ-CP".into(),
            doc_kind: "Nghị định".into(),
            address: "dieu-3.khoan-2.diem-đ".into(),
            key: "k".into(),
            mention,
            doubt: None,
        };
        Task {
            code: code.into(),
            field,
            task: words.into(),
            holder: "Bộ trưởng Bộ Khoa học và Công nghệ".into(),
            level,
            legal_bases: vec![basis],
            category,
            mechanism: Mechanism::derive(category, false),
            reason: (category == Category::KeepCentral).then_some(Reason::Macro),
            confidence: 0.8765,
            category_p: BTreeMap::from([(category, 0.8765)]),
            category_set: vec![category],
            evidence: vec!["Bộ trưởng".into()],
            needs_review: false,
            precedents: vec![Precedent {
                address: "2/2019/NĐ-CP#dieu-1".into(),
                similarity: 0.912,
                level,
                category,
                reason: None,
            }],
        }
    }

    /// Three tasks, one of them hostile to spreadsheets.
    pub fn sample() -> Vec<Task> {
        let mut open =
            task("NV-00000002", "=HYPERLINK(\"x\")", Category::DecentraliseToLocal, Level::Bo, Some(Field::Vt));
        open.needs_review = true;
        open.category_set.push(Category::KeepCentral);
        vec![
            task(
                "NV-00000001",
                "Ban hành quy chuẩn; \"kỹ thuật\",\nquốc gia",
                Category::KeepCentral,
                Level::Bo,
                Some(Field::Tdc),
            ),
            open,
            task("NV-00000003", "Xác nhận hồ sơ", Category::DirectToLocal, Level::Huyen, None),
        ]
    }

    #[test]
    fn cells_that_could_be_formulas_get_an_apostrophe() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(formula_safe(bad), format!("'{bad}"));
        }
        assert_eq!(formula_safe("Cấp giấy phép"), "Cấp giấy phép");
        assert_eq!(formula_safe(""), "");
    }

    #[test]
    fn a_provision_is_cited_once() {
        let mut twice = sample().remove(0);
        twice.legal_bases.push(twice.legal_bases[0].clone());
        assert_eq!(Cells::of(&twice).bases.lines().count(), 1);
        let addresses = full_addresses(&twice);
        assert_eq!(addresses, ["1/2020/NĐ-CP#dieu-3.khoan-2.diem-đ"]);
    }

    #[test]
    fn notes_name_the_open_categories() {
        let cells = Cells::of(&sample()[1]);
        assert_eq!(cells.note, "Cần rà soát kỹ; cũng có thể: Giữ ở trung ương\nTừ ngữ căn cứ: “Bộ trưởng”");
        assert_eq!(cells.bases, "điểm đ khoản 2 Điều 3 Nghị định 1/2020/NĐ-CP");
    }
}
