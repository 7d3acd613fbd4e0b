//! A text without diacritics for patterns to be read on: one byte for one character, case kept, offsets led back.

use std::ops::Range;

use crate::text::fold_char;

/// Stands for a character that no pattern asks for.
const OTHER: u8 = 1;
/// Stands for what was taken out of sight.
pub(super) const HIDDEN: u8 = 2;

/// ASCII for a stretch of a text: `Số` → `So`, `Ð` → `D`, every dash `-`, every quotation mark `"`.
pub(super) struct Plain {
    /// One byte for each character.
    pub text: String,
    /// For each character, and for the end, the byte in the document's text.
    at: Vec<usize>,
}

impl Plain {
    /// Of `text`, which begins at byte `base` of the document's text.
    pub fn new(text: &str, base: usize) -> Self {
        let mut plain = Vec::with_capacity(text.len());
        let mut at = Vec::with_capacity(text.len() + 1);
        for (i, c) in text.char_indices() {
            plain.push(plain_byte(c));
            at.push(base + i);
        }
        at.push(base + text.len());
        Self { text: String::from_utf8(plain).expect("only ASCII was written"), at }
    }

    /// Bytes of the document's text for a range of this one.
    pub fn span(&self, range: Range<usize>) -> Range<usize> {
        self.at[range.start.min(self.text.len())]..self.at[range.end.min(self.text.len())]
    }

    /// The place here of a byte of the document's text.
    pub fn find(&self, byte: usize) -> usize {
        self.at.partition_point(|&b| b < byte).min(self.text.len())
    }

    /// Takes a range out of sight; line breaks stay.
    pub fn hide(&mut self, range: Range<usize>) {
        self.hide_all(std::iter::once(range));
    }

    /// [`Self::hide`] of many ranges in one pass.
    pub fn hide_all(&mut self, ranges: impl IntoIterator<Item = Range<usize>>) {
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        for range in ranges {
            bytes[range].iter_mut().filter(|b| **b != b'\n').for_each(|b| *b = HIDDEN);
        }
        self.text = String::from_utf8(bytes).expect("only ASCII was written");
    }
}

fn plain_byte(c: char) -> u8 {
    if c.is_ascii() {
        return if c == '\n' || !c.is_ascii_control() { c as u8 } else { OTHER };
    }
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => b'-',
        '“' | '”' | '„' | '‟' | '«' | '»' => b'"',
        '‘' | '’' => b'\'',
        '…' => b'.',
        _ => match fold_char(latin(c)) {
            f if f.is_ascii_lowercase() && c.is_uppercase() => f.to_ascii_uppercase() as u8,
            f if f.is_ascii_alphanumeric() => f as u8,
            _ => OTHER,
        },
    }
}

/// The Latin capital that a Cyrillic one was typed or recognised for.
pub(super) fn latin(c: char) -> char {
    const PAIRS: [(char, char); 11] = [
        ('А', 'A'),
        ('В', 'B'),
        ('Е', 'E'),
        ('К', 'K'),
        ('М', 'M'),
        ('Н', 'H'),
        ('О', 'O'),
        ('Р', 'P'),
        ('С', 'C'),
        ('Т', 'T'),
        ('Х', 'X'),
    ];
    PAIRS.iter().find(|(cyrillic, _)| *cyrillic == c).map_or(c, |(_, latin)| *latin)
}

/// A pattern of capitals that converters may have torn apart: `BO TRUONG` also reads `B O TR UONG`.
pub(super) fn torn(words: &str) -> String {
    let word = |w: &str| w.chars().map(String::from).collect::<Vec<_>>().join(r"\s?");
    words.split(' ').map(word).collect::<Vec<_>>().join(r"\s+")
}

/// Whether a stretch has letters and all of them are capitals; one small letter in ten is a misread one or part of a code
/// (`QĐ-TTg`).
pub(super) fn is_capitals(plain: &str) -> bool {
    let upper = plain.bytes().filter(u8::is_ascii_uppercase).count();
    let lower = plain.bytes().filter(u8::is_ascii_lowercase).count();
    upper >= 2 && lower * 10 <= upper
}

/// The letters and digits of a name, for comparing.
pub(super) fn squashed(text: &str) -> String {
    crate::text::fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A stretch of the text as one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_and_leads_back() {
        let text = "Ðiều “5” – Số";
        let plain = Plain::new(text, 10);
        assert_eq!(plain.text, "Dieu \"5\" - So");
        let at = plain.text.find("So").unwrap();
        assert_eq!(plain.span(at..at + 2), 10 + text.find("Số").unwrap()..10 + text.len());
        assert_eq!(plain.find(10 + text.find('–').unwrap()), plain.text.find('-').unwrap());
    }

    #[test]
    fn reads_cyrillic_capitals_and_torn_words() {
        assert_eq!(Plain::new("TT-BTС", 0).text, "TT-BTC");
        let pattern = regex::Regex::new(&torn("BO TRUONG")).unwrap();
        assert!(pattern.is_match(&Plain::new("B Ộ TR ƯỞNG", 0).text) && !pattern.is_match("BOTRUONG"));
    }

    #[test]
    fn hides_but_keeps_lines() {
        let mut plain = Plain::new("ab\ncd", 0);
        plain.hide(1..4);
        assert_eq!(plain.text, "a\u{2}\n\u{2}d");
    }
}
