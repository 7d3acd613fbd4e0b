//! The register as files and figures: JSON lines, CSV, the ministry's table as a workbook, the summary.
//!
//! Invariant: the same register gives the same bytes. A file appears whole or not at all. No cell of a table is ever
//! taken for a formula.

mod basis;
mod csv;
mod jsonl;
mod output;
mod summary;
mod table;
mod xlsx;

use std::io::Write;
use std::path::PathBuf;

use crate::law::{RunInfo, Task};

pub use self::basis::{cite, cite_address};
pub use self::csv::write as write_csv;
pub use self::jsonl::{line as json_line, read as read_jsonl, write as write_jsonl};
pub use self::output::write_file;
pub use self::summary::{Counts, Share, Summary};
pub use self::table::{COLUMNS, formula_safe};
pub use self::xlsx::workbook as xlsx;

/// A file format of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON lines.
    Jsonl,
    /// CSV for spreadsheets.
    Csv,
    /// The ministry's table as a workbook.
    Xlsx,
}

/// Writes the register in a format.
///
/// # Errors
/// [`ReportError::Stream`] where `out` cannot take it, [`ReportError::Workbook`] where the format cannot hold it.
pub fn write(out: &mut dyn Write, format: Format, run: &RunInfo, tasks: &[Task]) -> Result<(), ReportError> {
    match format {
        Format::Jsonl => write_jsonl(out, tasks),
        Format::Csv => write_csv(out, run, tasks),
        Format::Xlsx => Ok(out.write_all(&xlsx(run, tasks)?)?),
    }
}

/// A task for a terminal: what, who, proposal, legal bases; the last line ends with a line break.
pub fn task_text(task: &Task) -> String {
    let cells = table::Cells::of(task);
    let mut proposal = cells.category.to_owned();
    for more in [cells.mechanism, cells.reason] {
        if !more.is_empty() {
            proposal.push_str(&format!(" · {more}"));
        }
    }
    let sure = if task.category_p.is_empty() { String::new() } else { format!(" · {:.4}", task.confidence) };
    let look = match (task.needs_review, table::least_sure(task)) {
        (false, _) => String::new(),
        (true, None) => format!(" · {}", table::LOOK_AGAIN),
        (true, Some(_)) => format!(" · {} (OCR)", table::LOOK_AGAIN),
    };
    let field = if cells.field.is_empty() { String::new() } else { format!("  [{}]", cells.field) };
    let mut out = format!(
        "{}{field}\n  {}\n  {} ({})\n  → {proposal}{sure}{look}\n",
        task.code,
        cells.task,
        cells.holder,
        task.level.vi()
    );
    for address in table::full_addresses(task) {
        out.push_str(&format!("    {address}\n"));
    }
    out
}

/// A task with what stands behind its proposal: probabilities, open categories, evidence, precedents.
pub fn explanation(task: &Task) -> String {
    let mut out = task_text(task);
    let mut line = |text: String| out.push_str(&format!("  {text}\n"));
    let mut by_p: Vec<_> = task.category_p.iter().filter(|(_, p)| **p >= 0.005).collect();
    by_p.sort_by(|a, b| b.1.total_cmp(a.1));
    if !by_p.is_empty() {
        let parts: Vec<String> = by_p.iter().map(|(c, p)| format!("{} {p:.2}", c.vi())).collect();
        line(format!("Xác suất: {}", parts.join("; ")));
    }
    if task.category_set.len() > 1 {
        let parts: Vec<&str> = task.category_set.iter().map(|c| c.vi()).collect();
        line(format!("Tập dự đoán 90 %: {}", parts.join("; ")));
    }
    if !task.evidence.is_empty() {
        let parts: Vec<String> = task.evidence.iter().map(|w| format!("“{w}”")).collect();
        line(format!("Từ ngữ căn cứ: {}", parts.join(", ")));
    }
    if !task.precedents.is_empty() {
        line("Quy định đã gán nhãn trong tập huấn luyện gần nhất (không phải quyết định của cơ quan nào):".to_owned());
        for p in &task.precedents {
            let reason = p.reason.map_or_else(String::new, |r| format!(" · {}", r.vi()));
            line(format!("  {:.3}  {}  {} → {}{reason}", p.similarity, p.address, p.level.vi(), p.category.vi()));
        }
    }
    out
}

/// Why a report could not be made or written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The file could not be written; what was there before is untouched.
    #[error("{}: cannot be written ({source}); check the folder, its rights and the free space", path.display())]
    Write {
        /// The file as named.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A stream could not be written.
    #[error("cannot write the report ({0})")]
    Stream(#[from] std::io::Error),
    /// The workbook could not be made.
    #[error("cannot make the workbook ({0})")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// A line of a register file is no task.
    #[error("{file}:{line}: {problem}; expected one task a line, as `phancap export --format jsonl` writes it")]
    Line {
        /// The file as named.
        file: String,
        /// Line number, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_names_precedents_for_what_they_are() {
        let tasks = table::tests::sample();
        let text = explanation(&tasks[1]);
        assert!(text.contains("Xác suất: ") && text.contains("Tập dự đoán 90 %: "), "{text}");
        assert!(text.contains("Từ ngữ căn cứ: “Bộ trưởng”"), "{text}");
        assert!(
            text.contains("đã gán nhãn trong tập huấn luyện") && text.contains("0.912  2/2019/NĐ-CP#dieu-1"),
            "{text}"
        );
        let mut bare = tasks[0].clone();
        bare.precedents.clear();
        assert!(!explanation(&bare).contains("gán nhãn"));
    }
}
