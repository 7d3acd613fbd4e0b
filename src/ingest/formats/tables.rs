//! Ruling lines of a page → its tables: which line of text stands in which cell.
//!
//! Invariant: a line of text comes out once, in a table or beside it.

use std::collections::BTreeMap;

use super::layout::Line;

/// A line no thicker than this is a rule.
const THIN: f32 = 2.5;
/// A line no shorter than this is a rule and no part of a letter.
const LONG: f32 = 8.0;
/// Rules meet, and go on in each other, over gaps like this.
const NEAR: f32 = 3.0;
/// More rules than this are a drawing.
const MOST: usize = 5_000;

/// A stretch of a straight line: where it stands, from, to.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rule {
    at: f32,
    from: f32,
    to: f32,
}

impl Rule {
    fn reaches(&self, p: f32) -> bool {
        self.from - NEAR <= p && p <= self.to + NEAR
    }
}

/// The ruling lines of a page, in the page's own unit, y growing downwards.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Rules {
    across: Vec<Rule>,
    down: Vec<Rule>,
}

impl Rules {
    /// Adds what is drawn in this box, where that is a rule. A `frame` is drawn along its edges.
    pub fn add(&mut self, (x0, y0): (f32, f32), (x1, y1): (f32, f32), frame: bool) {
        if self.across.len() + self.down.len() > MOST {
            return;
        }
        let (width, height) = (x1 - x0, y1 - y0);
        let across = |y| Rule { at: y, from: x0, to: x1 };
        let down = |x| Rule { at: x, from: y0, to: y1 };
        match (width >= LONG, height >= LONG) {
            (true, false) if height <= THIN => self.across.push(across(f32::midpoint(y0, y1))),
            (false, true) if width <= THIN => self.down.push(down(f32::midpoint(x0, x1))),
            (true, true) if frame => {
                self.across.extend([across(y0), across(y1)]);
                self.down.extend([down(x0), down(x1)]);
            }
            _ => {}
        }
    }

    /// Where rules go down through the line of text at this height.
    pub fn down_at(&self, y: f32) -> Vec<f32> {
        self.down.iter().filter(|r| r.from <= y && y <= r.to).map(|r| r.at).collect()
    }
}

/// A table: rows of cells of lines.
pub(super) struct Table {
    pub top: f32,
    pub rows: Vec<Vec<Vec<Line>>>,
}

/// Joins stretches of one line.
fn merged(mut rules: Vec<Rule>) -> Vec<Rule> {
    rules.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.from.total_cmp(&b.from)));
    let mut out: Vec<Rule> = Vec::new();
    for rule in rules {
        // Near enough in place; those of one place came in order.
        let same = out.iter_mut().rev().take_while(|r| rule.at - r.at < 1.5).find(|r| r.reaches(rule.from));
        match same {
            Some(r) => r.to = r.to.max(rule.to),
            None => out.push(rule),
        }
    }
    out
}

/// Boxes (left, right, top, bottom) of rules that hang together and part the page at least in two columns.
fn regions(across: &[Rule], down: &[Rule]) -> Vec<[f32; 4]> {
    let mut of: Vec<usize> = (0..across.len() + down.len()).collect();
    fn root(of: &mut [usize], mut i: usize) -> usize {
        while of[i] != i {
            of[i] = of[of[i]];
            i = of[i];
        }
        i
    }
    for (i, a) in across.iter().enumerate() {
        for (j, d) in down.iter().enumerate() {
            if a.reaches(d.at) && d.reaches(a.at) {
                let (a, d) = (root(&mut of, i), root(&mut of, across.len() + j));
                of[a] = d;
            }
        }
    }
    let mut boxes: BTreeMap<usize, ([f32; 4], Vec<f32>)> = BTreeMap::new();
    for i in 0..of.len() {
        let r = root(&mut of, i);
        let (b, columns) = boxes.entry(r).or_insert(([f32::MAX, f32::MIN, f32::MAX, f32::MIN], Vec::new()));
        let (x, y) = match i.checked_sub(across.len()) {
            None => ([across[i].from, across[i].to], [across[i].at; 2]),
            Some(j) => {
                if columns.iter().all(|x| (x - down[j].at).abs() > NEAR) {
                    columns.push(down[j].at);
                }
                ([down[j].at; 2], [down[j].from, down[j].to])
            }
        };
        *b = [b[0].min(x[0]), b[1].max(x[1]), b[2].min(y[0]), b[3].max(y[1])];
    }
    let tables = boxes.into_values().filter(|(b, columns)| columns.len() > 2 && b[3] - b[2] > LONG);
    tables.map(|(b, _)| b).collect()
}

/// The tables of a page from top to bottom, and the lines beside them.
pub(super) fn find(rules: &Rules, lines: Vec<Line>) -> (Vec<Table>, Vec<Line>) {
    let (across, down) = (merged(rules.across.clone()), merged(rules.down.clone()));
    let regions = regions(&across, &down);
    // Cells by region, then by their upper and left edges.
    let mut cells: Vec<BTreeMap<(i32, i32), Vec<Line>>> = regions.iter().map(|_| BTreeMap::new()).collect();
    let mut rest = Vec::new();
    for line in lines {
        let (x, y) = (f32::midpoint(line.x, line.end), line.y - line.size * 0.3);
        let inside = |b: &[f32; 4]| b[0] <= x && x <= b[1] && b[2] <= y && y <= b[3];
        let Some(region) = regions.iter().position(inside) else {
            rest.push(line);
            continue;
        };
        let edge = |rules: &[Rule], p: f32, beside: f32| {
            rules.iter().filter(|r| r.at <= p && r.reaches(beside)).map(|r| r.at).fold(f32::MIN, f32::max)
        };
        // A line that begins left of the middle of its cell is in the cell of its beginning.
        let left = edge(&down, line.x + line.size * 0.3, y);
        let top = edge(&across, y, line.x + line.size * 0.3);
        let key = (top.max(regions[region][2]).round() as i32, left.max(regions[region][0]).round() as i32);
        cells[region].entry(key).or_default().push(line);
    }
    let mut tables: Vec<Table> = Vec::new();
    for (region, cells) in regions.iter().zip(cells) {
        let mut rows: Vec<(i32, Vec<Vec<Line>>)> = Vec::new();
        for ((top, _), mut cell) in cells {
            cell.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x)));
            match rows.last_mut() {
                Some((row, all)) if *row == top => all.push(cell),
                _ => rows.push((top, vec![cell])),
            }
        }
        if !rows.is_empty() {
            tables.push(Table { top: region[2], rows: rows.into_iter().map(|(_, row)| row).collect() });
        }
    }
    tables.sort_by(|a, b| a.top.total_cmp(&b.top));
    (tables, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, x: f32, y: f32) -> Line {
        Line { text: text.to_owned(), x, end: x + 30.0, y, size: 10.0, confidence: None }
    }

    /// Two columns, two rows; the second cell of the first row has two lines.
    #[test]
    fn wrapped_cells_stay_whole() {
        let mut rules = Rules::default();
        for y in [100.0, 130.0, 160.0] {
            rules.add((50.0, y), (120.0, y + 0.5), false);
            rules.add((120.5, y), (300.0, y + 0.5), false);
        }
        for x in [50.0, 120.0, 300.0] {
            rules.add((x, 100.0), (x + 0.5, 160.0), false);
        }
        let lines = vec![
            line("before", 50.0, 90.0),
            line("Tên", 60.0, 116.0),
            line("đèn", 130.0, 111.0),
            line("lồng", 130.0, 123.0),
            line("a", 60.0, 146.0),
            line("b", 130.0, 146.0),
            line("after", 50.0, 200.0),
        ];
        let (tables, rest) = find(&rules, lines);
        let texts: Vec<Vec<String>> = tables[0]
            .rows
            .iter()
            .map(|r| r.iter().map(|c| c.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join(" ")).collect())
            .collect();
        assert_eq!(texts, [["Tên", "đèn lồng"], ["a", "b"]]);
        assert_eq!(rest.iter().map(|l| l.text.as_str()).collect::<Vec<_>>(), ["before", "after"]);
    }

    #[test]
    fn an_underline_or_a_frame_is_no_table() {
        let mut rules = Rules::default();
        rules.add((50.0, 100.0), (120.0, 100.5), false);
        rules.add((50.0, 200.0), (500.0, 400.0), true);
        let (tables, rest) = find(&rules, vec![line("a", 60.0, 99.0), line("b", 60.0, 300.0)]);
        assert!(tables.is_empty() && rest.len() == 2);
    }
}
