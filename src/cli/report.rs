//! `phancap report`: the register in figures.

use std::io::Write;

use super::{Global, Outcome};
use crate::report::Summary;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(global: &Global, args: Args) -> anyhow::Result<Outcome> {
    let (run, tasks) = super::tasks::register(global)?;
    let summary = Summary::of(&run, &tasks);
    let text = if args.json { format!("{}\n", summary.json()) } else { summary.text() };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    // An empty register is a finding, but not one to pipe on as if it were full.
    Ok(if tasks.is_empty() { Outcome::Incomplete } else { Outcome::Done })
}
