//! Whoever has a factor shows it.

use serde_json::json;

use super::link;
use crate::factors::ANSWER;
use crate::races::at_once;
use crate::server::{PASSWORD, Server};
use crate::sign_in::text;

/// The code of a factor is asked for after the password, and opens a session that tells of it.
/// covers: authenticate, verifyFactorInTransaction, createSession, getSession
#[test]
fn a_code_is_asked_for_after_the_password() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let token = server.active_totp(&person);
    let (state, _) = server.halted(&person, "MFA_REQUIRED");
    let told = server.show_code(&state, &token, &token.code(&server, 0)).ok();
    assert_eq!(told["status"], "SUCCESS");
    assert!(told.get("stateToken").is_none());
    // The state token is used up.
    server.step("", &state).refused_as(401, "E0000011");
    let session = server
        .visit("/sessions", &json!({"sessionToken": told["sessionToken"]}))
        .ok();
    assert_eq!(session["amr"], json!(["pwd", "mfa", "otp"]));
    assert_eq!(session["lastFactorVerification"], session["lastPasswordVerification"]);
    assert_eq!(session["mfaActive"], true);
    let told = server.told(&person, 0);
    assert!(
        told.contains(&"user.authentication.auth_via_mfa".to_owned()),
        "{told:?}"
    );
}

/// A factor that waits for its activation is not asked for, and neither is one where the policy asks for none.
/// covers: authenticate
#[test]
fn only_active_factors_are_asked_for() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    server.enrol_totp(&person, "GOOGLE");
    assert_eq!(server.sign_in(&person, PASSWORD).ok()["status"], "SUCCESS");
    let server = Server::with(denizen_http::HttpSettings::default(), |settings| {
        settings.factor_policy.asks_at_sign_in = false;
    });
    let person = server.active("isaac.brock");
    server.active_totp(&person);
    assert_eq!(server.sign_in(&person, PASSWORD).ok()["status"], "SUCCESS");
}

/// The factor comes before the password's age is looked at (contract: §2).
/// covers: authenticate, verifyFactorInTransaction, changeExpiredPassword
#[test]
fn the_factor_comes_before_the_expired_password() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    server.enrol_question(&person);
    server
        .act(&format!("/users/{}/lifecycle/expire_password", person.id))
        .ok();
    let (state, told) = server.halted(&person, "MFA_REQUIRED");
    let id = &told["_embedded"]["factors"][0]["id"];
    let change = json!({"stateToken": state, "oldPassword": PASSWORD, "newPassword": "Lantern-Winter-1"});
    super::out_of_turn(&server.visit("/authn/credentials/change_password", &change));
    let told = server
        .factor_step(&state, id, "verify", &json!({"answer": ANSWER}))
        .ok();
    assert_eq!(told["status"], "PASSWORD_EXPIRED");
    assert_eq!(text(&told["stateToken"]), state);
    let told = server.visit("/authn/credentials/change_password", &change).ok();
    assert_eq!(told["status"], "SUCCESS");
    let session = server
        .visit("/sessions", &json!({"sessionToken": told["sessionToken"]}))
        .ok();
    assert_eq!(session["amr"], json!(["pwd", "mfa", "kba"]));
}

/// T8: a new password opens nothing without the factor, by a recovery and by an activation.
/// covers: resetPasswordInTransaction, answerRecoveryQuestion, authenticate
#[test]
fn a_new_password_does_not_go_around_the_factor() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    server.enrol_question(&person);
    let recovery = server
        .act(&format!(
            "/users/{}/lifecycle/reset_password?sendEmail=false",
            person.id
        ))
        .ok();
    let recovery = text(&recovery["resetPasswordUrl"])
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    let told = server
        .visit("/authn/recovery/token", &json!({"recoveryToken": recovery}))
        .ok();
    let state = text(&told["stateToken"]);
    let other = server.visit("/authn/recovery/token", &json!({"recoveryToken": recovery}));
    other.refused_as(401, "E0000011");
    let body = json!({"stateToken": state, "newPassword": "Lantern-Winter-1", "revokeSessions": true});
    let told = server.visit("/authn/credentials/reset_password", &body).ok();
    assert_eq!(told["status"], "MFA_REQUIRED", "{told}");
    assert_eq!(text(&told["stateToken"]), state);
    assert!(told.get("sessionToken").is_none());
    assert_eq!(server.status(&person), "ACTIVE");
    // The state token is no session token, and the password cannot be set again with it.
    let session = server.visit("/sessions", &json!({"sessionToken": state}));
    session.refused_as(401, "E0000004");
    super::out_of_turn(&server.visit("/authn/credentials/reset_password", &body));
    let id = &told["_embedded"]["factors"][0]["id"];
    let told = server
        .factor_step(&state, id, "verify", &json!({"answer": ANSWER}))
        .ok();
    assert_eq!(told["status"], "SUCCESS");

    let person = server.person_in("PROVISIONED", "new.comer");
    server.enrol_question(&person);
    let link = server
        .act(&format!("/users/{}/lifecycle/reactivate?sendEmail=false", person.id))
        .ok();
    let told = server.visit("/authn", &json!({"token": link["activationToken"]})).ok();
    assert_eq!(told["status"], "PASSWORD_RESET");
    let body = json!({"stateToken": told["stateToken"], "newPassword": "Lantern-Winter-1"});
    let told = server.visit("/authn/credentials/reset_password", &body).ok();
    assert_eq!(told["status"], "MFA_REQUIRED", "{told}");
}

/// O2: the code that activated a factor is none to sign in with; O1: nor is one that was used.
/// covers: verifyFactorInTransaction, activateFactor
#[test]
fn a_code_signs_in_once() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let token = server.enrol_totp(&person, "GOOGLE");
    let code = token.code(&server, 0);
    let activate = format!("{}/lifecycle/activate", crate::factors::factor(&person, &token.shown));
    server.post(&activate, &json!({"passCode": code})).ok();
    let (state, _) = server.halted(&person, "MFA_REQUIRED");
    server.show_code(&state, &token, &code).refused_as(403, "E0000082");
    server.pass(30);
    let code = token.code(&server, 0);
    assert_eq!(server.show_code(&state, &token, &code).ok()["status"], "SUCCESS");
    let (state, _) = server.halted(&person, "MFA_REQUIRED");
    server.show_code(&state, &token, &code).refused_as(403, "E0000082");
}

/// O3, L1: one code in many transactions at once opens one of them.
/// covers: verifyFactorInTransaction
#[test]
fn one_of_many_gets_through_with_a_code() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let token = server.active_totp(&person);
    let states: Vec<String> = (0..20).map(|_| server.halted(&person, "MFA_REQUIRED").0).collect();
    server.pass(30);
    let code = token.code(&server, 0);
    let answers = at_once(states.len(), |number| server.show_code(&states[number], &token, &code));
    let opened = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(opened, 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused_as(403, "E0000082");
    }
}

/// O3: one transaction gives one session token, however often the right answer is given at once.
/// covers: verifyFactorInTransaction
#[test]
fn one_transaction_ends_once() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    server.enrol_question(&person);
    let (state, told) = server.halted(&person, "MFA_REQUIRED");
    let id = &told["_embedded"]["factors"][0]["id"];
    let answers = at_once(20, |_| {
        server.factor_step(&state, id, "verify", &json!({"answer": ANSWER}))
    });
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused_as(401, "E0000011");
    }
}

/// L2, L3: five wrong answers lock the user out, on every way in; the transaction is void, also when the lock-out ends.
/// covers: verifyFactorInTransaction, authenticate, unlockUser
#[test]
fn wrong_answers_lock_out_on_every_way_in() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    server.enrol_question(&person);
    let (state, told) = server.halted(&person, "MFA_REQUIRED");
    let id = told["_embedded"]["factors"][0]["id"].clone();
    let wrong = || server.factor_step(&state, &id, "verify", &json!({"answer": "ketchup"}));
    for _ in 0..4 {
        let cause = "Your answer doesn't match our records. Please try again.";
        wrong().refused(403, "E0000068", "Invalid Passcode/Answer", &[cause]);
    }
    wrong().refused(403, "E0000069", "User Locked", &[]);
    assert_eq!(server.status(&person), "LOCKED_OUT");
    let right = server.factor_step(&state, &id, "verify", &json!({"answer": ANSWER}));
    right.refused_as(401, "E0000011");
    server.sign_in(&person, PASSWORD).refused_as(401, "E0000004");
    server.act(&format!("/users/{}/lifecycle/unlock", person.id)).ok();
    server.step("", &state).refused_as(401, "E0000011");
    let (state, _) = server.halted(&person, "MFA_REQUIRED");
    let told = server
        .factor_step(&state, &id, "verify", &json!({"answer": ANSWER}))
        .ok();
    assert_eq!(told["status"], "SUCCESS");
}

/// L3: a right password forgets no wrong answer, and a right answer no wrong password; each has a count of its own.
/// covers: verifyFactorInTransaction, authenticate
#[test]
fn passwords_and_factors_are_counted_apart() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    server.enrol_question(&person);
    let wrong_answer = || {
        let (state, told) = server.halted(&person, "MFA_REQUIRED");
        let id = &told["_embedded"]["factors"][0]["id"];
        server.factor_step(&state, id, "verify", &json!({"answer": "ketchup"}))
    };
    for _ in 0..4 {
        for _ in 0..2 {
            server.sign_in(&person, "Not-It-1").refused_as(401, "E0000004");
        }
        wrong_answer().refused_as(403, "E0000068");
    }
    // Eight wrong passwords in all, with right ones between them: only the fifth wrong answer locks.
    assert_eq!(server.status(&person), "ACTIVE");
    wrong_answer().refused_as(403, "E0000069");
    assert_eq!(server.status(&person), "LOCKED_OUT");
}

/// L2: wrong passwords that lock out stop the transaction too.
/// covers: verifyFactorInTransaction
#[test]
fn a_lock_out_by_passwords_stops_transactions() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    server.enrol_question(&person);
    let (state, told) = server.halted(&person, "MFA_REQUIRED");
    for _ in 0..10 {
        server.sign_in(&person, "Not-It-1").refused_as(401, "E0000004");
    }
    let id = &told["_embedded"]["factors"][0]["id"];
    let right = server.factor_step(&state, id, "verify", &json!({"answer": ANSWER}));
    right.refused_as(401, "E0000011");
}

/// O9: the factors of others are unknown, and so are those that are not active.
/// covers: verifyFactorInTransaction
#[test]
fn only_ones_own_factors_are_known() {
    let server = Server::start();
    let (person, other) = (server.active("isaac.brock"), server.active("mr.tambourine"));
    server.enrol_question(&person);
    let foreign = server.active_totp(&other);
    let (state, _) = server.halted(&person, "MFA_REQUIRED");
    let code = foreign.code(&server, 0);
    server.show_code(&state, &foreign, &code).refused_as(404, "E0000007");
    let waiting = server.enrol_totp(&person, "GOOGLE");
    let code = waiting.code(&server, 0);
    server.show_code(&state, &waiting, &code).refused_as(403, "E0000107");
    assert_eq!(
        server.step("", &state).ok()["_links"],
        json!({"cancel": link("cancel")})
    );
}
