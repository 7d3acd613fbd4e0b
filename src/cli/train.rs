//! `phancap train`.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Global, Outcome, train_accents, train_first_stage};
use crate::evaluate::gold;
use crate::law::GoldLine;
use crate::train::{Config, Progress, finish, held_out, out_of_fold, precedents, train};

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    part: Option<Part>,
    /// Configuration of the training
    #[arg(long, value_name = "FILE", default_value = "models/train.toml")]
    config: PathBuf,
    /// Folder for checkpoints; a run that was stopped goes on from there
    #[arg(long, value_name = "DIR", default_value = "target/train")]
    work: PathBuf,
    /// Folder to write the finished model to
    #[arg(long, value_name = "DIR", default_value = "models")]
    output: PathBuf,
}

#[derive(clap::Subcommand)]
enum Part {
    /// Train the first stage alone and report what it skips
    FirstStage(train_first_stage::Args),
    /// Count the syllables that lost diacritics are given back by
    Accents(train_accents::Args),
    /// Make the precedents of a finished model again
    Precedents {
        /// Configuration that names the labelled files
        #[arg(long, value_name = "FILE", default_value = "models/train.toml")]
        config: PathBuf,
        /// Folder of the model; the precedents are written beside it
        #[arg(long, value_name = "DIR", default_value = "models")]
        output: PathBuf,
    },
    /// Write the labelled lines that training holds out, to measure on without touching the test data
    HeldOut {
        /// Configuration that names the labelled files
        #[arg(long, value_name = "FILE", default_value = "models/train.toml")]
        config: PathBuf,
    },
    /// Train without one fold of the documents and write what that model says of them, calibration crossed; without texts,
    /// `phancap eval labels --predicted` joins them with the labelled lines
    Fold {
        /// Configuration of the training
        #[arg(long, value_name = "FILE", default_value = "models/train.toml")]
        config: PathBuf,
        /// Folder for checkpoints; a run that was stopped goes on from there
        #[arg(long, value_name = "DIR")]
        work: PathBuf,
        /// Which fold: K/N, K from 1
        #[arg(long, value_name = "K/N", value_parser = fold)]
        fold: (usize, usize),
    },
}

fn fold(s: &str) -> Result<(usize, usize), String> {
    let parts = s.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
    match parts {
        Some((k, n)) if n >= 2 && (1..=n).contains(&k) => Ok((k, n)),
        _ => Err("give K/N with K from 1 to N and N at least 2, e.g. 1/5".to_owned()),
    }
}

pub(crate) fn run(global: &Global, args: Args) -> anyhow::Result<Outcome> {
    match args.part {
        None => {}
        Some(Part::FirstStage(args)) => return train_first_stage::run(global, args),
        Some(Part::Accents(args)) => return train_accents::run(&args),
        Some(Part::Precedents { config, output }) => {
            let n = precedents(&Config::read(&config)?, &output)?;
            eprintln!("{n} precedents written to {}", output.display());
            return Ok(Outcome::Done);
        }
        Some(Part::HeldOut { config }) => return print(&held_out(&Config::read(&config)?)?),
        Some(Part::Fold { config, work, fold: (k, n) }) => {
            let config = Config { held_out: n, held_first: k - 1, ..Config::read(&config)? };
            teach(&config, &work)?;
            let lines = out_of_fold(&config, &work)?;
            return print(&lines.into_iter().map(GoldLine::without_texts).collect::<Vec<_>>());
        }
    }
    let config = Config::read(&args.config)?;
    teach(&config, &args.work)?;
    let finished = finish(&config, &args.work, &args.output, &mut |text| eprintln!("{text}"))?;
    println!("{}", serde_json::to_string_pretty(&finished)?);
    Ok(Outcome::Done)
}

fn print(lines: &[GoldLine]) -> anyhow::Result<Outcome> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    lines.iter().try_for_each(|l| gold::write(&mut out, l))?;
    out.flush()?;
    Ok(Outcome::Done)
}

/// Trains, telling how it goes.
fn teach(config: &Config, work: &Path) -> anyhow::Result<()> {
    let began = std::time::Instant::now();
    let mut last = began;
    let mut report = |text: &str, progress: Option<Progress>| match progress {
        None => eprintln!("{text}"),
        Some(p) => {
            let rate = p.tokens as f64 / last.elapsed().as_secs_f64();
            last = std::time::Instant::now();
            let [total, kind, tags, pointer, level, outcome] = p.loss;
            eprintln!(
                "epoch {} step {}/{} loss {total:.3} (kind {kind:.3} tags {tags:.3} holder {pointer:.3} level {level:.3} \
                 outcome {outcome:.3}) gradient {:.2} {rate:.0} tokens/s {:.0} s",
                p.epoch,
                p.step,
                p.steps,
                p.norm,
                began.elapsed().as_secs_f64()
            );
        }
    };
    Ok(train(config, work, 20, &mut report)?)
}
