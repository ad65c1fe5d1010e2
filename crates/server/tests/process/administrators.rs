//! Restricted administrators on both databases, and super administrators who turn on each other (R1, R2, R8, R9).

use serde_json::{Value, json};

use crate::harness::crowd::many_at_once;
use crate::harness::people::{self, profile};
use crate::harness::{Backend, Client, Home, Server};

fn group(client: &Client, name: &str) -> String {
    let made = client
        .post("/api/v1/groups", &json!({ "profile": { "name": name } }))
        .expect_ok();
    made["id"].as_str().unwrap().to_owned()
}

/// Somebody who waits to be activated, in a group.
fn staged(client: &Client, login: &str, group: &str) -> String {
    let body = json!({ "profile": profile(login), "groupIds": [group] });
    people::create(client, "?activate=false", &body)
}

/// Gives a role, and narrows it.
fn give(client: &Client, holder: &str, role: &str, targets: &[&str]) -> String {
    let path = format!("/api/v1/{holder}/roles");
    let answer = client.post(&path, &json!({ "type": role }));
    assert_eq!(answer.status, 201);
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    for target in targets {
        put(client, &format!("{path}/{id}/targets/groups/{target}"));
    }
    id
}

fn put(client: &Client, path: &str) {
    let answer = client.send("PUT", path, None);
    assert!(answer.status < 300, "{path}: {:?}", answer.verdict());
}

/// A token of somebody, made on the command line.
fn token(home: &Home, user: &str) -> String {
    let secret = home.run(["token", "create", "--name", "test", "--user", user]);
    secret.expect_success().trim().to_owned()
}

fn ids(list: &[Value]) -> Vec<&str> {
    list.iter().map(|entry| entry["id"].as_str().unwrap()).collect()
}

/// R1, R2: a help desk with a target does to each kind of user what the table says, and sees nobody else on any page.
fn a_help_desk_keeps_to_its_targets(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let root = server.client();
    let (target, other) = (group(&root, "Target"), group(&root, "Other"));
    let inside: Vec<String> = (0..7)
        .map(|n| staged(&root, &format!("in{n}@example.com"), &target))
        .collect();
    let outside: Vec<String> = (0..7)
        .map(|n| staged(&root, &format!("out{n}@example.com"), &other))
        .collect();
    give(&root, &format!("users/{}", inside[5]), "READ_ONLY_ADMIN", &[]);
    give(&root, &format!("users/{}", inside[6]), "SUPER_ADMIN", &[]);
    let helper = people::create_active(&root, "helper@example.com", "tlpWENT2m");
    give(&root, &format!("users/{helper}"), "HELP_DESK_ADMIN", &[&target]);
    let desk = server.client_with(Some(&token(&home, &helper)));
    let step = |id: &str, step: &str| desk.act(&format!("/api/v1/users/{id}/lifecycle/{step}"));
    for id in &inside {
        assert_eq!(people::read(&desk, id)["id"], id.as_str());
        step(id, "suspend").expect_refusal(403, "E0000006");
    }
    for id in &inside[..5] {
        step(id, "reset_factors").expect_ok();
    }
    for id in &inside[5..] {
        step(id, "reset_factors").expect_refusal(403, "E0000006");
    }
    for id in &outside {
        desk.get(&format!("/api/v1/users/{id}")).expect_refusal(404, "E0000007");
        step(id, "reset_factors").expect_refusal(404, "E0000007");
    }
    for list in [
        "?limit=2",
        "?search=status+eq+%22STAGED%22&limit=3",
        "?search=profile.lastName+sw+%22B%22&sortBy=profile.login&limit=2",
        "?filter=status+eq+%22STAGED%22&limit=200",
    ] {
        let found = desk.all(&format!("/api/v1/users{list}"));
        assert_eq!(ids(&found), inside, "{list}");
    }
    assert_eq!(ids(&desk.all("/api/v1/groups?limit=1")), [target.as_str()]);
    server.stop();
}

#[test]
fn a_help_desk_keeps_to_its_targets_on_sqlite() {
    a_help_desk_keeps_to_its_targets(Backend::Sqlite);
}

#[test]
fn a_help_desk_keeps_to_its_targets_on_postgres() {
    a_help_desk_keeps_to_its_targets(Backend::Postgres);
}

/// R8: super administrators who take each other's access away at the same moment, each in another way, leave one.
fn those_who_turn_on_each_other_leave_one(backend: Backend) {
    const SUPERS: usize = 8;
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let root = server.client();
    let heirs = group(&root, "Heirs");
    let mut people = Vec::new();
    for n in 0..SUPERS {
        let id = people::create_active(&root, &format!("super{n}@example.com"), "tlpWENT2m");
        let role = if n % 2 == 0 {
            Some(give(&root, &format!("users/{id}"), "SUPER_ADMIN", &[]))
        } else {
            put(&root, &format!("/api/v1/groups/{heirs}/users/{id}"));
            None
        };
        people.push((id, role));
    }
    give(&root, &format!("groups/{heirs}"), "SUPER_ADMIN", &[]);
    let tokens: Vec<String> = people.iter().map(|(id, _)| token(&home, id)).collect();
    let own = people::read(&root, "me")["id"].as_str().unwrap().to_owned();
    root.act(&format!("/api/v1/users/{}/lifecycle/suspend", people[0].0))
        .expect_ok();
    root.act(&format!("/api/v1/users/{}/lifecycle/unsuspend", people[0].0))
        .expect_ok();
    let first = server.client_with(Some(&tokens[0]));
    first
        .act(&format!("/api/v1/users/{own}/lifecycle/deactivate"))
        .expect_ok();
    let verdicts = many_at_once(SUPERS, |n| {
        let client = server.client_with(Some(&tokens[n]));
        let (id, role) = &people[(n + 1) % SUPERS];
        let user = format!("/api/v1/users/{id}");
        let answer = match (n % 4, role) {
            (0 | 1, Some(role)) => client.delete(&format!("{user}/roles/{role}")),
            (0, None) => client.delete(&format!("/api/v1/groups/{heirs}/users/{id}")),
            (2, _) => client.act(&format!("{user}/lifecycle/suspend")),
            _ => client.act(&format!("{user}/lifecycle/deactivate")),
        };
        answer.verdict()
    });
    // A token whose owner has just lost the role, or the access, is refused; the rest got through, or would have been the last.
    for (status, code) in &verdicts {
        let expected = *status < 300 || ["E0000006", "E0000011"].contains(&code.as_str());
        assert!(expected, "{verdicts:?}");
    }
    let able = tokens.iter().filter(|token| {
        let client = server.client_with(Some(token));
        client.get("/api/v1/iam/assignees/users").status == 200
    });
    assert!(able.count() >= 1, "{verdicts:?}");
    server.stop();
}

#[test]
fn those_who_turn_on_each_other_leave_one_on_sqlite() {
    those_who_turn_on_each_other_leave_one(Backend::Sqlite);
}

#[test]
fn those_who_turn_on_each_other_leave_one_on_postgres() {
    those_who_turn_on_each_other_leave_one(Backend::Postgres);
}

/// R9: a role, a target or a membership that is changed through one server counts for the next call to the other.
#[test]
fn rights_change_on_both_servers_at_once() {
    let Some(home) = Home::new(Backend::Postgres) else {
        return;
    };
    let servers = [home.start(), home.start_another()];
    let root = servers[0].client();
    let (target, carrier) = (group(&root, "Target"), group(&root, "Carrier"));
    let inside = staged(&root, "inside@example.com", &target);
    let helper = people::create_active(&root, "helper@example.com", "tlpWENT2m");
    let desk = servers[1].client_with(Some(&token(&home, &helper)));
    let path = format!("/api/v1/users/{inside}");
    desk.get(&path).expect_refusal(403, "E0000006");
    let role = give(&root, &format!("users/{helper}"), "HELP_DESK_ADMIN", &[&target]);
    desk.get(&path).expect_ok();
    root.delete(&format!("/api/v1/groups/{target}/users/{inside}"));
    desk.get(&path).expect_refusal(404, "E0000007");
    put(&root, &format!("/api/v1/groups/{target}/users/{inside}"));
    desk.act(&format!("{path}/lifecycle/reset_factors")).expect_ok();
    give(&root, &format!("users/{inside}"), "REPORT_ADMIN", &[]);
    desk.act(&format!("{path}/lifecycle/reset_factors"))
        .expect_refusal(403, "E0000006");
    root.delete(&format!("/api/v1/users/{helper}/roles/{role}"));
    desk.get(&path).expect_refusal(403, "E0000006");
    give(&root, &format!("groups/{carrier}"), "READ_ONLY_ADMIN", &[]);
    put(&root, &format!("/api/v1/groups/{carrier}/users/{helper}"));
    desk.get(&path).expect_ok();
    root.delete(&format!("/api/v1/groups/{carrier}"));
    desk.get(&path).expect_refusal(403, "E0000006");
    servers.into_iter().for_each(Server::stop);
}
