//! One progress line for long work: on stderr, only on a terminal, with rate and time left.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar over `len` things called `what`; hidden where stderr is not a terminal.
pub(crate) fn bar(len: u64, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(len), ProgressDrawTarget::stderr());
    bar.set_style(
        ProgressStyle::with_template(
            "{prefix:>10} {bar:30} {human_pos}/{human_len} ({per_sec}, {eta} left) {wide_msg}",
        )
        .expect("the template is a constant")
        .progress_chars("=> "),
    );
    bar.set_prefix(what);
    bar
}

/// A running count of `what` with the rate, where the total is not known; hidden where stderr is not a terminal.
pub(crate) fn counter(job: &'static str, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(
        ProgressStyle::with_template("{prefix:>10} {spinner} {human_pos} {msg} ({per_sec}, {elapsed})")
            .expect("the template is a constant"),
    );
    bar.set_prefix(job);
    bar.set_message(what);
    bar
}
