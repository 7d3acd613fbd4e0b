//! The relations of documents, as stated. Where one leads is asked of the [`Graph`], never written down.

use rusqlite::{Connection, Row, params};

use super::documents::{date, unreadable};
use super::{Store, StoreError};
use crate::law::citation::Cited;
use crate::law::graph::Graph;
use crate::law::relation::{Relation, RelationKind};

impl Store {
    /// The graph of all documents and relations as the store stands now.
    ///
    /// # Errors
    /// As reading goes.
    pub fn graph(&self) -> Result<Graph, StoreError> {
        self.read(|_| {
            let documents = self.documents()?.into_iter().map(|row| row.meta).collect();
            let sql = format!(
                "SELECT {STATED}, d.id FROM relations r JOIN documents d USING (doc) ORDER BY r.doc, r.position"
            );
            let relations = self.rows(&sql, [], |r| Ok((r.get::<_, String>(14)?, stated(r)?)))?;
            Ok(Graph::new(documents, relations))
        })
    }

    /// Number of documents that were read before this program looked for relations.
    ///
    /// # Errors
    /// As reading goes.
    pub fn without_relations(&self) -> Result<usize, StoreError> {
        self.unread("related")
    }
}

/// Replaces a document's relations.
pub(super) fn put(tx: &Connection, doc: i64, relations: &[Relation]) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM relations WHERE doc = ?1")?.execute([doc])?;
    tx.prepare_cached("UPDATE documents SET related = ?2 WHERE doc = ?1")?
        .execute(params![doc, relations.len() as i64])?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO relations (doc, position, kind, at, span_start, span_end, named, document, word, date, year, path,
           part, from_day, except_start, except_end)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )?;
    for (position, r) in relations.iter().enumerate() {
        let (named, document) = match &r.document {
            Cited::Number(n) => ("number", n.as_str()),
            Cited::Name(n) => ("name", n.as_str()),
            // Neither is a target of a relation.
            Cited::This | Cited::Unnamed => continue,
        };
        insert.execute(params![
            doc,
            position as i64,
            r.kind.code(),
            r.at,
            r.span.start as i64,
            r.span.end as i64,
            named,
            document,
            r.word,
            r.date.map(|d| d.to_string()),
            r.year,
            r.path,
            r.part,
            r.from.map(|d| d.to_string()),
            r.except.as_ref().map(|e| e.start as i64),
            r.except.as_ref().map(|e| e.end as i64),
        ])?;
    }
    Ok(())
}

/// The columns that [`stated`] reads, first in their query.
const STATED: &str = "r.kind, r.at, r.span_start, r.span_end, r.named, r.document, r.word, r.date, r.year, r.path, \
     r.part, r.from_day, r.except_start, r.except_end";

/// A code that this program does not know.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no code that this program knows")]
struct Unknown(String);

fn stated(r: &Row<'_>) -> rusqlite::Result<Relation> {
    let number = |column| r.get::<_, i64>(column).map(|n| n as usize);
    let kind: String = r.get(0)?;
    let named: String = r.get(4)?;
    let document: String = r.get(5)?;
    let except = r.get::<_, Option<i64>>(12)?.zip(r.get::<_, Option<i64>>(13)?);
    Ok(Relation {
        kind: RelationKind::from_code(&kind).ok_or_else(|| unreadable(0, Unknown(kind)))?,
        at: r.get(1)?,
        span: number(2)?..number(3)?,
        document: match named.as_str() {
            "number" => Cited::Number(document),
            "name" => Cited::Name(document),
            _ => return Err(unreadable(4, Unknown(named))),
        },
        word: r.get(6)?,
        date: date(r, 7)?,
        year: r.get(8)?,
        path: r.get(9)?,
        part: r.get(10)?,
        from: date(r, 11)?,
        except: except.map(|(start, end)| start as usize..end as usize),
    })
}
