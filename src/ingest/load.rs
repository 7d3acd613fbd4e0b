//! Inputs into the store: read, parse on all cores, write, in batches of bounded size. Invariant: what fails is
//! reported and left out, everything else is stored, and a document that is stored already costs its hash only.

use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;

use rayon::prelude::*;

use super::{IngestError, RawDocument};
use crate::law::{Document, NodeKind};
use crate::store::{NewDocument, Put, Store, StoreError};

/// A batch ends when its texts reach this many bytes: enough for both cores and for one transaction to be cheap,
/// little enough that the few batches under way do not show in the memory used.
const BATCH_BYTES: usize = 4 << 20;
/// A batch ends when it has this many documents.
const BATCH_DOCUMENTS: usize = 64;

/// What became of the inputs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// New documents.
    pub added: usize,
    /// Documents that replaced an older one of the same id.
    pub changed: usize,
    /// Documents that were stored just so.
    pub unchanged: usize,
    /// Inputs that could not be read or stored; each was reported.
    pub failed: usize,
    /// What there was to tell of new and changed documents: how they were read, what looks wrong in them.
    pub noted: usize,
    /// Leaf provisions of all documents that were read and are stored.
    pub provisions: usize,
}

impl Counts {
    /// Documents that were read and are stored.
    pub const fn documents(&self) -> usize {
        self.added + self.changed + self.unchanged
    }
}

/// Told while [`load`] works.
#[derive(Debug)]
pub enum Event<'a> {
    /// An input failed; the message names file, place and remedy.
    Failed(&'a dyn Error),
    /// A document was read, but not without a choice (an encoding, changes accepted), or something in it looks wrong; the
    /// message names the file.
    Noted(&'a dyn Error),
    /// So many documents are done with in all.
    Done(usize),
}

/// Two documents of one run have the same id and differ.
#[derive(Debug, thiserror::Error)]
#[error(
    "{source_of_second}: its id {id:?} was read from {source_of_first} already, with other facts or text; the \
    first is kept: give this one another id, or leave one of the two out"
)]
struct SameId {
    id: String,
    source_of_first: String,
    source_of_second: String,
}

/// A document numbers an điều twice.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {label} is numbered twice{more}; the second is read as {address}: check the source text")]
struct Repeated {
    place: String,
    label: String,
    address: String,
    more: String,
}

/// Reads all documents under `paths` into the store.
///
/// # Errors
/// Only what ends the work: the store is locked, full or damaged. What was stored until then stays. Failures of
/// single inputs are told to `report` and counted.
pub fn load(store: &mut Store, paths: &[PathBuf], report: impl FnMut(Event<'_>)) -> Result<Counts, StoreError> {
    load_all(store, super::read_all(paths.to_vec()), report)
}

/// What the reader of a document's format had to tell.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {note}")]
struct Told {
    place: String,
    note: String,
}

/// One step of a batch on its way from the reader to the store.
enum Step {
    Store(Vec<NewDocument>),
    Unchanged { provisions: usize },
    Failed(Box<dyn Error + Send + Sync>),
    Noted(Box<dyn Error + Send + Sync>),
}

/// [`load`] from anything that gives documents.
fn load_all(
    store: &mut Store,
    inputs: impl Iterator<Item = Result<RawDocument, IngestError>> + Send,
    mut report: impl FnMut(Event<'_>),
) -> Result<Counts, StoreError> {
    store.claim()?;
    let known: HashMap<String, (String, usize)> =
        store.documents()?.into_iter().map(|row| (row.meta.id, (row.source_hash, row.leaves))).collect();
    let mut counts = Counts::default();
    std::thread::scope(|scope| {
        // The next batch is read and parsed while this one is written.
        let (send, receive) = sync_channel::<Step>(1);
        scope.spawn(move || {
            let mut seen = HashMap::new();
            let mut inputs = inputs.peekable();
            while inputs.peek().is_some() {
                for step in batch(&mut inputs, &known, &mut seen) {
                    // The receiver is gone: writing failed and ends the work.
                    if send.send(step).is_err() {
                        return;
                    }
                }
            }
        });
        for step in receive {
            match step {
                Step::Store(documents) => store_batch(store, documents, &mut counts, &mut report)?,
                Step::Unchanged { provisions } => {
                    counts.unchanged += 1;
                    counts.provisions += provisions;
                }
                Step::Failed(error) => {
                    counts.failed += 1;
                    report(Event::Failed(&*error));
                }
                Step::Noted(note) => {
                    counts.noted += 1;
                    report(Event::Noted(&*note));
                }
            }
            report(Event::Done(counts.documents() + counts.failed));
        }
        Ok(counts)
    })
}

/// Reads and parses the next batch.
fn batch(
    inputs: &mut impl Iterator<Item = Result<RawDocument, IngestError>>,
    known: &HashMap<String, (String, usize)>,
    seen: &mut HashMap<String, (String, String)>,
) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut raw = Vec::new();
    let mut bytes = 0;
    while bytes < BATCH_BYTES && raw.len() + steps.len() < BATCH_DOCUMENTS {
        match inputs.next() {
            None => break,
            Some(Ok(document)) => {
                bytes += document.text.len();
                raw.push(document);
            }
            Some(Err(error)) => steps.push(Step::Failed(error.into())),
        }
    }
    let hashes: Vec<String> = raw.par_iter().map(RawDocument::hash).collect();
    let mut new = Vec::new();
    for (document, hash) in raw.into_iter().zip(hashes) {
        let id = document.meta.id.clone();
        let source = document.source.clone();
        match seen.get(&id) {
            // Given twice, once in a folder and once in a list, say.
            Some((first_hash, _)) if *first_hash == hash => continue,
            Some((_, first)) => {
                steps.push(Step::Failed(Box::new(SameId {
                    id,
                    source_of_first: first.clone(),
                    source_of_second: source,
                })));
                continue;
            }
            None => {}
        }
        match known.get(&id) {
            Some((stored, provisions)) if *stored == hash => {
                steps.push(Step::Unchanged { provisions: *provisions });
            }
            _ => new.push((document, hash.clone())),
        }
        seen.insert(id, (hash, source));
    }
    let (new, notes): (Vec<_>, Vec<_>) = new
        .into_par_iter()
        .map(|(mut raw, source_hash)| {
            let source = std::mem::take(&mut raw.source);
            let told = std::mem::take(&mut raw.notes).into_iter().map(|note| Told { place: source.clone(), note });
            let mut notes: Vec<Step> = told.map(|note| Step::Noted(Box::new(note))).collect();
            let (document, recognised) = super::parse_recognised(raw);
            let leaves = super::leaves(&document);
            notes.extend(repeated(&document, &source).map(|note| Step::Noted(Box::new(note))));
            let citations = super::citations(&document);
            (NewDocument { document, leaves, recognised, citations, source_hash }, notes)
        })
        .unzip();
    steps.extend(notes.into_iter().flatten());
    if !new.is_empty() {
        steps.push(Step::Store(new));
    }
    steps
}

/// The first điều of a document that has the number of an earlier one; quoted ones are another document's.
fn repeated(document: &Document, source: &str) -> Option<Repeated> {
    let mut again = document.nodes.iter().filter(|n| {
        let own = n.address.rsplit('.').next().unwrap_or_default();
        n.kind == NodeKind::Article && !n.quoted && own.contains('~')
    });
    let first = again.next()?;
    Some(Repeated {
        place: source.to_owned(),
        label: first.label.clone(),
        address: first.address.clone(),
        more: match again.count() {
            0 => String::new(),
            n => format!(", and {n} more like it"),
        },
    })
}

fn store_batch(
    store: &mut Store,
    documents: Vec<NewDocument>,
    counts: &mut Counts,
    report: &mut impl FnMut(Event<'_>),
) -> Result<(), StoreError> {
    match store.put_documents(&documents) {
        Ok(outcomes) => {
            for (new, outcome) in documents.iter().zip(outcomes) {
                counts.provisions += new.leaves.len();
                match outcome {
                    Put::Added => counts.added += 1,
                    Put::Changed => counts.changed += 1,
                    Put::Unchanged => counts.unchanged += 1,
                }
            }
            Ok(())
        }
        Err(error @ StoreError::Invalid { .. }) if documents.len() == 1 => {
            counts.failed += 1;
            report(Event::Failed(&error));
            Ok(())
        }
        // One of them cannot be stored; find it and keep the others.
        Err(StoreError::Invalid { .. }) => {
            documents.into_iter().try_for_each(|one| store_batch(store, vec![one], counts, report))
        }
        Err(error) => Err(error),
    }
}
