//! `phancap eval`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Subcommand;
use serde::Serialize;

use super::{Global, Outcome};
use crate::evaluate::robust::{self, Condition};
use crate::evaluate::score::{self, Score};
use crate::evaluate::{citations, confusion, faithful, gold, led, snapshot, table};
use crate::extract::Annotator;
use crate::extract::rules::Rules;
use crate::files;
use crate::law::{GoldLine, Unit};
use crate::store::Store;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Measure the model and the rule baseline on labelled provisions
    Labels(Labels),
    /// Measure whether the words shown as evidence carry the model's proposals
    Evidence(Evidence),
    /// Measure what unaccented, capital, badly scanned and long texts cost the model
    Robust(Robust),
    /// Measure how much of the text each reader of a format gets, one JSON line for each file
    Formats(super::eval_formats::Args),
    /// Measure the finder of relations between documents on relations marked by reading, or list what it finds
    Relations(super::eval_relations::Args),
    /// Compare documents with the amendments found applied with their official consolidated texts
    Consolidation(super::eval_consolidation::Args),
    /// Measure the citation finder on citations marked by reading, or list what it finds
    Citations(Citations),
    /// Measure what texts say about themselves (number, title, issuer, dates, signers) against marks made by reading
    Metadata(super::eval_metadata::Args),
}

#[derive(clap::Args)]
struct Citations {
    /// Marked citations, one provision a line
    #[arg(long, value_name = "FILE", required_unless_present_any = ["list", "snapshot", "led"])]
    gold: Option<PathBuf>,
    /// Where the texts are: files or folders as `phancap ingest` reads them
    #[arg(long, visible_alias = "corpus", value_name = "PATH", required_unless_present = "led", num_args = 1..)]
    documents: Vec<PathBuf>,
    /// Print which citations were gained (+), lost (-) or lead elsewhere (~) since this file was written; write it if it is
    /// not there
    #[arg(long, value_name = "FILE", conflicts_with_all = ["gold", "list", "json"])]
    snapshot: Option<PathBuf>,
    /// Write the snapshot anew after comparing
    #[arg(long, requires = "snapshot")]
    update: bool,
    /// A new snapshot of so many documents, drawn by their ids; an old one keeps its documents
    #[arg(long, value_name = "N", requires = "snapshot")]
    sample: Option<usize>,
    /// Count instead how many citations of the store lead to a document and a provision that it has
    #[arg(long, conflicts_with_all = ["gold", "list", "snapshot", "documents"])]
    led: bool,
    /// List every citation in the documents instead: the lists of two versions, compared with `diff`, show what a
    /// change gains and loses
    #[arg(long, conflicts_with = "gold")]
    list: bool,
    /// Print one JSON object
    #[arg(long, conflicts_with = "list")]
    json: bool,
}

#[derive(clap::Args)]
struct Robust {
    /// Labelled provisions, one JSON line each
    #[arg(long, value_name = "FILE")]
    gold: PathBuf,
    /// At most so many of them, drawn with the seed
    #[arg(long, value_name = "N", default_value_t = 400)]
    sample: usize,
    /// At most so many of those for the long condition, which takes five times as long
    #[arg(long, value_name = "N", default_value_t = 100)]
    long_sample: usize,
    /// Seed of samples and noise
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Measure the rule baseline instead of the model
    #[arg(long)]
    rules: bool,
    /// Print one JSON object a line, one for each condition
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Evidence {
    /// Provisions, one JSON line each; their labels are not used
    #[arg(long, value_name = "FILE")]
    gold: PathBuf,
    /// Random draws of as many words, for each mention
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    draws: u16,
    /// Seed of the draws
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Labels {
    /// Labelled provisions, one JSON line each; may be given several times
    #[arg(long, value_name = "FILE", required = true)]
    gold: Vec<PathBuf>,
    /// Measure these predicted lines instead of running model and rules; may be given several times. Lines without
    /// texts are joined with the labelled ones
    #[arg(long, value_name = "FILE")]
    predicted: Vec<PathBuf>,
    /// Also list the provisions that the first system judges better or worse than these predicted lines
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Also write the predicted lines of each system to DIR, as NAME.jsonl
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
    /// Also print which class the first system takes for which
    #[arg(long)]
    confusion: bool,
    /// Number of resamples of documents that make the intervals; 0 for none
    #[arg(long, value_name = "N", default_value_t = score::RESAMPLES)]
    boot: usize,
    /// Print one JSON object a line: one for each system, then one for each confusion and changed provision
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
        What::Evidence(args) => evidence(global, &args),
        What::Robust(args) => robustness(global, &args),
        What::Formats(args) => super::eval_formats::run(&args),
        What::Consolidation(args) => super::eval_consolidation::run(&args),
        What::Relations(args) => super::eval_relations::run(&args),
        What::Citations(args) => cited(global, &args),
        What::Metadata(args) => super::eval_metadata::run(&args),
    }
}

fn cited(global: &Global, args: &Citations) -> anyhow::Result<Outcome> {
    if args.led {
        return led(global, args.json);
    }
    if let Some(path) = &args.snapshot {
        return since_snapshot(args, path);
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let Some(gold) = args.gold.as_ref().filter(|_| !args.list) else {
        citations::list(&args.documents, |place, m| -> anyhow::Result<()> {
            Ok(writeln!(out, "{place}\t{}-{}\t{}", m.start, m.end, target(&m))?)
        })?;
        out.flush()?;
        return Ok(Outcome::Done);
    };
    let measured = citations::measure(gold, &args.documents)?;
    if args.json {
        serde_json::to_writer(&mut out, &measured)?;
        writeln!(out)?;
    } else {
        let m = &measured;
        writeln!(out, "provisions {} (left out {}), marked {}, found {}", m.provisions, m.lost, m.marked, m.found)?;
        writeln!(out, "precision {:.4}, recall {:.4} (span and target)", m.precision, m.recall)?;
        writeln!(out, "found with a right target, whatever the span: {}", m.right_target)?;
        for (sign, place, mark) in &m.errors {
            writeln!(out, "{sign} {place}\t{}-{}\t{}", mark.start, mark.end, target(mark))?;
        }
    }
    out.flush()?;
    Ok(if measured.provisions == 0 { Outcome::Incomplete } else { Outcome::Done })
}

fn led(global: &Global, json: bool) -> anyhow::Result<Outcome> {
    let counts = led::measure(&Store::open_existing(&global.store_dir()?)?)?;
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string(&counts)?)?;
    } else {
        writeln!(out, "named     citations  document  provision     found")?;
        for (named, c) in &counts {
            writeln!(out, "{named:<8} {:>10} {:>9} {:>10} {:>9}", c.all, c.document, c.provision, c.found)?;
        }
    }
    Ok(if counts.is_empty() { Outcome::Incomplete } else { Outcome::Done })
}

fn since_snapshot(args: &Citations, path: &Path) -> anyhow::Result<Outcome> {
    let before = if path.exists() { Some(snapshot::Snapshot::read(path)?) } else { None };
    let mut differences = Vec::new();
    let sample = args.sample.filter(|_| before.is_none());
    let now = snapshot::find(&args.documents, sample, before.as_ref(), |document, citations| {
        if let Some(before) = &before {
            differences.extend(snapshot::differences(before, document, citations));
        }
    })?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for d in &differences {
        writeln!(out, "{} {}\t“{}”\t{}", d.sign, d.place, d.words, d.target)?;
    }
    let of = |sign: char| differences.iter().filter(|d| d.sign == sign).count();
    writeln!(out, "{} pointers in {} documents", now.pointers(), now.documents())?;
    if let Some(before) = &before {
        writeln!(out, "gained {}, lost {}, led elsewhere {}; before {}", of('+'), of('-'), of('~'), before.pointers())?;
        if before.documents() > now.documents() {
            writeln!(out, "{} documents of the snapshot are not here", before.documents() - now.documents())?;
        }
    }
    out.flush()?;
    if before.is_none() || args.update {
        files::write_whole(path, |file| file.write_all(now.print().as_bytes()))
            .with_context(|| format!("{}: cannot be written", path.display()))?;
        return Ok(Outcome::Done);
    }
    Ok(if differences.is_empty() { Outcome::Done } else { Outcome::Incomplete })
}

fn target(m: &citations::Mark) -> String {
    let year = m.year.map_or_else(String::new, |y| format!("@{y}"));
    format!("{}{year}#{}", m.document, m.path)
}

fn robustness(global: &Global, args: &Robust) -> anyhow::Result<Outcome> {
    let reader = super::extract::reader(global, args.rules)?;
    let gold = robust::sample(&gold::read(&args.gold)?, args.sample, args.seed);
    let few = robust::sample(&gold, args.long_sample, args.seed);
    let measure = |name: String, lines: &[GoldLine]| -> anyhow::Result<(String, Score)> {
        let started = std::time::Instant::now();
        let score = score::score(lines, &answer(reader.as_ref(), lines)?, 0)?;
        eprintln!("{name}: {} provisions in {:.0} s", lines.len(), started.elapsed().as_secs_f64());
        Ok((name, score))
    };
    // Each condition beside the same provisions as they are.
    let as_is = measure("as it is".to_owned(), &gold)?;
    let few_as_is = measure("as it is, fewer".to_owned(), &few)?;
    let mut conditions = Vec::new();
    for condition in Condition::ALL {
        let (lines, base) = match condition {
            Condition::Long => (&few, &few_as_is),
            _ => (&gold, &as_is),
        };
        // Changed with all lines at hand, for the filler of long ones comes from their neighbours.
        let changed = robust::change(lines, condition, args.seed);
        conditions.push((base.1.clone(), measure(condition.name(), &changed)?));
    }
    let mut out = std::io::stdout().lock();
    if args.json {
        for (base, (name, score)) in &conditions {
            let row = serde_json::json!({"condition": name, "as_is": base, "changed": score});
            writeln!(out, "{row}")?;
        }
    } else {
        write!(out, "{}", table::robustness(&conditions))?;
    }
    Ok(Outcome::Done)
}

fn evidence(global: &Global, args: &Evidence) -> anyhow::Result<Outcome> {
    let reader = super::model(global)?;
    let lines = answer(&reader, &gold::read(&args.gold)?)?;
    let measured = faithful::measure(reader.model(), &lines, usize::from(args.draws), args.seed)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, &measured)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", table::faithfulness(&measured))?;
    }
    Ok(if measured.mentions == 0 { Outcome::Incomplete } else { Outcome::Done })
}

/// Gives predicted lines that were kept without texts their words back.
fn join(gold: &[GoldLine], predicted: &mut [GoldLine]) {
    let units: std::collections::HashMap<&str, &GoldLine> = gold.iter().map(|g| (g.id.as_str(), g)).collect();
    for line in predicted.iter_mut().filter(|l| l.text.is_empty()) {
        if let Some(g) = units.get(line.id.as_str()) {
            line.cut_again(&g.unit());
        }
    }
}

fn labels(global: &Global, args: &Labels) -> anyhow::Result<Outcome> {
    let gold = gold::read_all(&args.gold)?;
    let mut systems = Vec::new();
    if !args.predicted.is_empty() {
        let mut lines = gold::read_all(&args.predicted)?;
        join(&gold, &mut lines);
        let score = score::score(&gold, &lines, args.boot)?;
        systems.push(Measured { system: "predicted".to_owned(), version: None, score, lines });
    } else {
        for (name, system) in annotators(global)? {
            let lines =
                answer(system.as_ref(), &gold).with_context(|| format!("{name} on {}", args.gold[0].display()))?;
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
        Some(path) => {
            let mut before = gold::read(path)?;
            join(&gold, &mut before);
            score::changes(&gold, &before, &systems[0].lines)?
        }
        None => Vec::new(),
    };
    let confusions = match args.confusion {
        true => confusion::confusions(&gold, &systems[0].lines),
        false => Vec::new(),
    };
    let mut out = std::io::stdout().lock();
    if args.json {
        for m in &systems {
            serde_json::to_writer(&mut out, m)?;
            writeln!(out)?;
        }
        for c in &confusions {
            serde_json::to_writer(&mut out, c)?;
            writeln!(out)?;
        }
        for c in &changes {
            serde_json::to_writer(&mut out, c)?;
            writeln!(out)?;
        }
    } else {
        let columns: Vec<(&str, &Score)> = systems.iter().map(|m| (m.system.as_str(), &m.score)).collect();
        write!(out, "{}", table::scores(&columns))?;
        for c in &confusions {
            write!(out, "\n{}", c.table())?;
        }
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
    std::fs::create_dir_all(dir)
        .and_then(|()| files::write_whole(&path, |mut out| lines.iter().try_for_each(|l| gold::write(&mut out, l))))
        .with_context(|| format!("{}: cannot be written", path.display()))
}
