//! Roles of services: a token is worth what its scopes and its service's roles both allow (contract: groups-apps-tokens §4).

use serde_json::json;

use crate::server::{PUBLIC_URL, Server, profile};
use crate::service::{Service, call};

const SCOPES: &str = "okta.users.manage okta.groups.manage";

fn scopes() -> Vec<&'static str> {
    SCOPES.split(' ').collect()
}

/// R9, R10: scopes alone are worth nothing, and a role counts with the next request.
///
/// covers: listRolesForClient, assignRoleToClient, retrieveClientRole, deleteRoleFromClient
#[test]
fn a_service_needs_a_role_too() {
    let server = Server::start();
    let service = Service::without_role(&server, &scopes());
    let token = service.token(&server, SCOPES);
    let refused = call(&server, &token, "GET", "/users");
    refused.refused_as(403, "E0000006");
    assert_eq!(refused.header("www-authenticate"), None, "the scopes would do");
    let roles = service.roles();
    let asked = |method: &str, path: &str| server.request(method, path).send();
    assert_eq!(asked("GET", &roles).ok(), json!([]));
    let read_only = service.assign(&server, "READ_ONLY_ADMIN");
    let shown = asked("GET", &read_only).ok();
    assert_eq!(
        (&shown["type"], &shown["assignmentType"]),
        (&json!("READ_ONLY_ADMIN"), &json!("CLIENT"))
    );
    assert_eq!(
        shown["_links"]["assignee"]["href"],
        format!("{PUBLIC_URL}/api/v1/apps/{}", service.id)
    );
    assert_eq!(asked("GET", &roles).ok(), json!([shown]));
    call(&server, &token, "GET", "/users").ok();
    let person = server.active("isaac.brock");
    let suspend = format!("/users/{}/lifecycle/suspend", person.id);
    call(&server, &token, "POST", &suspend).refused_as(403, "E0000006");
    let admin = service.assign(&server, "ORG_ADMIN");
    call(&server, &token, "POST", &suspend).ok();
    asked("DELETE", &admin).no_content();
    call(&server, &token, "POST", &suspend.replace("suspend", "unsuspend")).refused_as(403, "E0000006");
    asked("DELETE", &read_only).no_content();
    call(&server, &token, "GET", "/users").refused_as(403, "E0000006");
    asked("GET", &read_only).refused_as(404, "E0000007");
    let types: Vec<String> = ["grant", "revoke"]
        .map(|step| format!("eventType%20eq%20%22app.oauth2.client.privilege.{step}%22"))
        .to_vec();
    let counts = types.iter().map(|filter| {
        let events = server.get(&format!("/logs?filter={filter}")).ok();
        events.as_array().unwrap().len()
    });
    assert_eq!(
        counts.collect::<Vec<_>>(),
        [3, 1],
        "a client without its last role has none"
    );
}

/// R2: the targets of a role narrow a service as they narrow a user.
///
/// covers: listGroupTargetRoleForClient, assignGroupTargetRoleForClient, removeGroupTargetRoleFromClient
#[test]
fn targets_narrow_the_roles_of_a_service() {
    let server = Server::start();
    let service = Service::without_role(&server, &scopes());
    let role = service.assign(&server, "USER_ADMIN");
    let group = |name: &str| {
        let made = server.post("/groups", &json!({"profile": {"name": name}})).ok();
        made["id"].as_str().unwrap().to_owned()
    };
    let (inside, outside) = (group("Inside"), group("Outside"));
    let member = |name: &str, group: &str| {
        let body = json!({"profile": profile(name), "groupIds": [group]});
        server.create("?activate=false", &body)
    };
    let (near, far) = (member("near", &inside), member("far", &outside));
    let targets = format!("{role}/targets/groups");
    server
        .request("PUT", &format!("{targets}/{inside}"))
        .send()
        .no_content();
    let listed = server.request("GET", &targets).send().ok();
    assert_eq!(
        (listed.as_array().unwrap().len(), &listed[0]["id"]),
        (1, &json!(inside))
    );
    let token = service.token(&server, SCOPES);
    let status = |id: &str| call(&server, &token, "GET", &format!("/users/{id}")).status;
    assert_eq!((status(&near.id), status(&far.id)), (200, 404));
    server
        .request("PUT", &format!("{targets}/{outside}"))
        .send()
        .no_content();
    assert_eq!((status(&near.id), status(&far.id)), (200, 200));
    server
        .request("DELETE", &format!("{targets}/{inside}"))
        .send()
        .no_content();
    assert_eq!((status(&near.id), status(&far.id)), (404, 200));
}

/// covers: listAppTargetRoleToClient, assignAppTargetRoleToClient, removeAppTargetRoleFromClient
/// covers: assignAppTargetInstanceRoleForClient, removeAppTargetInstanceRoleForClient
#[test]
fn a_service_may_look_after_some_apps() {
    let server = Server::start();
    let service = Service::without_role(&server, &["okta.apps.manage"]);
    let role = service.assign(&server, "APP_ADMIN");
    let bookmark = |label: &str| {
        let body =
            json!({"label": label, "signOnMode": "BOOKMARK", "settings": {"app": {"url": "https://example.com"}}});
        let made = server.post("/apps", &body).ok();
        made["id"].as_str().unwrap().to_owned()
    };
    let (first, second) = (bookmark("First"), bookmark("Second"));
    let targets = format!("{role}/targets/catalog/apps");
    let act = |method: &str, path: &str| server.request(method, &format!("{targets}{path}")).send();
    act("PUT", &format!("/bookmark/{first}")).no_content();
    let token = service.token(&server, "okta.apps.manage");
    let status = |id: &str| call(&server, &token, "GET", &format!("/apps/{id}")).status;
    assert_eq!((status(&first), status(&second)), (200, 404));
    act("PUT", "/oidc_client").no_content();
    assert_eq!(status(&service.id), 200);
    act("DELETE", &format!("/bookmark/{first}")).no_content();
    assert_eq!((status(&first), status(&service.id)), (404, 200));
    let listed = act("GET", "").ok();
    assert_eq!(
        (listed.as_array().unwrap().len(), &listed[0]["name"]),
        (1, &json!("oidc_client"))
    );
    act("PUT", "/bookmark").no_content();
    act("DELETE", "/oidc_client").no_content();
    assert_eq!((status(&second), status(&service.id)), (200, 404));
}

/// R3: only super administrators give roles to services.
#[test]
fn roles_of_services_are_given_by_super_administrators() {
    let server = Server::start();
    let scopes = ["okta.roles.manage", "okta.apps.manage"];
    let service = Service::without_role(&server, &scopes);
    service.assign(&server, "APP_ADMIN");
    let token = service.token(&server, &scopes.join(" "));
    let own = server.request("POST", &service.roles()).anonymous();
    let own = own
        .header("Authorization", format!("Bearer {token}"))
        .json(&json!({"type": "SUPER_ADMIN"}));
    own.send().refused_as(403, "E0000006");
    let unknown = server
        .request("GET", "/oauth2/v1/clients/0oa00000000000000001/roles")
        .send();
    let summary = "Not found: Resource not found: 0oa00000000000000001 (PublicClientApp)";
    unknown.refused(404, "E0000007", summary, &[]);
    server
        .request("GET", &service.roles())
        .anonymous()
        .send()
        .refused_as(403, "E0000005");
    server
        .request("PATCH", &service.roles())
        .send()
        .refused_as(405, "E0000022");
    server
        .request("GET", "/oauth2/v1/clients")
        .send()
        .refused_as(404, "E0000008");
}
