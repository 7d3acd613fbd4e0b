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

/// Value of a Roman numeral in capitals up to 399; `l`, which typists use for `I`, is not accepted.
pub fn roman(s: &str) -> Option<u32> {
    let mut total: u32 = 0;
    let mut last = 0;
    if s.is_empty() || s.len() > 9 {
        return None;
    }
    for c in s.bytes().rev() {
        let v = match c {
            b'I' => 1,
            b'V' => 5,
            b'X' => 10,
            b'L' => 50,
            b'C' => 100,
            _ => return None,
        };
        total = if v < last { total.checked_sub(v)? } else { total + v };
        last = last.max(v);
    }
    (total > 0).then_some(total)
}

/// A line of a document without what could steer a terminal.
pub fn visible(line: &str) -> String {
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Lower-case hex of bytes.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[(b >> 4) as usize] as char, DIGITS[(b & 15) as usize] as char]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roman_numerals() {
        assert_eq!(roman("XXIV"), Some(24));
        assert_eq!(roman("A"), None);
        assert_eq!(visible("a\x1b[31mb\n"), "a [31mb ");
    }
}
