//! The settings of short messages and calls.

use std::path::PathBuf;
use std::time::Duration;

use denizen_domain::endpoint::{Endpoint, EndpointError};
use denizen_domain::phone::PhoneRules;
use denizen_domain::secret::Secret;
use denizen_telephony::{TwilioAccount, TwilioAccountError};

use super::error::ConfigError;
use super::reader::Reader;

/// A secret shorter than this could be guessed.
const SHORTEST_SECRET: usize = 32;

/// Short messages and calls.
pub struct TelephonyPart {
    /// How they leave.
    pub provider: Provider,
    /// Which numbers are called.
    pub rules: PhoneRules,
    /// So many codes a number gets in a day, by messages and by calls each.
    pub most_a_day: u32,
}

/// How short messages and calls leave.
pub enum Provider {
    /// Not at all.
    Off,
    /// Into a folder.
    Folder(PathBuf),
    /// By a provider that speaks Twilio's API.
    Twilio {
        /// Where it is.
        endpoint: Endpoint,
        /// Whoever pays.
        account: TwilioAccount,
        /// The longest time that one message may take.
        timeout: Duration,
    },
    /// By a signed request.
    Webhook {
        /// Where to.
        endpoint: Endpoint,
        /// What the receiver knows the sender by.
        secret: Secret,
        /// The longest time that one message may take.
        timeout: Duration,
    },
}

pub(super) fn telephony(reader: &Reader<'_>, usual_folder: PathBuf) -> Result<TelephonyPart, ConfigError> {
    let folder = reader.path("telephony.folder")?.unwrap_or(usual_folder);
    // Longer than this, and another server might take the message for abandoned.
    let timeout = Duration::from_secs(reader.number("telephony.timeout_seconds", 1..=60)?);
    // Each is looked at, whichever is chosen, so that a mistake shows before it matters.
    let (twilio, webhook) = (twilio(reader, timeout)?, webhook(reader, timeout)?);
    let missing = |key| ConfigError::value(key, "it is empty");
    let provider = match reader.text("telephony.provider") {
        Some("off") => Provider::Off,
        Some("folder") => Provider::Folder(folder),
        Some("twilio") => twilio.ok_or_else(|| missing("telephony.twilio_account"))?,
        Some("webhook") => webhook.ok_or_else(|| missing("telephony.webhook_url"))?,
        _ => {
            let reason = "it must be \"folder\", \"twilio\", \"webhook\" or \"off\"";
            return Err(ConfigError::value("telephony.provider", reason));
        }
    };
    let country = reader.text("telephony.country");
    let country = country.map(|text| prefix(text).map_err(|reason| ConfigError::value("telephony.country", reason)));
    Ok(TelephonyPart {
        provider,
        rules: PhoneRules {
            denied: reader.list("telephony.denied_prefixes", prefix)?,
            permitted: reader.list("telephony.permitted_prefixes", prefix)?,
            country: country.transpose()?,
        },
        most_a_day: reader.number("telephony.most_a_day", 1..=1_000_000)?,
    })
}

/// The provider that speaks Twilio's API, when an account is named.
fn twilio(reader: &Reader<'_>, timeout: Duration) -> Result<Option<Provider>, ConfigError> {
    let endpoint = endpoint(reader, "telephony.twilio_url")?;
    let from = reader.text("telephony.twilio_from").unwrap_or_default();
    let token = reader.secret("telephony.twilio_token")?;
    let Some(id) = reader.text("telephony.twilio_account") else {
        return Ok(None);
    };
    let (Some(endpoint), Some(token)) = (endpoint, token) else {
        return Err(ConfigError::value(
            "telephony.twilio_token",
            "URL and token are needed, too",
        ));
    };
    let account = TwilioAccount::new(id, token, from).map_err(|error| {
        let key = match error {
            TwilioAccountError::Id => "telephony.twilio_account",
            TwilioAccountError::From => "telephony.twilio_from",
        };
        ConfigError::value(key, error.to_string())
    })?;
    Ok(Some(Provider::Twilio {
        endpoint,
        account,
        timeout,
    }))
}

/// The provider that takes signed requests, when a URL is named.
fn webhook(reader: &Reader<'_>, timeout: Duration) -> Result<Option<Provider>, ConfigError> {
    let key = "telephony.webhook_secret";
    let secret = reader.secret(key)?;
    let Some(endpoint) = endpoint(reader, "telephony.webhook_url")? else {
        return Ok(None);
    };
    let secret = secret.filter(|secret| secret.expose().len() >= SHORTEST_SECRET);
    let too_short = || ConfigError::value(key, format!("it must have at least {SHORTEST_SECRET} characters"));
    Ok(Some(Provider::Webhook {
        endpoint,
        secret: secret.ok_or_else(too_short)?,
        timeout,
    }))
}

fn endpoint(reader: &Reader<'_>, key: &'static str) -> Result<Option<Endpoint>, ConfigError> {
    let parsed = reader.text(key).map(str::parse).transpose();
    parsed.map_err(|error: EndpointError| ConfigError::value(key, error.to_string()))
}

/// The start of numbers, such as `+1900`.
fn prefix(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix('+').unwrap_or_default();
    let is_prefix = (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_prefix {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} does not look like +1900"))
    }
}
