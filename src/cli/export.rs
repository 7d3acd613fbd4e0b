//! `phancap export`: the register as a file.

use std::io::Write;
use std::path::PathBuf;

use super::{Global, Outcome};
use crate::report::{self, Format};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Format of the file
    #[arg(long, value_enum)]
    format: Kind,
    /// Where to write; `-` for stdout
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Kind {
    /// One JSON object a line, with full addresses, probabilities and spans
    Jsonl,
    /// The ministry's table with the codes behind it, for spreadsheets and programs
    Csv,
    /// The ministry's table and the summary as a workbook, ready to print
    Xlsx,
}

pub(crate) fn run(global: &Global, args: Args) -> anyhow::Result<Outcome> {
    let (run, tasks) = super::tasks::register(global)?;
    let format = match args.format {
        Kind::Jsonl => Format::Jsonl,
        Kind::Csv => Format::Csv,
        Kind::Xlsx => Format::Xlsx,
    };
    if args.output.as_os_str() == "-" {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        report::write(&mut out, format, &run, &tasks)?;
        out.flush()?;
    } else {
        report::write_file(&args.output, |out| report::write(out, format, &run, &tasks))?;
        eprintln!("{} tasks written to {}", tasks.len(), args.output.display());
    }
    Ok(Outcome::Done)
}
