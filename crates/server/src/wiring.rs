//! Puts the adapters behind the ports, as the configuration says.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use denizen_application::Ports;
use denizen_domain::message::MessageSender;
use denizen_domain::ports::Store;
use denizen_domain::sealed::Sealer;
use denizen_email::{FolderSender, SmtpSender};
use denizen_oauth::JsonWebTokens;
use denizen_otp::{Argon2Hasher, SystemEntropy};
use denizen_persistence::{PostgresStore, SqliteStore};

use crate::clock::SystemClock;
use crate::config::{Config, Database, MailPart};
use crate::data_folder;

/// Opens the database, which gets the present schema if it has an older one.
pub async fn open_store(config: &Config) -> Result<Arc<dyn Store>> {
    match &config.database {
        Database::Sqlite { file, options } => {
            data_folder::prepare_database(file)?;
            let store = SqliteStore::open(file, options.clone());
            Ok(Arc::new(store.with_context(|| file.display().to_string())?))
        }
        Database::Postgres { url, options } => Ok(Arc::new(PostgresStore::open(url.expose(), options.clone()).await?)),
    }
}

/// All ports.
pub fn ports(config: &Config, store: Arc<dyn Store>, sealer: impl Sealer + 'static) -> Result<Ports> {
    let limits = config.hashing.limits;
    let hasher = match config.hashing.cost {
        Some(cost) => Argon2Hasher::new(cost, limits).context("the settings in [hashing]")?,
        None => {
            tracing::warn!("passwords are hashed so that the hashes protect nothing: hashing.insecure is set");
            Argon2Hasher::insecure_for_tests(limits)
        }
    };
    Ok(Ports {
        store,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        hasher: Arc::new(hasher),
        sealer: Arc::new(sealer),
        signatures: Arc::new(JsonWebTokens),
    })
}

/// What sends mails.
pub fn message_sender(part: &MailPart) -> Result<Box<dyn MessageSender>> {
    Ok(match part {
        MailPart::Folder { folder, from } => Box::new(FolderSender::new(folder.clone(), from.clone())),
        MailPart::Smtp(settings) => Box::new(SmtpSender::new(settings.clone())?),
    })
}
