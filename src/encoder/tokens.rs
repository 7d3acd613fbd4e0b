//! The tokenizer, with offsets in characters.

use std::path::Path;

use tokenizers::Tokenizer;

use super::EncoderError;

/// The tokens of one string, without special tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Piece {
    /// Token ids.
    pub ids: Vec<u32>,
    /// For each token, the characters of the string it covers, leading blank left out; start equals end for tokens
    /// that cover only blank.
    pub spans: Vec<(usize, usize)>,
    /// Whether the token begins a word or a sign.
    pub begins: Vec<bool>,
    /// Whether the token holds letters or digits, and not only signs.
    pub letters: Vec<bool>,
}

impl Piece {
    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

/// Unigram tokenizer of the model.
pub struct Tokens {
    inner: Tokenizer,
}

impl Tokens {
    /// Start of a sequence.
    pub const START: u32 = 0;
    /// Separator, and end of a sequence.
    pub const SEP: u32 = 2;

    /// From the bytes of a `tokenizer.json`; `path` is for messages only.
    pub fn from_bytes(bytes: &[u8], path: &Path) -> Result<Self, EncoderError> {
        let inner = Tokenizer::from_bytes(bytes)
            .map_err(|e| EncoderError::Broken { path: path.to_owned(), why: e.to_string() })?;
        Ok(Tokens { inner })
    }

    /// Number of entries, to be checked against the weights.
    pub fn vocabulary(&self) -> usize {
        self.inner.get_vocab_size(true)
    }

    /// Ids with the special tokens of a single text or of a pair, as the base model was trained.
    pub fn ids(&self, text: &str, pair: Option<&str>) -> Result<Vec<u32>, EncoderError> {
        let encoded = match pair {
            Some(b) => self.inner.encode_fast((text, b), true),
            None => self.inner.encode_fast(text, true),
        };
        Ok(encoded.map_err(|e| EncoderError::Tokenize(e.to_string()))?.get_ids().to_vec())
    }

    /// Tokens of one string with character offsets.
    pub fn piece(&self, text: &str) -> Result<Piece, EncoderError> {
        if text.is_empty() {
            return Ok(Piece::default());
        }
        let e = self.inner.encode_char_offsets(text, false).map_err(|e| EncoderError::Tokenize(e.to_string()))?;
        let chars: Vec<char> = text.chars().collect();
        let mut piece = Piece { ids: e.get_ids().to_vec(), ..Piece::default() };
        for &(a, b) in e.get_offsets() {
            let mut start = a;
            while start < b && chars[start].is_whitespace() {
                start += 1;
            }
            let mut end = b;
            while end > start && chars[end - 1].is_whitespace() {
                end -= 1;
            }
            // A sign begins a word of its own even where it follows one without a blank.
            let letter = |i: usize| chars.get(i).is_some_and(|c| c.is_alphanumeric());
            piece.begins.push(start == 0 || !letter(start - 1) || !letter(start));
            piece.letters.push(chars[start..end].iter().any(|c| c.is_alphanumeric()));
            piece.spans.push((start, end));
        }
        Ok(piece)
    }
}
