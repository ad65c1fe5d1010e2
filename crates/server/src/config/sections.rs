//! The settings by what they are about.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use denizen_application::MessageSettings;
use denizen_domain::password::PasswordPolicy;
use denizen_domain::secret::Secret;
use denizen_domain::session::SessionLimits;
use denizen_email::{FromAddress, Security, SmtpSettings};
use denizen_http::{AccountLimits, HttpSettings, Network, RateLimits};
use denizen_otp::{Cost, Limits};
use denizen_persistence::{PostgresOptions, SqliteOptions};

use super::Config;
use super::error::ConfigError;
use super::reader::Reader;
use super::values;

/// Everything about listening and answering.
pub struct HttpPart {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where the server is reached, when that is not where it listens.
    pub public_url: Option<String>,
    /// Threads that answer; as many as processors when not given.
    pub workers: Option<usize>,
    /// How long requests that have begun may take at a shutdown.
    pub shutdown: Duration,
    /// How answers are made.
    pub settings: HttpSettings,
}

impl HttpPart {
    /// Where the server is reached when it listens at this address.
    #[must_use]
    pub fn public_url(&self, listens: SocketAddr) -> String {
        self.public_url.clone().unwrap_or_else(|| values::url_of(listens))
    }
}

/// Where the database is, and how it is used.
pub enum Database {
    /// A file in the data folder.
    Sqlite {
        /// The file.
        file: PathBuf,
        /// How it is used.
        options: SqliteOptions,
    },
    /// A server.
    Postgres {
        /// Its address, with a password perhaps.
        url: Secret,
        /// How it is used.
        options: PostgresOptions,
    },
}

/// What is logged, and how.
pub struct LogPart {
    /// In which form.
    pub format: LogFormat,
    /// By target and level.
    pub filter: String,
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// How mails leave.
pub enum MailPart {
    /// Into a folder.
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Where they come from.
        from: FromAddress,
    },
    /// To a mail server.
    Smtp(SmtpSettings),
}

/// What hashing costs, and how much of it goes on at once.
pub struct Hashing {
    /// What one hash costs; `None` for hashes that protect nothing.
    pub cost: Option<Cost>,
    /// How much goes on at once.
    pub limits: Limits,
}

pub(super) fn http(reader: &Reader<'_>) -> Result<HttpPart, ConfigError> {
    let listen = reader.needed_text("listen")?;
    let listen: SocketAddr = listen
        .replace("localhost:", "127.0.0.1:")
        .parse()
        .map_err(|_| ConfigError::value("listen", "it must look like 127.0.0.1:8080"))?;
    let allowed = reader.list("allow_plain_http_on", |text| {
        text.parse::<IpAddr>().map_err(|_| format!("{text:?} is no address"))
    })?;
    if !listen.ip().is_loopback() && !allowed.contains(&listen.ip()) {
        let ip = listen.ip();
        let reason = format!(
            "{ip} is not a loopback address, and API tokens would pass there in clear; put a proxy with TLS in front, and \
             allow_plain_http_on = [\"{ip}\"] if the way from there is safe"
        );
        return Err(ConfigError::value("listen", reason));
    }
    let public_url = reader.text("public_url").map(values::public_url).transpose()?;
    if public_url.is_none() && listen.ip().is_unspecified() {
        let reason = "it is needed where the server listens on every address, because links must name one";
        return Err(ConfigError::value("public_url", reason));
    }
    let rate_limits = RateLimits {
        default_per_minute: reader.number("rate_limits.per_minute", 1..=i64::from(u32::MAX))?,
        buckets: reader.list("rate_limits.paths", values::bucket)?,
    };
    let account_limits = AccountLimits {
        sign_ins_per_second: reader.number("rate_limits.sign_ins_per_second", 1..=1_000_000)?,
        recoveries_per_hour: reader.number("rate_limits.recoveries_per_hour", 1..=1_000_000)?,
        recoveries_per_address_and_hour: reader.number("rate_limits.recoveries_per_address_and_hour", 1..=1_000_000)?,
    };
    let settings = HttpSettings {
        rate_limits,
        account_limits,
        trusted_origins: reader.list("http.trusted_origins", values::origin)?,
        trusted_proxies: reader.list("http.trusted_proxies", |text| {
            text.parse::<Network>().map_err(|error| error.to_string())
        })?,
        body_limit: 1024 * reader.number::<usize>("http.body_limit_kib", 1..=16 * 1024)?,
        ..HttpSettings::default()
    };
    Ok(HttpPart {
        listen,
        public_url,
        workers: reader.number_or_usual("http.workers", 1024)?,
        shutdown: Duration::from_secs(reader.number("http.shutdown_seconds", 0..=3600)?),
        settings,
    })
}

/// The embedded database's file in the data folder.
const SQLITE_FILE: &str = "denizen.db";

pub(super) fn database(reader: &Reader<'_>, data_dir: &Path) -> Result<Database, ConfigError> {
    let query_time_limit = Duration::from_millis(reader.number("search.time_limit_ms", 10..=600_000)?);
    let synchronous_full = match reader.text("sqlite.synchronous") {
        Some("full") => true,
        Some("normal") => false,
        _ => {
            return Err(ConfigError::value(
                "sqlite.synchronous",
                "it must be \"full\" or \"normal\"",
            ));
        }
    };
    let usual = SqliteOptions::default();
    let sqlite = SqliteOptions {
        synchronous_full,
        readers: reader.number_or_usual("sqlite.readers", 1024)?.unwrap_or(usual.readers),
        write_queue: reader.number("sqlite.write_queue", 1..=1_000_000)?,
        query_time_limit,
        ..usual
    };
    let usual = PostgresOptions::default();
    let postgres = PostgresOptions {
        connections: reader
            .number_or_usual("postgres.connections", 10_000)?
            .unwrap_or(usual.connections),
        query_time_limit,
        ..usual
    };
    let Some(url) = reader.secret("database_url")? else {
        return Ok(Database::Sqlite {
            file: data_dir.join(SQLITE_FILE),
            options: sqlite,
        });
    };
    if !["postgres://", "postgresql://"]
        .iter()
        .any(|scheme| url.expose().starts_with(scheme))
    {
        let reason = "it must start with postgres://; without it, the database is a file in the data folder";
        return Err(ConfigError::value("database_url", reason));
    }
    Ok(Database::Postgres { url, options: postgres })
}

pub(super) fn log(reader: &Reader<'_>) -> Result<LogPart, ConfigError> {
    let format = match reader.text("log.format") {
        Some("text") => LogFormat::Text,
        Some("json") => LogFormat::Json,
        _ => return Err(ConfigError::value("log.format", "it must be \"text\" or \"json\"")),
    };
    let filter = reader.needed_text("log.filter")?;
    tracing_subscriber::EnvFilter::try_new(&filter)
        .map_err(|_| ConfigError::value("log.filter", "it must look like info,denizen_http=debug"))?;
    Ok(LogPart { format, filter })
}

pub(super) fn mail(reader: &Reader<'_>, usual_folder: PathBuf) -> Result<MailPart, ConfigError> {
    let from: FromAddress = reader
        .needed_text("mail.from")?
        .parse()
        .map_err(|error: denizen_email::FromAddressError| ConfigError::value("mail.from", error.to_string()))?;
    let folder = reader.path("mail.folder")?.unwrap_or(usual_folder);
    let security = match reader.text("smtp.security") {
        Some("starttls") => Security::StartTls,
        Some("tls") => Security::Tls,
        Some("none") => Security::None,
        _ => {
            return Err(ConfigError::value(
                "smtp.security",
                "it must be \"starttls\", \"tls\" or \"none\"",
            ));
        }
    };
    let port = reader.number_or_usual("smtp.port", 65_535)?;
    // Longer than this, and another server might take the message for abandoned.
    let timeout = Duration::from_secs(reader.number("smtp.timeout_seconds", 1..=60)?);
    let account = match (reader.text("smtp.username"), reader.secret("smtp.password")?) {
        (Some(name), Some(password)) => Some((name.to_owned(), password)),
        (None, None) => None,
        _ => return Err(ConfigError::value("smtp.username", "name and password belong together")),
    };
    Ok(match reader.text("smtp.host") {
        None => MailPart::Folder { folder, from },
        Some(host) => MailPart::Smtp(SmtpSettings {
            host: host.to_owned(),
            port,
            security,
            account,
            from,
            timeout,
        }),
    })
}

pub(super) fn notices(reader: &Reader<'_>) -> Result<MessageSettings, ConfigError> {
    Ok(MessageSettings {
        mail_codes_a_day: reader.number("mail.most_codes_a_day", 1..=1_000_000)?,
        tell_lockout: reader.flag("mail.tell_lockout"),
        tell_factor_enrolled: reader.flag("mail.tell_factor_enrolled"),
        tell_factor_reset: reader.flag("mail.tell_factor_reset"),
        ..MessageSettings::default()
    })
}

pub(super) fn password_policy(reader: &Reader<'_>) -> Result<PasswordPolicy, ConfigError> {
    Ok(PasswordPolicy {
        min_length: reader.number("password.min_length", 4..=64)?,
        max_length: reader.number("password.max_length", 72..=1024)?,
        needs_lower_case: reader.flag("password.needs_lower_case"),
        needs_upper_case: reader.flag("password.needs_upper_case"),
        needs_number: reader.flag("password.needs_number"),
        needs_symbol: reader.flag("password.needs_symbol"),
        exclude_username: reader.flag("password.exclude_username"),
        exclude_first_name: reader.flag("password.exclude_first_name"),
        exclude_last_name: reader.flag("password.exclude_last_name"),
        exclude_common: reader.flag("password.exclude_common"),
        history_count: reader.number("password.history_count", 0..=30)?,
        min_age_minutes: reader.number("password.min_age_minutes", 0..=525_600)?,
        max_age_days: reader.number("password.max_age_days", 0..=3650)?,
        expire_warn_days: reader.number("password.expire_warn_days", 0..=3650)?,
        max_attempts: reader.number("password.max_attempts", 0..=100)?,
        auto_unlock_minutes: reader.number("password.auto_unlock_minutes", 0..=525_600)?,
        show_lockout_failures: reader.flag("password.show_lockout_failures"),
        self_service_unlock: reader.flag("password.self_service_unlock"),
        recovery_token_minutes: reader.number("tokens.recovery_minutes", 1..=24 * 60)?,
        min_answer_length: reader.number("password.min_answer_length", 1..=100)?,
    })
}

pub(super) fn sessions(reader: &Reader<'_>) -> Result<SessionLimits, ConfigError> {
    Ok(SessionLimits {
        idle_minutes: reader.number("sessions.idle_minutes", 1..=30 * 24 * 60)?,
        most_minutes: reader.number("sessions.most_minutes", 1..=90 * 24 * 60)?,
    })
}

pub(super) fn hashing(reader: &Reader<'_>) -> Result<Hashing, ConfigError> {
    let cost = Cost {
        memory_kib: reader.number("hashing.memory_kib", 1..=i64::from(u32::MAX))?,
        iterations: reader.number("hashing.iterations", 1..=i64::from(u32::MAX))?,
        lanes: reader.number("hashing.lanes", 1..=i64::from(u32::MAX))?,
    };
    let usual = Limits::default();
    let limits = Limits {
        running: reader
            .number_or_usual("hashing.running", 1024)?
            .unwrap_or(usual.running),
        waiting: reader.number("hashing.waiting", 0..=1_000_000)?,
    };
    let insecure = reader.flag("hashing.insecure");
    Ok(Hashing {
        cost: (!insecure).then_some(cost),
        limits,
    })
}

/// What one section alone does not show.
pub(super) fn check_together(config: &Config) -> Result<(), ConfigError> {
    // P8: weak hashes only where nobody from outside can come.
    if config.hashing.cost.is_none() && !config.http.listen.ip().is_loopback() {
        return Err(ConfigError::value(
            "hashing.insecure",
            "it takes a loopback address to listen on",
        ));
    }
    Ok(())
}
