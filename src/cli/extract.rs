//! `phancap extract`.

use super::{Global, Outcome, progress};
use crate::extract::{Annotator, extract_on, rules};
use crate::law::validity::OnDay;
use crate::store::Store;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Read with the rule baseline instead of the model
    #[arg(long)]
    rules: bool,
    /// Only what is in force on this day, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    as_of: Option<jiff::civil::Date>,
}

/// The reader that the arguments ask for.
pub(crate) fn reader(global: &Global, rules: bool) -> anyhow::Result<Box<dyn Annotator>> {
    Ok(if rules { Box::new(rules::Rules::new()) } else { Box::new(super::model(global)?) })
}

/// Reads what is not read yet, with a progress line; returns how many provisions were read now.
pub(crate) fn extract_all(store: &mut Store, reader: &dyn Annotator, on: Option<&OnDay>) -> anyhow::Result<usize> {
    let bar = progress::bar(0, "extract");
    let mut first = true;
    let read = extract_on(store, reader, on, &mut |p| {
        bar.set_length(p.total as u64);
        if std::mem::take(&mut first) {
            // What earlier runs read must not count into this run's rate.
            bar.reset_eta();
            bar.set_position(p.done as u64);
            bar.reset_eta();
        } else {
            bar.set_position(p.done as u64);
        }
    });
    bar.finish_and_clear();
    let (read, left_out) = read?;
    if let Some(on) = on {
        eprintln!("left out as not in force on {}: {left_out}", on.day);
    }
    Ok(read)
}

pub(crate) fn run(global: &Global, args: Args) -> anyhow::Result<Outcome> {
    let mut store = Store::open_existing(&global.store_dir()?)?;
    let reader = reader(global, args.rules)?;
    let began = std::time::Instant::now();
    let on = super::on_day(&store, args.as_of)?;
    let read = extract_all(&mut store, reader.as_ref(), on.as_ref())?;
    let coverage = store.coverage(reader.version())?;
    let tasks = store.predictions(reader.version())?;
    let mentions: usize = tasks.values().map(|p| p.mentions.len()).sum();
    eprintln!(
        "read {read} provisions in {:.1} s ({} of {} distinct ones are read by {})",
        began.elapsed().as_secs_f64(),
        coverage.done,
        coverage.total,
        reader.version()
    );
    println!("{} provisions hold a task, {mentions} mentions", tasks.len());
    Ok(if coverage.total == 0 { Outcome::Incomplete } else { Outcome::Done })
}
