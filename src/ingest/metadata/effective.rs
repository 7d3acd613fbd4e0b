//! Entry into force: the general clause that the document says of itself, with the rule it gives.
//!
//! `<kind> này có hiệu lực … từ ngày …`, `sau 45 ngày kể từ ngày ký`, `kể từ ngày ký ban hành`, `từ ngày thông qua`, or with
//! another document. Clauses in quotations and annexes are other documents'.

use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use regex::Regex;
use serde::Serialize;

use super::Found;
use super::head::{date_of, signing_lines};
use super::plain::Plain;
use crate::law::{Node, NodeKind};

/// When a document takes effect, and by which rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Effective {
    /// The date, where the text gives it or what it is counted from.
    pub on: Option<Date>,
    /// The rule.
    pub rule: Rule,
}

/// How a text fixes its entry into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A date is named.
    Date,
    /// With an event.
    On(Event),
    /// So many days after an event; the day of the event plus the days.
    After {
        /// Days.
        days: u16,
        /// Counted from here.
        event: Event,
    },
    /// With another document's entry into force.
    OtherDocument,
}

/// What a time is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Ngày ký, ký ban hành, ban hành.
    Signing,
    /// Ngày thông qua.
    Adoption,
    /// Ngày đăng Công báo: no document tells its own.
    Gazette,
    /// Ngày công bố: the same.
    Proclamation,
}

/// Days of events that a text tells, and where it is signed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Dates {
    pub signed: Option<Date>,
    pub adopted: Option<Date>,
    /// First byte of the first signer's name: annexes are behind it, whatever the tree says.
    pub signature: Option<usize>,
}

/// The plain text of a whole document, without what a portal's signature left in it.
pub(super) fn body(text: &str) -> Plain {
    let mut plain = Plain::new(text, 0);
    signing_lines(&mut plain);
    plain
}

/// The day on which a law or resolution was adopted, in its last words.
pub(super) fn adopted_on(body: &Plain) -> Option<Found<Date>> {
    static ADOPTED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(
            r"(?m)^(?:Luat|Bo luat|Phap lenh|Nghi quyet|Hien phap) nay (?:da )?duoc [^.;\n]{{10,250}}?{}",
            super::head::DATE
        ))
        .expect("constant")
    });
    let c = ADOPTED.captures_iter(&body.text).last()?;
    // Only the last date of the line: a session has a first and a last day.
    let whole = c.get(0)?;
    if !whole.as_str().contains("thong qua")
        && !whole.as_str().contains("ky hop")
        && !whole.as_str().contains("phien hop")
    {
        return None;
    }
    let from = c.get(1)?.start();
    Some(Found { value: date_of(&c)?, span: body.span(from..c.get(3)?.end()) })
}

const KINDS: &str = r"bo luat|luat|phap lenh|nghi dinh|nghi quyet lien tich|nghi quyet|thong tu lien tich|thong tu|quyet dinh|chi thi|lenh|hien phap";

/// The general clause of a document of this kind (as [`super::Metadata::kind`] has it).
pub(super) fn read(body: &Plain, nodes: &[Node], kind: Option<&str>, dates: Dates) -> Option<Found<Effective>> {
    static CLAUSE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(
            r"(?im)(?:\b({KINDS})\s+nay\b([^.;:\[\n]{{0,250}}?)|^(?:dieu\s+[0-9]+[.:]\s*)?(?:[0-9]+[.]\s*)?({KINDS})\s+)\b(?:co|phat sinh)\s+(?:gia tri va\s+)?(?:co\s+)?hieu\s+luc\b"
        ))
        .expect("constant")
    });
    let kind = kind.map(crate::text::fold);
    let mut at = 0;
    while let Some(c) = CLAUSE.captures_at(&body.text, at) {
        let whole = c.get(0)?.range();
        let word = c.get(1).or(c.get(3))?;
        let between = c.get(2).map_or("", |m| m.as_str());
        at = word.end();
        let own = kind.as_deref().is_none_or(|k| k.starts_with(&word.as_str().to_lowercase()));
        if !own
            || !speaks(&body.text, whole.start, between)
            || elsewhere(nodes, body.span(whole.clone()).start, dates.signature)
        {
            continue;
        }
        if let Some((effective, len)) = rule(&body.text[whole.end..], dates) {
            return Some(Found { value: effective, span: body.span(whole.start..whole.end + len) });
        }
    }
    None
}

/// Whether the clause speaks of the whole document: not `Điều 5 của Luật này có hiệu lực`, not `kể từ ngày Luật này có hiệu
/// lực`, and between there is no other subject.
fn speaks(plain: &str, start: usize, between: &str) -> bool {
    static GOVERNED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:cua|tai|ngay|khi|truoc|theo|voi|trong|den|diem|ma|neu|thi|cho|tu|sau|cac|hanh|boi|quy dinh|khoan|dieu [0-9]+)[ ]*\z")
            .expect("constant")
    });
    // A few characters are enough to see the word before.
    let before = &plain[start.saturating_sub(20)..start];
    let between = between.to_lowercase();
    !GOVERNED.is_match(before)
        && !["het hieu luc", " thi ", "truoc ngay", "quy dinh tai", " cua luat", "trai voi"]
            .iter()
            .any(|w| between.contains(w))
}

/// Whether a place is in a quotation or an annex.
fn elsewhere(nodes: &[Node], byte: usize, signature: Option<usize>) -> bool {
    let at = nodes.partition_point(|n| n.span.start <= byte).checked_sub(1);
    let annexed = |n: &Node| n.kind == NodeKind::Annex && signature.is_none_or(|s| byte > s);
    std::iter::successors(at, |&i| nodes[i].parent).any(|i| nodes[i].quoted || annexed(&nodes[i]))
}

/// The rule that follows "có hiệu lực", and where it ends.
fn rule(rest: &str, dates: Dates) -> Option<(Effective, usize)> {
    static RULES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?xi)\A[^.;:"]{0,80}?(?:
            \b(?:sau|du)\s+([0-9]{1,3})\s*(?:\([^)]{1,30}\)\s*)?ngay\s*,?\s*(?:ke\s*)?(?:tu\s+)?(?:ngay\s+)?(?:duoc\s+)?(ky|ban\s+hanh|dang|thong\s+qua|cong\s+bo)\b
            |\b(?:tu|vao|la)\s+(?:[0-9]{1,2}\s+gio\s+(?:[0-9]{1,2}\s+phut\s+)?)?(?:ngay\s*)?([0-9]{1,2})\s*(?:thang|[/.-])\s*([0-9]{1,2})\s*(?:nam|ngay|[/.,-])\s*((?:1\s?9|2\s?0)\s?[0-9]\s?[0-9])
            |\btu\s+(?:ngay\s+)?(?:duoc\s+)?(ky|ban\s+hanh|dang|thong\s+qua|cong\s+bo)\b
            |\b(?:tu\s+(?:ngay|khi|thoi\s+diem)|cung\s+(?:ngay|thoi\s+diem|voi))\s+((?:bo\s+luat|luat|phap\s+lenh|nghi\s+dinh|nghi\s+quyet|hiep\s+dinh|thong\s+tu|quyet\s+dinh)\b[^;]{0,200}?\bhieu\s+luc)
            )"#,
        )
        .expect("constant")
    });
    let c = RULES.captures(rest)?;
    let rule = if let Some(days) = c.get(1) {
        Rule::After { days: days.as_str().parse().ok()?, event: event(&c[2]) }
    } else if c.get(3).is_some() {
        Rule::Date
    } else if let Some(what) = c.get(6) {
        Rule::On(event(what.as_str()))
    } else {
        Rule::OtherDocument
    };
    let of = |event| match event {
        Event::Signing => dates.signed,
        Event::Adoption => dates.adopted,
        Event::Gazette | Event::Proclamation => None,
    };
    let on = match rule {
        Rule::Date => {
            let part = |i: usize| c[i].split_whitespace().collect::<String>().parse::<i16>().ok();
            Date::new(part(5)?, i8::try_from(part(4)?).ok()?, i8::try_from(part(3)?).ok()?).ok()
        }
        Rule::On(event) => of(event),
        Rule::After { days, event } => of(event).and_then(|d| d.checked_add(span(days)).ok()),
        Rule::OtherDocument => None,
    };
    Some((Effective { on, rule }, c[0].len()))
}

fn span(days: u16) -> Span {
    i64::from(days).days()
}

fn event(plain: &str) -> Event {
    match plain.to_lowercase().split_whitespace().next() {
        Some("dang") => Event::Gazette,
        Some("thong") => Event::Adoption,
        Some("cong") => Event::Proclamation,
        _ => Event::Signing,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn read_one(text: &str) -> Option<(Option<Date>, Rule)> {
        let nodes = crate::ingest::parse_text(text);
        let dates = Dates { signed: Some(date(2031, 3, 5)), adopted: Some(date(2031, 3, 1)), signature: None };
        read(&body(text), &nodes, Some("Thông tư"), dates).map(|f| (f.value.on, f.value.rule))
    }

    #[test]
    fn reads_the_rules() {
        let signing = Event::Signing;
        for (text, expected) in [
            (
                "1. Thông tư này có hiệu lực thi hành từ ngày 20 tháng 4 năm 2031.",
                (Some(date(2031, 4, 20)), Rule::Date),
            ),
            ("Thông tư này có hiệu lực kể từ ngày 01/7/2031, trừ khoản 2.", (Some(date(2031, 7, 1)), Rule::Date)),
            (
                "Thông tư này có hiệu lực thi hành sau 45 ngày, kể từ ngày ký.",
                (Some(date(2031, 4, 19)), Rule::After { days: 45, event: signing }),
            ),
            ("Thông tư này có hiệu lực kể từ ngày ký ban hành.", (Some(date(2031, 3, 5)), Rule::On(signing))),
            ("Thông tư này có hiệu lực từ ngày thông qua.", (Some(date(2031, 3, 1)), Rule::On(Event::Adoption))),
            (
                "Thông tư này có hiệu lực sau 15 (mười lăm) ngày kể từ ngày đăng Công báo.",
                (None, Rule::After { days: 15, event: Event::Gazette }),
            ),
            (
                "Thông tư này có hiệu lực kể từ ngày Luật Đèn lồng số 9/2030/QH20 có hiệu lực thi hành.",
                (None, Rule::OtherDocument),
            ),
            ("1. Thông tư có hiệu lực kể từ ngày 29 tháng 12 năm 2031.", (Some(date(2031, 12, 29)), Rule::Date)),
            ("Thông tư này có hiệu lực thi hành kể từ ký ban hành.", (Some(date(2031, 3, 5)), Rule::On(signing))),
            (
                "Thông tư này được thông qua ngày 01 tháng 3 năm 2031 và có hiệu lực từ ngày 02 tháng 5 năm 2031.",
                (Some(date(2031, 5, 2)), Rule::Date),
            ),
        ] {
            assert_eq!(read_one(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn leaves_what_is_no_general_clause() {
        for text in [
            "Khoản 3 Điều 5 của Thông tư này có hiệu lực từ ngày 01 tháng 9 năm 2031.",
            "Kể từ ngày Thông tư này có hiệu lực, hồ sơ nộp từ ngày 01 tháng 9 năm 2031 được giải quyết.",
            "Nghị định này có hiệu lực từ ngày 01 tháng 9 năm 2031.",
            "Các quy định của Thông tư có hiệu lực từ ngày 01 tháng 9 năm 2031.",
            "Điều 1. Sửa đổi Điều 9 như sau:\n“Điều 9. Hiệu lực\nThông tư này có hiệu lực từ ngày 01 tháng 9 năm 2031.”",
        ] {
            assert_eq!(read_one(text), None, "{text}");
        }
    }
}
