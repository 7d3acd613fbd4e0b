//! Archives: each member read as a file of its own, archives in archives too.
//!
//! Invariant: nothing is written anywhere; what is unpacked is counted as it comes out, not as the archive says, and bounded
//! over all nested archives together, so that no member can make more of a file than a few times what it is.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use super::IngestError;
use super::formats::{self, FormatError, Limits};
use super::reader::{self, MAX_FILE};

/// How deep archives in archives are followed.
const MAX_DEPTH: usize = 4;
/// All that one archive may unpack to: this and twenty times its size. Word files, which are packed already, and scans
/// come out as they are; texts grow tenfold at most.
const FREE: u64 = 128 << 20;
const GROWTH: u64 = 20;

trait Source: Read + Seek + Send {}
impl<T: Read + Seek + Send> Source for T {}

/// The documents of an archive.
pub(super) struct Archive {
    /// Archives being read, the outermost first.
    open: Vec<Level>,
    /// Bytes that may still come out.
    left: u64,
}

struct Level {
    zip: ZipArchive<Box<dyn Source>>,
    /// Names and indices of members still to be read, last first.
    members: Vec<(String, usize)>,
    /// For messages and ids: `folder/archive.zip`, `archive.zip`.
    place: String,
    id: String,
}

impl Archive {
    /// An archive of documents; none where it is a word processor's file, though that is packed the same way. `place` and
    /// `id` are what those of the members begin with.
    pub fn open(mut file: File, place: String, id: String) -> Result<Option<Archive>, IngestError> {
        let io_error = |source| IngestError::Io { path: place.clone().into(), source };
        let size = file.seek(SeekFrom::End(0)).map_err(io_error)?;
        let source: Box<dyn Source> = Box::new(file);
        let zip = open(source, &place)?;
        if is_document(&zip) {
            return Ok(None);
        }
        Ok(Some(Archive { open: vec![Level::new(zip, place, id)?], left: FREE + GROWTH * size }))
    }
}

/// A file of an archive.
pub(super) struct Member {
    pub bytes: Vec<u8>,
    /// For messages: `folder/archive.zip/member.docx`.
    pub place: String,
    pub id: String,
}

/// Whether bytes begin as an archive, an empty one included.
pub(super) fn is_zip(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")
}

/// Whether an archive is a word processor's file.
fn is_document<S: Read + Seek>(zip: &ZipArchive<S>) -> bool {
    zip.index_for_name("[Content_Types].xml").is_some() || zip.index_for_name("mimetype").is_some()
}

fn open<S: Read + Seek>(source: S, place: &str) -> Result<ZipArchive<S>, IngestError> {
    ZipArchive::new(source).map_err(|e| broken(place, &e))
}

impl Level {
    fn new(zip: ZipArchive<Box<dyn Source>>, place: String, id: String) -> Result<Level, IngestError> {
        let most = Limits::default().pages;
        if zip.len() > most {
            let what = format!("more than {most} members");
            return Err(IngestError::Unreadable { place, source: FormatError::Limit { format: "zip", what } });
        }
        let name = |i| match zip.name_for_index(i) {
            Some(Ok(name)) => name.into_owned(),
            _ => format!("member {i}"),
        };
        let mut members: Vec<(String, usize)> = (0..zip.len())
            .map(|i| (name(i), i))
            .filter(|(name, _)| !name.ends_with(['/', '\\']) && reader::is_wanted(Path::new(name)))
            .collect();
        if members.is_empty() {
            return Err(IngestError::Unreadable { place, source: FormatError::Empty { format: "zip" } });
        }
        members.sort();
        members.reverse();
        Ok(Level { zip, members, place, id })
    }
}

fn broken(place: &str, error: &ZipError) -> IngestError {
    IngestError::Unreadable { place: place.to_owned(), source: formats::unpacking("zip", error) }
}

impl Archive {
    /// The next member.
    fn member(&mut self, name: &str, index: usize) -> Result<Member, IngestError> {
        let left = self.left;
        let Some(level) = self.open.last_mut() else {
            return Ok(Member { bytes: Vec::new(), place: String::new(), id: String::new() });
        };
        let place = format!("{}/{name}", level.place);
        let id = format!("{}/{}", level.id, name.strip_suffix(".txt").unwrap_or(name));
        let mut bytes = Vec::new();
        let most = left.min(MAX_FILE as u64);
        let read = {
            let member = level.zip.by_index(index).map_err(|e| broken(&place, &e))?;
            member.take(most + 1).read_to_end(&mut bytes)
        };
        self.left = left.saturating_sub(bytes.len() as u64);
        let limit = |what: String| IngestError::Unreadable {
            place: place.clone(),
            source: FormatError::Limit { format: "zip", what },
        };
        if bytes.len() as u64 > most {
            if most < left {
                return Err(limit(format!("a member of more than {} MiB", MAX_FILE >> 20)));
            }
            // Nothing may come out any more.
            self.open.clear();
            return Err(limit(
                "its members unpack to far more than it holds; the rest of the archive is left out".into(),
            ));
        }
        match read {
            Ok(_) => Ok(Member { bytes, place, id }),
            Err(e) => Err(broken(&place, &ZipError::Io(io::Error::new(e.kind(), e.to_string())))),
        }
    }
}

impl Iterator for Archive {
    type Item = Result<Member, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some((name, index)) = self.open.last_mut()?.members.pop() else {
                self.open.pop();
                continue;
            };
            let Member { bytes, place, id } = match self.member(&name, index) {
                Ok(member) => member,
                Err(e) => return Some(Err(e)),
            };
            match is_zip(&bytes).then(|| Ok(is_document(&open(Cursor::new(&bytes), &place)?))) {
                Some(Ok(false)) => {}
                Some(Err(e)) => return Some(Err(e)),
                _ => return Some(Ok(Member { bytes, place, id })),
            }
            if self.open.len() >= MAX_DEPTH {
                // A person nests two or three; what goes deeper multiplies, so one message ends it all.
                self.open.clear();
                let what = format!("archives nested more than {MAX_DEPTH} deep; the rest of it is left out");
                return Some(Err(IngestError::Unreadable {
                    place,
                    source: FormatError::Limit { format: "zip", what },
                }));
            }
            let source: Box<dyn Source> = Box::new(Cursor::new(bytes));
            match open(source, &place).and_then(|zip| Level::new(zip, place, id)) {
                Ok(level) => self.open.push(level),
                Err(e) => return Some(Err(e)),
            }
        }
    }
}
