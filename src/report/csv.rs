//! CSV: the ministry's table and the codes behind it, UTF-8 with a byte order mark, as spreadsheet programs expect.

use std::io::Write;

use super::ReportError;
use super::table::{COLUMNS, Cells, formula_safe, full_addresses, run_name};
use crate::law::{RunInfo, Task};

/// Columns after the ministry's: codes and full addresses, for programs.
const MORE: &[&str] = &["field", "level", "category", "mechanism", "reason", "needs_review", "addresses"];

/// Writes the register.
pub fn write(out: &mut dyn Write, run: &RunInfo, tasks: &[Task]) -> Result<(), ReportError> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    let io = |e: csv::Error| ReportError::Stream(e.into());
    csv.write_record(COLUMNS.iter().chain(MORE)).map_err(io)?;
    for (i, task) in tasks.iter().enumerate() {
        let cells = Cells::of(task);
        let addresses = full_addresses(task);
        let record = [
            (i + 1).to_string(),
            task.code.clone(),
            cells.field.to_owned(),
            cells.task,
            cells.holder,
            cells.bases,
            cells.category.to_owned(),
            cells.mechanism.to_owned(),
            cells.reason.to_owned(),
            format!("{:.4}", task.confidence),
            String::new(),
            String::new(),
            cells.note,
            run_name(run),
            run.version.clone(),
            task.field.map_or("", |f| f.code()).to_owned(),
            task.level.code().to_owned(),
            task.category.code().to_owned(),
            task.mechanism.map_or("", |m| m.code()).to_owned(),
            task.reason.map_or("", |r| r.code()).to_owned(),
            task.needs_review.to_string(),
            addresses.join(" "),
        ];
        csv.write_record(record.iter().map(|cell| formula_safe(cell).into_owned())).map_err(io)?;
    }
    csv.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::tests::sample;

    #[test]
    fn rows_come_back_and_hold_no_formula() {
        let run = RunInfo { version: "-v".into(), documents: 1, leaves: 2, mentions: 3 };
        let mut out = Vec::new();
        write(&mut out, &run, &sample()).unwrap();
        assert!(out.starts_with(b"\xef\xbb\xbfSTT,"));
        let mut reader = csv::Reader::from_reader(&out[3..]);
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        assert_eq!(&header[..COLUMNS.len()], COLUMNS);
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 3);
        assert_eq!(&rows[0][3], "Ban hành quy chuẩn; \"kỹ thuật\",\nquốc gia");
        assert_eq!(&rows[1][3], "'=HYPERLINK(\"x\")");
        assert_eq!(&rows[1][14], "'-v");
        assert_eq!(&rows[0][9], "0.8765");
        assert_eq!(&rows[2][21], "1/2020/NĐ-CP#dieu-3.khoan-2.diem-đ");
        for cell in rows.iter().flat_map(|r| r.iter()) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
        }
    }
}
