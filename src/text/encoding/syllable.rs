//! Whether a word could be a Vietnamese syllable: the yardstick by which encodings are told apart.
//!
//! Wrong decodings give letters that no syllable has, or tones where none can stand; a right one gives almost none.

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

const ONSETS: &str = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph q qu r s t th tr v x w f j z";
const RHYMES: &str = "\
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây \
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu \
    i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu \
    o oc oi om on ong op ot oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet \
    ooc oong ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt \
    u ua uc ui um un ung up ut uân uâng uât uây uê uêch uênh uêu uôc uôi uôm uôn uông uôt uơ uya uych uynh uyt uyu \
    uy uyên uyêt uyn uyp ư ưa ưc ưi ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu \
    y yêm yên yêng yêt yêu ych yn ynh yp yt yu";

static ONSET_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| ONSETS.split_whitespace().chain([""]).collect());
static RHYME_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| RHYMES.split_whitespace().collect());

/// Whether a word of letters is spelled as a Vietnamese syllable, its tone included.
pub(super) fn is_syllable(word: &str) -> bool {
    let mut plain = String::with_capacity(word.len());
    let mut tone = None;
    for c in word.nfd() {
        match c {
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => {
                if tone.replace(c).is_some() {
                    return false;
                }
            }
            _ => plain.extend(c.to_lowercase()),
        }
    }
    let plain: String = plain.nfc().collect();
    // A syllable that ends in a stop has only two tones.
    let stopped = ["c", "ch", "p", "t"].iter().any(|e| plain.ends_with(e));
    if stopped && matches!(tone, Some('\u{300}' | '\u{303}' | '\u{309}')) {
        return false;
    }
    plain
        .char_indices()
        .map(|(i, _)| i)
        .take(4)
        .any(|i| ONSET_SET.contains(&plain[..i]) && RHYME_SET.contains(&plain[i..]))
}

/// What speaks for a text being Vietnamese: words with letters beyond ASCII, and how many of them are syllables.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Score {
    pub words: usize,
    pub syllables: usize,
    /// Characters that no such text has: controls, letters of other scripts' tables.
    pub strange: usize,
}

impl Score {
    /// The share of words that are syllables, strange characters counted against; 0 for no such words.
    pub fn share(self) -> f64 {
        self.syllables as f64 / (self.words + self.strange).max(1) as f64
    }
}

/// Scores the words that have letters beyond ASCII. `skip` leaves out text that says nothing (numbers, codes).
pub(super) fn score(text: &str) -> Score {
    let mut score = Score::default();
    for word in text.split(|c: char| !c.is_alphabetic() && !is_mark(c) && !is_legacy(c)) {
        if word.is_ascii() {
            continue;
        }
        // `NĐ`, `QĐ`, `UBTVQĐ`: codes of số hiệu are right in any encoding that gives them.
        if word.chars().all(|c| c.is_ascii_uppercase() || c == 'Đ') {
            continue;
        }
        score.words += 1;
        score.syllables += usize::from(is_syllable(word));
    }
    score.strange = text.chars().filter(|&c| is_control(c)).count();
    score
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Signs of Latin-1 that stand for letters in the old encodings: a word goes on over them.
fn is_legacy(c: char) -> bool {
    matches!(
        c,
        '¡'..='©' | '¬' | '®' | '¯' | '±' | '¶' | '·' | '¸' | '¹' | '¼' | '½' | '¾' | '\u{ad}' | '×' | '÷' | '¿'
    )
}

fn is_control(c: char) -> bool {
    (c.is_control() && !c.is_whitespace()) || c == '\u{fffd}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_syllables() {
        for word in
            ["Điều", "khoản", "quyết", "nghị", "ĐỘC", "giữ", "gì", "quý", "thuỷ", "nghiêng", "xoong", "ươm", "Ủy"]
        {
            assert!(is_syllable(word), "{word}");
        }
        for word in ["®iÒu", "kho¶n", "Ñieàu", "khoaûn", "thỏc", "café1", "Straße", "ngh", "điềuu"] {
            assert!(!is_syllable(word), "{word}");
        }
    }

    #[test]
    fn scores_only_words_that_tell() {
        let score = score("Nghị định 65/2023/NĐ-CP of the Government, điều 5 ½");
        assert_eq!((score.words, score.syllables), (4, 3));
    }
}
