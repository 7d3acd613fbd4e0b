//! What readers found, keyed by what they read. Invariant: a prediction is a pure function of version and key, so
//! putting one again changes nothing, and one is never removed because a document is.

use std::collections::{HashMap, HashSet};

use rusqlite::{OptionalExtension as _, params};

use super::documents::{LEAF, raw_leaf, unreadable};
use super::{Store, StoreError, codec};
use crate::law::{Kind, Mention, Prediction, Unit};
use crate::text::hex;

/// How far extraction is, in distinct units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Units with a prediction.
    pub done: usize,
    /// All units of the stored documents.
    pub total: usize,
}

impl Store {
    /// Distinct units of the stored documents that have no prediction of `version`, with their keys: at most `limit`,
    /// documents by id, leaves in text order, each unit where it stands first. Every call looks through the leaves
    /// from the start, so ask for thousands at a time.
    ///
    /// # Errors
    /// As reading goes: [`StoreError::Corrupt`], [`StoreError::Sql`].
    pub fn missing_units(&self, version: &str, limit: usize) -> Result<Vec<(String, Unit)>, StoreError> {
        self.read(|_| self.missing(version, limit, &mut |_, _| true))
    }

    /// [`Store::missing_units`] of the leaves that `keep` takes, told by document and address; all of them.
    ///
    /// # Errors
    /// As reading goes.
    pub fn missing_units_where(
        &self,
        version: &str,
        mut keep: impl FnMut(&str, &str) -> bool,
    ) -> Result<Vec<(String, Unit)>, StoreError> {
        self.read(|_| self.missing(version, usize::MAX, &mut keep))
    }

    fn missing(
        &self,
        version: &str,
        limit: usize,
        keep: &mut dyn FnMut(&str, &str) -> bool,
    ) -> Result<Vec<(String, Unit)>, StoreError> {
        let version = self.version_id(version)?;
        let mut seen = HashSet::new();
        let mut out = Vec::new();
        for row in self.documents()? {
            if out.len() >= limit {
                break;
            }
            // A version that has predicted nothing yet has no id; no row has the id 0.
            let missing = self.rows(
                &format!(
                    "SELECT {LEAF} FROM leaves l JOIN documents d ON d.doc = l.doc
                     WHERE d.id = ?1 AND NOT EXISTS
                       (SELECT 1 FROM predictions p WHERE p.version = ?2 AND p.key = l.key)
                     ORDER BY l.position"
                ),
                params![row.meta.id, version.unwrap_or(0)],
                raw_leaf,
            )?;
            if missing.is_empty() {
                continue;
            }
            let Some(source) = self.leaf_source(&row.meta.id)? else { continue };
            for raw in missing {
                if out.len() < limit && keep(&row.meta.id, &raw.address) && seen.insert(raw.key) {
                    let leaf = source.leaf(raw, &self.path)?;
                    let unit = leaf.unit(&row.meta);
                    out.push((leaf.key, unit));
                }
            }
        }
        Ok(out)
    }

    /// How many distinct units there are and how many have a prediction of `version`.
    ///
    /// # Errors
    /// As reading goes.
    pub fn coverage(&self, version: &str) -> Result<Coverage, StoreError> {
        let version = self.version_id(version)?.unwrap_or(0);
        self.conn
            .query_row(
                "SELECT count(*), count(p.key) FROM (SELECT DISTINCT key FROM leaves) l
                 LEFT JOIN predictions p ON p.version = ?1 AND p.key = l.key",
                [version],
                |r| Ok(Coverage { total: r.get::<_, i64>(0)? as usize, done: r.get::<_, i64>(1)? as usize }),
            )
            .map_err(|e| self.sql(e))
    }

    /// Puts predictions of `version` in one transaction; one that is there already is replaced.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::DiskFull`], [`StoreError::Invalid`] for a key that is not one of
    /// [`Unit::key`]; nothing is put then.
    pub fn put_predictions(&mut self, version: &str, predictions: &[(String, Prediction)]) -> Result<(), StoreError> {
        self.claim()?;
        let mut rows = Vec::with_capacity(predictions.len());
        for (key, p) in predictions {
            let invalid = |detail| StoreError::Invalid { what: format!("the prediction for {key:?}"), detail };
            let bytes = codec::key_bytes(key).ok_or_else(|| invalid("the key is not 64 hex digits".to_owned()))?;
            let mentions = match p.mentions.as_slice() {
                [] => None,
                m => Some(serde_json::to_string(m).map_err(|e| invalid(e.to_string()))?),
            };
            rows.push((bytes, p.kind.code(), p.p_task, mentions));
        }
        self.write(|tx| {
            tx.prepare_cached("INSERT INTO versions (name) VALUES (?1) ON CONFLICT DO NOTHING")?.execute([version])?;
            let version: i64 = tx.query_row("SELECT version FROM versions WHERE name = ?1", [version], |r| r.get(0))?;
            let mut put = tx.prepare_cached(
                "INSERT OR REPLACE INTO predictions (version, key, kind, p_task, mentions)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for (key, kind, p_task, mentions) in &rows {
                put.execute(params![version, key, kind, p_task, mentions])?;
            }
            Ok(())
        })
    }

    /// The predictions of `version` that are tasks, by key.
    ///
    /// # Errors
    /// As reading goes.
    pub fn predictions(&self, version: &str) -> Result<HashMap<String, Prediction>, StoreError> {
        let Some(version) = self.version_id(version)? else { return Ok(HashMap::new()) };
        self.rows(
            "SELECT key, p_task, mentions FROM predictions WHERE version = ?1 AND kind = 'task'",
            [version],
            |r| {
                let mentions: Vec<Mention> = match r.get::<_, Option<String>>(2)? {
                    None => Vec::new(),
                    Some(json) => serde_json::from_str(&json).map_err(|e| unreadable(2, e))?,
                };
                let prediction = Prediction { kind: Kind::Task, p_task: r.get(1)?, mentions };
                Ok((hex(&r.get::<_, [u8; 32]>(0)?), prediction))
            },
        )
        .map(|rows| rows.into_iter().collect())
    }

    fn version_id(&self, version: &str) -> Result<Option<i64>, StoreError> {
        self.conn
            .prepare_cached("SELECT version FROM versions WHERE name = ?1")
            .and_then(|mut s| s.query_row([version], |r| r.get(0)).optional())
            .map_err(|e| self.sql(e))
    }
}
