//! `phancap eval formats`.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use serde::Serialize;

use super::Outcome;
use crate::evaluate::formats::similarity;
use crate::ingest;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folder with the files
    folder: PathBuf,
    /// Table of twins: file, id of the document with its true text, and `start` where the file has only the twin's start
    #[arg(long, value_name = "FILE")]
    twins: PathBuf,
    /// The documents with the true texts
    #[arg(long, value_name = "FILE")]
    corpus: PathBuf,
    /// What another program made of the same files: DIR/FILE.txt each
    #[arg(long = "peer", value_name = "NAME=DIR", value_parser = peer)]
    peers: Vec<(String, PathBuf)>,
}

fn peer(given: &str) -> Result<(String, PathBuf), String> {
    let (name, dir) = given.split_once('=').ok_or("give NAME=DIR")?;
    Ok((name.to_owned(), dir.into()))
}

/// One line of output.
#[derive(Serialize)]
struct Row<'a> {
    file: &'a str,
    twin: &'a str,
    /// Seconds of reading.
    seconds: f64,
    error: Option<String>,
    /// One minus the character error rate; null where more than a fifth is wrong.
    score: Option<f64>,
    peers: HashMap<&'a str, Option<f64>>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let table = std::fs::read_to_string(&args.twins).with_context(|| args.twins.display().to_string())?;
    let pairs: Vec<Vec<&str>> =
        table.lines().skip(1).map(|l| l.split('\t').collect()).filter(|c: &Vec<&str>| c.len() > 1).collect();
    let mut twins: HashMap<String, String> = HashMap::new();
    for document in ingest::read(&args.corpus) {
        let document = document?;
        if pairs.iter().any(|p| p[1] == document.meta.id) {
            twins.insert(document.meta.id, document.text);
        }
    }
    let mut out = std::io::stdout().lock();
    let mut outcome = Outcome::Done;
    for pair in &pairs {
        let (file, id) = (pair[0], pair[1]);
        let twin = twins.get(id).with_context(|| format!("{id} is not in {}", args.corpus.display()))?;
        let started = Instant::now();
        let read = ingest::read(&args.folder.join(file)).next().context("no document")?;
        let seconds = started.elapsed().as_secs_f64();
        let start = pair.get(2) == Some(&"start");
        let score = |text: &str| {
            let length = if start { text.chars().count() } else { usize::MAX };
            similarity(text, &twin.chars().take(length).collect::<String>())
        };
        let peers = args.peers.iter().filter_map(|(name, dir)| {
            let text = std::fs::read(dir.join(format!("{file}.txt"))).ok()?;
            Some((name.as_str(), score(&String::from_utf8_lossy(&text))))
        });
        let (score, error) = match &read {
            Ok(document) => (score(&document.text), None),
            Err(e) => (None, Some(e.to_string())),
        };
        if error.is_some() {
            outcome = Outcome::Incomplete;
        }
        let row = Row { file, twin: id, seconds, error, score, peers: peers.collect() };
        serde_json::to_writer(&mut out, &row)?;
        writeln!(out)?;
    }
    Ok(outcome)
}
