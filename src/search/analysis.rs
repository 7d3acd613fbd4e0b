//! How text becomes words: syllables, each under two terms at one position.
//!
//! Vietnamese writes syllables apart, so a syllable is the word of the index. `Thẩm` is indexed as the folded term
//! `tham`, which decides whether a provision is found, and as the exact term `=thẩm`, which only raises its score.
//! Both stand at the same position, so phrases work on either. Texts and queries pass through the same code; that
//! is the invariant which makes them meet.

use std::collections::HashMap;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use unicode_normalization::char::is_combining_mark;

use crate::text::{fold, normalise_line};

/// First character of an exact term. No word holds it, so exact and folded terms cannot be confused.
const EXACT: char = '=';

/// Characters of a syllable that count: longer runs (base64, tables without blanks) are cut, in texts and queries.
const LONGEST: usize = 40;

/// Distinct syllables remembered by a tokenizer; the real corpus has fewer.
const MEMO_SIZE: usize = 1 << 16;

/// A syllable of a query or a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Word {
    /// Lower case, normal form, with its diacritics.
    pub exact: String,
    /// Without diacritics.
    pub folded: String,
}

impl Word {
    /// Reads one raw syllable; none if nothing of it is left in normal form.
    fn new(raw: &str) -> Option<Word> {
        let exact: String = normalise_line(raw).text.to_lowercase().chars().take(LONGEST).collect();
        let folded = fold(&exact);
        (!exact.is_empty()).then_some(Word { exact, folded })
    }

    /// Whether it was written with a diacritic or đ.
    pub fn accented(&self) -> bool {
        self.exact != self.folded
    }

    /// The exact term.
    pub fn exact_term(&self) -> String {
        format!("{EXACT}{}", self.exact)
    }
}

/// A letter, a digit, or a mark that belongs to the letter before it.
fn in_word(c: char) -> bool {
    c.is_alphanumeric() || (!c.is_ascii() && is_combining_mark(c))
}

/// Bytes of the next syllable of `text` at or after `from`.
fn next_span(text: &str, from: usize) -> Option<(usize, usize)> {
    let start = from + text[from..].find(in_word)?;
    let end = text[start..].find(|c| !in_word(c)).map_or(text.len(), |n| start + n);
    Some((start, end))
}

/// The syllables of a text with their bytes.
pub fn words(text: &str) -> Vec<(Word, std::ops::Range<usize>)> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some((start, end)) = next_span(text, at) {
        at = end;
        if let Some(word) = Word::new(&text[start..end]) {
            out.push((word, start..end));
        }
    }
    out
}

/// The tokenizer of all text fields.
#[derive(Clone, Default)]
pub struct Syllables {
    /// Raw syllable → exact and folded term. A text repeats its syllables, so most cost one look-up.
    memo: HashMap<Box<str>, Option<(Box<str>, Box<str>)>>,
}

impl Tokenizer for Syllables {
    type TokenStream<'a> = SyllableStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> SyllableStream<'a> {
        if self.memo.len() > MEMO_SIZE {
            self.memo.clear();
        }
        SyllableStream { memo: &mut self.memo, text, at: 0, token: Token::default(), pending: None }
    }
}

/// See [`Syllables`].
pub struct SyllableStream<'a> {
    memo: &'a mut HashMap<Box<str>, Option<(Box<str>, Box<str>)>>,
    text: &'a str,
    at: usize,
    token: Token,
    /// Raw syllable whose folded term is still to come.
    pending: Option<&'a str>,
}

impl TokenStream for SyllableStream<'_> {
    fn advance(&mut self) -> bool {
        if let Some(raw) = self.pending.take()
            && let Some(Some((_, folded))) = self.memo.get(raw)
        {
            self.token.text.clear();
            self.token.text.push_str(folded);
            return true;
        }
        while let Some((start, end)) = next_span(self.text, self.at) {
            self.at = end;
            let raw = &self.text[start..end];
            if !self.memo.contains_key(raw) {
                let terms = Word::new(raw).map(|w| (w.exact_term().into_boxed_str(), w.folded.into_boxed_str()));
                self.memo.insert(raw.into(), terms);
            }
            let Some(Some((exact, _))) = self.memo.get(raw) else { continue };
            self.token.offset_from = start;
            self.token.offset_to = end;
            self.token.position = self.token.position.wrapping_add(1);
            self.token.text.clear();
            self.token.text.push_str(exact);
            self.pending = Some(raw);
            return true;
        }
        false
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tokens(text: &str) -> Vec<(String, usize, usize, usize)> {
        let mut tokenizer = Syllables::default();
        let mut stream = tokenizer.token_stream(text);
        let mut out = Vec::new();
        while let Some(t) = stream.next() {
            out.push((t.text.clone(), t.position, t.offset_from, t.offset_to));
        }
        out
    }

    fn terms(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|t| t.0).collect()
    }

    #[test]
    fn both_terms_stand_at_one_position() {
        let t = tokens("Thẩm quyền, 5G");
        let brief: Vec<(&str, usize)> = t.iter().map(|(s, p, ..)| (s.as_str(), *p)).collect();
        assert_eq!(brief, [("=thẩm", 0), ("tham", 0), ("=quyền", 1), ("quyen", 1), ("=5g", 2), ("5g", 2)]);
        assert_eq!(&"Thẩm quyền, 5G"[t[2].2..t[2].3], "quyền");
    }

    #[test]
    fn spellings_of_one_word_meet() {
        // Tone placement, letter case, decomposed letters.
        assert_eq!(terms("hoà"), terms("HÒA"));
        assert_eq!(terms("thẩm quyền"), terms("tha\u{302}\u{309}m quye\u{302}\u{300}n"));
        assert_eq!(terms("đ"), ["=đ", "d"]);
        assert_eq!(terms("65/2023/NĐ-CP"), ["=65", "65", "=2023", "2023", "=nđ", "nd", "=cp", "cp"]);
    }

    #[test]
    fn long_runs_are_cut() {
        let run = "x".repeat(10_000);
        assert!(terms(&run).iter().all(|t| t.chars().count() <= LONGEST + 1));
        assert_eq!(words(&run).len(), 1);
    }

    proptest! {
        #[test]
        fn any_text_gives_terms_in_order(s in "\\PC{0,200}") {
            let t = tokens(&s);
            prop_assert!(t.windows(2).all(|w| w[0].1 <= w[1].1 && w[0].2 <= w[1].2));
            for (_, _, from, to) in &t {
                prop_assert!(s.get(*from..*to).is_some_and(|w| !w.is_empty()));
            }
            let again: Vec<String> = words(&s).iter().flat_map(|(w, _)| [w.exact_term(), w.folded.clone()]).collect();
            prop_assert_eq!(again, t.into_iter().map(|t| t.0).collect::<Vec<_>>());
        }
    }
}
