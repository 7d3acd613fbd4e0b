//! `phancap eval formats`.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use serde::Serialize;

use super::Outcome;
use crate::evaluate::formats::{similarity, similarity_of_articles};
use crate::ingest;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folder with the files
    folder: PathBuf,
    /// Table of twins: file, id of the document with its true text (or `peer:NAME` for agreement with another program), and
    /// `start` where the file has only the twin's start, `articles` where the two are versions of one document
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
    /// Characters read.
    chars: usize,
    /// Articles compared, where only those are.
    #[serde(skip_serializing_if = "Option::is_none")]
    articles: Option<usize>,
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
        let peer_text = |name: &str| {
            let dir = &args.peers.iter().find(|(n, _)| n == name)?.1;
            std::fs::read(dir.join(format!("{file}.txt"))).ok().map(|b| String::from_utf8_lossy(&b).into_owned())
        };
        let twin = match id.strip_prefix("peer:") {
            Some(name) => peer_text(name).unwrap_or_default(),
            None => twins.get(id).with_context(|| format!("{id} is not in {}", args.corpus.display()))?.clone(),
        };
        let started = Instant::now();
        let read = ingest::read(&args.folder.join(file)).next().context("no document")?;
        let seconds = started.elapsed().as_secs_f64();
        let start = pair.get(2) == Some(&"start");
        let articles = pair.get(2) == Some(&"articles");
        let score = |text: &str| {
            if articles {
                return similarity_of_articles(text, &twin).map(|(score, _)| score);
            }
            let length = if start { text.chars().count() } else { usize::MAX };
            similarity(text, &twin.chars().take(length).collect::<String>())
        };
        let others = args.peers.iter().map(|(name, _)| name.as_str()).filter(|n| id.strip_prefix("peer:") != Some(n));
        let peers = others.filter_map(|name| Some((name, score(&peer_text(name)?))));
        let (score, error) = match &read {
            Ok(document) => (score(&document.text), None),
            Err(e) => (None, Some(e.to_string())),
        };
        if error.is_some() {
            outcome = Outcome::Incomplete;
        }
        let chars = read.as_ref().map_or(0, |d| d.text.chars().count());
        let compared = read.as_ref().ok().filter(|_| articles).and_then(|d| similarity_of_articles(&d.text, &twin));
        let articles = compared.map(|c| c.1);
        let row = Row { file, twin: id, seconds, chars, articles, error, score, peers: peers.collect() };
        serde_json::to_writer(&mut out, &row)?;
        writeln!(out)?;
    }
    Ok(outcome)
}
