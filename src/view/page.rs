//! What there is to tell about one document or provision.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::Date;
use serde::Serialize;

use super::address::{self, Place};
use crate::law::citation::{Cited as Named, Placed, number_key, title_key};
use crate::law::graph::Graph;
use crate::law::relation::RelationKind;
use crate::law::{Document, DocumentMeta, Node, NodeKind};
use crate::store::{CitationRow, Shelf, Store, StoreError};

/// One document or provision with all around it. Every `place` can be asked for with `phancap show`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page {
    /// How it is asked for: `65/2023/NĐ-CP#dieu-15.khoan-2`.
    pub place: String,
    /// Facts of the document.
    pub document: DocumentMeta,
    /// Address within the document; empty for the whole of it.
    pub address: String,
    /// The provision stands in text quoted from another document.
    pub quoted: bool,
    /// What it stands in, the largest first: divisions with their titles, the điều with heading and opening words, the
    /// khoản.
    pub above: Vec<Outline>,
    /// The provision with all its parts; empty for the whole document.
    pub text: String,
    /// Parts of the document: divisions and điều; empty for a provision.
    pub parts: Vec<Outline>,
    /// Whether it is in force on the day asked for; none where the store's documents were read before relations were
    /// looked for.
    pub standing: Option<Standing>,
    /// What it states of other documents and what they state of it.
    pub ties: Vec<Tie>,
    /// What the provision cites, in text order; for the whole document, what it cites outside itself.
    pub cites: Vec<Cite>,
    /// What cites the provision, its parts, or what it stands in.
    pub cited: Vec<Cited>,
    /// How many of [`Self::cited`] there are of each reach, those of the whole document among them though they are not
    /// listed for a provision.
    pub cited_counts: BTreeMap<Reach, usize>,
    /// Whether this program looked for citations when the document was read.
    pub looked_for: bool,
}

/// A unit in few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outline {
    /// How it is asked for.
    pub place: String,
    /// Kind of unit.
    pub kind: NodeKind,
    /// Its own words: label, heading, opening words.
    pub text: String,
}

/// How something stands on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The day.
    pub day: Date,
    /// In Vietnamese, as the portals print it.
    pub state: &'static str,
    /// First day in force, where known.
    pub from: Option<Date>,
    /// First day no longer in force, where known.
    pub until: Option<Date>,
}

/// A relation to another document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tie {
    /// What is shown says it of the other; else the other says it of what is shown.
    pub outgoing: bool,
    /// What is said.
    pub kind: RelationKind,
    /// The other document; none where it is not in the store.
    pub document: Option<Source>,
    /// Số hiệu or name of the other, as printed.
    pub named: String,
    /// The other end, as it is asked for; empty where it is not in the store.
    pub place: String,
    /// Address of the end that is shown; empty for the whole document or its title.
    pub here: String,
}

/// A document at the other end of a citation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Its id.
    pub id: String,
    /// Số hiệu.
    pub number: String,
    /// Kind.
    pub kind: String,
    /// Title.
    pub title: String,
}

/// A citation that stands here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cite {
    /// Address of the unit that it stands in.
    pub at: String,
    /// Its words.
    pub words: String,
    /// Số hiệu or name that it gives; empty for "này" and where none is named.
    pub named: String,
    /// The document it leads to, where that is known.
    pub document: Option<Source>,
    /// How the target is asked for; empty where the document is not known.
    pub place: String,
    /// Address in the cited document, as the citation gives it.
    pub address: String,
    /// The store has the target.
    pub found: bool,
}

/// How near a citation comes to what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// Just this.
    Exact,
    /// A part of it.
    Part,
    /// What it stands in: its khoản, its điều, its chapter.
    Around,
    /// The whole document.
    Document,
}

/// A citation that leads here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cited {
    /// Where it stands, as it is asked for.
    pub place: String,
    /// The document that it stands in.
    pub document: Source,
    /// Its words.
    pub words: String,
    /// Address that it leads to.
    pub to: String,
    /// How near it comes.
    pub reach: Reach,
}

/// Gathers what there is to tell about a place on a day; none where the store has no such place.
///
/// # Errors
/// As reading goes.
pub fn page(store: &Store, shelf: &Shelf<'_>, place: &Place, day: Date) -> Result<Option<Page>, StoreError> {
    let Some(document) = store.document(&place.doc)? else { return Ok(None) };
    let nodes = &document.nodes;
    let shown = match nodes.iter().position(|n| n.address == place.address) {
        Some(i) => Some(i..subtree_end(nodes, i)),
        None if place.address.is_empty() => None,
        None => return Ok(None),
    };
    let meta = document.meta.clone();
    let called = |address: &str| address::name(shelf, &meta, address);
    let outline = |i: usize| Outline {
        place: called(&nodes[i].address),
        kind: nodes[i].kind,
        text: own_words(&document, i).to_owned(),
    };
    let own = store.citations(&meta.id)?;
    let looked_for = own.is_some();
    let own = own.unwrap_or_default();
    let around = Surroundings::new(nodes, shown.as_ref().map(|r| r.start), shown.clone());
    let cites = cites(shelf, &document, &own, &around);
    let graph = store.graph()?;
    let index = graph.index(&meta.id);
    let related = index.filter(|_| store.without_relations().is_ok_and(|n| n == 0));
    let standing = related.and_then(|i| graph.validity(i, &place.address, day)).map(|v| Standing {
        day,
        state: v.state.vietnamese(),
        from: v.from,
        until: v.until,
    });
    let ties = index.map_or_else(Vec::new, |i| ties(shelf, &graph, i, &around));
    let (cited, cited_counts) = cited(store, shelf, &document, own, &around)?;
    Ok(Some(Page {
        place: called(&place.address),
        address: place.address.clone(),
        quoted: shown.as_ref().is_some_and(|r| nodes[r.start].quoted),
        above: around.above.iter().map(|&i| outline(i)).collect(),
        text: shown.as_ref().map_or_else(String::new, |r| {
            document.text[nodes[r.start].span.start..nodes[r.end - 1].span.end].trim_end().to_owned()
        }),
        parts: match shown {
            Some(_) => Vec::new(),
            None => (0..nodes.len()).filter(|&i| is_part(&nodes[i])).map(outline).collect(),
        },
        document: meta.clone(),
        standing,
        ties,
        cites,
        cited,
        cited_counts,
        looked_for,
    }))
}

/// Units that are listed for a whole document.
fn is_part(node: &Node) -> bool {
    !node.quoted && !matches!(node.kind, NodeKind::Clause | NodeKind::Point | NodeKind::Paragraph)
}

/// The node behind the last that stands in node `i`.
pub(super) fn subtree_end(nodes: &[Node], i: usize) -> usize {
    let inside = |j: usize| std::iter::successors(Some(j), |&p| nodes[p].parent).any(|p| p == i);
    (i + 1..nodes.len()).find(|&j| !inside(j)).unwrap_or(nodes.len())
}

/// A unit's own words with the unnumbered lines right behind it.
pub(super) fn own_words(document: &Document, i: usize) -> &str {
    let nodes = &document.nodes;
    let mut end = nodes[i].span.end;
    if matches!(nodes[i].kind, NodeKind::Article | NodeKind::Clause | NodeKind::Point) {
        let lines = nodes[i + 1..].iter().take_while(|n| n.kind == NodeKind::Paragraph && n.parent == Some(i));
        end = lines.last().map_or(end, |n| n.span.end);
    }
    document.text[nodes[i].span.start..end].trim_end()
}

/// Addresses by how near they are to what is shown.
struct Surroundings<'a> {
    whole: bool,
    own: &'a str,
    inside: HashSet<&'a str>,
    /// Indexes of what it stands in, the largest first.
    above: Vec<usize>,
    around: HashSet<&'a str>,
}

impl<'a> Surroundings<'a> {
    fn new(nodes: &'a [Node], i: Option<usize>, shown: Option<std::ops::Range<usize>>) -> Self {
        let mut above: Vec<usize> =
            i.map_or_else(Vec::new, |i| std::iter::successors(nodes[i].parent, |&p| nodes[p].parent).collect());
        above.reverse();
        Self {
            whole: i.is_none(),
            own: i.map_or("", |i| &nodes[i].address),
            inside: shown.map_or_else(HashSet::new, |r| nodes[r].iter().map(|n| n.address.as_str()).collect()),
            around: above.iter().map(|&p| nodes[p].address.as_str()).collect(),
            above,
        }
    }

    fn reach(&self, address: &str) -> Option<Reach> {
        if address == self.own {
            Some(if self.whole { Reach::Document } else { Reach::Exact })
        } else if address.is_empty() {
            Some(Reach::Document)
        } else if self.whole || self.inside.contains(address) {
            Some(Reach::Part)
        } else if self.around.contains(address) {
            Some(Reach::Around)
        } else {
            None
        }
    }
}

fn source(meta: &DocumentMeta) -> Source {
    Source { id: meta.id.clone(), number: meta.number.clone(), kind: meta.kind.clone(), title: meta.title.clone() }
}

/// Relations of what is shown; for a provision those of the provision, its parts and what it stands in.
fn ties(shelf: &Shelf<'_>, graph: &Graph, index: usize, around: &Surroundings<'_>) -> Vec<Tie> {
    let near = |address: &str| around.whole || !address.is_empty() && around.reach(address).is_some();
    let id = &graph.documents()[index].id;
    let called = |other: Option<usize>, address: &str| {
        let meta = other.and_then(|i| shelf.document(&graph.documents()[i].id))?;
        let address = shelf.place(&meta.id, address).unwrap_or_default();
        Some((source(meta), address::name(shelf, meta, &address)))
    };
    let mut out = Vec::new();
    for edge in graph.outgoing(index).filter(|e| near(&e.relation.at)) {
        let r = &edge.relation;
        let named = match &r.document {
            Named::Number(n) | Named::Name(n) => n.clone(),
            Named::This | Named::Unnamed => String::new(),
        };
        let (document, place) = called(edge.to, &r.path).unzip();
        let place = place.unwrap_or_default();
        out.push(Tie { outgoing: true, kind: r.kind, document, named, place, here: r.at.clone() });
    }
    for edge in graph.incoming(index) {
        let r = &edge.relation;
        let here = shelf.place(id, &r.path).unwrap_or_else(|| r.path.clone());
        if !near(&here) {
            continue;
        }
        let Some((document, place)) = called(Some(edge.from), &r.at) else { continue };
        let named = document.number.clone();
        out.push(Tie { outgoing: false, kind: r.kind, document: Some(document), named, place, here });
    }
    out
}

fn cites(shelf: &Shelf<'_>, document: &Document, own: &[Placed], around: &Surroundings<'_>) -> Vec<Cite> {
    let mut out: Vec<Cite> = Vec::new();
    for placed in own.iter().filter(|p| around.whole || around.inside.contains(p.address.as_str())) {
        let resolved = shelf.lead(&document.meta.id, placed);
        // "Luật này" leads no further, and a whole document is shown for its ties with others.
        let own = resolved.id.as_deref() == Some(document.meta.id.as_str());
        if own && (around.whole || resolved.address.is_empty()) {
            continue;
        }
        let target = resolved.id.as_deref().and_then(|id| shelf.document(id));
        let address = match target {
            Some(meta) => shelf.place(&meta.id, &resolved.address).unwrap_or(resolved.address),
            None => resolved.address,
        };
        let cite = Cite {
            at: placed.address.clone(),
            words: document.text.get(placed.citation.span.clone()).unwrap_or_default().replace('\n', " "),
            named: match &placed.citation.document {
                Named::Number(n) | Named::Name(n) => n.clone(),
                Named::This | Named::Unnamed => String::new(),
            },
            // Where the document lacks the provision, the document itself is the place to go on with.
            place: target
                .map_or_else(String::new, |m| address::name(shelf, m, if resolved.found { &address } else { "" })),
            document: target.map(source),
            address,
            found: resolved.found,
        };
        let same = |c: &Cite| c.at == cite.at && c.words == cite.words && c.address == cite.address;
        if !out.iter().rev().take(8).any(same) {
            out.push(cite);
        }
    }
    out
}

fn cited(
    store: &Store,
    shelf: &Shelf<'_>,
    document: &Document,
    own: Vec<Placed>,
    around: &Surroundings<'_>,
) -> Result<(Vec<Cited>, BTreeMap<Reach, usize>), StoreError> {
    let meta = &document.meta;
    let keys: Vec<String> = Some(number_key(&meta.number))
        .filter(|k| !k.is_empty())
        .into_iter()
        .chain(title_key(&meta.kind, &meta.title))
        .collect();
    let mut rows = store.citing(&keys)?;
    if !around.whole {
        let here = |p: &Placed| {
            let own = matches!(p.citation.document, Named::This | Named::Unnamed) && !p.citation.path.is_empty();
            own && !around.inside.contains(p.address.as_str())
        };
        rows.extend(own.into_iter().filter(here).map(|placed| CitationRow { doc: meta.id.clone(), placed }));
    }
    let mut counts = BTreeMap::new();
    let mut near: Vec<(Reach, CitationRow, String)> = Vec::new();
    for row in rows {
        if row.doc == meta.id && (around.whole || around.inside.contains(row.placed.address.as_str())) {
            continue;
        }
        let resolved = shelf.lead(&row.doc, &row.placed);
        if resolved.id.as_deref() != Some(meta.id.as_str()) {
            continue;
        }
        let to = shelf.place(&meta.id, &resolved.address).unwrap_or(resolved.address);
        let Some(reach) = around.reach(&to) else { continue };
        *counts.entry(reach).or_insert(0) += 1;
        if around.whole || reach != Reach::Document {
            near.push((reach, row, to));
        }
    }
    // Newest documents first: a reader looks for what is in force.
    let issued = |row: &CitationRow| std::cmp::Reverse(shelf.document(&row.doc).and_then(|m| m.issued_on));
    near.sort_by(|a, b| {
        (a.0, issued(&a.1), &a.1.doc, a.1.placed.citation.span.start).cmp(&(
            b.0,
            issued(&b.1),
            &b.1.doc,
            b.1.placed.citation.span.start,
        ))
    });
    let mut texts: HashMap<String, String> = HashMap::new();
    let mut out = Vec::with_capacity(near.len());
    for (reach, row, to) in near {
        let Some(from) = shelf.document(&row.doc) else { continue };
        // The words of whole documents cited are their numbers: they are not worth reading hundreds of texts.
        let words = if reach == Reach::Document {
            String::new()
        } else {
            if !texts.contains_key(&row.doc) {
                let text = store.document(&row.doc)?.map_or_else(String::new, |d| d.text);
                texts.insert(row.doc.clone(), text);
            }
            texts[&row.doc].get(row.placed.citation.span.clone()).unwrap_or_default().replace('\n', " ")
        };
        let place = address::name(shelf, from, &row.placed.address);
        out.push(Cited { place, document: source(from), words, to, reach });
    }
    Ok((out, counts))
}
