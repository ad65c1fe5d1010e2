//! Attempts to get more rights than one has, and to keep those that were taken.

use serde_json::json;

use super::{FORBIDDEN, forbidden, ids};
use crate::roles::{assign, group, user_path};
use crate::server::{Server, profile};

const LAST: &str = "The organization must keep a super administrator who can act.";

/// R3: nobody but super administrators gives roles, to themselves least of all.
/// covers: assignRoleToUser, assignRoleToGroup, unassignRoleFromUser, assignGroupTargetToUserRole
#[test]
fn nobody_grants_themselves_anything() {
    let server = Server::start();
    let target = group(&server, "Target");
    for role in [
        "ORG_ADMIN",
        "USER_ADMIN",
        "HELP_DESK_ADMIN",
        "GROUP_MEMBERSHIP_ADMIN",
        "READ_ONLY_ADMIN",
    ] {
        let admin = server.admin(&role.to_lowercase(), &[role], &[&target]);
        let own = user_path(&admin.person);
        for granted in ["SUPER_ADMIN", role, "REPORT_ADMIN"] {
            let body = json!({"type": granted});
            for holder in [own.as_str(), "/users/me", &format!("/groups/{target}")] {
                forbidden(&admin.post(&server, &format!("{holder}/roles"), &body));
            }
        }
        let held = server.get(&format!("{own}/roles")).ok();
        let id = held[0]["id"].as_str().unwrap();
        forbidden(&admin.delete(&server, &format!("{own}/roles/{id}")));
        let wider = group(&server, &format!("Wider {role}"));
        forbidden(&admin.put(&server, &format!("{own}/roles/{id}/targets/groups/{wider}")));
        forbidden(&admin.delete(&server, &format!("{own}/roles/{id}/targets/groups/{target}")));
        assert_eq!(server.get(&format!("{own}/roles")).ok(), held);
    }
}

/// R4: nor by a group that gives roles: not by joining it, not by letting others in, not by creating somebody in it, not by
/// turning it into another one.
/// covers: assignUserToGroup, unassignUserFromGroup, createUser, replaceGroup, deleteGroup
#[test]
fn groups_that_give_roles_are_closed() {
    let server = Server::start();
    let (target, closed) = (group(&server, "Target"), group(&server, "Closed"));
    assign(&server, &format!("/groups/{closed}"), "HELP_DESK_ADMIN");
    let member = server.staged_in("member", &[&target]);
    for role in ["ORG_ADMIN", "USER_ADMIN", "GROUP_MEMBERSHIP_ADMIN"] {
        for (kind, targets) in [("wide", vec![]), ("narrow", vec![target.as_str(), closed.as_str()])] {
            let admin = server.admin(&format!("{kind}.{}", role.to_lowercase()), &[role], &targets);
            server.join(&target, &admin.person);
            for person in [&member, &admin.person] {
                forbidden(&admin.put(&server, &format!("/groups/{closed}/users/{}", person.id)));
                forbidden(&admin.delete(&server, &format!("/groups/{closed}/users/{}", person.id)));
            }
            let body = json!({"profile": profile(&format!("new.{kind}.{role}")), "groupIds": [closed]});
            forbidden(&admin.post(&server, "/users", &body));
            let body = json!({"profile": {"name": "Open"}});
            forbidden(&server.by(&admin.token, "PUT", &format!("/groups/{closed}"), Some(&body)));
            forbidden(&admin.delete(&server, &format!("/groups/{closed}")));
        }
    }
    assert_eq!(
        ids(&server.get(&format!("/groups/{closed}/users")).ok()),
        Vec::<String>::new()
    );
}

/// R4: a group that comes to give roles closes at once, for those who look after it too; whoever is let in by a super
/// administrator holds its roles from the next call on (R9).
/// covers: assignUserToGroup, getUser
#[test]
fn a_group_closes_when_it_begins_to_give_roles() {
    let server = Server::start();
    let (target, ward) = (group(&server, "Target"), group(&server, "Ward"));
    let keeper = server.admin("keeper", &["USER_ADMIN"], &[&target]);
    let member = server.staged_in("member", &[&target, &ward]);
    let helper = server.admin("helper", &[], &[]);
    let path = format!("/groups/{target}/users/{}", member.id);
    keeper.put(&server, &path).no_content();
    let given = assign(&server, &format!("/groups/{target}"), "HELP_DESK_ADMIN");
    forbidden(&keeper.put(&server, &path));
    // Every member is an administrator now, and so above whoever looks after groups.
    forbidden(&keeper.act(&server, &format!("/users/{}/lifecycle/suspend", member.id)));
    forbidden(&helper.get(&server, "/users"));
    server.join(&target, &helper.person);
    let id = given["id"].as_str().unwrap();
    let narrowed = format!("/api/v1/groups/{target}/roles/{id}/targets/groups/{ward}");
    assert!(server.request("PUT", &narrowed).send().status < 300);
    assert_eq!(ids(&helper.get(&server, "/users").ok()), [member.id.as_str()]);
    let left = format!("/groups/{target}/users/{}", helper.person.id);
    server.delete(&left).no_content();
    forbidden(&helper.get(&server, "/users"));
}

/// R6: to let somebody into groups or to change their profile is no right to their factors and passwords.
/// covers: resetFactors, resetPassword, expirePasswordWithTempPassword
#[test]
fn the_right_to_reset_is_a_right_of_its_own() {
    let server = Server::start();
    let target = group(&server, "Target");
    let member = server.active("member");
    server.join(&target, &member);
    for role in ["GROUP_MEMBERSHIP_ADMIN", "APP_ADMIN", "READ_ONLY_ADMIN", "MOBILE_ADMIN"] {
        let targets: &str = if role == "APP_ADMIN" { "bookmark" } else { &target };
        let admin = server.admin(&role.to_lowercase(), &[role], &[targets]);
        for step in [
            "reset_factors",
            "reset_password?sendEmail=false",
            "expire_password",
            "expire_password_with_temp_password",
        ] {
            forbidden(&admin.act(&server, &format!("/users/{}/lifecycle/{step}", member.id)));
        }
    }
    assert_eq!(server.status(&member), "ACTIVE");
    let helper = server.admin("helper", &["HELP_DESK_ADMIN"], &[&target]);
    helper
        .act(&server, &format!("/users/{}/lifecycle/reset_factors", member.id))
        .ok();
}

/// R7: a role whose targets go never reaches more than before.
/// covers: unassignGroupTargetFromUserAdminRole, deleteGroup, listUsers
#[test]
fn a_role_without_its_targets_reaches_nobody() {
    let server = Server::start();
    let (target, other) = (group(&server, "Target"), group(&server, "Other"));
    let (inside, outside) = (
        server.staged_in("inside", &[&target]),
        server.staged_in("outside", &[&other]),
    );
    let admin = server.admin("helper", &["HELP_DESK_ADMIN"], &[&target]);
    assert_eq!(ids(&admin.get(&server, "/users").ok()), [inside.id.as_str()]);
    let own = user_path(&admin.person);
    let id = server.get(&format!("{own}/roles")).ok()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let answer = server.delete(&format!("{own}/roles/{id}/targets/groups/{target}"));
    assert!(answer.status >= 400, "the last target stays: {}", answer.told());
    server.delete(&format!("/groups/{target}")).no_content();
    assert_eq!(ids(&admin.get(&server, "/users").ok()), Vec::<String>::new());
    for person in [&inside, &outside] {
        admin
            .get(&server, &format!("/users/{}", person.id))
            .unknown_user(&person.id);
    }
}

/// R8: the last super administrator keeps the role, however it is to be taken.
/// covers: unassignRoleFromUser, unassignRoleFromGroup, unassignUserFromGroup, deleteGroup
#[test]
fn the_last_super_administrator_keeps_the_role() {
    let server = Server::start();
    let heirs = group(&server, "Heirs");
    let given = assign(&server, &format!("/groups/{heirs}"), "SUPER_ADMIN");
    let own = server.get("/users/me/roles").ok();
    let (own, given) = (own[0]["id"].as_str().unwrap(), given["id"].as_str().unwrap());
    let refused = |path: &str| server.delete(path).refused(403, "E0000006", FORBIDDEN, &[LAST]);
    refused(&format!("/users/me/roles/{own}"));
    let heir = server.admin("heir", &[], &[]);
    server.join(&heirs, &heir.person);
    heir.delete(&server, &format!("/users/admin@denizen.local/roles/{own}"))
        .no_content();
    for path in [
        format!("/groups/{heirs}/users/{}", heir.person.id),
        format!("/groups/{heirs}/roles/{given}"),
        format!("/groups/{heirs}"),
    ] {
        let answer = heir.delete(&server, &path);
        answer.refused(403, "E0000006", FORBIDDEN, &[LAST]);
    }
    // The other one has no role any more, and their token no power.
    forbidden(&server.get("/users"));
}

/// R9: a role or a target that comes or goes counts from the next call on.
/// covers: assignRoleToUser, unassignRoleFromUser, assignGroupTargetToUserRole
#[test]
fn rights_change_with_the_next_call() {
    let server = Server::start();
    let (target, other) = (group(&server, "Target"), group(&server, "Other"));
    let (inside, outside) = (
        server.staged_in("inside", &[&target]),
        server.staged_in("outside", &[&other]),
    );
    let admin = server.admin("helper", &[], &[]);
    let sees = |wanted: &[&str]| assert_eq!(ids(&admin.get(&server, "/users").ok()), wanted);
    forbidden(&admin.get(&server, "/users"));
    server.give(&admin.person, "HELP_DESK_ADMIN", &[&target]);
    sees(&[&inside.id]);
    let own = user_path(&admin.person);
    let id = server.get(&format!("{own}/roles")).ok()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let wider = format!("/api/v1{own}/roles/{id}/targets/groups/{other}");
    assert_eq!(server.request("PUT", &wider).send().status, 204);
    sees(&[&inside.id, &outside.id]);
    server
        .delete(&format!("{own}/roles/{id}/targets/groups/{target}"))
        .no_content();
    sees(&[&outside.id]);
    server.delete(&format!("{own}/roles/{id}")).no_content();
    forbidden(&admin.get(&server, "/users"));
    forbidden(&admin.get(&server, "/users/me"));
}
