//! Index and search, end to end.

#![allow(clippy::disallowed_methods, reason = "these tests damage files on purpose")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use jiff::civil::date;
use phancap::law::{Document, DocumentMeta, Leaf, Recognised};
use phancap::search::{Filters, Index, Note, Query, SearchError};
use phancap::store::{NewDocument, Store};

use crate::common;

/// A leaf of our own: address, heading, opening words, text.
fn leaf(address: &str, heading: &str, opening: &str, text: &str) -> Leaf {
    let number = address.trim_start_matches("dieu-").split('.').next().unwrap();
    let article = format!("Điều {number}");
    let lead =
        if opening.is_empty() { format!("{article}. {heading}") } else { format!("{article}. {heading} | {opening}") };
    Leaf { address: address.into(), article, heading: heading.into(), lead, text: text.into(), span: 0..0 }
}

fn document(
    id: &str,
    number: &str,
    kind: &str,
    title: &str,
    issuer: &str,
    year: i16,
    status: &str,
    leaves: Vec<Leaf>,
) -> NewDocument {
    let meta = DocumentMeta {
        id: id.into(),
        number: number.into(),
        kind: kind.into(),
        title: title.into(),
        issuer: issuer.into(),
        issued_on: Some(date(year, 3, 15)),
        status: status.into(),
        ..DocumentMeta::default()
    };
    let document = Document { meta, text: String::new(), nodes: Vec::new() };
    NewDocument {
        document,
        leaves,
        recognised: Recognised::default(),
        citations: Vec::new(),
        source_hash: format!("{id}-{year}"),
    }
}

fn decree() -> NewDocument {
    document(
        "ND-901-2023",
        "901/2023/NĐ-CP",
        "Nghị định",
        "Quy định về bến neo khinh khí cầu",
        "Chính phủ",
        2023,
        "Còn hiệu lực",
        vec![
            leaf("dieu-1", "Phạm vi", "", "Nghị định này nói về bến neo, người lái và việc bay của khinh khí cầu."),
            leaf(
                "dieu-15.khoan-1",
                "Thẩm quyền cấp phép bến neo",
                "",
                "Ủy ban nhân dân cấp tỉnh cấp phép bến neo trong địa bàn.",
            ),
            leaf(
                "dieu-15.khoan-2.diem-a",
                "Thẩm quyền cấp phép bến neo",
                "Bộ trưởng có thẩm quyền:",
                "Cấp phép bến neo liên tỉnh;",
            ),
            leaf(
                "dieu-15.khoan-2.diem-b",
                "Thẩm quyền cấp phép bến neo",
                "Bộ trưởng có thẩm quyền:",
                "Thu hồi giấy phép đã cấp sai.",
            ),
            leaf(
                "dieu-15.khoan-2.diem-đ",
                "Thẩm quyền cấp phép bến neo",
                "Bộ trưởng có thẩm quyền:",
                "Đình chỉ việc bay khi có bão.",
            ),
            leaf("dieu-16", "Cáp neo", "", "Cáp neo phải được kiểm định trước mỗi mùa bay; phép thử theo quy chuẩn."),
        ],
    )
}

fn circular() -> NewDocument {
    document(
        "TT-77-2019",
        "77/2019/TT-BKKC",
        "Thông tư",
        "Hướng dẫn hoà nhịp chuông gió",
        "Bộ Khinh khí cầu và Chuông gió",
        2019,
        "",
        vec![
            leaf(
                "dieu-2",
                "Mẫu đơn",
                "",
                "Đơn theo mẫu tại khoản 2 Điều 15 Nghị định số 901/2023/NĐ-CP được nộp một lần.",
            ),
            leaf("dieu-3", "Chuông gió", "", "Chuông gió hòa nhịp với gió đông, không ồn quá mức."),
            leaf("dieu-15.khoan-2", "Việc khác", "", "Người giữ chuông tự đặt lịch."),
        ],
    )
}

/// A store with both documents in a folder of its own.
fn small_store() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store");
    Store::open(&path).unwrap().put_documents(&[decree(), circular()]).unwrap();
    (dir, path)
}

fn index_of(store: &Path) -> Index {
    let mut index = Index::open_or_recreate(&store.join("index")).unwrap().0;
    index.sync(&Store::open_existing(store).unwrap()).unwrap();
    index
}

fn addresses(index: &Index, text: &str) -> Vec<String> {
    index.search(&Query::new(text)).unwrap().hits.into_iter().map(|h| h.address).collect()
}

fn set(addresses: Vec<String>) -> BTreeSet<String> {
    addresses.into_iter().collect()
}

fn cli(store: &Path, args: &[&str]) -> Output {
    common::phancap().args(args).arg("--store").arg(store).output().unwrap()
}

fn stderr(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}

#[test]
fn accents_sharpen_and_never_exclude() {
    let (_dir, store) = small_store();
    let index = index_of(&store);
    let accented = addresses(&index, "cấp phép bến neo");
    assert_eq!(set(addresses(&index, "cap phep ben neo")), set(accented.clone()));
    assert_eq!(set(addresses(&index, "CẤP PHÉP bến neo")), set(accented.clone()));
    assert_eq!(accented.len(), 5);
    // Điều 16 has `cáp` and `phép`: it is found for `cấp phép`, behind every provision with the word itself.
    assert_eq!(accented[4], "901/2023/NĐ-CP#dieu-16");
    let place = |hits: &[String], address: &str| hits.iter().position(|h| h.ends_with(address)).unwrap();
    let (sharp, plain) = (addresses(&index, "cấp phép neo"), addresses(&index, "cap phep neo"));
    assert_eq!(set(sharp.clone()), set(plain.clone()));
    assert!(place(&sharp, "#dieu-16") > place(&sharp, "#dieu-15.khoan-1"), "{sharp:?}");
    assert!(place(&sharp, "#dieu-16") > place(&sharp, "#dieu-15.khoan-2.diem-a"), "{sharp:?}");
    assert!(place(&sharp, "#dieu-16") >= place(&plain, "#dieu-16"), "{sharp:?} {plain:?}");
    assert_eq!(addresses(&index, "cáp neo")[0], "901/2023/NĐ-CP#dieu-16");
    // One tone placement: both spellings are one word.
    assert_eq!(addresses(&index, "hoà nhịp"), addresses(&index, "hòa nhịp"));
    assert_eq!(addresses(&index, "gió đông"), ["77/2019/TT-BKKC#dieu-3"]);
    assert_eq!(addresses(&index, "gio dong"), ["77/2019/TT-BKKC#dieu-3"]);
}

#[test]
fn phrases_hold_words_together() {
    let (_dir, store) = small_store();
    let index = index_of(&store);
    assert!(addresses(&index, "neo bến liên").len() == 1);
    assert_eq!(addresses(&index, "\"bến neo liên tỉnh\""), ["901/2023/NĐ-CP#dieu-15.khoan-2.diem-a"]);
    assert_eq!(addresses(&index, "\"ben neo lien tinh\""), ["901/2023/NĐ-CP#dieu-15.khoan-2.diem-a"]);
    assert_eq!(addresses(&index, "\"neo bến\" \"liên tỉnh\"").len(), 0);
}

#[test]
fn citations_come_first() {
    let (_dir, store) = small_store();
    let index = index_of(&store);
    let decree = "901/2023/NĐ-CP#dieu-15.khoan-2";
    for query in [
        "điểm b khoản 2 Điều 15 Nghị định 901/2023/NĐ-CP",
        "Điều 15 khoản 2 điểm b, 901/2023/NĐ-CP",
        "diem b khoan 2 dieu 15 nghi dinh 901/2023/nd-cp",
        "901/2023/NĐ-CP#dieu-15.khoan-2.diem-b",
        "901/2023 dieu-15.khoan-2.diem-b",
    ] {
        assert_eq!(addresses(&index, query)[0], format!("{decree}.diem-b"), "{query}");
    }
    // A khoản with điểm: all of them, in order, then who cites it.
    let hits = addresses(&index, "khoản 2 Điều 15 Nghị định 901/2023/NĐ-CP");
    assert_eq!(hits[..3], [format!("{decree}.diem-a"), format!("{decree}.diem-b"), format!("{decree}.diem-đ")]);
    assert_eq!(hits[3..], ["77/2019/TT-BKKC#dieu-2"]);
    // Without a document: every document's khoản 2 Điều 15, newest first.
    let hits = addresses(&index, "khoản 2 Điều 15");
    assert!(hits[..3].iter().all(|a| a.starts_with("901/2023/NĐ-CP#dieu-15.khoan-2.")), "{hits:?}");
    assert_eq!(hits[..4].last().unwrap(), "77/2019/TT-BKKC#dieu-15.khoan-2");
    // Words choose among them.
    assert_eq!(addresses(&index, "khoản 2 Điều 15 chuông gió")[0], "77/2019/TT-BKKC#dieu-15.khoan-2");
    // The whole document, in order.
    assert_eq!(addresses(&index, "901/2023/NĐ-CP")[0], "901/2023/NĐ-CP#dieu-1");
    // `diem d` may be điểm đ when nothing has diacritics.
    assert_eq!(addresses(&index, "diem d khoan 2 dieu 15 901/2023/nd-cp")[0], format!("{decree}.diem-đ"));

    let nearest = index.search(&Query::new("khoản 9 Điều 15 901/2023/NĐ-CP")).unwrap();
    assert_eq!(nearest.notes, [Note::NearestProvision { asked: "dieu-15.khoan-9".into(), shown: "dieu-15".into() }]);
    assert_eq!(nearest.hits[0].address, "901/2023/NĐ-CP#dieu-15.khoan-1");
    let unknown = index.search(&Query::new("12/1999/NĐ-CP")).unwrap();
    assert_eq!(unknown.notes, [Note::UnknownNumber("12/1999/NĐ-CP".into())]);
    assert!(unknown.hits.is_empty());
}

#[test]
fn filters_narrow() {
    let (_dir, store) = small_store();
    let index = index_of(&store);
    let count = |filters: Filters| index.search(&Query { filters, ..Query::new("") }).unwrap().total;
    let some = |s: &str| Some(s.to_owned());
    assert_eq!(count(Filters { kind: some("nghị định"), ..Filters::default() }), 6);
    assert_eq!(count(Filters { kind: some("NĐ"), ..Filters::default() }), 6);
    assert_eq!(count(Filters { kind: some("thong tu"), ..Filters::default() }), 3);
    assert_eq!(count(Filters { kind: some("luật"), ..Filters::default() }), 0);
    assert_eq!(count(Filters { issuer: some("chuong gio"), ..Filters::default() }), 3);
    assert_eq!(count(Filters { issuer: some("BKKC"), ..Filters::default() }), 3);
    assert_eq!(count(Filters { number: some("901/2023/nđ-cp"), ..Filters::default() }), 6);
    assert_eq!(count(Filters { number: some("901/2023"), ..Filters::default() }), 6);
    assert_eq!(count(Filters { years: Some("2019".parse().unwrap()), ..Filters::default() }), 3);
    assert_eq!(count(Filters { years: Some("2019-2023".parse().unwrap()), ..Filters::default() }), 9);
    assert_eq!(count(Filters { years: Some("2024-".parse().unwrap()), ..Filters::default() }), 0);
    assert_eq!(count(Filters { status: some("con hieu luc"), ..Filters::default() }), 6);
    assert_eq!(count(Filters { status: some("unknown"), ..Filters::default() }), 3);
    assert_eq!(count(Filters { status: some("!!"), ..Filters::default() }), 0);
    let both =
        Query { filters: Filters { kind: some("tt"), ..Filters::default() }, ..Query::new("khoản 2 Điều 15") };
    let hits = index.search(&both).unwrap().hits;
    assert_eq!(hits[0].address, "77/2019/TT-BKKC#dieu-15.khoan-2");
    assert!(hits.iter().all(|h| h.kind == "Thông tư"));
}

#[test]
fn too_many_words_relax_and_say_so() {
    let (_dir, store) = small_store();
    let index = index_of(&store);
    let hits = index.search(&Query::new("cấp phép bến neo xyzzy")).unwrap();
    assert_eq!(hits.notes, [Note::Relaxed { required: 4, of: 5, nowhere: vec!["xyzzy".into()] }]);
    assert!(hits.hits[0].address.starts_with("901/2023/NĐ-CP#dieu-15"));
    assert!(index.search(&Query::new("xyzzy plugh")).unwrap().hits.is_empty());
}

#[test]
fn odd_queries_are_answered_or_refused_clearly() {
    let (_dir, store) = small_store();
    let index = index_of(&store);
    for text in ["", " \t\n", "\"\"", "!?#.,"] {
        assert!(matches!(index.search(&Query::new(text)), Err(SearchError::Empty)), "{text:?}");
    }
    for text in ["\"", "(a OR", "text:x AND", "a~2 b^9", "\u{0}\u{301}", "# # #dieu", "điều 99999999999", "[* TO *]"]
    {
        if let Err(e) = index.search(&Query::new(text)) {
            assert!(matches!(e, SearchError::Empty), "{text:?}: {e}");
        }
    }
    let huge = index.search(&Query::new("cấp phép ".repeat(100_000))).unwrap();
    assert!(huge.notes.iter().any(|n| matches!(n, Note::LeftOut(_))));
    let deep = Query { offset: usize::MAX, ..Query::new("cấp") };
    assert!(matches!(index.search(&deep), Err(SearchError::TooDeep { .. })));
    let none = Query { limit: 0, ..Query::new("cấp phép") };
    let none = index.search(&none).unwrap();
    assert!(none.hits.is_empty() && none.total > 0);
}

#[test]
fn pages_join_without_gap() {
    let (_dir, store) = small_store();
    let index = index_of(&store);
    let all = index.search(&Query { limit: 100, ..Query::new("neo") }).unwrap();
    let paged: Vec<_> = (0..all.total)
        .flat_map(|offset| index.search(&Query { limit: 1, offset, ..Query::new("neo") }).unwrap().hits)
        .collect();
    assert_eq!(paged, all.hits);
}

#[test]
fn a_sync_writes_only_what_changed() {
    let (_dir, store_dir) = small_store();
    let mut index = index_of(&store_dir);
    let mut store = Store::open(&store_dir).unwrap();
    let meta = |dir: &Path| fs::read(dir.join("index/meta.json")).unwrap();
    let before = meta(&store_dir);
    let synced = index.sync(&store).unwrap();
    assert_eq!((synced.unchanged, synced.wrote()), (2, false));
    assert_eq!(meta(&store_dir), before);

    let mut changed = decree();
    changed.leaves.remove(0);
    changed.leaves[0].text = "Ủy ban nhân dân cấp xã cấp phép bến neo nhỏ.".into();
    changed.source_hash = "new".into();
    store.put_documents(&[changed]).unwrap();
    let synced = index.sync(&store).unwrap();
    assert_eq!((synced.added, synced.changed, synced.removed, synced.unchanged, synced.provisions), (0, 1, 0, 1, 5));
    assert_eq!(addresses(&index, "\"người lái\"").len(), 0);
    assert_eq!(addresses(&index, "bến neo nhỏ"), ["901/2023/NĐ-CP#dieu-15.khoan-1"]);
    assert_eq!(index.entries(), 5 + 3 + 2);

    store.remove_documents(&["ND-901-2023"]).unwrap();
    let synced = index.sync(&store).unwrap();
    assert_eq!((synced.removed, synced.unchanged), (1, 1));
    assert_eq!(addresses(&index, "bến neo"), ["77/2019/TT-BKKC#dieu-2"; 0]);
    assert_eq!(index.entries(), 3 + 1);

    // What was synced step by step answers as what is made at once.
    let fresh_dir = tempfile::tempdir().unwrap();
    let mut fresh = Index::recreate(fresh_dir.path()).unwrap();
    fresh.sync(&store).unwrap();
    assert_eq!(fresh.state().unwrap(), index.state().unwrap());
    assert_eq!(addresses(&fresh, "chuông"), addresses(&index, "chuông"));
}

#[test]
fn a_failing_store_leaves_the_index_as_it_was() {
    let (_dir, store_dir) = small_store();
    let mut index = index_of(&store_dir);
    let mut meta = decree().document.meta;
    meta.title = "Khác".into();
    let failed = index.update(
        &[(meta, "other".to_owned())],
        |_| Err::<Vec<Leaf>, _>(std::io::Error::other("the disk is gone")),
        || (),
    );
    assert!(matches!(failed, Err(SearchError::Store(_))));
    let index = Index::open(&store_dir.join("index")).unwrap();
    assert_eq!(index.state().unwrap().len(), 2);
    assert!(!addresses(&index, "cấp phép bến neo").is_empty());
}

#[test]
fn the_command_prints_json_and_pages() {
    let (_dir, store) = small_store();
    let out = cli(&store, &["search", "cap phep", "ben neo lien tinh", "--json"]);
    assert!(out.status.success(), "{}", stderr(&out));
    let lines: Vec<serde_json::Value> =
        String::from_utf8(out.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), 1);
    let hit = lines[0].as_object().unwrap();
    let keys: Vec<&str> = hit.keys().map(String::as_str).collect();
    assert_eq!(keys, ["address", "doc", "number", "article", "title", "score", "snippet", "status"]);
    assert_eq!(hit["address"], "901/2023/NĐ-CP#dieu-15.khoan-2.diem-a");
    assert_eq!(hit["doc"], "ND-901-2023");
    assert_eq!(hit["status"], "Còn hiệu lực");
    assert_eq!(hit["snippet"], "<mark>Cấp phép bến neo liên tỉnh</mark>;");

    let out = cli(&store, &["search", "cấp phép", "--limit", "1", "--offset", "1"]);
    let text = String::from_utf8(out.stdout.clone()).unwrap();
    assert!(text.starts_with("2. 901/2023/NĐ-CP#"), "{text}");
    assert!(!text.contains('\x1b'));
    assert!(stderr(&out).contains("more with --offset 2"), "{}", stderr(&out));

    let out = cli(&store, &["search", "không-có-đâu-cả"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(out.stdout.is_empty() && stderr(&out).contains("nothing found; try"), "{}", stderr(&out));
    for wrong in
        [&["search"][..], &["search", "a", "--year", "20"], &["search", " "], &["search", "a", "--limit", "99999"]]
    {
        assert_eq!(cli(&store, wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn a_damaged_or_outdated_index_is_named_and_rebuilt() {
    let (_dir, store) = small_store();
    let first = cli(&store, &["index"]);
    assert!(first.status.success(), "{}", stderr(&first));
    let dir = store.join("index");
    let largest = || {
        let segments = fs::read_dir(&dir).unwrap().map(|e| e.unwrap().path());
        let segments = segments.filter(|p| p.extension().is_some_and(|x| x == "idx" || x == "store"));
        segments.max_by_key(|p| fs::metadata(p).unwrap().len()).unwrap()
    };
    let harms: [(&str, &dyn Fn()); 7] = [
        ("outdated", &|| fs::write(dir.join("phancap-version"), "0\n").unwrap()),
        ("not text", &|| fs::write(dir.join("phancap-version"), b"\xff\xfe").unwrap()),
        ("unfinished", &|| fs::remove_file(dir.join("phancap-version")).unwrap()),
        ("no meta", &|| fs::write(dir.join("meta.json"), "{").unwrap()),
        ("truncated", &|| {
            let file = fs::File::options().write(true).open(largest()).unwrap();
            file.set_len(file.metadata().unwrap().len() / 2).unwrap();
        }),
        ("flipped", &|| {
            let mut bytes = fs::read(largest()).unwrap();
            let middle = bytes.len() / 3;
            bytes[middle] ^= 0x55;
            fs::write(largest(), bytes).unwrap();
        }),
        ("gone", &|| fs::remove_file(largest()).unwrap()),
    ];
    for (what, harm) in harms {
        harm();
        let out = cli(&store, &["search", "bến neo liên tỉnh", "--json"]);
        assert_eq!(out.status.code(), Some(0), "{what}: {}", stderr(&out));
        assert!(stderr(&out).contains("rebuilding it now"), "{what}: {}", stderr(&out));
        assert!(String::from_utf8_lossy(&out.stdout).contains("dieu-15.khoan-2.diem-a"), "{what}");
        let again = cli(&store, &["index"]);
        assert!(stderr(&again).contains("up to date"), "{what}: {}", stderr(&again));
    }
}

#[test]
fn a_second_writer_is_told() {
    let (_dir, store) = small_store();
    assert!(cli(&store, &["index"]).status.success());
    Store::open(&store).unwrap().remove_documents(&["TT-77-2019"]).unwrap();
    let lock = fs::File::options().write(true).open(store.join("index/phancap-writer.lock")).unwrap();
    lock.lock().unwrap();
    let out = cli(&store, &["index"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(stderr(&out).contains("another process is writing"), "{}", stderr(&out));
    // Searching goes on with what is there.
    let out = cli(&store, &["search", "bến neo"]);
    assert_eq!(out.status.code(), Some(0));
    assert!(stderr(&out).contains("may be incomplete"), "{}", stderr(&out));
    drop(lock);
    assert!(cli(&store, &["index"]).status.success());
}

#[test]
fn a_killed_sync_is_completed_by_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let store_dir = dir.path().join("store");
    let documents: Vec<NewDocument> = (0..60)
        .map(|i| {
            let leaves = (1..200)
                .map(|n| {
                    leaf(
                        &format!("dieu-{n}"),
                        "Việc",
                        "",
                        &format!("Việc số {n} của văn bản {i} do người giữ chuông làm."),
                    )
                })
                .collect();
            document(
                &format!("D-{i}"),
                &format!("{i}/2020/NĐ-CP"),
                "Nghị định",
                "Chuông",
                "Chính phủ",
                2020,
                "",
                leaves,
            )
        })
        .collect();
    let mut store = Store::open(&store_dir).unwrap();
    store.put_documents(&documents).unwrap();
    for round in 0..20u64 {
        let mut child = common::phancap()
            .args(["index", "--store"])
            .arg(&store_dir)
            .args(if round % 2 == 0 { &["--rebuild"][..] } else { &[] })
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Spread over the whole life of the process, from its first millisecond on.
        std::thread::sleep(std::time::Duration::from_millis(round * round));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let out = cli(&store_dir, &["index"]);
    assert!(out.status.success(), "{}", stderr(&out));
    let index = Index::open(&store_dir.join("index")).unwrap();
    assert_eq!(index.entries(), 60 * 199 + 60);
    assert!(index.pending_in(&store).unwrap().is_empty());
    let found = index.search(&Query::new("\"người giữ chuông\"")).unwrap();
    assert_eq!(found.total, 60 * 199);
}

/// Drafters' queries, and for some the document whose subject the query is: it has to be among the first ten
/// provisions. This holds what was once judged by eye; it is no measure of quality.
const DRAFTERS: [(&str, &str); 20] = [
    ("thẩm quyền cấp giấy phép bưu chính", "47/2011/NĐ-CP"),
    ("xác nhận thông báo hoạt động bưu chính", "47/2011/NĐ-CP"),
    ("khai báo nguồn phóng xạ", ""),
    ("phê duyệt nhiệm vụ khoa học và công nghệ cấp quốc gia", "29/2013/QH13"),
    ("giấy chứng nhận doanh nghiệp khoa học và công nghệ", "13/2019/NĐ-CP"),
    ("cấp giấy phép sử dụng tần số vô tuyến điện", ""),
    ("thu hồi giấy chứng nhận đăng ký hoạt động khoa học và công nghệ", ""),
    ("kiểm định phương tiện đo", ""),
    ("thi tuyển quyền sử dụng tần số vô tuyến điện", "12/2012/TT-BTTTT"),
    ("chỉ định tổ chức đánh giá sự phù hợp", ""),
    ("chữ ký số chuyên dùng", ""),
    ("ủy ban nhân dân cấp tỉnh báo cáo bộ khoa học và công nghệ", ""),
    ("an ninh nguồn phóng xạ", "01/2019/TT-BKHCN"),
    ("quỹ phát triển khoa học và công nghệ quốc gia", ""),
    ("chuyển giao công nghệ hạn chế chuyển giao", ""),
    ("chứng chỉ hành nghề dịch vụ hỗ trợ ứng dụng năng lượng nguyên tử", ""),
    ("dịch vụ bưu chính KT1", "32/2025/QĐ-TTg"),
    ("hội đồng tư vấn xét tài trợ", ""),
    ("doanh nghiệp công nghệ cao", ""),
    ("giám định sở hữu công nghiệp", ""),
];

#[test]
fn drafters_find_the_real_provisions_with_and_without_diacritics() {
    let Some(shared) = common::shared() else { return };
    let dir = tempfile::tempdir().unwrap();
    let corpus = shared.join("corpus/khcn.jsonl");
    let out = cli(dir.path(), &["ingest", corpus.to_str().unwrap()]);
    assert!(out.status.success(), "{}", stderr(&out));
    let index = index_of(dir.path());
    let all = |text: &str| index.search(&Query { limit: 10_000, ..Query::new(text) }).unwrap();
    for (query, number) in DRAFTERS {
        let accented = all(query);
        let plain = all(&phancap::text::fold(query));
        assert!(accented.total > 0 && accented.notes.is_empty(), "{query}: {:?}", accented.notes);
        // Without diacritics nothing is lost; a little may come in where words without them are less certain.
        let found: BTreeSet<&str> = plain.hits.iter().map(|h| h.address.as_str()).collect();
        let missing: Vec<&str> =
            accented.hits.iter().map(|h| h.address.as_str()).filter(|a| !found.contains(a)).collect();
        let share = missing.len() as f64 / accented.total as f64;
        assert!(share < 0.02, "{query}: {missing:?}");
        for hits in [&accented, &plain] {
            let first: Vec<&str> = hits.hits.iter().take(10).map(|h| h.address.as_str()).collect();
            assert!(number.is_empty() || first.iter().any(|a| a.starts_with(number)), "{query}: {first:?}");
        }
        // Exact forms stand above others: the first hit has them all, somewhere.
        let top = &accented.hits[0];
        let has = format!("{} {} {} {}", top.title, top.heading, top.issuer, top.snippet.text).to_lowercase();
        let exact = query.split(' ').filter(|w| has.contains(&w.to_lowercase())).count();
        assert!(exact * 3 >= query.split(' ').count() * 2, "{query}: {has}");
    }
    // Every provision can be asked for by its address, and comes first.
    let store = Store::open_existing(dir.path()).unwrap();
    for document in store.documents().unwrap().iter().step_by(43) {
        let leaves = store.leaves(&document.meta.id).unwrap();
        let Some(leaf) = leaves.get(leaves.len() / 2) else { continue };
        let address = format!("{}#{}", document.meta.number, leaf.leaf.address);
        assert_eq!(all(&address).hits[0].address, address);
    }
}
