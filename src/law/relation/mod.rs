//! Relations (quan hệ giữa các văn bản) that a document states of itself: what it rests on, implements, amends,
//! replaces, repeals, corrects.
//!
//! Invariant: pure, never fails; every span lies on character boundaries of the document's text. One [`Relation`] is one
//! target, as for citations. Only what the document says of itself counts: quoted text, forms in annexes and what others
//! did to a third document ("được sửa đổi, bổ sung bởi …") give none.

mod clause;
mod reader;
mod scope;
mod statement;
#[cfg(test)]
mod tests;
mod words;

use std::ops::Range;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Document;
use super::citation::Cited;

/// What one document does to another, or takes from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RelationKind {
    /// Căn cứ: it is issued on the ground of the other.
    Basis,
    /// Quy định chi tiết, hướng dẫn thi hành.
    Implements,
    /// Sửa đổi, bổ sung; thay cụm từ.
    Amends,
    /// Thay thế the whole document.
    Replaces,
    /// Bãi bỏ, hết hiệu lực: the whole or a part.
    Repeals,
    /// Đính chính.
    Corrects,
}

impl RelationKind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::Basis, Self::Implements, Self::Amends, Self::Replaces, Self::Repeals, Self::Corrects];

    /// Stable code, as in files and in the store.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Basis => "basis",
            Self::Implements => "implements",
            Self::Amends => "amends",
            Self::Replaces => "replaces",
            Self::Repeals => "repeals",
            Self::Corrects => "corrects",
        }
    }

    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }

    /// Vietnamese name.
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Basis => "căn cứ",
            Self::Implements => "quy định chi tiết, hướng dẫn",
            Self::Amends => "sửa đổi, bổ sung",
            Self::Replaces => "thay thế",
            Self::Repeals => "bãi bỏ",
            Self::Corrects => "đính chính",
        }
    }
}

/// One relation to one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Kind.
    pub kind: RelationKind,
    /// Address of the provision that says it; empty where the title does.
    pub at: String,
    /// Bytes of the document's text that point at the target; empty where the title does.
    pub span: Range<usize>,
    /// The other document.
    pub document: Cited,
    /// Its kind as printed: `Nghị định`; empty when none is.
    pub word: String,
    /// Its date of issue, where stated.
    pub date: Option<Date>,
    /// The year beside its name.
    pub year: Option<i16>,
    /// Address of the provision in it; empty for the whole document.
    pub path: String,
    /// Only something in the target that has no address: "các quy định về … tại Nghị định …".
    pub part: bool,
    /// The day stated for it; none where it is the day on which this document takes effect.
    pub from: Option<Date>,
    /// Bytes of the words that except something: `trừ trường hợp …`.
    pub except: Option<Range<usize>>,
}

impl Relation {
    /// It takes the whole document out of force.
    pub fn ends_document(&self) -> bool {
        matches!(self.kind, RelationKind::Replaces | RelationKind::Repeals) && self.path.is_empty() && !self.part
    }
}

/// All relations of a document, in the order of its text; those of the title come first.
pub fn find(document: &Document) -> Vec<Relation> {
    reader::read(document)
}
