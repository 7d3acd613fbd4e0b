//! Lines that are one document, or whose texts are nearly the same.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::finding::Severity;
use super::sketch::Likeness;
use super::{Code, Facts, Look, numbers};

/// From this share of common shingles on two texts are nearly the same.
const NEAR: f64 = 0.8;
/// From this share on the shorter text is within the longer one.
const WITHIN: f64 = 0.95;
/// Shingles of more texts than this are phrases of the trade and lead to no pair.
const MOST_TEXTS: usize = 24;
/// Pairs with fewer rare shingles in common are not compared.
const LEAST_COMMON: u32 = 8;

/// What pairs of documents give reason to ask; each is told at the later one.
pub(super) fn look(all: &[Facts]) -> Vec<(usize, Look)> {
    let mut found = Vec::new();
    same(
        all,
        |f| Some(f.entry.id.clone()),
        |a, b| {
            let message = format!("its id is that of line {}", all[a].entry.line);
            found.push((b, Look::new(Code::SameId, message)));
        },
    );
    let mut told = HashSet::new();
    let mut tell = |a: usize, b: usize| {
        if told.insert((a, b))
            && let Some(look) = compare(&all[a], &all[b])
        {
            found.push((b, look));
        }
    };
    same(all, |f| f.normal_sha256.clone(), &mut tell);
    same(all, |f| Some(numbers::key(&f.entry.number)).filter(|k| !k.is_empty()), &mut tell);
    for (a, b) in near(all) {
        tell(a, b);
    }
    found
}

/// What two documents have in common that gives reason to ask; told of the later one, `b`.
pub(crate) fn compare(a: &Facts, b: &Facts) -> Option<Look> {
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    let one = same_number(a, b);
    let likeness = a.sketch.likeness(&b.sketch).unwrap_or(Likeness { common: 0.0, within: 0.0 });
    let (near, within) = (likeness.common >= NEAR, likeness.within >= WITHIN);
    let (x, y) = (&a.entry, &b.entry);
    let look = if a.normal_sha256.is_some() && a.normal_sha256 == b.normal_sha256 {
        let code = if one { Code::SameDocument } else { Code::SameText };
        Look::new(code, "the same text, in normal form, as".into())
    } else if one && (near || within) {
        let share = percent(likeness.within);
        Look::new(Code::SameDocument, format!("its số hiệu, and {share} of the shorter text, are those of"))
    } else if one && x.kind == y.kind && x.issued_on == y.issued_on {
        Look::new(Code::SameDocument, "số hiệu, kind and date are those of".into())
    } else if one {
        Look::new(Code::SharedNumber, format!("its số hiệu {} is also that of", y.number))
    } else if near {
        let look = Look::new(Code::NearText, format!("{} of its passages are also in", percent(likeness.common)));
        // A consolidated text is meant to be nearly that of its document.
        let consolidated = [x, y].iter().any(|e| e.kind == "Văn bản hợp nhất");
        if consolidated { look.at(Severity::Note) } else { look }
    } else if within {
        Look::new(Code::WithinText, format!("{} of the shorter text is within the other,", percent(likeness.within)))
    } else {
        return None;
    };
    Some(look.with(a))
}

fn same_number(a: &Facts, b: &Facts) -> bool {
    let key = numbers::key(&a.entry.number);
    !key.is_empty() && key == numbers::key(&b.entry.number)
}

/// Calls `tell` with each line that has the key of an earlier one, and the first that has it.
fn same(all: &[Facts], key: impl Fn(&Facts) -> Option<String>, mut tell: impl FnMut(usize, usize)) {
    let mut first: HashMap<String, usize> = HashMap::new();
    for (i, facts) in all.iter().enumerate() {
        let Some(key) = key(facts) else { continue };
        match first.entry(key) {
            Entry::Occupied(before) => tell(*before.get(), i),
            Entry::Vacant(none) => {
                none.insert(i);
            }
        }
    }
}

/// Pairs (earlier, later) that may be alike, by shingles that few texts have.
fn near(all: &[Facts]) -> Vec<(usize, usize)> {
    let mut postings: Vec<(u64, u32)> = Vec::new();
    for (i, facts) in all.iter().enumerate() {
        postings.extend(facts.sketch.hashes().iter().map(|&h| (h, i as u32)));
    }
    postings.sort_unstable();
    let mut shared: HashMap<(u32, u32), u32> = HashMap::new();
    for run in postings.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() <= MOST_TEXTS) {
        for (n, &(_, a)) in run.iter().enumerate() {
            for &(_, b) in &run[n + 1..] {
                *shared.entry((a, b)).or_default() += 1;
            }
        }
    }
    drop(postings);
    let mut pairs: Vec<(usize, usize)> =
        shared.into_iter().filter(|&(_, n)| n >= LEAST_COMMON).map(|((a, b), _)| (a as usize, b as usize)).collect();
    pairs.sort_unstable_by_key(|&(a, b)| (b, a));
    pairs
}
