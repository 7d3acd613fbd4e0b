//! What must hold for any bytes at all: each target panics where it does not. The test `hardened` feeds them in-process,
//! `fuzz/` feeds them under libFuzzer.

use std::io::Cursor;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use phancap::ingest::formats::{self, Limits};
use phancap::law::citation::{self, Here, Known, Lookup};
use phancap::law::{Document, DocumentMeta};
use phancap::search::{Index, Query};
use phancap::store::Store;
use phancap::text::accents::{Accents, Table};
use phancap::{ingest, text};

/// A target: its name and what it does with bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const ALL: &[Target] = &[
    ("docx", |b| reader("docx", b)),
    ("docx_part", |b| reader("docx", &package(b, "word/document.xml", b""))),
    ("odt", |b| reader("odt", b)),
    ("odt_part", |b| reader("odt", &package(b, "content.xml", b"application/vnd.oasis.opendocument.text"))),
    ("rtf", |b| reader("rtf", b)),
    ("doc", |b| reader("doc", b)),
    ("doc_part", |b| reader("doc", &word97(b))),
    ("pdf", |b| reader("pdf", b)),
    ("image", |b| reader("image", b)),
    ("html", |b| reader("html", b)),
    ("text", |b| reader("text", b)),
    ("archive", archive),
    ("manifest", manifest),
    ("structure", structure),
    ("citations", citations),
    ("query", query),
    ("accents", accents),
    ("accents_table", accents_table),
];

/// The target of this name.
pub fn named(name: &str) -> fn(&[u8]) {
    ALL.iter().find(|t| t.0 == name).unwrap_or_else(|| panic!("no target {name}")).1
}

/// A file of the project, whether the package is the project's or that of `fuzz/` inside it.
fn project(file: &str) -> std::path::PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().map(|folder| folder.join(file)).find(|f| f.exists()).expect("a file of the project")
}

/// Bounds that keep one input short; no time for OCR, which is another program's work.
fn limits() -> Limits {
    Limits { text: 4 << 20, pages: 16, depth: 64, time: Duration::ZERO, ..Limits::default() }
}

/// A reader gives a text or an error, and what reads on from there takes the text.
fn reader(name: &str, bytes: &[u8]) {
    let _ = formats::detect(bytes);
    let format = formats::all().iter().find(|f| f.name() == name).unwrap_or_else(|| panic!("no format {name}"));
    let Ok(read) = format.read(bytes, &limits()) else { return };
    // Inside the limit, but for a line's end.
    assert!(read.text.len() <= limits().text + 4096, "{} bytes of text", read.text.len());
    structure(read.text.as_bytes());
}

/// A package with one part, which is all that matters to its reader.
fn package(part: &[u8], name: &str, mimetype: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let parts: [(&str, &[u8]); 3] = [("mimetype", mimetype), ("[Content_Types].xml", b"<Types/>"), (name, part)];
    for (name, bytes) in parts.into_iter().filter(|p| !p.1.is_empty()) {
        zip.start_file(name, stored).expect("memory");
        zip.write_all(bytes).expect("memory");
    }
    zip.finish().expect("memory").into_inner()
}

/// A container of Word 97 with these bytes as its main stream and its tables: first the length of the main stream.
fn word97(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let (length, rest) = bytes.split_at(bytes.len().min(2));
    let at = length.iter().fold(0, |n, &b| n << 8 | usize::from(b)).min(rest.len());
    let mut files = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("memory");
    for (name, part) in [("/WordDocument", &rest[..at]), ("/0Table", &rest[at..]), ("/1Table", &rest[at..])] {
        files.create_stream(name).expect("memory").write_all(part).expect("memory");
    }
    files.into_inner().into_inner()
}

/// Writes the bytes as a file of this name and reads what `ingest` makes of it.
fn read_file(name: &str, bytes: &[u8], read: impl FnOnce(&Path)) {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    // One at a time: the file's name is the same each time.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let path = FOLDER.get_or_init(|| tempfile::tempdir().expect("a folder")).path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    read(&path);
}

/// Archives of texts: bounded, an error or documents.
fn archive(bytes: &[u8]) {
    // A member that is a scan would be sent to OCR.
    let scan = |b: &[u8]| {
        b.windows(4).any(|w| {
            w == b"%PDF" || w == b"\x89PNG" || w == b"II*\0" || w == b"MM\0*" || w.starts_with(b"\xff\xd8\xff")
        })
    };
    if !scan(bytes) {
        read_file("x.zip", bytes, |path| assert!(ingest::read(path).take(10_000).count() < 10_000));
    }
}

/// Lists and tables of metadata.
fn manifest(bytes: &[u8]) {
    for name in ["m.jsonl", "m.tsv"] {
        read_file(name, bytes, |path| {
            let lines = bytes.iter().filter(|&&b| b == b'\n' || b == b'\r').count() + 1;
            assert!(phancap::corpus::entries(path).count() <= lines);
            let options = phancap::corpus::check::Options { today: jiff::civil::date(2036, 1, 1), texts: None };
            let _ = phancap::corpus::check::check(path, options, |_| ());
        });
    }
}

/// No byte of a text is lost, nodes are in order and addresses unique.
fn structure(bytes: &[u8]) {
    let normal = text::normalise(&String::from_utf8_lossy(bytes)).text;
    let nodes = ingest::parse_text(&normal);
    let mut at = 0;
    let mut addresses = std::collections::HashSet::new();
    for (i, node) in nodes.iter().enumerate() {
        assert_eq!(node.span.start, at, "a gap before {}", node.address);
        assert!(node.span.end > at && normal.is_char_boundary(node.span.end));
        assert!(node.parent.is_none_or(|p| p < i));
        assert!(addresses.insert(&node.address), "{} twice", node.address);
        at = node.span.end;
    }
    assert_eq!(at, normal.len());
    let document = Document { meta: DocumentMeta::default(), text: normal, nodes };
    for leaf in ingest::leaves(&document) {
        assert!(document.text.get(leaf.span.clone()).is_some() && !leaf.text.is_empty());
    }
}

/// A lookup that knows a little.
struct Few;

impl Lookup for Few {
    fn by_number(&self, number: &str) -> Vec<Known> {
        vec![Known { id: number.to_owned(), kind: "Luật".into(), issued_on: None }; number.len() % 3]
    }

    fn by_name(&self, key: &str) -> Vec<Known> {
        self.by_number(key)
    }

    fn has(&self, id: &str, address: &str) -> bool {
        (id.len() + address.len()).is_multiple_of(2)
    }
}

/// Spans lie in the text, in order, and annotating loses nothing.
fn citations(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let clean = citation::clean(&text);
    assert_eq!(clean.len(), text.len());
    let found = citation::find(&clean);
    assert!(found.windows(2).all(|w| w[0].span.start <= w[1].span.start));
    for c in &found {
        assert!(clean.get(c.span.clone()).is_some_and(|s| !s.is_empty()), "{c:?}");
        let here = Here { id: "A", address: "dieu-1.khoan-2", quoted: false, issued_on: None };
        let _ = citation::resolve(c, here, &Few);
    }
    assert_eq!(citation::annotate(&clean, &found, |_| (String::new(), String::new())), clean);
}

/// The index of the bundled sample.
fn index() -> &'static (Index, tempfile::TempDir) {
    static INDEX: OnceLock<(Index, tempfile::TempDir)> = OnceLock::new();
    INDEX.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a folder");
        let sample = project("corpus/sample/documents.jsonl");
        let mut store = Store::open(dir.path()).expect("a new store");
        ingest::load::load(&mut store, &[sample], |_| ()).expect("the sample");
        let mut index = Index::recreate(&dir.path().join("index")).expect("a new index");
        index.sync(&store).expect("the sample");
        (index, dir)
    })
}

/// Any query ends with hits or an error, hits with a snippet inside the text.
fn query(bytes: &[u8]) {
    let hits = index().0.search(&Query::new(String::from_utf8_lossy(bytes)));
    if let Ok(hits) = hits {
        assert!(hits.hits.len() <= 10);
    }
}

/// As many characters as before, only letters changed, and only by marks.
fn accents(bytes: &[u8]) {
    static ACCENTS: OnceLock<Accents> = OnceLock::new();
    let accents = ACCENTS.get_or_init(|| {
        let file = std::fs::read(project("models/accents.bin")).expect("the model's accents");
        Accents::new(Table::from_bytes(&file).expect("a table"))
    });
    let given = String::from_utf8_lossy(bytes);
    let restored = accents.restore(&given);
    assert_eq!(restored.chars().count(), given.chars().count());
    let differ = given.chars().zip(restored.chars()).find(|&(a, b)| a != b && text::fold_char(a) != text::fold_char(b));
    assert_eq!(differ, None);
    assert!((0.0..=1.0).contains(&accents.known(&given)));
    let normal = text::normalise_line(&given);
    let n = given.chars().count();
    assert!(normal.original_chars(0..n).end <= n);
}

/// A damaged table is an error or a table that can be used.
fn accents_table(bytes: &[u8]) {
    if let Ok(table) = Table::from_bytes(bytes) {
        let _ = Accents::new(table).restore("tham quyen cap phep");
    }
}
