//! R1: the table of rights, walked through HTTP: groups, apps, and what is about the organization as a whole.

use denizen_domain::authority::{Permission as P, Reach, Role, reach};
use serde_json::{Value, json};

use super::Admin;
use crate::roles::{assign, group};
use crate::server::Server;
use crate::wire::Answer;

fn app(server: &Server, label: &str, mode: &str) -> String {
    let body = json!({
        "name": if mode == "BOOKMARK" { "bookmark" } else { "oidc_client" },
        "label": label,
        "signOnMode": mode,
        "settings": {"app": {"url": "https://example.com"}, "oauthClient": {"grant_types": ["client_credentials"]}},
    });
    server.post("/apps", &body).ok()["id"].as_str().unwrap().to_owned()
}

fn code(answer: &Answer) -> String {
    let body: Value = serde_json::from_str(&answer.text()).unwrap_or_default();
    body["errorCode"].as_str().unwrap_or_default().to_owned()
}

/// Whether a call got through, and if not, that it was answered as to somebody who sees its object or does not.
fn judge(answer: &Answer, told: &str, wanted: bool, is_seen: bool, sees_any: bool) {
    let refusal = if is_seen || !sees_any {
        (403, "E0000006")
    } else {
        (404, "E0000007")
    };
    let code = code(answer);
    let found = (answer.status, code.as_str());
    if wanted {
        let is_refused = found == (403, "E0000006") || found == (404, "E0000007") || answer.status >= 429;
        assert!(!is_refused, "{told}: {}", answer.told());
    } else {
        assert_eq!(found, refusal, "{told}: {}", answer.told());
    }
}

/// The administrators of a walk: one for each role, narrowed where the role admits it.
fn admins(server: &Server, target: &str) -> Vec<(Role, Admin)> {
    let all = Role::ALL.iter().map(|role| {
        let target = if *role == Role::AppAdmin { "bookmark" } else { target };
        let name = role.as_str().to_lowercase();
        (*role, server.admin(&name, &[role.as_str()], &[target]))
    });
    all.collect()
}

/// R1, R4: groups within the targets, outside of them, and those that make administrators.
/// covers: getGroup, replaceGroup, listGroupUsers, assignUserToGroup, unassignUserFromGroup
#[test]
fn every_role_does_to_groups_what_the_table_says() {
    let server = Server::start();
    let (target, other) = (group(&server, "Target"), group(&server, "Other"));
    let (makes_admins, makes_supers) = (group(&server, "Admins"), group(&server, "Supers"));
    assign(&server, &format!("/groups/{makes_admins}"), "READ_ONLY_ADMIN");
    assign(&server, &format!("/groups/{makes_supers}"), "SUPER_ADMIN");
    let member = server.staged_in("member", &[&target]);
    for (role, admin) in admins(&server, &target) {
        for makes in [&makes_admins, &makes_supers] {
            if matches!(role, Role::UserAdmin | Role::HelpDeskAdmin | Role::GroupMembershipAdmin) {
                let path = format!("/users/{}/roles", admin.person.id);
                let id = server.get(&path).ok()[0]["id"].as_str().unwrap().to_owned();
                let put = format!("/api/v1{path}/{id}/targets/groups/{makes}");
                assert_eq!(server.request("PUT", &put).send().status, 204);
            }
        }
        for (id, in_target, carries) in [
            (&target, true, false),
            (&other, role == Role::OrgAdmin, false),
            (&makes_admins, true, true),
            (&makes_supers, true, true),
        ] {
            server.pass(60);
            let allowed = |permission| match reach(role, permission) {
                None => false,
                Some(Reach::Everywhere) => true,
                Some(Reach::Targets) => in_target,
                Some(Reach::BelowSuper | Reach::Ordinary) => in_target && !carries,
            };
            let sees = allowed(P::GroupsRead);
            let sees_any = reach(role, P::GroupsRead).is_some();
            let path = format!("/groups/{id}");
            let whole = server.get(&path).ok();
            let body = json!({"profile": {"name": whole["profile"]["name"]}});
            let members = format!("{path}/users/{}", member.id);
            for (permission, method, path, body) in [
                (P::GroupsRead, "GET", &path, None),
                (P::GroupsRead, "GET", &format!("{path}/users"), None),
                (P::GroupsManage, "PUT", &path, Some(&body)),
                (P::GroupsMembersManage, "PUT", &members, None),
                (P::GroupsMembersManage, "DELETE", &members, None),
            ] {
                let answer = server.by(&admin.token, method, path, body);
                let told = format!("{role:?} {method} {path} {in_target} {carries}");
                judge(&answer, &told, allowed(permission), sees, sees_any);
                if method == "DELETE" && *id == target {
                    server.join(&target, &member);
                }
            }
        }
    }
}

/// R1: apps within the targets, outside of them, and those of the one kind that a role is for.
/// covers: getApplication, replaceApplication, listApplicationUsers, assignUserToApplication, listApplications
#[test]
fn every_role_does_to_apps_what_the_table_says() {
    let server = Server::start();
    let target = group(&server, "Target");
    let apps = [
        app(&server, "Link", "BOOKMARK"),
        app(&server, "Client", "OPENID_CONNECT"),
    ];
    let member = server.staged_in("member", &[&target]);
    for (role, admin) in admins(&server, &target) {
        let mut seen = Vec::new();
        for (n, id) in apps.iter().enumerate() {
            server.pass(60);
            let in_target = match role {
                Role::AppAdmin => n == 0,
                Role::ApiAccessManagementAdmin => n == 1,
                _ => true,
            };
            let allowed = |permission| match reach(role, permission) {
                None => false,
                Some(Reach::Everywhere) => true,
                Some(_) => in_target,
            };
            let (sees, sees_any) = (allowed(P::AppsRead), reach(role, P::AppsRead).is_some());
            if sees {
                seen.push(id.clone());
            }
            let path = format!("/apps/{id}");
            let assignment = json!({"id": member.id});
            for (permission, method, path, body) in [
                (P::AppsRead, "GET", &path, None),
                (P::AppsRead, "GET", &format!("{path}/users"), None),
                (P::AppsRead, "GET", &format!("{path}/groups"), None),
                (P::AppsManage, "PUT", &path, Some(&json!({"label": ""}))),
                (
                    P::AppsAssignmentManage,
                    "POST",
                    &format!("{path}/users"),
                    Some(&assignment),
                ),
                (
                    P::SchemasManage,
                    "POST",
                    &format!("/meta/schemas{path}/default"),
                    Some(&json!({})),
                ),
            ] {
                let answer = server.by(&admin.token, method, path, body);
                let told = format!("{role:?} {method} {path} {in_target}");
                judge(&answer, &told, allowed(permission), sees, sees_any);
                server.delete(&format!("/apps/{id}/users/{}", member.id));
            }
        }
        let list = admin.get(&server, "/apps");
        if reach(role, P::AppsRead).is_some() {
            assert_eq!(super::ids(&list.ok()), seen, "{role:?}");
        } else {
            super::forbidden(&list);
        }
    }
}

/// Whatever a client is registered with, it is answered.
/// covers: createApplication
#[test]
fn a_client_with_odd_credentials_is_answered() {
    let server = Server::start();
    for (n, credentials) in [json!("x"), json!({"oauthClient": 7}), json!(null), json!([])]
        .into_iter()
        .enumerate()
    {
        let body = json!({
            "label": format!("Client {n}"), "signOnMode": "OPENID_CONNECT", "credentials": credentials,
            "settings": {"oauthClient": {"grant_types": ["client_credentials"]}},
        });
        let answer = server.post("/apps", &body);
        assert!(answer.status < 500, "{}", answer.told());
    }
}

/// R1: what is about nobody in particular.
/// covers: addGroup, listLogEvents, listUserTypes, createUserType, getUserSchema, updateUserProfile, listUsers, listGroups
/// covers: createLinkedObjectDefinition, listLinkedObjectDefinitions, createApplication, createUser, listUsersWithRoleAssignments
#[test]
fn every_role_does_to_the_organization_what_the_table_says() {
    let server = Server::start();
    let target = group(&server, "Target");
    let nothing = json!({});
    for (role, admin) in admins(&server, &target) {
        server.pass(60);
        let has = |permission| reach(role, permission).is_some();
        let everywhere = |permission| {
            let is_whole = !matches!(
                role,
                Role::UserAdmin
                    | Role::HelpDeskAdmin
                    | Role::GroupMembershipAdmin
                    | Role::AppAdmin
                    | Role::ApiAccessManagementAdmin
            );
            reach(role, permission).is_some_and(|reach| reach == Reach::Everywhere || is_whole)
        };
        for (wanted, method, path, body) in [
            (has(P::UsersRead), "GET", "/users", None),
            (has(P::GroupsRead), "GET", "/groups", None),
            (everywhere(P::UsersCreate), "POST", "/users", Some(&nothing)),
            (everywhere(P::GroupsCreate), "POST", "/groups", Some(&nothing)),
            (everywhere(P::LogsRead), "GET", "/logs", None),
            (everywhere(P::UserTypesRead), "GET", "/meta/types/user", None),
            (
                everywhere(P::UserTypesManage),
                "POST",
                "/meta/types/user",
                Some(&nothing),
            ),
            (everywhere(P::SchemasRead), "GET", "/meta/schemas/user/default", None),
            (
                everywhere(P::SchemasManage),
                "POST",
                "/meta/schemas/user/default",
                Some(&nothing),
            ),
            (
                everywhere(P::LinkedObjectsRead),
                "GET",
                "/meta/schemas/user/linkedObjects",
                None,
            ),
            (everywhere(P::RolesRead), "GET", "/iam/assignees/users", None),
            (everywhere(P::TemplatesRead), "GET", "/templates/sms", None),
            (everywhere(P::TemplatesManage), "POST", "/templates/sms", Some(&nothing)),
        ] {
            let answer = server.by(&admin.token, method, path, body);
            judge(&answer, &format!("{role:?} {method} {path}"), wanted, true, true);
        }
    }
}
