//! The settings of factors.

use std::collections::BTreeMap;

use denizen_domain::factor::{Enrolment, FactorKind, FactorPolicy};

use super::error::ConfigError;
use super::reader::Reader;

/// The setting of each kind.
const KINDS: [(FactorKind, &str); 14] = [
    (FactorKind::Question, "factors.question"),
    (FactorKind::OktaTotp, "factors.okta_otp"),
    (FactorKind::GoogleTotp, "factors.google_otp"),
    (FactorKind::Sms, "factors.sms"),
    (FactorKind::Call, "factors.call"),
    (FactorKind::Email, "factors.email"),
    (FactorKind::Push, "factors.push"),
    (FactorKind::WebAuthn, "factors.webauthn"),
    (FactorKind::U2f, "factors.u2f"),
    (FactorKind::CustomHotp, "factors.custom_otp"),
    (FactorKind::Yubikey, "factors.yubikey"),
    (FactorKind::Rsa, "factors.rsa"),
    (FactorKind::Symantec, "factors.symantec"),
    (FactorKind::Duo, "factors.duo"),
];

/// What is asked of factors.
pub(super) fn factors(reader: &Reader<'_>) -> Result<FactorPolicy, ConfigError> {
    let mut enrolments = BTreeMap::new();
    for (kind, key) in KINDS {
        let enrolment = Enrolment::parse(&reader.needed_text(key)?).ok_or_else(|| {
            let reason = "it must be \"NOT_ALLOWED\", \"OPTIONAL\" or \"REQUIRED\"";
            ConfigError::value(key, reason)
        })?;
        if enrolment != Enrolment::Optional {
            enrolments.insert(kind, enrolment);
        }
    }
    Ok(FactorPolicy {
        enrolments,
        asks_at_sign_in: reader.flag("factors.asks_at_sign_in"),
        gives_email: reader.flag("factors.gives_email"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::layers;
    use super::*;

    fn configured(lines: &str) -> Result<FactorPolicy, ConfigError> {
        let mut table = layers::defaults();
        let given: toml::Table = lines.parse().unwrap();
        if let Some(section) = table.get_mut("factors").and_then(toml::Value::as_table_mut) {
            section.extend(given);
        }
        factors(&Reader::new(&table))
    }

    #[test]
    fn every_kind_is_optional_and_asked_for_unless_something_else_is_said() {
        assert_eq!(configured("").unwrap(), FactorPolicy::default());
        for (kind, key) in KINDS {
            let name = key.trim_start_matches("factors.");
            for enrolment in [Enrolment::NotAllowed, Enrolment::Optional, Enrolment::Required] {
                let policy = configured(&format!("{name} = \"{}\"", enrolment.as_str())).unwrap();
                assert_eq!(policy.enrolment(kind), enrolment);
                assert_eq!(policy.enrolments.len(), usize::from(enrolment != Enrolment::Optional));
            }
        }
        assert!(!configured("asks_at_sign_in = false").unwrap().asks_at_sign_in);
        assert!(configured("gives_email = true").unwrap().gives_email);
    }

    #[test]
    fn other_words_are_refused_by_the_name_of_the_setting() {
        let error = configured("sms = \"sometimes\"").unwrap_err().to_string();
        assert!(error.contains("factors.sms"), "{error}");
    }

    #[test]
    fn every_kind_has_a_setting() {
        let kinds: Vec<FactorKind> = KINDS.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, FactorKind::ALL);
    }
}
