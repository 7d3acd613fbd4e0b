//! Finding and ordering.
//!
//! A hit has every word asked for, somewhere: in the provision, its heading, what it is read with, or the title of its
//! document. BM25 over folded terms, weighted by field, finds and orders; exact forms and words standing side by side
//! then raise the best of them. Where no provision has all words, most of them do, and the answer says so. A citation is looked up
//! and comes first; provisions that mention it follow. Equal scores are ordered newest document first, then in text
//! order, so the same index always answers alike.

use std::fmt;

use tantivy::collector::{Count, TopDocs};
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EnableScoring, Occur, PhraseQuery, Query as Engine,
    RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocId, Score, Searcher, SegmentReader, TantivyDocument, Term};

use super::analysis::{Word, words};
use super::citation::Citation;
use super::index::Index;
use super::query::{Filters, Parsed, Query, is_function_word, kind_of_abbreviation, wanted_words};
use super::schema::{Fields, Shown};
use super::{SearchError, Snippet};
use crate::law::validity::{LeftOut, OnDay};
use crate::text::{fold, normalise_line};

/// Greatest sum of limit and offset.
const DEEPEST: usize = 10_000;
/// So many of the best provisions are looked at for exact forms and neighbouring words. The rest keeps its order, on
/// whatever page it stands.
const LOOKED_AT: usize = 300;
/// What a provision named by a citation scores above all others.
const LOOKED_UP: Score = 1_000.0;

/// Weights of a word by where it stands: text, heading, context, title.
const WORD: [Score; 4] = [1.0, 1.4, 0.5, 0.6];
/// The same in a query with diacritics, where the exact form tells more than the folded one.
const FOLDED: [Score; 4] = [0.6, 0.8, 0.4, 0.4];
/// The same for a word in exactly the form asked for, on top.
const EXACT: [Score; 4] = [1.0, 1.2, 0.0, 0.4];
/// The same for two neighbouring words side by side, on top.
const PAIR: [Score; 4] = [0.6, 0.8, 0.0, 0.3];
/// Weights of words and pairs beside a provision named without its document (`điều 5 luật bưu chính`): they name it.
const NAMING: [Score; 4] = [0.5, 0.7, 0.3, 3.0];
/// The same for a phrase.
const PHRASE: [Score; 4] = [1.5, 2.0, 0.7, 0.8];

/// One provision found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// `65/2023/NĐ-CP#dieu-12.khoan-3`; the document's id stands in for a missing số hiệu.
    pub address: String,
    /// Id of the document.
    pub doc: String,
    /// Số hiệu.
    pub number: String,
    /// Kind of the document.
    pub kind: String,
    /// Issuer.
    pub issuer: String,
    /// Date of issue as `YYYY-MM-DD`; empty when unknown.
    pub issued_on: String,
    /// Validity; empty when unknown.
    pub status: String,
    /// Title of the document.
    pub title: String,
    /// Label of the điều, `Điều 12`.
    pub article: String,
    /// Heading of the điều.
    pub heading: String,
    /// BM25 with weights; above 1000 for a provision that the query cites.
    pub score: f64,
    /// The piece that matched.
    pub snippet: Snippet,
    /// Heading with the words of the query marked.
    pub heading_marks: Snippet,
}

/// Something to tell the person who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// No provision has all words.
    Relaxed {
        /// So many of the words and phrases are in each hit.
        required: usize,
        /// Out of so many.
        of: usize,
        /// Words that no provision has.
        nowhere: Vec<String>,
    },
    /// The provision is found, the words beside the citation are not.
    CitationOnly,
    /// No document has this số hiệu.
    UnknownNumber(String),
    /// The document has no such provision; the one around it is shown.
    NearestProvision {
        /// Asked for.
        asked: String,
        /// Shown; empty for the whole document.
        shown: String,
    },
    /// Words or phrases beyond the limit were left out.
    LeftOut(usize),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Relaxed { required, of, nowhere } => {
                write!(f, "no provision has all {of} words; shown are those with at least {required}")?;
                if !nowhere.is_empty() {
                    write!(f, " (nowhere: {})", nowhere.join(", "))?;
                }
                Ok(())
            }
            Note::CitationOnly => {
                f.write_str("no provision has the citation and the other words together; shown is the citation")
            }
            Note::UnknownNumber(number) => {
                write!(f, "no document here has the number {number}; shown are provisions that mention it")
            }
            Note::NearestProvision { asked, shown } if shown.is_empty() => {
                write!(f, "no provision {asked} there; the document is shown")
            }
            Note::NearestProvision { asked, shown } => write!(f, "no provision {asked} there; {shown} is shown"),
            Note::LeftOut(n) => write!(f, "the query is too long: {n} of its words or phrases were left out"),
        }
    }
}

/// The answer to a query.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hits {
    /// Provisions that match, those not shown included.
    pub total: usize,
    /// The page asked for.
    pub hits: Vec<Hit>,
    /// What to tell about it.
    pub notes: Vec<Note>,
    /// Provisions that match and are not in force on the day asked for; among the first 10,000 only.
    pub left_out: LeftOut,
}

type Clauses = Vec<(Occur, Box<dyn Engine>)>;

impl Index {
    /// Searches.
    ///
    /// # Errors
    /// [`SearchError::Empty`] for a query without word and filter, [`SearchError::TooDeep`], and
    /// [`SearchError::Damaged`] or [`SearchError::Engine`] when the index cannot be read.
    pub fn search(&self, query: &Query) -> Result<Hits, SearchError> {
        self.search_on(query, None)
    }

    /// [`Index::search`] among what is in force on a day.
    ///
    /// # Errors
    /// Those of [`Index::search`].
    pub fn search_on(&self, query: &Query, on: Option<&OnDay>) -> Result<Hits, SearchError> {
        if query.limit.saturating_add(query.offset) > DEEPEST {
            return Err(SearchError::TooDeep { max: DEEPEST });
        }
        let parsed = Parsed::read(&query.text);
        if parsed.is_empty() && query.filters.is_empty() {
            return Err(SearchError::Empty);
        }
        let run = Run { f: &self.fields, searcher: self.reader.searcher(), parsed: &parsed, on };
        run.search(query).map_err(|e| self.failed(e))
    }
}

/// One search.
struct Run<'a> {
    f: &'a Fields,
    searcher: Searcher,
    parsed: &'a Parsed,
    /// Only what is in force then.
    on: Option<&'a OnDay>,
}

/// The provisions of a page with their scores, those before and after it counted.
type Page = (usize, Vec<(f64, Shown)>, LeftOut);

impl Run<'_> {
    fn search(&self, query: &Query) -> tantivy::Result<Hits> {
        let mut notes = Vec::new();
        if self.parsed.left_out > 0 {
            notes.push(Note::LeftOut(self.parsed.left_out));
        }
        let filters = self.filters(&query.filters);
        let units = self.units();
        let bonus = self.bonus();
        let cited = match &self.parsed.citation {
            Some(c) => {
                let looked_up = self.looked_up(c, &mut notes)?;
                let known = !notes.iter().any(|n| matches!(n, Note::UnknownNumber(_)));
                Some((looked_up, self.mentioned(c, known)))
            }
            None => None,
        };

        let mut answer = (0, Vec::new(), LeftOut::default());
        for required in (0..=units.len()).rev() {
            // Fewer than half of the words is another question; a citation, though, stands without any.
            let enough = required * 2 > units.len() || (required == 0 && (cited.is_some() || units.is_empty()));
            if !enough {
                continue;
            }
            let mut all: Clauses = filters.iter().map(|q| (Occur::Must, q.box_clone())).collect();
            if required > 0 {
                all.push((Occur::Must, at_least(required, &units)));
            }
            if let Some((looked_up, mentioned)) = &cited {
                // The better of the two, not their sum: a provision named does not rise by mentioning itself.
                let either = [looked_up, mentioned].into_iter().flatten().map(|q| q.box_clone());
                all.push((Occur::Must, Box::new(DisjunctionMaxQuery::new(either.collect()))));
            }
            if required == 0 {
                all.extend(units.iter().map(|q| (Occur::Should, q.box_clone())));
            }
            answer = self.page(&BooleanQuery::new(all), &bonus, query)?;
            if answer.0 > 0 {
                if required == 0 && !units.is_empty() {
                    notes.push(Note::CitationOnly);
                } else if required < units.len() {
                    notes.push(Note::Relaxed { required, of: units.len(), nowhere: self.nowhere()? });
                }
                break;
            }
        }
        let (exact, folded) = wanted_words(self.parsed);
        let asked_words = !units.is_empty();
        let hits = answer.1.into_iter().map(|(score, shown)| hit(score, shown, asked_words, &exact, &folded)).collect();
        Ok(Hits { total: answer.0, hits, notes, left_out: answer.2 })
    }

    /// Runs a query and reads the page.
    fn page(&self, engine: &dyn Engine, bonus: &[Box<dyn Engine>], query: &Query) -> tantivy::Result<Page> {
        // What is not in force is known only by the address, so with a day all provisions are looked through.
        let wanted = if self.on.is_some() { DEEPEST } else { (query.offset + query.limit).max(LOOKED_AT) };
        let top = TopDocs::with_limit(wanted).tweak_score(move |segment: &SegmentReader| {
            let order = segment.fast_fields().u64("order").ok().map(|c| c.first_or_default_col(u64::MAX));
            move |doc: DocId, score: Score| (rounded(score), !order.as_ref().map_or(u64::MAX, |o| o.get_val(doc)))
        });
        let (mut top, total) = self.searcher.search(engine, &(top, Count))?;
        let looked_at = top.len().min(LOOKED_AT);
        let addresses: Vec<DocAddress> = top[..looked_at].iter().map(|(_, address)| *address).collect();
        for ((key, _), by) in top.iter_mut().zip(self.raised(bonus, &addresses)?) {
            key.0 += rounded(by);
        }
        top[..looked_at].sort_by_key(|(key, _)| std::cmp::Reverse(*key));
        let mut page = Vec::with_capacity(query.limit.min(top.len()));
        let mut left_out = LeftOut::default();
        let mut skip = query.offset;
        for ((score, _), address) in top {
            if page.len() == query.limit && self.on.is_none() {
                break;
            }
            if self.on.is_none() && skip > 0 {
                skip -= 1;
                continue;
            }
            let stored: TantivyDocument = self.searcher.doc(address)?;
            let shown = Shown::read(self.f, &stored);
            if let Some(why) = self.on.and_then(|on| on.left_out(&shown.doc, &shown.address)) {
                left_out.add(why);
            } else if skip > 0 {
                skip -= 1;
            } else if page.len() < query.limit {
                page.push((score as f64 / 1e3, shown));
            }
        }
        let gone: usize = left_out.0.values().sum();
        Ok((total - gone.min(total), page, left_out))
    }

    /// What the bonus queries add to each of some provisions. Only these are looked at: as clauses of the query they
    /// would be evaluated for every provision of the index.
    fn raised(&self, bonus: &[Box<dyn Engine>], provisions: &[DocAddress]) -> tantivy::Result<Vec<Score>> {
        let mut raised = vec![0.0; provisions.len()];
        // Scorers only move forward.
        let mut in_order: Vec<(DocAddress, usize)> = provisions.iter().enumerate().map(|(i, a)| (*a, i)).collect();
        in_order.sort_unstable();
        for query in bonus {
            let weight = query.weight(EnableScoring::enabled_from_searcher(&self.searcher))?;
            for in_segment in in_order.chunk_by(|(a, _), (b, _)| a.segment_ord == b.segment_ord) {
                let segment = self.searcher.segment_reader(in_segment[0].0.segment_ord);
                let mut scorer = weight.scorer(segment, 1.0)?;
                for (address, i) in in_segment {
                    if scorer.doc() < address.doc_id {
                        scorer.seek(address.doc_id);
                    }
                    if scorer.doc() == address.doc_id {
                        raised[*i] += scorer.score();
                    }
                }
            }
        }
        Ok(raised)
    }

    fn text_fields(&self) -> [Field; 4] {
        [self.f.text, self.f.heading, self.f.context, self.f.title]
    }

    /// What every hit must have: a query for each word that tells something, and for each phrase.
    fn units(&self) -> Vec<Box<dyn Engine>> {
        let p = self.parsed;
        let telling = |w: &&Word| !is_function_word(w, p.accented);
        let mut words: Vec<&Word> = p.words.iter().filter(telling).collect();
        if words.is_empty() && p.phrases.is_empty() {
            words = p.words.iter().collect();
        }
        let weights = match (self.words_name_the_document(), p.accented) {
            (true, _) => NAMING,
            (false, true) => FOLDED,
            (false, false) => WORD,
        };
        let mut units: Vec<Box<dyn Engine>> =
            words.into_iter().map(|w| self.anywhere(weights, |field| Some(term(field, &w.folded)))).collect();
        units.extend(
            p.phrases.iter().map(|phrase| {
                self.anywhere(PHRASE, |field| phrase_query(field, phrase.iter().map(|w| w.folded.clone())))
            }),
        );
        units
    }

    fn words_name_the_document(&self) -> bool {
        self.parsed.citation.as_ref().is_some_and(|c| c.number.is_empty())
    }

    /// What raises the score without being required: one query for each field.
    fn bonus(&self) -> Vec<Box<dyn Engine>> {
        let p = self.parsed;
        let form = |w: &Word| if p.accented { w.exact_term() } else { w.folded.clone() };
        let mut bonus: Vec<Box<dyn Engine>> = Vec::new();
        let mut add = |weights, make: &dyn Fn(Field) -> Option<Box<dyn Engine>>| {
            bonus.extend(self.by_field(weights, make));
        };
        for &(a, b) in &p.pairs {
            let pair = [form(&p.words[a]), form(&p.words[b])];
            let weights = if self.words_name_the_document() { NAMING } else { PAIR };
            add(weights, &|field| phrase_query(field, pair.iter().cloned()));
        }
        for word in &p.words {
            if p.accented {
                add(EXACT, &|field| Some(term(field, &word.exact_term())));
            } else if is_function_word(word, false) {
                add(WORD, &|field| Some(term(field, &word.folded)));
            }
        }
        if p.accented {
            for phrase in &p.phrases {
                add(EXACT, &|field| phrase_query(field, phrase.iter().map(Word::exact_term)));
            }
        }
        bonus
    }

    /// A query over the text fields with their weights; fields of weight 0 are not looked at.
    fn anywhere(&self, weights: [Score; 4], make: impl Fn(Field) -> Option<Box<dyn Engine>>) -> Box<dyn Engine> {
        let fields = self.by_field(weights, &make);
        Box::new(BooleanQuery::new(fields.into_iter().map(|q| (Occur::Should, q)).collect()))
    }

    fn by_field(&self, weights: [Score; 4], make: &dyn Fn(Field) -> Option<Box<dyn Engine>>) -> Vec<Box<dyn Engine>> {
        let weighted = self.text_fields().into_iter().zip(weights).filter(|(_, weight)| *weight > 0.0);
        weighted.filter_map(|(field, weight)| Some(boost(make(field)?, weight))).collect()
    }

    /// The provisions a citation names; none if there are none.
    fn looked_up(&self, c: &Citation, notes: &mut Vec<Note>) -> tantivy::Result<Option<Box<dyn Engine>>> {
        let mut document: Clauses = Vec::new();
        if !c.number.is_empty() {
            let number = Term::from_field_text(self.f.number_key, &c.number);
            if self.searcher.doc_freq(&number)? == 0 {
                // The number comes first among what a text would say.
                notes.push(Note::UnknownNumber(c.mentions.first().unwrap_or(&c.number).clone()));
                return Ok(None);
            }
            document.push((Occur::Must, basic(number)));
        }
        let mut path = c.path.as_str();
        loop {
            let mut all: Clauses = document.iter().map(|(o, q)| (*o, q.box_clone())).collect();
            if !path.is_empty() {
                let mut readings: Clauses = vec![(Occur::Should, self.at_path(path, LOOKED_UP))];
                if let Some(other) = c.other_path.as_deref().filter(|_| path == c.path) {
                    readings.push((Occur::Should, self.at_path(other, LOOKED_UP - 100.0)));
                }
                all.push((Occur::Must, Box::new(BooleanQuery::new(readings))));
            }
            if all.is_empty() {
                return Ok(None);
            }
            let found = BooleanQuery::new(all);
            if self.searcher.search(&found, &Count)? > 0 {
                if path != c.path {
                    let (asked, shown) = (c.path.clone(), path.to_owned());
                    notes.push(Note::NearestProvision { asked, shown });
                }
                let found: Box<dyn Engine> = Box::new(found);
                return Ok(Some(if path.is_empty() { constant(found, LOOKED_UP) } else { found }));
            }
            if path.is_empty() {
                return Ok(None);
            }
            path = path.rsplit_once('.').map_or("", |(around, _)| around);
        }
    }

    fn at_path(&self, path: &str, score: Score) -> Box<dyn Engine> {
        constant(basic(Term::from_field_text(self.f.path, path)), score)
    }

    /// Provisions whose words mention the citation: all of it, or, where the document is not here (`known`), at least
    /// its number.
    fn mentioned(&self, c: &Citation, known: bool) -> Option<Box<dyn Engine>> {
        let mut all: Clauses = Vec::new();
        for (i, mention) in c.mentions.iter().enumerate() {
            let words: Vec<Word> = words(mention).into_iter().map(|(w, _)| w).collect();
            let weights = [1.0, 0.5, 0.5, 0.0];
            all.push((
                if known || i == 0 { Occur::Must } else { Occur::Should },
                self.anywhere(weights, |field| phrase_query(field, words.iter().map(|w| w.folded.clone()))),
            ));
        }
        (!all.is_empty()).then(|| Box::new(BooleanQuery::new(all)) as Box<dyn Engine>)
    }

    fn filters(&self, filters: &Filters) -> Vec<Box<dyn Engine>> {
        let mut all: Vec<Box<dyn Engine>> = Vec::new();
        let folded = |s: &str| fold(&normalise_line(s).text);
        if let Some(kind) = &filters.kind {
            all.push(basic(Term::from_field_text(self.f.kind_key, kind_of_abbreviation(&folded(kind)))));
        }
        if let Some(number) = &filters.number {
            let number = folded(number).replace(' ', "");
            all.push(basic(Term::from_field_text(self.f.number_key, &number)));
        }
        for (field, asked) in [(self.f.issuer_key, &filters.issuer), (self.f.status_key, &filters.status)] {
            if let Some(asked) = asked {
                let words: Vec<String> =
                    words(&normalise_line(asked).text).into_iter().map(|(w, _)| w.folded).collect();
                all.push(phrase_query(field, words.into_iter()).unwrap_or_else(|| Box::new(BooleanQuery::new(vec![]))));
            }
        }
        if let Some(years) = filters.years {
            let bound = |year: u16| std::ops::Bound::Included(Term::from_field_u64(self.f.year, year.into()));
            all.push(Box::new(RangeQuery::new(bound(years.from), bound(years.to))));
        }
        all.into_iter().map(|q| constant(q, 0.0)).collect()
    }

    /// Words asked for that no provision has.
    fn nowhere(&self) -> tantivy::Result<Vec<String>> {
        let mut nowhere = Vec::new();
        for word in &self.parsed.words {
            let mut found = 0;
            for field in self.text_fields() {
                found += self.searcher.doc_freq(&Term::from_field_text(field, &word.folded))?;
            }
            if found == 0 {
                nowhere.push(word.exact.clone());
            }
        }
        Ok(nowhere)
    }
}

/// A score in thousandths. Sums of the same numbers in another order differ in their last bits; the page must not.
fn rounded(score: Score) -> u64 {
    (f64::from(score) * 1e3).round() as u64
}

/// A hit as it is shown.
fn hit(
    score: f64,
    shown: Shown,
    asked_words: bool,
    exact: &std::collections::HashSet<String>,
    folded: &std::collections::HashSet<String>,
) -> Hit {
    let mut facts = shown.facts.split('\t').map(str::to_owned);
    let mut fact = || facts.next().unwrap_or_default();
    let (kind, issuer, issued_on, status) = (fact(), fact(), fact(), fact());
    let mut snippet = Snippet::make(&shown.text, exact, folded);
    // A provision that was looked up shows itself; one found by words only above it shows where they stand.
    if asked_words && snippet.marks.is_empty() {
        let lead = Snippet::make(&shown.lead, exact, folded);
        if !lead.marks.is_empty() {
            snippet = lead;
        }
    }
    let before = if shown.number.is_empty() { &shown.doc } else { &shown.number };
    Hit {
        address: format!("{before}#{}", shown.address),
        number: shown.number,
        doc: shown.doc,
        kind,
        issuer,
        issued_on,
        status,
        title: shown.title,
        article: shown.article,
        score,
        snippet,
        heading_marks: Snippet::make(&shown.heading, exact, folded),
        heading: shown.heading,
    }
}

fn term(field: Field, text: &str) -> Box<dyn Engine> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs))
}

fn basic(term: Term) -> Box<dyn Engine> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

/// Words one behind the other; a single word is a term, none is nothing.
fn phrase_query(field: Field, words: impl Iterator<Item = String>) -> Option<Box<dyn Engine>> {
    let mut terms: Vec<Term> = words.map(|w| Term::from_field_text(field, &w)).collect();
    match terms.len() {
        0 => None,
        1 => Some(Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::WithFreqs))),
        _ => Some(Box::new(PhraseQuery::new(terms))),
    }
}

fn boost(query: Box<dyn Engine>, by: Score) -> Box<dyn Engine> {
    if by == 1.0 { query } else { Box::new(BoostQuery::new(query, by)) }
}

fn constant(query: Box<dyn Engine>, score: Score) -> Box<dyn Engine> {
    Box::new(ConstScoreQuery::new(query, score))
}

/// At least `required` of the units.
fn at_least(required: usize, units: &[Box<dyn Engine>]) -> Box<dyn Engine> {
    let occur = if required == units.len() { Occur::Must } else { Occur::Should };
    let clauses: Clauses = units.iter().map(|q| (occur, q.box_clone())).collect();
    Box::new(if occur == Occur::Must {
        BooleanQuery::new(clauses)
    } else {
        BooleanQuery::with_minimum_required_clauses(clauses, required)
    })
}
