//! Puts the adapters behind the ports, as the configuration says.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use denizen_application::Ports;
use denizen_connector::HttpConnectors;
use denizen_domain::ports::Store;
use denizen_domain::sealed::Sealer;
use denizen_email::{FolderSender, SmtpSender};
use denizen_oauth::JsonWebTokens;
use denizen_otp::{Aes128Blocks, Argon2Hasher, HmacOtp, SystemEntropy};
use denizen_persistence::{PostgresStore, SqliteStore};
use denizen_telephony::{FolderSender as PhoneFolderSender, NoSender, TwilioSender, WebhookSender};
use denizen_webauthn::StandardProofs;

use crate::clock::SystemClock;
use crate::config::{Config, Database, MailPart, Provider};
use crate::data_folder;
use crate::delivery::Senders;

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
        otp: Arc::new(HmacOtp),
        signatures: Arc::new(JsonWebTokens),
        cipher: Arc::new(Aes128Blocks),
        authenticators: Arc::new(StandardProofs),
        connectors: Arc::new(HttpConnectors::new(config.connectors.clone(), Arc::new(SystemClock))),
    })
}

/// What sends messages.
pub fn senders(config: &Config) -> Result<Senders> {
    Ok(Senders {
        mail: match &config.mail {
            MailPart::Folder { folder, from } => Box::new(FolderSender::new(folder.clone(), from.clone())),
            MailPart::Smtp(settings) => Box::new(SmtpSender::new(settings.clone())?),
        },
        phone: match &config.telephony.provider {
            Provider::Off => Box::new(NoSender),
            Provider::Folder(folder) => Box::new(PhoneFolderSender::new(folder.clone())),
            Provider::Twilio {
                endpoint,
                account,
                timeout,
            } => Box::new(TwilioSender::new(endpoint.clone(), account.clone(), *timeout)),
            Provider::Webhook {
                endpoint,
                secret,
                timeout,
            } => {
                let clock = Arc::new(SystemClock);
                Box::new(WebhookSender::new(endpoint.clone(), secret.clone(), clock, *timeout))
            }
        },
    })
}
