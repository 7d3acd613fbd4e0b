//! `phancap train`.

use std::path::PathBuf;

use super::{Global, Outcome, train_first_stage};
use crate::train::{Config, Progress, finish, train};

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
}

pub(crate) fn run(global: &Global, args: Args) -> anyhow::Result<Outcome> {
    if let Some(Part::FirstStage(args)) = args.part {
        return train_first_stage::run(global, args);
    }
    let config = Config::read(&args.config)?;
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
    train(&config, &args.work, 20, &mut report)?;
    let finished = finish(&config, &args.work, &args.output, &mut |text| eprintln!("{text}"))?;
    println!("{}", serde_json::to_string_pretty(&finished)?);
    Ok(Outcome::Done)
}
