//! The difference of two texts, syllable by syllable.

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Texts of more words than this are told as wholly different: comparing takes the product of what differs.
const MOST_WORDS: usize = 20_000;
/// So few equal words between two changes are told with them: single words that stayed by chance tear sentences apart.
const ISLAND: usize = 2;

/// Which side says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Said {
    /// Both.
    Both,
    /// Only the first: it was removed.
    First,
    /// Only the second: it was added.
    Second,
}

/// Words that one or both sides say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// Who says them.
    pub said: Said,
    /// The words, with the text's line breaks.
    pub text: String,
}

/// The pieces of two texts in order; what both say is given as the second says it, which differs in white space only.
pub(super) fn difference(first: &str, second: &str) -> Vec<Piece> {
    let (a, b) = (tokens(first), tokens(second));
    let words = |t: &[Token<'_>]| t.iter().map(|(_, w)| (*w).to_owned()).collect::<Vec<_>>();
    let (wa, wb) = (words(&a), words(&b));
    let mut pieces = Pieces::default();
    if wa == wb {
        pieces.push(Said::Both, &b);
    } else if wa.len().max(wb.len()) > MOST_WORDS {
        pieces.push(Said::First, &a);
        pieces.push(Said::Second, &b);
    } else {
        let ops = capture_diff_slices(Algorithm::Patience, &wa, &wb);
        let last = ops.len().saturating_sub(1);
        for (n, op) in ops.iter().enumerate() {
            let (old, new) = (&a[op.old_range()], &b[op.new_range()]);
            let island = n > 0 && n < last && new.len() <= ISLAND && new.iter().any(|(_, w)| is_word(w));
            if matches!(op, DiffOp::Equal { .. }) && !island {
                pieces.push(Said::Both, new);
            } else {
                pieces.push(Said::First, old);
                pieces.push(Said::Second, new);
            }
        }
    }
    pieces.done()
}

/// A text with single blanks and line breaks.
pub(super) fn tidy(text: &str) -> String {
    let mut pieces = Pieces::default();
    pieces.push(Said::Both, &tokens(text));
    pieces.done().into_iter().map(|p| p.text).collect()
}

fn is_word(token: &str) -> bool {
    token.starts_with(char::is_alphanumeric)
}

/// A syllable, number or single mark, and the white space before it: none, a blank or a line break.
type Token<'a> = (&'static str, &'a str);

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut space = "";
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let mut end = c.len_utf8();
        if c.is_whitespace() {
            space = if c == '\n' || space == "\n" { "\n" } else { " " };
        } else {
            if c.is_alphanumeric() {
                end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            }
            let before = std::mem::take(&mut space);
            out.push((if out.is_empty() { "" } else { before }, &rest[..end]));
        }
        rest = &rest[end..];
    }
    out
}

/// Pieces being put together: changes that touch become one removal and one addition.
#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
    first: String,
    second: String,
}

impl Pieces {
    fn push(&mut self, said: Said, tokens: &[Token<'_>]) {
        if tokens.is_empty() {
            return;
        }
        if said == Said::Both {
            self.flush();
        }
        let mut both = String::new();
        let text = match said {
            Said::Both => &mut both,
            Said::First => &mut self.first,
            Said::Second => &mut self.second,
        };
        for (space, word) in tokens {
            text.push_str(space);
            text.push_str(word);
        }
        if said == Said::Both {
            self.done.push(Piece { said, text: both });
        }
    }

    fn flush(&mut self) {
        for (said, text) in [(Said::First, &mut self.first), (Said::Second, &mut self.second)] {
            if !text.is_empty() {
                self.done.push(Piece { said, text: std::mem::take(text) });
            }
        }
    }

    fn done(mut self) -> Vec<Piece> {
        self.flush();
        self.done
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(first: &str, second: &str) -> String {
        let mark = |p: &Piece| match p.said {
            Said::Both => p.text.clone(),
            Said::First => format!("[-{}-]", p.text),
            Said::Second => format!("{{+{}+}}", p.text),
        };
        difference(first, second).iter().map(mark).collect()
    }

    #[test]
    fn syllables_are_compared() {
        assert_eq!(
            told("Sở cấp giấy trong 10 ngày.", "Ủy ban xã cấp giấy trong 15 ngày."),
            "[-Sở-]{+Ủy ban xã+} cấp giấy trong[- 10-]{+ 15+} ngày."
        );
        assert_eq!(told("một\nhai", "một  hai"), "một hai");
        assert_eq!(told("một  hai", "một\n hai"), "một\nhai");
        assert_eq!(told("", "một"), "{+một+}");
        // A single word that stayed between two changes goes with them.
        assert_eq!(told("a b c d e f g", "x y c z w f g"), "[-a b c d e-]{+x y c z w+} f g");
    }

    proptest! {
        #[test]
        fn both_texts_come_back(a in "[a-d,. \n]{0,40}", b in "[a-d,. \n]{0,40}") {
            let pieces = difference(&a, &b);
            let side = |not: Said| -> String {
                pieces.iter().filter(|p| p.said != not).flat_map(|p| p.text.chars()).filter(|c| !c.is_whitespace()).collect()
            };
            let plain = |s: &str| -> String { s.chars().filter(|c| !c.is_whitespace()).collect() };
            prop_assert_eq!(side(Said::Second), plain(&a));
            prop_assert_eq!(side(Said::First), plain(&b));
        }
    }
}
