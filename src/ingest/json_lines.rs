//! The lines of a `.jsonl` or `.jsonl.gz` file, one at a time.
//!
//! Invariant: memory is bounded by the longest line allowed; a bad line ends itself, only a damaged gzip stream ends the
//! file.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use serde::de::DeserializeOwned;

use super::IngestError;

/// Longest line that is read. The longest real document has 3 MB.
const MAX_LINE: usize = 64 << 20;

/// The lines of one file, read lazily; blank ones are passed over.
pub(crate) struct JsonLines {
    path: PathBuf,
    /// None before the first line and after the last.
    source: Option<Box<dyn BufRead + Send>>,
    started: bool,
    line: usize,
    buffer: Vec<u8>,
}

impl JsonLines {
    pub(crate) fn new(path: PathBuf) -> Self {
        JsonLines { path, source: None, started: false, line: 0, buffer: Vec::new() }
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Number of the line that was read last, from 1.
    pub(crate) fn line(&self) -> usize {
        self.line
    }

    /// File and line, for messages: `khcn.jsonl:12`.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.path.display(), self.line)
    }

    /// An error about the line that was read last.
    pub(crate) fn wrong(&self, message: String) -> IngestError {
        IngestError::Json { path: self.path.clone(), line: self.line, message }
    }

    /// The object of a line.
    pub(crate) fn parse<T: DeserializeOwned>(&self, json: &str) -> Result<T, IngestError> {
        serde_json::from_str(json).map_err(|e| self.wrong(format!("broken JSON ({})", without_place(&e))))
    }

    fn open(&mut self) -> Result<(), IngestError> {
        self.started = true;
        let io_error = |source| IngestError::Io { path: self.path.clone(), source };
        let mut file = BufReader::with_capacity(1 << 16, File::open(&self.path).map_err(io_error)?);
        let zipped = file.fill_buf().map_err(io_error)?.starts_with(&[0x1f, 0x8b]);
        self.source = Some(if zipped {
            Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(file)))
        } else {
            Box::new(file)
        });
        Ok(())
    }

    /// Reads the next line into the buffer; false at the end. A line beyond the limit is skipped and reported.
    fn next_line(&mut self) -> Result<bool, IngestError> {
        let Some(source) = &mut self.source else { return Ok(false) };
        self.buffer.clear();
        let mut too_long = false;
        loop {
            let chunk = match source.fill_buf() {
                Ok(chunk) => chunk,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.source = None;
                    let path = self.path.clone();
                    let zipped = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gz"));
                    return Err(if zipped || error.kind() == io::ErrorKind::UnexpectedEof {
                        IngestError::Gzip { path, line: self.line, source: error }
                    } else {
                        IngestError::Io { path, source: error }
                    });
                }
            };
            let at_end = chunk.is_empty();
            let (taken, ended) = match chunk.iter().position(|&b| b == b'\n') {
                Some(n) => (n + 1, true),
                None => (chunk.len(), at_end),
            };
            if self.buffer.len() + taken > MAX_LINE {
                too_long = true;
                self.buffer.clear();
            }
            if !too_long {
                self.buffer.extend_from_slice(&chunk[..taken]);
            }
            source.consume(taken);
            if at_end && self.buffer.is_empty() && !too_long {
                self.source = None;
                return Ok(false);
            }
            if ended {
                self.line += 1;
                if too_long {
                    // Give the memory back: one such line must not cost the rest of the run.
                    self.buffer = Vec::new();
                    let path = self.path.clone();
                    return Err(IngestError::LongLine { path, line: self.line, limit: MAX_LINE });
                }
                return Ok(true);
            }
        }
    }
}

/// The text of each line, without white space around it.
impl Iterator for JsonLines {
    type Item = Result<String, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        if !self.started
            && let Err(e) = self.open()
        {
            return Some(Err(e));
        }
        loop {
            match self.next_line() {
                Ok(false) => {
                    let nothing = self.line == 0 && self.started;
                    // Reported once: `line` no longer is 0 afterwards.
                    self.line = self.line.max(1);
                    return nothing.then(|| Err(IngestError::Empty { place: self.path.display().to_string() }));
                }
                Ok(true) => match decode(std::mem::take(&mut self.buffer), &self.place()) {
                    Ok(line) => {
                        let line = line.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
                        if !line.is_empty() {
                            return Some(Ok(line.to_owned()));
                        }
                    }
                    Err(e) => return Some(Err(e)),
                },
                Err(e) => {
                    self.line = self.line.max(1);
                    return Some(Err(e));
                }
            }
        }
    }
}

fn decode(bytes: Vec<u8>, place: &str) -> Result<String, IngestError> {
    let start = &bytes[..bytes.len().min(8192)];
    if start.contains(&0) && !start.starts_with(&[0xff, 0xfe]) && !start.starts_with(&[0xfe, 0xff]) {
        return Err(IngestError::Binary { place: place.to_owned() });
    }
    String::from_utf8(bytes)
        .map_err(|e| IngestError::NotUtf8 { place: place.to_owned(), offset: e.utf8_error().valid_up_to() })
}

/// serde_json's message without "at line 1 column n": the line is ours to name.
fn without_place(e: &serde_json::Error) -> String {
    let message = e.to_string();
    match message.rfind(" at line ") {
        Some(i) => format!("{}, column {}", &message[..i], e.column()),
        None => message,
    }
}
