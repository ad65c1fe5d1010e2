//! What the operator's commands share: the directory, opened beside a server that may be running on it.

use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use denizen_application::Directory;
use denizen_domain::entropy::Entropy as _;
use denizen_otp::{KeySealer, SealingKey, SystemEntropy};

use crate::config::{Config, Database};
use crate::wiring;

const HINT: &str = "start the server once, or name its data folder or database";

/// Opens a directory that a server has founded.
pub async fn open(config: &Config) -> Result<Arc<Directory>> {
    check_founded(config)?;
    let store = wiring::open_store(config).await?;
    let ports = wiring::ports(config, store, unused_sealer()?)?;
    let public_url = config.http.public_url(config.http.listen);
    Directory::open(ports, config.settings(&public_url)).await.context(HINT)
}

/// Makes sure that there is something to open, so that nothing is made by the way.
pub fn check_founded(config: &Config) -> Result<()> {
    if let Database::Sqlite { file, .. } = &config.database
        && !file.is_file()
    {
        bail!("there is no directory in {}: {HINT}", config.data_dir.display());
    }
    Ok(())
}

/// The operator's commands send no mail, so they need no key; this one is forgotten.
fn unused_sealer() -> Result<KeySealer> {
    let mut key = [0; 32];
    SystemEntropy.fill(&mut key);
    Ok(KeySealer::new(SealingKey::new(0, &key), Vec::new())?)
}
