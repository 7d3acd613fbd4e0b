//! Index time and query time beside SQLite FTS5, on the same provisions, in one interleaved run.
//!
//! `PHANCAP_BENCH_STORE=DIR cargo bench --bench search` with a store that `phancap ingest` filled; without the variable
//! there is nothing to measure and it says so. Raw rows go to `benches/results/search-index.csv` and
//! `benches/results/search-query.csv`; criterion then measures four of the queries.
//!
//! FTS5 gets every advantage: the same four columns, one transaction, đ folded beforehand (its own folding does not
//! know đ), bm25 with the same column weights, and the same page of ten with snippets.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use criterion::Criterion;
use phancap::law::{DocumentMeta, Leaf};
use phancap::search::{Index, Query};
use phancap::store::Store;
use rusqlite::{Connection, params};

/// Queries of drafters, with and without diacritics, short and long, frequent and rare words.
const QUERIES: [&str; 16] = [
    "thẩm quyền cấp phép",
    "tham quyen cap phep",
    "thẩm quyền cấp giấy phép bưu chính",
    "cap giay phep su dung tan so vo tuyen dien",
    "thu hồi giấy chứng nhận đăng ký hoạt động khoa học và công nghệ",
    "phê duyệt nhiệm vụ khoa học và công nghệ cấp quốc gia",
    "uy ban nhan dan cap tinh",
    "bộ trưởng bộ khoa học và công nghệ",
    "giám định sở hữu công nghiệp",
    "khai báo nguồn phóng xạ",
    "kiểm định phương tiện đo",
    "quỹ phát triển khoa học và công nghệ",
    "chữ ký số chuyên dùng",
    "doanh nghiệp công nghệ cao",
    "an toàn bức xạ",
    "chứng nhận hợp quy",
];
const ROUNDS: usize = 15;
const INDEX_ROUNDS: usize = 3;

fn main() {
    let Some(store_dir) = std::env::var_os("PHANCAP_BENCH_STORE").map(PathBuf::from) else {
        eprintln!("SKIPPED bench search: PHANCAP_BENCH_STORE does not name a store filled by `phancap ingest`");
        return;
    };
    let store = Store::open_existing(&store_dir).expect("the store opens");
    let documents = store.documents().expect("the store lists its documents");
    let leaves: Vec<(DocumentMeta, Vec<Leaf>)> = documents
        .into_iter()
        .map(|d| {
            let rows = store.leaves(&d.meta.id).expect("leaves are read");
            (d.meta, rows.into_iter().map(|r| r.leaf).collect())
        })
        .collect();
    let provisions: usize = leaves.iter().map(|(_, l)| l.len()).sum();
    let temp = tempfile::tempdir().expect("a folder for the indexes");

    // Both index from memory, so that reading the store is in neither figure.
    let mut rows = String::from("round,engine,documents,provisions,seconds,cpu_seconds,bytes\n");
    let mut ours = None;
    let mut fts = None;
    for round in 0..INDEX_ROUNDS {
        let dir = temp.path().join(format!("ours-{round}"));
        let (started, cpu) = (Instant::now(), process_cpu());
        ours = Some(index_ours(&dir, &leaves));
        let took = [started.elapsed(), process_cpu().saturating_sub(cpu)];
        row(&mut rows, round, "phancap", &leaves, provisions, took, bytes_in(&dir));
        let file = temp.path().join(format!("fts-{round}.db"));
        let (started, cpu) = (Instant::now(), process_cpu());
        fts = Some(index_fts(&file, &leaves));
        let took = [started.elapsed(), process_cpu().saturating_sub(cpu)];
        row(&mut rows, round, "fts5", &leaves, provisions, took, bytes_in(&file));
    }
    let (ours, fts) = (ours.expect("at least one round"), fts.expect("at least one round"));
    save("search-index.csv", &rows);
    eprint!("{rows}");

    let mut rows = String::from("round,engine,query,found,microseconds,cpu_microseconds\n");
    let mut times: [Vec<Duration>; 2] = [Vec::new(), Vec::new()];
    let mut busy: [Vec<Duration>; 2] = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        for query in QUERIES {
            for engine in [round % 2, 1 - round % 2] {
                let (started, cpu) = (Instant::now(), thread_cpu());
                let found = if engine == 0 { ask_ours(&ours, query) } else { ask_fts(&fts, query) };
                let took = started.elapsed();
                let cpu = thread_cpu().saturating_sub(cpu);
                times[engine].push(took);
                busy[engine].push(cpu);
                let name = ["phancap", "fts5"][engine];
                let _ = writeln!(rows, "{round},{name},{query},{found},{},{}", took.as_micros(), cpu.as_micros());
            }
        }
    }
    save("search-query.csv", &rows);
    for (what, times) in [("clock", &mut times), ("processor", &mut busy)] {
        for (name, times) in ["phancap", "fts5"].iter().zip(times) {
            times.sort();
            let mean = times.iter().sum::<Duration>().as_secs_f64() * 1e3 / times.len() as f64;
            let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
            eprintln!(
                "{name}, {what}: mean {mean:.2} ms, p50 {:.2} ms, p95 {:.2} ms, max {:.2} ms",
                at(0.5),
                at(0.95),
                at(1.0)
            );
        }
    }

    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    for query in &QUERIES[..4] {
        criterion.bench_function(&format!("phancap/{query}"), |b| b.iter(|| ask_ours(&ours, black_box(query))));
        criterion.bench_function(&format!("fts5/{query}"), |b| b.iter(|| ask_fts(&fts, black_box(query))));
    }
    criterion.final_summary();
}

fn index_ours(dir: &Path, leaves: &[(DocumentMeta, Vec<Leaf>)]) -> Index {
    let mut index = Index::recreate(dir).expect("an index is made");
    let listed: Vec<_> = leaves.iter().map(|(meta, _)| (meta.clone(), String::new())).collect();
    let by_id: std::collections::HashMap<&str, &Vec<Leaf>> = leaves.iter().map(|(m, l)| (m.id.as_str(), l)).collect();
    index.update(&listed, |id| Ok::<_, std::io::Error>(by_id[id].clone()), || ()).expect("the provisions are indexed");
    index
}

fn index_fts(file: &Path, leaves: &[(DocumentMeta, Vec<Leaf>)]) -> Connection {
    let mut db = Connection::open(file).expect("a database is made");
    db.execute_batch(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE facts (id INTEGER PRIMARY KEY, doc TEXT, address TEXT, article TEXT);
         CREATE VIRTUAL TABLE fts USING fts5(text, heading, context, title, tokenize = 'unicode61 remove_diacritics 2');",
    )
    .expect("the tables are made");
    let tx = db.transaction().expect("a transaction");
    {
        let mut facts = tx.prepare("INSERT INTO facts (doc, address, article) VALUES (?, ?, ?)").expect("SQL");
        let mut fts =
            tx.prepare("INSERT INTO fts (rowid, text, heading, context, title) VALUES (?, ?, ?, ?, ?)").expect("SQL");
        for (meta, leaves) in leaves {
            let title = plain_d(&format!("{} {} {} {}", meta.kind, meta.number, meta.title, meta.issuer));
            for leaf in leaves {
                facts.execute(params![meta.id, leaf.address, leaf.article]).expect("a row");
                let context = leaf.lead.split_once(" | ").map_or("", |(_, rest)| rest);
                let row = tx.last_insert_rowid();
                fts.execute(params![row, plain_d(&leaf.text), plain_d(&leaf.heading), plain_d(context), title])
                    .expect("a row");
            }
        }
    }
    tx.commit().expect("the transaction ends");
    db
}

fn plain_d(text: &str) -> String {
    text.replace('đ', "d").replace('Đ', "D")
}

fn ask_ours(index: &Index, query: &str) -> usize {
    index.search(&Query::new(query)).expect("a query is answered").total
}

fn ask_fts(db: &Connection, query: &str) -> usize {
    let all: Vec<String> = plain_d(query).split_whitespace().map(|w| format!("\"{w}\"")).collect();
    let all = all.join(" AND ");
    let mut page = db
        .prepare_cached(
            "SELECT facts.doc, facts.address, facts.article, snippet(fts, 0, '[', ']', '…', 48)
             FROM fts JOIN facts ON facts.id = fts.rowid
             WHERE fts MATCH ?1 ORDER BY bm25(fts, 1.0, 1.4, 0.5, 0.6) LIMIT 10",
        )
        .expect("SQL");
    let shown: Vec<(String, String, String, String)> = page
        .query_map([&all], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))
        .and_then(Iterator::collect)
        .expect("a query is answered");
    black_box(shown);
    let mut count = db.prepare_cached("SELECT count(*) FROM fts WHERE fts MATCH ?1").expect("SQL");
    count.query_row([&all], |r| r.get::<_, i64>(0)).expect("a count") as usize
}

fn row(
    rows: &mut String,
    round: usize,
    engine: &str,
    leaves: &[(DocumentMeta, Vec<Leaf>)],
    provisions: usize,
    took: [Duration; 2],
    bytes: u64,
) {
    let [clock, cpu] = took.map(|t| t.as_secs_f64());
    let _ = writeln!(rows, "{round},{engine},{},{provisions},{clock:.3},{cpu:.3},{bytes}", leaves.len());
}

/// Processor time of this thread so far; zero where the system does not say. The system counts it in coarse steps, so
/// only the mean of many is to be trusted; on a shared machine it says more than the clock.
fn thread_cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(stat.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0))
}

/// Processor time of all threads of this process so far, in steps of 10 ms; zero where the system does not say.
fn process_cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = behind_name.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn bytes_in(path: &Path) -> u64 {
    if path.is_file() {
        return std::fs::metadata(path).map_or(0, |m| m.len());
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|e| e.metadata().map_or(0, |m| m.len())).sum()
}

fn save(name: &str, rows: &str) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/results");
    std::fs::create_dir_all(&dir).expect("the results have a folder");
    let mut file = tempfile::NamedTempFile::new_in(&dir).expect("a file for the rows");
    std::io::Write::write_all(&mut file, rows.as_bytes()).expect("the rows are written");
    file.persist(dir.join(name)).expect("the rows have their name");
}
