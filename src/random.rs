//! Repeatable random numbers: SplitMix64 (Steele, Lea and Flood 2014). Invariant: the same seed gives the same numbers
//! on every machine; committed weights depend on them, so the steps never change.

/// The generator; its state is the seed to begin with.
pub(crate) struct SplitMix64(pub u64);

impl SplitMix64 {
    /// Numbers that depend on a seed and a position only.
    pub fn at(seed: u64, position: u64) -> Self {
        let mut r = SplitMix64(seed ^ position.wrapping_mul(0xA076_1D64_78BD_642F));
        r.next();
        r
    }

    /// Shuffles in place.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, (self.next() % (i as u64 + 1)) as usize);
        }
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}
