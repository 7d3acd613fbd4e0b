//! The walk over a document's units: statements are put together from lines, each is read in the scope of those above.

use std::collections::HashMap;
use std::ops::Range;

use super::scope::{Named, Scope};
use super::statement::{self, Place, Stated};
use super::words::{EFFECT, LABEL};
use super::{Relation, RelationKind};
use crate::law::citation::{Cited, name_key};
use crate::law::{Document, NodeKind};
use crate::text::fold;

/// Longer statements are tables or texts whose lines were lost.
const LONGEST: usize = 8 << 10;

pub(super) fn read(document: &Document) -> Vec<Relation> {
    let mut reader = Reader {
        document,
        scopes: vec![None; document.nodes.len()],
        root: Scope::default(),
        names: HashMap::new(),
        found: Vec::new(),
        units: false,
        basis: false,
    };
    reader.title();
    let mut i = 0;
    while i < document.nodes.len() {
        i = reader.statement(i);
    }
    reader.found
}

struct Reader<'a> {
    document: &'a Document,
    /// For each node read what holds below it.
    scopes: Vec<Option<Scope>>,
    root: Scope,
    /// Laws that the preamble gives name and number of.
    names: HashMap<String, Named>,
    found: Vec<Relation>,
    /// The first unit has begun.
    units: bool,
    /// The line before was a legal basis, and more may follow.
    basis: bool,
}

impl<'a> Reader<'a> {
    fn title(&mut self) {
        let title = &self.document.meta.title;
        let mut scope = Scope::default();
        let stated = statement::read(title, &mut scope, Place::Preamble);
        self.root.document = scope.document.filter(|_| stated.iter().any(|s| s.kind != RelationKind::Implements));
        self.keep("", 0, stated, true);
    }

    /// Reads the statement that begins with node `i`, and returns the node after it.
    fn statement(&mut self, i: usize) -> usize {
        let nodes = &self.document.nodes;
        let node = &nodes[i];
        let end = self.end(i);
        self.units |= matches!(node.kind, NodeKind::Article | NodeKind::Clause | NodeKind::Point | NodeKind::Chapter);
        if node.quoted || self.in_annex(i) || node.span.len() > LONGEST {
            return i + 1;
        }
        let span = node.span.start..nodes[end - 1].span.end;
        let text = self.text(span.clone());
        let outer = self.outer(i);
        let mut scope = outer.and_then(|p| self.scopes[p].clone()).unwrap_or_else(|| self.root.clone());
        let stated = if self.units {
            let place = if node.kind == NodeKind::Article { Place::Heading } else { Place::Body };
            statement::read(text, &mut scope, place)
        } else {
            self.preamble(text, &mut scope)
        };
        self.keep(&node.address.clone(), span.start, stated, false);
        if node.kind == NodeKind::Paragraph {
            // What a line says holds for the units after it, as the heading's words do.
            match outer {
                Some(p) => self.scopes[p] = Some(scope.clone()),
                None if !self.units => self.root = scope.clone(),
                None => {}
            }
        }
        self.scopes[i..end].fill(Some(scope));
        end
    }

    fn preamble(&mut self, text: &str, scope: &mut Scope) -> Vec<Stated> {
        for (name, named) in statement::numbered(text) {
            self.names.entry(name).or_insert(named);
        }
        let start = fold(text.trim_start_matches(['-', '–', '+', '•', '*', ' ']));
        let more = self.basis
            && ["luat ", "bo luat ", "phap lenh ", "nghi dinh ", "nghi quyet "].iter().any(|w| start.starts_with(w));
        if start.starts_with("can cu") || more {
            self.basis = text.trim_end().ends_with([';', ',']);
            return statement::basis(text);
        }
        self.basis = false;
        if !start.contains("ban hanh ") {
            return Vec::new();
        }
        let mut own = Scope::default();
        let stated = statement::read(text, &mut own, Place::Preamble);
        if stated.iter().any(|s| s.kind != RelationKind::Implements) {
            scope.document = own.document;
        }
        stated
    }

    /// The unit whose words hold for node `i`: the nearest one that is not quoted.
    fn outer(&self, i: usize) -> Option<usize> {
        let nodes = &self.document.nodes;
        let mut at = self.parent(i);
        while let Some(p) = at.filter(|&p| nodes[p].quoted) {
            at = self.parent(p);
        }
        at
    }

    /// The parent of a node; one that does not stand before it is none.
    fn parent(&self, i: usize) -> Option<usize> {
        self.document.nodes[i].parent.filter(|&p| p < i)
    }

    /// A piece of the text; nothing where the tree does not fit it.
    fn text(&self, span: Range<usize>) -> &'a str {
        self.document.text.get(span).unwrap_or_default()
    }

    fn in_annex(&self, i: usize) -> bool {
        let nodes = &self.document.nodes;
        let mut at = Some(i);
        while let Some(p) = at {
            if nodes[p].kind == NodeKind::Annex {
                return true;
            }
            at = self.parent(p);
        }
        false
    }

    /// The node after the statement that begins with `i`: lines that a page broke belong together.
    fn end(&self, i: usize) -> usize {
        let nodes = &self.document.nodes;
        let mut end = i + 1;
        while let Some(next) = nodes.get(end) {
            let before = self.text(nodes[end - 1].span.clone()).trim_end();
            let line = self.text(next.span.clone()).trim_start();
            let apart = next.kind != NodeKind::Paragraph
                || next.quoted
                || nodes[i].quoted
                || self.outer(end) != Some(i) && self.outer(end) != self.outer(i)
                || nodes[end].span.end.saturating_sub(nodes[i].span.start) > LONGEST;
            if apart || !runs_on(before, line) {
                break;
            }
            end += 1;
        }
        end
    }

    fn keep(&mut self, at: &str, start: usize, stated: Vec<Stated>, title: bool) {
        for s in stated {
            let Some(named) = s.target.named.map(|n| self.number(n)) else { continue };
            if self.cannot_be(&named) || s.target.part && !self.may_end_parts(at) {
                continue;
            }
            let place = |r: Range<usize>| if title { 0..0 } else { start + r.start..start + r.end };
            self.found.push(Relation {
                kind: s.kind,
                at: at.to_owned(),
                span: place(s.target.span),
                document: named.document,
                word: named.word,
                date: named.date,
                year: named.year,
                path: s.target.path,
                part: s.target.part,
                from: s.from,
                except: s.except.filter(|_| !title).map(place),
            });
        }
    }

    /// A document does nothing to itself, nor to one that is younger: a consolidated text or an editor's note says that.
    fn cannot_be(&self, named: &Named) -> bool {
        let Some(own) = self.document.meta.issued_on.map(|d| i32::from(d.year())) else { return false };
        let year = match &named.document {
            Cited::Number(n) if *n == self.document.meta.number => return true,
            Cited::Number(n) => n.split('/').nth(1).filter(|y| y.len() == 4).and_then(|y| y.parse().ok()),
            _ => named.year.map(i32::from),
        };
        let year = year.or(named.date.map(|d| i32::from(d.year())));
        year.is_some_and(|y: i32| y > own && y < own + 60)
    }

    /// Whether the điều around a unit may take parts of another document out of force: "bãi bỏ văn bản …" among the
    /// powers of an office does not.
    fn may_end_parts(&self, at: &str) -> bool {
        let article = at.split('.').find(|s| s.starts_with("dieu-")).unwrap_or_default();
        let node = self.document.nodes.iter().find(|n| n.kind == NodeKind::Article && n.address.ends_with(article));
        let Some(node) = node.filter(|_| !article.is_empty()) else { return true };
        let text = self.text(node.span.clone());
        EFFECT.is_match(&text[LABEL.find(text).map_or(0, |m| m.end())..])
    }

    /// A law named without number and year is the one that the preamble gives the number of.
    fn number(&self, named: Named) -> Named {
        match &named.document {
            Cited::Name(name) if named.year.is_none() => self.names.get(&name_key(name)).cloned().unwrap_or(named),
            _ => named,
        }
    }
}

/// Whether a line goes on in the next one.
fn runs_on(before: &str, line: &str) -> bool {
    if before.ends_with(['.', ';', ':', '”', '"', '/']) || line.is_empty() {
        return false;
    }
    const OPEN: [&str; 16] = [
        "thay the",
        " so",
        " cua",
        " tai",
        " va",
        ",",
        " boi",
        " theo",
        " ngay",
        " dieu",
        " khoan",
        " thong tu",
        " luat",
        " nghi dinh",
        " bai bo",
        " quyet dinh",
    ];
    let last = fold(before);
    // "khoản 2 | Điều 11".
    let unit = line.starts_with("Điều ")
        && last.rsplit([' ', ',', ';']).find(|w| !w.is_empty()).is_some_and(|w| w.len() <= 3)
        && (last.contains("khoan ") || last.contains("diem "));
    let number =
        line.split('/').next().is_some_and(|n| !n.is_empty() && n.len() <= 5 && n.bytes().all(|b| b.is_ascii_digit()));
    line.starts_with(char::is_lowercase)
        || unit
        || number && line.contains('/')
        || OPEN.iter().any(|w| last.ends_with(w))
}
