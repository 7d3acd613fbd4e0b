//! `phancap run`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{Global, Outcome, extract, index, ingest};
use crate::register::{self, Options};
use crate::report::{self, Format, Summary};
use crate::store::Store;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Files and folders: .jsonl or .jsonl.gz with one document a line, .txt, folders of these
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Read with the rule baseline instead of the model
    #[arg(long)]
    rules: bool,
    /// Only what is in force on this day, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    as_of: Option<jiff::civil::Date>,
}

pub(crate) fn run(global: &Global, args: Args) -> anyhow::Result<Outcome> {
    let dir = global.store_dir()?;
    everything(global, &dir, &args.paths, args.rules, args.as_of)
}

/// Ingest, index, extract, register and files, with the summary on stdout and where things are on stderr.
pub(crate) fn everything(
    global: &Global,
    dir: &Path,
    paths: &[PathBuf],
    rules: bool,
    as_of: Option<jiff::civil::Date>,
) -> anyhow::Result<Outcome> {
    // The model first: nobody should wait for the documents to be told that it is missing.
    let reader = extract::reader(global, rules)?;
    let began = Instant::now();
    let mut store = Store::open(dir)?;
    let counts = ingest::load_all(&mut store, paths)?;
    eprintln!("{} ({:.1} s)", ingest::told(&counts), began.elapsed().as_secs_f64());

    let started = Instant::now();
    let synced = index::bring_up_to_date(&store, dir, false)?;
    eprintln!("{}", index::told(&synced, started));

    let started = Instant::now();
    let on = super::on_day(&store, as_of)?;
    let read = extract::extract_all(&mut store, reader.as_ref(), on.as_ref())?;
    eprintln!("read {read} new provisions in {:.1} s", started.elapsed().as_secs_f64());

    let (info, tasks, left_out) = register::rebuild_on(&mut store, reader.version(), &Options::default(), on.as_ref())?;
    if let Some(on) = &on {
        eprintln!("provisions with a task left out as not in force on {}: {left_out}", on.day);
    }
    print!("{}", Summary::of(&info, &tasks).text());
    let files = [("register.xlsx", Format::Xlsx), ("register.jsonl", Format::Jsonl)];
    for (name, format) in files {
        let path = dir.join(name);
        report::write_file(&path, |out| report::write(out, format, &info, &tasks))?;
        eprintln!("written: {}", path.display());
    }
    eprintln!("done in {:.1} s; store: {}", began.elapsed().as_secs_f64(), dir.display());
    Ok(if counts.failed > 0 || tasks.is_empty() { Outcome::Incomplete } else { Outcome::Done })
}
