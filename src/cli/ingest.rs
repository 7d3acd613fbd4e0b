//! `phancap ingest`.

use std::io::Write as _;
use std::path::PathBuf;

use super::{Global, Outcome, progress};
use crate::ingest::load::{self, Event};
use crate::store::Store;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Files, archives and folders of the formats that `phancap formats` lists, or .jsonl[.gz] with one document a line
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Print the counts as one JSON object
    #[arg(long)]
    json: bool,
}

/// Notes that are shown one by one.
const NOTES: usize = 10;

/// Reads everything under the paths into the store, with a progress line; failures and notes go to stderr.
pub(crate) fn load_all(store: &mut Store, paths: &[PathBuf]) -> anyhow::Result<load::Counts> {
    let bar = progress::counter("ingest", "documents");
    let mut notes = 0;
    let counts = load::load(store, paths, |event| match event {
        Event::Failed(error) => bar.suspend(|| eprintln!("error: {}", super::chain(error))),
        Event::Noted(note) => {
            notes += 1;
            if notes <= NOTES {
                bar.suspend(|| eprintln!("note: {}", super::chain(note)));
            }
        }
        Event::Done(n) => bar.set_position(n as u64),
    });
    bar.finish_and_clear();
    if notes > NOTES {
        eprintln!("note: and {} more notes on single documents", notes - NOTES);
    }
    let counts = counts?;
    if counts.documents() == 0 && counts.failed == 0 {
        eprintln!("no documents were found there; `phancap formats` lists what can be read");
    }
    Ok(counts)
}

/// One line about what became of the inputs.
pub(crate) fn told(counts: &load::Counts) -> String {
    format!(
        "{} added, {} changed, {} unchanged, {} failed; {} provisions",
        counts.added, counts.changed, counts.unchanged, counts.failed, counts.provisions
    )
}

pub(crate) fn run(global: &Global, args: Args) -> anyhow::Result<Outcome> {
    let mut store = Store::open(&global.store_dir()?)?;
    let counts = load_all(&mut store, &args.paths)?;
    let line = if args.json { serde_json::to_string(&counts)? } else { told(&counts) };
    writeln!(std::io::stdout().lock(), "{line}")?;
    Ok(if counts.failed > 0 || counts.documents() == 0 { Outcome::Incomplete } else { Outcome::Done })
}
