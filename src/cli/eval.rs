//! `phancap eval`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Subcommand;
use serde::Serialize;

use super::{Global, Outcome};
use crate::evaluate::score::{self, Score};
use crate::evaluate::{gold, table};
use crate::extract::Annotator;
use crate::extract::rules::Rules;
use crate::law::{GoldLine, Unit};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Measure the model and the rule baseline on labelled provisions
    Labels(Labels),
}

#[derive(clap::Args)]
struct Labels {
    /// Labelled provisions, one JSON line each
    #[arg(long, value_name = "FILE")]
    gold: PathBuf,
    /// Measure these predicted lines instead of running model and rules
    #[arg(long, value_name = "FILE")]
    predicted: Option<PathBuf>,
    /// Also list the provisions that the first system judges better or worse than these predicted lines
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Also write the predicted lines of each system to DIR, as NAME.jsonl
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
    /// Number of resamples of documents that make the intervals; 0 for none
    #[arg(long, value_name = "N", default_value_t = score::RESAMPLES)]
    boot: usize,
    /// Print one JSON object a line: one for each system, then one for each changed provision
    #[arg(long)]
    json: bool,
}

/// One system's answers and how good they are.
#[derive(Serialize)]
struct Measured {
    system: String,
    version: Option<String>,
    #[serde(flatten)]
    score: Score,
    #[serde(skip)]
    lines: Vec<GoldLine>,
}

pub(crate) fn run(global: &Global, args: Args) -> anyhow::Result<Outcome> {
    match args.what {
        What::Labels(args) => labels(global, &args),
    }
}

fn labels(global: &Global, args: &Labels) -> anyhow::Result<Outcome> {
    let gold = gold::read(&args.gold)?;
    let mut systems = Vec::new();
    if let Some(path) = &args.predicted {
        let lines = gold::read(path)?;
        let score = score::score(&gold, &lines, args.boot)?;
        systems.push(Measured { system: "predicted".to_owned(), version: None, score, lines });
    } else {
        for (name, system) in annotators(global)? {
            let lines = answer(system.as_ref(), &gold).with_context(|| format!("{name} on {}", args.gold.display()))?;
            let score = score::score(&gold, &lines, args.boot)?;
            let version = Some(system.version().to_owned());
            systems.push(Measured { system: name.to_owned(), version, score, lines });
        }
    }
    if let Some(dir) = &args.write {
        for m in &systems {
            write_lines(dir, &m.system, &m.lines)?;
        }
    }
    let changes = match &args.against {
        Some(path) => score::changes(&gold, &gold::read(path)?, &systems[0].lines)?,
        None => Vec::new(),
    };
    let mut out = std::io::stdout().lock();
    if args.json {
        for m in &systems {
            serde_json::to_writer(&mut out, m)?;
            writeln!(out)?;
        }
        for c in &changes {
            serde_json::to_writer(&mut out, c)?;
            writeln!(out)?;
        }
    } else {
        let columns: Vec<(&str, &Score)> = systems.iter().map(|m| (m.system.as_str(), &m.score)).collect();
        write!(out, "{}", table::scores(&columns))?;
        if args.against.is_some() {
            write!(out, "\n{}", table::changes(&changes))?;
        }
    }
    Ok(Outcome::Done)
}

/// The systems that are measured beside each other, the model first.
fn annotators(global: &Global) -> anyhow::Result<Vec<(&'static str, Box<dyn Annotator>)>> {
    Ok(vec![("model", Box::new(super::model(global)?)), ("rules", Box::new(Rules::new()))])
}

fn answer(system: &dyn Annotator, gold: &[GoldLine]) -> anyhow::Result<Vec<GoldLine>> {
    let units: Vec<Unit> = gold.iter().map(GoldLine::unit).collect();
    let answers = system.annotate(&units)?;
    anyhow::ensure!(answers.len() == gold.len(), "{} answers to {} provisions", answers.len(), gold.len());
    Ok(gold.iter().cloned().zip(answers).map(|(line, answer)| line.answered(answer)).collect())
}

fn write_lines(dir: &Path, name: &str, lines: &[GoldLine]) -> anyhow::Result<()> {
    let path = dir.join(format!("{name}.jsonl"));
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(dir)?;
        let mut file = tempfile::NamedTempFile::new_in(dir)?;
        {
            let mut out = std::io::BufWriter::new(&mut file);
            lines.iter().try_for_each(|l| gold::write(&mut out, l))?;
            out.flush()?;
        }
        file.as_file().sync_all()?;
        file.persist(&path)?;
        Ok(())
    };
    write().with_context(|| format!("{}: cannot be written", path.display()))
}
