//! What the reading process says, in frames: lengths of head and body (four bytes each), the head as JSON, the body as bytes.
//!
//! Invariant: neither end trusts the other's lengths.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::ingest::formats::{self, Extracted, FormatError};
use crate::ingest::reader::MAX_FILE;

/// Longest head: notes, facts and the numbers of doubtful lines.
const MAX_HEAD: usize = 16 << 20;
/// Longest body: a member of an archive, or a text.
const MAX_BODY: usize = MAX_FILE + (16 << 20);

/// One frame's head.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Head {
    /// So many pages are about to be recognised.
    Recognising { pages: usize },
    /// A document; the body is its text.
    Document(Box<Extracted>),
    /// The file is a document, too large to be read.
    Unread,
    /// A file in an archive; the body is what is in it.
    Member { place: String, id: String },
    /// An archive or a member of it that cannot be read, or a document (whose place is empty).
    Failed { place: String, error: Failure },
    /// That is all.
    End,
}

/// A [`FormatError`] on its way.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Failure {
    kind: Kind,
    format: String,
    what: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Kind {
    Broken,
    Limit,
    Locked,
    Missing,
    Other,
    Encoding,
    Unknown,
    Empty,
}

impl From<FormatError> for Failure {
    fn from(error: FormatError) -> Self {
        let (kind, format, what) = match error {
            FormatError::Broken { format, why } => (Kind::Broken, format, why),
            FormatError::Limit { format, what } => (Kind::Limit, format, what),
            FormatError::Locked { format } => (Kind::Locked, format, String::new()),
            FormatError::Missing { format, .. } => (Kind::Missing, format, String::new()),
            FormatError::Other { why } => (Kind::Other, "", why),
            FormatError::Encoding { why } => (Kind::Encoding, "", why),
            FormatError::Unknown => (Kind::Unknown, "", String::new()),
            FormatError::Empty { format } => (Kind::Empty, format, String::new()),
            // The parent's own words about this process; it never says them itself.
            e @ (FormatError::Memory { .. } | FormatError::Slow { .. } | FormatError::Died { .. }) => {
                (Kind::Other, "", e.to_string())
            }
        };
        Failure { kind, format: format.to_owned(), what }
    }
}

impl From<Failure> for FormatError {
    fn from(failure: Failure) -> Self {
        let (format, what) = (known(&failure.format), failure.what);
        match failure.kind {
            Kind::Broken => FormatError::Broken { format, why: what },
            Kind::Limit => FormatError::Limit { format, what },
            Kind::Locked => FormatError::Locked { format },
            Kind::Missing => formats::lacks_ocr(format),
            Kind::Other => FormatError::Other { why: what },
            Kind::Encoding => FormatError::Encoding { why: what },
            Kind::Unknown => FormatError::Unknown,
            Kind::Empty => FormatError::Empty { format },
        }
    }
}

/// The name of a format as this process has it.
fn known(name: &str) -> &'static str {
    let all = formats::all().iter().map(|f| f.name()).chain(["zip", "page image"]);
    all.into_iter().find(|n| *n == name).unwrap_or("unknown")
}

/// Writes one frame.
pub(super) fn write(out: &mut impl Write, head: &Head, body: &[u8]) -> io::Result<()> {
    let head = serde_json::to_vec(head)?;
    let length = |n: usize| u32::try_from(n).map(u32::to_le_bytes).map_err(io::Error::other);
    out.write_all(&length(head.len())?)?;
    out.write_all(&length(body.len())?)?;
    out.write_all(&head)?;
    out.write_all(body)?;
    out.flush()
}

/// Reads one frame.
pub(super) fn read(from: &mut impl Read) -> io::Result<(Head, Vec<u8>)> {
    let mut length = |most: usize| {
        let mut bytes = [0; 4];
        from.read_exact(&mut bytes)?;
        let n = u32::from_le_bytes(bytes) as usize;
        if n > most { Err(io::Error::other(format!("a frame of {n} bytes"))) } else { Ok(n) }
    };
    let (head, body) = (length(MAX_HEAD)?, length(MAX_BODY)?);
    let mut part = |n: usize| {
        // As it comes: nothing is reserved on the other end's word.
        let mut bytes = Vec::new();
        from.take(n as u64).read_to_end(&mut bytes)?;
        if bytes.len() < n { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok::<_, io::Error>(bytes) }
    };
    let head = part(head)?;
    Ok((serde_json::from_slice(&head)?, part(body)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_and_wrong_lengths_do_not() {
        let mut bytes = Vec::new();
        let heads = [
            Head::Document(Box::new(Extracted { notes: vec!["x".into()], ..Extracted::default() })),
            Head::Member { place: "/a".into(), id: "a".into() },
            Head::End,
        ];
        for head in &heads {
            write(&mut bytes, head, b"Chu").expect("memory");
        }
        let mut from = bytes.as_slice();
        for head in &heads {
            assert_eq!(read(&mut from).expect("a frame"), (head_again(head), b"Chu".to_vec()));
        }
        assert!(read(&mut &bytes[..bytes.len() - 1][..20]).is_err());
        assert!(read(&mut [0xff; 64].as_slice()).is_err());
    }

    fn head_again(head: &Head) -> Head {
        serde_json::from_slice(&serde_json::to_vec(head).expect("memory")).expect("the same")
    }

    #[test]
    fn errors_say_the_same_on_both_ends() {
        let all = [
            FormatError::Broken { format: "docx", why: "w".into() },
            FormatError::Limit { format: "page image", what: "w".into() },
            FormatError::Locked { format: "odt" },
            formats::lacks_ocr("image"),
            FormatError::Other { why: "w".into() },
            FormatError::Encoding { why: "w".into() },
            FormatError::Unknown,
            FormatError::Empty { format: "zip" },
        ];
        for error in all {
            let said = error.to_string();
            assert_eq!(FormatError::from(Failure::from(error)).to_string(), said);
        }
    }
}
