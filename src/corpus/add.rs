//! Documents added to a collection: the text as a file beside the manifest, its facts as a line of it.
//!
//! Invariant: a manifest that was whole stays whole whenever the program stops: texts are written before the line that
//! names them, both whole; what is there twice is refused. One process adds at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::check::{self, Facts, Finding, Severity, Sketch, articles, sha256};
use super::manifest::Entry;
use crate::files::write_whole;
use crate::ingest::{RawDocument, parse_text};
use crate::law::DocumentMeta;
use crate::text::{fold, fold_char, normalise};

/// Why nothing was added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddError {
    /// The system refused.
    #[error("{}: cannot be read or written ({source}); check permissions and the disk", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Documents are added to JSON lines only.
    #[error("{}: documents can be added to a .jsonl file only; unpack or convert it first", path.display())]
    NotAList {
        /// The manifest.
        path: PathBuf,
    },
    /// Another process is adding.
    #[error("{}: another phancap is adding documents; wait for it", path.display())]
    Locked {
        /// The lock.
        path: PathBuf,
    },
    /// A line or a text of the manifest cannot be read, so that twins cannot be known.
    #[error("{message}; before documents can be added the manifest has to be whole (`phancap corpus check`)")]
    Broken {
        /// What is wrong, with file and line.
        message: String,
    },
    /// The document is there already.
    #[error("{place}: already in the collection: {}; leave it out, or correct that line", .twin.message)]
    Twin {
        /// The file that was to be added.
        place: String,
        /// What it has in common with which document.
        twin: Box<Finding>,
    },
    /// A text file that no line names stands in the way.
    #[error("{}: is there with another text, but no line of the manifest names it; move it away", path.display())]
    InTheWay {
        /// The file.
        path: PathBuf,
    },
}

/// What was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// Its id.
    pub id: String,
    /// Its text.
    pub file: PathBuf,
    /// What should be known: texts nearly the same, facts that were not found.
    pub notes: Vec<String>,
}

/// A collection that documents are added to.
pub struct Collection {
    manifest: PathBuf,
    /// The manifest as it stands, with a line break at its end.
    content: String,
    facts: Vec<Facts>,
    _lock: File,
}

impl Collection {
    /// Opens the manifest, or begins one that is not there yet, and reads all its texts: twins are known by them.
    ///
    /// # Errors
    /// See [`AddError`].
    pub fn open(manifest: &Path, mut tick: impl FnMut(usize)) -> Result<Collection, AddError> {
        if !manifest.extension().is_some_and(|e| e.eq_ignore_ascii_case("jsonl")) {
            return Err(AddError::NotAList { path: manifest.to_owned() });
        }
        let lock = lock(manifest)?;
        let mut content = match fs::read_to_string(manifest) {
            Ok(content) => content,
            Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(AddError::Io { path: manifest.to_owned(), source }),
        };
        let mut facts = Vec::new();
        if !content.trim().is_empty() {
            let mut broken = Vec::new();
            let read = check::read(manifest, None, &mut broken, &mut tick, |_, _, _| ());
            if let Some(first) = broken.into_iter().next() {
                return Err(AddError::Broken { message: first.message });
            }
            facts.extend(read.into_iter().map(|(facts, ())| facts));
        }
        if !content.is_empty() && !content.ends_with('\n') {
            content.push('\n');
        }
        Ok(Collection { manifest: manifest.to_owned(), content, facts, _lock: lock })
    }

    /// Adds a document; `url` is its public address where its file states none.
    ///
    /// # Errors
    /// See [`AddError`]; nothing has been changed then.
    pub fn add(&mut self, raw: RawDocument, url: Option<&str>) -> Result<Added, AddError> {
        let place = raw.source.clone();
        let source_file = Path::new(&place).file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let mut meta = raw.meta;
        if let Some(url) = url {
            url.clone_into(&mut meta.url);
        }
        let text = format!("{}\n", raw.text.trim_end_matches(['\n', '\r']));
        let normal = normalise(&text).text;
        let mut facts = Facts {
            entry: entry(&meta, &place, self.content.lines().count() + 1),
            normal_sha256: Some(sha256(normal.as_bytes())),
            sketch: Sketch::new(&normal),
        };
        let mut notes = raw.notes;
        for twin in self.facts.iter().filter_map(|known| check::compare(known, &facts)) {
            let twin = twin.finding(&facts.entry);
            if twin.severity == Severity::Error {
                return Err(AddError::Twin { place, twin: Box::new(twin) });
            }
            notes.push(twin.message);
        }
        facts.entry.id = self.free_id(&meta, &source_file);
        let file = format!("{}/{}.txt", self.folder(), facts.entry.id);
        let path = self.manifest.with_file_name("").join(&file);
        write_text(&path, &text)?;
        let line = line(&meta, &facts, &file, &source_file, &text, &normal);
        let content = format!("{}{line}\n", self.content);
        write_whole(&self.manifest, |out| out.write_all(content.as_bytes()))
            .map_err(|source| AddError::Io { path: self.manifest.clone(), source })?;
        self.content = content;
        notes.extend(unknown(&meta));
        let id = facts.entry.id.clone();
        self.facts.push(facts);
        Ok(Added { id, file: path, notes })
    }

    /// The folder of the texts, beside the manifest and called like it.
    fn folder(&self) -> String {
        self.manifest.file_stem().map_or_else(|| "texts".to_owned(), |s| s.to_string_lossy().into_owned())
    }

    fn free_id(&self, meta: &DocumentMeta, source_file: &str) -> String {
        let wanted = id(meta, source_file);
        let taken = |id: &str| self.facts.iter().any(|f| f.entry.id.eq_ignore_ascii_case(id));
        let (mut free, mut n) = (wanted.clone(), 1);
        while taken(&free) {
            n += 1;
            free = format!("{wanted}-{n}");
        }
        free
    }
}

/// Takes the lock beside the manifest. The file stays and means nothing; the system lets go of the lock with the process.
fn lock(manifest: &Path) -> Result<File, AddError> {
    let name = manifest.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let path = manifest.with_file_name(format!(".{name}.lock"));
    let io_error = |source| AddError::Io { path: path.clone(), source };
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(io_error)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(AddError::Locked { path }),
        Err(TryLockError::Error(source)) => Err(io_error(source)),
    }
}

/// Writes a text; one that is there already with the same bytes was left by a run that was stopped.
fn write_text(path: &Path, text: &str) -> Result<(), AddError> {
    let io_error = |source| AddError::Io { path: path.to_owned(), source };
    match fs::read(path) {
        Ok(there) if there == text.as_bytes() => return Ok(()),
        Ok(_) => return Err(AddError::InTheWay { path: path.to_owned() }),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) => return Err(io_error(e)),
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(io_error)?;
    }
    write_whole(path, |out| out.write_all(text.as_bytes())).map_err(io_error)
}

fn date(date: Option<jiff::civil::Date>) -> String {
    date.map(|d| d.to_string()).unwrap_or_default()
}

fn entry(meta: &DocumentMeta, place: &str, line: usize) -> Entry {
    Entry {
        place: place.to_owned(),
        line,
        number: meta.number.clone(),
        kind: meta.kind.clone(),
        title: meta.title.clone(),
        issuer: meta.issuer.clone(),
        issued_on: date(meta.issued_on),
        effective_on: date(meta.effective_on),
        url: meta.url.clone(),
        ..Entry::default()
    }
}

/// The line of the manifest; its fields are those of the collections in use.
fn line(meta: &DocumentMeta, facts: &Facts, file: &str, source_file: &str, text: &str, normal: &str) -> Value {
    let row = articles::row(&parse_text(normal));
    json!({
        "id": facts.entry.id,
        "number": meta.number,
        "kind": meta.kind,
        "title": meta.title,
        "issuer": meta.issuer,
        "issued_on": date(meta.issued_on),
        "effective_on": date(meta.effective_on),
        "status": meta.status,
        "domain": meta.domain,
        "articles": row.count,
        "max_article": row.last,
        "missing_articles": row.missing,
        "url": meta.url,
        "chars": text.chars().count(),
        "text_sha256": sha256(text.as_bytes()),
        "normal_sha256": facts.normal_sha256,
        "file": file,
        "source_file": source_file,
    })
}

/// Facts that neither file nor text state.
fn unknown(meta: &DocumentMeta) -> Option<String> {
    let facts = [
        ("số hiệu", meta.number.is_empty()),
        ("kind", meta.kind.is_empty()),
        ("title", meta.title.is_empty()),
        ("issuer", meta.issuer.is_empty()),
        ("date of issue", meta.issued_on.is_none()),
    ];
    let missing: Vec<&str> = facts.into_iter().filter(|f| f.1).map(|f| f.0).collect();
    (!missing.is_empty()).then(|| format!("not found in the document: {}; add it to the manifest", missing.join(", ")))
}

/// An id as the collections have them: `ND-65-2023-ND-CP`; of a document without a số hiệu the name of its file.
fn id(meta: &DocumentMeta, source_file: &str) -> String {
    let plain = |s: &str| {
        let letters = s.chars().map(|c| match fold_char(c) {
            l if c.is_uppercase() => l.to_ascii_uppercase(),
            l => l,
        });
        let dashed: String = letters.map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
        dashed.split_whitespace().collect::<Vec<_>>().join("-")
    };
    let number = plain(&meta.number);
    if number.is_empty() {
        let stem = Path::new(source_file).file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
        let name = plain(&stem);
        return if name.is_empty() { "VB".to_owned() } else { name };
    }
    let kind = match fold(&meta.kind).as_str() {
        "luat" => "L",
        "bo luat" => "BL",
        "phap lenh" => "PL",
        "nghi dinh" => "ND",
        "nghi quyet" => "NQ",
        "nghi quyet lien tich" => "NQLT",
        "quyet dinh" => "QD",
        "thong tu" => "TT",
        "thong tu lien tich" => "TTLT",
        "chi thi" => "CT",
        "van ban hop nhat" => "VBHN",
        _ => "VB",
    };
    format!("{kind}-{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(number: &str, source: &str, text: &str) -> RawDocument {
        let meta = DocumentMeta {
            number: number.into(),
            kind: "Nghị định".into(),
            title: "Đèn".into(),
            ..DocumentMeta::default()
        };
        RawDocument { meta, text: text.into(), source: source.into(), ..RawDocument::default() }
    }

    #[test]
    fn what_is_added_is_found_again_and_no_second_time() {
        let dir = tempfile::tempdir().expect("a folder");
        let manifest = dir.path().join("den.jsonl");
        let text = "Điều 1. Đèn
Đèn hoà bình.";
        {
            let mut c = Collection::open(&manifest, |_| ()).expect("a new one");
            let added = c.add(document("1/2031/NĐ-CP", "x/a.docx", text), Some("https://example.org/1")).expect("new");
            assert_eq!(added.id, "ND-1-2031-ND-CP");
            assert_eq!(fs::read_to_string(&added.file).expect("its text"), format!("{text}\n"));
            assert!(matches!(Collection::open(&manifest, |_| ()), Err(AddError::Locked { .. })));
        }
        let mut c = Collection::open(&manifest, |_| ()).expect("the same");
        let twin = c.add(document("2/2031/NĐ-CP", "b.txt", &text.replace("oà", "òa")), None).expect_err("a twin");
        let twin = twin.to_string();
        assert!(twin.contains("b.txt: already") && twin.contains("ND-1-2031-ND-CP (1/2031/NĐ-CP, line 1)"), "{twin}");
        let number = c.add(document("01/2031/NĐ-CP", "c.txt", "Điều 1. Khác"), None).expect_err("the same document");
        assert!(number.to_string().contains("số hiệu, kind and date are those of ND-1"), "{number}");
        let other = c.add(document("", "Thư mời.docx", "Điều 1. Mời"), None).expect("new");
        assert_eq!(other.id, "Thu-moi");
        assert!(other.notes[0].contains("số hiệu"), "{:?}", other.notes);
        drop(c);
        let options = check::Options { today: jiff::civil::date(2036, 1, 1), texts: None };
        let checked = check::check(&manifest, options, |_| ());
        assert_eq!((checked.documents, checked.texts), (2, 2));
        assert!(checked.findings.iter().all(|f| f.severity > Severity::Error), "{:?}", checked.findings);
        let read: Vec<_> = crate::ingest::read(&manifest).map(|d| d.expect("readable").meta.url).collect();
        assert_eq!(read, ["https://example.org/1", ""]);
    }

    #[test]
    fn an_old_manifest_stays_as_it_is_and_a_broken_one_is_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        let manifest = dir.path().join("m.jsonl");
        let old = "{\"id\":\"A\",  \"text\":\"Điều 1. Cũ\", \"own\": 1}";
        fs::write(&manifest, old).expect("a file");
        let mut c = Collection::open(&manifest, |_| ()).expect("readable");
        c.add(document("1/2031/NĐ-CP", "a.txt", "Điều 1. Mới"), None).expect("new");
        drop(c);
        let now = fs::read_to_string(&manifest).expect("a file");
        assert!(now.starts_with(&format!("{old}\n{{\"id\":\"ND-1")) && now.ends_with("}\n"), "{now}");
        fs::write(&manifest, format!("{now}{{half")).expect("a file");
        let refused = Collection::open(&manifest, |_| ()).map(|_| ()).expect_err("broken");
        assert!(refused.to_string().contains("m.jsonl:3"), "{refused}");
        assert!(matches!(Collection::open(&dir.path().join("m.tsv"), |_| ()), Err(AddError::NotAList { .. })));
    }

    #[test]
    fn a_text_left_by_a_stopped_run_is_taken_up_and_another_is_not_overwritten() {
        let dir = tempfile::tempdir().expect("a folder");
        let manifest = dir.path().join("m.jsonl");
        fs::create_dir(dir.path().join("m")).expect("a folder");
        let left = dir.path().join("m/ND-1-2031-ND-CP.txt");
        fs::write(&left, "another").expect("a file");
        let mut c = Collection::open(&manifest, |_| ()).expect("new");
        let refused = c.add(document("1/2031/NĐ-CP", "a.txt", "Điều 1. Một"), None);
        assert!(matches!(refused, Err(AddError::InTheWay { .. })), "{refused:?}");
        assert!(!manifest.exists());
        fs::write(&left, "Điều 1. Một\n").expect("a file");
        c.add(document("1/2031/NĐ-CP", "a.txt", "Điều 1. Một"), None).expect("the same bytes");
    }
}
