//! `phancap index`.

use super::{Global, Outcome};

#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_global: &Global, _args: Args) -> anyhow::Result<Outcome> {
    anyhow::bail!("not built yet")
}
