//! Types, schemas, linked objects, groups and apps: shapes, and each refusal with its code, summary and causes.

use serde_json::{Value, json};

use crate::server::{PUBLIC_URL, Server, somebody};

const NOT_FORMED: &str = "The request body was not well-formed.";
const NO_PERMISSION: &str = "You do not have permission to perform the requested action";
const IN_USE: &str = "An object with this field already exists in the current organization";

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

fn custom(properties: &Value) -> Value {
    json!({"definitions": {"custom": {"id": "#custom", "type": "object", "properties": properties}}})
}

/// covers: listUserTypes, createUserType, getUserType, updateUserType, replaceUserType, deleteUserType
#[test]
fn user_types_come_change_and_go() {
    let server = Server::start();
    let made = server
        .post(
            "/meta/types/user",
            &json!({"name": "contractor", "displayName": "Contractor"}),
        )
        .ok();
    let path = format!("/meta/types/user/{}", id(&made));
    let schema = format!("{PUBLIC_URL}/api/v1/meta/schemas/user/osc{}", &id(&made)[3..]);
    assert_eq!(
        made["_links"]["schema"],
        json!({"rel": "schema", "href": schema, "method": "GET"})
    );
    assert!(made["default"] == false && made.get("description").is_none());
    let listed = server.get("/meta/types/user").ok();
    assert_eq!((&listed[0]["name"], &listed[1]), (&json!("user"), &made));
    let changed = server.post(&path, &json!({"displayName": "Temp"})).ok();
    assert_eq!(
        (&changed["displayName"], &changed["name"]),
        (&json!("Temp"), &json!("contractor"))
    );
    let whole = json!({"name": "contractor", "displayName": "Third", "description": "D"});
    assert_eq!(server.put(&path, &whole).ok()["description"], "D");
    let failed = |field: &str| format!("Api validation failed: {field}");
    server
        .put(&path, &json!({"name": "contractor", "displayName": "X"}))
        .refused(
            400,
            "E0000001",
            &failed("description"),
            &["description: The field cannot be left blank"],
        );
    server
        .post("/meta/types/user", &json!({"name": "9a", "displayName": "X"}))
        .refused(
            400,
            "E0000001",
            &failed("name"),
            &["name: Does not match required pattern"],
        );
    server
        .post("/meta/types/user", &json!({"name": "Contractor", "displayName": "X"}))
        .refused(400, "E0000001", &failed("name"), &[&format!("name: {IN_USE}")]);
    let deletion = "This User Type cannot be deleted.";
    server
        .delete("/meta/types/user/default")
        .refused(403, "E0000142", deletion, &[deletion]);
    let mut user = somebody("typed", false, false);
    user["type"] = json!({"id": id(&made)});
    let user = server.post("/users?activate=false", &user).ok();
    let refused = server.delete(&path);
    refused.refused(403, "E0000142", deletion, &[deletion]);
    assert_eq!(refused.json()["errorCauses"][0]["reason"], "UNMET_REQUIREMENTS");
    for _ in 0..2 {
        server.delete(&format!("/users/{}", id(&user))).no_content();
    }
    server.delete(&path).no_content();
    let summary = format!("Not found: Resource not found: {} (CVDType)", id(&made));
    server.get(&path).refused(404, "E0000007", &summary, &[]);
    for n in 1..10 {
        server
            .post(
                "/meta/types/user",
                &json!({"name": format!("t{n}"), "displayName": "T"}),
            )
            .ok();
    }
    let eleventh = server.post("/meta/types/user", &json!({"name": "t10", "displayName": "T"}));
    eleventh.refused_as(400, "E0000001");
}

/// covers: getUserSchema, updateUserProfile, getGroupSchema, updateGroupSchema, createUser, updateUser
#[test]
fn schemas_are_merged_and_profiles_obey() {
    let server = Server::start();
    let before = server.get("/meta/schemas/user/default").ok();
    let badge = json!({"title": "Badge", "type": "string", "unique": true, "maxLength": 5});
    let level = json!({"title": "Level", "type": "integer", "enum": [1, 2], "oneOf": [{"const": 1, "title": "one"}, {"const": 2, "title": "two"}]});
    let after = server
        .post(
            "/meta/schemas/user/default",
            &custom(&json!({"badge": badge, "level": level})),
        )
        .ok();
    assert_eq!(after["definitions"]["base"], before["definitions"]["base"]);
    let shown = &after["definitions"]["custom"]["properties"]["badge"];
    assert_eq!(
        (&shown["unique"], &shown["scope"], &shown["mutability"]),
        (&json!("UNIQUE_VALIDATED"), &json!("NONE"), &json!("READ_WRITE"))
    );
    assert_eq!(
        server.post("/meta/schemas/user/default", &after).ok()["definitions"],
        after["definitions"]
    );
    let mismatch =
        json!({"a": {"title": "A", "type": "string", "enum": ["x"], "oneOf": [{"const": "y", "title": "Y"}]}});
    server.post("/meta/schemas/user/default", &custom(&mismatch)).refused(
        400,
        "E0000123",
        "Array specified in enum field must match const values specified in oneOf field.",
        &[],
    );
    for properties in [
        json!({"status": {"title": "S", "type": "string"}}),
        json!({"firstname": {"title": "S", "type": "string"}}),
        json!({"a": {"title": "S", "type": "blob"}}),
        json!({"a": 7}),
    ] {
        let refused = server.post("/meta/schemas/user/default", &custom(&properties));
        refused.refused_as(400, "E0000001");
    }
    let with = |name: &str, extra: Value| {
        let mut body = somebody(name, false, false);
        body["profile"]
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        body
    };
    let create = |name: &str, extra: Value| server.post("/users?activate=false", &with(name, extra));
    let user = create("one", json!({"badge": "B-1", "level": 2})).ok();
    assert_eq!(
        (&user["profile"]["badge"], &user["profile"]["level"]),
        (&json!("B-1"), &json!(2))
    );
    for (extra, field, cause) in [
        (json!({"badge": "b-1"}), "badge", IN_USE),
        (
            json!({"badge": "long badge"}),
            "badge",
            "The field is too long; at most 5 characters are allowed",
        ),
        (json!({"badge": 7}), "badge", "The value must be a string"),
        (
            json!({"level": 3}),
            "level",
            "The value is not one of the allowed values",
        ),
        (json!({"level": 1.5}), "level", "The value must be an integer"),
    ] {
        let summary = format!("Api validation failed: {field}");
        create("two", extra).refused(400, "E0000001", &summary, &[&format!("{field}: {cause}")]);
    }
    let found = server
        .get("/users?search=profile.level+gt+1+and+profile.badge+sw+%22b-%22")
        .ok();
    assert_eq!(found.as_array().unwrap().len(), 1);
    server
        .get("/users?search=profile.level+eq+%221%22")
        .refused_as(400, "E0000031");
    server
        .post(
            "/meta/schemas/user/default",
            &custom(&json!({"badge": null, "level": null})),
        )
        .ok();
    let left = server.get(&format!("/users/{}", id(&user))).ok();
    assert!(left["profile"].get("badge").is_none() && left["profile"].get("level").is_none());
    let group = server
        .post(
            "/meta/schemas/group/default",
            &custom(&json!({"colour": {"title": "C", "type": "string"}})),
        )
        .ok();
    assert_eq!(group["definitions"]["custom"]["properties"]["colour"]["type"], "string");
    let unknown = "Not found: Resource not found: oscAAAAAAAAAAAAAAAAA (CVDSchema)";
    server
        .get("/meta/schemas/user/oscAAAAAAAAAAAAAAAAA")
        .refused(404, "E0000007", unknown, &[]);
}

/// covers: createLinkedObjectDefinition, listLinkedObjectDefinitions, getLinkedObjectDefinition, deleteLinkedObjectDefinition
/// covers: assignLinkedObjectValueForPrimary, listLinkedObjectsForUser, deleteLinkedObjectForUser
#[test]
fn people_are_linked() {
    let server = Server::start();
    let side = |name: &str| json!({"name": name, "title": name, "type": "USER"});
    let definition = json!({"primary": side("manager"), "associated": side("subordinate")});
    let path = "/meta/schemas/user/linkedObjects";
    let answer = server.post(path, &definition);
    assert_eq!(answer.status, 201);
    let mut wanted = definition.clone();
    wanted["_links"] = json!({"self": {"href": format!("{PUBLIC_URL}/api/v1{path}/manager")}});
    assert_eq!(answer.json(), wanted);
    assert_eq!(server.get(path).ok(), json!([wanted]));
    assert_eq!(server.get(&format!("{path}/subordinate")).ok(), wanted);
    assert_eq!(
        server.get("/meta/schemas/user/default/linkedObjects").ok(),
        json!([wanted])
    );
    let clash = server.post(path, &definition);
    clash.refused(
        409,
        "E0000127",
        "Invalid linked objection definition. Linked object identifier is already in use.",
        &[
            "Linked object identifier for primary is already in use.",
            "Linked object identifier for associated is already in use.",
        ],
    );
    let cause = &clash.json()["errorCauses"][0];
    assert_eq!(
        (&cause["reason"], &cause["locationType"], &cause["domain"]),
        (&json!("UNIQUE_CONSTRAINT"), &json!("body"), &json!("linkedObjects"))
    );
    let mut wrong = definition;
    wrong["primary"]["type"] = json!("GROUP");
    server.post(path, &wrong).refused(400, "E0000003", NOT_FORMED, &[]);
    let boss = server.create("?activate=false", &somebody("boss", false, false));
    let staff = server.create("?activate=false", &somebody("staff", false, false));
    let link = format!("/users/{}/linkedObjects/manager", staff.id);
    server
        .request("PUT", &format!("/api/v1{link}/{}", boss.id))
        .send()
        .no_content();
    let own = |id: &str| json!([{"_links": {"self": {"href": format!("{PUBLIC_URL}/api/v1/users/{id}")}}}]);
    assert_eq!(server.get(&link).ok(), own(&boss.id));
    let many = format!("/users/{}/linkedObjects/subordinate", boss.id);
    let answer = server.get(&many);
    assert_eq!(answer.ok(), own(&staff.id));
    let own_link = format!("<{PUBLIC_URL}/api/v1{many}?limit=1000>; rel=\"self\"");
    assert_eq!(answer.all("link"), [own_link.as_str()]);
    server.delete(&many).refused_as(400, "E0000001");
    let missing = "Not found: Resource not found: mentor (LinkedObjectProperty)";
    server
        .get(&format!("/users/{}/linkedObjects/mentor", staff.id))
        .refused(404, "E0000007", missing, &[]);
    for _ in 0..2 {
        server.delete(&link).no_content();
    }
    assert_eq!(server.get(&link).ok(), json!([]));
    server.delete(&format!("{path}/manager")).no_content();
    assert_eq!(server.get(path).ok(), json!([]));
}

/// covers: addGroup, listGroups, getGroup, replaceGroup, deleteGroup, listGroupUsers, assignUserToGroup
/// covers: unassignUserFromGroup, listUserGroups, createUser
#[test]
fn groups_have_members() {
    let server = Server::start();
    let made = server.post("/groups", &json!({"profile": {"name": "West"}})).ok();
    assert_eq!(
        (&made["type"], &made["profile"]),
        (&json!("OKTA_GROUP"), &json!({"name": "West", "description": null}))
    );
    let path = format!("/groups/{}", id(&made));
    let user = server.create("?activate=false", &somebody("member", false, false));
    let member = format!("/api/v1{path}/users/{}", user.id);
    for _ in 0..2 {
        server.request("PUT", &member).send().no_content();
    }
    let members = server.get(&format!("{path}/users"));
    let own = format!("<{PUBLIC_URL}/api/v1{path}/users?limit=1000>; rel=\"self\"");
    assert_eq!(members.all("link"), [own.as_str()]);
    assert_eq!(members.ok()[0]["id"], user.id.as_str());
    assert_eq!(
        server
            .get(&format!("/users/{}/groups", user.id))
            .ok()
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let stats = &server.get("/groups?q=we&expand=stats").ok()[0]["_embedded"]["stats"];
    assert_eq!(
        (&stats["usersCount"], &stats["hasAdminPrivlege"]),
        (&json!(1), &json!(false))
    );
    let renamed = server
        .put(&path, &json!({"profile": {"name": "Far West", "description": "D"}}))
        .ok();
    assert_eq!(renamed["profile"], json!({"name": "Far West", "description": "D"}));
    assert_eq!(
        server.get("/groups?search=profile.name+co+%22WEST%22").ok()[0]["id"],
        id(&made).as_str()
    );
    let name = |text: &str| json!({"profile": {"name": text}});
    server.post("/groups", &name("far west")).refused(
        400,
        "E0000001",
        "Api validation failed: name",
        &[&format!("name: {IN_USE}")],
    );
    let unknown = json!({"profile": {"name": "X", "colour": "red"}});
    server.post("/groups", &unknown).refused(
        400,
        "E0000001",
        "Api validation failed: New UserGroup",
        &["Property name 'colour' is not defined in profile"],
    );
    server
        .post("/groups", &json!({"boop": "bap"}))
        .refused(400, "E0000003", NOT_FORMED, &[]);
    let everyone = id(&server.get("/groups?q=every").ok()[0]);
    let everyone = format!("/groups/{everyone}");
    server
        .request("PUT", &format!("/api/v1{everyone}/users/{}", user.id))
        .send()
        .refused(501, "E0000060", "Unsupported operation.", &[]);
    server
        .delete(&format!("{everyone}/users/{}", user.id))
        .refused(403, "E0000006", NO_PERMISSION, &[]);
    server.delete(&everyone).refused(403, "E0000006", NO_PERMISSION, &[]);
    server
        .put(&everyone, &name("All"))
        .refused(403, "E0000006", NO_PERMISSION, &[]);
    for _ in 0..2 {
        server.delete(&format!("{path}/users/{}", user.id)).no_content();
    }
    server.delete(&path).no_content();
    let summary = format!("Not found: Resource not found: {} (UserGroup)", id(&made));
    server
        .get(&format!("{path}/users"))
        .refused(404, "E0000007", &summary, &[]);
}

/// covers: createApplication, listApplications, getApplication, replaceApplication, activateApplication
/// covers: deactivateApplication, deleteApplication, getApplicationUserSchema, updateApplicationUserProfile
/// covers: assignUserToApplication, getApplicationUser, updateApplicationUser, listApplicationUsers, listAppLinks
/// covers: unassignUserFromApplication, assignGroupToApplication, updateGroupAssignmentToApplication
/// covers: getApplicationGroupAssignment, listApplicationGroupAssignments, unassignApplicationFromGroup
/// covers: listAssignedApplicationsForGroup
#[test]
fn apps_are_assigned() {
    let server = Server::start();
    let body = json!({"name": "bookmark", "label": "Weather", "signOnMode": "BOOKMARK",
        "settings": {"app": {"url": "https://example.com", "kept": [1, {"deep": true}]}}, "unknown": {"x": null}});
    let made = server.post("/apps", &body).ok();
    assert_eq!(
        (&made["settings"], &made["unknown"]),
        (&body["settings"], &body["unknown"])
    );
    assert_eq!(made["status"], "ACTIVE");
    let path = format!("/apps/{}", id(&made));
    assert_eq!(server.put(&path, &made).ok()["settings"], body["settings"]);
    let schema = format!("/meta/schemas/apps/{}/default", id(&made));
    let shown = server.get(&schema).ok();
    assert_eq!((&shown["title"], shown.get("_links")), (&json!("Weather User"), None));
    let nick = custom(&json!({"nick": {"title": "Nick", "type": "string"}}));
    assert!(server.post(&schema, &nick).ok()["definitions"]["custom"]["properties"]["nick"].is_object());
    let user = server.create("?activate=false", &somebody("member", false, false));
    let assigned = server
        .post(&format!("{path}/users"), &json!({"id": user.id, "scope": "USER"}))
        .ok();
    assert_eq!(
        (&assigned["credentials"]["userName"], &assigned["scope"]),
        (&json!("member@example.com"), &json!("USER"))
    );
    let again = server.post(&format!("{path}/users"), &json!({"id": user.id}));
    again.refused(
        409,
        "E0000062",
        "The specified user is already assigned to the application.",
        &[],
    );
    let one = format!("{path}/users/{}", user.id);
    let changed = server
        .post(
            &one,
            &json!({"profile": {"nick": "N"}, "credentials": {"userName": "me"}}),
        )
        .ok();
    assert_eq!(changed["profile"], json!({"nick": "N", "userName": "me"}));
    assert_eq!(server.get(&one).ok(), changed);
    let links = server.get(&format!("/users/{}/appLinks", user.id));
    assert!(links.all("link").is_empty());
    assert_eq!(
        links.ok()[0]["linkUrl"],
        format!("{PUBLIC_URL}/home/bookmark/{}/1", id(&made))
    );
    let group = id(&server.post("/groups", &json!({"profile": {"name": "West"}})).ok());
    let given = format!("{path}/groups/{group}");
    assert_eq!(server.put(&given, &json!({"priority": 3})).ok()["priority"], 3);
    let patched = server
        .request("PATCH", &format!("/api/v1{given}"))
        .json(&json!({"profile": {"k": 1}}))
        .send()
        .ok();
    assert_eq!(
        (&patched["priority"], &patched["profile"]),
        (&json!(3), &json!({"k": 1}))
    );
    assert_eq!(server.get(&given).ok(), patched);
    assert_eq!(server.get(&format!("{path}/groups")).ok(), json!([patched]));
    assert_eq!(
        server.get(&format!("/groups/{group}/apps")).ok()[0]["id"],
        id(&made).as_str()
    );
    server
        .request("PUT", &format!("/api/v1/groups/{group}/users/{}", user.id))
        .send()
        .no_content();
    server.delete(&one).no_content();
    server.delete(&one).refused(
        403,
        "E0000046",
        "Deactivate application for user forbidden.",
        &["The application cannot be unassigned from the user while their group memberships grant them access."],
    );
    server.delete(&given).no_content();
    server.delete(&path).refused(
        403,
        "E0000056",
        "Delete application forbidden.",
        &["The application must be deactivated before deletion."],
    );
    server.act(&format!("/users/{}/lifecycle/deactivate", user.id)).ok();
    let inactive = "Cannot assign apps or update app profiles for an inactive user.";
    server
        .post(&format!("{path}/users"), &json!({"id": user.id}))
        .refused(403, "E0000117", inactive, &[]);
    assert_eq!(server.act(&format!("{path}/lifecycle/deactivate")).ok(), json!({}));
    assert_eq!(
        server
            .get("/apps?filter=status+eq+%22INACTIVE%22")
            .ok()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(server.act(&format!("{path}/lifecycle/activate")).ok(), json!({}));
    server.act(&format!("{path}/lifecycle/deactivate")).ok();
    server.delete(&path).no_content();
    let summary = format!("Not found: Resource not found: {} (AppInstance)", id(&made));
    server.get(&path).refused(404, "E0000007", &summary, &[]);
    server
        .get("/apps?after=bogus")
        .refused(400, "E0000029", "Invalid paging request.", &["Invalid cursor."]);
}

/// H3: no body that is broken reaches anything, on any of these routes.
#[test]
fn broken_bodies_change_nothing() {
    let server = Server::start();
    let made = server.post("/groups", &json!({"profile": {"name": "West"}})).ok();
    let state = || {
        let paths = [
            "/groups",
            "/apps",
            "/meta/types/user",
            "/meta/schemas/user/default",
            "/meta/schemas/user/linkedObjects",
        ];
        paths.map(|path| server.get(path).ok())
    };
    let before = state();
    let deep = format!("{{\"profile\":{}{}}}", "[".repeat(9000), "]".repeat(9000));
    let huge = format!("{{\"profile\":{{\"name\":\"{}\"}}}}", "x".repeat(400_000));
    let bodies: [&[u8]; 9] = [
        b"",
        b"null",
        b"[]",
        b"{",
        b"{\"profile\":{\"name\":\"a\",\"name\":\"b\"}}",
        b"{\"nobody\":\"knows\"}",
        b"{\"profile\":\"\xff\"}",
        deep.as_bytes(),
        huge.as_bytes(),
    ];
    let group = format!("/groups/{}", id(&made));
    for (method, path) in [
        ("POST", "/groups"),
        ("PUT", group.as_str()),
        ("POST", "/meta/types/user"),
        ("POST", "/meta/types/user/default"),
        ("PUT", "/meta/types/user/default"),
        ("POST", "/meta/schemas/user/default"),
        ("POST", "/meta/schemas/group/default"),
        ("POST", "/meta/schemas/user/linkedObjects"),
        ("POST", "/apps"),
    ] {
        for body in bodies {
            let answer = server
                .request(method, &format!("/api/v1{path}"))
                .json_bytes(body)
                .send();
            assert!(
                (400..500).contains(&answer.status),
                "{method} {path}: {}",
                answer.told()
            );
            answer.error_object();
        }
    }
    assert_eq!(state(), before);
}
