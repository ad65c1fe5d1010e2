//! Users as rows.

use denizen_domain::factor::FactorRecord;
use denizen_domain::id::{UserId, UserTypeId};
use denizen_domain::login::Login;
use denizen_domain::password::StoredPassword;
use denizen_domain::ports::StoreError;
use denizen_domain::profile::Profile;
use denizen_domain::time::Timestamp;
use denizen_domain::user::{Credentials, Provider, ProviderKind, RecoveryQuestion, Status, User};
use diesel::prelude::*;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as NotOne;

use super::Backend;
use crate::schema::users;

/// What is stored of factors of somebody who has none.
const NO_FACTORS: &str = "{}";

/// A user as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Backend))]
pub(crate) struct UserRow {
    /// The user's place in the order of creation.
    pub(crate) seq: i64,
    pub(super) id: String,
    pub(super) version: i64,
    pub(super) type_id: String,
    pub(super) status: String,
    pub(super) resumes_to: String,
    pub(super) created: i64,
    pub(super) activated: Option<i64>,
    pub(super) status_changed: Option<i64>,
    pub(super) last_login: Option<i64>,
    pub(super) last_updated: i64,
    pub(super) password_changed: Option<i64>,
    pub(super) login: String,
    pub(super) profile: String,
    pub(super) password: Option<String>,
    pub(super) password_history: String,
    pub(super) recovery_question: Option<String>,
    pub(super) recovery_answer: Option<String>,
    pub(super) provider_type: String,
    pub(super) provider_name: String,
    pub(super) failed_attempts: i64,
    pub(super) factors: String,
}

impl TryFrom<UserRow> for User {
    type Error = StoreError;

    fn try_from(row: UserRow) -> Result<Self, StoreError> {
        let bad = |column: &str| bad_row("users", &row.id, column);
        let password = |stored: &str, column| StoredPassword::from_stored(stored).ok_or_else(|| bad(column));
        let present = row
            .password
            .as_deref()
            .map(|stored| password(stored, "password"))
            .transpose()?;
        let history: Vec<String> = match row.password_history.as_str() {
            "[]" => Vec::new(),
            text => serde_json::from_str(text).map_err(|_| bad("password_history"))?,
        };
        let history = history.iter().map(|stored| password(stored, "password_history"));
        let recovery_question = match (&row.recovery_question, &row.recovery_answer) {
            (Some(question), Some(answer)) => Some(RecoveryQuestion {
                question: question.clone(),
                answer: password(answer, "recovery_answer")?,
            }),
            (None, None) => None,
            _ => return Err(bad("recovery_answer")),
        };
        let kind = ProviderKind::deserialize(row.provider_type.as_str().into_deserializer());
        Ok(Self {
            version: row.version,
            type_id: UserTypeId::parse(&row.type_id).ok_or_else(|| bad("type_id"))?,
            status: Status::parse(&row.status).ok_or_else(|| bad("status"))?,
            resumes_to: Status::parse(&row.resumes_to).ok_or_else(|| bad("resumes_to"))?,
            created: Timestamp::from_millis(row.created),
            activated: row.activated.map(Timestamp::from_millis),
            status_changed: row.status_changed.map(Timestamp::from_millis),
            last_login: row.last_login.map(Timestamp::from_millis),
            last_updated: Timestamp::from_millis(row.last_updated),
            password_changed: row.password_changed.map(Timestamp::from_millis),
            login: Login::parse(&row.login).ok_or_else(|| bad("login"))?,
            profile: Profile::from_stored(&row.profile),
            credentials: Credentials {
                password: present,
                password_history: history.collect::<Result<_, _>>()?,
                recovery_question,
                provider: Provider {
                    kind: kind.map_err(|_: NotOne| bad("provider_type"))?,
                    name: row.provider_name.clone(),
                },
            },
            failed_attempts: u32::try_from(row.failed_attempts).map_err(|_| bad("failed_attempts"))?,
            factors: match row.factors.as_str() {
                NO_FACTORS => FactorRecord::default(),
                text => serde_json::from_str(text).map_err(|_| bad("factors"))?,
            },
            id: UserId::parse(&row.id).ok_or_else(|| bad("id"))?,
        })
    }
}

/// A row that this program would not have written.
pub(super) fn bad_row(table: &str, id: &str, column: &str) -> StoreError {
    StoreError::Unavailable(format!("{table} {id}: {column} is not readable"))
}

/// The stored form of a kind of provider, as serde has it.
fn provider_type(kind: ProviderKind) -> &'static str {
    match kind {
        ProviderKind::ActiveDirectory => "ACTIVE_DIRECTORY",
        ProviderKind::Federation => "FEDERATION",
        ProviderKind::Import => "IMPORT",
        ProviderKind::Ldap => "LDAP",
        ProviderKind::Okta => "OKTA",
        ProviderKind::Social => "SOCIAL",
    }
}

/// The columns of a user that are more than a field of it.
pub(super) struct Derived {
    pub(super) login_key: String,
    pub(super) short_name: String,
    pub(super) display_name: String,
    pub(super) password: Option<String>,
    pub(super) password_history: String,
    pub(super) recovery_answer: Option<String>,
    pub(super) provider_type: &'static str,
    pub(super) factors: String,
}

impl Derived {
    pub(super) fn of(user: &User) -> Self {
        let credentials = &user.credentials;
        let key = user.login.key();
        let history: Vec<String> = credentials
            .password_history
            .iter()
            .map(StoredPassword::to_stored)
            .collect();
        let question = credentials.recovery_question.as_ref();
        Self {
            short_name: key.short_name().to_owned(),
            login_key: key.as_str().to_owned(),
            display_name: user.display_name(),
            password: credentials.password.as_ref().map(StoredPassword::to_stored),
            password_history: serde_json::Value::from(history).to_string(),
            recovery_answer: question.map(|question| question.answer.to_stored()),
            provider_type: provider_type(credentials.provider.kind),
            factors: factor_record(&user.factors),
        }
    }
}

/// What is kept of a user's factors, as text.
pub(super) fn factor_record(record: &FactorRecord) -> String {
    if *record == FactorRecord::default() {
        NO_FACTORS.to_owned()
    } else {
        serde_json::to_value(record).unwrap_or_default().to_string()
    }
}

/// Milliseconds of a moment that may not have come.
pub(super) fn millis(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_millis)
}

/// A user as it is added.
#[derive(Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub(super) struct NewUserRow<'a> {
    id: &'a str,
    version: i64,
    type_id: &'a str,
    status: &'a str,
    resumes_to: &'a str,
    created: i64,
    activated: Option<i64>,
    status_changed: Option<i64>,
    last_login: Option<i64>,
    last_updated: i64,
    password_changed: Option<i64>,
    login: &'a str,
    login_key: &'a str,
    short_name: &'a str,
    display_name: &'a str,
    profile: &'a str,
    password: Option<&'a str>,
    password_history: &'a str,
    recovery_question: Option<&'a str>,
    recovery_answer: Option<&'a str>,
    provider_type: &'a str,
    provider_name: &'a str,
    failed_attempts: i64,
    factors: &'a str,
}

impl<'a> NewUserRow<'a> {
    pub(super) fn of(user: &'a User, derived: &'a Derived) -> Self {
        let question = user.credentials.recovery_question.as_ref();
        Self {
            id: user.id.as_str(),
            version: user.version,
            type_id: user.type_id.as_str(),
            status: user.status.as_str(),
            resumes_to: user.resumes_to.as_str(),
            created: user.created.as_millis(),
            activated: millis(user.activated),
            status_changed: millis(user.status_changed),
            last_login: millis(user.last_login),
            last_updated: user.last_updated.as_millis(),
            password_changed: millis(user.password_changed),
            login: user.login.as_str(),
            login_key: &derived.login_key,
            short_name: &derived.short_name,
            display_name: &derived.display_name,
            profile: user.profile.as_json(),
            password: derived.password.as_deref(),
            password_history: &derived.password_history,
            recovery_question: question.map(|question| question.question.as_str()),
            recovery_answer: derived.recovery_answer.as_deref(),
            provider_type: derived.provider_type,
            provider_name: &user.credentials.provider.name,
            failed_attempts: i64::from(user.failed_attempts),
            factors: &derived.factors,
        }
    }
}
