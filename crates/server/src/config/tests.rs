//! Configuration: which source wins, what is refused, what is shown.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use denizen_otp::{Cost, Limits};
use denizen_persistence::{PostgresOptions, SqliteOptions};

use super::*;

type Variables<'a> = &'a [(&'a str, &'a str)];

fn sources(folder: &Path, variables: Variables<'_>, flags: Flags) -> Sources {
    let variable = |(name, value): &(&str, &str)| (OsString::from(name), OsString::from(value));
    Sources {
        flags,
        variables: variables.iter().map(variable).collect(),
        folder: folder.to_owned(),
    }
}

/// The configuration of a file and the environment.
fn load(file: &str, variables: Variables<'_>) -> Result<Config, ConfigError> {
    load_with(file, variables, Flags::default())
}

fn load_with(file: &str, variables: Variables<'_>, flags: Flags) -> Result<Config, ConfigError> {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("denizen.toml"), file).unwrap();
    Config::load(&sources(home.path(), variables, flags))
}

#[track_caller]
fn refusal(file: &str, variables: Variables<'_>) -> String {
    load(file, variables).err().expect("it was accepted").to_string()
}

#[test]
fn without_anything_there_are_the_defaults() {
    let home = tempfile::tempdir().unwrap();
    let config = Config::load(&sources(home.path(), &[("HOME", "/")], Flags::default())).unwrap();
    assert_eq!(config.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.http.public_url(config.http.listen), "http://127.0.0.1:8080");
    assert_eq!(config.data_dir, Path::new("denizen-data"));
    assert_eq!(config.key_file, Path::new("denizen-data/key"));
    assert_eq!(config.warnings, Vec::<String>::new());
}

/// The file of defaults says the same as the crates whose defaults they are.
#[test]
fn the_defaults_are_those_of_the_crates() {
    let config = load("", &[]).unwrap();
    assert_eq!(config.password_policy, PasswordPolicy::default());
    assert_eq!(
        config.activation_token_minutes,
        Settings::new("").activation_token_minutes
    );
    assert_eq!(
        (config.hashing.cost, config.hashing.limits),
        (Some(Cost::default()), Limits::default())
    );
    let http = denizen_http::HttpSettings::default();
    assert_eq!(format!("{:?}", config.http.settings), format!("{http:?}"));
    let Database::Sqlite { file, options } = &config.database else {
        panic!("the default is SQLite");
    };
    assert_eq!(file, Path::new("denizen-data/denizen.db"));
    assert_eq!(format!("{options:?}"), format!("{:?}", SqliteOptions::default()));
    assert_eq!(config.settings("").messages, Settings::new("").messages);
    let config = load("", &[("DENIZEN_DATABASE_URL", "postgres://h/d")]).unwrap();
    let Database::Postgres { options, .. } = &config.database else {
        panic!("a URL is PostgreSQL");
    };
    assert_eq!(format!("{options:?}"), format!("{:?}", PostgresOptions::default()));
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let file = "listen = '127.0.0.1:1'\n[smtp]\nhost = 'file'\nport = 1";
    let listen = |variables: Variables<'_>, flags| load_with(file, variables, flags).unwrap().http.listen.port();
    assert_eq!(listen(&[], Flags::default()), 1);
    let variables: Variables<'_> = &[("DENIZEN_LISTEN", "127.0.0.1:2"), ("DENIZEN_SMTP__HOST", "environment")];
    assert_eq!(listen(variables, Flags::default()), 2);
    let flags = Flags {
        listen: Some("127.0.0.1:3".to_owned()),
        ..Flags::default()
    };
    assert_eq!(listen(variables, flags), 3);
    let MailPart::Smtp(smtp) = load(file, variables).unwrap().mail else {
        panic!("there is a mail server");
    };
    assert_eq!((smtp.host.as_str(), smtp.port), ("environment", Some(1)));
}

#[test]
fn a_named_file_takes_the_place_of_the_usual_one() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("denizen.toml"), "organization = 'usual'").unwrap();
    std::fs::write(home.path().join("one.toml"), "organization = 'flag'").unwrap();
    std::fs::write(home.path().join("two.toml"), "organization = 'variable'").unwrap();
    let named = |flag: Option<&str>, variables| {
        let flags = Flags {
            config: flag.map(PathBuf::from),
            ..Flags::default()
        };
        Config::load(&sources(home.path(), variables, flags)).map(|config| config.organization)
    };
    assert_eq!(named(None, &[]), Ok("usual".to_owned()));
    assert_eq!(
        named(None, &[("DENIZEN_CONFIG", "two.toml")]),
        Ok("variable".to_owned())
    );
    assert_eq!(
        named(Some("one.toml"), &[("DENIZEN_CONFIG", "two.toml")]),
        Ok("flag".to_owned())
    );
    let missing = named(Some("three.toml"), &[]).unwrap_err().to_string();
    assert!(
        missing.contains("three.toml") && missing.contains("not found"),
        "{missing}"
    );
}

#[test]
fn unknown_names_are_refused_wherever_they_come_from() {
    for (file, variables, name) in [
        ("lissen = 'x'", &[][..], "lissen"),
        ("[smtp]\nhosst = 'x'", &[][..], "smtp.hosst"),
        ("[mial]\nfrom = 'x'", &[][..], "mial"),
        ("", &[("DENIZEN_LISSEN", "x")][..], "DENIZEN_LISSEN"),
        ("", &[("DENIZEN_SMTP_HOST", "x")][..], "DENIZEN_SMTP_HOST"),
        ("", &[("DENIZEN_SMTP", "x")][..], "DENIZEN_SMTP"),
    ] {
        let refusal = refusal(file, variables);
        assert!(refusal.contains(&format!("unknown setting {name} in ")), "{refusal}");
    }
}

#[test]
fn values_of_another_kind_are_refused() {
    for (file, variables, wanted) in [
        ("listen = 8080", &[][..], "listen in "),
        ("smtp = 'host'", &[][..], "must be a section"),
        ("[listen]\nport = 1", &[][..], "must be a text"),
        ("[http]\ntrusted_origins = [1]", &[][..], "must be a list of texts"),
        (
            "",
            &[("DENIZEN_SMTP__PORT", "many")][..],
            "DENIZEN_SMTP__PORT in the environment must be a whole number",
        ),
        ("", &[("DENIZEN_HASHING__INSECURE", "yes")][..], "must be true or false"),
        ("listen = ", &[][..], "line 1"),
    ] {
        let refusal = refusal(file, variables);
        assert!(refusal.contains(wanted), "{refusal}");
    }
}

#[test]
fn values_that_make_no_sense_are_refused_by_name() {
    for (name, value) in [
        ("DENIZEN_LISTEN", "8080"),
        ("DENIZEN_PUBLIC_URL", "id.example.com"),
        ("DENIZEN_PUBLIC_URL", "https://user@id.example.com"),
        ("DENIZEN_PUBLIC_URL", "https://id.example.com/?a=b"),
        ("DENIZEN_PUBLIC_URL", "javascript://id.example.com"),
        ("DENIZEN_DATA_DIR", ""),
        ("DENIZEN_DATABASE_URL", "mysql://h/d"),
        ("DENIZEN_LOG__FORMAT", "xml"),
        ("DENIZEN_LOG__FILTER", "denizen=loud"),
        ("DENIZEN_MAIL__FROM", "nobody"),
        ("DENIZEN_SMTP__SECURITY", "ssl"),
        ("DENIZEN_SMTP__PORT", "65536"),
        ("DENIZEN_SMTP__TIMEOUT_SECONDS", "61"),
        ("DENIZEN_SMTP__USERNAME", "alone"),
        ("DENIZEN_SQLITE__SYNCHRONOUS", "off"),
        ("DENIZEN_SEARCH__TIME_LIMIT_MS", "0"),
        ("DENIZEN_RATE_LIMITS__PATHS", "/api/v1/users"),
        ("DENIZEN_HTTP__TRUSTED_PROXIES", "10.0.0.0/33"),
        ("DENIZEN_HTTP__TRUSTED_ORIGINS", "https://portal.example.com/"),
        ("DENIZEN_PASSWORD__MAX_ATTEMPTS", "-1"),
        ("DENIZEN_PASSWORD__MAX_ATTEMPTS", "101"),
    ] {
        let refusal = refusal("", &[(name, value)]);
        assert!(refusal.contains(name), "{name}={value}: {refusal}");
    }
}

/// K3: a token that could be guessed is refused, and not shown.
#[test]
fn a_short_token_is_refused() {
    let token = "00canary90123456789012345678901";
    let refused = refusal("", &[("DENIZEN_BOOTSTRAP_API_TOKEN", token)]);
    assert!(
        refused.contains("DENIZEN_BOOTSTRAP_API_TOKEN") && refused.contains("32"),
        "{refused}"
    );
    assert!(!refused.contains("canary"), "{refused}");
    let long = format!("{token}2");
    assert!(load("", &[("DENIZEN_BOOTSTRAP_API_TOKEN", &long)]).is_ok());
    refusal("", &[("DENIZEN_BOOTSTRAP_API_TOKEN", &format!("{token} 23"))]);
}

#[test]
fn plain_http_beyond_the_loopback_takes_a_word() {
    let url = ("DENIZEN_PUBLIC_URL", "https://id.example.com/");
    let anywhere = ("DENIZEN_LISTEN", "0.0.0.0:8080");
    let refused = refusal("", &[anywhere, url]);
    assert!(refused.contains("allow_plain_http_on"), "{refused}");
    let allowed = ("DENIZEN_ALLOW_PLAIN_HTTP_ON", "0.0.0.0");
    let config = load("", &[anywhere, url, allowed]).unwrap();
    assert_eq!(config.http.public_url(config.http.listen), "https://id.example.com");
    // Links must name a host.
    assert!(refusal("", &[anywhere, allowed]).contains("DENIZEN_PUBLIC_URL"));
    assert!(load("", &[("DENIZEN_LISTEN", "[::1]:0")]).is_ok());
    assert!(load("", &[("DENIZEN_LISTEN", "localhost:8080")]).is_ok());
}

/// P8
#[test]
fn weak_hashes_take_a_loopback_address() {
    let insecure = ("DENIZEN_HASHING__INSECURE", "true");
    assert!(load("", &[insecure]).unwrap().hashing.cost.is_none());
    let anywhere = [
        insecure,
        ("DENIZEN_LISTEN", "10.0.0.1:80"),
        ("DENIZEN_ALLOW_PLAIN_HTTP_ON", "10.0.0.1"),
    ];
    assert!(refusal("", &anywhere).contains("hashing.insecure"));
}

#[test]
fn a_secret_may_come_from_a_file() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("token");
    let token = "00canary9012345678901234567890123456789012";
    std::fs::write(&path, format!("{token}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let path = path.display().to_string();
    let file = ("DENIZEN_BOOTSTRAP_API_TOKEN_FILE", path.as_str());
    let config = load("", &[file]).unwrap();
    assert_eq!(config.bootstrap_api_token, Some(Secret::new(token)));
    // K4: a warning, because containers often hand secrets over so.
    assert_eq!(config.warnings.len(), 1, "{:?}", config.warnings);
    assert!(!config.to_toml().contains("canary"));
    let both = refusal("", &[file, ("DENIZEN_BOOTSTRAP_API_TOKEN", token)]);
    assert!(both.contains("both") && !both.contains("canary"), "{both}");
    // Two sources that say it in two ways are no contradiction: the stronger one counts.
    assert!(load(&format!("bootstrap_api_token = '{}'", "x".repeat(40)), &[file]).is_ok());
    let missing = refusal("", &[("DENIZEN_SMTP__PASSWORD_FILE", "/nowhere/password")]);
    assert!(missing.contains("/nowhere/password"), "{missing}");
}

/// G1: what is printed holds every setting in force and no secret.
#[test]
fn the_printed_configuration_hides_secrets() {
    let file =
        "database_url = 'postgres://denizen:canary@h/d'\n[smtp]\nhost = 'mail'\nusername = 'u'\npassword = 'canary'";
    let token = "00canary9012345678901234567890123456789012";
    let config = load(file, &[("DENIZEN_BOOTSTRAP_API_TOKEN", token)]).unwrap();
    let printed = config.to_toml();
    assert!(!printed.contains("canary"), "{printed}");
    for line in [
        "database_url = \"postgres://denizen:(hidden)@h/d\"",
        "bootstrap_api_token = \"(hidden)\"",
        "host = \"mail\"",
        "password = \"(hidden)\"",
    ] {
        assert!(printed.contains(line), "{line} is not in {printed}");
    }
    let table: Table = printed.parse().unwrap();
    assert_eq!(layers::keys(&table), layers::keys(&layers::defaults()));
    // K4
    assert!(
        config.warnings.iter().any(|warning| warning.contains("denizen.toml")),
        "{:?}",
        config.warnings
    );
}

/// Errors of the parser quote the line; ours must not, because it may hold a secret.
#[test]
fn a_syntax_error_shows_no_line() {
    let refused = refusal("listen = '127.0.0.1:1'\n[smtp]\npassword = 'canary", &[]);
    assert!(refused.contains("line 3") && !refused.contains("canary"), "{refused}");
}

/// H6: codes leave by TLS, and to somebody.
#[test]
fn a_provider_needs_all_of_its_settings() {
    let provider = |text: &str| load(&format!("[telephony]\n{text}"), &[]).map(|config| config.telephony.provider);
    assert!(matches!(provider("").unwrap(), Provider::Folder(folder) if folder == Path::new("denizen-data/phone")));
    assert!(matches!(provider("provider = 'off'").unwrap(), Provider::Off));
    let twilio = "provider = 'twilio'\ntwilio_account = 'AC1'\ntwilio_token = 'canary'\ntwilio_from = '+15550100200'";
    assert!(matches!(provider(twilio).unwrap(), Provider::Twilio { .. }));
    let secret = "x".repeat(32);
    let webhook =
        format!("provider = 'webhook'\nwebhook_url = 'https://example.com/hook'\nwebhook_secret = '{secret}'");
    assert!(matches!(provider(&webhook).unwrap(), Provider::Webhook { .. }));
    for refused in [
        "provider = 'pigeon'",
        "provider = 'twilio'",
        "provider = 'webhook'",
        &twilio.replace("'canary'", "''"),
        &twilio.replace("'AC1'", "'AC/1'"),
        &twilio.replace("'+15550100200'", "''"),
        &format!("{twilio}\ntwilio_url = 'http://example.com'"),
        &webhook.replace("https", "http"),
        &webhook.replace(&secret, "short"),
        "denied_prefixes = ['1900']",
        "country = '49'",
        "most_a_day = 0",
    ] {
        let error = provider(refused).map(|_| ()).unwrap_err().to_string();
        assert!(
            error.contains("telephony.") && !error.contains("canary"),
            "{refused}: {error}"
        );
    }
}

#[test]
fn every_default_is_read_and_nothing_else() {
    let table = layers::defaults();
    let reader = Reader::new(&table);
    let folder = Path::new("data");
    sections::http(&reader).unwrap();
    sections::database(&reader, folder).unwrap();
    sections::log(&reader).unwrap();
    sections::mail(&reader, folder.to_owned()).unwrap();
    sections::notices(&reader).unwrap();
    telephony::telephony(&reader, folder.to_owned()).unwrap();
    connectors::connectors(&reader).unwrap();
    webauthn::relying_party(&reader).unwrap();
    sections::password_policy(&reader).unwrap();
    sections::sessions(&reader).unwrap();
    factors::factors(&reader).unwrap();
    sections::hashing(&reader).unwrap();
    let read = reader.read.into_inner();
    let elsewhere = [
        "data_dir",
        "key_file",
        "organization",
        "bootstrap_api_token",
        "bootstrap_api_token_file",
        "tokens.activation_minutes",
    ];
    let known: BTreeSet<String> = layers::keys(&table).into_iter().collect();
    let read: BTreeSet<String> = read.into_iter().chain(elsewhere.map(str::to_owned)).collect();
    assert_eq!(read, known);
}
