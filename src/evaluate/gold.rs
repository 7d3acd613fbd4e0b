//! Labelled and predicted lines on disk: JSON lines in the annotation format.
//!
//! Invariant: a bad line never hides the good ones around it, and its error names file and line.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

pub use crate::law::GoldLine;

/// Why a file of labelled lines could not be read.
#[derive(Debug, thiserror::Error)]
pub enum GoldError {
    /// The file is not there or broke off.
    #[error("{place}: cannot be read ({source})")]
    Io {
        /// The file, or `file:line` where it broke off.
        place: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// One line is not a labelled provision.
    #[error("{file}:{line}: {problem}; expected one JSON object with at least `text`, offsets in characters of it")]
    Line {
        /// The file as it was named.
        file: String,
        /// Line number, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
}

/// Reads lines one by one in bounded memory; blank lines are passed over.
pub struct Reader<R> {
    file: String,
    input: R,
    line: usize,
    buffer: Vec<u8>,
}

impl Reader<BufReader<File>> {
    /// Opens a file.
    pub fn open(path: &Path) -> Result<Self, GoldError> {
        let file = path.display().to_string();
        match File::open(path) {
            Ok(f) => Ok(Reader::new(file, BufReader::new(f))),
            Err(source) => Err(GoldError::Io { place: file, source }),
        }
    }
}

impl<R: BufRead> Reader<R> {
    /// Reads from anything; `file` is the name that errors give.
    pub fn new(file: impl Into<String>, input: R) -> Self {
        Reader { file: file.into(), input, line: 0, buffer: Vec::new() }
    }

    /// Number of the line last returned, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    fn parse(&self) -> Result<GoldLine, GoldError> {
        let fail = |problem: String| GoldError::Line { file: self.file.clone(), line: self.line, problem };
        let line: GoldLine = serde_json::from_slice(&self.buffer).map_err(|e| fail(e.to_string()))?;
        let (text, lead) = (line.text.chars().count(), line.lead.chars().count());
        for m in &line.mentions {
            if m.task_start > m.task_end || m.task_end > text {
                return Err(fail(format!(
                    "task offsets {}..{} outside the text of {text} characters",
                    m.task_start, m.task_end
                )));
            }
            let limit = if m.holder_in == crate::law::HolderIn::Lead { lead } else { text };
            if let (Some(a), Some(b)) = (m.holder_start, m.holder_end)
                && (a > b || b > limit)
            {
                return Err(fail(format!(
                    "holder offsets {a}..{b} outside the {limit} characters of `{:?}`",
                    m.holder_in
                )));
            }
        }
        Ok(line)
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<GoldLine, GoldError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.buffer.clear();
            match self.input.read_until(b'\n', &mut self.buffer) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(source) => {
                    let place = format!("{}:{}", self.file, self.line + 1);
                    return Some(Err(GoldError::Io { place, source }));
                }
            }
            self.line += 1;
            if self.line == 1 && self.buffer.starts_with(b"\xef\xbb\xbf") {
                self.buffer.drain(..3);
            }
            if !self.buffer.iter().all(u8::is_ascii_whitespace) {
                return Some(self.parse());
            }
        }
    }
}

/// Reads a whole file; the first bad line is the error.
pub fn read(path: &Path) -> Result<Vec<GoldLine>, GoldError> {
    Reader::open(path)?.collect()
}

/// Reads several files, one after the other.
pub fn read_all(paths: &[PathBuf]) -> Result<Vec<GoldLine>, GoldError> {
    let files = paths.iter().map(|p| read(p)).collect::<Result<Vec<_>, _>>()?;
    Ok(files.into_iter().flatten().collect())
}

/// Writes one line.
pub fn write(out: &mut impl Write, line: &GoldLine) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_line_and_the_rest_goes_on() {
        let file = "\n{\"text\":\"a\"}\n{\"text\":\n{\"text\":\"b\"}\n";
        let got: Vec<_> = Reader::new("f.jsonl", file.as_bytes()).collect();
        assert_eq!(got.len(), 3);
        assert!(got[1].as_ref().unwrap_err().to_string().starts_with("f.jsonl:3: "));
        assert_eq!(got[2].as_ref().unwrap().text, "b");
    }

    #[test]
    fn offsets_outside_the_text_are_refused() {
        let m = r#"{"holder":"","holder_in":"implied","task":"x","task_start":0,"task_end":9,"level":"BO","category":"keep_central"}"#;
        let line = format!(r#"{{"text":"đủ","kind":"task","mentions":[{m}]}}"#);
        let error = Reader::new("f", line.as_bytes()).next().unwrap().unwrap_err();
        assert!(error.to_string().contains("0..9 outside the text of 2"), "{error}");
    }

    #[test]
    fn a_line_is_written_as_it_was_read() {
        let line = r#"{"id":"1","doc":"D","number":"","doc_kind":"Luật","title":"t","path":"p","lead":"","text":"x","kind":"none","mentions":[],"candidate":false,"weight":2.5}"#;
        let read: GoldLine = Reader::new("f", line.as_bytes()).next().unwrap().unwrap();
        let mut out = Vec::new();
        write(&mut out, &read).unwrap();
        assert_eq!(String::from_utf8(out).unwrap().trim_end(), line);
    }
}
