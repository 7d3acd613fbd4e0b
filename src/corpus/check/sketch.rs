//! Sketches of texts by which near-duplicates are found.
//!
//! A shingle is [`WIDTH`] words in a row, without case and diacritics. A sketch keeps the hashes below a bound: all of a
//! short text, one in [`SHARE`] of a long one; which are kept depends on the shingle alone, so that what two texts have in
//! common can be counted on the sketches.

use crate::random::SplitMix64;
use crate::text::fold;

/// Words of a shingle.
const WIDTH: usize = 8;
/// One in so many shingles of a long text is kept.
const SHARE: u64 = 8;
/// A text of no more shingles is short.
const SHORT: usize = 2048;
/// With fewer shingles nothing can be said.
const LEAST: usize = 20;

/// The kept hashes of one text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sketch {
    /// Hashes up to this one were kept.
    bound: u64,
    /// Ascending, each once.
    hashes: Vec<u64>,
}

/// How alike two texts are, both from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Likeness {
    /// Shingles of both as a share of those of either.
    pub common: f64,
    /// Shingles of both as a share of those of the shorter text.
    pub within: f64,
}

impl Sketch {
    pub(crate) fn new(text: &str) -> Sketch {
        let folded = fold(text);
        let words: Vec<u64> =
            folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(word_hash).collect();
        let mut hashes: Vec<u64> = words.windows(WIDTH).map(shingle_hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        let bound = if hashes.len() > SHORT { u64::MAX / SHARE } else { u64::MAX };
        hashes.truncate(hashes.partition_point(|&h| h <= bound));
        Sketch { bound, hashes }
    }

    pub(crate) fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// Compares two texts; none where one is too short to say.
    pub(crate) fn likeness(&self, other: &Sketch) -> Option<Likeness> {
        let bound = self.bound.min(other.bound);
        let up_to = |s: &Sketch| s.hashes.partition_point(|&h| h <= bound);
        let (a, b) = (&self.hashes[..up_to(self)], &other.hashes[..up_to(other)]);
        let less = a.len().min(b.len());
        if less < LEAST {
            return None;
        }
        let both = common(a, b);
        let either = a.len() + b.len() - both;
        Some(Likeness { common: both as f64 / either as f64, within: both as f64 / less as f64 })
    }
}

/// How many numbers two ascending rows share.
fn common(mut a: &[u64], mut b: &[u64]) -> usize {
    let mut both = 0;
    while let (Some(x), Some(y)) = (a.first(), b.first()) {
        both += usize::from(x == y);
        a = &a[usize::from(x <= y)..];
        b = &b[usize::from(y <= x)..];
    }
    both
}

/// FNV-1a: words are short and nobody chooses them to collide.
fn word_hash(word: &str) -> u64 {
    word.bytes().fold(0xCBF2_9CE4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01B3))
}

fn shingle_hash(words: &[u64]) -> u64 {
    let mixed = words.iter().fold(0_u64, |h, &w| h.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23) ^ w);
    SplitMix64(mixed).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: std::ops::Range<usize>) -> String {
        words.map(|i| format!("chữ{i}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn likeness_is_the_share_of_common_shingles() {
        let one = Sketch::new(&text(0..1007));
        let same = one.likeness(&Sketch::new(&text(0..1007).to_uppercase())).expect("long enough");
        assert_eq!(same, Likeness { common: 1.0, within: 1.0 });
        let half = one.likeness(&Sketch::new(&text(500..1507))).expect("long enough");
        assert!((half.common - 1.0 / 3.0).abs() < 0.001 && (half.within - 0.5).abs() < 0.001, "{half:?}");
        assert_eq!(one.likeness(&Sketch::new(&text(0..20))), None);
    }

    #[test]
    fn long_texts_are_sampled_and_still_compared() {
        let long = Sketch::new(&text(0..40_000));
        assert!(long.hashes().len() < 6_000, "{}", long.hashes().len());
        let part = long.likeness(&Sketch::new(&text(0..20_000))).expect("long enough");
        assert!((part.common - 0.5).abs() < 0.03 && part.within > 0.99, "{part:?}");
        let short = long.likeness(&Sketch::new(&text(0..1_500))).expect("long enough");
        assert!(short.within > 0.99 && short.common < 0.06, "{short:?}");
    }
}
