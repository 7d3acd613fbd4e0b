//! `phancap compare`.

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;

use super::{Global, Outcome, show};
use crate::ingest;
use crate::store::Store;
use crate::view::{self, Paint, Side, ViewError, compare};

/// Compares two documents, two provisions or two files, provision by provision: what is the same, changed, added, removed,
/// moved.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The older: 65/2023/NĐ-CP, 65/2023/NĐ-CP#dieu-15, a citation, or a file that `phancap formats` can read
    #[arg(value_name = "A")]
    from: String,
    /// The newer
    #[arg(value_name = "B")]
    to: String,
    /// Print one JSON object
    #[arg(long, conflicts_with_all = ["html", "all"])]
    json: bool,
    /// Print a page for a browser
    #[arg(long, conflicts_with = "all")]
    html: bool,
    /// List what is the same too
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(global: &Global, args: &Args) -> anyhow::Result<Outcome> {
    let mut sides = Vec::new();
    for typed in [&args.from, &args.to] {
        match side(global, typed)? {
            Ok(side) => sides.push(side),
            Err(why) => return show::not_one(&why),
        }
    }
    let [from, to] = sides.as_slice() else { anyhow::bail!("two sides are compared") };
    let comparison = compare::compare(from, to).context("a provision is gone from the store")?;
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, &comparison)?;
        writeln!(out)?;
    } else if args.html {
        out.write_all(compare::html(&comparison).as_bytes())?;
    } else {
        let paint = Paint::of(super::colour(&io::stdout()));
        out.write_all(compare::text(&comparison, paint, args.all).as_bytes())?;
    }
    out.flush()?;
    Ok(Outcome::Done)
}

/// One side: a file if there is one of that name, else a place in the store.
fn side(global: &Global, typed: &str) -> anyhow::Result<Result<Side, view::NotOne>> {
    let path = Path::new(typed);
    if path.is_file() {
        let mut documents = ingest::read(path);
        let raw = documents.next().with_context(|| format!("{typed}: no document in this file"))??;
        anyhow::ensure!(
            documents.next().is_none(),
            "{typed}: several documents; ingest them and name two by their ids"
        );
        return Ok(Ok(Side { name: typed.to_owned(), document: ingest::parse(raw), address: String::new() }));
    }
    let store = Store::open_existing(&global.store_dir()?)?;
    let found = store.read(|store| view::side(store, typed));
    match found {
        Ok(side) => Ok(Ok(side)),
        Err(ViewError::NotOne(why)) => Ok(Err(why)),
        Err(e) => Err(e.into()),
    }
}
