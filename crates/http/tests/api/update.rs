//! Updates, partial and whole (contract: users §6.2 to §6.4).

use serde_json::{Value, json};

use crate::server::{ANSWER, PASSWORD, Person, QUESTION, STATUSES, Server, profile, somebody};

const NEW: &str = "Lantern-Winter-1";

impl Server {
    fn path(person: &Person) -> String {
        format!("/users/{}", person.id)
    }
}

fn set_password(text: &str) -> Value {
    json!({"credentials": {"password": {"value": text}}})
}

/// A partial update changes what it names; null clears.
/// covers: updateUser
#[test]
fn a_partial_update_changes_what_it_names() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let path = Server::path(&person);
    server.pass(9);
    let answer = server.post(
        &path,
        &json!({"profile": {"city": "Issaquah", "mobilePhone": "555-415-1337"}}),
    );
    assert_eq!(answer.header("etag"), None);
    let user = answer.ok();
    assert_eq!(user["profile"]["city"], "Issaquah");
    assert_eq!(user["profile"]["mobilePhone"], "555-415-1337");
    assert_eq!(user["profile"]["firstName"], "Isaac");
    assert_eq!(user["lastUpdated"], "2023-11-14T22:13:29.000Z");
    assert_eq!(user, server.read(&person));
    let user = server
        .post(&path, &json!({"profile": {"city": null, "mobilePhone": null}}))
        .ok();
    assert_eq!(
        (user["profile"].get("city"), &user["profile"]["mobilePhone"]),
        (None, &json!(null))
    );
    assert_eq!(user["credentials"], server.read(&person)["credentials"]);
    assert!(server.is_password(&person, PASSWORD), "credentials stay");
}

/// A whole update clears what it leaves out; credentials and profile do not touch each other.
/// covers: replaceUser
#[test]
fn a_whole_update_clears_what_it_leaves_out() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let path = Server::path(&person);
    server.post(&path, &json!({"profile": {"city": "Issaquah"}})).ok();
    let user = server.put(&path, &set_password(NEW)).ok();
    assert_eq!(user["profile"]["city"], "Issaquah", "a profile that is not named stays");
    let mut whole = profile("isaac.brock");
    whole["title"] = json!("Singer");
    let answer = server.put(&path, &json!({"profile": whole}));
    assert_eq!(answer.header("etag"), None);
    let user = answer.ok();
    assert_eq!(
        (user["profile"].get("city"), &user["profile"]["title"]),
        (None, &json!("Singer"))
    );
    assert!(server.is_password(&person, NEW));
    let causes = [
        "login: The field cannot be left blank",
        "firstName: The field cannot be left blank",
        "lastName: The field cannot be left blank",
        "email: The field cannot be left blank",
        "login: Username must be in the form of an email address",
    ];
    let refused = server.put(&path, &json!({"profile": {}}));
    refused.refused(400, "E0000001", "Api validation failed: login", &causes);
}

/// A user that was read is accepted as it came: what is read-only is ignored or unchanged.
/// covers: updateUser, replaceUser
#[test]
fn profiles_go_round() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let path = Server::path(&person);
    let before = server.read(&person);
    let body = json!({"profile": before["profile"], "type": before["type"]});
    assert_eq!(server.put(&path, &body).ok()["profile"], before["profile"]);
    assert_eq!(server.post(&path, &body).ok()["profile"], before["profile"]);
}

/// A password set by an administrator, from every status (§6.4, §10.3).
/// covers: updateUser, replaceUser
#[test]
fn a_password_is_set_in_every_status() {
    let server = Server::start();
    let wanted = [
        "STAGED",
        "ACTIVE",
        "ACTIVE",
        "ACTIVE",
        "ACTIVE",
        "LOCKED_OUT",
        "SUSPENDED",
        "",
    ];
    for put in [false, true] {
        for (status, wanted) in STATUSES.into_iter().zip(wanted) {
            let person = server.person_in(status, &format!("user.{put}.{}", status.to_lowercase()));
            server.pass(3);
            let path = Server::path(&person);
            let answer = if put {
                server.put(&path, &set_password(NEW))
            } else {
                server.post(&path, &set_password(NEW))
            };
            if status == "DEPROVISIONED" {
                let summary = "This operation is not allowed in the user's current status.";
                answer.refused(403, "E0000038", summary, &[]);
                continue;
            }
            let user = answer.ok();
            assert_eq!(user["status"], wanted, "from {status}");
            assert_eq!(user["credentials"]["password"], json!({}));
            assert_eq!(user["passwordChanged"], user["lastUpdated"]);
        }
    }
}

/// A profile is changed in every status but one.
/// covers: updateUser
#[test]
fn a_profile_is_changed_in_every_status() {
    let server = Server::start();
    for status in STATUSES {
        let person = server.person_in(status, &format!("user.{}", status.to_lowercase()));
        let answer = server.post(&Server::path(&person), &json!({"profile": {"city": "Issaquah"}}));
        if status == "DEPROVISIONED" {
            answer.refused_as(403, "E0000038");
        } else {
            assert_eq!(answer.ok()["status"], status);
        }
    }
}

/// Refusals; none of them changes the user.
/// covers: updateUser, replaceUser
#[test]
fn refusals_change_nothing() {
    let server = Server::start();
    server.active("taken");
    let person = server.active("isaac.brock");
    let path = Server::path(&person);
    let before = server.read(&person);
    let with = |name: &str, value: Value| {
        let mut whole = profile("isaac.brock");
        whole[name] = value;
        json!({"profile": whole})
    };
    let duplicate = "login: An object with this field already exists in the current organization";
    let rows: Vec<(Value, u16, &str, &str, Vec<&str>)> = vec![
        (
            with("login", json!("TAKEN@example.com")),
            400,
            "E0000001",
            "Api validation failed: login",
            vec![duplicate],
        ),
        (
            with("login", json!("isaac")),
            400,
            "E0000001",
            "Api validation failed: login",
            vec!["login: Username must be in the form of an email address"],
        ),
        (
            with("email", json!("isaac")),
            400,
            "E0000001",
            "Api validation failed: email",
            vec!["email: Does not match required pattern"],
        ),
        (
            with("firstName", json!(null)),
            400,
            "E0000001",
            "Api validation failed: firstName",
            vec!["firstName: The field cannot be left blank"],
        ),
        (
            json!({"profile": profile("isaac.brock"), "boop": "bap"}),
            400,
            "E0000003",
            "The request body was not well-formed.",
            vec![],
        ),
        (
            json!([1]),
            400,
            "E0000003",
            "The request body was not well-formed.",
            vec![],
        ),
    ];
    for (body, status, code, summary, causes) in rows {
        server.post(&path, &body).refused(status, code, summary, &causes);
        server.put(&path, &body).refused(status, code, summary, &causes);
    }
    let coded = [
        (with("notValid", json!("x")), "E0000001"),
        (with("city", json!(7)), "E0000001"),
        (with("city", json!("x".repeat(129))), "E0000001"),
        (with("countryCode", json!("USA")), "E0000001"),
        (with("firstName", json!("x".repeat(51))), "E0000001"),
        (set_password("short"), "E0000001"),
        (
            json!({"credentials": {"recovery_question": {"question": QUESTION, "answer": "the cowboy"}}}),
            "E0000001",
        ),
        (
            json!({"credentials": {"password": {"hash": {"algorithm": "MD5", "value": "ijXn+5oFxFHFr6ooVaZFGA=="}}}}),
            "E0000001",
        ),
    ];
    for (body, code) in coded {
        server.post(&path, &body).refused_as(400, code);
        server.put(&path, &body).refused_as(400, code);
    }
    assert_eq!(server.read(&person), before);
    assert!(server.is_password(&person, PASSWORD));
}

/// A type may be named in a partial update, but only the present one (§6.2).
/// covers: updateUser, replaceUser
#[test]
fn the_type_of_a_user() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let path = Server::path(&person);
    let present = server.read(&person)["type"].clone();
    server
        .post(&path, &json!({"profile": {"city": "Issaquah"}, "type": present}))
        .ok();
    server.put(&path, &json!({"type": present})).ok();
    let other = json!({"type": {"id": "otyAAAAAAAAAAAAAAAAA"}});
    for answer in [server.post(&path, &other), server.put(&path, &other)] {
        answer.error_object();
        assert!(answer.status == 400 || answer.status == 404, "{}", answer.told());
    }
    assert_eq!(server.read(&person)["type"], present);
}

/// A hash is taken for whoever is staged, and for nobody else (§4.2).
/// covers: replaceUser
#[test]
fn a_hash_is_set_while_staged() {
    let server = Server::start();
    let hash =
        json!({"credentials": {"password": {"hash": {"algorithm": "MD5", "value": "ijXn+5oFxFHFr6ooVaZFGA=="}}}});
    let person = server.person_in("STAGED", "isaac.brock");
    server.pass(3);
    let user = server.put(&Server::path(&person), &hash).ok();
    assert_eq!(
        (&user["status"], &user["credentials"]["provider"]["type"]),
        (&json!("STAGED"), &json!("IMPORT"))
    );
    assert_eq!(user["passwordChanged"], user["lastUpdated"]);
    assert!(server.is_password(&person, PASSWORD));
}

/// After a change of login the old one is nobody's, at once; and somebody else may have it.
/// covers: updateUser, getUser
#[test]
fn an_old_login_is_free_at_once() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let user = server
        .post(
            &Server::path(&person),
            &json!({"profile": {"login": "isaac@example.com"}}),
        )
        .ok();
    assert_eq!(user["id"], person.id.as_str());
    server
        .get("/users/isaac.brock@example.com")
        .unknown_user("isaac.brock@example.com");
    assert_eq!(server.get("/users/isaac@example.com").ok()["id"], person.id.as_str());
    server.create("", &somebody("isaac.brock", false, false));
}

/// An update is addressed by login as well, and a change of case alone is no duplicate.
/// covers: updateUser
#[test]
fn updates_by_login() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    server
        .post(
            "/users/isaac.brock%40example.com",
            &json!({"profile": {"login": "Isaac.Brock@example.com"}}),
        )
        .ok();
    assert_eq!(server.read(&person)["profile"]["login"], "Isaac.Brock@example.com");
    let question = json!({"credentials": {"recovery_question": {"question": "Which city?", "answer": ANSWER}}});
    let user = server.post("/users/isaac.brock@example.com", &question).ok();
    assert_eq!(user["credentials"]["recovery_question"]["question"], "Which city?");
}
