//! Rich Text Format, as Word and LibreOffice write it.
//!
//! Numbers of lists are in the file as text and are kept; notes stand at the end; what is marked as deleted or hidden, page
//! headers, pictures and all groups that say "ignore me" are left out.

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252, WINDOWS_1258};

use super::lines::{Lines, Part, accepted, table};
use super::{Extracted, Format, FormatError, Limits};

/// Rich text.
pub(super) struct Rtf;

impl Format for Rtf {
    fn name(&self) -> &'static str {
        "rtf"
    }

    fn about(&self) -> &'static str {
        "rich text (.rtf)"
    }

    fn matches(&self, head: &[u8]) -> bool {
        head.trim_ascii_start().starts_with(b"{\\rtf")
    }

    fn read(&self, bytes: &[u8], limits: &Limits) -> Result<Extracted, FormatError> {
        let mut reader = Reader::new(bytes, limits);
        reader.run()?;
        reader.flush_table();
        for (i, note) in std::mem::take(&mut reader.notes).into_iter().enumerate() {
            reader.lines.end();
            reader.lines.push(&format!("[{}] {}", i + 1, note.join("\n")))?;
        }
        reader.lines.extracted(Vec::from_iter(accepted(reader.changes)))
    }
}

/// Groups whose text is none of the document's.
const SKIPPED: [&str; 40] = [
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "objdata",
    "header",
    "headerl",
    "headerr",
    "headerf",
    "footer",
    "footerl",
    "footerr",
    "footerf",
    "fldinst",
    "generator",
    "themedata",
    "colorschememapping",
    "datastore",
    "latentstyles",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "xmlnstbl",
    "filetbl",
    "revtbl",
    "bkmkstart",
    "bkmkend",
    "shprslt",
    "sp",
    "nonshppict",
    "annotation",
    "atnid",
    "atnauthor",
    "pn",
    "nonesttables",
    "ftnsep",
    "ftnsepc",
    "ftncn",
    "pgptbl",
    "background",
];
/// Groups marked "ignore me" that hold text all the same.
const KEPT: [&str; 3] = ["shpinst", "shptxt", "pntext"];

/// What a group inherits from the one around it.
#[derive(Clone, Default)]
struct State {
    font: i32,
    skip: bool,
    hidden: bool,
    deleted: bool,
    caps: bool,
    in_table: bool,
    /// Characters that stand for one `\u` where it is not understood.
    fallback: usize,
    fonts: bool,
}

/// What happens when a group ends.
enum Ending {
    Nothing,
    Note(Part),
    Box(Part),
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    limits: &'a Limits,
    lines: Lines,
    states: Vec<(State, Ending)>,
    state: State,
    /// The next word decides what the group is.
    starred: bool,
    code_page: &'static Encoding,
    fonts: HashMap<i32, (String, Option<&'static Encoding>)>,
    font_name: String,
    /// Bytes in the font's encoding that wait to be decoded together: letters may have marks of their own.
    pending: Vec<u8>,
    to_skip: usize,
    surrogate: Option<u16>,
    rows: Vec<Vec<Vec<String>>>,
    row: Vec<Vec<String>>,
    cell: Option<Part>,
    notes: Vec<Vec<String>>,
    boxes: Vec<Vec<String>>,
    changes: usize,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], limits: &'a Limits) -> Self {
        Reader {
            bytes,
            at: 0,
            limits,
            lines: Lines::new("rtf", limits),
            states: Vec::new(),
            state: State { fallback: 1, ..State::default() },
            starred: false,
            code_page: WINDOWS_1252,
            fonts: HashMap::new(),
            font_name: String::new(),
            pending: Vec::new(),
            to_skip: 0,
            surrogate: None,
            rows: Vec::new(),
            row: Vec::new(),
            cell: None,
            notes: Vec::new(),
            boxes: Vec::new(),
            changes: 0,
        }
    }

    fn run(&mut self) -> Result<(), FormatError> {
        let broken = |why: &str| FormatError::Broken { format: "rtf", why: why.to_owned() };
        while let Some(&b) = self.bytes.get(self.at) {
            self.at += 1;
            match b {
                b'{' => {
                    self.flush()?;
                    if self.states.len() >= self.limits.depth {
                        let what = format!("groups nested more than {} deep", self.limits.depth);
                        return Err(FormatError::Limit { format: "rtf", what });
                    }
                    self.states.push((self.state.clone(), Ending::Nothing));
                    self.to_skip = 0;
                    self.starred = false;
                }
                b'}' => {
                    self.flush()?;
                    let Some((state, ending)) = self.states.pop() else {
                        return Err(broken("a group is closed twice"));
                    };
                    self.state = state;
                    self.to_skip = 0;
                    match ending {
                        Ending::Nothing => {}
                        Ending::Note(outer) => {
                            let note = self.lines.end_part(outer);
                            self.notes.push(note);
                        }
                        Ending::Box(outer) => {
                            let text = self.lines.end_part(outer);
                            self.boxes.push(text);
                        }
                    }
                    if self.states.is_empty() {
                        // What follows the last brace is none of the file.
                        self.end_paragraph();
                        return Ok(());
                    }
                }
                b'\\' => self.control()?,
                b'\r' | b'\n' | 0 => {}
                _ => self.byte(b),
            }
        }
        Err(broken("cut off in the middle"))
    }

    /// A byte of text.
    fn byte(&mut self, b: u8) {
        if self.to_skip > 0 {
            self.to_skip -= 1;
        } else if self.state.fonts {
            if b == b';' {
                let name = std::mem::take(&mut self.font_name);
                self.fonts.entry(self.state.font).or_default().0 = name.trim().to_owned();
            } else if self.font_name.len() < 100 {
                self.font_name.push(char::from(b));
            }
        } else if !self.state.skip {
            self.pending.push(b);
        }
    }

    fn control(&mut self) -> Result<(), FormatError> {
        let Some(&b) = self.bytes.get(self.at) else { return Ok(()) };
        self.at += 1;
        if !b.is_ascii_alphabetic() {
            match b {
                b'\'' => {
                    let hex = self.bytes.get(self.at..self.at + 2).and_then(|h| std::str::from_utf8(h).ok());
                    self.at += 2;
                    if let Some(byte) = hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
                        self.byte(byte);
                    }
                }
                b'\\' | b'{' | b'}' => self.byte(b),
                b'~' => self.insert("\u{a0}")?,
                b'_' => self.insert("-")?,
                b'*' => self.starred = true,
                b'\r' | b'\n' => self.word("par", None)?,
                _ => {}
            }
            return Ok(());
        }
        let from = self.at - 1;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_alphabetic) && self.at - from < 32 {
            self.at += 1;
        }
        let word = String::from_utf8_lossy(&self.bytes[from..self.at]).into_owned();
        let number_from = self.at;
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) && self.at - number_from < 11 {
            self.at += 1;
        }
        let number = std::str::from_utf8(&self.bytes[number_from..self.at]).ok().and_then(|n| n.parse::<i64>().ok());
        if self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        self.word(&word, number)
    }

    fn word(&mut self, word: &str, number: Option<i64>) -> Result<(), FormatError> {
        if word == "bin" {
            self.at = self.at.saturating_add(number.unwrap_or(0).max(0) as usize);
            return Ok(());
        }
        let starred = std::mem::take(&mut self.starred);
        if self.state.skip {
            return Ok(());
        }
        if SKIPPED.contains(&word) || starred && !KEPT.contains(&word) {
            self.flush()?;
            self.state.skip = true;
            return Ok(());
        }
        let on = number != Some(0);
        match word {
            "u" => {
                let code = number.unwrap_or(0);
                let unit = if code < 0 { code + 65_536 } else { code };
                self.unicode(unit as u32)?;
                self.to_skip = self.state.fallback;
            }
            "uc" => self.state.fallback = number.unwrap_or(1).clamp(0, 16) as usize,
            "ansicpg" if number == Some(1258) => self.code_page = WINDOWS_1258,
            "fonttbl" => self.state.fonts = true,
            "f" => {
                self.flush()?;
                self.state.font = number.unwrap_or(0) as i32;
            }
            "fcharset" if self.state.fonts => {
                let table = match number.unwrap_or(0) {
                    163 => Some("windows-1258"),
                    238 => Some("windows-1250"),
                    204 => Some("windows-1251"),
                    161 => Some("windows-1253"),
                    162 => Some("windows-1254"),
                    186 => Some("windows-1257"),
                    _ => None,
                };
                let table = table.and_then(|t| Encoding::for_label(t.as_bytes()));
                self.fonts.entry(self.state.font).or_default().1 = table;
            }
            // Another name of the same font.
            "falt" | "panose" | "fname" if self.state.fonts => self.state.skip = true,
            "plain" => {
                self.flush()?;
                let State { hidden, deleted, caps, .. } = State::default();
                (self.state.hidden, self.state.deleted, self.state.caps) = (hidden, deleted, caps);
            }
            "v" => {
                self.flush()?;
                self.state.hidden = on;
            }
            "deleted" => {
                self.flush()?;
                self.changes += usize::from(on);
                self.state.deleted = on;
            }
            "revised" => self.changes += usize::from(on),
            "caps" => {
                self.flush()?;
                self.state.caps = on;
            }
            "pard" => {
                self.flush()?;
                self.state.in_table = false;
            }
            "intbl" => self.state.in_table = true,
            "par" | "line" | "page" | "sect" | "column" => {
                self.flush()?;
                // Where the file goes on without a table, the table is complete.
                self.place();
                if word == "line" { self.lines.end() } else { self.end_paragraph() }
            }
            "cell" | "nestcell" => self.end_cell(word == "nestcell")?,
            "row" => {
                self.flush()?;
                let row = std::mem::take(&mut self.row);
                self.rows.push(row);
            }
            "nestrow" => self.lines.end(),
            "tab" => self.insert(" ")?,
            "emdash" => self.insert("—")?,
            "endash" => self.insert("–")?,
            "lquote" => self.insert("‘")?,
            "rquote" => self.insert("’")?,
            "ldblquote" => self.insert("“")?,
            "rdblquote" => self.insert("”")?,
            "bullet" => self.insert("•")?,
            "emspace" | "enspace" | "qmspace" => self.insert(" ")?,
            "footnote" => {
                self.flush()?;
                self.place();
                self.lines.push(&format!("[{}]", self.notes.len() + 1))?;
                let outer = self.lines.begin_part();
                self.set_ending(Ending::Note(outer));
                self.state.in_table = false;
            }
            "shptxt" => {
                self.flush()?;
                let outer = self.lines.begin_part();
                self.set_ending(Ending::Box(outer));
                self.state.in_table = false;
            }
            _ => {}
        }
        Ok(())
    }

    /// What is to happen at the end of the group under way; a group has one fate only.
    fn set_ending(&mut self, ending: Ending) {
        if let Some(last) = self.states.last_mut() {
            match std::mem::replace(&mut last.1, ending) {
                Ending::Nothing => {}
                // Two destinations in one group, which no writer makes: the first one's text goes on where it was.
                Ending::Note(outer) | Ending::Box(outer) => {
                    let lines = self.lines.end_part(outer);
                    self.lines.extend(lines);
                }
            }
        }
    }

    fn unicode(&mut self, unit: u32) -> Result<(), FormatError> {
        let unit16 = unit as u16;
        let c = match (self.surrogate.take(), unit) {
            (_, 0xd800..=0xdbff) => {
                self.surrogate = Some(unit16);
                return Ok(());
            }
            (Some(high), 0xdc00..=0xdfff) => {
                char::decode_utf16([high, unit16]).next().and_then(Result::ok).unwrap_or('\u{fffd}')
            }
            _ => char::from_u32(unit).unwrap_or('\u{fffd}'),
        };
        self.insert(c.encode_utf8(&mut [0; 4]))
    }

    /// Text that is Unicode already.
    fn insert(&mut self, text: &str) -> Result<(), FormatError> {
        self.flush()?;
        self.put(text)
    }

    /// Decodes the bytes that wait.
    fn flush(&mut self) -> Result<(), FormatError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.pending);
        let own = self.fonts.get(&self.state.font).and_then(|f| f.1);
        let text = own.unwrap_or(self.code_page).decode_without_bom_handling(&bytes).0;
        self.put(&text)
    }

    fn put(&mut self, text: &str) -> Result<(), FormatError> {
        if self.state.skip || self.state.hidden || self.state.deleted || self.state.fonts {
            return Ok(());
        }
        self.place();
        let font = self.fonts.get(&self.state.font).map(|f| f.0.clone()).unwrap_or_default();
        if self.state.caps {
            self.lines.push_in_font(&text.to_uppercase(), &font)
        } else {
            self.lines.push_in_font(text, &font)
        }
    }

    /// Opens a cell, or ends a table, before text comes.
    fn place(&mut self) {
        let in_note = self.states.iter().any(|s| !matches!(s.1, Ending::Nothing));
        if in_note {
            return;
        }
        if self.state.in_table {
            if self.cell.is_none() {
                self.lines.end();
                self.cell = Some(self.lines.begin_part());
            }
        } else if self.cell.is_none() {
            self.flush_table();
        }
    }

    fn end_cell(&mut self, nested: bool) -> Result<(), FormatError> {
        self.flush()?;
        if nested {
            return self.lines.push(super::lines::ROW);
        }
        let lines = self.cell.take().map(|outer| self.lines.end_part(outer)).unwrap_or_default();
        self.row.push(lines);
        Ok(())
    }

    fn end_paragraph(&mut self) {
        self.lines.end();
        let in_part = self.states.iter().any(|s| !matches!(s.1, Ending::Nothing));
        if !in_part {
            for lines in std::mem::take(&mut self.boxes) {
                self.lines.extend(lines);
            }
        }
    }

    fn flush_table(&mut self) {
        if let Some(outer) = self.cell.take() {
            let lines = self.lines.end_part(outer);
            self.row.push(lines);
        }
        if !self.row.is_empty() {
            let row = std::mem::take(&mut self.row);
            self.rows.push(row);
        }
        if !self.rows.is_empty() {
            let rows = std::mem::take(&mut self.rows);
            self.lines.extend(table(rows));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Extracted {
        let bytes = format!("{{\\rtf1\\ansi\\ansicpg1252\\uc1{body}}}\0");
        assert!(Rtf.matches(bytes.as_bytes()));
        Rtf.read(bytes.as_bytes(), &Limits::default()).expect("a document")
    }

    #[test]
    fn letters_in_all_their_ways() {
        let fonts = "{\\fonttbl{\\f0\\fnil Times New Roman;}{\\f1\\fcharset163 Times New Roman{\\*\\falt Times};}{\\f2\\fnil .VnTime;}}";
        let body = format!(
            "{fonts}\\pard \\u272?i\\u7873?u 1. \\f1 Ph\\'e2\\'f2m vi\\f2  ph\\'b8p lu\\'cbt\\f0 \\endash  x\\par {{\\caps ch\\u432?\\u417?ng}} a\\~b\\line c\\\\\\{{\\par"
        );
        let text = crate::text::normalise(&read(&body).text).text;
        assert_eq!(text, "Điều 1. Phậm vi pháp luật– x\nCHƯƠNG a b\nc\\{");
    }

    #[test]
    fn tables_notes_lists_and_boxes() {
        let body = "\\pard\\intbl A\\par B\\cell C\\cell\\row\\pard\\intbl\\cell d\\cell\\row\\pard {\\listtext\\pard 1.\\tab}M\\u7897?t\
            {\\super\\chftn{\\footnote\\pard\\chftn  ch\\'fa}} n\\u7919?a\\par{\\shp{\\*\\shpinst{\\sp{\\sn x}{\\sv 1}}{\\shptxt\\pard h\\u7897?p\\par}}{\\shprslt z}}\
            {\\*\\unknown x}{\\header y}{\\field{\\*\\fldinst PAGE}{\\fldrslt 2}} {\\deleted c\\'f2}{\\v ab}cu\\u7889?i\\par";
        let read = read(body);
        assert_eq!(read.text, "A B | C\n| d\n1. Một[1] nữa\n2 cuối\nhộp\n[1] chú");
        assert_eq!(read.notes.len(), 1);
    }

    #[test]
    fn bombs_and_stumps_end() {
        let limits = Limits::default();
        let read = |s: &str| Rtf.read(s.as_bytes(), &limits);
        assert!(matches!(read(&format!("{{\\rtf1{}", "{".repeat(1_000_000))), Err(FormatError::Limit { .. })));
        assert!(matches!(read("{\\rtf1 abc"), Err(FormatError::Broken { .. })));
        assert!(matches!(read("{\\rtf1\\bin999999999999999 abc}"), Err(FormatError::Broken { .. })));
        assert!(matches!(read("{\\rtf1}"), Err(FormatError::Empty { .. })));
        assert!(read("{\\rtf1 {\\footnote\\shptxt a}{\\intbl\\cell\\row\\nestcell\\u-1?\\u55357?b}\\row}").is_ok());
    }
}
