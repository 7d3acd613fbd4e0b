//! Text in normal form → the tree of its units.
//!
//! Invariants: the spans of the nodes, in order, cover the text without gap or overlap; every address is unique; work
//! and memory grow linearly with the text, and nothing recurses.
//!
//! One pass over the lines. What a line looks like ([`super::lines`]) is settled by context: the number that should
//! come next, whether the line before was complete, and whether we stand inside text quoted from another document.

use std::collections::HashMap;

use super::lines::{
    Looks, Number, division_number, is_complete, is_upper, letter_place, looks, misread_article, misread_one,
};
use crate::law::{Node, NodeKind};
use crate::text::fold;

/// The tree of a text in normal form (see [`crate::text::normalise`]), in text order.
///
/// Any string is accepted; what has no structure becomes paragraphs.
pub fn parse_text(text: &str) -> Vec<Node> {
    let mut parser = Parser::new(text);
    for i in 0..parser.lines.len() {
        parser.line(i);
    }
    parser.nodes
}

/// The innermost units that a line would belong to.
#[derive(Debug, Clone, Copy, Default)]
struct Context {
    article: Option<usize>,
    article_number: Option<Number>,
    clause: Option<usize>,
    clause_number: Option<Number>,
    point: Option<usize>,
    point_label: Option<(char, u32)>,
    /// Inside `i) ii) iii)`, whose `v)` and `x)` are numerals too.
    roman: bool,
}

impl Context {
    fn innermost(&self) -> Option<usize> {
        self.point.or(self.clause).or(self.article)
    }
}

/// Text quoted from another document, as amending documents do.
struct Quote {
    /// Where to go on when it ends.
    outer: Context,
    /// Line that closes it.
    last: usize,
}

struct Parser<'a> {
    text: &'a str,
    lines: Vec<(usize, usize)>,
    nodes: Vec<Node>,
    /// For each node its address without the `~n` of itself and its parents.
    paths: Vec<String>,
    /// For each node the paragraphs directly under it so far; the last entry counts those of the root.
    paragraphs: HashMap<Option<usize>, u32>,
    seen: HashMap<String, u32>,
    context: Context,
    divisions: [Option<usize>; 4],
    annex: Option<usize>,
    quote: Option<Quote>,
    /// The signature block has begun.
    signed: bool,
    /// The last row of a table that stands here, one cell a line.
    row: Option<Number>,
    /// A division whose title may go on in the next line.
    title_of: Option<usize>,
    /// `(line, number)` of all lines that begin like an article outside quotes.
    articles: Vec<(usize, Number)>,
    /// Numbered lines count as clauses outside articles too: in documents without a single article.
    without_articles: bool,
}

/// How far ahead an article's successor is looked for.
const LOOK_AHEAD: usize = 400;
/// How many lines a quoted block may have; a longer one is taken for a quote whose end was forgotten.
const LONGEST_QUOTE: usize = 3000;
/// How many lines after a closing mark another one may tell that the first stood too early.
const CLOSED_EARLY: usize = 60;
/// How many lines above a table's first row its head may begin.
const TABLE_HEAD: usize = 10;

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            lines.push((start, start + line.len()));
            start += line.len();
        }
        let mut parser = Parser {
            text,
            lines,
            nodes: Vec::new(),
            paths: Vec::new(),
            paragraphs: HashMap::new(),
            seen: HashMap::new(),
            context: Context::default(),
            divisions: [None; 4],
            annex: None,
            quote: None,
            signed: false,
            row: None,
            title_of: None,
            articles: Vec::new(),
            without_articles: false,
        };
        for i in 0..parser.lines.len() {
            if let Looks::Article { number, closed: true, .. } = looks(parser.get(i)) {
                parser.articles.push((i, number));
            }
        }
        parser.without_articles = parser.articles.is_empty();
        parser
    }

    /// The line without its break.
    fn get(&self, i: usize) -> &'a str {
        let (start, end) = self.lines[i];
        self.text[start..end].trim_end_matches('\n')
    }

    fn previous_is_complete(&self, i: usize) -> bool {
        i.checked_sub(1).is_none_or(|p| {
            let line = self.get(p);
            is_complete(line) || is_upper(line) || self.starts_unit_alone(line)
        })
    }

    /// A line that is only a heading, which needs no full stop: `Điều 5. Tên`, `Chương I`.
    fn starts_unit_alone(&self, line: &str) -> bool {
        match looks(line) {
            Looks::Article { closed, .. } => closed && !line.ends_with(','),
            Looks::Division { .. } => true,
            _ => false,
        }
    }

    fn line(&mut self, i: usize) {
        let line = self.get(i);
        if let Some(quote) = &self.quote {
            if i > quote.last {
                // Lines after the quote stay with its last unit until the outer numbering goes on, so restoring
                // waits for a line with a label.
                if matches!(looks(line), Looks::Text) && quote_end(line).is_none() && !opens_quote(line) {
                    return self.body(i, line);
                }
                let outer = quote.outer;
                if self.goes_on(line, &outer) {
                    // A closing mark too many: the quoted numbering goes on, ours does not.
                    self.quote = Some(Quote { outer, last: i });
                    return self.quoted_line(i, line);
                }
                self.context = outer;
                self.quote = None;
            } else {
                return self.quoted_line(i, line);
            }
        }
        if let Some(last) = self.quote_from(i, line) {
            self.quote = Some(Quote { outer: self.context, last });
            return self.body(i, line);
        }
        match looks(line) {
            Looks::Division { level, rest } if self.division(i, line, level, rest) => {}
            Looks::Article { number, rest, closed } if self.article(i, line, number, rest, closed) => {}
            Looks::Clause { number, rest } if self.clause(i, line, number, rest) => self.open_quote(i, line, rest),
            Looks::Point { letter, digits, rest } if self.point(i, line, letter, digits) => {
                self.open_quote(i, line, rest);
            }
            _ => self.body(i, line),
        }
    }

    /// A quote that begins behind a label and goes on in the next lines: `1. “3. Thương nhân …`.
    fn open_quote(&mut self, i: usize, line: &str, rest: usize) {
        let open = line.matches('“').count() > line.matches('”').count();
        if !(open && (opens_quote(&line[rest..]) || instructs(line))) {
            return;
        }
        if let Some(last) = self.quote_from(i, &line[line.rfind('“').unwrap_or(rest)..]).filter(|&last| last > i) {
            self.quote = Some(Quote { outer: self.context, last });
        }
    }

    /// Whether a labelled line continues the quoted numbering and cannot continue the outer one.
    fn goes_on(&self, line: &str, outer: &Context) -> bool {
        match looks(line) {
            Looks::Clause { number, .. } => {
                let follows = |c: &Context| match c.clause_number {
                    Some(last) => number.follows(last),
                    None => number.value == 1,
                };
                self.context.clause != outer.clause && follows(&self.context) && !follows(outer) && !instructs(line)
            }
            Looks::Point { letter, .. } => {
                let follows = |c: &Context| match c.point_label {
                    Some((last, _)) => letter_place(letter) == letter_place(last) + 1,
                    None => letter == 'a',
                };
                self.context.point != outer.point && follows(&self.context) && !follows(outer) && !instructs(line)
            }
            _ => false,
        }
    }

    /// Inside a quote labels are taken as they come: the numbering is another document's.
    fn quoted_line(&mut self, i: usize, line: &str) {
        match looks(line) {
            Looks::Article { number, closed: true, .. } if self.previous_is_complete(i) => {
                self.add_article(i, number, true);
            }
            Looks::Clause { number, .. } => self.add_clause(i, number, true),
            Looks::Point { letter, digits, .. } => self.add_point(i, letter, digits, true),
            _ => self.body(i, line),
        }
    }

    /// Where the quote that `line` opens ends, if it opens one that spans lines.
    fn quote_from(&self, i: usize, line: &str) -> Option<usize> {
        if !opens_quote(line) || self.annex.is_some() || self.context.innermost().is_none() {
            return None;
        }
        if quote_end(line).is_some() {
            return Some(self.quote_end_after(i));
        }
        let outer = self.context.article_number.map_or(0, |n| n.value);
        let limit = self.lines.len().min(i + LONGEST_QUOTE);
        for j in i + 1..limit {
            let next = self.get(j);
            if quote_end(next).is_some() {
                return Some(self.quote_end_after(j));
            }
            // The end was forgotten: the next quote begins, or the document's own numbering goes on.
            if opens_quote(next) {
                return Some(if j > i + 1 && instructs(self.get(j - 1)) { j - 2 } else { j - 1 });
            }
            if let Looks::Article { number, closed: true, .. } = looks(next)
                && number.value == outer + 1
                && (instructs(next) || closes_document(next))
            {
                return Some(j - 1);
            }
        }
        None
    }

    /// The last line of a quote that a closing mark at line `end` seems to end. Another closing mark that nothing
    /// opened, before the document speaks again itself, tells that the first one stood too early.
    fn quote_end_after(&self, end: usize) -> usize {
        for k in end + 1..self.lines.len().min(end + CLOSED_EARLY) {
            let next = self.get(k);
            let speaks = match looks(next) {
                Looks::Article { closed, .. } => closed,
                Looks::Division { .. } => true,
                Looks::Clause { .. } | Looks::Point { .. } => instructs(next),
                Looks::Text => instructs(next) || is_signature(next),
            };
            if speaks || next.contains('“') || next.starts_with('"') {
                return end;
            }
            if quote_end(next).is_some() {
                return k;
            }
        }
        end
    }

    fn division(&mut self, i: usize, line: &str, level: usize, rest: usize) -> bool {
        let Some((number, len)) = division_number(&line[rest..]) else { return false };
        let after = line[rest + len..].trim_start();
        let title = after.trim_start_matches(['.', ':', '-', '–', '—']).trim_start();
        let refers = !is_upper(title)
            && ["chuong", "luat", "bo luat", "nghi", "thong tu", "phu luc", "dieu", "quyet dinh", "muc", "phan"]
                .iter()
                .any(|w| fold(title).starts_with(w))
            && after.len() == title.len();
        if refers
            || line.ends_with([';', ','])
            || title.starts_with(|c: char| c.is_lowercase() || c == '(' && level == 2)
            || !(self.previous_is_complete(i) || self.title_of.is_some())
        {
            return false;
        }
        const WORDS: [(&str, NodeKind, &str); 4] = [
            ("phan", NodeKind::Part, "Phần"),
            ("chuong", NodeKind::Chapter, "Chương"),
            ("muc", NodeKind::Section, "Mục"),
            ("tieu-muc", NodeKind::Subsection, "Tiểu mục"),
        ];
        let (slug, kind, word) = WORDS[level];
        let parent = self.divisions[..level].iter().rev().find_map(|d| *d).or(self.annex);
        let label = format!("{word} {}", line[rest..rest + len].trim_end());
        self.context = Context { article_number: self.context.article_number, ..Context::default() };
        let node = self.push(i, kind, label, parent, &format!("{slug}-{number}"), false);
        self.divisions[level..].fill(None);
        self.divisions[level] = Some(node);
        self.title_of = Some(node).filter(|_| title.is_empty() || is_upper(title));
        true
    }

    fn article(&mut self, i: usize, line: &str, number: Number, rest: usize, closed: bool) -> bool {
        let heading = &line[rest..];
        let last = self.context.article_number;
        let follows = match last {
            Some(last) => number.follows(last),
            None => number.value == 1,
        };
        let complete = self.previous_is_complete(i) || self.title_of.is_some();
        let accepted = if misread_article(line) {
            follows && closed && complete
        } else if closed {
            follows || (complete && !heading.starts_with(char::is_lowercase) && !self.is_foreign(i, number))
        } else {
            const OTHERS: [&str; 7] = ["luat", "bo luat", "nghi", "thong tu", "quyet", "phap lenh", "hien phap"];
            follows
                && complete
                && (heading.is_empty()
                    || heading.starts_with(char::is_uppercase) && !OTHERS.iter().any(|o| fold(heading).starts_with(o)))
        };
        if accepted {
            self.add_article(i, number, false);
        }
        accepted
    }

    /// Whether the numbering is over: something has been numbered, and the next article does not follow. Offices in
    /// capitals stand in the preamble and in headings too.
    fn may_be_signed(&self, i: usize) -> bool {
        let begun = self.context.innermost().is_some();
        begun && self.context.article_number.is_none_or(|last| !self.comes_later(i, last.value + 1))
    }

    /// Whether an article of this number follows before the numbering starts over.
    fn comes_later(&self, i: usize, value: u32) -> bool {
        let from = self.articles.partition_point(|(line, _)| *line <= i);
        self.articles[from..].iter().take(LOOK_AHEAD).take_while(|(_, n)| n.value != 1).any(|(_, n)| n.value == value)
    }

    /// Whether an article out of sequence is quoted without quotation marks: the unit before it amends something, and
    /// the one that should come next still follows before the numbering starts over.
    fn is_foreign(&self, i: usize, number: Number) -> bool {
        let Some(last) = self.context.article_number else { return false };
        let amends = [self.context.article, self.context.innermost()];
        number.value > last.value + 1
            && amends.into_iter().flatten().any(|unit| instructs(self.own_text(unit)))
            && self.comes_later(i, last.value + 1)
    }

    fn clause(&mut self, i: usize, line: &str, number: Number, rest: usize) -> bool {
        let at_root = self.context.article.is_none();
        // Before an Điều 2 without an Điều 1 stand the instructions of the article whose heading was lost.
        let headless = || {
            self.context.article_number.is_none()
                && self.articles.first().is_some_and(|(_, n)| n.value > 1)
                && (self.context.clause.is_some() || instructs(line))
        };
        if at_root && (!(self.without_articles || headless()) || self.signed || self.annex.is_some()) {
            return false;
        }
        let follows = match self.context.clause_number {
            Some(last) => number.follows(last),
            None => number.value == 1,
        };
        if misread_one(line) && !follows {
            return false;
        }
        if line[rest..].is_empty() && self.numbers_row(i, number) {
            self.row = Some(number);
            return false;
        }
        let bare = line[rest..].is_empty() && !follows;
        if bare || !(follows || self.previous_is_complete(i)) {
            return false;
        }
        self.add_clause(i, number, false);
        true
    }

    /// Whether a bare number counts the rows of a table whose cells are lines: its head begins with `STT`.
    fn numbers_row(&self, i: usize, number: Number) -> bool {
        let above = (i.saturating_sub(TABLE_HEAD)..i).rev().map(|j| self.get(j));
        let head = || {
            above
                .take_while(|line| !matches!(looks(line), Looks::Article { .. }))
                .any(|line| matches!(line, "STT" | "TT" | "Số TT" | "Stt"))
        };
        match self.row {
            Some(row) if number.follows(row) => true,
            _ => number.value == 1 && head(),
        }
    }

    fn point(&mut self, i: usize, line: &str, letter: char, digits: u32) -> bool {
        if self.context.article.is_none() && self.context.clause.is_none() {
            return false;
        }
        let last = self.context.point_label;
        let follows = match last {
            Some((l, d)) => letter_place(letter) == letter_place(l) + 1 || (letter == l && digits == d + 1),
            None => letter == 'a',
        };
        if letter == 'i' && digits == 0 && !follows && self.lines.get(i + 1).is_some() {
            let next_roman = (i + 1..self.lines.len().min(i + 4)).any(|j| self.get(j).starts_with("ii)"));
            self.context.roman = next_roman;
            if next_roman {
                return false;
            }
        }
        if self.context.roman && !follows && matches!(letter, 'v' | 'x') {
            return false;
        }
        if !follows && !self.previous_is_complete(i) && !line.ends_with([';', '.', ':']) {
            return false;
        }
        self.add_point(i, letter, digits, false);
        true
    }

    fn add_article(&mut self, i: usize, number: Number, quoted: bool) {
        let parent = match &self.quote {
            Some(q) if quoted => q.outer.innermost(),
            _ => self.divisions.iter().rev().find_map(|d| *d).or(self.annex),
        };
        let prefix = self.annex.map_or(String::new(), |a| format!("{}.", self.paths[a]));
        let path = format!("{prefix}dieu-{}", number.print());
        let node = self.push_at(i, NodeKind::Article, format!("Điều {}", number.print()), parent, path, quoted);
        self.context = Context { article: Some(node), article_number: Some(number), ..Context::default() };
        self.row = None;
    }

    fn add_clause(&mut self, i: usize, number: Number, quoted: bool) {
        let above = self.context.article;
        let parent = match &self.quote {
            Some(q) if quoted && above == q.outer.article => q.outer.innermost(),
            _ => above.or(self.divisions.iter().rev().find_map(|d| *d)),
        };
        let prefix = above.map_or(String::new(), |a| format!("{}.", self.paths[a]));
        let path = format!("{prefix}khoan-{}", number.print());
        let node = self.push_at(i, NodeKind::Clause, number.print(), parent, path, quoted);
        self.context = Context {
            clause: Some(node),
            clause_number: Some(number),
            point: None,
            point_label: None,
            roman: false,
            ..self.context
        };
    }

    fn add_point(&mut self, i: usize, letter: char, digits: u32, quoted: bool) {
        let above = self.context.clause.or(self.context.article);
        let label = if digits == 0 { letter.to_string() } else { format!("{letter}{digits}") };
        let prefix = above.map_or(String::new(), |a| format!("{}.", self.paths[a]));
        // `b1)` after `b) …:` is a part of điểm b; after a finished điểm b it is an inserted sibling.
        let part_of = self.context.point.filter(|_| digits > 0).and_then(|p| match self.context.point_label {
            Some((l, 0)) if l == letter && self.own_text(p).trim_end().ends_with(':') => Some(p),
            Some((l, d)) if l == letter && d > 0 => {
                self.nodes[p].parent.filter(|&q| self.nodes[q].kind == NodeKind::Point)
            }
            _ => None,
        });
        let parent = part_of.or(match &self.quote {
            Some(q) if quoted && above == q.outer.clause.or(q.outer.article) => q.outer.innermost(),
            _ => above,
        });
        let node = self.push_at(i, NodeKind::Point, label.clone(), parent, format!("{prefix}diem-{label}"), quoted);
        self.context.point = Some(node);
        self.context.point_label = Some((letter, digits));
    }

    fn own_text(&self, node: usize) -> &str {
        &self.text[self.nodes[node].span.clone()]
    }

    /// A line that starts no unit.
    fn body(&mut self, i: usize, line: &str) {
        if let Some(division) = self.title_of {
            if is_upper(line) || (self.is_bare_label(division) && !line.ends_with(['.', ';', ':'])) {
                self.nodes[division].span.end = self.lines[i].1;
                return;
            }
            self.title_of = None;
        }
        if self.quote.is_none() {
            if let Some((slug, label)) = self.annex_heading(i, line) {
                self.context = Context::default();
                self.divisions = [None; 4];
                let node = self.push_at(i, NodeKind::Annex, label, None, slug, false);
                self.annex = Some(node);
                return;
            }
            if self.annex.is_none() && !self.signed && is_signature(line) && self.may_be_signed(i) {
                self.signed = true;
                self.context = Context { article_number: self.context.article_number, ..Context::default() };
                self.divisions = [None; 4];
            }
        }
        let parent = if self.signed && self.annex.is_none() {
            None
        } else {
            self.context.innermost().or(self.divisions.iter().rev().find_map(|d| *d)).or(self.annex)
        };
        let count = self.paragraphs.entry(parent).or_insert(0);
        *count += 1;
        let step = format!("doan-{count}");
        self.push(
            i,
            NodeKind::Paragraph,
            String::new(),
            parent,
            &step,
            self.quote.as_ref().is_some_and(|q| i <= q.last),
        );
    }

    /// A division of which only the label has been read.
    fn is_bare_label(&self, division: usize) -> bool {
        let text = self.own_text(division).trim_end();
        !text.contains('\n') && text.split(' ').count() <= 3
    }

    /// Slug and label of the annex that starts here.
    fn annex_heading(&self, i: usize, line: &str) -> Option<(String, String)> {
        let first = line.chars().next()?;
        if !first.is_uppercase() || line.len() > 400 || line.ends_with([';', ',']) {
            return None;
        }
        if let Some(after) = ["PHỤ LỤC", "Phụ lục", "Phụ Lục"].iter().find_map(|w| line.strip_prefix(w)) {
            if !after.is_empty() && !after.starts_with([' ', '.', ':']) {
                return None;
            }
            let rest = after.trim_start();
            let rest = ["số ", "SỐ ", "Số "].iter().find_map(|w| rest.strip_prefix(w)).unwrap_or(rest);
            let (number, len) = division_number(rest).unwrap_or_default();
            let tail = rest[len..].trim_start();
            let heading = tail.is_empty()
                || tail.starts_with(['.', ':', '-', '–', '('])
                || is_upper(tail)
                || (is_upper("PHỤ LỤC") && line.starts_with("PHỤ"));
            if !heading || !(self.signed || self.annex.is_some() || self.previous_is_complete(i)) {
                return None;
            }
            if number.is_empty() {
                return Some(("phu-luc".into(), "Phụ lục".into()));
            }
            return Some((format!("phu-luc-{number}"), format!("Phụ lục {}", &rest[..len])));
        }
        const REGULATIONS: [(&str, &str, &str); 12] = [
            ("QUY CHẾ", "quy-che", "Quy chế"),
            ("QUY ĐỊNH", "quy-dinh", "Quy định"),
            ("ĐIỀU LỆ", "dieu-le", "Điều lệ"),
            ("NỘI QUY", "noi-quy", "Nội quy"),
            ("DANH MỤC", "danh-muc", "Danh mục"),
            ("QUY CHUẨN", "quy-chuan", "Quy chuẩn"),
            ("QUY HOẠCH", "quy-hoach", "Quy hoạch"),
            ("CHƯƠNG TRÌNH", "chuong-trinh", "Chương trình"),
            ("KẾ HOẠCH", "ke-hoach", "Kế hoạch"),
            ("ĐỀ ÁN", "de-an", "Đề án"),
            ("QUY TRÌNH", "quy-trinh", "Quy trình"),
            ("HƯỚNG DẪN", "huong-dan", "Hướng dẫn"),
        ];
        let attached = || {
            (i + 1..self.lines.len().min(i + 6)).any(|j| {
                let next = fold(self.get(j));
                next.contains("kem theo") && next.len() < 300
            })
        };
        let starts = |w: &str| line.strip_prefix(w).is_some_and(|r| r.is_empty() || r.starts_with(' '));
        let found = REGULATIONS.iter().find(|(w, ..)| starts(w));
        if let Some((_, slug, label)) = found {
            let heading = is_upper(line) && (fold(line).contains("kem theo") || attached());
            if heading && (self.signed || self.context.article.is_some() || self.annex.is_some()) {
                return Some(((*slug).into(), (*label).into()));
            }
        }
        if (self.signed || self.annex.is_some())
            && let Some(after) =
                ["Mẫu số", "MẪU SỐ", "Mẫu", "MẪU", "Biểu mẫu", "BIỂU MẪU"].iter().find_map(|w| line.strip_prefix(w))
            && let Some((number, len)) = division_number(after.trim_start())
        {
            let after = after.trim_start();
            let tail = after[len..].trim_start();
            if tail.is_empty() || tail.starts_with(['.', ':', '-', '–', '(', '/']) || is_upper(tail) {
                return Some((format!("mau-{number}"), format!("Mẫu {}", &after[..len])));
            }
        }
        None
    }

    /// Adds a node whose path continues its parent's.
    fn push(
        &mut self,
        i: usize,
        kind: NodeKind,
        label: String,
        parent: Option<usize>,
        step: &str,
        quoted: bool,
    ) -> usize {
        let path = match parent {
            Some(p) => format!("{}.{step}", self.paths[p]),
            None => step.to_owned(),
        };
        self.push_at(i, kind, label, parent, path, quoted)
    }

    fn push_at(
        &mut self,
        i: usize,
        kind: NodeKind,
        label: String,
        parent: Option<usize>,
        path: String,
        quoted: bool,
    ) -> usize {
        let (start, end) = self.lines[i];
        // A title goes on only right after its division; the spans must stay in order.
        self.title_of = None;
        let n = self.seen.entry(path.clone()).or_insert(0);
        *n += 1;
        let address = if *n == 1 { path.clone() } else { format!("{path}~{n}") };
        self.nodes.push(Node { kind, label, address, parent, quoted, span: start..end });
        self.paths.push(path);
        self.nodes.len() - 1
    }
}

/// Tells to change another document, as the lines between quotes do.
fn instructs(line: &str) -> bool {
    let start: String = line.chars().take(200).collect();
    let start = fold(&start);
    ["sua doi", "bo sung", "thay the", "bai bo"].iter().any(|verb| start.contains(verb))
}

/// The heading of an article that ends a document.
fn closes_document(line: &str) -> bool {
    let start = fold(line);
    ["hieu luc", "thi hanh", "chuyen tiep", "to chuc thuc hien"].iter().any(|word| start.contains(word))
}

/// Begins with an opening quotation mark.
fn opens_quote(line: &str) -> bool {
    line.starts_with(['“', '"', '«', '‟']) || line.starts_with("‘‘") || line.starts_with("''")
}

/// The offset of the closing mark, where the line ends with one that nothing in the line opened.
fn quote_end(line: &str) -> Option<usize> {
    let end = line.trim_end_matches(['.', ';', ',', ' ', '/', ':']);
    let body = end.strip_suffix(['”', '"', '»']).or_else(|| end.strip_suffix("’’"))?;
    let opened = line.matches(['“', '«', '‟']).count() + line.matches("‘‘").count();
    let closed = line.matches(['”', '»']).count() + line.matches("’’").count();
    let straight = line.matches('"').count();
    let closes = opens_quote(line) || closed > opened || straight % 2 == 1;
    closes.then_some(body.len())
}

/// Begins the signature block: an authority mark, an office in capitals, or the list of recipients.
fn is_signature(line: &str) -> bool {
    let line = line.trim_start_matches(['|', ' ', '*']);
    if line.starts_with("Nơi nhận") || line.starts_with("NƠI NHẬN") {
        return true;
    }
    if let Some((mark, after)) = line.split_once('.')
        && matches!(mark, "TM" | "T/M" | "KT" | "TL" | "TUQ" | "Q" | "TM " | "KT ")
    {
        return after.trim_start().starts_with(char::is_uppercase);
    }
    const OFFICES: [&str; 12] = [
        "BỘ TRƯỞNG",
        "THỨ TRƯỞNG",
        "THỦ TƯỚNG",
        "PHÓ THỦ TƯỚNG",
        "CHỦ TỊCH",
        "PHÓ CHỦ TỊCH",
        "CHỦ NHIỆM",
        "TỔNG CỤC TRƯỞNG",
        "TỔNG KIỂM TOÁN",
        "THỐNG ĐỐC",
        "CHÁNH ÁN",
        "VIỆN TRƯỞNG",
    ];
    OFFICES.iter().any(|o| line.strip_prefix(o).is_some_and(|r| r.is_empty() || r.starts_with([' ', '('])))
        && line.len() < 200
}
