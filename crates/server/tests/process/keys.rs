//! Sealing keys are replaced without losing what was sealed (K1).

use std::fs;

use serde_json::json;

use crate::harness::home::KEY_FILE;
use crate::harness::people;
use crate::harness::{Backend, Home};

/// A secret that was sealed with an old key opens after that key is gone: what cannot be opened would be no refusal.
fn secrets_survive_their_key(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let id = people::create_provisioned(&server.client(), "sealed@example.com");
    let body = json!({"factorType": "token:software:totp", "provider": "GOOGLE"});
    let path = format!("/api/v1/users/{id}/factors");
    let factor = server.client().post(&path, &body).expect_ok();
    let activate = format!("{path}/{}/lifecycle/activate", factor["id"].as_str().unwrap());
    let wrong = json!({"passCode": "no code"});
    server.stop();

    let file = home.data().join(KEY_FILE);
    let old = fs::read_to_string(&file).unwrap();
    let printed = home.run(["keys", "add"]).expect_success();
    assert!(printed.contains("key 2"), "{printed}");
    let both = fs::read_to_string(&file).unwrap();
    assert!(
        both.ends_with(&old) && both.lines().count() == 2,
        "the old key stays behind the new one"
    );
    let server = home.start();
    server.client().post(&activate, &wrong).expect_refusal(403, "E0000068");
    let printed = home.run(["keys", "reseal"]).expect_success();
    assert!(printed.contains("1 factors"), "{printed}");
    let printed = home.run(["keys", "reseal"]).expect_success();
    assert!(printed.contains("0 factors, 0 YubiKeys, 0 signing keys"), "{printed}");
    server.client().post(&activate, &wrong).expect_refusal(403, "E0000068");
    server.stop();

    fs::write(&file, both.lines().next().unwrap()).unwrap();
    let server = home.start();
    server.client().post(&activate, &wrong).expect_refusal(403, "E0000068");
    server.client().get("/oauth2/v1/keys").expect_ok();
    server.stop();
}

#[test]
fn secrets_survive_their_key_on_sqlite() {
    secrets_survive_their_key(Backend::Sqlite);
}

#[test]
fn secrets_survive_their_key_on_postgres() {
    secrets_survive_their_key(Backend::Postgres);
}
