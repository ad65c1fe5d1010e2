//! Codes that are sent to phones: they outlive the process that sent them, and open once (S1, S2).

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::harness::crowd::many_at_once;
use crate::harness::people;
use crate::harness::{Backend, Home};

const CROWD: usize = 50;

/// Every message to a phone that was written, the oldest first.
fn phone_messages(folder: &Path) -> Vec<Value> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    paths.iter().map(read).collect()
}

/// The code is sent by one process, and shown to the next by fifty at once: one of them gets in.
fn a_code_opens_once(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let id = people::create_active(&server.client(), "phone@example.com", "Orbit-1-zebra");
    let factors = format!("/api/v1/users/{id}/factors");
    let body = json!({"factorType": "sms", "provider": "OKTA", "profile": {"phoneNumber": "+1-555-415-1337"}});
    let factor = server.client().post(&format!("{factors}?activate=true"), &body);
    assert_eq!(factor.status, 200, "{factor:?}");
    let verify = format!("{factors}/{}/verify", factor.json()["id"].as_str().unwrap());
    // Of many who ask for a code at once, one is sent it.
    let asked = many_at_once(CROWD, |_| server.client().act(&verify).verdict());
    let sent = asked.iter().filter(|verdict| verdict.0 == 200).count();
    let told_to_wait = (429, "E0000109".to_owned());
    let waiting = asked.iter().filter(|verdict| **verdict == told_to_wait).count();
    assert_eq!((sent, waiting), (1, CROWD - 1), "{asked:?}");
    // What is due is sent before the end.
    server.stop();
    let messages = phone_messages(&home.data().join("phone"));
    let [message] = &messages[..] else {
        panic!("{messages:?}")
    };
    assert_eq!(message["to"], "+15554151337");
    let text = message["text"].as_str().unwrap();
    let code: String = text.chars().filter(char::is_ascii_digit).collect();

    let server = home.start();
    let shown = many_at_once(CROWD, |_| {
        server.client().post(&verify, &json!({"passCode": code})).verdict()
    });
    let right = shown.iter().filter(|verdict| verdict.0 == 200).count();
    assert_eq!(right, 1, "{shown:?}");
    assert!(shown.iter().all(|verdict| [200, 403].contains(&verdict.0)), "{shown:?}");
    server.stop();
}

#[test]
fn a_code_opens_once_on_sqlite() {
    a_code_opens_once(Backend::Sqlite);
}

#[test]
fn a_code_opens_once_on_postgres() {
    a_code_opens_once(Backend::Postgres);
}
