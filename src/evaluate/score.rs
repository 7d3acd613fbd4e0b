//! How well predicted labels agree with gold ones: the figures of the annotation set's reference scorer.
//!
//! Invariant: same measures, same pairing of mentions and the same bootstrap draws as that scorer (Python's
//! generator included, see the module `twister`), so that figures and intervals are equal to it, not merely close.

use std::collections::{BTreeMap, HashMap};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::twister::Twister;
use crate::law::{Category, GoldLine, Kind, Level, Mention, Reason};

/// Resamples of documents for the intervals, unless asked otherwise; as the reference scorer does.
pub const RESAMPLES: usize = 300;

/// Mentions whose task spans overlap less are not paired.
const LEAST_OVERLAP: f64 = 0.3;

/// Classes of the gold with fewer pairs are left out of the macro-F1 over categories.
const LEAST_PAIRS: usize = 5;

/// Why files cannot be scored.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// A gold line is of no use.
    #[error("gold line {id:?}: {problem}")]
    Gold {
        /// Its id.
        id: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A prediction's offsets do not fit the gold text.
    #[error(
        "prediction for {id:?}: task offsets {start}..{end} outside the {length} characters of the gold text; were the texts changed?"
    )]
    Offsets {
        /// Its id.
        id: String,
        /// Start of the span.
        start: usize,
        /// End of the span.
        end: usize,
        /// Length of the gold text in characters.
        length: usize,
    },
    /// Nothing to measure.
    #[error("there is no gold line to measure against")]
    Empty,
}

/// Figures by name, in a fixed order. Shares lie between 0 and 1; `set_size` counts categories.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figures(Vec<(&'static str, f64)>);

impl Figures {
    /// The figure of that name, if it could be measured.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|(n, _)| *n == name).map(|(_, v)| *v)
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        self.0.iter().copied()
    }
}

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// All that is measured of one system against one gold file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Gold provisions.
    pub provisions: usize,
    /// Of those, how many have no prediction; they count as `none`.
    pub missing: usize,
    /// Documents that the gold provisions come from.
    pub documents: usize,
    /// Mentions in the gold.
    pub gold_mentions: usize,
    /// Mentions predicted.
    pub predicted_mentions: usize,
    /// Mentions paired.
    pub pairs: usize,
    /// Every provision counts one.
    pub unweighted: Figures,
    /// Every provision counts its sampling weight; empty where all weights are 0.
    pub weighted: Figures,
    /// 95 % bootstrap intervals over documents of the unweighted figures: low, high.
    pub interval: BTreeMap<&'static str, (f64, f64)>,
}

/// One pair of a gold and a predicted mention, reduced to what the measures need.
struct Pair {
    holder_exact: bool,
    holder_overlap: f64,
    task_exact: bool,
    task_overlap: f64,
    level: (Level, Level),
    category: (Category, Category),
    reason: (Option<Reason>, Option<Reason>),
    confidence: Option<(f64, bool)>,
    set: Option<(bool, usize)>,
}

impl Pair {
    fn whole(&self) -> bool {
        self.task_overlap >= 0.5
            && self.holder_overlap >= 0.5
            && self.level.0 == self.level.1
            && self.category.0 == self.category.1
    }
}

/// One gold provision beside its prediction.
struct Unit<'a> {
    gold: &'a GoldLine,
    kind: (Kind, Kind),
    predicted_mentions: usize,
    p_task: Option<f64>,
    pairs: Vec<Pair>,
}

/// Dice of the sets of non-space characters in two spans of one text, given how many such characters precede each
/// offset.
fn span_dice(before: &[usize], a: (usize, usize), b: (usize, usize)) -> f64 {
    let count = |(from, to): (usize, usize)| if from < to { before[to] - before[from] } else { 0 };
    let sizes = count(a) + count(b);
    if sizes == 0 {
        return 1.0;
    }
    2.0 * count((a.0.max(b.0), a.1.min(b.1))) as f64 / sizes as f64
}

fn words(s: &str) -> Vec<String> {
    s.to_lowercase().split_whitespace().map(str::to_owned).collect()
}

/// Dice of the multisets of words.
fn word_dice(a: &[String], b: &[String]) -> f64 {
    if a.is_empty() && b.is_empty() {
        return 1.0;
    }
    let mut left: HashMap<&str, usize> = HashMap::new();
    for w in a {
        *left.entry(w).or_default() += 1;
    }
    let mut both = 0;
    for w in b {
        if let Some(n) = left.get_mut(w.as_str()).filter(|n| **n > 0) {
            *n -= 1;
            both += 1;
        }
    }
    2.0 * both as f64 / (a.len() + b.len()) as f64
}

fn is_space(c: char) -> bool {
    // Python counts the four separators as white space too.
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// Pairs gold and predicted mentions of one provision greedily by the overlap of their task spans; gives indices
/// into both and the overlap.
pub fn pair(text: &str, gold: &[Mention], predicted: &[Mention]) -> Vec<(usize, usize, f64)> {
    let mut before = vec![0];
    for c in text.chars() {
        before.push(before[before.len() - 1] + usize::from(!is_space(c)));
    }
    let span = |m: &Mention| (m.task_start.min(before.len() - 1), m.task_end.min(before.len() - 1));
    let mut candidates = Vec::new();
    for (i, g) in gold.iter().enumerate() {
        for (j, p) in predicted.iter().enumerate() {
            let overlap = span_dice(&before, span(g), span(p));
            if overlap >= LEAST_OVERLAP {
                candidates.push((overlap, i, j));
            }
        }
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let (mut used_gold, mut used_predicted) = (vec![false; gold.len()], vec![false; predicted.len()]);
    candidates.retain(|&(_, i, j)| {
        let free = !used_gold[i] && !used_predicted[j];
        if free {
            used_gold[i] = true;
            used_predicted[j] = true;
        }
        free
    });
    candidates.into_iter().map(|(overlap, i, j)| (i, j, overlap)).collect()
}

/// Category with the highest probability, the first of the fixed order on a tie.
fn most_probable(p: &BTreeMap<Category, f64>) -> Option<(Category, f64)> {
    p.iter().fold(None, |best, (c, v)| match best {
        Some((_, b)) if b >= *v => best,
        _ => Some((*c, *v)),
    })
}

fn unit<'a>(gold: &'a GoldLine, predicted: Option<&GoldLine>) -> Result<Unit<'a>, ScoreError> {
    let fail = |problem| ScoreError::Gold { id: gold.id.clone(), problem };
    let kind = gold.kind.ok_or_else(|| fail("it has no `kind`; is this a file of unlabelled lines?"))?;
    let length = gold.text.chars().count();
    let mentions = predicted.map_or(&[][..], |p| &p.mentions);
    if let Some(m) = mentions.iter().find(|m| m.task_end > length || m.task_start > m.task_end) {
        return Err(ScoreError::Offsets { id: gold.id.clone(), start: m.task_start, end: m.task_end, length });
    }
    if gold.mentions.iter().any(|m| m.task_end > length) {
        return Err(fail("the offsets of a mention lie outside its text"));
    }
    let pairs = pair(&gold.text, &gold.mentions, mentions)
        .into_iter()
        .map(|(i, j, task_overlap)| {
            let (g, p) = (&gold.mentions[i], &mentions[j]);
            let (gw, pw) = (words(&g.holder), words(&p.holder));
            Pair {
                holder_exact: gw == pw,
                holder_overlap: word_dice(&gw, &pw),
                task_exact: (g.task_start, g.task_end) == (p.task_start, p.task_end),
                task_overlap,
                level: (g.level, p.level),
                category: (g.category, p.category),
                reason: (g.reason, p.reason),
                confidence: most_probable(&p.category_p).map(|(c, v)| (v, c == g.category)),
                set: (!p.category_set.is_empty()).then(|| (p.category_set.contains(&g.category), p.category_set.len())),
            }
        })
        .collect();
    Ok(Unit {
        gold,
        kind: (kind, predicted.and_then(|p| p.kind).unwrap_or(Kind::None)),
        predicted_mentions: mentions.len(),
        p_task: predicted.and_then(|p| p.p_task),
        pairs,
    })
}

pub(super) fn f1(hits: f64, predicted: f64, gold: f64) -> f64 {
    if predicted + gold > 0.0 { 2.0 * hits / (predicted + gold) } else { 0.0 }
}

/// Macro-F1 of (gold, predicted, weight) rows over the classes given, or over those of the gold if none is.
fn macro_f1<T: Copy + PartialEq>(rows: &[(T, T, f64)], classes: &[T]) -> f64 {
    let mut all = classes.to_vec();
    if all.is_empty() {
        for (g, ..) in rows {
            if !all.contains(g) {
                all.push(*g);
            }
        }
    }
    let sum_where = |test: &dyn Fn(&(T, T, f64)) -> bool| rows.iter().filter(|r| test(r)).map(|r| r.2).sum::<f64>();
    let scores = all
        .iter()
        .map(|c| f1(sum_where(&|r| r.0 == *c && r.1 == *c), sum_where(&|r| r.1 == *c), sum_where(&|r| r.0 == *c)));
    if all.is_empty() { 0.0 } else { scores.sum::<f64>() / all.len() as f64 }
}

/// Expected calibration error of (confidence, right, weight) rows in ten bins of equal mass of rows.
fn calibration_error(mut rows: Vec<(f64, bool, f64)>) -> Option<f64> {
    let n = rows.len();
    if n == 0 {
        return None;
    }
    rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.total_cmp(&b.2)));
    let total: f64 = rows.iter().map(|r| r.2).sum();
    let error = (0..10)
        .map(|b| {
            let bin = &rows[b * n / 10..(b + 1) * n / 10];
            let confidence: f64 = bin.iter().map(|r| r.0 * r.2).sum();
            let right: f64 = bin.iter().filter(|r| r.1).map(|r| r.2).sum();
            (confidence - right).abs()
        })
        .sum::<f64>();
    Some(if total > 0.0 { error / total } else { 0.0 })
}

fn measure(units: &[&Unit<'_>], weighted: bool) -> Figures {
    let weight = |u: &Unit<'_>| if weighted { u.gold.weight() } else { 1.0 };
    let kinds: Vec<(Kind, Kind, f64)> = units.iter().map(|u| (u.kind.0, u.kind.1, weight(u))).collect();
    let sum_kinds =
        |test: &dyn Fn(Kind, Kind) -> bool| kinds.iter().filter(|(g, p, _)| test(*g, *p)).map(|k| k.2).sum::<f64>();
    let total = sum_kinds(&|_, _| true);
    if total <= 0.0 {
        return Figures::default();
    }
    let gold: f64 = units.iter().map(|u| weight(u) * u.gold.mentions.len() as f64).sum();
    let predicted: f64 = units.iter().map(|u| weight(u) * u.predicted_mentions as f64).sum();
    let pairs: Vec<(&Pair, f64)> = units.iter().flat_map(|u| u.pairs.iter().map(move |p| (p, weight(u)))).collect();
    let sum = |value: &dyn Fn(&Pair) -> f64| pairs.iter().map(|(p, w)| w * value(p)).sum::<f64>();
    let sum_where = |test: &dyn Fn(&Pair) -> bool| sum(&|p| f64::from(u8::from(test(p))));
    let or_one = |x: f64| if x == 0.0 { 1.0 } else { x };
    let pair_weight = or_one(sum(&|_| 1.0));
    let classes: Vec<Category> = Category::ALL
        .iter()
        .copied()
        .filter(|c| pairs.iter().filter(|(p, _)| p.category.0 == *c).count() >= LEAST_PAIRS)
        .collect();
    let categories: Vec<_> = pairs.iter().map(|(p, w)| (p.category.0, p.category.1, *w)).collect();
    let kept = |p: &Pair| p.category == (Category::KeepCentral, Category::KeepCentral);
    let hits = sum_kinds(&|g, p| g == Kind::Task && p == Kind::Task);
    let (gold_tasks, predicted_tasks) = (sum_kinds(&|g, _| g == Kind::Task), sum_kinds(&|_, p| p == Kind::Task));

    let mut out = vec![
        ("kind_accuracy", sum_kinds(&|g, p| g == p) / total),
        ("kind_macro_f1", macro_f1(&kinds, Kind::ALL)),
        ("task_f1", f1(hits, predicted_tasks, gold_tasks)),
        ("task_recall", hits / or_one(gold_tasks)),
        ("holder_exact_f1", f1(sum_where(&|p| p.holder_exact), predicted, gold)),
        ("holder_overlap_f1", f1(sum(&|p| p.holder_overlap), predicted, gold)),
        ("task_exact_f1", f1(sum_where(&|p| p.task_exact), predicted, gold)),
        ("task_overlap_f1", f1(sum(&|p| p.task_overlap), predicted, gold)),
        ("level_accuracy", sum_where(&|p| p.level.0 == p.level.1) / pair_weight),
        ("category_accuracy", sum_where(&|p| p.category.0 == p.category.1) / pair_weight),
        ("category_macro_f1", macro_f1(&categories, &classes)),
        ("reason_accuracy", sum_where(&|p| kept(p) && p.reason.0 == p.reason.1) / or_one(sum_where(&kept))),
        ("whole_f1", f1(sum_where(&Pair::whole), predicted, gold)),
    ];
    let tasks = units.iter().filter_map(|u| Some((u.p_task?, u.kind.0 == Kind::Task, weight(u)))).collect();
    out.extend(calibration_error(tasks).map(|e| ("ece_task", e)));
    let confidences = pairs.iter().filter_map(|(p, w)| p.confidence.map(|(v, right)| (v, right, *w))).collect();
    out.extend(calibration_error(confidences).map(|e| ("ece_category", e)));
    let sets: Vec<(bool, usize, f64)> = pairs.iter().filter_map(|(p, w)| p.set.map(|(hit, n)| (hit, n, *w))).collect();
    let set_weight: f64 = sets.iter().map(|s| s.2).sum();
    if set_weight > 0.0 {
        out.push(("set_coverage", sets.iter().filter(|s| s.0).map(|s| s.2).sum::<f64>() / set_weight));
        out.push(("set_size", sets.iter().map(|s| s.1 as f64 * s.2).sum::<f64>() / set_weight));
    }
    Figures(out)
}

/// The last line of each id, in the order in which ids first occur.
fn by_id(lines: &[GoldLine]) -> Vec<&GoldLine> {
    let mut place: HashMap<&str, usize> = HashMap::new();
    let mut out: Vec<&GoldLine> = Vec::new();
    for line in lines {
        match place.get(line.id.as_str()) {
            Some(&i) => out[i] = line,
            None => {
                place.insert(&line.id, out.len());
                out.push(line);
            }
        }
    }
    out
}

/// Things by the document they come from, documents in order.
pub(super) fn by_document<'a, T>(all: &'a [T], doc: impl Fn(&'a T) -> &'a str) -> Vec<Vec<&'a T>> {
    let mut documents: BTreeMap<&str, Vec<&T>> = BTreeMap::new();
    for t in all {
        documents.entry(doc(t)).or_default().push(t);
    }
    documents.into_values().collect()
}

/// Draws as many documents as there are, with replacement, so many times, as the reference scorer does.
pub(super) fn resample<T>(documents: &[Vec<&T>], times: usize, mut each: impl FnMut(&[&T])) {
    let mut random = Twister::new(1);
    for _ in 0..times {
        let draw: Vec<&T> =
            random.choices(documents.len(), documents.len()).flat_map(|d| documents[d].iter().copied()).collect();
        each(&draw);
    }
}

/// Low and high end of the middle 95 %.
pub(super) fn interval(mut samples: Vec<f64>) -> (f64, f64) {
    samples.sort_by(f64::total_cmp);
    let at = |share: f64| samples[((share * samples.len() as f64) as usize).min(samples.len() - 1)];
    (at(0.025), at(0.975))
}

/// Measures predicted lines against gold ones, joined by `id`. `resamples` draws of documents make the intervals;
/// with 0 there are none.
pub fn score(gold: &[GoldLine], predicted: &[GoldLine], resamples: usize) -> Result<Score, ScoreError> {
    let answers: HashMap<&str, &GoldLine> = predicted.iter().map(|l| (l.id.as_str(), l)).collect();
    let gold = by_id(gold);
    let units: Vec<Unit<'_>> =
        gold.iter().map(|g| unit(g, answers.get(g.id.as_str()).copied())).collect::<Result<_, _>>()?;
    if units.is_empty() {
        return Err(ScoreError::Empty);
    }
    let all: Vec<&Unit<'_>> = units.iter().collect();
    let documents = by_document(&units, |u| &u.gold.doc);
    let mut samples: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
    resample(&documents, resamples, |draw| {
        for (name, value) in measure(draw, false).iter() {
            samples.entry(name).or_default().push(value);
        }
    });
    let interval = samples.into_iter().map(|(name, v)| (name, interval(v))).collect();
    Ok(Score {
        provisions: units.len(),
        missing: gold.iter().filter(|g| !answers.contains_key(g.id.as_str())).count(),
        documents: documents.len(),
        gold_mentions: units.iter().map(|u| u.gold.mentions.len()).sum(),
        predicted_mentions: units.iter().map(|u| u.predicted_mentions).sum(),
        pairs: units.iter().map(|u| u.pairs.len()).sum(),
        unweighted: measure(&all, false),
        weighted: measure(&all, true),
        interval,
    })
}

/// What one system gets right in a provision that another gets wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The provision.
    pub id: String,
    /// How many more judgements (kind, and each gold mention as a whole) are right now; negative when fewer.
    pub gain: i64,
    /// Kind: gold, before, now.
    pub kind: (Kind, Kind, Kind),
    /// Whole mentions that are right: in the gold, before, now.
    pub whole: (usize, usize, usize),
    /// What became right or wrong in it.
    pub fields: Vec<FieldChange>,
}

/// One field of a gold mention that is right before and wrong now, or the other way round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// `mention` (found or not), `task`, `holder`, `level`, `category`, `reason`, or `extra` (mentions too many).
    pub field: &'static str,
    /// Whether it is right now.
    pub gained: bool,
    /// The words of the gold mention's task; empty for `extra`.
    pub of: String,
    /// What the gold has.
    pub gold: String,
    /// What was said before.
    pub before: String,
    /// What is said now.
    pub now: String,
}

/// The fields of a provision that became right or wrong.
fn field_changes(gold: &GoldLine, before: Option<&GoldLine>, now: Option<&GoldLine>) -> Vec<FieldChange> {
    let of = |l: Option<&'_ GoldLine>| l.map_or_else(Vec::new, |l| l.mentions.clone());
    let (before, now) = (of(before), of(now));
    let pairs = |mentions: &[Mention]| -> HashMap<usize, usize> {
        pair(&gold.text, &gold.mentions, mentions).into_iter().map(|(g, p, _)| (g, p)).collect()
    };
    let (pairs_before, pairs_now) = (pairs(&before), pairs(&now));
    let mut out = Vec::new();
    for (i, g) in gold.mentions.iter().enumerate() {
        let a = pairs_before.get(&i).map(|&p| &before[p]);
        let b = pairs_now.get(&i).map(|&p| &now[p]);
        let mut push = |field, gained, gold: String, before: String, now: String| {
            out.push(FieldChange { field, gained, of: g.task.clone(), gold, before, now });
        };
        let (Some(a), Some(b)) = (a, b) else {
            if a.is_some() != b.is_some() {
                let say = |m: Option<&Mention>| if m.is_some() { "found" } else { "missed" }.to_owned();
                push("mention", b.is_some(), "found".to_owned(), say(a), say(b));
            }
            continue;
        };
        let mut compare = |field, right: (bool, bool), said: [String; 3]| {
            if right.0 != right.1 {
                let [gold, before, now] = said;
                push(field, right.1, gold, before, now);
            }
        };
        let span = |m: &Mention| (m.task_start, m.task_end);
        compare("task", (span(a) == span(g), span(b) == span(g)), [g.task.clone(), a.task.clone(), b.task.clone()]);
        compare(
            "holder",
            (words(&a.holder) == words(&g.holder), words(&b.holder) == words(&g.holder)),
            [g.holder.clone(), a.holder.clone(), b.holder.clone()],
        );
        let codes = |f: &dyn Fn(&Mention) -> String| [f(g), f(a), f(b)];
        compare("level", (a.level == g.level, b.level == g.level), codes(&|m| m.level.to_string()));
        compare("category", (a.category == g.category, b.category == g.category), codes(&|m| m.category.to_string()));
        compare(
            "reason",
            (a.reason == g.reason, b.reason == g.reason),
            codes(&|m| m.reason.map_or_else(|| "none".to_owned(), |r| r.to_string())),
        );
    }
    let (extra_before, extra_now) = (before.len() - pairs_before.len(), now.len() - pairs_now.len());
    if extra_before != extra_now {
        out.push(FieldChange {
            field: "extra",
            gained: extra_now < extra_before,
            of: String::new(),
            gold: "0".to_owned(),
            before: extra_before.to_string(),
            now: extra_now.to_string(),
        });
    }
    out
}

/// The provisions in which two systems are not right about the same things, losses first, then by id.
pub fn changes(gold: &[GoldLine], before: &[GoldLine], now: &[GoldLine]) -> Result<Vec<Change>, ScoreError> {
    let index =
        |lines: &[GoldLine]| lines.iter().enumerate().map(|(i, l)| (l.id.clone(), i)).collect::<HashMap<_, _>>();
    let (index_before, index_now) = (index(before), index(now));
    let mut out = Vec::new();
    for g in by_id(gold) {
        let (a, b) =
            (unit(g, index_before.get(&g.id).map(|&i| &before[i]))?, unit(g, index_now.get(&g.id).map(|&i| &now[i]))?);
        let whole = |u: &Unit<'_>| u.pairs.iter().filter(|p| p.whole()).count();
        let right = |u: &Unit<'_>| {
            whole(u) as i64 - u.predicted_mentions.saturating_sub(u.pairs.len()) as i64
                + i64::from(u.kind.0 == u.kind.1)
        };
        let gain = right(&b) - right(&a);
        let fields =
            field_changes(g, index_before.get(&g.id).map(|&i| &before[i]), index_now.get(&g.id).map(|&i| &now[i]));
        // One mention won and another lost leave no gain, yet people want to see both.
        if gain != 0 || !fields.is_empty() {
            let (kind, whole) = ((a.kind.0, a.kind.1, b.kind.1), (g.mentions.len(), whole(&a), whole(&b)));
            out.push(Change { id: g.id.clone(), gain, kind, whole, fields });
        }
    }
    out.sort_by(|x, y| x.gain.cmp(&y.gain).then_with(|| x.id.cmp(&y.id)));
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::HolderIn;

    fn mention(start: usize, end: usize) -> Mention {
        Mention {
            holder: "Bộ X".into(),
            holder_in: HolderIn::Implied,
            holder_start: None,
            holder_end: None,
            task: String::new(),
            task_start: start,
            task_end: end,
            level: Level::Bo,
            category: Category::KeepCentral,
            reason: Some(Reason::Macro),
            category_p: BTreeMap::new(),
            category_set: Vec::new(),
            evidence: Vec::new(),
            needs_review: false,
            precedents: Vec::new(),
        }
    }

    #[test]
    fn spaces_do_not_count_and_the_best_pair_is_taken_first() {
        let text = "ab cd ef gh";
        let pairs = pair(text, &[mention(0, 5), mention(6, 11)], &[mention(0, 11), mention(0, 5)]);
        assert_eq!(pairs[0], (0, 1, 1.0));
        assert_eq!((pairs[1].0, pairs[1].1), (1, 0));
        assert!((pairs[1].2 - 2.0 / 3.0).abs() < 1e-12);
        assert!(pair(text, &[mention(0, 2)], &[mention(3, 11)]).is_empty());
    }

    #[test]
    fn repeated_words_count_as_often_as_they_occur() {
        assert_eq!(word_dice(&words("Sở Sở"), &words("sở")), 2.0 / 3.0);
        assert_eq!(word_dice(&[], &[]), 1.0);
        assert_eq!(word_dice(&words("bộ"), &[]), 0.0);
    }

    #[test]
    fn a_gold_file_without_labels_is_an_error() {
        let line = GoldLine { id: "x".into(), text: "a".into(), ..GoldLine::default() };
        assert!(matches!(score(&[line], &[], 0), Err(ScoreError::Gold { .. })));
        assert!(matches!(score(&[], &[], 0), Err(ScoreError::Empty)));
    }

    #[test]
    fn weights_of_zero_leave_the_weighted_figures_out() {
        let line = GoldLine { id: "x".into(), kind: Some(Kind::None), weight: Some(0.0), ..GoldLine::default() };
        let s = score(&[line], &[], 10).unwrap();
        assert_eq!((s.weighted.iter().count(), s.missing, s.unweighted.get("kind_accuracy")), (0, 1, Some(1.0)));
    }
}
