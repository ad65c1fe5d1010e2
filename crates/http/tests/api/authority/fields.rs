//! R12: which attributes somebody may see and change. An administrator of some groups is nobody special to themself: they have
//! the rights over their own profile that everybody has.

use serde_json::json;

use super::{Admin, forbidden};
use crate::roles::group;
use crate::server::{PASSWORD, Server};

fn scene() -> (Server, Admin) {
    let server = Server::start();
    let target = group(&server, "Target");
    let admin = server.admin("helper", &["GROUP_MEMBERSHIP_ADMIN"], &[&target]);
    let path = format!("/users/{}", admin.person.id);
    let given = json!({"profile": {"title": "Boss", "city": "Issaquah"}});
    server.post(&path, &given).ok();
    (server, admin)
}

/// R12: of their own profile, people change what the schema leaves to them.
/// covers: updateUser, replaceUser
#[test]
fn people_change_what_is_theirs() {
    let (server, admin) = scene();
    let change = |profile| admin.post(&server, "/users/me", &json!({"profile": profile}));
    let changed = change(json!({"firstName": "Ada", "mobilePhone": "555-415-1337"})).ok();
    assert_eq!(changed["profile"]["firstName"], "Ada");
    assert_eq!(
        change(json!({"title": "Boss", "lastName": "Love"})).ok()["profile"]["title"],
        "Boss"
    );
    let read_only = |name: &str| format!("Cannot modify the {name} attribute because it is read-only.");
    for (name, value) in [
        ("title", json!("Chief")),
        ("title", json!(null)),
        ("login", json!("root@example.com")),
        ("city", json!("Issaquah")),
        ("city", json!("Elsewhere")),
        ("employeeNumber", json!("1")),
    ] {
        change(json!({name: value})).refused(403, "E0000077", &read_only(name), &[]);
    }
    let unknown = "Property name 'isAdmin' is not defined in profile";
    let summary = "Api validation failed: user";
    change(json!({"isAdmin": true})).refused(400, "E0000001", summary, &[unknown]);
    let whole = json!({"profile": {"firstName": "Bea", "lastName": "Love", "email": "bea@example.com"}});
    server.by(&admin.token, "PUT", "/users/me", Some(&whole)).ok();
    let now = server.read(&admin.person);
    let kept = ["firstName", "title", "city", "login"].map(|name| now["profile"][name].clone());
    assert_eq!(json!(kept), json!(["Bea", "Boss", "Issaquah", admin.person.login]));
}

/// R12: nobody gives themselves another type, a password without the present one, or a group.
/// covers: updateUser, replaceUser, changePassword
#[test]
fn people_leave_alone_what_is_not_theirs() {
    let (server, admin) = scene();
    let made = server
        .post("/meta/types/user", &json!({"name": "staff", "displayName": "Staff"}))
        .ok();
    let whole = json!({"profile": {"firstName": "Ada", "lastName": "Love", "email": "a@example.com"}, "type": {"id": made["id"]}});
    forbidden(&server.by(&admin.token, "PUT", "/users/me", Some(&whole)));
    let secret = json!({"value": "Lantern-Winter-1"});
    forbidden(&admin.post(&server, "/users/me", &json!({"credentials": {"password": secret}})));
    let change = |old: &str| {
        let body = json!({"oldPassword": {"value": old}, "newPassword": secret});
        admin.post(&server, "/users/me/credentials/change_password", &body)
    };
    change("Wrong-Password-1").refused_as(403, "E0000014");
    change(PASSWORD).ok();
    assert!(server.is_password(&admin.person, "Lantern-Winter-1"));
    for step in [
        "suspend",
        "deactivate",
        "reset_password?sendEmail=false",
        "expire_password",
    ] {
        forbidden(&admin.act(&server, &format!("/users/me/lifecycle/{step}")));
    }
    forbidden(&admin.delete(&server, "/users/me"));
}

/// R12: what the schema fixes is fixed for administrators too.
/// covers: updateUser, updateUserProfile
#[test]
fn nobody_changes_what_is_fixed() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let path = format!("/users/{}", person.id);
    let definition = |name: &str, mutability: &str| {
        let property = json!({"title": name, "type": "string", "mutability": mutability});
        json!({"definitions": {"custom": {"id": "#custom", "type": "object", "properties": {name: property}}}})
    };
    let schema = "/meta/schemas/user/default";
    server.post(schema, &definition("badge", "READ_WRITE")).ok();
    server.post(schema, &definition("serial", "IMMUTABLE")).ok();
    let change = |name: &str, value: &str| server.post(&path, &json!({"profile": {name: value}}));
    change("badge", "7").ok();
    change("serial", "1").ok();
    server.post(schema, &definition("badge", "READ_ONLY")).ok();
    change("badge", "7").ok();
    let summary = "Cannot modify the badge attribute because it is read-only.";
    change("badge", "8").refused(403, "E0000077", summary, &[]);
    let summary = "Cannot modify the serial attribute because it is immutable.";
    change("serial", "2").refused(403, "E0000078", summary, &[]);
    assert_eq!(server.read(&person)["profile"]["badge"], "7");
}
