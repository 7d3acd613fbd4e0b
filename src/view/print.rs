//! A page for a terminal, in Vietnamese.

use std::collections::HashMap;
use std::fmt::Write as _;

use jiff::civil::Date;

use super::page::{Cite, Cited, Page, Reach, Source, Standing};
use crate::law::{DocumentMeta, NodeKind};
use crate::text::visible;

/// What is put around parts of a page: nothing, or colours.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    pub(super) head: &'static str,
    pub(super) place: &'static str,
    pub(super) dim: &'static str,
    pub(super) added: &'static str,
    pub(super) removed: &'static str,
    pub(super) end: &'static str,
}

impl Paint {
    /// Colours, or none.
    pub const fn of(colour: bool) -> Self {
        if colour {
            Self {
                head: "\x1b[1m",
                place: "\x1b[36m",
                dim: "\x1b[2m",
                added: "\x1b[32m",
                removed: "\x1b[31;9m",
                end: "\x1b[0m",
            }
        } else {
            Self { head: "", place: "", dim: "", added: "", removed: "", end: "" }
        }
    }
}

/// The page; of each list at most `limit` entries.
pub fn text(page: &Page, paint: Paint, limit: usize) -> String {
    let mut out = facts(&page.document, paint);
    let p = paint;
    if let Some(standing) = &page.standing {
        out.push_str(&stands(standing));
    }
    if page.address.is_empty() {
        out.push('\n');
        for part in &page.parts {
            let indent = if part.kind == NodeKind::Article { "  " } else { "" };
            // A division's title stands on lines of its own; behind an điều's heading come its opening words.
            let own =
                if part.kind == NodeKind::Article { part.text.lines().next().unwrap_or_default() } else { &part.text };
            let line = shorten(&line(own), 110);
            let _ = writeln!(out, "{indent}{line}  {}{}{}", p.dim, address(&part.place), p.end);
        }
    } else {
        for unit in &page.above {
            let _ = writeln!(out, "\n{}{}{}", p.dim, lines(&unit.text), p.end);
        }
        let quoted = if page.quoted { "  (trích trong văn bản sửa đổi)" } else { "" };
        let _ = writeln!(out, "\n{}{}{}{quoted}\n{}", p.place, visible(&page.place), p.end, lines(&page.text));
    }
    if !page.looked_for {
        out.push_str("\nVăn bản này được đọc trước khi có bảng viện dẫn; chạy lại `phancap ingest` để tìm viện dẫn.\n");
    }
    tied(&mut out, page, p, limit);
    if page.address.is_empty() {
        documents_cited(&mut out, page, p, limit);
    } else {
        provisions_cited(&mut out, page, p, limit);
    }
    out
}

/// The facts of a document.
pub(super) fn facts(meta: &DocumentMeta, p: Paint) -> String {
    let date = |name: &str, d: Option<Date>| d.map(|d| format!("{name} {}/{}/{}", d.day(), d.month(), d.year()));
    let known = |s: &str| Some(s.to_owned()).filter(|s| !s.is_empty());
    let facts: Vec<String> = [
        known(&meta.issuer),
        date("ban hành", meta.issued_on),
        date("hiệu lực từ", meta.effective_on),
        known(&meta.status),
    ]
    .into_iter()
    .flatten()
    .collect();
    let head = [meta.kind.as_str(), &meta.number].join(" ");
    let mut out = format!("{}{}{}  {}[{}]{}\n", p.head, visible(head.trim()), p.end, p.dim, visible(&meta.id), p.end);
    for line in [&meta.title, &facts.join(" · "), &meta.url] {
        if !line.is_empty() {
            let _ = writeln!(out, "{}", visible(line));
        }
    }
    out
}

/// `Ngày 27/11/2026: còn hiệu lực (từ 1/7/2010)`.
fn stands(standing: &Standing) -> String {
    let day = |d: Date| format!("{}/{}/{}", d.day(), d.month(), d.year());
    let span: Vec<String> = [(standing.from, "từ"), (standing.until, "đến trước")]
        .into_iter()
        .filter_map(|(d, word)| d.map(|d| format!("{word} {}", day(d))))
        .collect();
    let span = if span.is_empty() { String::new() } else { format!(" ({})", span.join(", ")) };
    format!("Ngày {}: {}{span}\n", day(standing.day), standing.state)
}

fn tied(out: &mut String, page: &Page, p: Paint, limit: usize) {
    if !page.ties.is_empty() {
        let _ = writeln!(out, "\n{}Quan hệ{} ({})", p.head, p.end, page.ties.len());
    }
    for tie in page.ties.iter().take(limit) {
        let place = if tie.place.is_empty() { &tie.named } else { &tie.place };
        let here =
            if tie.here.is_empty() || tie.here == page.address { String::new() } else { format!("  [{}]", tie.here) };
        let title = tie.document.as_ref().map_or_else(|| "không có trong kho".to_owned(), |d| shorten(&title(d), 80));
        let (before, after) = if tie.outgoing { ("", "") } else { ("được ", " bởi") };
        let kind = tie.kind.vietnamese();
        let _ = writeln!(
            out,
            "  {before}{kind}{after} {}{}{}{here}  {}{title}{}",
            p.place,
            visible(place),
            p.end,
            p.dim,
            p.end
        );
    }
    more(out, page.ties.len(), limit);
}

fn provisions_cited(out: &mut String, page: &Page, p: Paint, limit: usize) {
    if !page.cites.is_empty() {
        let _ = writeln!(out, "\n{}Viện dẫn{} ({})", p.head, p.end, page.cites.len());
    }
    for cite in page.cites.iter().take(limit) {
        let _ = writeln!(out, "  “{}” → {}", shorten(&line(&cite.words), 100), target(cite, &page.document.id, p));
    }
    more(out, page.cites.len(), limit);
    let of = |reach| page.cited_counts.get(&reach).copied().unwrap_or(0);
    let counts = [
        (of(Reach::Exact), "tới đúng quy định này"),
        (of(Reach::Part), "tới phần bên trong"),
        (of(Reach::Around), "tới đơn vị bao ngoài"),
        (of(Reach::Document), "tới cả văn bản"),
    ];
    let counts: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let counts = if counts.is_empty() { "không có trong kho".to_owned() } else { counts.join(", ") };
    let _ = writeln!(out, "\n{}Được viện dẫn{}: {counts}", p.head, p.end);
    for cited in page.cited.iter().take(limit) {
        let _ = writeln!(out, "  {}{}{}  {}", p.place, visible(&cited.place), p.end, told(cited));
        let title = shorten(&line(&cited.document.title), 100);
        if cited.document.id != page.document.id && !title.is_empty() {
            let _ = writeln!(out, "      {}{title}{}", p.dim, p.end);
        }
    }
    more(out, page.cited.len(), limit);
}

fn told(cited: &Cited) -> String {
    let to = match cited.reach {
        Reach::Exact => String::new(),
        Reach::Part | Reach::Around | Reach::Document => format!(" → {}", cited.to),
    };
    format!("“{}”{to}", shorten(&line(&cited.words), 100))
}

fn target(cite: &Cite, own: &str, p: Paint) -> String {
    let named = if cite.named.is_empty() { "văn bản chưa rõ" } else { &cite.named };
    let Some(document) = &cite.document else {
        return format!("{}{} không có trong kho{}", p.dim, visible(named), p.end);
    };
    let title = if document.id == own { String::new() } else { format!("  {}", shorten(&title(document), 80)) };
    let lacks = if cite.found { String::new() } else { format!(" (không có {} ở đó)", cite.address) };
    format!("{}{}{}{lacks}{}{title}{}", p.place, visible(&cite.place), p.end, p.dim, p.end)
}

fn title(document: &Source) -> String {
    line(if document.title.is_empty() { &document.kind } else { &document.title })
}

/// For a whole document: with which others it is tied, by the number of citations.
fn documents_cited(out: &mut String, page: &Page, p: Paint, limit: usize) {
    let known = page.cites.iter().filter_map(|c| c.document.as_ref());
    grouped(out, "Viện dẫn văn bản trong kho", known, p, limit);
    let mut unknown: HashMap<&str, usize> = HashMap::new();
    for cite in page.cites.iter().filter(|c| c.document.is_none() && !c.named.is_empty()) {
        *unknown.entry(&cite.named).or_insert(0) += 1;
    }
    let mut unknown: Vec<_> = unknown.into_iter().collect();
    unknown.sort_by(|a, b| (b.1, a.0).cmp(&(a.1, b.0)));
    if !unknown.is_empty() {
        let _ = writeln!(out, "\n{}Viện dẫn văn bản không có trong kho{} ({})", p.head, p.end, unknown.len());
        for (named, n) in unknown.iter().take(limit) {
            let _ = writeln!(out, "  {n:>4} × {}", shorten(&line(named), 100));
        }
        more(out, unknown.len(), limit);
    }
    grouped(out, "Được viện dẫn bởi", page.cited.iter().map(|c| &c.document), p, limit);
}

fn grouped<'a>(out: &mut String, head: &str, documents: impl Iterator<Item = &'a Source>, p: Paint, limit: usize) {
    let mut groups: HashMap<&str, (usize, &Source)> = HashMap::new();
    for document in documents {
        groups.entry(&document.id).or_insert((0, document)).0 += 1;
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by(|a, b| (b.0, &a.1.id).cmp(&(a.0, &b.1.id)));
    if groups.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}{head}{} ({} văn bản)", p.head, p.end, groups.len());
    for (n, document) in groups.iter().take(limit) {
        let id = visible(&document.id);
        let _ = writeln!(out, "  {n:>4} × {}{id}{}  {}", p.place, p.end, shorten(&title(document), 90));
    }
    more(out, groups.len(), limit);
}

fn more(out: &mut String, all: usize, limit: usize) {
    if all > limit {
        let _ = writeln!(out, "  … và {} nữa (--limit {all})", all - limit);
    }
}

/// The part of a place behind the document.
fn address(place: &str) -> &str {
    place.split_once('#').map_or(place, |(_, address)| address)
}

/// A text on one line.
pub(super) fn line(text: &str) -> String {
    visible(text)
}

/// A text as it is, without what could steer the terminal.
pub(super) fn lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

pub(super) fn shorten(line: &str, chars: usize) -> String {
    match line.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}
