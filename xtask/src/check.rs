//! `cargo xtask check`: what the compiler does not check about the shape of this workspace.

mod deps;
mod licences;
mod metadata;
mod migrations;
mod source;
mod tidy;

use anyhow::Result;
use metadata::Metadata;

use crate::process;
use crate::workspace::Workspace;

/// Runs every check and prints each violation. `false` when there was one.
pub fn run(workspace: &Workspace) -> Result<bool> {
    let metadata = Metadata::read(workspace)?;
    let mut violations = deps::violations(&metadata);
    violations.extend(migrations::violations(&workspace.root().join("migrations"))?);
    violations.extend(licences::violations(&metadata, &workspace.root().join("deny.toml"))?);
    violations.extend(tidy::violations(workspace.root())?);
    for violation in &violations {
        eprintln!("{violation}");
    }
    let denied = process::exists("cargo-deny") && !passes_cargo_deny(workspace);
    Ok(violations.is_empty() && !denied)
}

fn passes_cargo_deny(workspace: &Workspace) -> bool {
    let outcome = process::run(workspace.cargo().args(["deny", "check"]));
    if let Err(error) = &outcome {
        eprintln!("{error:#}");
    }
    outcome.is_ok()
}
