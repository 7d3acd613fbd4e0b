//! What the damage begins with: files made here, the bundled sample, and real files where they are.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use crate::common;

/// Real files that are used of one format, and the longest one.
const REAL: usize = 3;
const LONGEST_REAL: u64 = 128 << 10;

/// Seeds of a target.
pub fn of(target: &str) -> Vec<Vec<u8>> {
    match target {
        "docx" => with_real(
            &["docx"],
            vec![zip(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", WORD.as_bytes())])],
        ),
        "docx_part" => vec![WORD.into()],
        "odt" => {
            vec![zip(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", OPEN.as_bytes())])]
        }
        "odt_part" => vec![OPEN.into()],
        "rtf" => vec![
            RICH.into(),
            b"{\\rtf1\\ansi\\ansicpg1258{\\fonttbl{\\f0 .VnTime;}}\\f0 \\'a7i\\'d2u 1. Ph\\'b9m vi\\par}".into(),
        ],
        "doc" => vec![word97()],
        "doc_part" => {
            let (main, tables) = word97_parts();
            vec![[&(main.len() as u16).to_be_bytes()[..], &main, &tables].concat()]
        }
        "pdf" => with_real(&["pdf"], vec![pdf()]),
        "image" => with_real(
            &["png"],
            vec![b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x08\0\0\0\x08\x08\0\0\0\0".into(), b"II*\0\x08\0\0\0".into()],
        ),
        "html" => with_real(&["html"], vec![PAGE.into()]),
        "text" => {
            with_real(&["txt", "md"], vec![text().into(), text().encode_utf16().flat_map(u16::to_le_bytes).collect()])
        }
        "archive" => {
            let inner = zip(&[("a.txt", b"\xc4\x90i\xe1\xbb\x81u 1. A"), ("b.html", PAGE.as_bytes())]);
            vec![zip(&[("c.zip", &inner), ("d/e.md", b"# x"), ("f.rtf", RICH)]), inner]
        }
        "manifest" => {
            sample("documents.jsonl").lines().take(3).map(|l| [l, "\n"].concat().into()).chain([TABLE.into()]).collect()
        }
        "structure" | "citations" | "accents" => texts(),
        "query" => QUERIES.iter().map(|q| q.as_bytes().to_vec()).collect(),
        "accents_table" => {
            let table = fs::read(common::root().join("models/accents.bin")).expect("the model's accents");
            vec![table[..table.len().min(8 << 10)].to_vec(), made_table()]
        }
        _ => Vec::new(),
    }
}

const WORD: &str = r#"<w:document xmlns:w="x"><w:body><w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t xml:space="preserve">Điều 1. </w:t></w:r><w:ins><w:r><w:t>Phạm vi</w:t></w:r></w:ins><w:del><w:r><w:delText>cũ</w:delText></w:r></w:del></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>A</w:t><w:tab/><w:br/></w:r></w:p></w:tc><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl><w:p><w:r><w:footnoteReference w:id="2"/><w:sym w:char="F0B7"/></w:r><w:fldSimple w:instr="PAGE"><w:r><w:t>2</w:t></w:r></w:fldSimple></w:p></w:body></w:document>"#;
const OPEN: &str = r#"<office:document-content xmlns:office="o" xmlns:text="t" xmlns:table="a"><office:body><office:text><text:h>Điều 1.<text:s text:c="3"/>Phạm vi</text:h><text:list><text:list-item><text:p>Một<text:tab/>hai<text:line-break/></text:p></text:list-item></text:list><table:table><table:table-row><table:table-cell table:number-columns-repeated="2"><text:p>A</text:p></table:table-cell></table:table-row></table:table><text:p><text:note><text:note-body><text:p>chú</text:p></text:note-body></text:note><text:change-start text:change-id="c"/></text:p></office:text></office:body></office:document-content>"#;
const RICH: &[u8] = b"{\\rtf1\\ansi\\uc1{\\fonttbl{\\f0\\fcharset163 Times;}}{\\*\\generator x}\\f0 \\u272?i\\u7873?u 1. Ph\\u7841?m vi\\par\\trowd\\intbl A\\cell B\\cell\\row\\pard{\\pict\\bin3 abc}{\\field{\\*\\fldinst PAGE}{\\fldrslt 2}}{\\footnote x}\\par}";
const PAGE: &str = r#"<!DOCTYPE html><html><head><meta charset="utf-8"><title>Đèn</title><style>p{}</style></head><body><div class="menu"><a href="x">Trang chủ</a></div><div class="content1"><p align=center><b>NGHỊ ĐỊNH</b></p><p>Điều 1. Ph&#7841;m vi<br>Một &amp; hai</p><table border=1><tr><td rowspan=2>A<td>B</tr><tr><td><ul><li>x<li>y</ul></table><p style="font-family:.VnTime">Ph¹m vi</p></div><script>var a = "</p>";</script><!-- x --></body></html>"#;
const TABLE: &str = "id\tnumber\tkind\ttitle\tissued_on\turl\nA\t1/2031/NĐ-CP\tNghị định\tĐèn\t2031-01-02\thttps://example.org\nB\t2/2031/NĐ-CP\t\t\t\t\n";
const QUERIES: &[&str] = &[
    "tham quyen cap phep",
    "\"cấp giấy phép\" đèn",
    "khoản 2 Điều 15 Nghị định 65/2031/NĐ-CP",
    "điểm đ khoản 1 Điều 5a Luật số 1/2031/QH20",
    "“Bộ Khoa học” và \"",
    "d15 k2 65/2031",
    "Ủy ban nhân dân cấp tỉnh (thành phố) 100% - tầng 3",
];

fn sample(name: &str) -> String {
    fs::read_to_string(common::root().join("corpus/sample").join(name)).expect("the sample")
}

/// A text with everything that the structure knows.
fn text() -> String {
    let mut texts = texts();
    texts.sort_by_key(Vec::len);
    String::from_utf8(texts.pop().unwrap_or_default()).expect("UTF-8")
}

/// The sample's texts, the shorter ones.
fn texts() -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(common::root().join("corpus/sample/text"))
        .expect("the sample's texts")
        .map(|e| e.expect("a text").path())
        .collect();
    paths.sort();
    paths.iter().map(|p| fs::read(p).expect("a text")).filter(|t| t.len() < 6_000).collect()
}

/// The seeds and a few real files of these endings, the smallest ones.
fn with_real(endings: &[&str], mut seeds: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let Some(shared) = common::shared() else { return seeds };
    let Ok(entries) = fs::read_dir(shared.join("corpus/formats")) else { return seeds };
    let size = |p: &Path| fs::metadata(p).map_or(u64::MAX, |m| m.len());
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| p.extension().and_then(|e| e.to_str()).is_some_and(|e| endings.contains(&e)))
        .filter(|p| size(p) <= LONGEST_REAL && p.file_name().is_none_or(|n| n != "MANIFEST.tsv"))
        .collect();
    paths.sort_by_key(|p| (size(p), p.clone()));
    seeds.extend(paths.iter().take(REAL).map(|p| fs::read(p).expect("a file")));
    seeds
}

fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in parts {
        zip.start_file(*name, stored).expect("memory");
        zip.write_all(bytes).expect("memory");
    }
    zip.finish().expect("memory").into_inner()
}

/// The two streams of a file of Word 97 with two pieces of text and two paragraphs.
fn word97_parts() -> (Vec<u8>, Vec<u8>) {
    let mut main = vec![0_u8; 1024];
    let put = |main: &mut Vec<u8>, at: usize, bytes: &[u8]| main[at..at + bytes.len()].copy_from_slice(bytes);
    let (packed, wide) = (b"A\rB\x07\x07C\x07\x07d\x13 PAGE \x142\x15\r", "Điều 1. Phạm vi\r");
    let units: Vec<u16> = wide.encode_utf16().collect();
    let (first, all) = (packed.len() as u32, (packed.len() + units.len()) as u32);
    put(&mut main, 0, &[0xec, 0xa5, 0xc1, 0]);
    put(&mut main, 0x0a, &0x0200_u16.to_le_bytes());
    put(&mut main, 0x4c, &all.to_le_bytes());
    main.extend(packed);
    let wide_at = main.len() as u32;
    main.extend(units.iter().flat_map(|u| u.to_le_bytes()));
    main.resize(main.len().next_multiple_of(512), 0);
    let page = (main.len() / 512) as u32;
    let mut properties = vec![0_u8; 512];
    let ends = [1024_u32, 1026, 1100];
    for (i, end) in ends.iter().enumerate() {
        put(&mut properties, 4 * i, &end.to_le_bytes());
    }
    put(&mut properties, 480, &[0, 3, 0, 0, 0x16, 0x24, 1, 0]);
    (properties[12], properties[511]) = (240, 2);
    main.extend(properties);
    let mut tables = vec![2];
    tables.extend(28_u32.to_le_bytes());
    for place in [0, first, all] {
        tables.extend(place.to_le_bytes());
    }
    for piece in [0x4000_0000_u32 | 2048, wide_at] {
        tables.extend([0, 0]);
        tables.extend(piece.to_le_bytes());
        tables.extend([0, 0]);
    }
    put(&mut main, 0x9a + 8 * 33, &[0_u32.to_le_bytes(), (tables.len() as u32).to_le_bytes()].concat());
    put(&mut main, 0x9a + 8 * 13, &[(tables.len() as u32).to_le_bytes(), 12_u32.to_le_bytes()].concat());
    for value in [1024, 1100, page] {
        tables.extend(value.to_le_bytes());
    }
    (main, tables)
}

fn word97() -> Vec<u8> {
    let (main, tables) = word97_parts();
    let mut files = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("memory");
    files.create_stream("/WordDocument").expect("memory").write_all(&main).expect("memory");
    files.create_stream("/1Table").expect("memory").write_all(&tables).expect("memory");
    files.into_inner().into_inner()
}

/// A PDF of one page with a font that says its characters.
fn pdf() -> Vec<u8> {
    let content = "BT /F1 12 Tf 72 720 Td (Dieu 1. Pham vi dieu chinh cua quy dinh nay) Tj 0 -14 Td [(1. Mot) -250 (hai ba bon)] TJ ET";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", i + 1).bytes());
    }
    let xref = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for p in &places {
        out.extend(format!("{p:010} 00000 n \n").bytes());
    }
    out.extend(format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{xref}\n%%EOF\n", objects.len() + 1).bytes());
    out
}

fn made_table() -> Vec<u8> {
    let mut counter = phancap::text::accents::Counter::default();
    for _ in 0..4 {
        counter.add("Bộ cấp giấy phép; Ủy ban nhân dân cấp tỉnh có thẩm quyền cấp phép");
    }
    counter.table(1, 1, 100).to_bytes()
}
