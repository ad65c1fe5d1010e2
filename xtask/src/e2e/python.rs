//! The Python client: a virtual environment with the versions of `e2e/python/requirements.txt`.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::workspace::Workspace;
use crate::{install, process};

/// Makes the environment if it is missing or out of date.
pub fn prepare(workspace: &Workspace) -> Result<Command> {
    let programs = workspace.root().join("e2e/python");
    let environment = workspace.tools().join("python");
    let wanted = fs::read_to_string(programs.join("requirements.txt")).context("e2e/python/requirements.txt")?;
    let stamp = environment.join("installed-requirements.txt");
    if fs::read_to_string(&stamp).ok().as_ref() != Some(&wanted) {
        create(&environment)?;
        let mut pip = Command::new(environment.join("bin/python"));
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
        ]);
        process::run(pip.arg(programs.join("requirements.txt")))?;
        fs::write(stamp, wanted)?;
    }
    let mut command = Command::new(environment.join("bin/python"));
    command.current_dir(workspace.root()).arg(programs.join("main.py"));
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONUNBUFFERED", "1");
    // The client refuses plain HTTP otherwise.
    command.env("OKTA_TESTING_TESTINGDISABLEHTTPSCHECK", "true");
    Ok(command)
}

fn create(environment: &Path) -> Result<()> {
    let venv = || -> Result<()> {
        let mut python = Command::new("python3");
        process::run(python.args(["-m", "venv", "--clear"]).arg(environment))
    };
    if process::exists("python3") && venv().is_ok() {
        return Ok(());
    }
    install::system_packages(&["python3", "python3-venv", "python3-pip"])?;
    venv()
}
