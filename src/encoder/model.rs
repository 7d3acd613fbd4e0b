//! Weights and the forward pass.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use candle_core::{DType, Device, Tensor, Var};
use candle_transformers::models::bert::Config;

use super::EncoderError;
use super::kernels::Dims;
use super::ops::{LayerOp, NormOp};

/// Sequences of token ids, packed one after the other.
#[derive(Debug, Clone, Default)]
pub struct Packed {
    /// All ids.
    pub ids: Vec<u32>,
    /// Running end of each sequence in `ids`.
    pub ends: Vec<usize>,
}

impl Packed {
    /// Packs sequences; none may be empty.
    pub fn new<'a>(sequences: impl IntoIterator<Item = &'a [u32]>) -> Self {
        let mut p = Packed::default();
        for s in sequences {
            p.ids.extend_from_slice(s);
            p.ends.push(p.ids.len());
        }
        p
    }

    /// First and last + 1 row of each sequence.
    pub fn spans(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        std::iter::once(0).chain(self.ends.iter().copied()).zip(self.ends.iter().copied())
    }
}

/// A BERT encoder.
pub struct Encoder {
    /// Word embeddings, vocabulary × hidden.
    words: Tensor,
    /// Position embeddings plus the one token type, positions × hidden.
    positions: Tensor,
    /// γ and β of the embedding normalisation, 2 × hidden.
    norm: Tensor,
    /// Flat parameters of each layer ([`Dims::lengths`]).
    layers: Vec<Tensor>,
    dims: Dims,
    max_len: usize,
    variables: Vec<(String, Var)>,
}

fn names(layer: usize) -> [Vec<String>; 12] {
    let p = format!("encoder.layer.{layer}.");
    let one = |s: &str| vec![format!("{p}{s}")];
    let qkv = |s: &str| ["query", "key", "value"].iter().map(|q| format!("{p}attention.self.{q}.{s}")).collect();
    [
        qkv("weight"),
        qkv("bias"),
        one("attention.output.dense.weight"),
        one("attention.output.dense.bias"),
        one("attention.output.LayerNorm.weight"),
        one("attention.output.LayerNorm.bias"),
        one("intermediate.dense.weight"),
        one("intermediate.dense.bias"),
        one("output.dense.weight"),
        one("output.dense.bias"),
        one("output.LayerNorm.weight"),
        one("output.LayerNorm.bias"),
    ]
}

impl Encoder {
    /// Builds the encoder from tensors with Hugging Face `BertModel` names, of any float type. With `trainable`,
    /// every weight becomes a variable.
    ///
    /// # Errors
    /// A tensor that is missing or of another shape, with its name; `path` is for messages only.
    pub fn from_tensors(
        tensors: &HashMap<String, Tensor>,
        config: &Config,
        path: &Path,
        trainable: bool,
    ) -> Result<Self, EncoderError> {
        let broken = |why: String| EncoderError::Broken { path: path.to_owned(), why };
        let get = |name: &str, len: usize| -> Result<Tensor, EncoderError> {
            let t = tensors.get(name).ok_or_else(|| broken(format!("tensor {name} is missing")))?;
            if t.elem_count() != len {
                return Err(broken(format!("tensor {name} has {} numbers, expected {len}", t.elem_count())));
            }
            let t = t.to_dtype(DType::F32)?;
            let sum = t.flatten_all()?.abs()?.sum_all()?.to_scalar::<f32>()?;
            if !sum.is_finite() {
                return Err(broken(format!("tensor {name} holds numbers that are not finite")));
            }
            Ok(t)
        };
        let h = config.hidden_size;
        if config.num_attention_heads == 0 || !h.is_multiple_of(config.num_attention_heads) {
            return Err(broken(format!("{} heads do not divide a width of {h}", config.num_attention_heads)));
        }
        let dims = Dims {
            hidden: h,
            heads: config.num_attention_heads,
            inner: config.intermediate_size,
            eps: config.layer_norm_eps as f32,
        };
        let mut variables = Vec::new();
        let mut keep = |name: &str, t: Tensor| -> Result<Tensor, EncoderError> {
            if !trainable {
                return Ok(t);
            }
            let v = Var::from_tensor(&t)?;
            let t = v.as_tensor().clone();
            variables.push((name.to_owned(), v));
            Ok(t)
        };
        let words = get("embeddings.word_embeddings.weight", config.vocab_size * h)?;
        let words = keep("words", words.reshape((config.vocab_size, h))?)?;
        let max_len = config.max_position_embeddings;
        let positions = get("embeddings.position_embeddings.weight", max_len * h)?.reshape((max_len, h))?;
        let kind = get("embeddings.token_type_embeddings.weight", config.type_vocab_size * h)?;
        let kind = kind.reshape((config.type_vocab_size, h))?.narrow(0, 0, 1)?;
        let positions = keep("positions", positions.broadcast_add(&kind)?)?;
        let gamma = get("embeddings.LayerNorm.weight", h)?;
        let beta = get("embeddings.LayerNorm.bias", h)?;
        let norm = keep("norm", Tensor::cat(&[gamma.flatten_all()?, beta.flatten_all()?], 0)?)?;
        let mut layers = Vec::with_capacity(config.num_hidden_layers);
        for i in 0..config.num_hidden_layers {
            let mut parts = Vec::with_capacity(18);
            for (names, len) in names(i).into_iter().zip(dims.lengths()) {
                for name in &names {
                    parts.push(get(name, len / names.len())?.flatten_all()?);
                }
            }
            layers.push(keep(&format!("layer.{i}"), Tensor::cat(&parts, 0)?)?);
        }
        Ok(Encoder { words, positions, norm, layers, dims, max_len, variables })
    }

    /// The weights under their Hugging Face names, as f32 on the CPU. The token type is folded into the positions,
    /// so its own tensor is zero.
    pub fn to_tensors(&self) -> Result<HashMap<String, Tensor>, EncoderError> {
        let (h, inner) = (self.dims.hidden, self.dims.inner);
        let mut out = HashMap::new();
        out.insert("embeddings.word_embeddings.weight".to_owned(), self.words.detach());
        out.insert("embeddings.position_embeddings.weight".to_owned(), self.positions.detach());
        let zero = Tensor::zeros((2, h), DType::F32, &Device::Cpu)?;
        out.insert("embeddings.token_type_embeddings.weight".to_owned(), zero);
        let norm = self.norm.detach();
        out.insert("embeddings.LayerNorm.weight".to_owned(), norm.narrow(0, 0, h)?.contiguous()?);
        out.insert("embeddings.LayerNorm.bias".to_owned(), norm.narrow(0, h, h)?.contiguous()?);
        for (i, layer) in self.layers.iter().enumerate() {
            let mut at = 0;
            for (names, len) in names(i).into_iter().zip(self.dims.lengths()) {
                let one = len / names.len();
                for name in names {
                    let t = layer.detach().narrow(0, at, one)?.contiguous()?;
                    let t = match one {
                        n if n == h * h => t.reshape((h, h))?,
                        n if n == h * inner && name.contains("intermediate") => t.reshape((inner, h))?,
                        n if n == h * inner => t.reshape((h, inner))?,
                        _ => t,
                    };
                    out.insert(name, t);
                    at += one;
                }
            }
        }
        Ok(out)
    }

    /// The variables with their names, in a fixed order; empty unless built as trainable.
    pub fn variables(&self) -> &[(String, Var)] {
        &self.variables
    }

    /// Longest sequence the positions allow.
    pub fn max_len(&self) -> usize {
        self.max_len
    }

    /// Width of a token's vector.
    pub fn hidden(&self) -> usize {
        self.dims.hidden
    }

    /// Number of layers.
    pub fn depth(&self) -> usize {
        self.layers.len()
    }

    /// Vectors of all tokens, tokens × hidden. Gradients can flow back if the encoder is trainable.
    ///
    /// # Errors
    /// A sequence longer than [`Self::max_len`], or an id outside the vocabulary.
    pub fn forward(&self, packed: &Packed) -> Result<Tensor, EncoderError> {
        self.through(self.embed(packed)?, packed, 0..self.depth())
    }

    /// Vectors of all tokens before the first layer.
    ///
    /// # Errors
    /// As [`Self::forward`].
    pub fn embed(&self, packed: &Packed) -> Result<Tensor, EncoderError> {
        let n = packed.ids.len();
        let mut at = Vec::with_capacity(n);
        for (a, b) in packed.spans() {
            if b - a > self.max_len {
                return Err(candle_core::Error::Msg(format!("{} tokens, at most {}", b - a, self.max_len)).into());
            }
            at.extend(0..(b - a) as u32);
        }
        let ids = Tensor::from_slice(&packed.ids, n, &Device::Cpu)?;
        let at = Tensor::from_vec(at, n, &Device::Cpu)?;
        let sum = (self.words.index_select(&ids, 0)? + self.positions.index_select(&at, 0)?)?;
        let norm = NormOp { eps: self.dims.eps };
        let train = !self.variables.is_empty();
        Ok(if train { sum.apply_op2(&self.norm, norm)? } else { sum.apply_op2_no_bwd(&self.norm, &norm)? })
    }

    /// Takes token vectors through some of the layers, in order.
    ///
    /// # Errors
    /// A failure of the arithmetic.
    pub fn through(
        &self,
        mut x: Tensor,
        packed: &Packed,
        layers: std::ops::Range<usize>,
    ) -> Result<Tensor, EncoderError> {
        let train = !self.variables.is_empty();
        let ends: Arc<[usize]> = packed.ends.as_slice().into();
        for layer in &self.layers[layers] {
            let op = LayerOp { dims: self.dims, ends: ends.clone(), cache: train.then(|| Mutex::new(None)) };
            x = if train { x.apply_op2(layer, op)? } else { x.apply_op2_no_bwd(layer, &op)? };
        }
        Ok(x)
    }

    /// Mean of the token vectors of each sequence, sequences × hidden, not normalised.
    pub fn pool(vectors: &Tensor, packed: &Packed) -> Result<Tensor, EncoderError> {
        let rows = packed.spans().map(|(a, b)| vectors.narrow(0, a, b - a)?.mean(0)).collect::<Result<Vec<_>, _>>()?;
        Ok(Tensor::stack(&rows, 0)?)
    }
}
