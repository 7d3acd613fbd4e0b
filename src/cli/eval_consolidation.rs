//! `phancap eval consolidation`.

use std::io::Write;
use std::path::PathBuf;

use super::Outcome;
use crate::evaluate::consolidation;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Consolidated texts and what they are made of, one JSON line each
    #[arg(long, value_name = "FILE")]
    cases: PathBuf,
    /// Where the texts are: files or folders as `phancap ingest` reads them
    #[arg(long, value_name = "PATH", required = true, num_args = 1..)]
    documents: Vec<PathBuf>,
    /// Print one JSON object a line: one for each text, then the sum
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let compared = consolidation::measure(&args.cases, &args.documents)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for c in &compared {
        if args.json {
            writeln!(out, "{}", serde_json::to_string(c)?)?;
            continue;
        }
        let failed: usize = c.failed.values().sum();
        writeln!(
            out,
            "{}: applied {}, not {failed}; of {} điều touched {} alike ({} without amendments); of all {} điều {} alike",
            c.consolidated, c.applied, c.touched, c.alike, c.alike_before, c.articles, c.articles_alike
        )?;
    }
    out.flush()?;
    Ok(if compared.len() < 2 { Outcome::Incomplete } else { Outcome::Done })
}
