//! What all readers of word processors' files and pages share: runs of text → lines, tables → rows.
//!
//! Invariant: the text is bounded; a run in a font of the 1990s comes out in Unicode.

use super::{Extracted, FormatError, Limits};
use crate::text::encoding::{from_font, restore_capitals};

/// What stands between the cells of a row.
pub(super) const ROW: &str = " | ";

/// What is told where text was set in fonts of the 1990s.
pub(super) const OLD_FONTS: &str = "letters in fonts .Vn… or VNI-… read as TCVN3 or VNI; capitals with a tone restored";

/// What is told of tracked changes; nothing where there are none.
pub(super) fn accepted(changes: usize) -> Option<String> {
    (changes > 0).then(|| format!("tracked changes: {changes}, all taken as accepted"))
}

/// A label's text: bullets of symbol fonts have no character of their own.
pub(super) fn with_bullets(text: &str) -> String {
    text.replace(|c| matches!(c, '\u{e000}'..='\u{f8ff}'), "•")
}

/// Lines under construction.
pub(super) struct Lines {
    format: &'static str,
    limits: Limits,
    /// Bytes of all lines so far, nested ones included.
    size: usize,
    done: Vec<String>,
    line: String,
    /// The line has text that was in TCVN3.
    old: bool,
    /// Some line had.
    pub any_old: bool,
}

impl Lines {
    pub fn new(format: &'static str, limits: &Limits) -> Self {
        Lines { format, limits: *limits, size: 0, done: Vec::new(), line: String::new(), old: false, any_old: false }
    }

    /// Adds text to the line; a line break in it is text like any other.
    pub fn push(&mut self, text: &str) -> Result<(), FormatError> {
        self.size += text.len();
        self.limits.check_text(self.format, self.size)?;
        self.line.push_str(text);
        Ok(())
    }

    /// Adds text that is set in `font`.
    pub fn push_in_font(&mut self, text: &str, font: &str) -> Result<(), FormatError> {
        match from_font(text, font) {
            std::borrow::Cow::Borrowed(text) => self.push(text),
            std::borrow::Cow::Owned(text) => {
                self.old = true;
                self.any_old = true;
                self.push(&text)
            }
        }
    }

    /// The last character of the line.
    pub fn last(&self) -> Option<char> {
        self.line.chars().next_back()
    }

    /// Ends the line; an empty one leaves nothing.
    pub fn end(&mut self) {
        let line = std::mem::take(&mut self.line);
        let old = std::mem::take(&mut self.old);
        let line = line.trim();
        if !line.is_empty() {
            self.done.push(if old { restore_capitals(line) } else { line.to_owned() });
        }
    }

    /// Takes lines that were made elsewhere.
    pub fn extend(&mut self, lines: Vec<String>) {
        self.end();
        self.done.extend(lines);
    }

    /// Puts aside what there is so far, the line under way too, to be given back to [`Self::end_part`].
    pub fn begin_part(&mut self) -> Part {
        Part {
            done: std::mem::take(&mut self.done),
            line: std::mem::take(&mut self.line),
            old: std::mem::take(&mut self.old),
        }
    }

    /// Ends a part and gives its lines; what was put aside goes on.
    pub fn end_part(&mut self, outer: Part) -> Vec<String> {
        self.end();
        (self.line, self.old) = (outer.line, outer.old);
        std::mem::replace(&mut self.done, outer.done)
    }

    /// The text as what its reader returns, with the reader's notes and one on old fonts.
    pub fn extracted(self, mut notes: Vec<String>) -> Result<Extracted, FormatError> {
        let format = self.format;
        notes.extend(self.any_old.then(|| OLD_FONTS.to_owned()));
        let text = self.finish();
        if text.is_empty() {
            return Err(FormatError::Empty { format });
        }
        Ok(Extracted { text, notes, ..Extracted::default() })
    }

    /// The text, a line for each.
    pub fn finish(mut self) -> String {
        self.end();
        self.done.join("\n")
    }
}

/// Lines that wait while those of a cell or note are made.
pub(super) struct Part {
    done: Vec<String>,
    line: String,
    old: bool,
}

/// A table, row by row, cell by cell, line by line → lines of text. Where no row has a second cell, the table only frames
/// paragraphs, which stay apart; else a row is one line.
pub(super) fn table(rows: Vec<Vec<Vec<String>>>) -> Vec<String> {
    if rows.iter().all(|row| row.len() < 2) {
        return rows.into_iter().flatten().flatten().collect();
    }
    rows.into_iter()
        .filter(|row| row.iter().any(|cell| !cell.is_empty()))
        .map(|row| row.iter().map(|cell| cell.join(" ")).collect::<Vec<_>>().join(ROW))
        .map(|line| line.trim().to_owned())
        .collect()
}

/// The n-th number (from 1) as the numbering `style` writes it; none for a style that writes no number.
pub(super) fn number(n: u32, style: Style) -> String {
    match style {
        Style::Decimal => n.to_string(),
        Style::PaddedDecimal => format!("{n:02}"),
        Style::Lower => letters(n),
        Style::Upper => letters(n).to_uppercase(),
        Style::LowerRoman => roman(n).to_lowercase(),
        Style::UpperRoman => roman(n),
    }
}

/// How numbers of automatic numbering are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Decimal,
    PaddedDecimal,
    Lower,
    Upper,
    LowerRoman,
    UpperRoman,
}

/// a … z, aa, bb, … as word processors count.
fn letters(n: u32) -> String {
    let n = n.max(1) - 1;
    let letter = char::from(b'a' + (n % 26) as u8);
    std::iter::repeat_n(letter, (n / 26 + 1).min(8) as usize).collect()
}

fn roman(mut n: u32) -> String {
    const STEPS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if n >= 4000 {
        return n.to_string();
    }
    let mut out = String::new();
    for (value, sign) in STEPS {
        while n >= value {
            out.push_str(sign);
            n -= value;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_word_processors_do() {
        let all =
            [Style::Decimal, Style::PaddedDecimal, Style::Lower, Style::Upper, Style::LowerRoman, Style::UpperRoman];
        assert_eq!(all.map(|s| number(4, s)), ["4", "04", "d", "D", "iv", "IV"]);
        assert_eq!([number(27, Style::Lower), number(53, Style::Upper)], ["aa", "AAA"]);
        assert_eq!([number(1994, Style::UpperRoman), number(5000, Style::UpperRoman)], ["MCMXCIV", "5000"]);
    }

    #[test]
    fn tables_are_rows_and_frames_are_paragraphs() {
        let cell = |s: &str| s.lines().map(str::to_owned).collect::<Vec<_>>();
        let rows = vec![vec![cell("BỘ\n---"), cell("CỘNG HÒA")], vec![cell(""), cell("")], vec![cell(""), cell("a")]];
        assert_eq!(table(rows), ["BỘ --- | CỘNG HÒA", "| a"]);
        assert_eq!(table(vec![vec![cell("Điều 1\n1. A")], vec![]]), ["Điều 1", "1. A"]);
    }

    #[test]
    fn text_is_bounded_and_old_fonts_are_read() {
        let limits = Limits { text: 30, ..Limits::default() };
        let mut lines = Lines::new("test", &limits);
        lines.push_in_font("§iÒu 1. ", ".VnTime").expect("short");
        lines.push("và ở").expect("short");
        lines.end();
        assert!(matches!(lines.push(&"x".repeat(31)), Err(FormatError::Limit { .. })));
        assert_eq!(lines.finish(), "Điều 1. và ở");
    }
}
