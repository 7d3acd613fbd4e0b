//! Provisions that lost their diacritics, as some systems and old mails deliver them: they get them back before they are
//! read.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::ExtractError;
use crate::law::Unit;
use crate::text::accents::{Accents, Table, is_bare};

/// Name of the table in a model folder.
pub const FILE: &str = "accents.bin";
/// A bare text of which fewer syllables are Vietnamese is in another language.
const VIETNAMESE: f64 = 0.8;

/// Gives diacritics back to whole provisions.
pub struct Restorer {
    accents: Accents,
    version: String,
}

impl Restorer {
    /// Reads the table's file.
    ///
    /// # Errors
    /// It is missing or damaged.
    pub fn load(path: &Path) -> Result<Self, ExtractError> {
        let bytes = std::fs::read(path).map_err(|source| ExtractError::Io { path: path.to_owned(), source })?;
        Self::from_bytes(&bytes, path)
    }

    /// From the file's bytes; `path` is for messages.
    ///
    /// # Errors
    /// They are damaged.
    pub fn from_bytes(bytes: &[u8], path: &Path) -> Result<Self, ExtractError> {
        let damaged = |e: crate::text::accents::BadTable| ExtractError::Damaged {
            place: path.display().to_string(),
            problem: e.to_string(),
        };
        let version = format!("a{}", &crate::text::hex(&Sha256::digest(bytes))[..8]);
        Ok(Restorer { accents: Accents::new(Table::from_bytes(bytes).map_err(damaged)?), version })
    }

    /// Names the table.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The unit with its diacritics, character for character; none where it has them, or is not Vietnamese.
    pub fn restore(&self, unit: &Unit) -> Option<Unit> {
        if !is_bare(&unit.text) && !is_bare(&unit.lead) {
            return None;
        }
        let vietnamese = |s: &String| s.is_empty() || self.accents.known(s) >= VIETNAMESE;
        if ![&unit.lead, &unit.text].into_iter().all(vietnamese) {
            return None;
        }
        let of = |s: &str| self.accents.restore(s);
        Some(Unit { doc_kind: of(&unit.doc_kind), title: of(&unit.title), lead: of(&unit.lead), text: of(&unit.text) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::accents::Counter;

    #[test]
    fn bare_provisions_get_their_marks_and_others_stay() {
        let mut counter = Counter::default();
        (0..20).for_each(|_| counter.add("Điều Bộ trưởng cấp giấy phép làm đèn lồng theo quy định"));
        let bytes = counter.table(1, 1, 100).to_bytes();
        let restorer = Restorer::from_bytes(&bytes, Path::new("accents.bin")).unwrap();
        let unit = |text: &str| Unit {
            doc_kind: "Nghị định".into(),
            title: "Về đèn lồng".into(),
            lead: "Dieu 1. Giay phep".into(),
            text: text.into(),
        };
        let got = restorer.restore(&unit("Bo truong cap giay phep lam den long.")).unwrap();
        assert_eq!(got.text, "Bộ trưởng cấp giấy phép làm đèn lồng.");
        assert_eq!(got.title, "Về đèn lồng");
        let written = Unit {
            lead: "Điều 1. Giấy phép".into(), ..unit("Bộ trưởng cấp giấy phép làm đèn lồng.")
        };
        assert!(restorer.restore(&written).is_none());
        assert!(restorer.restore(&unit("The minister grants licences for lanterns.")).is_none());
        assert!(Restorer::from_bytes(&bytes[..40], Path::new("accents.bin")).is_err());
    }
}
