//! Documents and their leaves. Invariant: a document's leaves are those of its present text, in text order from
//! position 0.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use jiff::civil::Date;
use rayon::prelude::*;
use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior, params};
use sha2::{Digest as _, Sha256};

use super::{Store, StoreError, citations, codec, recognised, relations};
use crate::law::citation::Placed;
use crate::law::relation::{self, Relation};
use crate::law::{Document, DocumentMeta, Leaf, Node, NodeKind, Recognised, Unit};
use crate::text::hex;

/// A document on its way into the store.
#[derive(Debug, Clone)]
pub struct NewDocument {
    /// The document.
    pub document: Document,
    /// Its leaves in text order; addresses must be unique.
    pub leaves: Vec<Leaf>,
    /// How sure the recognition of its text is; empty where it was not recognised.
    pub recognised: Recognised,
    /// Citations in text order.
    pub citations: Vec<Placed>,
    /// Hash of what was read and of the parser's version, compared by [`Store::source_hash`] before parsing again.
    pub source_hash: String,
}

/// What became of a document that was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is new.
    Added,
    /// It replaces an older one.
    Changed,
    /// It was there just so; its rows were left alone.
    Unchanged,
}

/// A stored document without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRow {
    /// Facts.
    pub meta: DocumentMeta,
    /// Changes when anything stored for the document does: facts, text, tree or leaves.
    pub content_hash: String,
    /// [`NewDocument::source_hash`] as last given.
    pub source_hash: String,
    /// Number of its leaves.
    pub leaves: usize,
}

/// A stored leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafRow {
    /// Position in the document, from 0 in text order.
    pub position: usize,
    /// [`Unit::key`] of the leaf in its document.
    pub key: String,
    /// The leaf.
    pub leaf: Leaf,
}

impl LeafRow {
    /// What a reader is given for this leaf of the document with the facts `meta`.
    pub fn unit(&self, meta: &DocumentMeta) -> Unit {
        self.leaf.unit(meta)
    }
}

/// A document turned into columns.
struct Packed<'a> {
    new: &'a NewDocument,
    content_hash: String,
    text: Vec<u8>,
    nodes: Vec<u8>,
    contexts: Vec<u8>,
    leaves: Vec<PackedLeaf<'a>>,
    relations: Vec<Relation>,
}

struct PackedLeaf<'a> {
    leaf: &'a Leaf,
    key: [u8; 32],
    context: usize,
    /// Where the text stands in the document's text, line breaks read as blanks; none where it does not.
    at: Option<(usize, usize)>,
}

/// One node as stored: kind, label, address, parent, quoted, start, end.
type NodeColumns<'a> = (NodeKind, Cow<'a, str>, Cow<'a, str>, Option<usize>, bool, usize, usize);

fn pack(new: &NewDocument) -> Result<Packed<'_>, StoreError> {
    let document = &new.document;
    let invalid = |detail| StoreError::Invalid { what: format!("the document {:?}", document.meta.id), detail };
    let json = |e: serde_json::Error| invalid(e.to_string());
    if document.meta.id.is_empty() {
        return Err(invalid("its id is empty".to_owned()));
    }
    let nodes: Vec<NodeColumns<'_>> = document
        .nodes
        .iter()
        .map(|n| {
            (n.kind, n.label.as_str().into(), n.address.as_str().into(), n.parent, n.quoted, n.span.start, n.span.end)
        })
        .collect();
    let nodes = serde_json::to_vec(&nodes).map_err(json)?;

    let mut contexts: Vec<(&str, &str, &str)> = Vec::new();
    let mut seen = HashMap::new();
    let mut addresses = HashSet::new();
    let mut leaves = Vec::with_capacity(new.leaves.len());
    for leaf in &new.leaves {
        if !addresses.insert(leaf.address.as_str()) {
            return Err(invalid(format!("two of its leaves have the address {:?}", leaf.address)));
        }
        let context = (leaf.article.as_str(), leaf.heading.as_str(), leaf.lead.as_str());
        let context = *seen.entry(context).or_insert_with(|| {
            contexts.push(context);
            contexts.len() - 1
        });
        let key = codec::key_bytes(&leaf.unit(&document.meta).key()).expect("a key is a SHA-256 in hex");
        leaves.push(PackedLeaf { leaf, key, context, at: find_in(&document.text, leaf) });
    }
    let contexts = serde_json::to_vec(&contexts).map_err(json)?;

    // Every part goes in with its length, so that no two documents give the same bytes.
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    part(&serde_json::to_vec(&document.meta).map_err(json)?);
    part(document.text.as_bytes());
    part(&nodes);
    part(&contexts);
    for l in &leaves {
        part(l.leaf.address.as_bytes());
        part(&l.key);
        for n in [l.context, l.leaf.span.start, l.leaf.span.end] {
            part(&(n as u64).to_le_bytes());
        }
    }
    if !new.recognised.is_empty() {
        part(&serde_json::to_vec(&new.recognised).map_err(json)?);
    }
    Ok(Packed {
        new,
        content_hash: hex(&hash.finalize()),
        text: codec::pack(document.text.as_bytes()),
        nodes: codec::pack(&nodes),
        contexts: codec::pack(&contexts),
        leaves,
        relations: relation::find(document),
    })
}

/// Finds a leaf's text at the end of its span, where [`joined`] gives it back. The parser makes leaves so, but the
/// store does not lean on it: what is not found is stored in full.
fn find_in(text: &str, leaf: &Leaf) -> Option<(usize, usize)> {
    let own = text.get(leaf.span.clone())?.trim_end();
    let end = leaf.span.start + own.len();
    let start = end.checked_sub(leaf.text.len())?;
    (start >= leaf.span.start && joined(text, start, end)? == leaf.text).then_some((start, end))
}

/// A piece of a document's text with its lines joined by blanks.
fn joined(text: &str, start: usize, end: usize) -> Option<String> {
    text.get(start..end).map(|s| s.replace('\n', " "))
}

impl Store {
    /// Puts documents in one transaction, keyed by `meta.id`, and says what became of each. A changed document's
    /// leaves are replaced; an unchanged one's rows are not touched, but for its relations and citations where the source
    /// hash tells that another version found them. Predictions stay: they are keyed by what was read.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::DiskFull`], [`StoreError::Invalid`] for an empty id or two leaves with
    /// one address; nothing is put then.
    pub fn put_documents(&mut self, documents: &[NewDocument]) -> Result<Vec<Put>, StoreError> {
        self.claim()?;
        let packed = documents.par_iter().map(pack).collect::<Result<Vec<_>, _>>()?;
        self.write(|tx| packed.iter().map(|p| put(tx, p)).collect())
    }

    /// Removes documents in one transaction and returns how many there were. Predictions stay.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::DiskFull`].
    pub fn remove_documents(&mut self, ids: &[&str]) -> Result<usize, StoreError> {
        self.claim()?;
        self.write(|tx| {
            let mut remove = tx.prepare_cached("DELETE FROM documents WHERE id = ?1")?;
            ids.iter().map(|id| remove.execute([id])).sum()
        })
    }

    /// Runs one write transaction; all of it or nothing.
    pub(super) fn write<T>(&mut self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let path = &self.path;
        let run = |conn: &mut Connection| {
            // Immediate: a transaction that starts by reading cannot wait for another writer later.
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let out = work(&tx)?;
            tx.commit()?;
            Ok(out)
        };
        run(&mut self.conn).map_err(|e| StoreError::sql(path, e))
    }

    /// The hash given with the document when it was put; none if there is no such document.
    ///
    /// # Errors
    /// As reading goes: [`StoreError::Corrupt`], [`StoreError::Sql`].
    pub fn source_hash(&self, id: &str) -> Result<Option<String>, StoreError> {
        self.conn
            .prepare_cached("SELECT source_hash FROM documents WHERE id = ?1")
            .and_then(|mut s| s.query_row([id], |r| r.get(0)).optional())
            .map_err(|e| self.sql(e))
    }

    /// All documents, ordered by id.
    ///
    /// # Errors
    /// As reading goes.
    pub fn documents(&self) -> Result<Vec<DocumentRow>, StoreError> {
        self.rows(
            &format!("SELECT {FACTS}, content_hash, source_hash, leaf_count FROM documents ORDER BY id"),
            [],
            document_row,
        )
    }

    /// One document without its text; none if there is no such document.
    ///
    /// # Errors
    /// As reading goes.
    pub fn document_row(&self, id: &str) -> Result<Option<DocumentRow>, StoreError> {
        self.conn
            .prepare_cached(&format!(
                "SELECT {FACTS}, content_hash, source_hash, leaf_count FROM documents WHERE id = ?1"
            ))
            .and_then(|mut s| s.query_row([id], document_row).optional())
            .map_err(|e| self.sql(e))
    }

    /// One document with text and tree; none if there is no such document.
    ///
    /// # Errors
    /// As reading goes.
    pub fn document(&self, id: &str) -> Result<Option<Document>, StoreError> {
        let row = self
            .conn
            .prepare_cached(&format!("SELECT {FACTS}, text, nodes FROM documents WHERE id = ?1"))
            .and_then(|mut s| {
                s.query_row([id], |r| Ok((meta(r)?, r.get::<_, Vec<u8>>(10)?, r.get::<_, Vec<u8>>(11)?))).optional()
            })
            .map_err(|e| self.sql(e))?;
        let Some((meta, text, nodes)) = row else { return Ok(None) };
        let text = self.unpack(&text, id, "text")?;
        let nodes = self.unpack(&nodes, id, "tree")?;
        let nodes: Vec<NodeColumns<'_>> =
            serde_json::from_str(&nodes).map_err(|e| self.corrupt(format!("tree of {id}: {e}")))?;
        let nodes = nodes
            .into_iter()
            .map(|(kind, label, address, parent, quoted, start, end)| Node {
                kind,
                label: label.into_owned(),
                address: address.into_owned(),
                parent,
                quoted,
                span: start..end,
            })
            .collect();
        Ok(Some(Document { meta, text, nodes }))
    }

    /// The leaves of one document in text order; empty if there is no such document.
    ///
    /// # Errors
    /// As reading goes.
    pub fn leaves(&self, id: &str) -> Result<Vec<LeafRow>, StoreError> {
        self.read(|_| {
            let Some(source) = self.leaf_source(id)? else { return Ok(Vec::new()) };
            self.rows(
                &format!("SELECT {LEAF} FROM leaves l WHERE l.doc = ?1 ORDER BY l.position"),
                [source.doc],
                raw_leaf,
            )?
            .into_iter()
            .map(|raw| source.leaf(raw, &self.path))
            .collect()
        })
    }

    /// Calls `each` for every leaf of the store, documents by id, leaves in text order. Holds one document at a time.
    ///
    /// # Errors
    /// As reading goes; and whatever `each` returns, which ends the walk.
    pub fn for_each_leaf<E: From<StoreError>>(
        &self,
        mut each: impl FnMut(&DocumentMeta, LeafRow) -> Result<(), E>,
    ) -> Result<(), E> {
        self.read(|_| {
            for row in self.documents()? {
                for leaf in self.leaves(&row.meta.id)? {
                    each(&row.meta, leaf)?;
                }
            }
            Ok(())
        })
    }

    /// What the leaf rows of one document refer to.
    pub(super) fn leaf_source(&self, id: &str) -> Result<Option<LeafSource>, StoreError> {
        let row = self
            .conn
            .prepare_cached("SELECT doc, text, contexts FROM documents WHERE id = ?1")
            .and_then(|mut s| {
                s.query_row([id], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, Vec<u8>>(1)?, r.get::<_, Vec<u8>>(2)?)))
                    .optional()
            })
            .map_err(|e| self.sql(e))?;
        let Some((doc, text, contexts)) = row else { return Ok(None) };
        let contexts = self.unpack(&contexts, id, "contexts")?;
        Ok(Some(LeafSource {
            doc,
            id: id.to_owned(),
            text: self.unpack(&text, id, "text")?,
            contexts: serde_json::from_str(&contexts).map_err(|e| self.corrupt(format!("contexts of {id}: {e}")))?,
        }))
    }

    fn unpack(&self, packed: &[u8], id: &str, what: &str) -> Result<String, StoreError> {
        codec::unpack(packed).map_err(|e| self.corrupt(format!("{what} of {id}: {e}")))
    }

    /// Collects the rows of a query.
    pub(super) fn rows<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        map: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        self.conn.prepare_cached(sql).and_then(|mut s| s.query_map(params, map)?.collect()).map_err(|e| self.sql(e))
    }

    /// Number of documents that were read before this program filled `column`.
    pub(super) fn unread(&self, column: &str) -> Result<usize, StoreError> {
        self.conn
            .query_row(&format!("SELECT count(*) FROM documents WHERE {column} IS NULL"), [], |r| r.get::<_, i64>(0))
            .map(|n| n as usize)
            .map_err(|e| self.sql(e))
    }
}

fn put(tx: &Connection, packed: &Packed<'_>) -> rusqlite::Result<Put> {
    let meta = &packed.new.document.meta;
    let source_hash = &packed.new.source_hash;
    let old: Option<(i64, String, String)> = tx
        .prepare_cached("SELECT doc, content_hash, source_hash FROM documents WHERE id = ?1")?
        .query_row([&meta.id], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .optional()?;
    let outcome = match &old {
        None => Put::Added,
        Some((doc, content, source)) if *content == packed.content_hash => {
            if source != source_hash {
                tx.prepare_cached("UPDATE documents SET source_hash = ?2 WHERE doc = ?1")?
                    .execute(params![doc, source_hash])?;
                relations::put(tx, *doc, &packed.relations)?;
                citations::put(tx, *doc, &packed.new.citations)?;
            }
            return Ok(Put::Unchanged);
        }
        Some((doc, ..)) => {
            tx.prepare_cached("DELETE FROM documents WHERE doc = ?1")?.execute([doc])?;
            Put::Changed
        }
    };
    tx.prepare_cached(
        "INSERT INTO documents (id, number, kind, title, issuer, issued_on, effective_on, status, domain, url,
           source_hash, content_hash, leaf_count, text, nodes, contexts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )?
    .execute(params![
        meta.id,
        meta.number,
        meta.kind,
        meta.title,
        meta.issuer,
        meta.issued_on.map(|d| d.to_string()),
        meta.effective_on.map(|d| d.to_string()),
        meta.status,
        meta.domain,
        meta.url,
        source_hash,
        packed.content_hash,
        packed.leaves.len() as i64,
        packed.text,
        packed.nodes,
        packed.contexts,
    ])?;
    let doc = tx.last_insert_rowid();
    let mut insert = tx.prepare_cached(
        "INSERT INTO leaves (doc, position, address, key, context, span_start, span_end, text_start, text_end, text)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for (position, l) in packed.leaves.iter().enumerate() {
        insert.execute(params![
            doc,
            position as i64,
            l.leaf.address,
            l.key,
            l.context as i64,
            l.leaf.span.start as i64,
            l.leaf.span.end as i64,
            l.at.map(|(start, _)| start as i64),
            l.at.map(|(_, end)| end as i64),
            l.at.is_none().then_some(&l.leaf.text),
        ])?;
    }
    relations::put(tx, doc, &packed.relations)?;
    recognised::put(tx, doc, &packed.new.recognised)?;
    citations::put(tx, doc, &packed.new.citations)?;
    Ok(outcome)
}

/// The columns that [`meta`] reads, first in their query.
const FACTS: &str = "id, number, kind, title, issuer, issued_on, effective_on, status, domain, url";

fn meta(r: &Row<'_>) -> rusqlite::Result<DocumentMeta> {
    Ok(DocumentMeta {
        id: r.get(0)?,
        number: r.get(1)?,
        kind: r.get(2)?,
        title: r.get(3)?,
        issuer: r.get(4)?,
        issued_on: date(r, 5)?,
        effective_on: date(r, 6)?,
        status: r.get(7)?,
        domain: r.get(8)?,
        url: r.get(9)?,
    })
}

pub(super) fn date(r: &Row<'_>, column: usize) -> rusqlite::Result<Option<Date>> {
    r.get::<_, Option<String>>(column)?.map(|s| s.parse().map_err(|e| unreadable(column, e))).transpose()
}

/// A text column that does not hold what it should.
pub(super) fn unreadable(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}

fn document_row(r: &Row<'_>) -> rusqlite::Result<DocumentRow> {
    Ok(DocumentRow {
        meta: meta(r)?,
        content_hash: r.get(10)?,
        source_hash: r.get(11)?,
        leaves: r.get::<_, i64>(12)? as usize,
    })
}

/// The columns that [`raw_leaf`] reads, of a table called `l`, first in their query.
pub(super) const LEAF: &str = "l.position, l.address, l.key, l.context, l.span_start, l.span_end, l.text_start, \
     l.text_end, l.text";

/// A row of `leaves`.
pub(super) struct RawLeaf {
    position: usize,
    pub(super) address: String,
    pub(super) key: [u8; 32],
    context: usize,
    span: std::ops::Range<usize>,
    at: Option<(usize, usize)>,
    text: Option<String>,
}

pub(super) fn raw_leaf(r: &Row<'_>) -> rusqlite::Result<RawLeaf> {
    let number = |column| r.get::<_, i64>(column).map(|n| n as usize);
    let maybe = |column| r.get::<_, Option<i64>>(column).map(|n| n.map(|n| n as usize));
    Ok(RawLeaf {
        position: number(0)?,
        address: r.get(1)?,
        key: r.get(2)?,
        context: number(3)?,
        span: number(4)?..number(5)?,
        at: maybe(6)?.zip(maybe(7)?),
        text: r.get(8)?,
    })
}

/// What leaf rows of one document refer to.
pub(super) struct LeafSource {
    doc: i64,
    id: String,
    text: String,
    contexts: Vec<(String, String, String)>,
}

impl LeafSource {
    /// Puts a leaf together.
    pub(super) fn leaf(&self, raw: RawLeaf, path: &Path) -> Result<LeafRow, StoreError> {
        let damaged = || StoreError::Corrupt {
            path: path.to_owned(),
            detail: format!("leaf {} of {} points outside the document", raw.position, self.id),
        };
        let (article, heading, lead) = self.contexts.get(raw.context).ok_or_else(damaged)?.clone();
        let text = match (&raw.text, raw.at) {
            (Some(text), _) => text.clone(),
            (None, Some((start, end))) => joined(&self.text, start, end).ok_or_else(damaged)?,
            (None, None) => return Err(damaged()),
        };
        Ok(LeafRow {
            position: raw.position,
            key: hex(&raw.key),
            leaf: Leaf { address: raw.address, article, heading, lead, text, span: raw.span },
        })
    }
}
