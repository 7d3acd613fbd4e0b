//! `phancap eval relations`.

use std::io::Write;
use std::path::PathBuf;

use super::Outcome;
use crate::evaluate::relations::{self, Mark};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Marked relations, one passage a line
    #[arg(long, value_name = "FILE", required_unless_present = "list")]
    gold: Option<PathBuf>,
    /// Where the texts are: files or folders as `phancap ingest` reads them
    #[arg(long, value_name = "PATH", required = true, num_args = 1..)]
    documents: Vec<PathBuf>,
    /// Tell errors of this set only
    #[arg(long, value_name = "SET", conflicts_with = "list")]
    set: Option<String>,
    /// List every relation in the documents instead: the lists of two versions, compared with `diff`, show what a
    /// change gains and loses
    #[arg(long, conflicts_with = "gold")]
    list: bool,
    /// Print one JSON object
    #[arg(long, conflicts_with = "list")]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let Some(gold) = args.gold.as_ref().filter(|_| !args.list) else {
        relations::list(&args.documents, |place, m, words| -> anyhow::Result<()> {
            Ok(writeln!(out, "{place}\t{}\t{}\t{}", m.kind, target(&m), words.replace('\n', " "))?)
        })?;
        out.flush()?;
        return Ok(Outcome::Done);
    };
    let mut measured = relations::measure(gold, &args.documents)?;
    if let Some(set) = &args.set {
        measured.errors.retain(|e| e.1 == *set);
    }
    if args.json {
        serde_json::to_writer(&mut out, &measured)?;
        writeln!(out)?;
    } else {
        writeln!(out, "left out {}", measured.lost)?;
        for (name, c) in &measured.sets {
            writeln!(
                out,
                "{name}: passages {}, marked {}, found {}, right {}: precision {:.4}, recall {:.4}",
                c.passages, c.marked, c.found, c.right, c.precision, c.recall
            )?;
        }
        for (sign, set, place, mark) in &measured.errors {
            writeln!(out, "{sign} {set} {place}\t{}\t{}", mark.kind, target(mark))?;
        }
    }
    out.flush()?;
    Ok(if measured.sets.is_empty() { Outcome::Incomplete } else { Outcome::Done })
}

fn target(m: &Mark) -> String {
    let year = m.year.map_or_else(String::new, |y| format!("@{y}"));
    let part = if m.part { " (part)" } else { "" };
    format!("{}{year}#{}{part}", m.document, m.path)
}
