//! Which class is taken for which: of provisions their kind, of paired mentions level, category and reason.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::score::{f1, pair};
use crate::law::{GoldLine, Kind, Mention};

/// Fewer cases than this say little about a class; the mean over classes leaves it out.
const ENOUGH: usize = 20;

/// Counts of (gold, predicted) for one label.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Confusion {
    /// What is labelled: `kind`, `level`, `category`, `reason`.
    pub label: &'static str,
    /// Gold class, then predicted class, then how often.
    pub counts: BTreeMap<String, BTreeMap<String, usize>>,
}

/// Precision, recall and F1 of a class, and how many cases the gold has of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassFigures {
    /// Share of the predicted ones that are right.
    pub precision: f64,
    /// Share of the gold ones that are found.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// Cases in the gold.
    pub cases: usize,
}

impl Confusion {
    fn add(&mut self, gold: String, predicted: String) {
        *self.counts.entry(gold).or_default().entry(predicted).or_default() += 1;
    }

    /// Figures of one class.
    pub fn class(&self, class: &str) -> ClassFigures {
        let right = self.counts.get(class).and_then(|row| row.get(class)).copied().unwrap_or(0);
        let cases: usize = self.counts.get(class).map_or(0, |row| row.values().sum());
        let said: usize = self.counts.values().filter_map(|row| row.get(class)).sum();
        let share = |n: usize| if n == 0 { 0.0 } else { right as f64 / n as f64 };
        let f1 = f1(right as f64, said as f64, cases as f64);
        ClassFigures { precision: share(said), recall: share(cases), f1, cases }
    }

    /// Mean F1 over the classes with at least twenty cases in the gold; none where no class has them.
    pub fn mean_f1(&self) -> Option<f64> {
        let figures: Vec<f64> =
            self.counts.keys().map(|c| self.class(c)).filter(|f| f.cases >= ENOUGH).map(|f| f.f1).collect();
        (!figures.is_empty()).then(|| figures.iter().sum::<f64>() / figures.len() as f64)
    }

    /// As a table: a row for each gold class, a column for each predicted one, then precision, recall and F1.
    pub fn table(&self) -> String {
        let mut classes: Vec<&str> = self.counts.keys().map(String::as_str).collect();
        classes.extend(self.counts.values().flat_map(BTreeMap::keys).map(String::as_str));
        classes.sort_unstable();
        classes.dedup();
        let wide = classes.iter().map(|c| c.len()).max().unwrap_or(0).max(self.label.len() + 4);
        let mut out = format!("{:<wide$}", format!("{}: is", self.label));
        for c in &classes {
            let _ = write!(out, "  {:>7.7}", c);
        }
        out.push_str("  precision  recall     F1\n");
        for gold in &classes {
            let _ = write!(out, "{gold:<wide$}");
            for said in &classes {
                let n = self.counts.get(*gold).and_then(|r| r.get(*said)).copied().unwrap_or(0);
                let _ = write!(out, "  {n:>7}");
            }
            let f = self.class(gold);
            let _ = writeln!(out, "  {:>9.3}  {:>6.3}  {:>5.3}", f.precision, f.recall, f.f1);
        }
        if let Some(mean) = self.mean_f1() {
            let _ = writeln!(out, "mean F1 over classes with at least {ENOUGH} cases: {mean:.3}");
        }
        out
    }
}

/// The confusions of kind, level, category and reason. Mentions are paired as the scorer pairs them; a gold provision without
/// an answer counts as kind `none`.
pub fn confusions(gold: &[GoldLine], predicted: &[GoldLine]) -> Vec<Confusion> {
    let answers: BTreeMap<&str, &GoldLine> = predicted.iter().map(|p| (p.id.as_str(), p)).collect();
    let of = |label| Confusion { label, ..Confusion::default() };
    let (mut kind, mut level, mut category, mut reason) = (of("kind"), of("level"), of("category"), of("reason"));
    for g in gold {
        let answer = answers.get(g.id.as_str());
        let said = answer.and_then(|a| a.kind).unwrap_or(Kind::None);
        kind.add(g.kind.unwrap_or(Kind::None).to_string(), said.to_string());
        let mentions = answer.map_or(&[][..], |a| &a.mentions);
        for (i, j, _) in pair(&g.text, &g.mentions, mentions) {
            let (a, b) = (&g.mentions[i], &mentions[j]);
            level.add(a.level.to_string(), b.level.to_string());
            category.add(a.category.to_string(), b.category.to_string());
            let why = |m: &Mention| m.reason.map_or_else(|| "-".to_owned(), |r| r.to_string());
            if a.reason.is_some() {
                reason.add(why(a), why(b));
            }
        }
    }
    vec![kind, level, category, reason]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str, kind: &str, mention: Option<(&str, &str)>) -> GoldLine {
        let mentions: Vec<_> = mention
            .into_iter()
            .map(|(level, category)| {
                let reason = (category == "keep_central").then_some("macro");
                serde_json::json!({"holder": "Bộ Đo", "holder_in": "text", "holder_start": 0, "holder_end": 5, "task": "cấp giấy",
                    "task_start": 6, "task_end": 14, "level": level, "category": category, "reason": reason})
            })
            .collect();
        serde_json::from_value(
            serde_json::json!({"id": id, "text": "Bộ Đo cấp giấy.", "kind": kind, "mentions": mentions}),
        )
        .unwrap()
    }

    #[test]
    fn counts_kinds_of_provisions_and_labels_of_paired_mentions() {
        let gold = [
            line("1", "task", Some(("BO", "keep_central"))),
            line("2", "none", None),
            line("3", "task", Some(("TINH", "already_local"))),
        ];
        let said =
            [line("1", "task", Some(("BO", "decentralise_to_local"))), line("2", "task", Some(("BO", "keep_central")))];
        let all = confusions(&gold, &said);
        assert_eq!(all[0].counts["none"]["task"], 1);
        assert_eq!(all[0].counts["task"]["none"], 1);
        assert_eq!(all[1].class("BO"), ClassFigures { precision: 1.0, recall: 1.0, f1: 1.0, cases: 1 });
        assert_eq!(all[2].class("keep_central").f1, 0.0);
        assert_eq!(all[3].counts["macro"]["-"], 1);
        assert!(all[2].mean_f1().is_none());
        assert!(all[0].table().contains("kind: is"));
    }

    #[test]
    fn the_mean_leaves_small_classes_out() {
        let mut c = Confusion { label: "level", ..Confusion::default() };
        (0..20).for_each(|_| c.add("BO".into(), "BO".into()));
        (0..20).for_each(|i| c.add("CUC".into(), if i < 10 { "CUC" } else { "BO" }.into()));
        c.add("XA".into(), "BO".into());
        let expected = f64::midpoint(40.0 / 51.0, 20.0 / 30.0);
        assert!((c.mean_f1().unwrap() - expected).abs() < 1e-12);
    }
}
