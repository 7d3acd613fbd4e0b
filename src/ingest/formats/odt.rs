//! OpenDocument texts, as LibreOffice writes them.

use std::collections::HashMap;

use super::lines::{Lines, Style, accepted, number, table, with_bullets};
use super::package::{Id, Package, Xml, has_part, mime_type};
use super::{Extracted, Format, FormatError, Limits};

/// OpenDocument texts.
pub(super) struct Odt;

/// Deleted text of tracked changes, comments and generated lists of contents are not the document's text.
const SKIPPED: [&str; 5] = ["tracked-changes", "annotation", "forms", "table-of-content", "binary-data"];

impl Format for Odt {
    fn name(&self) -> &'static str {
        "odt"
    }

    fn about(&self) -> &'static str {
        "OpenDocument texts (.odt)"
    }

    fn matches(&self, head: &[u8]) -> bool {
        has_part(head, "content.xml") && mime_type(head).starts_with("application/vnd.oasis.opendocument.text")
    }

    fn read(&self, bytes: &[u8], limits: &Limits) -> Result<Extracted, FormatError> {
        let format = self.name();
        let mut package = Package::open(format, bytes, limits)?;
        // The parts of a protected file are listed with their keys, and are no XML.
        if let Some(manifest) = package.part("META-INF/manifest.xml")?
            && manifest.windows(15).any(|w| w == b"encryption-data")
        {
            return Err(FormatError::Locked { format });
        }
        let Some(content) = package.xml("content.xml", &SKIPPED)? else { return Err(FormatError::Empty { format }) };
        let mut styles = Styles::default();
        if let Some(xml) = package.xml("styles.xml", &["master-styles"])? {
            styles.add(&xml);
        }
        styles.add(&content);
        let Some(body) = content.path(Xml::ROOT, &["document-content", "body", "text"]) else {
            return Err(FormatError::Broken { format, why: "no text body".to_owned() });
        };
        let mut reader = Reader {
            xml: &content,
            styles: &styles,
            lines: Lines::new(format, limits),
            reached: HashMap::new(),
            last_list: String::new(),
            headings: [0; 10],
            notes: Vec::new(),
            boxes: Vec::new(),
        };
        reader.blocks(body, None)?;
        let notes = std::mem::take(&mut reader.notes);
        for (i, note) in notes.into_iter().enumerate() {
            reader.lines.end();
            reader.lines.push(&format!("[{}] ", i + 1))?;
            reader.blocks(note, None)?;
        }
        let changes = content.all("change-start").count() + content.all("change").count();
        reader.lines.extracted(Vec::from_iter(accepted(changes)))
    }
}

/// One level of a list style.
#[derive(Clone)]
struct Level {
    style: Option<Style>,
    prefix: String,
    suffix: String,
    start: u32,
    /// How many levels' numbers are shown.
    shown: usize,
    bullet: String,
}

impl Level {
    /// The label of this level: the numbers that its levels have `reached`, as far up as it shows them.
    fn written(&self, level: usize, levels: &HashMap<usize, Level>, reached: impl Fn(usize, &Level) -> u32) -> String {
        let from = (level + 1).saturating_sub(self.shown.max(1)).max(1);
        let shown: Vec<String> = (from..=level)
            .filter_map(|l| {
                let of = levels.get(&l)?;
                Some(number(reached(l, of), of.style?))
            })
            .collect();
        format!("{}{}{} ", self.prefix, shown.join("."), self.suffix)
    }
}

#[derive(Default)]
struct Styles {
    lists: HashMap<String, HashMap<usize, Level>>,
    /// Font, parent and list of each style.
    text: HashMap<String, (Option<String>, Option<String>, Option<String>)>,
    outline: HashMap<usize, Level>,
    /// Fonts by the names that styles use.
    faces: HashMap<String, String>,
}

impl Styles {
    fn add(&mut self, xml: &Xml) {
        for face in xml.all("font-face") {
            if let (Some(name), Some(family)) = (xml.attribute(face, "name"), xml.attribute(face, "font-family")) {
                self.faces.insert(name.to_owned(), family.to_owned());
            }
        }
        for style in xml.all("style") {
            let Some(name) = xml.attribute(style, "name") else { continue };
            let font = xml
                .child(style, "text-properties")
                .and_then(|p| xml.attribute(p, "font-name").or_else(|| xml.attribute(p, "font-family")));
            let own = |key| xml.attribute(style, key).map(str::to_owned);
            self.text
                .insert(name.to_owned(), (font.map(str::to_owned), own("parent-style-name"), own("list-style-name")));
        }
        for list in xml.all("list-style") {
            let levels = xml.children(list).filter_map(|l| Self::level(xml, l)).collect();
            self.lists.insert(xml.attribute(list, "name").unwrap_or_default().to_owned(), levels);
        }
        for outline in xml.all("outline-style") {
            self.outline = xml.children(outline).filter_map(|l| Self::level(xml, l)).collect();
        }
    }

    fn level(xml: &Xml, id: Id) -> Option<(usize, Level)> {
        let text = |key| xml.attribute(id, key).unwrap_or_default().to_owned();
        let style = match xml.attribute(id, "num-format") {
            Some("1") => Some(Style::Decimal),
            Some("a") => Some(Style::Lower),
            Some("A") => Some(Style::Upper),
            Some("i") => Some(Style::LowerRoman),
            Some("I") => Some(Style::UpperRoman),
            _ => None,
        };
        let n = |key| xml.attribute(id, key).and_then(|v| v.parse().ok());
        let bullet = with_bullets(&text("bullet-char"));
        let level = Level {
            style,
            prefix: text("num-prefix"),
            suffix: text("num-suffix"),
            start: n("start-value").unwrap_or(1),
            shown: n("display-levels").unwrap_or(1) as usize,
            bullet,
        };
        Some((xml.attribute(id, "level")?.parse().ok()?, level))
    }

    /// The first answer of a style or those it builds on.
    fn inherited<'a>(
        &'a self,
        name: &str,
        of: impl Fn(&'a (Option<String>, Option<String>, Option<String>)) -> Option<&'a str>,
    ) -> Option<&'a str> {
        let mut at = self.text.get(name);
        for _ in 0..16 {
            let style = at?;
            if let Some(found) = of(style) {
                return Some(found);
            }
            at = style.1.as_ref().and_then(|p| self.text.get(p));
        }
        None
    }

    fn font(&self, name: &str) -> Option<&str> {
        let font = self.inherited(name, |s| s.0.as_deref())?;
        Some(self.faces.get(font).map_or(font, String::as_str))
    }
}

struct Reader<'a> {
    xml: &'a Xml,
    styles: &'a Styles,
    lines: Lines,
    /// Numbers reached in each list, by the list's name (its style, or its own name where another list goes on with it).
    reached: HashMap<String, [Option<u32>; 10]>,
    last_list: String,
    headings: [u32; 10],
    notes: Vec<Id>,
    boxes: Vec<Id>,
}

/// Where a paragraph stands in a list.
#[derive(Clone)]
struct Item {
    /// Key of the numbers reached.
    list: String,
    style: String,
    level: usize,
    /// The next paragraph gets the label.
    label: bool,
}

impl Reader<'_> {
    fn blocks(&mut self, id: Id, mut item: Option<&mut Item>) -> Result<(), FormatError> {
        let xml = self.xml;
        for child in xml.children(id).collect::<Vec<_>>() {
            match xml.name(child) {
                "p" | "h" => self.paragraph(child, item.as_deref_mut())?,
                "list" => self.list(child, item.as_deref())?,
                "table" => {
                    self.lines.end();
                    let mut rows = Vec::new();
                    self.rows(child, &mut rows)?;
                    self.lines.extend(table(rows));
                }
                "section" | "index-body" | "text-box" => self.blocks(child, None)?,
                "frame" | "custom-shape" => {
                    self.boxes(child);
                    self.flush_boxes(Vec::new())?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn list(&mut self, id: Id, outer: Option<&Item>) -> Result<(), FormatError> {
        let xml = self.xml;
        let own = xml.attribute(id, "style-name").map(str::to_owned);
        let level = outer.map_or(1, |o| o.level + 1).min(9);
        let style = own.or_else(|| outer.map(|o| o.style.clone())).unwrap_or_default();
        let continued =
            xml.attribute(id, "continue-list").is_some() || xml.attribute(id, "continue-numbering") == Some("true");
        let list = match outer {
            Some(outer) => outer.list.clone(),
            None => {
                if !continued {
                    self.reached.remove(&style);
                }
                self.last_list.clone_from(&style);
                style.clone()
            }
        };
        for child in xml.children(id).collect::<Vec<_>>() {
            let name = xml.name(child);
            if matches!(name, "list-item" | "list-header") {
                if let Some(n) = xml.attribute(child, "start-value").and_then(|n| n.parse::<u32>().ok()) {
                    self.reached.entry(list.clone()).or_default()[level] = Some(n.saturating_sub(1));
                }
                let mut item = Item { list: list.clone(), style: style.clone(), level, label: name == "list-item" };
                self.blocks(child, Some(&mut item))?;
            }
        }
        Ok(())
    }

    /// The next label of a list at a level.
    fn label(&mut self, item: &Item) -> String {
        let Some(levels) = self.styles.lists.get(&item.style) else { return String::new() };
        let Some(this) = levels.get(&item.level) else { return String::new() };
        let reached = self.reached.entry(item.list.clone()).or_default();
        let n = reached[item.level].map_or(this.start, |n| n.saturating_add(1));
        reached[item.level] = Some(n);
        reached[item.level + 1..].fill(None);
        let Some(_) = this.style else {
            return if this.bullet.is_empty() { String::new() } else { format!("{} ", this.bullet) };
        };
        this.written(item.level, levels, |l, of| reached[l].unwrap_or(of.start))
    }

    fn heading_label(&mut self, level: usize) -> String {
        let level = level.clamp(1, 9);
        let Some(this) = self.styles.outline.get(&level).filter(|l| l.style.is_some()) else { return String::new() };
        self.headings[level] = if self.headings[level] == 0 { this.start } else { self.headings[level] + 1 };
        self.headings[level + 1..].fill(0);
        this.written(level, &self.styles.outline, |l, _| self.headings[l].max(1))
    }

    fn paragraph(&mut self, id: Id, item: Option<&mut Item>) -> Result<(), FormatError> {
        let xml = self.xml;
        let style = xml.attribute(id, "style-name").unwrap_or_default();
        if let Some(item) = item
            && item.label
        {
            item.label = false;
            let label = self.label(item);
            self.lines.push(&label)?;
        } else if xml.name(id) == "h" && xml.attribute(id, "is-list-header") != Some("true") {
            let level = xml.attribute(id, "outline-level").and_then(|l| l.parse().ok()).unwrap_or(1);
            let label = self.heading_label(level);
            self.lines.push(&label)?;
        }
        let font = self.styles.font(style).unwrap_or_default().to_owned();
        let outer = std::mem::take(&mut self.boxes);
        self.inline(id, &font)?;
        self.lines.end();
        self.flush_boxes(outer)
    }

    /// Text boxes that hang on the paragraph that just ended.
    fn flush_boxes(&mut self, outer: Vec<Id>) -> Result<(), FormatError> {
        for text_box in std::mem::replace(&mut self.boxes, outer) {
            self.blocks(text_box, None)?;
        }
        Ok(())
    }

    fn inline(&mut self, id: Id, font: &str) -> Result<(), FormatError> {
        let xml = self.xml;
        for child in xml.children(id).collect::<Vec<_>>() {
            match xml.name(child) {
                "" => {
                    // Line breaks between elements are the writer's layout.
                    let text = xml.text(child).replace(['\n', '\r', '\t'], " ");
                    self.lines.push_in_font(&text, font)?;
                }
                "s" => {
                    let n = xml.attribute(child, "c").and_then(|c| c.parse::<usize>().ok()).unwrap_or(1);
                    self.lines.push(&" ".repeat(n.min(100)))?;
                }
                "tab" => self.lines.push(" ")?,
                "line-break" => self.lines.end(),
                "note" => {
                    if let Some(body) = xml.child(child, "note-body") {
                        self.notes.push(body);
                        self.lines.push(&format!("[{}]", self.notes.len()))?;
                    }
                }
                "span" => {
                    let style = xml.attribute(child, "style-name").unwrap_or_default();
                    let font = self.styles.font(style).unwrap_or(font).to_owned();
                    self.inline(child, &font)?;
                }
                "frame" | "custom-shape" | "g" => self.boxes(child),
                _ => self.inline(child, font)?,
            }
        }
        Ok(())
    }

    fn boxes(&mut self, id: Id) {
        for child in self.xml.children(id).collect::<Vec<_>>() {
            match self.xml.name(child) {
                "text-box" => self.boxes.push(child),
                "custom-shape" | "g" | "frame" => self.boxes(child),
                // A shape holds its paragraphs itself.
                "p" if self.boxes.last() != Some(&id) => self.boxes.push(id),
                _ => {}
            }
        }
    }

    fn rows(&mut self, id: Id, rows: &mut Vec<Vec<Vec<String>>>) -> Result<(), FormatError> {
        for row in self.xml.children(id).collect::<Vec<_>>() {
            match self.xml.name(row) {
                "table-row" => {
                    let mut cells = Vec::new();
                    for cell in self.xml.children(row).collect::<Vec<_>>() {
                        match self.xml.name(cell) {
                            "table-cell" => {
                                let outer = self.lines.begin_part();
                                self.blocks(cell, None)?;
                                cells.push(self.lines.end_part(outer));
                            }
                            "covered-table-cell" => cells.push(Vec::new()),
                            _ => {}
                        }
                    }
                    rows.push(cells);
                }
                "table-header-rows" | "table-rows" | "table-row-group" => self.rows(row, rows)?,
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::docx::tests::pack;
    use super::*;

    fn odt(body: &str, styles: &str) -> Vec<u8> {
        let content = format!(
            "<o:document-content xmlns:o='o'><o:automatic-styles>{styles}</o:automatic-styles><o:body><o:text>{body}</o:text></o:body></o:document-content>"
        );
        pack(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", &content)])
    }

    #[test]
    fn lists_notes_tables_and_fonts() {
        let styles = "<t:list-style s:name='L1'><t:list-level-style-number t:level='1' s:num-format='1' s:num-suffix='.'/>\
            <t:list-level-style-number t:level='2' s:num-format='a' s:num-suffix=')'/></t:list-style>\
            <s:font-face s:name='F' v:font-family=\"'.VnTime'\"/>\
            <s:style s:name='T1'><s:text-properties s:font-name='F'/></s:style>";
        let body = "<t:h t:outline-level='1'>Điều 1.<t:s/>A</t:h><t:list t:style-name='L1'><t:list-item><t:p>một</t:p><t:list><t:list-item>\
            <t:p>nhỏ</t:p></t:list-item></t:list></t:list-item><t:list-item><t:p>hai</t:p><t:p>tiếp</t:p></t:list-item></t:list>\
            <t:p>x<t:note><t:note-citation>1</t:note-citation><t:note-body><t:p>chú</t:p></t:note-body></t:note><t:line-break/>y\
            <t:span t:style-name='T1'> ph¸p</t:span></t:p><t:list t:continue-numbering='true' t:style-name='L1'><t:list-item><t:p>ba</t:p></t:list-item></t:list>\
            <b:table><b:table-row><b:table-cell><t:p>a</t:p></b:table-cell><b:table-cell><t:p>b</t:p><t:p>c</t:p></b:table-cell></b:table-row></b:table>";
        let bytes = odt(body, styles);
        assert!(Odt.matches(&bytes));
        let read = Odt.read(&bytes, &Limits::default()).expect("a document");
        assert_eq!(read.text, "Điều 1. A\n1. một\na) nhỏ\n2. hai\ntiếp\nx[1]\ny pháp\n3. ba\na | b c\n[1] chú");
    }

    #[test]
    fn a_protected_file_is_said_so() {
        let bytes = pack(&[
            ("mimetype", "application/vnd.oasis.opendocument.text"),
            ("META-INF/manifest.xml", "<m:manifest><m:encryption-data/></m:manifest>"),
            ("content.xml", "\u{1}\u{2}"),
        ]);
        assert!(matches!(Odt.read(&bytes, &Limits::default()), Err(FormatError::Locked { .. })));
    }
}
