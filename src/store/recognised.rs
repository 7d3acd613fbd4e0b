//! How sure the recognition of documents is. Invariant: it is of the document's present text.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::{Store, StoreError};
use crate::law::{Doubt, PageSureness, Recognised};

pub(super) fn put(tx: &Connection, doc: i64, recognised: &Recognised) -> rusqlite::Result<()> {
    let mut page = tx.prepare_cached("INSERT INTO recognised_pages (doc, page, confidence) VALUES (?1, ?2, ?3)")?;
    for p in &recognised.pages {
        page.execute(params![doc, p.page, f64::from(p.confidence)])?;
    }
    let mut doubt = tx.prepare_cached(
        "INSERT OR IGNORE INTO doubts (doc, span_start, span_end, page, confidence) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for d in &recognised.doubts {
        doubt.execute(params![doc, d.span.start as i64, d.span.end as i64, d.page, f64::from(d.confidence)])?;
    }
    Ok(())
}

impl Store {
    /// The documents whose text was recognised, by id.
    ///
    /// # Errors
    /// As reading goes.
    pub fn recognised(&self) -> Result<HashMap<String, Recognised>, StoreError> {
        let mut all: HashMap<String, Recognised> = HashMap::new();
        let pages = self.rows(
            "SELECT d.id, p.page, p.confidence FROM recognised_pages p JOIN documents d USING (doc) ORDER BY p.doc, p.page",
            [],
            |r| Ok((r.get::<_, String>(0)?, PageSureness { page: r.get(1)?, confidence: r.get::<_, f64>(2)? as f32 })),
        )?;
        for (id, page) in pages {
            all.entry(id).or_default().pages.push(page);
        }
        let doubts = self.rows(
            "SELECT d.id, x.span_start, x.span_end, x.page, x.confidence FROM doubts x JOIN documents d USING (doc)
             ORDER BY x.doc, x.span_start",
            [],
            |r| {
                let span = r.get::<_, i64>(1)? as usize..r.get::<_, i64>(2)? as usize;
                Ok((r.get::<_, String>(0)?, Doubt { span, page: r.get(3)?, confidence: r.get::<_, f64>(4)? as f32 }))
            },
        )?;
        for (id, doubt) in doubts {
            all.entry(id).or_default().doubts.push(doubt);
        }
        Ok(all)
    }
}
