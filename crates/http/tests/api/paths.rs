//! Tricks with paths and hosts (H2, T1): they never reach another handler, and never another link.

use crate::server::{PUBLIC_URL, Server, TOKEN, somebody};
use crate::wire::exchange;

/// H2: whatever the form of a path, without a credential there is nothing; with one, either the user meant or nobody.
/// covers: getUser, suspendUser
#[test]
fn forms_of_paths() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let before = server.read(&person);
    let id = &person.id;
    let targets = [
        format!("/api/v1/users/{id};x=1"),
        format!("/api/v1/users;x/{id}"),
        format!("/api/v1/users/%2e%2e/users/{id}"),
        format!("/api/v1/users/../users/{id}"),
        format!("/api/v1/./users/{id}"),
        format!("/api/v1/users%2F{id}"),
        format!("/api%2Fv1/users/{id}"),
        format!("/API/V1/USERS/{id}"),
        format!("/api/v1/users//{id}"),
        format!("/api/v1/users/{id}%00"),
        format!("/api/v1/users/{id}%0a"),
        format!("/api/v1/users/{id}/lifecycle%2Fsuspend"),
        format!("/api/v1/users/{id}/lifecycle/suspend;x"),
        format!("/api/v1/users/{id}/lifecycle/../lifecycle/suspend"),
        format!("/api/v1/users/{id}/LIFECYCLE/suspend"),
        format!("/api/v1/users/{id}%2Flifecycle%2Fsuspend"),
        format!("/health/live/../../api/v1/users/{id}"),
        format!("/health/live;/api/v1/users/{id}"),
        "/api/v1/users/%FF".to_owned(),
        "/api/v1/users/%".to_owned(),
        "/api/v1/users/%zz".to_owned(),
        "/api/v1/users/%u0041".to_owned(),
        format!("/api/v1/users/{}", "a".repeat(8000)),
        "*".to_owned(),
    ];
    for target in &targets {
        for method in ["GET", "POST", "DELETE"] {
            let answer = server.request(method, target).anonymous().send();
            assert!(
                (400..500).contains(&answer.status) || target.starts_with("/health"),
                "{}",
                answer.told()
            );
            let answer = server.request(method, target).send();
            if answer.status == 200 {
                // An empty segment in between is read as none; any other trick leads nowhere.
                assert!(
                    target.contains("//") && answer.json()["id"] == id.as_str(),
                    "{}",
                    answer.told()
                );
            } else {
                assert!((400..500).contains(&answer.status), "{}", answer.told());
            }
            if target.contains("//") && method == "DELETE" && answer.status == 204 {
                panic!("{}", answer.told());
            }
        }
    }
    assert_eq!(server.read(&person), before);
}

/// T1: links come from the settings, whatever a request claims; in answers, headers and mails.
/// covers: createUser, resetPassword, activateUser, listUsers
#[test]
fn forged_hosts_change_no_link() {
    let server = Server::start();
    let forge = |method: &str, path: &str| {
        let request = server
            .request(method, &format!("/api/v1{path}"))
            .header("Host", "evil.example.com");
        let request = request
            .header("X-Forwarded-Host", "evil.example.com")
            .header("X-Forwarded-Proto", "ftp");
        request
            .header("Forwarded", "host=evil.example.com;proto=ftp")
            .header("X-Original-URL", "http://evil.example.com/")
    };
    let created = forge("POST", "/users")
        .json(&somebody("isaac.brock", false, false))
        .send();
    let id = created.ok()["id"].as_str().unwrap().to_owned();
    let mut told = vec![created.text()];
    for path in [
        "",
        "/lifecycle/reactivate",
        "/lifecycle/reset_password?sendEmail=false",
        "/lifecycle/reactivate?sendEmail=true",
    ] {
        let method = if path.is_empty() { "GET" } else { "POST" };
        let answer = forge(method, &format!("/users/{id}{path}")).send();
        answer.ok();
        told.push(answer.text());
    }
    let list = forge("GET", "/users?limit=1").send();
    told.push(list.all("link").join(" "));
    told.push(list.text());
    for mail in server.mails() {
        assert!(mail.link.as_ref().unwrap().expose().starts_with(PUBLIC_URL));
        told.push(format!("{} {}", mail.base_url, mail.link.unwrap().expose()));
    }
    for text in &told {
        assert!(!text.contains("evil") && !text.contains("ftp:"), "{text}");
    }
    assert!(told.len() >= 9, "{told:?}");
    // Every address in the answers is the public one.
    let all = told.concat();
    assert_eq!(all.matches("://").count(), all.matches(PUBLIC_URL).count());
}

/// Requests that are no HTTP are refused or hung up on; the server goes on.
#[test]
fn nonsense_on_the_wire() {
    let server = Server::start();
    let auth = format!("Authorization: SSWS {TOKEN}\r\n");
    let long = "x".repeat(200_000);
    for bytes in [
        "GET\r\n\r\n".to_owned(),
        "GET /api/v1/users/me HTTP/9.9\r\n\r\n".to_owned(),
        format!("GET /api/v1/users/me HTTP/1.1\r\n{auth}Bad Header\r\n\r\n"),
        format!("GET /api/v1/users/me HTTP/1.1\r\nHost: x\r\n{auth}X: {long}\r\n\r\n"),
        format!("GET /api/v1/users/{long} HTTP/1.1\r\nHost: x\r\n{auth}\r\n"),
        format!("POST /api/v1/users HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: -1\r\n\r\n"),
        format!("POST /api/v1/users HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{{}}"),
        format!(
            "POST /api/v1/users HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nzz\r\n"
        ),
        format!("POST /api/v1/users HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        format!("GET /api/v1/users/me\u{0} HTTP/1.1\r\nHost: x\r\n{auth}\r\n"),
    ] {
        if let Some(answer) = exchange(server.address, bytes.as_bytes(), "GET") {
            assert!((400..500).contains(&answer.status), "{}", answer.told());
        }
    }
    server.get("/users/me").ok();
}
