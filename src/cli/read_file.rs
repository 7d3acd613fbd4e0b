//! `phancap read-file`: how this program reads one untrusted file in a process of its own. Not for people.

use super::Outcome;
use crate::ingest::sandbox::{self, Bounds};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The file may be an archive
    #[arg(long)]
    archive: bool,
    /// MiB of memory
    #[arg(long)]
    memory: u64,
    /// MiB of memory once pages are recognised
    #[arg(long)]
    memory_for_pages: u64,
    /// Seconds of processor time
    #[arg(long)]
    seconds: u64,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let Args { archive, memory, memory_for_pages, seconds } = *args;
    sandbox::serve(&Bounds { memory, memory_for_pages, seconds }, archive)?;
    Ok(Outcome::Done)
}
