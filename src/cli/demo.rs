//! `phancap demo`.

use std::path::PathBuf;

use anyhow::Context as _;

use super::{Global, Outcome, run};
use crate::report;

/// The invented documents of `corpus/sample`, as (name, content).
const SAMPLE: &[(&str, &str)] = include!("../../corpus/sample/files.rs");

#[derive(clap::Args)]
#[command(after_help = "Without --store the demo works in a folder of its own, phancap-demo, and starts afresh there.")]
pub(crate) struct Args {
    /// Folder to work in
    #[arg(long, value_name = "DIR", default_value = "phancap-demo")]
    folder: PathBuf,
}

pub(crate) fn run(global: &Global, args: Args) -> anyhow::Result<Outcome> {
    let documents = args.folder.join("documents");
    for (name, content) in SAMPLE {
        let path = documents.join(name);
        let folder = path.parent().expect("below the demo's folder");
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        report::write_file(&path, |out| Ok(out.write_all(content.as_bytes())?))?;
    }
    let store = global.store.clone().unwrap_or_else(|| args.folder.join("store"));
    eprintln!("{} invented sample documents are in {}", SAMPLE.len() - 1, documents.display());
    let outcome = run::everything(global, &store, &[documents.join("documents.jsonl")], false, None)?;
    eprintln!("try: phancap search --store {} \"thẩm quyền cấp phép\"", store.display());
    eprintln!("     phancap tasks --store {} --category decentralise_to_local", store.display());
    Ok(outcome)
}
