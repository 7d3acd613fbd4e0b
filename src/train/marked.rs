//! Provisions marked in this project, kept without their texts: address, hash of what was read, offsets and labels.
//!
//! The texts are those of the corpus; a line whose provision is no longer there, or reads otherwise (another corpus,
//! another parser), is left out and counted, never guessed.

use std::collections::HashMap;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::TrainError;
use super::run::io;
use crate::ingest;
use crate::law::{Category, GoldLine, HolderIn, Kind, Level, Mention, Reason, Unit};

/// A marked mention; offsets as in [`Mention`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkedMention {
    /// Where the holder stands.
    pub holder_in: HolderIn,
    /// Characters of the holder; none when implied.
    pub holder: Option<(usize, usize)>,
    /// Characters of the task in the text.
    pub task: (usize, usize),
    /// Level of the holder.
    pub level: Level,
    /// Where the task belongs.
    pub category: Category,
    /// Why it is kept, where it is.
    pub reason: Option<Reason>,
}

/// A marked provision: one line of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marked {
    /// Id of the document in the corpus.
    pub doc: String,
    /// Số hiệu.
    pub number: String,
    /// Address of the provision.
    pub path: String,
    /// [`Unit::key`] of what was read.
    pub key: String,
    /// The label.
    pub kind: Kind,
    /// Mentions of a task.
    pub mentions: Vec<MarkedMention>,
    /// Who marked it, and when.
    pub origin: String,
}

/// Marked lines with their texts again.
#[derive(Debug, Default)]
pub struct Joined {
    /// In the order of the file.
    pub lines: Vec<GoldLine>,
    /// How many were left out: their provision is not in the corpus, or reads otherwise.
    pub lost: usize,
}

fn cut(s: &str, (a, b): (usize, usize)) -> Option<String> {
    let piece: String = s.chars().skip(a).take(b.checked_sub(a)?).collect();
    (piece.chars().count() == b - a).then_some(piece)
}

impl Marked {
    /// The line with its texts; none where offsets lie outside them.
    fn join(&self, unit: &Unit) -> Option<GoldLine> {
        let mentions = self
            .mentions
            .iter()
            .map(|m| {
                let source = if m.holder_in == HolderIn::Lead { &unit.lead } else { &unit.text };
                Some(Mention {
                    holder: m.holder.map_or(Some(String::new()), |r| cut(source, r))?,
                    holder_in: m.holder_in,
                    holder_start: m.holder.map(|r| r.0),
                    holder_end: m.holder.map(|r| r.1),
                    task: cut(&unit.text, m.task)?,
                    task_start: m.task.0,
                    task_end: m.task.1,
                    level: m.level,
                    category: m.category,
                    reason: m.reason,
                    category_p: std::collections::BTreeMap::default(),
                    category_set: Vec::new(),
                    evidence: Vec::new(),
                    needs_review: false,
                    precedents: Vec::new(),
                })
            })
            .collect::<Option<Vec<_>>>()?;
        let line = GoldLine::unlabelled(&self.doc, &self.number, &self.path, unit.clone());
        Some(GoldLine { kind: Some(self.kind), mentions, ..line })
    }
}

/// Reads a file of marked lines and joins them with the documents of `corpus`.
///
/// # Errors
/// A line that is not a marked provision, with its number; a corpus that cannot be read.
pub fn read(path: &Path, corpus: &[PathBuf]) -> Result<Joined, TrainError> {
    let file = std::fs::File::open(path).map_err(io(path))?;
    let mut marked: Vec<Marked> = Vec::new();
    for (i, line) in std::io::BufReader::new(file).lines().enumerate() {
        let line = line.map_err(io(path))?;
        if line.trim().is_empty() {
            continue;
        }
        let bad = |e: serde_json::Error| TrainError::Data(format!("{}:{}: {e}", path.display(), i + 1));
        marked.push(serde_json::from_str(&line).map_err(bad)?);
    }
    let wanted: HashMap<(&str, &str), usize> =
        marked.iter().enumerate().map(|(i, m)| ((m.doc.as_str(), m.path.as_str()), i)).collect();
    let documents: std::collections::HashSet<&str> = marked.iter().map(|m| m.doc.as_str()).collect();
    let mut found: Vec<Option<GoldLine>> = vec![None; marked.len()];
    for raw in corpus.iter().flat_map(|p| ingest::read(p)) {
        let raw = raw.map_err(|e| TrainError::Data(e.to_string()))?;
        if !documents.contains(raw.meta.id.as_str()) {
            continue;
        }
        let document = ingest::parse(raw);
        for leaf in ingest::leaves(&document) {
            let Some(&i) = wanted.get(&(document.meta.id.as_str(), leaf.address.as_str())) else { continue };
            let unit = leaf.unit(&document.meta);
            if unit.key() == marked[i].key {
                found[i] = marked[i].join(&unit);
            }
        }
    }
    let lost = found.iter().filter(|f| f.is_none()).count();
    Ok(Joined { lines: found.into_iter().flatten().collect(), lost })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Số: 01/2020/TT-X\n\nTHÔNG TƯ\nQuy định việc thử\n\nĐiều 1. Trách nhiệm\n1. Bộ trưởng Bộ X cấp giấy phép thử.\n\
                        2. Sở Y kiểm tra việc thử.\n";

    fn corpus(dir: &Path) -> (PathBuf, Vec<(String, Unit)>, String) {
        let path = dir.join("one.txt");
        std::fs::write(&path, TEXT).unwrap();
        let raw = ingest::read(&path).next().unwrap().unwrap();
        let d = ingest::parse(raw);
        let units = ingest::leaves(&d).into_iter().map(|l| (l.address.clone(), l.unit(&d.meta))).collect();
        (path, units, d.meta.id)
    }

    #[test]
    fn a_line_finds_its_words_again_and_a_changed_provision_is_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let (path, units, doc) = corpus(dir.path());
        let (address, unit) = &units[0];
        let mention = MarkedMention {
            holder_in: HolderIn::Text,
            holder: Some((0, 14)),
            task: (15, 32),
            level: Level::Bo,
            category: Category::DecentraliseToLocal,
            reason: None,
        };
        let line = Marked {
            doc,
            number: "01/2020/TT-X".to_owned(),
            path: address.clone(),
            key: unit.key(),
            kind: Kind::Task,
            mentions: vec![mention],
            origin: "test".to_owned(),
        };
        let other = Marked { key: "0".repeat(64), path: units[1].0.clone(), ..line.clone() };
        let file = dir.path().join("marked.jsonl");
        let text: String = [&line, &other].iter().map(|l| serde_json::to_string(l).unwrap() + "\n").collect();
        std::fs::write(&file, text).unwrap();
        let joined = read(&file, &[path]).unwrap();
        assert_eq!((joined.lines.len(), joined.lost), (1, 1));
        let m = &joined.lines[0].mentions[0];
        assert_eq!((m.holder.as_str(), m.task.as_str()), ("Bộ trưởng Bộ X", "cấp giấy phép thử"));
    }

    #[test]
    fn a_line_that_is_none_is_an_error_with_its_number() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("marked.jsonl");
        std::fs::write(&file, "\n{\"doc\":1}\n").unwrap();
        let error = read(&file, &[]).unwrap_err().to_string();
        assert!(error.contains("marked.jsonl:2"), "{error}");
    }
}
