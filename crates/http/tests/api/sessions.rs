//! Sessions, by their ids and by the cookie (contract: sessions-and-subscriptions §1 to §3).

use denizen_http::HttpSettings;
use serde_json::{Value, json};

use crate::races::at_once;
use crate::server::{PASSWORD, PUBLIC_URL, Person, Server};
use crate::sign_in::text;
use crate::wire::Answer;

const TRUSTED: &str = "https://portal.example.com";

impl Server {
    /// A new session of somebody.
    pub fn session(&self, person: &Person) -> String {
        let token = self.session_token(person);
        text(&self.visit("/sessions", &json!({"sessionToken": token})).ok()["id"])
    }

    /// A call of a browser that has a session.
    fn browse(&self, method: &str, path: &str, session: &str) -> Answer {
        let request = self.request(method, &format!("/api/v1{path}")).anonymous();
        request.header("Cookie", format!("other=1; sid={session}")).send()
    }

    fn is_on(&self, session: &str) -> bool {
        let by_id = self.get(&format!("/sessions/{session}")).status;
        let by_cookie = self.browse("GET", "/sessions/me", session).status;
        assert_eq!(by_id, by_cookie);
        by_id == 200
    }
}

fn links(session: &str, user: &str) -> Value {
    let at = format!("{PUBLIC_URL}/api/v1/sessions/{session}");
    json!({
        "self": {"href": at, "hints": {"allow": ["GET", "DELETE"]}},
        "refresh": {"href": format!("{at}/lifecycle/refresh"), "hints": {"allow": ["POST"]}},
        "user": {
            "name": "Isaac Brock", "href": format!("{PUBLIC_URL}/api/v1/users/{user}"), "hints": {"allow": ["GET"]},
        },
    })
}

fn unknown(answer: &Answer, given: &str) {
    let summary = format!("Not found: Resource not found: {given} (AppSession)");
    answer.refused(404, "E0000007", &summary, &[]);
}

fn none(answer: &Answer) {
    answer.refused(404, "E0000007", "Not found: Resource not found: me (Session)", &[]);
}

/// The whole life of a session, by its id.
/// covers: createSession, getSession, refreshSession, replaceSession, revokeSession
#[test]
fn a_session_by_its_id() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let token = server.session_token(&person);
    let mut told = server.visit("/sessions", &json!({"sessionToken": token})).ok();
    let id = text(&told["id"]);
    assert!(id.starts_with("102") && id.len() == 25, "{}", id.len());
    let idp = text(&told["idp"]["id"]);
    assert!(idp.starts_with("00o"), "{idp}");
    let mut wanted = json!({
        "id": id,
        "userId": person.id,
        "login": person.login,
        "createdAt": "2023-11-14T22:13:21.000Z",
        "expiresAt": "2023-11-15T00:13:21.000Z",
        "status": "ACTIVE",
        "lastPasswordVerification": "2023-11-14T22:13:21.000Z",
        "lastFactorVerification": null,
        "amr": ["pwd"],
        "idp": {"id": idp, "type": "OKTA"},
        "mfaActive": false,
        "_links": links("me", "me"),
    });
    assert_eq!(told, wanted);
    let path = format!("/sessions/{id}");
    wanted["_links"] = links(&id, &person.id);
    assert_eq!(server.get(&path).ok(), wanted);
    server.pass(1800);
    wanted["expiresAt"] = json!("2023-11-15T00:43:21.000Z");
    told = server.act(&format!("{path}/lifecycle/refresh")).ok();
    assert_eq!(told, wanted);
    assert_eq!(server.put(&path, &json!({})).ok(), wanted);
    let refresh = server.request("POST", &format!("/api/v1{path}/lifecycle/refresh"));
    let minimal = refresh.header("Prefer", "return=minimal").send();
    minimal.no_content();
    assert_eq!(minimal.header("preference-applied"), Some("return=minimal"));
    let seen = server.events(&person).len();
    server.delete(&path).no_content();
    assert_eq!(server.told(&person, seen), ["user.session.end"]);
    unknown(&server.get(&path), &id);
    unknown(&server.delete(&path), &id);
    unknown(&server.put(&path, &json!({})), &id);
    unknown(&server.act(&format!("{path}/lifecycle/refresh")), &id);
    unknown(&server.get("/sessions/102nobody"), "102nobody");
    server.get("/sessions/").refused_as(405, "E0000022");
    server
        .request("GET", "/api/v1/sessions/x")
        .anonymous()
        .send()
        .refused_as(403, "E0000005");
}

/// T3, T7: a session token is good for one session and for five minutes; other texts are none.
/// covers: createSession
#[test]
fn a_session_token_is_good_once() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let create = |token: &str| server.visit("/sessions", &json!({"sessionToken": token}));
    let failed = |answer: &Answer| {
        answer.refused(401, "E0000004", "Authentication failed", &[]);
    };
    let token = server.session_token(&person);
    let answers = at_once(50, |_| create(&token));
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    answers.iter().filter(|answer| answer.status != 200).for_each(failed);
    let (late, just) = (server.session_token(&person), server.session_token(&person));
    server.pass(299);
    create(&just).ok();
    failed(&create(&late));
    let used_up = server.session_token(&person);
    server.act(&format!("/users/{}/lifecycle/suspend", person.id)).ok();
    for other in [used_up.as_str(), "", "20111", &used_up[..54], "102x"] {
        failed(&create(other));
    }
    server.visit("/sessions", &json!({})).refused_as(401, "E0000004");
    let empty = server.request("POST", "/api/v1/sessions").anonymous().send();
    empty.refused_as(400, "E0000003");
}

/// C6: a session ends when it is not used, and after a day however much it is.
/// covers: getCurrentSession, refreshCurrentSession
#[test]
fn sessions_come_to_an_end() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let (idle, used) = (server.session(&person), server.session(&person));
    for _ in 0..11 {
        server.pass(7199);
        server.browse("GET", "/sessions/me", &used).ok();
    }
    none(&server.browse("GET", "/sessions/me", &idle));
    server.pass(7100);
    server.browse("POST", "/sessions/me/lifecycle/refresh", &used).ok();
    server.pass(120);
    none(&server.browse("GET", "/sessions/me", &used));
    none(&server.browse("POST", "/sessions/me/lifecycle/refresh", &used));
}

/// The session of the browser that calls. An API token is none.
/// covers: getCurrentSession, refreshCurrentSession, endCurrentSession
#[test]
fn ones_own_session() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let session = server.session(&person);
    let told = server.browse("GET", "/sessions/me", &session).ok();
    assert_eq!((&told["id"], &told["_links"]), (&json!(session), &links("me", "me")));
    server.pass(600);
    let refreshed = server.browse("POST", "/sessions/me/lifecycle/refresh", &session).ok();
    assert_ne!(refreshed["expiresAt"], told["expiresAt"]);
    none(&server.get("/sessions/me"));
    none(&server.delete("/sessions/me"));
    none(&server.act("/sessions/me/lifecycle/refresh"));
    for other in ["", "102", &session[..24], "me"] {
        none(&server.browse("GET", "/sessions/me", other));
    }
    let seen = server.events(&person).len();
    let ended = server.browse("DELETE", "/sessions/me", &session);
    ended.no_content();
    assert!(
        ended.header("set-cookie").unwrap().starts_with("sid=; "),
        "{}",
        ended.told()
    );
    assert_eq!(server.told(&person, seen), ["user.session.end"]);
    none(&server.browse("DELETE", "/sessions/me", &session));
    unknown(&server.get(&format!("/sessions/{session}")), &session);
}

/// H9: a cookie counts only where pages may call, and only from pages of our own or of a trusted origin.
/// covers: getUser, getCurrentSession, endCurrentSession, endUserSessions
#[test]
fn a_cookie_is_not_believed_everywhere() {
    let settings = HttpSettings {
        trusted_origins: vec![TRUSTED.to_owned()],
        ..HttpSettings::default()
    };
    let server = Server::with(settings, |_| {});
    let person = server.active("isaac.brock");
    let session = server.session(&person);
    let from = |method: &str, path: &str, name: &str, value: &str| {
        let request = server.request(method, &format!("/api/v1{path}")).anonymous();
        let request = request.header("Cookie", format!("sid={session}"));
        request.header(name, value).send()
    };
    let foreign = |answer: &Answer| {
        answer.refused(403, "E0000212", "Origin validation failed.", &[]);
    };
    for origin in [TRUSTED, PUBLIC_URL] {
        from("GET", "/sessions/me", "Origin", origin).ok();
        assert_eq!(
            from("GET", "/users/me", "Origin", origin).ok()["id"],
            person.id.as_str()
        );
    }
    for (name, value) in [
        ("Origin", "https://evil.example.com"),
        ("Origin", "null"),
        ("Origin", "https://id.example.com.evil.io"),
        ("Origin", "http://id.example.com"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        foreign(&from("GET", "/sessions/me", name, value));
        foreign(&from("DELETE", "/sessions/me", name, value));
        foreign(&from("POST", "/sessions/me/lifecycle/refresh", name, value));
        foreign(&from("POST", "/users/me/lifecycle/delete_sessions", name, value));
        foreign(&from("GET", "/users/me", name, value));
    }
    assert!(server.is_on(&session));
    // Everything else takes a token.
    for (method, path) in [
        ("GET", "/users"),
        ("PUT", "/users/me"),
        ("POST", "/users/me/lifecycle/suspend"),
        ("POST", "/users/me/credentials/change_password"),
        ("GET", "/groups"),
        ("DELETE", "/users/me/sessions"),
    ] {
        server.browse(method, path, &session).refused_as(403, "E0000005");
    }
    // Whoever shows both is who the token says.
    let both = server
        .request("GET", "/api/v1/users/me")
        .header("Cookie", format!("sid={session}"));
    assert_ne!(both.send().ok()["id"], person.id.as_str());
}

/// C3: what ends the sessions of a user, and what does not (contract: sessions-and-subscriptions §3.1).
/// covers: revokeUserSessions, suspendUser, deactivateUser, deleteUser, resetPassword, expirePassword, changePassword, expirePasswordWithTempPassword, updateUser
#[test]
fn what_ends_sessions() {
    let server = Server::start();
    let change = |revoke: bool| json!({"oldPassword": {"value": PASSWORD}, "newPassword": {"value": "Lantern-Winter-1"}, "revokeSessions": revoke});
    let nothing = Value::Null;
    let rows: [(&str, &str, Value, bool); 14] = [
        ("POST", "/lifecycle/suspend", nothing.clone(), true),
        ("POST", "/lifecycle/deactivate", nothing.clone(), true),
        ("DELETE", "", nothing.clone(), true),
        ("DELETE", "/sessions", nothing.clone(), true),
        (
            "DELETE",
            "/sessions?oauthTokens=true&forgetDevices=false",
            nothing.clone(),
            true,
        ),
        (
            "POST",
            "/lifecycle/reset_password?sendEmail=false&revokeSessions=true",
            nothing.clone(),
            true,
        ),
        (
            "POST",
            "/lifecycle/expire_password_with_temp_password?revokeSessions=true",
            nothing.clone(),
            true,
        ),
        ("POST", "/credentials/change_password", change(true), true),
        (
            "POST",
            "/lifecycle/reset_password?sendEmail=false",
            nothing.clone(),
            false,
        ),
        ("POST", "/lifecycle/expire_password", nothing.clone(), false),
        (
            "POST",
            "/lifecycle/expire_password_with_temp_password",
            nothing.clone(),
            false,
        ),
        ("POST", "/credentials/change_password", change(false), false),
        ("POST", "", json!({"profile": {"title": "Sir"}}), false),
        ("POST", "/lifecycle/reset_factors", nothing, false),
    ];
    for (number, (method, path, body, ends)) in rows.into_iter().enumerate() {
        let (person, other) = (
            server.active(&format!("user.{number}")),
            server.active(&format!("other.{number}")),
        );
        let (session, kept) = (server.session(&person), server.session(&other));
        let unused = server.session_token(&person);
        let request = server.request(method, &format!("/api/v1/users/{}{path}", person.id));
        let answer = match &body {
            Value::Null => request.send(),
            body => request.json(body).send(),
        };
        assert!(answer.status < 300, "{}", answer.told());
        assert_eq!(server.is_on(&session), !ends, "{method} {path}");
        assert!(server.is_on(&kept), "{method} {path}");
        if ends {
            let late = server.visit("/sessions", &json!({"sessionToken": unused}));
            late.refused_as(401, "E0000004");
        }
    }
    let person = server.active("locked");
    let session = server.session(&person);
    (0..10).for_each(|_| assert!(!server.is_password(&person, "Not-It-1")));
    assert!(server.is_on(&session), "a lock-out ends no session");
    server.delete("/users/nobody/sessions").unknown_user("nobody");
    let seen = server.events(&person).len();
    server.delete(&format!("/users/{}/sessions", person.id)).no_content();
    assert_eq!(server.told(&person, seen), ["user.session.clear"]);
    assert_eq!(server.status(&person), "LOCKED_OUT");
}

/// One's own sessions, the present one kept or not.
/// covers: endUserSessions
#[test]
fn ones_own_sessions_end_together() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let (present, other) = (server.session(&person), server.session(&person));
    let path = "/users/me/lifecycle/delete_sessions";
    assert_eq!(server.browse("POST", path, &present).ok(), json!({}));
    assert!(server.is_on(&present) && !server.is_on(&other));
    let request = server.request("POST", &format!("/api/v1{path}")).anonymous();
    let request = request.header("Cookie", format!("sid={present}"));
    request.json(&json!({"keepCurrent": false})).send().ok();
    assert!(!server.is_on(&present));
    server.browse("POST", path, &present).refused_as(403, "E0000005");
    server.act(path).refused(403, "E0000005", "Invalid session", &[]);
}
