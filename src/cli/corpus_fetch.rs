//! `phancap corpus fetch`: the only command that opens a connection.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use super::{Outcome, progress};
use crate::corpus::fetch::{self, Counts, Event, Options, Proxies};

/// Exit code 0: all pages are there and unchanged; 1: some failed or have changed. The folder is a collection of its own:
/// DIR/manifest.jsonl names each page with its hash; later states of changed pages lie beside the first ones.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Manifest with the addresses (`url`): .jsonl, .jsonl.gz or .tsv
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
    /// Folder for the pages; a run that was stopped goes on from there
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// Least seconds between two requests to one host; a host's robots.txt may ask for more
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0, value_parser = seconds)]
    rate: f64,
    /// Longest time for one page, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, value_parser = seconds)]
    timeout: f64,
    /// Largest page, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 32, value_parser = clap::value_parser!(u64).range(1..=64))]
    max_size: u64,
    /// Tries for a page that may come later
    #[arg(long, value_name = "N", default_value_t = 3)]
    tries: u32,
    /// Pages to ask for at most
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Ask again for what is there, and tell what has changed
    #[arg(long)]
    again: bool,
    /// How the host can reach you, e.g. an e-mail address; sent with each request
    #[arg(long, value_name = "TEXT", default_value = "", value_parser = contact)]
    contact: String,
    /// Print the counts as one JSON object
    #[arg(long)]
    json: bool,
}

fn seconds(s: &str) -> Result<f64, String> {
    let seconds: f64 = s.parse().map_err(|_| "give a number of seconds".to_owned())?;
    if (0.0..=86_400.0).contains(&seconds) { Ok(seconds) } else { Err("give 0 to 86400 seconds".to_owned()) }
}

/// What can stand in a header.
fn contact(s: &str) -> Result<String, String> {
    let plain = s.chars().all(|c| matches!(c, ' '..='~') && !matches!(c, '(' | ')' | '\\'));
    if plain { Ok(s.to_owned()) } else { Err("use letters, digits and signs of ASCII, without brackets".to_owned()) }
}

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    let options = Options {
        rate: Duration::from_secs_f64(args.rate),
        timeout: Duration::from_secs_f64(args.timeout.max(0.1)),
        most_bytes: args.max_size << 20,
        tries: args.tries.max(1),
        limit: args.limit,
        again: args.again,
        contact: args.contact,
        proxies: Proxies::read(|name| std::env::var(name).ok())?,
        ..Options::default()
    };
    let bar = progress::counter("fetch", "documents");
    #[expect(clippy::disallowed_methods, reason = "only cli/ may ask the clock")]
    let now = || jiff::Timestamp::now();
    let counts = fetch::fetch(&args.manifest, &args.into, &options, &now, &mut |event| match event {
        Event::Done(_) => bar.inc(1),
        Event::Noted(id, note) => bar.suspend(|| eprintln!("note: {id}: {note}")),
        Event::Failed(error) => bar.suspend(|| eprintln!("error: {}", super::chain(error))),
        Event::Waiting(host, time) => bar.suspend(|| eprintln!("note: {host}: trying again in {} s", time.as_secs())),
    });
    bar.finish_and_clear();
    let counts = counts?;
    let line = if args.json { serde_json::to_string(&counts)? } else { told(&counts) };
    writeln!(std::io::stdout().lock(), "{line}")?;
    let changed = counts.text_changed + counts.page_changed;
    let nothing = counts.fetched + counts.there + counts.unchanged == 0;
    Ok(if counts.failed > 0 || changed > 0 || nothing { Outcome::Incomplete } else { Outcome::Done })
}

fn told(c: &Counts) -> String {
    format!(
        "{} fetched, {} there already, {} unchanged, {} with another page, {} with another text, {} failed, {} without address",
        c.fetched, c.there, c.unchanged, c.page_changed, c.text_changed, c.failed, c.without_address
    )
}
