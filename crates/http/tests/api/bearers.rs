//! Callers with access tokens: what their scopes allow, and how their tokens end (C3, R9, R10).

use serde_json::{Value, json};

use crate::server::{PUBLIC_URL, Server, TOKEN, profile};
use crate::service::{Service, call, post_form, refused};

const USERS: &str = "okta.users.read";

/// Each operation asks for the scope of its permission.
#[test]
fn scopes_narrow_what_a_service_may_do() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let service = Service::new(&server, &[USERS, "okta.groups.manage"]);
    let token = service.token(&server, "okta.users.read okta.groups.manage");
    let path = format!("/users/{}", person.id);
    call(&server, &token, "GET", &path).ok();
    call(&server, &token, "GET", "/groups").ok();
    for (method, path, scope) in [
        ("POST", format!("{path}/lifecycle/suspend"), "okta.users.manage"),
        ("DELETE", path.clone(), "okta.users.manage"),
        ("GET", "/apps".to_owned(), "okta.apps.read"),
        ("GET", format!("/apps/{}/grants", service.id), "okta.appGrants.read"),
        ("GET", "/logs".to_owned(), "okta.logs.read"),
        ("GET", "/meta/types/user".to_owned(), "okta.userTypes.read"),
    ] {
        let answer = call(&server, &token, method, &path);
        answer.refused_as(403, "E0000006");
        let wanted = format!(
            "Bearer authorization_uri=\"{PUBLIC_URL}/oauth2/v1/authorize\", realm=\"{PUBLIC_URL}\", scope=\"{scope}\", \
             error=\"insufficient_scope\", \
             error_description=\"The access token provided does not contain the required scopes.\", \
             resource=\"/api/v1{path}\""
        );
        assert_eq!(
            answer.header("www-authenticate"),
            Some(wanted.as_str()),
            "{method} {path}"
        );
    }
    assert_eq!(server.status(&person), "ACTIVE");
    call(&server, &token, "GET", "/users/me").refused_as(404, "E0000007");
    let narrower = service.token(&server, USERS);
    call(&server, &narrower, "GET", "/groups").refused_as(403, "E0000006");
}

/// R10: scopes for oneself open nothing to a service, which is nobody's self, whatever its roles are.
#[test]
fn scopes_for_oneself_reach_nobody_else() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let scopes = ["okta.users.read.self", "okta.users.manage.self"];
    let token = Service::new(&server, &scopes).token(&server, &scopes.join(" "));
    let user = format!("/users/{}", person.id);
    for (method, path) in [
        ("GET", "/users".to_owned()),
        ("POST", "/users".to_owned()),
        ("GET", "/users/me".to_owned()),
        ("GET", user.clone()),
        ("GET", format!("{user}/groups")),
        ("GET", format!("{user}/appLinks")),
        ("GET", format!("{user}/linkedObjects/manager")),
        ("GET", format!("{user}/subscriptions")),
        ("POST", user.clone()),
        ("POST", format!("{user}/lifecycle/suspend")),
        ("DELETE", user.clone()),
    ] {
        let answer = call(&server, &token, method, &path);
        answer.refused_as(403, "E0000006");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.contains("insufficient_scope"), "{method} {path}: {challenge}");
    }
    assert_eq!(server.status(&person), "ACTIVE");
}

/// A service with the scope to change does, and the log names it.
#[test]
fn what_a_service_does_is_its_own_doing() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let service = Service::new(&server, &["okta.users.manage"]);
    let token = service.token(&server, "okta.users.manage");
    call(
        &server,
        &token,
        "POST",
        &format!("/users/{}/lifecycle/suspend", person.id),
    )
    .ok();
    let events = server.events(&person);
    let last = events.last().unwrap();
    assert_eq!(last["eventType"], "user.lifecycle.suspend");
    assert_eq!(
        (&last["actor"]["id"], &last["actor"]["type"]),
        (&json!(service.id), &json!("PublicClientApp"))
    );
    let create = server
        .request("POST", "/api/v1/users?activate=false")
        .anonymous()
        .header("Authorization", format!("Bearer {token}"))
        .json(&json!({"profile": profile("made.by.service")}));
    create.send().ok();
}

/// Forged, foreign, cut and expired tokens are told to be none.
#[test]
fn what_is_no_live_token_is_refused() {
    let server = Server::start();
    let service = Service::new(&server, &[USERS]);
    let token = service.token(&server, USERS);
    let (head, signature) = token.rsplit_once('.').unwrap();
    let other = Server::start();
    let foreign = Service::new(&other, &[USERS]).token(&other, USERS);
    let refused_token = |token: &str| {
        let answer = call(&server, token, "GET", "/users");
        answer.refused_as(401, "E0000011");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(
            challenge.contains("error=\"invalid_token\"") && challenge.starts_with("Bearer "),
            "{challenge}"
        );
    };
    for bad in [
        "x",
        &token[1..],
        &token[..token.len() - 1],
        &format!("{token}A"),
        &format!("{head}."),
        &format!("{head}.{}", signature.to_uppercase()),
        &format!("{}.{signature}", head.replacen('.', "..", 1)),
        &foreign,
        TOKEN,
        &service.assertion(&server, &json!({})),
    ] {
        refused_token(bad);
    }
    server.pass(3599);
    call(&server, &token, "GET", "/users").ok();
    server.pass(1);
    refused_token(&token);
}

/// R9, C3: what an administrator takes from an app is gone from its live tokens with the next request.
#[test]
fn tokens_lose_what_their_app_loses() {
    let server = Server::start();
    let service = Service::new(&server, &["okta.groups.read"]);
    let grant = service.grant(&server, USERS);
    let token = service.token(&server, "okta.users.read okta.groups.read");
    let users = || call(&server, &token, "GET", "/users").status;
    assert_eq!(users(), 200);
    let path = format!("/apps/{}", service.id);
    server.delete(&format!("{path}/grants/{grant}")).no_content();
    assert_eq!(users(), 403);
    call(&server, &token, "GET", "/groups").ok();
    // R10: a scope that is granted again is for new tokens.
    service.grant(&server, USERS);
    assert_eq!(users(), 403);
    let token = service.token(&server, USERS);
    let users = || call(&server, &token, "GET", "/users").status;
    assert_eq!(users(), 200);
    server.act(&format!("{path}/lifecycle/deactivate")).ok();
    assert_eq!(users(), 401);
    server.act(&format!("{path}/lifecycle/activate")).ok();
    assert_eq!(users(), 401);
    let token = service.token(&server, USERS);
    server.act(&format!("{path}/lifecycle/deactivate")).ok();
    server.delete(&path).no_content();
    call(&server, &token, "GET", "/users").refused_as(401, "E0000011");
}

/// covers: revoke
/// A client ends its own tokens, and nobody else's; whether there was one is not told (RFC 7009).
#[test]
fn a_client_revokes_its_own_tokens() {
    let server = Server::start();
    let (service, other) = (Service::new(&server, &[USERS]), Service::new(&server, &[USERS]));
    let (token, foreign) = (service.token(&server, USERS), other.token(&server, USERS));
    for about in [&token, &token, &foreign, &"unknown".to_owned()] {
        let answer = service.about(&server, "revoke", about);
        assert_eq!((answer.status, answer.text().as_str()), (200, ""));
        assert_eq!(answer.header("content-type"), None);
    }
    call(&server, &token, "GET", "/users").refused_as(401, "E0000011");
    call(&server, &foreign, "GET", "/users").ok();
    let unproved = post_form(
        &server,
        "/oauth2/v1/revoke",
        &[("token", &foreign), ("client_id", &other.id)],
    );
    refused(&unproved, 401, "invalid_client");
    call(&server, &foreign, "GET", "/users").ok();
    let filter = "eventType%20eq%20%22app.oauth2.token.revoke%22";
    assert_eq!(
        server
            .get(&format!("/logs?filter={filter}"))
            .ok()
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

/// covers: introspect
/// RFC 7662: a token that is not good, or another client's, is not active, and nothing else is told.
#[test]
fn a_client_asks_about_its_own_tokens() {
    let server = Server::start();
    let (service, other) = (Service::new(&server, &[USERS]), Service::new(&server, &[USERS]));
    let token = service.token(&server, USERS);
    let told = service.about(&server, "introspect", &token).ok();
    assert_eq!((&told["active"], &told["scope"]), (&json!(true), &json!(USERS)));
    assert_eq!(
        (&told["client_id"], &told["sub"]),
        (&json!(service.id), &json!(service.id))
    );
    assert_eq!(told["exp"].as_i64().unwrap() - told["iat"].as_i64().unwrap(), 3600);
    let nothing = json!({"active": false});
    assert_eq!(other.about(&server, "introspect", &token).ok(), nothing);
    assert_eq!(service.about(&server, "introspect", "unknown").ok(), nothing);
    service.about(&server, "revoke", &token);
    assert_eq!(service.about(&server, "introspect", &token).ok(), nothing);
    let assertion = service.assertion(&server, &json!({}));
    let used = [
        ("client_assertion_type", crate::service::ASSERTION_TYPE),
        ("client_assertion", assertion.as_str()),
    ];
    refused(
        &post_form(&server, "/oauth2/v1/introspect", &used),
        400,
        "invalid_request",
    );
    let hinted = [used[0], used[1], ("token", "x"), ("token_type_hint", "saml")];
    refused(
        &post_form(&server, "/oauth2/v1/introspect", &hinted),
        400,
        "unsupported_token_type",
    );
    let asked = [used[0], used[1], ("token", "x")];
    post_form(&server, "/oauth2/v1/introspect", &asked).ok();
    refused(
        &post_form(&server, "/oauth2/v1/introspect", &asked),
        401,
        "invalid_client",
    );
}

/// covers: listScopeConsentGrants, grantConsentToScope, getScopeConsentGrant, revokeScopeConsentGrant
#[test]
fn administrators_grant_scopes() {
    let server = Server::start();
    let service = Service::new(&server, &[]);
    let path = format!("/apps/{}/grants", service.id);
    assert_eq!(server.get(&path).ok(), json!([]));
    let id = service.grant(&server, USERS);
    assert_eq!(service.grant(&server, USERS), id, "what is granted is granted");
    let grant = server.get(&format!("{path}/{id}")).ok();
    assert_eq!(
        (&grant["scopeId"], &grant["issuer"], &grant["status"]),
        (&json!(USERS), &json!(PUBLIC_URL), &json!("ACTIVE"))
    );
    assert_eq!(
        (&grant["clientId"], &grant["source"]),
        (&json!(service.id), &json!("ADMIN"))
    );
    assert_eq!(grant["createdBy"]["type"], "User");
    assert_eq!(server.get(&path).ok(), Value::Array(vec![grant]));
    for body in [
        json!({"scopeId": "okta.nothing.read", "issuer": PUBLIC_URL}),
        json!({"scopeId": USERS, "issuer": "https://other.example.com"}),
        json!({"scopeId": USERS}),
    ] {
        server.post(&path, &body).refused_as(400, "E0000001");
    }
    server
        .post(&path, &json!({"issuer": PUBLIC_URL}))
        .refused_as(400, "E0000003");
    let unknown = server.get(&format!("{path}/oag00000000000000001"));
    let summary = "Not found: Resource not found: oag00000000000000001 (OAuth2ScopeConsentGrant)";
    unknown.refused(404, "E0000007", summary, &[]);
    server
        .get("/apps/0oa00000000000000001/grants")
        .refused_as(404, "E0000007");
    server.delete(&format!("{path}/{id}")).no_content();
    server.delete(&format!("{path}/{id}")).refused_as(404, "E0000007");
    let bookmark = json!({"label": "W", "signOnMode": "BOOKMARK", "settings": {"app": {"url": "https://example.com"}}});
    let bookmark = server.post("/apps", &bookmark).ok();
    let path = format!("/apps/{}/grants", bookmark["id"].as_str().unwrap());
    server
        .post(&path, &json!({"scopeId": USERS, "issuer": PUBLIC_URL}))
        .refused_as(400, "E0000001");
}

/// R3: a service passes on no more than it has, and changes no client that has scopes.
#[test]
fn a_service_does_not_widen_its_rights() {
    let server = Server::start();
    let scopes = ["okta.appGrants.manage", "okta.apps.manage", USERS];
    let (service, other) = (
        Service::new(&server, &scopes),
        Service::new(&server, &["okta.groups.read"]),
    );
    let token = service.token(&server, &scopes.join(" "));
    let grant = |id: &str, scope: &str| {
        let request = server.request("POST", &format!("/api/v1/apps/{id}/grants")).anonymous();
        let request = request.header("Authorization", format!("Bearer {token}"));
        request.json(&json!({"scopeId": scope, "issuer": PUBLIC_URL})).send()
    };
    grant(&service.id, "okta.users.manage").refused_as(403, "E0000006");
    grant(&other.id, USERS).ok();
    let apps_only = service.token(&server, "okta.apps.manage");
    let replace = |id: &str| {
        let request = server.request("PUT", &format!("/api/v1/apps/{id}")).anonymous();
        let request = request.header("Authorization", format!("Bearer {apps_only}"));
        request.json(&crate::service::service_app(service.public())).send()
    };
    replace(&other.id).refused_as(403, "E0000006");
    replace(&Service::new(&server, &[]).id).ok();
}
