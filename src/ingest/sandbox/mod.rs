//! Untrusted files are read in a process of their own: this program again, with bounds on its memory, its time on the
//! processor and on the clock, and without leave to write any file.
//!
//! Invariant: whatever a file does to its reader, this process gets an answer or a typed error, and nothing of the reader is
//! left running. Plain text and pages are read here: their readers have no format to unpack, and 644 texts would wait for
//! 644 processes. Without [`allow`] (a library's use), and on systems other than Unix, all is read here.

#[cfg(unix)]
mod child;
#[cfg(unix)]
mod parent;
#[cfg(unix)]
mod wire;

use std::fs::File;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::IngestError;
use super::archive::{Archive, Member};
use super::formats::{self, Extracted, FormatError, Limits};

#[cfg(unix)]
pub use child::serve;

/// The program that answers `read-file`.
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// From now on, files are read by `program read-file`, whose standard streams [`serve`] answers. The first call counts.
pub fn allow(program: PathBuf) {
    let _ = PROGRAM.set(program);
}

/// What a process that reads a file may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// MiB of memory.
    pub memory: u64,
    /// MiB of memory once pages are drawn to be recognised; the program that recognises them has as much.
    pub memory_for_pages: u64,
    /// Seconds of processor time until pages are recognised.
    pub seconds: u64,
}

impl Bounds {
    /// Bounds for a file of this many bytes. What is packed tightly takes longer; memory does not depend on it, since
    /// texts, parts and elements are bounded one by one.
    #[cfg(unix)]
    fn of(size: u64) -> Self {
        let threads = rayon::current_num_threads() as u64;
        Bounds { memory: 256, memory_for_pages: 512 + 384 * threads, seconds: 4 + (size >> 20) }
    }
}

/// What a packed file is.
pub(super) enum Unpacked {
    /// An archive of these.
    Members(Box<dyn Iterator<Item = Result<Member, IngestError>> + Send>),
    /// A word processor's file, read.
    Document(Box<Extracted>),
    /// A word processor's file, yet to be read.
    Unread,
}

/// The text of a file of any format.
///
/// # Errors
/// See [`FormatError`].
pub(super) fn read(bytes: &[u8]) -> Result<Extracted, FormatError> {
    let limits = Limits::default();
    // What is inside an archive decides its format; that is for the other process to find out.
    let format = if super::archive::is_zip(bytes) { None } else { formats::detect(bytes) };
    match format {
        None if !super::archive::is_zip(bytes) => Err(FormatError::Unknown),
        Some(f) if f.is_simple() => f.read(bytes, &limits),
        #[cfg(unix)]
        f if PROGRAM.get().is_some() => parent::read(bytes, f.map_or("zip", |f| f.name()), &limits),
        _ => formats::read(bytes, &limits),
    }
}

/// Opens an archive or a word processor's file; see [`Archive::open`].
///
/// # Errors
/// Neither of the two, or damaged.
pub(super) fn unpack(file: File, place: String, id: String) -> Result<Unpacked, IngestError> {
    #[cfg(unix)]
    if PROGRAM.get().is_some() {
        return parent::unpack(file, place, id);
    }
    Ok(match Archive::open(file, place, id)? {
        Some(archive) => Unpacked::Members(Box::new(archive)),
        None => Unpacked::Unread,
    })
}

/// Answers `read-file`: not on this system.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub fn serve(_bounds: &Bounds, _archive: bool) -> std::io::Result<()> {
    Err(std::io::Error::from(std::io::ErrorKind::Unsupported))
}
