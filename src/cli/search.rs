//! `phancap search`.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Instant;

use serde::Serialize;

use super::{Global, Outcome, index};
use crate::search::{Filters, Hit, Hits, Index, Query, SearchError, Years};
use crate::store::Store;
use crate::text::visible;

/// Words, "phrases" in double quotes, or a citation: 65/2023/NĐ-CP, khoản 2 Điều 15, 65/2023/NĐ-CP#dieu-12.khoan-3.
/// Diacritics may be left out; written, they sharpen the order.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// What to look for; several arguments are one query
    #[arg(value_name = "QUERY", required_unless_present_any = ["kind", "issuer", "number", "year", "status"])]
    query: Vec<String>,
    /// Only documents of this kind: nghị định, thông tư, … or nđ, tt, ttlt, qđ, nq, l
    #[arg(long)]
    kind: Option<String>,
    /// Only documents of this issuer: words of its name, or an abbreviation such as BKHCN
    #[arg(long)]
    issuer: Option<String>,
    /// Only the document with this số hiệu: 65/2023/NĐ-CP or 65/2023
    #[arg(long)]
    number: Option<String>,
    /// Only documents issued in these years: 2023, 2019-2023, 2019-, -2023
    #[arg(long, value_name = "YEARS", allow_hyphen_values = true)]
    year: Option<Years>,
    /// Only documents with this validity: còn hiệu lực, hết hiệu lực, …; unknown where the source says nothing
    #[arg(long)]
    status: Option<String>,
    /// Only what is in force on this day, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    as_of: Option<jiff::civil::Date>,
    /// Hits to show
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
    /// Hits to leave out before them
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: usize,
    /// One JSON object a line; in `snippet`, HTML-escaped text with <mark> around the words found
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(global: &Global, args: Args) -> anyhow::Result<Outcome> {
    let dir = global.store_dir()?;
    let query = Query {
        text: args.query.join(" "),
        filters: Filters {
            kind: args.kind,
            issuer: args.issuer,
            number: args.number,
            years: args.year,
            status: args.status,
        },
        limit: args.limit,
        offset: args.offset,
    };
    let index = fresh_index(&dir)?;
    let on = super::on_day(&Store::open_existing(&dir)?, args.as_of)?;
    let hits = index.search_on(&query, on.as_ref())?;
    if let Some(on) = &on {
        eprintln!("left out as not in force on {}: {}", on.day, hits.left_out);
    }
    for note in &hits.notes {
        eprintln!("note: {note}");
    }
    let out = io::stdout();
    if args.json {
        let mut out = io::BufWriter::new(out.lock());
        for hit in &hits.hits {
            serde_json::to_writer(&mut out, &JsonHit::from(hit))?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
    } else {
        let colour = super::colour(&out);
        let mut out = out.lock();
        out.write_all(printed(&hits, query.offset, Style::of(colour)).as_bytes())?;
        out.flush()?;
    }
    if hits.hits.is_empty() {
        eprintln!("{}", nothing_found(&hits, &query));
        return Ok(Outcome::Incomplete);
    }
    let (first, last) = (query.offset + 1, query.offset + hits.hits.len());
    if !args.json && (first > 1 || last < hits.total) {
        eprintln!("{first}–{last} of {} provisions; more with --offset {last}", hits.total);
    }
    Ok(Outcome::Done)
}

/// The index, brought up to date first where the store has moved on.
fn fresh_index(dir: &Path) -> anyhow::Result<Index> {
    let index_dir = dir.join("index");
    let store = Store::open_existing(dir)?;
    match Index::open(&index_dir) {
        Ok(index) if index.pending_in(&store)?.is_empty() => return Ok(index),
        Ok(_) => {}
        Err(e) if e.mended_by_rebuilding() => {}
        Err(e) => return Err(e.into()),
    }
    let started = Instant::now();
    match index::bring_up_to_date(&store, dir, false) {
        Ok(synced) => eprintln!("{}", index::told(&synced, started)),
        // What the other process has committed so far can be searched meanwhile.
        Err(e @ SearchError::Busy(_)) => eprintln!("note: {e}; until then the answer may be incomplete"),
        Err(e) => return Err(e.into()),
    }
    Ok(Index::open(&index_dir)?)
}

fn nothing_found(hits: &Hits, query: &Query) -> String {
    if hits.total > 0 {
        return format!("nothing beyond offset {}: there are {} provisions", query.offset, hits.total);
    }
    let mut text = "nothing found; try fewer or other words, without quotes".to_owned();
    if !query.filters.is_empty() {
        text.push_str(", or leave out a filter");
    }
    text
}

#[derive(Serialize)]
struct JsonHit<'a> {
    address: &'a str,
    doc: &'a str,
    number: &'a str,
    article: &'a str,
    title: &'a str,
    score: f64,
    snippet: String,
    status: &'a str,
}

impl<'a> From<&'a Hit> for JsonHit<'a> {
    fn from(h: &'a Hit) -> JsonHit<'a> {
        JsonHit {
            address: &h.address,
            doc: &h.doc,
            number: &h.number,
            article: &h.article,
            title: &h.title,
            score: h.score,
            snippet: h.snippet.render("<mark>", "</mark>", html),
            status: &h.status,
        }
    }
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What is put around parts of the printed page: nothing, or colours.
#[derive(Clone, Copy)]
struct Style {
    address: &'static str,
    mark: &'static str,
    dim: &'static str,
    end: &'static str,
}

impl Style {
    fn of(colour: bool) -> Style {
        if colour {
            Style { address: "\x1b[1;36m", mark: "\x1b[1;33m", dim: "\x1b[2m", end: "\x1b[0m" }
        } else {
            Style { address: "", mark: "", dim: "", end: "" }
        }
    }
}

/// The page for people.
fn printed(hits: &Hits, offset: usize, s: Style) -> String {
    let mut out = String::new();
    for (i, hit) in hits.hits.iter().enumerate() {
        let facts: Vec<&str> = [&hit.kind, &hit.issuer, &hit.issued_on, &hit.status]
            .into_iter()
            .map(|f| f.as_str())
            .filter(|f| !f.is_empty())
            .collect();
        let n = offset + i + 1;
        let _ = writeln!(out, "{n}. {}{}{}", s.address, visible(&hit.address), s.end);
        let _ = writeln!(out, "   {}{} ({}){}", s.dim, visible(&hit.title), visible(&facts.join(", ")), s.end);
        if !hit.article.is_empty() {
            let heading = hit.heading_marks.render(s.mark, s.end, visible);
            let dot = if heading.is_empty() { "" } else { ". " };
            let _ = writeln!(out, "   {}{dot}{heading}", visible(&hit.article));
        }
        let _ = writeln!(out, "   {}\n", hit.snippet.render(s.mark, s.end, visible));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snippets_are_safe_for_pages() {
        assert_eq!(html("a <b> & c"), "a &lt;b&gt; &amp; c");
    }
}
