//! The citations of documents, as found. Where one leads is asked of a [`super::Shelf`], never written down.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::documents::{date, unreadable};
use super::{Store, StoreError};
use crate::law::citation::{Citation, Cited, Placed, law_key, number_key};

/// A citation and the document that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitationRow {
    /// Id of the citing document.
    pub doc: String,
    /// The citation in it.
    pub placed: Placed,
}

impl Store {
    /// The citations of one document in text order; none if there is no such document, or it was read before this
    /// program looked for citations.
    ///
    /// # Errors
    /// As reading goes.
    pub fn citations(&self, id: &str) -> Result<Option<Vec<Placed>>, StoreError> {
        self.read(|_| {
            let looked_for = self
                .conn
                .prepare_cached("SELECT cited IS NOT NULL FROM documents WHERE id = ?1")
                .and_then(|mut s| s.query_row([id], |r| r.get::<_, bool>(0)).optional())
                .map_err(|e| self.sql(e))?;
            if looked_for != Some(true) {
                return Ok(None);
            }
            let sql = format!(
                "SELECT {PLACED} FROM citations c JOIN documents d USING (doc) WHERE d.id = ?1 ORDER BY c.position"
            );
            self.rows(&sql, [id], placed).map(Some)
        })
    }

    /// The citations of all documents that name a document by one of these keys ([`number_key`], [`law_key`]), by
    /// citing document and in text order. Whether they mean that document, [`super::Shelf::lead`] tells.
    ///
    /// # Errors
    /// As reading goes.
    pub fn citing(&self, keys: &[String]) -> Result<Vec<CitationRow>, StoreError> {
        let sql = format!(
            "SELECT {PLACED}, d.id FROM citations c JOIN documents d USING (doc) WHERE c.key = ?1 AND c.key <> ''"
        );
        let mut rows = Vec::new();
        for key in keys {
            rows.extend(self.rows(&sql, [key], |r| Ok(CitationRow { placed: placed(r)?, doc: r.get(10)? }))?);
        }
        // An amending law is cited by number and name at once: one citation has one key, so no row comes twice.
        rows.sort_by(|a, b| (&a.doc, a.placed.citation.span.start).cmp(&(&b.doc, b.placed.citation.span.start)));
        Ok(rows)
    }

    /// Number of documents that were read before this program looked for citations.
    ///
    /// # Errors
    /// As reading goes.
    pub fn without_citations(&self) -> Result<usize, StoreError> {
        self.unread("cited")
    }
}

/// Replaces a document's citations.
pub(super) fn put(tx: &Connection, doc: i64, citations: &[Placed]) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM citations WHERE doc = ?1")?.execute([doc])?;
    tx.prepare_cached("UPDATE documents SET cited = ?2 WHERE doc = ?1")?
        .execute(params![doc, citations.len() as i64])?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO citations (doc, position, address, quoted, span_start, span_end, named, document, key, kind, date,
           year, path)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    for (position, p) in citations.iter().enumerate() {
        let c = &p.citation;
        let (named, document, key) = match &c.document {
            Cited::This => ("this", "", String::new()),
            Cited::Unnamed => ("unnamed", "", String::new()),
            Cited::Number(n) => ("number", n.as_str(), number_key(n)),
            Cited::Name(n) => ("name", n.as_str(), law_key(n)),
        };
        insert.execute(params![
            doc,
            position as i64,
            p.address,
            p.quoted,
            c.span.start as i64,
            c.span.end as i64,
            named,
            document,
            key,
            c.kind,
            c.date.map(|d| d.to_string()),
            c.year,
            c.path,
        ])?;
    }
    Ok(())
}

/// The columns that [`placed`] reads, first in their query.
const PLACED: &str =
    "c.address, c.quoted, c.span_start, c.span_end, c.named, c.document, c.kind, c.date, c.year, c.path";

fn placed(r: &Row<'_>) -> rusqlite::Result<Placed> {
    #[derive(Debug, thiserror::Error)]
    #[error("{0:?} names no document in a way that this program knows")]
    struct Unknown(String);
    let named: String = r.get(4)?;
    let document: String = r.get(5)?;
    let document = match named.as_str() {
        "this" => Cited::This,
        "unnamed" => Cited::Unnamed,
        "number" => Cited::Number(document),
        "name" => Cited::Name(document),
        _ => return Err(unreadable(4, Unknown(named))),
    };
    let number = |column| r.get::<_, i64>(column).map(|n| n as usize);
    Ok(Placed {
        address: r.get(0)?,
        quoted: r.get(1)?,
        citation: Citation {
            span: number(2)?..number(3)?,
            document,
            kind: r.get(6)?,
            date: date(r, 7)?,
            year: r.get(8)?,
            path: r.get(9)?,
        },
    })
}
