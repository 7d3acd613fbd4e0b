//! A page → its tree of elements, in one pass and bounded memory.
//!
//! Not the tree a browser builds: for reading it is enough that what the page closes is closed, that a paragraph, cell or
//! row ends where the next begins, and that nothing leaves its table cell. The steps that a browser takes for each
//! unclosed tag walk over all open elements; a page of a million of them would take hours.

use quick_xml::escape::resolve_html5_entity;

use crate::ingest::formats::{FormatError, Limits};
use crate::text::encoding::western;
use crate::text::start;

/// Most elements and texts of a page. The longest real one, a decree of 400 pages, has 100,000.
const MAX_NODES: usize = 1_000_000;
/// Attributes that tell something; the rest (pictures as text among them) is dropped.
const KEPT: [&str; 15] = [
    "class",
    "id",
    "style",
    "face",
    "hidden",
    "aria-hidden",
    "href",
    "name",
    "property",
    "content",
    "type",
    "start",
    "value",
    "lang",
    "rel",
];
/// Longest attribute kept.
const MAX_VALUE: usize = 4096;

/// Index of a node.
pub(super) type Id = usize;

#[derive(Debug)]
pub(super) struct Node {
    pub parent: Option<Id>,
    pub first: Option<Id>,
    pub next: Option<Id>,
    last: Option<Id>,
    pub content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    Text(String),
    Element { name: Box<str>, attributes: Box<[(&'static str, Box<str>)]> },
}

/// The page. Node 0 is its root.
#[derive(Debug)]
pub(super) struct Tree {
    pub nodes: Vec<Node>,
}

impl Tree {
    pub fn children(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(self.nodes[id].first, |&c| self.nodes[c].next)
    }

    /// All elements below `id` and itself, in the page's order.
    pub fn below(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        // Nodes are numbered in the page's order; what is below is one range.
        let end = std::iter::successors(Some(id), |&n| self.nodes[n].parent)
            .find_map(|n| self.nodes[n].next)
            .unwrap_or(self.nodes.len());
        (id..end).filter(|&n| matches!(self.nodes[n].content, Content::Element { .. }))
    }

    pub fn ancestors(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(self.nodes[id].parent, |&n| self.nodes[n].parent)
    }

    /// Name of an element; empty for a text.
    pub fn name(&self, id: Id) -> &str {
        match &self.nodes[id].content {
            Content::Element { name, .. } => name,
            Content::Text(_) => "",
        }
    }

    pub fn attribute(&self, id: Id, name: &str) -> Option<&str> {
        match &self.nodes[id].content {
            Content::Element { attributes, .. } => attributes.iter().find(|a| a.0 == name).map(|a| &*a.1),
            Content::Text(_) => None,
        }
    }

    pub fn has_class(&self, id: Id, class: &str) -> bool {
        self.attribute(id, "class").is_some_and(|c| c.split_whitespace().any(|c| c == class))
    }

    /// The first element below `id` that fits.
    pub fn find(&self, id: Id, fits: impl Fn(&Self, Id) -> bool) -> Option<Id> {
        self.below(id).find(|&n| fits(self, n))
    }

    /// All text below, white space folded.
    pub fn text(&self, id: Id) -> String {
        let mut out = String::new();
        let mut open: Vec<Id> = vec![id];
        while let Some(n) = open.pop() {
            match &self.nodes[n].content {
                Content::Text(t) => out.push_str(t),
                Content::Element { name, .. } if matches!(&**name, "script" | "style") => {}
                Content::Element { .. } => {
                    if !out.ends_with(' ') {
                        out.push(' ');
                    }
                    let from = open.len();
                    open.extend(self.children(n));
                    open[from..].reverse();
                }
            }
        }
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Elements without content.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
/// Elements whose content is not markup.
const RAW: [&str; 8] = ["script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"];
/// Elements that end an open paragraph.
const BLOCK: [&str; 30] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "div",
    "dl",
    "fieldset",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
    "li",
    "tr",
    "td",
    "th",
];

pub(super) fn is_block(name: &str) -> bool {
    BLOCK.contains(&name)
        || matches!(name, "body" | "html" | "tbody" | "thead" | "tfoot" | "caption" | "dd" | "dt" | "option")
}

/// Builds the tree.
///
/// # Errors
/// [`FormatError::Limit`] for nesting and number of elements.
pub(super) fn parse(page: &str, limits: &Limits) -> Result<Tree, FormatError> {
    let root = Node { parent: None, first: None, next: None, last: None, content: element("", Vec::new()) };
    let mut builder = Builder { tree: Tree { nodes: vec![root] }, open: vec![0], depth: limits.depth };
    let bytes = page.as_bytes();
    let mut at = 0;
    let mut text_from = 0;
    while let Some(lt) = memchr(b'<', bytes, at) {
        let next = bytes.get(lt + 1).copied().unwrap_or(b' ');
        let end = match next {
            b'!' if page[lt..].starts_with("<!--") => page[lt + 4..].find("-->").map_or(page.len(), |i| lt + 4 + i + 3),
            b'!' | b'?' => memchr(b'>', bytes, lt).map_or(page.len(), |i| i + 1),
            b'/' | b'a'..=b'z' | b'A'..=b'Z' => {
                builder.text(&page[text_from..lt])?;
                let (tag, end) = tag(page, lt);
                text_from = end;
                if next == b'/' {
                    builder.close(&tag.name);
                } else {
                    let raw = RAW.contains(&&*tag.name);
                    let name = tag.name.clone();
                    builder.open(tag)?;
                    if raw {
                        let close = find_close(page, end, &name);
                        if !matches!(name.as_str(), "script" | "style") {
                            builder.text(&page[end..close])?;
                        }
                        builder.close(&name);
                        text_from = close;
                        at = close;
                        continue;
                    }
                }
                at = end;
                continue;
            }
            // A sign like any other: `a < b`.
            _ => {
                at = lt + 1;
                continue;
            }
        };
        builder.text(&page[text_from..lt])?;
        text_from = end;
        at = end;
    }
    builder.text(&page[text_from..])?;
    Ok(builder.tree)
}

fn memchr(byte: u8, bytes: &[u8], from: usize) -> Option<usize> {
    bytes.get(from..)?.iter().position(|&b| b == byte).map(|i| i + from)
}

/// Where `</name` stands, from `from` on; the end of the page where nowhere.
fn find_close(page: &str, from: usize, name: &str) -> usize {
    let bytes = page.as_bytes();
    let mut at = from;
    while let Some(lt) = memchr(b'<', bytes, at) {
        let rest = &bytes[lt + 1..];
        if rest.first() == Some(&b'/')
            && rest.get(1..=name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()))
        {
            return lt;
        }
        at = lt + 1;
    }
    page.len()
}

struct Tag {
    name: String,
    attributes: Vec<(&'static str, Box<str>)>,
    closed: bool,
}

/// The tag that begins at `lt`, and where it ends.
fn tag(page: &str, lt: usize) -> (Tag, usize) {
    let bytes = page.as_bytes();
    let mut at = lt + 1 + usize::from(bytes.get(lt + 1) == Some(&b'/'));
    let ends_name = |b: u8| b.is_ascii_whitespace() || matches!(b, b'>' | b'/');
    let from = at;
    while at < bytes.len() && !ends_name(bytes[at]) {
        at += 1;
    }
    let name = start(&page[from..at], 64).to_ascii_lowercase();
    let mut tag = Tag { name, attributes: Vec::new(), closed: false };
    while at < bytes.len() {
        match bytes[at] {
            b'>' => return (tag, at + 1),
            b'/' => {
                tag.closed = bytes.get(at + 1) == Some(&b'>');
                at += 1;
            }
            b if b.is_ascii_whitespace() => at += 1,
            _ => {
                let from = at;
                at += 1;
                while at < bytes.len() && bytes[at] != b'=' && !ends_name(bytes[at]) {
                    at += 1;
                }
                let name = &page[from..at];
                let mut value_at = at;
                while bytes.get(value_at).is_some_and(u8::is_ascii_whitespace) {
                    value_at += 1;
                }
                let mut value = "";
                if bytes.get(value_at) == Some(&b'=') {
                    at = value_at + 1;
                    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
                        at += 1;
                    }
                    match bytes.get(at) {
                        Some(&quote @ (b'"' | b'\'')) => {
                            let end = memchr(quote, bytes, at + 1).unwrap_or(bytes.len());
                            value = &page[at + 1..end];
                            at = (end + 1).min(bytes.len());
                        }
                        _ => {
                            let from = at;
                            while at < bytes.len() && !bytes[at].is_ascii_whitespace() && bytes[at] != b'>' {
                                at += 1;
                            }
                            value = &page[from..at];
                        }
                    }
                }
                if let Some(kept) = KEPT.iter().find(|k| k.eq_ignore_ascii_case(name))
                    && !tag.attributes.iter().any(|a| a.0 == *kept)
                {
                    tag.attributes.push((kept, decode(start(value, MAX_VALUE)).into_boxed_str()));
                }
            }
        }
    }
    (tag, page.len())
}

fn element(name: &str, attributes: Vec<(&'static str, Box<str>)>) -> Content {
    Content::Element { name: name.into(), attributes: attributes.into() }
}

struct Builder {
    tree: Tree,
    /// Open elements, the root first.
    open: Vec<Id>,
    depth: usize,
}

impl Builder {
    fn add(&mut self, content: Content) -> Result<Id, FormatError> {
        let id = self.tree.nodes.len();
        if id >= MAX_NODES {
            let what = format!("more than {MAX_NODES} elements");
            return Err(FormatError::Limit { format: "html", what });
        }
        let parent = *self.open.last().unwrap_or(&0);
        match self.tree.nodes[parent].last.replace(id) {
            Some(last) => self.tree.nodes[last].next = Some(id),
            None => self.tree.nodes[parent].first = Some(id),
        }
        self.tree.nodes.push(Node { parent: Some(parent), first: None, next: None, last: None, content });
        Ok(id)
    }

    fn text(&mut self, text: &str) -> Result<(), FormatError> {
        if !text.is_empty() {
            self.add(Content::Text(decode(text)))?;
        }
        Ok(())
    }

    fn open(&mut self, tag: Tag) -> Result<(), FormatError> {
        let name = tag.name.as_str();
        if is_block(name) {
            self.end_nearest(&["p"], &["td", "th", "table", "div", "li", "body", "blockquote", "object"]);
        }
        match name {
            "li" => self.end_nearest(&["li"], &["ul", "ol", "td", "th", "table"]),
            "dd" | "dt" => self.end_nearest(&["dd", "dt"], &["dl", "td", "th", "table"]),
            "option" => self.end_nearest(&["option"], &["select", "td", "table"]),
            "td" | "th" => self.end_nearest(&["td", "th"], &["tr", "table"]),
            "tr" => self.end_nearest(&["tr"], &["table"]),
            "tbody" | "thead" | "tfoot" => self.end_nearest(&["tbody", "thead", "tfoot", "tr"], &["table"]),
            "body" => self.end_nearest(&["head"], &[]),
            _ => {}
        }
        let void = tag.closed && !is_block(name) || VOID.contains(&name);
        let id = self.add(element(name, tag.attributes))?;
        if !void {
            if self.open.len() > self.depth {
                let what = format!("elements nested more than {} deep", self.depth);
                return Err(FormatError::Limit { format: "html", what });
            }
            self.open.push(id);
        }
        Ok(())
    }

    /// Ends the innermost open element of these names, unless one of `walls` stands between.
    fn end_nearest(&mut self, names: &[&str], walls: &[&str]) {
        for i in (1..self.open.len()).rev() {
            let name = self.tree.name(self.open[i]);
            if names.contains(&name) {
                self.open.truncate(i);
                return;
            }
            if walls.contains(&name) {
                return;
            }
        }
    }

    fn close(&mut self, name: &str) {
        // What is closed inside a cell was opened there.
        let walls: &[&str] = match name {
            "table" | "html" | "body" => &[],
            "tr" | "td" | "th" | "tbody" | "thead" | "tfoot" => &["table"],
            _ => &["td", "th"],
        };
        self.end_nearest(&[name], walls);
    }
}

/// Characters for their names and numbers (`&agrave;`, `&#7889;`, `&#x1ed1;`).
fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let name_len = rest.bytes().take(32).take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count();
        let name = &rest[..name_len];
        let ended = rest.as_bytes().get(name_len) == Some(&b';');
        let numbered = name.strip_prefix('#').and_then(|n| {
            let code = match n.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => n.parse().ok()?,
            };
            Some(match code {
                // Old editors number characters as Windows does.
                0x80..=0x9f => western(code as u8),
                0 => '\u{fffd}',
                _ => char::from_u32(code).unwrap_or('\u{fffd}'),
            })
        });
        if let Some(c) = numbered {
            out.push(c);
        } else if ended && let Some(s) = resolve_html5_entity(name) {
            out.push_str(s);
        } else if !ended && name.starts_with("nbsp") {
            out.push('\u{a0}');
            rest = &rest[4..];
            continue;
        } else {
            out.push('&');
            continue;
        }
        rest = &rest[name_len + usize::from(ended)..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(page: &str) -> String {
        let tree = parse(page, &Limits::default()).expect("small");
        fn walk(tree: &Tree, id: Id, out: &mut String) {
            match &tree.nodes[id].content {
                Content::Text(t) => out.push_str(t),
                Content::Element { name, .. } => {
                    out.push('(');
                    out.push_str(name);
                    out.push(' ');
                    for c in tree.children(id) {
                        walk(tree, c, out);
                    }
                    out.push(')');
                }
            }
        }
        let mut out = String::new();
        tree.children(0).for_each(|c| walk(&tree, c, &mut out));
        out
    }

    #[test]
    fn paragraphs_and_cells_end_where_the_next_begins() {
        assert_eq!(shape("<p>a<p>b<div>c</div>"), "(p a)(p b)(div c)");
        assert_eq!(shape("<p class=x><p>a</p></p>b"), "(p )(p a)b");
        assert_eq!(shape("<table><tr><td>a<td>b</div><tr><td>c</table>d"), "(table (tr (td a)(td b))(tr (td c)))d");
        assert_eq!(shape("<ul><li>a<ul><li>b</ul><li>c</ul>"), "(ul (li a(ul (li b)))(li c))");
        assert_eq!(shape("<div><b>a</div>b"), "(div (b a))b");
    }

    #[test]
    fn what_is_no_markup_is_text() {
        assert_eq!(
            shape("a < b && c > d &amp; e&nbsp;f &#7889;&#x1ed1; &khong; &#150;"),
            "a < b && c > d & e\u{a0}f ốố &khong; –"
        );
        assert_eq!(shape("<script>if (a</b) '<p>'</script>x<!-- <p> --y -->z<![if !x]>1.<![endif]>"), "(script )xz1.");
        assert_eq!(shape("<br/><img src='data:>'>x<p"), "(br )(img )x(p )");
    }

    #[test]
    fn nesting_and_number_are_bounded() {
        for bomb in [
            "<div>".repeat(1_000_000),
            "<b>".repeat(1_000_000),
            "<br>".repeat(1_000_001),
            "<table><tr><td>".repeat(100_000),
        ] {
            assert!(matches!(parse(&bomb, &Limits::default()), Err(FormatError::Limit { .. })));
        }
        // A million attributes are one element.
        assert!(parse(&format!("<p {}>", "a=1 ".repeat(1_000_000)), &Limits::default()).is_ok());
        assert!(parse(&"</p>".repeat(1_000_000), &Limits::default()).is_ok());
    }
}
