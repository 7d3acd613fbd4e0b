//! JSON lines: one task a line, legal bases with their full addresses.

use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};

use super::ReportError;
use crate::law::{Category, Doubt, Field, LegalBasis, Level, Mechanism, Mention, Precedent, Reason, Task};

/// A task as the file has it. `address` is the full one here (`number#path`); `path` is the address within the
/// document.
#[derive(Serialize, Deserialize)]
struct Row {
    code: String,
    field: Option<Field>,
    task: String,
    holder: String,
    level: Level,
    legal_bases: Vec<Basis>,
    category: Category,
    mechanism: Option<Mechanism>,
    reason: Option<Reason>,
    confidence: f64,
    category_p: std::collections::BTreeMap<Category, f64>,
    category_set: Vec<Category>,
    evidence: Vec<String>,
    needs_review: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    precedents: Vec<Precedent>,
}

#[derive(Serialize, Deserialize)]
struct Basis {
    address: String,
    doc: String,
    number: String,
    doc_kind: String,
    path: String,
    key: String,
    mention: Mention,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    doubt: Option<Doubt>,
}

/// One task as one line, without the line's end.
pub fn line(task: &Task) -> String {
    let task = task.clone();
    let row = Row {
        code: task.code,
        field: task.field,
        task: task.task,
        holder: task.holder,
        level: task.level,
        legal_bases: task.legal_bases.into_iter().map(Basis::from).collect(),
        category: task.category,
        mechanism: task.mechanism,
        reason: task.reason,
        confidence: task.confidence,
        category_p: task.category_p,
        category_set: task.category_set,
        evidence: task.evidence,
        needs_review: task.needs_review,
        precedents: task.precedents,
    };
    serde_json::to_string(&row).expect("a task has only strings, numbers and labels")
}

impl From<LegalBasis> for Basis {
    fn from(b: LegalBasis) -> Basis {
        let address = b.full_address();
        Basis {
            address,
            doc: b.doc,
            number: b.number,
            doc_kind: b.doc_kind,
            path: b.address,
            key: b.key,
            mention: b.mention,
            doubt: b.doubt,
        }
    }
}

/// Writes the register.
pub fn write(out: &mut dyn Write, tasks: &[Task]) -> Result<(), ReportError> {
    for task in tasks {
        writeln!(out, "{}", line(task))?;
    }
    Ok(())
}

/// Reads a register that [`write()`] wrote; `file` is the name that errors give. Blank lines are passed over.
pub fn read(file: &str, input: impl BufRead) -> Result<Vec<Task>, ReportError> {
    let mut tasks = Vec::new();
    for (i, line) in input.lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let row: Row = serde_json::from_str(&line).map_err(|e| ReportError::Line {
            file: file.to_owned(),
            line: i + 1,
            problem: e.to_string(),
        })?;
        let bases = row.legal_bases.into_iter().map(|b| LegalBasis {
            doc: b.doc,
            number: b.number,
            doc_kind: b.doc_kind,
            address: b.path,
            key: b.key,
            mention: b.mention,
            doubt: b.doubt,
        });
        tasks.push(Task {
            code: row.code,
            field: row.field,
            task: row.task,
            holder: row.holder,
            level: row.level,
            legal_bases: bases.collect(),
            category: row.category,
            mechanism: row.mechanism,
            reason: row.reason,
            confidence: row.confidence,
            category_p: row.category_p,
            category_set: row.category_set,
            evidence: row.evidence,
            needs_review: row.needs_review,
            precedents: row.precedents,
        });
    }
    Ok(tasks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::tests::sample;

    #[test]
    fn what_is_written_is_read_back() {
        let tasks = sample();
        let mut out = Vec::new();
        write(&mut out, &tasks).unwrap();
        assert_eq!(out.iter().filter(|b| **b == b'\n').count(), tasks.len());
        assert_eq!(read("r", out.as_slice()).unwrap(), tasks);
        let first: serde_json::Value = serde_json::from_slice(out.split(|b| *b == b'\n').next().unwrap()).unwrap();
        assert_eq!(first["legal_bases"][0]["address"], "1/2020/NĐ-CP#dieu-3.khoan-2.diem-đ");
    }

    #[test]
    fn a_broken_line_is_named() {
        let error = read("r.jsonl", "\n{\"code\":1}\n".as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with("r.jsonl:2: "), "{error}");
    }
}
