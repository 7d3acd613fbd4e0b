//! `phancap train first-stage`.

use std::io::Write;
use std::path::PathBuf;

use super::{Global, Outcome};
use crate::evaluate::gold;
use crate::extract::first_stage::{self, Part};

/// Files of labelled provisions in the data folder, the ministry's own documents first.
const FILES: [&str; 3] = ["train", "train-focus", "train-other"];

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folder with train.jsonl, train-focus.jsonl and train-other.jsonl
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// File that the stage is written to
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Seed of folds and training
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Also write the out-of-fold verdict on each line, as JSON lines: part, id, passes
    #[arg(long, value_name = "FILE")]
    passes: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(_global: &Global, args: Args) -> anyhow::Result<Outcome> {
    let mut files = Vec::new();
    for name in FILES {
        files.push(gold::read(&args.data.join(format!("{name}.jsonl")))?);
    }
    let parts: Vec<Part<'_>> = FILES.iter().zip(&files).map(|(name, lines)| Part { name, lines }).collect();
    let (stage, report) = first_stage::train(&parts, args.seed)?;
    stage.save(&args.output)?;
    if let Some(path) = &args.passes {
        let mut out = Vec::new();
        for (part, passes) in parts.iter().zip(&report.passes) {
            for (line, passes) in part.lines.iter().zip(passes) {
                writeln!(out, "{}", serde_json::json!({"part": part.name, "id": line.id, "passes": passes}))?;
            }
        }
        crate::report::write_file(path, |file| Ok(file.write_all(&out)?))?;
    }
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, &report)?;
        writeln!(out)?;
    } else {
        write!(out, "{report}")?;
    }
    let passed = report.parts.last().map_or((0, 0), |all| (all.passed, all.lines));
    eprintln!("{} of {} lines pass; {} written to {}", passed.0, passed.1, stage.version(), args.output.display());
    Ok(Outcome::Done)
}
