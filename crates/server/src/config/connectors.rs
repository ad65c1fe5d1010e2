//! The settings of connectors to services that verify factors of their own.

use std::time::Duration;

use denizen_connector::Connector;
use denizen_domain::endpoint::{Endpoint, EndpointError};
use denizen_domain::factor::FactorKind;

use super::error::ConfigError;
use super::reader::Reader;

/// A secret shorter than this could be guessed.
const SHORTEST_SECRET: usize = 32;

/// The kinds of factor that connectors are for, with the settings of each.
const KINDS: [(FactorKind, &str, &str); 3] = [
    (FactorKind::Rsa, "connectors.rsa_url", "connectors.rsa_secret"),
    (
        FactorKind::Symantec,
        "connectors.symantec_url",
        "connectors.symantec_secret",
    ),
    (FactorKind::Duo, "connectors.duo_url", "connectors.duo_secret"),
];

/// The connectors that have a URL.
pub(super) fn connectors(reader: &Reader<'_>) -> Result<Vec<(FactorKind, Connector)>, ConfigError> {
    let timeout = Duration::from_secs(reader.number("connectors.timeout_seconds", 1..=30)?);
    let mut connectors = Vec::new();
    for (kind, url, key) in KINDS {
        let endpoint = reader.text(url).map(str::parse::<Endpoint>).transpose();
        let endpoint = endpoint.map_err(|error: EndpointError| ConfigError::value(url, error.to_string()))?;
        let secret = reader.secret(key)?;
        let Some(endpoint) = endpoint else {
            continue;
        };
        let secret = secret.filter(|secret| secret.expose().len() >= SHORTEST_SECRET);
        let too_short = || ConfigError::value(key, format!("it must have at least {SHORTEST_SECRET} characters"));
        let connector = Connector {
            endpoint,
            secret: secret.ok_or_else(too_short)?,
            timeout,
        };
        connectors.push((kind, connector));
    }
    Ok(connectors)
}

#[cfg(test)]
mod tests {
    use super::super::layers;
    use super::*;

    fn configured(lines: &str) -> Result<Vec<FactorKind>, ConfigError> {
        let mut table = layers::defaults();
        let given: toml::Table = lines.parse().unwrap();
        if let Some(section) = table.get_mut("connectors").and_then(toml::Value::as_table_mut) {
            section.extend(given);
        }
        let found = connectors(&Reader::new(&table))?;
        Ok(found.into_iter().map(|(kind, _)| kind).collect())
    }

    #[test]
    fn a_connector_is_one_with_a_url() {
        let secret = "canary-secret-of-32-characters-00";
        assert_eq!(configured("").unwrap(), []);
        assert_eq!(configured(&format!("rsa_secret = '{secret}'")).unwrap(), []);
        let both = format!(
            "rsa_url = 'https://example.com/rsa'\nrsa_secret = '{secret}'\n\
             duo_url = 'http://127.0.0.1:9'\nduo_secret = '{secret}'"
        );
        assert_eq!(configured(&both).unwrap(), [FactorKind::Rsa, FactorKind::Duo]);
        for refused in [
            "rsa_url = 'https://example.com/canary'",
            "rsa_url = 'https://example.com/rsa'\nrsa_secret = 'canary'",
            &both.replace("https", "http"),
            "timeout_seconds = 0",
        ] {
            let error = configured(refused).map(|_| ()).unwrap_err().to_string();
            assert!(
                error.contains("connectors.") && !error.contains("canary"),
                "{refused}: {error}"
            );
        }
    }
}
