//! The Mersenne Twister (MT19937) as Python's `random.Random` seeds and reads it.
//!
//! Invariant: the same draws as Python for the same small seed, so that bootstrap intervals equal the reference
//! scorer's exactly. With 300 resamples two different generators disagree by more than 0.01 at an interval's end.

const N: usize = 624;
const M: usize = 397;

/// The generator.
pub struct Twister {
    state: [u32; N],
    next: usize,
}

impl Twister {
    /// As `random.Random(seed)` for a seed below 2³².
    pub fn new(seed: u32) -> Self {
        let mut state = [0u32; N];
        state[0] = 19_650_218;
        for i in 1..N {
            state[i] = step(state[i - 1], 1_812_433_253).wrapping_add(i as u32);
        }
        // Python seeds by array; for a small number the array has that one element.
        let mut i = 1;
        for _ in 0..N {
            state[i] = (state[i] ^ step(state[i - 1], 1_664_525)).wrapping_add(seed);
            i += 1;
            if i == N {
                state[0] = state[N - 1];
                i = 1;
            }
        }
        for _ in 0..N - 1 {
            state[i] = (state[i] ^ step(state[i - 1], 1_566_083_941)).wrapping_sub(i as u32);
            i += 1;
            if i == N {
                state[0] = state[N - 1];
                i = 1;
            }
        }
        state[0] = 0x8000_0000;
        Twister { state, next: N }
    }

    fn word(&mut self) -> u32 {
        if self.next == N {
            for i in 0..N {
                let y = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % N] & 0x7fff_ffff);
                let odd = if y & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[i] = self.state[(i + M) % N] ^ (y >> 1) ^ odd;
            }
            self.next = 0;
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// As `random()`: 53 random bits in 0 ≤ x < 1.
    pub fn unit(&mut self) -> f64 {
        let (a, b) = (self.word() >> 5, self.word() >> 6);
        (f64::from(a) * 67_108_864.0 + f64::from(b)) / 9_007_199_254_740_992.0
    }

    /// As `choices(range(of), k=count)`.
    pub fn choices(&mut self, of: usize, count: usize) -> impl Iterator<Item = usize> + '_ {
        (0..count).map(move |_| (self.unit() * of as f64) as usize)
    }
}

fn step(previous: u32, factor: u32) -> u32 {
    (previous ^ (previous >> 30)).wrapping_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::Twister;

    #[test]
    fn draws_what_python_draws() {
        // python3 -c 'import random; r=random.Random(1); print([r.random() for _ in range(3)], r.choices(range(9), k=8))'
        let mut r = Twister::new(1);
        let drawn = [r.unit(), r.unit(), r.unit()];
        assert_eq!(drawn, [0.13436424411240122, 0.8474337369372327, 0.763774618976614]);
        assert_eq!(r.choices(9, 8).collect::<Vec<_>>(), [2, 4, 4, 5, 7, 0, 0, 7]);
        // python3 -c 'import random; r=random.Random(1); [r.random() for _ in range(1000)]; print(r.random())'
        let mut r = Twister::new(1);
        assert!((0..1000).all(|_| r.unit() < 1.0));
        assert_eq!(r.unit(), 0.4116430517162146);
    }
}
