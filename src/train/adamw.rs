//! AdamW (Loshchilov and Hutter 2019) in place.
//!
//! candle-nn's optimiser makes a dozen temporary tensors for each weight on one thread and does not let its state out,
//! so a run could not be resumed; this one updates weights where they lie, on all cores, and its state is saved.

use std::sync::Mutex;

use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, InplaceOp2, Layout, Result, Tensor, Var, bail};
use rayon::prelude::*;

/// One variable with its two moments and its own rates.
pub(super) struct Slot {
    pub name: String,
    pub var: Var,
    /// Factor on the learning rate.
    pub rate: f64,
    /// Weight decay.
    pub decay: f64,
    moments: Mutex<(Vec<f32>, Vec<f32>)>,
}

impl Slot {
    pub(super) fn new(name: String, var: Var, rate: f64, decay: f64) -> Self {
        let n = var.as_tensor().elem_count();
        Slot { name, var, rate, decay, moments: Mutex::new((vec![0.0; n], vec![0.0; n])) }
    }

    /// Copies of both moments, for a checkpoint.
    pub(super) fn moments(&self) -> (Vec<f32>, Vec<f32>) {
        self.moments.lock().expect("no panic while held").clone()
    }

    pub(super) fn restore(&self, first: Vec<f32>, second: Vec<f32>) {
        *self.moments.lock().expect("no panic while held") = (first, second);
    }
}

struct Step<'a> {
    slot: &'a Slot,
    rate: f32,
    clip: f32,
    correct: (f32, f32),
}

const BETA: (f32, f32) = (0.9, 0.999);

fn contiguous(l: &Layout) -> Result<(usize, usize)> {
    match l.contiguous_offsets() {
        Some(o) => Ok(o),
        None => bail!("the optimiser needs contiguous tensors"),
    }
}

impl InplaceOp2 for Step<'_> {
    fn name(&self) -> &'static str {
        "adamw"
    }

    fn cpu_fwd(&self, s1: &mut CpuStorage, l1: &Layout, s2: &CpuStorage, l2: &Layout) -> Result<()> {
        let ((a, b), (c, d)) = (contiguous(l1)?, contiguous(l2)?);
        let CpuStorage::F32(w) = s1 else { bail!("the optimiser works on f32") };
        let (w, g) = (&mut w[a..b], &s2.as_slice::<f32>()?[c..d]);
        let mut m = self.slot.moments.lock().expect("no panic while held");
        let (m1, m2) = &mut *m;
        let decay = self.slot.decay as f32 * self.rate;
        const N: usize = 1 << 14;
        w.par_chunks_mut(N).zip(g.par_chunks(N)).zip(m1.par_chunks_mut(N).zip(m2.par_chunks_mut(N))).for_each(
            |((w, g), (m1, m2))| {
                for i in 0..w.len() {
                    let g = g[i] * self.clip;
                    m1[i] = BETA.0 * m1[i] + (1.0 - BETA.0) * g;
                    m2[i] = BETA.1 * m2[i] + (1.0 - BETA.1) * g * g;
                    let step = (m1[i] * self.correct.0) / ((m2[i] * self.correct.1).sqrt() + 1e-8);
                    w[i] -= self.rate * step + decay * w[i];
                }
            },
        );
        Ok(())
    }
}

fn square_sum(t: &Tensor) -> Result<f64> {
    let t = t.flatten_all()?.contiguous()?;
    let (storage, layout) = t.storage_and_layout();
    let candle_core::Storage::Cpu(s) = &*storage else { bail!("training runs on the CPU") };
    let (a, b) = contiguous(layout)?;
    let parts: Vec<f64> = s.as_slice::<f32>()?[a..b]
        .par_chunks(1 << 14)
        .map(|c| c.iter().map(|x| f64::from(*x) * f64::from(*x)).sum())
        .collect();
    Ok(parts.iter().sum())
}

/// One step over all slots; `step` counts from 1. Returns the norm of the gradient before clipping.
pub(super) fn step(slots: &[Slot], grads: &GradStore, step: usize, rate: f64, clip: f64) -> Result<f64> {
    let mut total = 0.0;
    for s in slots {
        if let Some(g) = grads.get(s.var.as_tensor()) {
            total += square_sum(g)?;
        }
    }
    let norm = total.sqrt();
    if !norm.is_finite() {
        return Ok(norm);
    }
    let clip = if norm > clip { clip / norm } else { 1.0 } as f32;
    let correct = (
        (1.0 / (1.0 - f64::from(BETA.0).powi(step as i32))) as f32,
        (1.0 / (1.0 - f64::from(BETA.1).powi(step as i32))) as f32,
    );
    for slot in slots {
        if let Some(g) = grads.get(slot.var.as_tensor()) {
            let op = Step { slot, rate: (rate * slot.rate) as f32, clip, correct };
            slot.var.inplace_op2(&g.contiguous()?, &op)?;
        }
    }
    Ok(norm)
}
