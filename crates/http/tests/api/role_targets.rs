//! What roles are narrowed to, for users and groups alike: shapes, rules, and each refusal (contract: roles-and-targets §5,
//! §6).

use serde_json::{Value, json};

use crate::roles::{assign, group, user_path};
use crate::server::{PUBLIC_URL, Server};
use crate::wire::Answer;

const WRONG_ROLE: &str = "The provided role type was not the same as required role type.";
const NOBODY: &str = "00gAAAAAAAAAAAAAAAAA";

fn app(server: &Server, label: &str) -> Value {
    let body = json!({"label": label, "signOnMode": "BOOKMARK", "settings": {"app": {"url": "https://example.com"}}});
    server.post("/apps", &body).ok()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn put(server: &Server, path: &str) -> Answer {
    server.request("PUT", &format!("/api/v1{path}")).send()
}

/// A role of a user and the same one of a group: every rule holds for both.
fn holders(server: &Server, role: &str) -> [String; 2] {
    let person = server.active("isaac.brock");
    let admins = group(server, "Admins");
    [user_path(&person), format!("/groups/{admins}")].map(|holder| {
        let made = assign(server, &holder, role);
        format!("{holder}/roles/{}", text(&made["id"]))
    })
}

fn names(listed: &Value, member: &str) -> Vec<String> {
    let listed = listed.as_array().unwrap();
    listed.iter().map(|one| text(&one[member]).to_owned()).collect()
}

fn not_found(id: &str, kind: &str) -> String {
    format!("Not found: Resource not found: {id} ({kind})")
}

fn last_target(answer: &Answer) {
    let text =
        "target: The last target cannot be removed. To reach everything again, unassign the role and assign it anew";
    answer.refused(400, "E0000001", "Api validation failed: target", &[text]);
}

/// R7: the first target narrows, the last one stays, and unassigning is the way to widen.
/// covers: listGroupTargetsForRole, assignGroupTargetToUserRole, unassignGroupTargetFromUserAdminRole
/// covers: listGroupTargetsForGroupRole, assignGroupTargetToGroupAdminRole, unassignGroupTargetFromGroupAdminRole
#[test]
fn groups_narrow_a_role() {
    let server = Server::start();
    let (first, second) = (group(&server, "First"), group(&server, "Second"));
    for role in holders(&server, "HELP_DESK_ADMIN") {
        let targets = format!("{role}/targets/groups");
        assert_eq!(server.get(&targets).ok(), json!([]));
        server
            .delete(&format!("{targets}/{first}"))
            .refused(404, "E0000007", &not_found(&first, "UserGroup"), &[]);
        for _ in 0..2 {
            put(&server, &format!("{targets}/{first}")).no_content();
        }
        assert_eq!(
            server.get(&targets).ok(),
            json!([server.get(&format!("/groups/{first}")).ok()])
        );
        last_target(&server.delete(&format!("{targets}/{first}")));
        put(&server, &format!("{targets}/{second}")).no_content();
        server.delete(&format!("{targets}/{first}")).no_content();
        assert_eq!(names(&server.get(&targets).ok(), "id"), [second.as_str()]);
        last_target(&server.delete(&format!("{targets}/{second}")));
        server
            .delete(&format!("{targets}/{first}"))
            .refused(404, "E0000007", &not_found(&first, "UserGroup"), &[]);
        put(&server, &format!("{targets}/{NOBODY}")).refused(404, "E0000007", &not_found(NOBODY, "UserGroup"), &[]);

        let (holder, id) = role.rsplit_once("/roles/").unwrap();
        server.delete(&role).no_content();
        let gone = not_found(id, "RoleAssignment");
        for answer in [
            server.get(&targets),
            put(&server, &format!("{targets}/{first}")),
            server.delete(&format!("{targets}/{first}")),
        ] {
            answer.refused(404, "E0000007", &gone, &[]);
        }
        assign(&server, holder, "HELP_DESK_ADMIN");
        assert_eq!(server.get(&targets).ok(), json!([]), "it starts anew");
    }
}

/// covers: listApplicationTargetsForApplicationAdministratorRoleForUser, assignAppTargetToAdminRoleForUser
/// covers: unassignAppTargetFromAppAdminRoleForUser, assignAppInstanceTargetToAppAdminRoleForUser
/// covers: unassignAppInstanceTargetFromAdminRoleForUser
/// covers: listApplicationTargetsForApplicationAdministratorRoleForGroup, assignAppTargetToAdminRoleForGroup
/// covers: unassignAppTargetToAdminRoleForGroup, assignAppInstanceTargetToAppAdminRoleForGroup
/// covers: unassignAppInstanceTargetToAppAdminRoleForGroup, assignAllAppsAsTargetToRoleForUser
#[test]
fn apps_narrow_a_role() {
    let server = Server::start();
    let (one, two) = (app(&server, "One"), app(&server, "Two"));
    for role in holders(&server, "APP_ADMIN") {
        let of_group = role.starts_with("/groups");
        let targets = format!("{role}/targets/catalog/apps");
        let whole = |path: &str| {
            let answer = put(&server, path);
            if of_group {
                answer.empty();
            } else {
                answer.no_content();
            }
        };
        assert_eq!(server.get(&targets).ok(), json!([]));
        let instance = |app: &Value| format!("{targets}/bookmark/{}", text(&app["id"]));
        put(&server, &instance(&one)).no_content();
        last_target(&server.delete(&instance(&one)));
        put(&server, &instance(&two)).no_content();
        whole(&format!("{targets}/facebook"));
        let listed = server.get(&targets).ok();
        let shown = |app: &Value| {
            let href = format!("{PUBLIC_URL}/api/v1/apps/{}", text(&app["id"]));
            json!({"name": app["label"], "status": "ACTIVE", "id": app["id"], "_links": {"self": {"href": href}}})
        };
        assert_eq!((&listed[0], &listed[1]), (&shown(&one), &shown(&two)));
        assert_eq!(
            listed[2],
            json!({
                "name": "facebook", "displayName": "Facebook", "description": "Facebook", "status": "ACTIVE",
                "signOnModes": ["BROWSER_PLUGIN"],
                "_links": {"self": {"href": format!("{PUBLIC_URL}/api/v1/catalog/apps/facebook")}},
            })
        );
        // The whole app takes the place of its instances.
        whole(&format!("{targets}/bookmark"));
        assert_eq!(names(&server.get(&targets).ok(), "name"), ["facebook", "bookmark"]);
        let text_of = "target: The app is a target as a whole, so none of its instances can be one";
        put(&server, &instance(&one)).refused(400, "E0000001", "Api validation failed: target", &[text_of]);
        let gone = not_found(text(&one["id"]), "AppInstance");
        server.delete(&instance(&one)).refused(404, "E0000007", &gone, &[]);
        server.delete(&format!("{targets}/facebook")).no_content();
        last_target(&server.delete(&format!("{targets}/bookmark")));
        server.delete(&format!("{targets}/facebook")).refused(
            404,
            "E0000007",
            &not_found("facebook", "CatalogApplication"),
            &[],
        );

        put(&server, &format!("{targets}/no_such_app")).refused(
            404,
            "E0000007",
            &not_found("no_such_app", "CatalogApplication"),
            &[],
        );
        for unknown in ["0oaAAAAAAAAAAAAAAAAA", "x"] {
            put(&server, &format!("{targets}/bookmark/{unknown}")).refused(
                404,
                "E0000007",
                &not_found(unknown, "AppInstance"),
                &[],
            );
        }
        let other_kind = format!("{targets}/facebook/{}", text(&one["id"]));
        put(&server, &other_kind).refused(404, "E0000007", &gone, &[]);
        if of_group {
            put(&server, &targets).refused_as(405, "E0000022");
        } else {
            put(&server, &targets).empty();
            assert_eq!(server.get(&targets).ok(), json!([]), "everything again");
            put(&server, &instance(&one)).no_content();
        }
    }
}

/// Roles that are not to be narrowed, or not so, say so before they look at the target.
/// covers: assignGroupTargetToUserRole, assignAppTargetToAdminRoleForUser, assignAllAppsAsTargetToRoleForUser
#[test]
fn each_role_admits_its_own_kind_of_targets() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let target = group(&server, "Target");
    for role in [
        "SUPER_ADMIN",
        "ORG_ADMIN",
        "WORKFLOWS_ADMIN",
        "USER_ADMIN",
        "GROUP_MEMBERSHIP_ADMIN",
    ] {
        let made = assign(&server, &user_path(&person), role);
        let base = format!("{}/roles/{}/targets", user_path(&person), text(&made["id"]));
        let apps = format!("{base}/catalog/apps");
        let mut refused = vec![
            server.get(&apps),
            put(&server, &apps),
            put(&server, &format!("{apps}/no_such_app")),
            server.delete(&format!("{apps}/bookmark")),
            put(&server, &format!("{apps}/bookmark/none")),
            server.delete(&format!("{apps}/bookmark/none")),
        ];
        if !["USER_ADMIN", "GROUP_MEMBERSHIP_ADMIN"].contains(&role) {
            refused.push(server.get(&format!("{base}/groups")));
            refused.push(put(&server, &format!("{base}/groups/{target}")));
            refused.push(server.delete(&format!("{base}/groups/{NOBODY}")));
        }
        for answer in refused {
            answer.refused(400, "E0000091", WRONG_ROLE, &[]);
        }
    }
    let made = assign(&server, &user_path(&person), "APP_ADMIN");
    let path = format!("{}/roles/{}/targets/groups", user_path(&person), text(&made["id"]));
    server.get(&path).refused(400, "E0000091", WRONG_ROLE, &[]);
    put(&server, &format!("{path}/{target}")).refused(400, "E0000091", WRONG_ROLE, &[]);
    put(&server, &format!("/users/nobody/roles/x/targets/groups/{target}")).unknown_user("nobody");
    let foreign = format!("{}/roles/JBCUYUC7IRCVGS27IFCE2SKO/targets/groups", user_path(&person));
    let gone = not_found("JBCUYUC7IRCVGS27IFCE2SKO", "RoleAssignment");
    server.get(&foreign).refused(404, "E0000007", &gone, &[]);
}

/// covers: listGroupTargetsForRole, listApplicationTargetsForApplicationAdministratorRoleForUser
#[test]
fn targets_come_in_pages() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let made = assign(&server, &user_path(&person), "USER_ADMIN");
    let targets = format!("{}/roles/{}/targets/groups", user_path(&person), text(&made["id"]));
    let mut groups: Vec<String> = (0..25).map(|n| group(&server, &format!("Group {n}"))).collect();
    groups.reverse();
    for id in &groups {
        put(&server, &format!("{targets}/{id}")).no_content();
    }
    let first = server.get(&targets);
    assert_eq!(names(&first.ok(), "id"), groups[..20], "twenty where nothing is said");
    let links = first.all("link");
    assert!(
        links[0].contains("limit=20") && links[0].ends_with("rel=\"self\""),
        "{links:?}"
    );
    assert!(links[1].ends_with("rel=\"next\""), "{links:?}");
    let next = links[1].strip_prefix(&format!("<{PUBLIC_URL}/api/v1")).unwrap();
    let second = server.get(next.split_once('>').unwrap().0);
    assert_eq!(names(&second.ok(), "id"), groups[20..]);
    assert_eq!(second.all("link").len(), 1);
    assert_eq!(
        server
            .get(&format!("{targets}?limit=200"))
            .ok()
            .as_array()
            .unwrap()
            .len(),
        25
    );
    server.get(&format!("{targets}?limit=0")).refused_as(400, "E0000001");
    server.get(&format!("{targets}?limit=x")).refused_as(400, "E0000037");
    // D8: a cursor belongs to its list.
    server
        .get(&format!("{targets}?after=nonsense"))
        .refused_as(400, "E0000029");
    let other = server.active("other");
    let made = assign(&server, &user_path(&other), "USER_ADMIN");
    let cursor = next.split("after=").nth(1).unwrap().split(['&', '>']).next().unwrap();
    let path = format!("{}/roles/{}/targets/groups", user_path(&other), text(&made["id"]));
    server
        .get(&format!("{path}?after={cursor}"))
        .refused_as(400, "E0000029");
}

/// covers: listAssignedRolesForUser, listGroupAssignedRoles
#[test]
fn lists_of_roles_show_targets_on_demand() {
    let server = Server::start();
    let (target, one) = (group(&server, "Target"), app(&server, "One"));
    let person = server.active("isaac.brock");
    let admins = group(&server, "Admins");
    for holder in [user_path(&person), format!("/groups/{admins}")] {
        let apps = assign(&server, &holder, "APP_ADMIN");
        let desk = assign(&server, &holder, "HELP_DESK_ADMIN");
        assign(&server, &holder, "REPORT_ADMIN");
        put(
            &server,
            &format!("{holder}/roles/{}/targets/groups/{target}", text(&desk["id"])),
        )
        .no_content();
        let path = format!("{holder}/roles/{}/targets/catalog/apps", text(&apps["id"]));
        let groups = server.get(&format!("{holder}/roles?expand=targets/groups")).ok();
        let shown = server.get(&format!("/groups/{target}")).ok();
        assert_eq!(groups[1]["_embedded"], json!({"targets": {"groups": [shown]}}));
        assert!(
            groups[0].get("_embedded").is_none() && groups[2].get("_embedded").is_none(),
            "{groups}"
        );
        let unscoped = server
            .get(&format!("{holder}/roles?expand=targets%2Fcatalog%2Fapps"))
            .ok();
        assert_eq!(unscoped[0]["_embedded"], json!({"targets": {"catalog": {"apps": []}}}));
        put(&server, &format!("{path}/bookmark/{}", text(&one["id"]))).no_content();
        let narrowed = server.get(&format!("{holder}/roles?expand=targets/catalog/apps")).ok();
        let listed = server.get(&path).ok();
        assert_eq!(
            narrowed[0]["_embedded"],
            json!({"targets": {"catalog": {"apps": listed}}})
        );
        assert!(narrowed[1].get("_embedded").is_none(), "{narrowed}");
    }
}

/// R7, C5: what a role was narrowed to goes, and the role reaches nothing rather than everything.
/// covers: deleteGroup, deleteApplication
#[test]
fn a_target_that_is_deleted_never_widens() {
    let server = Server::start();
    let (target, one) = (group(&server, "Target"), app(&server, "One"));
    let person = server.active("isaac.brock");
    let holder = user_path(&person);
    let roles = ["HELP_DESK_ADMIN", "APP_ADMIN"].map(|role| text(&assign(&server, &holder, role)["id"]).to_owned());
    let (groups, apps) = (
        format!("{holder}/roles/{}/targets/groups", roles[0]),
        format!("{holder}/roles/{}/targets/catalog/apps", roles[1]),
    );
    put(&server, &format!("{groups}/{target}")).no_content();
    put(&server, &format!("{apps}/bookmark/{}", text(&one["id"]))).no_content();
    server.delete(&format!("/groups/{target}")).no_content();
    let own = format!("/apps/{}", text(&one["id"]));
    server.act(&format!("{own}/lifecycle/deactivate")).ok();
    server.delete(&own).no_content();
    assert_eq!(
        (server.get(&groups).ok(), server.get(&apps).ok()),
        (json!([]), json!([]))
    );
    let token = crate::server::run(server.directory.create_api_token(&person.id, "ci")).unwrap();
    let caller = crate::server::run(server.directory.authenticate(&token)).unwrap();
    assert_eq!(caller.grants.len(), 2);
    for grant in caller.grants.iter() {
        assert_ne!(grant.targets, denizen_domain::authority::Targets::All, "{grant:?}");
    }
    let other = group(&server, "Other");
    put(&server, &format!("{groups}/{other}")).no_content();
    last_target(&server.delete(&format!("{groups}/{other}")));
}

/// covers: getRoleTargetsByUserIdAndRoleId
#[test]
fn targets_are_told_by_resource_names() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let (holder, admins) = (user_path(&person), group(&server, "Admins"));
    server
        .put(&format!("/groups/{admins}/users/{}", person.id), &json!({}))
        .no_content();
    let (own, given) = (group(&server, "Own"), group(&server, "Given"));
    let id = "JBCUYUC7IRCVGS27IFCE2SKO";
    let path = format!("{holder}/roles/{id}/targets");
    server
        .get(&path)
        .refused(404, "E0000007", &not_found(id, "RoleAssignment"), &[]);
    for (to, target) in [(holder.clone(), &own), (format!("/groups/{admins}"), &given)] {
        assign(&server, &to, "HELP_DESK_ADMIN");
        put(&server, &format!("{to}/roles/{id}/targets/groups/{target}")).no_content();
    }
    let all = server.get(&path).ok();
    assert_eq!(names(&all, "assignmentType"), ["USER", "GROUP"]);
    let orn = text(&all[0]["orn"]);
    assert!(
        orn.starts_with("orn:okta:directory:00o") && orn.ends_with(&format!(":groups:{own}")),
        "{orn}"
    );
    let href = format!("{PUBLIC_URL}/api/v1/groups/{own}");
    assert_eq!(all[0]["_links"], json!({"self": {"href": href}}));
    let by_type = |kind: &str| server.get(&format!("{path}?assignmentType={kind}")).ok();
    assert_eq!((by_type("USER"), by_type("GROUP")), (json!([all[0]]), json!([all[1]])));
    server
        .get(&format!("{path}?assignmentType=CLIENT"))
        .refused_as(400, "E0000001");
    let first = server.get(&format!("{path}?limit=1&assignmentType="));
    assert_eq!(first.ok(), json!([all[0]]));
    let links = first.all("link");
    let next = links[1].strip_prefix(&format!("<{PUBLIC_URL}/api/v1")).unwrap();
    assert_eq!(server.get(next.split_once('>').unwrap().0).ok(), json!([all[1]]));
    assert_eq!(server.get(&format!("{holder}/roles/HELP_DESK_ADMIN/targets")).ok(), all);

    let one = app(&server, "One");
    let made = assign(&server, &holder, "APP_ADMIN");
    let path = format!("{holder}/roles/{}/targets", text(&made["id"]));
    assert_eq!(server.get(&path).ok(), json!([]));
    put(&server, &format!("{path}/catalog/apps/facebook")).no_content();
    put(&server, &format!("{path}/catalog/apps/bookmark/{}", text(&one["id"]))).no_content();
    let apps = server.get(&path).ok();
    let found: Vec<(String, String)> = apps
        .as_array()
        .unwrap()
        .iter()
        .map(|app| {
            let orn = text(&app["orn"]).split_once(":apps:").unwrap().1.to_owned();
            (
                orn,
                text(&app["_links"]["self"]["href"]).replace(&format!("{PUBLIC_URL}/api/v1"), ""),
            )
        })
        .collect();
    let id = text(&one["id"]);
    assert_eq!(
        found,
        [
            ("facebook".to_owned(), "/apps?filter=name+eq+%22facebook%22".to_owned()),
            (format!("bookmark:{id}"), format!("/apps/{id}")),
        ]
    );
}
