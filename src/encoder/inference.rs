//! The forward pass for use: weights packed once, no gradients.
//!
//! Invariant: a token's vector depends on its sequence and the weights alone; the same bits come whatever stands beside
//! the sequence, however many threads work, and on every processor that has fused multiply-add.
//!
//! Many sequences: each thread takes some through all layers and never waits for another. Few: the rows are split, and
//! the threads meet twice a layer (attention needs every row's keys and values).

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;

use candle_core::{DType, Tensor};
use candle_transformers::models::bert::Config;
use rayon::prelude::*;

use super::kernels::product::{BLOCK, Isa, Line, Number, PANEL, multiply, padded};
use super::kernels::rows;
use super::{EncoderError, Packed};

/// Rows that one thread takes through all layers at once: their activations stay in a second-level cache.
const CHUNK: usize = 256;

/// How the products are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// In f32.
    F32,
    /// Weights and inputs rounded to integers of up to 16 bits, each output's and each row's by its own scale, and
    /// summed exactly.
    #[default]
    Int16,
}

impl Precision {
    /// Its name on the command line and in versions.
    pub const fn name(self) -> &'static str {
        match self {
            Precision::F32 => "f32",
            Precision::Int16 => "int16",
        }
    }
}

impl std::fmt::Display for Precision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Precision {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, String> {
        [Precision::F32, Precision::Int16]
            .into_iter()
            .find(|p| p.name() == s)
            .ok_or_else(|| format!("no such precision: {s}; f32 and int16 are there"))
    }
}

enum Weights {
    F32(Vec<Line<f32, 16>>),
    /// `top`: the largest magnitude of a rounded input with which no sum can leave 32 bits.
    Int16 {
        lines: Vec<Line<i16, 32>>,
        scales: Vec<f32>,
        top: f32,
    },
}

/// A linear map, packed: `y = x · wᵀ + b`.
pub(super) struct Linear {
    inputs: usize,
    outputs: usize,
    weights: Weights,
    /// Padded to whole panels.
    bias: Vec<f32>,
}

/// What one thread works in; kept from call to call, since fresh memory costs page faults.
#[derive(Default)]
pub(super) struct Scratch {
    tile: Vec<f32>,
    sums: Vec<i32>,
    rounded: Vec<i16>,
    scales: Vec<f32>,
    wide: Vec<f32>,
    inner: Vec<f32>,
    scores: Vec<f32>,
    context: Vec<f32>,
    keys: Vec<Line<f32, 16>>,
    values: Vec<Line<f32, 16>>,
    qkv: Vec<f32>,
}

/// Makes a buffer at least so long; what it holds stays whatever it was.
fn grow<T: Copy + Default>(v: &mut Vec<T>, n: usize) -> &mut [T] {
    if v.len() < n {
        v.resize(n, T::default());
    }
    &mut v[..n]
}

/// Heights of blocks of at most [`BLOCK`] rows, a multiple of every tile's height but the last.
fn blocks(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    let height = rows.div_ceil(rows.div_ceil(BLOCK).max(1)).next_multiple_of(12).max(12);
    (0..rows).step_by(height).map(move |a| (a, rows.min(a + height)))
}

impl Linear {
    /// Packs `outputs` rows of `inputs` weights each.
    pub(super) fn pack(w: &[f32], bias: &[f32], inputs: usize, outputs: usize, precision: Precision) -> Self {
        assert!(w.len() == inputs * outputs && bias.len() == outputs && inputs > 0, "weights of another shape");
        let panels = outputs.div_ceil(PANEL);
        let weights = match precision {
            Precision::F32 => {
                let mut lines = vec![f32::ZERO; panels * inputs];
                lines.par_chunks_mut(inputs).zip(w.par_chunks(inputs * PANEL)).for_each(|(panel, w)| {
                    for (j, row) in w.chunks_exact(inputs).enumerate() {
                        for (line, v) in panel.iter_mut().zip(row) {
                            f32::put(line, j, std::slice::from_ref(v));
                        }
                    }
                });
                Weights::F32(lines)
            }
            Precision::Int16 => {
                let pairs = inputs.div_ceil(2);
                let mut lines = vec![i16::ZERO; panels * pairs];
                let mut scales = vec![0f32; panels * PANEL];
                let heaviest = lines
                    .par_chunks_mut(pairs)
                    .zip(scales.par_chunks_mut(PANEL))
                    .zip(w.par_chunks(inputs * PANEL))
                    .map(|((panel, scales), w)| {
                        let mut q = vec![0i16; inputs];
                        let mut heaviest = 0;
                        for (j, row) in w.chunks_exact(inputs).enumerate() {
                            let top = rows::WEIGHT_TOP as f32;
                            rows::quantise(row, inputs, inputs, &mut q, inputs, &mut scales[j..=j], top);
                            for (line, v) in panel.iter_mut().zip(q.chunks(2)) {
                                i16::put(line, j, v);
                            }
                            heaviest = q.iter().map(|v| i64::from(v.abs())).sum::<i64>().max(heaviest);
                        }
                        heaviest
                    })
                    .max();
                Weights::Int16 { lines, scales, top: rows::input_top(heaviest.unwrap_or(0)) as f32 }
            }
        };
        let mut padded_bias = vec![0f32; panels * PANEL];
        padded_bias[..outputs].copy_from_slice(bias);
        Linear { inputs, outputs, weights, bias: padded_bias }
    }

    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    /// `x · wᵀ` for at most [`BLOCK`] rows, `stride` apart, a panel at a time: `emit` gets the first column, its tile and
    /// the panel's biases.
    fn block(
        &self,
        isa: Isa,
        x: &[f32],
        stride: usize,
        height: usize,
        s: &mut Small<'_>,
        mut emit: impl FnMut(usize, &[f32], &[f32]),
    ) {
        let tile = &mut grow(s.tile, BLOCK * PANEL)[..height * PANEL];
        match &self.weights {
            Weights::F32(lines) => {
                for (p, panel) in lines.chunks_exact(self.inputs).enumerate() {
                    multiply(isa, x, stride, height, panel, tile);
                    emit(p * PANEL, tile, &self.bias[p * PANEL..][..PANEL]);
                }
            }
            Weights::Int16 { lines, scales, top } => {
                let pairs = self.inputs.div_ceil(2);
                let q = grow(s.rounded, height * 2 * pairs);
                let row_scales = grow(s.scales, height);
                rows::quantise(x, self.inputs, stride, q, 2 * pairs, row_scales, *top);
                let sums = grow(s.sums, height * PANEL);
                for (p, panel) in lines.chunks_exact(pairs).enumerate() {
                    multiply(isa, q, 2 * pairs, height, panel, sums);
                    rows::unscale(sums, row_scales, &scales[p * PANEL..][..PANEL], tile);
                    emit(p * PANEL, tile, &self.bias[p * PANEL..][..PANEL]);
                }
            }
        }
    }

    /// All rows of `x` (each `inputs` numbers): rows × `outputs`, through GELU where asked.
    pub(super) fn apply(&self, x: &[f32], gelu: bool) -> Vec<f32> {
        let (isa, n, wide) = (Isa::best(), x.len() / self.inputs, padded(self.outputs));
        let mut y = vec![0f32; n * wide];
        y.par_chunks_mut(CHUNK * wide).zip(x.par_chunks(CHUNK * self.inputs)).for_each(|(y, x)| {
            let mut scratch = Scratch::default();
            for (a, b) in blocks(y.len() / wide) {
                let to = &mut y[a * wide..b * wide];
                let x = &x[a * self.inputs..b * self.inputs];
                self.block(isa, x, self.inputs, b - a, &mut scratch.small(), |at, tile, bias| {
                    if gelu {
                        rows::place_gelu(tile, bias, to, wide, at)
                    } else {
                        rows::place(tile, bias, to, wide, at)
                    }
                });
            }
        });
        if wide == self.outputs {
            return y;
        }
        y.chunks_exact(wide).flat_map(|row| &row[..self.outputs]).copied().collect()
    }
}

/// The parts of [`Scratch`] that a product needs.
struct Small<'a> {
    tile: &'a mut Vec<f32>,
    sums: &'a mut Vec<i32>,
    rounded: &'a mut Vec<i16>,
    scales: &'a mut Vec<f32>,
}

impl Scratch {
    fn small(&mut self) -> Small<'_> {
        Small { tile: &mut self.tile, sums: &mut self.sums, rounded: &mut self.rounded, scales: &mut self.scales }
    }
}

struct Norm {
    gamma: Vec<f32>,
    beta: Vec<f32>,
}

struct Layer {
    qkv: Linear,
    output: Linear,
    norm1: Norm,
    inner: Linear,
    outer: Linear,
    norm2: Norm,
}

/// The encoder, packed for use.
pub struct Inference {
    words: Vec<f32>,
    /// Positions plus the one token type.
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
    hidden: usize,
    heads: usize,
    eps: f32,
    max_len: usize,
    precision: Precision,
    scratch: Mutex<Vec<Scratch>>,
}

impl Inference {
    /// Packs tensors with Hugging Face `BertModel` names, of any float type.
    ///
    /// # Errors
    /// A tensor that is missing, of another shape or not finite, with its name; `path` is for messages only.
    pub fn from_tensors(
        tensors: &HashMap<String, Tensor>,
        config: &Config,
        path: &Path,
        precision: Precision,
    ) -> Result<Self, EncoderError> {
        let broken = |why: String| EncoderError::Broken { path: path.to_owned(), why };
        let get = |name: &str, len: usize| -> Result<Vec<f32>, EncoderError> {
            let t = tensors.get(name).ok_or_else(|| broken(format!("tensor {name} is missing")))?;
            if t.elem_count() != len {
                return Err(broken(format!("tensor {name} has {} numbers, expected {len}", t.elem_count())));
            }
            let v = t.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
            if !v.par_chunks(1 << 14).all(|c| c.iter().all(|x| x.is_finite())) {
                return Err(broken(format!("tensor {name} holds numbers that are not finite")));
            }
            Ok(v)
        };
        let (h, inner) = (config.hidden_size, config.intermediate_size);
        let heads = config.num_attention_heads;
        if heads == 0 || h == 0 || inner == 0 || !h.is_multiple_of(heads) {
            return Err(broken(format!("{heads} heads do not divide a width of {h}")));
        }
        let max_len = config.max_position_embeddings;
        let words = get("embeddings.word_embeddings.weight", config.vocab_size * h)?;
        let mut positions = get("embeddings.position_embeddings.weight", max_len * h)?;
        let kind = get("embeddings.token_type_embeddings.weight", config.type_vocab_size * h)?;
        for row in positions.chunks_exact_mut(h) {
            for (p, k) in row.iter_mut().zip(&kind) {
                *p += k;
            }
        }
        let norm = |name: &str| -> Result<Norm, EncoderError> {
            Ok(Norm { gamma: get(&format!("{name}.weight"), h)?, beta: get(&format!("{name}.bias"), h)? })
        };
        let linear = |names: &[String], inputs: usize, outputs: usize| -> Result<Linear, EncoderError> {
            let (mut w, mut b) = (Vec::with_capacity(inputs * outputs), Vec::with_capacity(outputs));
            for name in names {
                w.extend(get(&format!("{name}.weight"), inputs * outputs / names.len())?);
                b.extend(get(&format!("{name}.bias"), outputs / names.len())?);
            }
            Ok(Linear::pack(&w, &b, inputs, outputs, precision))
        };
        let layers = (0..config.num_hidden_layers)
            .into_par_iter()
            .map(|i| {
                let p = format!("encoder.layer.{i}");
                let qkv = ["query", "key", "value"].map(|n| format!("{p}.attention.self.{n}"));
                Ok(Layer {
                    qkv: linear(&qkv, h, 3 * h)?,
                    output: linear(&[format!("{p}.attention.output.dense")], h, h)?,
                    norm1: norm(&format!("{p}.attention.output.LayerNorm"))?,
                    inner: linear(&[format!("{p}.intermediate.dense")], h, inner)?,
                    outer: linear(&[format!("{p}.output.dense")], inner, h)?,
                    norm2: norm(&format!("{p}.output.LayerNorm"))?,
                })
            })
            .collect::<Result<Vec<_>, EncoderError>>()?;
        Ok(Inference {
            words,
            positions,
            norm: norm("embeddings.LayerNorm")?,
            layers,
            hidden: h,
            heads,
            eps: config.layer_norm_eps as f32,
            max_len,
            precision,
            scratch: Mutex::new(Vec::new()),
        })
    }

    /// How the products are computed.
    pub const fn precision(&self) -> Precision {
        self.precision
    }

    /// Longest sequence the positions allow.
    pub const fn max_len(&self) -> usize {
        self.max_len
    }

    /// Width of a token's vector.
    pub const fn hidden(&self) -> usize {
        self.hidden
    }

    /// Vectors of all tokens, tokens × hidden.
    ///
    /// # Errors
    /// A sequence longer than [`Self::max_len`], or an id outside the vocabulary.
    pub fn forward(&self, packed: &Packed) -> Result<Vec<f32>, EncoderError> {
        self.forward_on(packed, Isa::best(), rayon::current_num_threads())
    }

    fn forward_on(&self, packed: &Packed, isa: Isa, threads: usize) -> Result<Vec<f32>, EncoderError> {
        let h = self.hidden;
        let spans: Vec<(usize, usize)> = packed.spans().collect();
        let vocabulary = self.words.len() / h;
        let fail = |why: String| EncoderError::Compute(candle_core::Error::Msg(why));
        if let Some((a, b)) = spans.iter().find(|(a, b)| b - a > self.max_len) {
            return Err(fail(format!("{} tokens, at most {}", b - a, self.max_len)));
        }
        if let Some(id) = packed.ids.iter().find(|&&id| id as usize >= vocabulary) {
            return Err(fail(format!("token {id} in a vocabulary of {vocabulary}")));
        }
        let total = packed.ids.len();
        let mut x = vec![0f32; total * h];
        let groups = groups(&spans, threads);
        if let Some(groups) = groups {
            let mut rest = x.as_mut_slice();
            let mut tasks = Vec::with_capacity(groups.len());
            for g in groups {
                let rows = spans[g.end - 1].1 - spans[g.start].0;
                let (head, tail) = std::mem::take(&mut rest).split_at_mut(rows * h);
                rest = tail;
                tasks.push((&spans[g], head));
            }
            tasks.into_par_iter().with_max_len(1).for_each(|(spans, x)| {
                let mut s = self.borrow();
                let first = spans[0].0;
                self.embed(packed, spans, first, x);
                let spans: Vec<(usize, usize)> = spans.iter().map(|(a, b)| (a - first, b - first)).collect();
                let mut qkv = std::mem::take(&mut s.qkv);
                let width = padded(3 * h);
                let rows = x.len() / h;
                grow(&mut qkv, rows * width);
                for layer in &self.layers {
                    layer.project(isa, x, h, &mut qkv[..rows * width], &mut s);
                    self.finish(layer, isa, x, 0, &qkv, &spans, &mut s);
                }
                s.qkv = qkv;
                self.give_back(s);
            });
        } else {
            let height = total.div_ceil(threads.max(1)).max(1);
            let mut shared = self.borrow();
            let mut qkv = std::mem::take(&mut shared.qkv);
            let width = padded(3 * h);
            let qkv_rows = grow(&mut qkv, total * width);
            let mut parts: Vec<Scratch> = (0..total.div_ceil(height)).map(|_| self.borrow()).collect();
            self.embed(packed, &spans, 0, &mut x);
            for layer in &self.layers {
                x.par_chunks_mut(height * h)
                    .zip(qkv_rows.par_chunks_mut(height * width))
                    .zip(parts.par_iter_mut())
                    .with_max_len(1)
                    .for_each(|((x, qkv), s)| layer.project(isa, x, h, qkv, s));
                x.par_chunks_mut(height * h)
                    .zip(parts.par_iter_mut())
                    .enumerate()
                    .with_max_len(1)
                    .for_each(|(i, (x, s))| self.finish(layer, isa, x, i * height, qkv_rows, &spans, s));
            }
            shared.qkv = qkv;
            self.give_back(shared);
            for s in parts {
                self.give_back(s);
            }
        }
        Ok(x)
    }

    fn borrow(&self) -> Scratch {
        self.scratch.lock().expect("no panic while held").pop().unwrap_or_default()
    }

    fn give_back(&self, s: Scratch) {
        self.scratch.lock().expect("no panic while held").push(s);
    }

    /// Embeddings of the sequences `spans`, whose first row is `first`.
    fn embed(&self, packed: &Packed, spans: &[(usize, usize)], first: usize, x: &mut [f32]) {
        let h = self.hidden;
        for &(a, b) in spans {
            let out = &mut x[(a - first) * h..(b - first) * h];
            for (row, &id) in out.chunks_exact_mut(h).zip(&packed.ids[a..b]) {
                row.copy_from_slice(&self.words[id as usize * h..][..h]);
            }
            rows::residual_norm(out, &self.positions[..(b - a) * h], h, &self.norm.gamma, &self.norm.beta, self.eps);
        }
    }

    /// All of a layer after the projections, on the rows of `x`, which begin at row `first` of `qkv`.
    fn finish(
        &self,
        layer: &Layer,
        isa: Isa,
        x: &mut [f32],
        first: usize,
        qkv: &[f32],
        spans: &[(usize, usize)],
        s: &mut Scratch,
    ) {
        let (h, d) = (self.hidden, self.hidden / self.heads);
        let n = x.len() / h;
        // A head's last tile may reach past its own columns; the next head overwrites that, and nobody reads the end.
        let wide = padded(h) + PANEL;
        let width = padded(3 * h);
        let scale = 1.0 / (d as f32).sqrt();
        let mut context = std::mem::take(&mut s.context);
        grow(&mut context, n * wide);
        for &(a, b) in spans.iter().filter(|(a, b)| *a < first + n && *b > first) {
            let length = b - a;
            let (from, to) = (a.max(first), b.min(first + n));
            let stride = padded(length);
            for head in 0..self.heads {
                let part = |i: usize| &qkv[a * width + i * h + head * d..];
                rows::pack_rows(part(1), length, d, width, &mut s.keys);
                rows::pack_columns(part(2), length, d, width, &mut s.values);
                for (p, q) in blocks(to - from) {
                    let height = q - p;
                    let tile = &mut grow(&mut s.tile, BLOCK * PANEL)[..height * PANEL];
                    let scores = grow(&mut s.scores, height * stride);
                    let queries = &qkv[(from + p) * width + head * d..];
                    for (i, panel) in s.keys.chunks_exact(d).enumerate() {
                        multiply(isa, queries, width, height, panel, tile);
                        rows::place_scaled(tile, scale, scores, stride, i * PANEL);
                    }
                    rows::softmax(scores, length, stride);
                    let out = &mut context[(from + p - first) * wide..(from + q - first) * wide];
                    for (i, panel) in s.values.chunks_exact(length).enumerate() {
                        multiply(isa, scores, stride, height, panel, tile);
                        rows::place_scaled(tile, 1.0, out, wide, head * d + i * PANEL);
                    }
                }
            }
        }
        let (mut sum, mut inner) = (std::mem::take(&mut s.wide), std::mem::take(&mut s.inner));
        let (sum_width, inner_width) = (padded(h), padded(layer.inner.outputs()));
        for (a, b) in blocks(n) {
            let height = b - a;
            let x = &mut x[a * h..b * h];
            let sum = grow(&mut sum, height * sum_width);
            let inner = grow(&mut inner, height * inner_width);
            let mut small = s.small();
            layer.output.block(isa, &context[a * wide..b * wide], wide, height, &mut small, |at, tile, bias| {
                rows::place(tile, bias, sum, sum_width, at)
            });
            rows::residual_norm(x, sum, sum_width, &layer.norm1.gamma, &layer.norm1.beta, self.eps);
            layer.inner.block(isa, x, h, height, &mut small, |at, tile, bias| {
                rows::place_gelu(tile, bias, inner, inner_width, at)
            });
            layer.outer.block(isa, inner, inner_width, height, &mut small, |at, tile, bias| {
                rows::place(tile, bias, sum, sum_width, at)
            });
            rows::residual_norm(x, sum, sum_width, &layer.norm2.gamma, &layer.norm2.beta, self.eps);
        }
        (s.context, s.wide, s.inner) = (context, sum, inner);
    }
}

impl Layer {
    /// Queries, keys and values of the rows of `x`.
    fn project(&self, isa: Isa, x: &[f32], h: usize, qkv: &mut [f32], s: &mut Scratch) {
        let width = padded(3 * h);
        for (a, b) in blocks(x.len() / h) {
            let to = &mut qkv[a * width..b * width];
            self.qkv.block(isa, &x[a * h..b * h], h, b - a, &mut s.small(), |at, tile, bias| {
                rows::place(tile, bias, to, width, at)
            });
        }
    }
}

/// Sequences in groups that threads take as they come; none where that would leave a thread idle for long.
fn groups(spans: &[(usize, usize)], threads: usize) -> Option<Vec<std::ops::Range<usize>>> {
    let total = spans.last().map_or(0, |s| s.1);
    let most = total.div_ceil(threads.max(1)).min(CHUNK);
    let mut groups: Vec<std::ops::Range<usize>> = Vec::new();
    let mut rows = 0;
    for (i, (a, b)) in spans.iter().enumerate() {
        match groups.last_mut() {
            Some(g) if rows + (b - a) <= most => g.end = i + 1,
            _ => {
                groups.push(i..i + 1);
                rows = 0;
            }
        }
        rows += b - a;
    }
    let mut load = vec![0usize; threads.max(1)];
    for g in &groups {
        let least = (0..load.len()).min_by_key(|&t| load[t]).expect("a thread");
        load[least] += spans[g.end - 1].1 - spans[g.start].0;
    }
    let longest = load.into_iter().max().unwrap_or(0);
    (longest * threads.max(1) * 7 <= total * 8).then_some(groups)
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::encoder::Encoder;
    use crate::random::SplitMix64;

    /// A tiny encoder of awkward sizes: neither heads nor widths are whole panels.
    fn tiny() -> (HashMap<String, Tensor>, Config) {
        let config: Config = serde_json::from_value(serde_json::json!({
            "vocab_size": 11, "hidden_size": 20, "num_hidden_layers": 2, "num_attention_heads": 4,
            "intermediate_size": 33, "hidden_act": "gelu", "hidden_dropout_prob": 0.0, "max_position_embeddings": 90,
            "type_vocab_size": 1, "initializer_range": 0.02, "layer_norm_eps": 1e-12, "pad_token_id": 1,
            "position_embedding_type": "absolute", "use_cache": false, "model_type": "bert",
        }))
        .unwrap();
        let mut random = SplitMix64(8);
        let mut t = HashMap::new();
        let mut put = |name: String, shape: &[usize]| {
            let n: usize = shape.iter().product();
            let v: Vec<f32> = (0..n).map(|_| (random.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0).collect();
            t.insert(name, Tensor::from_vec(v, shape, &Device::Cpu).unwrap());
        };
        put("embeddings.word_embeddings.weight".to_owned(), &[11, 20]);
        put("embeddings.position_embeddings.weight".to_owned(), &[90, 20]);
        put("embeddings.token_type_embeddings.weight".to_owned(), &[1, 20]);
        let mut pair = |name: String, w: &[usize]| {
            put(format!("{name}.weight"), w);
            put(format!("{name}.bias"), &w[..1]);
        };
        pair("embeddings.LayerNorm".to_owned(), &[20]);
        for i in 0..2 {
            let p = format!("encoder.layer.{i}");
            for n in ["query", "key", "value"] {
                pair(format!("{p}.attention.self.{n}"), &[20, 20]);
            }
            pair(format!("{p}.attention.output.dense"), &[20, 20]);
            pair(format!("{p}.attention.output.LayerNorm"), &[20]);
            pair(format!("{p}.intermediate.dense"), &[33, 20]);
            pair(format!("{p}.output.dense"), &[20, 33]);
            pair(format!("{p}.output.LayerNorm"), &[20]);
        }
        (t, config)
    }

    fn sequences() -> Vec<Vec<u32>> {
        let lengths = [1, 90, 2, 17, 16, 63, 5, 49, 33];
        lengths.iter().map(|&n| (0..n).map(|i| (i * 7 + n) % 11).collect()).collect()
    }

    #[test]
    fn it_agrees_with_the_encoder_that_is_trained() {
        let (tensors, config) = tiny();
        let packed = Packed::new(sequences().iter().map(Vec::as_slice).collect::<Vec<_>>());
        let trained = Encoder::from_tensors(&tensors, &config, Path::new(""), false).unwrap();
        let want = trained.forward(&packed).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
        for (precision, within) in [(Precision::F32, 1e-4), (Precision::Int16, 2e-2)] {
            let own = Inference::from_tensors(&tensors, &config, Path::new(""), precision).unwrap();
            for (got, want) in own.forward(&packed).unwrap().iter().zip(&want) {
                assert!((got - want).abs() <= within, "{precision}: {got} for {want}");
            }
        }
    }

    /// The same bits for a sequence alone and in company, for any number of threads, by groups and by rows.
    #[test]
    fn neither_company_nor_threads_change_a_bit() {
        let (tensors, config) = tiny();
        let sequences = sequences();
        for precision in [Precision::F32, Precision::Int16] {
            let own = Inference::from_tensors(&tensors, &config, Path::new(""), precision).unwrap();
            let alone: Vec<f32> = sequences
                .iter()
                .flat_map(|s| own.forward_on(&Packed::new([s.as_slice()]), Isa::best(), 1).unwrap())
                .collect();
            let packed = Packed::new(sequences.iter().map(Vec::as_slice).collect::<Vec<_>>());
            for threads in [1, 2, 3, 5, 64, 1000] {
                assert!(
                    own.forward_on(&packed, Isa::best(), threads).unwrap() == alone,
                    "{precision}, {threads} threads"
                );
            }
        }
    }

    #[test]
    fn few_long_sequences_are_split_by_rows_and_many_are_not() {
        assert!(groups(&[(0, 100)], 2).is_none());
        assert!(groups(&[(0, 100), (100, 110)], 2).is_none());
        assert_eq!(groups(&[(0, 100), (100, 200)], 2), Some(vec![0..1, 1..2]));
        assert_eq!(groups(&[], 2), Some(vec![]));
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_the_reason() {
        let (mut tensors, config) = tiny();
        let own = Inference::from_tensors(&tensors, &config, Path::new(""), Precision::F32).unwrap();
        let message = |ids: &[u32]| own.forward(&Packed::new([ids])).unwrap_err().to_string();
        assert!(message(&[0; 91]).contains("at most 90"));
        assert!(message(&[11]).contains("vocabulary of 11"));
        assert!(own.forward(&Packed::default()).unwrap().is_empty());
        let name = "encoder.layer.1.output.dense.weight";
        tensors.insert(name.to_owned(), Tensor::full(f32::NAN, (20, 33), &Device::Cpu).unwrap());
        let refused = |t: &HashMap<String, Tensor>| {
            Inference::from_tensors(t, &config, Path::new("w"), Precision::F32).err().expect("refused").to_string()
        };
        assert!(refused(&tensors).contains(name));
        tensors.remove(name);
        assert!(refused(&tensors).contains(name));
    }
}
