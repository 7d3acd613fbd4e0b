//! Documents with the amendments found applied, against their official consolidated texts.
//!
//! Compared điều by điều: two texts are alike if they share 98 % of their words, each counted as often as it occurs
//! (Dice), after folding and without what stands in square brackets, for consolidated texts carry footnote marks.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::ingest::{self, IngestError};
use crate::law::amend::{self, Consolidated};
use crate::law::graph::Graph;
use crate::law::{Document, NodeKind, relation};
use crate::text::fold;

/// So alike are two readings of one text.
const ALIKE: f64 = 0.98;

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub enum ConsolidationError {
    /// The file of cases cannot be read.
    #[error("{0}: cannot be read ({1})")]
    Io(PathBuf, std::io::Error),
    /// A line is no case.
    #[error("{0}:{1}: {2}; expected an object with consolidated, base, amending")]
    Line(PathBuf, usize, serde_json::Error),
    /// A document cannot be read.
    #[error(transparent)]
    Ingest(#[from] IngestError),
}

/// A consolidated text and what it is made of, by id.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    consolidated: String,
    base: String,
    amending: Vec<String>,
}

/// How one case went, or all of them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Compared {
    /// Id of the consolidated text; `all` for the sum.
    pub consolidated: String,
    /// Instructions applied.
    pub applied: usize,
    /// Instructions that could not be applied, by reason.
    pub failed: BTreeMap<String, usize>,
    /// Điều of the consolidated text that an instruction names.
    pub touched: usize,
    /// Those of them that came out alike.
    pub alike: usize,
    /// Those of them that are alike without any amendment.
    pub alike_before: usize,
    /// All điều of the consolidated text.
    pub articles: usize,
    /// Those that are alike.
    pub articles_alike: usize,
}

/// Compares the cases whose documents are all there; the last entry is the sum.
///
/// # Errors
/// [`ConsolidationError`].
pub fn measure(cases: &Path, documents: &[PathBuf]) -> Result<Vec<Compared>, ConsolidationError> {
    let text = std::fs::read_to_string(cases).map_err(|e| ConsolidationError::Io(cases.to_owned(), e))?;
    let lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty());
    let cases = lines
        .map(|(i, l)| serde_json::from_str(l).map_err(|e| ConsolidationError::Line(cases.to_owned(), i + 1, e)))
        .collect::<Result<Vec<Case>, _>>()?;
    let wanted: BTreeSet<&str> =
        cases.iter().flat_map(|c| c.amending.iter().chain([&c.base, &c.consolidated])).map(String::as_str).collect();
    let mut here: HashMap<String, Document> = HashMap::new();
    for raw in documents.iter().flat_map(|p| ingest::read(p)) {
        let raw = raw?;
        if wanted.contains(raw.meta.id.as_str()) && !here.contains_key(&raw.meta.id) {
            here.insert(raw.meta.id.clone(), ingest::parse(raw));
        }
    }
    let mut out: Vec<Compared> = cases.iter().filter_map(|case| compare(case, &here)).collect();
    let mut all = Compared { consolidated: "all".to_owned(), ..Compared::default() };
    for one in &out {
        all.applied += one.applied;
        all.touched += one.touched;
        all.alike += one.alike;
        all.alike_before += one.alike_before;
        all.articles += one.articles;
        all.articles_alike += one.articles_alike;
        for (why, n) in &one.failed {
            *all.failed.entry(why.clone()).or_default() += n;
        }
    }
    out.push(all);
    Ok(out)
}

fn compare(case: &Case, here: &HashMap<String, Document>) -> Option<Compared> {
    let (base, wanted) = (here.get(&case.base)?, here.get(&case.consolidated)?);
    let amending: Vec<Document> = case.amending.iter().map(|id| here.get(id).cloned()).collect::<Option<_>>()?;
    // Only these are at hand, so that a name leads to the base and not to a later law of that name.
    let all = || amending.iter().chain([base]);
    let graph = Graph::new(
        all().map(|d| d.meta.clone()).collect(),
        all().flat_map(|d| relation::find(d).into_iter().map(|r| (d.meta.id.clone(), r))),
    );
    let target = graph.index(&case.base)?;
    let meant = |by: &Document, relation: &relation::Relation| {
        let edges = graph.index(&by.meta.id).into_iter().flat_map(|from| graph.outgoing(from));
        edges.into_iter().any(|e| e.to == Some(target) && e.relation == *relation)
    };
    let touched: BTreeSet<String> = amending
        .iter()
        .flat_map(|d| amend::instructions(d).into_iter().filter(|i| meant(d, &i.relation)))
        .filter_map(|i| i.relation.path.split('.').next().map(str::to_owned))
        .collect();
    let done = amend::consolidate(base, &amending, meant);
    let (before, wanted_text) = (Consolidated::new(base), Consolidated::new(wanted));
    let mut out = Compared { consolidated: case.consolidated.clone(), applied: done.applied, ..Compared::default() };
    for failed in &done.failed {
        *out.failed.entry(failed.why.to_string()).or_default() += 1;
    }
    let own = |n: &&crate::law::Node| n.kind == NodeKind::Article && !n.quoted && !n.address.contains(['.', '~']);
    for article in wanted.nodes.iter().filter(own) {
        let text = words(&wanted_text.text(&article.address));
        let same = |of: &Consolidated| usize::from(dice(&text, &words(&of.text(&article.address))) >= ALIKE);
        out.articles += 1;
        out.articles_alike += same(&done);
        if touched.contains(&article.address) {
            out.touched += 1;
            out.alike += same(&done);
            out.alike_before += same(&before);
        }
    }
    Some(out)
}

/// Folded words, without what stands in square brackets.
fn words(text: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            c if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    fold(&kept).split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts of words in one provision")]
fn dice(a: &[String], b: &[String]) -> f64 {
    let mut left: HashMap<&str, usize> = HashMap::new();
    for word in a {
        *left.entry(word).or_default() += 1;
    }
    let mut shared = 0_usize;
    for word in b {
        if let Some(n) = left.get_mut(word.as_str()).filter(|n| **n > 0) {
            *n -= 1;
            shared += 1;
        }
    }
    if a.is_empty() && b.is_empty() { 1.0 } else { 2.0 * shared as f64 / (a.len() + b.len()) as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_as_often_as_they_occur() {
        let text = |s: &str| words(s);
        assert_eq!(text("Điều 1.[12] Đèn [a [b] c] lồng"), ["dieu", "1", "den", "long"]);
        assert!((dice(&text("a a b"), &text("a b b")) - 2.0 / 3.0).abs() < 1e-9);
        assert!((dice(&[], &[]) - 1.0).abs() < 1e-9);
    }
}
