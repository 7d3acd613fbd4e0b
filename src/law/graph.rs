//! The documents of a store and the relations between them, as a graph.
//!
//! Invariant: pure. Relations lead where the documents at hand say, not where they led when they were read: a document
//! that came later than the one that names it is found like any other. What leads nowhere is kept.

use std::collections::HashMap;

use super::DocumentMeta;
use super::citation::{Citation, Here, Known, Lookup, number_key, resolve, title_key};
use super::relation::Relation;

/// One relation between documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Index of the document that says it, in [`Graph::documents`].
    pub from: usize,
    /// Index of the document it is said of; none where it is not here.
    pub to: Option<usize>,
    /// What is said.
    pub relation: Relation,
}

/// Documents and the relations between them.
#[derive(Debug, Default)]
pub struct Graph {
    documents: Vec<DocumentMeta>,
    by_id: HashMap<String, usize>,
    edges: Vec<Edge>,
    out: Vec<Vec<usize>>,
    into: Vec<Vec<usize>>,
}

impl Graph {
    /// The graph of these documents and of what they state, told as id and relation.
    pub fn new(documents: Vec<DocumentMeta>, relations: impl IntoIterator<Item = (String, Relation)>) -> Self {
        let catalogue = Catalogue::new(&documents);
        let by_id: HashMap<String, usize> = documents.iter().enumerate().map(|(i, d)| (d.id.clone(), i)).collect();
        let mut graph =
            Self { out: vec![Vec::new(); documents.len()], into: vec![Vec::new(); documents.len()], ..Self::default() };
        for (id, relation) in relations {
            let Some(&from) = by_id.get(&id) else { continue };
            let to = catalogue
                .lead(&documents[from], &relation)
                .and_then(|id| by_id.get(&id).copied())
                .filter(|&to| to != from);
            let edge = graph.edges.len();
            graph.out[from].push(edge);
            if let Some(to) = to {
                graph.into[to].push(edge);
            }
            graph.edges.push(Edge { from, to, relation });
        }
        Self { documents, by_id, ..graph }
    }

    /// All documents.
    pub fn documents(&self) -> &[DocumentMeta] {
        &self.documents
    }

    /// Index of the document with this id.
    pub fn index(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// What a document states, in the order of its text.
    pub fn outgoing(&self, document: usize) -> impl Iterator<Item = &Edge> {
        self.out.get(document).into_iter().flatten().map(|&e| &self.edges[e])
    }

    /// What other documents state of it.
    pub fn incoming(&self, document: usize) -> impl Iterator<Item = &Edge> {
        self.into.get(document).into_iter().flatten().map(|&e| &self.edges[e])
    }
}

/// Documents by number and by name.
struct Catalogue {
    by_number: HashMap<String, Vec<Known>>,
    by_name: HashMap<String, Vec<Known>>,
}

impl Catalogue {
    fn new(documents: &[DocumentMeta]) -> Self {
        let mut catalogue = Self { by_number: HashMap::new(), by_name: HashMap::new() };
        for meta in documents {
            let known = Known { id: meta.id.clone(), kind: meta.kind.clone(), issued_on: meta.issued_on };
            if let Some(name) = title_key(&meta.kind, &meta.title) {
                catalogue.by_name.entry(name).or_default().push(known.clone());
            }
            if !meta.number.is_empty() {
                catalogue.by_number.entry(number_key(&meta.number)).or_default().push(known);
            }
        }
        catalogue
    }

    fn lead(&self, from: &DocumentMeta, relation: &Relation) -> Option<String> {
        let citation = Citation {
            span: relation.span.clone(),
            document: relation.document.clone(),
            kind: relation.word.clone(),
            date: relation.date,
            year: relation.year,
            path: String::new(),
        };
        resolve(&citation, Here { id: &from.id, address: "", issued_on: from.issued_on, quoted: false }, self).id
    }
}

impl Lookup for Catalogue {
    fn by_number(&self, number: &str) -> Vec<Known> {
        self.by_number.get(&number_key(number)).cloned().unwrap_or_default()
    }

    fn by_name(&self, key: &str) -> Vec<Known> {
        self.by_name.get(key).cloned().unwrap_or_default()
    }

    fn has(&self, _: &str, _: &str) -> bool {
        false
    }
}
