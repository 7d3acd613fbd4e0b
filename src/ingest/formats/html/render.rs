//! The tree of a page → lines, as a reader sees them.

use super::tree::{Content, Id, Tree, is_block};
use crate::ingest::formats::lines::{Lines, Style, number, table};
use crate::ingest::formats::{FormatError, Limits};

/// The text below some elements, a line for each paragraph or table row.
pub(super) struct Render<'a> {
    pub tree: &'a Tree,
    pub lines: Lines,
    /// Letters are read by the font they are set in. Not on a page whose bytes were in an old encoding: that is done.
    pub by_font: bool,
    /// Elements left out, besides what is never text.
    pub skip: &'a dyn Fn(&Tree, Id) -> bool,
}

/// What text inherits.
#[derive(Clone, Copy)]
struct Style1<'a> {
    font: &'a str,
    kept_space: bool,
}

impl<'a> Render<'a> {
    pub fn new(tree: &'a Tree, limits: &Limits, by_font: bool, skip: &'a dyn Fn(&Tree, Id) -> bool) -> Self {
        Render { tree, lines: Lines::new("html", limits), by_font, skip }
    }

    /// Renders one element and what is below.
    pub fn add(&mut self, id: Id) -> Result<(), FormatError> {
        let font = self.tree.ancestors(id).find_map(|a| font(self.tree, a)).unwrap_or_default();
        self.node(id, Style1 { font, kept_space: false })?;
        self.lines.end();
        Ok(())
    }

    fn node(&mut self, id: Id, style: Style1<'a>) -> Result<(), FormatError> {
        match &self.tree.nodes[id].content {
            Content::Text(text) => self.text(text, style),
            Content::Element { name, .. } => self.element(id, name, style),
        }
    }

    fn text(&mut self, text: &str, style: Style1<'a>) -> Result<(), FormatError> {
        if style.kept_space {
            for (i, line) in text.split('\n').enumerate() {
                if i > 0 {
                    self.lines.end();
                }
                self.run(line, style.font)?;
            }
            return Ok(());
        }
        // White space folds to one space, also over the border of elements.
        let mut folded = String::with_capacity(text.len());
        let mut space = self.lines.last().is_none_or(|c| c == ' ');
        for c in text.chars() {
            if matches!(c, ' ' | '\n' | '\t' | '\r' | '\u{c}') {
                if !space {
                    folded.push(' ');
                }
                space = true;
            } else {
                folded.push(c);
                space = false;
            }
        }
        self.run(&folded, style.font)
    }

    fn run(&mut self, text: &str, font: &str) -> Result<(), FormatError> {
        if self.by_font { self.lines.push_in_font(text, font) } else { self.lines.push(text) }
    }

    fn element(&mut self, id: Id, name: &str, style: Style1<'a>) -> Result<(), FormatError> {
        if is_no_text(name) || is_hidden(self.tree, id) || (self.skip)(self.tree, id) {
            return Ok(());
        }
        let style =
            Style1 { font: font(self.tree, id).unwrap_or(style.font), kept_space: style.kept_space || name == "pre" };
        match name {
            "br" | "hr" => self.lines.end(),
            "table" => {
                self.lines.end();
                let rows = self.rows(id, style)?;
                self.lines.extend(table(rows));
            }
            "ol" => self.numbered(id, style)?,
            _ => {
                let block = is_block(name);
                if block {
                    self.lines.end();
                }
                self.children(id, style)?;
                if block {
                    self.lines.end();
                }
            }
        }
        Ok(())
    }

    fn children(&mut self, id: Id, style: Style1<'a>) -> Result<(), FormatError> {
        let mut child = self.tree.nodes[id].first;
        while let Some(c) = child {
            self.node(c, style)?;
            child = self.tree.nodes[c].next;
        }
        Ok(())
    }

    /// An ordered list: its numbers are text that the page's author relies on.
    fn numbered(&mut self, id: Id, style: Style1<'a>) -> Result<(), FormatError> {
        self.lines.end();
        let unmarked = css(self.tree, id, "list-style-type").is_some_and(|v| v.contains("none"))
            || css(self.tree, id, "list-style").is_some_and(|v| v.contains("none"));
        let how = match self.tree.attribute(id, "type") {
            Some("a") => Style::Lower,
            Some("A") => Style::Upper,
            Some("i") => Style::LowerRoman,
            Some("I") => Style::UpperRoman,
            _ => Style::Decimal,
        };
        let mut n: u32 = self.tree.attribute(id, "start").and_then(|s| s.trim().parse().ok()).unwrap_or(1);
        let mut child = self.tree.nodes[id].first;
        while let Some(c) = child {
            if self.tree.name(c) == "li" {
                n = self.tree.attribute(c, "value").and_then(|s| s.trim().parse().ok()).unwrap_or(n);
                self.lines.end();
                if !unmarked && !is_hidden(self.tree, c) {
                    let end = if how == Style::Lower { ")" } else { "." };
                    self.lines.push(&format!("{}{end} ", number(n, how)))?;
                }
                // The number and the item's first paragraph are one line.
                self.item(c, style)?;
                self.lines.end();
                n = n.saturating_add(1);
            } else {
                self.node(c, style)?;
            }
            child = self.tree.nodes[c].next;
        }
        self.lines.end();
        Ok(())
    }

    fn item(&mut self, id: Id, style: Style1<'a>) -> Result<(), FormatError> {
        let mut child = self.tree.nodes[id].first;
        let mut first = true;
        while let Some(c) = child {
            let blank = matches!(&self.tree.nodes[c].content, Content::Text(t) if t.trim().is_empty());
            if first && self.tree.name(c) == "p" {
                self.children(c, style)?;
                self.lines.end();
            } else if !(first && blank) {
                self.node(c, style)?;
            }
            first &= blank;
            child = self.tree.nodes[c].next;
        }
        Ok(())
    }

    fn rows(&mut self, id: Id, style: Style1<'a>) -> Result<Vec<Vec<Vec<String>>>, FormatError> {
        let mut rows = Vec::new();
        let mut child = self.tree.nodes[id].first;
        while let Some(c) = child {
            match self.tree.name(c) {
                _ if is_hidden(self.tree, c) || (self.skip)(self.tree, c) => {}
                "tr" => {
                    let mut cells = Vec::new();
                    for cell in self.tree.children(c).collect::<Vec<_>>() {
                        if matches!(self.tree.name(cell), "td" | "th") && !is_hidden(self.tree, cell) {
                            cells.push(self.part(cell, style)?);
                        } else {
                            // What stands between cells is misplaced, not void.
                            let stray = self.part(cell, style)?;
                            if !stray.is_empty() {
                                cells.push(stray);
                            }
                        }
                    }
                    rows.push(cells);
                }
                "tbody" | "thead" | "tfoot" => rows.extend(self.rows(c, style)?),
                _ => {
                    let stray = self.part(c, style)?;
                    if !stray.is_empty() {
                        rows.push(vec![stray]);
                    }
                }
            }
            child = self.tree.nodes[c].next;
        }
        Ok(rows)
    }

    fn part(&mut self, id: Id, style: Style1<'a>) -> Result<Vec<String>, FormatError> {
        let outer = self.lines.begin_part();
        self.node(id, style)?;
        Ok(self.lines.end_part(outer))
    }
}

/// Elements that never are text of a document.
fn is_no_text(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "head"
            | "title"
            | "iframe"
            | "select"
            | "option"
            | "button"
            | "textarea"
            | "input"
            | "svg"
            | "noscript"
            | "noembed"
            | "noframes"
            | "object"
            | "template"
            | "nav"
    )
}

pub(super) fn is_hidden(tree: &Tree, id: Id) -> bool {
    tree.attribute(id, "hidden").is_some()
        || css(tree, id, "display").is_some_and(|v| v.starts_with("none"))
        || css(tree, id, "visibility").is_some_and(|v| v.starts_with("hidden"))
}

/// The value of a property in the element's own style.
fn css<'a>(tree: &'a Tree, id: Id, property: &str) -> Option<&'a str> {
    let style = tree.attribute(id, "style")?;
    style.split(';').find_map(|part| {
        let (name, value) = part.split_once(':')?;
        name.trim().eq_ignore_ascii_case(property).then_some(value.trim())
    })
}

/// The font that an element sets for what is below it.
fn font(tree: &Tree, id: Id) -> Option<&str> {
    let family =
        tree.attribute(id, "face").or_else(|| css(tree, id, "font-family")).or_else(|| css(tree, id, "font"))?;
    // `font: bold 12pt .VnTime` names it last.
    let first = family.split(',').next().unwrap_or_default().trim();
    Some(match first.find(".Vn").or_else(|| first.find("VNI-")) {
        Some(i) => &first[i..],
        None => first,
    })
}
