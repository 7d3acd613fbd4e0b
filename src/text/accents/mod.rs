//! Diacritics given back to text that lost them: "tham quyen cap phep" → "thẩm quyền cấp phép".
//!
//! A language model of syllables, counted over a corpus ([`Counter`]): what stands for a folded syllable is chosen by how often it
//! occurs at all and after the syllable before it, with absolute discounting (Ney, Essen, Kneser 1994, "On structuring
//! probabilistic dependences in stochastic language modelling"). Accented syllables are taken as they stand, and help
//! their neighbours.
//!
//! Invariant: one character in, one character out, so offsets stay; only letters that gain a mark change.

mod count;
mod table;

use std::collections::HashMap;
use std::ops::Range;

pub use count::Counter;
pub use table::{BadTable, Table};

use super::fold;

/// Readings of a stretch that are kept while going through it.
const BEAM: usize = 24;
/// Taken off each bigram's count, for those that were never seen.
const DISCOUNT: f32 = 0.75;
/// Longest stretch in syllables that is read at once; a longer one is cut.
const STRETCH: usize = 512;

/// The language model, ready for use.
pub struct Accents {
    table: Table,
    /// Folded syllable → its accented forms, the most frequent first.
    forms: HashMap<String, Vec<u16>>,
    /// For each syllable: logarithm of its share of all.
    unigrams: Vec<f32>,
    /// For each syllable: logarithm of the share that discounting leaves to unseen followers.
    left: Vec<f32>,
}

/// A syllable of the text.
struct Syllable {
    range: Range<usize>,
    /// What it can stand for; empty where it is unknown, then it stays.
    forms: Vec<u16>,
    /// Whether it follows the one before with nothing but a space between.
    follows: bool,
}

/// A reading on its way: the last syllable, and how it came there.
#[derive(Clone, Copy)]
struct Step {
    form: Option<u16>,
    score: f32,
    before: usize,
}

impl Accents {
    /// Prepares a table.
    pub fn new(table: Table) -> Self {
        let total: f32 = table.counts().iter().sum();
        let unigrams = table.counts().iter().map(|c| (c / total).ln()).collect();
        let mut forms: HashMap<String, Vec<u16>> = HashMap::new();
        for (i, s) in table.syllables().iter().enumerate() {
            forms.entry(fold(s)).or_default().push(i as u16);
        }
        for f in forms.values_mut() {
            f.sort_by(|&a, &b| table.counts()[b as usize].total_cmp(&table.counts()[a as usize]));
        }
        let left = (0..table.counts().len())
            .map(|a| {
                let followers = table.followers(a as u16).len() as f32;
                (DISCOUNT * followers.max(1.0) / table.counts()[a].max(1.0)).min(1.0).ln()
            })
            .collect();
        Accents { table, forms, unigrams, left }
    }

    /// The most likely reading of a text. Text that has its marks stays as it is.
    pub fn restore(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + text.len() / 4);
        let mut end = 0;
        for stretch in self.syllables(text).chunks(STRETCH) {
            let reading = self.read(stretch, 1).into_iter().next();
            for (i, s) in stretch.iter().enumerate() {
                out.push_str(&text[end..s.range.start]);
                let form = reading.as_ref().and_then(|(forms, _)| forms[i]);
                self.put(&text[s.range.clone()], form, &mut out);
                end = s.range.end;
            }
        }
        out.push_str(&text[end..]);
        out
    }

    /// Share of a text's syllables that the corpus has, with or without marks.
    pub fn known(&self, text: &str) -> f64 {
        let all = self.syllables(text);
        all.iter().filter(|s| !s.forms.is_empty()).count() as f64 / all.len().max(1) as f64
    }

    /// Up to `most` readings of a short text with their shares of the probability of those, the most likely first.
    pub fn readings(&self, text: &str, most: usize) -> Vec<(String, f64)> {
        let syllables = self.syllables(text);
        let syllables = &syllables[..syllables.len().min(STRETCH)];
        let read = self.read(syllables, most.max(1));
        let best = read.first().map_or(0.0, |r| r.1);
        let sum: f64 = read.iter().map(|r| f64::from(r.1 - best).exp()).sum();
        read.into_iter()
            .map(|(forms, score)| {
                let mut out = String::new();
                let mut end = 0;
                for (s, form) in syllables.iter().zip(forms) {
                    out.push_str(&text[end..s.range.start]);
                    self.put(&text[s.range.clone()], form, &mut out);
                    end = s.range.end;
                }
                out.push_str(&text[end..]);
                (out, f64::from(score - best).exp() / sum)
            })
            .collect()
    }

    /// The letters of `written` with the marks of a form; capitals stay capitals.
    fn put(&self, written: &str, form: Option<u16>, out: &mut String) {
        let Some(form) = form else { return out.push_str(written) };
        for (w, f) in written.chars().zip(self.table.syllables()[form as usize].chars()) {
            match w.is_uppercase() {
                true => out.extend(f.to_uppercase()),
                false => out.push(f),
            }
        }
    }

    fn syllables(&self, text: &str) -> Vec<Syllable> {
        let mut out: Vec<Syllable> = Vec::new();
        let mut rest = text.char_indices().peekable();
        while let Some((start, c)) = rest.next() {
            if !c.is_alphabetic() {
                continue;
            }
            let mut end = start + c.len_utf8();
            while let Some((_, c)) = rest.next_if(|(_, c)| c.is_alphabetic()) {
                end += c.len_utf8();
            }
            let written = text[start..end].to_lowercase();
            let folded = fold(&written);
            let bare = folded == written;
            // A capital that lowers to two characters would shift the letters.
            let same_length = written.chars().count() == text[start..end].chars().count();
            let forms = match self.forms.get(&folded) {
                Some(all) if same_length && bare => all.clone(),
                Some(all) if same_length => {
                    all.iter().copied().filter(|&f| self.table.syllables()[f as usize] == written).collect()
                }
                _ => Vec::new(),
            };
            let follows = out.last().is_some_and(|l: &Syllable| &text[l.range.end..start] == " ");
            out.push(Syllable { range: start..end, forms, follows });
        }
        out
    }

    /// Log-probability of a syllable after another.
    fn step(&self, before: Option<u16>, form: u16) -> f32 {
        let alone = self.unigrams[form as usize];
        let Some(a) = before else { return alone };
        let left = self.left[a as usize] + alone;
        match self.table.count(a, form) {
            Some(n) => {
                let seen = ((n - DISCOUNT).max(0.0) / self.table.counts()[a as usize]).ln();
                seen.max(left) + (-(seen - left).abs()).exp().ln_1p()
            }
            None => left,
        }
    }

    /// The best readings: a form for each syllable, none where it stays as written, and the log-probability.
    fn read(&self, syllables: &[Syllable], most: usize) -> Vec<(Vec<Option<u16>>, f32)> {
        let mut steps: Vec<Vec<Step>> = Vec::with_capacity(syllables.len());
        let start = [Step { form: None, score: 0.0, before: 0 }];
        for s in syllables {
            let last = steps.last().map_or(&start[..], Vec::as_slice);
            let mut next: Vec<Step> = Vec::new();
            for (i, l) in last.iter().enumerate() {
                if s.forms.is_empty() {
                    next.push(Step { form: None, score: l.score, before: i });
                }
                for &form in &s.forms {
                    let before = if s.follows { l.form } else { None };
                    next.push(Step { form: Some(form), score: l.score + self.step(before, form), before: i });
                }
            }
            next.sort_by(|a, b| b.score.total_cmp(&a.score));
            if most == 1 {
                // What comes later depends on the last syllable alone: of those that end alike only the best can win.
                let mut seen = std::collections::HashSet::new();
                next.retain(|n| seen.insert(n.form));
            }
            next.truncate(BEAM.max(most * 2));
            steps.push(next);
        }
        let Some(last) = steps.last() else { return Vec::new() };
        (0..last.len().min(most))
            .map(|i| {
                let mut at = i;
                let mut forms: Vec<Option<u16>> = steps
                    .iter()
                    .rev()
                    .map(|level| {
                        let step = level[at];
                        at = step.before;
                        step.form
                    })
                    .collect();
                forms.reverse();
                (forms, last[i].score)
            })
            .collect()
    }
}

/// Whether a text has lost its marks: next to none among letters enough to tell.
pub fn is_bare(text: &str) -> bool {
    let (mut letters, mut marked) = (0usize, 0usize);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        marked += usize::from(!c.is_ascii());
    }
    // Ordinary Vietnamese has a mark on one letter in four; names and English words have none.
    letters >= 12 && marked * 50 < letters
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn small() -> Accents {
        let mut c = Counter::default();
        for _ in 0..30 {
            c.add("Bộ trưởng có thẩm quyền cấp phép. Tham gia cấp giấy phép");
            c.add("quyển sách; cặp đôi; phép đo; cấp phép");
        }
        Accents::new(c.table(1, 1, 1000))
    }

    #[test]
    fn context_chooses_among_forms_and_case_stays() {
        let a = small();
        assert_eq!(a.restore("tham quyen CAP phep"), "thẩm quyền CẤP phép");
        assert_eq!(a.restore("Tham gia"), "Tham gia");
        assert_eq!(a.restore("Bo truong, 12/2020 xyz"), "Bộ trưởng, 12/2020 xyz");
        assert_eq!(a.restore("quyển sach"), "quyển sách");
    }

    #[test]
    fn readings_come_with_shares() {
        let got = small().readings("quyen", 3);
        assert_eq!(got.len(), 2);
        assert!((got.iter().map(|r| r.1).sum::<f64>() - 1.0).abs() < 1e-6 && got[0].1 >= got[1].1);
        assert!(small().readings("", 3).is_empty());
    }

    #[test]
    fn bare_text_is_told_from_ordinary_text() {
        assert!(is_bare("tham quyen cap phep cua Bo truong"));
        assert!(!is_bare("thẩm quyền cấp phép của Bộ trưởng"));
        assert!(!is_bare("65/2023"));
    }

    proptest! {
        #[test]
        fn only_marks_change(s in "[a-zA-Zđà-ỹ ,.0-9İß]{0,60}") {
            let a = small();
            let got = a.restore(&s);
            prop_assert_eq!(got.chars().count(), s.chars().count());
            prop_assert_eq!(fold(&got), fold(&s));
            prop_assert_eq!(a.restore(&got), got);
        }
    }
}
