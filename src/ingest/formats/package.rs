//! Word processors' files of today: a packed folder of XML parts.
//!
//! Invariant: parts are counted as they unpack; a part with a document type (the way of entity bombs and of references out of
//! the file) is refused.

use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;
use zip::ZipArchive;
use zip::result::ZipError;

use super::{FormatError, Limits};

/// Most elements and texts of one part that are kept. A table of 400 pages has a third of it.
const MAX_NODES: usize = 1_000_000;

/// An opened file.
pub(super) struct Package<'a> {
    format: &'static str,
    zip: ZipArchive<Cursor<&'a [u8]>>,
    limits: &'a Limits,
}

/// Whether the bytes are an archive that holds this part.
pub(super) fn has_part(bytes: &[u8], name: &str) -> bool {
    bytes.starts_with(b"PK\x03\x04")
        && ZipArchive::new(Cursor::new(bytes)).is_ok_and(|zip| zip.index_for_name(name).is_some())
}

/// The type that an `OpenDocument` file states of itself; empty where it states none.
pub(super) fn mime_type(bytes: &[u8]) -> String {
    let mut text = String::new();
    if let Ok(mut zip) = ZipArchive::new(Cursor::new(bytes))
        && let Ok(member) = zip.by_name("mimetype")
        && member.take(200).read_to_string(&mut text).is_err()
    {
        text.clear();
    }
    text
}

impl<'a> Package<'a> {
    pub fn open(format: &'static str, bytes: &'a [u8], limits: &'a Limits) -> Result<Self, FormatError> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|e| unpacking(format, &e))?;
        Ok(Package { format, zip, limits })
    }

    /// A part's bytes; none where there is no such part.
    pub fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, FormatError> {
        let format = self.format;
        let member = match self.zip.by_name(name) {
            Ok(member) => member,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(e) => return Err(unpacking(format, &e)),
        };
        let mut bytes = Vec::new();
        let most = self.limits.text;
        member.take(most as u64 + 1).read_to_end(&mut bytes).map_err(|e| unpacking(format, &ZipError::Io(e)))?;
        if bytes.len() > most {
            let what = format!("its part {name} unpacks to more than {} MiB", most >> 20);
            return Err(FormatError::Limit { format, what });
        }
        Ok(Some(bytes))
    }

    /// A part's tree, without the elements named in `skipped` and what is below them; none where there is no such part.
    pub fn xml(&mut self, name: &str, skipped: &[&str]) -> Result<Option<Xml>, FormatError> {
        match self.part(name)? {
            Some(bytes) => Xml::parse(&bytes, self.format, self.limits, skipped).map(Some),
            None => Ok(None),
        }
    }
}

/// Why an archive, or a file packed as one, could not be unpacked.
pub(in crate::ingest) fn unpacking(format: &'static str, error: &ZipError) -> FormatError {
    match error {
        ZipError::InvalidPassword => FormatError::Locked { format },
        // The library says so, without a kind of its own.
        ZipError::UnsupportedArchive(why) if why.contains("assword") => FormatError::Locked { format },
        e => FormatError::Broken { format, why: e.to_string() },
    }
}

/// Index of a node.
pub(super) type Id = u32;

/// A part's elements by their names without prefix, and its texts.
pub(super) struct Xml {
    nodes: Vec<Node>,
}

struct Node {
    first: Option<Id>,
    next: Option<Id>,
    /// Empty for a text.
    name: Box<str>,
    text: Box<str>,
    attributes: Box<[(Box<str>, Box<str>)]>,
}

impl Xml {
    /// The root; its children are the part's elements.
    pub const ROOT: Id = 0;

    pub fn parse(bytes: &[u8], format: &'static str, limits: &Limits, skipped: &[&str]) -> Result<Xml, FormatError> {
        let broken = |why: String| FormatError::Broken { format, why };
        // Word writes UTF-8; UTF-16 is allowed.
        let text = match bytes {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
                crate::text::encoding::decode(bytes).map_err(|e| broken(e.to_string()))?.text
            }
            _ => String::from_utf8(bytes.to_vec()).map_err(|e| broken(e.to_string()))?,
        };
        let mut reader = Reader::from_str(&text);
        reader.config_mut().expand_empty_elements = true;
        let mut builder = Builder {
            nodes: vec![Node::default()],
            // Open elements and the last child of each.
            open: vec![(Self::ROOT, None)],
            format,
        };
        let mut skip = 0_usize;
        loop {
            match reader.read_event().map_err(|e| broken(e.to_string()))? {
                Event::Start(start) => {
                    let name = start.local_name();
                    let name: &str = name.as_ref();
                    if skip > 0 || skipped.contains(&name) {
                        skip += 1;
                        continue;
                    }
                    if builder.open.len() > limits.depth {
                        let what = format!("elements nested more than {} deep", limits.depth);
                        return Err(FormatError::Limit { format, what });
                    }
                    let mut attributes = Vec::new();
                    // The check for repeated names compares each with all.
                    for attribute in start.attributes().with_checks(false).take(256) {
                        let attribute = attribute.map_err(|e| broken(e.to_string()))?;
                        let key = attribute.key.local_name();
                        let value = quick_xml::escape::unescape(&attribute.value).map_err(|e| broken(e.to_string()))?;
                        attributes.push((key.as_ref().into(), value.into()));
                    }
                    let id =
                        builder.add(Node { name: name.into(), attributes: attributes.into(), ..Node::default() })?;
                    builder.open.push((id, None));
                }
                Event::End(_) if skip > 0 => skip -= 1,
                Event::End(_) => {
                    builder.open.pop();
                    if builder.open.is_empty() {
                        return Err(broken("an element is closed twice".into()));
                    }
                }
                Event::Text(t) if skip == 0 => {
                    builder.text(&t)?;
                }
                Event::CData(t) if skip == 0 => {
                    builder.text(&t)?;
                }
                Event::GeneralRef(r) if skip == 0 => match r.resolve_char_ref().map_err(|e| broken(e.to_string()))? {
                    Some(c) => builder.text(c.encode_utf8(&mut [0; 4]))?,
                    None => match resolve_xml_entity(&r) {
                        Some(s) => builder.text(s)?,
                        None => return Err(broken(format!("an entity of its own, &{};", &*r))),
                    },
                },
                Event::DocType(_) => return Err(broken("a document type, which no word processor writes".into())),
                Event::Eof => break,
                _ => {}
            }
        }
        if builder.open.len() > 1 || skip > 0 {
            return Err(broken("cut off in the middle".into()));
        }
        Ok(Xml { nodes: builder.nodes })
    }

    pub fn children(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(self.nodes[id as usize].first, |&c| self.nodes[c as usize].next)
    }

    /// The name of an element without prefix; empty for a text.
    pub fn name(&self, id: Id) -> &str {
        &self.nodes[id as usize].name
    }

    /// A text; empty for an element.
    pub fn text(&self, id: Id) -> &str {
        &self.nodes[id as usize].text
    }

    pub fn attribute(&self, id: Id, name: &str) -> Option<&str> {
        self.nodes[id as usize].attributes.iter().find(|a| &*a.0 == name).map(|a| &*a.1)
    }

    /// The first child of this name.
    pub fn child(&self, id: Id, name: &str) -> Option<Id> {
        self.children(id).find(|&c| self.name(c) == name)
    }

    /// What a path of names leads to.
    pub fn path(&self, id: Id, names: &[&str]) -> Option<Id> {
        names.iter().try_fold(id, |at, name| self.child(at, name))
    }

    /// `val` of what a path of names leads to: how Word writes most properties.
    pub fn value(&self, id: Id, names: &[&str]) -> Option<&str> {
        self.attribute(self.path(id, names)?, "val")
    }

    /// All elements of this name, wherever they stand.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Id> + 'a {
        (0..self.nodes.len() as Id).filter(move |&i| self.name(i) == name)
    }
}

impl Default for Node {
    fn default() -> Self {
        Node { first: None, next: None, name: "".into(), text: "".into(), attributes: Box::new([]) }
    }
}

struct Builder {
    nodes: Vec<Node>,
    open: Vec<(Id, Option<Id>)>,
    format: &'static str,
}

impl Builder {
    fn add(&mut self, node: Node) -> Result<Id, FormatError> {
        let id = self.nodes.len();
        if id >= MAX_NODES {
            let what = format!("more than {MAX_NODES} elements in one part");
            return Err(FormatError::Limit { format: self.format, what });
        }
        let id = id as Id;
        if let Some((parent, last)) = self.open.last_mut() {
            match last.replace(id) {
                Some(last) => self.nodes[last as usize].next = Some(id),
                None => self.nodes[*parent as usize].first = Some(id),
            }
        }
        self.nodes.push(node);
        Ok(id)
    }

    fn text(&mut self, text: &str) -> Result<(), FormatError> {
        if !text.is_empty() {
            self.add(Node { text: text.into(), ..Node::default() })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(s: &str) -> Result<Xml, FormatError> {
        Xml::parse(s.as_bytes(), "test", &Limits::default(), &["skip"])
    }

    #[test]
    fn names_texts_and_entities() {
        let xml = parse("<w:a w:val='1 &amp; 2'>x&lt;&#7889;<skip><b/></skip><b/></w:a>").expect("good");
        let a = xml.child(Xml::ROOT, "a").expect("a");
        assert_eq!(xml.value(Xml::ROOT, &["a"]), Some("1 & 2"));
        assert_eq!(xml.children(a).map(|c| xml.text(c)).collect::<String>(), "x<ố");
        assert_eq!(xml.all("b").count(), 1);
    }

    #[test]
    fn bombs_are_refused() {
        let laughs = "<!DOCTYPE a [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><a>&b;</a>";
        assert!(matches!(parse(laughs), Err(FormatError::Broken { .. })));
        assert!(matches!(parse("<a>&b;</a>"), Err(FormatError::Broken { .. })));
        assert!(matches!(parse(&"<a>".repeat(1_000_000)), Err(FormatError::Limit { .. })));
        assert!(matches!(parse(&format!("<r>{}</r>", "<a/>".repeat(1_000_001))), Err(FormatError::Limit { .. })));
        assert!(matches!(parse("<a><b>x"), Err(FormatError::Broken { .. })));
        assert!(parse(&format!("<skip>{}{}</skip>", "<a>".repeat(100_000), "</a>".repeat(100_000))).is_ok());
    }
}
