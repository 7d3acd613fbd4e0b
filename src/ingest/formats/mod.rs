//! One file format each: bytes → text with notes.
//!
//! Invariant: a reader is a pure function of the bytes and the limits; it opens no other file, follows no reference out
//! of the document, runs no macro, and ends with a typed error when a limit is reached.

mod doc;
mod docx;
mod html;
mod image;
mod layout;
mod lines;
mod ocr;
mod odt;
mod package;
mod pdf;
mod recognised;
mod rtf;
mod tables;
mod text;

use std::time::Duration;

use crate::law::{DocumentMeta, Recognised};
use crate::text::encoding::{Decoded, NotText, decode};

pub(super) use package::unpacking;

/// Bounds on what one file may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Most bytes of text that come out, and of any one part unpacked on the way.
    pub text: usize,
    /// Most pages, sheets of images, or members read.
    pub pages: usize,
    /// Deepest nesting of elements or objects.
    pub depth: usize,
    /// Longest time for formats read directly; OCR has it for each page.
    pub time: Duration,
    /// Told how many pages are about to be recognised, which takes more time and memory than all else.
    pub recognising: fn(pages: usize),
}

impl Limits {
    /// [`FormatError::Limit`] where so many bytes are more text than is allowed.
    fn check_text(&self, format: &'static str, bytes: usize) -> Result<(), FormatError> {
        if bytes > self.text {
            return Err(FormatError::Limit { format, what: format!("more than {} MiB of text", self.text >> 20) });
        }
        Ok(())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits { text: 64 << 20, pages: 5_000, depth: 256, time: Duration::from_mins(1), recognising: |_| () }
    }
}

/// What a reader made of a file.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Extracted {
    /// The text: a line for each paragraph or table row (cells joined by ` | `), in reading order, not yet normalised.
    pub text: String,
    /// What the person should know of the reading: encoding chosen, changes accepted, pages sent to OCR.
    pub notes: Vec<String>,
    /// Facts that the format itself states (a portal's property page); empty fields where it states none. The head of the
    /// text fills the rest.
    pub meta: DocumentMeta,
    /// How sure the recognition is, in bytes of `text`; empty where nothing was recognised.
    pub recognised: Recognised,
}

/// Why a file could not be read. Whoever calls adds its name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The content is damaged or cut off.
    #[error("damaged {format} file ({why}); fetch or save it again")]
    Broken {
        /// The format.
        format: &'static str,
        /// What does not fit.
        why: String,
    },
    /// A limit was reached.
    #[error("{format} file is too large or too deeply nested ({what}); split it, or leave it out")]
    Limit {
        /// The format.
        format: &'static str,
        /// Which limit.
        what: String,
    },
    /// Protected by a password.
    #[error("{format} file is protected by a password; save it without one")]
    Locked {
        /// The format.
        format: &'static str,
    },
    /// A program that this format needs is not on this machine.
    #[error("{format} files need {program}; {remedy}")]
    Missing {
        /// The format.
        format: &'static str,
        /// The program.
        program: &'static str,
        /// How to get it.
        remedy: &'static str,
    },
    /// Nothing of a document's text.
    #[error("not a document ({why})")]
    Other {
        /// What it is instead.
        why: String,
    },
    /// No text, or text in an encoding that is not known here.
    #[error("{why}; convert the document to UTF-8 text first")]
    Encoding {
        /// What does not fit.
        why: String,
    },
    /// No reader takes it.
    #[error("not a format this version reads; `phancap formats` lists those it does")]
    Unknown,
    /// Reading took more memory than a process of its own is given.
    #[error(
        "reading this {format} file takes more than {most} MiB of memory; split it, save it with another program, or leave it out"
    )]
    Memory {
        /// The format.
        format: &'static str,
        /// MiB.
        most: u64,
    },
    /// Reading took longer than a process of its own is given.
    #[error(
        "reading this {format} file takes more than {seconds} s; split it, save it with another program, or leave it out"
    )]
    Slow {
        /// The format.
        format: &'static str,
        /// Seconds of the processor, or of waiting.
        seconds: u64,
    },
    /// The process that read it came to an end without an answer.
    #[error("the reader of this {format} file broke down ({how}); save it with another program, or leave it out")]
    Died {
        /// The format.
        format: &'static str,
        /// What is known of the end.
        how: String,
    },
    /// Nothing to read in it.
    #[error("no text in this file ({format}); leave it out or supply the text")]
    Empty {
        /// The format.
        format: &'static str,
    },
}

/// All formats, the particular ones first: plain text is what is left.
pub fn all() -> &'static [&'static dyn Format] {
    &[&docx::Docx, &odt::Odt, &rtf::Rtf, &doc::Doc, &pdf::Pdf, &image::Image, &html::Html, &text::Text]
}

/// The format of a file with this content, by content alone; none where no reader takes it.
pub fn detect(bytes: &[u8]) -> Option<&'static dyn Format> {
    all().iter().copied().find(|f| f.matches(bytes))
}

/// The text of a file of any format.
///
/// # Errors
/// See [`FormatError`].
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Extracted, FormatError> {
    let format = detect(bytes).ok_or(FormatError::Unknown)?;
    match format.missing() {
        Some(missing) => Err(missing),
        None => format.read(bytes, limits),
    }
}

/// What is said of a file of this format where the program that recognises pages is missing.
pub(super) fn lacks_ocr(format: &'static str) -> FormatError {
    FormatError::Missing { format, program: ocr::PROGRAM, remedy: ocr::REMEDY }
}

/// The text of a file in whatever encoding.
fn encoded(bytes: &[u8]) -> Result<Decoded, FormatError> {
    decode(bytes).map_err(|e| {
        let why = match e {
            NotText::Unknown { offset } => {
                let line = bytes[..offset].iter().filter(|&&b| b == b'\n').count() + 1;
                format!("line {line}: {e}")
            }
            NotText::Binary => e.to_string(),
        };
        FormatError::Encoding { why }
    })
}

/// How a file begins, in small letters and without what is not ASCII, for telling formats apart.
fn start_of_text(head: &[u8]) -> String {
    // UTF-16's zero bytes go with the rest.
    head.iter().take(4096).filter(|b| b.is_ascii() && **b != 0).map(|b| char::from(b.to_ascii_lowercase())).collect()
}

/// One format.
pub trait Format: Sync {
    /// Short name, e.g. `docx`.
    fn name(&self) -> &'static str;

    /// What files these are, in a few words.
    fn about(&self) -> &'static str;

    /// Whether a file that begins with these bytes (at least 4 KiB, or all there is) is of this format. Names of files are not
    /// asked: a scan named `.docx` is a scan.
    fn matches(&self, head: &[u8]) -> bool;

    /// Whether its reader is simple enough for any file to be read in this process.
    fn is_simple(&self) -> bool {
        false
    }

    /// What this machine lacks to read it: [`FormatError::Missing`], or nothing.
    fn missing(&self) -> Option<FormatError> {
        None
    }

    /// Reads a file.
    ///
    /// # Errors
    /// See [`FormatError`].
    fn read(&self, bytes: &[u8], limits: &Limits) -> Result<Extracted, FormatError>;
}
