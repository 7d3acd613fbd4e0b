//! Scores as tables for the terminal. Pure.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::faithful::{Faithfulness, Mean};
use super::score::{Change, Score};

/// One row for each figure, for each system its unweighted value with interval and its weighted value.
pub fn scores(systems: &[(&str, &Score)]) -> String {
    let mut out = String::new();
    let Some((_, first)) = systems.first() else { return out };
    let _ = writeln!(
        out,
        "{} provisions of {} documents, {} mentions; u counts provisions, w counts each by its sampling weight",
        first.provisions, first.documents, first.gold_mentions
    );
    let mut names: Vec<&str> = Vec::new();
    for (_, s) in systems {
        names.extend(s.unweighted.iter().map(|(n, _)| n).filter(|n| !names.contains(n)).collect::<Vec<_>>());
    }
    let _ = write!(out, "{:<18}", "");
    for (system, s) in systems {
        let head = format!("{system} ({} mentions, {} missing)", s.predicted_mentions, s.missing);
        let _ = write!(out, "  {head:<30}");
    }
    end_line(&mut out);
    for name in names {
        let _ = write!(out, "{name:<18}");
        for (_, s) in systems {
            let _ = match (s.unweighted.get(name), s.interval.get(name)) {
                (Some(u), Some((low, high))) => write!(out, "  u {u:.3} [{low:.3}, {high:.3}]"),
                (Some(u), None) => write!(out, "  u {u:.3}               "),
                (None, _) => write!(out, "  {:<22}", "-"),
            };
            let _ = match s.weighted.get(name) {
                Some(w) => write!(out, "  w {w:.3}"),
                None => write!(out, "  {:<7}", "-"),
            };
        }
        end_line(&mut out);
    }
    out
}

/// Losses, then gains: a line for each provision, below it one for each field that became right (`+`) or wrong (`-`).
pub fn changes(changes: &[Change]) -> String {
    let mut out = String::new();
    let mut by_field: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for c in changes {
        let (gold, before, now) = c.kind;
        let (mentions, whole_before, whole_now) = c.whole;
        let kind = if before == now { format!("{now}") } else { format!("{before} -> {now}") };
        let _ = writeln!(
            out,
            "{:+} {}  kind {kind} (gold {gold})  whole mentions {whole_before} -> {whole_now} of {mentions}",
            c.gain, c.id
        );
        for f in &c.fields {
            let counts = by_field.entry(f.field).or_default();
            *(if f.gained { &mut counts.0 } else { &mut counts.1 }) += 1;
            let sign = if f.gained { '+' } else { '-' };
            let quote =
                |words: &str| if words.is_empty() { "implied".to_owned() } else { format!("“{}”", short(words)) };
            let _ = match f.field {
                "mention" => writeln!(out, "   {sign} {}: {}", f.now, quote(&f.of)),
                "extra" => writeln!(out, "   {sign} mentions too many: {} -> {}", f.before, f.now),
                "task" | "holder" => writeln!(
                    out,
                    "   {sign} {}: {} -> {} (gold {})",
                    f.field,
                    quote(&f.before),
                    quote(&f.now),
                    quote(&f.gold)
                ),
                _ => writeln!(
                    out,
                    "   {sign} {}: {} -> {} (gold {}) of {}",
                    f.field,
                    f.before,
                    f.now,
                    f.gold,
                    quote(&f.of)
                ),
            };
        }
    }
    let lost = changes.iter().filter(|c| c.gain < 0).count();
    let gained = changes.iter().filter(|c| c.gain > 0).count();
    let _ = write!(out, "{lost} provisions lost, {gained} gained");
    if lost + gained < changes.len() {
        let _ = write!(out, ", {} changed without gain or loss", changes.len() - lost - gained);
    }
    out.push('\n');
    for (field, (gained, lost)) in by_field {
        let _ = writeln!(out, "{field}: {gained} gained, {lost} lost");
    }
    out
}

/// The beginning and end of long words.
fn short(words: &str) -> String {
    const ENDS: usize = 40;
    let chars: Vec<char> = words.chars().collect();
    if chars.len() <= 2 * ENDS + 1 {
        return words.to_owned();
    }
    let part = |range: &[char]| range.iter().collect::<String>();
    format!("{}…{}", part(&chars[..ENDS]), part(&chars[chars.len() - ENDS..]))
}

/// For each condition every unweighted figure as it is there, and how much that differs from the same provisions as
/// they are.
pub fn robustness(conditions: &[(Score, (String, Score))]) -> String {
    let mut out = String::new();
    let _ = write!(out, "{:<18}", "");
    for (base, (name, _)) in conditions {
        let head = format!("{name} ({})", base.provisions);
        let _ = write!(out, "  {head:<18}");
    }
    end_line(&mut out);
    let names: Vec<&str> = conditions.first().map_or_else(Vec::new, |c| c.0.unweighted.iter().map(|f| f.0).collect());
    for name in names {
        let _ = write!(out, "{name:<18}");
        for (base, (_, score)) in conditions {
            let cell = match (base.unweighted.get(name), score.unweighted.get(name)) {
                // A sum of nothing is -0; adding 0 takes the sign off.
                (Some(before), Some(now)) => format!("{:.3} ({:+.3})", now + 0.0, now - before + 0.0),
                (_, Some(now)) => format!("{now:.3}"),
                _ => "-".to_owned(),
            };
            let _ = write!(out, "  {cell:<18}");
        }
        end_line(&mut out);
    }
    out
}

/// Drops with evidence taken out and with random words taken out.
pub fn faithfulness(f: &Faithfulness) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} mentions of {} documents ({} passed over), {:.1} words of evidence each; {} random draws each",
        f.mentions, f.documents, f.passed_over, f.words, f.draws
    );
    let mean = |m: &Mean| format!("{:.3} [{:.3}, {:.3}]", m.mean, m.low, m.high);
    let mut row = |name: &str, value: String| {
        let _ = writeln!(out, "{name:<52}  {value}");
    };
    row("drop of the category's probability: evidence", mean(&f.evidence));
    row("drop of the category's probability: random words", mean(&f.random));
    row("ratio", mean(&f.ratio));
    row("category changed: evidence", format!("{:.3}", f.changed_evidence));
    row("category changed: random words", format!("{:.3}", f.changed_random));
    if let (Some(evidence), Some(random)) = (&f.reason_evidence, &f.reason_random) {
        row(&format!("drop of category and reason ({} kept): evidence", f.kept), mean(evidence));
        row(&format!("drop of category and reason ({} kept): random", f.kept), mean(random));
    }
    out
}

fn end_line(out: &mut String) {
    out.truncate(out.trim_end().len());
    out.push('\n');
}
