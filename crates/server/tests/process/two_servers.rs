//! Two servers of one database: what one writes the other reads at once, and a revoked right is gone on both (R9, R10, C3).

use std::collections::BTreeSet;

use serde_json::json;

use crate::harness::crowd::many_at_once;
use crate::harness::people::{self, profile};
use crate::harness::{Backend, Home, Server};

/// No state that matters lives in a process.
#[test]
fn a_write_through_one_is_read_through_the_other() {
    let Some(home) = Home::new(Backend::Postgres) else {
        return;
    };
    let (one, other) = (home.start(), home.start_another());
    let (first, second) = (one.client(), other.client());
    for n in 0..10 {
        let login = format!("shared{n}@example.com");
        let id = people::create(&first, "?activate=false", &json!({ "profile": profile(&login) }));
        assert_eq!(people::read(&second, &login)["id"], id);
        let path = format!("/api/v1/users/{id}");
        second
            .post(&path, &json!({ "profile": { "title": "Second" } }))
            .expect_ok();
        assert_eq!(people::read(&first, &id)["profile"]["title"], "Second");
        first
            .act(&format!("{path}/lifecycle/activate?sendEmail=false"))
            .expect_ok();
        second.act(&format!("{path}/lifecycle/suspend")).expect_ok();
        first
            .act(&format!("{path}/lifecycle/suspend"))
            .expect_refusal(400, "E0000001");
        let found = second.all("/api/v1/users?search=status+eq+%22SUSPENDED%22");
        assert_eq!(found.len(), n + 1);
        assert_eq!(people::events(&first, &id), people::events(&second, &id));
    }
    one.stop();
    other.stop();
}

/// D1, D3: the two are one directory for callers who come at the same moment.
#[test]
fn callers_of_two_servers_meet_in_one_directory() {
    const CALLERS: usize = 16;
    let Some(home) = Home::new(Backend::Postgres) else {
        return;
    };
    let servers = [home.start(), home.start_another()];
    let verdicts = many_at_once(CALLERS, |n| {
        let body = json!({ "profile": profile("same@example.com") });
        servers[n % 2]
            .client()
            .post("/api/v1/users?activate=false", &body)
            .status
    });
    assert_eq!(
        verdicts.iter().filter(|status| **status == 200).count(),
        1,
        "{verdicts:?}"
    );
    let attributes = ["title", "city", "state", "division"];
    many_at_once(attributes.len(), |n| {
        let body = json!({ "profile": { attributes[n]: "kept" } });
        servers[n % 2]
            .client()
            .post("/api/v1/users/same@example.com", &body)
            .expect_ok()
    });
    let user = people::read(&servers[0].client(), "same@example.com");
    let kept: BTreeSet<_> = attributes
        .iter()
        .filter(|name| user["profile"][**name] == "kept")
        .collect();
    assert_eq!(kept.len(), attributes.len(), "{user}");
    servers.into_iter().for_each(Server::stop);
}

/// Makes a token on the command line.
fn token_for(home: &Home, user: &str) -> (String, String) {
    let secret = home
        .run(["token", "create", "--name", user, "--user", user])
        .expect_success();
    let listed = home.run(["token", "list"]).expect_success();
    let line = listed.lines().find(|line| line.ends_with(user)).unwrap();
    (
        line.split_whitespace().next().unwrap().to_owned(),
        secret.trim().to_owned(),
    )
}

/// R9, R10, C3: a token that is revoked, or whose owner may no longer act, is refused by the next answer of either server,
/// also by one that has just accepted it.
#[test]
fn a_lost_right_is_lost_on_both() {
    let Some(home) = Home::new(Backend::Postgres) else {
        return;
    };
    let servers = [home.start(), home.start_another()];
    let [first, second] = servers.each_ref().map(Server::client);
    let id = people::create_active(&first, "owner@example.com", "Orbit-1-zebra");
    let (_, owned) = token_for(&home, "owner@example.com");
    let statuses = |token: &str| {
        servers
            .each_ref()
            .map(|server| server.client_with(Some(token)).get("/api/v1/users/me").status)
    };
    // The owner has no role: the token is known, whatever it may do.
    let known = |token: &str| statuses(token).map(|status| status != 401);
    for client in [&first, &second, &first, &second] {
        assert_eq!(known(&owned), [true, true]);
        client.act(&format!("/api/v1/users/{id}/lifecycle/suspend")).expect_ok();
        assert_eq!(known(&owned), [false, false]);
        client
            .act(&format!("/api/v1/users/{id}/lifecycle/unsuspend"))
            .expect_ok();
    }
    assert_eq!(known(&owned), [true, true]);
    second
        .act(&format!("/api/v1/users/{id}/lifecycle/deactivate"))
        .expect_ok();
    assert_eq!(known(&owned), [false, false]);
    first
        .act(&format!("/api/v1/users/{id}/lifecycle/activate?sendEmail=false"))
        .expect_ok();
    assert_eq!(known(&owned), [false, false]);
    for _ in 0..3 {
        let (token, secret) = token_for(&home, "admin@denizen.local");
        assert_eq!(statuses(&secret), [200, 200]);
        home.run(["token", "revoke", &token]).expect_success();
        assert_eq!(statuses(&secret), [401, 401]);
    }
    servers.into_iter().for_each(Server::stop);
}

/// The session of somebody who signs in through one server.
fn session(server: &Server, login: &str, password: &str) -> String {
    let anybody = server.client_with(None);
    let body = json!({ "username": login, "password": password });
    let told = anybody.post("/api/v1/authn", &body).expect_ok();
    let token = json!({ "sessionToken": told["sessionToken"] });
    let session = anybody.post("/api/v1/sessions", &token).expect_ok();
    session["id"].as_str().unwrap().to_owned()
}

/// C3: a session that is ended, or whose user may no longer sign in, is over by the next answer of either server, also by one
/// that has just shown it; and L4: failures are counted together.
#[test]
fn a_session_ends_on_both() {
    let Some(home) = Home::new(Backend::Postgres) else {
        return;
    };
    let servers = [home.start(), home.start_another()];
    let [first, second] = servers.each_ref().map(Server::client);
    let statuses =
        |session: &str| [&first, &second].map(|client| client.get(&format!("/api/v1/sessions/{session}")).status);
    let steps: [(&str, &str, &str); 5] = [
        ("suspend", "POST", "/lifecycle/suspend"),
        ("deactivate", "POST", "/lifecycle/deactivate"),
        ("clear", "DELETE", "/sessions"),
        (
            "reset",
            "POST",
            "/lifecycle/reset_password?sendEmail=false&revokeSessions=true",
        ),
        ("delete", "DELETE", ""),
    ];
    for (number, (name, method, step)) in steps.into_iter().enumerate() {
        let login = format!("{name}@example.com");
        let id = people::create_active(&first, &login, "Orbit-1-zebra");
        let session = session(&servers[number % 2], &login, "Orbit-1-zebra");
        assert_eq!(statuses(&session), [200, 200], "{name}");
        let ended = [&second, &first][number % 2].send(method, &format!("/api/v1/users/{id}{step}"), None);
        assert!(ended.status < 300, "{ended:?}");
        assert_eq!(statuses(&session), [404, 404], "{name}");
    }
    let id = people::create_active(&first, "guessed@example.com", "Orbit-1-zebra");
    let guess = json!({ "oldPassword": { "value": "Not-It-1" }, "newPassword": { "value": "Orbit-2-zebra" } });
    let verdicts = many_at_once(40, |n| {
        let client = servers[n % 2].client();
        let answer = client.post(&format!("/api/v1/users/{id}/credentials/change_password"), &guess);
        answer.status
    });
    assert!(verdicts.iter().all(|status| *status == 403), "{verdicts:?}");
    assert_eq!(people::read(&second, &id)["status"], "LOCKED_OUT");
    let told = home.run(["user", "show", "guessed@example.com"]).expect_success();
    assert!(
        told.lines()
            .any(|line| line.starts_with("failedAttempts") && line.ends_with("10")),
        "{told}"
    );
    servers.into_iter().for_each(Server::stop);
}
