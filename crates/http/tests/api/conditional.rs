//! Entity tags (contract: conventions §8).

use serde_json::json;

use crate::server::{Person, Server};
use crate::wire::Answer;

fn tag(server: &Server, person: &Person) -> String {
    let answer = server.get(&format!("/users/{}", person.id));
    answer.ok();
    answer.header("etag").unwrap().to_owned()
}

fn update(server: &Server, method: &str, person: &Person, tags: &[&str], city: &str) -> Answer {
    let mut profile = server.read(person)["profile"].clone();
    profile["city"] = json!(city);
    let mut request = server.request(method, &format!("/api/v1/users/{}", person.id));
    for tag in tags {
        request = request.header("If-Match", tag);
    }
    request.json(&json!({"profile": profile})).send()
}

/// The tag tells the profile and the type, and nothing else.
/// covers: getUser
#[test]
fn a_tag_is_of_the_profile_alone() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let first = tag(&server, &person);
    let hex = first
        .strip_prefix("W/\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap();
    assert!(
        hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)),
        "{first}"
    );
    for step in ["suspend", "unsuspend", "expire_password", "deactivate", "activate"] {
        server.pass(2);
        server.act(&format!("/users/{}/lifecycle/{step}", person.id)).ok();
        assert_eq!(tag(&server, &person), first, "{step}");
    }
    let path = format!("/users/{}", person.id);
    server
        .post(
            &path,
            &json!({"credentials": {"password": {"value": "Lantern-Winter-1"}}}),
        )
        .ok();
    assert_eq!(tag(&server, &person), first);
    server.post(&path, &json!({"profile": {"city": "Issaquah"}})).ok();
    assert_ne!(tag(&server, &person), first);
    server.post(&path, &json!({"profile": {"city": null}})).ok();
    assert_eq!(tag(&server, &person), first);
}

/// D1: whoever has seen an older state changes nothing.
/// covers: updateUser, replaceUser
#[test]
fn a_tag_must_be_the_present_one() {
    let server = Server::start();
    for method in ["POST", "PUT"] {
        let person = server.active(&method.to_lowercase());
        let old = tag(&server, &person);
        update(&server, method, &person, &[&old], "Issaquah").ok();
        let before = server.read(&person);
        let refused = update(&server, method, &person, &[&old], "Seattle");
        refused.refused(412, "E0000231", "ETag value doesn't match.", &[]);
        assert_eq!(server.read(&person), before);
        let present = tag(&server, &person);
        update(&server, method, &person, &[&present], "Seattle").ok();
        update(&server, method, &person, &["*"], "Tacoma").ok();
    }
}

/// What is no tag is refused as such, and changes nothing.
/// covers: updateUser, replaceUser
#[test]
fn malformed_tags() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let before = server.read(&person);
    for method in ["POST", "PUT"] {
        for text in ["abc", "W/abc", "W/\"abc", "\"", "W/", "\"a\" \"b\"", "w/\"abc\""] {
            let refused = update(&server, method, &person, &[text], "Issaquah");
            refused.refused(400, "E0000242", "ETag syntax is invalid.", &[]);
        }
        update(&server, method, &person, &["W/\"abc\""], "Issaquah").refused_as(412, "E0000231");
        update(&server, method, &person, &["\"abc\""], "Issaquah").refused_as(412, "E0000231");
    }
    assert_eq!(server.read(&person), before);
}
