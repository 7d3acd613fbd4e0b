//! Lines on pages → paragraphs in reading order: page furniture goes, columns of heads and signatures are read one after the
//! other, table rows stay rows, and lines broken by the page's width are joined again.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use super::lines::ROW;
use super::tables::{self, Rules};
use crate::law::Doubt;

/// A stretch of text on one line, without a wide gap inside. Lengths are in the page's own unit, y grows downwards.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// The words.
    pub text: String,
    /// Left end.
    pub x: f32,
    /// Right end.
    pub end: f32,
    /// Baseline.
    pub y: f32,
    /// Height of the letters' em.
    pub size: f32,
    /// 0 to 1 where it was recognised, none where it was written.
    pub confidence: Option<f32>,
}

/// A page with its lines in any order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Page {
    pub width: f32,
    pub height: f32,
    pub lines: Vec<Line>,
    /// Ruling lines; none on a page that was recognised.
    pub rules: Rules,
}

/// A paragraph or a table row.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Paragraph {
    pub text: String,
    /// Lines of it that were recognised with low confidence, in bytes of `text`.
    pub doubts: Vec<Doubt>,
}

/// Below this confidence a line has to be looked at.
const DOUBTFUL: f32 = 0.6;

impl Paragraph {
    /// Adds a line of the page with this number (from 1).
    fn add(&mut self, line: &Line, page: u32) {
        let start = self.text.len();
        self.text.push_str(&line.text);
        if let Some(confidence) = line.confidence.filter(|c| *c < DOUBTFUL) {
            self.doubts.push(Doubt { span: start..self.text.len(), page, confidence });
        }
    }

    fn of(line: &Line, page: u32) -> Self {
        let mut new = Paragraph::default();
        new.add(line, page);
        new
    }
}

/// Segments that stand on one line.
type Row = Vec<Line>;

/// Paragraphs of all pages; footnotes at the end. Also how many lines of page furniture were left out.
pub(super) fn paragraphs(pages: &[Page]) -> (Vec<Paragraph>, usize) {
    let furniture = furniture(pages);
    let (mut body, mut notes) = (Vec::new(), Vec::new());
    let usual = usual_size(pages);
    let mut open: Option<Line> = None;
    for (i, page) in pages.iter().enumerate() {
        let kept = page.lines.iter().enumerate().filter(|(j, _)| !furniture.contains(&(i, *j))).map(|(_, l)| l.clone());
        let number = i as u32 + 1;
        let kept: Vec<Line> = if i == 0 { parted(kept.collect(), page) } else { kept.collect() };
        let (tables, beside) = tables::find(&page.rules, kept);
        let mut rows = rows(beside, 0.45, |l: &Line| (l.x, l.y, l.size));
        let foot = rows.len() - footnotes(&rows, page, usual);
        let small = rows.split_off(foot);
        let margins = Margins::of(&rows, page);
        let add = |rows: Vec<Row>, body: &mut Vec<Paragraph>, open: &mut Option<Line>| {
            for block in blocks(rows, page, i == 0) {
                match block {
                    Block::Row(row) => push(row, number, &margins, open, body),
                    Block::Column(lines) => {
                        *open = None;
                        body.extend(lines.iter().map(|l| Paragraph::of(l, number)));
                    }
                }
            }
        };
        for table in tables {
            let below = rows.split_off(rows.partition_point(|r| r[0].y < table.top));
            add(std::mem::replace(&mut rows, below), &mut body, &mut open);
            open = None;
            body.extend(table.rows.iter().map(|row| cells(row, number)));
        }
        add(rows, &mut body, &mut open);
        let margins = Margins::of(&small, page);
        let mut note = None;
        for row in small {
            push(row, number, &margins, &mut note, &mut notes);
        }
    }
    body.append(&mut notes);
    (body, furniture.len())
}

/// A row of a table as a paragraph.
fn cells(row: &[Vec<Line>], page: u32) -> Paragraph {
    let mut new = Paragraph::default();
    for cell in row {
        for (i, line) in cell.iter().enumerate() {
            match i {
                _ if new.text.is_empty() => {}
                0 => new.text.push_str(ROW),
                _ if !broken_word(&new.text, &line.text) => new.text.push(' '),
                _ => {}
            }
            new.add(line, page);
        }
    }
    new
}

/// The lines of a first page where the two columns of its head that stand close together are parted.
fn parted(lines: Vec<Line>, page: &Page) -> Vec<Line> {
    static RIGHT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"^(?:.*\S\s+(C\s?ỘNG H(?:ÒA|OÀ) XÃ HỘI|Độc lập\s*[-–]\s*Tự do)|(?:Số|Luật số).*?\S\s+((?:\p{Lu}[\p{L}.]*\s){1,5}?\p{Lu}[\p{L}.]*, ngày\s))",
        )
        .expect("constant")
    });
    let mut out = Vec::with_capacity(lines.len());
    for mut line in lines {
        let found = RIGHT.captures(&line.text).and_then(|c| c.get(1).or(c.get(2))).map(|m| m.start());
        // “… nước Cộng hòa …” is one name.
        let is_end = |at: &usize| !line.text[..*at].trim_end().ends_with("NƯỚC");
        match found.filter(is_end).filter(|_| line.y < page.height * 0.3) {
            Some(at) => {
                let right = line.text.split_off(at);
                let width = (line.end - line.x) / (line.text.chars().count() + right.chars().count()).max(1) as f32;
                let from = line.x + width * line.text.chars().count() as f32;
                line.text.truncate(line.text.trim_end().len());
                let end = std::mem::replace(&mut line.end, from - width);
                out.push(Line { text: right, x: from, end, ..line.clone() });
                out.push(line);
            }
            None => out.push(line),
        }
    }
    out
}

/// Adds a row of a page: to the open paragraph where it goes on, else as a new one.
fn push(mut row: Row, page: u32, margins: &Margins, open: &mut Option<Line>, out: &mut Vec<Paragraph>) {
    if row.len() > 1 {
        *open = None;
        let mut new = Paragraph::default();
        for line in &row {
            if !new.text.is_empty() {
                new.text.push_str(ROW);
            }
            new.add(line, page);
        }
        out.push(new);
        return;
    }
    let Some(line) = row.pop() else { return };
    match (out.last_mut(), &*open) {
        (Some(paragraph), Some(before)) if margins.go_on(before, &line) => {
            if !broken_word(&paragraph.text, &line.text) {
                paragraph.text.push(' ');
            }
            paragraph.add(&line, page);
        }
        _ => out.push(Paragraph::of(&line, page)),
    }
    *open = Some(line);
}

/// A word cut at the line's end: `công-` before `te-nơ`, an address cut behind a slash.
fn broken_word(before: &str, after: &str) -> bool {
    let mut end = before.chars().rev();
    let hyphen = matches!(end.next(), Some('-' | '/')) && end.next().is_some_and(char::is_alphanumeric);
    hyphen && after.chars().next().is_some_and(char::is_lowercase)
}

/// Size of most letters.
fn usual_size(pages: &[Page]) -> f32 {
    let mut counts: HashMap<i32, usize> = HashMap::new();
    for l in pages.iter().flat_map(|p| &p.lines) {
        *counts.entry((l.size * 2.0).round() as i32).or_default() += l.text.len();
    }
    counts.into_iter().max_by_key(|&(size, n)| (n, size)).map_or(0.0, |(size, _)| size as f32 / 2.0)
}

// ------------------------------------------------------------------------------------------------ page furniture

/// Share of the page's height at its top and bottom where headers, footers and page numbers stand.
const EDGE: f32 = 0.12;

/// Lines (page, index) that belong to the page and not to the text.
fn furniture(pages: &[Page]) -> HashSet<(usize, usize)> {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^[-–—\s]*(?:(?:Trang|trang)\s*)?\d{1,4}(?:\s*/\s*\d{1,4})?[-–—\s]*$").expect("constant")
    });
    static STAMP: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:Người ký|Ký bởi|Email|E-mail|Cơ quan|Thời gian ký|Ngày ký|Địa chỉ email)\s*:")
            .expect("constant")
    });
    static GAZETTE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:\d{1,4}\s+)?CÔNG BÁO/Số\s[^/]{1,30}/Ngày\s+\d{1,2}-\d{1,2}-\d{4}[\s|]*(?:\d{1,4})?$")
            .expect("constant")
    });
    let shape = |l: &Line| {
        // Recognition reads rules beside the words as signs.
        let signs = l.text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '|' | '_' | '—'));
        signs.map(|c| if c.is_ascii_digit() { '#' } else { c }).collect::<String>()
    };
    let edges: Vec<Vec<usize>> = pages.iter().map(edge).collect();
    let mut seen: HashMap<String, Vec<usize>> = HashMap::new();
    for (i, p) in pages.iter().enumerate() {
        for &j in &edges[i] {
            let on = seen.entry(shape(&p.lines[j])).or_default();
            if on.last() != Some(&i) {
                on.push(i);
            }
        }
    }
    // At the page's edge a few are enough; a row that only comes first or last may be a table's head.
    let near = |p: &Page, l: &Line| l.y < p.height * EDGE || l.y > p.height * (1.0 - EDGE);
    let share = |of: f32, least: f32| (pages.len() as f32 * of).ceil().max(least) as usize;
    let often = |p: &Page, l: &Line| if near(p, l) { share(0.3, 2.0) } else { share(0.4, 4.0) };
    let mut out = HashSet::new();
    for (i, p) in pages.iter().enumerate() {
        let stamps: Vec<usize> = (0..p.lines.len()).filter(|&j| STAMP.is_match(&p.lines[j].text)).collect();
        if stamps.len() > 1 {
            out.extend(stamps.into_iter().map(|j| (i, j)));
        }
        let (numbers, texts): (Vec<usize>, Vec<usize>) =
            edges[i].iter().partition(|&&j| NUMBER.is_match(&p.lines[j].text));
        out.extend(
            texts
                .into_iter()
                .filter(|&j| {
                    let l = &p.lines[j];
                    GAZETTE.is_match(&l.text) || seen[&shape(l)].len() >= often(p, l)
                })
                .map(|j| (i, j)),
        );
        for j in numbers {
            let number = &p.lines[j];
            let beside = |k: usize| k != j && (p.lines[k].y - number.y).abs() < number.size * 0.5;
            // A number beside text that stays is a cell of a table.
            if (0..p.lines.len()).filter(|&k| beside(k)).all(|k| out.contains(&(i, k))) {
                out.insert((i, j));
            }
        }
    }
    out
}

/// Lines near the top or bottom of the page, and those of its first two and last two rows.
fn edge(page: &Page) -> Vec<usize> {
    let mut by_row: Vec<usize> = (0..page.lines.len()).collect();
    by_row.sort_by(|&a, &b| page.lines[a].y.total_cmp(&page.lines[b].y));
    let rows: Vec<&[usize]> =
        by_row.chunk_by(|&a, &b| page.lines[b].y - page.lines[a].y < page.lines[a].size * 0.5).collect();
    let outer = |row: usize| row < 2 || row + 2 >= rows.len();
    let near = |l: &Line| l.y < page.height * EDGE || l.y > page.height * (1.0 - EDGE);
    let all = rows.iter().enumerate();
    all.flat_map(|(r, row)| row.iter().copied().filter(move |&j| outer(r) || near(&page.lines[j]))).collect()
}

/// How many of the last rows are footnotes: smaller than the text, in the lower half, nothing else below.
fn footnotes(rows: &[Row], page: &Page, usual: f32) -> usize {
    let small = |r: &Row| r.iter().all(|l| l.size < usual * 0.88 && l.y > page.height * 0.5);
    let n = rows.iter().rev().take_while(|r| small(r)).count();
    let begins = |r: &Row| r[0].text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '[' | '(' | '*'));
    // The first of them begins with its mark; small print without one belongs to the text.
    (0..=n).rev().find(|&k| k == 0 || begins(&rows[rows.len() - k])).unwrap_or(0)
}

// ------------------------------------------------------------------------------------------------ rows and columns

/// What stands on one line together, top to bottom, each line from left to right. `place` gives left end, baseline and
/// size; baselines differ by less than `share` of the larger size.
pub(super) fn rows<T>(mut all: Vec<T>, share: f32, place: impl Fn(&T) -> (f32, f32, f32)) -> Vec<Vec<T>> {
    let (x, y, size) = (|t: &T| place(t).0, |t: &T| place(t).1, |t: &T| place(t).2);
    all.sort_by(|a, b| y(a).total_cmp(&y(b)).then(x(a).total_cmp(&x(b))));
    let mut out: Vec<Vec<T>> = Vec::new();
    for one in all {
        match out.last_mut() {
            Some(row) if (y(&one) - y(&row[0])).abs() < share * size(&row[0]).max(size(&one)) => row.push(one),
            _ => out.push(vec![one]),
        }
    }
    for row in &mut out {
        row.sort_by(|a, b| x(a).total_cmp(&x(b)));
    }
    out
}

/// Rows that are read together.
enum Block {
    /// One line of the page.
    Row(Row),
    /// A column of a head or a signature.
    Column(Vec<Line>),
}

/// Rows in reading order: where a head or a signature stands in two columns, the left one first.
fn blocks(rows: Vec<Row>, page: &Page, first: bool) -> Vec<Block> {
    let middle = page.width / 2.0;
    let across = |l: &Line| l.x < middle - page.width * 0.08 && l.end > middle + page.width * 0.08;
    let centred = |l: &Line| (f32::midpoint(l.x, l.end) - middle).abs() < page.width * 0.06;
    let starts = |r: &Row, words: &[&str]| r.iter().any(|l| words.iter().any(|w| l.text.starts_with(w)));
    let mut out = Vec::new();
    let mut rest = rows.into_iter().peekable();
    while let Some(row) = rest.next() {
        let head = first && row.len() == 2 && row[0].y < page.height * 0.35;
        let foot = row.len() == 2 && starts(&row, &["Nơi nhận", "Nơi gửi"]);
        if !head && !foot {
            out.push(Block::Row(row));
            continue;
        }
        let (mut left, mut right) = (Vec::new(), Vec::new());
        let mut place = |row: Row| {
            for l in row {
                if f32::midpoint(l.x, l.end) < middle { left.push(l) } else { right.push(l) }
            }
        };
        place(row);
        let beside = |r: &Row| r.len() == 2 || (r.len() == 1 && !across(&r[0]) && !centred(&r[0]));
        while let Some(next) = rest.next_if(beside) {
            place(next);
        }
        // A head has two rows: names, then number and date.
        let number = left.iter().position(|l| l.text.starts_with("Số") || l.text.starts_with("Luật số"));
        let date = right.iter().position(|l| l.text.contains(", ngày"));
        if let (true, Some(number), Some(date)) = (head, number, date) {
            let (below_left, below_right) = (left.split_off(number), right.split_off(date));
            out.extend([left, right, below_left, below_right].map(Block::Column));
        } else {
            out.extend([left, right].map(Block::Column));
        }
    }
    out
}

// ------------------------------------------------------------------------------------------------ paragraphs

/// Where the text of a page begins and ends in its width.
struct Margins {
    left: f32,
    right: f32,
}

impl Margins {
    fn of(rows: &[Row], page: &Page) -> Self {
        let long: Vec<&Line> =
            rows.iter().filter(|r| r.len() == 1).map(|r| &r[0]).filter(|l| l.end - l.x > page.width * 0.4).collect();
        let at = |mut v: Vec<f32>, share: f32| {
            v.sort_by(f32::total_cmp);
            v.get(((v.len() as f32 * share) as usize).min(v.len().saturating_sub(1))).copied()
        };
        Margins {
            left: at(long.iter().map(|l| l.x).collect(), 0.1).unwrap_or(0.0),
            right: at(long.iter().map(|l| l.end).collect(), 0.9).unwrap_or(page.width),
        }
    }

    /// Whether `next` goes on with the paragraph of `before`, the line above it or the last one of the page before.
    fn go_on(&self, before: &Line, next: &Line) -> bool {
        static LABEL: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(
                r"^(?:Điều \d+[a-zđ]?\s*[.:]|(?:Chương|CHƯƠNG|Phần|PHẦN|Mục|MỤC|Phụ lục|PHỤ LỤC|Tiểu mục)\s+[\dIVXLA-Z]+|\d{1,3}[a-zđ]?[.)]\s|\d{1,2}(?:\.\d{1,2})+\.?\s|[a-zđ]{1,2}\)\s|[IVXLC]{1,5}[.)]\s|[-–+•*]\s|Căn cứ |Theo đề nghị |Xét đề nghị )",
            )
            .expect("constant")
        });
        let letters = next.text.chars().count().max(1) as f32;
        let word = next.text.split(' ').next().map_or(0, |w| w.chars().count()) as f32;
        let width = (next.end - next.x) / letters * (word + 1.0);
        let full = before.end + width > self.right - before.size * 0.3;
        let indented = next.x > self.left + next.size * 0.8 && next.x > before.x + next.size * 0.5;
        let ended = before.text.ends_with(['.', ';', ':', '!', '?', '”', '"', '…']);
        let alike = (before.size - next.size).abs() < 0.15 * before.size;
        full && alike && !indented && !(LABEL.is_match(&next.text) && (ended || next.x > self.left + next.size * 0.8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, x: f32, y: f32) -> Line {
        Line { text: text.to_owned(), x, end: x + 6.0 * text.chars().count() as f32, y, size: 12.0, confidence: None }
    }

    fn page(lines: Vec<Line>) -> Page {
        Page { width: 600.0, height: 800.0, lines, ..Page::default() }
    }

    fn texts(pages: &[Page]) -> Vec<String> {
        paragraphs(pages).0.into_iter().map(|p| p.text).collect()
    }

    fn full(text: &str, x: f32, y: f32) -> Line {
        Line { end: 540.0, ..line(text, x, y) }
    }

    #[test]
    fn lines_broken_by_the_width_are_one_paragraph() {
        let got = texts(&[page(vec![
            full("1. Bộ Đèn lồng cấp giấy phép cho người làm đèn theo quy định tại khoản 2", 90.0, 200.0),
            line("Điều 5 của Luật này.", 60.0, 216.0),
            full("2. Bộ Đèn lồng thu hồi giấy phép khi người làm đèn không còn đủ điều kiện;", 90.0, 232.0),
            line("a) Không còn đèn;", 90.0, 248.0),
        ])]);
        assert_eq!(got.len(), 3, "{got:?}");
        assert!(got[0].ends_with("khoản 2 Điều 5 của Luật này."));
    }

    #[test]
    fn a_paragraph_goes_on_over_the_page_and_furniture_goes() {
        let head = |n: usize| line(&format!("CÔNG BÁO/Số {n}/Ngày 01-02-2031"), 60.0, 40.0);
        let pages: Vec<Page> = (1..5)
            .map(|n| {
                page(vec![
                    head(n),
                    full(&format!("người làm đèn lồng nộp {} hồ sơ tại Ủy ban nhân dân", "đủ ".repeat(n)), 60.0, 400.0),
                    line(&format!("{n}"), 300.0, 780.0),
                ])
            })
            .collect();
        let got = texts(&pages);
        assert_eq!(got.len(), 1, "{got:?}");
        assert!(!got[0].contains("CÔNG BÁO") && !got[0].contains('4'));
    }

    #[test]
    fn a_head_in_two_columns_is_read_column_by_column() {
        let got = texts(&[page(vec![
            line("BỘ ĐÈN LỒNG", 80.0, 60.0),
            line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 320.0, 60.0),
            line("Số: 5/2031/TT-BĐL", 80.0, 90.0),
            line("Hà Nội, ngày 1 tháng 2 năm 2031", 330.0, 90.0),
            line("THÔNG TƯ", 270.0, 140.0),
        ])]);
        let names = ["BỘ ĐÈN LỒNG", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"];
        assert_eq!(got[..3], [names[0], names[1], "Số: 5/2031/TT-BĐL"]);
        assert_eq!(got[4], "THÔNG TƯ");
    }

    #[test]
    fn table_rows_stay_rows_and_footnotes_come_last() {
        let small = Line { size: 9.0, ..line("1 Được sửa đổi bởi Luật khác.", 60.0, 700.0) };
        let got = texts(&[page(vec![
            small,
            line("STT", 60.0, 300.0),
            line("Tên đèn", 200.0, 300.0),
            full("Điều 2. Người làm đèn lồng chịu trách nhiệm trước pháp luật về đèn của mình", 60.0, 340.0),
        ])]);
        assert_eq!(got[0], "STT | Tên đèn");
        assert_eq!(got[2], "1 Được sửa đổi bởi Luật khác.");
    }
}
