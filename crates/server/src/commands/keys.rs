//! `denizen keys`: the key that access tokens are signed with, and those that secrets are sealed with.

use std::sync::Arc;

use anyhow::Result;
use clap::Subcommand;
use denizen_application::Directory;
use denizen_otp::SystemEntropy;

use super::{operator, print};
use crate::config::Config;
use crate::key_file;
use crate::wiring;

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Sign with a new key from now on; tokens that the old one has signed stay good
    Rotate,
    /// Put a new sealing key in front of the key file; servers seal with it once they are started anew
    Add,
    /// Seal every stored secret with the first key of the key file; servers must have been started anew before
    Reseal,
}

/// Does it.
pub async fn run(config: &Config, command: KeysCommand) -> Result<()> {
    operator::check_founded(config)?;
    match command {
        KeysCommand::Rotate => {
            let kid = directory(config).await?.rotate_signing_key().await?;
            print(&format!("{kid} signs from now on.\n"))
        }
        KeysCommand::Add => {
            let id = key_file::add(&config.key_file, &SystemEntropy)?;
            print(&format!(
                "The key {id} is in front. Start every server anew, then run `denizen keys reseal`.\n"
            ))
        }
        KeysCommand::Reseal => {
            let done = directory(config).await?.reseal().await?;
            print(&format!(
                "Sealed anew: {} factors, {} YubiKeys, {} signing keys. Once the messages that wait now are out, nothing needs \
                 the older keys, except copies of the database.\n",
                done.factors, done.yubikeys, done.signing_keys
            ))
        }
    }
}

/// The directory, which seals as the servers do: with the keys in the key file.
async fn directory(config: &Config) -> Result<Arc<Directory>> {
    let sealer = key_file::open_or_create(&config.key_file, &SystemEntropy)?;
    let ports = wiring::ports(config, wiring::open_store(config).await?, sealer)?;
    let public_url = config.http.public_url(config.http.listen);
    Ok(Directory::open(ports, config.settings(&public_url)).await?)
}
