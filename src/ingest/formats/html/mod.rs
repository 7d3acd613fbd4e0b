//! Pages of the portals and saved pages.
//!
//! A portal's page is one part document and nine parts menus, advertisements, tooltips and lists of other documents. The
//! portals known here say where the document stands; of any other page the part that holds most of its running text is
//! taken. Facts that the portal states beside the text go into the metadata.

mod render;
mod tree;

use jiff::civil::Date;

use super::lines::OLD_FONTS;
use super::{Extracted, Format, FormatError, Limits, encoded};
use crate::law::DocumentMeta;
use crate::text::fold;
use render::{Render, is_hidden};
use tree::{Content, Id, Tree};

/// Web pages.
pub(super) struct Html;

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn about(&self) -> &'static str {
        "pages of thuvienphapluat.vn, vbpl.vn and Bộ Pháp điển, other saved pages"
    }

    fn matches(&self, head: &[u8]) -> bool {
        let start = super::start_of_text(head);
        let tags = ["<!doctype html", "<html", "<head", "<body", "<meta ", "<link ", "<div", "<table", "<title"];
        let at = start.trim_start();
        // A comment may come first, on pages of SharePoint several.
        let after_comments = std::iter::successors(Some(at), |s| {
            s.strip_prefix("<!--").and_then(|s| Some(s.split_once("-->")?.1.trim_start()))
        });
        after_comments.last().is_some_and(|s| tags.iter().any(|t| s.starts_with(t)))
            || (at.starts_with('<') && ["<html", "<body", "<p>", "<p "].iter().any(|t| start.contains(t)))
    }

    fn is_simple(&self) -> bool {
        true
    }

    fn read(&self, bytes: &[u8], limits: &Limits) -> Result<Extracted, FormatError> {
        let page = encoded(bytes)?;
        let by_font = page.is_unicode();
        let tree = tree::parse(&page.text, limits)?;
        let portal = Portal::of(&tree, &page.text);
        let places = portal.places(&tree);
        let skip = |tree: &Tree, id: Id| portal.skips(tree, id);
        let mut render = Render::new(&tree, limits, by_font, &skip);
        for &place in &places {
            render.add(place)?;
        }
        let any_old = render.lines.any_old;
        let mut text = render.lines.finish();
        let mut notes = Vec::from_iter(page.note());
        if any_old {
            notes.push(OLD_FONTS.to_owned());
        } else if by_font && let Some((new, inside)) = crate::text::encoding::repair(&text) {
            notes.push(format!("read as {} saved as Unicode", inside.name()));
            text = new;
        }
        notes.extend(portal.note().map(str::to_owned));
        if text.trim().is_empty() {
            return Err(match portal {
                Portal::OldVbplFacts => FormatError::Other {
                    why: "a page of vbpl.vn beside the text (thuộc tính, lịch sử, VB liên quan): save the page “Toàn văn”".to_owned(),
                },
                _ => FormatError::Empty { format: "html" },
            });
        }
        Ok(Extracted { meta: facts(&tree, &places, portal), text, notes, ..Extracted::default() })
    }
}

/// Where a page comes from, by what stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Portal {
    /// thuvienphapluat.vn.
    Tvpl,
    /// vbpl.vn until 2025, the page with the text.
    OldVbpl,
    /// vbpl.vn until 2025, the pages beside it.
    OldVbplFacts,
    /// vbpl.vn since 2026.
    NewVbpl,
    /// Bộ Pháp điển: one đề mục.
    Phapdien,
    /// Anything else.
    Other,
}

impl Portal {
    fn of(tree: &Tree, page: &str) -> Portal {
        let has = |class: &str| tree.find(0, |t, n| t.has_class(n, class)).is_some();
        if has("content1") && page.contains("thuvienphapluat") {
            Portal::Tvpl
        } else if tree.find(0, |t, n| t.attribute(n, "id") == Some("toanvancontent")).is_some() {
            Portal::OldVbpl
        } else if has("vbInfo") && page.contains("vbpq-toanvan") {
            Portal::OldVbplFacts
        } else if has("document-detail-page") || (has("prov-article") && page.contains("vbpl.vn")) {
            Portal::NewVbpl
        } else if has("pDieu") && has("pNoiDung") {
            Portal::Phapdien
        } else {
            Portal::Other
        }
    }

    const fn note(self) -> Option<&'static str> {
        match self {
            Portal::Phapdien => Some("an đề mục of Bộ Pháp điển: articles of many documents, read as one"),
            _ => None,
        }
    }

    /// The elements that hold the document.
    fn places(self, tree: &Tree) -> Vec<Id> {
        let class = |class: &'static str| tree.find(0, |t, n| t.has_class(n, class));
        match self {
            // The second one, if any, is the English translation.
            Portal::Tvpl => class("content1").into_iter().collect(),
            Portal::OldVbpl => tree
                .find(0, |t, n| t.attribute(n, "id") == Some("toanvancontent"))
                .map(|n| tree.ancestors(n).find(|&a| tree.has_class(a, "fulltext")).unwrap_or(n))
                .into_iter()
                .collect(),
            Portal::OldVbplFacts => Vec::new(),
            Portal::NewVbpl => new_vbpl(tree).into_iter().collect(),
            Portal::Phapdien => {
                let title = tree.find(0, |t, n| t.name(n) == "h3");
                let content = class("_content");
                title.into_iter().chain(content.or(Some(0))).collect()
            }
            Portal::Other => vec![densest(tree)],
        }
    }

    /// What stands inside the document's place and is none of it.
    fn skips(self, tree: &Tree, id: Id) -> bool {
        let class = |class: &str| tree.has_class(id, class);
        match self {
            Portal::Tvpl => class("GgADS") || class("divAttachFiles") || class("cmDetail") || class("tooltip"),
            Portal::OldVbpl | Portal::OldVbplFacts => {
                class("vbInfo") || class("tailieudinhkem") || class("listVB") || class("vbFile")
            }
            Portal::NewVbpl => class("ant-tooltip") || class("ant-popover") || tree.name(id) == "footer",
            Portal::Phapdien => false,
            Portal::Other => {
                matches!(tree.name(id), "footer" | "aside") || tree.name(id) == "header" && tree.text(id).len() < 2000
            }
        }
    }
}

/// The new vbpl.vn gives its text no name, but marks its provisions; what holds them all holds the head and the
/// signature too. A page without marks (a translation) has one dense part.
fn new_vbpl(tree: &Tree) -> Option<Id> {
    let marked: Vec<Id> = tree
        .below(0)
        .filter(|&n| tree.attribute(n, "class").is_some_and(|c| c.split_whitespace().any(|c| c.starts_with("prov-"))))
        .collect();
    let (Some(&first), Some(&last)) = (marked.first(), marked.last()) else { return Some(densest(tree)) };
    let around_last: Vec<Id> = tree.ancestors(last).collect();
    tree.ancestors(first).find(|a| around_last.contains(a))
}

/// The smallest element that holds most of the page's running text, links and menus not counted.
fn densest(tree: &Tree) -> Id {
    let mut weight = vec![0_usize; tree.nodes.len()];
    let mut dead = vec![false; tree.nodes.len()];
    for id in 0..tree.nodes.len() {
        let parent = tree.nodes[id].parent.unwrap_or(0);
        dead[id] = dead[parent]
            || matches!(
                tree.name(id),
                "a" | "script" | "style" | "head" | "nav" | "footer" | "select" | "noscript" | "button"
            )
            || is_hidden(tree, id);
        if let Content::Text(t) = &tree.nodes[id].content
            && !dead[id]
        {
            weight[id] = t.trim().chars().count();
        }
    }
    for id in (1..tree.nodes.len()).rev() {
        weight[tree.nodes[id].parent.unwrap_or(0)] += weight[id];
    }
    let mut at = 0;
    while let Some(child) = tree
        .children(at)
        .filter(|&c| matches!(tree.nodes[c].content, Content::Element { .. }))
        .find(|&c| weight[c] * 10 >= weight[at] * 8 && !matches!(tree.name(c), "tr" | "td" | "tbody" | "table" | "p"))
        .filter(|_| weight[at] > 0)
    {
        at = child;
    }
    at
}

/// What the portal states beside the text.
fn facts(tree: &Tree, places: &[Id], portal: Portal) -> DocumentMeta {
    let mut meta = DocumentMeta::default();
    if portal == Portal::Other {
        return meta;
    }
    let inside = |id: Id| places.contains(&id) && portal != Portal::OldVbpl;
    let mut skipped_until = 0;
    let all: Vec<Id> = tree.below(0).collect();
    for &id in &all {
        if id < skipped_until {
            continue;
        }
        if inside(id) {
            skipped_until = tree.below(id).last().unwrap_or(id) + 1;
            continue;
        }
        // The innermost element with the label.
        let Some(Content::Text(label)) = tree.nodes[id].first.map(|c| &tree.nodes[c].content) else { continue };
        if label.len() > 80 {
            continue;
        }
        let label = fold(label.trim().trim_end_matches(':').trim());
        let field = match label.as_str() {
            "so hieu" | "so ky hieu" => Field::Text(&mut meta.number),
            "loai van ban" => Field::Text(&mut meta.kind),
            "noi ban hanh" | "co quan ban hanh" | "co quan ban hanh/ chuc danh / nguoi ky" => {
                Field::Text(&mut meta.issuer)
            }
            "tinh trang" | "hieu luc" | "tinh trang hieu luc" => Field::Text(&mut meta.status),
            "ngay ban hanh" => Field::Date(&mut meta.issued_on),
            "ngay hieu luc" | "ngay co hieu luc" => Field::Date(&mut meta.effective_on),
            _ => continue,
        };
        let Some(value) = value_beside(tree, id) else { continue };
        match field {
            Field::Text(text) if text.is_empty() && value != "Đã biết" && value.len() < 200 => *text = value,
            Field::Date(date) if date.is_none() => *date = day(&value),
            _ => {}
        }
    }
    for &id in &all {
        if tree.name(id) == "link" && tree.attribute(id, "rel") == Some("canonical") {
            meta.url = tree.attribute(id, "href").unwrap_or_default().to_owned();
        }
    }
    if portal == Portal::NewVbpl && meta.status.is_empty() {
        let states =
            ["Còn hiệu lực", "Hết hiệu lực toàn bộ", "Hết hiệu lực một phần", "Chưa có hiệu lực", "Ngưng hiệu lực"];
        let before = places.first().copied().unwrap_or(0);
        let found =
            all.iter().take_while(|&&id| id < before).map(|&id| tree.text_of_leaf(id)).find(|t| states.contains(t));
        meta.status = found.unwrap_or_default().to_owned();
    }
    if portal == Portal::Phapdien
        && let Some(&title) = places.first()
    {
        meta.title = tree.text(title);
        meta.kind = "Đề mục pháp điển".to_owned();
    }
    meta
}

enum Field<'a> {
    Text(&'a mut String),
    Date(&'a mut Option<Date>),
}

/// What stands beside a label: the next thing in its cell, or the next cell.
fn value_beside(tree: &Tree, label: Id) -> Option<String> {
    let mut at = label;
    for _ in 0..4 {
        let mut next = tree.nodes[at].next;
        while let Some(n) = next {
            let text = match &tree.nodes[n].content {
                Content::Text(t) => t.split_whitespace().collect::<Vec<_>>().join(" "),
                Content::Element { .. } => tree.text(n),
            };
            if !text.is_empty() {
                return Some(text);
            }
            next = tree.nodes[n].next;
        }
        at = tree.nodes[at].parent?;
    }
    None
}

/// `11/07/1989`.
fn day(value: &str) -> Option<Date> {
    let mut parts = value.split_whitespace().next()?.split(['/', '-', '.']);
    let (d, m, y) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Date::new(y, m, d).ok()
}

impl Tree {
    /// The text of an element that has nothing but text.
    fn text_of_leaf(&self, id: Id) -> &str {
        match self.nodes[id].first.map(|c| &self.nodes[c].content) {
            Some(Content::Text(t)) => t.trim(),
            _ => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(page: &str) -> Extracted {
        assert!(Html.matches(page.as_bytes()), "not taken for a page");
        Html.read(page.as_bytes(), &Limits::default()).expect("a page")
    }

    #[test]
    fn a_page_of_tvpl_is_its_document() {
        let page = "<!DOCTYPE html><html><head><title>x</title><link rel=canonical href='https://thuvienphapluat.vn/a.aspx'>\
            </head><body><div id=menu>Trang chủ <a>Đăng nhập</a></div><table><tr><td><b>Số hiệu:</b></td><td> 1/2031/QH20 </td>\
            <td></td><td><b>Ngày hiệu lực:</b></td><td><span>Đã biết</span></td></tr></table>\
            <div class='content1'><table><tr><td><p><b>QUỐC\n HỘI<br>---</b></p></td><td>Độc lập</td></tr></table>\
            <p>Điều 1.\n  Phạm <b>vi</b></p><div class=GgADS>Quảng cáo</div><p style='display: none'>ẩn</p>\
            <ol start=2><li>Hai</li><li><p>Ba</p><p>tiếp</p></li></ol><p>x<sup>2</sup></div>\
            <div class='content1'><p>Article 1</p></div><div>Liên quan</div></body></html>";
        let read = read(page);
        assert_eq!(read.text, "QUỐC HỘI --- | Độc lập\nĐiều 1. Phạm vi\n2. Hai\n3. Ba\ntiếp\nx2");
        assert_eq!(
            (read.meta.number.as_str(), read.meta.url.as_str()),
            ("1/2031/QH20", "https://thuvienphapluat.vn/a.aspx")
        );
        assert_eq!(read.meta.effective_on, None);
    }

    #[test]
    fn an_old_page_of_vbpl_has_head_and_facts() {
        let page = "<!--a--><!--b-->\n<!DOCTYPE html ><html><body><div class=fulltext><div class=vbInfo><ul><li><span>Hiệu lực: \
            </span> Còn hiệu lực</li><li><span>Ngày có hiệu lực: </span> 11/07/2031</li></ul></div>\
            <table><tr><td>QUỐC HỘI</td><td>CỘNG HÒA</td></tr></table><div id=toanvancontent class=toanvancontent>\
            <p>LUẬT</p></div></div><div>vbpq-toanvan</div></body></html>";
        let read = read(page);
        assert_eq!(read.text, "QUỐC HỘI | CỘNG HÒA\nLUẬT");
        assert_eq!(read.meta.status, "Còn hiệu lực");
        assert_eq!(read.meta.effective_on, Some(jiff::civil::date(2031, 7, 11)));
        let beside =
            "<html><body><div class=vbInfo></div><a href='vbpq-toanvan.aspx'>Toàn văn</a><p>Lịch sử</p></body></html>";
        let error = Html.read(beside.as_bytes(), &Limits::default()).expect_err("no text");
        assert!(error.to_string().contains("Toàn văn"), "{error}");
    }

    #[test]
    fn other_pages_give_their_densest_part() {
        let body = "<p>Điều 1. Quy định về đèn lồng trong xã, phường và thị trấn của cả nước.</p>".repeat(5);
        let page = format!(
            "<html><body><nav>Menu</nav><div><ul><li><a>Tin</a></li></ul></div><main><div>{body}</div></main><footer>©</footer></body></html>"
        );
        assert_eq!(read(&page).text.lines().count(), 5);
    }

    #[test]
    fn fonts_of_the_nineties_are_read() {
        let page = "<html><body><p style=\"font-family:.VnTimeH\">quèc héi</p><p><font face='.VnTime'>§iÒu 1. Ph¹m <b>vi</b> </font>\
            <font face='VNI-Times'>ñieàu</font> <font face=Arial>có và</font></p></body></html>";
        let read = read(page);
        assert_eq!(read.text, "QUỐC HỘI\nĐiều 1. Phạm vi điều có và");
        assert_eq!(read.notes.len(), 1);
    }
}
