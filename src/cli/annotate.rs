//! `phancap annotate`.

use std::io::{BufWriter, Write};

use super::{Global, Outcome};
use crate::evaluate::gold::{self, Reader};

/// Lines read before an answer is written: bounds memory, and lets like lengths be read together.
const BATCH: usize = 256;

#[derive(clap::Args)]
#[command(after_help = "Reads JSON lines with doc_kind, title, lead and text on stdin and writes the same lines, \
in order, with kind, mentions and p_task. A line that cannot be read is reported and left out (exit code 1).")]
pub(crate) struct Args {
    /// Answer with the rule baseline instead of the model
    #[arg(long)]
    rules: bool,
}

pub(crate) fn run(global: &Global, args: Args) -> anyhow::Result<Outcome> {
    let reader = super::extract::reader(global, args.rules)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut failed = false;
    let mut batch = Vec::with_capacity(BATCH);
    let mut input = Reader::new("stdin", std::io::stdin().lock());
    loop {
        let next = input.next();
        let end = next.is_none();
        match next {
            Some(Ok(line)) => batch.push(line),
            Some(Err(e @ gold::GoldError::Line { .. })) => {
                eprintln!("error: {e}");
                failed = true;
            }
            Some(Err(e)) => return Err(e.into()),
            None => {}
        }
        if batch.len() == BATCH || (end && !batch.is_empty()) {
            let units: Vec<_> = batch.iter().map(gold::GoldLine::unit).collect();
            for (line, answer) in batch.drain(..).zip(reader.annotate(&units)?) {
                gold::write(&mut out, &line.answered(answer))?;
            }
            out.flush()?;
        }
        if end {
            return Ok(if failed { Outcome::Incomplete } else { Outcome::Done });
        }
    }
}
