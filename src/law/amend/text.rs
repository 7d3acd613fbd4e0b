//! The quoted text that follows an instruction, and the part of it for one unit.

use std::ops::Range;

use crate::law::Document;
use crate::law::relation::Relation;

/// The quoted lines after a statement; where there are none, what it quotes itself after its last colon.
pub(super) fn quoted(document: &Document, node: usize, end: usize) -> Range<usize> {
    let nodes = &document.nodes;
    let from = nodes[node..].iter().position(|n| n.span.start >= end).map_or(nodes.len(), |n| node + n);
    let until = nodes[from..].iter().position(|n| !n.quoted).map_or(nodes.len(), |n| from + n);
    if until > from {
        return nodes[from].span.start..nodes[until - 1].span.end;
    }
    let own = document.text.get(nodes[node].span.start..end).unwrap_or_default();
    let Some(open) = own.find(": “").or(own.find(":“")).or(own.find(": \"")) else { return 0..0 };
    nodes[node].span.start + open + 1..end
}

/// The label that a line for this address begins with.
fn label(path: &str) -> Option<String> {
    let (unit, label) = path.rsplit('.').next()?.split_once('-')?;
    match unit {
        "dieu" => Some(format!("Điều {label}")),
        "khoan" => Some(format!("{label}.")),
        "diem" => Some(format!("{label})")),
        _ => None,
    }
}

fn begins(line: &str, label: &str) -> bool {
    let line = line.trim_start_matches(['“', '"', '‘', '«', ' ']);
    line.strip_prefix(label).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric) || label.ends_with(['.', ')']))
}

/// The part of the quoted `block` for the unit `path`: all of it where the statement has one target, else the lines from the
/// unit's label to the next target's. Quotation marks around it are left out.
pub(super) fn part(text: &str, block: Range<usize>, path: &str, targets: &[&Relation]) -> Range<usize> {
    if block.is_empty() || text.get(block.clone()).is_none() {
        return 0..0;
    }
    if targets.len() < 2 {
        return trimmed(text, block);
    }
    let labels: Vec<String> = targets.iter().filter_map(|t| label(&t.path)).collect();
    let Some(own) = label(path) else { return 0..0 };
    let mut start = None;
    let mut at = block.start;
    let mut end = block.end;
    for line in text[block.clone()].split_inclusive('\n') {
        match start {
            None if begins(line, &own) => start = Some(at),
            Some(_) if labels.iter().any(|l| *l != own && begins(line, l)) => {
                end = at;
                break;
            }
            _ => {}
        }
        at += line.len();
    }
    start.map_or(0..0, |start| trimmed(text, start..end))
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let inside = &text[range.clone()];
    let open = |c: char| c.is_whitespace() || matches!(c, '“' | '"' | '«' | '‟');
    let close = |c: char| c.is_whitespace() || matches!(c, '”' | '"' | '»');
    let start = range.start + (inside.len() - inside.trim_start_matches(open).len());
    // The mark may stand before the full stop of the instruction: `”.`
    let tail = inside.trim_end_matches(|c: char| close(c) || matches!(c, '.' | ';' | ','));
    let rest = &inside[tail.len()..];
    let end = rest.find(['”', '"', '»']).unwrap_or(rest.trim_end().len());
    start..(range.start + tail.len() + end).max(start)
}
