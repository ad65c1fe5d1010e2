//! What is told of factors at sign-in.

use serde_json::json;

use super::{link, no_remembering};
use crate::server::Server;
use crate::sign_in::{embedded, text};

/// The whole answer, with the kinds that need no service.
/// covers: authenticate
#[test]
fn the_factors_are_told_with_where_to_show_them() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let question = server.enrol_question(&person);
    let token = server.active_totp(&person);
    let sms = json!({"factorType": "sms", "provider": "OKTA", "profile": {"phoneNumber": "+1-555-415-1337"}});
    let sms = server
        .post(&format!("/users/{}/factors?activate=true", person.id), &sms)
        .ok();
    let (state, mut told) = server.halted(&person, "MFA_REQUIRED");
    told["expiresAt"] = json!("…");
    let verify = |id: &serde_json::Value| json!({"verify": link(&format!("factors/{}/verify", text(id)))});
    let wanted = json!({
        "stateToken": state,
        "expiresAt": "…",
        "status": "MFA_REQUIRED",
        "_embedded": {
            "user": embedded(&server, &person),
            "factors": [
                {
                    "id": question["id"], "factorType": "question", "provider": "OKTA", "vendorName": "OKTA",
                    "profile": {
                        "question": "disliked_food",
                        "questionText": "What is the food you least liked as a child?",
                    },
                    "_links": verify(&question["id"]),
                },
                {
                    "id": token.shown["id"], "factorType": "token:software:totp", "provider": "GOOGLE",
                    "vendorName": "GOOGLE", "profile": {"credentialId": person.login},
                    "_links": verify(&token.shown["id"]),
                },
                {
                    "id": sms["id"], "factorType": "sms", "provider": "OKTA", "vendorName": "OKTA",
                    "profile": {"phoneNumber": "+1 XXX-XXX-1337"},
                    "_links": verify(&sms["id"]),
                },
            ],
            "policy": no_remembering(),
        },
        "_links": {"cancel": link("cancel")},
    });
    assert_eq!(told, wanted);
    let mut again = server.step("", &state).ok();
    again["expiresAt"] = json!("…");
    assert_eq!(again, wanted);
}

/// Nothing is remembered of devices, and clients that ask for it are served all the same.
/// covers: verifyFactorInTransaction
#[test]
fn devices_are_not_remembered() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let token = server.active_totp(&person);
    let (state, _) = server.halted(&person, "MFA_REQUIRED");
    let path = format!(
        "/authn/factors/{}/verify?rememberDevice=true&autoPush=true",
        text(&token.shown["id"])
    );
    let body = json!({"stateToken": state, "passCode": token.code(&server, 0)});
    assert_eq!(server.visit(&path, &body).ok()["status"], "SUCCESS");
    server.halted(&person, "MFA_REQUIRED");
}
