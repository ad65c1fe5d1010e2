//! What wrong proofs cost (contract: factors §9; checklist L2, L3, O8).

use serde_json::json;

use super::{Token, factor};
use crate::races::at_once;
use crate::server::{PASSWORD, Person, Server};
use crate::wire::Answer;

const LIMIT: &str = "API call exceeded rate limit due to too many requests.";

fn verify(server: &Server, person: &Person, token: &Token, code: &str) -> Answer {
    server.post(
        &format!("{}/verify", factor(person, &token.shown)),
        &json!({"passCode": code}),
    )
}

fn sign_in(server: &Server, person: &Person, password: &str) -> Answer {
    let body = json!({"username": person.login, "password": password});
    server.post("/authn", &body)
}

/// L2, O8: the fifth wrong proof in a row locks, whatever the factor; then no proof is looked at, on no path.
/// covers: verifyFactor
#[test]
fn five_wrong_proofs_lock() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let (token, question) = (server.active_totp(&person), server.enrol_question(&person));
    let answer = |text: &str| {
        server.post(
            &format!("{}/verify", factor(&person, &question)),
            &json!({"answer": text}),
        )
    };
    for _ in 0..2 {
        verify(&server, &person, &token, "000000").refused_as(403, "E0000068");
        answer("ketchup").refused_as(403, "E0000068");
    }
    answer(super::ANSWER).ok();
    for _ in 0..4 {
        verify(&server, &person, &token, "000000").refused_as(403, "E0000068");
    }
    assert_eq!(server.status(&person), "ACTIVE");
    let seen = server.events(&person).len();
    verify(&server, &person, &token, "000000").refused(403, "E0000069", "User Locked", &[]);
    assert_eq!(server.status(&person), "LOCKED_OUT");
    assert!(server.told(&person, seen).contains(&"user.account.lock".to_owned()));
    verify(&server, &person, &token, &token.code(&server, 0)).refused(403, "E0000069", "User Locked", &[]);
    answer(super::ANSWER).refused_as(403, "E0000069");
    sign_in(&server, &person, PASSWORD).refused_as(401, "E0000004");
    server.act(&format!("/users/{}/lifecycle/unlock", person.id)).ok();
    verify(&server, &person, &token, &token.code(&server, 0)).ok();
}

/// L1: nobody is judged after the lock, however many try at once.
/// covers: verifyFactor
#[test]
fn a_crowd_of_guesses_is_counted() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let token = server.active_totp(&person);
    let answers = at_once(40, |_| verify(&server, &person, &token, "000000"));
    let wrong = answers
        .iter()
        .filter(|answer| answer.json()["errorCode"] == "E0000068")
        .count();
    assert_eq!(wrong, 4, "the fifth locks");
    assert!(answers.iter().all(|answer| answer.status == 403));
    assert_eq!(server.status(&person), "LOCKED_OUT");
}

/// L3: wrong passwords do not count against factors, nor the reverse.
/// covers: verifyFactor
#[test]
fn passwords_and_factors_are_counted_apart() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let token = server.active_totp(&person);
    for round in 0..4 {
        verify(&server, &person, &token, "000000").refused_as(403, "E0000068");
        server.pass(2);
        sign_in(&server, &person, "Not-It-1").refused_as(401, "E0000004");
        assert_eq!(server.status(&person), "ACTIVE", "round {round}");
    }
    server.pass(60);
    verify(&server, &person, &token, &token.code(&server, 0)).ok();
    for _ in 0..4 {
        verify(&server, &person, &token, "000000").refused_as(403, "E0000068");
    }
    assert_eq!(server.status(&person), "ACTIVE");
}

/// O8: five activations fail in five minutes, whichever the factors; then none is tried until the time is over.
/// covers: activateFactor
#[test]
fn activations_are_limited() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let (one, two) = (server.enrol_totp(&person, "OKTA"), server.enrol_totp(&person, "GOOGLE"));
    let activate = |token: &Token, code: &str| {
        let path = format!("{}/lifecycle/activate", factor(&person, &token.shown));
        server.post(&path, &json!({"passCode": code}))
    };
    for token in [&one, &two, &one, &two, &one] {
        activate(token, "000000").refused_as(403, "E0000068");
        server.pass(10);
    }
    let seen = server.events(&person).len();
    for token in [&one, &two] {
        activate(token, &token.code(&server, 0)).refused(429, "E0000047", LIMIT, &[]);
    }
    assert_eq!(server.told(&person, seen), ["system.operation.rate_limit.violation"; 2]);
    assert_eq!(server.status(&person), "ACTIVE", "it is no lock-out");
    server.pass(250);
    activate(&two, &two.code(&server, 0)).ok();
}

/// Who may verify and enrol by status.
/// covers: verifyFactor, enrollFactor, unenrollFactor
#[test]
fn a_status_may_stand_against_it() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let token = server.active_totp(&person);
    server.act(&format!("/users/{}/lifecycle/suspend", person.id)).ok();
    let code = token.code(&server, 0);
    verify(&server, &person, &token, &code).refused(423, "E0000155", "User is not currently active.", &[]);
    server.act(&format!("/users/{}/lifecycle/unsuspend", person.id)).ok();
    server.act(&format!("/users/{}/lifecycle/deactivate", person.id)).ok();
    verify(&server, &person, &token, &code).refused_as(423, "E0000155");
    let body = json!({"factorType": "token:software:totp", "provider": "OKTA"});
    let status = "This operation is not allowed in the user's current status.";
    server
        .post(&super::factors(&person), &body)
        .refused(403, "E0000038", status, &[]);
    server
        .delete(&factor(&person, &token.shown))
        .refused(403, "E0000038", status, &[]);
    let fresh = server.person_in("PROVISIONED", "eric.judy");
    server.enrol_question(&fresh);
    let unknown = format!("/users/{}x/factors", fresh.id);
    server.get(&unknown).refused_as(404, "E0000007");
}
