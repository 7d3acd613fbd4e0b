//! Row-wise steps of the inference pass between its products: what is fused onto tiles of sixteen columns, soft-max,
//! normalisation, and the rounding to integers.

use super::product::{Line, Number, PANEL};
use super::{exp_neg, lane_dot, lane_max, lane_sum, normal};

/// Largest magnitude of a rounded weight: eleven bits and sign.
pub const WEIGHT_TOP: i32 = 2047;

/// Largest magnitude that inputs may be rounded to so that their sum with weights whose magnitudes add up to `weight`
/// fits 32 bits.
pub fn input_top(weight: i64) -> i32 {
    (i64::from(i32::MAX) / weight.max(1)).min(i64::from(i16::MAX)) as i32
}

on_avx2! {
    /// `to = tile + bias`, one panel of columns beginning at `at` in rows `stride` apart.
    pub fn place(tile: &[f32], bias: &[f32], to: &mut [f32], stride: usize, at: usize) {
        let bias: &[f32; PANEL] = bias.try_into().expect("a panel's biases");
        for (t, row) in tile.chunks_exact(PANEL).zip(to.chunks_mut(stride)) {
            let out = &mut row[at..at + PANEL];
            for j in 0..PANEL {
                out[j] = t[j] + bias[j];
            }
        }
    }
}

on_avx2! {
    /// `to = gelu(tile + bias)`; exact (erf) GELU.
    pub fn place_gelu(tile: &[f32], bias: &[f32], to: &mut [f32], stride: usize, at: usize) {
        let bias: &[f32; PANEL] = bias.try_into().expect("a panel's biases");
        for (t, row) in tile.chunks_exact(PANEL).zip(to.chunks_mut(stride)) {
            let out = &mut row[at..at + PANEL];
            for j in 0..PANEL {
                let x = t[j] + bias[j];
                out[j] = x * normal(x).0;
            }
        }
    }
}

on_avx2! {
    /// `to = tile · scale`.
    pub fn place_scaled(tile: &[f32], scale: f32, to: &mut [f32], stride: usize, at: usize) {
        for (t, row) in tile.chunks_exact(PANEL).zip(to.chunks_mut(stride)) {
            let out = &mut row[at..at + PANEL];
            for j in 0..PANEL {
                out[j] = t[j] * scale;
            }
        }
    }
}

on_avx2! {
    /// Integer sums of one panel back to numbers: `tile = sums · row scale · column scale`.
    pub fn unscale(sums: &[i32], rows: &[f32], columns: &[f32], tile: &mut [f32]) {
        let columns: &[f32; PANEL] = columns.try_into().expect("a panel's scales");
        for ((s, t), &k) in sums.chunks_exact(PANEL).zip(tile.chunks_exact_mut(PANEL)).zip(rows) {
            for j in 0..PANEL {
                t[j] = s[j] as f32 * (k * columns[j]);
            }
        }
    }
}

on_avx2! {
    /// `x = norm(x + s) · γ + β` for rows of γ's length; rows of `s` lie `stride` apart.
    pub fn residual_norm(x: &mut [f32], s: &[f32], stride: usize, gamma: &[f32], beta: &[f32], eps: f32) {
        let n = gamma.len();
        let beta = &beta[..n];
        for (x, s) in x.chunks_exact_mut(n).zip(s.chunks(stride)) {
            let s = &s[..n];
            for i in 0..n {
                x[i] += s[i];
            }
            let mean = lane_sum(x) / n as f32;
            for i in 0..n {
                x[i] -= mean;
            }
            let k = 1.0 / (lane_dot(x, x) / n as f32 + eps).sqrt();
            for i in 0..n {
                x[i] = x[i] * k * gamma[i] + beta[i];
            }
        }
    }
}

on_avx2! {
    /// Soft-max over the first `n` numbers of rows `stride` apart.
    pub fn softmax(s: &mut [f32], n: usize, stride: usize) {
        for row in s.chunks_mut(stride) {
            let row = &mut row[..n];
            let top = lane_max(row);
            for x in row.iter_mut() {
                *x = exp_neg(*x - top);
            }
            let k = 1.0 / lane_sum(row);
            for x in row.iter_mut() {
                *x *= k;
            }
        }
    }
}

on_avx2! {
    /// Rounds rows of `n` numbers, `from` apart, to integers of magnitude `top` at most, `to` apart (zeros behind), each
    /// row by its own scale. A row that holds what is no number gets the scale NaN, so that its products are none either.
    pub fn quantise(x: &[f32], n: usize, from: usize, q: &mut [i16], to: usize, scales: &mut [f32], top: f32) {
        for ((x, q), scale) in x.chunks(from).zip(q.chunks_mut(to)).zip(scales) {
            let (x, (q, rest)) = (&x[..n], q.split_at_mut(n));
            rest.fill(0);
            // Without their sign, bits order like the numbers, infinity and NaN above all.
            let mut lanes = [0u32; 16];
            let chunks = x.chunks_exact(16);
            let tail = chunks.remainder().iter().fold(0, |m, v| (v.to_bits() << 1 >> 1).max(m));
            for c in chunks {
                for j in 0..16 {
                    lanes[j] = lanes[j].max(c[j].to_bits() << 1 >> 1);
                }
            }
            let most = f32::from_bits(lanes.iter().copied().fold(tail, u32::max));
            let inverse = top / most;
            if !most.is_finite() {
                *scale = f32::NAN;
                q.fill(0);
            } else if !inverse.is_finite() {
                // All zero, or so small that its inverse overflows.
                *scale = 0.0;
                q.fill(0);
            } else {
                *scale = most / top;
                // Adding 1.5 · 2^23 rounds to the nearest integer and leaves it in the low bits.
                for i in 0..n {
                    q[i] = (x[i] * inverse + 12_582_912.0).to_bits() as i16;
                }
            }
        }
    }
}

/// Packs the transpose of `n` rows of `d` numbers, `stride` apart: inner dimension `d`, columns the rows.
pub fn pack_rows(x: &[f32], n: usize, d: usize, stride: usize, out: &mut Vec<Line<f32, 16>>) {
    out.clear();
    out.resize(n.div_ceil(PANEL) * d, f32::ZERO);
    for (p, panel) in out.chunks_exact_mut(d).enumerate() {
        for j in 0..PANEL.min(n - p * PANEL) {
            let row = &x[(p * PANEL + j) * stride..][..d];
            for (line, v) in panel.iter_mut().zip(row) {
                f32::put(line, j, std::slice::from_ref(v));
            }
        }
    }
}

/// Packs `n` rows of `d` numbers, `stride` apart, as they stand: inner dimension `n`, columns `d`.
pub fn pack_columns(x: &[f32], n: usize, d: usize, stride: usize, out: &mut Vec<Line<f32, 16>>) {
    out.clear();
    out.resize(d.div_ceil(PANEL) * n, f32::ZERO);
    for (p, panel) in out.chunks_exact_mut(n).enumerate() {
        let width = PANEL.min(d - p * PANEL);
        for (i, line) in panel.iter_mut().enumerate() {
            line.set(&x[i * stride + p * PANEL..][..width]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_keeps_scale_sign_and_what_is_no_number() {
        let rows: [[f32; 5]; 6] = [
            [1.0, -2.0, 0.5, 0.0, 0.0004],
            [0.0; 5],
            [1e-44, 0.0, 0.0, 0.0, 0.0],
            [3e38, -3e38, 1.0, 0.0, 0.0],
            [1.0, f32::NAN, 0.0, 0.0, 0.0],
            [f32::NEG_INFINITY, 1.0, 0.0, 0.0, 0.0],
        ];
        let x: Vec<f32> = rows.iter().flatten().copied().collect();
        let (mut q, mut scales) = (vec![9i16; 6 * 6], [9f32; 6]);
        quantise(&x, 5, 5, &mut q, 6, &mut scales, 1000.0);
        assert_eq!(&q[..6], &[500, -1000, 250, 0, 0, 0]);
        assert!((scales[0] - 0.002).abs() < 1e-9);
        assert_eq!((&q[6..12], scales[1]), (&[0i16; 6][..], 0.0));
        assert_eq!((&q[12..18], scales[2]), (&[0i16; 6][..], 0.0));
        assert_eq!(&q[18..24], &[1000, -1000, 0, 0, 0, 0]);
        assert!(scales[3].is_finite());
        assert!(scales[4].is_nan() && scales[5].is_nan());
    }

    #[test]
    fn the_bound_on_inputs_keeps_the_heaviest_sum_within_32_bits() {
        for weight in [1i64, 65_537, 384 * 2047, 1536 * 2047, 100_000 * 2047] {
            assert!(weight * i64::from(input_top(weight)) <= i64::from(i32::MAX));
        }
    }

    #[test]
    fn soft_max_leaves_the_padding_alone() {
        let mut s = vec![1.0, 1.0, 3.0, -9.0, 500.0, 500.0, -500.0, -9.0];
        softmax(&mut s, 3, 4);
        let e = 1.0 / (2.0 + 2f32.exp());
        for (got, want) in s.iter().zip([e, e, 1.0 - 2.0 * e, -9.0, 0.5, 0.5, 0.0, -9.0]) {
            assert!((got - want).abs() < 1e-6, "{got} for {want}");
        }
    }

    #[test]
    fn normalised_rows_have_the_asked_mean_and_deviation() {
        let mut x: Vec<f32> = (0..38).map(|i| (i * i % 17) as f32).collect();
        let s = vec![0.25f32; 2 * 24];
        residual_norm(&mut x, &s, 24, &[2.0; 19], &[3.0; 19], 1e-12);
        for row in x.chunks(19) {
            let mean = row.iter().sum::<f32>() / 19.0;
            let deviation = (row.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 19.0).sqrt();
            assert!((mean - 3.0).abs() < 1e-5 && (deviation - 2.0).abs() < 1e-5, "{mean} {deviation}");
        }
    }
}
