//! The Node client: a folder with the versions of `e2e/node/package-lock.json`.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::workspace::Workspace;
use crate::{install, process};

/// Describe the installation; copied to where it is made.
const DESCRIPTIONS: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// Installs the packages if they are missing or out of date.
pub fn prepare(workspace: &Workspace) -> Result<Command> {
    if !process::exists("node") || !process::exists("npm") {
        install::system_packages(&["nodejs", "npm"])?;
    }
    let programs = workspace.root().join("e2e/node");
    let folder = workspace.tools().join("node");
    fs::create_dir_all(&folder)?;
    let stamp = folder.join("installed-package-lock.json");
    let wanted = fs::read_to_string(programs.join("package-lock.json")).context("e2e/node/package-lock.json")?;
    if fs::read_to_string(&stamp).ok().as_ref() != Some(&wanted) {
        for file in DESCRIPTIONS {
            fs::copy(programs.join(file), folder.join(file)).with_context(|| format!("e2e/node/{file}"))?;
        }
        let mut npm = Command::new("npm");
        process::run(
            npm.current_dir(&folder)
                .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]),
        )?;
        fs::write(stamp, wanted)?;
    }
    let mut command = Command::new("node");
    command
        .current_dir(workspace.root())
        .arg(programs.join("main.js"))
        .env("NODE_PATH", folder.join("node_modules"));
    Ok(command)
}
