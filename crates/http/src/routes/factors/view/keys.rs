//! What browsers are told so that security keys answer (contract: factors §7.10, §7.11).

use denizen_application::{CatalogEntry, Challenge, CredentialChallenge, NewCredential};
use denizen_domain::factor::{Device, Factor, FactorKind};
use denizen_domain::fido::{CredentialKey, U2F_VERSION, authenticator_name};
use serde_json::{Value, json};

use super::links::{Links, link};
use super::{Place, ResultView};

/// How long clients wait for a key of U2F.
const U2F_SECONDS: u8 = 20;

/// What a credential is made of.
pub(super) fn creation(new: &NewCredential) -> Value {
    let present = new.present.iter().map(|id| json!({"type": "public-key", "id": id}));
    let algorithms = CredentialKey::OFFERED.map(|number| json!({"type": "public-key", "alg": number}));
    let mut party = json!({"name": new.organization});
    if let Some(id) = &new.relying_party {
        party["id"] = json!(id);
    }
    json!({
        "attestation": "direct",
        "authenticatorSelection": {"userVerification": new.user_verification, "requireResidentKey": false},
        "challenge": new.challenge,
        "excludeCredentials": present.collect::<Vec<_>>(),
        "pubKeyCredParams": algorithms,
        "rp": party,
        "user": {"displayName": new.display_name, "name": new.login, "id": new.user_id},
    })
}

/// What a key of U2F is registered with.
pub(super) fn u2f_creation(nonce: &str) -> Value {
    json!({"version": U2F_VERSION, "nonce": nonce, "timeoutSeconds": U2F_SECONDS})
}

/// What a credential is used with.
pub(super) fn challenge(told: &CredentialChallenge) -> Value {
    let mut challenge = json!({
        "challenge": told.challenge,
        "userVerification": told.user_verification,
        "extensions": {},
    });
    if let Some(id) = &told.relying_party {
        challenge["rpId"] = json!(id);
    }
    challenge
}

/// What a key of U2F is used with.
pub(super) fn u2f_challenge(nonce: &str) -> Value {
    json!({"nonce": nonce, "timeoutSeconds": U2F_SECONDS})
}

/// The profile of a key; none of other kinds, and none before the key is known.
pub(super) fn profile(factor: &Factor) -> Option<Value> {
    match &factor.device {
        Device::WebAuthn(device) => device.key.as_ref().map(|key| {
            let name = authenticator_name(key.aaguid.as_slice());
            json!({"credentialId": key.id.to_text(), "authenticatorName": name})
        }),
        Device::U2f(device) => device
            .key
            .as_ref()
            .map(|key| json!({"credentialId": key.handle.to_text(), "version": U2F_VERSION})),
        _ => None,
    }
}

/// How many keys there may be (contract: factors §6.2); nothing for other kinds, of which there is one.
pub(super) fn policy(entry: &CatalogEntry) -> Option<Value> {
    let is_key = matches!(entry.kind, FactorKind::WebAuthn | FactorKind::U2f);
    let enrolled = entry.enrolled.iter().filter(|factor| factor.is_active()).count();
    let told = json!({"enrolled": enrolled, "minimum": 0, "maximum": entry.kind.most()});
    is_key.then(|| json!({"enrollment": told}))
}

impl Place<'_> {
    pub(super) fn key_challenge(&self, factor: &Factor, challenge: Value) -> ResultView {
        ResultView {
            expires_at: None,
            factor_result: "CHALLENGE",
            profile: profile(factor),
            links: Some(self.answer_links(&factor.id)),
            embedded: Some(json!({"challenge": challenge})),
        }
    }

    /// A challenge that any of these credentials may answer.
    pub(crate) fn challenge_of_all(&self, factors: &[Factor], told: &Challenge) -> ResultView {
        let challenge = match told {
            Challenge::WebAuthn(told) => challenge(told),
            _ => json!({}),
        };
        let shown: Vec<_> = factors.iter().map(|factor| self.factor(factor)).collect();
        let verify = format!("{}/factors/webauthn/verify", self.user);
        ResultView {
            expires_at: None,
            factor_result: "CHALLENGE",
            profile: None,
            links: Some(Links::of(vec![("verify", link(&verify, &["POST"]))])),
            embedded: Some(json!({"challenge": challenge, "factors": shown})),
        }
    }
}
