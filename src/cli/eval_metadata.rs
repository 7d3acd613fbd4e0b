//! `phancap eval metadata`.

use std::io::Write;
use std::path::PathBuf;

use super::Outcome;
use crate::evaluate::metadata::{self, Difference, FIELDS};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Marked documents, one JSON line each
    #[arg(long, value_name = "FILE", required_unless_present = "compare")]
    gold: Option<PathBuf>,
    /// Where the texts are: files or folders as `phancap ingest` reads them
    #[arg(long, value_name = "PATH", required = true, num_args = 1..)]
    documents: Vec<PathBuf>,
    /// Only the marks of this part: tune or unseen
    #[arg(long, value_name = "PART", conflicts_with = "compare")]
    part: Option<String>,
    /// Compare with the facts that the collection states instead
    #[arg(long, conflicts_with = "gold")]
    compare: bool,
    /// Print one JSON object; with --compare one a line, a difference each, then the counts
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let documents = match args.gold.as_ref().filter(|_| !args.compare) {
        Some(gold) => measured(gold, args, &mut out)?,
        None => compared(args, &mut out)?,
    };
    out.flush()?;
    Ok(if documents == 0 { Outcome::Incomplete } else { Outcome::Done })
}

fn measured(gold: &std::path::Path, args: &Args, out: &mut impl Write) -> anyhow::Result<usize> {
    let m = metadata::measure(gold, &args.documents, args.part.as_deref())?;
    if args.json {
        serde_json::to_writer(&mut *out, &m)?;
        writeln!(out)?;
        return Ok(m.documents);
    }
    writeln!(out, "documents {} (left out {})", m.documents, m.lost)?;
    writeln!(out, "{:<15} {:>6} {:>6} {:>8}", "field", "right", "wrong", "missing")?;
    for field in FIELDS {
        let c = m.fields.get(field).copied().unwrap_or_default();
        writeln!(out, "{field:<15} {:>6} {:>6} {:>8}", c.right, c.wrong, c.missing)?;
    }
    writeln!(out, "right of all fields {:.4}", m.share)?;
    for d in &m.differences {
        writeln!(out, "{}", line(d))?;
    }
    Ok(m.documents)
}

fn compared(args: &Args, out: &mut impl Write) -> anyhow::Result<usize> {
    let json = args.json;
    let agreements = metadata::compare(&args.documents, |_, d| -> anyhow::Result<()> {
        match json {
            true => Ok(writeln!(out, "{}", serde_json::to_string(d)?)?),
            false => Ok(writeln!(out, "{}", line(d))?),
        }
    })?;
    if json {
        writeln!(out, "{}", serde_json::to_string(&agreements)?)?;
    } else {
        writeln!(
            out,
            "{:<13} {:>6} {:>6} {:>12} {:>11} {:>8}",
            "field", "same", "differ", "only stated", "only found", "neither"
        )?;
        for (field, a) in &agreements {
            writeln!(
                out,
                "{field:<13} {:>6} {:>6} {:>12} {:>11} {:>8}",
                a.same, a.differ, a.only_stated, a.only_found, a.neither
            )?;
        }
    }
    Ok(agreements.values().next().map_or(0, |a| a.same + a.differ + a.only_stated + a.only_found + a.neither))
}

fn line(d: &Difference) -> String {
    format!("{}\t{}\t- {}\t+ {}", d.doc, d.field, d.marked, d.found)
}
