//! A row of the register: one power with all its legal bases and the proposal for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Category, Doubt, Field, Level, Mechanism, Mention, Precedent, Reason};

/// One provision that sets a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LegalBasis {
    /// Store key of the document.
    pub doc: String,
    /// Số hiệu.
    pub number: String,
    /// Kind of the document in Vietnamese.
    pub doc_kind: String,
    /// Address within the document; the full address is `number#address`.
    pub address: String,
    /// [`super::Unit::key`] of the provision.
    pub key: String,
    /// What the model found there.
    pub mention: Mention,
    /// Where its text was recognised with low confidence (OCR), the least sure stretch of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Doubt>,
}

/// One task of the register (nhiệm vụ, quyền hạn).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Stable key, made from the first legal basis and its span, so that it survives a re-run: `NV-1a2b3c4d`.
    pub code: String,
    /// Field of the ministry; none where no rule applies.
    pub field: Option<Field>,
    /// The power or duty in words.
    pub task: String,
    /// Who holds it now; `""` when only implied and not resolved.
    pub holder: String,
    /// Level of the holder.
    pub level: Level,
    /// All legal bases, highest instrument first; never empty.
    pub legal_bases: Vec<LegalBasis>,
    /// Proposed category.
    pub category: Category,
    /// Derived from category and instruments.
    pub mechanism: Option<Mechanism>,
    /// Reason, only with [`Category::KeepCentral`].
    pub reason: Option<Reason>,
    /// Calibrated probability of the proposed category, 0 to 1, four decimals.
    pub confidence: f64,
    /// Probability of each category, four decimals.
    pub category_p: BTreeMap<Category, f64>,
    /// The 90 % prediction set.
    pub category_set: Vec<Category>,
    /// Words that carried the proposal, in the order of the legal bases.
    pub evidence: Vec<String>,
    /// "Cần rà soát kỹ": low confidence, an open prediction set, bases that disagree, or a basis whose text
    /// was recognised with low confidence.
    pub needs_review: bool,
    /// Labelled provisions of train that are nearest to its legal bases, nearest first; none of them is a basis.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub precedents: Vec<Precedent>,
}

/// Which run made a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Version of model, rules and decoding, as [`crate::extract`] names it.
    pub version: String,
    /// Documents read.
    pub documents: usize,
    /// Leaf provisions read.
    pub leaves: usize,
    /// Mentions found.
    pub mentions: usize,
}

impl LegalBasis {
    /// The address people read: `65/2023/NĐ-CP#dieu-12.khoan-3`; with the store key where the document has no number.
    pub fn full_address(&self) -> String {
        format!("{}#{}", if self.number.is_empty() { &self.doc } else { &self.number }, self.address)
    }
}
