//! Scores as tables for the terminal. Pure.

use std::fmt::Write;

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

/// Losses, then gains, one line a provision.
pub fn changes(changes: &[Change]) -> String {
    let mut out = String::new();
    for c in changes {
        let (gold, before, now) = c.kind;
        let (mentions, whole_before, whole_now) = c.whole;
        let kind = if before == now { format!("{now}") } else { format!("{before} -> {now}") };
        let _ = writeln!(
            out,
            "{:+} {}  kind {kind} (gold {gold})  whole mentions {whole_before} -> {whole_now} of {mentions}",
            c.gain, c.id
        );
    }
    let lost = changes.iter().filter(|c| c.gain < 0).count();
    let _ = writeln!(out, "{lost} provisions lost, {} gained", changes.len() - lost);
    out
}

fn end_line(out: &mut String) {
    out.truncate(out.trim_end().len());
    out.push('\n');
}
