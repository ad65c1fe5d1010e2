//! Headless Chromium, driven by the programs in `e2e/browser`, which need nothing but Python's own library. The pictures of
//! the pages are kept in the folder `screenshots` of the build.

use std::process::Command;

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{install, process};

/// Installs the browser and its driver if they are missing.
pub fn prepare(workspace: &Workspace) -> Result<Command> {
    let programs = ["chromium", "chromedriver", "python3"];
    if !programs.iter().all(|program| process::exists(program)) {
        install::system_packages(&["chromium", "chromium-driver", "python3"])?;
    }
    let mut command = Command::new("python3");
    command
        .current_dir(workspace.root())
        .arg(workspace.root().join("e2e/browser/main.py"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUNBUFFERED", "1")
        .env("DENIZEN_SCREENSHOTS", workspace.target().join("screenshots"));
    Ok(command)
}
