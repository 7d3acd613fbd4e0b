//! The finder of relations on the real corpus.

use phancap::evaluate::relations;

use super::common;

#[test]
fn finds_the_marked_relations() {
    let Some(shared) = common::shared() else { return };
    let gold = common::root().join("annotations/relations.jsonl");
    let measured = relations::measure(&gold, &[shared.join("corpus/national.jsonl.gz")]).unwrap();
    // A better normal form may change a few lines; those are left out.
    assert!(measured.lost <= 5, "{} of the marked passages read otherwise", measured.lost);
    let all = &measured.sets["all"];
    assert!(all.precision >= 0.95 && all.recall >= 0.95, "{all:#?}\n{:#?}", measured.errors);
}
