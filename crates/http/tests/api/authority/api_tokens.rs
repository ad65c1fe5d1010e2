//! API tokens over HTTP (contract: groups-apps-tokens §3).

use serde_json::json;

use super::{forbidden, ids};
use crate::roles::{group, user_path};
use crate::server::{PUBLIC_URL, Server};
use crate::wire::Request;

const DAY: i64 = 24 * 60 * 60;

fn unknown(id: &str) -> String {
    format!("Not found: Resource not found: {id} (Token)")
}

/// covers: listApiTokens, getApiToken
#[test]
fn a_token_is_shown_without_its_secret() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let secret = server.token_of(&person);
    let list = server.get("/api-tokens");
    assert!(list.all("link").is_empty());
    assert!(!list.text().contains(&secret[4..]));
    let tokens = list.ok();
    assert_eq!(tokens.as_array().unwrap().len(), 2);
    let shown = tokens
        .as_array()
        .unwrap()
        .iter()
        .find(|token| token["name"] == "test")
        .unwrap();
    let id = shown["id"].as_str().unwrap();
    assert!(id.starts_with("00T") && id.len() == 20);
    let wanted = json!({
        "id": id, "name": "test", "userId": person.id, "clientName": "Okta API", "tokenWindow": "P30D",
        "network": {"connection": "ANYWHERE"},
        "expiresAt": "2023-12-14T22:13:20.000Z", "created": "2023-11-14T22:13:20.000Z",
        "lastUpdated": "2023-11-14T22:13:20.000Z",
        "_links": {
            "self": {"href": format!("{PUBLIC_URL}/api/v1/api-tokens/{id}"), "hints": {"allow": ["GET", "DELETE"]}},
            "user": {"href": format!("{PUBLIC_URL}/api/v1/users/{}", person.id), "hints": {"allow": ["GET"]}},
        },
    });
    assert_eq!(shown, &wanted);
    assert_eq!(server.get(&format!("/api-tokens/{id}")).ok(), wanted);
    assert_eq!(server.get("/api-tokens/").ok(), tokens);
    for id in ["00T00000000000000000", "nothing", "00u00000000000000000"] {
        server
            .get(&format!("/api-tokens/{id}"))
            .refused(404, "E0000007", &unknown(id), &[]);
    }
}

/// covers: upsertApiToken
#[test]
fn the_network_of_a_token_is_anywhere() {
    let server = Server::start();
    let id = ids(&server.get("/api-tokens").ok()).remove(0);
    let path = format!("/api-tokens/{id}");
    let before = server.get(&path).ok();
    server.pass(60);
    let body = json!({"name": "other", "userId": before["userId"], "network": {"connection": "ANYWHERE"}});
    let after = server.put(&path, &body).ok();
    assert_eq!(after["lastUpdated"], "2023-11-14T22:14:20.000Z");
    for member in ["name", "expiresAt", "created", "userId", "network"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    assert_eq!(server.get(&path).ok(), after);
    let failed = "Api validation failed: network";
    for (network, summary, cause) in [
        (
            json!({"connection": "ZONE", "include": ["nzo1"]}),
            failed,
            "network: There are no network zones",
        ),
        (
            json!({"connection": "ANYWHERE", "exclude": ["nzo1"]}),
            failed,
            "network: There are no network zones",
        ),
        (json!(null), failed, "network: The field cannot be left blank"),
        (
            json!({"connection": "HERE"}),
            "Api validation failed: network.connection",
            "network.connection: The value must be ANYWHERE or ZONE",
        ),
    ] {
        let answer = server.put(&path, &json!({"name": "x", "network": network}));
        answer.refused(400, "E0000001", summary, &[cause]);
    }
    server.put(&path, &json!({"boop": 1})).refused_as(400, "E0000003");
    let summary = unknown("00T1");
    server
        .put("/api-tokens/00T1", &body)
        .refused(404, "E0000007", &summary, &[]);
}

/// covers: revokeApiToken, revokeCurrentApiToken
#[test]
fn a_revoked_token_is_dead_at_once() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    server.give(&person, "READ_ONLY_ADMIN", &[]);
    let (first, second) = (server.token_of(&person), server.token_of(&person));
    let all = ids(&server.by(&first, "GET", "/api-tokens", None).ok());
    assert_eq!(all.len(), 2, "their own, and no others");
    server.by(&first, "DELETE", "/api-tokens/current", None).no_content();
    server.by(&first, "GET", "/users", None).refused_as(401, "E0000011");
    let left = ids(&server.by(&second, "GET", "/api-tokens", None).ok());
    assert_eq!(left.len(), 1);
    let path = format!("/api-tokens/{}", left[0]);
    server.delete(&path).no_content();
    server.by(&second, "GET", "/users", None).refused_as(401, "E0000011");
    server.delete(&path).refused(404, "E0000007", &unknown(&left[0]), &[]);
    let events = server
        .get("/logs?filter=eventType+eq+%22system.api_token.revoke%22")
        .ok();
    assert_eq!(events.as_array().unwrap().len(), 2);
}

/// The tokens of others are for super administrators; the own ones for whoever holds a role.
/// covers: listApiTokens, getApiToken, revokeApiToken, upsertApiToken
#[test]
fn the_tokens_of_others_are_hidden() {
    let server = Server::start();
    let target = group(&server, "Target");
    let first = ids(&server.get("/api-tokens").ok()).remove(0);
    for role in ["ORG_ADMIN", "USER_ADMIN", "REPORT_ADMIN"] {
        let admin = server.admin(&role.to_lowercase(), &[role], &[&target]);
        let own = admin.get(&server, "/api-tokens").ok();
        assert_eq!(own.as_array().unwrap().len(), 1);
        assert_eq!(own[0]["userId"], admin.person.id.as_str());
        let path = format!("/api-tokens/{first}");
        admin
            .get(&server, &path)
            .refused(404, "E0000007", &unknown(&first), &[]);
        admin
            .delete(&server, &path)
            .refused(404, "E0000007", &unknown(&first), &[]);
        let body = json!({"name": "x", "network": {"connection": "ANYWHERE"}});
        let answer = server.by(&admin.token, "PUT", &path, Some(&body));
        answer.refused(404, "E0000007", &unknown(&first), &[]);
    }
    let nobody = server.admin("nobody", &[], &[]);
    forbidden(&nobody.get(&server, "/api-tokens"));
    forbidden(&nobody.delete(&server, "/api-tokens/current"));
}

/// R10: a token has its owner's rights and life: no use while they are suspended, none ever after they are deactivated, and none
/// after thirty days without use. Nobody who is deactivated gets one.
/// covers: listApiTokens, suspendUser, deactivateUser
#[test]
fn a_token_lives_and_dies_with_its_owner() {
    let server = Server::start();
    let admin = server.admin("helper", &["READ_ONLY_ADMIN"], &[]);
    let path = user_path(&admin.person);
    admin.get(&server, "/users").ok();
    server.act(&format!("{path}/lifecycle/suspend")).ok();
    admin.get(&server, "/users").refused_as(401, "E0000011");
    server.act(&format!("{path}/lifecycle/unsuspend")).ok();
    admin.get(&server, "/users").ok();
    server.act(&format!("{path}/lifecycle/deactivate")).ok();
    admin.get(&server, "/users").refused_as(401, "E0000011");
    assert_eq!(server.get("/api-tokens").ok().as_array().unwrap().len(), 1);
    assert!(crate::server::run(server.directory.create_api_token(&admin.person.id, "late")).is_err());
    server.act(&format!("{path}/lifecycle/activate?sendEmail=false")).ok();
    admin.get(&server, "/users").refused_as(401, "E0000011");
    let idle = server.admin("idle", &["READ_ONLY_ADMIN"], &[]);
    for _ in 0..3 {
        server.pass(29 * DAY);
        server.get("/users").ok();
        idle.get(&server, "/users").ok();
    }
    server.pass(29 * DAY);
    server.get("/users").ok();
    server.pass(DAY);
    idle.get(&server, "/users").refused_as(401, "E0000011");
    assert_eq!(server.get("/api-tokens").ok().as_array().unwrap().len(), 1);
}

/// A forged, cut or foreign token is none.
/// covers: listApiTokens
#[test]
fn what_is_no_token_gets_nowhere() {
    let server = Server::start();
    let admin = server.admin("helper", &["READ_ONLY_ADMIN"], &[]);
    let (cut, longer) = (&admin.token[..admin.token.len() - 1], format!("{}x", admin.token));
    let upper = admin.token.to_uppercase();
    let id = ids(&admin.get(&server, "/api-tokens").ok()).remove(0);
    for token in [cut, &longer, &upper, &id, "00", "%00"] {
        let request = Request::new(server.address, "GET", "/api/v1/api-tokens", Some(token));
        request.send().refused(401, "E0000011", "Invalid token provided", &[]);
    }
}
