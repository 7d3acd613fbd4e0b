//! What the store knows of documents, at hand for leading many citations.
//!
//! Invariant: a shelf shows the store as it was when it was made, and leads each citation as the store stands then:
//! a document that came later than the text that cites it is found like any other.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::{Store, StoreError};
use crate::law::DocumentMeta;
use crate::law::citation::{Here, Known, Lookup, Placed, Resolved, number_key, resolve, title_key};
use crate::text::roman;

/// The facts of all documents, by id, number and name.
pub struct Shelf<'a> {
    store: &'a Store,
    documents: Vec<DocumentMeta>,
    by_id: HashMap<String, usize>,
    by_number: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    /// Addresses of documents that were asked for.
    places: RefCell<HashMap<String, Rc<Places>>>,
}

/// The addresses of one document as they are cited, without the marks of repetition, in order; and what each is.
struct Places {
    order: Vec<String>,
    known: HashMap<String, String>,
}

impl Places {
    /// The address that a citation means by `address`.
    fn find(&self, address: &str) -> Option<&String> {
        let known = |address: &str| self.known.get(address);
        known(address).or_else(|| {
            let numbered = numbered(address);
            known(&numbered).or_else(|| {
                // A citation says "Quy chế" of any regulation that a document promulgates.
                if let Some(inside) = numbered.strip_prefix("quy-che.") {
                    return REGULATIONS.iter().find_map(|r| known(&format!("{r}.{inside}")));
                }
                // An điều's number needs no chapter, and a chapter may stand in a part that nobody names.
                let division = ["chuong-", "muc-", "tieu-muc-", "phan-"].iter().any(|d| numbered.starts_with(d));
                match numbered.find(".dieu-").filter(|_| division) {
                    Some(article) => known(&numbered[article + 1..]),
                    None if division => self.one_ending(&format!(".{numbered}")),
                    None => None,
                }
            })
        })
    }

    /// The only address that ends so.
    fn one_ending(&self, end: &str) -> Option<&String> {
        let mut found = self.order.iter().filter(|a| a.ends_with(end) && !a.starts_with("phu-luc"));
        found.next().filter(|_| found.next().is_none()).and_then(|a| self.known.get(a))
    }
}

/// Regulations as addresses have them.
const REGULATIONS: [&str; 6] = ["quy-dinh", "dieu-le", "noi-quy", "quy-trinh", "quy-chuan", "huong-dan"];

/// `chuong-ii` → `chuong-2`: citations keep the label as printed, addresses count.
fn numbered(address: &str) -> String {
    let part = |part: &str| {
        let Some((unit, label)) = part.rsplit_once('-') else { return part.to_owned() };
        if !matches!(unit, "chuong" | "muc" | "tieu-muc" | "phan" | "phu-luc") {
            return part.to_owned();
        }
        let counted = roman(&label.to_uppercase()).map(|n| n.to_string());
        format!("{unit}-{}", counted.as_deref().unwrap_or(label))
    };
    address.split('.').map(part).collect::<Vec<_>>().join(".")
}

impl Store {
    /// The shelf of all documents; a few milliseconds for thousands of them.
    ///
    /// # Errors
    /// As reading goes.
    pub fn shelf(&self) -> Result<Shelf<'_>, StoreError> {
        let documents: Vec<DocumentMeta> = self.documents()?.into_iter().map(|row| row.meta).collect();
        let mut shelf = Shelf {
            store: self,
            by_id: HashMap::with_capacity(documents.len()),
            by_number: HashMap::with_capacity(documents.len()),
            by_name: HashMap::new(),
            places: RefCell::default(),
            documents: Vec::new(),
        };
        for (i, meta) in documents.iter().enumerate() {
            shelf.by_id.insert(meta.id.clone(), i);
            if !meta.number.is_empty() {
                shelf.by_number.entry(number_key(&meta.number)).or_default().push(i);
            }
            if let Some(key) = title_key(&meta.kind, &meta.title) {
                shelf.by_name.entry(key).or_default().push(i);
            }
        }
        shelf.documents = documents;
        Ok(shelf)
    }
}

impl Shelf<'_> {
    /// All documents, ordered by id.
    pub fn documents(&self) -> &[DocumentMeta] {
        &self.documents
    }

    /// The facts of one document.
    pub fn document(&self, id: &str) -> Option<&DocumentMeta> {
        self.by_id.get(id).map(|&i| &self.documents[i])
    }

    /// Where a citation of the document `doc` leads.
    pub fn lead(&self, doc: &str, placed: &Placed) -> Resolved {
        let issued_on = self.document(doc).and_then(|m| m.issued_on);
        let here = Here { id: doc, address: &placed.address, issued_on, quoted: placed.quoted };
        resolve(&placed.citation, here, self)
    }

    /// The address that a document has for `address`, which may lack the marks of repetition: the document's own unit
    /// before one that it quotes, the first before the later.
    ///
    /// A document that cannot be read has no addresses; reading it for itself tells why.
    pub fn place(&self, id: &str, address: &str) -> Option<String> {
        self.places(id).find(address).cloned()
    }

    /// The addresses of a document in text order, its own before those that it quotes, without marks of repetition.
    pub fn addresses(&self, id: &str) -> Vec<String> {
        self.places(id).order.clone()
    }

    fn places(&self, id: &str) -> Rc<Places> {
        if let Some(known) = self.places.borrow().get(id) {
            return Rc::clone(known);
        }
        let document = self.store.document(id).ok().flatten();
        let nodes = document.map_or_else(Vec::new, |d| d.nodes);
        let (mut order, mut places) = (Vec::with_capacity(nodes.len()), HashMap::with_capacity(nodes.len()));
        for quoted in [false, true] {
            for node in nodes.iter().filter(|n| n.quoted == quoted) {
                places.entry(plain(&node.address)).or_insert_with_key(|plain| {
                    order.push(plain.clone());
                    node.address.clone()
                });
            }
        }
        // An address that is written out in full means just that one.
        places.extend(nodes.iter().filter(|n| n.address.contains('~')).map(|n| (n.address.clone(), n.address.clone())));
        let places = Rc::new(Places { order, known: places });
        self.places.borrow_mut().insert(id.to_owned(), Rc::clone(&places));
        places
    }

    fn known(&self, found: Option<&Vec<usize>>) -> Vec<Known> {
        let of = |&i: &usize| {
            let meta = &self.documents[i];
            Known { id: meta.id.clone(), kind: meta.kind.clone(), issued_on: meta.issued_on }
        };
        found.map_or_else(Vec::new, |found| found.iter().map(of).collect())
    }
}

impl Lookup for Shelf<'_> {
    fn by_number(&self, number: &str) -> Vec<Known> {
        self.known(self.by_number.get(&number_key(number)))
    }

    fn by_name(&self, key: &str) -> Vec<Known> {
        self.known(self.by_name.get(key))
    }

    fn has(&self, id: &str, address: &str) -> bool {
        self.places(id).find(address).is_some()
    }
}

/// `dieu-1~2.khoan-3` → `dieu-1.khoan-3`.
fn plain(address: &str) -> String {
    address.split('.').map(|part| part.split('~').next().unwrap_or(part)).collect::<Vec<_>>().join(".")
}
