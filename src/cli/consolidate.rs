//! `phancap consolidate`: a document as amended up to a day.

use std::collections::HashSet;
use std::io::Write;

use anyhow::Context as _;
use jiff::civil::Date;

use super::{Global, Outcome};
use crate::law::amend;
use crate::law::graph::Graph;
use crate::law::relation::Relation;
use crate::law::validity::effective;
use crate::law::{Document, citation::name_key};
use crate::store::Store;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A document by its số hiệu or id, or a provision of it: 65/2023/NĐ-CP#dieu-12
    #[arg(value_name = "ADDRESS")]
    address: String,
    /// Amendments in force on this day, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

pub(crate) fn run(global: &Global, args: &Args) -> anyhow::Result<Outcome> {
    let store = Store::open_existing(&global.store_dir()?)?;
    let graph = store.graph()?;
    let (name, path) = args.address.split_once('#').unwrap_or((&args.address, ""));
    let same = |id: &str| name_key(id) == name_key(name);
    let found = graph.documents().iter().position(|d| same(&d.id) || same(&d.number));
    let Some(base) = found else {
        eprintln!("no document here has the number or id {name}");
        return Ok(Outcome::Incomplete);
    };
    #[expect(clippy::disallowed_methods, reason = "the command line may ask the clock")]
    let day = args.as_of.unwrap_or_else(|| jiff::Zoned::now().date());
    let document = load(&store, &graph, base)?;
    let amending = amending(&store, &graph, base, day)?;
    let done = amend::consolidate(&document, &amending, |by, relation| meant(&graph, by, relation, base, day));
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for piece in &done.pieces {
        let inside =
            piece.address.strip_prefix(path).is_some_and(|r| path.is_empty() || r.is_empty() || r.starts_with('.'));
        if inside {
            writeln!(out, "{}", piece.text)?;
        }
    }
    out.flush()?;
    eprintln!(
        "{day}: {} instructions of {} documents applied, {} not",
        done.applied,
        amending.len(),
        done.failed.len()
    );
    for f in &done.failed {
        eprintln!("not applied: {}#{} to {}: {}", f.by, f.at, f.path, f.why);
    }
    Ok(if done.failed.is_empty() { Outcome::Done } else { Outcome::Incomplete })
}

fn load(store: &Store, graph: &Graph, document: usize) -> anyhow::Result<Document> {
    store.document(&graph.documents()[document].id)?.context("a document of the graph is in the store")
}

/// The documents that amend `base`, in the order in which they take effect.
fn amending(store: &Store, graph: &Graph, base: usize, day: Date) -> anyhow::Result<Vec<Document>> {
    let mut seen = HashSet::new();
    let mut from: Vec<usize> = graph.incoming(base).map(|e| e.from).filter(|f| seen.insert(*f)).collect();
    from.retain(|&f| effective(&graph.documents()[f]).is_some_and(|d| d <= day));
    from.sort_by_key(|&f| (effective(&graph.documents()[f]), graph.documents()[f].id.clone()));
    from.into_iter().map(|f| load(store, graph, f)).collect()
}

/// Whether a relation of the document `by` leads to `base` and holds on the day.
fn meant(graph: &Graph, by: &Document, relation: &Relation, base: usize, day: Date) -> bool {
    let Some(from) = graph.index(&by.meta.id) else { return false };
    relation.from.is_none_or(|d| d <= day)
        && graph.outgoing(from).any(|e| e.to == Some(base) && e.relation == *relation)
}
