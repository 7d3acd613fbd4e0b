//! Word 97–2003.
//!
//! The file is a small file system; one stream holds the characters in pieces, another says where the pieces are and which
//! paragraphs end a table's row. Read here directly: the converters that exist (antiword, catdoc, LibreOffice) are not on
//! every machine. Numbers that Word computes are not in the file's text; where a document has them the person is told.

use std::io::{Cursor, Read, Seek};

use super::lines::{Lines, table};
use super::{Extracted, Format, FormatError, Limits};
use crate::text::encoding::western;

/// Word 97–2003.
pub(super) struct Doc;

/// How the file system begins.
const MAGIC: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

impl Format for Doc {
    fn name(&self) -> &'static str {
        "doc"
    }

    fn about(&self) -> &'static str {
        "Word 97–2003 (.doc), without the numbers that Word computes"
    }

    fn matches(&self, head: &[u8]) -> bool {
        head.starts_with(&MAGIC)
    }

    fn read(&self, bytes: &[u8], limits: &Limits) -> Result<Extracted, FormatError> {
        let format = self.name();
        let broken = |why: &str| FormatError::Broken { format, why: why.to_owned() };
        let mut files = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|e| broken(&e.to_string()))?;
        if files.exists("/EncryptedPackage") {
            return Err(FormatError::Locked { format: "docx" });
        }
        let Some(main) = stream(&mut files, "/WordDocument", limits)? else {
            return Err(FormatError::Other {
                why: "an Office file without a text: a sheet, slides or a message".to_owned(),
            });
        };
        let file = Word::new(&main).ok_or_else(|| broken("no header of Word 97–2003"))?;
        if file.is_locked {
            return Err(FormatError::Locked { format });
        }
        let name = if file.second_table { "/1Table" } else { "/0Table" };
        let tables = stream(&mut files, name, limits)?.ok_or_else(|| broken("its table of pieces is missing"))?;
        let (text, places) =
            file.characters(&tables, limits).ok_or_else(|| broken("its table of pieces does not fit"))?;
        let paragraphs = file.paragraphs(&tables);
        let mut notes = Vec::new();
        let lines = lay_out(&text, &places, &paragraphs, file.lengths, limits)?;
        if paragraphs.iter().any(|p| p.numbered) {
            notes.push(
                "automatic numbers are not in this reading; save the document as .docx where numbers matter".to_owned(),
            );
        }
        let mut text = lines.finish();
        if let Some((new, inside)) = crate::text::encoding::repair(&text) {
            notes.push(format!("letters read as {}; capitals with a tone restored", inside.name()));
            text = new;
        }
        if text.trim().is_empty() {
            return Err(FormatError::Empty { format });
        }
        Ok(Extracted { text, notes, ..Extracted::default() })
    }
}

fn stream<F: Read + Seek>(
    files: &mut cfb::CompoundFile<F>,
    name: &str,
    limits: &Limits,
) -> Result<Option<Vec<u8>>, FormatError> {
    if !files.is_stream(name) {
        return Ok(None);
    }
    let broken = |e: std::io::Error| FormatError::Broken { format: "doc", why: e.to_string() };
    let stream = files.open_stream(name).map_err(broken)?;
    let mut bytes = Vec::new();
    stream.take(limits.text as u64).read_to_end(&mut bytes).map_err(broken)?;
    Ok(Some(bytes))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// The main stream and what its header says.
struct Word<'a> {
    main: &'a [u8],
    is_locked: bool,
    second_table: bool,
    /// Characters of the text, of the footnotes, of the page headers, of macros, comments, endnotes and text boxes: they
    /// follow each other.
    lengths: [usize; 7],
}

/// A paragraph by where its bytes end in the main stream.
struct Paragraph {
    from: u32,
    to: u32,
    in_table: bool,
    ends_row: bool,
    numbered: bool,
}

impl<'a> Word<'a> {
    fn new(main: &'a [u8]) -> Option<Word<'a>> {
        if u16_at(main, 0)? != 0xa5ec || u16_at(main, 2)? < 0xc0 {
            return None;
        }
        let flags = u16_at(main, 0x0a)?;
        let mut lengths = [0; 7];
        for (i, length) in lengths.iter_mut().enumerate() {
            *length = u32_at(main, 0x4c + 4 * i)? as usize;
        }
        Some(Word { main, is_locked: flags & 0x0100 != 0, second_table: flags & 0x0200 != 0, lengths })
    }

    /// A structure's place in the table stream, by its number in the header.
    fn part<'b>(&self, tables: &'b [u8], number: usize) -> Option<&'b [u8]> {
        let from = u32_at(self.main, 0x9a + 8 * number)? as usize;
        let length = u32_at(self.main, 0x9e + 8 * number)? as usize;
        tables.get(from..from.checked_add(length)?)
    }

    /// All characters, and for each the byte of the main stream it stands at.
    fn characters(&self, tables: &[u8], limits: &Limits) -> Option<(Vec<char>, Vec<u32>)> {
        let pieces = self.part(tables, 33)?;
        let mut at = 0;
        // Settings come first.
        while *pieces.get(at)? == 1 {
            at += 3 + u16_at(pieces, at + 1)? as usize;
        }
        if *pieces.get(at)? != 2 {
            return None;
        }
        let length = u32_at(pieces, at + 1)? as usize;
        let table = pieces.get(at + 5..(at + 5).checked_add(length)?)?;
        let n = length.checked_sub(4)? / 12;
        let (mut chars, mut places) = (Vec::new(), Vec::new());
        for i in 0..n {
            let count = u32_at(table, 4 * (i + 1))?.checked_sub(u32_at(table, 4 * i)?)? as usize;
            let place = u32_at(table, 4 * (n + 1) + 8 * i + 2)?;
            let packed = place & 0x4000_0000 != 0;
            let from = (if packed { (place & 0x3fff_ffff) / 2 } else { place }) as usize;
            let width = if packed { 1 } else { 2 };
            let bytes = self.main.get(from..from.checked_add(count.checked_mul(width)?)?)?;
            // Pieces may overlap: a small file could claim any length.
            if chars.len() + count > limits.text / 8 {
                return None;
            }
            if packed {
                // One byte, one character.
                for (k, &b) in bytes.iter().enumerate() {
                    let c = match b {
                        0x80..=0x9f => western(b),
                        _ => char::from(b),
                    };
                    chars.push(c);
                    places.push((from + k) as u32);
                }
            } else {
                for (k, pair) in bytes.chunks_exact(2).enumerate() {
                    // What needs two units of UTF-16 (no letter of ours) is two signs of doubt.
                    let unit = u32::from(u16::from_le_bytes([pair[0], pair[1]]));
                    chars.push(char::from_u32(unit).unwrap_or('\u{fffd}'));
                    places.push((from + 2 * k) as u32);
                }
            }
        }
        Some((chars, places))
    }

    /// What is known of the paragraphs; nothing where their table is damaged, which costs table rows only.
    fn paragraphs(&self, tables: &[u8]) -> Vec<Paragraph> {
        let mut out = Vec::new();
        let Some(pages) = self.part(tables, 13) else { return out };
        let n = pages.len().saturating_sub(4) / 8;
        for i in 0..n.min(100_000) {
            let Some(page) = u32_at(pages, 4 * (n + 1) + 4 * i) else { continue };
            let from = (page & 0x003f_ffff) as usize * 512;
            if let Some(page) = self.main.get(from..from + 512) {
                Self::page(page, &mut out);
            }
        }
        out.sort_by_key(|p| p.from);
        out
    }

    /// One page of paragraph properties.
    fn page(page: &[u8], out: &mut Vec<Paragraph>) {
        let n = page[511] as usize;
        for i in 0..n {
            let (Some(from), Some(to)) = (u32_at(page, 4 * i), u32_at(page, 4 * (i + 1))) else { return };
            let Some(&offset) = page.get(4 * (n + 1) + 13 * i) else { return };
            let mut paragraph = Paragraph { from, to, in_table: false, ends_row: false, numbered: false };
            if offset > 0
                && let Some(properties) = Self::properties(page, offset as usize * 2)
            {
                for (code, operand) in properties_of(properties) {
                    let first = operand.first().copied().unwrap_or(0);
                    match code {
                        0x2416 => paragraph.in_table = first != 0,
                        0x2417 => paragraph.ends_row = first != 0,
                        0x460b => paragraph.numbered = operand.iter().any(|&b| b != 0),
                        _ => {}
                    }
                }
            }
            out.push(paragraph);
        }
    }

    fn properties(page: &[u8], at: usize) -> Option<&[u8]> {
        let (from, length) = match *page.get(at)? {
            0 => (at + 2, *page.get(at + 1)? as usize * 2),
            n => (at + 1, n as usize * 2 - 1),
        };
        // The style comes first.
        page.get(from + 2..from + length)
    }
}

/// Codes and operands of a list of properties.
fn properties_of(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let code = u16_at(bytes, 0)?;
        let (skip, length) = match code >> 13 {
            0 | 1 => (2, 1),
            2 | 4 | 5 => (2, 2),
            3 => (2, 4),
            7 => (2, 3),
            // Of a length that comes first; the definition of tables has two bytes for it.
            _ if code == 0xd608 => (4, (u16_at(bytes, 2)? as usize).checked_sub(1)?),
            _ => (3, *bytes.get(2)? as usize),
        };
        let operand = bytes.get(skip..skip + length)?;
        bytes = &bytes[skip + length..];
        Some((code, operand))
    })
}

/// Characters → lines: the text, then footnotes, endnotes and text boxes.
fn lay_out(
    text: &[char],
    places: &[u32],
    paragraphs: &[Paragraph],
    lengths: [usize; 7],
    limits: &Limits,
) -> Result<Lines, FormatError> {
    let mut lines = Lines::new("doc", limits);
    // Headers of pages, macros and comments are none of the document's text.
    let kept = [true, true, false, false, false, true, true];
    let mut from = 0_usize;
    let (mut rows, mut row): (Vec<Vec<Vec<String>>>, Vec<Vec<String>>) = (Vec::new(), Vec::new());
    let mut cell = None;
    for (length, kept) in lengths.into_iter().zip(kept) {
        let to = from.saturating_add(length).min(text.len());
        // Fields: between begin and separator stands what computes them.
        let mut fields: Vec<bool> = Vec::new();
        for i in from.min(to)..if kept { to } else { from.min(to) } {
            let c = text[i];
            match c {
                '\u{13}' => fields.push(true),
                '\u{14}' => {
                    if let Some(last) = fields.last_mut() {
                        *last = false;
                    }
                }
                '\u{15}' => {
                    fields.pop();
                }
                _ if fields.contains(&true) && c != '\r' => {}
                '\u{7}' => {
                    let ends_row = paragraph(paragraphs, places[i]).is_some_and(|p| p.ends_row);
                    let content = cell.take().map(|outer| lines.end_part(outer)).unwrap_or_default();
                    if ends_row {
                        rows.push(std::mem::take(&mut row));
                    } else {
                        row.push(content);
                    }
                }
                '\r' | '\u{b}' | '\u{c}' | '\u{e}' => lines.end(),
                '\u{1e}' => lines.push("-")?,
                '\t' => lines.push(" ")?,
                '\0'..='\u{1f}' => {}
                _ => {
                    if cell.is_none() {
                        if paragraph(paragraphs, places[i]).is_some_and(|p| p.in_table) {
                            lines.end();
                            cell = Some(lines.begin_part());
                        } else if !rows.is_empty() || !row.is_empty() {
                            rows.extend((!row.is_empty()).then(|| std::mem::take(&mut row)));
                            lines.extend(table(std::mem::take(&mut rows)));
                        }
                    }
                    lines.push(c.encode_utf8(&mut [0; 4]))?;
                }
            }
        }
        if let Some(outer) = cell.take() {
            row.push(lines.end_part(outer));
        }
        rows.extend((!row.is_empty()).then(|| std::mem::take(&mut row)));
        lines.extend(table(std::mem::take(&mut rows)));
        from = to;
    }
    Ok(lines)
}

/// The paragraph that a byte of the main stream belongs to.
fn paragraph(paragraphs: &[Paragraph], place: u32) -> Option<&Paragraph> {
    let i = paragraphs.partition_point(|p| p.from <= place);
    paragraphs[..i].last().filter(|p| place < p.to)
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use super::*;

    /// A file of Word 97 with this text, its second half in two bytes a character, and these paragraphs (end, properties).
    pub fn doc(packed: &str, wide: &str, paragraphs: &[(u32, &[u8])], flags: u16) -> Vec<u8> {
        let mut main = vec![0_u8; 1024];
        let put = |main: &mut Vec<u8>, at: usize, bytes: &[u8]| main[at..at + bytes.len()].copy_from_slice(bytes);
        put(&mut main, 0, &[0xec, 0xa5, 0xc1, 0]);
        put(&mut main, 0x0a, &(flags | 0x0200).to_le_bytes());
        let wide_units: Vec<u16> = wide.encode_utf16().collect();
        let first = packed.chars().count() as u32;
        let all = first + wide_units.len() as u32;
        put(&mut main, 0x4c, &all.to_le_bytes());
        main.extend(packed.chars().map(|c| c as u32 as u8));
        let wide_at = main.len() as u32;
        main.extend(wide_units.iter().flat_map(|u| u.to_le_bytes()));
        main.resize(main.len().next_multiple_of(512), 0);
        let page = (main.len() / 512) as u32;
        let mut properties = vec![0_u8; 512];
        let n = paragraphs.len();
        let mut from = 1024_u32;
        let mut free = 510;
        for (i, (length, list)) in paragraphs.iter().enumerate() {
            put(&mut properties, 4 * i, &from.to_le_bytes());
            from += length;
            put(&mut properties, 4 * (i + 1), &from.to_le_bytes());
            let size = (list.len() + 2).next_multiple_of(2);
            free -= size + 2;
            put(&mut properties, free, &[0, (size / 2) as u8, 0, 0]);
            put(&mut properties, free + 4, list);
            properties[4 * (n + 1) + 13 * i] = (free / 2) as u8;
        }
        properties[511] = n as u8;
        main.extend(properties);
        let mut tables = vec![2];
        tables.extend(28_u32.to_le_bytes());
        for cp in [0, first, all] {
            tables.extend(cp.to_le_bytes());
        }
        tables.extend([0, 0]);
        tables.extend((0x4000_0000_u32 | 2048).to_le_bytes());
        tables.extend([0, 0, 0, 0]);
        tables.extend(wide_at.to_le_bytes());
        tables.extend([0, 0]);
        let length = tables.len() as u32;
        put(&mut main, 0x9a + 8 * 33, &[0_u32.to_le_bytes(), length.to_le_bytes()].concat());
        let bins = tables.len() as u32;
        for value in [1024, from, page] {
            tables.extend(value.to_le_bytes());
        }
        put(&mut main, 0x9a + 8 * 13, &[bins.to_le_bytes(), 12_u32.to_le_bytes()].concat());
        let mut files = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("memory");
        files.create_stream("/WordDocument").expect("memory").write_all(&main).expect("memory");
        files.create_stream("/1Table").expect("memory").write_all(&tables).expect("memory");
        files.into_inner().into_inner()
    }

    const CELL: &[u8] = &[0x16, 0x24, 1];
    const ROW: &[u8] = &[0x16, 0x24, 1, 0x17, 0x24, 1];
    const LIST: &[u8] = &[0x0b, 0x46, 1, 0];

    #[test]
    fn pieces_tables_and_fields() {
        let packed = "A\rB\u{7}\u{7}C\u{7}\u{7}d\u{13} PAGE \u{14}2\u{15}\r";
        let cells: [(u32, &[u8]); 7] = [(2, &[]), (2, CELL), (1, CELL), (2, CELL), (1, ROW), (11, LIST), (100, &[])];
        let bytes = doc(packed, "Điều 1. Phạm\u{b}vi\r", &cells, 0);
        assert!(Doc.matches(&bytes));
        let read = Doc.read(&bytes, &Limits::default()).expect("a document");
        assert_eq!(read.text, "A\nB |  | C\nd2\nĐiều 1. Phạm\nvi");
        assert!(read.notes[0].contains("automatic numbers"));
    }

    #[test]
    fn old_letters_are_read() {
        let read = Doc.read(&doc("§iÒu 1. Ph¹m vi ®iÒu chØnh\r", "", &[], 0), &Limits::default()).expect("a document");
        assert_eq!(read.text, "Điều 1. Phạm vi điều chỉnh");
    }

    #[test]
    fn what_cannot_be_read_is_said_so() {
        let read = |bytes: &[u8]| Doc.read(bytes, &Limits::default()).expect_err("an error");
        let whole = doc("A\r", "B\r", &[], 0);
        assert!(matches!(read(&doc("A\r", "", &[], 0x0100)), FormatError::Locked { .. }));
        assert!(matches!(read(&whole[..1000]), FormatError::Broken { .. }));
        let mut files = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("memory");
        files.create_stream("/EncryptedPackage").expect("memory");
        assert!(matches!(read(&files.into_inner().into_inner()), FormatError::Locked { format: "docx" }));
        let files = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("memory");
        assert!(matches!(read(&files.into_inner().into_inner()), FormatError::Other { .. }));
        // Any damage is an error or a text, never a panic.
        for i in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[i] = bytes[i].wrapping_add(0x55);
            let _ = Doc.read(&bytes, &Limits::default());
        }
    }
}
