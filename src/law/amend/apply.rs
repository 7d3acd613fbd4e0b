//! Instructions applied to the document that they amend.

use super::{Action, Instruction};
use crate::law::Document;

/// One unit of a consolidated text, smaller ones excluded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Address within the document.
    pub address: String,
    /// Its own text, label included.
    pub text: String,
    /// Number of instructions that have touched it.
    pub changed: usize,
}

/// Why an instruction could not be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The document has no such unit.
    NoUnit,
    /// The document has no unit that the new one could stand in.
    NoPlace,
    /// The document has a unit of this address already.
    AlreadyThere,
    /// The words are not in the unit.
    NoWords,
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoUnit => "no such unit",
            Self::NoPlace => "no unit that it could stand in",
            Self::AlreadyThere => "such a unit is there already",
            Self::NoWords => "the words are not there",
        })
    }
}

/// An instruction that could not be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Id of the amending document.
    pub by: String,
    /// Address of the provision in it.
    pub at: String,
    /// Address of the unit in the amended document.
    pub path: String,
    /// Why.
    pub why: Why,
}

/// A document with amendments applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consolidated {
    /// All units in order.
    pub pieces: Vec<Piece>,
    /// Number of instructions applied.
    pub applied: usize,
    /// Those that were not.
    pub failed: Vec<Failed>,
}

impl Consolidated {
    /// The document as it was issued.
    pub fn new(document: &Document) -> Self {
        let pieces = document.nodes.iter().map(|n| Piece {
            address: n.address.clone(),
            text: document.text.get(n.span.clone()).unwrap_or_default().trim_end().to_owned(),
            changed: 0,
        });
        Self { pieces: pieces.collect(), ..Self::default() }
    }

    /// Applies one instruction of the document `by` with the text `text`.
    pub fn apply(&mut self, by: &str, text: &str, instruction: &Instruction) {
        let path = instruction.relation.path.as_str();
        let new = text.get(instruction.new.clone()).unwrap_or_default();
        let done = match &instruction.action {
            Action::Replace => self.replace(path, new),
            Action::Add => self.add(path, new),
            Action::Repeal => self.repeal(path),
            Action::Words { from, to } => self.words(path, from, to),
        };
        match done {
            Ok(()) => self.applied += 1,
            Err(why) => self.failed.push(Failed {
                by: by.to_owned(),
                at: instruction.relation.at.clone(),
                path: path.to_owned(),
                why,
            }),
        }
    }

    /// The text of a unit and of all in it.
    pub fn text(&self, path: &str) -> String {
        let lines: Vec<&str> =
            self.pieces.iter().filter(|p| covers(path, &p.address)).map(|p| p.text.as_str()).collect();
        lines.join("\n")
    }

    /// The pieces of a unit, which stand together.
    fn range(&self, path: &str) -> Option<std::ops::Range<usize>> {
        let start = self.pieces.iter().position(|p| covers(path, &p.address))?;
        let len = self.pieces[start..].iter().take_while(|p| covers(path, &p.address)).count();
        Some(start..start + len)
    }

    fn replace(&mut self, path: &str, new: &str) -> Result<(), Why> {
        let range = self.range(path).ok_or(Why::NoUnit)?;
        let changed = self.pieces[range.clone()].iter().map(|p| p.changed).max().unwrap_or(0) + 1;
        self.pieces.splice(range, pieces(path, new, changed));
        Ok(())
    }

    fn repeal(&mut self, path: &str) -> Result<(), Why> {
        let range = self.range(path).ok_or(Why::NoUnit)?;
        let text = "(được bãi bỏ)".to_owned();
        self.pieces.splice(range, [Piece { address: path.to_owned(), text, changed: 1 }]);
        Ok(())
    }

    fn words(&mut self, path: &str, from: &str, to: &str) -> Result<(), Why> {
        if from.is_empty() {
            return Err(Why::NoWords);
        }
        let mut found = false;
        let mut unit = false;
        for piece in self.pieces.iter_mut().filter(|p| path.is_empty() || covers(path, &p.address)) {
            unit = true;
            if piece.text.contains(from) {
                piece.text = piece.text.replace(from, to).replace("  ", " ");
                piece.changed += 1;
                found = true;
            }
        }
        if found { Ok(()) } else { Err(if unit { Why::NoWords } else { Why::NoUnit }) }
    }

    fn add(&mut self, path: &str, new: &str) -> Result<(), Why> {
        if self.range(path).is_some() {
            return Err(Why::AlreadyThere);
        }
        let (parent, own) = path.rsplit_once('.').unwrap_or(("", path));
        let inside = if parent.is_empty() { 0..self.pieces.len() } else { self.range(parent).ok_or(Why::NoPlace)? };
        // After the last sibling that comes before it, with all that stands in it.
        let mut at = None;
        for i in inside.clone() {
            let address = &self.pieces[i].address;
            let rest = if parent.is_empty() { Some(address.as_str()) } else { address.strip_prefix(parent) };
            let step = rest.map(|r| r.trim_start_matches('.').split('.').next().unwrap_or_default());
            if step.is_some_and(|s| order(s).zip(order(own)).is_some_and(|(a, b)| a.0 == b.0 && a < b)) {
                at = Some(i + 1);
            }
        }
        let at = at.or((!parent.is_empty()).then_some(inside.end)).ok_or(Why::NoPlace)?;
        self.pieces.splice(at..at, pieces(path, new, 1));
        Ok(())
    }
}

/// The place of a step among its siblings: its unit, number, letter.
fn order(step: &str) -> Option<(&str, u32, usize, u32)> {
    const LETTERS: &str = "abcdđeghiklmnopqrstuvxy";
    let (unit, label) = step.split_once('-')?;
    let digits = label.bytes().take_while(u8::is_ascii_digit).count();
    let letter = |c: char| LETTERS.chars().position(|l| l == c).map_or(0, |n| n + 1);
    let number = label[..digits].parse().unwrap_or(0);
    let mut rest = label[digits..].chars();
    let place = rest.next().map_or(0, letter);
    Some((unit, number, place, rest.as_str().parse().unwrap_or(0)))
}

/// The units of a new text: its lines by their labels.
fn pieces(path: &str, text: &str, changed: usize) -> Vec<Piece> {
    let depth = if path.contains("diem-") {
        3
    } else if path.contains("khoan-") {
        2
    } else {
        1
    };
    let mut out: Vec<Piece> = Vec::new();
    let mut clause = path.to_owned();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let mut address = None;
        if !out.is_empty() {
            let number = line.split_once('.').map(|(n, _)| n).filter(|n| depth == 1 && is_number(n));
            let letter = line.split_once(')').map(|(l, _)| l).filter(|l| depth < 3 && is_letter(l));
            if let Some(n) = number {
                clause = format!("{path}.khoan-{n}");
                address = Some(clause.clone());
            } else if let Some(l) = letter {
                address = Some(format!("{clause}.diem-{l}"));
            }
        }
        match (address, out.last_mut()) {
            (Some(address), _) => out.push(Piece { address, text: line.to_owned(), changed }),
            (None, Some(last)) => {
                last.text.push('\n');
                last.text.push_str(line);
            }
            (None, None) => out.push(Piece { address: path.to_owned(), text: line.to_owned(), changed }),
        }
    }
    out
}

fn is_number(s: &str) -> bool {
    let digits = s.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0 && digits <= 3 && s[digits..].chars().count() <= 1 && s[digits..].chars().all(char::is_lowercase)
}

fn is_letter(s: &str) -> bool {
    let mut chars = s.chars();
    chars.next().is_some_and(char::is_lowercase) && s.chars().count() <= 3 && chars.all(|c| c.is_ascii_digit())
}

fn covers(path: &str, address: &str) -> bool {
    address.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
