//! Whether evidence is faithful: its words are taken out of the provision, encoder and heads read what is left, and the
//! proposal's probability must fall more than when as many random words of the same spans are taken out.

use std::collections::BTreeSet;

use serde::Serialize;

use super::score::{RESAMPLES, by_document, interval, resample};
use crate::encoder::EncoderError;
use crate::extract::given::Given;
use crate::extract::model::Model;
use crate::law::{Category, GoldLine, HolderIn, Mention, Unit};
use crate::random::SplitMix64;

/// A mean over mentions with its 95 % bootstrap interval over documents.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// Low end.
    pub low: f64,
    /// High end.
    pub high: f64,
}

/// What taking words out does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Faithfulness {
    /// Mentions measured.
    pub mentions: usize,
    /// Mentions without evidence, or with nothing left to read once it was taken out.
    pub passed_over: usize,
    /// Documents they come from.
    pub documents: usize,
    /// Random draws for each mention.
    pub draws: usize,
    /// Words of evidence a mention.
    pub words: f64,
    /// Mean drop of the category's probability without the evidence.
    pub evidence: Mean,
    /// The same without as many random words.
    pub random: Mean,
    /// Ratio of the two.
    pub ratio: Mean,
    /// Share of proposals whose category changes without the evidence.
    pub changed_evidence: f64,
    /// The same without as many random words.
    pub changed_random: f64,
    /// Kept mentions among them.
    pub kept: usize,
    /// Drop of the probability of category and reason together, of kept mentions.
    pub reason_evidence: Option<Mean>,
    /// The same without as many random words.
    pub reason_random: Option<Mean>,
}

/// Words (runs of letters and digits) of a string within `from..to`, in characters.
fn words(text: &str, from: usize, to: usize) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (i, c) in text.chars().enumerate().take(to).skip(from) {
        match out.last_mut() {
            _ if !c.is_alphanumeric() => {}
            Some(last) if last.1 == i => last.1 = i + 1,
            _ => out.push((i, i + 1)),
        }
    }
    out
}

/// A string without some of its characters, and a span of it where it is then.
fn cut(text: &str, gone: &[(usize, usize)], span: Option<(usize, usize)>) -> (String, Option<(usize, usize)>) {
    let is_gone = |i: usize| gone.iter().any(|&(a, b)| (a..b).contains(&i));
    let left = text.chars().enumerate().filter(|(i, _)| !is_gone(*i)).map(|(_, c)| c).collect();
    let place = |at: usize| (0..at).filter(|&i| !is_gone(i)).count();
    (left, span.map(|(a, b)| (place(a), place(b))))
}

/// A mention's provision with some words of lead and text taken out.
fn without(unit: &Unit, m: &Mention, lead: &[(usize, usize)], text: &[(usize, usize)]) -> Given {
    let holder = m.holder_start.zip(m.holder_end);
    let of = |source| holder.filter(|_| m.holder_in == source);
    let (new_lead, in_lead) = cut(&unit.lead, lead, of(HolderIn::Lead));
    let (new_text, in_text) = cut(&unit.text, text, of(HolderIn::Text));
    let (_, task) = cut(&unit.text, text, Some((m.task_start, m.task_end)));
    let some = |source, span: Option<(usize, usize)>| span.filter(|(a, b)| a < b).map(|(a, b)| (source, a, b));
    Given {
        unit: Unit { lead: new_lead, text: new_text, ..unit.clone() },
        task: task.expect("a span was given"),
        holder: some(HolderIn::Lead, in_lead).or(some(HolderIn::Text, in_text)),
    }
}

/// A mention with the words to choose from.
struct Case<'a> {
    line: &'a GoldLine,
    mention: &'a Mention,
    /// Words of task, holder in the text, holder in the lead, without those of an earlier group.
    groups: [Vec<(usize, usize)>; 3],
    /// For each group, which of its words are evidence.
    evidence: [Vec<usize>; 3],
}

impl<'a> Case<'a> {
    fn new(line: &'a GoldLine, mention: &'a Mention) -> Self {
        let holder = mention.holder_start.zip(mention.holder_end);
        let task = words(&line.text, mention.task_start, mention.task_end);
        let mut groups = [task, Vec::new(), Vec::new()];
        match (mention.holder_in, holder) {
            (HolderIn::Text, Some((a, b))) => {
                groups[1] = words(&line.text, a, b).into_iter().filter(|w| !groups[0].contains(w)).collect();
            }
            (HolderIn::Lead, Some((a, b))) => groups[2] = words(&line.lead, a, b),
            _ => {}
        }
        let is_evidence = |group: usize, w: &(usize, usize)| {
            let source = if group == 2 { HolderIn::Lead } else { HolderIn::Text };
            mention.evidence.iter().any(|&(s, a, b)| s == source && w.0 < b && w.1 > a)
        };
        let evidence = [0, 1, 2]
            .map(|g: usize| groups[g].iter().enumerate().filter(|(_, w)| is_evidence(g, w)).map(|(i, _)| i).collect());
        Case { line, mention, groups, evidence }
    }

    fn count(&self) -> usize {
        self.evidence.iter().map(Vec::len).sum()
    }

    fn given(&self, chosen: &[Vec<usize>; 3]) -> Given {
        let of = |g: usize| chosen[g].iter().map(|&i| self.groups[g][i]).collect::<Vec<_>>();
        let text: Vec<_> = of(0).into_iter().chain(of(1)).collect();
        without(&self.line.unit(), self.mention, &of(2), &text)
    }

    /// As many words of each group, drawn at random.
    fn drawn(&self, random: &mut SplitMix64) -> [Vec<usize>; 3] {
        [0, 1, 2].map(|g: usize| {
            let mut all: Vec<usize> = (0..self.groups[g].len()).collect();
            let n = self.evidence[g].len();
            for i in 0..n {
                let j = i + (random.next() % (all.len() - i) as u64) as usize;
                all.swap(i, j);
            }
            all.truncate(n);
            all
        })
    }
}

/// What one mention loses: with its evidence, and on average over the draws.
struct Loss<'a> {
    doc: &'a str,
    kept: bool,
    evidence: f64,
    random: f64,
    changed: (f64, f64),
    reason: (f64, f64),
}

/// Measures predicted lines (texts with a model's mentions and their evidence) with that model.
///
/// # Errors
/// The model failed.
pub fn measure(model: &Model, lines: &[GoldLine], draws: usize, seed: u64) -> Result<Faithfulness, EncoderError> {
    let all: Vec<Case<'_>> = lines.iter().flat_map(|l| l.mentions.iter().map(move |m| Case::new(l, m))).collect();
    let total = all.len();
    let cases: Vec<Case<'_>> = all.into_iter().filter(|c| c.count() > 0).collect();
    let mut random = SplitMix64(seed);
    let mut given = Vec::new();
    for case in &cases {
        given.push(case.given(&[Vec::new(), Vec::new(), Vec::new()]));
        given.push(case.given(&case.evidence));
        given.extend((0..draws).map(|_| case.given(&case.drawn(&mut random))));
    }
    let read = model.read_given(&given)?;
    let mut losses: Vec<Loss<'_>> = Vec::new();
    let mut words = 0;
    for (case, read) in cases.iter().zip(read.chunks(2 + draws)) {
        let Some(read) = read.iter().map(Option::as_ref).collect::<Option<Vec<_>>>() else { continue };
        let goal = model.proposal(read[0]);
        let category = |i: usize| model.category_probability(goal, read[i]);
        let reason = |i: usize| model.reason_probability(goal, read[i]);
        let changed = |i: usize| f64::from(u8::from(model.proposal(read[i]).category() != goal.category()));
        let mean = |f: &dyn Fn(usize) -> f64| (0..draws).map(|d| f(2 + d)).sum::<f64>() / draws as f64;
        words += case.count();
        losses.push(Loss {
            doc: &case.line.doc,
            kept: goal.category() == Category::KeepCentral,
            evidence: category(0) - category(1),
            random: category(0) - mean(&category),
            changed: (changed(1), mean(&changed)),
            reason: (reason(0) - reason(1), reason(0) - mean(&reason)),
        });
    }
    let n = losses.len();
    let share = |f: &dyn Fn(&Loss<'_>) -> f64| losses.iter().map(f).sum::<f64>() / n.max(1) as f64;
    let kept = losses.iter().filter(|l| l.kept).count();
    let kept_mean = |f: &dyn Fn(&Loss<'_>) -> f64| {
        (kept > 0).then(|| bootstrap(&losses, &|l| mean_of(l.iter().filter(|l| l.kept).map(|l| f(l)))))
    };
    Ok(Faithfulness {
        mentions: n,
        passed_over: total - n,
        documents: losses.iter().map(|l| l.doc).collect::<BTreeSet<_>>().len(),
        draws,
        words: words as f64 / n.max(1) as f64,
        evidence: bootstrap(&losses, &|l| mean_of(l.iter().map(|l| l.evidence))),
        random: bootstrap(&losses, &|l| mean_of(l.iter().map(|l| l.random))),
        ratio: bootstrap(&losses, &|l| {
            mean_of(l.iter().map(|l| l.evidence)) / mean_of(l.iter().map(|l| l.random)).max(1e-9)
        }),
        changed_evidence: share(&|l| l.changed.0),
        changed_random: share(&|l| l.changed.1),
        kept,
        reason_evidence: kept_mean(&|l| l.reason.0),
        reason_random: kept_mean(&|l| l.reason.1),
    })
}

fn mean_of(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut n) = (0.0, 0);
    for v in values {
        sum += v;
        n += 1;
    }
    if n == 0 { 0.0 } else { sum / f64::from(n) }
}

fn bootstrap(losses: &[Loss<'_>], figure: &dyn Fn(&[&Loss<'_>]) -> f64) -> Mean {
    let documents = by_document(losses, |l| l.doc);
    let mean = figure(&losses.iter().collect::<Vec<_>>());
    if documents.is_empty() {
        return Mean { mean, low: mean, high: mean };
    }
    let mut samples = Vec::with_capacity(RESAMPLES);
    resample(&documents, RESAMPLES, |draw| samples.push(figure(draw)));
    let (low, high) = interval(samples);
    Mean { mean, low, high }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::law::{Level, Reason};

    fn line() -> GoldLine {
        let mention = Mention {
            holder: "Bộ X".into(),
            holder_in: HolderIn::Lead,
            holder_start: Some(0),
            holder_end: Some(4),
            task: "cấp giấy phép, thu hồi".into(),
            task_start: 3,
            task_end: 25,
            level: Level::Bo,
            category: Category::KeepCentral,
            reason: Some(Reason::Macro),
            category_p: BTreeMap::new(),
            category_set: Vec::new(),
            evidence: vec![(HolderIn::Text, 7, 16), (HolderIn::Lead, 3, 4)],
            needs_review: false,
            precedents: Vec::new(),
        };
        GoldLine {
            text: "a) cấp giấy phép, thu hồi.".into(),
            lead: "Bộ X có quyền:".into(),
            mentions: vec![mention],
            ..GoldLine::default()
        }
    }

    #[test]
    fn words_are_taken_out_and_the_spans_follow() {
        let line = line();
        let case = Case::new(&line, &line.mentions[0]);
        assert_eq!(case.count(), 3);
        let given = case.given(&case.evidence);
        assert_eq!(given.unit.text, "a) cấp  , thu hồi.");
        assert_eq!(given.unit.lead, "Bộ  có quyền:");
        assert_eq!(given.task, (3, 17));
        assert_eq!(given.holder, Some((HolderIn::Lead, 0, 3)));
    }

    #[test]
    fn as_many_random_words_come_from_the_same_spans() {
        let line = line();
        let case = Case::new(&line, &line.mentions[0]);
        let mut random = SplitMix64(7);
        let mut seen = BTreeSet::new();
        for _ in 0..50 {
            let drawn = case.drawn(&mut random);
            assert_eq!(drawn.each_ref().map(Vec::len), case.evidence.each_ref().map(Vec::len));
            seen.extend(drawn[0].iter().copied());
        }
        assert_eq!(seen.len(), 5, "every word of the task can be drawn");
    }

    #[test]
    fn the_interval_holds_the_mean_and_documents_are_drawn_whole() {
        let loss =
            |doc, evidence| Loss { doc, kept: false, evidence, random: 0.1, changed: (0.0, 0.0), reason: (0.0, 0.0) };
        let losses = [loss("a", 0.2), loss("a", 0.4), loss("b", 0.9), loss("c", 0.1)];
        let mean = bootstrap(&losses, &|l| mean_of(l.iter().map(|l| l.evidence)));
        assert!((mean.mean - 0.4).abs() < 1e-12 && mean.low < mean.mean && mean.mean < mean.high, "{mean:?}");
        let one = bootstrap(&losses[..2], &|l| mean_of(l.iter().map(|l| l.evidence)));
        assert!((one.low - one.high).abs() < 1e-12, "one document cannot vary: {one:?}");
    }
}
