//! Parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    phancap::cli::main()
}
