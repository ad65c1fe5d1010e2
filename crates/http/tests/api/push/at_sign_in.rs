//! Approving a sign-in (contract: authn-and-recovery §6; U1, U4).

use denizen_domain::factor::FactorKind;
use serde_json::{Value, json};

use super::{Owner, SoftDevice, token_of};
use crate::factors_at_sign_in::{links, server_that_requires};
use crate::server::Server;
use crate::wire::Answer;

fn poll(server: &Server, state: &str, factor: &str) -> Answer {
    server.factor_step(state, &factor.into(), "verify", &json!({}))
}

fn waiting(told: &Value) {
    assert_eq!(
        (&told["status"], &told["factorResult"]),
        (&json!("MFA_CHALLENGE"), &json!("WAITING"))
    );
    assert_eq!(told["_links"]["next"]["name"], "poll");
}

/// covers: verifyFactorInTransaction
#[test]
fn a_sign_in_waits_for_the_device() {
    let server = server_that_requires(&[FactorKind::Push]);
    let owner = Owner::new(&server, "dade.murphy", 1);
    let (state, _) = server.halted(&owner.person, "MFA_REQUIRED");
    waiting(&poll(&server, &state, &owner.factor).ok());
    waiting(&poll(&server, &state, &owner.factor).ok());
    assert_eq!(owner.device.asked(&server).len(), 1);
    // The push of a sign-in is none of the API's.
    let id = owner.device.asked(&server)[0]["transaction"]
        .as_str()
        .unwrap()
        .to_owned();
    server
        .get(&owner.path(&format!("/transactions/{id}")))
        .refused_as(404, "E0000007");
    owner.device.answer(&server, "APPROVE").ok();
    let told = poll(&server, &state, &owner.factor).ok();
    assert_eq!(told["status"], "SUCCESS");
    poll(&server, &state, &owner.factor).refused_as(401, "E0000011");
}

/// A rejection is told once; then there is another push.
///
/// covers: verifyFactorInTransaction, resendChallengeInTransaction
#[test]
fn a_rejected_sign_in_can_be_tried_again() {
    let server = server_that_requires(&[FactorKind::Push]);
    let owner = Owner::new(&server, "dade.murphy", 1);
    let (state, _) = server.halted(&owner.person, "MFA_REQUIRED");
    waiting(&poll(&server, &state, &owner.factor).ok());
    owner.device.answer(&server, "REJECT").ok();
    let told = poll(&server, &state, &owner.factor).ok();
    assert_eq!(told["factorResult"], "REJECTED");
    assert!(links(&told).contains(&"resend"), "{told}");
    let again = server.factor_step(&state, &owner.factor.as_str().into(), "verify/resend", &json!({}));
    waiting(&again.ok());
    // Each look makes the transaction live longer, and not the push.
    server.pass(200);
    waiting(&poll(&server, &state, &owner.factor).ok());
    server.pass(100);
    assert_eq!(poll(&server, &state, &owner.factor).ok()["factorResult"], "TIMEOUT");
    waiting(&poll(&server, &state, &owner.factor).ok());
    owner.device.answer(&server, "APPROVE").ok();
    assert_eq!(poll(&server, &state, &owner.factor).ok()["status"], "SUCCESS");
}

/// Whoever signs in elsewhere makes no use of a yes.
///
/// covers: verifyFactorInTransaction
#[test]
fn a_yes_is_for_one_sign_in() {
    let server = server_that_requires(&[FactorKind::Push]);
    let owner = Owner::new(&server, "dade.murphy", 1);
    let (first, _) = server.halted(&owner.person, "MFA_REQUIRED");
    let (second, _) = server.halted(&owner.person, "MFA_REQUIRED");
    waiting(&poll(&server, &first, &owner.factor).ok());
    owner.device.answer(&server, "APPROVE").ok();
    waiting(&poll(&server, &second, &owner.factor).ok());
    assert_eq!(poll(&server, &first, &owner.factor).ok()["status"], "SUCCESS");
    waiting(&poll(&server, &second, &owner.factor).ok());
}

/// covers: enrollFactorInTransaction, pollFactorInTransaction
#[test]
fn a_device_is_enrolled_while_signing_in() {
    let server = server_that_requires(&[FactorKind::Push]);
    let person = server.active("dade.murphy");
    let (state, _) = server.halted(&person, "MFA_ENROLL");
    let told = server
        .enrol_at_sign_in(&state, &json!({"factorType": "push", "provider": "OKTA"}))
        .ok();
    assert_eq!(told["status"], "MFA_ENROLL_ACTIVATE");
    let factor = &told["_embedded"]["factor"];
    let token = token_of(&factor["_embedded"]["activation"]);
    let poll = || {
        server
            .factor_step(&state, &factor["id"], "lifecycle/activate/poll", &json!({}))
            .ok()
    };
    assert_eq!(poll()["status"], "MFA_ENROLL_ACTIVATE");
    SoftDevice::new(1).register(&server, &token).ok();
    assert_eq!(poll()["status"], "SUCCESS");
}
