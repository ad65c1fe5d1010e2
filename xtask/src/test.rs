//! `cargo xtask test`: everything that has to hold before a change lands, ending with the counts.

use anyhow::Result;

use crate::postgres::Cluster;
use crate::tally::Tally;
use crate::workspace::Workspace;
use crate::{check, e2e, generate, process};

/// Names the database server that tests of the PostgreSQL store create their databases in.
const POSTGRES_URL: &str = "DENIZEN_TEST_POSTGRES_URL";

/// How much to run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Everything; installs what is missing.
    Full,
    /// Only what a Rust toolchain can run: no PostgreSQL, no official clients.
    Quick,
}

/// Runs the steps one after the other, all of them even when one fails, and prints the counts as the last line.
///
/// A step that counts no tests (format, lints, checks) adds one failure when it fails, and nothing otherwise.
pub fn run(workspace: &Workspace, extent: Extent) -> Result<bool> {
    let mut tally = Tally::default();
    let mut failed = Vec::new();
    for (name, step) in STEPS {
        if extent == Extent::Quick && *name == "official clients" {
            continue;
        }
        eprintln!("\n== {name}");
        let counted = step(workspace, extent).unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Tally::FAILURE
        });
        if counted.failed > 0 {
            failed.push(*name);
        }
        tally += counted;
    }
    if !failed.is_empty() {
        eprintln!("\nfailed: {}", failed.join(", "));
    }
    println!("{tally}");
    Ok(tally.is_success())
}

type Step = fn(&Workspace, Extent) -> Result<Tally>;

const STEPS: &[(&str, Step)] = &[
    ("format", format),
    ("checks", checks),
    ("generated documents", generated_documents),
    ("lints", lints),
    ("Rust tests", rust_tests),
    ("official clients", official_clients),
];

fn format(workspace: &Workspace, _: Extent) -> Result<Tally> {
    process::run(workspace.cargo().args(["fmt", "--all", "--check"]))?;
    Ok(Tally::default())
}

fn lints(workspace: &Workspace, _: Extent) -> Result<Tally> {
    process::run(
        workspace
            .cargo()
            .args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    )?;
    Ok(Tally::default())
}

fn checks(workspace: &Workspace, _: Extent) -> Result<Tally> {
    Ok(if check::run(workspace)? {
        Tally::default()
    } else {
        Tally::FAILURE
    })
}

fn generated_documents(workspace: &Workspace, _: Extent) -> Result<Tally> {
    Ok(if generate::check(workspace)? {
        Tally::default()
    } else {
        Tally::FAILURE
    })
}

fn rust_tests(workspace: &Workspace, extent: Extent) -> Result<Tally> {
    let mut command = workspace.cargo();
    command
        .args(["test", "--workspace", "--no-fail-fast"])
        .env_remove(POSTGRES_URL);
    let cluster = match extent {
        Extent::Full => Some(Cluster::start(workspace)?),
        Extent::Quick => None,
    };
    if let Some(cluster) = &cluster {
        command.env(POSTGRES_URL, cluster.url("postgres"));
    }
    process::count(&mut command, Tally::of_rust_summary)
}

fn official_clients(workspace: &Workspace, _: Extent) -> Result<Tally> {
    e2e::tally(workspace, &e2e::Suite::ALL)
}
