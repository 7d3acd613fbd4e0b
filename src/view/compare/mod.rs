//! Two documents or provisions side by side: what is the same, changed, added, removed, moved.
//!
//! Invariant: every unit of both sides is in exactly one row, and the pieces of a row give the texts of both sides back,
//! word by word. Units are paired by what they say, not by their number alone: an điều that became another's number is
//! moved, and its parts with it.

mod html;
mod pair;
mod print;
mod words;

use std::ops::Range;

use serde::Serialize;

use super::page::{own_words, subtree_end};
use crate::ingest::after_label;
use crate::law::{Document, DocumentMeta, NodeKind};

pub use html::html;
pub use print::text;
pub use words::{Piece, Said};

/// One side of a comparison.
#[derive(Debug, Clone)]
pub struct Side {
    /// How it was asked for, or the file's name.
    pub name: String,
    /// The document.
    pub document: Document,
    /// Address of the provision; empty for the whole document.
    pub address: String,
}

/// What became of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Same words at the same place.
    Same,
    /// Other words.
    Changed,
    /// Only the second side has it.
    Added,
    /// Only the first side has it.
    Removed,
    /// Same words, another number or another place.
    Moved,
}

/// A unit of one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unit {
    /// Address within its document.
    pub address: String,
    /// Kind.
    pub kind: NodeKind,
    /// Label as printed: `Điều 12`, `3`, `b`; empty for unnumbered lines.
    pub label: String,
}

/// One unit, or two that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What became of it.
    pub change: Change,
    /// The first side's unit; none for an added one.
    pub from: Option<Unit>,
    /// The second side's unit; none for a removed one.
    pub to: Option<Unit>,
    /// It has another number or place; so it can be for a changed unit too.
    pub moved: bool,
    /// Its words without the label, cut where the sides differ.
    pub words: Vec<Piece>,
}

/// Numbers of units by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// [`Change::Same`].
    pub same: usize,
    /// [`Change::Changed`].
    pub changed: usize,
    /// [`Change::Added`].
    pub added: usize,
    /// [`Change::Removed`].
    pub removed: usize,
    /// [`Change::Moved`].
    pub moved: usize,
}

/// The comparison of two sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Name and facts of the first side.
    pub from: (String, DocumentMeta),
    /// Name and facts of the second side.
    pub to: (String, DocumentMeta),
    /// How many units became what.
    pub counts: Counts,
    /// All units: in the second side's order, removed ones behind what they stood behind.
    pub rows: Vec<Row>,
}

/// Compares two sides; none where one has no provision of its address.
pub fn compare(from: &Side, to: &Side) -> Option<Comparison> {
    let (a, b) = (pair::Tree::new(from)?, pair::Tree::new(to)?);
    let pairs = pair::pairs(&a, &b);
    let rows = rows(&a, &b, &pairs);
    let mut counts = Counts::default();
    for row in &rows {
        *match row.change {
            Change::Same => &mut counts.same,
            Change::Changed => &mut counts.changed,
            Change::Added => &mut counts.added,
            Change::Removed => &mut counts.removed,
            Change::Moved => &mut counts.moved,
        } += 1;
    }
    Some(Comparison {
        from: (from.name.clone(), from.document.meta.clone()),
        to: (to.name.clone(), to.document.meta.clone()),
        counts,
        rows,
    })
}

/// Rows in the second side's order.
fn rows(a: &pair::Tree, b: &pair::Tree, pairs: &pair::Pairs) -> Vec<Row> {
    // A removed unit is told behind the nearest unit before it that stayed where it was.
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); b.units.len() + 1];
    let mut place = 0;
    for i in 0..a.units.len() {
        match pairs.of_a(i) {
            Some(j) if !pairs.moved(a, b, i, j) => place = j + 1,
            Some(_) => {}
            None => behind[place].push(i),
        }
    }
    let mut rows = Vec::with_capacity(b.units.len());
    for (j, removed) in behind.iter().enumerate() {
        if let Some(j) = j.checked_sub(1) {
            rows.push(match pairs.of_b(j) {
                Some(i) => paired(a, b, i, j, pairs.moved(a, b, i, j)),
                None => alone(b, j, Change::Added),
            });
        }
        rows.extend(removed.iter().map(|&i| alone(a, i, Change::Removed)));
    }
    rows
}

fn paired(a: &pair::Tree, b: &pair::Tree, i: usize, j: usize, moved: bool) -> Row {
    let words = words::difference(&a.units[i].text, &b.units[j].text);
    let same = words.iter().all(|p| p.said == Said::Both);
    let change = match (same, moved) {
        (true, false) => Change::Same,
        (true, true) => Change::Moved,
        (false, _) => Change::Changed,
    };
    Row { change, from: Some(a.units[i].unit.clone()), to: Some(b.units[j].unit.clone()), moved, words }
}

fn alone(tree: &pair::Tree, i: usize, change: Change) -> Row {
    let unit = Some(tree.units[i].unit.clone());
    let said = if change == Change::Added { Said::Second } else { Said::First };
    let words = vec![Piece { said, text: words::tidy(&tree.units[i].text) }];
    let (from, to) = if change == Change::Added { (None, unit) } else { (unit, None) };
    Row { change, from, to, moved: false, words }
}

/// The units of a side as spans of its nodes: index, text without the label, index of the unit around.
fn units(side: &Side) -> Option<Vec<(usize, String, Option<usize>)>> {
    let nodes = &side.document.nodes;
    let shown: Range<usize> = if side.address.is_empty() {
        0..nodes.len()
    } else {
        let i = nodes.iter().position(|n| n.address == side.address)?;
        i..subtree_end(nodes, i)
    };
    let numbered = |i: usize| matches!(nodes[i].kind, NodeKind::Article | NodeKind::Clause | NodeKind::Point);
    let mut out = Vec::new();
    let mut unit_of = vec![None; nodes.len()];
    let mut last = shown.start;
    for i in shown {
        let parent = nodes[i].parent;
        // Unnumbered lines right behind a unit are read with it.
        if nodes[i].kind == NodeKind::Paragraph && parent == Some(last) && numbered(last) {
            unit_of[i] = unit_of[last];
            continue;
        }
        last = i;
        unit_of[i] = Some(out.len());
        let own = own_words(&side.document, i);
        let label =
            if numbered(i) { after_label(&side.document.text, &nodes[i]).start - nodes[i].span.start } else { 0 };
        let text = own.get(label.min(own.len())..).unwrap_or_default().to_owned();
        out.push((i, text, parent.and_then(|p| unit_of[p])));
    }
    Some(out)
}
