//! `phancap corpus add`.

use std::io::Write;
use std::path::PathBuf;

use super::{Outcome, progress};
use crate::corpus::add::Collection;
use crate::ingest;

/// Exit code 0: all were added; 1: some could not be read, or are in the collection already.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Files, archives or folders of the formats that `phancap formats` lists
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The collection's manifest (.jsonl); begun where it is not there. Texts go to a folder beside it, called like it
    #[arg(long, short, value_name = "MANIFEST")]
    manifest: PathBuf,
    /// Public address of the document; with a single document only
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    if args.url.is_some() && (args.files.len() > 1 || args.files[0].is_dir()) {
        anyhow::bail!("--url is the address of one document; add the files one by one");
    }
    if let Some(url) = args.url.as_deref()
        && !url.starts_with("https://")
        && !url.starts_with("http://")
    {
        anyhow::bail!("--url {url}: a public address begins with https:// or http://");
    }
    let bar = progress::counter("read", "documents of the collection");
    let mut collection = Collection::open(&args.manifest, |n| bar.set_position(n as u64))?;
    bar.finish_and_clear();
    let mut out = std::io::stdout().lock();
    let (mut added, mut left) = (0, 0);
    for raw in ingest::read_all(args.files) {
        let done = match raw {
            Ok(raw) => {
                let place = raw.source.clone();
                collection.add(raw, args.url.as_deref()).map(|a| (place, a)).map_err(anyhow::Error::from)
            }
            Err(error) => Err(error.into()),
        };
        match done {
            Ok((place, done)) => {
                added += 1;
                writeln!(out, "{}\t{}", done.id, done.file.display())?;
                for note in done.notes {
                    eprintln!("note: {place}: {note}");
                }
            }
            Err(error) => {
                left += 1;
                eprintln!("error: {}", super::chain(error.as_ref()));
            }
        }
    }
    eprintln!("{added} added, {left} left out");
    Ok(if left > 0 || added == 0 { Outcome::Incomplete } else { Outcome::Done })
}
