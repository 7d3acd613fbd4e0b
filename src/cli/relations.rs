//! `phancap relations`: what a document states of others, what others state of it, and whether it is in force.

use std::io::Write;

use anyhow::Context as _;
use jiff::civil::Date;
use serde::Serialize;

use super::{Global, Outcome};
use crate::law::citation::Cited;
use crate::law::graph::{Edge, Graph};
use crate::law::validity::Validity;
use crate::store::Store;
use crate::text::fold;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A document by its số hiệu or id, or a provision of it: 65/2023/NĐ-CP#dieu-12
    #[arg(value_name = "ADDRESS")]
    address: String,
    /// Validity on this day, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(global: &Global, args: &Args) -> anyhow::Result<Outcome> {
    let store = Store::open_existing(&global.store_dir()?)?;
    let (graph, unread) = (store.graph()?, store.without_relations()?);
    if unread > 0 {
        eprintln!("note: {unread} documents were read before relations were looked for; ingest them again");
    }
    let (name, path) = args.address.split_once('#').unwrap_or((&args.address, ""));
    let wanted = fold(name.trim());
    let found: Vec<usize> = (0..graph.documents().len())
        .filter(|&i| {
            let meta = &graph.documents()[i];
            fold(&meta.id) == wanted || fold(&meta.number) == wanted
        })
        .collect();
    #[expect(clippy::disallowed_methods, reason = "the command line may ask the clock")]
    let day = args.as_of.unwrap_or_else(|| jiff::Zoned::now().date());
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for &document in &found {
        let validity = graph.validity(document, path, day).context("a document of the graph")?;
        if args.json {
            json(&mut out, &graph, document, path, day, &validity)?;
        } else {
            page(&mut out, &graph, document, path, day, &validity)?;
        }
    }
    out.flush()?;
    if found.is_empty() {
        eprintln!("no document here has the number or id {name}");
        return Ok(Outcome::Incomplete);
    }
    Ok(Outcome::Done)
}

fn page(
    out: &mut impl Write,
    graph: &Graph,
    document: usize,
    path: &str,
    day: Date,
    validity: &Validity,
) -> anyhow::Result<()> {
    let meta = &graph.documents()[document];
    let unit = if path.is_empty() { String::new() } else { format!("#{path}") };
    writeln!(out, "{} {}{unit}  {}", meta.kind, meta.number, meta.title)?;
    writeln!(out, "{day}: {}{}", validity.state.vietnamese(), span(validity))?;
    for e in &validity.events {
        let place = if e.path.is_empty() { "" } else { "#" };
        writeln!(out, "  {} {} by {}#{} {place}{}", e.on, e.why, e.by, e.at, e.path)?;
    }
    for edge in graph.outgoing(document).filter(|e| e.relation.at.starts_with(path)) {
        let r = &edge.relation;
        writeln!(out, "→ {:<12} {}  [{}]", r.kind.code(), target(graph, edge), r.at)?;
    }
    for edge in graph.incoming(document).filter(|e| e.relation.path.starts_with(path)) {
        let from = &graph.documents()[edge.from].id;
        writeln!(out, "← {:<12} {from}#{}  [{}]", edge.relation.kind.code(), edge.relation.at, edge.relation.path)?;
    }
    Ok(())
}

fn span(validity: &Validity) -> String {
    let day = |d: Option<Date>| d.map_or_else(|| "?".to_owned(), |d| d.to_string());
    match validity.until {
        Some(_) => format!(" (from {} until {})", day(validity.from), day(validity.until)),
        None => format!(" (from {})", day(validity.from)),
    }
}

/// Where a relation leads: the id here, else the number or name as printed in brackets.
fn target(graph: &Graph, edge: &Edge) -> String {
    let r = &edge.relation;
    let document = match (edge.to, &r.document) {
        (Some(to), _) => graph.documents()[to].id.clone(),
        (None, Cited::Number(n) | Cited::Name(n)) => format!("({n})"),
        (None, Cited::This | Cited::Unnamed) => String::new(),
    };
    let path = if r.path.is_empty() { String::new() } else { format!("#{}", r.path) };
    let part = if r.part { ", a part" } else { "" };
    let from = r.from.map_or_else(String::new, |d| format!(", from {d}"));
    let except = if r.except.is_some() { ", with an exception" } else { "" };
    format!("{document}{path}{part}{from}{except}")
}

#[derive(Serialize)]
struct JsonDocument<'a> {
    id: &'a str,
    path: &'a str,
    day: Date,
    state: &'a str,
    from: Option<Date>,
    until: Option<Date>,
}

#[derive(Serialize)]
struct JsonEdge<'a> {
    direction: &'a str,
    kind: &'a str,
    from: &'a str,
    at: &'a str,
    to: Option<&'a str>,
    named: &'a str,
    path: &'a str,
    part: bool,
}

fn json(
    out: &mut impl Write,
    graph: &Graph,
    document: usize,
    path: &str,
    day: Date,
    validity: &Validity,
) -> anyhow::Result<()> {
    let id = |i: usize| graph.documents()[i].id.as_str();
    let (state, from, until) = (validity.state.vietnamese(), validity.from, validity.until);
    writeln!(out, "{}", serde_json::to_string(&JsonDocument { id: id(document), path, day, state, from, until })?)?;
    let outgoing = graph.outgoing(document).map(|e| ("out", e));
    for (direction, edge) in outgoing.chain(graph.incoming(document).map(|e| ("in", e))) {
        let r = &edge.relation;
        let named = match &r.document {
            Cited::Number(n) | Cited::Name(n) => n.as_str(),
            Cited::This | Cited::Unnamed => "",
        };
        let edge = JsonEdge {
            direction,
            kind: r.kind.code(),
            from: id(edge.from),
            at: &r.at,
            to: edge.to.map(id),
            named,
            path: &r.path,
            part: r.part,
        };
        writeln!(out, "{}", serde_json::to_string(&edge)?)?;
    }
    Ok(())
}
