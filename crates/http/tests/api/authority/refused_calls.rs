//! G2: refused calls are in the system log, and a flood of them is told once a minute.

use serde_json::{Value, json};

use super::forbidden;
use crate::server::Server;
use crate::wire::Request;

fn told(server: &Server, kind: &str) -> Vec<Value> {
    let path = format!("/logs?filter=eventType+eq+%22{kind}%22+and+outcome.result+eq+%22FAILURE%22");
    server.get(&path).ok().as_array().unwrap().clone()
}

/// G2: who was refused what.
/// covers: listLogEvents
#[test]
fn a_refused_administrator_is_told_of() {
    let server = Server::start();
    let admin = server.admin("helper", &["REPORT_ADMIN"], &[]);
    for _ in 0..5 {
        forbidden(&admin.get(&server, "/users/isaac.brock@example.com"));
    }
    let events = told(&server, "user.session.access_admin_app");
    assert_eq!(events.len(), 1, "once a minute");
    let event = &events[0];
    assert_eq!(event["actor"]["id"], admin.person.id.as_str());
    assert_eq!(
        event["outcome"],
        json!({"result": "FAILURE", "reason": "INSUFFICIENT_PERMISSIONS"})
    );
    assert_eq!(event["severity"], "WARN");
    assert_eq!(
        event["debugContext"]["debugData"],
        json!({"operation": "GET /api/v1/users/{id}"})
    );
    assert!(event["client"]["ipAddress"].is_string());
    server.pass(60);
    forbidden(&admin.get(&server, "/users"));
    assert_eq!(told(&server, "user.session.access_admin_app").len(), 2);
}

/// G1, G2: a token that is none is told of by its address, and not by itself.
/// covers: listLogEvents
#[test]
fn a_forged_token_is_told_of() {
    let server = Server::start();
    let forged = "00forged-token-of-nobody-in-particular-0000";
    for _ in 0..20 {
        let request = Request::new(server.address, "GET", "/api/v1/users", Some(forged));
        request.send().refused_as(401, "E0000011");
    }
    let events = told(&server, "user.authentication.auth");
    assert_eq!(events.len(), 1, "once a minute");
    assert_eq!(events[0]["actor"]["id"], "unknown");
    assert_eq!(events[0]["outcome"]["reason"], "INVALID_CREDENTIALS");
    assert!(!json!(events).to_string().contains(forged));
}

/// What succeeds, or is refused for another reason, is no refused call.
/// covers: listLogEvents
#[test]
fn other_refusals_are_not_told_of() {
    let server = Server::start();
    server.get("/users/missing@example.com").refused_as(404, "E0000007");
    server.post("/users", &json!({})).refused_as(400, "E0000001");
    server
        .request("GET", "/api/v1/users")
        .anonymous()
        .send()
        .refused_as(403, "E0000005");
    assert!(told(&server, "user.session.access_admin_app").is_empty());
    assert!(told(&server, "user.authentication.auth").is_empty());
}
