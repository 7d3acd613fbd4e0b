//! Which unit of one side belongs to which of the other.
//!
//! First the điều of both sides, wherever they stand; then the parts of paired units; then whatever is left, so that a
//! khoản is found again in another điều; at last what has the same number in paired surroundings and still shares some
//! words. Within each step the most alike go first, and of equals those that keep their number, then those that keep
//! their order.

use std::collections::HashMap;

use super::{Side, Unit, units};
use crate::law::NodeKind;

/// From this likeness on two units are the same one.
const ALIKE: f64 = 0.5;
/// With the same number they need not be so alike.
const ALIKE_SAME_NUMBER: f64 = 0.25;
/// Units in unpaired surroundings must be very alike, and long enough not to be so by chance.
const ALIKE_ANYWHERE: f64 = 0.75;
const LONG_ENOUGH: u32 = 8;
/// What keeping its number counts among the alike.
const NUMBER_KEPT: f64 = 0.1;
/// Up to so many comparisons all units are compared with all; above, those that share a rare pair of words.
const ALL_PAIRS: usize = 40_000;
/// A pair of words is rare up to so many units.
const RARE: usize = 40;

/// A unit to be paired.
pub(super) struct Node {
    pub(super) unit: Unit,
    /// Own text without the label.
    pub(super) text: String,
    parent: Option<usize>,
    /// Own label within its surroundings: the last part of the address, without the mark of repetition.
    step: String,
    /// Pairs of neighbouring words of the unit and all its parts, hashed, with their numbers.
    bag: HashMap<u64, u32>,
    size: u32,
}

/// The units of one side in text order.
pub(super) struct Tree {
    pub(super) units: Vec<Node>,
    children: Vec<Vec<usize>>,
    /// A single provision is compared: its root belongs to the other's, whatever it says.
    provision: bool,
}

impl Tree {
    pub(super) fn new(side: &Side) -> Option<Self> {
        let nodes = &side.document.nodes;
        let mut out: Vec<Node> = Vec::new();
        let mut children = Vec::new();
        for (i, text, parent) in units(side)? {
            let node = &nodes[i];
            let own = node.address.rsplit('.').next().unwrap_or_default();
            let unit = Unit { address: node.address.clone(), kind: node.kind, label: node.label.clone() };
            let step = own.split('~').next().unwrap_or_default().to_owned();
            let bag = bag(&text);
            if let Some(p) = parent {
                let list: &mut Vec<usize> = &mut children[p];
                list.push(out.len());
            }
            children.push(Vec::new());
            out.push(Node { unit, text, parent, step, bag, size: 0 });
        }
        // The words of parts count for what they are in, but a division is known by its title.
        for i in (0..out.len()).rev() {
            out[i].size = out[i].bag.values().sum();
            if let Some(p) = out[i].parent.filter(|&p| !is_division(out[p].unit.kind)) {
                let bag = std::mem::take(&mut out[i].bag);
                for (pair, n) in &bag {
                    *out[p].bag.entry(*pair).or_insert(0) += n;
                }
                out[i].bag = bag;
            }
        }
        Some(Self { units: out, children, provision: !side.address.is_empty() })
    }

    fn of(&self, wanted: impl Fn(&Node) -> bool) -> Vec<usize> {
        (0..self.units.len()).filter(|&i| wanted(&self.units[i])).collect()
    }
}

fn is_division(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::Part | NodeKind::Chapter | NodeKind::Section | NodeKind::Subsection | NodeKind::Annex)
}

/// Pairs of neighbouring words in small letters; a single word is a pair with nothing.
fn bag(text: &str) -> HashMap<u64, u32> {
    let small = text.to_lowercase();
    let words: Vec<&str> = small.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let mut bag = HashMap::new();
    let mut count = |a: &str, b: &str| *bag.entry(hash(a, b)).or_insert(0) += 1;
    match words.as_slice() {
        [] => {}
        [one] => count(one, ""),
        words => words.windows(2).for_each(|w| count(w[0], w[1])),
    }
    bag
}

/// FNV-1a: the same on every machine, which the standard library does not promise of its own.
fn hash(a: &str, b: &str) -> u64 {
    let bytes = a.bytes().chain([b' ']).chain(b.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |h, byte| (h ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Share of the pairs of words that two units have in common.
fn likeness(a: &Node, b: &Node) -> f64 {
    let (small, large) = if a.bag.len() <= b.bag.len() { (a, b) } else { (b, a) };
    let common: u32 = small.bag.iter().map(|(pair, n)| large.bag.get(pair).map_or(0, |m| *n.min(m))).sum();
    match a.size + b.size {
        0 => 1.0,
        all => 2.0 * f64::from(common) / f64::from(all),
    }
}

/// Pairs, from both sides.
pub(super) struct Pairs {
    a: Vec<Option<usize>>,
    b: Vec<Option<usize>>,
}

impl Pairs {
    pub(super) fn of_a(&self, i: usize) -> Option<usize> {
        self.a[i]
    }

    pub(super) fn of_b(&self, j: usize) -> Option<usize> {
        self.b[j]
    }

    fn set(&mut self, i: usize, j: usize) {
        (self.a[i], self.b[j]) = (Some(j), Some(i));
    }

    /// Whether a pair has another number, or stands in something else. An điều stands where its number says, whatever
    /// the chapter; unnumbered lines have no number.
    pub(super) fn moved(&self, a: &Tree, b: &Tree, i: usize, j: usize) -> bool {
        let (x, y) = (&a.units[i], &b.units[j]);
        if a.provision && b.provision && i == 0 && j == 0 {
            return false;
        }
        let around = |t: &Tree, parent: Option<usize>| {
            parent.filter(|&p| !is_division(t.units[p].unit.kind) || t.units[p].unit.kind == NodeKind::Annex)
        };
        let same_place = match (around(a, x.parent), around(b, y.parent)) {
            (Some(p), Some(q)) => self.a[p] == Some(q),
            (None, None) => true,
            _ => false,
        };
        let same_number = x.step == y.step || x.unit.kind == NodeKind::Paragraph;
        !(same_place && same_number)
    }
}

/// Pairs the units of two sides.
pub(super) fn pairs(a: &Tree, b: &Tree) -> Pairs {
    let mut pairs = Pairs { a: vec![None; a.units.len()], b: vec![None; b.units.len()] };
    if a.provision && b.provision && !a.units.is_empty() && !b.units.is_empty() {
        pairs.set(0, 0);
        inside(a, b, &mut pairs, 0, 0);
    }
    let article = |n: &Node| n.unit.kind == NodeKind::Article;
    let top = |n: &Node| n.parent.is_none() && !article(n);
    // Articles before what else stands at the top, for khoản without điều are rare.
    for round in [
        step(a, b, &mut pairs, a.of(article), b.of(article), false),
        step(a, b, &mut pairs, a.of(top), b.of(top), false),
    ] {
        for (i, j) in round {
            inside(a, b, &mut pairs, i, j);
        }
    }
    let left_a = a.of(|n| n.size >= LONG_ENOUGH);
    let left_b = b.of(|n| n.size >= LONG_ENOUGH);
    for (i, j) in step(a, b, &mut pairs, left_a, left_b, true) {
        inside(a, b, &mut pairs, i, j);
    }
    pairs
}

/// Pairs the parts of a pair, and their parts.
fn inside(a: &Tree, b: &Tree, pairs: &mut Pairs, i: usize, j: usize) {
    let mut open = vec![(i, j)];
    while let Some((i, j)) = open.pop() {
        open.extend(step(a, b, pairs, a.children[i].clone(), b.children[j].clone(), false));
    }
}

/// Pairs units of two lists, the most alike first, and returns the new pairs.
fn step(
    a: &Tree,
    b: &Tree,
    pairs: &mut Pairs,
    of_a: Vec<usize>,
    of_b: Vec<usize>,
    anywhere: bool,
) -> Vec<(usize, usize)> {
    let of_a: Vec<usize> = of_a.into_iter().filter(|&i| pairs.a[i].is_none()).collect();
    let of_b: Vec<usize> = of_b.into_iter().filter(|&j| pairs.b[j].is_none()).collect();
    let mut scored: Vec<(f64, usize, usize)> = Vec::new();
    for (i, j) in candidates(a, b, &of_a, &of_b) {
        let (x, y) = (&a.units[i], &b.units[j]);
        if x.unit.kind != y.unit.kind {
            continue;
        }
        let like = likeness(x, y);
        let same_number = x.step == y.step && x.unit.kind != NodeKind::Paragraph;
        let enough = match (anywhere, same_number) {
            (true, _) => ALIKE_ANYWHERE,
            (false, true) => ALIKE_SAME_NUMBER,
            (false, false) => ALIKE,
        };
        if like >= enough {
            scored.push((like + if same_number { NUMBER_KEPT } else { 0.0 }, i, j));
        }
    }
    let apart = |i: usize, j: usize| i.abs_diff(j);
    scored.sort_by(|x, y| y.0.total_cmp(&x.0).then((apart(x.1, x.2), x.1).cmp(&(apart(y.1, y.2), y.1))));
    let mut new = Vec::new();
    for (_, i, j) in scored {
        if pairs.a[i].is_none() && pairs.b[j].is_none() {
            pairs.set(i, j);
            new.push((i, j));
        }
    }
    new
}

/// Pairs that are worth comparing.
fn candidates(a: &Tree, b: &Tree, of_a: &[usize], of_b: &[usize]) -> Vec<(usize, usize)> {
    if of_a.len() * of_b.len() <= ALL_PAIRS {
        return of_a.iter().flat_map(|&i| of_b.iter().map(move |&j| (i, j))).collect();
    }
    let mut having: HashMap<u64, Vec<usize>> = HashMap::new();
    for &j in of_b {
        for pair in b.units[j].bag.keys() {
            having.entry(*pair).or_default().push(j);
        }
    }
    let mut by_step: HashMap<&str, Vec<usize>> = HashMap::new();
    for &j in of_b {
        by_step.entry(&b.units[j].step).or_default().push(j);
    }
    let mut out = Vec::new();
    for &i in of_a {
        let x = &a.units[i];
        let rare = x.bag.keys().filter_map(|pair| having.get(pair)).filter(|list| list.len() <= RARE);
        let same = by_step.get(x.step.as_str()).filter(|list| list.len() <= RARE);
        let mut with: Vec<usize> = rare.chain(same).flatten().copied().collect();
        with.sort_unstable();
        with.dedup();
        out.extend(with.into_iter().map(|j| (i, j)));
    }
    out
}
