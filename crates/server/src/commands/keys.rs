//! `denizen keys`: the keys that access tokens are signed with.

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
}

/// Does it.
pub async fn run(config: &Config, command: KeysCommand) -> Result<()> {
    match command {
        KeysCommand::Rotate => {
            operator::check_founded(config)?;
            // The new key is sealed as the server seals: with the keys in the key file.
            let sealer = key_file::open_or_create(&config.key_file, &SystemEntropy)?;
            let ports = wiring::ports(config, wiring::open_store(config).await?, sealer)?;
            let public_url = config.http.public_url(config.http.listen);
            let directory = Directory::open(ports, config.settings(&public_url)).await?;
            let kid = directory.rotate_signing_key().await?;
            print(&format!("{kid} signs from now on.\n"))
        }
    }
}
