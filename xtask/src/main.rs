//! Tasks of this workspace: `cargo xtask <task>`.
//!
//! Plain Rust on the standard library, so that the tasks build in seconds and run wherever the workspace builds.

mod bench;
mod check;
mod e2e;
mod generate;
mod install;
mod postgres;
mod process;
mod tally;
mod test;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};
use workspace::Workspace;

const USAGE: &str = "\
usage: cargo xtask <task>

  test [--quick]        every test: format, lints, checks, Rust tests, official clients; prints the counts
                        --quick leaves out PostgreSQL and the official clients, and installs nothing
  e2e [python|node|browser]
                        the official clients and a browser against a running server, on SQLite and on PostgreSQL
  check                 the structural checks: crate arrow, migrations, licences, tidiness
  generate [--check]    writes the derived documents; --check fails when one is out of date
  bench [--no-build] [--quick|--full] [only NAME…]
                        speed and size beside their ceilings; a complete run writes docs/performance.md
                        --no-build measures what the last run built
                        --quick measures less often, and searches 100,000 users instead of 1,000,000
                        names: reading, lifecycle, creation, search, footprint
  postgres              runs a private PostgreSQL in the foreground and prints its URL
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one task. `false` means that it has reported failures of its own.
fn run(arguments: &[String]) -> Result<bool> {
    let workspace = Workspace::locate()?;
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["test"] => test::run(&workspace, test::Extent::Full),
        ["test", "--quick"] => test::run(&workspace, test::Extent::Quick),
        ["e2e"] => e2e::run(&workspace, &e2e::Suite::ALL),
        ["e2e", "python"] => e2e::run(&workspace, &[e2e::Suite::Python]),
        ["e2e", "node"] => e2e::run(&workspace, &[e2e::Suite::Node]),
        ["e2e", "browser"] => e2e::run(&workspace, &[e2e::Suite::Browser]),
        ["check"] => check::run(&workspace),
        ["generate"] => generate::write(&workspace),
        ["generate", "--check"] => generate::check(&workspace),
        ["bench", rest @ ..] => bench::run(&workspace, rest),
        ["postgres"] => postgres::run_in_foreground(&workspace),
        _ => bail!("no such task\n\n{USAGE}"),
    }
}
