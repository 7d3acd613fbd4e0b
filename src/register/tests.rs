use jiff::civil::date;

use super::*;

fn document(id: &str, number: &str, kind: &str, title: &str, issuer: &str, year: i16) -> Arc<DocumentMeta> {
    Arc::new(DocumentMeta {
        id: id.into(),
        number: number.into(),
        kind: kind.into(),
        title: title.into(),
        issuer: issuer.into(),
        issued_on: Some(date(year, 6, 1)),
        ..DocumentMeta::default()
    })
}

fn law() -> Arc<DocumentMeta> {
    document("L-1", "1/2009/QH12", "Luật", "Luật tần số vô tuyến điện", "Quốc hội", 2009)
}

fn decree() -> Arc<DocumentMeta> {
    document("ND-2", "2/2012/NĐ-CP", "Nghị định", "Quy định chi tiết Luật tần số vô tuyến điện", "Chính phủ", 2012)
}

fn circular() -> Arc<DocumentMeta> {
    let title = "Quy định chi tiết về cấp phép tần số vô tuyến điện";
    document("TT-3", "3/2015/TT-BTTTT", "Thông tư", title, "Bộ Thông tin và Truyền thông", 2015)
}

fn mention(holder: &str, task: &str, level: Level, category: Category, p: f64) -> Mention {
    let mut category_p = BTreeMap::new();
    if p > 0.0 {
        category_p.insert(category, p);
        let other =
            if category == Category::KeepCentral { Category::DecentraliseToLocal } else { Category::KeepCentral };
        category_p.insert(other, 1.0 - p);
    }
    Mention {
        holder: holder.into(),
        holder_in: HolderIn::Text,
        holder_start: Some(0),
        holder_end: Some(holder.chars().count()),
        task: task.into(),
        task_start: holder.chars().count() + 1,
        task_end: holder.chars().count() + 1 + task.chars().count(),
        level,
        category,
        reason: (category == Category::KeepCentral).then_some(Reason::Unified),
        category_p,
        category_set: if p > 0.0 { vec![category] } else { Vec::new() },
        evidence: Vec::new(),
        needs_review: false,
        precedents: Vec::new(),
    }
}

fn found(document: &Arc<DocumentMeta>, address: &str, mentions: Vec<Mention>) -> Found {
    let text = mentions.iter().map(|m| format!("{} {}", m.holder, m.task)).collect::<Vec<_>>().join("; ");
    Found {
        document: document.clone(),
        address: address.into(),
        key: format!("{}{address}", document.id),
        lead: "Điều 5. Cấp giấy phép | Thẩm quyền".into(),
        text,
        doubt: None,
        prediction: Prediction { kind: Kind::Task, p_task: Some(0.9), mentions },
    }
}

const MINISTRY: &str = "Bộ Thông tin và Truyền thông";
const LICENCE: &str = "cấp giấy phép sử dụng tần số vô tuyến điện";

fn licence(document: &Arc<DocumentMeta>, address: &str, holder: &str, p: f64) -> Found {
    found(document, address, vec![mention(holder, LICENCE, Level::Bo, Category::KeepCentral, p)])
}

#[test]
fn a_law_its_decree_and_its_circular_make_one_row() {
    let input = [
        licence(&circular(), "dieu-5", "Bộ trưởng", 0.7),
        licence(&decree(), "dieu-4.khoan-1", MINISTRY, 0.8),
        licence(&law(), "dieu-18", "Bộ trưởng Bộ Thông tin và Truyền thông", 0.9),
    ];
    let tasks = build(&input, &Options::default());
    assert_eq!(tasks.len(), 1);
    let task = &tasks[0];
    let bases: Vec<String> = task.legal_bases.iter().map(LegalBasis::full_address).collect();
    assert_eq!(bases, ["1/2009/QH12#dieu-18", "2/2012/NĐ-CP#dieu-4.khoan-1", "3/2015/TT-BTTTT#dieu-5"]);
    assert_eq!(task.holder, "Bộ trưởng Bộ Khoa học và Công nghệ");
    assert_eq!(task.task, "Cấp giấy phép sử dụng tần số vô tuyến điện");
    assert_eq!((task.field, task.level), (Some(Field::Ts), Level::Bo));
    assert_eq!((task.category, task.reason, task.mechanism), (Category::KeepCentral, Some(Reason::Unified), None));
    assert_eq!(task.confidence, 0.8);
    assert_eq!(task.category_p[&Category::DecentraliseToLocal], 0.2);
    assert_eq!(task.category_set, [Category::KeepCentral]);
    assert!(!task.needs_review);
    assert!(task.code.starts_with("NV-") && task.code.len() == 11, "{}", task.code);
}

#[test]
fn the_order_of_documents_changes_nothing() {
    let a = licence(&law(), "dieu-18", MINISTRY, 0.9);
    let b = licence(&decree(), "dieu-4", MINISTRY, 0.8);
    let c = found(
        &circular(),
        "dieu-9",
        vec![mention("Cục Tần số", "kiểm tra đài vô tuyến điện", Level::Cuc, Category::KeepCentral, 0.6)],
    );
    let one = build(&[a.clone(), b.clone(), c.clone()], &Options::default());
    let two = build(&[c, b, a], &Options::default());
    assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&two).unwrap());
}

#[test]
fn a_task_keeps_its_code_when_younger_documents_come_in() {
    let before = build(&[licence(&law(), "dieu-18", MINISTRY, 0.9)], &Options::default());
    let after = [licence(&decree(), "dieu-4", MINISTRY, 0.8), licence(&law(), "dieu-18", MINISTRY, 0.9)];
    assert_eq!(build(&after, &Options::default())[0].code, before[0].code);
}

#[test]
fn the_mechanism_follows_the_highest_instrument() {
    let local = |d: &Arc<DocumentMeta>| {
        found(d, "dieu-1", vec![mention(MINISTRY, LICENCE, Level::Bo, Category::DecentraliseToLocal, 0.9)])
    };
    let below = build(&[local(&decree()), local(&circular())], &Options::default());
    assert_eq!(below[0].mechanism, Some(Mechanism::PhanCap));
    let law = build(&[local(&decree()), local(&law())], &Options::default());
    assert_eq!((law.len(), law[0].mechanism), (1, Some(Mechanism::PhanQuyen)));
}

#[test]
fn bases_that_disagree_are_weighed_and_flagged() {
    let keep = licence(&law(), "dieu-18", MINISTRY, 0.9);
    let give =
        found(&decree(), "dieu-4", vec![mention(MINISTRY, LICENCE, Level::Bo, Category::DecentraliseToLocal, 0.6)]);
    let tasks = build(&[keep, give], &Options { review_below: 0.0 });
    assert_eq!(tasks.len(), 1);
    assert_eq!(tasks[0].category, Category::KeepCentral);
    assert_eq!(tasks[0].confidence, 0.65);
    assert_eq!(tasks[0].category_set, [Category::KeepCentral, Category::DecentraliseToLocal]);
    assert!(tasks[0].needs_review);
}

#[test]
fn low_confidence_and_open_sets_are_flagged() {
    let sure = build(&[licence(&law(), "dieu-18", MINISTRY, 0.9)], &Options::default());
    assert!(!sure[0].needs_review);
    let unsure = build(&[licence(&law(), "dieu-18", MINISTRY, 0.49)], &Options::default());
    assert!(unsure[0].needs_review);
    // What the reader marks is marked, unless another basis was read surely.
    let mut marked = licence(&decree(), "dieu-4", MINISTRY, 0.8);
    marked.prediction.mentions[0].needs_review = true;
    assert!(build(&[marked.clone()], &Options::default())[0].needs_review);
    let both = build(&[marked, licence(&law(), "dieu-18", MINISTRY, 0.9)], &Options::default());
    assert_eq!((both.len(), both[0].needs_review), (1, false));
    let mut open = licence(&law(), "dieu-18", MINISTRY, 0.9);
    open.prediction.mentions[0].category_set.push(Category::DecentraliseToLocal);
    assert!(build(&[open], &Options::default())[0].needs_review);
    // A reader without probabilities claims no confidence.
    let bare = build(&[licence(&law(), "dieu-18", MINISTRY, 0.0)], &Options::default());
    assert_eq!(bare[0].confidence, 0.0);
    assert!(bare[0].needs_review && bare[0].category_p.is_empty());
}

#[test]
fn the_level_that_a_name_settles_decides_the_category() {
    let wrong = mention("Ủy ban nhân dân huyện", LICENCE, Level::Tinh, Category::AlreadyLocal, 0.9);
    let tasks = build(&[found(&decree(), "dieu-1", vec![wrong])], &Options::default());
    assert_eq!((tasks[0].level, tasks[0].category), (Level::Huyen, Category::DirectToLocal));
    assert_eq!(tasks[0].mechanism, Some(Mechanism::PhanDinh));
    assert!(tasks[0].needs_review);
}

#[test]
fn one_document_under_two_ids_gives_one_basis() {
    let twin = Arc::new(DocumentMeta { id: "L-1-twin".into(), ..(*law()).clone() });
    let tasks = build(
        &[licence(&law(), "dieu-18", MINISTRY, 0.9), licence(&twin, "dieu-18", MINISTRY, 0.9)],
        &Options::default(),
    );
    assert_eq!(tasks.len(), 1);
    assert_eq!(tasks[0].legal_bases.len(), 1);
    assert_eq!(tasks[0].legal_bases[0].doc, "L-1");
}

#[test]
fn powers_split_by_scope_or_holder_stay_apart() {
    let rows = [
        mention(
            MINISTRY,
            "kiểm tra việc sử dụng thiết bị vô tuyến điện trong phạm vi cả nước",
            Level::Bo,
            Category::KeepCentral,
            0.9,
        ),
        mention(
            "Ủy ban nhân dân cấp tỉnh",
            "kiểm tra việc sử dụng thiết bị vô tuyến điện trên địa bàn",
            Level::Tinh,
            Category::AlreadyLocal,
            0.9,
        ),
        mention(
            MINISTRY,
            "kiểm tra việc sử dụng thiết bị vô tuyến điện trên địa bàn",
            Level::Bo,
            Category::KeepCentral,
            0.9,
        ),
    ];
    assert_eq!(build(&[found(&law(), "dieu-40", rows.to_vec())], &Options::default()).len(), 3);
}

#[test]
fn two_holders_of_one_span_get_two_codes() {
    let mut a = mention("Bộ Công an", LICENCE, Level::Bo, Category::KeepCentral, 0.9);
    let mut b = mention("Bộ Quốc phòng", LICENCE, Level::Bo, Category::KeepCentral, 0.9);
    (a.task_start, a.task_end) = (30, 60);
    (b.task_start, b.task_end) = (30, 60);
    let tasks = build(&[found(&law(), "dieu-1", vec![a, b])], &Options::default());
    assert_eq!(tasks.len(), 2);
    assert_ne!(tasks[0].code, tasks[1].code);
}

#[test]
fn evidence_is_the_models_words_or_holder_and_verb() {
    let mut with = licence(&law(), "dieu-18", MINISTRY, 0.9);
    // "tần số vô tuyến điện", cut inside its first word.
    let from = with.text.chars().count() - "ần số vô tuyến điện".chars().count();
    with.prediction.mentions[0].evidence =
        vec![(HolderIn::Text, from, with.text.chars().count()), (HolderIn::Lead, 0, 900)];
    assert_eq!(build(&[with], &Options::default())[0].evidence, ["tần số vô tuyến điện"]);
    let without = licence(&law(), "dieu-18", MINISTRY, 0.9);
    assert_eq!(build(&[without], &Options::default())[0].evidence, [MINISTRY, "cấp"]);
}

#[test]
fn a_task_of_few_words_is_shown_with_its_article() {
    let m = mention(MINISTRY, "xem xét, quyết định;", Level::Bo, Category::KeepCentral, 0.9);
    let tasks = build(&[found(&law(), "dieu-5", vec![m])], &Options::default());
    assert_eq!(tasks[0].task, "Xem xét, quyết định (Cấp giấy phép)");
}

#[test]
fn provisions_that_are_no_tasks_give_no_rows() {
    let mut step = licence(&law(), "dieu-18", MINISTRY, 0.9);
    step.prediction.kind = Kind::Step;
    assert!(build(&[step], &Options::default()).is_empty());
    assert!(build(&[], &Options::default()).is_empty());
}

#[test]
fn precedents_of_all_bases_come_nearest_first_without_the_bases() {
    let precedent = |address: &str, similarity: f64| Precedent {
        address: address.into(),
        similarity,
        level: Level::Bo,
        category: Category::KeepCentral,
        reason: Some(Reason::Unified),
    };
    let mut a = licence(&law(), "dieu-18", MINISTRY, 0.9);
    a.prediction.mentions[0].precedents =
        vec![precedent("1/2009/QH12#dieu-18", 1.0), precedent("9/2010#dieu-1", 0.8), precedent("9/2010#dieu-2", 0.7)];
    let mut b = licence(&decree(), "dieu-4", MINISTRY, 0.9);
    b.prediction.mentions[0].precedents =
        vec![precedent("9/2010#dieu-3", 0.9), precedent("9/2010#dieu-1", 0.85), precedent("9/2010#dieu-4", 0.6)];
    let tasks = build(&[a, b], &Options::default());
    let got: Vec<(&str, f64)> = tasks[0].precedents.iter().map(|p| (p.address.as_str(), p.similarity)).collect();
    assert_eq!(got, [("9/2010#dieu-3", 0.9), ("9/2010#dieu-1", 0.85), ("9/2010#dieu-2", 0.7)]);
}

#[test]
fn a_basis_that_was_badly_recognised_marks_its_task() {
    let mut scan = licence(&decree(), "dieu-4", MINISTRY, 0.8);
    let sure = build(&[licence(&law(), "dieu-18", MINISTRY, 0.9), scan.clone()], &Options::default());
    assert!(!sure[0].needs_review);
    scan.doubt = Some(Doubt { span: 0..9, page: 3, confidence: 0.4 });
    let tasks = build(&[licence(&law(), "dieu-18", MINISTRY, 0.9), scan.clone()], &Options::default());
    assert!(tasks[0].needs_review);
    assert_eq!(tasks[0].legal_bases.iter().map(|b| b.doubt.clone()).collect::<Vec<_>>(), [None, scan.doubt]);
}
