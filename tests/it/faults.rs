//! What goes wrong around the program: killed at any moment, a full disk, two at once. The store is whole afterwards
//! and running the same command again completes the job.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use phancap::extract::Annotator as _;
use phancap::extract::rules::Rules;
use phancap::law::DocumentMeta;
use phancap::search::{Index, Query};
use phancap::store::{LeafRow, Store, StoreError};
use tempfile::TempDir;

use crate::common::phancap;

/// A seeded sequence of numbers (SplitMix64), so that a failing moment can be tried again.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to 1.
    fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Writes `n` made-up documents as JSON lines; another `edition` changes every third of them.
fn corpus(path: &Path, n: usize, edition: usize) {
    let mut lines = String::new();
    for d in 0..n {
        let mut text = String::new();
        for a in 1..=12 {
            let year = if d % 3 == 0 { 2030 + edition } else { 2030 };
            writeln!(text, "Điều {a}. Bến thuyền số {d} năm {year}").unwrap();
            writeln!(text, "1. Sở Sông nước cấp giấy đậu thuyền loại {a} cho chủ bến {d}.").unwrap();
            writeln!(text, "2. Ủy ban nhân dân xã có bến:\na) Trông coi bờ kè đoạn {a};\nb) Báo Bộ Sông nước trước ngày {a} hằng tháng.").unwrap();
        }
        let line = serde_json::json!({
            "id": format!("TT-{d}-2030"), "number": format!("{d}/2030/TT-BSN"), "kind": "Thông tư",
            "title": format!("Quy định bến thuyền số {d}"), "issuer": "Bộ Sông nước", "issued_on": "2030-02-01",
            "effective_on": "2030-03-01", "status": "", "domain": "", "url": "", "text": text,
        });
        writeln!(lines, "{line}").unwrap();
    }
    std::fs::write(path, lines).unwrap();
}

fn ingest(store: &Path, input: &Path) -> Command {
    let mut c = phancap();
    c.arg("ingest").arg(input).arg("--store").arg(store).arg("--threads").arg("2");
    c
}

fn run(command: &mut Command) -> Output {
    command.output().expect("the program starts")
}

#[track_caller]
fn succeeds(command: &mut Command) -> Output {
    let out = run(command);
    assert!(out.status.success(), "{:?}\n{}", out.status, String::from_utf8_lossy(&out.stderr));
    out
}

/// All that a store says of its documents.
fn content(dir: &Path) -> (Vec<String>, Vec<(DocumentMeta, LeafRow)>) {
    let store = Store::open_existing(dir).unwrap();
    store.check().unwrap();
    let hashes = store.documents().unwrap().into_iter().map(|d| d.content_hash).collect();
    let mut leaves = Vec::new();
    store
        .for_each_leaf(|meta, leaf| {
            leaves.push((meta.clone(), leaf));
            Ok::<_, StoreError>(())
        })
        .unwrap();
    (hashes, leaves)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Kills `command` at `moments` random moments of its life, each time on a fresh copy of the store `before`; then the
/// store must be whole, the command must end well when run again, and `after` must see what an undisturbed run
/// gives. Returns how many were killed at work rather than just after it.
fn kill_at_moments<T: PartialEq>(
    before: &Path,
    moments: usize,
    seed: u64,
    command: impl Fn(&Path) -> Command,
    after: impl Fn(&Path) -> T,
) -> usize {
    let dir = TempDir::new().unwrap();
    let reference = dir.path().join("reference");
    copy(before, &reference);
    let start = Instant::now();
    succeeds(&mut command(&reference));
    let whole = start.elapsed();
    let expected = after(&reference);
    let mut random = Random(seed);
    let mut killed = 0;
    for moment in 0..moments {
        let store = dir.path().join(format!("killed-{moment}"));
        copy(before, &store);
        let mut child = command(&store).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole.mul_f64(random.fraction()));
        let _ = child.kill();
        killed += usize::from(child.wait().unwrap().code().is_none());
        match Store::open_existing(&store) {
            Ok(store) => store.check().unwrap(),
            // Killed before it made anything.
            Err(error) => assert!(matches!(error, StoreError::Missing { .. }), "moment {moment}: {error}"),
        }
        succeeds(&mut command(&store));
        // Not `assert_eq`, which would print thousands of leaves.
        assert!(after(&store) == expected, "moment {moment}: not what an undisturbed run gives");
        std::fs::remove_dir_all(&store).unwrap();
    }
    killed
}

#[test]
fn ingest_killed_at_twenty_moments_loses_nothing() {
    let dir = TempDir::new().unwrap();
    let (first, second) = (dir.path().join("first.jsonl"), dir.path().join("second.jsonl"));
    corpus(&first, 200, 0);
    corpus(&second, 220, 1);
    let new = dir.path().join("new");
    std::fs::create_dir(&new).unwrap();
    let killed = kill_at_moments(&new, 10, 1, |store| ingest(store, &first), content);
    // And while documents are replaced.
    let filled = dir.path().join("filled");
    succeeds(&mut ingest(&filled, &first));
    let killed = killed + kill_at_moments(&filled, 10, 2, |store| ingest(store, &second), content);
    assert!(killed >= 5, "only {killed} of 20 were killed at work");
}

fn indexing(store: &Path) -> Command {
    let mut c = phancap();
    c.arg("index").arg("--store").arg(store);
    c
}

#[test]
fn index_killed_at_twenty_moments_loses_nothing() {
    let dir = TempDir::new().unwrap();
    let (first, second) = (dir.path().join("first.jsonl"), dir.path().join("second.jsonl"));
    corpus(&first, 150, 0);
    corpus(&second, 160, 1);
    let store = dir.path().join("store");
    let after = |store: &Path| {
        let index = Index::open(&store.join("index")).unwrap();
        let query = Query { limit: 2_000, ..Query::new("\"giấy đậu thuyền loại 7\"") };
        // The order of equal hits and their scores depend on how the index came to be; what is found does not.
        let found: BTreeSet<String> =
            index.search(&query).unwrap().hits.into_iter().map(|h| format!("{} {}", h.doc, h.address)).collect();
        (index.entries(), index.state().unwrap(), found)
    };
    succeeds(&mut ingest(&store, &first));
    let killed = kill_at_moments(&store, 10, 3, indexing, after);
    succeeds(&mut indexing(&store));
    assert_eq!(after(&store).2.len(), 150);
    // And while entries are replaced.
    succeeds(&mut ingest(&store, &second));
    let killed = killed + kill_at_moments(&store, 10, 4, indexing, after);
    succeeds(&mut indexing(&store));
    assert_eq!(after(&store).2.len(), 160);
    assert!(killed >= 5, "only {killed} of 20 were killed at work");
}

#[test]
fn files_that_a_killed_sync_left_behind_do_not_stop_the_next() {
    let dir = TempDir::new().unwrap();
    let input = dir.path().join("in.jsonl");
    let store = dir.path().join("store");
    corpus(&input, 30, 0);
    succeeds(&mut ingest(&store, &input));
    succeeds(&mut indexing(&store));
    corpus(&input, 30, 1);
    succeeds(&mut ingest(&store, &input));

    // The marks of deleted entries are named after what is done, so a run on a copy tells how the next one will call
    // them: that is what a sync leaves that is killed after it wrote them and before it committed.
    let copied = dir.path().join("copied");
    copy(&store, &copied);
    succeeds(&mut indexing(&copied));
    let deletions = |store: &Path| -> BTreeSet<String> {
        let files = std::fs::read_dir(store.join("index")).unwrap();
        let names = files.map(|f| f.unwrap().file_name().into_string().unwrap());
        names.filter(|name| Path::new(name).extension().is_some_and(|e| e == "del")).collect()
    };
    let coming: Vec<String> = deletions(&copied).difference(&deletions(&store)).cloned().collect();
    assert!(!coming.is_empty());
    let list = store.join("index/.managed.json");
    let mut managed: Vec<String> = serde_json::from_slice(&std::fs::read(&list).unwrap()).unwrap();
    for name in coming {
        std::fs::write(store.join("index").join(&name), "half").unwrap();
        managed.push(name);
    }
    std::fs::write(&list, serde_json::to_vec(&managed).unwrap()).unwrap();

    succeeds(&mut indexing(&store));
    let state = |store: &Path| Index::open(&store.join("index")).unwrap().state().unwrap();
    assert_eq!(state(&store), state(&copied));
}

#[test]
fn extract_killed_at_twenty_moments_loses_nothing_and_does_nothing_twice() {
    let dir = TempDir::new().unwrap();
    let input = dir.path().join("in.jsonl");
    corpus(&input, 150, 0);
    let store = dir.path().join("store");
    succeeds(&mut ingest(&store, &input));
    let version = Rules::new().version().to_owned();
    let extract = |store: &Path| {
        let mut c = phancap();
        c.args(["extract", "--rules", "--store"]).arg(store);
        c
    };
    let found = |store: &Path| {
        let store = Store::open_existing(store).unwrap();
        store.check().unwrap();
        let coverage = store.coverage(&version).unwrap();
        assert_eq!(coverage.done, coverage.total);
        store.predictions(&version).unwrap()
    };
    let killed = kill_at_moments(&store, 20, 5, extract, found);
    assert!(killed >= 5, "only {killed} of 20 were killed at work");

    // What was kept before a kill is not computed again: with all but one answer there, one is read.
    succeeds(&mut extract(&store));
    assert!(!found(&store).is_empty());
    let mut one_more = std::fs::read_to_string(&input).unwrap();
    one_more.push_str(
        &serde_json::json!({"id": "TT-x", "number": "x/2030/TT-BSN", "kind": "Thông tư", "title": "Bờ kè",
            "issuer": "Bộ Sông nước", "text": "Điều 1. Bờ kè\nXã trông coi bờ kè.\n"})
        .to_string(),
    );
    std::fs::write(&input, one_more).unwrap();
    succeeds(&mut ingest(&store, &input));
    let told = succeeds(&mut extract(&store));
    let told = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(told.starts_with("read 1 provisions"), "{told}");
}

#[test]
fn unchanged_documents_are_not_written_again() {
    let dir = TempDir::new().unwrap();
    let input = dir.path().join("in.jsonl");
    corpus(&input, 30, 0);
    let store = dir.path().join("store");
    succeeds(&mut ingest(&store, &input));
    let before = std::fs::read(store.join(phancap::store::DATABASE)).unwrap();
    let out = succeeds(ingest(&store, &input).arg("--json"));
    let counts: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((&counts["added"], &counts["changed"], &counts["unchanged"]), (&0.into(), &0.into(), &30.into()));
    assert_eq!(std::fs::read(store.join(phancap::store::DATABASE)).unwrap(), before);
    corpus(&input, 30, 1);
    let out = succeeds(ingest(&store, &input).arg("--json"));
    let counts: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((&counts["added"], &counts["changed"], &counts["unchanged"]), (&0.into(), &10.into(), &20.into()));
}

#[test]
fn a_second_writer_is_told_who_writes_and_readers_are_free() {
    let dir = TempDir::new().unwrap();
    let input = dir.path().join("in.jsonl");
    corpus(&input, 5, 0);
    let store = dir.path().join("store");
    succeeds(&mut ingest(&store, &input));
    let mut writer = Store::open(&store).unwrap();
    writer.claim().unwrap();
    let out = run(&mut ingest(&store, &input));
    let message = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{message}");
    let pid = format!("another phancap is writing to this store (process {})", std::process::id());
    assert!(message.contains(&pid), "{message}");
    assert_eq!(Store::open_existing(&store).unwrap().documents().unwrap().len(), 5);
    drop(writer);
    succeeds(&mut ingest(&store, &input));
}

#[test]
fn four_at_once_on_a_new_store_do_no_harm() {
    let dir = TempDir::new().unwrap();
    let input = dir.path().join("in.jsonl");
    corpus(&input, 100, 0);
    let reference = dir.path().join("reference");
    succeeds(&mut ingest(&reference, &input));
    let store = dir.path().join("store");
    let children: Vec<_> =
        (0..4).map(|_| ingest(&store, &input).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()).collect();
    let mut done = 0;
    for child in children {
        let out = child.wait_with_output().unwrap();
        let message = String::from_utf8_lossy(&out.stderr);
        match out.status.code() {
            Some(0) => done += 1,
            Some(2) => assert!(message.contains("another phancap is writing"), "{message}"),
            other => panic!("{other:?}: {message}"),
        }
    }
    assert!(done >= 1);
    assert_eq!(content(&store), content(&reference));
}

#[cfg(unix)]
#[test]
fn a_limit_on_file_sizes_is_named_and_the_job_completed_later() {
    let dir = TempDir::new().unwrap();
    let input = dir.path().join("in.jsonl");
    corpus(&input, 200, 0);
    let reference = dir.path().join("reference");
    succeeds(&mut ingest(&reference, &input));
    let store = dir.path().join("store");
    // The signal that comes with the limit is ignored, as it is for a full quota; the write then fails.
    let limited = ingest(&store, &input);
    let out = run(Command::new("bash")
        .args(["-c", "trap '' XFSZ; ulimit -f 200; exec \"$0\" \"$@\""])
        .arg(limited.get_program())
        .args(limited.get_args()));
    full_disk_is_named(&out);
    Store::open_existing(&store).unwrap().check().unwrap();
    succeeds(&mut ingest(&store, &input));
    assert_eq!(content(&store), content(&reference));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_and_the_job_completed_later() {
    let dir = TempDir::new().unwrap();
    let input = dir.path().join("in.jsonl");
    corpus(&input, 200, 0);
    let reference = dir.path().join("reference");
    succeeds(&mut ingest(&reference, &input));
    let disk = dir.path().join("disk");
    let kept = dir.path().join("kept");
    std::fs::create_dir(&disk).unwrap();
    std::fs::create_dir(&kept).unwrap();
    // A small disk of its own, seen by these commands only and gone with them. Prints what the program said when it
    // was full, keeps the store as it was then, makes room and goes on.
    let script = r#"
        set -e
        mount -t tmpfs -o size=600k tmpfs "$DISK" || exit 77
        rc=0; "$@" >&2 || rc=$?
        cp -r "$DISK/." "$KEPT/full"
        mount -o remount,size=64m "$DISK"
        "$@"
        cp -r "$DISK/." "$KEPT/after"
        exit $rc"#;
    let command = ingest(&disk, &input);
    let out = Command::new("unshare")
        .args(["--mount", "bash", "-c", script, "bash"])
        .arg(command.get_program())
        .args(command.get_args())
        .env("DISK", &disk)
        .env("KEPT", &kept)
        .output();
    let out = match out {
        Ok(out) if out.status.code() != Some(77) && kept.join("full").exists() => out,
        _ => return crate::common::skip("mount", "a small disk cannot be mounted here (needs root)"),
    };
    full_disk_is_named(&out);
    Store::open_existing(&kept.join("full")).unwrap().check().unwrap();
    assert_eq!(content(&kept.join("after")), content(&reference));
}

#[cfg(unix)]
#[track_caller]
fn full_disk_is_named(out: &Output) {
    let message = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{message}");
    assert!(message.contains("no room to write"), "{message}");
    assert!(message.contains("phancap.db"), "{message}");
}
