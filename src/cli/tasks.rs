//! `phancap tasks`: the rows of the register, filtered.

use std::io::Write;

use anyhow::Context as _;

use super::{Global, Outcome};
use crate::law::{Category, Field, Level, RunInfo, Task};
use crate::report;
use crate::store::Store;
use crate::text::fold;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print one JSON object a line, as `export --format jsonl` writes them
    #[arg(long)]
    json: bool,
    /// Only this field, by its code (e.g. VT, TDC); `none` for tasks without one
    #[arg(long, value_name = "CODE")]
    field: Option<String>,
    /// Only holders whose name contains these words, with or without accents
    #[arg(long, value_name = "WORDS")]
    holder: Option<String>,
    /// Only this level: QH, CP, TTG, BO, CUC, TINH, HUYEN, XA, KHAC
    #[arg(long)]
    level: Option<Level>,
    /// Only this category, e.g. decentralise_to_local
    #[arg(long)]
    category: Option<Category>,
    /// Only tasks set by this document, by its number (65/2023/NĐ-CP) or its id
    #[arg(long, value_name = "NUMBER")]
    document: Option<String>,
    /// Only proposals at least this sure, 0 to 1
    #[arg(long, value_name = "P")]
    min_confidence: Option<f64>,
    /// Only tasks that want a second look
    #[arg(long)]
    needs_review: bool,
    /// Only the task with this code, with probabilities, evidence and the nearest labelled provisions
    #[arg(long, value_name = "CODE")]
    explain: Option<String>,
    /// At most this many tasks
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Leave out the first so many
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: usize,
}

/// The register of the store, or an error that names the command that makes one.
pub(super) fn register(global: &Global) -> anyhow::Result<(RunInfo, Vec<Task>)> {
    let dir = global.store_dir()?;
    Store::open_existing(&dir)?.register()?.with_context(|| {
        format!(
            "the store in {} has no register yet; make one with `phancap run PATH` or, after `phancap ingest`, with \
             `phancap extract`",
            dir.display()
        )
    })
}

pub(crate) fn run(global: &Global, args: Args) -> anyhow::Result<Outcome> {
    let filter = Filter::new(&args)?;
    let (_, tasks) = register(global)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let chosen = tasks.iter().filter(|t| filter.takes(t)).skip(args.offset);
    let mut shown = 0;
    for task in chosen.take(args.limit.unwrap_or(usize::MAX)) {
        if args.json {
            writeln!(out, "{}", report::json_line(task))?;
        } else {
            write!(out, "{}", if shown > 0 { "\n" } else { "" })?;
            let text = if args.explain.is_some() { report::explanation(task) } else { report::task_text(task) };
            write!(out, "{text}")?;
        }
        shown += 1;
    }
    out.flush()?;
    if shown == 0 {
        eprintln!("no task matches; the register has {}", tasks.len());
        return Ok(Outcome::Incomplete);
    }
    Ok(Outcome::Done)
}

/// The filters, ready to compare.
struct Filter<'a> {
    field: Option<Option<Field>>,
    holder: Option<String>,
    document: Option<String>,
    args: &'a Args,
}

impl<'a> Filter<'a> {
    fn new(args: &'a Args) -> anyhow::Result<Filter<'a>> {
        let field = match args.field.as_deref() {
            None => None,
            Some("none") => Some(None),
            Some(code) => Some(Some(code.to_uppercase().parse()?)),
        };
        let folded = |s: &Option<String>| s.as_deref().map(|s| fold(s.trim()));
        Ok(Filter { field, holder: folded(&args.holder), document: folded(&args.document), args })
    }

    fn takes(&self, task: &Task) -> bool {
        let args = self.args;
        self.field.is_none_or(|f| f == task.field)
            && args.level.is_none_or(|l| l == task.level)
            && args.category.is_none_or(|c| c == task.category)
            && args.min_confidence.is_none_or(|p| task.confidence >= p)
            && args.explain.as_ref().is_none_or(|code| task.code.eq_ignore_ascii_case(code.trim()))
            && (!args.needs_review || task.needs_review)
            && self.holder.as_ref().is_none_or(|h| fold(&task.holder).contains(h.as_str()))
            && self
                .document
                .as_ref()
                .is_none_or(|d| task.legal_bases.iter().any(|b| fold(&b.number) == *d || fold(&b.doc) == *d))
    }
}
