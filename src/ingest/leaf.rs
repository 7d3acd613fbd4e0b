//! The leaves of a document and what each is read with.
//!
//! The conventions are those of the labelled provisions: a leaf is a điểm, a khoản without điểm or an điều without
//! khoản; unnumbered lines belong to the unit before them; the lead is the điều's label and heading, its opening words
//! and the khoản's text. A model trained on one must be fed the other, so a test rebuilds every labelled provision.

use crate::law::{Document, Leaf, Node, NodeKind};

/// Text of a unit: its own line without the label and the paragraphs under it.
#[derive(Default, Clone)]
struct Unit {
    /// Pieces of the document's text.
    pieces: Vec<std::ops::Range<usize>>,
    /// Another unit is made of a part of this one, so it is no leaf.
    divided: bool,
}

/// The leaves of a document in text order.
pub fn leaves(document: &Document) -> Vec<Leaf> {
    let text = &document.text;
    let nodes = &document.nodes;
    let mut units: Vec<Unit> = vec![Unit::default(); nodes.len()];
    for (i, node) in nodes.iter().enumerate() {
        match node.kind {
            NodeKind::Paragraph => {
                // The lines after a divided unit belong to the last part; the parser has seen to that.
                if let Some(p) = node.parent.filter(|&p| is_unit(&nodes[p])) {
                    units[p].pieces.push(node.span.clone());
                }
            }
            NodeKind::Clause | NodeKind::Point => {
                units[i].pieces.push(after_label(text, node));
                if let Some(above) = above(nodes, i) {
                    units[above].divided = true;
                }
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    for (i, node) in nodes.iter().enumerate() {
        if !is_unit(node) || units[i].divided || in_form(nodes, i) {
            continue;
        }
        let clause = match node.kind {
            NodeKind::Point => above(nodes, i).filter(|&c| nodes[c].kind == NodeKind::Clause),
            _ => None,
        };
        let article = match node.kind {
            NodeKind::Article => Some(i),
            NodeKind::Clause => above(nodes, i),
            _ => clause.map_or_else(|| above(nodes, i), |c| above(nodes, c)),
        };
        let heading = article.map_or(String::new(), |a| join(text, &[after_label(text, &nodes[a])]));
        let label = article.map_or(String::new(), |a| nodes[a].label.clone());
        let mut lead: Vec<String> = Vec::new();
        let mut own = join(text, &units[i].pieces);
        if article == Some(i) && own.is_empty() {
            // The whole điều is its heading: it is read alone.
            own = heading.clone();
        } else {
            if article.is_some() {
                lead.push(if heading.is_empty() { format!("{label}.") } else { format!("{label}. {heading}") });
            }
            if let Some(a) = article.filter(|&a| a != i) {
                lead.push(join(text, &units[a].pieces));
            }
            lead.extend(clause.map(|c| join(text, &units[c].pieces)));
            lead.retain(|part| !part.is_empty());
        }
        if own.is_empty() {
            continue;
        }
        let end = units[i].pieces.last().map_or(node.span.end, |p| p.end.max(node.span.end));
        out.push(Leaf {
            address: node.address.clone(),
            article: label,
            heading,
            lead: lead.join(" | "),
            text: own,
            span: node.span.start..end,
        });
    }
    out
}

fn is_unit(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Article | NodeKind::Clause | NodeKind::Point)
}

/// The unit that a clause or point divides: a point its clause or article, a clause its article. Units quoted inside
/// another count as parts of the article that they stand in, as in the labelled data.
fn above(nodes: &[Node], i: usize) -> Option<usize> {
    let mut at = nodes[i].parent;
    while let Some(p) = at {
        match (nodes[i].kind, nodes[p].kind) {
            (_, NodeKind::Article) | (NodeKind::Point, NodeKind::Clause) => return Some(p),
            _ => at = nodes[p].parent,
        }
    }
    None
}

/// Inside an annex that is a form or a list rather than a regulation of its own.
fn in_form(nodes: &[Node], i: usize) -> bool {
    let mut at = Some(i);
    while let Some(p) = at {
        if nodes[p].kind == NodeKind::Annex {
            return !["quy-che", "quy-dinh", "dieu-le", "noi-quy", "quy-trinh", "quy-hoach"]
                .iter()
                .any(|r| nodes[p].address.starts_with(r));
        }
        at = nodes[p].parent;
    }
    false
}

/// The part of a unit's own text that follows its label.
pub(crate) fn after_label(text: &str, node: &Node) -> std::ops::Range<usize> {
    let own = &text[node.span.clone()];
    let rest = match super::lines::looks(own.trim_end_matches('\n')) {
        super::lines::Looks::Article { rest, .. }
        | super::lines::Looks::Clause { rest, .. }
        | super::lines::Looks::Point { rest, .. } => rest,
        _ => 0,
    };
    node.span.start + rest..node.span.end
}

/// The pieces' lines joined by single spaces.
fn join(text: &str, pieces: &[std::ops::Range<usize>]) -> String {
    let mut out = String::new();
    for line in pieces.iter().flat_map(|p| text[p.clone()].split('\n')).map(str::trim).filter(|l| !l.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(line);
    }
    out
}
