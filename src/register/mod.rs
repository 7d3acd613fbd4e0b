//! The register: mentions of the same power, wherever they stand, become one task with all its legal bases, its
//! present holder, a proposal and the reasons for a second look.
//!
//! Invariant: [`build`] is a pure function of the predictions, the documents' facts and the options. Documents may
//! come in any order; provisions of one document come in text order. The same input gives the same tasks, byte for
//! byte.

mod field;
mod holder;
mod join;
mod rank;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};

pub use self::field::{Topic, field, topic};
pub use self::holder::{Holder, normalise as normalise_holder};
pub use self::rank::{is_law, rank};

use self::join::Power;
use self::words::Words;
use crate::law::validity::{LeftOut, OnDay};
use crate::law::{
    Category, DocumentMeta, Doubt, Field, HolderIn, Kind, LegalBasis, Level, Mechanism, Mention, Precedent, Prediction,
    Reason, RunInfo, Task,
};
use crate::store::{Store, StoreError};
use crate::text::{fold, normalise_line};

/// One provision and what the model found in it.
#[derive(Debug, Clone)]
pub struct Found {
    /// Facts of its document.
    pub document: Arc<DocumentMeta>,
    /// Address within the document.
    pub address: String,
    /// [`crate::law::Unit::key`].
    pub key: String,
    /// [`crate::law::Unit::lead`].
    pub lead: String,
    /// [`crate::law::Unit::text`].
    pub text: String,
    /// The least sure stretch of its text, where it was recognised with low confidence.
    pub doubt: Option<Doubt>,
    /// What the model says of it.
    pub prediction: Prediction,
}

/// What [`build`] can be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Tasks whose proposal, over all bases, is less sure than this get the needs-review flag whatever the reader says of
    /// its mentions; 0 to 1.
    pub review_below: f64,
}

impl Default for Options {
    fn default() -> Self {
        Options { review_below: 0.5 }
    }
}

/// Builds the register of everything in the store that the reader `version` has read, and keeps it there in place of
/// the one before.
///
/// # Errors
/// Those of reading and writing the store; the old register stays then.
pub fn rebuild(store: &mut Store, version: &str, options: &Options) -> Result<(RunInfo, Vec<Task>), StoreError> {
    let (run, tasks, _) = rebuild_on(store, version, options, None)?;
    Ok((run, tasks))
}

/// [`rebuild`] from what is in force on a day; also returns how many provisions with a task were left out.
///
/// # Errors
/// Those of [`rebuild`].
pub fn rebuild_on(
    store: &mut Store,
    version: &str,
    options: &Options,
    on: Option<&OnDay>,
) -> Result<(RunInfo, Vec<Task>, LeftOut), StoreError> {
    let mut left_out = LeftOut::default();
    let (mut run, found) = store.read(|store| {
        let predictions = store.predictions(version)?;
        let mut run = RunInfo { version: version.to_owned(), documents: 0, leaves: 0, mentions: 0 };
        let mut found: Vec<Found> = Vec::new();
        let mut document: Option<Arc<DocumentMeta>> = None;
        run.documents = store.documents()?.len();
        let recognised = store.recognised()?;
        store.for_each_leaf::<StoreError>(|meta, row| {
            run.leaves += 1;
            let Some(prediction) = predictions.get(&row.key) else { return Ok(()) };
            if let Some(why) = on.and_then(|on| on.left_out(&meta.id, &row.leaf.address)) {
                left_out.add(why);
                return Ok(());
            }
            let document = match &document {
                Some(d) if **d == *meta => d.clone(),
                _ => document.insert(Arc::new(meta.clone())).clone(),
            };
            let doubt = recognised.get(&meta.id).and_then(|r| r.doubt_in(&row.leaf.span)).cloned();
            found.push(Found {
                document,
                doubt,
                address: row.leaf.address,
                key: row.key,
                lead: row.leaf.lead,
                text: row.leaf.text,
                prediction: prediction.clone(),
            });
            Ok(())
        })?;
        Ok::<_, StoreError>((run, found))
    })?;
    run.mentions = found.iter().map(|f| f.prediction.mentions.len()).sum();
    let tasks = build(&found, options);
    store.replace_register(&run, &tasks)?;
    Ok((run, tasks, left_out))
}

/// How many evidence words a task keeps.
const EVIDENCE: usize = 8;

/// A mention with all that building its task needs.
struct Item<'a> {
    found: &'a Found,
    mention: &'a Mention,
    /// The task's words, with the verb of the lead where they have none.
    task: String,
    holder: Holder,
    poor: bool,
    heading: &'a str,
    field: Option<Field>,
}

/// Makes the register of all provisions that are tasks; the others are passed over.
pub fn build(found: &[Found], options: &Options) -> Vec<Task> {
    let mut order: Vec<&Found> = found.iter().filter(|f| f.prediction.kind == Kind::Task).collect();
    // Highest instrument first, then the older, so that a register keeps its codes when new documents come in. The
    // sort is stable, so provisions of one document keep their order.
    order.sort_by(|a, b| {
        let key = |f: &Found| (rank(&f.document), f.document.issued_on.is_none(), f.document.issued_on);
        key(a).cmp(&key(b)).then_with(|| a.document.id.cmp(&b.document.id))
    });

    let mut items: Vec<Item> = Vec::new();
    let mut powers: Vec<Power> = Vec::new();
    let mut titles: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    // One document under two ids, or one provision printed twice, gives one legal basis.
    let mut seen: BTreeSet<(String, String, usize, usize, String)> = BTreeSet::new();
    for f in order {
        let meta = &*f.document;
        let document = if meta.number.is_empty() { meta.id.clone() } else { meta.number.clone() };
        let heading = heading(&f.lead);
        let article = f.address.split(".khoan-").next().unwrap_or(&f.address);
        let title = titles.entry(meta.id.as_str()).or_insert_with(|| title_words(&meta.title)).clone();
        for mention in &f.prediction.mentions {
            let text = normalise_line(&f.text).text;
            if !seen.insert((document.clone(), text, mention.task_start, mention.task_end, mention.holder.clone())) {
                continue;
            }
            let task = whole_task(f, mention);
            let topic = topic(&task, heading, meta);
            let field = field(&task, heading, meta);
            let own_field = field::field(&task, "", &DocumentMeta::default());
            let holder = normalise_holder(&mention.holder, mention.level, meta, topic);
            // Words that name their subject say enough without the article's heading.
            let context = if own_field.is_some() { "" } else { heading };
            let mut words = Words::new(&task, &mention.holder, context, &format!("{document}#{article}"));
            // A local body acts in its own place whether the words say so or not.
            if matches!(holder.level.unwrap_or(mention.level), Level::Tinh | Level::Huyen | Level::Xa) {
                words.marks.remove(words::LOCAL);
            }
            items.push(Item { found: f, mention, task, holder: holder.clone(), poor: words.poor, heading, field });
            let (document, kind, title) = (document.clone(), meta.kind.clone(), title.clone());
            powers.push(Power { holder: holder.key, words, field, own_field, document, kind, title });
        }
    }

    let mut tasks: Vec<Task> = Vec::new();
    let mut codes: BTreeSet<String> = BTreeSet::new();
    for group in join::groups(&powers) {
        let members: Vec<&Item> = group.iter().map(|&i| &items[i]).collect();
        let mut task = task_of(&members, options);
        task.code = code(members[0], &mut codes);
        tasks.push(task);
    }
    // Groups come in the order of their first bases; people read by field.
    tasks.sort_by_key(|t| t.field.map_or(usize::MAX, Field::index));
    tasks
}

/// One row from the mentions of one power, highest instrument first.
fn task_of(members: &[&Item], options: &Options) -> Task {
    let first = members[0];
    let level_votes = tally(members.iter().map(|m| (m.mention.level, certainty(m.mention))));
    let named = members.iter().find_map(|m| m.holder.level);
    let level = named.or_else(|| winner(&level_votes)).unwrap_or(Level::Khac);

    let with_p: Vec<&Mention> = members.iter().map(|m| m.mention).filter(|m| !m.category_p.is_empty()).collect();
    let mut category_p: BTreeMap<Category, f64> = BTreeMap::new();
    for mention in &with_p {
        for (category, p) in &mention.category_p {
            *category_p.entry(*category).or_default() += p / with_p.len() as f64;
        }
    }
    let votes = tally(members.iter().map(|m| (m.mention.category, certainty(m.mention))));
    let fixed = Category::fixed_by(level);
    let category = fixed.or_else(|| winner(&votes)).unwrap_or(Category::Undetermined);
    let confidence = round(category_p.get(&category).copied().unwrap_or(0.0));
    for p in category_p.values_mut() {
        *p = round(*p);
    }

    let disagree = votes.len() > 1 || votes.keys().any(|c| *c != category) || level_votes.len() > 1;
    let mut open: Vec<Category> =
        members.iter().flat_map(|m| &m.mention.category_set).copied().collect::<BTreeSet<_>>().into_iter().collect();
    if fixed.is_some() && !open.is_empty() {
        open = vec![category];
    }
    open.sort_by(|a, b| {
        let p = |c: &Category| category_p.get(c).copied().unwrap_or(0.0);
        p(b).total_cmp(&p(a)).then(a.cmp(b))
    });

    let reason = (category == Category::KeepCentral).then(|| {
        let reasons = members.iter().filter_map(|m| Some((m.mention.reason?, certainty(m.mention))));
        winner(&tally(reasons)).or((level == Level::Qh).then_some(Reason::Macro))
    });
    let set_by_law = members.iter().any(|m| is_law(&m.found.document));
    Task {
        code: String::new(),
        field: members.iter().find_map(|m| m.field),
        task: task_words(first),
        holder: first.holder.name.clone(),
        level,
        legal_bases: members.iter().map(|m| basis(m)).collect(),
        category,
        mechanism: Mechanism::derive(category, set_by_law),
        reason: reason.flatten(),
        confidence,
        needs_review: confidence < options.review_below
            || open.len() > 1
            || disagree
            // One basis that was read surely carries the task.
            || members.iter().all(|m| m.mention.needs_review)
            // A wrong letter changes a task's words, and no other basis says so.
            || members.iter().any(|m| m.found.doubt.is_some()),
        precedents: precedents(members),
        category_p,
        category_set: open,
        evidence: evidence(members),
    }
}

fn basis(item: &Item) -> LegalBasis {
    let meta = &item.found.document;
    LegalBasis {
        doc: meta.id.clone(),
        number: meta.number.clone(),
        doc_kind: meta.kind.clone(),
        address: item.found.address.clone(),
        key: item.found.key.clone(),
        doubt: item.found.doubt.clone(),
        mention: item.mention.clone(),
    }
}

/// How much a mention's say counts: the probability of what it says; 1 where the reader has no probabilities.
fn certainty(mention: &Mention) -> f64 {
    mention.category_p.get(&mention.category).copied().unwrap_or(1.0)
}

fn tally<T: Ord>(votes: impl Iterator<Item = (T, f64)>) -> BTreeMap<T, f64> {
    let mut sums = BTreeMap::new();
    for (label, weight) in votes {
        *sums.entry(label).or_insert(0.0) += weight;
    }
    sums
}

/// The label with the highest sum; of equals the first in the label's order.
fn winner<T: Copy + Ord>(votes: &BTreeMap<T, f64>) -> Option<T> {
    let mut best: Option<(T, f64)> = None;
    for (label, weight) in votes {
        if best.is_none_or(|(_, b)| *weight > b) {
            best = Some((*label, *weight));
        }
    }
    best.map(|(label, _)| label)
}

/// Four decimals.
fn round(p: f64) -> f64 {
    (p * 1e4).round() / 1e4
}

/// The task as a row names it: first letter in upper case, no mark at the end; where the words alone say too little
/// ("phê duyệt điều chỉnh"), with the heading of the article in brackets.
fn task_words(item: &Item) -> String {
    let words = normalise_line(&item.task).text;
    let words = holder::capitalise(words.trim_end_matches(|c: char| ",;.: ".contains(c)));
    let heading = item.heading.trim_end_matches(|c: char| ",;.: ".contains(c));
    if item.poor && !heading.is_empty() { format!("{words} ({heading})") } else { words }
}

/// The words of the power: those of the mention, led by the verb of the lead where the provision is an item of a list
/// ("Bộ cấp giấy phép đối với các công việc sau: b) vận hành máy gia tốc").
fn whole_task(found: &Found, mention: &Mention) -> String {
    let own = || mention.task.clone();
    let (HolderIn::Lead, Some(end)) = (mention.holder_in, mention.holder_end) else { return own() };
    let after: String = found.lead.chars().skip(end).collect();
    if after.contains(" | ") || mention.task_start > 0 {
        return own();
    }
    words::with_verb_of_lead(&mention.task, &after).unwrap_or_else(own)
}

/// The heading of the article a lead begins with, without its label.
fn heading(lead: &str) -> &str {
    let first = lead.split(" | ").next().unwrap_or("");
    let Some(rest) = first.strip_prefix("Điều ") else { return "" };
    rest.split_once(". ").map_or("", |(_, heading)| heading.trim())
}

/// Content words of a title, for telling whether two documents are on one subject.
fn title_words(title: &str) -> Vec<String> {
    const FORMULA: &[&str] = &[
        "quy", "dinh", "chi", "tiet", "va", "huong", "dan", "thi", "hanh", "mot", "so", "dieu", "cua", "luat", "nghi",
        "thong", "tu", "ban", "ve", "viec", "sua", "doi", "bo", "sung", "cac", "bien", "phap", "thuc", "hien", "ngay",
        "thang", "nam", "chinh", "phu", "cp", "nd", "qd", "ttg",
    ];
    let folded = fold(title);
    let words = folded.split(|c: char| !c.is_alphanumeric());
    let kept = words.filter(|w| !w.is_empty() && !FORMULA.contains(w) && !w.chars().all(|c| c.is_ascii_digit()));
    kept.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
}

/// `NV-` and eight hex digits from the first basis and its span; made longer by the holder, then by a count, where
/// another task has the code already.
fn code(first: &Item, taken: &mut BTreeSet<String>) -> String {
    let (m, f) = (first.mention, first.found);
    let base = format!("{}\0{}\0{}\0{}", f.document.id, f.address, m.task_start, m.task_end);
    let with_holder = format!("{base}\0{}", first.holder.key);
    let more = (1u32..).map(|n| format!("{with_holder}\0{n}"));
    let mut tries = [base, with_holder.clone()].into_iter().chain(more);
    loop {
        let input = tries.next().expect("the tries have no end");
        let code = format!("NV-{}", &crate::text::hex(&Sha256::digest(input.as_bytes()))[..8]);
        if taken.insert(code.clone()) {
            return code;
        }
    }
}

/// The labelled provisions nearest to any of the bases, each once. The bases themselves are left out: the store may hold
/// the documents of train, and a provision is no precedent of itself.
fn precedents(members: &[&Item]) -> Vec<Precedent> {
    const SHOWN: usize = 3;
    let own: BTreeSet<String> = members.iter().map(|m| basis(m).full_address()).collect();
    let mut all: Vec<&Precedent> = members.iter().flat_map(|m| &m.mention.precedents).collect();
    all.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then_with(|| a.address.cmp(&b.address)));
    let mut seen = BTreeSet::new();
    all.retain(|p| !own.contains(&p.address) && seen.insert(p.address.as_str()));
    all.into_iter().take(SHOWN).cloned().collect()
}

/// The words that carried the proposal, in the order of the legal bases, each once. Where the model marks none: the
/// holder's words and the verbs that the task begins with.
fn evidence(members: &[&Item]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for item in members {
        let mut words: Vec<String> = item
            .mention
            .evidence
            .iter()
            .filter_map(|(source, start, end)| span(item.found, *source, *start, *end))
            .collect();
        if words.is_empty() {
            words.push(item.mention.holder.trim().to_owned());
            words.push(words::opening_verbs(&item.mention.task));
        }
        for word in words {
            if !word.is_empty() && out.len() < EVIDENCE && !out.iter().any(|w| fold(w) == fold(&word)) {
                out.push(word);
            }
        }
    }
    out
}

/// The words of a span in characters, grown to whole words; none where the span lies outside.
fn span(found: &Found, source: HolderIn, start: usize, end: usize) -> Option<String> {
    let text = match source {
        HolderIn::Text => &found.text,
        HolderIn::Lead => &found.lead,
        HolderIn::Implied => return None,
    };
    let chars: Vec<char> = text.chars().collect();
    if start >= end || end > chars.len() {
        return None;
    }
    let (mut start, mut end) = (start, end);
    while start > 0 && chars[start - 1].is_alphanumeric() && chars[start].is_alphanumeric() {
        start -= 1;
    }
    while end < chars.len() && chars[end].is_alphanumeric() && chars[end - 1].is_alphanumeric() {
        end += 1;
    }
    let words: String = chars[start..end].iter().collect();
    let words = words.trim_matches(|c: char| !c.is_alphanumeric());
    (!words.is_empty()).then(|| words.to_owned())
}

#[cfg(test)]
mod tests;
