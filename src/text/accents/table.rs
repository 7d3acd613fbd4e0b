//! The counts as a small file: syllables in order, and pairs, counts rounded to an eighth of a doubling.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// First bytes of the file, with the version of its shape.
const MAGIC: &[u8; 8] = b"accents1";
/// Steps of a count's logarithm to one doubling.
const STEPS: f32 = 8.0;
/// Most bytes that a file unpacks to.
const MOST: u64 = 64 << 20;

/// Counts of syllables and pairs of them.
pub struct Table {
    syllables: Vec<String>,
    counts: Vec<f32>,
    /// For each first syllable where its pairs begin; one more at the end.
    starts: Vec<u32>,
    second: Vec<u16>,
    pairs: Vec<f32>,
}

/// The bytes are no such table.
#[derive(Debug, thiserror::Error)]
#[error("not a table of syllables ({0}); make it again with `phancap train accents`")]
pub struct BadTable(&'static str);

fn pack(count: u32) -> u8 {
    (f64::from(count.max(1)).log2() as f32 * STEPS).round().min(255.0) as u8
}

fn unpack(code: u8) -> f32 {
    (f32::from(code) / STEPS).exp2()
}

impl Table {
    /// From counts; pairs in order, without doubles. Counts are rounded as in the file.
    pub(super) fn new(syllables: Vec<String>, counts: Vec<u32>, pairs: Vec<((u16, u16), u32)>) -> Self {
        let counts = counts.into_iter().map(|n| unpack(pack(n))).collect();
        let pairs = pairs.into_iter().map(|(p, n)| (p, pack(n))).collect::<Vec<_>>();
        Self::assemble(syllables, counts, &pairs)
    }

    fn assemble(syllables: Vec<String>, counts: Vec<f32>, pairs: &[((u16, u16), u8)]) -> Self {
        let mut starts = vec![0u32; syllables.len() + 1];
        for ((a, _), _) in pairs {
            starts[*a as usize + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let second = pairs.iter().map(|((_, b), _)| *b).collect();
        let pairs = pairs.iter().map(|(_, n)| unpack(*n)).collect();
        Table { syllables, counts, starts, second, pairs }
    }

    /// The syllables in small letters, in order.
    pub fn syllables(&self) -> &[String] {
        &self.syllables
    }

    /// How often each occurs.
    pub fn counts(&self) -> &[f32] {
        &self.counts
    }

    /// What was seen after a syllable.
    pub fn followers(&self, a: u16) -> &[u16] {
        &self.second[self.range(a)]
    }

    fn range(&self, a: u16) -> std::ops::Range<usize> {
        self.starts[a as usize] as usize..self.starts[a as usize + 1] as usize
    }

    /// How often `b` follows `a`; none where that was not seen or not kept.
    pub fn count(&self, a: u16, b: u16) -> Option<f32> {
        let range = self.range(a);
        self.second[range.clone()].binary_search(&b).ok().map(|i| self.pairs[range.start + i])
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = GzEncoder::new(MAGIC.to_vec(), Compression::best());
        let mut put = |bytes: &[u8]| out.write_all(bytes).expect("memory takes all");
        put(&(self.syllables.len() as u32).to_le_bytes());
        for (s, n) in self.syllables.iter().zip(&self.counts) {
            put(&[s.len() as u8, pack(n.round() as u32)]);
            put(s.as_bytes());
        }
        // By column: like numbers stand together and pack better.
        for a in 0..self.syllables.len() {
            put(&(self.starts[a + 1] - self.starts[a]).to_le_bytes());
        }
        self.second.iter().for_each(|b| put(&b.to_le_bytes()));
        self.pairs.iter().for_each(|n| put(&[pack(n.round() as u32)]));
        out.finish().expect("memory takes all")
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    /// They are cut off, of another shape or version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadTable> {
        let packed = bytes.strip_prefix(MAGIC).ok_or(BadTable("it does not begin as one"))?;
        let mut all = Vec::new();
        GzDecoder::new(packed).take(MOST).read_to_end(&mut all).map_err(|_| BadTable("it is cut off or damaged"))?;
        let mut rest = all.as_slice();
        let mut take = |n: usize| -> Result<&[u8], BadTable> {
            let (a, b) = rest.split_at_checked(n).ok_or(BadTable("it ends early"))?;
            rest = b;
            Ok(a)
        };
        let number = |b: &[u8]| b.iter().rev().fold(0u32, |n, &x| n << 8 | u32::from(x));
        let n = number(take(4)?) as usize;
        if n > usize::from(u16::MAX) {
            return Err(BadTable("too many syllables"));
        }
        let (mut syllables, mut counts) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for _ in 0..n {
            let head = take(2)?;
            let (length, count) = (head[0] as usize, head[1]);
            let s = std::str::from_utf8(take(length)?).map_err(|_| BadTable("a syllable is no UTF-8"))?;
            syllables.push(s.to_owned());
            counts.push(unpack(count));
        }
        let lengths = (0..n).map(|_| Ok(number(take(4)?) as usize)).collect::<Result<Vec<_>, BadTable>>()?;
        let total = lengths.iter().try_fold(0usize, |s, &l| s.checked_add(l)).filter(|&t| t < all.len());
        let total = total.ok_or(BadTable("it ends early"))?;
        let second = take(total.saturating_mul(2))?.to_vec();
        let codes = take(total)?;
        let mut pairs = Vec::with_capacity(total);
        let mut at = 0;
        for (a, &length) in lengths.iter().enumerate() {
            for _ in 0..length {
                let b = number(&second[2 * at..2 * at + 2]) as u16;
                if usize::from(b) >= n {
                    return Err(BadTable("a pair names a syllable that is not there"));
                }
                pairs.push(((a as u16, b), codes[at]));
                at += 1;
            }
        }
        if !pairs.windows(2).all(|w| w[0].0 < w[1].0) {
            return Err(BadTable("its pairs are out of order"));
        }
        Ok(Self::assemble(syllables, counts, &pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Counter;
    use super::*;

    fn table() -> Table {
        let mut c = Counter::default();
        (0..9).for_each(|_| c.add("cấp phép, cặp đôi và cấp giấy phép"));
        c.table(1, 1, 100)
    }

    #[test]
    fn the_file_gives_the_same_table() {
        let t = table();
        let again = Table::from_bytes(&t.to_bytes()).unwrap();
        assert_eq!(again.syllables, t.syllables);
        assert_eq!((again.counts, again.second, again.pairs), (t.counts, t.second, t.pairs));
    }

    #[test]
    fn damage_is_an_error_never_a_panic() {
        let bytes = table().to_bytes();
        assert!(Table::from_bytes(b"").is_err() && Table::from_bytes(b"accents2").is_err());
        for cut in 0..bytes.len() {
            assert!(Table::from_bytes(&bytes[..cut]).is_err());
        }
        for at in 0..bytes.len() {
            let mut b = bytes.clone();
            b[at] ^= 0x41;
            let _ = Table::from_bytes(&b);
        }
    }
}
