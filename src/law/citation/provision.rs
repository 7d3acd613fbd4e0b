//! The provisions of one pointer: "các điểm b và c khoản 1, điểm a khoản 2 Điều 41" → four addresses.

use std::sync::LazyLock;

use regex::Regex;

/// At most so many targets of one range or one list, so that "từ Điều 1 đến Điều 9999" stays small.
const MOST: usize = 200;
const LETTERS: [&str; 23] =
    ["a", "b", "c", "d", "đ", "e", "g", "h", "i", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "x", "y"];

/// The parts of an address, the largest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Annex,
    Part,
    Chapter,
    Section,
    Article,
    Clause,
    Point,
    /// `mục 3 điểm d`: a part of a điểm.
    Item,
}

impl Step {
    const fn word(self) -> &'static str {
        match self {
            Self::Annex => "phu-luc",
            Self::Part => "phan",
            Self::Chapter => "chuong",
            Self::Section | Self::Item => "muc",
            Self::Article => "dieu",
            Self::Clause => "khoan",
            Self::Point => "diem",
        }
    }
}

/// What [`read`] found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Provisions {
    /// Addresses, `*` for "này".
    pub paths: Vec<String>,
    /// Bytes read.
    pub len: usize,
    /// It ends with "này": no document need follow.
    pub here: bool,
    /// A Phụ lục without a label, which counts only if its document follows.
    pub bare_annex: bool,
}

/// One unit with labels that is being put together: `steps` from the largest.
#[derive(Clone)]
struct Chain {
    steps: Vec<(Step, Vec<String>)>,
}

impl Chain {
    fn top(&self) -> Step {
        self.steps[0].0
    }
    fn bottom(&self) -> Step {
        self.steps[self.steps.len() - 1].0
    }
    fn paths(&self) -> Vec<String> {
        let mut paths = vec![String::new()];
        for (step, labels) in &self.steps {
            let mut next = Vec::new();
            for path in &paths {
                for label in labels.iter().take(MOST) {
                    let dot = if path.is_empty() { "" } else { "." };
                    let dash = if label.is_empty() { "" } else { "-" };
                    next.push(format!("{path}{dot}{}{dash}{label}", step.word()));
                }
            }
            next.truncate(MOST);
            paths = next;
        }
        paths
    }
}

static UNIT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\A(?:(?i:các|những|từ)\s+)?((?i:điểm|tiết|khoản|mục|chương|phần|phụ lục)|Điều|điều|Điêu)\s+")
        .expect("constant")
});
static BARE_ANNEX: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\A(?:(?i:các)\s+)?(?i:phụ lục)\s+(?:ban hành\s+)?kèm theo\b").expect("constant"));
static JOIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\A(?:\s*,\s*(?:và\s+|hoặc\s+)?|\s*;\s*|\s+(?:và|hoặc|và/hoặc|hay|đến)\s+|\s+(?:của|tại|thuộc|trong)\s+|\s+)",
    )
    .expect("constant")
});
static LIST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\A(?:\s*[,;]\s*(?:và\s+|hoặc\s+)?|\s+(?:và|hoặc|và/hoặc|hay|đến)\s+|\s*[-–]\s*)").expect("constant")
});
static POINT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\A[“”\x22]?([a-zđA-ZĐ](?:[0-9]{1,2}|[a-z])?|[0-9]{1,2}(?:\.[0-9]{1,2}){0,3})[“”\x22]?")
        .expect("constant")
});
static NUMERAL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\A([0-9]{1,4}(?:\.[0-9]{1,2}){0,3}[a-zđ]{0,2})").expect("constant"));
static ROMAN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\A(?:(?i:số)\s+)?((?:[IVXLC]+|[0-9]{1,3}(?:\.[0-9]{1,2})*|[A-ZĐ])(?:[-.]?[A-ZĐ0-9]{1,3})?[a-zđ]?)")
        .expect("constant")
});
static ORDINAL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\Athứ\s+(nhất|hai|ba|tư|năm|sáu|bảy|tám|chín|mười)").expect("constant"));
/// What follows a number that counts something: "khoản 2, 15 ngày".
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\A\s*(?:%|/|(?:ngày|tháng|năm|giờ|lần|người|đồng|tuổi|bản|bộ|triệu|tỷ|nghìn|phút|quý|mét|km|m2|ha)\b)")
        .expect("constant")
});

/// Reads the provisions that `text` starts with.
pub(super) fn read(text: &str) -> Option<Provisions> {
    let mut chains: Vec<Chain> = Vec::new();
    let mut at = 0;
    let mut here = false;
    let mut bare_annex = false;
    let mut join = String::new();
    let mut next = 0;
    while chains.len() < MOST {
        if let Some(m) = BARE_ANNEX.find(&text[next..]) {
            let name = m.as_str().find("kèm").unwrap_or(0);
            let name = m.as_str()[..name].trim_end().strip_suffix("ban hành").unwrap_or(&m.as_str()[..name]).trim_end();
            attach(&mut chains, Step::Annex, vec![String::new()], &join);
            at = next + name.len();
            bare_annex = true;
            break;
        }
        let Some(unit) = UNIT.captures(&text[next..]) else { break };
        let word = unit[1].to_lowercase();
        let step = match word.as_str() {
            "điểm" | "tiết" => Step::Point,
            "khoản" => Step::Clause,
            "mục" => Step::Section,
            "chương" => Step::Chapter,
            "phần" => Step::Part,
            "phụ lục" => Step::Annex,
            _ => Step::Article,
        };
        let start = next + unit[0].len();
        // "điều này" alone is "this thing"; "Điều này" and "khoản 1 điều này" are provisions.
        if let Some(this) = text[start..].strip_prefix("này").filter(|r| !r.starts_with(char::is_alphanumeric)) {
            if step == Step::Article && chains.is_empty() && !unit[1].starts_with('Đ') {
                break;
            }
            attach(&mut chains, step, vec!["*".to_owned()], &join);
            at = text.len() - this.len();
            here = true;
            break;
        }
        let Some((labels, len)) = labels(step, &text[start..]) else { break };
        // "từ khoản 1 đến khoản 4".
        let last = chains.last_mut().filter(|c| c.steps.len() == 1 && c.top() == step && join.trim() == "đến");
        if let Some(open) = last {
            let from = open.steps[0].1.pop().unwrap_or_default();
            open.steps[0].1.extend(range(&from, &labels[0]));
            open.steps[0].1.extend(labels.into_iter().skip(1));
        } else {
            attach(&mut chains, step, labels, &join);
        }
        at = start + len;
        let Some(m) = JOIN.find(&text[at..]) else { break };
        join = m.as_str().to_owned();
        next = at + m.len();
    }
    if chains.is_empty() {
        return None;
    }
    let mut paths: Vec<String> = chains.iter().flat_map(Chain::paths).collect();
    paths.truncate(MOST);
    Some(Provisions { paths, len: at, here, bare_annex })
}

/// A larger unit takes in all smaller ones before it that have none yet; after "và" it stands for itself.
fn attach(chains: &mut Vec<Chain>, step: Step, labels: Vec<String>, join: &str) {
    // A mục right before a điểm is no part of a chapter.
    if step == Step::Point
        && join.trim().is_empty()
        && let Some(last) = chains.last_mut().filter(|c| c.steps.len() == 1 && c.top() == Step::Section)
    {
        last.steps[0].0 = Step::Item;
    }
    let and = matches!(join.trim(), "và" | "hoặc" | ", và" | ", hoặc" | "hay");
    let open = chains.iter().rev().take_while(|c| c.top() > step).count();
    let from = chains.len() - open;
    if open > 0 && !and {
        for chain in &mut chains[from..] {
            chain.steps.insert(0, (step, labels.clone()));
        }
        return;
    }
    // "Điều 5 khoản 2": downwards only without a comma.
    if let Some(last) = chains.last_mut().filter(|c| join.trim().is_empty() && c.bottom() < step) {
        last.steps.push((step, labels));
        return;
    }
    chains.push(Chain { steps: vec![(step, labels)] });
}

/// The labels of one unit, and their length.
fn labels(step: Step, text: &str) -> Option<(Vec<String>, usize)> {
    let mut found: Vec<String> = Vec::new();
    let mut at = 0;
    let mut next = 0;
    let mut join = String::new();
    while found.len() < MOST {
        let Some((label, len)) = label(step, &text[next..]) else { break };
        let after = &text[next + len..];
        let ends = !after.starts_with(|c: char| c.is_alphanumeric() || c == '/');
        // A number that counts, and a date in the list, are no labels.
        if !ends || (step > Step::Section && label.starts_with(|c: char| c.is_ascii_digit()) && COUNTED.is_match(after))
        {
            break;
        }
        if matches!(join.trim(), "đến" | "-" | "–") {
            let from = found.pop().unwrap_or_default();
            found.extend(range(&from, &label));
        } else {
            found.push(label);
        }
        at = next + len;
        let Some(m) = LIST.find(&text[at..]) else { break };
        join = m.as_str().to_owned();
        next = at + m.len();
    }
    (!found.is_empty()).then_some((found, at))
}

fn label(step: Step, text: &str) -> Option<(String, usize)> {
    let pattern: &Regex = match step {
        Step::Point => &POINT,
        Step::Clause | Step::Article => &NUMERAL,
        Step::Annex | Step::Part | Step::Chapter | Step::Section | Step::Item => &ROMAN,
    };
    let found = pattern.captures(text).or_else(|| if step == Step::Part { ORDINAL.captures(text) } else { None })?;
    Some((found[1].to_lowercase(), found[0].len()))
}

/// All labels from one to the other; both alone where the order is unknown.
fn range(from: &str, to: &str) -> Vec<String> {
    if let (Ok(a), Ok(b)) = (from.parse::<usize>(), to.parse::<usize>())
        && a <= b
        && b - a < MOST
    {
        return (a..=b).map(|n| n.to_string()).collect();
    }
    let place = |l: &str| LETTERS.iter().position(|&x| x == l);
    if let (Some(a), Some(b)) = (place(from), place(to))
        && a <= b
    {
        return LETTERS[a..=b].iter().map(|&l| l.to_owned()).collect();
    }
    vec![from.to_owned(), to.to_owned()]
}
