//! Steps that do not belong to a state.

use denizen_domain::factor::FactorKind;
use serde_json::{Value, json};

use super::{out_of_turn, server_that_requires};
use crate::server::{PASSWORD, Server};
use crate::sign_in::text;

/// Every step about factors, tried in a state; those that belong to it are not tried.
fn none_but(server: &Server, state: &str, id: &Value, own: &[&str]) {
    for step in [
        "verify",
        "verify/resend",
        "lifecycle/activate",
        "lifecycle/activate/poll",
        "lifecycle/resend",
    ] {
        if !own.contains(&step) {
            out_of_turn(&server.factor_step(state, id, step, &json!({})));
        }
    }
    if !own.contains(&"enrol") {
        let body = json!({"factorType": "question", "provider": "OKTA"});
        out_of_turn(&server.enrol_at_sign_in(state, &body));
    }
    for path in ["/previous", "/skip"] {
        if !own.contains(&path) {
            out_of_turn(&server.step(path, state));
        }
    }
    let passwords = json!({"stateToken": state, "oldPassword": PASSWORD, "newPassword": "Lantern-Winter-1"});
    out_of_turn(&server.visit("/authn/credentials/change_password", &passwords));
    let password = json!({"stateToken": state, "newPassword": "Lantern-Winter-1"});
    out_of_turn(&server.visit("/authn/credentials/reset_password", &password));
    out_of_turn(&server.visit(
        "/authn/recovery/answer",
        &json!({"stateToken": state, "answer": "mayonnaise"}),
    ));
}

/// C1, S1: no step is taken out of turn.
/// covers: authenticate
#[test]
fn each_state_has_its_own_steps() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let sms = json!({"factorType": "sms", "provider": "OKTA", "profile": {"phoneNumber": "+15554151337"}});
    let sms = server
        .post(&format!("/users/{}/factors?activate=true", person.id), &sms)
        .ok();
    let question = server.enrol_question(&person);
    let (state, _) = server.halted(&person, "MFA_REQUIRED");
    none_but(&server, &state, &sms["id"], &["verify"]);
    let told = server.factor_step(&state, &sms["id"], "verify", &json!({})).ok();
    assert_eq!(told["status"], "MFA_CHALLENGE");
    none_but(&server, &state, &sms["id"], &["verify", "verify/resend", "/previous"]);
    // A challenge is about one factor.
    none_but(&server, &state, &question["id"], &["/previous"]);
    server.step("/cancel", &state).ok();
    server.step("", &state).refused_as(401, "E0000011");

    let server = server_that_requires(&[FactorKind::GoogleTotp]);
    let person = server.active("isaac.brock");
    let (state, _) = server.halted(&person, "MFA_ENROLL");
    none_but(&server, &state, &question["id"], &["enrol"]);
    let body = json!({"factorType": "token:software:totp", "provider": "GOOGLE"});
    let told = server.enrol_at_sign_in(&state, &body).ok();
    let id = &told["_embedded"]["factor"]["id"];
    let own = [
        "lifecycle/activate",
        "lifecycle/activate/poll",
        "lifecycle/resend",
        "/previous",
    ];
    none_but(&server, &state, id, &own);
    none_but(&server, &state, &question["id"], &["/previous"]);
    assert_eq!(text(&server.step("/previous", &state).ok()["status"]), "MFA_ENROLL");
}

/// T7: a transaction ends when nobody goes on, also between the factors.
/// covers: verifyFactorInTransaction
#[test]
fn a_transaction_ends_when_nobody_goes_on() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let token = server.active_totp(&person);
    let (state, _) = server.halted(&person, "MFA_REQUIRED");
    server.pass(300);
    let late = server.show_code(&state, &token, &token.code(&server, 0));
    late.refused_as(401, "E0000011");
}

/// C2, C3: whoever is suspended or loses the session is not let in by a factor.
/// covers: verifyFactorInTransaction, suspendUser, revokeUserSessions
#[test]
fn a_transaction_ends_with_the_access() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let token = server.active_totp(&person);
    let (state, _) = server.halted(&person, "MFA_REQUIRED");
    server.act(&format!("/users/{}/lifecycle/suspend", person.id)).ok();
    let refused = server.show_code(&state, &token, &token.code(&server, 0));
    refused.refused_as(401, "E0000011");
    server.act(&format!("/users/{}/lifecycle/unsuspend", person.id)).ok();
    let (state, _) = server.halted(&person, "MFA_REQUIRED");
    server.delete(&format!("/users/{}/sessions", person.id)).no_content();
    let refused = server.show_code(&state, &token, &token.code(&server, 0));
    refused.refused_as(401, "E0000011");
}
