//! `phancap index`.

use std::path::Path;
use std::time::Instant;

use super::{Global, Outcome, progress};
use crate::search::{Index, SearchError, Synced};
use crate::store::Store;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Make the index anew instead of bringing it up to date
    #[arg(long)]
    rebuild: bool,
}

pub(crate) fn run(global: &Global, args: Args) -> anyhow::Result<Outcome> {
    let dir = global.store_dir()?;
    let store = Store::open_existing(&dir)?;
    let started = Instant::now();
    let synced = bring_up_to_date(&store, &dir, args.rebuild)?;
    eprintln!("{}", told(&synced, started));
    Ok(Outcome::Done)
}

/// Makes the index of the store in `dir` hold what the store holds. An index that cannot be used is named and made
/// anew.
pub(crate) fn bring_up_to_date(store: &Store, dir: &Path, rebuild: bool) -> Result<Synced, SearchError> {
    let index_dir = dir.join("index");
    let mut index = if rebuild {
        Index::recreate(&index_dir)?
    } else {
        let (index, thrown_away) = Index::open_or_recreate(&index_dir)?;
        if let Some(reason) = thrown_away {
            eprintln!("{reason}; rebuilding it now");
        }
        index
    };
    let bar = progress::bar(index.pending_in(store)?.len() as u64, "index");
    let synced = index.sync_with(store, || bar.inc(1));
    bar.finish_and_clear();
    synced
}

/// One line about a sync.
pub(crate) fn told(s: &Synced, started: Instant) -> String {
    if !s.wrote() {
        return format!("index up to date: {} documents", s.unchanged);
    }
    format!(
        "indexed {} provisions of {} documents ({} new, {} changed, {} removed, {} unchanged) in {:.1} s",
        s.provisions,
        s.added + s.changed,
        s.added,
        s.changed,
        s.removed,
        s.unchanged,
        started.elapsed().as_secs_f64()
    )
}
