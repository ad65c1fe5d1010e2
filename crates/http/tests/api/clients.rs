//! Ways of official clients (contract: clients).

use serde_json::json;

use crate::server::{PUBLIC_URL, Server, TOKEN, somebody};
use crate::wire::exchange;

/// Clients 2: a doubled slash in front, a slash before the query.
/// covers: listUsers, getUser
#[test]
fn slashes_too_many() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let wanted = server.get("/users?limit=1").text();
    for target in [
        "//api/v1/users?limit=1",
        "/api/v1/users/?limit=1",
        "//api/v1/users/?limit=1",
    ] {
        assert_eq!(server.request("GET", target).send().text(), wanted, "{target}");
    }
    for target in [
        format!("//api/v1/users/{}", person.id),
        format!("/api/v1/users/{}/", person.id),
    ] {
        assert_eq!(
            server.request("GET", &target).send().ok(),
            server.read(&person),
            "{target}"
        );
    }
    server
        .request("POST", &format!("//api/v1/users/{}/lifecycle/suspend", person.id))
        .send()
        .ok();
}

/// Clients 3: logins in paths are decoded once, and `%2F` stays inside its segment.
/// covers: getUser
#[test]
fn logins_in_paths() {
    let server = Server::start();
    let mut body = somebody("plain", true, false);
    for login in [
        "isaac+brock@example.com",
        "o'brien@example.com",
        "a%20b@example.com",
        "müller@example.com",
        "wave~1@example.com",
    ] {
        body["profile"]["login"] = json!(login);
        let answer = server.post("/users", &body);
        if answer.status != 200 {
            // Not every one of them is a login; what is none cannot be asked for.
            answer.refused_as(400, "E0000001");
            continue;
        }
        let id = answer.ok()["id"].clone();
        let encoded: String = login.bytes().map(|b| format!("%{b:02X}")).collect();
        assert_eq!(server.get(&format!("/users/{encoded}")).ok()["id"], id, "{login}");
        if login.is_ascii() && !login.contains('%') {
            assert_eq!(server.get(&format!("/users/{login}")).ok()["id"], id, "{login}");
        }
    }
    server.get("/users/a%2Fb%40example.com").unknown_user("a/b@example.com");
    server.get("/users/a%252Fb").unknown_user("a%2Fb");
    server.get("/users/a%3Fb").unknown_user("a?b");
    server.get("/users/a+b%20c").unknown_user("a+b c");
    server.get("/users/%22%3Cb%3E").unknown_user("\"<b>");
}

/// Paths name users by id, login or short name, without case and diacritics (conventions §4).
/// covers: getUser
#[test]
fn names_of_users_in_paths() {
    let server = Server::start();
    let person = server.active("Isaac.Brock");
    for name in [
        person.id.as_str(),
        "Isaac.Brock@example.com",
        "ISAAC.BROCK%40EXAMPLE.COM",
        "isaac.brock",
        "is%C3%A1%C3%A0c.br%C3%B6ck@example.com",
    ] {
        assert_eq!(
            server.get(&format!("/users/{name}")).ok()["id"],
            person.id.as_str(),
            "{name}"
        );
    }
    assert_eq!(server.get("/users/me").ok()["profile"]["login"], "admin@denizen.local");
    let lower = person.id.to_lowercase();
    server.get(&format!("/users/{lower}")).unknown_user(&lower);
    // A short name of two people is nobody's.
    let mut body = somebody("isaac.brock", false, false);
    body["profile"]["login"] = json!("isaac.brock@example.org");
    server.create("", &body);
    server.get("/users/isaac.brock").unknown_user("isaac.brock");
    server.create("", &somebody("photo.jpg", false, false));
    server.get("/users/photo.jpg").ok();
}

/// Clients 6: absolute-form targets, as through a proxy, and links that come from nowhere but the settings.
/// covers: getUser
#[test]
fn absolute_targets() {
    let server = Server::start();
    let target = format!("http://{}/api/v1/users/me", server.address);
    let answer = server
        .request("GET", &target)
        .header("Proxy-Authorization", "Basic YTpi")
        .send();
    let user = answer.ok();
    let own = user["_links"]["self"]["href"].as_str().unwrap();
    assert!(own.starts_with(PUBLIC_URL), "{own}");
    let other = server.request("GET", "http://evil.example.com/api/v1/users/me").send();
    assert_eq!(other.ok(), user);
}

/// Clients 4: PUT and POST without body and without a type of one.
/// covers: activateUser, deactivateUser
#[test]
fn posts_without_anything() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let bare = |path: &str| {
        let text = format!(
            "POST /api/v1/users/{}/lifecycle/{path} HTTP/1.1\r\nHost: x\r\nAuthorization: SSWS{TOKEN}\r\nContent-Length: 0\r\n\r\n",
            person.id
        );
        exchange(server.address, text.as_bytes(), "POST").unwrap()
    };
    bare("deactivate").ok();
    bare("activate").ok();
}

/// A POST that does not tell how long it is.
#[test]
fn posts_without_a_length() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let text = format!(
        "POST /api/v1/users/{}/lifecycle/suspend HTTP/1.1\r\nHost: x\r\nAuthorization: SSWS {TOKEN}\r\nConnection: close\r\n\r\n",
        person.id
    );
    let answer = exchange(server.address, text.as_bytes(), "POST").unwrap();
    assert!(matches!(answer.status, 200 | 411), "{}", answer.told());
}
