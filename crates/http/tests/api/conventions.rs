//! What every answer has: headers, the error object, authentication, content types, bodies, CORS (contract: conventions).

use std::collections::HashSet;
use std::time::Duration;

use denizen_http::HttpSettings;
use serde_json::json;

use crate::server::{Server, TOKEN, run, somebody};
use crate::wire::{Answer, exchange};

fn hardened(answer: &Answer) {
    for (name, value) in [
        ("cache-control", "no-cache, no-store"),
        ("pragma", "no-cache"),
        ("expires", "0"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}: {}", answer.told());
    }
    let id = answer.header("x-okta-request-id").unwrap();
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    assert!(id.len() == 32 && id.bytes().all(hex), "{id}");
    assert!(answer.header("date").is_some());
    assert_eq!(answer.header("server"), None);
}

/// The headers of §1, on successes and on refusals.
/// covers: getUser
#[test]
fn headers_of_every_answer() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let mut ids = HashSet::new();
    for (method, path, status) in [
        ("GET", "/users/me", 200),
        ("GET", "/users", 200),
        ("GET", "/users/nobody", 404),
        ("GET", "/nothing", 404),
        ("PATCH", "/users/me", 405),
        ("POST", "/users", 400),
        ("DELETE", &format!("/users/{}", person.id), 204),
    ] {
        let answer = server.request(method, &format!("/api/v1{path}")).send();
        assert_eq!(answer.status, status, "{}", answer.told());
        hardened(&answer);
        for name in ["x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"] {
            let value = answer
                .header(name)
                .unwrap_or_else(|| panic!("no {name}: {}", answer.told()));
            assert!(value.parse::<u64>().is_ok(), "{name}: {value}");
        }
        if status != 204 {
            assert_eq!(answer.header("content-type"), Some("application/json"));
        }
        assert!(ids.insert(answer.header("x-okta-request-id").unwrap().to_owned()));
    }
    for answer in [
        server.request("GET", "/api/v1/users").anonymous().send(),
        server
            .request("GET", "/api/v1/users")
            .header("Authorization", "SSWS 00wrong")
            .send(),
    ] {
        hardened(&answer);
    }
}

/// Every error has an id of its own, and says nothing of what is inside (H4).
/// covers: getUser
#[test]
fn error_ids_are_unique() {
    let server = Server::start();
    let ids: HashSet<String> = (0..20)
        .map(|_| {
            server
                .get("/users/nobody")
                .refused(404, "E0000007", "Not found: Resource not found: nobody (User)", &[])
        })
        .collect();
    assert_eq!(ids.len(), 20);
}

/// Who calls: the forms of the header, and what comes of others (§5, clients 1).
/// covers: getUser
#[test]
fn authentication() {
    let server = Server::start();
    let with = |values: &[&str]| {
        let mut request = server.request("GET", "/api/v1/users/me").anonymous();
        for value in values {
            request = request.header("Authorization", value);
        }
        request.send()
    };
    for good in [format!("SSWS {TOKEN}"), format!("SSWS{TOKEN}"), format!("ssws {TOKEN}")] {
        assert_eq!(with(&[&good]).ok()["profile"]["login"], "admin@denizen.local", "{good}");
    }
    with(&[]).refused(403, "E0000005", "Invalid session", &[]);
    with(&["Basic YTpi"]).refused_as(403, "E0000005");
    for bad in [
        "SSWS 00wrong",
        "SSWS",
        "SSWS ",
        &format!("SSWS {TOKEN}x"),
        &format!("SSWS {}", TOKEN.to_uppercase()),
    ] {
        with(&[bad]).refused(401, "E0000011", "Invalid token provided", &[]);
    }
    let bearer = with(&["Bearer abc"]);
    assert_eq!(bearer.status, 401);
    assert!(bearer.header("www-authenticate").unwrap().starts_with("Bearer "));
    let good = format!("SSWS {TOKEN}");
    assert!(with(&[&good, "SSWS 00wrong"]).status >= 400, "two credentials are none");
    // H9: cookies are no credential.
    let cookie = server
        .request("GET", "/api/v1/users/me")
        .anonymous()
        .header("Cookie", format!("sid={TOKEN}"))
        .send();
    cookie.refused_as(403, "E0000005");
}

/// Nothing is told to whoever does not say who they are: not even whether somebody exists.
#[test]
fn strangers_learn_nothing() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    for path in [
        "/users".to_owned(),
        format!("/users/{}", person.id),
        "/users/nobody".to_owned(),
        format!("/users/{}/groups", person.id),
        "/logs".to_owned(),
        "/meta/types/user/default".to_owned(),
        "/meta/schemas/user/default".to_owned(),
        "/meta/schemas/group/default".to_owned(),
        "/groups/00gAAAAAAAAAAAAAAAAA".to_owned(),
    ] {
        server
            .request("GET", &format!("/api/v1{path}"))
            .anonymous()
            .send()
            .refused(403, "E0000005", "Invalid session", &[]);
    }
    for path in [
        "/users",
        "/users/nobody/lifecycle/suspend",
        "/users/nobody/credentials/change_password",
    ] {
        let request = server
            .request("POST", &format!("/api/v1{path}"))
            .anonymous()
            .json(&json!({"profile": 1}));
        request.send().refused_as(403, "E0000005");
    }
}

/// R10: a token has the rights of its owner, dies with them, and by not being used.
/// covers: getUser
#[test]
fn tokens_follow_their_owner() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let token = run(server.directory.create_api_token(&person.id, "test"))
        .unwrap()
        .expose()
        .to_owned();
    let ask = |method: &str, path: &str| {
        let request = server
            .request(method, &format!("/api/v1{path}"))
            .header("Authorization", format!("SSWS {token}"));
        request.send()
    };
    let summary = "You do not have permission to perform the requested action";
    for (method, path) in [
        ("GET", "/users"),
        ("GET", "/users/nobody"),
        ("POST", "/users/me/lifecycle/suspend"),
        ("GET", "/logs"),
        ("DELETE", "/users/me"),
    ] {
        ask(method, path).refused(403, "E0000006", summary, &[]);
    }
    let creation = server
        .request("POST", "/api/v1/users")
        .header("Authorization", format!("SSWS {token}"));
    creation
        .json(&somebody("new", false, false))
        .send()
        .refused(403, "E0000006", summary, &[]);
    server.get("/users/new@example.com").unknown_user("new@example.com");
    server.act(&format!("/users/{}/lifecycle/suspend", person.id)).ok();
    ask("GET", "/users").refused_as(401, "E0000011");
    server.act(&format!("/users/{}/lifecycle/unsuspend", person.id)).ok();
    ask("GET", "/users").refused_as(403, "E0000006");
    server.act(&format!("/users/{}/lifecycle/deactivate", person.id)).ok();
    server.act(&format!("/users/{}/lifecycle/activate", person.id)).ok();
    ask("GET", "/users").refused_as(401, "E0000011");
    // The administrator's own token slides with use, and is gone thirty days after the last.
    for _ in 0..3 {
        server.pass(29 * 86_400);
        server.get("/users/me").ok();
    }
    server.pass(30 * 86_400 + 60);
    server
        .get("/users/me")
        .refused(401, "E0000011", "Invalid token provided", &[]);
}

/// A revoked token is unknown from the next call on.
#[test]
fn a_revoked_token_is_unknown_at_once() {
    let server = Server::start();
    server.get("/users/me").ok();
    let id = run(server.directory.list_api_tokens()).unwrap().remove(0).id;
    run(server.directory.revoke_api_token(id.as_str())).unwrap();
    server.get("/users/me").refused_as(401, "E0000011");
}

/// Media types: what is asked for, and what is sent.
/// covers: createUser, getUser
#[test]
fn media_types() {
    let server = Server::start();
    let accept = |value: &str| server.request("GET", "/api/v1/users/me").header("Accept", value).send();
    for good in [
        "application/json",
        "*/*",
        "application/*",
        "text/html, application/json;q=0.9",
        "application/json; charset=UTF-8",
    ] {
        accept(good).ok();
    }
    accept("text/html").refused_as(400, "E0000019");
    let body = somebody("isaac.brock", false, false).to_string();
    let send = |kind: Option<&str>| {
        let request = server.request("POST", "/api/v1/users").bytes(body.clone());
        match kind {
            Some(kind) => request.header("Content-Type", kind).send(),
            None => request.send(),
        }
    };
    for bad in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ] {
        let answer = send(Some(bad));
        answer.refused_as(400, "E0000021");
        let text = "Bad request.  Accept and/or Content-Type headers likely do not match supported values.";
        assert_eq!(answer.json()["errorSummary"], text);
    }
    send(Some("application/json; charset=UTF-8")).ok();
}

/// Bodies that are needed and missing, and bodies that are not needed and missing (clients 4).
/// covers: createUser, suspendUser
#[test]
fn bodies_that_are_missing() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    server
        .act("/users")
        .refused(400, "E0000003", "The request body was not well-formed.", &[]);
    let malformed = server
        .request("POST", "/api/v1/users")
        .header("Content-Type", "application/json")
        .send();
    malformed.refused_as(400, "E0000003");
    server.act(&format!("/users/{}", person.id)).refused_as(400, "E0000003");
    server.act(&format!("/users/{}/lifecycle/suspend", person.id)).ok();
}

/// A path that is none, and a method that is none there.
#[test]
fn unknown_paths_and_methods() {
    let server = Server::start();
    for path in [
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v2/users",
        "/api/v1/users/me/nothing",
        "/api/v1/Users",
        "/API/v1/users",
    ] {
        server
            .request("GET", path)
            .send()
            .refused(404, "E0000008", "The requested path was not found", &[]);
    }
    for (method, path) in [
        ("PATCH", "/users"),
        ("DELETE", "/users"),
        ("PUT", "/users"),
        ("GET", "/users/me/lifecycle/suspend"),
        ("PUT", "/users/me/lifecycle/suspend"),
        ("GET", "/users/me/credentials/change_password"),
        ("POST", "/logs"),
        ("BREW", "/users/me"),
    ] {
        let answer = server.request(method, &format!("/api/v1{path}")).send();
        answer.refused(
            405,
            "E0000022",
            "The endpoint does not support the provided HTTP method",
            &[],
        );
    }
}

/// HEAD is GET without its body.
#[test]
fn head() {
    let server = Server::start();
    let answer = server.request("HEAD", "/api/v1/users/me").send();
    assert!(matches!(answer.status, 200 | 405), "{}", answer.told());
    assert_eq!(answer.body, b"");
}

/// CORS (§11): a listed origin reads answers, and no other.
/// covers: getUser
#[test]
fn cross_origin() {
    let trusted = "https://portal.example.com";
    let settings = HttpSettings {
        trusted_origins: vec![trusted.to_owned()],
        ..HttpSettings::default()
    };
    let server = Server::with(settings, |_| {});
    let ask = |origin: &str| {
        server
            .request("GET", "/api/v1/users/me")
            .header("Origin", origin)
            .send()
    };
    let answer = ask(trusted);
    answer.ok();
    assert_eq!(answer.header("access-control-allow-origin"), Some(trusted));
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    assert!(
        answer.all("vary").iter().any(|value| value.contains("Origin")),
        "{:?}",
        answer.all("vary")
    );
    for other in [
        "https://badportal.example.com",
        "https://portal.example.com.evil.io",
        "http://portal.example.com",
        "null",
        "*",
    ] {
        let answer = ask(other);
        assert_eq!(answer.header("access-control-allow-origin"), None, "{other}");
    }
    let preflight = |origin: &str, method: &str| {
        let request = server
            .request("OPTIONS", "/api/v1/users/me")
            .anonymous()
            .header("Origin", origin);
        request.header("Access-Control-Request-Method", method).send()
    };
    let answer = preflight(trusted, "GET");
    assert!((200..300).contains(&answer.status), "{}", answer.told());
    assert_eq!(answer.header("access-control-allow-origin"), Some(trusted));
    assert!(answer.header("access-control-allow-methods").unwrap().contains("GET"));
    preflight("https://evil.example.com", "GET").refused_as(403, "E0000212");
    // Without origins that are trusted there is no such header.
    let plain = Server::start();
    let answer = plain
        .request("GET", "/api/v1/users/me")
        .header("Origin", trusted)
        .send();
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

/// A body that is too long is refused before it is read, however it is sent (H3).
/// covers: createUser
#[test]
fn long_bodies() {
    let settings = HttpSettings {
        body_limit: 1000,
        ..HttpSettings::default()
    };
    let server = Server::with(settings, |_| {});
    let mut body = somebody("isaac.brock", false, false);
    body["profile"]["postalAddress"] = json!("x".repeat(2000));
    server.post("/users", &body).error_object();
    let head = format!(
        "POST /api/v1/users HTTP/1.1\r\nHost: x\r\nAuthorization: SSWS {TOKEN}\r\nContent-Type: application/json\r\n"
    );
    let announced = exchange(
        server.address,
        format!("{head}Content-Length: 99999999999\r\n\r\n{{").as_bytes(),
        "POST",
    )
    .unwrap();
    announced.error_object();
    assert!((400..500).contains(&announced.status), "{}", announced.told());
    let text = body.to_string();
    let chunks = format!(
        "{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{text}\r\n0\r\n\r\n",
        text.len()
    );
    let chunked = exchange(server.address, chunks.as_bytes(), "POST").unwrap();
    assert!((400..500).contains(&chunked.status), "{}", chunked.told());
    server
        .get("/users/isaac.brock@example.com")
        .unknown_user("isaac.brock@example.com");
    let small = somebody("isaac.brock", false, false).to_string();
    let chunks = format!(
        "{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{small}\r\n0\r\n\r\n",
        small.len()
    );
    exchange(server.address, chunks.as_bytes(), "POST").unwrap().ok();
}

/// H3: a body that is announced and does not arrive holds nobody up for ever, and does nothing.
/// covers: updateUser
#[test]
fn slow_bodies() {
    let settings = HttpSettings {
        body_time_limit: Duration::from_millis(200),
        ..HttpSettings::default()
    };
    let server = Server::with(settings, |_| {});
    let person = server.active("isaac.brock");
    let before = server.read(&person);
    let text = format!(
        "POST /api/v1/users/{} HTTP/1.1\r\nHost: x\r\nAuthorization: SSWS {TOKEN}\r\nContent-Type: application/json\r\n\
         Content-Length: 33\r\n\r\n{{\"profile\":{{\"city\":\"Issa",
        person.id
    );
    let answer = exchange(server.address, text.as_bytes(), "POST").unwrap();
    answer.refused_as(408, "E0000003");
    assert_eq!(server.read(&person), before);
}
