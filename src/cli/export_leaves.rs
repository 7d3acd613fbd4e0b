//! `phancap export-leaves`: the provisions of the store, one line each.

use std::collections::HashSet;
use std::io::Write;
use std::path::PathBuf;

use super::{Global, Outcome};
use crate::law::GoldLine;
use crate::store::Store;

#[derive(clap::Args)]
#[command(after_help = "Writes JSON lines in the annotation format without labels: id, doc, number, doc_kind, title, \
path, lead, text, and key (the hash under which answers are kept). `phancap annotate` reads them.")]
pub(crate) struct Args {
    /// Only documents whose id stands in FILE, one a line
    #[arg(long, value_name = "FILE")]
    documents: Option<PathBuf>,
}

pub(crate) fn run(global: &Global, args: Args) -> anyhow::Result<Outcome> {
    let store = Store::open_existing(&global.store_dir()?)?;
    let wanted = match &args.documents {
        None => None,
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|e| anyhow::anyhow!("{}: cannot be read ({e})", path.display()))?;
            Some(text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect::<HashSet<_>>())
        }
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut found = 0usize;
    store.for_each_leaf(|meta, row| -> anyhow::Result<()> {
        if wanted.as_ref().is_some_and(|w| !w.contains(&meta.id)) {
            return Ok(());
        }
        found += 1;
        let mut line = GoldLine::unlabelled(&meta.id, &meta.number, &row.leaf.address, row.unit(meta));
        line.extra.insert("key".to_owned(), row.key.into());
        crate::evaluate::gold::write(&mut out, &line)?;
        Ok(())
    })?;
    out.flush()?;
    Ok(if found == 0 { Outcome::Incomplete } else { Outcome::Done })
}
