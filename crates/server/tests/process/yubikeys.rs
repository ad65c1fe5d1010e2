//! YubiKeys on both databases: one password, one user, once (O1, O3, K1).

use serde_json::{Value, json};

use crate::harness::crowd::many_at_once;
use crate::harness::people;
use crate::harness::{Answer, Backend, Client, Home};

const CROWD: usize = 50;
/// What the key of [`seed`] types at its first, second and third use.
const PASSWORDS: [&str; 3] = [
    "ccccccijgibunihjfkkhjeujgvdftjcjunbgnthcihdv",
    "ccccccijgibuefiuvlklbnhijfudngbccebceubvccdh",
    "ccccccijgibunttgdvujfnlcerfegvkjchcbtfhkikjv",
];
const TOKENS: &str = "/api/v1/org/factors/yubikey_token/tokens";

fn seed() -> Value {
    json!({ "serialNumber": "7886622", "publicId": "ccccccijgibu", "privateId": "b74be6169486",
            "aesKey": "1fcc6d8ce39bf1604e0b17f3e0a11067" })
}

fn enrol(client: &Client, user: &str) -> Answer {
    let body = json!({ "factorType": "token:hardware", "provider": "YUBICO", "verify": { "passCode": PASSWORDS[0] } });
    client.post(&format!("/api/v1/users/{user}/factors"), &body)
}

/// Of many who enrol one key, one gets it; of many who show one password of it, one is let in; and a restart forgets
/// neither.
fn a_password_is_good_once(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let client = server.client();
    let token = client.post(TOKENS, &seed()).expect_ok();
    let token = format!("{TOKENS}/{}", token["id"].as_str().unwrap());
    let people: Vec<String> = (0..8)
        .map(|number| people::create_active(&client, &format!("holder.{number}@example.com"), "Orbit-1-zebra"))
        .collect();
    let enrolled = many_at_once(people.len(), |number| enrol(&server.client(), &people[number]));
    let holder = enrolled.iter().position(|answer| answer.status == 200).unwrap();
    for (number, answer) in enrolled.iter().enumerate().filter(|(number, _)| *number != holder) {
        assert_eq!(answer.verdict(), (403, "E0000068".to_owned()), "{number}");
    }
    let factor = enrolled[holder].json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/users/{}/factors/{factor}", people[holder]);
    let show =
        |client: &Client, password: &str| client.post(&format!("{path}/verify"), &json!({ "passCode": password }));
    let verdicts = many_at_once(CROWD, |_| show(&server.client(), PASSWORDS[1]).verdict());
    let right = verdicts.iter().filter(|(status, _)| *status == 200).count();
    let replayed = verdicts.iter().filter(|(_, code)| code == "E0000082").count();
    assert_eq!((right, replayed), (1, CROWD - 1), "{verdicts:?}");
    server.stop();

    let server = home.start();
    let client = server.client();
    show(&client, PASSWORDS[1]).expect_refusal(403, "E0000082");
    client.delete(&token).expect_refusal(403, "E0000102");
    show(&client, PASSWORDS[2]).expect_ok();
    client.delete(&path);
    assert_eq!(client.get(&token).expect_ok()["status"], "REVOKED");
    server.stop();
}

#[test]
fn a_password_is_good_once_on_sqlite() {
    a_password_is_good_once(Backend::Sqlite);
}

#[test]
fn a_password_is_good_once_on_postgres() {
    a_password_is_good_once(Backend::Postgres);
}
