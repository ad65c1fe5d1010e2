//! What every directory has, and that the links to it can be followed: groups, the user type, schemas.

use serde_json::{Value, json};

use crate::server::{PUBLIC_URL, Server, somebody};

fn local(href: &Value) -> String {
    href.as_str().unwrap().replace(&format!("{PUBLIC_URL}/api/v1"), "")
}

/// Everyone, as a group and as the group of each user (contract: groups-apps-tokens §1).
/// covers: getGroup, listUserGroups
#[test]
fn the_group_of_everybody() {
    let server = Server::start();
    let staged = server.create("?activate=false", &somebody("isaac.brock", false, false));
    let answer = server.get(&format!("/users/{}/groups", staged.id));
    let own = format!(
        "<{PUBLIC_URL}/api/v1/users/{}/groups?limit=200>; rel=\"self\"",
        staged.id
    );
    assert_eq!(answer.all("link"), [own.as_str()]);
    let groups = answer.ok();
    assert_eq!(groups.as_array().unwrap().len(), 1);
    let group = server
        .get(&format!("/groups/{}", groups[0]["id"].as_str().unwrap()))
        .ok();
    assert_eq!(group, groups[0]);
    let id = group["id"].as_str().unwrap();
    assert!(id.len() == 20 && id.starts_with("00g"), "{id}");
    assert_eq!(group["type"], "BUILT_IN");
    assert_eq!(
        group["profile"],
        json!({"name": "Everyone", "description": "All users in your organization"})
    );
    assert_eq!(group["objectClass"], json!(["okta:user_group"]));
    for date in ["created", "lastUpdated", "lastMembershipUpdated"] {
        assert!(group[date].as_str().unwrap().ends_with(".000Z"), "{group}");
    }
    let base = format!("{PUBLIC_URL}/api/v1/groups/{id}");
    assert_eq!(group["_links"]["users"]["href"], format!("{base}/users"));
    assert_eq!(group["_links"]["apps"]["href"], format!("{base}/apps"));
    assert_eq!(group["_links"]["logo"].as_array().unwrap().len(), 2);

    let summary = "Not found: Resource not found: 00gAAAAAAAAAAAAAAAAA (UserGroup)";
    server
        .get("/groups/00gAAAAAAAAAAAAAAAAA")
        .refused(404, "E0000007", summary, &[]);
    server
        .get("/groups/x%2Fy")
        .refused(404, "E0000007", "Not found: Resource not found: x/y (UserGroup)", &[]);
    server.get("/users/nobody/groups").unknown_user("nobody");
    server.act("/users/isaac.brock/lifecycle/deactivate").ok();
    assert_eq!(
        server.get("/users/isaac.brock%40example.com/groups").ok(),
        groups,
        "memberships are kept"
    );
}

/// The links `type` and `schema` of a user lead to what they name.
/// covers: getUserType, getUserSchema
#[test]
fn links_of_a_user_can_be_followed() {
    let server = Server::start();
    let user = server.read(&server.active("isaac.brock"));
    let user_type = server.get(&local(&user["_links"]["type"]["href"])).ok();
    assert_eq!(user_type["id"], user["type"]["id"]);
    assert_eq!(
        (&user_type["default"], &user_type["name"]),
        (&json!(true), &json!("user"))
    );
    let schema_href = &user_type["_links"]["schema"]["href"];
    assert_eq!(schema_href, &user["_links"]["schema"]["href"]);
    let schema = server.get(&local(schema_href)).ok();
    assert_eq!(
        schema["id"],
        format!("{PUBLIC_URL}/meta/schemas/user/default"),
        "its name; where it is, a link tells"
    );
    assert_eq!(schema["_links"]["self"]["href"], *schema_href);
    assert_eq!(schema["definitions"]["custom"]["id"], "#custom");
    assert_eq!(schema["definitions"]["custom"]["properties"], json!({}));
    assert_eq!(schema["definitions"]["base"]["id"], "#base");
    let base = &schema["definitions"]["base"]["properties"];
    for name in ["login", "email", "firstName", "lastName", "mobilePhone", "secondEmail"] {
        assert_eq!(base[name]["type"], "string", "{name}: {}", base[name]);
    }
    assert_eq!(base["firstName"]["maxLength"], 50);
    assert_eq!(schema["_links"]["type"]["href"], user["_links"]["type"]["href"]);
    // What a person may be, the schema names; so every attribute of a user is in it.
    for name in user["profile"].as_object().unwrap().keys() {
        assert!(base.get(name).is_some(), "{name}");
    }
    assert_eq!(server.get("/meta/types/user/default").ok(), user_type);
    assert_eq!(server.get("/meta/schemas/user/default").ok()["id"], schema["id"]);
    let unknown = "Not found: Resource not found: otyAAAAAAAAAAAAAAAAA (CVDType)";
    server
        .get("/meta/types/user/otyAAAAAAAAAAAAAAAAA")
        .refused(404, "E0000007", unknown, &[]);
    server
        .get("/meta/schemas/user/oscAAAAAAAAAAAAAAAAA")
        .refused_as(404, "E0000007");
}

/// covers: getGroupSchema
#[test]
fn the_schema_of_groups() {
    let server = Server::start();
    let schema = server.get("/meta/schemas/group/default").ok();
    assert_eq!(schema["definitions"]["base"]["properties"]["name"]["maxLength"], 255);
    assert_eq!(schema["definitions"]["custom"]["properties"], json!({}));
}

/// Blocks of devices are not known here.
/// covers: getUser
#[test]
fn blocks_are_empty() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let user = server.get(&format!("/users/{}?expand=blocks", person.id)).ok();
    assert_eq!(user["_embedded"], json!({"blocks": []}));
}

/// Health needs no credential, and tells nothing.
#[test]
fn health() {
    let server = Server::start();
    for path in ["/health/live", "/health/ready"] {
        let answer = server.request("GET", path).anonymous().send();
        assert_eq!(answer.status, 200, "{}", answer.told());
    }
}
