//! The settings of security keys.

use denizen_domain::fido::{Origin, RelyingParty, UserVerification};

use super::error::ConfigError;
use super::reader::Reader;

const ORIGINS: &str = "webauthn.origins";
const ID: &str = "webauthn.rp_id";

/// Which pages may ask security keys for proofs; `None` where nothing is said.
pub(super) fn relying_party(reader: &Reader<'_>) -> Result<Option<RelyingParty>, ConfigError> {
    let origins = reader.list(ORIGINS, |text| {
        // Whatever follows an origin is no part of it, and whoever wrote it meant something else.
        let origin = Origin::parse(text).filter(|origin| origin.as_str() == text);
        origin.ok_or_else(|| format!("{text:?} is no origin, such as https://app.example.com"))
    })?;
    let id = reader.text(ID).filter(|id| !id.is_empty()).map(str::to_owned);
    if origins.is_empty() {
        return match id {
            Some(_) => Err(ConfigError::value(ID, format!("{ORIGINS} is empty"))),
            None => Ok(None),
        };
    }
    let party = RelyingParty::new(origins, id, UserVerification::default());
    party
        .map(Some)
        .map_err(|error| ConfigError::value(ID, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::layers;
    use super::*;

    fn configured(lines: &str) -> Result<Option<RelyingParty>, ConfigError> {
        let mut table = layers::defaults();
        let given: toml::Table = lines.parse().unwrap();
        if let Some(section) = table.get_mut("webauthn").and_then(toml::Value::as_table_mut) {
            section.extend(given);
        }
        relying_party(&Reader::new(&table))
    }

    #[test]
    fn w1_pages_are_named_by_their_whole_origins() {
        assert_eq!(configured("").unwrap(), None);
        let party = configured("origins = ['https://app.example.com', 'http://localhost:3000']").unwrap();
        assert_eq!(party.unwrap().id(), None);
        let party = configured("origins = ['https://app.example.com']\nrp_id = 'example.com'").unwrap();
        assert_eq!(party.unwrap().id(), Some("example.com"));
        for refused in [
            "origins = ['example.com']",
            "origins = ['https://example.com/']",
            "origins = ['https://example.com/page']",
            "origins = ['https://Example.com']",
            "origins = ['*']",
            "rp_id = 'example.com'",
            "origins = ['https://badexample.com']\nrp_id = 'example.com'",
        ] {
            let error = configured(refused).unwrap_err().to_string();
            assert!(error.contains("webauthn."), "{refused}: {error}");
        }
    }
}
