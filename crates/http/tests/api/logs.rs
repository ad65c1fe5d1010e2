//! The system log: what every operation leaves in it, and how it is read (contract: conventions §14).

use serde_json::{Value, json};

use crate::server::{ANSWER, PASSWORD, PUBLIC_URL, Person, QUESTION, Server, somebody};

impl Server {
    fn log(&self, query: &str) -> Vec<Value> {
        self.get(&format!("/logs?{query}")).ok().as_array().unwrap().clone()
    }
}

fn types(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["eventType"].as_str().unwrap())
        .collect()
}

/// Every operation that is not a step of the lifecycle leaves its events, and no others.
/// covers: createUser, updateUser, replaceUser, changePassword, changeRecoveryQuestion, forgotPassword, forgotPasswordSetNewPassword, listLogEvents
#[test]
fn every_operation_leaves_its_events() {
    let server = Server::start();
    let invited = server.create("", &somebody("invited", false, false));
    assert_eq!(
        server.told(&invited, 0),
        ["user.lifecycle.create", "user.lifecycle.activate"]
    );
    let staged = server.create("?activate=false", &somebody("staged", false, false));
    assert_eq!(server.told(&staged, 0), ["user.lifecycle.create"]);

    let person = server.active("isaac.brock");
    let path = format!("/users/{}", person.id);
    let with_email = |email: &str| json!({"profile": {"email": email}});
    let change = json!({"oldPassword": {"value": PASSWORD}, "newPassword": {"value": "Lantern-Winter-1"}});
    let question = json!({"password": {"value": "Lantern-Winter-1"}, "recovery_question": {"question": QUESTION, "answer": ANSWER}});
    let recover = json!({"password": {"value": "Lantern-Winter-2"}, "recovery_question": {"answer": ANSWER}});
    let rows: Vec<(String, Value, &[&str])> = vec![
        (
            path.clone(),
            json!({"profile": {"city": "Issaquah"}}),
            &["user.account.update_profile"],
        ),
        (path.clone(), json!({"profile": {"city": "Issaquah"}}), &[]),
        (
            path.clone(),
            with_email("other@example.com"),
            &["user.account.update_profile", "user.account.update_primary_email"],
        ),
        (
            path.clone(),
            json!({"profile": {"secondEmail": "second@example.com"}}),
            &["user.account.update_profile", "user.account.update_secondary_email"],
        ),
        (
            format!("{path}/credentials/change_password"),
            change,
            &["user.account.update_password"],
        ),
        (
            format!("{path}/credentials/change_recovery_question"),
            question,
            &["user.account.update_profile"],
        ),
        (
            format!("{path}/credentials/forgot_password?sendEmail=false"),
            Value::Null,
            &["user.account.reset_password"],
        ),
        (
            format!("{path}/credentials/forgot_password"),
            Value::Null,
            &[
                "user.account.reset_password",
                "system.email.password_reset.sent_message",
            ],
        ),
        (
            format!("{path}/credentials/forgot_password_recovery_question"),
            recover,
            &["user.account.update_password"],
        ),
        (
            path.clone(),
            json!({"credentials": {"password": {"value": "Lantern-Winter-3"}}}),
            &["user.account.update_password"],
        ),
    ];
    for (path, body, wanted) in rows {
        let seen = server.events(&person).len();
        let answer = if body.is_null() {
            server.act(&path)
        } else {
            server.post(&path, &body)
        };
        assert_eq!(answer.status, 200, "{}", answer.told());
        let mut told = server.told(&person, seen);
        told.sort_by_key(|kind| wanted.iter().position(|wanted| wanted == kind));
        assert_eq!(told, wanted, "{path} {body}");
    }
}

/// An event says who did what to whom, when, from where, by which request.
/// covers: listLogEvents
#[test]
fn an_event_is_told_in_full() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    server.pass_millis(1234);
    let path = format!("/api/v1/users/{}/lifecycle/suspend", person.id);
    let answer = server
        .request("POST", &path)
        .header("User-Agent", "okta-sdk-python/3")
        .header("X-Forwarded-For", "198.51.100.1")
        .send();
    let request_id = answer.header("x-okta-request-id").unwrap().to_owned();
    let event = server.events(&person).pop().unwrap();
    let admin = server.get("/users/me").ok();
    assert_eq!(event["eventType"], "user.lifecycle.suspend");
    assert_eq!(event["published"], "2023-11-14T22:13:21.234Z");
    assert_eq!(event["actor"]["id"], admin["id"]);
    assert_eq!(
        (&event["actor"]["type"], &event["actor"]["alternateId"]),
        (&json!("User"), &json!("admin@denizen.local"))
    );
    let target = &event["target"][0];
    assert_eq!((&target["id"], &target["type"]), (&json!(person.id), &json!("User")));
    assert_eq!(
        (&target["alternateId"], &target["displayName"]),
        (&json!(person.login), &json!("Isaac Brock"))
    );
    assert_eq!(event["outcome"]["result"], "SUCCESS");
    assert_eq!((&event["severity"], &event["version"]), (&json!("INFO"), &json!("0")));
    assert_eq!(event["client"]["userAgent"]["rawUserAgent"], "okta-sdk-python/3");
    // H1: nobody listed the sender as a proxy.
    assert_eq!(event["client"]["ipAddress"], "127.0.0.1");
    assert_eq!(event["transaction"]["id"], request_id.as_str());
    assert_eq!(event["uuid"].as_str().unwrap().len(), 36);
    assert!(!event["displayMessage"].as_str().unwrap().is_empty());
}

/// A refusal by the state of a user is no event; a wrong password is one (G2).
/// covers: changePassword, listLogEvents
#[test]
fn failures_are_events() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let seen = server.events(&person).len();
    server
        .act(&format!("/users/{}/lifecycle/unlock", person.id))
        .refused_as(403, "E0000032");
    assert_eq!(server.events(&person).len(), seen);
    let body = json!({"oldPassword": {"value": "wrong-Password-1"}, "newPassword": {"value": "Lantern-Winter-1"}});
    server
        .post(&format!("/users/{}/credentials/change_password", person.id), &body)
        .refused_as(403, "E0000014");
    let event = server.events(&person).pop().unwrap();
    assert_eq!(
        event["outcome"],
        json!({"result": "FAILURE", "reason": "INVALID_CREDENTIALS"})
    );
    assert_eq!(event["severity"], "WARN");
}

/// Windows, words, filters, order and pages.
/// covers: listLogEvents
#[test]
fn reading_the_log() {
    let server = Server::start();
    let mut people: Vec<Person> = Vec::new();
    for name in ["alice", "bob", "carol"] {
        server.pass(60);
        people.push(server.create("?activate=false", &somebody(name, false, false)));
    }
    let all = server.log("");
    let first = ["user.lifecycle.create", "user.lifecycle.activate"];
    assert_eq!(types(&all)[..2], first, "the first administrator");
    assert_eq!(types(&all)[all.len() - 3..], ["user.lifecycle.create"; 3]);
    let newest = server.log("sortOrder=DESCENDING&limit=1");
    assert_eq!(newest[0], all[all.len() - 1]);
    assert_eq!(server.log("since=2023-11-14T22:15:20.000Z").len(), 2);
    assert_eq!(server.log("since=2023-11-14T22:15:20.001Z").len(), 1);
    assert_eq!(
        server
            .log("since=2023-11-14T22:14:20.000Z&until=2023-11-14T22:15:20.000Z")
            .len(),
        1
    );
    assert_eq!(server.log("q=alice").len(), 1);
    assert_eq!(server.log("q=ALICE+create").len(), 1);
    assert_eq!(server.log("q=alice+bob").len(), 0);
    let filter = format!("filter=target.id+eq+%22{}%22", people[1].id);
    assert_eq!(server.log(&filter).len(), 1);
    assert_eq!(server.log("filter=eventType+eq+%22user.lifecycle.create%22").len(), 4);
    assert_eq!(
        server
            .log("filter=eventType+eq+%22user.lifecycle.create%22+and+target.alternateId+eq+%22bob%40example.com%22")
            .len(),
        1
    );
    for (query, code) in [
        ("since=yesterday", "E0000030"),
        ("until=2023", "E0000030"),
        ("limit=abc", "E0000037"),
        ("limit=1001", "E0000001"),
        ("limit=-1", "E0000001"),
        ("sortOrder=SIDEWAYS", "E0000001"),
        ("filter=eventType", "E0000031"),
        ("after=garbage", "E0000029"),
    ] {
        server.get(&format!("/logs?{query}")).refused_as(400, code);
    }
    // Pages: together they are the whole.
    let mut seen = Vec::new();
    let mut path = "/logs?limit=2&since=2020-01-01T00:00:00.000Z&until=2024-01-01T00:00:00.000Z".to_owned();
    loop {
        let answer = server.get(&path);
        seen.extend(answer.ok().as_array().unwrap().clone());
        let next = answer
            .all("link")
            .into_iter()
            .find(|line| line.ends_with("rel=\"next\""))
            .map(str::to_owned);
        let Some(next) = next else { break };
        let url = next.trim_start_matches('<').split('>').next().unwrap();
        path = url.replace(&format!("{PUBLIC_URL}/api/v1"), "");
    }
    assert_eq!(seen, all);
}

/// A client that polls an open window is always told where to go on.
/// covers: listLogEvents
#[test]
fn an_open_window_goes_on() {
    let server = Server::start();
    let answer = server.get("/logs?since=2020-01-01T00:00:00.000Z");
    let count = answer.ok().as_array().unwrap().len();
    assert!(count >= 4);
    // Nobody needs the page after the last one of a window that is closed.
    let closed = server.get("/logs?since=2020-01-01T00:00:00.000Z&until=2024-01-01T00:00:00.000Z");
    assert!(!closed.all("link").iter().any(|line| line.contains("rel=\"next\"")));
}

/// G4: nothing that somebody is called can forge an event.
/// covers: listLogEvents
#[test]
fn events_cannot_be_forged() {
    let server = Server::start();
    let mut body = somebody("isaac.brock", false, false);
    let evil = "x\",\"eventType\":\"user.lifecycle.delete.completed\"}\n{\"a\":\"";
    body["profile"]["lastName"] = json!(evil.chars().take(50).collect::<String>());
    let answer = server
        .request("POST", "/api/v1/users")
        .header("User-Agent", "x\",\"eventType\":\"forged")
        .json(&body)
        .send();
    let id = answer.ok()["id"].as_str().unwrap().to_owned();
    let person = Person {
        id,
        login: String::new(),
    };
    assert_eq!(
        server.told(&person, 0),
        ["user.lifecycle.create", "user.lifecycle.activate"]
    );
}
