//! The configuration: defaults, a file, the environment and flags, laid over one another and checked once, at the start.
//!
//! `defaults.toml` is the list of all settings. What is not there is unknown, wherever it comes from.

mod connectors;
mod error;
mod factors;
mod layers;
mod print;
mod reader;
mod sections;
mod telephony;
mod values;
mod webauthn;

use std::path::{Path, PathBuf};

pub use self::error::ConfigError;
pub use self::layers::{Flags, Sources};
pub use self::sections::{Database, Hashing, HttpPart, LogFormat, LogPart, MailPart};
pub use self::telephony::{Provider, TelephonyPart};

use denizen_application::{MessageSettings, Settings};
use denizen_connector::Connector;
use denizen_domain::factor::{FactorKind, FactorPolicy};
use denizen_domain::fido::RelyingParty;
use denizen_domain::password::PasswordPolicy;
use denizen_domain::secret::Secret;
use denizen_domain::session::SessionLimits;
use toml::Table;

use self::reader::Reader;

/// The configuration of this run.
pub struct Config {
    /// Everything about listening and answering.
    pub http: HttpPart,
    /// Where the database is, and how it is used.
    pub database: Database,
    /// The data folder.
    pub data_dir: PathBuf,
    /// The file with the sealing keys.
    pub key_file: PathBuf,
    /// The organization's name.
    pub organization: String,
    /// The first API token, when it is given.
    pub bootstrap_api_token: Option<Secret>,
    /// What is logged, and how.
    pub log: LogPart,
    /// How mails leave.
    pub mail: MailPart,
    /// Which mails users get.
    pub notices: MessageSettings,
    /// How short messages and calls leave.
    pub telephony: TelephonyPart,
    /// Connectors to services that verify factors of their own.
    pub connectors: Vec<(FactorKind, Connector)>,
    /// Which pages may ask security keys for proofs, where it is not only the directory's own.
    pub relying_party: Option<RelyingParty>,
    /// What is asked of passwords.
    pub password_policy: PasswordPolicy,
    /// How long an activation link is good.
    pub activation_token_minutes: i64,
    /// How long sessions live.
    pub session_limits: SessionLimits,
    /// What is asked of factors.
    pub factor_policy: FactorPolicy,
    /// What hashing costs, and how much of it goes on at once.
    pub hashing: Hashing,
    /// What the operator should hear, once there is a log.
    pub warnings: Vec<String>,
    table: Table,
}

impl Config {
    /// Reads everything.
    ///
    /// # Errors
    /// The first thing that is wrong, by its name. No error shows a secret.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let (table, file) = layers::merge(sources)?;
        Self::of(table, file.as_deref())
    }

    fn of(table: Table, file: Option<&Path>) -> Result<Self, ConfigError> {
        let reader = Reader::new(&table);
        let data_dir = PathBuf::from(reader.needed_text("data_dir")?);
        let below = |name: &str| data_dir.join(name);
        let token = reader.secret("bootstrap_api_token")?;
        let token = token.map(values::bootstrap_token).transpose()?;
        let mut config = Self {
            http: sections::http(&reader)?,
            database: sections::database(&reader, &data_dir)?,
            key_file: reader.path("key_file")?.unwrap_or_else(|| below("key")),
            organization: reader.needed_text("organization")?,
            bootstrap_api_token: token,
            log: sections::log(&reader)?,
            mail: sections::mail(&reader, below("mail"))?,
            notices: sections::notices(&reader)?,
            telephony: telephony::telephony(&reader, below("phone"))?,
            connectors: connectors::connectors(&reader)?,
            relying_party: webauthn::relying_party(&reader)?,
            password_policy: sections::password_policy(&reader)?,
            activation_token_minutes: reader.number("tokens.activation_minutes", 1..=7 * 24 * 60)?,
            session_limits: sections::sessions(&reader)?,
            factor_policy: factors::factors(&reader)?,
            hashing: sections::hashing(&reader)?,
            warnings: Vec::new(),
            data_dir,
            table: Table::new(),
        };
        sections::check_together(&config)?;
        config.warnings = reader.warnings();
        if let Some(file) = file.filter(|_| print::holds_secret(&table)) {
            config.warnings.extend(reader::loose(file));
        }
        config.table = table;
        Ok(config)
    }

    /// What the use cases need to know, for a server that is reached here.
    #[must_use]
    pub fn settings(&self, public_url: &str) -> Settings {
        let usual = Settings::new(public_url);
        Settings {
            relying_party: self.relying_party.clone().or(usual.relying_party),
            password_policy: self.password_policy.clone(),
            activation_token_minutes: self.activation_token_minutes,
            session_limits: self.session_limits,
            factor_policy: self.factor_policy.clone(),
            messages: MessageSettings {
                telephony: !matches!(self.telephony.provider, Provider::Off),
                phone_rules: self.telephony.rules.clone(),
                phone_codes_a_day: self.telephony.most_a_day,
                ..self.notices.clone()
            },
            ..usual
        }
    }

    /// The settings in force as TOML, with every secret hidden.
    #[must_use]
    pub fn to_toml(&self) -> String {
        print::without_secrets(&self.table)
    }
}

#[cfg(test)]
mod tests;
