//! Keys of U2F (contract: factors §7.10, §12).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::soft_authenticator::SoftAuthenticator;
use super::{enrol, factors, text, wrong};
use crate::server::{PUBLIC_URL, Server};

fn body(other: &str, client_data: &[u8], message: &[u8]) -> Value {
    json!({"clientData": URL_SAFE_NO_PAD.encode(client_data), other: URL_SAFE_NO_PAD.encode(message)})
}

/// The life of a key; W1: a page of another origin gets nothing; W2: nothing is answered twice; W4: the counter grows.
/// covers: enrollFactor, activateFactor, verifyFactor
#[test]
fn a_key_of_u2f_is_enrolled_and_shown() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let factor = enrol(&server, &person, "u2f");
    assert!(text(&factor["id"]).starts_with("fuf"));
    let nonce = text(&factor["_embedded"]["activation"]["nonce"]);
    assert_eq!(nonce.len(), 20);
    assert_eq!(
        factor["_embedded"]["activation"],
        json!({"version": "U2F_V2", "nonce": nonce, "timeoutSeconds": 20})
    );
    let path = format!("{}/{}", factors(&person), text(&factor["id"]));
    let mut key = SoftAuthenticator::new(1);
    let activate = |(message, client_data): (Vec<u8>, Vec<u8>)| {
        server.post(
            &format!("{path}/lifecycle/activate"),
            &body("registrationData", &client_data, &message),
        )
    };
    wrong(&activate(key.register_u2f(&nonce, "https://evil-id.example.com")));
    let active = activate(key.register_u2f(&nonce, PUBLIC_URL)).ok();
    let profile = json!({"credentialId": URL_SAFE_NO_PAD.encode(&key.id), "version": "U2F_V2"});
    assert_eq!((&active["status"], &active["profile"]), (&json!("ACTIVE"), &profile));

    let verify = format!("{path}/verify");
    let ask = || {
        let asked = server.act(&verify).ok();
        assert_eq!(
            (&asked["factorResult"], &asked["profile"]),
            (&json!("CHALLENGE"), &profile)
        );
        let challenge = &asked["_embedded"]["challenge"];
        assert_eq!(challenge["timeoutSeconds"], 20);
        text(&challenge["nonce"])
    };
    let show = |(client_data, message): (Vec<u8>, Vec<u8>)| {
        server.post(&verify, &body("signatureData", &client_data, &message))
    };
    let nonce = ask();
    wrong(&show(key.assert_u2f(&nonce, "https://evil-id.example.com")));
    let shown = show(key.assert_u2f(&nonce, PUBLIC_URL)).ok();
    assert_eq!(shown, json!({"factorResult": "SUCCESS", "profile": profile}));
    wrong(&show(key.assert_u2f(&nonce, PUBLIC_URL)));
    let nonce = ask();
    key.counter = 1;
    wrong(&show(key.assert_u2f(&nonce, PUBLIC_URL)));
    key.counter = 8;
    show(key.assert_u2f(&nonce, PUBLIC_URL)).ok();
}
