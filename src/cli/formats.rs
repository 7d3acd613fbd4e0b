//! `phancap formats`.

use std::io::Write;

use serde::Serialize;

use super::Outcome;
use crate::ingest::formats;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print one JSON object for each format
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row {
    format: &'static str,
    what: &'static str,
    missing: Option<String>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let mut out = std::io::stdout().lock();
    let own =
        [("jsonl", "lists with one document a line, also gzipped"), ("zip", "archives and folders: each file in them")];
    let own = own.into_iter().map(|(format, what)| Row { format, what, missing: None });
    let read = formats::all().iter().map(|f| Row {
        format: f.name(),
        what: f.about(),
        missing: f.missing().map(|e| e.to_string()),
    });
    let mut all_there = true;
    for row in read.chain(own) {
        all_there &= row.missing.is_none();
        if args.json {
            serde_json::to_writer(&mut out, &row)?;
            writeln!(out)?;
        } else {
            let state = row.missing.as_deref().unwrap_or("ready");
            writeln!(out, "{:6} {}: {state}", row.format, row.what)?;
        }
    }
    Ok(if all_there { Outcome::Done } else { Outcome::Incomplete })
}
