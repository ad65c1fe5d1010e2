//! What a proof of a key must say (checklist W1 to W5).

use serde_json::{Value, json};

use super::soft_authenticator::{SoftAuthenticator, UP};
use super::{Held, assertion, challenge_in, enrol, factors, registration, text, wrong};
use crate::server::{PUBLIC_URL, Server};

/// A way to spoil a key, and the page that it is used on.
type Spoilt = (&'static str, fn(&mut SoftAuthenticator), &'static str);

const SPOILT: [Spoilt; 10] = [
    ("another origin", |_| {}, "https://example.com"),
    ("a longer name", |_| {}, "https://badid.example.com"),
    ("an origin that ends alike", |_| {}, "https://evil-id.example.com"),
    (
        "an origin that begins alike",
        |_| {},
        "https://id.example.com.evil.example",
    ),
    ("another scheme", |_| {}, "http://id.example.com"),
    ("another port", |_| {}, "https://id.example.com:8443"),
    ("a frame", |key| key.client = json!({"crossOrigin": true}), PUBLIC_URL),
    (
        "another type",
        |key| key.client = json!({"type": "webauthn.other"}),
        PUBLIC_URL,
    ),
    (
        "another relying party",
        |key| key.relying_party = Some("example.com".to_owned()),
        PUBLIC_URL,
    ),
    ("nobody present", |key| key.flags &= !UP, PUBLIC_URL),
];

/// W1: neither in a registration nor in a use.
/// covers: activateFactor, verifyFactor
#[test]
fn w1_a_proof_for_another_page_is_none() {
    let server = Server::start();
    for (number, (what, spoil, page)) in SPOILT.into_iter().enumerate() {
        let person = server.active(&format!("person{number}"));
        let factor = enrol(&server, &person, "webauthn");
        let challenge = text(&factor["_embedded"]["activation"]["challenge"]);
        let activate = format!("{}/{}/lifecycle/activate", factors(&person), text(&factor["id"]));
        let seed = u8::try_from(number + 1).unwrap();
        let mut key = SoftAuthenticator::new(seed);
        spoil(&mut key);
        let answer = server.post(&activate, &registration(key.register(&challenge, page)));
        assert_eq!(answer.status, 403, "{what}: {}", answer.told());
        wrong(&answer);

        let mut held = Held::new(&server, &person, seed);
        let challenge = held.challenge(&server);
        let honest = assertion(&held.key.assert(&challenge, PUBLIC_URL));
        spoil(&mut held.key);
        let spoilt = assertion(&held.key.assert(&challenge, page));
        let answer = held.shown(&server, &spoilt);
        assert_eq!(answer.status, 403, "{what}: {}", answer.told());
        wrong(&answer);
        // Nothing was the matter with the challenge.
        held.shown(&server, &honest).ok();
    }
}

/// W2: a challenge is good once, for five minutes, and for the factor that it was made for.
/// covers: verifyFactor, activateFactor
#[test]
fn w2_a_challenge_is_answered_once_in_time_and_in_its_place() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let mut held = Held::new(&server, &person, 1);
    let mut other = Held::new(&server, &person, 2);
    let challenge = held.challenge(&server);
    held.answer(&server, &challenge).ok();
    wrong(&held.answer(&server, &challenge));

    let (one, two) = (held.challenge(&server), other.challenge(&server));
    wrong(&held.answer(&server, &two));
    wrong(&other.answer(&server, &one));
    held.answer(&server, &one).ok();

    let challenge = held.challenge(&server);
    server.pass(5 * 60);
    wrong(&held.answer(&server, &challenge));
    let older = held.challenge(&server);
    let newer = held.challenge(&server);
    wrong(&held.answer(&server, &older));
    server.pass(5 * 60 - 1);
    held.answer(&server, &newer).ok();

    let factor = enrol(&server, &person, "webauthn");
    let late = text(&factor["_embedded"]["activation"]["challenge"]);
    server.pass(5 * 60);
    let body = registration(SoftAuthenticator::new(3).register(&late, PUBLIC_URL));
    let activate = format!("{}/{}/lifecycle/activate", factors(&person), text(&factor["id"]));
    wrong(&server.post(&activate, &body));
}

/// W3: a credential belongs to one factor of the whole directory.
/// covers: activateFactor
#[test]
fn w3_a_credential_is_registered_once() {
    let server = Server::start();
    let (first, second) = (server.active("isaac.brock"), server.active("dade.murphy"));
    let mut held = Held::new(&server, &first, 1);
    for person in [&first, &second] {
        let factor = enrol(&server, person, "webauthn");
        let challenge = text(&factor["_embedded"]["activation"]["challenge"]);
        let body = registration(SoftAuthenticator::new(1).register(&challenge, PUBLIC_URL));
        let path = format!("{}/{}", factors(person), text(&factor["id"]));
        wrong(&server.post(&format!("{path}/lifecycle/activate"), &body));
        assert_eq!(server.get(&path).ok()["status"], "PENDING_ACTIVATION");
    }
    let challenge = held.challenge(&server);
    held.answer(&server, &challenge).ok();
}

/// W4: an authenticator that has counted further before was copied.
/// covers: verifyFactor
#[test]
fn w4_a_counter_does_not_go_back() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let mut held = Held::new(&server, &person, 1);
    held.key.counter = 40;
    let challenge = held.challenge(&server);
    held.answer(&server, &challenge).ok();
    for told in [41_u32, 40, 1, 0] {
        let challenge = held.challenge(&server);
        held.key.counter = told.wrapping_sub(1);
        wrong(&held.answer(&server, &challenge));
    }
    let challenge = held.challenge(&server);
    held.key.counter = 41;
    held.answer(&server, &challenge).ok();
}

/// W5: whatever is sent, it is refused in good order.
/// covers: activateFactor, verifyFactor
#[test]
fn w5_malformed_proofs_are_refused() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let pending = enrol(&server, &person, "webauthn");
    let activate = format!("{}/{}/lifecycle/activate", factors(&person), text(&pending["id"]));
    let challenge = text(&pending["_embedded"]["activation"]["challenge"]);
    let good = registration(SoftAuthenticator::new(3).register(&challenge, PUBLIC_URL));
    for (number, (name, bad)) in spoilt(&good).into_iter().enumerate() {
        if number % 4 == 0 {
            server.pass(5 * 60 + 1);
        }
        let answer = server.post(&activate, &bad);
        assert!(matches!(answer.status, 400 | 403), "{name}: {}", answer.told());
    }
    let person = server.active("dade.murphy");
    let mut held = Held::new(&server, &person, 1);
    let challenge = held.challenge(&server);
    let good = assertion(&held.key.assert(&challenge, PUBLIC_URL));
    for (number, (name, bad)) in spoilt(&good).into_iter().enumerate() {
        let answer = held.shown(&server, &bad);
        assert!(matches!(answer.status, 400 | 403), "{name}: {}", answer.told());
        if number % 3 == 2 {
            let asked = server.act(&format!("{}/verify", held.path)).ok();
            let honest = assertion(&held.key.assert(&challenge_in(&asked), PUBLIC_URL));
            held.shown(&server, &honest).ok();
        }
    }
}

/// A proof with each of its parts spoilt in each way.
fn spoilt(good: &Value) -> Vec<(String, Value)> {
    let long = "A".repeat(200_000);
    let mut all = Vec::new();
    for name in good.as_object().unwrap().keys() {
        let part = text(&good[name]);
        let half = part[..part.len() / 8 * 4].to_owned();
        for text in [
            "no base64!",
            "AAAA",
            "////",
            "oWNmbXRk",
            "v_-_-_-_",
            "e30",
            &half,
            &long,
        ] {
            let mut bad = good.clone();
            bad[name] = json!(text);
            let label = format!("{name}: {}", text.get(..20).unwrap_or(text));
            all.push((label, bad));
        }
    }
    all
}
