//! How a unit becomes tokens: the one place that decides what the model reads, in training and in use.
//!
//! Layout: `<s> kind: title </s> lead </s></s> text </s>`. Title and lead are cut to fit; a text too long for one
//! window is read in several, cut after a clause where one ends nearby, so that nothing is left unread.

use crate::encoder::{EncoderError, Piece, Tokens};
use crate::law::Unit;
use crate::text::{NormalisedLine, normalise_line};

/// Most tokens of `kind: title`.
const TITLE: usize = 28;
/// Most tokens of the lead: where it is longer, its beginning (heading) and end (the khoản above) are kept.
const LEAD: usize = 180;
const LEAD_HEAD: usize = 60;
/// Most tokens of the text in one window. With title, lead and separators a sequence stays below 512.
const TEXT: usize = 290;
/// A field with more than this share of its letters in capitals is read in small ones.
const LOUD: f64 = 0.6;

/// One sequence for the encoder.
#[derive(Debug, Clone)]
pub struct Input {
    /// Token ids with separators.
    pub ids: Vec<u32>,
    /// Rows of the lead's tokens; may be empty.
    pub lead: (usize, usize),
    /// Rows of the text's tokens; never empty.
    pub text: (usize, usize),
    /// Characters of the given strings that each row covers; meaningful for lead and text rows.
    pub spans: Vec<(usize, usize)>,
    /// Whether a row begins a word.
    pub begins: Vec<bool>,
    /// Whether a row holds letters or digits, and not only signs.
    pub letters: Vec<bool>,
}

impl Input {
    /// First row and row after the last among `rows` that hold something of the characters `a..b`.
    pub fn rows(&self, rows: (usize, usize), a: usize, b: usize) -> Option<(usize, usize)> {
        let hit = |i: &usize| {
            let (s, e) = self.spans[*i];
            s < e && e > a && s < b
        };
        let first = (rows.0..rows.1).find(hit)?;
        let last = (rows.0..rows.1).rev().find(hit)?;
        Some((first, last + 1))
    }
}

/// Splits things in order into stretches of at most so many tokens, each of at least one thing.
pub(super) fn stretches<T>(mut rest: &[T], most: usize, tokens: impl Fn(&T) -> usize) -> Vec<&[T]> {
    let mut out = Vec::new();
    while !rest.is_empty() {
        let mut sum = 0;
        let fits = rest.iter().take_while(|t| {
            sum += tokens(t);
            sum <= most
        });
        let (stretch, tail) = rest.split_at(fits.count().max(1));
        out.push(stretch);
        rest = tail;
    }
    out
}

/// A unit read as tokens: at least one window.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// The windows, in text order.
    pub windows: Vec<Input>,
}

fn push(input: &mut Input, piece: &Piece, range: std::ops::Range<usize>, map: &NormalisedLine) {
    for i in range {
        input.ids.push(piece.ids[i]);
        let (a, b) = piece.spans[i];
        let original = map.original_chars(a..b);
        input.spans.push((original.start, original.end));
        input.begins.push(piece.begins[i]);
        input.letters.push(piece.letters[i]);
    }
}

fn mark(input: &mut Input, id: u32) {
    input.ids.push(id);
    input.spans.push((0, 0));
    input.begins.push(true);
    input.letters.push(false);
}

/// Text that is mostly in capitals, in small letters: the model learns from ordinary writing. As many characters as before.
fn calm(mut line: NormalisedLine) -> NormalisedLine {
    let (mut letters, mut capitals) = (0usize, 0usize);
    for c in line.text.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        capitals += usize::from(c.is_uppercase());
    }
    if capitals as f64 > LOUD * letters as f64 {
        let small = |c: char| {
            let mut l = c.to_lowercase();
            match (l.next(), l.next()) {
                (Some(l), None) => l,
                _ => c,
            }
        };
        line.text = line.text.chars().map(small).collect();
    }
    line
}

/// Where to end a window that starts at `from`: after the last `;` or `.` in its second half, else at a word.
fn window_end(piece: &Piece, chars: &[char], from: usize) -> usize {
    let to = (from + TEXT).min(piece.len());
    if to == piece.len() {
        return to;
    }
    let stop = |i: &usize| {
        let (a, b) = piece.spans[*i - 1];
        b > a && matches!(chars[b - 1], ';' | '.')
    };
    let half = from + TEXT / 2;
    (half..=to).rev().find(stop).or_else(|| (half..=to).rev().find(|&i| piece.begins[i])).unwrap_or(to)
}

/// Turns a unit into windows of tokens.
pub fn encode(tokens: &Tokens, unit: &Unit) -> Result<Encoded, EncoderError> {
    let title = calm(normalise_line(&format!("{}: {}", unit.doc_kind, unit.title)));
    let (lead, text) = (calm(normalise_line(&unit.lead)), calm(normalise_line(&unit.text)));
    let (title_piece, lead_piece) = (tokens.piece(&title.text)?, tokens.piece(&lead.text)?);
    let mut text_piece = tokens.piece(&text.text)?;
    if text_piece.is_empty() {
        // An empty provision still gets a row to be classified by.
        text_piece = Piece { ids: vec![Tokens::SEP], spans: vec![(0, 0)], begins: vec![true], letters: vec![false] };
    }
    let chars: Vec<char> = text.text.chars().collect();
    let mut windows = Vec::new();
    let mut from = 0;
    while from < text_piece.len() {
        let to = window_end(&text_piece, &chars, from);
        let mut w = Input {
            ids: Vec::new(),
            lead: (0, 0),
            text: (0, 0),
            spans: Vec::new(),
            begins: Vec::new(),
            letters: Vec::new(),
        };
        mark(&mut w, Tokens::START);
        push(&mut w, &title_piece, 0..title_piece.len().min(TITLE), &title);
        mark(&mut w, Tokens::SEP);
        let start = w.ids.len();
        if lead_piece.len() <= LEAD {
            push(&mut w, &lead_piece, 0..lead_piece.len(), &lead);
        } else {
            push(&mut w, &lead_piece, 0..LEAD_HEAD, &lead);
            push(&mut w, &lead_piece, lead_piece.len() - (LEAD - LEAD_HEAD)..lead_piece.len(), &lead);
        }
        w.lead = (start, w.ids.len());
        mark(&mut w, Tokens::SEP);
        mark(&mut w, Tokens::SEP);
        let start = w.ids.len();
        push(&mut w, &text_piece, from..to, &text);
        w.text = (start, w.ids.len());
        mark(&mut w, Tokens::SEP);
        windows.push(w);
        from = to;
    }
    Ok(Encoded { windows })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_are_read_in_small_letters_and_offsets_stay() {
        let of = |s: &str| calm(normalise_line(s));
        assert_eq!(of("BỘ KHOA HỌC VÀ CÔNG NGHỆ CẤP GIẤY PHÉP").text, "bộ khoa học và công nghệ cấp giấy phép");
        assert_eq!(of("Bộ KH&CN và UBND cấp tỉnh").text, "Bộ KH&CN và UBND cấp tỉnh");
        assert_eq!(of("12 / 5").text, "12 / 5");
        let spaced = of("CẤP   GIẤY");
        assert_eq!((spaced.text.as_str(), spaced.original_chars(4..8)), ("cấp giấy", 6..10));
    }
}
