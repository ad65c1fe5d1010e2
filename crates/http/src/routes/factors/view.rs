//! Factors as clients see them (contract: factors §1, §5, §7).

mod keys;
mod links;
mod profile;
mod push;

use denizen_application::{Activation, CatalogEntry, Challenge, Enrolled};
use denizen_domain::factor::connector::ConnectorPage;
use denizen_domain::factor::{Factor, FactorId, FactorKind};
use denizen_domain::id::UserId;
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;
use serde::Serialize;
use serde_json::{Value, json};

use self::links::Links;
use crate::operation::BASE;

/// Where a user's factors are shown.
pub(crate) struct Place<'a> {
    /// The user's own address.
    user: String,
    /// The user's login.
    login: &'a str,
}

/// A factor.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FactorView {
    id: String,
    factor_type: &'static str,
    provider: &'static str,
    vendor_name: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_updated: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<Value>,
    #[serde(rename = "_links")]
    links: Links,
    #[serde(rename = "_embedded", skip_serializing_if = "Option::is_none")]
    embedded: Option<Value>,
}

/// What can be enrolled.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EntryView {
    factor_type: &'static str,
    provider: &'static str,
    vendor_name: &'static str,
    #[serde(rename = "_links")]
    links: Links,
    status: &'static str,
    enrollment: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Value>,
    #[serde(rename = "_embedded", skip_serializing_if = "Option::is_none")]
    embedded: Option<Value>,
}

/// What came of a proof.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResultView {
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    factor_result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<Value>,
    #[serde(rename = "_links", skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
    #[serde(rename = "_embedded", skip_serializing_if = "Option::is_none")]
    embedded: Option<Value>,
}

impl ResultView {
    /// What came of it, in a word.
    pub(crate) fn result(&self) -> &'static str {
        self.factor_result
    }

    /// What is told with it.
    pub(crate) fn into_embedded(self) -> Option<Value> {
        self.embedded
    }
}

impl<'a> Place<'a> {
    /// The factors of a user.
    pub(crate) fn of_user(base: &str, user: &'a User) -> Self {
        Self::at(base, &user.id, user.login.as_str())
    }

    fn at(base: &str, id: &UserId, login: &'a str) -> Self {
        Self {
            user: format!("{base}{BASE}/users/{id}"),
            login,
        }
    }

    /// The user's own address.
    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    /// What is told of a factor's insides.
    pub(crate) fn profile(&self, factor: &Factor) -> Option<Value> {
        profile::of(factor, self.login)
    }

    /// The name of whoever made a factor.
    pub(crate) fn vendor(&self, factor: &Factor) -> String {
        profile::vendor(factor)
    }

    /// The address of a factor.
    pub(crate) fn address(&self, id: &FactorId) -> String {
        format!("{}/factors/{id}", self.user)
    }

    /// A factor.
    pub(crate) fn factor(&self, factor: &Factor) -> FactorView {
        let kind = factor.kind();
        // Nothing tells when a mail address was enrolled (contract: factors §1).
        let shows_times = kind != FactorKind::Email;
        let time = |at: Timestamp| shows_times.then(|| at.to_string());
        FactorView {
            id: factor.id.to_string(),
            factor_type: kind.factor_type(),
            provider: kind.provider(),
            vendor_name: profile::vendor(factor),
            status: factor.status.as_str(),
            created: time(factor.created),
            last_updated: time(factor.last_updated),
            profile: profile::of(factor, self.login),
            links: self.links(factor),
            embedded: None,
        }
    }

    /// A factor that was just enrolled, with what is told once.
    pub(crate) fn enrolled(&self, enrolled: &Enrolled) -> FactorView {
        let factor = &enrolled.factor;
        let embedded = enrolled.activation.as_ref();
        FactorView {
            embedded: embedded.map(|activation| json!({"activation": self.activation(&factor.id, activation)})),
            ..self.factor(factor)
        }
    }

    /// What activates a factor.
    pub(crate) fn activation(&self, id: &FactorId, activation: &Activation) -> Value {
        match activation {
            Activation::Totp { shared_secret, picture } => json!({
                "timeStep": 30,
                "sharedSecret": shared_secret.expose(),
                "encoding": "base32",
                "keyLength": 6,
                "_links": {"qrcode": self.picture(id, picture.expose())},
            }),
            Activation::Page(page) => opened(page),
            Activation::WebAuthn(credential) => keys::creation(credential),
            Activation::U2f { nonce } => keys::u2f_creation(nonce),
            Activation::Push { token, expires } => self.waiting_activation(id, token, *expires, false),
        }
    }

    /// The link to a picture that a device reads.
    pub(crate) fn picture(&self, id: &FactorId, token: &str) -> Value {
        json!({"href": format!("{}/qr/{token}", self.address(id)), "type": "image/png"})
    }

    /// What can be enrolled.
    pub(crate) fn entry(&self, entry: &CatalogEntry) -> EntryView {
        let kind = entry.kind;
        EntryView {
            factor_type: kind.factor_type(),
            provider: kind.provider(),
            vendor_name: kind.provider(),
            links: self.entry_links(kind),
            status: entry.status().map_or("NOT_SETUP", |status| status.as_str()),
            enrollment: entry.enrolment.as_str(),
            policy: keys::policy(entry),
            embedded: entry.on_file.as_ref().map(|on_file| {
                let profile = profile::number(&on_file.number, on_file.extension.as_ref());
                json!({"phones": [{"id": on_file.id, "profile": profile, "status": "ACTIVE"}]})
            }),
        }
    }

    /// A challenge that is to be answered next.
    pub(crate) fn challenge(&self, factor: &Factor, challenge: &Challenge) -> ResultView {
        match challenge {
            Challenge::Sent => ResultView {
                expires_at: None,
                factor_result: "CHALLENGE",
                // Where a mail went is not told (contract: factors §6.10).
                profile: profile::of(factor, self.login).filter(|_| factor.kind() != FactorKind::Email),
                links: Some(self.answer_links(&factor.id)),
                embedded: None,
            },
            Challenge::Push(push) => self.push(factor, push, false),
            Challenge::Page(page) => ResultView {
                expires_at: None,
                factor_result: "WAITING",
                profile: profile::of(factor, self.login),
                links: Some(self.answer_links(&factor.id)),
                embedded: Some(json!({"verification": opened(page)})),
            },
            Challenge::WebAuthn(told) => self.key_challenge(factor, keys::challenge(told)),
            Challenge::U2f { nonce } => self.key_challenge(factor, keys::u2f_challenge(nonce)),
        }
    }
}

/// A page of another service (contract: factors §7.12). Finishing it is between the page and the connector.
fn opened(page: &ConnectorPage) -> Value {
    let script = page.script.as_deref();
    let links = script.map(|script| json!({"script": {"href": script, "type": "text/javascript"}}));
    json!({
        "host": page.host,
        "signature": page.signature,
        "factorResult": "WAITING",
        "_links": links.unwrap_or_else(|| json!({})),
    })
}

/// A proof was right.
pub(crate) fn success(factor: &Factor) -> ResultView {
    ResultView {
        expires_at: None,
        factor_result: "SUCCESS",
        profile: keys::profile(factor),
        links: None,
        embedded: None,
    }
}
