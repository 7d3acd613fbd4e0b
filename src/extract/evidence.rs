//! The words that carried a proposal.

use candle_core::Tensor;

use super::input::Input;
use super::model::{Model, best};
use crate::encoder::EncoderError;
use crate::law::HolderIn;

impl Model {
    /// The words of task and holder that carried the category: each token is left out of its span's mean in turn, and
    /// a word weighs what its tokens take off the category's probability. The encoder is not run again, so this
    /// explains the heads' reading of the token vectors, not how the encoder came to them.
    #[allow(clippy::too_many_arguments, reason = "the parts of one reading")]
    pub(super) fn evidence(
        &self,
        w: &Input,
        at: usize,
        z: &Tensor,
        task: (usize, usize),
        holder: Option<(usize, usize)>,
        features: &[f32],
        levels: &[f32],
        outcomes: &[f32],
    ) -> Result<Vec<(HolderIn, usize, usize)>, EncoderError> {
        const WORDS: usize = 3;
        let h = self.encoder.hidden();
        let (p, ..) = self.category_probabilities(levels, outcomes);
        let category = best(&p);
        let mut rows = Vec::new();
        let mut variants = Vec::new();
        for (part, range) in [Some(task), holder].into_iter().enumerate().filter_map(|(i, r)| r.map(|r| (i, r))) {
            let n = range.1 - range.0;
            if n < 2 {
                continue;
            }
            let vectors = z.narrow(0, range.0, n)?.to_vec2::<f32>()?;
            for (row, v) in (range.0..range.1).zip(vectors) {
                let mut f = features.to_vec();
                for (x, v) in f[part * h..(part + 1) * h].iter_mut().zip(v) {
                    *x = (*x * n as f32 - v) / (n - 1) as f32;
                }
                rows.push(row);
                variants.extend(f);
            }
        }
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let (l, o) = self.heads.pairs(&Tensor::from_vec(variants, (rows.len(), features.len()), z.device())?)?;
        let (l, o) = (l.to_vec2::<f32>()?, o.to_vec2::<f32>()?);
        // Tokens into words; rows of one word are next to each other.
        let mut words: Vec<(f64, usize, usize)> = Vec::new();
        for (i, &row) in rows.iter().enumerate() {
            let drop = p[category] - self.category_probabilities(&l[i], &o[i]).0[category];
            match words.last_mut() {
                Some(word) if word.2 == row && !w.begins[row - at] => *word = (word.0 + drop, word.1, row + 1),
                _ => words.push((drop, row, row + 1)),
            }
        }
        words.retain(|word| {
            let (a, b) = (w.spans[word.1 - at].0, w.spans[word.2 - 1 - at].1);
            word.0 > 0.0 && b > a
        });
        words.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        words.truncate(WORDS);
        words.sort_by_key(|word| word.1);
        Ok(words
            .into_iter()
            .map(|(_, a, b)| {
                let source = if a - at >= w.text.0 { HolderIn::Text } else { HolderIn::Lead };
                (source, w.spans[a - at].0, w.spans[b - 1 - at].1)
            })
            .collect())
    }
}
