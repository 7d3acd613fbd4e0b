//! Vietnamese text: normal form, offsets back to what was read, folding, encodings, lost diacritics.
//!
//! Invariant: pure; nothing here knows law, files or models. A text in normal form is NFC, has one tone placement,
//! no invisible characters, single spaces inside lines, no blank line and no white space at the ends of lines.
//! [`normalise`] of a text in normal form is that text, byte for byte.

pub mod accents;
pub mod encoding;
mod fold;
mod normal;
mod offsets;

pub use fold::{fold, fold_char};
pub use normal::{Normalised, NormalisedLine, normalise, normalise_line};
pub use offsets::OffsetMap;

/// The start of a text, at most so many bytes of it.
pub fn start(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
    &text[..end]
}

/// Lower-case hex of bytes.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[(b >> 4) as usize] as char, DIGITS[(b & 15) as usize] as char]).collect()
}
