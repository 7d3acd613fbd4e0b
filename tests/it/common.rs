//! What the tests share: where things are, visible skips, running the program.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The project's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `../shared` where it is there. Where it is not, says so on stderr and returns none; panics if
/// `PHANCAP_REQUIRE` lists `shared`.
pub fn shared() -> Option<PathBuf> {
    let dir = root().parent().map(|p| p.join("shared")).filter(|d| d.join("corpus/khcn.jsonl").exists());
    if dir.is_none() {
        skip("shared", "the folder ../shared with the real corpus is not here");
    }
    dir
}

/// Reports a skipped test on the process's real stderr: the test harness captures `eprintln!`, not this.
pub fn skip(what: &str, why: &str) {
    let required = std::env::var("PHANCAP_REQUIRE").unwrap_or_default();
    assert!(!required.split(',').any(|r| r.trim() == what), "PHANCAP_REQUIRE lists `{what}`, but {why}");
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(std::io::stderr(), "SKIPPED {name}: {why}");
}

/// The program under test, with the environment that would change its defaults removed.
pub fn phancap() -> Command {
    let mut c = Command::new(env!("CARGO_BIN_EXE_phancap"));
    c.env_remove("PHANCAP_STORE").env_remove("PHANCAP_MODEL").env_remove("RUST_LOG");
    c
}
