//! Codes that are sent at sign-in.

use serde_json::{Value, json};

use super::{link, links, named, no_remembering};
use crate::code_factors::{Owner, other_than};
use crate::server::Server;
use crate::sign_in::{embedded, text};

/// The code is sent when no code is shown, and the state tells where to show it.
/// covers: verifyFactorInTransaction, resendChallengeInTransaction, previousTransaction
#[test]
fn a_code_is_sent_and_shown() {
    let server = Server::start();
    let owner = Owner::new(&server, "isaac.brock");
    let id: Value = owner.active_sms("+15554151337").into();
    let (state, _) = server.halted(&owner.person, "MFA_REQUIRED");
    let mut told = server.factor_step(&state, &id, "verify", &json!({})).ok();
    let first = owner.code();
    let path = |rest: &str| format!("factors/{}/{rest}", text(&id));
    told["expiresAt"] = json!("…");
    let wanted = json!({
        "stateToken": state,
        "expiresAt": "…",
        "status": "MFA_CHALLENGE",
        "_embedded": {
            "user": embedded(&server, &owner.person),
            "factor": {
                "id": id, "factorType": "sms", "provider": "OKTA", "vendorName": "OKTA",
                "profile": {"phoneNumber": "+1 XXX-XXX-1337"},
            },
            "policy": no_remembering(),
        },
        "_links": {
            "next": named("verify", &path("verify")),
            "prev": link("previous"),
            "cancel": link("cancel"),
            "resend": [named("sms", &path("verify/resend"))],
        },
    });
    assert_eq!(told, wanted);
    // Too soon for another one; the state stays.
    let soon = server.factor_step(&state, &id, "verify/resend", &json!({}));
    soon.refused_as(429, "E0000109");
    server.pass(31);
    let told = server.factor_step(&state, &id, "verify/resend", &json!({})).ok();
    assert_eq!(told["status"], "MFA_CHALLENGE");
    let second = owner.code();
    assert_eq!(server.step("/previous", &state).ok()["status"], "MFA_REQUIRED");
    if first != second {
        let old = server.factor_step(&state, &id, "verify", &json!({"passCode": first}));
        old.refused_as(403, "E0000068");
    }
    let told = server
        .factor_step(&state, &id, "verify", &json!({"passCode": second}))
        .ok();
    assert_eq!(told["status"], "SUCCESS");
    let session = server
        .visit("/sessions", &json!({"sessionToken": told["sessionToken"]}))
        .ok();
    assert_eq!(session["amr"], json!(["pwd", "mfa", "sms"]));
}

/// S1: a code that was sent in one transaction is none in another.
/// covers: verifyFactorInTransaction
#[test]
fn a_code_is_good_in_its_own_transaction() {
    let server = Server::start();
    let owner = Owner::new(&server, "isaac.brock");
    let id: Value = owner.active_sms("+15554151337").into();
    let (first, _) = server.halted(&owner.person, "MFA_REQUIRED");
    let (second, _) = server.halted(&owner.person, "MFA_REQUIRED");
    server.factor_step(&first, &id, "verify", &json!({})).ok();
    let code = owner.code();
    let foreign = server.factor_step(&second, &id, "verify", &json!({"passCode": code}));
    let cause = "Your passcode doesn't match our records. Please try again.";
    foreign.refused(403, "E0000068", "Invalid Passcode/Answer", &[cause]);
    let wrong = server.factor_step(&first, &id, "verify", &json!({"passCode": other_than(&code)}));
    wrong.refused_as(403, "E0000068");
    let told = server
        .factor_step(&first, &id, "verify", &json!({"passCode": code}))
        .ok();
    assert_eq!(told["status"], "SUCCESS");
    // S2: it is used up.
    let spent = server.factor_step(&second, &id, "verify", &json!({"passCode": code}));
    spent.refused_as(403, "E0000068");
}

/// A mail address is shown so that its owner knows it.
/// covers: verifyFactorInTransaction
#[test]
fn addresses_are_masked() {
    let server = Server::start();
    let owner = Owner::new(&server, "isaac.brock");
    let body = json!({"email": owner.person.login});
    let factor = owner.enrol("?activate=true", "email", &body).ok();
    server.messages();
    let (state, told) = server.halted(&owner.person, "MFA_REQUIRED");
    assert_eq!(told["_embedded"]["factors"][0]["profile"]["email"], "i...k@example.com");
    let told = server.factor_step(&state, &factor["id"], "verify", &json!({})).ok();
    assert_eq!(links(&told), ["cancel", "next", "prev", "resend"]);
    let code = owner.code();
    let told = server
        .factor_step(&state, &factor["id"], "verify", &json!({"passCode": code}))
        .ok();
    assert_eq!(told["status"], "SUCCESS");
}
