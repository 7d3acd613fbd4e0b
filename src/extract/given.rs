//! The model's reading of spans that are given: what it would say of a task and holder that people or an earlier
//! reading marked.

use super::input::{self, Input};
use super::model::{BATCH_TOKENS, Model};
use crate::encoder::heads::SpanRows;
use crate::encoder::{EncoderError, Packed};
use crate::law::{Category, HolderIn, Unit};

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

/// A category, and the reason's outcome with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Goal {
    category: Category,
    outcome: Option<usize>,
}

impl Goal {
    /// The category.
    pub const fn category(self) -> Category {
        self.category
    }
}

/// Rows among `rows` that cover characters of `a..b`.
fn rows(input: &Input, rows: (usize, usize), a: usize, b: usize) -> Option<(usize, usize)> {
    let covers = |i: &usize| {
        let (s, e) = input.spans[*i];
        s < e && e > a && s < b
    };
    let first = (rows.0..rows.1).find(covers)?;
    let last = (rows.0..rows.1).rev().find(covers)?;
    Some((first, last + 1))
}

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
                .filter_map(|w| Some((rows(&w, w.text, g.task.0, g.task.1)?, w)))
                .max_by_key(|((a, b), _)| b - a);
            if let Some((task, w)) = best {
                let holder = g.holder.and_then(|(source, a, b)| match source {
                    HolderIn::Lead => rows(&w, w.lead, a, b),
                    HolderIn::Text => rows(&w, w.text, a, b),
                    HolderIn::Implied => None,
                });
                chosen.push((i, w, task, holder));
            }
        }
        chosen.sort_by_key(|(_, w, ..)| w.ids.len());
        let mut out: Vec<Option<Scores>> = given.iter().map(|_| None).collect();
        let mut rest = chosen.as_slice();
        while !rest.is_empty() {
            let mut tokens = 0;
            let fits = rest.iter().take_while(|(_, w, ..)| {
                tokens += w.ids.len();
                tokens <= BATCH_TOKENS
            });
            let (batch, tail) = rest.split_at(fits.count().max(1));
            rest = tail;
            let packed = Packed::new(batch.iter().map(|(_, w, ..)| w.ids.as_slice()));
            let starts: Vec<usize> = packed.spans().map(|s| s.0).collect();
            let z = self.heads.standardise(&self.encoder.forward(&packed)?)?;
            let (mut spans, mut holders) = (Vec::new(), Vec::new());
            for (sequence, ((_, _, task, holder), at)) in batch.iter().zip(&starts).enumerate() {
                spans.push(SpanRows { sequence, start: at + task.0, end: at + task.1 });
                holders.push(holder.map(|(a, b)| (at + a, at + b)));
            }
            let features = self.heads.pair_features(&z, &packed, &spans, &holders)?;
            let (levels, outcomes) = self.heads.pairs(&features)?;
            let (levels, outcomes) = (levels.to_vec2::<f32>()?, outcomes.to_vec2::<f32>()?);
            let scores = features.to_vec2::<f32>()?.into_iter().zip(levels.into_iter().zip(outcomes));
            for (((i, _, task, holder), _), (features, (levels, outcomes))) in batch.iter().zip(&starts).zip(scores) {
                out[*i] = Some(Scores { levels, outcomes, vector: self.pair_vector(*task, *holder, &features) });
            }
        }
        Ok(out)
    }

    /// What the scores propose.
    pub fn proposal(&self, scores: &Scores) -> Goal {
        let (category, outcome) = self.goal(&scores.levels, &scores.outcomes);
        Goal { category, outcome }
    }

    /// Calibrated probability of a proposal's category.
    pub fn category_probability(&self, goal: Goal, scores: &Scores) -> f64 {
        self.category_probabilities(&scores.levels, &scores.outcomes).0[goal.category.index()]
    }

    /// Calibrated probability of category and reason together.
    pub fn reason_probability(&self, goal: Goal, scores: &Scores) -> f64 {
        self.goal_probability((goal.category, goal.outcome), &scores.levels, &scores.outcomes)
    }
}
