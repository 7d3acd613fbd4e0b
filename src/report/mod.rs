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

use std::path::PathBuf;

pub use self::basis::{cite, cite_address};
pub use self::csv::write as write_csv;
pub use self::jsonl::{line as json_line, read as read_jsonl, write as write_jsonl};
pub use self::output::write_file;
pub use self::summary::{Counts, Share, Summary};
pub use self::table::{COLUMNS, formula_safe};
pub use self::xlsx::workbook as xlsx;

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
