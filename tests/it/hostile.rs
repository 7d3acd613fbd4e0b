//! Files made to break a reader. Each ends with an error that names it, within five seconds of processors and 256 MiB (of
//! this program and of the process that reads the file, each), stores nothing, and the file after it is read.

use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use zip::write::SimpleFileOptions;

use super::common;

fn pack(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).expect("memory");
        zip.write_all(bytes).expect("memory");
    }
    zip.finish().expect("memory").into_inner()
}

fn docx(main: &[u8]) -> Vec<u8> {
    pack(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", main)])
}

fn odt(content: &[u8], manifest: &[u8]) -> Vec<u8> {
    let mime = b"application/vnd.oasis.opendocument.text";
    pack(&[("mimetype", mime), ("content.xml", content), ("META-INF/manifest.xml", manifest)])
}

/// Eight copies at each of six levels: 262,144 files of 20 MiB in a few kilobytes.
fn nested_bomb() -> Vec<u8> {
    let mut bytes = pack(&[("zeros.txt", &vec![b'0'; 20 << 20])]);
    for _ in 0..5 {
        let names: Vec<String> = (0..8).map(|i| format!("{i}.zip")).collect();
        bytes = pack(&names.iter().map(|n| (n.as_str(), bytes.as_slice())).collect::<Vec<_>>());
    }
    bytes
}

/// A thousand members that are all the same bytes: each entry of the directory points to the one member.
fn overlapping_bomb() -> Vec<u8> {
    let one = pack(&[("0000.txt", &vec![b'0'; 32 << 20])]);
    let end = one.windows(4).rposition(|w| w == b"PK\x05\x06").expect("an end");
    let u32_at = |at: usize| u32::from_le_bytes(one[at..at + 4].try_into().expect("four"));
    let (size, from) = (u32_at(end + 12) as usize, u32_at(end + 16) as usize);
    let entry = &one[from..from + size];
    let name_at = 46;
    let mut out = one[..from].to_vec();
    for i in 0..1000 {
        let mut entry = entry.to_vec();
        entry[name_at..name_at + 4].copy_from_slice(format!("{i:04}").as_bytes());
        out.extend(entry);
    }
    let mut tail = one[end..].to_vec();
    tail[8..10].copy_from_slice(&1000_u16.to_le_bytes());
    tail[10..12].copy_from_slice(&1000_u16.to_le_bytes());
    tail[12..16].copy_from_slice(&(size as u32 * 1000).to_le_bytes());
    out.extend(tail);
    out
}

/// An archive whose one member says it is encrypted.
fn locked_zip() -> Vec<u8> {
    let mut bytes = pack(&[("a.txt", b"secret")]);
    bytes[6] |= 1;
    let directory = bytes.windows(4).position(|w| w == b"PK\x01\x02").expect("a directory");
    bytes[directory + 8] |= 1;
    bytes
}

/// A Word file with a password: the parts are one encrypted stream of an older container.
fn locked_docx() -> Vec<u8> {
    let mut files = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("memory");
    files.create_stream("/EncryptionInfo").expect("memory").write_all(&[4, 0, 4, 0]).expect("memory");
    files.create_stream("/EncryptedPackage").expect("memory").write_all(&[7; 5000]).expect("memory");
    files.into_inner().into_inner()
}

/// A PDF of these objects, the first of which is the catalogue.
fn pdf(objects: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n", i + 1).into_bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let table = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).into_bytes());
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").into_bytes());
    }
    let size = objects.len() + 1;
    out.extend(format!("trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n").into_bytes());
    out
}

fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let mut out = format!("<< {dictionary} /Length {} >>\nstream\n", data.len()).into_bytes();
    out.extend(data);
    out.extend(b"\nendstream");
    out
}

/// One page with this content stream; `more` are objects 6 and on, `resources` what the page has of them.
fn one_page(content: Vec<u8>, resources: &str, more: Vec<Vec<u8>>) -> Vec<u8> {
    let page = format!(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> {resources} >> >>"
    );
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        page.into_bytes(),
        content,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec(),
    ];
    objects.extend(more);
    pdf(&objects, "")
}

/// A page tree that is its own child.
fn circle_pdf() -> Vec<u8> {
    let pages = b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 2 0 R] /Count 1000000 >>".to_vec();
    pdf(&[b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(), pages], "")
}

/// Thirty forms, each of which draws the next one twice: a thousand million drawings.
fn laughing_pdf() -> Vec<u8> {
    let form = |i: usize| {
        let next = if i < 30 { format!("/XObject << /X {} 0 R >>", i + 7) } else { "/Font << /F1 5 0 R >>".to_owned() };
        let content = if i < 30 { "/X Do /X Do" } else { "BT /F1 9 Tf (ha) Tj ET" };
        let form = format!("/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << {next} >>");
        stream(&form, content.as_bytes())
    };
    one_page(stream("", b"/X Do"), "/XObject << /X 6 0 R >>", (0..=30).map(form).collect())
}

/// Four gigabytes of blanks, deflated twice, as the content of a page.
fn inflated_pdf() -> Vec<u8> {
    let deflate = |bytes: &[u8], times: usize| {
        let mut zip = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        (0..times).for_each(|_| zip.write_all(bytes).expect("memory"));
        zip.finish().expect("memory")
    };
    let once = deflate(&vec![b' '; 1 << 20], 4096);
    one_page(stream("/Filter [/FlateDecode /FlateDecode]", &deflate(&once, 1)), "", Vec::new())
}

/// A page that is one image of 3,600 million dots.
fn huge_image_pdf() -> Vec<u8> {
    let image = stream(
        "/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode",
        b"x\x9c\x03\0\0\0\0\x01",
    );
    one_page(stream("", b"595 0 0 842 0 0 cm /X Do"), "/XObject << /X 6 0 R >>", vec![image])
}

/// A PDF that says it is encrypted, with keys that no empty password opens.
fn locked_pdf() -> Vec<u8> {
    let key = "5a".repeat(32);
    let encrypt = format!("<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <{key}> /U <{key}> >>");
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>".to_vec(),
    ];
    objects.push(encrypt.into_bytes());
    pdf(&objects, "/Encrypt 4 0 R /ID [<00> <00>]")
}

/// An image that says it has 3,600 million dots.
fn huge_png() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend([60_000_u32.to_be_bytes(), 60_000_u32.to_be_bytes()].concat());
    png.extend([8, 0, 0, 0, 0, 0, 0, 0, 0]);
    png
}

/// Name, bytes, and what the message says.
fn hostile() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let deep = |open: &str, close: &str| [open.repeat(1_000_000), close.repeat(1_000_000)].concat();
    let paragraph = "<w:p><w:r><w:t>Điều 1. Một</w:t></w:r></w:p>".repeat(3000);
    let good = docx(format!("<w:document><w:body>{paragraph}</w:body></w:document>").as_bytes());
    let laughs: String = (1..10).fold("<!ENTITY a0 'ha'>".to_owned(), |all, i| {
        all + &format!("<!ENTITY a{i} '{}'>", format!("&a{};", i - 1).repeat(10))
    });
    let laughs = format!("<!DOCTYPE x [{laughs}]><w:document><w:body>&a9;</w:body></w:document>");
    let outside = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><w:document>&a;</w:document>";
    vec![
        ("large-member.zip", pack(&[("a.txt", &vec![b'0'; 80 << 20])]), "a member of more than 64 MiB"),
        ("nested.zip", nested_bomb(), "nested more than 4 deep"),
        ("overlapping.zip", overlapping_bomb(), "error"),
        ("cut.zip", good[..good.len() - 30].to_vec(), "damaged zip"),
        ("locked.zip", locked_zip(), "protected by a password"),
        ("spaces.docx", docx(&vec![b' '; 80 << 20]), "more than 64 MiB"),
        ("laughs.docx", docx(laughs.as_bytes()), "damaged docx"),
        ("outside.docx", docx(outside.as_bytes()), "damaged docx"),
        ("deep.docx", docx(deep("<w:p>", "</w:p>").as_bytes()), "nested more than 256 deep"),
        ("many.docx", docx(["<a>", &"<w:p/>".repeat(2_000_000)].concat().as_bytes()), "more than 1000000 elements"),
        ("cut.docx", good[..good.len() / 2].to_vec(), "damaged zip"),
        ("locked.docx", locked_docx(), "protected by a password"),
        ("program.docx", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".repeat(100), "not a format"),
        ("deep.odt", odt(deep("<t:p>", "</t:p>").as_bytes(), b"<m/>"), "nested more than 256 deep"),
        ("locked.odt", odt(b"\x01\x02\x03", b"<m:encryption-data/>"), "protected by a password"),
        ("deep.html", ["<html><body>", &"<div>".repeat(1_000_000)].concat().into_bytes(), "nested more than 256 deep"),
        ("many.html", ["<html><body>", &"<br>".repeat(2_000_000)].concat().into_bytes(), "more than 1000000 elements"),
        ("deep.rtf", ["{\\rtf1", &"{".repeat(1_000_000)].concat().into_bytes(), "nested more than 256 deep"),
        ("cut.rtf", b"{\\rtf1\\ansi {\\b Dieu 1".to_vec(), "damaged rtf"),
        ("cut.doc", locked_docx()[..1000].to_vec(), "damaged doc"),
        ("cut.pdf", locked_pdf()[..200].to_vec(), "no text in this file (pdf)"),
        ("empty.pdf", one_page(stream("", b""), "", Vec::new()), "no text in this file (pdf)"),
        ("circle.pdf", circle_pdf(), "no text in this file (pdf)"),
        ("deep.pdf", one_page(stream("", "[".repeat(1_000_000).as_bytes()), "", Vec::new()), "pdf"),
        ("laughs.pdf", laughing_pdf(), "takes more than 4 s"),
        ("inflated.pdf", inflated_pdf(), "takes more than 256 MiB of memory"),
        ("huge-image.pdf", huge_image_pdf(), "an image of 60000 × 60000 dots"),
        ("locked.pdf", locked_pdf(), "protected by a password"),
        ("huge.png", huge_png(), "60000 × 60000 dots"),
        ("cut.png", huge_png()[..12].to_vec(), "damaged image"),
        ("nothing.txt", Vec::new(), "empty"),
        ("zeros.txt", vec![0; 1 << 20], "not a format"),
        ("long.txt", vec![b'x'; 65 << 20], "larger than 64 MiB"),
    ]
}

/// The most memory (KiB) that a process or one below it has had so far.
fn most_memory(process: u32) -> u64 {
    let state = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let own = state.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let own = own.and_then(|m| m.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0);
    // Each thread has children of its own.
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let below = threads.flat_map(|t| {
        let children = fs::read_to_string(t.path().join("children")).unwrap_or_default();
        children.split_whitespace().filter_map(|c| c.parse().ok()).collect::<Vec<u32>>()
    });
    below.map(most_memory).fold(own, u64::max)
}

/// What reading took.
struct Used {
    /// By the clock.
    clock: Duration,
    /// Of processors, with that of the reading process.
    processor: Duration,
    /// Most memory of one process, KiB.
    memory: u64,
}

/// Processor time of a process and those below it that have ended.
fn processor_time(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // From the state, after the name in brackets: the 12th to 15th, in hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(4);
    Duration::from_millis(fields.filter_map(|f| f.parse::<u64>().ok()).sum::<u64>() * 10)
}

/// Reads the files; what the program said, and what it took.
fn ingest(store: &Path, files: &[&Path]) -> (i32, String, String, Used) {
    let said = store.with_extension("stderr");
    let started = Instant::now();
    let mut child = common::phancap()
        .arg("ingest")
        .args(files)
        .arg("--store")
        .arg(store)
        .stdout(Stdio::piped())
        .stderr(fs::File::create(&said).expect("a file"))
        .spawn()
        .expect("the program starts");
    let (mut memory, mut processor) = (0, Duration::ZERO);
    let status = loop {
        memory = most_memory(child.id()).max(memory);
        processor = processor_time(child.id()).max(processor);
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let mut out = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut out).expect("UTF-8");
    let err = fs::read_to_string(&said).expect("UTF-8");
    (status.code().unwrap_or(-1), out, err, Used { clock: started.elapsed(), processor, memory })
}

#[test]
fn each_hostile_file_is_told_in_bounded_time_and_memory() {
    let dir = tempfile::tempdir().expect("a folder");
    let good = dir.path().join("good.txt");
    fs::write(&good, "Điều 1. Phạm vi\n1. Một.\n").expect("a file");
    // Unoptimised builds, for a quick edit loop, are some ten times slower.
    let quick = std::env::var("CARGO_PROFILE_DEV_OPT_LEVEL").is_ok_and(|l| l == "0");
    let most = Duration::from_secs(if quick { 40 } else { 5 });
    let mut wrong = Vec::new();
    for (name, bytes, said) in hostile() {
        let path = dir.path().join(name);
        fs::write(&path, &bytes).expect("a file");
        let store = dir.path().join(format!("store-{name}"));
        let (code, out, err, used) = ingest(&store, &[&path, &good]);
        let took =
            format!("{:.2?} of processors, {:.2?} by the clock, {} MiB", used.processor, used.clock, used.memory >> 10);
        println!("{name}: {took}: {}", err.lines().next().unwrap_or_default());
        let right = code == 1
            && err.lines().count() < 10
            && err.contains(said)
            && err.contains(name)
            && out.starts_with("1 added")
            && used.processor < most
            // The machine may have other work.
            && used.clock < most * 10
            && used.memory < 256 << 10;
        if !right {
            wrong.push(format!("{name}: exit {code}, {took}, wanted “{said}”: {out}{err}"));
        }
        fs::remove_file(&path).expect("a file");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file is what is in it, whatever it is called.
#[test]
fn names_do_not_matter() {
    let dir = tempfile::tempdir().expect("a folder");
    let page = "<!DOCTYPE html><html><body><p>Điều 1. Phạm vi</p></body></html>";
    let word =
        docx("<w:document><w:body><w:p><w:r><w:t>Điều 1. Phạm vi</w:t></w:r></w:p></w:body></w:document>".as_bytes());
    let rich = b"{\\rtf1\\ansi \\u272?i\\u7873?u 1. Ph\\u7841?m vi\\par}";
    for (name, bytes) in
        [("a.docx", page.as_bytes()), ("b.doc", rich), ("c.txt", &word), ("d.html", "Điều 1. Phạm vi".as_bytes())]
    {
        fs::write(dir.path().join(name), bytes).expect("a file");
    }
    let members: Vec<(&str, &[u8])> =
        vec![("thư mục/e.doc", &word), ("readme.txt", b"x"), ("x_files/f.html", page.as_bytes())];
    fs::write(dir.path().join("g.zip"), pack(&members)).expect("a file");
    let read: Vec<(String, String)> = phancap::ingest::read(dir.path())
        .map(|d| d.map(|d| (d.meta.id, d.text.trim().to_owned())).expect("a document"))
        .collect();
    let ids: Vec<&str> = read.iter().map(|r| r.0.as_str()).collect();
    assert_eq!(ids, ["a.docx", "b.doc", "c", "d.html", "g.zip/thư mục/e.doc"]);
    assert!(read.iter().all(|r| r.1 == "Điều 1. Phạm vi"), "{read:?}");
}
