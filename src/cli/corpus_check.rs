//! `phancap corpus check`.

use std::io::Write;
use std::path::PathBuf;

use super::{Outcome, progress};
use crate::corpus::check::{self, Checked, Finding, Severity};

/// Exit code 0: nothing to mend or look at (notes may be); 1: findings.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Metadata lines (.jsonl, .jsonl.gz) with `text` or `file`, or a table (.tsv)
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
    /// Folder with the texts as ID.txt, for a manifest that names none
    #[arg(long, value_name = "DIR")]
    texts: Option<PathBuf>,
    /// The day of the check: no document is issued after it [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<jiff::civil::Date>,
    /// Findings of one kind that are shown
    #[arg(long, value_name = "N", default_value_t = 20, conflicts_with = "json")]
    most: usize,
    /// Print one JSON object for each finding
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    #[expect(clippy::disallowed_methods, reason = "only cli/ may ask the clock")]
    let today = args.today.unwrap_or_else(|| jiff::Zoned::now().date());
    let bar = progress::counter("check", "documents");
    let options = check::Options { today, texts: args.texts.as_deref() };
    let checked = check::check(&args.manifest, options, |n| bar.set_position(n as u64));
    bar.finish_and_clear();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    if args.json {
        for finding in &checked.findings {
            serde_json::to_writer(&mut out, finding)?;
            writeln!(out)?;
        }
    } else {
        show(&mut out, &checked, args.most)?;
    }
    out.flush()?;
    eprintln!("{}", told(&checked));
    let nothing = checked.documents == 0;
    Ok(if nothing || checked.has_findings() { Outcome::Incomplete } else { Outcome::Done })
}

/// Findings by kind, the first `most` of each.
fn show(out: &mut impl Write, checked: &Checked, most: usize) -> std::io::Result<()> {
    for group in checked.findings.chunk_by(|a, b| (a.severity, a.code) == (b.severity, b.code)) {
        let Finding { severity, code, .. } = &group[0];
        writeln!(out, "{} {}: {}", word(*severity), code.name(), group.len())?;
        for f in group.iter().take(most) {
            let who = if f.id.is_empty() { String::new() } else { format!("{}: ", f.id) };
            writeln!(out, "  {who}{}", f.message)?;
        }
        if group.len() > most {
            writeln!(out, "  … and {} more (--most N, --json)", group.len() - most)?;
        }
    }
    Ok(())
}

fn told(checked: &Checked) -> String {
    let count = |s| checked.findings.iter().filter(|f| f.severity == s).count();
    format!(
        "{} documents, {} with text: {} errors, {} warnings, {} notes",
        checked.documents,
        checked.texts,
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Note)
    )
}

const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
