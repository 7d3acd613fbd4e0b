//! The arithmetic of one encoder layer on plain slices, forward and backward.
//!
//! Invariant: every function is pure in its inputs and gives the same bits for any number of threads: rows are
//! independent, and sums over rows are taken in fixed chunks and added in order. Matrices are row-major. Sequences
//! are packed one after the other without padding; `ends` holds the running end of each.
//!
//! `unsafe` stands here only: calls into the `matrixmultiply` crate, whose pointers are checked against the slices' lengths
//! first, and calls of functions compiled for AVX2, made after the processor was asked for it.
#![allow(unsafe_code, reason = "the one place for it; see above")]
#![allow(clippy::inline_always, reason = "they must be compiled into the functions made for AVX2")]

use rayon::prelude::*;

/// Rows that one task of a row-wise kernel takes; also the chunk of column sums.
const ROWS: usize = 64;
/// A thread's share of a product's rows is a multiple of this, so that only the last share has an uneven edge.
const STRIP: usize = 16;

/// A row-major view into a slice: `rows` × `cols`, `stride` numbers from one row to the next, optionally transposed.
#[derive(Clone, Copy)]
pub struct Mat<'a> {
    data: &'a [f32],
    rows: usize,
    cols: usize,
    row_stride: usize,
    col_stride: usize,
}

impl<'a> Mat<'a> {
    /// A contiguous matrix.
    pub fn new(data: &'a [f32], rows: usize, cols: usize) -> Self {
        Self::strided(data, rows, cols, cols)
    }

    /// A matrix whose rows lie `stride` apart.
    ///
    /// # Panics
    /// If the slice is too short for the shape.
    pub fn strided(data: &'a [f32], rows: usize, cols: usize, stride: usize) -> Self {
        assert!(cols <= stride && (rows == 0 || data.len() >= (rows - 1) * stride + cols), "matrix beyond its slice");
        Mat { data, rows, cols, row_stride: stride, col_stride: 1 }
    }

    /// The transpose; no data moves.
    pub fn t(self) -> Self {
        Mat {
            rows: self.cols,
            cols: self.rows,
            row_stride: self.col_stride,
            col_stride: self.row_stride,
            data: self.data,
        }
    }

    /// At most `rows` rows from row `first`, which must be one of them; no data moves.
    fn strip(self, first: usize, rows: usize) -> Self {
        Mat { data: &self.data[first * self.row_stride..], rows: rows.min(self.rows - first), ..self }
    }
}

/// `out = a · b`, or `out += a · b` where `add` is set; `out` is row-major with rows `stride` apart.
///
/// # Panics
/// If the shapes do not fit each other or the slice.
pub fn matmul(out: &mut [f32], stride: usize, a: Mat<'_>, b: Mat<'_>, add: bool, threads: usize) {
    let (m, k, n) = (a.rows, a.cols, b.cols);
    assert_eq!(k, b.rows, "inner dimensions differ");
    assert!(n <= stride && (m == 0 || out.len() >= (m - 1) * stride + n), "product beyond its slice");
    if m == 0 || n == 0 {
        return;
    }
    // Whole strips of rows for each thread: a number's terms are added in the same order however many there are.
    let height = m.div_ceil(threads.max(1)).next_multiple_of(STRIP);
    if height >= m {
        return product(out, stride, a, b, add);
    }
    out[..(m - 1) * stride + n].par_chunks_mut(height * stride).enumerate().for_each(|(i, out)| {
        product(out, stride, a.strip(i * height, height), b, add);
    });
}

/// [`matmul`] on this thread, its shapes checked by it.
fn product(out: &mut [f32], stride: usize, a: Mat<'_>, b: Mat<'_>, add: bool) {
    // SAFETY: `Mat` can only be built over a slice that holds its last element, `t` and `strip` keep that, and `matmul`
    // checked that `out` holds `a.rows` rows; it is borrowed mutably, so it overlaps neither input.
    unsafe {
        matrixmultiply::sgemm(
            a.rows,
            a.cols,
            b.cols,
            1.0,
            a.data.as_ptr(),
            a.row_stride as isize,
            a.col_stride as isize,
            b.data.as_ptr(),
            b.row_stride as isize,
            b.col_stride as isize,
            if add { 1.0 } else { 0.0 },
            out.as_mut_ptr(),
            stride as isize,
            1,
        );
    }
}

/// Compiles a row kernel twice, plain and for AVX2 with FMA, and picks at run time.
macro_rules! on_avx2 {
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $body:block) => {
        $(#[$doc])*
        $vis fn $name($($arg: $ty),*) {
            #[inline(always)]
            fn plain($($arg: $ty),*) $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                fn wide($($arg: $ty),*) { plain($($arg),*) }
                if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
                    // SAFETY: the processor has just been asked for both features.
                    return unsafe { wide($($arg),*) };
                }
            }
            plain($($arg),*)
        }
    };
}

pub mod product;
pub mod rows;

/// e^x for x ≤ 0 without branches, so that loops over it become vector code. Relative error below 3e-7.
#[inline(always)]
fn exp_neg(x: f32) -> f32 {
    // e^x = 2^n · e^r, r in [-ln2/2, ln2/2]; ln2 split in two for precision. Below -87 the result is flushed to ~0.
    // Adding 1.5 · 2^23 rounds to an integer and leaves it in the low bits: no conversion that would need a branch.
    const SHIFT: f32 = 12_582_912.0;
    let x = x.max(-87.0);
    let shifted = x * std::f32::consts::LOG2_E + SHIFT;
    let n = shifted - SHIFT;
    let r = (x - n * 0.693_145_75) - n * 1.428_606_8e-6;
    // Taylor to the sixth power: |r| ≤ 0.347 leaves less than 2e-7.
    let p = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0))))));
    f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23)) * p
}

/// Sum in sixteen lanes: a fixed order that vector code can keep.
#[inline(always)]
fn lane_sum(x: &[f32]) -> f32 {
    let mut lanes = [0f32; 16];
    let chunks = x.chunks_exact(16);
    let tail: f32 = chunks.remainder().iter().sum();
    for c in chunks {
        for j in 0..16 {
            lanes[j] += c[j];
        }
    }
    lanes.iter().sum::<f32>() + tail
}

/// Sum of products in sixteen lanes.
#[inline(always)]
fn lane_dot(x: &[f32], y: &[f32]) -> f32 {
    let mut lanes = [0f32; 16];
    let (a, b) = (x.chunks_exact(16), y.chunks_exact(16));
    let tail: f32 = a.remainder().iter().zip(b.remainder()).map(|(x, y)| x * y).sum();
    for (a, b) in a.zip(b) {
        for j in 0..16 {
            lanes[j] += a[j] * b[j];
        }
    }
    lanes.iter().sum::<f32>() + tail
}

/// Largest number, in sixteen lanes.
#[inline(always)]
fn lane_max(x: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; 16];
    let chunks = x.chunks_exact(16);
    let tail = chunks.remainder().iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for c in chunks {
        for j in 0..16 {
            lanes[j] = if c[j] > lanes[j] { c[j] } else { lanes[j] };
        }
    }
    lanes.iter().copied().fold(tail, f32::max)
}

/// Φ(x) of the normal distribution, and its density φ(x).
///
/// erf by formula 7.1.26 of Abramowitz and Stegun (1964), absolute error below 1.5e-7.
#[inline(always)]
fn normal(x: f32) -> (f32, f32) {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let e = exp_neg(-z * z);
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let poly = t * (0.254_829_6 + t * (-0.284_496_72 + t * (1.421_413_8 + t * (-1.453_152 + t * 1.061_405_4))));
    let half = 0.5 * poly * e;
    (if x < 0.0 { half } else { 1.0 - half }, e * 0.398_942_3)
}

on_avx2! {
    /// `u += bias`, `g = gelu(u)` for one block of rows; exact (erf) GELU.
    fn bias_gelu_rows(u: &mut [f32], g: &mut [f32], bias: &[f32]) {
        let n = bias.len();
        for (u, g) in u.chunks_exact_mut(n).zip(g.chunks_exact_mut(n)) {
            for i in 0..n {
                let x = u[i] + bias[i];
                u[i] = x;
                g[i] = x * normal(x).0;
            }
        }
    }
}

on_avx2! {
    /// `d *= gelu'(u)`.
    fn gelu_grad_rows(d: &mut [f32], u: &[f32]) {
        for (d, &x) in d.iter_mut().zip(u) {
            let (cdf, pdf) = normal(x);
            *d *= cdf + x * pdf;
        }
    }
}

on_avx2! {
    /// For each row: `s = a + bias + residual`, normalised to mean 0 and variance 1, kept in `a`, `1/σ` in `inv`;
    /// `y = norm · gamma + beta`.
    fn add_norm_rows(a: &mut [f32], residual: &[f32], bias: &[f32], gamma: &[f32], beta: &[f32], eps: f32, y: &mut [f32], inv: &mut [f32]) {
        let n = bias.len();
        for (((a, r), y), inv) in a.chunks_exact_mut(n).zip(residual.chunks_exact(n)).zip(y.chunks_exact_mut(n)).zip(inv) {
            let (a, r, y) = (&mut a[..n], &r[..n], &mut y[..n]);
            for i in 0..n {
                a[i] += bias[i] + r[i];
            }
            let mean = lane_sum(a) / n as f32;
            for i in 0..n {
                a[i] -= mean;
            }
            let k = 1.0 / (lane_dot(a, a) / n as f32 + eps).sqrt();
            *inv = k;
            for i in 0..n {
                let x = a[i] * k;
                a[i] = x;
                y[i] = x * gamma[i] + beta[i];
            }
        }
    }
}

on_avx2! {
    /// Backward of the normalisation: `d` (gradient of y) becomes the gradient of the sum; `dgamma` and `dbeta` grow.
    fn norm_grad_rows(d: &mut [f32], norm: &[f32], inv: &[f32], gamma: &[f32], dgamma: &mut [f32], dbeta: &mut [f32]) {
        let n = gamma.len();
        for ((d, x), &k) in d.chunks_exact_mut(n).zip(norm.chunks_exact(n)).zip(inv) {
            for i in 0..n {
                dgamma[i] += d[i] * x[i];
                dbeta[i] += d[i];
                d[i] *= gamma[i];
            }
            let (m1, m2) = (lane_sum(d), lane_dot(d, x));
            let (m1, m2) = (m1 / n as f32, m2 / n as f32);
            for i in 0..n {
                d[i] = k * (d[i] - m1 - x[i] * m2);
            }
        }
    }
}

on_avx2! {
    /// Adds a bias to each row.
    fn bias_rows(x: &mut [f32], bias: &[f32]) {
        for row in x.chunks_exact_mut(bias.len()) {
            for (x, b) in row.iter_mut().zip(bias) {
                *x += b;
            }
        }
    }
}

on_avx2! {
    /// Soft-max over rows of `n`, after scaling.
    fn softmax_rows(s: &mut [f32], n: usize, scale: f32) {
        for row in s.chunks_exact_mut(n) {
            for x in row.iter_mut() {
                *x *= scale;
            }
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
    /// Backward of the soft-max by rows of `n`: `d = p · (d - Σ p d) · scale`.
    fn softmax_grad_rows(p: &[f32], d: &mut [f32], n: usize, scale: f32) {
        for (p, d) in p.chunks_exact(n).zip(d.chunks_exact_mut(n)) {
            let dot = lane_dot(p, d);
            for (d, p) in d.iter_mut().zip(p) {
                *d = p * (*d - dot) * scale;
            }
        }
    }
}

on_avx2! {
    /// `out += column sums of x`.
    fn add_column_sums(x: &[f32], out: &mut [f32]) {
        for row in x.chunks_exact(out.len()) {
            for (o, x) in out.iter_mut().zip(row) {
                *o += x;
            }
        }
    }
}

/// Column sums of a matrix of width `n`, in fixed chunks.
fn column_sums(x: &[f32], n: usize) -> Vec<f32> {
    let parts: Vec<Vec<f32>> = x
        .par_chunks(ROWS * n)
        .map(|c| {
            let mut s = vec![0f32; n];
            add_column_sums(c, &mut s);
            s
        })
        .collect();
    let mut total = vec![0f32; n];
    for p in &parts {
        for (t, p) in total.iter_mut().zip(p) {
            *t += p;
        }
    }
    total
}

/// The sizes of a layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dims {
    /// Width of a token's vector.
    pub hidden: usize,
    /// Attention heads; divides `hidden`.
    pub heads: usize,
    /// Width of the inner layer.
    pub inner: usize,
    /// ε of the normalisation.
    pub eps: f32,
}

/// The tensors of a layer inside its flat parameter vector, in this order.
struct Params<'a> {
    wqkv: &'a [f32],
    bqkv: &'a [f32],
    wo: &'a [f32],
    bo: &'a [f32],
    g1: &'a [f32],
    b1: &'a [f32],
    wi: &'a [f32],
    bi: &'a [f32],
    wd: &'a [f32],
    bd: &'a [f32],
    g2: &'a [f32],
    b2: &'a [f32],
}

impl Dims {
    /// Lengths of the layer's tensors in the flat vector: Q, K, V weights stacked (each hidden × hidden), their
    /// biases, output weight and bias, first γ and β, inner weight and bias, outer weight and bias, second γ and β.
    pub const fn lengths(&self) -> [usize; 12] {
        let (h, i) = (self.hidden, self.inner);
        [3 * h * h, 3 * h, h * h, h, h, h, i * h, i, h * i, h, h, h]
    }

    /// Length of the flat parameter vector.
    pub fn parameters(&self) -> usize {
        self.lengths().iter().sum()
    }

    fn split<'a>(&self, mut p: &'a [f32]) -> Params<'a> {
        assert_eq!(p.len(), self.parameters(), "a layer's parameters have another length");
        let mut next = self.lengths().into_iter().map(|n| {
            let (a, b) = p.split_at(n);
            p = b;
            a
        });
        let mut take = || next.next().expect("twelve tensors");
        Params {
            wqkv: take(),
            bqkv: take(),
            wo: take(),
            bo: take(),
            g1: take(),
            b1: take(),
            wi: take(),
            bi: take(),
            wd: take(),
            bd: take(),
            g2: take(),
            b2: take(),
        }
    }
}

/// What the backward pass of a layer needs of its forward pass.
pub struct Cache {
    qkv: Vec<f32>,
    context: Vec<f32>,
    norm1: Vec<f32>,
    inv1: Vec<f32>,
    middle: Vec<f32>,
    pre: Vec<f32>,
    act: Vec<f32>,
    norm2: Vec<f32>,
    inv2: Vec<f32>,
}

fn rows_of(ends: &[usize]) -> impl Iterator<Item = (usize, usize)> + '_ {
    std::iter::once(0).chain(ends.iter().copied()).zip(ends.iter().copied())
}

/// Splits a packed matrix of width `n` into one slice for each sequence.
fn per_sequence<'a>(mut x: &'a mut [f32], ends: &[usize], n: usize) -> Vec<&'a mut [f32]> {
    rows_of(ends)
        .map(|(a, b)| {
            let (head, rest) = std::mem::take(&mut x).split_at_mut((b - a) * n);
            x = rest;
            head
        })
        .collect()
}

/// Normalises `a + bias + residual`; returns the layer-normed rows and 1/σ, and leaves the normalised rows in `a`.
fn add_norm(
    a: &mut [f32],
    residual: &[f32],
    bias: &[f32],
    gamma: &[f32],
    beta: &[f32],
    eps: f32,
) -> (Vec<f32>, Vec<f32>) {
    let n = bias.len();
    let mut y = vec![0f32; a.len()];
    let mut inv = vec![0f32; a.len() / n];
    a.par_chunks_mut(ROWS * n)
        .zip(residual.par_chunks(ROWS * n))
        .zip(y.par_chunks_mut(ROWS * n))
        .zip(inv.par_chunks_mut(ROWS))
        .for_each(|(((a, r), y), inv)| add_norm_rows(a, r, bias, gamma, beta, eps, y, inv));
    (y, inv)
}

/// Backward of [`add_norm`]: `d` becomes the gradient of the sum. Returns the gradients of γ, β and the bias.
fn add_norm_grad(d: &mut [f32], norm: &[f32], inv: &[f32], gamma: &[f32]) -> [Vec<f32>; 3] {
    let n = gamma.len();
    let parts: Vec<(Vec<f32>, Vec<f32>)> = d
        .par_chunks_mut(ROWS * n)
        .zip(norm.par_chunks(ROWS * n))
        .zip(inv.par_chunks(ROWS))
        .map(|((d, x), inv)| {
            let (mut dg, mut db) = (vec![0f32; n], vec![0f32; n]);
            norm_grad_rows(d, x, inv, gamma, &mut dg, &mut db);
            (dg, db)
        })
        .collect();
    let (mut dg, mut db) = (vec![0f32; n], vec![0f32; n]);
    for (g, b) in &parts {
        for i in 0..n {
            dg[i] += g[i];
            db[i] += b[i];
        }
    }
    [dg, db, column_sums(d, n)]
}

/// Layer normalisation of `a + residual` for the embeddings: returns the rows; `a` keeps the normalised ones and the
/// second result 1/σ, both needed by [`embed_norm_grad`].
pub fn embed_norm(a: &mut [f32], residual: &[f32], gamma: &[f32], beta: &[f32], eps: f32) -> (Vec<f32>, Vec<f32>) {
    let zero = vec![0f32; gamma.len()];
    add_norm(a, residual, &zero, gamma, beta, eps)
}

/// Backward of [`embed_norm`]: `d` becomes the gradient of the sum; returns the gradients of γ and β.
pub fn embed_norm_grad(d: &mut [f32], norm: &[f32], inv: &[f32], gamma: &[f32]) -> [Vec<f32>; 2] {
    let [dg, db, _] = add_norm_grad(d, norm, inv, gamma);
    [dg, db]
}

fn attention(qkv: &[f32], ends: &[usize], dims: &Dims) -> Vec<f32> {
    let (h, d) = (dims.hidden, dims.hidden / dims.heads);
    let scale = 1.0 / (d as f32).sqrt();
    let mut out = vec![0f32; qkv.len() / 3];
    let spans: Vec<(usize, usize)> = rows_of(ends).collect();
    per_sequence(&mut out, ends, h).into_par_iter().zip(spans).for_each(|(out, (a, b))| {
        let n = b - a;
        let x = &qkv[a * 3 * h..b * 3 * h];
        let mut s = vec![0f32; n * n];
        for head in 0..dims.heads {
            let part = |i: usize| Mat::strided(&x[i * h + head * d..], n, d, 3 * h);
            matmul(&mut s, n, part(0), part(1).t(), false, 1);
            softmax_rows(&mut s, n, scale);
            matmul(&mut out[head * d..], h, Mat::new(&s, n, n), part(2), false, 1);
        }
    });
    out
}

/// Gradient of [`attention`] with respect to `qkv`.
fn attention_grad(qkv: &[f32], dout: &[f32], ends: &[usize], dims: &Dims) -> Vec<f32> {
    let (h, d) = (dims.hidden, dims.hidden / dims.heads);
    let scale = 1.0 / (d as f32).sqrt();
    let mut grad = vec![0f32; qkv.len()];
    let spans: Vec<(usize, usize)> = rows_of(ends).collect();
    per_sequence(&mut grad, ends, 3 * h).into_par_iter().zip(spans).for_each(|(grad, (a, b))| {
        let n = b - a;
        let x = &qkv[a * 3 * h..b * 3 * h];
        let dout = &dout[a * h..b * h];
        let (mut p, mut dp) = (vec![0f32; n * n], vec![0f32; n * n]);
        for head in 0..dims.heads {
            let part = |i: usize| Mat::strided(&x[i * h + head * d..], n, d, 3 * h);
            let dout = Mat::strided(&dout[head * d..], n, d, h);
            matmul(&mut p, n, part(0), part(1).t(), false, 1);
            softmax_rows(&mut p, n, scale);
            matmul(&mut grad[2 * h + head * d..], 3 * h, Mat::new(&p, n, n).t(), dout, false, 1);
            matmul(&mut dp, n, dout, part(2).t(), false, 1);
            softmax_grad_rows(&p, &mut dp, n, scale);
            matmul(&mut grad[head * d..], 3 * h, Mat::new(&dp, n, n), part(1), false, 1);
            matmul(&mut grad[h + head * d..], 3 * h, Mat::new(&dp, n, n).t(), part(0), false, 1);
        }
    });
    grad
}

/// One layer over packed sequences: `x` is tokens × hidden. With `cache`, keeps what [`layer_grad`] needs.
pub fn layer(x: &[f32], params: &[f32], ends: &[usize], dims: &Dims, cache: Option<&mut Option<Cache>>) -> Vec<f32> {
    let p = dims.split(params);
    let (h, inner) = (dims.hidden, dims.inner);
    let t = x.len() / h;
    let threads = rayon::current_num_threads();

    let mut qkv = vec![0f32; t * 3 * h];
    matmul(&mut qkv, 3 * h, Mat::new(x, t, h), Mat::new(p.wqkv, 3 * h, h).t(), false, threads);
    qkv.par_chunks_mut(ROWS * 3 * h).for_each(|c| bias_rows(c, p.bqkv));
    let context = attention(&qkv, ends, dims);

    let mut norm1 = vec![0f32; t * h];
    matmul(&mut norm1, h, Mat::new(&context, t, h), Mat::new(p.wo, h, h).t(), false, threads);
    let (middle, inv1) = add_norm(&mut norm1, x, p.bo, p.g1, p.b1, dims.eps);

    let (mut pre, mut act) = (vec![0f32; t * inner], vec![0f32; t * inner]);
    matmul(&mut pre, inner, Mat::new(&middle, t, h), Mat::new(p.wi, inner, h).t(), false, threads);
    pre.par_chunks_mut(ROWS * inner)
        .zip(act.par_chunks_mut(ROWS * inner))
        .for_each(|(u, g)| bias_gelu_rows(u, g, p.bi));

    let mut norm2 = vec![0f32; t * h];
    matmul(&mut norm2, h, Mat::new(&act, t, inner), Mat::new(p.wd, h, inner).t(), false, threads);
    let (y, inv2) = add_norm(&mut norm2, &middle, p.bd, p.g2, p.b2, dims.eps);
    if let Some(slot) = cache {
        *slot = Some(Cache { qkv, context, norm1, inv1, middle, pre, act, norm2, inv2 });
    }
    y
}

/// Backward of [`layer`]: gradients of the input and of the flat parameters, given the gradient `d` of the output.
pub fn layer_grad(
    x: &[f32],
    params: &[f32],
    ends: &[usize],
    dims: &Dims,
    c: &Cache,
    mut d: Vec<f32>,
) -> (Vec<f32>, Vec<f32>) {
    let p = dims.split(params);
    let (h, inner) = (dims.hidden, dims.inner);
    let t = x.len() / h;
    let threads = rayon::current_num_threads();
    let mut grads = vec![0f32; dims.parameters()];
    let mut parts: Vec<&mut [f32]> = Vec::with_capacity(12);
    let mut rest = grads.as_mut_slice();
    for n in dims.lengths() {
        let (a, b) = rest.split_at_mut(n);
        parts.push(a);
        rest = b;
    }

    let [dg, db, dbias] = add_norm_grad(&mut d, &c.norm2, &c.inv2, p.g2);
    parts[10].copy_from_slice(&dg);
    parts[11].copy_from_slice(&db);
    parts[9].copy_from_slice(&dbias);
    let mut dpre = vec![0f32; t * inner];
    matmul(&mut dpre, inner, Mat::new(&d, t, h), Mat::new(p.wd, h, inner), false, threads);
    matmul(parts[8], inner, Mat::new(&d, t, h).t(), Mat::new(&c.act, t, inner), false, threads);
    dpre.par_chunks_mut(ROWS * inner).zip(c.pre.par_chunks(ROWS * inner)).for_each(|(d, u)| gelu_grad_rows(d, u));
    parts[7].copy_from_slice(&column_sums(&dpre, inner));
    matmul(parts[6], h, Mat::new(&dpre, t, inner).t(), Mat::new(&c.middle, t, h), false, threads);
    matmul(&mut d, h, Mat::new(&dpre, t, inner), Mat::new(p.wi, inner, h), true, threads);

    let [dg, db, dbias] = add_norm_grad(&mut d, &c.norm1, &c.inv1, p.g1);
    parts[4].copy_from_slice(&dg);
    parts[5].copy_from_slice(&db);
    parts[3].copy_from_slice(&dbias);
    let mut dcontext = vec![0f32; t * h];
    matmul(&mut dcontext, h, Mat::new(&d, t, h), Mat::new(p.wo, h, h), false, threads);
    matmul(parts[2], h, Mat::new(&d, t, h).t(), Mat::new(&c.context, t, h), false, threads);
    let dqkv = attention_grad(&c.qkv, &dcontext, ends, dims);
    parts[1].copy_from_slice(&column_sums(&dqkv, 3 * h));
    matmul(parts[0], h, Mat::new(&dqkv, t, 3 * h).t(), Mat::new(x, t, h), false, threads);
    matmul(&mut d, h, Mat::new(&dqkv, t, 3 * h), Mat::new(p.wqkv, 3 * h, h), true, threads);
    (d, grads)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small deterministic generator: tests need variety, not quality.
    fn numbers(n: usize, seed: u64, scale: f32) -> Vec<f32> {
        let mut s = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        (0..n)
            .map(|_| {
                s ^= s << 13;
                s ^= s >> 7;
                s ^= s << 17;
                ((s >> 40) as f32 / (1u64 << 24) as f32 - 0.5) * 2.0 * scale
            })
            .collect()
    }

    #[test]
    fn exp_and_normal_are_close_to_the_library() {
        for i in 0..20_000 {
            let x = -i as f32 * 0.004;
            let want = f64::from(x).exp();
            assert!((f64::from(exp_neg(x)) - want).abs() <= want * 5e-7 + 1e-37, "exp({x})");
        }
        // Φ against numerical integration of φ.
        let mut cdf = 0.0f64;
        let step = 1e-4;
        let mut x = -8.0f64;
        while x < 6.0 {
            if ((x * 1e4).round() as i64) % 500 == 0 {
                assert!((f64::from(normal(x as f32).0) - cdf).abs() < 5e-7, "cdf({x})");
            }
            let pdf = |x: f64| (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
            cdf += step * (pdf(x) + 4.0 * pdf(x + step / 2.0) + pdf(x + step)) / 6.0;
            x += step;
        }
    }

    #[test]
    fn the_gradient_of_a_layer_agrees_with_finite_differences() {
        let dims = Dims { hidden: 16, heads: 2, inner: 24, eps: 1e-12 };
        let ends = [3, 8];
        let mut params = numbers(dims.parameters(), 3, 0.4);
        let x = numbers(8 * dims.hidden, 4, 1.0);
        let w = numbers(8 * dims.hidden, 5, 1.0);
        let loss = |x: &[f32], p: &[f32]| -> f64 {
            layer(x, p, &ends, &dims, None).iter().zip(&w).map(|(y, w)| f64::from(y * w)).sum()
        };
        let mut cache = None;
        layer(&x, &params, &ends, &dims, Some(&mut cache));
        let (dx, dp) = layer_grad(&x, &params, &ends, &dims, cache.as_ref().expect("kept"), w.clone());
        let close = |got: f32, want: f64, what: &str| {
            assert!((f64::from(got) - want).abs() < 2e-2 + 0.02 * want.abs(), "{what}: {got} against {want}");
        };
        let e = 2e-3f32;
        let mut y = x.clone();
        for i in (0..x.len()).step_by(7) {
            y[i] = x[i] + e;
            let up = loss(&y, &params);
            y[i] = x[i] - e;
            let down = loss(&y, &params);
            y[i] = x[i];
            close(dx[i], (up - down) / f64::from(2.0 * e), "input");
        }
        for i in (0..params.len()).step_by(11) {
            let keep = params[i];
            params[i] = keep + e;
            let up = loss(&x, &params);
            params[i] = keep - e;
            let down = loss(&x, &params);
            params[i] = keep;
            close(dp[i], (up - down) / f64::from(2.0 * e), "parameter");
        }
    }

    #[test]
    fn a_sequence_gives_the_same_bits_alone_and_in_company() {
        let dims = Dims { hidden: 32, heads: 4, inner: 64, eps: 1e-12 };
        let params = numbers(dims.parameters(), 9, 0.3);
        let (a, b) = (numbers(5 * 32, 1, 1.0), numbers(9 * 32, 2, 1.0));
        let both: Vec<f32> = a.iter().chain(&b).copied().collect();
        let alone = layer(&b, &params, &[9], &dims, None);
        let company = layer(&both, &params, &[5, 14], &dims, None);
        for (x, y) in alone.iter().zip(&company[5 * 32..]) {
            assert!((x - y).abs() <= 1e-5 * x.abs().max(1.0));
        }
    }
}
