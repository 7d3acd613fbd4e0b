//! Word since 2007.
//!
//! What a person sees is what comes out: numbers that Word computes are written out, tracked changes count as accepted,
//! hidden text and page headers are left out, text boxes follow the paragraph they hang on, notes stand at the end.

use std::collections::HashMap;

use super::lines::{Lines, Style, accepted, number, table, with_bullets};
use super::package::{Id, Package, Xml, has_part};
use super::{Extracted, Format, FormatError, Limits};

/// Word files with XML parts.
pub(super) struct Docx;

const MAIN: &str = "word/document.xml";
/// Properties and pictures without text; the trees are much smaller without them.
const SKIPPED: [&str; 12] = [
    "tblPr",
    "tblGrid",
    "tcPr",
    "sectPr",
    "rPrChange",
    "pPrChange",
    "Fallback",
    "blip",
    "proofErr",
    "lang",
    "instrText",
    "delText",
];

impl Format for Docx {
    fn name(&self) -> &'static str {
        "docx"
    }

    fn about(&self) -> &'static str {
        "Word since 2007 (.docx, .docm)"
    }

    fn matches(&self, head: &[u8]) -> bool {
        has_part(head, MAIN)
    }

    fn read(&self, bytes: &[u8], limits: &Limits) -> Result<Extracted, FormatError> {
        let mut package = Package::open(self.name(), bytes, limits)?;
        let Some(main) = package.xml(MAIN, &SKIPPED)? else { return Err(FormatError::Empty { format: self.name() }) };
        let numbering = match package.xml("word/numbering.xml", &["rPr", "pPr"])? {
            Some(xml) => Numbering::new(&xml),
            None => Numbering::default(),
        };
        let styles = match package.xml("word/styles.xml", &["latentStyles"])? {
            Some(xml) => styles(&xml),
            None => HashMap::new(),
        };
        let mut reader = Reader {
            xml: &main,
            lines: Lines::new(self.name(), limits),
            numbering,
            styles: &styles,
            notes: Vec::new(),
            boxes: Vec::new(),
            changes: 0,
            hidden: 0,
        };
        let Some(body) = main.path(Xml::ROOT, &["document", "body"]) else {
            return Err(FormatError::Broken { format: "docx", why: "no body".to_owned() });
        };
        reader.blocks(body)?;
        reader.lines.end();
        let (notes, mut changes, mut hidden) = (reader.notes, reader.changes, reader.hidden);
        let (mut lines, mut numbering) = (reader.lines, reader.numbering);
        for (part, kind) in [("word/footnotes.xml", "footnote"), ("word/endnotes.xml", "endnote")] {
            if notes.iter().any(|n| n.kind == kind)
                && let Some(xml) = package.xml(part, &SKIPPED)?
            {
                let (xml, styles) = (&xml, &styles);
                let (notes_of_notes, boxes) = (Vec::new(), Vec::new());
                let mut reader =
                    Reader { xml, lines, numbering, styles, notes: notes_of_notes, boxes, changes, hidden };
                reader.end_notes(kind, &notes)?;
                (lines, numbering, changes, hidden) = (reader.lines, reader.numbering, reader.changes, reader.hidden);
            }
        }
        let mut told = Vec::from_iter(accepted(changes));
        if hidden > 0 {
            told.push(format!("hidden text left out in {hidden} places"));
        }
        lines.extracted(told)
    }
}

/// What a style says that we need.
#[derive(Default, Clone)]
struct ParagraphStyle {
    list: Option<(String, usize)>,
    based_on: Option<String>,
    font: Option<String>,
    caps: bool,
}

fn styles(xml: &Xml) -> HashMap<String, ParagraphStyle> {
    xml.all("style")
        .filter_map(|id| {
            let name = xml.attribute(id, "styleId")?.to_owned();
            let list = xml.value(id, &["pPr", "numPr", "numId"]).map(|n| {
                let level = xml.value(id, &["pPr", "numPr", "ilvl"]).and_then(|l| l.parse().ok()).unwrap_or(0);
                (n.to_owned(), level)
            });
            let based_on = xml.value(id, &["basedOn"]).map(str::to_owned);
            let font = xml.path(id, &["rPr", "rFonts"]).and_then(|f| xml.attribute(f, "ascii")).map(str::to_owned);
            let caps = xml.path(id, &["rPr", "caps"]).is_some_and(|c| is_on(xml, c));
            Some((name, ParagraphStyle { list, based_on, font, caps }))
        })
        .collect()
}

/// A property without value, or with one that is not "off".
fn is_on(xml: &Xml, id: Id) -> bool {
    !matches!(xml.attribute(id, "val"), Some("0" | "false" | "off" | "none"))
}

/// One level of a list.
#[derive(Clone)]
struct Level {
    start: u32,
    /// None for a level without numbers.
    style: Option<Style>,
    /// `%1.%2.`, or a bullet.
    text: String,
    space: bool,
    legal: bool,
}

/// The lists and how far each has counted.
#[derive(Default)]
struct Numbering {
    /// Levels of each abstract list.
    lists: HashMap<String, Vec<Level>>,
    /// List → abstract list, and levels that start anew or are changed.
    numbers: HashMap<String, (String, HashMap<usize, u32>, HashMap<usize, Level>)>,
    /// Numbers reached, for each abstract list.
    reached: HashMap<String, [Option<u32>; 9]>,
    /// Lists whose own start has been used.
    begun: std::collections::HashSet<(String, usize)>,
}

impl Numbering {
    fn new(xml: &Xml) -> Numbering {
        let mut lists = HashMap::new();
        for list in xml.all("abstractNum") {
            let mut levels = vec![Level { start: 1, style: None, text: String::new(), space: false, legal: false }; 9];
            for level in xml.children(list).filter(|&c| xml.name(c) == "lvl") {
                if let Some(i) = xml.attribute(level, "ilvl").and_then(|i| i.parse::<usize>().ok()).filter(|&i| i < 9) {
                    levels[i] = Self::level(xml, level);
                }
            }
            lists.insert(xml.attribute(list, "abstractNumId").unwrap_or_default().to_owned(), levels);
        }
        let mut numbers = HashMap::new();
        for list in xml.all("num") {
            let (mut starts, mut changed) = (HashMap::new(), HashMap::new());
            for over in xml.children(list).filter(|&c| xml.name(c) == "lvlOverride") {
                let Some(i) = xml.attribute(over, "ilvl").and_then(|i| i.parse::<usize>().ok()).filter(|&i| i < 9)
                else {
                    continue;
                };
                if let Some(start) = xml.value(over, &["startOverride"]).and_then(|s| s.parse().ok()) {
                    starts.insert(i, start);
                }
                if let Some(level) = xml.child(over, "lvl") {
                    changed.insert(i, Self::level(xml, level));
                }
            }
            let of = xml.value(list, &["abstractNumId"]).unwrap_or_default().to_owned();
            numbers.insert(xml.attribute(list, "numId").unwrap_or_default().to_owned(), (of, starts, changed));
        }
        Numbering { lists, numbers, ..Numbering::default() }
    }

    fn level(xml: &Xml, id: Id) -> Level {
        let style = match xml.value(id, &["numFmt"]).unwrap_or("decimal") {
            "decimal" => Some(Style::Decimal),
            "decimalZero" => Some(Style::PaddedDecimal),
            "lowerLetter" => Some(Style::Lower),
            "upperLetter" => Some(Style::Upper),
            "lowerRoman" => Some(Style::LowerRoman),
            "upperRoman" => Some(Style::UpperRoman),
            "bullet" | "none" => None,
            _ => Some(Style::Decimal),
        };
        let text = with_bullets(xml.value(id, &["lvlText"]).unwrap_or_default());
        Level {
            start: xml.value(id, &["start"]).and_then(|s| s.parse().ok()).unwrap_or(1),
            style,
            text,
            space: xml.value(id, &["suff"]) != Some("nothing"),
            legal: xml.child(id, "isLgl").is_some_and(|l| is_on(xml, l)),
        }
    }

    /// The label of the next paragraph of list `id` at `level`, with the space after it.
    fn next(&mut self, id: &str, level: usize) -> Option<String> {
        let level = level.min(8);
        let (of, starts, changed) = self.numbers.get(id)?;
        let levels = self.lists.get(of)?;
        let get = |i: usize| changed.get(&i).unwrap_or(&levels[i]);
        let reached = self.reached.entry(of.clone()).or_default();
        let own_start = starts.get(&level).filter(|_| self.begun.insert((id.to_owned(), level)));
        reached[level] = Some(match (own_start, reached[level]) {
            (Some(&start), _) => start,
            (None, Some(n)) => n.saturating_add(1),
            (None, None) => get(level).start,
        });
        reached[level + 1..].fill(None);
        let this = get(level);
        let mut out = String::new();
        let mut rest = this.text.as_str();
        while let Some(at) = rest.find('%') {
            out.push_str(&rest[..at]);
            match rest[at + 1..].chars().next().and_then(|c| c.to_digit(10)) {
                Some(n @ 1..=9) => {
                    let i = n as usize - 1;
                    let style = get(i).style.unwrap_or(Style::Decimal);
                    let style = if this.legal { Style::Decimal } else { style };
                    if this.style.is_some() {
                        out.push_str(&number(reached[i].unwrap_or(get(i).start), style));
                    }
                    rest = &rest[at + 2..];
                }
                _ => {
                    out.push('%');
                    rest = &rest[at + 1..];
                }
            }
        }
        out.push_str(rest);
        if this.space && !out.is_empty() {
            out.push(' ');
        }
        Some(out)
    }
}

/// A mark in the text that a note belongs to.
struct NoteMark {
    kind: &'static str,
    id: String,
}

struct Reader<'a> {
    xml: &'a Xml,
    lines: Lines,
    numbering: Numbering,
    styles: &'a HashMap<String, ParagraphStyle>,
    notes: Vec<NoteMark>,
    /// Text boxes that hang on the paragraph under way.
    boxes: Vec<Id>,
    changes: usize,
    hidden: usize,
}

impl Reader<'_> {
    /// Paragraphs and tables below a body, cell, box or note.
    fn blocks(&mut self, id: Id) -> Result<(), FormatError> {
        for child in self.xml.children(id).collect::<Vec<_>>() {
            match self.xml.name(child) {
                "p" => self.paragraph(child)?,
                "tbl" => self.table(child)?,
                "sdt" => {
                    let gallery = self.xml.value(child, &["sdtPr", "docPartObj", "docPartGallery"]);
                    // The table of contents repeats all headings.
                    if gallery != Some("Table of Contents")
                        && let Some(content) = self.xml.child(child, "sdtContent")
                    {
                        self.blocks(content)?;
                    }
                }
                "ins" | "moveTo" | "customXml" | "smartTag" => self.blocks(child)?,
                "AlternateContent" => {
                    if let Some(choice) = self.xml.child(child, "Choice") {
                        self.blocks(choice)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn paragraph(&mut self, id: Id) -> Result<(), FormatError> {
        let xml = self.xml;
        let name = xml.value(id, &["pPr", "pStyle"]).map(str::to_owned);
        let styles = self.styles;
        let chain: Vec<&ParagraphStyle> = std::iter::successors(name.and_then(|n| styles.get(&n)), |s| {
            s.based_on.as_ref().and_then(|b| styles.get(b))
        })
        .take(16)
        .collect();
        let own = xml.value(id, &["pPr", "numPr", "numId"]).map(str::to_owned);
        let own_level = xml.value(id, &["pPr", "numPr", "ilvl"]).and_then(|l| l.parse().ok());
        let styled = chain.iter().find_map(|s| s.list.clone());
        let list = match (own, styled) {
            (Some(n), styled) => Some((n, own_level.or(styled.map(|s| s.1)).unwrap_or(0))),
            (None, Some((n, level))) => Some((n, own_level.unwrap_or(level))),
            (None, None) => None,
        };
        if let Some((n, level)) = list
            && n != "0"
            && has_text(xml, id)
            && let Some(label) = self.numbering.next(&n, level)
        {
            self.lines.push(&label)?;
        }
        let font = chain.iter().find_map(|s| s.font.as_deref()).unwrap_or_default();
        let caps = chain.first().is_some_and(|s| s.caps);
        let outer = std::mem::take(&mut self.boxes);
        self.runs(id, font, caps)?;
        // A paragraph whose end was deleted goes on in the next.
        let joined = xml.path(id, &["pPr", "rPr", "del"]).is_some();
        if joined {
            self.changes += 1;
        } else {
            self.lines.end();
        }
        for text_box in std::mem::replace(&mut self.boxes, outer) {
            self.lines.end();
            self.blocks(text_box)?;
        }
        Ok(())
    }

    fn runs(&mut self, id: Id, font: &str, caps: bool) -> Result<(), FormatError> {
        for child in self.xml.children(id).collect::<Vec<_>>() {
            match self.xml.name(child) {
                "r" => self.run(child, font, caps)?,
                "ins" | "moveTo" => {
                    self.changes += 1;
                    self.runs(child, font, caps)?;
                }
                "del" | "moveFrom" => self.changes += 1,
                "pPr" | "sdtPr" => {}
                "AlternateContent" => {
                    if let Some(choice) = self.xml.child(child, "Choice") {
                        self.runs(choice, font, caps)?;
                    }
                }
                // Formulas, links, fields, tags: their runs.
                "t" => self.text(child, font, caps)?,
                _ => self.runs(child, font, caps)?,
            }
        }
        Ok(())
    }

    fn text(&mut self, id: Id, font: &str, caps: bool) -> Result<(), FormatError> {
        let text: String = self.xml.children(id).map(|c| self.xml.text(c)).collect();
        let text = if caps { text.to_uppercase() } else { text };
        self.lines.push_in_font(&text, font)
    }

    fn run(&mut self, id: Id, font: &str, caps: bool) -> Result<(), FormatError> {
        let xml = self.xml;
        let properties = xml.child(id, "rPr");
        let on = |name: &str| properties.and_then(|p| xml.child(p, name)).map(|c| is_on(xml, c));
        if on("vanish") == Some(true) {
            self.hidden += usize::from(has_text(xml, id));
            return Ok(());
        }
        let fonts = properties.and_then(|p| xml.child(p, "rFonts"));
        let own = fonts.and_then(|f| xml.attribute(f, "ascii").or_else(|| xml.attribute(f, "hAnsi")));
        let font = own.unwrap_or(font).to_owned();
        let caps = on("caps").unwrap_or(caps);
        for child in xml.children(id).collect::<Vec<_>>() {
            match xml.name(child) {
                "t" => self.text(child, &font, caps)?,
                "tab" | "ptab" => self.lines.push(" ")?,
                "br" | "cr" => self.lines.end(),
                "noBreakHyphen" => self.lines.push("-")?,
                "sym" => self.symbol(child)?,
                "footnoteReference" => self.note_mark(child, "footnote")?,
                "endnoteReference" => self.note_mark(child, "endnote")?,
                "drawing" | "pict" | "object" | "AlternateContent" => self.text_boxes(child, 0),
                _ => {}
            }
        }
        Ok(())
    }

    fn symbol(&mut self, id: Id) -> Result<(), FormatError> {
        let code = self.xml.attribute(id, "char").and_then(|c| u32::from_str_radix(c, 16).ok());
        let font = self.xml.attribute(id, "font").unwrap_or_default();
        match code.and_then(char::from_u32) {
            // Letters of symbol fonts: the few that legal texts use.
            Some(c @ '\u{f000}'..='\u{f0ff}') if font.starts_with("Symbol") => self.lines.push(match c as u32 & 0xff {
                0xa3 => "≤",
                0xb3 => "≥",
                0xb0 => "°",
                0xb1 => "±",
                0xb4 => "×",
                0xb9 => "≠",
                0x61 => "α",
                0x62 => "β",
                0x67 => "γ",
                0x6d => "μ",
                0x57 => "Ω",
                0x53 => "Σ",
                0xd7 => "⋅",
                _ => "•",
            }),
            Some('\u{f000}'..='\u{f0ff}') => self.lines.push("□"),
            Some(c) => self.lines.push(c.encode_utf8(&mut [0; 4])),
            None => Ok(()),
        }
    }

    fn note_mark(&mut self, id: Id, kind: &'static str) -> Result<(), FormatError> {
        let of = self.xml.attribute(id, "id").unwrap_or_default().to_owned();
        self.notes.push(NoteMark { kind, id: of });
        self.lines.push(&format!("[{}]", self.notes.len()))
    }

    fn text_boxes(&mut self, id: Id, depth: usize) {
        for child in self.xml.children(id).collect::<Vec<_>>() {
            match self.xml.name(child) {
                "txbxContent" => self.boxes.push(child),
                _ if depth < 32 => self.text_boxes(child, depth + 1),
                _ => {}
            }
        }
    }

    fn table(&mut self, id: Id) -> Result<(), FormatError> {
        self.lines.end();
        let mut rows = Vec::new();
        self.rows(id, &mut rows)?;
        self.lines.extend(table(rows));
        Ok(())
    }

    fn rows(&mut self, id: Id, rows: &mut Vec<Vec<Vec<String>>>) -> Result<(), FormatError> {
        for row in self.xml.children(id).collect::<Vec<_>>() {
            match self.xml.name(row) {
                "tr" if self.xml.path(row, &["trPr", "del"]).is_some() => self.changes += 1,
                "tr" => {
                    let mut cells = Vec::new();
                    self.cells(row, &mut cells)?;
                    rows.push(cells);
                }
                "sdt" | "sdtContent" | "customXml" | "ins" => self.rows(row, rows)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn cells(&mut self, id: Id, cells: &mut Vec<Vec<String>>) -> Result<(), FormatError> {
        for cell in self.xml.children(id).collect::<Vec<_>>() {
            match self.xml.name(cell) {
                "tc" => {
                    let outer = self.lines.begin_part();
                    self.blocks(cell)?;
                    cells.push(self.lines.end_part(outer));
                }
                "sdt" | "sdtContent" | "customXml" => self.cells(cell, cells)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// The notes of a part, in the order of their marks.
    fn end_notes(&mut self, kind: &str, marks: &[NoteMark]) -> Result<(), FormatError> {
        let xml = self.xml;
        let by_id: HashMap<&str, Id> = xml.all(kind).filter_map(|n| Some((xml.attribute(n, "id")?, n))).collect();
        for (i, mark) in marks.iter().enumerate().filter(|(_, m)| m.kind == kind) {
            if let Some(&note) = by_id.get(mark.id.as_str()) {
                self.lines.push(&format!("[{}] ", i + 1))?;
                self.blocks(note)?;
            }
        }
        Ok(())
    }
}

/// Whether there is any text below.
fn has_text(xml: &Xml, id: Id) -> bool {
    xml.children(id).any(|c| !xml.text(c).trim().is_empty() || xml.name(c) != "pPr" && has_text(xml, c))
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use super::*;

    /// A packed file of these parts.
    pub fn pack(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("memory");
            zip.write_all(text.as_bytes()).expect("memory");
        }
        zip.finish().expect("memory").into_inner()
    }

    pub fn docx(body: &str, more: &[(&str, &str)]) -> Vec<u8> {
        let main = format!("<w:document xmlns:w='w'><w:body>{body}</w:body></w:document>");
        pack(&[&[("[Content_Types].xml", "<Types/>"), (MAIN, &main)], more].concat())
    }

    fn read(body: &str, more: &[(&str, &str)]) -> Extracted {
        let bytes = docx(body, more);
        assert!(Docx.matches(&bytes));
        Docx.read(&bytes, &Limits::default()).expect("a document")
    }

    fn p(text: &str) -> String {
        format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
    }

    fn numbered(id: u32, level: u32, text: &str) -> String {
        format!(
            "<w:p><w:pPr><w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='{id}'/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
        )
    }

    const LISTS: &str = "<w:numbering xmlns:w='w'><w:abstractNum w:abstractNumId='7'>\
        <w:lvl w:ilvl='0'><w:start w:val='3'/><w:numFmt w:val='decimal'/><w:lvlText w:val='Điều %1.'/></w:lvl>\
        <w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt w:val='lowerLetter'/><w:lvlText w:val='%2)'/></w:lvl>\
        <w:lvl w:ilvl='2'><w:numFmt w:val='decimal'/><w:lvlText w:val='%1.%3'/><w:isLgl/></w:lvl>\
        <w:lvl w:ilvl='3'><w:numFmt w:val='bullet'/><w:lvlText w:val='-'/></w:lvl></w:abstractNum>\
        <w:num w:numId='1'><w:abstractNumId w:val='7'/></w:num>\
        <w:num w:numId='2'><w:abstractNumId w:val='7'/><w:lvlOverride w:ilvl='0'><w:startOverride w:val='1'/></w:lvlOverride></w:num>\
        </w:numbering>";

    #[test]
    fn numbers_are_written_out() {
        let body = [
            numbered(1, 0, "Phạm vi"),
            numbered(1, 1, "một"),
            numbered(1, 1, "hai"),
            numbered(1, 2, "ba"),
            numbered(1, 3, "gạch"),
            numbered(1, 0, "Đối tượng"),
            numbered(1, 1, "lại"),
            numbered(2, 0, "Mới"),
            numbered(2, 0, "Nữa"),
            "<w:p><w:pPr><w:pStyle w:val='Khoan'/></w:pPr><w:r><w:t>theo kiểu</w:t></w:r></w:p>".to_owned(),
        ]
        .concat();
        let styles = "<w:styles xmlns:w='w'><w:style w:styleId='A'><w:pPr><w:numPr><w:ilvl w:val='1'/><w:numId w:val='1'/></w:numPr></w:pPr>\
            </w:style><w:style w:styleId='Khoan'><w:basedOn w:val='A'/></w:style></w:styles>";
        let read = read(&body, &[("word/numbering.xml", LISTS), ("word/styles.xml", styles)]);
        assert_eq!(
            read.text,
            "Điều 3. Phạm vi\na) một\nb) hai\n3.1 ba\n- gạch\nĐiều 4. Đối tượng\na) lại\nĐiều 1. Mới\nĐiều 2. Nữa\na) theo kiểu"
        );
    }

    #[test]
    fn changes_are_accepted_and_said() {
        let body = "<w:p><w:r><w:t xml:space='preserve'>Điều 1. </w:t></w:r><w:del><w:r><w:delText>cũ</w:delText></w:r></w:del>\
            <w:ins><w:r><w:t>mới</w:t></w:r></w:ins></w:p><w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>nửa </w:t></w:r></w:p>\
            <w:p><w:r><w:t>câu</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>ẩn</w:t></w:r></w:p>";
        let read = read(body, &[]);
        assert_eq!(read.text, "Điều 1. mới\nnửa câu");
        assert!(read.notes[0].contains("tracked changes: 3"), "{:?}", read.notes);
        assert!(read.notes[1].contains("hidden"));
    }

    #[test]
    fn tables_notes_and_boxes() {
        let body = format!(
            "<w:tbl><w:tr><w:tc>{}{}</w:tc><w:tc>{}</w:tc></w:tr><w:tr><w:tc><w:p/></w:tc><w:tc>{}</w:tc></w:tr></w:tbl>\
             <w:p><w:r><w:t>Điều 1</w:t></w:r><w:r><w:footnoteReference w:id='2'/></w:r><w:r><mc:AlternateContent><mc:Choice>\
             <w:drawing><wps:txbx><w:txbxContent>{}</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback>{}</mc:Fallback>\
             </mc:AlternateContent></w:r><w:r><w:t>.</w:t><w:br/><w:t>Tiếp</w:t></w:r></w:p>\
             <w:p><w:r><w:rPr><w:caps/></w:rPr><w:t>chương i</w:t></w:r><w:r><w:rPr><w:rFonts w:ascii='.VnTime'/></w:rPr><w:t> ph¸p</w:t></w:r></w:p>",
            p("BỘ"),
            p("---"),
            p("CỘNG HÒA"),
            p("x"),
            p("hộp"),
            p("hộp"),
        );
        let notes = format!(
            "<w:footnotes xmlns:w='w'><w:footnote w:id='0'>{}</w:footnote><w:footnote w:id='2'>{}</w:footnote></w:footnotes>",
            p("-"),
            p("Sửa đổi")
        );
        let read = read(&body, &[("word/footnotes.xml", &notes)]);
        assert_eq!(read.text, "BỘ --- | CỘNG HÒA\n| x\nĐiều 1[1].\nTiếp\nhộp\nCHƯƠNG I pháp\n[1] Sửa đổi");
    }

    #[test]
    fn what_is_damaged_is_said_so() {
        let whole = docx(&p(&"x".repeat(5000)), &[]);
        assert!(matches!(Docx.read(&whole[..whole.len() / 2], &Limits::default()), Err(FormatError::Broken { .. })));
        assert!(matches!(Docx.read(&docx("<w:p/>", &[]), &Limits::default()), Err(FormatError::Empty { .. })));
        let limits = Limits { text: 4000, ..Limits::default() };
        assert!(matches!(Docx.read(&whole, &limits), Err(FormatError::Limit { .. })));
    }
}
