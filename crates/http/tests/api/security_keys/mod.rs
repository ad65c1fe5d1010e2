//! Security keys as factors of users (contract: factors §6.8, §6.10, §7.10, §7.11, §12).

mod checks;
#[expect(dead_code, reason = "the tests of the formats need more of it")]
#[path = "../../../../webauthn/tests/proofs/soft_authenticator.rs"]
mod soft_authenticator;
mod u2f;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use self::soft_authenticator::{SoftAuthenticator, Used};
use crate::races::at_once;
use crate::server::{PUBLIC_URL, Person, Server};
use crate::wire::Answer;

const WRONG: &str = "Your passcode doesn't match our records. Please try again.";

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn factors(person: &Person) -> String {
    format!("/users/{}/factors", person.id)
}

fn enrol(server: &Server, person: &Person, kind: &str) -> Value {
    let body = json!({"factorType": kind, "provider": "FIDO"});
    server.post(&factors(person), &body).ok()
}

fn challenge_in(answer: &Value) -> String {
    text(&answer["_embedded"]["challenge"]["challenge"])
}

fn wrong(answer: &Answer) {
    answer.refused(403, "E0000068", "Invalid Passcode/Answer", &[WRONG]);
}

/// What a browser sends on; some encode it one way, some the other.
fn registration((attestation, client_data): (Vec<u8>, Vec<u8>)) -> Value {
    json!({"attestation": STANDARD.encode(attestation), "clientData": STANDARD.encode(client_data)})
}

fn assertion(used: &Used) -> Value {
    json!({
        "clientData": URL_SAFE_NO_PAD.encode(&used.client_data),
        "authenticatorData": URL_SAFE_NO_PAD.encode(&used.authenticator_data),
        "signatureData": STANDARD.encode(&used.signature),
    })
}

/// A key that somebody has registered.
struct Held {
    key: SoftAuthenticator,
    path: String,
}

impl Held {
    /// Enrols and activates a key.
    fn new(server: &Server, person: &Person, seed: u8) -> Self {
        let factor = enrol(server, person, "webauthn");
        let path = format!("{}/{}", factors(person), text(&factor["id"]));
        let mut key = SoftAuthenticator::new(seed);
        let challenge = text(&factor["_embedded"]["activation"]["challenge"]);
        let body = registration(key.register(&challenge, PUBLIC_URL));
        server.post(&format!("{path}/lifecycle/activate"), &body).ok();
        Self { key, path }
    }

    fn challenge(&self, server: &Server) -> String {
        challenge_in(&server.act(&format!("{}/verify", self.path)).ok())
    }

    fn shown(&self, server: &Server, proof: &Value) -> Answer {
        server.post(&format!("{}/verify", self.path), proof)
    }

    fn answer(&mut self, server: &Server, challenge: &str) -> Answer {
        let proof = assertion(&self.key.assert(challenge, PUBLIC_URL));
        self.shown(server, &proof)
    }
}

/// The life of a key: enrolled, activated, challenged, shown, removed; and what the log says of it.
/// covers: enrollFactor, activateFactor, verifyFactor, getFactor, unenrollFactor, listLogEvents
#[test]
fn a_key_is_enrolled_shown_and_removed() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let factor = enrol(&server, &person, "webauthn");
    assert!(text(&factor["id"]).starts_with("fwf"));
    assert_eq!(factor["status"], "PENDING_ACTIVATION");
    let activation = &factor["_embedded"]["activation"];
    let challenge = text(&activation["challenge"]);
    assert_eq!(URL_SAFE_NO_PAD.decode(&challenge).unwrap().len(), 16);
    let expected = json!({
        "attestation": "direct",
        "authenticatorSelection": {"userVerification": "preferred", "requireResidentKey": false},
        "challenge": challenge,
        "excludeCredentials": [],
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257}],
        "rp": {"name": "Test"},
        "user": {"displayName": "Isaac Brock", "name": person.login, "id": person.id},
    });
    assert_eq!(*activation, expected);

    let path = format!("{}/{}", factors(&person), text(&factor["id"]));
    let mut key = SoftAuthenticator::new(1);
    let body = registration(key.register(&challenge, PUBLIC_URL));
    let active = server.post(&format!("{path}/lifecycle/activate"), &body).ok();
    let profile = json!({"credentialId": URL_SAFE_NO_PAD.encode(&key.id), "authenticatorName": "Authenticator"});
    assert_eq!((&active["status"], &active["profile"]), (&json!("ACTIVE"), &profile));
    assert_eq!(server.get(&path).ok()["profile"], profile);

    let asked = server.post(&format!("{path}/verify"), &json!({})).ok();
    assert_eq!(
        (&asked["factorResult"], &asked["profile"]),
        (&json!("CHALLENGE"), &profile)
    );
    assert_eq!(asked["_embedded"]["challenge"]["extensions"], json!({}));
    let proof = assertion(&key.assert(&challenge_in(&asked), PUBLIC_URL));
    let shown = server.post(&format!("{path}/verify"), &proof).ok();
    assert_eq!(shown, json!({"factorResult": "SUCCESS", "profile": profile}));

    let next = enrol(&server, &person, "webauthn");
    let present = json!([{"type": "public-key", "id": profile["credentialId"]}]);
    assert_eq!(next["_embedded"]["activation"]["excludeCredentials"], present);
    server.delete(&path).no_content();
    server.get(&path).refused_as(404, "E0000007");
    for (event, count) in [
        ("credential.register", 1),
        ("user.mfa.factor.activate", 1),
        ("user.authentication.auth_via_mfa", 1),
        ("credential.revoke", 1),
        ("user.mfa.factor.deactivate", 1),
    ] {
        let told = server.get(&format!("/logs?filter=eventType+eq+%22{event}%22")).ok();
        assert_eq!(told.as_array().unwrap().len(), count, "{event}");
    }
    // Whoever has given the key up may register it again.
    Held::new(&server, &person, 1);
}

/// D1, W2: of one proof that is sent many times at once one is right, and nobody is locked out for the others.
/// covers: verifyFactor
#[test]
fn w2_of_the_same_answer_at_once_one_is_right() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let mut held = Held::new(&server, &person, 1);
    let challenge = held.challenge(&server);
    let proof = assertion(&held.key.assert(&challenge, PUBLIC_URL));
    let answers = at_once(12, |_| held.shown(&server, &proof));
    let right = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(right, 1);
    answers.iter().filter(|answer| answer.status != 200).for_each(wrong);
    let challenge = held.challenge(&server);
    held.answer(&server, &challenge).ok();
}

/// The word in the place of an id: one challenge for every key, which the one at hand answers, once. Wrong answers lock out.
/// covers: verifyFactor
#[test]
fn any_key_answers_a_challenge_of_all() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let any = format!("{}/webauthn/verify", factors(&person));
    server.act(&any).refused_as(404, "E0000007");
    let mut first = Held::new(&server, &person, 1);
    let mut second = Held::new(&server, &person, 2);
    let asked = server.act(&any).ok();
    assert_eq!(asked["factorResult"], "CHALLENGE");
    assert_eq!(asked["_embedded"]["factors"].as_array().unwrap().len(), 2);
    assert_eq!(asked["_links"]["verify"]["href"], format!("{PUBLIC_URL}/api/v1{any}"));
    let challenge = challenge_in(&asked);
    let proof = assertion(&second.key.assert(&challenge, PUBLIC_URL));
    let shown = server.post(&any, &proof).ok();
    assert_eq!(shown["profile"]["credentialId"], URL_SAFE_NO_PAD.encode(&second.key.id));
    wrong(&server.post(&any, &proof));
    wrong(&first.answer(&server, &challenge));
    let challenge = challenge_in(&server.act(&any).ok());
    first.answer(&server, &challenge).ok();

    let stranger = SoftAuthenticator::new(9).assert(&challenge_in(&server.act(&any).ok()), PUBLIC_URL);
    for _ in 0..4 {
        wrong(&server.post(&any, &assertion(&stranger)));
    }
    server.post(&any, &assertion(&stranger)).refused_as(403, "E0000069");
    server.act(&any).refused_as(403, "E0000069");
    assert_eq!(server.status(&person), "LOCKED_OUT");
}

/// W2: a challenge of a sign-in is answered there, and nowhere else.
/// covers: authenticate, verifyFactorInTransaction, verifyFactor
#[test]
fn w2_a_key_signs_in() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let mut held = Held::new(&server, &person, 1);
    let (state, told) = server.halted(&person, "MFA_REQUIRED");
    let id = &told["_embedded"]["factors"][0]["id"];
    let asked = server.factor_step(&state, id, "verify", &json!({})).ok();
    assert_eq!(asked["status"], "MFA_CHALLENGE");
    let challenge = challenge_in(&asked["_embedded"]["factor"]);
    let proof = assertion(&held.key.assert(&challenge, PUBLIC_URL));
    wrong(&held.shown(&server, &proof));
    let told = server.factor_step(&state, id, "verify", &proof).ok();
    assert_eq!(told["status"], "SUCCESS");
    let session = server
        .visit("/sessions", &json!({"sessionToken": told["sessionToken"]}))
        .ok();
    assert_eq!(session["amr"], json!(["pwd", "mfa", "hwk"]));
    let (state, _) = server.halted(&person, "MFA_REQUIRED");
    let challenge = held.challenge(&server);
    let proof = assertion(&held.key.assert(&challenge, PUBLIC_URL));
    wrong(&server.factor_step(&state, id, "verify", &proof));
}

/// Ten keys and no more.
/// covers: enrollFactor, listSupportedFactors
#[test]
fn a_user_has_at_most_ten_keys() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    for seed in 1..=10 {
        Held::new(&server, &person, seed);
    }
    let body = json!({"factorType": "webauthn", "provider": "FIDO"});
    server.post(&factors(&person), &body).refused_as(400, "E0000001");
    let catalog = server.get(&format!("{}/catalog", factors(&person))).ok();
    let mut entries = catalog.as_array().unwrap().iter();
    let entry = entries.find(|entry| entry["factorType"] == "webauthn").unwrap();
    let policy = json!({"enrollment": {"enrolled": 10, "minimum": 0, "maximum": 10}});
    assert_eq!((&entry["status"], &entry["policy"]), (&json!("ACTIVE"), &policy));
}
