//! The register in figures, counted as the minister did.
//!
//! What is up for review is direct_to_local + decentralise_to_local + keep_central: that is the total. The share of
//! direct_to_local is of the total; the shares of the other two are of those two together (6 of 229; 117 and 106 of
//! 223). Everything else has a line of its own outside the total.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::law::{Category, Field, Level, Mechanism, Reason, RunInfo, Task};

/// Tasks by category.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([usize; Category::ALL.len()]);

/// A count with the number it is a share of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// Tasks counted.
    pub count: usize,
    /// The number that the share is of.
    pub of: usize,
    /// `count / of`, four decimals; none where there is nothing to share.
    pub share: Option<f64>,
}

impl Share {
    fn new(count: usize, of: usize) -> Share {
        let share = (of > 0).then(|| (count as f64 / of as f64 * 1e4).round() / 1e4);
        Share { count, of, share }
    }
}

impl Counts {
    /// Tasks of one category.
    pub fn of(&self, category: Category) -> usize {
        self.0[category.index()]
    }

    /// All tasks, whatever their category.
    pub fn all(&self) -> usize {
        self.0.iter().sum()
    }

    /// What is up for review.
    pub fn total(&self) -> usize {
        self.of(Category::DirectToLocal) + self.rest()
    }

    /// The total without what goes straight to local government: to be decentralised or kept.
    pub fn rest(&self) -> usize {
        self.of(Category::DecentraliseToLocal) + self.of(Category::KeepCentral)
    }

    /// A category of the total with its share; none for those outside it.
    pub fn share(&self, category: Category) -> Option<Share> {
        match category {
            Category::DirectToLocal => Some(Share::new(self.of(category), self.total())),
            Category::DecentraliseToLocal | Category::KeepCentral => Some(Share::new(self.of(category), self.rest())),
            Category::DecentraliseWithinCentre | Category::AlreadyLocal | Category::Undetermined => None,
        }
    }

    fn add(&mut self, category: Category) {
        self.0[category.index()] += 1;
    }
}

/// The figures of a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// All tasks by category.
    pub counts: Counts,
    /// Tasks that want a second look.
    pub needs_review: usize,
    /// Tasks by mechanism within a category.
    pub mechanisms: BTreeMap<(Category, Mechanism), usize>,
    /// Tasks kept at the centre, by reason.
    pub reasons: BTreeMap<Reason, usize>,
    /// By field in the fixed order, those without a field last; fields without tasks are left out.
    pub fields: Vec<(Option<Field>, Counts)>,
    /// By level of the present holder, highest first; levels without tasks are left out.
    pub levels: Vec<(Level, Counts)>,
    /// Legal bases of all tasks.
    pub bases: usize,
    /// What was read.
    pub run: RunInfo,
}

/// The categories outside the total, in the order of their lines.
pub const OUTSIDE: [Category; 3] = [Category::AlreadyLocal, Category::DecentraliseWithinCentre, Category::Undetermined];

/// The name of tasks for which no field applies.
pub const NO_FIELD: &str = "Chưa xếp lĩnh vực";

impl Summary {
    /// Counts a register.
    pub fn of(run: &RunInfo, tasks: &[Task]) -> Summary {
        let mut counts = Counts::default();
        let (mut mechanisms, mut reasons) = (BTreeMap::new(), BTreeMap::new());
        let mut fields: BTreeMap<(bool, Option<Field>), Counts> = BTreeMap::new();
        let mut levels: BTreeMap<Level, Counts> = BTreeMap::new();
        for task in tasks {
            counts.add(task.category);
            fields.entry((task.field.is_none(), task.field)).or_default().add(task.category);
            levels.entry(task.level).or_default().add(task.category);
            if let Some(mechanism) = task.mechanism {
                *mechanisms.entry((task.category, mechanism)).or_default() += 1;
            }
            if let Some(reason) = task.reason {
                *reasons.entry(reason).or_default() += 1;
            }
        }
        Summary {
            counts,
            needs_review: tasks.iter().filter(|t| t.needs_review).count(),
            mechanisms,
            reasons,
            fields: fields.into_iter().map(|((_, field), counts)| (field, counts)).collect(),
            levels: levels.into_iter().collect(),
            bases: tasks.iter().map(|t| t.legal_bases.len()).sum(),
            run: run.clone(),
        }
    }

    /// The figures as one JSON object, labels by their codes.
    pub fn json(&self) -> serde_json::Value {
        let by_category = |counts: &Counts| -> serde_json::Map<String, serde_json::Value> {
            Category::ALL.iter().map(|c| (c.code().to_owned(), counts.of(*c).into())).collect()
        };
        let row = |name: &str, code: serde_json::Value, counts: &Counts| {
            let mut row = serde_json::Map::new();
            row.insert(name.to_owned(), code);
            row.insert("tasks".into(), counts.all().into());
            row.insert("total".into(), counts.total().into());
            row.extend(by_category(counts));
            serde_json::Value::Object(row)
        };
        let share = |c: Category| serde_json::to_value(self.counts.share(c)).expect("numbers");
        serde_json::json!({
            "tasks": self.counts.all(),
            "legal_bases": self.bases,
            "needs_review": self.needs_review,
            "total": self.counts.total(),
            "direct_to_local": share(Category::DirectToLocal),
            "decentralise_to_local": share(Category::DecentraliseToLocal),
            "keep_central": share(Category::KeepCentral),
            "already_local": self.counts.of(Category::AlreadyLocal),
            "decentralise_within_centre": self.counts.of(Category::DecentraliseWithinCentre),
            "undetermined": self.counts.of(Category::Undetermined),
            "mechanisms": self.mechanisms.iter().map(|((c, m), n)| serde_json::json!({
                "category": c.code(), "mechanism": m.code(), "tasks": n })).collect::<Vec<_>>(),
            "reasons": self.reasons.iter().map(|(r, n)| (r.code().to_owned(), (*n).into()))
                .collect::<serde_json::Map<_, _>>(),
            "fields": self.fields.iter().map(|(f, c)| row("field", f.map(|f| f.code()).into(), c)).collect::<Vec<_>>(),
            "levels": self.levels.iter().map(|(l, c)| row("level", l.code().into(), c)).collect::<Vec<_>>(),
            "run": self.run,
        })
    }

    /// The lines of the main table: words, count, share, what the share is of. Shared by terminal and workbook.
    pub fn lines(&self) -> Vec<Line> {
        let c = &self.counts;
        let line = |depth, words: &str, count, share, of: &str| Line {
            depth,
            words: words.to_owned(),
            count,
            share,
            of: of.to_owned(),
        };
        let mut lines = vec![line(0, "Tổng số nhiệm vụ đưa vào rà soát", c.total(), None, "")];
        for (category, of) in [
            (Category::DirectToLocal, "tổng số"),
            (Category::DecentraliseToLocal, "hai nhóm"),
            (Category::KeepCentral, "hai nhóm"),
        ] {
            let share = c.share(category).and_then(|s| s.share);
            let of = format!("{of} ({})", if category == Category::DirectToLocal { c.total() } else { c.rest() });
            lines.push(line(1, category.vi(), c.of(category), share, if share.is_some() { &of } else { "" }));
            if category == Category::DecentraliseToLocal {
                for (key, n) in self.mechanisms.iter().filter(|((cat, _), _)| *cat == category) {
                    lines.push(line(2, key.1.vi(), *n, None, ""));
                }
            }
            if category == Category::KeepCentral {
                lines.extend(self.reasons.iter().map(|(reason, n)| line(2, reason.vi(), *n, None, "")));
            }
        }
        let outside = OUTSIDE.iter().map(|category| c.of(*category)).sum();
        lines.push(line(0, "Ngoài tổng số rà soát", outside, None, ""));
        lines.extend(OUTSIDE.iter().map(|category| line(1, category.vi(), c.of(*category), None, "")));
        lines.push(line(0, "Tất cả nhiệm vụ trong danh mục", c.all(), None, ""));
        lines.push(line(1, "Cần rà soát kỹ", self.needs_review, None, ""));
        lines
    }

    /// The summary for a terminal.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let lines = self.lines();
        let indent = |l: &Line| l.depth * 2;
        let width = lines.iter().map(|l| indent(l) + columns(&l.words)).max().unwrap_or(0);
        for l in &lines {
            let words = pad(&format!("{}{}", " ".repeat(indent(l)), l.words), width);
            let share = l.share.map_or(String::new(), |s| format!("  {:>5}  của {}", percent(s), l.of));
            out.push_str(format!("{words}  {:>7}{share}", number(l.count)).trim_end());
            out.push('\n');
        }
        let fields: Vec<(String, &Counts)> =
            self.fields.iter().map(|(f, c)| (f.map_or(NO_FIELD, |f| f.vi()).to_owned(), c)).collect();
        let levels: Vec<(String, &Counts)> = self.levels.iter().map(|(l, c)| (l.vi().to_owned(), c)).collect();
        for (title, rows) in [("Theo lĩnh vực", fields), ("Theo cấp đang thực hiện", levels)] {
            out.push('\n');
            out.push_str(&matrix(title, &rows));
        }
        out.push_str(&format!(
            "\nĐã đọc {} văn bản, {} quy định; {} đề cập, {} căn cứ pháp lý. Mô hình {}.\n",
            number(self.run.documents),
            number(self.run.leaves),
            number(self.run.mentions),
            number(self.bases),
            self.run.version
        ));
        out
    }
}

/// One line of the main table.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// 0 for a heading line, 1 for a part of it, 2 for a part of that.
    pub depth: usize,
    /// What is counted.
    pub words: String,
    /// How many.
    pub count: usize,
    /// Its share, 0 to 1.
    pub share: Option<f64>,
    /// What the share is of.
    pub of: String,
}

/// Short names of the categories for the heads of narrow columns, in the order of the columns.
pub const SHORT: [(Category, &str); 6] = [
    (Category::DirectToLocal, "Phân định"),
    (Category::DecentraliseToLocal, "Phân cấp, phân quyền"),
    (Category::KeepCentral, "Giữ ở trung ương"),
    (Category::AlreadyLocal, "Đã thuộc địa phương"),
    (Category::DecentraliseWithinCentre, "Phân cấp trong trung ương"),
    (Category::Undetermined, "Chưa xác định"),
];

/// A table of counts by category for a terminal: the heads stand in a legend, so that it fits 100 columns.
fn matrix(title: &str, rows: &[(String, &Counts)]) -> String {
    const HEADS: [&str; 6] = ["định", "cấp,quyền", "giữ", "đ.phương", "trong TW", "chưa rõ"];
    let width = rows.iter().map(|(n, _)| columns(n)).chain([columns(title)]).max().unwrap_or(0);
    let mut out = format!("{}  {:>7}", pad(title, width), "tất cả");
    for head in HEADS {
        out.push_str(&format!("  {}{head}", " ".repeat(9 - columns(head))));
    }
    out.push('\n');
    for (name, counts) in rows {
        out.push_str(&format!("{}  {:>7}", pad(name, width), number(counts.all())));
        for (category, _) in SHORT {
            out.push_str(&format!("  {:>9}", number(counts.of(category))));
        }
        out.push('\n');
    }
    out
}

/// Columns on a terminal: one for each character, since everything shown is Vietnamese in NFC.
fn columns(text: &str) -> usize {
    text.chars().count()
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// With a point between thousands, as Vietnamese writes it.
pub fn number(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, d) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('.');
        }
        out.push(d);
    }
    out
}

/// One decimal and a comma, as Vietnamese writes it.
fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0).replace('.', ",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::tests::task;

    /// The shape of the minister's table of 2025.
    fn minister() -> Vec<Task> {
        let mut tasks = Vec::new();
        let mut add = |n: usize, category, level| {
            for _ in 0..n {
                tasks.push(task(&format!("NV-{}", tasks.len()), "Việc", category, level, Some(Field::Vt)));
            }
        };
        add(6, Category::DirectToLocal, Level::Huyen);
        add(117, Category::DecentraliseToLocal, Level::Bo);
        add(106, Category::KeepCentral, Level::Bo);
        add(40, Category::AlreadyLocal, Level::Tinh);
        add(5, Category::DecentraliseWithinCentre, Level::Ttg);
        add(9, Category::Undetermined, Level::Khac);
        tasks[0].field = None;
        tasks[7].needs_review = true;
        tasks
    }

    #[test]
    fn the_ministers_figures_come_out() {
        let s = Summary::of(&RunInfo { version: "v".into(), documents: 2, leaves: 3, mentions: 4 }, &minister());
        let share = |c| s.counts.share(c);
        assert_eq!(s.counts.total(), 229);
        assert_eq!(share(Category::DirectToLocal), Some(Share { count: 6, of: 229, share: Some(0.0262) }));
        assert_eq!(share(Category::DecentraliseToLocal), Some(Share { count: 117, of: 223, share: Some(0.5247) }));
        assert_eq!(share(Category::KeepCentral), Some(Share { count: 106, of: 223, share: Some(0.4753) }));
        assert_eq!(share(Category::AlreadyLocal), None);
        assert_eq!(s.counts.all(), 229 + 40 + 5 + 9);
        assert_eq!(s.needs_review, 1);
        assert_eq!(
            s.fields.iter().map(|(f, c)| (*f, c.all())).collect::<Vec<_>>(),
            [(Some(Field::Vt), 282), (None, 1)]
        );
        assert_eq!(
            s.levels.iter().map(|(l, _)| *l).collect::<Vec<_>>(),
            [Level::Ttg, Level::Bo, Level::Tinh, Level::Huyen, Level::Khac]
        );
    }

    #[test]
    fn the_terminal_shows_count_and_share() {
        let s = Summary::of(&RunInfo { version: "v".into(), documents: 644, leaves: 55123, mentions: 4 }, &minister());
        let text = s.text();
        let line = |start: &str| {
            text.lines()
                .find(|l| l.trim_start().starts_with(start))
                .unwrap()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(line("Tổng số"), "Tổng số nhiệm vụ đưa vào rà soát 229");
        assert_eq!(line("Phân định trực tiếp"), "Phân định trực tiếp cho địa phương 6 2,6% của tổng số (229)");
        assert_eq!(line("Phân cấp, phân quyền"), "Phân cấp, phân quyền cho địa phương 117 52,5% của hai nhóm (223)");
        assert_eq!(line("Giữ ở"), "Giữ ở trung ương 106 47,5% của hai nhóm (223)");
        assert_eq!(line("Đã thuộc"), "Đã thuộc địa phương 40");
        assert!(text.contains("55.123 quy định"), "{text}");
        assert!(text.lines().all(|l| l.chars().count() <= 130), "{text}");
    }

    #[test]
    fn an_empty_register_has_no_shares() {
        let s = Summary::of(&RunInfo { version: String::new(), documents: 0, leaves: 0, mentions: 0 }, &[]);
        assert_eq!(s.counts.share(Category::KeepCentral).unwrap().share, None);
        assert_eq!(s.json()["direct_to_local"]["share"], serde_json::Value::Null);
        assert!(s.text().contains("Tổng số"));
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1000, 1234567].map(number), ["0", "999", "1.000", "1.234.567"]);
    }
}
