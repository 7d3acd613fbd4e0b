//! What a reader, person or model, finds in one leaf provision.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Category, HolderIn, Kind, Level, Reason};

/// All that a reader is given for one leaf provision. Extraction is a pure function of these four strings and the
/// model, so results are keyed by [`Unit::key`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Unit {
    /// Kind of the document in Vietnamese, e.g. `Thông tư`.
    pub doc_kind: String,
    /// Title (trích yếu) of the document.
    pub title: String,
    /// Lead-in: `Điều N. heading | opening words of the điều | text of the khoản above`, empty parts left out.
    pub lead: String,
    /// The provision's own text without its label, lines joined by one space.
    pub text: String,
}

impl Unit {
    /// SHA-256 over the four fields, length-prefixed, as lower-case hex.
    pub fn key(&self) -> String {
        let mut h = Sha256::new();
        for s in [&self.doc_kind, &self.title, &self.lead, &self.text] {
            h.update((s.len() as u64).to_le_bytes());
            h.update(s.as_bytes());
        }
        crate::text::hex(&h.finalize())
    }
}

/// One holder–task pair found in a leaf. Offsets count Unicode characters of the string as given, end exclusive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mention {
    /// The words that name the holder; empty when only implied.
    pub holder: String,
    /// Which string the holder's offsets refer to.
    pub holder_in: HolderIn,
    /// Start of the holder's words; none when implied.
    pub holder_start: Option<usize>,
    /// End of the holder's words; none when implied.
    pub holder_end: Option<usize>,
    /// The words of the power or duty, always in the provision's own text.
    pub task: String,
    /// Start of the task's words.
    pub task_start: usize,
    /// End of the task's words.
    pub task_end: usize,
    /// Level of the holder.
    pub level: Level,
    /// Proposed category.
    pub category: Category,
    /// Reason; only with [`Category::KeepCentral`].
    pub reason: Option<Reason>,
    /// Probability of each category, by code; empty in gold data and where the system has none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub category_p: BTreeMap<Category, f64>,
    /// The categories of the 90 % prediction set, most probable first; empty in gold data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub category_set: Vec<Category>,
    /// Words of lead or text that carried the decision, as `(source, start, end)`; empty in gold data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<(HolderIn, usize, usize)>,
    /// "Cần rà soát kỹ": the reader is not sure of kind or category; see the reader for its threshold.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_review: bool,
    /// Labelled provisions of train that are nearest to this one, nearest first; empty where the reader has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub precedents: Vec<Precedent>,
}

impl Mention {
    /// Cuts the words of holder and task out of the unit anew, by their offsets.
    pub fn cut_from(&mut self, unit: &Unit) {
        let cut = |s: &str, a: usize, b: usize| s.chars().skip(a).take(b.saturating_sub(a)).collect::<String>();
        self.task = cut(&unit.text, self.task_start, self.task_end);
        self.holder = match (self.holder_in, self.holder_start, self.holder_end) {
            (HolderIn::Text, Some(a), Some(b)) => cut(&unit.text, a, b),
            (HolderIn::Lead, Some(a), Some(b)) => cut(&unit.lead, a, b),
            _ => String::new(),
        };
    }
}

/// A labelled provision of train that looks like a mention: where it stands and how people labelled it, nothing else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Precedent {
    /// Full address, `number#address`.
    pub address: String,
    /// Cosine of the two vectors of holder and task, three decimals.
    pub similarity: f64,
    /// Labelled level of its holder.
    pub level: Level,
    /// Labelled category.
    pub category: Category,
    /// Labelled reason; only with [`Category::KeepCentral`].
    pub reason: Option<Reason>,
}

/// What a reader says of one leaf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// Task, step or none.
    pub kind: Kind,
    /// Probability that the provision is a task; none where the reader has no probabilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_task: Option<f64>,
    /// One for each holder–task pair, in text order; empty unless `kind` is [`Kind::Task`].
    pub mentions: Vec<Mention>,
}

impl Prediction {
    /// A provision without a task.
    pub const fn none() -> Self {
        Prediction { kind: Kind::None, p_task: None, mentions: Vec::new() }
    }
}
