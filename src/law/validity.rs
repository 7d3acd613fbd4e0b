//! Validity (hiệu lực) of documents and provisions on a day, from their facts and their relations.
//!
//! Invariant: pure; the same graph and day give the same answer. A document whose dates are unknown is never left out. What a
//! document says of others counts from the day that it states, else from the day on which it takes effect itself.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use jiff::civil::Date;

use super::DocumentMeta;
use super::graph::{Edge, Graph};
use super::relation::RelationKind;

/// Why something is not in force, or not as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Why {
    /// Chưa có hiệu lực.
    NotYet,
    /// Another document replaced it.
    Replaced,
    /// Another document repealed it.
    Repealed,
    /// All that it implements has expired, and it with them (Luật Ban hành văn bản quy phạm pháp luật).
    WithParent,
    /// Another document amended it; it stays in force.
    Amended,
}

impl Why {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotYet => "not-yet",
            Self::Replaced => "replaced",
            Self::Repealed => "repealed",
            Self::WithParent => "with-parent",
            Self::Amended => "amended",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotYet => "not yet in force",
            Self::Replaced => "replaced",
            Self::Repealed => "repealed",
            Self::WithParent => "expired with what they implement",
            Self::Amended => "amended",
        })
    }
}

/// Whether something is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Chưa có hiệu lực.
    NotYet,
    /// Còn hiệu lực.
    InForce,
    /// Hết hiệu lực một phần.
    PartlyExpired,
    /// Hết hiệu lực toàn bộ.
    Expired,
}

impl State {
    /// Vietnamese name, as the portals print it.
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::NotYet => "chưa có hiệu lực",
            Self::InForce => "còn hiệu lực",
            Self::PartlyExpired => "hết hiệu lực một phần",
            Self::Expired => "hết hiệu lực toàn bộ",
        }
    }
}

/// Something that happened to a document or a provision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub why: Why,
    /// From which day.
    pub on: Date,
    /// Id of the document that did it.
    pub by: String,
    /// Address of the provision in it that says so; empty for its title.
    pub at: String,
    /// Address of what it was done to; empty for the whole document.
    pub path: String,
}

/// How a document or a provision stands on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validity {
    /// In force or not.
    pub state: State,
    /// The day from which it is in force; none when unknown.
    pub from: Option<Date>,
    /// The day from which it no longer is, as far as is known on that day or later.
    pub until: Option<Date>,
    /// What has happened to it until that day, in order.
    pub events: Vec<Event>,
}

/// The day on which a document takes effect: as stated, else that of its issue.
pub fn effective(meta: &DocumentMeta) -> Option<Date> {
    meta.effective_on.or(meta.issued_on)
}

impl Graph {
    /// How the provision `address` of a document stands on a day; an empty address is the whole document.
    pub fn validity(&self, document: usize, address: &str, day: Date) -> Option<Validity> {
        let meta = self.documents().get(document)?;
        let from = effective(meta);
        let end = self.end(document);
        let mut events: Vec<Event> =
            self.happened(document).filter(|e| touches(&e.path, address) && e.on <= day).collect();
        events.extend(end.clone().filter(|e| e.on <= day && e.why == Why::WithParent));
        events.sort_by(|a, b| (a.on, &a.by, &a.path).cmp(&(b.on, &b.by, &b.path)));
        events.dedup();
        let gone = self.gone(document).filter(|e| !address.is_empty() && covers(&e.path, address)).map(|e| e.on).min();
        let until = [end.map(|e| e.on), gone].into_iter().flatten().min();
        let state = if from.is_some_and(|d| d > day) {
            State::NotYet
        } else if until.is_some_and(|d| d <= day) {
            State::Expired
        } else if events.iter().any(|e| e.why == Why::Repealed) {
            State::PartlyExpired
        } else {
            State::InForce
        };
        Some(Validity { state, from, until, events })
    }

    /// What other documents did to this one, each with its day.
    fn happened(&self, document: usize) -> impl Iterator<Item = Event> {
        self.incoming(document).filter_map(|edge| {
            let why = match edge.relation.kind {
                RelationKind::Amends => Why::Amended,
                RelationKind::Repeals => Why::Repealed,
                RelationKind::Replaces => Why::Replaced,
                RelationKind::Basis | RelationKind::Implements | RelationKind::Corrects => return None,
            };
            self.event(edge, why)
        })
    }

    /// The provisions that were repealed as a whole.
    fn gone(&self, document: usize) -> impl Iterator<Item = Event> {
        self.incoming(document)
            .filter(|e| e.relation.kind == RelationKind::Repeals && !e.relation.part && !e.relation.path.is_empty())
            .filter_map(|e| self.event(e, Why::Repealed))
    }

    fn event(&self, edge: &Edge, why: Why) -> Option<Event> {
        let meta = self.documents().get(edge.from)?;
        Some(Event {
            why,
            on: edge.relation.from.or(effective(meta))?,
            by: meta.id.clone(),
            at: edge.relation.at.clone(),
            path: edge.relation.path.clone(),
        })
    }

    /// What ended the whole document first.
    pub fn end(&self, document: usize) -> Option<Event> {
        self.end_within(document, &mut Vec::new())
    }

    fn end_within(&self, document: usize, above: &mut Vec<usize>) -> Option<Event> {
        let own = self
            .incoming(document)
            .filter(|e| e.relation.ends_document())
            .filter_map(|e| {
                let why = if e.relation.kind == RelationKind::Replaces { Why::Replaced } else { Why::Repealed };
                self.event(e, why)
            })
            // Nothing ends before it began: a number that was used twice, or a wrong date.
            .filter(|e| self.documents()[document].issued_on.is_none_or(|d| e.on >= d))
            .min_by(|a, b| (a.on, &a.by).cmp(&(b.on, &b.by)));
        let with = self.end_with_parents(document, above);
        [own, with].into_iter().flatten().min_by_key(|e| e.on)
    }

    /// A document that implements others ends when the last of them does, if all are known.
    fn end_with_parents(&self, document: usize, above: &mut Vec<usize>) -> Option<Event> {
        if above.contains(&document) || above.len() > 8 {
            return None;
        }
        let mut last: Option<Event> = None;
        above.push(document);
        let mut known = true;
        let mut parents: Vec<usize> = Vec::new();
        for edge in self.outgoing(document).filter(|e| e.relation.kind == RelationKind::Implements) {
            match edge.to {
                Some(to) => parents.push(to),
                None => known = false,
            }
        }
        parents.sort_unstable();
        parents.dedup();
        if !known {
            parents.clear();
        }
        for parent in parents {
            match self.end_within(parent, above) {
                Some(end) if last.as_ref().is_none_or(|l| end.on > l.on) => {
                    let by = self.documents()[parent].id.clone();
                    last = Some(Event { why: Why::WithParent, by, at: String::new(), path: String::new(), on: end.on });
                }
                Some(_) => {}
                None => known = false,
            }
        }
        above.pop();
        last.filter(|_| known)
    }

    /// What is in force on a day.
    pub fn on(&self, day: Date) -> OnDay {
        let mut on = OnDay { day, documents: HashMap::new(), provisions: HashMap::new() };
        for (i, meta) in self.documents().iter().enumerate() {
            if effective(meta).is_some_and(|d| d > day) {
                on.documents.insert(meta.id.clone(), Why::NotYet);
            } else if let Some(end) = self.end(i).filter(|e| e.on <= day) {
                on.documents.insert(meta.id.clone(), end.why);
            } else {
                let gone: Vec<String> = self.gone(i).filter(|e| e.on <= day).map(|e| e.path).collect();
                if !gone.is_empty() {
                    on.provisions.insert(meta.id.clone(), gone);
                }
            }
        }
        on
    }
}

/// What is not in force on a day: whole documents, and provisions of the others.
#[derive(Debug, Clone)]
pub struct OnDay {
    /// The day.
    pub day: Date,
    documents: HashMap<String, Why>,
    provisions: HashMap<String, Vec<String>>,
}

impl OnDay {
    /// Why a provision is not in force; none if it is.
    pub fn left_out(&self, document: &str, address: &str) -> Option<Why> {
        if let Some(why) = self.documents.get(document) {
            return Some(*why);
        }
        let gone = self.provisions.get(document)?.iter().any(|path| covers(path, address));
        gone.then_some(Why::Repealed)
    }

    /// The documents that are not in force as a whole, with the reason.
    pub fn documents(&self) -> &HashMap<String, Why> {
        &self.documents
    }
}

/// How many provisions were left out, by reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut(pub BTreeMap<Why, usize>);

impl LeftOut {
    /// Counts one.
    pub fn add(&mut self, why: Why) {
        *self.0.entry(why).or_default() += 1;
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.values().sum::<usize>())?;
        for (i, (why, n)) in self.0.iter().enumerate() {
            write!(f, "{}{n} {why}", if i == 0 { ": " } else { ", " })?;
        }
        Ok(())
    }
}

/// Whether `path` is `address` or contains it. A repeated unit (`~2`) is another document's, quoted.
fn covers(path: &str, address: &str) -> bool {
    address.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether something done to `path` concerns `address`: it, what it stands in, or what stands in it.
fn touches(path: &str, address: &str) -> bool {
    path.is_empty() || address.is_empty() || covers(path, address) || covers(address, path)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::citation::Cited;
    use super::super::relation::Relation;
    use super::*;

    fn meta(number: &str, kind: &str, title: &str, year: i16) -> DocumentMeta {
        DocumentMeta {
            id: number.replace('/', "-"),
            number: number.into(),
            kind: kind.into(),
            title: title.into(),
            issued_on: Some(date(year, 1, 1)),
            effective_on: Some(date(year, 3, 1)),
            ..DocumentMeta::default()
        }
    }

    fn relation(kind: RelationKind, document: Cited, path: &str, part: bool) -> Relation {
        Relation {
            kind,
            at: "dieu-9".into(),
            span: 0..0,
            document,
            word: String::new(),
            date: None,
            year: None,
            path: path.into(),
            part,
            from: None,
            except: None,
        }
    }

    fn number(n: &str) -> Cited {
        Cited::Number(n.into())
    }

    /// Law 1 (2020) is replaced by law 2 (2024); decree 3 implements law 1 by name and loses Điều 5 to decree 4 (2022).
    fn graph() -> Graph {
        let documents = vec![
            meta("1/2020/QH20", "Luật", "Luật Đèn lồng 2020", 2020),
            meta("2/2024/QH20", "Luật", "Đèn lồng", 2024),
            meta("3/2021/NĐ-CP", "Nghị định", "Quy định chi tiết Luật Đèn lồng", 2021),
            meta("4/2022/NĐ-CP", "Nghị định", "Sửa đổi", 2022),
        ];
        let relations = [
            ("2-2024-QH20", relation(RelationKind::Replaces, number("01/2020/QH20"), "", false)),
            ("3-2021-NĐ-CP", relation(RelationKind::Implements, Cited::Name("Luật Đèn lồng".into()), "", false)),
            ("4-2022-NĐ-CP", relation(RelationKind::Repeals, number("3/2021/NĐ-CP"), "dieu-5", false)),
            ("4-2022-NĐ-CP", relation(RelationKind::Repeals, number("3/2021/NĐ-CP"), "", true)),
            ("4-2022-NĐ-CP", relation(RelationKind::Amends, number("9/2019/NĐ-CP"), "", false)),
        ];
        Graph::new(documents, relations.map(|(id, r)| (id.to_owned(), r)))
    }

    #[test]
    fn documents_and_provisions_on_a_day() {
        let graph = graph();
        let decree = graph.index("3-2021-NĐ-CP").unwrap();
        let state = |address: &str, day| graph.validity(decree, address, day).unwrap().state;
        assert_eq!(state("", date(2021, 2, 1)), State::NotYet);
        assert_eq!(state("dieu-5.khoan-1", date(2021, 4, 1)), State::InForce);
        assert_eq!(state("dieu-5.khoan-1", date(2022, 3, 1)), State::Expired);
        assert_eq!(state("dieu-50", date(2023, 1, 1)), State::PartlyExpired);
        assert_eq!(state("", date(2024, 3, 1)), State::Expired);
        let end = graph.end(decree).unwrap();
        assert_eq!((end.why, end.by.as_str(), end.on), (Why::WithParent, "1-2020-QH20", date(2024, 3, 1)));
        let law = graph.validity(0, "", date(2025, 1, 1)).unwrap();
        assert_eq!((law.state, law.until), (State::Expired, Some(date(2024, 3, 1))));
        assert_eq!(law.events[0].why, Why::Replaced);
        // What leads nowhere is kept, and ends nothing.
        assert_eq!(graph.outgoing(3).filter(|e| e.to.is_none()).count(), 1);
    }

    #[test]
    fn what_is_left_out() {
        let graph = graph();
        let mut left = LeftOut::default();
        for day in [date(2023, 1, 1), date(2024, 6, 1), date(2020, 6, 1)] {
            let on = graph.on(day);
            for address in ["dieu-4", "dieu-5.khoan-2"] {
                if let Some(why) = on.left_out("3-2021-NĐ-CP", address) {
                    left.add(why);
                }
            }
        }
        assert_eq!(left.to_string(), "5: 2 not yet in force, 1 repealed, 2 expired with what they implement");
    }
}
