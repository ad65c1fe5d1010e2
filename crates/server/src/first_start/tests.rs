//! The first start, on a store in memory.

use std::sync::Arc;

use denizen_application::memory::MemoryStore;
use denizen_application::{Ports, Settings};
use denizen_domain::authority::Principal;
use denizen_domain::factor::connector::NoConnectors;
use denizen_oauth::JsonWebTokens;
use denizen_otp::{Aes128Blocks, Argon2Hasher, HmacOtp, KeySealer, Limits, SealingKey, SystemEntropy};
use denizen_webauthn::StandardProofs;

use super::*;
use crate::clock::SystemClock;

async fn directory() -> Arc<Directory> {
    let ports = Ports {
        store: Arc::new(MemoryStore::default()),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        hasher: Arc::new(Argon2Hasher::insecure_for_tests(Limits::default())),
        sealer: Arc::new(KeySealer::new(SealingKey::new(1, &[7; 32]), Vec::new()).unwrap()),
        otp: Arc::new(HmacOtp),
        signatures: Arc::new(JsonWebTokens),
        connectors: Arc::new(NoConnectors),
        cipher: Arc::new(Aes128Blocks),
        authenticators: Arc::new(StandardProofs),
    };
    Directory::found(&ports, "Denizen").await.unwrap();
    Directory::open(ports, Settings::new("http://127.0.0.1:8080"))
        .await
        .unwrap()
}

fn greeting(listens: &str, public_url: &str, first: Option<&FirstStart>) -> String {
    let mut output = Vec::new();
    greet(&mut output, listens.parse().unwrap(), public_url, first).unwrap();
    String::from_utf8(output).unwrap()
}

/// K3: the token is made once, shown once, and works.
#[tokio::test]
async fn a_token_is_made_and_shown_once() {
    let directory = directory().await;
    let first = FirstStart::of(&directory, None).await.unwrap().unwrap();
    let token = first.made.clone().unwrap();
    let caller = directory.authenticate(&token).await.unwrap();
    let Principal::User { login, .. } = caller.principal else {
        panic!("a user calls");
    };
    assert_eq!(login, FIRST_ADMINISTRATOR);
    let text = greeting("127.0.0.1:8080", "http://127.0.0.1:8080", Some(&first));
    let curl = format!(
        "curl -H \"Authorization: SSWS {}\" http://127.0.0.1:8080/api/v1/users/me",
        token.expose()
    );
    assert!(text.contains(&curl), "{text}");
    assert!(text.ends_with("\nDenizen listens on http://127.0.0.1:8080\n"), "{text}");
    assert!(FirstStart::of(&directory, None).await.unwrap().is_none());
    let again = greeting("127.0.0.1:8080", "https://id.example.com", None);
    assert_eq!(
        again,
        "Denizen listens on http://127.0.0.1:8080 and is reached at https://id.example.com\n"
    );
}

#[tokio::test]
async fn a_given_token_works_and_is_not_shown() {
    let directory = directory().await;
    let token = Secret::new("00canary9012345678901234567890123456789012");
    let first = FirstStart::of(&directory, Some(token.clone())).await.unwrap().unwrap();
    assert!(directory.authenticate(&token).await.is_ok());
    let text = greeting("0.0.0.0:80", "https://id.example.com", Some(&first));
    assert!(!text.contains("canary"), "{text}");
    assert!(
        text.contains("SSWS $DENIZEN_BOOTSTRAP_API_TOKEN\" http://127.0.0.1:80/api"),
        "{text}"
    );
}
