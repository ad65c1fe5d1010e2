//! Administrator roles of users and groups: shapes, and each refusal with its code, summary and causes (contract:
//! roles-and-targets §2, §3, §8).

use serde_json::{Value, json};

use crate::server::{PUBLIC_URL, Person, START, Server, somebody};

/// The roles that can be narrowed, with the ids of their assignments.
const NARROWABLE: [(&str, &str, &str); 4] = [
    ("APP_ADMIN", "Application Administrator", "IFIFAX2BIRGUSTQ"),
    ("USER_ADMIN", "Group Administrator", "KVJUKUS7IFCE2SKO"),
    ("HELP_DESK_ADMIN", "Help Desk Administrator", "JBCUYUC7IRCVGS27IFCE2SKO"),
    (
        "GROUP_MEMBERSHIP_ADMIN",
        "Group Membership Administrator",
        "I5JE6VKQL5GUKTKCIVJFGSCJKBPUCRCNJFHA",
    ),
];

/// The others, with the prefix of the ids of their assignments to users.
const WIDE: [(&str, &str, &str); 9] = [
    ("SUPER_ADMIN", "Super Administrator", "ra1"),
    ("ORG_ADMIN", "Organizational Administrator", "ra1"),
    ("READ_ONLY_ADMIN", "Read-only Administrator", "ra1"),
    ("REPORT_ADMIN", "Report Administrator", "ra1"),
    (
        "API_ACCESS_MANAGEMENT_ADMIN",
        "API Access Management Administrator",
        "ra1",
    ),
    ("MOBILE_ADMIN", "Mobile Administrator", "ra1"),
    (
        "ACCESS_CERTIFICATIONS_ADMIN",
        "Access Certifications Administrator",
        "irb",
    ),
    ("ACCESS_REQUESTS_ADMIN", "Access Requests Administrator", "irb"),
    ("WORKFLOWS_ADMIN", "Workflows Administrator", "irb"),
];

pub fn group(server: &Server, name: &str) -> String {
    let made = server.post("/groups", &json!({"profile": {"name": name}})).ok();
    made["id"].as_str().unwrap().to_owned()
}

pub fn assign(server: &Server, holder: &str, role: &str) -> Value {
    let answer = server.post(&format!("{holder}/roles"), &json!({"type": role}));
    assert_eq!(answer.status, 201, "{}", answer.told());
    answer.json()
}

pub fn user_path(person: &Person) -> String {
    format!("/users/{}", person.id)
}

fn no_assignment(id: &str) -> String {
    format!("Not found: Resource not found: {id} (RoleAssignment)")
}

/// covers: listAssignedRolesForUser, assignRoleToUser, getUserAssignedRole, unassignRoleFromUser
#[test]
fn every_role_comes_and_goes_in_its_own_form() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let holder = user_path(&person);
    assert_eq!(server.get(&format!("{holder}/roles")).ok(), json!([]));
    let mut assigned = Vec::new();
    for (role, label, id) in NARROWABLE.into_iter().chain(WIDE) {
        let made = assign(&server, &holder, role);
        let own = made["id"].as_str().unwrap().to_owned();
        if id.len() == 3 {
            assert!(own.starts_with(id) && own.len() == 20, "{role}: {own}");
        } else {
            assert_eq!(own, id, "{role}");
        }
        let mut wanted = json!({
            "id": own, "label": label, "type": role, "status": "ACTIVE", "assignmentType": "USER",
            "created": START, "lastUpdated": START,
            "_links": {"assignee": {"href": format!("{PUBLIC_URL}/api/v1/users/{}", person.id)}},
        });
        if id == "irb" {
            wanted["role"] = json!(role);
            wanted["resource-set"] = made["resource-set"].clone();
            assert!(made["resource-set"].as_str().unwrap().ends_with("_IAM_POLICY"));
        }
        assert_eq!(made, wanted);
        assert_eq!(server.get(&format!("{holder}/roles/{own}")).ok(), made);
        assigned.push(made);
    }
    let answer = server.get(&format!("{holder}/roles"));
    assert!(answer.all("link").is_empty(), "the list has no pages");
    assert_eq!(answer.ok(), json!(assigned));
    for role in &assigned {
        let path = format!("{holder}/roles/{}", role["id"].as_str().unwrap());
        server.delete(&path).no_content();
        let summary = no_assignment(role["id"].as_str().unwrap());
        server.delete(&path).refused(404, "E0000007", &summary, &[]);
        server.get(&path).refused(404, "E0000007", &summary, &[]);
    }
    assert_eq!(server.get(&format!("{holder}/roles")).ok(), json!([]));
}

/// covers: assignRoleToUser
#[test]
fn what_is_no_role_is_refused() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let roles = format!("{}/roles", user_path(&person));
    let failed = |field: &str| format!("Api validation failed: {field}");
    let blank = |field: &str| format!("{field}: The field cannot be left blank");
    for body in [json!({}), json!({"type": null}), json!({"type": ""})] {
        server
            .post(&roles, &body)
            .refused(400, "E0000001", &failed("type"), &[&blank("type")]);
    }
    for unknown in ["super_admin", "KING"] {
        server.post(&roles, &json!({"type": unknown})).refused(
            400,
            "E0000001",
            &failed("type"),
            &["type: The role type is unknown"],
        );
    }
    let neither = [blank("role"), blank("resource-set")];
    server.post(&roles, &json!({"type": "CUSTOM"})).refused(
        400,
        "E0000001",
        &failed("role"),
        &[&neither[0], &neither[1]],
    );
    let custom = json!({"type": "CUSTOM", "role": "cr0Yq6IJxGIr0ouum0g3", "resource-set": "iamoJDFKaJxGIr0oamd9g"});
    let summary = "Not found: Resource not found: cr0Yq6IJxGIr0ouum0g3 (CustomRole)";
    server.post(&roles, &custom).refused(404, "E0000007", summary, &[]);
    for malformed in [json!({"type": 7}), json!({"type": "ORG_ADMIN", "boop": 1})] {
        server.post(&roles, &malformed).refused_as(400, "E0000003");
    }
    server.act(&roles).refused_as(400, "E0000003");
    server
        .post(
            &format!("{roles}?disableNotifications=maybe"),
            &json!({"type": "ORG_ADMIN"}),
        )
        .refused_as(400, "E0000037");
    server.get(&format!("{roles}?expand=everything")).refused(
        400,
        "E0000001",
        &failed("RequestParams"),
        &["Expand query is malformed."],
    );
    server
        .post("/users/nobody/roles", &json!({"type": "ORG_ADMIN"}))
        .unknown_user("nobody");
    server.get("/users/nobody/roles").unknown_user("nobody");
    assert_eq!(server.get(&roles).ok(), json!([]));
}

/// covers: assignRoleToUser
#[test]
fn a_role_is_assigned_once() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let roles = format!("{}/roles", user_path(&person));
    for (role, code, summary) in [
        (
            "USER_ADMIN",
            "E0000090",
            "The role specified is already assigned to the user.",
        ),
        (
            "WORKFLOWS_ADMIN",
            "E0000263",
            "Attempted to assign a duplicate standard role assignment to an admin",
        ),
    ] {
        let made = assign(&server, &user_path(&person), role);
        server
            .post(&roles, &json!({"type": role}))
            .refused(409, code, summary, &[]);
        // With the parameter, what is there is changed; nothing of that shows.
        let again = server.post(&format!("{roles}?disableNotifications=true"), &json!({"type": role}));
        assert_eq!((again.status, again.json()["id"].clone()), (201, made["id"].clone()));
    }
}

/// A user who is deactivated gets no role, and keeps none; one who waits for the activation may have one.
/// covers: assignRoleToUser, deactivateUser
#[test]
fn roles_follow_the_life_of_their_holder() {
    let server = Server::start();
    let staged = server.person_in("STAGED", "staged");
    assign(&server, &user_path(&staged), "REPORT_ADMIN");
    let person = server.active("isaac.brock");
    let holder = user_path(&person);
    assign(&server, &holder, "HELP_DESK_ADMIN");
    let seen = server.events(&person).len();
    server.act(&format!("{holder}/lifecycle/deactivate")).ok();
    assert_eq!(server.get(&format!("{holder}/roles")).ok(), json!([]));
    let told = server.told(&person, seen);
    assert_eq!(told, ["user.lifecycle.deactivate", "user.account.privilege.revoke"]);
    let forbids = "This operation is not allowed in the user's current status.";
    server
        .post(&format!("{holder}/roles"), &json!({"type": "HELP_DESK_ADMIN"}))
        .refused(403, "E0000038", forbids, &[]);
    server.act(&format!("{holder}/lifecycle/activate?sendEmail=false")).ok();
    assert_eq!(server.get(&format!("{holder}/roles")).ok(), json!([]), "they stay gone");
}

/// Members have the roles of their groups, at once and for as long as they are members.
/// covers: listGroupAssignedRoles, assignRoleToGroup, getGroupAssignedRole, unassignRoleFromGroup, listAssignedRolesForUser
#[test]
fn groups_pass_their_roles_on() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let admins = group(&server, "Admins");
    let (of_group, of_user) = (format!("/groups/{admins}"), user_path(&person));
    assert_eq!(server.get(&format!("{of_group}/roles")).ok(), json!([]));
    let stats = |server: &Server| {
        let groups = server.get("/groups?q=Admins&expand=stats").ok();
        groups[0]["_embedded"]["stats"]["hasAdminPrivlege"].clone()
    };
    assert_eq!(stats(&server), false);
    let carried = assign(&server, &of_group, "SUPER_ADMIN");
    assert!(carried["id"].as_str().unwrap().starts_with("gra"), "{carried}");
    assert_eq!(carried["assignmentType"], "GROUP");
    let href = format!("{PUBLIC_URL}/api/v1/groups/{admins}");
    assert_eq!(carried["_links"]["assignee"]["href"], href.as_str());
    assert_eq!(stats(&server), true);
    let desk = assign(&server, &of_group, "HELP_DESK_ADMIN");
    assert_eq!(server.get(&format!("{of_group}/roles")).ok(), json!([carried, desk]));
    server
        .post(&format!("{of_group}/roles"), &json!({"type": "HELP_DESK_ADMIN"}))
        .refused_as(409, "E0000090");

    assert_eq!(server.get(&format!("{of_user}/roles")).ok(), json!([]));
    let member = format!("{of_group}/users/{}", person.id);
    server.put(&member, &json!({})).no_content();
    assert_eq!(server.get(&format!("{of_user}/roles")).ok(), json!([carried, desk]));
    let inherited = carried["id"].as_str().unwrap();
    let path = format!("{of_user}/roles/{inherited}");
    assert_eq!(server.get(&path).ok(), carried);
    server
        .delete(&path)
        .refused(404, "E0000007", &no_assignment(inherited), &[]);
    // The same role of one's own comes first, and goes alone.
    let own = assign(&server, &of_user, "HELP_DESK_ADMIN");
    assert_eq!(own["assignmentType"], "USER");
    assert_eq!(
        server.get(&format!("{of_user}/roles")).ok(),
        json!([own, carried, desk])
    );
    let path = format!("{of_user}/roles/{}", own["id"].as_str().unwrap());
    assert_eq!(server.get(&path).ok(), own);
    server.delete(&path).no_content();
    assert_eq!(server.get(&path).ok(), desk);
    server.delete(&path).refused_as(404, "E0000007");
    server.delete(&member).no_content();
    assert_eq!(server.get(&format!("{of_user}/roles")).ok(), json!([]));

    let path = format!("{of_group}/roles/{inherited}");
    assert_eq!(server.get(&path).ok(), carried);
    server.delete(&path).no_content();
    server
        .get(&path)
        .refused(404, "E0000007", &no_assignment(inherited), &[]);
    server.delete(&of_group).no_content();
    let unknown = format!("Not found: Resource not found: {admins} (UserGroup)");
    server
        .get(&format!("{of_group}/roles"))
        .refused(404, "E0000007", &unknown, &[]);
}

/// covers: assignRoleToGroup
#[test]
fn the_group_of_everybody_carries_no_roles() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let groups = server.get(&format!("/users/{}/groups", person.id)).ok();
    let everyone = groups[0]["id"].as_str().unwrap();
    server
        .post(&format!("/groups/{everyone}/roles"), &json!({"type": "USER_ADMIN"}))
        .refused(
            400,
            "E0000211",
            "Roles cannot be granted to built-in groups: Everyone",
            &[],
        );
}

/// The log tells each time what somebody may do from then on, and of the end.
/// covers: assignRoleToUser, unassignRoleFromUser, assignRoleToGroup, unassignRoleFromGroup
#[test]
fn the_log_tells_of_roles() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let holder = user_path(&person);
    let seen = server.events(&person).len();
    let desk = assign(&server, &holder, "HELP_DESK_ADMIN");
    let report = assign(&server, &holder, "REPORT_ADMIN");
    let target = group(&server, "Target");
    let desk = desk["id"].as_str().unwrap();
    let path = format!("{holder}/roles/{desk}/targets/groups/{target}");
    server.put(&path, &json!({})).no_content();
    server.delete(&format!("{holder}/roles/{desk}")).no_content();
    let report = report["id"].as_str().unwrap();
    server.delete(&format!("{holder}/roles/{report}")).no_content();
    let told: Vec<(String, String)> = server.events(&person)[seen..]
        .iter()
        .map(|event| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let granted = &event["debugContext"]["debugData"]["privilegeGranted"];
            (text(&event["eventType"]), text(granted))
        })
        .collect();
    let grant = |text: &str| ("user.account.privilege.grant".to_owned(), text.to_owned());
    assert_eq!(
        told,
        [
            grant("Help Desk Administrator (all)"),
            grant("Help Desk Administrator (all), Report Administrator (all)"),
            grant("Help Desk Administrator (1 groups), Report Administrator (all)"),
            grant("Report Administrator (all)"),
            ("user.account.privilege.revoke".to_owned(), String::new()),
        ]
    );
    let made = assign(&server, &format!("/groups/{target}"), "REPORT_ADMIN");
    let path = format!("/groups/{target}/roles/{}", made["id"].as_str().unwrap());
    server.delete(&path).no_content();
    let logs = server
        .get("/logs?since=2020-01-01T00:00:00.000Z&q=group.privilege&limit=1000")
        .ok();
    let told: Vec<&str> = logs
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["eventType"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["group.privilege.grant", "group.privilege.revoke"]);
}

/// R3: without the right to do so nobody assigns a role, to others or to themselves, or narrows one.
/// covers: assignRoleToUser, unassignRoleFromUser, assignRoleToGroup
#[test]
fn only_super_administrators_make_administrators() {
    let server = Server::start();
    let person = server.active("org.admin");
    let (holder, admins) = (user_path(&person), group(&server, "Admins"));
    let held = assign(&server, &holder, "ORG_ADMIN");
    let desk = assign(&server, &holder, "HELP_DESK_ADMIN");
    let token = crate::server::run(server.directory.create_api_token(&person.id, "ci")).unwrap();
    let before = server.get(&format!("{holder}/roles")).ok();
    let own = format!("{holder}/roles/{}", held["id"].as_str().unwrap());
    let targets = format!("{holder}/roles/{}/targets", desk["id"].as_str().unwrap());
    for (method, path, body) in [
        ("POST", format!("{holder}/roles"), Some(json!({"type": "SUPER_ADMIN"}))),
        (
            "POST",
            format!("/groups/{admins}/roles"),
            Some(json!({"type": "SUPER_ADMIN"})),
        ),
        (
            "POST",
            "/users/nobody/roles".to_owned(),
            Some(json!({"type": "REPORT_ADMIN"})),
        ),
        ("DELETE", own, None),
        ("PUT", format!("{targets}/groups/{admins}"), None),
        ("DELETE", format!("{targets}/groups/{admins}"), None),
        ("PUT", format!("{targets}/catalog/apps"), None),
        ("PUT", format!("{targets}/catalog/apps/facebook"), None),
        ("DELETE", format!("{targets}/catalog/apps/facebook"), None),
    ] {
        let asked = server.request(method, &format!("/api/v1{path}"));
        let asked = asked.header("Authorization", format!("SSWS {}", token.expose()));
        let asked = match body {
            Some(body) => asked.json(&body),
            None => asked,
        };
        let denied = "You do not have permission to perform the requested action";
        asked.send().refused(403, "E0000006", denied, &[]);
    }
    assert_eq!(server.get(&format!("{holder}/roles")).ok(), before);
    assert_eq!(server.get(&format!("/groups/{admins}/roles")).ok(), json!([]));
}

/// R9: a role counts from the next request on, and so does its end, with a token that lives all the while.
/// covers: assignRoleToUser, unassignRoleFromUser
#[test]
fn a_role_counts_at_the_next_request() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let holder = user_path(&person);
    let token = crate::server::run(server.directory.create_api_token(&person.id, "ci")).unwrap();
    let ask = || {
        let asked = server.request("GET", "/api/v1/users?limit=1");
        asked
            .header("Authorization", format!("SSWS {}", token.expose()))
            .send()
            .status
    };
    assert_eq!(ask(), 403);
    let made = assign(&server, &holder, "SUPER_ADMIN");
    assert_eq!(ask(), 200);
    server
        .delete(&format!("{holder}/roles/{}", made["id"].as_str().unwrap()))
        .no_content();
    assert_eq!(ask(), 403);
    let admins = group(&server, "Admins");
    assign(&server, &format!("/groups/{admins}"), "SUPER_ADMIN");
    let member = format!("/groups/{admins}/users/{}", person.id);
    server.put(&member, &json!({})).no_content();
    assert_eq!(ask(), 200);
    server.delete(&member).no_content();
    assert_eq!(ask(), 403);
}

/// Everybody who holds a role, by whichever way, each once, page by page.
/// covers: listUsersWithRoleAssignments
#[test]
fn who_holds_roles_is_listed() {
    let server = Server::start();
    let people: Vec<Person> = ["one", "two", "three"].iter().map(|name| server.active(name)).collect();
    server.create("", &somebody("nobody", false, false));
    let admins = group(&server, "Admins");
    assign(&server, &format!("/groups/{admins}"), "USER_ADMIN");
    for person in &people[..2] {
        server
            .put(&format!("/groups/{admins}/users/{}", person.id), &json!({}))
            .no_content();
    }
    assign(&server, &user_path(&people[0]), "REPORT_ADMIN");
    assign(&server, &user_path(&people[2]), "REPORT_ADMIN");
    let whole = server.get("/iam/assignees/users").ok();
    let first = server.get("/users/me").ok();
    let mut wanted = vec![first["id"].as_str().unwrap().to_owned()];
    wanted.extend(people.iter().map(|person| person.id.clone()));
    let ids = |page: &Value| -> Vec<String> {
        let value = page["value"].as_array().unwrap();
        value.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!((ids(&whole), &whole["_links"]), (wanted.clone(), &json!({})));
    let one = &whole["value"][1];
    let own = format!("{PUBLIC_URL}/api/v1/users/{}", people[0].id);
    assert_eq!(
        one["_links"],
        json!({"self": {"href": own}, "roles": {"href": format!("{own}/roles")}})
    );
    let orn = one["orn"].as_str().unwrap();
    assert!(
        orn.starts_with("orn:okta:directory:00o") && orn.ends_with(&format!(":users:{}", people[0].id)),
        "{orn}"
    );
    let mut seen = Vec::new();
    let mut path = "/iam/assignees/users?limit=3".to_owned();
    loop {
        let page = server.get(&path).ok();
        seen.extend(ids(&page));
        let Some(next) = page["_links"]["next"]["href"].as_str() else {
            break;
        };
        path = next.strip_prefix(&format!("{PUBLIC_URL}/api/v1")).unwrap().to_owned();
    }
    assert_eq!(seen, wanted);
    server
        .get("/iam/assignees/users?after=nonsense")
        .refused_as(400, "E0000029");
    server.get("/iam/assignees/users?limit=x").refused_as(400, "E0000037");
}
