//! What clients send about users. Members that only answers have are known and ignored, so that a whole user can be sent back;
//! any other is refused (R12).

use denizen_application::{CredentialsInput, PasswordInput, RecoveryQuestionInput};
use denizen_domain::password::ImportedHash;
use denizen_domain::password::imported::HashDescription;
use denizen_domain::profile::Attributes;
use denizen_domain::secret::Secret;
use denizen_domain::user::{Provider, ProviderKind};
use denizen_domain::validation::Validation;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::body::{Object, StrictAttributes};

/// A user to be created or changed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UserBody {
    profile: Option<StrictAttributes>,
    credentials: Option<Object<CredentialsBody>>,
    group_ids: Option<Vec<String>>,
    #[serde(rename = "type")]
    kind: Option<Object<TypeBody>>,
    realm_id: Option<String>,
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    #[serde(rename = "status")]
    _status: Option<IgnoredAny>,
    #[serde(rename = "transitioningToStatus")]
    _transitioning_to_status: Option<IgnoredAny>,
    #[serde(rename = "created")]
    _created: Option<IgnoredAny>,
    #[serde(rename = "activated")]
    _activated: Option<IgnoredAny>,
    #[serde(rename = "statusChanged")]
    _status_changed: Option<IgnoredAny>,
    #[serde(rename = "lastLogin")]
    _last_login: Option<IgnoredAny>,
    #[serde(rename = "lastUpdated")]
    _last_updated: Option<IgnoredAny>,
    #[serde(rename = "passwordChanged")]
    _password_changed: Option<IgnoredAny>,
    #[serde(rename = "_links")]
    _links: Option<IgnoredAny>,
    #[serde(rename = "_embedded")]
    _embedded: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeBody {
    id: Option<String>,
}

/// The parts of a user that a client may set.
pub(super) struct Parts {
    pub(super) profile: Option<Attributes>,
    pub(super) credentials: Option<CredentialsInput>,
    pub(super) group_ids: Vec<String>,
    pub(super) type_id: Option<String>,
}

/// Credentials to be set or shown.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CredentialsBody {
    pub(super) password: Option<Object<PasswordBody>>,
    pub(super) recovery_question: Option<Object<RecoveryQuestionBody>>,
    provider: Option<Object<ProviderBody>>,
    #[serde(rename = "emails")]
    _emails: Option<IgnoredAny>,
}

/// A password, in one of three forms.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordBody {
    pub(super) value: Option<Secret>,
    hash: Option<Object<HashBody>>,
    hook: Option<Object<HookBody>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct HashBody {
    algorithm: Option<String>,
    value: Option<String>,
    salt: Option<String>,
    salt_order: Option<String>,
    work_factor: Option<i64>,
    iteration_count: Option<i64>,
    key_size: Option<i64>,
    digest_algorithm: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HookBody {
    #[serde(rename = "type")]
    _kind: Option<String>,
}

/// A recovery question.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecoveryQuestionBody {
    pub(super) question: Option<String>,
    pub(super) answer: Option<Secret>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderBody {
    #[serde(rename = "type")]
    kind: Option<ProviderKind>,
    name: Option<String>,
}

/// A change of a password by the present one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct ChangePasswordBody {
    pub(super) old_password: Option<Object<PasswordBody>>,
    pub(super) new_password: Option<Object<PasswordBody>>,
    pub(super) revoke_sessions: Option<bool>,
}

impl UserBody {
    /// Whether the client names a realm.
    pub(super) fn has_realm(&self) -> bool {
        self.realm_id.is_some()
    }

    /// What is to be set.
    pub(super) fn into_parts(self) -> Result<Parts, Validation> {
        Ok(Parts {
            profile: self.profile.map(|StrictAttributes(attributes)| attributes),
            credentials: self.credentials.map(|given| given.0.into_input()).transpose()?,
            group_ids: self.group_ids.unwrap_or_default(),
            type_id: self.kind.and_then(|kind| kind.0.id),
        })
    }
}

impl CredentialsBody {
    fn into_input(self) -> Result<CredentialsInput, Validation> {
        let password = self.password.map(|given| given.0.into_input()).transpose()?;
        let recovery_question = self.recovery_question.map(|given| given.0);
        Ok(CredentialsInput {
            password: password.flatten(),
            recovery_question: recovery_question
                .filter(|given| given.answer.is_some() || given.question.is_some())
                .map(|given| RecoveryQuestionInput {
                    question: given.question,
                    answer: given.answer,
                }),
            provider: self.provider.and_then(|given| given.0.into_provider()),
        })
    }
}

impl PasswordBody {
    fn into_input(self) -> Result<Option<PasswordInput>, Validation> {
        match (self.value, self.hash, self.hook) {
            (None, None, None) => Ok(None),
            (Some(value), None, None) => Ok(Some(PasswordInput::Clear(value))),
            (None, Some(hash), None) => {
                let description = hash.0.into_description();
                ImportedHash::from_description(&description).map(|hash| Some(PasswordInput::Hash(hash)))
            }
            (None, None, Some(_)) => Ok(Some(PasswordInput::Hook)),
            _ => Err(Validation::field(
                "password",
                "Only one of value, hash and hook may be given",
            )),
        }
    }
}

impl HashBody {
    fn into_description(self) -> HashDescription {
        HashDescription {
            algorithm: self.algorithm.unwrap_or_default(),
            value: self.value,
            salt: self.salt,
            salt_order: self.salt_order,
            work_factor: self.work_factor,
            iteration_count: self.iteration_count,
            key_size: self.key_size,
            digest_algorithm: self.digest_algorithm,
        }
    }
}

impl ProviderBody {
    /// A provider without a name has its kind's name.
    fn into_provider(self) -> Option<Provider> {
        let kind = self.kind?;
        let name = self.name.unwrap_or_else(|| kind_name(kind).to_owned());
        Some(Provider { kind, name })
    }
}

/// The name of a kind of provider on the wire.
pub(super) fn kind_name(kind: ProviderKind) -> &'static str {
    match kind {
        ProviderKind::ActiveDirectory => "ACTIVE_DIRECTORY",
        ProviderKind::Federation => "FEDERATION",
        ProviderKind::Import => "IMPORT",
        ProviderKind::Ldap => "LDAP",
        ProviderKind::Okta => "OKTA",
        ProviderKind::Social => "SOCIAL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::parse;

    fn parts(body: &str) -> Parts {
        parse::<UserBody>(body.as_bytes()).unwrap().into_parts().unwrap()
    }

    fn refused(body: &str) -> bool {
        parse::<UserBody>(body.as_bytes()).is_err()
    }

    #[test]
    fn a_user_that_was_read_can_be_sent_back() {
        let read = r#"{"id":"00u1","status":"ACTIVE","created":"x","activated":null,"statusChanged":null,"lastLogin":null,
            "lastUpdated":"x","passwordChanged":null,"type":{"id":"oty1"},"profile":{"login":"a@b.io"},
            "credentials":{"password":{},"emails":[{"value":"a@b.io"}],"provider":{"type":"OKTA","name":"OKTA"}},
            "_links":{"self":{"href":"x"}},"_embedded":{}}"#;
        let parts = parts(read);
        assert_eq!(parts.type_id.as_deref(), Some("oty1"));
        let credentials = parts.credentials.unwrap();
        assert!(credentials.password.is_none() && credentials.recovery_question.is_none());
        assert_eq!(credentials.provider, Some(Provider::okta()));
    }

    #[test]
    fn empty_credentials_are_no_credentials() {
        for password in ["{}", "null", r#"{"value":null}"#] {
            let parts = parts(&format!(r#"{{"credentials":{{"password":{password}}}}}"#));
            assert!(parts.credentials.unwrap().password.is_none(), "{password}");
        }
        assert!(
            parts(r#"{"credentials":null,"groupIds":null,"profile":null}"#)
                .profile
                .is_none()
        );
    }

    #[test]
    fn a_password_has_one_form() {
        let form = |password: &str| {
            let body = format!(r#"{{"credentials":{{"password":{password}}}}}"#);
            parse::<UserBody>(body.as_bytes())
                .unwrap()
                .into_parts()
                .map(|parts| parts.credentials.unwrap().password)
        };
        assert!(matches!(form(r#"{"value":"x"}"#), Ok(Some(PasswordInput::Clear(_)))));
        assert!(matches!(
            form(r#"{"hook":{"type":"default"}}"#),
            Ok(Some(PasswordInput::Hook))
        ));
        let bcrypt = r#"{"hash":{"algorithm":"BCRYPT","workFactor":10,"salt":"rwh3vH166HCH/NT9XV5FYu","value":"qaMqvAPULkbiQzkTCWo5XDcvzpk8Tna"}}"#;
        assert!(matches!(form(bcrypt), Ok(Some(PasswordInput::Hash(_)))));
        assert!(form(r#"{"value":"x","hook":{}}"#).is_err());
        assert_eq!(form(r#"{"hash":{}}"#).unwrap_err().subject, "credentials.password.hash");
    }

    /// R12: nothing unknown is let in, at any depth.
    #[test]
    fn unknown_members_and_wrong_types_are_refused() {
        for body in [
            r#"{"boop":"bap"}"#,
            r#"{"credentials":{"verified":true}}"#,
            r#"{"credentials":{"password":{"strength":1}}}"#,
            r#"{"credentials":{"password":"x"}}"#,
            r#"{"credentials":{"provider":{"type":"MAGIC"}}}"#,
            r#"{"credentials":{"password":{"hash":{"workFactor":"10"}}}}"#,
            r#"{"groupIds":"00g1"}"#,
            r#"{"groupIds":[1]}"#,
            r#"{"type":"oty1"}"#,
            r#"{"profile":[]}"#,
            r#"{"credentials":[]}"#,
        ] {
            assert!(refused(body), "{body}");
        }
    }
}
