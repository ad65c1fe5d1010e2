//! System packages that tests need, installed where the package manager is `apt-get` and the user is root.

use std::process::Command;

use anyhow::{Result, bail};

use crate::process;

/// Installs packages of the system.
///
/// # Errors
/// When this machine has no `apt-get`, the user is not root, or the installation fails.
pub fn system_packages(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    if !process::exists("apt-get") || !is_root()? {
        bail!("please install: {names}");
    }
    eprintln!("installing {names}");
    process::run(apt_get().arg("update"))?;
    process::run(
        apt_get()
            .args(["install", "-y", "--no-install-recommends"])
            .args(packages),
    )
}

/// Whether this process runs as root.
pub fn is_root() -> Result<bool> {
    Ok(process::output(Command::new("id").arg("-u"))?.trim() == "0")
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").arg("-q");
    command
}
