//! Pushes as whoever sends them sees them (U1 to U4, U6).

use serde_json::json;

use super::{Owner, below, outcomes};
use crate::server::{PUBLIC_URL, Server};

/// covers: verifyFactor, getFactorTransactionStatus
#[test]
fn a_push_is_approved() {
    let server = Server::start();
    let owner = Owner::new(&server, "dade.murphy", 1);
    let answer = server.act(&owner.path("/verify"));
    assert_eq!(answer.status, 201, "{}", answer.told());
    let mut told = answer.json();
    let path = below(&told["_links"]["poll"]["href"]);
    let link = |method: &str| json!({"href": format!("{PUBLIC_URL}/api/v1{path}"), "hints": {"allow": [method]}});
    let wanted = json!({
        "expiresAt": "2023-11-14T22:18:20.000Z",
        "factorResult": "WAITING",
        "_links": {"poll": link("GET"), "cancel": link("DELETE")},
    });
    assert_eq!(told, wanted);
    told["profile"] = json!({"credentialId": owner.person.login});
    assert_eq!(server.get(&path).ok(), told);
    let asked = owner.device.asked(&server);
    assert_eq!(asked[0]["ipAddress"], "127.0.0.1");
    assert_eq!(
        owner.device.answer(&server, "APPROVE").ok(),
        json!({"factorResult": "SUCCESS"})
    );
    for _ in 0..2 {
        assert_eq!(server.get(&path).ok(), json!({"factorResult": "SUCCESS"}));
    }
    assert!(owner.device.asked(&server).is_empty());
    assert_eq!(outcomes(&server, &owner.person), ["SUCCESS"]);
    let sent = server.told(&owner.person, 0);
    assert!(
        sent.contains(&"system.push.send_factor_verify_push".to_owned()),
        "{sent:?}"
    );
}

/// covers: verifyFactor, getFactorTransactionStatus
#[test]
fn a_rejection_counts_like_a_wrong_code() {
    let server = Server::start();
    let owner = Owner::new(&server, "dade.murphy", 1);
    for round in 0..5 {
        let path = owner.ask(&server);
        assert_eq!(
            owner.device.answer(&server, "REJECT").ok()["factorResult"],
            "REJECTED",
            "{round}"
        );
        let factor = format!("{PUBLIC_URL}/api/v1{}", owner.path(""));
        let wanted = json!({
            "factorResult": "REJECTED",
            "profile": {"credentialId": owner.person.login},
            "_links": {
                "verify": {"href": format!("{factor}/verify"), "hints": {"allow": ["POST"]}},
                "factor": {"href": factor, "hints": {"allow": ["GET", "DELETE"]}},
            },
        });
        assert_eq!(server.get(&path).ok(), wanted);
    }
    assert_eq!(server.status(&owner.person), "LOCKED_OUT");
    server.act(&owner.path("/verify")).refused_as(403, "E0000069");
    assert_eq!(outcomes(&server, &owner.person), ["FAILURE"; 5]);
}

/// U1: one push waits at most; a new one cancels the old.
///
/// covers: verifyFactor, getFactorTransactionStatus, cancelFactorTransaction
#[test]
fn one_push_waits_at_most() {
    let server = Server::start();
    let owner = Owner::new(&server, "dade.murphy", 1);
    let first = owner.ask(&server);
    let before = owner.device.asked(&server).remove(0);
    let second = owner.ask(&server);
    assert_eq!(server.get(&first).ok()["factorResult"], "CANCELLED");
    assert_eq!(owner.device.asked(&server).len(), 1);
    let yes = json!({"verdict": "APPROVE"});
    owner
        .device
        .answer_to(&server, &before, &yes)
        .refused_as(404, "E0000007");
    assert_eq!(server.get(&first).ok()["factorResult"], "CANCELLED");
    server.delete(&second).no_content();
    assert_eq!(server.get(&second).ok()["factorResult"], "CANCELLED");
    assert!(owner.device.asked(&server).is_empty());
    server.delete(&second).no_content();
}

/// U2: nobody is worn down into a yes.
///
/// covers: verifyFactor
#[test]
fn pushes_without_an_answer_are_few() {
    let server = Server::start();
    let owner = Owner::new(&server, "dade.murphy", 1);
    for _ in 0..5 {
        owner.ask(&server);
    }
    let refused = server.act(&owner.path("/verify"));
    refused.refused_as(429, "E0000047");
    server.pass(299);
    server.act(&owner.path("/verify")).refused_as(429, "E0000047");
    server.pass(1);
    owner.ask(&server);
}

/// U3: a push is known by its user and its factor alone.
///
/// covers: getFactorTransactionStatus, cancelFactorTransaction
#[test]
fn a_push_of_others_is_unknown() {
    let server = Server::start();
    let (owner, other) = (
        Owner::new(&server, "dade.murphy", 1),
        Owner::new(&server, "kate.libby", 2),
    );
    let own = owner.ask(&server);
    let id = own.rsplit('/').next().unwrap();
    let elsewhere = [
        other.path(&format!("/transactions/{id}")),
        format!("/users/{}/factors/{}/transactions/{id}", other.person.id, owner.factor),
        format!("/users/{}/factors/{}/transactions/{id}", owner.person.id, other.factor),
        owner.path("/transactions/mst00000000000000000"),
        owner.path("/transactions/x"),
    ];
    for path in elsewhere {
        server.get(&path).refused_as(404, "E0000007");
        server.delete(&path).refused_as(404, "E0000007");
    }
    assert_eq!(server.get(&own).ok()["factorResult"], "WAITING");
    server.delete(&owner.path("")).no_content();
    server.get(&own).refused_as(404, "E0000007");
    owner
        .device
        .say(&server, "/device/v1/challenges", &json!({}))
        .refused_as(401, "E0000011");
}

/// U4: who does not answer has not approved.
///
/// covers: getFactorTransactionStatus
#[test]
fn a_push_runs_out() {
    let server = Server::start();
    let owner = Owner::new(&server, "dade.murphy", 1);
    let path = owner.ask(&server);
    server.pass(299);
    assert_eq!(server.get(&path).ok()["factorResult"], "WAITING");
    server.pass(1);
    for _ in 0..2 {
        assert_eq!(server.get(&path).ok()["factorResult"], "TIMEOUT");
    }
    assert_eq!(outcomes(&server, &owner.person), ["FAILURE"]);
}

/// U6: nothing but the device answers.
///
/// covers: getFactorTransactionStatus
#[test]
fn nobody_else_answers() {
    let server = Server::start();
    let owner = Owner::new(&server, "dade.murphy", 1);
    let path = owner.ask(&server);
    for step in ["", "/approve", "/deny", "/answer"] {
        let answer = server.act(&format!("{path}{step}"));
        assert!([404, 405].contains(&answer.status), "{}", answer.told());
    }
    assert_eq!(server.get(&path).ok()["factorResult"], "WAITING");
}
