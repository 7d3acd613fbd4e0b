//! `phancap parse`.

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use super::{Global, Outcome};
use crate::ingest;
use crate::law::{Node, NodeKind};
use crate::text::normalise;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A file of any format that `phancap formats` lists, .jsonl, .jsonl.gz or folder
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print the text as it was read, without structure
    #[arg(long, conflicts_with = "json")]
    text: bool,
    /// Print one JSON object for each node, in text order
    #[arg(long)]
    json: bool,
    /// Print what each document says about itself (number, kind, issuers, date, title, signers, entry into force) as one
    /// JSON object; spans are bytes of the text that --text prints
    #[arg(long, conflicts_with_all = ["text", "json"])]
    metadata: bool,
}

/// One line of `--json`. `text` is the node's own text as it stands in the file.
#[derive(Serialize)]
struct Row<'a> {
    kind: NodeKind,
    label: &'a str,
    address: &'a str,
    /// What a paragraph would be if it were this document's own numbering: a unit quoted from another document, or a
    /// part of a điểm (`b1`).
    #[serde(skip_serializing_if = "Option::is_none")]
    like: Option<NodeKind>,
    text: &'a str,
}

/// One line of `--metadata`.
#[derive(Serialize)]
struct About<'a> {
    id: &'a str,
    #[serde(flatten)]
    metadata: ingest::metadata::Metadata,
}

pub(crate) fn run(_global: &Global, args: Args) -> anyhow::Result<Outcome> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut outcome = Outcome::Incomplete;
    let mut failed = false;
    for raw in ingest::read(&args.file) {
        let raw = match raw {
            Ok(raw) => raw,
            Err(error) => {
                eprintln!("error: {error}");
                failed = true;
                continue;
            }
        };
        outcome = Outcome::Done;
        for note in &raw.notes {
            eprintln!("note: {}: {note}", raw.source);
        }
        if args.text {
            writeln!(out, "{}", raw.text.trim_end_matches('\n'))?;
            continue;
        }
        let normal = normalise(&raw.text);
        let nodes = ingest::parse_text(&normal.text);
        if args.metadata {
            let metadata = ingest::metadata::read(&normal.text, &nodes).with_spans(|s| normal.map.original_range(s));
            serde_json::to_writer(&mut out, &About { id: &raw.meta.id, metadata })?;
            writeln!(out)?;
            continue;
        }
        for (i, node) in nodes.iter().enumerate() {
            let text = raw.text[normal.map.original_range(node.span.clone())].trim();
            if args.json {
                let kind = own_kind(&nodes, i);
                let like = Some(node.kind).filter(|_| kind != node.kind);
                let row = Row { kind, label: &node.label, address: &node.address, like, text };
                serde_json::to_writer(&mut out, &row)?;
                writeln!(out)?;
            } else {
                let first = text.lines().next().unwrap_or_default();
                let mark = if node.quoted { "“ " } else { "" };
                writeln!(
                    out,
                    "{:indent$}{mark}{}  {}",
                    "",
                    node.address,
                    shorten(first),
                    indent = 2 * depth(&nodes, i)
                )?;
            }
        }
    }
    out.flush()?;
    Ok(if failed { Outcome::Incomplete } else { outcome })
}

/// The kind a node has in the document's own numbering.
fn own_kind(nodes: &[Node], i: usize) -> NodeKind {
    let part_of_point = nodes[i].kind == NodeKind::Point && nodes[i].label.ends_with(|c: char| c.is_ascii_digit());
    if nodes[i].quoted || part_of_point { NodeKind::Paragraph } else { nodes[i].kind }
}

fn depth(nodes: &[Node], i: usize) -> usize {
    std::iter::successors(nodes[i].parent, |&p| nodes[p].parent).count()
}

fn shorten(line: &str) -> String {
    const WIDTH: usize = 80;
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}
