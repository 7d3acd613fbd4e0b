//! What stands behind a proposal: the words that carried it, whether it wants a second look, and what it resembles.

use candle_core::Tensor;

use super::input::Input;
use super::model::{Model, OUTCOMES, RawMention, best};
use crate::encoder::EncoderError;
use crate::law::{Category, HolderIn, Level, Mention};

/// Most phrases of a mention.
const PHRASES: usize = 3;
/// Most words of a phrase: the longest name of an action or thing in the training labels' wording that still points.
const PHRASE_WORDS: usize = 4;
/// Words that phrases are grown around.
const SEEDS: usize = 6;
/// A further phrase must carry at least this share of what the first carries.
const LEAST_SHARE: f64 = 0.2;

/// A proposal: a category, and the outcome that stands for it where the level leaves it open.
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

/// A word of task or holder, as rows of the packed matrix.
struct Word {
    start: usize,
    end: usize,
    /// 0 for the task, 1 for the holder: which part of the features it belongs to.
    part: usize,
    /// A sign between words; phrases end there.
    sign: bool,
}

/// A run of words left out together.
struct Phrase {
    first: usize,
    last: usize,
}

impl Model {
    /// The phrases of task and holder that carried the proposal: what takes most off its log-odds when its token
    /// vectors are left out of the heads' features. With a reason, the proposal is category and reason together, so
    /// that a kept task shows the words of its reason. The encoder is not run again; how far the phrases also carry
    /// the decision of encoder and heads together is what `phancap eval evidence` measures.
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
        let h = self.encoder.hidden();
        let goal = self.goal(levels, outcomes);
        let whole = self.log_odds(goal, levels, outcomes);
        let parts: Vec<(usize, usize)> = [Some(task), holder].into_iter().flatten().collect();
        let vectors =
            parts.iter().map(|&(a, b)| z.narrow(0, a, b - a)?.to_vec2::<f32>()).collect::<Result<Vec<_>, _>>()?;
        let words = words(w, at, &parts);

        // Features without the rows of a phrase, as the heads would have made them from what is left.
        let without = |phrase: &Phrase| -> Option<Vec<f32>> {
            let part = words[phrase.first].part;
            let (a, b) = (words[phrase.first].start, words[phrase.last].end);
            let (from, to) = parts[part];
            let left = (to - from) - (b - a);
            if left == 0 {
                return None;
            }
            let mut gone = vec![0f32; h];
            for v in &vectors[part][a - from..b - from] {
                for (g, x) in gone.iter_mut().zip(v) {
                    *g += x;
                }
            }
            let mut f = features.to_vec();
            let mut take = |at: usize, before: usize, after: usize| {
                for (x, g) in f[at..at + h].iter_mut().zip(&gone) {
                    *x = (*x * before as f32 - g) / after as f32;
                }
            };
            take(part * h, to - from, left);
            take(2 * h, w.ids.len(), w.ids.len() - (b - a));
            if part == 0 && a == from {
                f[3 * h..].copy_from_slice(&vectors[0][b - from]);
            }
            Some(f)
        };
        let drops = |phrases: &[Phrase]| -> Result<Vec<Option<f64>>, EncoderError> {
            let variants: Vec<Option<Vec<f32>>> = phrases.iter().map(without).collect();
            let rows: Vec<f32> = variants.iter().flatten().flatten().copied().collect();
            let n = variants.iter().flatten().count();
            if n == 0 {
                return Ok(variants.iter().map(|_| None).collect());
            }
            let (l, o) = self.heads.pairs(&Tensor::from_vec(rows, (n, features.len()), z.device())?)?;
            let (l, o) = (l.to_vec2::<f32>()?, o.to_vec2::<f32>()?);
            let mut scored = l.iter().zip(&o).map(|(l, o)| whole - self.log_odds(goal, l, o));
            Ok(variants.iter().map(|v| v.as_ref().and_then(|_| scored.next())).collect())
        };

        let singles: Vec<Phrase> =
            (0..words.len()).filter(|&i| !words[i].sign).map(|i| Phrase { first: i, last: i }).collect();
        let mut seeds: Vec<(f64, usize)> =
            drops(&singles)?.into_iter().zip(&singles).filter_map(|(d, p)| Some((d?, p.first))).collect();
        seeds.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        seeds.truncate(SEEDS);
        let candidates = phrases_around(&words, &seeds.iter().map(|s| s.1).collect::<Vec<_>>());
        let mut scored: Vec<(f64, f64, &Phrase)> = drops(&candidates)?
            .into_iter()
            .zip(&candidates)
            .filter_map(|(drop, p)| {
                let drop = drop.filter(|d| *d > 0.0)?;
                // Longer phrases always carry more; the root keeps them short without cutting words in half.
                Some((drop / ((p.last - p.first + 1) as f64).sqrt(), drop, p))
            })
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.2.first.cmp(&b.2.first)).then(a.2.last.cmp(&b.2.last)));
        let mut chosen: Vec<(f64, &Phrase)> = Vec::new();
        for (_, drop, p) in scored {
            // Phrases that touch would read as one that is too long.
            let apart =
                |q: &Phrase| p.first > q.last + 1 || q.first > p.last + 1 || words[p.first].part != words[q.first].part;
            if chosen.len() < PHRASES && chosen.iter().all(|(first, q)| apart(q) && drop >= LEAST_SHARE * first) {
                chosen.push((drop, p));
            }
        }
        let mut out: Vec<(usize, usize)> =
            chosen.into_iter().map(|(_, p)| (words[p.first].start, words[p.last].end)).collect();
        out.sort_unstable();
        Ok(out
            .into_iter()
            .map(|(a, b)| {
                let source = if a - at >= w.text.0 { HolderIn::Text } else { HolderIn::Lead };
                (source, w.spans[a - at].0, w.spans[b - 1 - at].1)
            })
            .collect())
    }

    /// What the scores propose.
    pub(super) fn goal(&self, levels: &[f32], outcomes: &[f32]) -> Goal {
        let (p, _, o) = self.category_probabilities(levels, outcomes);
        let category = Category::ALL[best(&p)];
        let outcome = (0..OUTCOMES.len()).filter(|&i| OUTCOMES[i].0 == category).max_by(|&a, &b| o[a].total_cmp(&o[b]));
        Goal { category, outcome }
    }

    /// Probability of a proposal: of its category through the levels that fix it, and of its outcome otherwise.
    pub(super) fn goal_probability(&self, goal: Goal, levels: &[f32], outcomes: &[f32]) -> f64 {
        let (_, l, o) = self.category_probabilities(levels, outcomes);
        let of = |level: Level| match Category::fixed_by(level) {
            Some(c) => f64::from(u8::from(c == goal.category)),
            None => goal.outcome.map_or(0.0, |i| o[i]),
        };
        Level::ALL.iter().map(|&level| l[level.index()] * of(level)).sum()
    }

    fn log_odds(&self, goal: Goal, levels: &[f32], outcomes: &[f32]) -> f64 {
        let p = self.goal_probability(goal, levels, outcomes).clamp(1e-9, 1.0 - 1e-9);
        (p / (1.0 - p)).ln()
    }

    /// Mean of the token vectors of task and holder.
    pub(super) fn pair_vector(
        &self,
        task: (usize, usize),
        holder: Option<(usize, usize)>,
        features: &[f32],
    ) -> Vec<f32> {
        let h = self.encoder.hidden();
        let (n, m) = ((task.1 - task.0) as f32, holder.map_or(0.0, |r| (r.1 - r.0) as f32));
        features[..h].iter().zip(&features[h..2 * h]).map(|(t, p)| (t * n + p * m) / (n + m)).collect()
    }

    /// A mention with its mark for review and its precedents.
    pub(super) fn supported(&self, mut mention: Mention, raw: &RawMention, p_task: f64) -> Mention {
        let p = mention.category_p.get(&mention.category).copied().unwrap_or(0.0);
        mention.needs_review = p * p_task < self.settings.review_threshold || mention.category_set.len() > 1;
        mention.precedents = self.precedents.nearest(&raw.vector, mention.level, &mention.task);
        mention
    }
}

/// The words of task and holder; a row that goes on with a word belongs to it.
fn words(w: &Input, at: usize, parts: &[(usize, usize)]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for (part, &(from, to)) in parts.iter().enumerate() {
        for row in from..to {
            let sign = !w.letters[row - at];
            match words.last_mut() {
                Some(word) if word.part == part && word.end == row && !w.begins[row - at] => {
                    word.end = row + 1;
                    word.sign &= sign;
                }
                _ => words.push(Word { start: row, end: row + 1, part, sign }),
            }
        }
    }
    words
}

/// All phrases that hold one of the seeds, each once, in order.
fn phrases_around(words: &[Word], seeds: &[usize]) -> Vec<Phrase> {
    let mut all = std::collections::BTreeSet::new();
    let joined = |i: usize| {
        words[i].part == words[i + 1].part && words[i].end == words[i + 1].start && !words[i].sign && !words[i + 1].sign
    };
    for &seed in seeds {
        for first in (0..=seed).rev().take(PHRASE_WORDS) {
            if first < seed && !joined(first) {
                break;
            }
            for last in seed..(first + PHRASE_WORDS).min(words.len()) {
                if last > seed && !joined(last - 1) {
                    break;
                }
                all.insert((first, last));
            }
        }
    }
    // A lone syllable is half a word in Vietnamese; it stands alone only where it has no neighbour.
    let alone = |i: usize| !((i > 0 && joined(i - 1)) || (i + 1 < words.len() && joined(i)));
    all.into_iter().filter(|&(a, b)| a < b || alone(a)).map(|(first, last)| Phrase { first, last }).collect()
}
