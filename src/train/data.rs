//! Labelled lines → what a training step needs.

use crate::encoder::Tokens;
use crate::extract::input::{self, Input};
use crate::extract::model::{BEGIN, INSIDE, OUTCOMES, OUTSIDE};
use crate::law::{Category, GoldLine, HolderIn, Kind};

use super::TrainError;

/// A mention in rows of its window.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub task: (usize, usize),
    /// Rows of the holder; none when implied.
    pub holder: Option<(usize, usize)>,
    /// Whether the pointer can learn from it: false where the holder was cut off with a long lead.
    pub holder_known: bool,
    pub level: usize,
    /// Index into [`OUTCOMES`]; none where the level fixes the category.
    pub outcome: Option<usize>,
}

/// One window with its labels.
#[derive(Debug, Clone)]
pub(super) struct Example {
    pub input: Input,
    pub kind: usize,
    pub tags: Vec<usize>,
    pub targets: Vec<Target>,
}

/// Rows among `rows` that overlap the characters `a..b`.
fn rows(input: &Input, rows: (usize, usize), a: usize, b: usize) -> Option<(usize, usize)> {
    // A cut lead has a gap; a span over the gap would take in what lies between.
    input.rows(rows, a, b).filter(|(first, end)| end - first <= b - a + 1)
}

fn targets(input: &Input, line: &GoldLine) -> Vec<Target> {
    let mut out: Vec<Target> = Vec::new();
    for m in &line.mentions {
        let Some(task) = rows(input, input.text, m.task_start, m.task_end) else { continue };
        let range = match (m.holder_start, m.holder_end) {
            (Some(a), Some(b)) if b > a => Some((a, b)),
            _ => None,
        };
        let holder = range.and_then(|(a, b)| match m.holder_in {
            HolderIn::Lead => rows(input, input.lead, a, b),
            HolderIn::Text => rows(input, input.text, a, b),
            HolderIn::Implied => None,
        });
        let outcome = match Category::fixed_by(m.level) {
            Some(_) => None,
            None => OUTCOMES.iter().position(|o| *o == (m.category, m.reason)),
        };
        out.push(Target {
            task,
            holder,
            holder_known: holder.is_some() || m.holder_in == HolderIn::Implied,
            level: m.level.index(),
            outcome,
        });
    }
    out
}

/// Examples of the lines, in order; a task whose spans lie in no window is left out.
pub(super) fn examples<'a>(
    tokens: &Tokens,
    lines: impl Iterator<Item = &'a GoldLine>,
) -> Result<Vec<Example>, TrainError> {
    let mut out = Vec::new();
    for line in lines {
        let Some(kind) = line.kind else { continue };
        for input in input::encode(tokens, &line.unit())?.windows {
            let targets = targets(&input, line);
            if kind == Kind::Task && targets.is_empty() {
                continue;
            }
            let mut tags = vec![OUTSIDE; input.text.1 - input.text.0];
            for t in &targets {
                let (a, b) = (t.task.0 - input.text.0, t.task.1 - input.text.0);
                // Two spans may share words; the first keeps them.
                if tags[a..b].iter().all(|&t| t == OUTSIDE) {
                    tags[a] = BEGIN;
                    tags[a + 1..b].fill(INSIDE);
                }
            }
            out.push(Example { input, kind: kind.index(), tags, targets });
        }
    }
    Ok(out)
}
