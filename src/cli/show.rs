//! `phancap show`.

use std::io::{self, Write as _};

use jiff::civil::Date;

use super::{Global, Outcome};
use crate::store::Store;
use crate::view::{self, NotOne, Paint};

/// Prints a document, or a provision with what it stands in, what it cites and what cites it.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// 65/2023/NĐ-CP#dieu-15.khoan-2, an id, or a citation such as "khoản 2 Điều 15 Nghị định 65/2023/NĐ-CP", with or
    /// without diacritics; several arguments are one
    #[arg(value_name = "ADDRESS", required = true)]
    address: Vec<String>,
    /// Whether it is in force on this day, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// Entries of each list to print
    #[arg(long, value_name = "N", default_value_t = 15)]
    limit: usize,
    /// Print one JSON object, with all entries
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(global: &Global, args: &Args) -> anyhow::Result<Outcome> {
    let store = Store::open_existing(&global.store_dir()?)?;
    let typed = args.address.join(" ");
    #[expect(clippy::disallowed_methods, reason = "the command line may ask the clock")]
    let day = args.as_of.unwrap_or_else(|| jiff::Zoned::now().date());
    let page = store.read(|store| -> Result<_, view::ViewError> {
        let shelf = store.shelf()?;
        let place = view::find(&shelf, &typed)?;
        Ok(view::page(store, &shelf, &place, day)?)
    });
    let page = match page {
        Ok(Some(page)) => page,
        Ok(None) => anyhow::bail!("{typed}: gone from the store"),
        Err(view::ViewError::NotOne(why)) => return not_one(&why),
        Err(e) => return Err(e.into()),
    };
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, &page)?;
        writeln!(out)?;
    } else {
        let paint = Paint::of(super::colour(&io::stdout()));
        out.write_all(view::text(&page, paint, args.limit).as_bytes())?;
    }
    out.flush()?;
    Ok(Outcome::Done)
}

/// What was typed cannot be shown: an unreadable question is a usage error, the rest was not found.
pub(super) fn not_one(why: &NotOne) -> anyhow::Result<Outcome> {
    if matches!(why, NotOne::NoDocument { .. }) {
        return Err(why.clone().into());
    }
    eprintln!("{why}");
    Ok(Outcome::Incomplete)
}
