//! Small networks on top of the encoder's token vectors: a class for the sequence, tags for tokens, a pointer from a
//! span to the span that belongs to it, and classes for such a pair.
//!
//! Invariant: token vectors are standardised first, with the mean and deviation of each dimension over the training
//! texts: this encoder's vectors lie so close together (mean cosine 0.68 within a text) that linear maps on the raw
//! ones hardly learn. The heads know numbers of classes, not what they mean.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{DType, Device, Tensor, Var};
use serde::{Deserialize, Serialize};

use super::inference;
use super::ops::{CrfLoss, with_slice};
use super::{EncoderError, Packed, Precision};
use crate::random::SplitMix64;

/// Numbers of classes and widths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadsConfig {
    /// Width of the encoder.
    pub hidden: usize,
    /// Classes of a sequence.
    pub kinds: usize,
    /// Tags of a token.
    pub tags: usize,
    /// First class set of a pair.
    pub levels: usize,
    /// Second class set of a pair.
    pub outcomes: usize,
    /// Inner width of the heads.
    pub width: usize,
    /// Width of the pointer's queries and keys.
    pub key: usize,
}

/// A span found in a sequence, as rows of the packed matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanRows {
    /// Index of the sequence.
    pub sequence: usize,
    /// First row.
    pub start: usize,
    /// Row after the last.
    pub end: usize,
}

struct Linear {
    w: Tensor,
    b: Tensor,
    /// The same, packed, unless it is to be trained: its rows never depend on the rows beside them.
    packed: Option<inference::Linear>,
}

impl Linear {
    fn apply(&self, x: &Tensor) -> Result<Tensor, EncoderError> {
        match &self.packed {
            Some(p) => run(p, x, false),
            None => Ok(x.matmul(&self.w.t()?)?.broadcast_add(&self.b)?),
        }
    }

    /// With GELU behind.
    fn gelu(&self, x: &Tensor) -> Result<Tensor, EncoderError> {
        match &self.packed {
            Some(p) => run(p, x, true),
            None => Ok(self.apply(x)?.gelu_erf()?),
        }
    }
}

fn run(packed: &inference::Linear, x: &Tensor, gelu: bool) -> Result<Tensor, EncoderError> {
    let y = with_slice(x, |x| packed.apply(x, gelu))?;
    Ok(Tensor::from_vec(y, (x.dim(0)?, packed.outputs()), x.device())?)
}

fn pack(w: &Tensor, b: &Tensor) -> Result<inference::Linear, EncoderError> {
    let (outputs, inputs) = w.dims2()?;
    let pack = |w: &[f32], b: &[f32]| inference::Linear::pack(w, b, inputs, outputs, Precision::F32);
    Ok(with_slice(w, |w| with_slice(b, |b| pack(w, b)))??)
}

/// The heads' weights.
pub struct Heads {
    config: HeadsConfig,
    /// Mean of each dimension over the training tokens.
    mean: Tensor,
    /// 1 / deviation of each dimension.
    inv: Tensor,
    kind: [Linear; 2],
    tag: [Linear; 2],
    /// (tags + 2) × tags, (tags + 2) × tags, laid out as [`Heads::fresh`] says.
    transitions: Tensor,
    query: [Linear; 2],
    keys: Linear,
    pair: Linear,
    level: Linear,
    outcome: [Linear; 2],
    tensors: Vec<(String, Tensor)>,
    variables: Vec<(String, Var)>,
}

/// Names and shapes of the heads' tensors.
fn shapes(c: &HeadsConfig) -> Vec<(&'static str, Vec<usize>)> {
    let (h, w, k) = (c.hidden, c.width, c.key);
    vec![
        ("kind.0", vec![w, 3 * h]),
        ("kind.1", vec![c.kinds, w]),
        ("tag.0", vec![w, h]),
        ("tag.1", vec![c.tags, w]),
        ("query.0", vec![w, 3 * h]),
        ("query.1", vec![2 * k, w]),
        ("keys", vec![2 * k, h]),
        ("pair", vec![w, 4 * h]),
        ("level", vec![c.levels, w]),
        ("outcome.0", vec![w, 4 * h]),
        ("outcome.1", vec![c.outcomes, w]),
    ]
}

impl Heads {
    /// Fresh heads: weights normal with variance 1 / inputs, biases zero. The transitions ((tags + 2) × tags) begin at
    /// what the data say: from zero, an optimiser that moves a number by about its rate each step takes thousands of
    /// steps to learn that spans hold together.
    pub fn fresh(
        config: HeadsConfig,
        mean: &[f32],
        deviation: &[f32],
        transitions: Vec<f32>,
        seed: u64,
    ) -> Result<HashMap<String, Tensor>, EncoderError> {
        let mut random = SplitMix64(seed ^ 0x5DEE_CE66_D1CE_4E5B);
        let mut uniform = move || (random.next() >> 11) as f64 / (1u64 << 53) as f64;
        let mut out = HashMap::new();
        for (name, shape) in shapes(&config) {
            let n: usize = shape.iter().product();
            let sigma = 1.0 / (shape[1] as f64).sqrt();
            let w: Vec<f32> = (0..n)
                .map(|_| {
                    let (a, b) = (uniform().max(1e-12), uniform());
                    (sigma * (-2.0 * a.ln()).sqrt() * (2.0 * std::f64::consts::PI * b).cos()) as f32
                })
                .collect();
            out.insert(format!("heads.{name}.bias"), Tensor::zeros(shape[0], DType::F32, &Device::Cpu)?);
            out.insert(format!("heads.{name}.weight"), Tensor::from_vec(w, shape, &Device::Cpu)?);
        }
        let t = Tensor::from_vec(transitions, (config.tags + 2, config.tags), &Device::Cpu)?;
        out.insert("heads.transitions".to_owned(), t);
        out.insert("heads.mean".to_owned(), Tensor::new(mean, &Device::Cpu)?);
        let inv: Vec<f32> = deviation.iter().map(|d| 1.0 / d.max(1e-4)).collect();
        out.insert("heads.inv".to_owned(), Tensor::from_vec(inv, deviation.len(), &Device::Cpu)?);
        Ok(out)
    }

    /// Builds the heads from tensors named as [`Heads::fresh`] names them.
    ///
    /// # Errors
    /// A tensor that is missing or of another shape.
    pub fn from_tensors(
        tensors: &HashMap<String, Tensor>,
        config: HeadsConfig,
        path: &Path,
        trainable: bool,
    ) -> Result<Self, EncoderError> {
        let broken = |why: String| EncoderError::Broken { path: path.to_owned(), why };
        let get = |name: &str, shape: &[usize]| -> Result<Tensor, EncoderError> {
            let t = tensors.get(name).ok_or_else(|| broken(format!("tensor {name} is missing")))?;
            if t.dims() != shape {
                return Err(broken(format!("tensor {name} has the shape {:?}, expected {shape:?}", t.dims())));
            }
            let t = t.to_dtype(DType::F32)?;
            if !t.abs()?.sum_all()?.to_scalar::<f32>()?.is_finite() {
                return Err(broken(format!("tensor {name} holds numbers that are not finite")));
            }
            Ok(t)
        };
        let mut variables = Vec::new();
        let mut all = Vec::new();
        let mut keep = |name: String, t: Tensor| -> Result<Tensor, EncoderError> {
            let t = if trainable {
                let v = Var::from_tensor(&t)?;
                let t = v.as_tensor().clone();
                variables.push((name.clone(), v));
                t
            } else {
                t
            };
            all.push((name, t.clone()));
            Ok(t)
        };
        let shapes: HashMap<_, _> = shapes(&config).into_iter().collect();
        let mut linear = |name: &str| -> Result<Linear, EncoderError> {
            let shape = &shapes[name];
            let (w, b) = (format!("heads.{name}.weight"), format!("heads.{name}.bias"));
            let (wt, bt) = (get(&w, shape)?, get(&b, &shape[..1])?);
            let packed = if trainable { None } else { Some(pack(&wt, &bt)?) };
            Ok(Linear { w: keep(w, wt)?, b: keep(b, bt)?, packed })
        };
        let kind = [linear("kind.0")?, linear("kind.1")?];
        let tag = [linear("tag.0")?, linear("tag.1")?];
        let query = [linear("query.0")?, linear("query.1")?];
        let keys = linear("keys")?;
        let pair = linear("pair")?;
        let level = linear("level")?;
        let outcome = [linear("outcome.0")?, linear("outcome.1")?];
        let transitions = get("heads.transitions", &[config.tags + 2, config.tags])?;
        let transitions = keep("heads.transitions".to_owned(), transitions)?;
        let mean = get("heads.mean", &[config.hidden])?;
        let inv = get("heads.inv", &[config.hidden])?;
        all.push(("heads.mean".to_owned(), mean.clone()));
        all.push(("heads.inv".to_owned(), inv.clone()));
        let tensors = all;
        Ok(Heads { config, mean, inv, kind, tag, transitions, query, keys, pair, level, outcome, tensors, variables })
    }

    /// All tensors with their names.
    pub fn to_tensors(&self) -> HashMap<String, Tensor> {
        self.tensors.iter().map(|(n, t)| (n.clone(), t.detach())).collect()
    }

    /// The variables with their names, in a fixed order; empty unless built as trainable.
    pub fn variables(&self) -> &[(String, Var)] {
        &self.variables
    }

    /// Numbers of classes and widths.
    pub const fn config(&self) -> &HeadsConfig {
        &self.config
    }

    /// Standardises token vectors (tokens × hidden).
    pub fn standardise(&self, vectors: &Tensor) -> Result<Tensor, EncoderError> {
        Ok(vectors.broadcast_sub(&self.mean)?.broadcast_mul(&self.inv)?)
    }

    /// Mean of `z` over each row range, ranges × hidden; while training as one matrix product, for its gradient.
    fn mean_rows(&self, z: &Tensor, ranges: &[(usize, usize)]) -> Result<Tensor, EncoderError> {
        let (rows, h) = z.dims2()?;
        if self.variables.is_empty() {
            let mut means = vec![0f32; ranges.len() * h];
            with_slice(z, |z| {
                for (mean, &(a, b)) in means.chunks_exact_mut(h).zip(ranges) {
                    for row in z[a * h..b * h].chunks_exact(h) {
                        mean.iter_mut().zip(row).for_each(|(m, x)| *m += x);
                    }
                    let k = 1.0 / (b - a) as f32;
                    for m in mean.iter_mut() {
                        *m *= k;
                    }
                }
            })?;
            return Ok(Tensor::from_vec(means, (ranges.len(), h), z.device())?);
        }
        let mut m = vec![0f32; ranges.len() * rows];
        for (i, &(a, b)) in ranges.iter().enumerate() {
            m[i * rows + a..i * rows + b].fill(1.0 / (b - a) as f32);
        }
        Ok(Tensor::from_vec(m, (ranges.len(), rows), z.device())?.matmul(z)?)
    }

    fn pick_rows(z: &Tensor, rows: impl Iterator<Item = usize>) -> Result<Tensor, EncoderError> {
        let rows: Vec<u32> = rows.map(|r| r as u32).collect();
        let n = rows.len();
        Ok(z.index_select(&Tensor::from_vec(rows, n, z.device())?, 0)?)
    }

    /// Scores of the sequence classes, sequences × kinds; `bodies` are the rows of each sequence's second text.
    pub fn kinds(&self, z: &Tensor, packed: &Packed, bodies: &[(usize, usize)]) -> Result<Tensor, EncoderError> {
        let spans: Vec<(usize, usize)> = packed.spans().collect();
        let first = Self::pick_rows(z, spans.iter().map(|s| s.0))?;
        let x = Tensor::cat(&[first, self.mean_rows(z, &spans)?, self.mean_rows(z, bodies)?], 1)?;
        self.kind[1].apply(&self.kind[0].gelu(&x)?)
    }

    /// Scores of the tags, tokens × tags.
    pub fn tags(&self, z: &Tensor) -> Result<Tensor, EncoderError> {
        self.tag[1].apply(&self.tag[0].gelu(z)?)
    }

    /// Transition scores, (tags + 2) × tags, laid out as [`Heads::fresh`] says.
    pub const fn transitions(&self) -> &Tensor {
        &self.transitions
    }

    /// Weighted negative log-likelihood of tag sequences: rows of each span, its tags and its weight.
    pub fn tag_loss(
        &self,
        scores: &Tensor,
        spans: Vec<(usize, usize)>,
        tags: Vec<Vec<usize>>,
        weights: Vec<f32>,
    ) -> Result<Tensor, EncoderError> {
        Ok(scores.contiguous()?.apply_op2(&self.transitions, CrfLoss { spans, tags, weights })?)
    }

    /// For each span, scores of every row as start and as end of the span that belongs to it, each spans × tokens.
    pub fn pointers(&self, z: &Tensor, spans: &[SpanRows]) -> Result<(Tensor, Tensor), EncoderError> {
        let k = self.config.key;
        let mean = self.mean_rows(z, &spans.iter().map(|s| (s.start, s.end)).collect::<Vec<_>>())?;
        let first = Self::pick_rows(z, spans.iter().map(|s| s.start))?;
        let last = Self::pick_rows(z, spans.iter().map(|s| s.end - 1))?;
        let x = Tensor::cat(&[mean, first, last], 1)?;
        let q = (self.query[1].apply(&self.query[0].gelu(&x)?)? * (1.0 / (k as f64).sqrt()))?;
        let keys = self.keys.apply(z)?;
        let score = |at: usize| -> Result<Tensor, EncoderError> {
            let (q, keys) = (q.narrow(1, at, k)?.contiguous()?, keys.narrow(1, at, k)?.contiguous()?);
            match self.variables.is_empty() {
                true => run(&pack(&keys, &Tensor::zeros(keys.dim(0)?, DType::F32, z.device())?)?, &q, false),
                false => Ok(q.matmul(&keys.t()?)?),
            }
        };
        Ok((score(0)?, score(k)?))
    }

    /// Features of pairs of spans; a partner of none means the sequence's first row.
    pub fn pair_features(
        &self,
        z: &Tensor,
        packed: &Packed,
        spans: &[SpanRows],
        partners: &[Option<(usize, usize)>],
    ) -> Result<Tensor, EncoderError> {
        let sequences: Vec<(usize, usize)> = packed.spans().collect();
        let own: Vec<_> = spans.iter().map(|s| (s.start, s.end)).collect();
        let partner: Vec<_> = spans
            .iter()
            .zip(partners)
            .map(|(s, p)| p.unwrap_or((sequences[s.sequence].0, sequences[s.sequence].0 + 1)))
            .collect();
        let whole: Vec<_> = spans.iter().map(|s| sequences[s.sequence]).collect();
        let first = Self::pick_rows(z, spans.iter().map(|s| s.start))?;
        Ok(Tensor::cat(
            &[self.mean_rows(z, &own)?, self.mean_rows(z, &partner)?, self.mean_rows(z, &whole)?, first],
            1,
        )?)
    }

    /// Scores of both class sets of pairs, pairs × levels and pairs × outcomes, from [`Heads::pair_features`].
    pub fn pairs(&self, features: &Tensor) -> Result<(Tensor, Tensor), EncoderError> {
        let level = self.level.apply(&self.pair.gelu(features)?)?;
        let outcome = self.outcome[1].apply(&self.outcome[0].gelu(features)?)?;
        Ok((level, outcome))
    }
}
