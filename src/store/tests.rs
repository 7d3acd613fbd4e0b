//! The store against a model: random work on both, the store closed and opened again in between.

#![allow(clippy::disallowed_methods, reason = "fixtures are written and thrown away")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::law::citation::{Citation, Cited, Lookup as _, Placed, Resolved};
use crate::law::{
    Category, Document, DocumentMeta, Doubt, Field, HolderIn, Kind, Leaf, LegalBasis, Level, Mention, Node, NodeKind,
    PageSureness, Prediction, Recognised, RunInfo, Task, Unit,
};

const LINES: &[&str] = &[
    "Điều 1. Phạm vi của quy định mẫu",
    "1. Sở Kho lưu cấp giấy cho bãi đỗ thuyền nan.",
    "a) Nhận đơn của chủ thuyền;",
    "  b) Báo lại cho Bộ Sông nước",
    "",
    "Ủy ban xã Mẫu trông coi cây đa đầu làng.",
];

/// A leaf whose text is a piece of the document's text, as the parser makes them, or any other text.
fn leaf_strategy(text: String) -> impl Strategy<Value = Leaf> {
    let n = text.len();
    (0..=n, 0..=n, 0..=n, 0..4usize, "[a-dđ ]{0,6}", 0..3usize).prop_map(move |(a, b, c, mode, free, context)| {
        let mut cuts = [a, b, c].map(|i| (i..=n).find(|&i| text.is_char_boundary(i)).unwrap_or(n));
        cuts.sort_unstable();
        let [start, own, end] = cuts;
        Leaf {
            address: String::new(),
            article: ["", "Điều 1", "Điều 2"][context].to_owned(),
            heading: ["", "Phạm vi", "Phạm vi"][context].to_owned(),
            lead: ["", "Điều 1. Phạm vi | mở đầu", "Điều 2. Phạm vi"][context].to_owned(),
            text: if mode == 0 { free } else { text[own..end].replace('\n', " ").trim_end().to_owned() },
            span: start..end,
        }
    })
}

fn pointer(i: usize, end: usize) -> Placed {
    let citation = Citation {
        span: 0..end,
        document: Cited::Name("Luật Cây đa".to_owned()),
        kind: "Luật".to_owned(),
        date: (i == 0).then(|| jiff::civil::date(2029, 12, 31)),
        year: (i == 1).then_some(2029),
        path: format!("dieu-{i}"),
    };
    Placed { address: "dieu-1".to_owned(), quoted: i == 0, citation }
}

fn document_strategy() -> impl Strategy<Value = NewDocument> {
    prop::collection::vec(prop::sample::select(LINES), 0..6)
        .prop_map(|lines| lines.join("\n"))
        .prop_flat_map(|text| {
            let leaves = prop::collection::vec(leaf_strategy(text.clone()), 0..5);
            (0..4usize, 0..2usize, 0..3usize, 0..2usize, Just(text), leaves)
        })
        .prop_map(|(id, title, nodes, source, text, mut leaves)| {
            for (i, leaf) in leaves.iter_mut().enumerate() {
                leaf.address = format!("dieu-1.khoan-{i}");
            }
            let nodes = (0..nodes)
                .map(|i| Node {
                    kind: [NodeKind::Article, NodeKind::Clause, NodeKind::Paragraph][i],
                    label: format!("{i}"),
                    address: format!("dieu-{i}"),
                    parent: i.checked_sub(1),
                    quoted: i == 1,
                    span: i..text.len(),
                })
                .collect();
            let meta = DocumentMeta {
                id: format!("TM-{id}"),
                number: format!("{id}/2030/TM"),
                kind: "Thông tư".to_owned(),
                title: ["Về bãi thuyền", "Về cây đa"][title].to_owned(),
                issuer: "Bộ Sông nước".to_owned(),
                issued_on: (title == 0).then(|| jiff::civil::date(2030, 2, 28)),
                effective_on: None,
                status: String::new(),
                domain: String::new(),
                url: "https://example.invalid/1".to_owned(),
            };
            // The same source gives the same citations.
            let citations = (0..source).map(|i| pointer(i, text.len())).collect();
            let document = Document { meta, text, nodes };
            NewDocument {
                document,
                leaves,
                recognised: Recognised::default(),
                citations,
                source_hash: format!("s{source}"),
            }
        })
}

fn prediction_strategy() -> impl Strategy<Value = Prediction> {
    (prop::sample::select(Kind::ALL), prop::option::of(0..=10_000u32), 0..3usize).prop_map(|(kind, p, n)| {
        let mention = |i| Mention {
            holder: "Sở Kho lưu".to_owned(),
            holder_in: HolderIn::Text,
            holder_start: Some(i),
            holder_end: Some(i + 10),
            task: "cấp giấy".to_owned(),
            task_start: 11,
            task_end: 19,
            level: Level::Tinh,
            category: Category::AlreadyLocal,
            reason: None,
            category_p: BTreeMap::from([(Category::AlreadyLocal, 0.9731), (Category::KeepCentral, 0.0269)]),
            category_set: vec![Category::AlreadyLocal],
            evidence: vec![(HolderIn::Lead, 0, 4)],
            needs_review: i == 1,
            precedents: Vec::new(),
        };
        let mentions = if kind == Kind::Task { (0..n).map(mention).collect() } else { Vec::new() };
        Prediction { kind, p_task: p.map(|p| f64::from(p) / 10_000.0), mentions }
    })
}

#[derive(Debug, Clone)]
enum Step {
    Put(Vec<NewDocument>),
    Remove(Vec<usize>),
    /// Predicts, as far as `limit` goes, what is missing for a version.
    Predict(&'static str, usize, Vec<Prediction>),
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => prop::collection::vec(document_strategy(), 0..4).prop_map(Step::Put),
        1 => prop::collection::vec(0..4usize, 0..3).prop_map(Step::Remove),
        3 => (prop::sample::select(vec!["rules-1", "model-1"]), 0..4usize,
              prop::collection::vec(prediction_strategy(), 4)).prop_map(|(v, n, p)| Step::Predict(v, n, p)),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..12)
}

#[derive(Default)]
struct Model {
    documents: BTreeMap<String, NewDocument>,
    predictions: BTreeMap<(&'static str, String), Prediction>,
}

impl Model {
    /// All leaves in the promised order, with key and unit.
    fn units(&self) -> Vec<(String, Unit)> {
        let units = self.documents.values().flat_map(|d| {
            d.leaves.iter().map(|l| Unit {
                doc_kind: d.document.meta.kind.clone(),
                title: d.document.meta.title.clone(),
                lead: l.lead.clone(),
                text: l.text.clone(),
            })
        });
        units.map(|u| (u.key(), u)).collect()
    }

    fn missing(&self, version: &'static str) -> Vec<(String, Unit)> {
        let mut seen = BTreeSet::new();
        let mut units = self.units();
        units.retain(|(key, _)| seen.insert(key.clone()) && !self.predictions.contains_key(&(version, key.clone())));
        units
    }

    fn compare(&self, store: &Store) {
        let rows = store.documents().unwrap();
        assert_eq!(
            rows.iter().map(|r| (&r.meta, r.leaves)).collect::<Vec<_>>(),
            self.documents.values().map(|d| (&d.document.meta, d.leaves.len())).collect::<Vec<_>>()
        );
        let mut walked = Vec::new();
        store
            .for_each_leaf(|meta, row| {
                walked.push((meta.clone(), row));
                Ok::<_, StoreError>(())
            })
            .unwrap();
        let mut walked = walked.into_iter();
        for d in self.documents.values() {
            let id = &d.document.meta.id;
            assert_eq!(store.document(id).unwrap().as_ref(), Some(&d.document));
            assert_eq!(store.source_hash(id).unwrap().as_ref(), Some(&d.source_hash));
            let cited = store.citations(id).unwrap().unwrap();
            assert_eq!(cited.iter().collect::<Vec<_>>(), d.citations.iter().collect::<Vec<_>>());
            let leaves = store.leaves(id).unwrap();
            assert_eq!(leaves.iter().map(|l| &l.leaf).collect::<Vec<_>>(), d.leaves.iter().collect::<Vec<_>>());
            for (position, row) in leaves.into_iter().enumerate() {
                assert_eq!(row.position, position);
                assert_eq!(row.key, row.unit(&d.document.meta).key());
                assert_eq!(walked.next(), Some((d.document.meta.clone(), row)));
            }
        }
        assert_eq!(walked.next(), None);
        let citing: BTreeSet<_> =
            store.citing(&["luat cay da".to_owned()]).unwrap().into_iter().map(|c| c.doc).collect();
        let all = self.documents.values().filter(|d| !d.citations.is_empty()).map(|d| d.document.meta.id.clone());
        assert_eq!(citing, all.collect());
        for version in ["rules-1", "model-1"] {
            let missing = self.missing(version);
            assert_eq!(store.missing_units(version, usize::MAX).unwrap(), missing);
            let total = self.units().into_iter().collect::<BTreeMap<_, _>>().len();
            assert_eq!(store.coverage(version).unwrap(), Coverage { done: total - missing.len(), total });
            let tasks: BTreeMap<_, _> = self
                .predictions
                .iter()
                .filter(|((v, _), p)| *v == version && p.kind == Kind::Task)
                .map(|((_, key), p)| (key.clone(), p.clone()))
                .collect();
            assert_eq!(store.predictions(version).unwrap().into_iter().collect::<BTreeMap<_, _>>(), tasks);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_store_agrees_with_a_model(steps in steps()) {
        let dir = TempDir::new().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let mut model = Model::default();
        for step in steps {
            match step {
                Step::Put(documents) => {
                    let outcomes = store.put_documents(&documents).unwrap();
                    let expected: Vec<Put> = documents
                        .into_iter()
                        .map(|new| {
                            let id = new.document.meta.id.clone();
                            let outcome = match model.documents.get(&id) {
                                None => Put::Added,
                                Some(old) if old.document == new.document && old.leaves == new.leaves => {
                                    Put::Unchanged
                                }
                                Some(_) => Put::Changed,
                            };
                            model.documents.insert(id, new);
                            outcome
                        })
                        .collect();
                    prop_assert_eq!(outcomes, expected);
                }
                Step::Remove(ids) => {
                    let ids: Vec<String> = ids.iter().map(|i| format!("TM-{i}")).collect();
                    let removed =
                        store.remove_documents(&ids.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
                    let before = model.documents.len();
                    model.documents.retain(|id, _| !ids.contains(id));
                    prop_assert_eq!(removed, before - model.documents.len());
                }
                Step::Predict(version, limit, predictions) => {
                    let missing = store.missing_units(version, limit).unwrap();
                    prop_assert_eq!(&missing[..], &model.missing(version)[..missing.len()]);
                    prop_assert_eq!(missing.len(), limit.min(model.missing(version).len()));
                    let rows: Vec<_> = missing.into_iter().map(|(key, _)| key).zip(predictions).collect();
                    store.put_predictions(version, &rows).unwrap();
                    model.predictions.extend(rows.into_iter().map(|(key, p)| ((version, key), p)));
                }
                Step::Reopen => {
                    drop(store);
                    store = Store::open_existing(dir.path()).unwrap();
                }
            }
            model.compare(&store);
        }
        store.check().unwrap();
    }
}

/// A document with one leaf, the text given.
fn small(id: &str, text: &str) -> NewDocument {
    let meta = DocumentMeta { id: id.to_owned(), kind: "Quyết định".to_owned(), ..DocumentMeta::default() };
    let leaf = Leaf {
        address: "dieu-1".to_owned(),
        article: "Điều 1".to_owned(),
        heading: String::new(),
        lead: String::new(),
        text: text.to_owned(),
        span: 0..text.len(),
    };
    NewDocument {
        document: Document { meta, text: text.to_owned(), nodes: Vec::new() },
        leaves: vec![leaf],
        recognised: Recognised::default(),
        citations: Vec::new(),
        source_hash: "s".to_owned(),
    }
}

fn task(code: &str) -> Task {
    let mention = Mention {
        holder: String::new(),
        holder_in: HolderIn::Implied,
        holder_start: None,
        holder_end: None,
        task: "trông coi cây đa".to_owned(),
        task_start: 0,
        task_end: 16,
        level: Level::Xa,
        category: Category::AlreadyLocal,
        reason: None,
        category_p: BTreeMap::new(),
        category_set: Vec::new(),
        evidence: Vec::new(),
        needs_review: false,
        precedents: Vec::new(),
    };
    Task {
        code: code.to_owned(),
        field: Some(Field::Bc),
        task: mention.task.clone(),
        holder: "Ủy ban xã Mẫu".to_owned(),
        level: Level::Xa,
        legal_bases: vec![LegalBasis {
            doc: "TM-1".to_owned(),
            number: "1/2030/TM".to_owned(),
            doc_kind: "Thông tư".to_owned(),
            address: "dieu-1".to_owned(),
            key: "k".to_owned(),
            mention,
            doubt: None,
        }],
        category: Category::AlreadyLocal,
        mechanism: None,
        reason: None,
        confidence: 0.875,
        category_p: BTreeMap::from([(Category::AlreadyLocal, 0.875)]),
        category_set: vec![Category::AlreadyLocal],
        evidence: vec!["Ủy ban xã".to_owned()],
        needs_review: false,
        precedents: Vec::new(),
    }
}

#[test]
fn a_register_is_replaced_whole_and_keeps_its_order() {
    let dir = TempDir::new().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(store.register().unwrap(), None);
    let run = |mentions| RunInfo { version: "m".to_owned(), documents: 1, leaves: 2, mentions };
    store.replace_register(&run(1), &[task("NV-b"), task("NV-a")]).unwrap();
    assert_eq!(store.register().unwrap(), Some((run(1), vec![task("NV-b"), task("NV-a")])));
    let twice = store.replace_register(&run(2), &[task("NV-c"), task("NV-c")]).unwrap_err();
    assert!(twice.to_string().contains("NV-c"), "{twice}");
    assert_eq!(store.register().unwrap().unwrap().0, run(1));
    store.replace_register(&run(3), &[task("NV-d")]).unwrap();
    assert_eq!(store.register().unwrap(), Some((run(3), vec![task("NV-d")])));
    store.check().unwrap();
}

#[test]
fn reading_needs_a_store() {
    let dir = TempDir::new().unwrap();
    let error = Store::open_existing(&dir.path().join("none")).unwrap_err();
    assert!(matches!(error, StoreError::Missing { .. }), "{error}");
    assert!(!dir.path().join("none").exists());
}

#[test]
fn a_document_with_two_leaves_of_one_address_is_refused_and_nothing_put() {
    let dir = TempDir::new().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let mut bad = small("TM-2", "Trông coi cây đa.");
    bad.leaves.push(bad.leaves[0].clone());
    let error = store.put_documents(&[small("TM-1", "Một."), bad]).unwrap_err().to_string();
    assert!(error.contains("TM-2") && error.contains("dieu-1"), "{error}");
    assert_eq!(store.documents().unwrap(), []);
}

#[test]
fn one_writer_any_readers() {
    let dir = TempDir::new().unwrap();
    let mut writer = Store::open(dir.path()).unwrap();
    let mut other = Store::open(dir.path()).unwrap();
    writer.put_documents(&[small("TM-1", "Một.")]).unwrap();
    assert_eq!(other.documents().unwrap().len(), 1);
    let error = other.put_documents(&[small("TM-2", "Hai.")]).unwrap_err();
    assert!(matches!(error, StoreError::Locked { pid: Some(pid), .. } if pid == std::process::id()), "{error}");
    assert!(error.to_string().contains("another phancap is writing to this store"), "{error}");
    drop(writer);
    other.put_documents(&[small("TM-2", "Hai.")]).unwrap();
}

#[test]
fn one_reading_sees_one_state() {
    let dir = TempDir::new().unwrap();
    let mut writer = Store::open(dir.path()).unwrap();
    writer.put_documents(&[small("TM-1", "Một.")]).unwrap();
    let reader = Store::open_existing(dir.path()).unwrap();
    reader
        .read(|r| {
            assert_eq!(r.leaves("TM-1")?[0].leaf.text, "Một.");
            writer.put_documents(&[small("TM-1", "Một câu khác, dài hơn.")])?;
            assert_eq!(r.leaves("TM-1")?[0].leaf.text, "Một.");
            Ok::<_, StoreError>(())
        })
        .unwrap();
    assert_eq!(reader.leaves("TM-1").unwrap()[0].leaf.text, "Một câu khác, dài hơn.");
}

#[test]
fn a_newer_database_is_left_alone() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path()).unwrap();
    store.conn.pragma_update(None, "user_version", migrations::CURRENT + 1).unwrap();
    drop(store);
    let error = Store::open(dir.path()).unwrap_err();
    assert!(matches!(error, StoreError::TooNew { .. }), "{error}");
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join(DATABASE);
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE boats (name TEXT)").unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = Store::open(dir.path()).unwrap_err();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_damaged_database_is_named_with_the_remedy() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join(DATABASE);
    std::fs::write(&path, "không phải cơ sở dữ liệu\n".repeat(100)).unwrap();
    let error = Store::open(dir.path()).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    assert!(error.to_string().contains("move this file away"), "{error}");

    // Damage behind a whole header shows when the page is read, or in a check.
    std::fs::remove_file(&path).unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let texts: Vec<_> = (0..200).map(|i| small(&format!("TM-{i}"), &"Cây đa. ".repeat(i))).collect();
    store.put_documents(&texts).unwrap();
    drop(store);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    let store = Store::open(dir.path()).unwrap();
    let error = store.check().unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
}

#[test]
fn a_full_disk_is_said_so_and_takes_nothing() {
    let dir = TempDir::new().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    store.put_documents(&[small("TM-1", "Một.")]).unwrap();
    let pages: u32 = store.conn.query_row("PRAGMA page_count", [], |r| r.get(0)).unwrap();
    store.conn.query_row(&format!("PRAGMA max_page_count = {}", pages + 1), [], |_| Ok(())).unwrap();
    let many: Vec<_> = (2..400).map(|i| small(&format!("TM-{i}"), &format!("Câu số {i}."))).collect();
    let error = store.put_documents(&many).unwrap_err();
    assert!(matches!(error, StoreError::DiskFull { .. }), "{error}");
    assert_eq!(store.documents().unwrap().len(), 1);
    store.check().unwrap();
    store.conn.query_row("PRAGMA max_page_count = 1000000", [], |_| Ok(())).unwrap();
    store.put_documents(&many).unwrap();
    assert_eq!(store.documents().unwrap().len(), 399);
}

#[test]
fn a_text_is_stored_once() {
    let dir = TempDir::new().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    store.put_documents(&[small("TM-1", "Ủy ban xã Mẫu\ntrông coi cây đa")]).unwrap();
    let own_text = || -> Option<String> { store.conn.query_row("SELECT text FROM leaves", [], |r| r.get(0)).unwrap() };
    // Given with the line break, the leaf's text is not what joining lines gives, so it is kept in full …
    assert_eq!(own_text().as_deref(), Some("Ủy ban xã Mẫu\ntrông coi cây đa"));
    let mut joined = small("TM-1", "Ủy ban xã Mẫu\ntrông coi cây đa");
    joined.leaves[0].text = "trông coi cây đa".to_owned();
    store.put_documents(&[joined]).unwrap();
    // … and as the parser makes it, it is only pointed at.
    let own: Option<String> = store.conn.query_row("SELECT text FROM leaves", [], |r| r.get(0)).unwrap();
    assert_eq!(own, None);
    assert_eq!(store.leaves("TM-1").unwrap()[0].leaf.text, "trông coi cây đa");
}

#[test]
fn relations_lead_where_the_documents_are() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let mut repealed = small("a", "Lời nói");
    repealed.document.meta.number = "1/2030/QĐ-TTg".to_owned();
    let mut repealing = small("b", "Lời khác");
    repealing.document.meta.title = "Bãi bỏ Quyết định số 1/2030/QĐ-TTg".to_owned();
    store.put_documents(&[repealing.clone()]).unwrap();
    let lead = |store: &Store| store.graph().unwrap().outgoing(0).map(|e| e.to).collect::<Vec<_>>();
    assert_eq!(lead(&store), [None]);
    store.put_documents(&[repealed]).unwrap();
    let graph = store.graph().unwrap();
    let target = graph.index("a").unwrap();
    let edges: Vec<_> = graph.incoming(target).map(|e| (e.from, e.relation.kind)).collect();
    assert_eq!(edges, [(graph.index("b").unwrap(), crate::law::relation::RelationKind::Repeals)]);

    // A store of an older version has documents without relations; reading them again brings these.
    store.conn.execute_batch("DELETE FROM relations; UPDATE documents SET related = NULL").unwrap();
    assert_eq!(store.without_relations().unwrap(), 2);
    repealing.source_hash = "newer".to_owned();
    assert_eq!(store.put_documents(&[repealing]).unwrap(), [Put::Unchanged]);
    assert_eq!(store.without_relations().unwrap(), 1);
    let graph = store.graph().unwrap();
    assert_eq!(graph.incoming(graph.index("a").unwrap()).count(), 1);
    store.remove_documents(&["a"]).unwrap();
    assert_eq!(lead(&store), [None]);
}

/// A law of the number and title given, with an article of each label.
fn law(id: &str, number: &str, title: &str, year: i16, articles: &[&str]) -> NewDocument {
    let mut new = small(id, "Cây đa.");
    new.document.meta.kind = "Luật".to_owned();
    new.document.meta.number = number.to_owned();
    new.document.meta.title = title.to_owned();
    new.document.meta.issued_on = Some(jiff::civil::date(year, 6, 1));
    new.document.nodes = articles
        .iter()
        .map(|a| Node {
            kind: NodeKind::Article,
            label: String::new(),
            address: (*a).to_owned(),
            parent: None,
            quoted: false,
            span: 0..1,
        })
        .collect();
    new
}

#[test]
fn citations_lead_to_what_comes_later() {
    let dir = TempDir::new().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let mut citing = small("TM-1", "Theo Điều 1 Luật Cây đa.");
    citing.document.meta.issued_on = Some(jiff::civil::date(2031, 1, 1));
    citing.citations.push(pointer(1, 4));
    citing.citations[0].citation.year = None;
    let pointer = citing.citations[0].clone();
    store.put_documents(&[citing]).unwrap();
    let lead = |store: &Store| store.shelf().unwrap().lead("TM-1", &pointer);
    assert_eq!(lead(&store), Resolved { id: None, address: "dieu-1".to_owned(), found: false });
    store.put_documents(&[law("L-1", "01/2029/QH1", "Luật cây đa 2029", 2029, &["dieu-1"])]).unwrap();
    assert_eq!(lead(&store), Resolved { id: Some("L-1".to_owned()), address: "dieu-1".to_owned(), found: true });
    // The newest before the citing document, not the newest of all.
    store
        .put_documents(&[law("L-2", "2/2030/QH1", "Cây đa", 2030, &[]), law("L-3", "3/2032/QH1", "Cây đa", 2032, &[])])
        .unwrap();
    assert_eq!(lead(&store), Resolved { id: Some("L-2".to_owned()), address: "dieu-1".to_owned(), found: false });
    let shelf = store.shelf().unwrap();
    assert_eq!(shelf.by_number("1/2029/QH1").iter().map(|k| k.id.as_str()).collect::<Vec<_>>(), ["L-1"]);
    assert!(shelf.by_number("9/2029/QH1").is_empty());

    let parts =
        ["dieu-7", "dieu-7~2.khoan-1", "phan-3.chuong-10", "phan-3.chuong-10.muc-2", "phu-luc-4", "quy-dinh.dieu-2"];
    store.put_documents(&[law("L-4", "4/2029/QH1", "Bãi đỗ", 2029, &parts)]).unwrap();
    let shelf = store.shelf().unwrap();
    let is =
        |address: &str, place: Option<&str>| assert_eq!(shelf.place("L-4", address).as_deref(), place, "{address}");
    is("dieu-7.khoan-1", Some("dieu-7~2.khoan-1"));
    is("chuong-x", Some("phan-3.chuong-10"));
    is("chuong-x.muc-2", Some("phan-3.chuong-10.muc-2"));
    is("chuong-x.dieu-7", Some("dieu-7"));
    is("phu-luc-iv", Some("phu-luc-4"));
    is("quy-che.dieu-2", Some("quy-dinh.dieu-2"));
    is("phu-luc-iv.dieu-7", None);
    is("chuong-i", None);
}

#[test]
fn a_store_of_an_older_version_keeps_its_documents_and_says_that_citations_were_not_looked_for() {
    let dir = TempDir::new().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    store.put_documents(&[small("TM-1", "Một.")]).unwrap();
    // What the version before citations had.
    store
        .conn
        .execute_batch("DROP TABLE citations; ALTER TABLE documents DROP COLUMN cited; PRAGMA user_version = 3;")
        .unwrap();
    drop(store);
    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(store.leaves("TM-1").unwrap()[0].leaf.text, "Một.");
    assert_eq!(store.citations("TM-1").unwrap(), None);
    assert_eq!(store.citations("TM-2").unwrap(), None);
    // Read anew by a newer reader, the document is what it was and its citations are kept.
    let mut again = small("TM-1", "Một.");
    again.source_hash = "s of a newer reader".to_owned();
    again.citations.push(pointer(0, 3));
    assert_eq!(store.put_documents(&[again.clone()]).unwrap(), [Put::Unchanged]);
    assert_eq!(store.citations("TM-1").unwrap(), Some(again.citations));
    store.check().unwrap();
}

/// What is known of a scan stays with its text: it comes, changes and goes with the document.
#[test]
fn doubts_follow_their_document() {
    let dir = TempDir::new().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let mut scan = small("scan", "Sở Kho lưu cấp giấy.");
    scan.recognised = Recognised {
        pages: vec![PageSureness { page: 2, confidence: 0.75 }],
        doubts: vec![Doubt { span: 3..9, page: 2, confidence: 0.5 }],
    };
    assert_eq!(store.put_documents(&[scan.clone(), small("text", "Một.")]).unwrap(), [Put::Added, Put::Added]);
    let all = store.recognised().unwrap();
    assert_eq!((all.len(), &all["scan"]), (1, &scan.recognised));
    assert_eq!(store.put_documents(&[scan.clone()]).unwrap(), [Put::Unchanged]);
    scan.recognised.doubts[0].confidence = 0.25;
    assert_eq!(store.put_documents(&[scan.clone()]).unwrap(), [Put::Changed]);
    assert_eq!(store.recognised().unwrap()["scan"], scan.recognised);
    store.remove_documents(&["scan"]).unwrap();
    assert!(store.recognised().unwrap().is_empty());
}
