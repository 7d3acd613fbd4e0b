//! The layers as candle operations with a backward pass.

use std::sync::{Arc, Mutex};

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Storage, Tensor, bail};

use super::kernels::{self, Cache, Dims};

fn slice<'a>(s: &'a CpuStorage, l: &Layout) -> Result<&'a [f32]> {
    let Some((a, b)) = l.contiguous_offsets() else { bail!("the encoder needs contiguous tensors") };
    Ok(&s.as_slice::<f32>()?[a..b])
}

/// Runs `f` on the numbers of a contiguous CPU tensor.
pub(super) fn with_slice<T>(t: &Tensor, f: impl FnOnce(&[f32]) -> T) -> Result<T> {
    let t = t.contiguous()?;
    let (storage, layout) = t.storage_and_layout();
    match &*storage {
        Storage::Cpu(s) => Ok(f(slice(s, layout)?)),
        _ => bail!("the encoder's own kernels run on the CPU"),
    }
}

/// One encoder layer: tokens × hidden and its flat parameters in, tokens × hidden out.
pub(super) struct LayerOp {
    pub dims: Dims,
    pub ends: Arc<[usize]>,
    /// Filled by the forward pass where a backward pass will follow.
    pub cache: Option<Mutex<Option<Cache>>>,
}

impl CustomOp2 for LayerOp {
    fn name(&self) -> &'static str {
        "encoder-layer"
    }

    fn cpu_fwd(&self, s1: &CpuStorage, l1: &Layout, s2: &CpuStorage, l2: &Layout) -> Result<(CpuStorage, Shape)> {
        let (x, p) = (slice(s1, l1)?, slice(s2, l2)?);
        let y = match &self.cache {
            Some(c) => {
                let mut kept = None;
                let y = kernels::layer(x, p, &self.ends, &self.dims, Some(&mut kept));
                *c.lock().expect("no panic while held") = kept;
                y
            }
            None => kernels::layer(x, p, &self.ends, &self.dims, None),
        };
        Ok((CpuStorage::F32(y), l1.shape().clone()))
    }

    fn bwd(&self, x: &Tensor, p: &Tensor, _res: &Tensor, grad: &Tensor) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let Some(cache) = self.cache.as_ref().and_then(|c| c.lock().expect("no panic while held").take()) else {
            bail!("the layer was run without keeping what its gradient needs")
        };
        let d = with_slice(grad, <[f32]>::to_vec)?;
        let (dx, dp) =
            with_slice(x, |xs| with_slice(p, |ps| kernels::layer_grad(xs, ps, &self.ends, &self.dims, &cache, d)))??;
        Ok((Some(Tensor::from_vec(dx, x.shape(), x.device())?), Some(Tensor::from_vec(dp, p.shape(), p.device())?)))
    }
}

/// Layer normalisation of the embeddings: tokens × hidden and `[γ, β]` (2 × hidden) in.
pub(super) struct NormOp {
    pub eps: f32,
}

impl CustomOp2 for NormOp {
    fn name(&self) -> &'static str {
        "embedding-norm"
    }

    fn cpu_fwd(&self, s1: &CpuStorage, l1: &Layout, s2: &CpuStorage, l2: &Layout) -> Result<(CpuStorage, Shape)> {
        let (x, p) = (slice(s1, l1)?, slice(s2, l2)?);
        let (gamma, beta) = p.split_at(p.len() / 2);
        let zero = vec![0f32; x.len()];
        let (y, _) = kernels::embed_norm(&mut x.to_vec(), &zero, gamma, beta, self.eps);
        Ok((CpuStorage::F32(y), l1.shape().clone()))
    }

    fn bwd(&self, x: &Tensor, p: &Tensor, _res: &Tensor, grad: &Tensor) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let mut d = with_slice(grad, <[f32]>::to_vec)?;
        let mut norm = with_slice(x, <[f32]>::to_vec)?;
        let [dg, db] = with_slice(p, |p| {
            let (gamma, beta) = p.split_at(p.len() / 2);
            let zero = vec![0f32; norm.len()];
            let (_, inv) = kernels::embed_norm(&mut norm, &zero, gamma, beta, self.eps);
            kernels::embed_norm_grad(&mut d, &norm, &inv, gamma)
        })?;
        let dp: Vec<f32> = dg.into_iter().chain(db).collect();
        Ok((Some(Tensor::from_vec(d, x.shape(), x.device())?), Some(Tensor::from_vec(dp, p.shape(), p.device())?)))
    }
}

/// Negative log-likelihood of tag sequences under a linear-chain conditional random field (Lafferty, McCallum and
/// Pereira 2001): scores (tokens × tags) and transitions ((tags + 2) × tags: one row for each previous tag, then the
/// start row and the end row) in, one number out: the sum over sequences, each times its weight.
pub(super) struct CrfLoss {
    /// Rows of the scores for each sequence, as start and end.
    pub spans: Vec<(usize, usize)>,
    /// Gold tags, one for each row of every span, in order.
    pub tags: Vec<Vec<usize>>,
    /// Weight of each sequence.
    pub weights: Vec<f32>,
}

fn log_sum_exp(x: &[f64]) -> f64 {
    let top = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    top + x.iter().map(|v| (v - top).exp()).sum::<f64>().ln()
}

impl CrfLoss {
    /// Log-likelihood's parts for one sequence: the loss, and its gradients added into `ds` and `dt`.
    fn one(s: &[f32], t: &[f32], k: usize, gold: &[usize], weight: f64, ds: Option<(&mut [f32], &mut [f64])>) -> f64 {
        let n = gold.len();
        let s = |i: usize, j: usize| f64::from(s[i * k + j]);
        let tr = |a: usize, b: usize| f64::from(t[a * k + b]);
        let (start, end) = (k, k + 1);
        let mut alpha = vec![0f64; n * k];
        let mut buf = vec![0f64; k];
        for j in 0..k {
            alpha[j] = tr(start, j) + s(0, j);
        }
        for i in 1..n {
            for j in 0..k {
                for a in 0..k {
                    buf[a] = alpha[(i - 1) * k + a] + tr(a, j);
                }
                alpha[i * k + j] = log_sum_exp(&buf) + s(i, j);
            }
        }
        for a in 0..k {
            buf[a] = alpha[(n - 1) * k + a] + tr(end, a);
        }
        let z = log_sum_exp(&buf);
        let mut path = tr(start, gold[0]) + tr(end, gold[n - 1]);
        for i in 0..n {
            path += s(i, gold[i]) + if i > 0 { tr(gold[i - 1], gold[i]) } else { 0.0 };
        }
        if let Some((ds, dt)) = ds {
            let mut beta = vec![0f64; n * k];
            for a in 0..k {
                beta[(n - 1) * k + a] = tr(end, a);
            }
            for i in (0..n - 1).rev() {
                for a in 0..k {
                    for j in 0..k {
                        buf[j] = tr(a, j) + s(i + 1, j) + beta[(i + 1) * k + j];
                    }
                    beta[i * k + a] = log_sum_exp(&buf);
                }
            }
            for i in 0..n {
                for j in 0..k {
                    let p = (alpha[i * k + j] + beta[i * k + j] - z).exp();
                    let hit = f64::from(u8::from(gold[i] == j));
                    ds[i * k + j] += (weight * (p - hit)) as f32;
                    if i == 0 {
                        dt[start * k + j] += weight * (p - hit);
                    }
                    if i == n - 1 {
                        dt[end * k + j] += weight * (p - hit);
                    }
                    if i > 0 {
                        for a in 0..k {
                            let p = (alpha[(i - 1) * k + a] + tr(a, j) + s(i, j) + beta[i * k + j] - z).exp();
                            let hit = f64::from(u8::from(gold[i - 1] == a && gold[i] == j));
                            dt[a * k + j] += weight * (p - hit);
                        }
                    }
                }
            }
        }
        weight * (z - path)
    }

    fn check(&self, k: usize) -> Result<()> {
        for (&(a, b), g) in self.spans.iter().zip(&self.tags) {
            if b <= a || g.len() != b - a || g.iter().any(|&t| t >= k) {
                bail!("tags do not fit their sequence");
            }
        }
        Ok(())
    }
}

impl CustomOp2 for CrfLoss {
    fn name(&self) -> &'static str {
        "crf-loss"
    }

    fn cpu_fwd(&self, s1: &CpuStorage, l1: &Layout, s2: &CpuStorage, l2: &Layout) -> Result<(CpuStorage, Shape)> {
        let (s, t) = (slice(s1, l1)?, slice(s2, l2)?);
        let k = l2.dims()[1];
        self.check(k)?;
        let mut total = 0f64;
        for ((&(a, b), g), &w) in self.spans.iter().zip(&self.tags).zip(&self.weights) {
            total += Self::one(&s[a * k..b * k], t, k, g, f64::from(w), None);
        }
        Ok((CpuStorage::F32(vec![total as f32]), Shape::from(())))
    }

    fn bwd(&self, s: &Tensor, t: &Tensor, _res: &Tensor, grad: &Tensor) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let scale = grad.to_scalar::<f32>()?;
        let k = t.dims()[1];
        let (ds, dt) = with_slice(s, |sv| {
            with_slice(t, |tv| {
                let mut ds = vec![0f32; sv.len()];
                let mut dt = vec![0f64; tv.len()];
                for ((&(a, b), g), &w) in self.spans.iter().zip(&self.tags).zip(&self.weights) {
                    let weight = f64::from(w) * f64::from(scale);
                    Self::one(&sv[a * k..b * k], tv, k, g, weight, Some((&mut ds[a * k..b * k], &mut dt)));
                }
                (ds, dt.into_iter().map(|x| x as f32).collect::<Vec<f32>>())
            })
        })??;
        Ok((Some(Tensor::from_vec(ds, s.shape(), s.device())?), Some(Tensor::from_vec(dt, t.shape(), t.device())?)))
    }
}
