//! One statement: the words of one unit that belong together → what it does to which targets.

use std::ops::Range;

use jiff::civil::Date;

use super::RelationKind;
use super::clause::{self, Objects, Target};
use super::scope::{List, Named, Scope, common};
use super::words::{
    AND, BY_OTHERS, FROM, LABEL, NEUTRAL, OWN_NAME, SOME, SPEAKS, SUPPOSES, THUS, TITLE, VERB, WORDS, kind_of, masked,
    small,
};
use crate::law::citation::{self, Citation, Cited};

/// Where a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Before the first unit: title, legal bases, the line that promulgates.
    Preamble,
    /// The heading of an điều.
    Heading,
    /// Any other unit.
    Body,
}

/// One relation that a statement states; spans are bytes of the statement.
#[derive(Debug, Clone)]
pub(super) struct Stated {
    pub kind: RelationKind,
    pub target: Target,
    pub from: Option<Date>,
    pub except: Option<Range<usize>>,
}

/// Reads one statement; `scope` becomes what holds for the units below it.
pub(super) fn read(text: &str, scope: &mut Scope, place: Place) -> Vec<Stated> {
    // The Icelandic letter and the odd hyphen are as long as what they stand for.
    let mut text = citation::clean(&small(&masked(text)));
    if place == Place::Preamble {
        text = without_own_name(&text);
    }
    let label = LABEL.find(&text).map_or(0, |m| m.end());
    let mut stated = Vec::new();
    for sentence in sentences(&text, label) {
        let part = &text[sentence.clone()];
        let mut found = self::sentence(part, scope, place);
        for s in &mut found {
            s.target.span = sentence.start + s.target.span.start..sentence.start + s.target.span.end;
            s.except = s.except.take().map(|e| sentence.start + e.start..sentence.start + e.end);
        }
        stated.append(&mut found);
    }
    stated
}

/// Sentences end with a full stop before a capital; a list with semicolons is one sentence.
fn sentences(text: &str, from: usize) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = from;
    for (at, _) in text[from..].match_indices(". ") {
        let end = from + at + 1;
        if end > start && text[end..].trim_start().starts_with(char::is_uppercase) {
            out.push(start..end);
            start = end;
        }
    }
    out.push(start..text.len());
    out
}

/// A verb of this document in its sentence.
struct Said {
    at: Range<usize>,
    kind: RelationKind,
    /// Its targets stand before it: `… hết hiệu lực`, `… được sửa đổi như sau`.
    after: bool,
}

fn sentence(text: &str, scope: &mut Scope, place: Place) -> Vec<Stated> {
    if scope.list.is_none() && !VERB.is_match(text) {
        return Vec::new();
    }
    let citations = citation::find(text);
    let verbs = verbs(text, &citations, place);
    if verbs.is_empty() {
        return item(text, scope, &citations);
    }
    let mut found: Vec<Stated> = Vec::new();
    let mut list = None;
    for (i, verb) in verbs.iter().enumerate() {
        let next = verbs.get(i + 1).map_or(text.len(), |v| v.at.start);
        let mut zone = verb.at.end..next;
        if verb.after {
            let from = i.checked_sub(1).map_or(0, |p| verbs[p].at.end);
            let from = if i > 0 { text[from..verb.at.start].rfind(';').map_or(from, |n| from + n + 1) } else { from };
            zone = from..verb.at.start;
        }
        let words = !verb.after && changes_words(text, verb);
        let objects = match verb.kind {
            _ if words => Objects::Places,
            RelationKind::Implements => Objects::Delegated,
            _ => Objects::Listed,
        };
        if !words
            && !verb.after
            && let Some(cut) = text[zone.clone()].find(" bằng ")
        {
            zone.end = zone.start + cut;
        }
        let tail = &text[verb.at.end..next];
        let from = if verb.after || verb.kind != RelationKind::Amends {
            FROM.captures(tail).and_then(|c| day(&c))
        } else {
            None
        };
        let targets = clause::targets(text, zone.clone(), &citations, objects);
        if targets.is_empty() {
            let part = SOME.is_match(&text[zone]);
            list =
                Some(List { kind: verb.kind, part, near: false }).filter(|l| l.kind != RelationKind::Amends || words);
        }
        for target in targets {
            let except = text[target.span.end..].find(" trừ ").map(|n| target.span.end + n + 1..text.trim_end().len());
            found.push(stated(verb.kind, target, words, from, except));
        }
    }
    clause::complete(found.iter_mut().map(|s| &mut s.target));
    inherit(&mut found, scope);
    scope.list = if text.trim_end().ends_with(':') {
        list.or_else(|| heads(&verbs, &found))
    } else {
        // "Điều 1. Bãi bỏ toàn bộ 43 văn bản" opens a list without a colon.
        list.filter(|_| place == Place::Heading && text.contains("văn bản")).map(|l| List { near: true, ..l })
    };
    found
}

/// A verb whose objects are words: `thay thế cụm từ`.
fn changes_words(text: &str, verb: &Said) -> bool {
    let said = text[verb.at.clone()].to_lowercase();
    WORDS.is_match(&text[verb.at.end..]) || said.starts_with("thay ") && !said.contains("thế")
}

/// "Bãi bỏ một số điều của Thông tư A:" has items, though it has a target.
fn heads(verbs: &[Said], found: &[Stated]) -> Option<List> {
    let kind = verbs.last()?.kind;
    let only = found.iter().all(|s| s.target.part || s.target.path.is_empty());
    (kind != RelationKind::Amends && only).then_some(List { kind, part: false, near: false })
}

/// What a verb does to this target: to replace a unit or a form is to amend its document. Only a repeal tells the part
/// from the whole; whatever else is done to a target is done to something in it.
fn stated(
    verb: RelationKind,
    mut target: Target,
    words: bool,
    from: Option<Date>,
    except: Option<Range<usize>>,
) -> Stated {
    let kind = match verb {
        _ if words => RelationKind::Amends,
        RelationKind::Replaces if !target.path.is_empty() || target.part => RelationKind::Amends,
        kind => kind,
    };
    target.part &= kind == RelationKind::Repeals;
    Stated { kind, target, from, except }
}

/// Targets without document or article get those above; what names one target is the scope of what is below.
fn inherit(found: &mut Vec<Stated>, scope: &mut Scope) {
    for Stated { target, .. } in found.iter_mut() {
        if target.named.is_none() {
            target.named.clone_from(&scope.document);
            target.path = super::scope::within(&scope.path, &target.path);
        }
    }
    found.retain(|s| s.target.named.is_some());
    let amended: Vec<&Stated> =
        found.iter().filter(|s| !matches!(s.kind, RelationKind::Basis | RelationKind::Corrects)).collect();
    let Some(first) = amended.first() else { return };
    if amended.iter().all(|s| s.target.named == first.target.named) {
        if scope.document != first.target.named {
            scope.path.clear();
        }
        scope.document.clone_from(&first.target.named);
        let paths: Vec<String> = amended.iter().map(|s| s.target.path.clone()).collect();
        let path = common(&paths);
        if !path.is_empty() {
            scope.path = path;
        }
    }
}

/// A unit without a verb: an item of the list above it.
fn item(text: &str, scope: &Scope, citations: &[Citation]) -> Vec<Stated> {
    let Some(List { kind, part, near }) = scope.list else { return Vec::new() };
    let mut targets = clause::targets(text, 0..text.len(), citations, Objects::Listed);
    let anywhere = kind == RelationKind::Repeals && !near;
    if !targets.first().is_some_and(|t| anywhere || NEUTRAL.is_match(&text[..t.span.start])) {
        return Vec::new();
    }
    clause::complete(targets.iter_mut());
    let mut found: Vec<Stated> = targets
        .into_iter()
        .map(|mut target| {
            target.part |= part && target.path.is_empty();
            stated(kind, target, false, None, None)
        })
        .collect();
    inherit(&mut found, &mut scope.clone());
    found
}

/// The verbs by which this document does something.
fn verbs(text: &str, citations: &[Citation], place: Place) -> Vec<Said> {
    let own = text.contains("này có hiệu lực");
    if SUPPOSES.is_match(text) && !own {
        return Vec::new();
    }
    let mut found: Vec<Said> = Vec::new();
    for m in VERB.find_iter(text) {
        let kind = kind_of(m.as_str());
        let before = &text[..m.start()];
        let after = &text[m.end()..];
        // A verb in a document's name or description is none of ours.
        let named = citations.iter().any(|c| c.span.start < m.start() && m.start() < c.span.end);
        if named || after.starts_with(" bởi ") || after.starts_with(" theo quy định ") {
            continue;
        }
        let lower = m.as_str().to_lowercase();
        if lower.contains("hiệu lực") {
            if ends(before, after, citations) {
                found.push(Said { at: m.range(), kind, after: true });
            }
        } else if before.ends_with(" được ") {
            if passive(before, after, citations, kind) {
                found.push(Said { at: m.range(), kind, after: true });
            }
        } else if place == Place::Preamble {
            if found.is_empty() && TITLE.is_match(before) && lower != "bỏ" {
                found.push(Said { at: m.range(), kind, after: false });
            }
        } else if SPEAKS.is_match(before)
            || AND.is_match(before) && !found.is_empty() && goes_on(&found, before, citations)
        {
            if kind == RelationKind::Implements && !before.trim_end().ends_with("này") {
                continue;
            }
            found.push(Said { at: m.range(), kind, after: false });
        }
    }
    found
}

/// A second verb is this document's only where no description of a target runs on: "bãi bỏ Thông tư A quy định về B và
/// sửa đổi C" does not, "sửa đổi điểm g và bổ sung điểm g1" does.
fn goes_on(found: &[Said], before: &str, citations: &[Citation]) -> bool {
    let Some(last) = citations.iter().rev().find(|c| c.span.end <= before.len()) else { return false };
    let from = found.last().map_or(0, |s| s.at.end);
    let gap = before.get(last.span.end..).unwrap_or_default();
    last.span.start >= from && (NEUTRAL.is_match(gap) || gap.contains(';'))
}

/// "Thông tư A … hết hiệu lực": a document or a provision is the subject, not a permit.
fn ends(before: &str, after: &str, citations: &[Citation]) -> bool {
    let start = before.rfind(';').filter(|&n| VERB.is_match(&before[..n])).map_or(0, |n| n + 1);
    if before.trim_end().ends_with("đã") || before.trim_end().ends_with("khi") || after.trim_start().starts_with("khi ")
    {
        return false;
    }
    let subject =
        citations.iter().find(|c| c.span.start >= start && c.span.end <= before.len() && c.document != Cited::This);
    let Some(subject) = subject else {
        // "các văn bản sau đây hết hiệu lực:" opens a list.
        return before.contains("sau") || before.contains("văn bản") || before.contains("quy định");
    };
    let gap = clause::after_effect(&before[start..subject.span.start]);
    NEUTRAL.is_match(gap) || gap.trim_end().ends_with("quy định tại") && !gap.contains("theo quy định")
}

/// "Khoản 1 Điều 5 được sửa đổi như sau": a provision is the subject, and no other document did it.
fn passive(before: &str, after: &str, citations: &[Citation], kind: RelationKind) -> bool {
    let Some(first) = citations.first().filter(|c| c.span.end <= before.len()) else { return false };
    let near = NEUTRAL.is_match(&before[..first.span.start]) || before.contains("cụm từ");
    first.document != Cited::This
        && near
        && !BY_OTHERS.is_match(after)
        && THUS.is_match(after)
        && !matches!(kind, RelationKind::Implements)
}

fn day(c: &regex::Captures<'_>) -> Option<Date> {
    Date::new(c[3].parse().ok()?, c[2].parse().ok()?, c[1].parse().ok()?).ok()
}

/// A legal basis: every document that is not a description of another.
pub(super) fn basis(text: &str) -> Vec<Stated> {
    let text = citation::clean(&small(&masked(text)));
    let targets = clause::targets(&text, 0..text.len(), &citation::find(&text), Objects::Listed);
    targets
        .into_iter()
        .filter(|t| t.named.is_some())
        .map(|target| Stated {
            kind: RelationKind::Basis,
            target: Target { part: false, ..target },
            from: None,
            except: None,
        })
        .collect()
}

/// In "ban hành Luật sửa đổi, bổ sung một số điều của Luật Giá số 1/2030/QH20" the number is that of Luật Giá, so the
/// document's own kind is blanked.
fn without_own_name(text: &str) -> String {
    match OWN_NAME.captures(text).and_then(|c| c.get(1)) {
        Some(kind) => format!("{}{}{}", &text[..kind.start()], "_".repeat(kind.len()), &text[kind.end()..]),
        None => text.to_owned(),
    }
}

/// The laws whose number the text gives beside their name: `Luật Giá số 1/2030/QH20`.
pub(super) fn numbered(text: &str) -> Vec<(String, Named)> {
    let text = without_own_name(&citation::clean(&small(text)));
    citation::find(&text)
        .iter()
        .filter(|c| matches!(c.document, Cited::Number(_)))
        .filter_map(|c| {
            let words = text.get(c.span.clone())?;
            let name = words[..words.find(" số ")?].trim_end();
            (name != c.kind).then(|| Some((citation::name_key(name), Named::of(c)?)))?
        })
        .collect()
}
