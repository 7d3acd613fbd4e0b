//! The command line: one file for each subcommand, with no logic of its own.
//!
//! Data goes to stdout, talk to stderr. Exit codes: 0 done; 1 nothing found, or finished with reported failures;
//! 2 usage or fatal error.

mod annotate;
mod compare;
mod consolidate;
mod corpus;
mod corpus_add;
mod corpus_check;
mod corpus_fetch;
mod demo;
mod eval;
mod eval_consolidation;
mod eval_formats;
mod eval_metadata;
mod eval_relations;
mod export;
mod export_leaves;
mod extract;
mod formats;
mod index;
mod ingest;
mod parse;
mod progress;
mod read_file;
mod relations;
mod report;
mod run;
mod search;
mod show;
mod tasks;
mod train;
mod train_accents;
mod train_first_stage;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args as ClapArgs, Parser, Subcommand};

use crate::encoder::Precision;

/// Finds state-management tasks in Vietnamese legal documents and suggests where each belongs.
#[derive(Parser)]
#[command(name = "phancap", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(ClapArgs, Clone)]
pub(crate) struct Global {
    /// Folder of the store: database, index and outputs [default: the platform's data folder]
    #[arg(long, global = true, env = "PHANCAP_STORE", value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// Folder of the model; without it the model embedded in this program is used
    #[arg(long, global = true, env = "PHANCAP_MODEL", value_name = "DIR")]
    pub model: Option<PathBuf>,
    /// Arithmetic of the model: int16 is the faster one; the answers of the two are kept apart
    #[arg(long, global = true, env = "PHANCAP_PRECISION", value_name = "f32|int16", default_value_t)]
    pub precision: Precision,
    /// Number of threads [default: all cores]
    #[arg(long, global = true, value_name = "N")]
    pub threads: Option<usize>,
}

impl Global {
    /// The store's folder: `--store`, `PHANCAP_STORE`, else the platform's data folder.
    pub fn store_dir(&self) -> anyhow::Result<PathBuf> {
        match &self.store {
            Some(dir) => Ok(dir.clone()),
            None => directories::ProjectDirs::from("vn", "", "phancap")
                .map(|d| d.data_dir().to_owned())
                .ok_or_else(|| anyhow::anyhow!("no home folder is known here; name the store with --store DIR")),
        }
    }
}

#[derive(Subcommand)]
enum Command {
    /// Do everything in one go: ingest, index, extract, register
    Run(run::Args),
    /// Run the main job on the bundled sample documents
    Demo(demo::Args),
    /// Read documents into the store
    Ingest(ingest::Args),
    /// List the formats that this machine can read, and what is missing for the others
    Formats(formats::Args),
    /// Bring the search index up to date with the store
    Index(index::Args),
    /// Search the provisions
    Search(search::Args),
    /// Show a document or provision with what it cites and what cites it
    Show(show::Args),
    /// Compare two documents, provisions or files, provision by provision
    Compare(compare::Args),
    /// Find the tasks in all provisions of the store
    Extract(extract::Args),
    /// List the tasks of the register
    Tasks(tasks::Args),
    /// Write the register to a file
    Export(export::Args),
    /// Write the provisions of the store as JSON lines
    ExportLeaves(export_leaves::Args),
    /// Print the summary of the register
    Report(report::Args),
    /// Print a document with what other documents in the store ordered to be changed in it
    Consolidate(consolidate::Args),
    /// Print what a document does to others, what others do to it, and whether it is in force
    Relations(relations::Args),
    /// Print the structure of one file
    Parse(parse::Args),
    /// Label provisions given as JSON lines
    Annotate(annotate::Args),
    /// Look after a collection of documents and its manifest
    Corpus(corpus::Args),
    /// Measure against labelled data
    Eval(eval::Args),
    /// Train the model
    Train(train::Args),
    /// Read one file from standard input, within bounds
    #[command(hide = true)]
    ReadFile(read_file::Args),
}

/// The model: the folder of `--model` or `PHANCAP_MODEL`, else the embedded one.
pub(crate) fn model(global: &Global) -> anyhow::Result<crate::extract::Staged> {
    match &global.model {
        Some(dir) => Ok(crate::extract::Staged::open(dir, global.precision)?),
        None => Ok(crate::extract::embedded(global.precision)?),
    }
}

/// What is in force on the day of `--as-of`.
pub(crate) fn on_day(
    store: &crate::store::Store,
    day: Option<jiff::civil::Date>,
) -> anyhow::Result<Option<crate::law::validity::OnDay>> {
    let Some(day) = day else { return Ok(None) };
    let unread = store.without_relations()?;
    if unread > 0 {
        eprintln!("note: {unread} documents were read before relations were looked for; ingest them again");
    }
    Ok(Some(store.graph()?.on(day)))
}

/// How a command ended, when it did not fail outright.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All done: exit code 0.
    Done,
    /// Nothing found, or some inputs failed and were reported: exit code 1.
    Incomplete,
}

/// Parses the arguments, runs the command and returns the exit code.
pub fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let Cli { global, command } = Cli::parse();
    if let Some(n) = global.threads {
        // The first caller wins; a second pool in one process cannot happen here.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(n).build_global();
    }
    if let Some(program) = this_program() {
        crate::ingest::sandbox::allow(program);
    }
    let result = match command {
        Command::Run(a) => run::run(&global, a),
        Command::Demo(a) => demo::run(&global, a),
        Command::Ingest(a) => ingest::run(&global, a),
        Command::Formats(a) => formats::run(&a),
        Command::Index(a) => index::run(&global, a),
        Command::Search(a) => search::run(&global, a),
        Command::Show(a) => show::run(&global, &a),
        Command::Compare(a) => compare::run(&global, &a),
        Command::Extract(a) => extract::run(&global, a),
        Command::Tasks(a) => tasks::run(&global, a),
        Command::Export(a) => export::run(&global, a),
        Command::ExportLeaves(a) => export_leaves::run(&global, a),
        Command::Report(a) => report::run(&global, a),
        Command::Consolidate(a) => consolidate::run(&global, &a),
        Command::Relations(a) => relations::run(&global, &a),
        Command::Parse(a) => parse::run(&global, a),
        Command::Annotate(a) => annotate::run(&global, a),
        Command::Corpus(a) => corpus::run(a),
        Command::Eval(a) => eval::run(&global, a),
        Command::Train(a) => train::run(&global, a),
        Command::ReadFile(a) => read_file::run(&a),
    };
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Incomplete) => ExitCode::from(1),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// This program, to be started again: by the system's link where there is one, since the file may be replaced meanwhile.
fn this_program() -> Option<PathBuf> {
    let link = PathBuf::from("/proc/self/exe");
    if link.exists() { Some(link) } else { std::env::current_exe().ok() }
}

/// Whether output is coloured: only for a person at a terminal who did not say no.
pub(crate) fn colour(out: &impl std::io::IsTerminal) -> bool {
    out.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// An error with its causes on one line; a cause that the message before it quotes already is not said twice.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !line.contains(&words) {
            line = format!("{line}: {words}");
        }
        cause = error.source();
    }
    line
}

/// `phancap … | head` closes our stdout early; that is not a failure.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|e| e.downcast_ref::<std::io::Error>()).any(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}
