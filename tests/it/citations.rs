//! The citation finder on the real corpus.

use phancap::evaluate::citations;

use super::common;

#[test]
fn finds_the_marked_citations() {
    let Some(shared) = common::shared() else { return };
    let gold = common::root().join("annotations/citations.jsonl");
    let measured = citations::measure(&gold, &[shared.join("corpus/national.jsonl.gz")]).unwrap();
    assert_eq!((measured.provisions, measured.lost, measured.marked), (270, 0, 345));
    assert!(measured.precision >= 0.97 && measured.recall >= 0.97, "{:#?}", measured.errors);
}
