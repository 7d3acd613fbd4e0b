//! `phancap corpus fetch` against servers made here: nothing leaves this machine.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use phancap::corpus::fetch::{Counts, Event, FetchError, Options, Proxies, fetch};
use serde_json::{Value, json};

use super::common;

/// What a server does with the n-th request for a path.
type Reply = Box<dyn Fn(usize) -> Vec<u8> + Send + Sync>;

/// A server on this machine; it ends with the test's process.
struct Server {
    address: String,
    /// Path, time, and head of each request.
    seen: Arc<Mutex<Vec<(String, Instant, String)>>>,
}

impl Server {
    fn new(replies: Vec<(&str, Reply)>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let replies: Arc<HashMap<String, Reply>> =
            Arc::new(replies.into_iter().map(|(p, r)| (p.to_owned(), r)).collect());
        let log = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (replies, log) = (replies.clone(), log.clone());
                std::thread::spawn(move || serve(stream, &replies, &log));
            }
        });
        Server { address, seen }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Requests for a path.
    fn asked(&self, path: &str) -> Vec<(Instant, String)> {
        let seen = self.seen.lock().expect("the log");
        seen.iter().filter(|s| s.0 == path).map(|s| (s.1, s.2.clone())).collect()
    }
}

/// The head of a request, up to its blank line.
fn head(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    Some(head)
}

fn serve(stream: TcpStream, replies: &HashMap<String, Reply>, log: &Mutex<Vec<(String, Instant, String)>>) {
    let mut stream = BufReader::new(stream);
    while let Some(head) = head(&mut stream) {
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let n = {
            let mut log = log.lock().expect("the log");
            log.push((path.clone(), Instant::now(), head));
            log.iter().filter(|s| s.0 == path).count() - 1
        };
        let answer = replies.get(&path).map_or_else(|| reply("404 Not Found", "", b"no"), |r| r(n));
        if stream.get_mut().write_all(&answer).is_err() {
            return;
        }
    }
}

fn reply(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn page(text: &str) -> Vec<u8> {
    let body = format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"></head><body><p>NGHỊ ĐỊNH</p><p>Số: 1/2031/NĐ-CP</p><p>Điều 1. Đèn</p><p>{text}</p></body></html>"
    );
    reply("200 OK", "Content-Type: text/html\r\n", body.as_bytes())
}

fn fixed(answer: Vec<u8>) -> Reply {
    Box::new(move |_| answer.clone())
}

fn manifest(dir: &Path, urls: &[(&str, String)]) -> std::path::PathBuf {
    let path = dir.join("m.jsonl");
    let lines: Vec<String> =
        urls.iter().map(|(id, url)| json!({"id": id, "number": "1/2031/NĐ-CP", "url": url}).to_string()).collect();
    fs::write(&path, lines.join("\n")).expect("a file");
    path
}

fn quick() -> Options {
    Options {
        rate: Duration::from_millis(1),
        timeout: Duration::from_secs(20),
        most_bytes: 64 << 10,
        longest_wait: Duration::from_secs(3),
        tries: 2,
        ..Options::default()
    }
}

/// Fetches, and tells what was said.
fn run(manifest: &Path, into: &Path, options: &Options) -> (Counts, Vec<String>) {
    let mut said = Vec::new();
    let now = || "2031-01-02T03:04:05Z".parse().expect("a time");
    let counts = fetch(manifest, into, options, &now, &mut |event| match event {
        Event::Failed(e) => said.push(e.to_string()),
        Event::Noted(id, note) => said.push(format!("{id}: {note}")),
        Event::Waiting(..) => said.push("waiting".into()),
        Event::Done(_) => {}
    });
    (counts.expect("a folder that can be written"), said)
}

fn rows(into: &Path) -> Vec<Value> {
    let list = fs::read_to_string(into.join("manifest.jsonl")).expect("a list");
    list.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect()
}

#[test]
fn pages_are_fetched_once_and_the_folder_is_a_collection() {
    let dir = tempfile::tempdir().expect("a folder");
    let server = Server::new(vec![
        ("/robots.txt", fixed(reply("200 OK", "", b"User-agent: *\nDisallow: /no\n"))),
        ("/a", fixed(page("Một đèn sáng."))),
        ("/moved", fixed(reply("302 Found", "Location: /b?x=1\r\n", b""))),
        ("/b?x=1", fixed(page("Hai đèn sáng."))),
        ("/no/c", fixed(page("Cấm."))),
    ]);
    let list = [
        ("A", server.url("/a")),
        ("B", server.url("/moved")),
        ("C", server.url("/no/c")),
        ("D", server.url("/gone")),
        ("E", String::new()),
        ("F", "ftp://127.0.0.1/x".to_owned()),
    ];
    let (m, into) = (manifest(dir.path(), &list), dir.path().join("pages"));
    let options = Options { contact: "someone@example.org".into(), ..quick() };
    let (counts, said) = run(&m, &into, &options);
    assert_eq!(counts, Counts { fetched: 2, failed: 3, without_address: 1, ..Counts::default() }, "{said:?}");
    for (i, part) in
        ["/no/c: the host's robots.txt", "/gone: the host answers 404", "\"ftp://127.0.0.1/x\" is no address"]
            .into_iter()
            .enumerate()
    {
        assert!(said[i].contains(part), "{said:?}");
    }
    assert_eq!((server.asked("/no/c").len(), server.asked("/robots.txt").len()), (0, 1));
    let request = server.asked("/a")[0].1.to_lowercase();
    assert!(request.contains("user-agent: phancap/") && request.contains("someone@example.org"), "{request}");

    let rows = rows(&into);
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1]["answered_by"], json!(server.url("/b?x=1")));
    assert_eq!(rows[0]["fetched_at"], json!("2031-01-02T03:04:05Z"));
    let read: Vec<_> = phancap::ingest::read(&into.join("manifest.jsonl")).map(|d| d.expect("readable")).collect();
    assert_eq!(read.iter().map(|d| d.meta.id.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    assert!(read[1].text.contains("Hai đèn sáng."), "{}", read[1].text);
    let options = phancap::corpus::check::Options { today: jiff::civil::date(2036, 1, 1), texts: None };
    let checked = phancap::corpus::check::check(&into.join("manifest.jsonl"), options, |_| ());
    let hashes = ["text-hash", "normal-hash", "char-count", "unreadable"];
    assert!(checked.findings.iter().all(|f| !hashes.contains(&f.code.name().as_str())), "{:?}", checked.findings);

    // The second run asks for what failed only.
    let (counts, _) = run(&m, &into, &quick());
    assert_eq!((counts.there, counts.fetched, counts.failed), (2, 0, 3));
    assert_eq!((server.asked("/a").len(), server.asked("/gone").len()), (1, 2));
}

#[test]
fn what_does_not_come_is_told_and_the_rest_goes_on() {
    let dir = tempfile::tempdir().expect("a folder");
    let large = vec![b'x'; 200 << 10];
    let chunked = [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n32000\r\n".to_vec(),
        large.clone(),
        b"\r\n0\r\n\r\n".to_vec(),
    ]
    .concat();
    let slow: Reply = Box::new(|_| {
        std::thread::sleep(Duration::from_secs(4));
        page("Muộn.")
    });
    let server = Server::new(vec![
        ("/loop", fixed(reply("302 Found", "Location: /loop\r\n", b""))),
        ("/away", fixed(reply("302 Found", "Location: file:///etc/passwd\r\n", b""))),
        ("/large", fixed(reply("200 OK", "", &large))),
        ("/chunked", fixed(chunked)),
        ("/slow", slow),
        ("/cut", fixed(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nConnection: close\r\n\r\n<html>".to_vec())),
        ("/binary", fixed(reply("200 OK", "", &[0; 600]))),
        ("/empty", fixed(reply("200 OK", "", b""))),
        ("/z", fixed(page("Sau cùng."))),
    ]);
    let names = ["/loop", "/away", "/large", "/chunked", "/slow", "/binary", "/empty", "/z"];
    let list: Vec<(&str, String)> = names.iter().map(|n| (&n[1..], server.url(n))).collect();
    let (m, into) = (manifest(dir.path(), &list), dir.path().join("pages"));
    let options = Options { timeout: Duration::from_secs(1), tries: 1, ..quick() };
    let (counts, said) = run(&m, &into, &options);
    assert_eq!((counts.fetched, counts.failed), (1, 7), "{said:?}");
    let expected = [
        "redirects",
        "/away",
        "more than 64 KiB",
        "more than 64 KiB",
        "not answered within 1 s",
        "not a format",
        "empty",
    ];
    for (i, part) in expected.into_iter().enumerate() {
        assert!(said[i].contains(part), "{i} {part}: {said:#?}");
    }
    assert!(server.asked("/loop").len() <= 6, "{}", server.asked("/loop").len());
    // Nothing half: one page, one line.
    assert_eq!(rows(&into).len(), 1);
    assert_eq!(fs::read_dir(into.join("pages")).expect("pages").count(), 1);
}

#[test]
fn hosts_are_asked_slowly_and_their_wishes_kept() {
    let dir = tempfile::tempdir().expect("a folder");
    let busy: Reply = Box::new(|n| match n {
        0 => reply("503 Service Unavailable", "Retry-After: 1\r\n", b""),
        _ => page("Rảnh."),
    });
    let server = Server::new(vec![
        ("/a", fixed(page("Một."))),
        ("/b", busy),
        ("/c", fixed(reply("429 Too Many Requests", "Retry-After: 3600\r\n", b""))),
        ("/d", fixed(page("Hai."))),
    ]);
    let list: Vec<(&str, String)> = ["/a", "/b", "/c", "/d"].iter().map(|n| (&n[1..], server.url(n))).collect();
    let (m, into) = (manifest(dir.path(), &list), dir.path().join("pages"));
    let rate = Duration::from_millis(150);
    let (counts, said) = run(&m, &into, &Options { rate, ..quick() });
    assert_eq!((counts.fetched, counts.failed), (2, 2), "{said:?}");
    assert_eq!(said[0], "waiting");
    assert!(said[1].contains("429") && said[2].contains("left alone for 3600 s"), "{said:?}");
    assert_eq!(server.asked("/d").len(), 0, "the host wanted to be left alone");
    let b = server.asked("/b");
    assert!(b[1].0 - b[0].0 >= Duration::from_secs(1), "Retry-After");
    let all: Vec<Instant> = server.seen.lock().expect("the log").iter().map(|s| s.1).collect();
    // A little less: the server notes a request after it was sent.
    assert!(all.windows(2).all(|w| w[1] - w[0] >= rate.saturating_sub(Duration::from_millis(30))), "{all:?}");
}

#[test]
fn a_changed_page_is_told_and_the_first_one_kept() {
    let dir = tempfile::tempdir().expect("a folder");
    let changing: Reply = Box::new(|n| match n {
        0 => page("Một đèn."),
        // Another page around the same text, then another text.
        1 | 2 => [page("Một đèn."), Vec::new()].concat().replace_once("<head>", "<head> <!-- hôm nay -->"),
        _ => page("Hai đèn."),
    });
    let server = Server::new(vec![("/a", changing), ("/b", fixed(page("Ba.")))]);
    let (m, into) =
        (manifest(dir.path(), &[("A", server.url("/a")), ("B", server.url("/b"))]), dir.path().join("pages"));
    run(&m, &into, &quick());
    let before = (rows(&into), fs::read(into.join("pages/A.html")).expect("a page"));
    let again = Options { again: true, ..quick() };
    for _ in 0..2 {
        let (counts, said) = run(&m, &into, &again);
        assert_eq!((counts.page_changed, counts.text_changed, counts.unchanged), (1, 0, 1), "{said:?}");
    }
    let (counts, said) = run(&m, &into, &again);
    assert_eq!((counts.page_changed, counts.text_changed, counts.unchanged), (0, 1, 1), "{said:?}");
    assert!(said[0].starts_with("A: the text at") && said[0].contains("2031-01-02"), "{said:?}");
    assert_eq!((rows(&into), fs::read(into.join("pages/A.html")).expect("a page")), before);
    let log = fs::read_to_string(into.join("changes.log")).expect("a log");
    let changes: Vec<Value> = log.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(changes.iter().map(|c| c["text_changed"].as_bool()).collect::<Vec<_>>(), [Some(false), Some(true)]);
    let kept = fs::read_to_string(into.join(changes[1]["file"].as_str().expect("a file"))).expect("the later page");
    assert!(kept.contains("Hai đèn."));
    // A folder that is read as a whole has each document once.
    assert_eq!(phancap::ingest::read(&into).flatten().count(), 2);
}

/// Replaces in the body and corrects the length.
trait ReplaceOnce {
    fn replace_once(&self, from: &str, to: &str) -> Vec<u8>;
}

impl ReplaceOnce for Vec<u8> {
    fn replace_once(&self, from: &str, to: &str) -> Vec<u8> {
        let text = String::from_utf8(self.clone()).expect("UTF-8");
        let (_, body) = text.split_once("\r\n\r\n").expect("a head");
        reply("200 OK", "Content-Type: text/html\r\n", body.replacen(from, to, 1).as_bytes())
    }
}

/// The program itself, without the proxies of whoever runs the tests.
fn program(manifest: &Path, into: &Path) -> Command {
    let mut c = common::phancap();
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        c.env_remove(name).env_remove(name.to_lowercase());
    }
    c.args(["corpus", "fetch", "--rate", "0.02", "--json"]).arg(manifest).arg("--into").arg(into);
    c
}

fn counted(c: &mut Command) -> (Option<i32>, Value) {
    let out = c.output().expect("the program starts");
    let line = String::from_utf8_lossy(&out.stdout).into_owned();
    let counts =
        serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}{}", String::from_utf8_lossy(&out.stderr)));
    (out.status.code(), counts)
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let dir = tempfile::tempdir().expect("a folder");
    let paths: Vec<String> = (0..12).map(|i| format!("/{i}")).collect();
    let server = Server::new(paths.iter().map(|p| (p.as_str(), fixed(page(&format!("Trang {p}."))))).collect());
    let list: Vec<(&str, String)> = paths.iter().map(|p| (&p[1..], server.url(p))).collect();
    let (m, into) = (manifest(dir.path(), &list), dir.path().join("pages"));
    for stop in [2, 5, 9] {
        let mut child =
            program(&m, &into).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        let began = Instant::now();
        let done = || fs::read(into.join("manifest.jsonl")).map_or(0, |b| b.iter().filter(|&&b| b == b'\n').count());
        while done() < stop && began.elapsed() < Duration::from_mins(1) {
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().expect("a child");
        child.wait().expect("a child");
        assert!(done() >= stop, "{} of {stop}", done());
    }
    let (code, counts) = counted(&mut program(&m, &into));
    assert_eq!((code, counts["failed"].as_u64()), (Some(0), Some(0)), "{counts}");
    let rows = rows(&into);
    assert_eq!(rows.len(), 12);
    for (i, row) in rows.iter().enumerate() {
        assert_eq!(row["id"], json!(i.to_string()));
        let page = fs::read(into.join(row["file"].as_str().expect("a file"))).expect("a page");
        assert!(String::from_utf8_lossy(&page).contains(&format!("Trang /{i}.")));
    }
    // At each kill at most one page was under way.
    let asked: usize = paths.iter().map(|p| server.asked(p).len()).sum();
    assert!((12..=15).contains(&asked), "{asked}");
}

/// A proxy that makes tunnels; the targets that it was asked for.
fn proxy() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = BufReader::new(stream);
            let Some(head) = head(&mut stream) else { continue };
            let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
            log.lock().expect("the log").push(target.clone());
            let mut stream = stream.into_inner();
            let Ok(mut host) = TcpStream::connect(&target) else { continue };
            if stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").is_err() {
                continue;
            }
            let (mut back, mut there) = (stream.try_clone().expect("a socket"), host.try_clone().expect("a socket"));
            std::thread::spawn(move || std::io::copy(&mut host, &mut back));
            std::thread::spawn(move || std::io::copy(&mut stream, &mut there));
        }
    });
    (address, seen)
}

#[test]
fn proxies_of_the_environment_are_used() {
    let dir = tempfile::tempdir().expect("a folder");
    let server = Server::new(vec![("/a", fixed(page("Một.")))]);
    let m = manifest(dir.path(), &[("A", server.url("/a"))]);
    let (address, seen) = proxy();
    let through = counted(program(&m, &dir.path().join("1")).env("http_proxy", &address));
    assert_eq!((through.0, through.1["fetched"].as_u64()), (Some(0), Some(1)), "{}", through.1);
    assert!(seen.lock().expect("the log").iter().all(|t| *t == server.address));
    let tunnels = seen.lock().expect("the log").len();
    assert!(tunnels > 0, "nothing came through the proxy");
    let past =
        counted(program(&m, &dir.path().join("2")).env("HTTP_PROXY", &address).env("NO_PROXY", "other, 127.0.0.1"));
    assert_eq!((past.0, past.1["fetched"].as_u64()), (Some(0), Some(1)), "{}", past.1);
    assert_eq!(seen.lock().expect("the log").len(), tunnels, "the host is in NO_PROXY");
    let other = counted(program(&m, &dir.path().join("3")).env("HTTPS_PROXY", "http://127.0.0.1:1"));
    assert_eq!(other.1["fetched"].as_u64(), Some(1), "the other scheme's proxy is not asked");
    let wrong = program(&m, &dir.path().join("4")).env("HTTP_PROXY", "no proxy").output().expect("the program starts");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("HTTP_PROXY=no proxy"));
}

#[test]
fn a_host_that_is_not_there_is_given_up() {
    let dir = tempfile::tempdir().expect("a folder");
    // A port where nobody listens any more.
    let gone = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
    let list: Vec<(String, String)> = (0..8).map(|i| (i.to_string(), format!("http://{gone}/{i}"))).collect();
    let list: Vec<(&str, String)> = list.iter().map(|(i, u)| (i.as_str(), u.clone())).collect();
    let (m, into) = (manifest(dir.path(), &list), dir.path().join("pages"));
    let (counts, said) = run(&m, &into, &Options { tries: 1, ..quick() });
    assert_eq!(counts.failed, 8);
    assert!(said[0].contains("check the network and the proxy settings"), "{said:?}");
    assert!(said[7].contains("5 failures in a row"), "{said:?}");
    let busy = Options { proxies: Proxies::default(), ..quick() };
    let lock = fs::OpenOptions::new().append(true).open(into.join("manifest.jsonl")).expect("a list");
    lock.lock().expect("a lock");
    let now = || jiff::Timestamp::UNIX_EPOCH;
    let refused = fetch(&m, &into, &busy, &now, &mut |_| ());
    assert!(matches!(refused, Err(FetchError::Locked { .. })), "{refused:?}");
}
