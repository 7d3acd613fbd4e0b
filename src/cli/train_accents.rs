//! `phancap train accents`.

use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::Context;
use rayon::prelude::*;

use super::Outcome;
use crate::evaluate::gold;
use crate::law::corpus_id;
use crate::text::accents::{Accents, Counter};
use crate::text::{fold, normalise};
use crate::{files, ingest};

/// One document in so many is left out to measure on.
const HELD: usize = 50;
/// Syllables seen less often are mostly slips and foreign words.
const LEAST: u32 = 20;
/// Pairs seen less often say little.
const LEAST_PAIR: u32 = 3;

#[derive(clap::Args)]
#[command(after_help = "Counts syllables and their neighbours over the documents, writes the table, and restores the \
diacritics of one document in fifty, which is not counted, to say how many syllables come back right.")]
pub(crate) struct Args {
    /// Documents to count: as for `phancap ingest`; may be given several times
    #[arg(long, value_name = "PATH", required = true)]
    corpus: Vec<PathBuf>,
    /// Labelled provisions whose documents are not counted; may be given several times
    #[arg(long, value_name = "FILE")]
    without: Vec<PathBuf>,
    /// Most pairs of syllables to keep
    #[arg(long, value_name = "N", default_value_t = 400_000)]
    pairs: usize,
    /// File to write
    #[arg(long, value_name = "FILE", default_value = "models/accents.bin")]
    output: PathBuf,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let without: HashSet<String> = gold::read_all(&args.without)?.iter().map(|l| corpus_id(&l.doc)).collect();
    let mut counter = Counter::default();
    let (mut counted, mut held, mut failed) = (0usize, Vec::new(), false);
    let mut place = 0usize;
    for document in ingest::read_all(args.corpus.clone()) {
        let raw = match document {
            Ok(raw) => raw,
            Err(e) => {
                eprintln!("error: {e}");
                failed = true;
                continue;
            }
        };
        if without.contains(&corpus_id(&raw.meta.id)) {
            continue;
        }
        place += 1;
        let text = normalise(&raw.text).text;
        if place.is_multiple_of(HELD) {
            held.push(text);
        } else {
            counter.add(&text);
            counted += 1;
        }
    }
    let table = counter.table(LEAST, LEAST_PAIR, args.pairs);
    let (bytes, syllables) = (table.to_bytes(), table.syllables().len());
    files::write_whole(&args.output, |out| out.write_all(&bytes))
        .with_context(|| format!("{}: cannot be written", args.output.display()))?;
    let accents = Accents::new(table);
    let (right, all) = held
        .par_iter()
        .map(|text| {
            let restored = accents.restore(&fold(text));
            let small = text.to_lowercase();
            let words = |s: &str| {
                s.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()).map(str::to_owned).collect::<Vec<_>>()
            };
            let (a, b) = (words(&small), words(&restored));
            (a.iter().zip(&b).filter(|(a, b)| a == b).count(), a.len())
        })
        .reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    println!(
        "{counted} documents counted, {syllables} syllables, {} bytes; of {all} syllables in {} documents not counted {:.4} come back right",
        bytes.len(),
        held.len(),
        right as f64 / all.max(1) as f64
    );
    Ok(if failed { Outcome::Incomplete } else { Outcome::Done })
}
