//! What was typed, read into words, phrases, a citation and filters. Anything can be typed: reading never fails.

use std::collections::HashSet;

use super::analysis::{Word, words};
use super::citation::{self, Citation};
use crate::text::normalise_line;

/// Distinct words and phrases of a query that count; the rest is reported and left out.
pub(super) const MOST_WORDS: usize = 24;
/// Characters of a query that are read.
const MOST_CHARS: usize = 2_000;
/// Words of one phrase that count.
const LONGEST_PHRASE: usize = 16;

/// A search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Words, "phrases" in double quotes, a citation; in any mixture.
    pub text: String,
    /// Which provisions are looked at.
    pub filters: Filters,
    /// Hits wanted.
    pub limit: usize,
    /// Hits left out before them.
    pub offset: usize,
}

impl Query {
    /// The first ten hits for a text.
    pub fn new(text: impl Into<String>) -> Query {
        Query { text: text.into(), filters: Filters::default(), limit: 10, offset: 0 }
    }
}

/// Conditions on the document. Letter case and diacritics do not matter in any of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Kind: `Nghị định`, `thong tu`, or an abbreviation (`nđ`, `tt`, `ttlt`, `qđ`, `nq`, `l`).
    pub kind: Option<String>,
    /// Words of the issuer's name in order (`khoa học và công nghệ`), or its abbreviation (`BKHCN`).
    pub issuer: Option<String>,
    /// Số hiệu (`65/2023/NĐ-CP`), or its part up to the year (`65/2023`).
    pub number: Option<String>,
    /// Years of issue.
    pub years: Option<Years>,
    /// Words of the validity (`còn hiệu lực`), or `unknown` where the source says nothing.
    pub status: Option<String>,
}

impl Filters {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        *self == Filters::default()
    }
}

/// Years, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Years {
    /// First year.
    pub from: u16,
    /// Last year.
    pub to: u16,
}

impl std::str::FromStr for Years {
    type Err = String;

    /// `2023`, `2019-2023`, `2019-`, `-2023`.
    fn from_str(s: &str) -> Result<Years, String> {
        let year = |s: &str, open: u16| match s.trim() {
            "" => Ok(open),
            s if s.len() == 4 && s.bytes().all(|b| b.is_ascii_digit()) => s.parse().map_err(|_| wrong()),
            _ => Err(wrong()),
        };
        fn wrong() -> String {
            "give a year of four digits or a range: 2023, 2019-2023, 2019-, -2023".to_owned()
        }
        let (from, to) = s.split_once('-').unwrap_or((s, s));
        if from.trim().is_empty() && to.trim().is_empty() {
            return Err(wrong());
        }
        let years = Years { from: year(from, 0)?, to: year(to, 9999)? };
        if years.from > years.to { Err(format!("{s}: the first year lies after the last")) } else { Ok(years) }
    }
}

/// A query as it was understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parsed {
    /// Citation.
    pub citation: Option<Citation>,
    /// Distinct words outside quotes, in order.
    pub words: Vec<Word>,
    /// Adjacent pairs of words, as indexes into `words`.
    pub pairs: Vec<(usize, usize)>,
    /// Phrases of two or more words.
    pub phrases: Vec<Vec<Word>>,
    /// Whether the query has diacritics at all: only then a plain syllable is known to be plain.
    pub accented: bool,
    /// Words and phrases left out because the query is too long.
    pub left_out: usize,
}

impl Parsed {
    /// Reads a query.
    pub fn read(text: &str) -> Parsed {
        let cut: String = text.chars().take(MOST_CHARS).collect();
        let mut parsed = Parsed { left_out: usize::from(cut.len() < text.len()), ..Parsed::default() };
        let (citation, rest) = citation::find(&normalise_line(&cut).text);
        parsed.citation = citation;
        for (part, quoted) in quoted_parts(&rest) {
            let mut part: Vec<Word> = words(part).into_iter().map(|(w, _)| w).collect();
            if quoted && part.len() > 1 {
                if part.len() > LONGEST_PHRASE {
                    part.truncate(LONGEST_PHRASE);
                    parsed.left_out += 1;
                }
                if parsed.phrases.len() >= MOST_WORDS / 4 {
                    parsed.left_out += 1;
                } else if !parsed.phrases.contains(&part) {
                    parsed.phrases.push(part);
                }
            } else {
                parsed.add_words(part);
            }
        }
        let all = parsed.words.iter().chain(parsed.phrases.iter().flatten());
        parsed.accented = all.into_iter().any(Word::accented);
        parsed
    }

    fn add_words(&mut self, part: Vec<Word>) {
        let mut before = None;
        for word in part {
            let at = match self.words.iter().position(|w| *w == word) {
                Some(at) => at,
                None if self.words.len() >= MOST_WORDS => {
                    self.left_out += 1;
                    before = None;
                    continue;
                }
                None => {
                    self.words.push(word);
                    self.words.len() - 1
                }
            };
            if let Some(before) = before
                && before != at
                && !self.pairs.contains(&(before, at))
            {
                self.pairs.push((before, at));
            }
            before = Some(at);
        }
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.citation.is_none() && self.words.is_empty() && self.phrases.is_empty()
    }
}

/// Splits at double quotes of all shapes. An opening quote without an end quotes nothing.
fn quoted_parts(text: &str) -> Vec<(&str, bool)> {
    const QUOTES: [char; 7] = ['"', '“', '”', '„', '«', '»', '＂'];
    let pieces: Vec<&str> = text.split(QUOTES).collect();
    let last = pieces.len() - 1;
    pieces.into_iter().enumerate().map(|(i, piece)| (piece, i % 2 == 1 && i != last)).collect()
}

/// Words that rarely tell one provision from another; a query may hold them, a hit need not. Only forms that no
/// other word of law shares are listed, with diacritics; without them, only those that stay unmistakable.
pub(super) fn is_function_word(word: &Word, query_accented: bool) -> bool {
    const ACCENTED: [&str; 28] = [
        "ai", "và", "của", "các", "những", "là", "thì", "mà", "được", "bị", "có", "gì", "nào", "như", "thế", "khi",
        "ở", "về", "tại", "theo", "trong", "với", "để", "do", "bởi", "cho", "này", "đó",
    ];
    const PLAIN: [&str; 7] = ["cua", "nhung", "duoc", "nhu", "voi", "nay", "nao"];
    if query_accented { ACCENTED.contains(&word.exact.as_str()) } else { PLAIN.contains(&word.folded.as_str()) }
}

/// Folded kinds by their abbreviations.
pub(super) fn kind_of_abbreviation(folded: &str) -> &str {
    match folded {
        "l" => "luat",
        "bl" => "bo luat",
        "pl" => "phap lenh",
        "nd" => "nghi dinh",
        "nq" => "nghi quyet",
        "tt" => "thong tu",
        "ttlt" => "thong tu lien tich",
        "qd" => "quyet dinh",
        "ct" => "chi thi",
        other => other,
    }
}

/// Words of the query for highlighting: exact forms asked for, and all folded forms.
pub(super) fn wanted_words(parsed: &Parsed) -> (HashSet<String>, HashSet<String>) {
    let mut exact = HashSet::new();
    let mut folded = HashSet::new();
    let mentions: Vec<Word> = parsed
        .citation
        .iter()
        .flat_map(|c| c.mentions.iter())
        .flat_map(|m| words(m).into_iter().map(|(w, _)| w))
        .collect();
    let asked = parsed.words.iter().filter(|w| !is_function_word(w, parsed.accented));
    for word in asked.chain(parsed.phrases.iter().flatten()).chain(&mentions) {
        if word.accented() {
            exact.insert(word.exact.clone());
        }
        folded.insert(word.folded.clone());
    }
    (exact, folded)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(words: &[Word]) -> Vec<&str> {
        words.iter().map(|w| w.folded.as_str()).collect()
    }

    #[test]
    fn words_phrases_and_citations_are_told_apart() {
        let p = Parsed::read("cấp phép \"bưu chính\" cấp khoản 2 Điều 15");
        assert_eq!(folded(&p.words), ["cap", "phep"]);
        assert_eq!(p.pairs, [(0, 1)]);
        assert_eq!(p.phrases.len(), 1);
        assert_eq!(folded(&p.phrases[0]), ["buu", "chinh"]);
        assert_eq!(p.citation.unwrap().path, "dieu-15.khoan-2");
        assert!(p.accented);
        assert!(!Parsed::read("tham quyen cap phep").accented);
    }

    #[test]
    fn an_open_quote_quotes_nothing() {
        let p = Parsed::read("cấp \"phép bưu chính");
        assert!(p.phrases.is_empty());
        assert_eq!(p.words.len(), 4);
        assert_eq!(Parsed::read("“giấy phép”").phrases.len(), 1);
    }

    #[test]
    fn long_queries_are_bounded_and_say_so() {
        let p = Parsed::read(&(0..5000).map(|i| format!("w{i}")).collect::<Vec<_>>().join(" "));
        assert_eq!(p.words.len(), MOST_WORDS);
        assert!(p.left_out > 0);
    }

    #[test]
    fn years() {
        assert_eq!("2023".parse(), Ok(Years { from: 2023, to: 2023 }));
        assert_eq!("2019-2023".parse(), Ok(Years { from: 2019, to: 2023 }));
        assert_eq!("2019-".parse(), Ok(Years { from: 2019, to: 9999 }));
        assert_eq!("-2019".parse(), Ok(Years { from: 0, to: 2019 }));
        for wrong in ["", "-", "23", "2023-2019", "x", "2023-x", "20234", "+202"] {
            assert!(wrong.parse::<Years>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_query_is_read(s in "\\PC{0,300}", t in "[\"“”a-zđ0-9/ .#-]{0,80}") {
            let p = Parsed::read(&s);
            prop_assert!(p.words.len() <= MOST_WORDS);
            prop_assert!(p.pairs.iter().all(|(a, b)| *a < p.words.len() && *b < p.words.len()));
            Parsed::read(&t);
        }
    }
}
