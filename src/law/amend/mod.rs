//! Amendment instructions (lệnh sửa đổi): what an amending document orders to be done to which unit of which document,
//! and the new text; and their application to the text they amend.
//!
//! Invariant: pure. An instruction is made from a [`Relation`]; what cannot be understood or applied is kept with the reason,
//! never guessed.

mod apply;
#[cfg(test)]
mod tests;
mod text;

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Document;
use super::relation::{Relation, RelationKind};

pub use apply::{Consolidated, Failed, Piece, Why};

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The unit gets a new text.
    Replace,
    /// A new unit.
    Add,
    /// The unit goes.
    Repeal,
    /// Words in it change; no new words take the old ones out.
    Words {
        /// Old words.
        from: String,
        /// New words.
        to: String,
    },
}

/// One instruction for one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// What to do.
    pub action: Action,
    /// The relation that orders it: the document, the unit, the provision that says so.
    pub relation: Relation,
    /// Bytes of the new text in the amending document, quotation marks excluded; empty where there is none.
    pub new: Range<usize>,
}

/// Words between quotation marks.
static QUOTED: LazyLock<Regex> = LazyLock::new(|| Regex::new("[“\"]([^”\"]*)[”\"]").expect("constant"));

/// The instructions of a document, in the order of its text. Relations to whole documents are none, unless words change
/// in all of it.
pub fn instructions(document: &Document) -> Vec<Instruction> {
    let relations = super::relation::find(document);
    let mut out = Vec::new();
    for relation in &relations {
        let amends = matches!(relation.kind, RelationKind::Amends | RelationKind::Repeals);
        if !amends || relation.span.is_empty() || relation.part {
            continue;
        }
        let Some(node) = document.nodes.iter().position(|n| n.address == relation.at) else { continue };
        let statement = statement(document, node);
        let words = document.text.get(statement.clone()).unwrap_or_default();
        let Some(action) = action(words, relation, statement.start) else { continue };
        if relation.path.is_empty() && !matches!(action, Action::Words { .. }) {
            continue;
        }
        // The header of a list whose items say what is done.
        let same: Vec<&Relation> = relations.iter().filter(|r| r.at == relation.at && !r.span.is_empty()).collect();
        let block = text::quoted(document, node, statement.end);
        let new = match action {
            Action::Replace | Action::Add => text::part(&document.text, block, &relation.path, &same),
            Action::Repeal | Action::Words { .. } => 0..0,
        };
        if matches!(action, Action::Replace | Action::Add) && new.is_empty() {
            continue;
        }
        out.push(Instruction { action, relation: relation.clone(), new });
    }
    out
}

/// A document with the instructions of others applied, in the order given; `meant` tells which relations are to it.
pub fn consolidate(
    base: &Document,
    amending: &[Document],
    meant: impl Fn(&Document, &Relation) -> bool,
) -> Consolidated {
    let mut out = Consolidated::new(base);
    for document in amending {
        for instruction in instructions(document).iter().filter(|i| meant(document, &i.relation)) {
            out.apply(&document.meta.id, &document.text, instruction);
        }
    }
    out
}

/// The words of a node up to the first line that is quoted.
fn statement(document: &Document, node: usize) -> Range<usize> {
    let nodes = &document.nodes;
    let mut end = node + 1;
    while nodes.get(end).is_some_and(|n| !n.quoted && n.label.is_empty() && n.parent == Some(node)) {
        end += 1;
    }
    nodes[node].span.start..nodes[end - 1].span.end
}

fn action(statement: &str, relation: &Relation, start: usize) -> Option<Action> {
    let at = relation.span.start.checked_sub(start).filter(|&n| n <= statement.len())?;
    let before = statement[..at].to_lowercase();
    let lower = statement.to_lowercase();
    if lower.contains("cụm từ") || lower.contains("thay từ") || lower.contains("bỏ từ") {
        return words(statement, &lower);
    }
    if relation.kind == RelationKind::Repeals {
        return Some(Action::Repeal);
    }
    let last = |verb: &str| before.rfind(verb);
    // "Khoản 1 Điều 5 được sửa đổi": the verb stands behind.
    let (change, add) = match (last("sửa đổi").max(last("thay thế")), last("bổ sung")) {
        (None, None) => (lower.find("sửa đổi").or(lower.find("thay thế")), lower.find("bổ sung")),
        found => found,
    };
    match (change, add) {
        (Some(c), Some(a)) if a > c + "sửa đổi, ".len() + 4 => Some(Action::Add),
        (None, Some(_)) => Some(Action::Add),
        (Some(_), _) => Some(Action::Replace),
        (None, None) => None,
    }
}

/// "thay cụm từ “A” bằng cụm từ “B”", "bỏ cụm từ “A”", "bổ sung cụm từ “A” vào sau cụm từ “B”".
fn words(statement: &str, lower: &str) -> Option<Action> {
    let quoted: Vec<&str> = QUOTED.captures_iter(statement).filter_map(|c| Some(c.get(1)?.as_str())).collect();
    let own = |s: &str| s.trim().to_owned();
    match quoted.as_slice() {
        [a] if lower.contains("bỏ") => Some(Action::Words { from: own(a), to: String::new() }),
        [a, b] if lower.contains("bổ sung") => {
            let (a, b) = (own(a), own(b));
            let to = if lower.contains("trước") { format!("{a} {b}") } else { format!("{b} {a}") };
            Some(Action::Words { from: b, to })
        }
        [a, b] if lower.contains("thay") => Some(Action::Words { from: own(a), to: own(b) }),
        _ => None,
    }
}
