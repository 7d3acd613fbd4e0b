//! `phancap corpus`.

use super::{Outcome, corpus_add, corpus_check, corpus_fetch};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    part: Part,
}

#[derive(clap::Subcommand)]
enum Part {
    /// Add documents to a collection: the text as a file, its facts as a line of the manifest
    Add(corpus_add::Args),
    /// Tell what looks wrong in a collection: hashes, duplicates, missing điều, dates, titles, numbers
    Check(corpus_check::Args),
    /// Fetch the documents of a manifest from their public addresses; the only command that opens a connection
    Fetch(corpus_fetch::Args),
}

pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    match args.part {
        Part::Add(a) => corpus_add::run(a),
        Part::Check(a) => corpus_check::run(&a),
        Part::Fetch(a) => corpus_fetch::run(a),
    }
}
