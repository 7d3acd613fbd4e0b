//! The model's reading of spans that are given: what it would say of a task and holder that people or an earlier
//! reading marked.

pub use super::evidence::Goal;
use super::input::{self, Input};
use super::model::{BATCH_TOKENS, Model};
use crate::encoder::heads::SpanRows;
use crate::encoder::{EncoderError, Packed};
use crate::law::{HolderIn, Unit};

/// A provision with the characters of one task and its holder.
#[derive(Debug, Clone)]
pub struct Given {
    /// The provision.
    pub unit: Unit,
    /// Characters of the task in its text.
    pub task: (usize, usize),
    /// The holder's string and characters; none when implied.
    pub holder: Option<(HolderIn, usize, usize)>,
}

/// Scores of a given pair.
#[derive(Debug, Clone)]
pub struct Scores {
    levels: Vec<f32>,
    outcomes: Vec<f32>,
    /// Mean of the token vectors of task and holder.
    pub vector: Vec<f32>,
}

/// First row and row after the last.
type Rows = (usize, usize);

impl Model {
    /// Reads pairs whose spans are given; none where no word of the task is left in the text.
    ///
    /// # Errors
    /// A failure of the tokenizer or of the arithmetic.
    pub fn read_given(&self, given: &[Given]) -> Result<Vec<Option<Scores>>, EncoderError> {
        let mut chosen = Vec::new();
        for (i, g) in given.iter().enumerate() {
            // Of several windows, the one that holds most of the task.
            let windows = input::encode(&self.tokens, &g.unit)?.windows;
            let best = windows
                .into_iter()
                .filter_map(|w| Some((w.rows(w.text, g.task.0, g.task.1)?, w)))
                .max_by_key(|((a, b), _)| b - a);
            if let Some((task, w)) = best {
                let holder = g.holder.and_then(|(source, a, b)| match source {
                    HolderIn::Lead => w.rows(w.lead, a, b),
                    HolderIn::Text => w.rows(w.text, a, b),
                    HolderIn::Implied => None,
                });
                chosen.push((i, w, task, holder));
            }
        }
        // Like lengths together, and pairs of one window, which is then read once for all of them.
        chosen.sort_by(|(_, a, ..), (_, b, ..)| a.ids.len().cmp(&b.ids.len()).then_with(|| a.ids.cmp(&b.ids)));
        let mut out: Vec<Option<Scores>> = given.iter().map(|_| None).collect();
        let windows: Vec<&[(usize, Input, Rows, Option<Rows>)]> =
            chosen.chunk_by(|(_, a, ..), (_, b, ..)| a.ids == b.ids).collect();
        for batch in input::stretches(&windows, BATCH_TOKENS, |pairs| pairs[0].1.ids.len()) {
            let packed = Packed::new(batch.iter().map(|pairs| pairs[0].1.ids.as_slice()));
            let starts: Vec<usize> = packed.spans().map(|s| s.0).collect();
            let z = self.standardised(&packed)?;
            let (mut spans, mut holders) = (Vec::new(), Vec::new());
            for (sequence, (pairs, at)) in batch.iter().zip(&starts).enumerate() {
                for (_, _, task, holder) in *pairs {
                    spans.push(SpanRows { sequence, start: at + task.0, end: at + task.1 });
                    holders.push(holder.map(|(a, b)| (at + a, at + b)));
                }
            }
            let features = self.heads.pair_features(&z, &packed, &spans, &holders)?;
            let (levels, outcomes) = self.heads.pairs(&features)?;
            let (levels, outcomes) = (levels.to_vec2::<f32>()?, outcomes.to_vec2::<f32>()?);
            let scores = features.to_vec2::<f32>()?.into_iter().zip(levels.into_iter().zip(outcomes));
            for ((i, _, task, holder), (features, (levels, outcomes))) in batch.iter().copied().flatten().zip(scores) {
                out[*i] = Some(Scores { levels, outcomes, vector: self.pair_vector(*task, *holder, &features) });
            }
        }
        Ok(out)
    }

    /// What the scores propose.
    pub fn proposal(&self, scores: &Scores) -> Goal {
        self.goal(&scores.levels, &scores.outcomes)
    }

    /// Calibrated probability of a proposal's category.
    pub fn category_probability(&self, goal: Goal, scores: &Scores) -> f64 {
        self.category_probabilities(&scores.levels, &scores.outcomes).0[goal.category().index()]
    }

    /// Calibrated probability of category and reason together.
    pub fn reason_probability(&self, goal: Goal, scores: &Scores) -> f64 {
        self.goal_probability(goal, &scores.levels, &scores.outcomes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs of one provision share a pass, and come back in order as if each were read alone.
    #[test]
    fn pairs_are_read_together_as_alone() {
        let reader = crate::extract::embedded(crate::encoder::Precision::default()).unwrap();
        let unit = |text: &str| Unit {
            doc_kind: "Nghị định".into(),
            title: "Về đo đạc".into(),
            lead: "Điều 1. Trách nhiệm | Bộ Đo có trách nhiệm:".into(),
            text: text.into(),
        };
        let holder = Some((HolderIn::Lead, 22, 27));
        let two = unit("Cấp giấy đo đạc; thanh tra việc đo đạc của cơ sở.");
        let given = [
            Given { unit: two.clone(), task: (17, 48), holder },
            Given { unit: unit("Ban hành quy chuẩn quốc gia về đo đạc."), task: (0, 37), holder: None },
            Given { unit: two.clone(), task: (0, 15), holder },
            Given { unit: unit("Sở."), task: (3, 3), holder },
        ];
        let together = reader.model().read_given(&given).unwrap();
        assert!(together[3].is_none(), "no word of the task is left");
        for (g, got) in given.iter().zip(&together).take(3) {
            let alone = reader.model().read_given(std::slice::from_ref(g)).unwrap();
            let (got, alone) = (got.as_ref().unwrap(), alone[0].as_ref().unwrap());
            assert!(got.vector.iter().zip(&alone.vector).all(|(a, b)| (a - b).abs() < 1e-3));
            assert!(got.levels.iter().zip(&alone.levels).all(|(a, b)| (a - b).abs() < 1e-3));
        }
        let of = |i: usize| &together[i].as_ref().unwrap().vector;
        assert!(of(0).iter().zip(of(2)).any(|(a, b)| (a - b).abs() > 0.05), "two pairs, two vectors");
    }
}
