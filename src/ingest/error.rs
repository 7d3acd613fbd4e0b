//! What can be wrong with an input.

use std::path::PathBuf;

use super::formats::FormatError;

/// One bad input. The message names the file, the place in it and the remedy; the rest of the batch goes on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// The path given does not exist.
    #[error("{}: no such file or folder; check the path", path.display())]
    NotFound {
        /// The path.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{}: cannot be read ({source}); check permissions and the disk", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A format that no reader takes.
    #[error("{place}: not a format this version reads; `phancap formats` lists those it does")]
    Format {
        /// The file, or archive and member.
        place: String,
    },
    /// The reader of the format gave up.
    #[error("{place}: {source}")]
    Unreadable {
        /// The file, or archive and member.
        place: String,
        /// Why.
        source: FormatError,
    },
    /// A folder without a readable file.
    #[error("{}: no file that could be read in this folder; check the path (`phancap formats` lists the formats)", path.display())]
    NoDocuments {
        /// The folder.
        path: PathBuf,
    },
    /// No visible character.
    #[error("{place}: the text is empty; leave it out or supply the text")]
    Empty {
        /// File, or file and line.
        place: String,
    },
    /// Not text at all.
    #[error("{place}: binary data, not text; convert the document to UTF-8 text first")]
    Binary {
        /// File, or file and line.
        place: String,
    },
    /// Bytes that are not UTF-8.
    #[error("{place}: not UTF-8 at byte {offset}; convert it, e.g. `iconv -f UTF-16 -t UTF-8`")]
    NotUtf8 {
        /// File and line.
        place: String,
        /// Offset of the first bad byte in the file (in the line, for JSON lines).
        offset: usize,
    },
    /// The gzip stream ends early or is damaged.
    #[error("{}:{line}: the gzip stream is cut off or damaged after this line ({source}); fetch the file again", path.display())]
    Gzip {
        /// The file.
        path: PathBuf,
        /// Number of the last complete line, 0 for none.
        line: usize,
        /// What the decoder said.
        source: std::io::Error,
    },
    /// A single line beyond the limit.
    #[error("{}:{line}: a single line of more than {} MiB; break the text into lines", path.display(), limit >> 20)]
    LongLine {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// A file beyond the limit.
    #[error("{}: larger than {} MiB; a single document is never that long, split the file", path.display(), limit >> 20)]
    LongFile {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        limit: usize,
    },
    /// A line that is not the JSON object expected.
    #[error("{}:{line}: {message}; mend or remove this line", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// The text file that a metadata line names is missing.
    #[error("{}:{line}: its text file {file} is missing or outside this folder; put it beside the .jsonl file", path.display())]
    MissingText {
        /// The metadata file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The `file` field.
        file: String,
    },
}

impl IngestError {
    /// The reader of a format gave up, or there is none.
    pub(super) fn unreadable(place: String, source: FormatError) -> Self {
        match source {
            FormatError::Unknown => IngestError::Format { place },
            source => IngestError::Unreadable { place, source },
        }
    }
}
