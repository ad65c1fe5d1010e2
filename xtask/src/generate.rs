//! `cargo xtask generate`: documents that are derived from the code and must not drift from it.

mod compatibility;
mod lifecycle;
mod markers;
mod openapi;
mod operations;
mod roles;
mod routes;

use std::fs;

use anyhow::{Context, Result};

use crate::workspace::Workspace;

type Producer = fn(&Workspace) -> Result<String>;

/// Each derived document, as its path and what writes it.
const DOCUMENTS: &[(&str, Producer)] = &[
    ("docs/compatibility.md", compatibility::table),
    ("docs/lifecycle.md", lifecycle::page),
    ("docs/roles.md", roles::page),
    ("crates/http/openapi.json", openapi::document),
];

/// Writes every document that has changed.
pub fn write(workspace: &Workspace) -> Result<bool> {
    for (path, producer) in DOCUMENTS {
        let wanted = producer(workspace).with_context(|| format!("cannot write {path}"))?;
        let file = workspace.root().join(path);
        if fs::read_to_string(&file).ok().as_ref() != Some(&wanted) {
            fs::write(&file, wanted)?;
            println!("wrote {path}");
        }
    }
    Ok(true)
}

/// Compares every document with what would be written, and names those that differ. `false` when one does.
pub fn check(workspace: &Workspace) -> Result<bool> {
    let mut current = true;
    for (path, producer) in DOCUMENTS {
        let wanted = producer(workspace).with_context(|| format!("cannot check {path}"))?;
        if fs::read_to_string(workspace.root().join(path)).ok().as_ref() != Some(&wanted) {
            eprintln!("{path} is out of date: run `cargo xtask generate`");
            current = false;
        }
    }
    Ok(current)
}
