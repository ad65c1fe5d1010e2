//! Many callers at one user: some order explains what they are told and what is left, and nothing acknowledged is lost.

use std::cell::Cell;
use std::collections::HashSet;

use denizen_domain::user::Status;
use denizen_domain::user::lifecycle::Action;
use denizen_domain::user::lifecycle_model::{Model, expected};
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::harness::crowd::many_at_once;
use crate::harness::people::{self, profile};
use crate::harness::{Backend, Client, Home};

const CROWD: usize = 16;
const PASSWORD: &str = "Orbit-1-zebra";

/// One of many suspensions wins; the others find a suspended user.
fn one_of_many_suspensions_wins(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let id = people::create_provisioned(&server.client(), "suspended@example.com");
    let path = format!("/api/v1/users/{id}/lifecycle/suspend");
    let verdicts = many_at_once(CROWD, |_| server.client().act(&path).verdict());
    let won = verdicts.iter().filter(|verdict| verdict.0 == 200).count();
    let refused = verdicts
        .iter()
        .filter(|verdict| **verdict == (400, "E0000001".to_owned()))
        .count();
    assert_eq!((won, refused), (1, CROWD - 1), "{verdicts:?}");
    assert_eq!(people::read(&server.client(), &id)["status"], "SUSPENDED");
    let events = people::events(&server.client(), &id);
    assert_eq!(people::count(&events, "user.lifecycle.suspend"), 1, "{events:?}");
    server.stop();
}

#[test]
fn one_of_many_suspensions_wins_on_sqlite() {
    one_of_many_suspensions_wins(Backend::Sqlite);
}

#[test]
fn one_of_many_suspensions_wins_on_postgres() {
    one_of_many_suspensions_wins(Backend::Postgres);
}

/// What callers do to one user at once.
const DEEDS: [Action; 10] = [
    Action::Suspend,
    Action::Suspend,
    Action::Unsuspend,
    Action::Unsuspend,
    Action::Deactivate,
    Action::Activate,
    Action::ResetPassword,
    Action::ExpirePassword,
    Action::UpdateProfile,
    Action::UpdateProfile,
];

fn perform(client: &Client, id: &str, action: Action, number: usize) -> bool {
    let answer = match action {
        Action::UpdateProfile => {
            let body = json!({ "profile": { "nickName": format!("nick {number}") } });
            client.post(&format!("/api/v1/users/{id}"), &body)
        }
        Action::Activate | Action::ResetPassword => client.act(&format!(
            "/api/v1/users/{id}/lifecycle/{}?sendEmail=false",
            action.as_str()
        )),
        _ => client.act(&format!("/api/v1/users/{id}/lifecycle/{}", action.as_str())),
    };
    assert!(matches!(answer.status, 200 | 400 | 403 | 404), "{answer:?}");
    answer.status == 200
}

/// Whether deeds with these answers, each kind so many times, lead from a state to a status in some order.
fn explained(from: &Model, deeds: &[(Action, bool, usize)], left: Status, seen: &mut HashSet<String>) -> bool {
    if deeds.iter().all(|(.., times)| *times == 0) {
        return from.status == left;
    }
    if !seen.insert(format!("{from:?} {deeds:?}")) {
        return false;
    }
    deeds.iter().enumerate().any(|(place, (action, done, times))| {
        let next = match expected(*from, *action) {
            Ok(next) if *done && *times > 0 => next,
            Err(_) if !*done && *times > 0 => *from,
            _ => return false,
        };
        let mut rest = deeds.to_vec();
        rest[place].2 -= 1;
        explained(&next, &rest, left, seen)
    })
}

fn counted(deeds: &[(Action, bool)]) -> Vec<(Action, bool, usize)> {
    let mut counted: Vec<(Action, bool, usize)> = Vec::new();
    for (action, done) in deeds {
        match counted.iter_mut().find(|(a, d, _)| (a, d) == (action, done)) {
            Some((.., times)) => *times += 1,
            None => counted.push((*action, *done, 1)),
        }
    }
    counted
}

/// C1, C8: whatever many callers are told, some order of their deeds explains it, and the log tells of each that was done.
fn some_order_explains_a_crowd(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let client = server.client();
    let crowds = Cell::new(0);
    let config = Config {
        cases: 8,
        max_shrink_iters: 30,
        failure_persistence: None,
        ..Config::default()
    };
    let deeds = proptest::collection::vec(proptest::sample::select(&DEEDS[..]), CROWD);
    let outcome = TestRunner::new(config).run(&deeds, |deeds| {
        crowds.set(crowds.get() + 1);
        let id = people::create_active(&client, &format!("crowd{}@example.com", crowds.get()), PASSWORD);
        let done = many_at_once(CROWD, |n| perform(&server.client(), &id, deeds[n], n));
        let told: Vec<(Action, bool)> = deeds.into_iter().zip(done).collect();
        let left = people::read(&client, &id)["status"]
            .as_str()
            .and_then(Status::parse)
            .unwrap();
        let from = Model::newborn(true, true, false);
        assert!(
            explained(&from, &counted(&told), left, &mut HashSet::new()),
            "{told:?} left {left}"
        );
        let events = people::events(&client, &id);
        let acknowledged = told.iter().filter(|(_, done)| *done).count();
        // Two tell of the user's beginning: created and activated.
        assert_eq!(events.len(), acknowledged + 2, "{told:?} left {events:?}");
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    server.stop();
}

#[test]
fn some_order_explains_a_crowd_on_sqlite() {
    some_order_explains_a_crowd(Backend::Sqlite);
}

#[test]
fn some_order_explains_a_crowd_on_postgres() {
    some_order_explains_a_crowd(Backend::Postgres);
}

/// The search for an order must be able to fail.
#[test]
fn no_order_explains_two_suspensions_without_a_return() {
    let from = Model::newborn(true, true, false);
    let twice = counted(&[(Action::Suspend, true), (Action::Suspend, true)]);
    assert!(!explained(&from, &twice, Status::Suspended, &mut HashSet::new()));
    let back = counted(&[
        (Action::Suspend, true),
        (Action::Suspend, true),
        (Action::Unsuspend, true),
    ]);
    assert!(explained(&from, &back, Status::Suspended, &mut HashSet::new()));
    assert!(!explained(&from, &back, Status::Active, &mut HashSet::new()));
}

/// Attributes that one caller each writes.
const ATTRIBUTES: [&str; CROWD] = [
    "nickName",
    "middleName",
    "honorificPrefix",
    "honorificSuffix",
    "title",
    "displayName",
    "userType",
    "employeeNumber",
    "costCenter",
    "organization",
    "division",
    "department",
    "managerId",
    "manager",
    "city",
    "state",
];
const REWRITES: usize = 3;

/// D1: every acknowledged write of an attribute is there, whatever others write, and whoever suspends the user meanwhile.
fn no_update_is_lost(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let id = people::create_provisioned(&server.client(), "updated@example.com");
    let path = format!("/api/v1/users/{id}");
    let write = |name: &str| {
        let client = server.client();
        for round in 1..=REWRITES {
            let body = json!({ "profile": { name: format!("{name} {round}") } });
            client.post(&path, &body).expect_ok();
        }
    };
    let suspend = || {
        let client = server.client();
        for _ in 0..REWRITES {
            client.act(&format!("{path}/lifecycle/suspend")).expect_ok();
            client.act(&format!("{path}/lifecycle/unsuspend")).expect_ok();
        }
    };
    many_at_once(CROWD + 1, |n| {
        ATTRIBUTES.get(n).map_or_else(suspend, |name| write(name))
    });
    let user = people::read(&server.client(), &id);
    assert_eq!(user["status"], "PROVISIONED");
    for name in ATTRIBUTES {
        assert_eq!(user["profile"][name], format!("{name} {REWRITES}"), "{user}");
    }
    let events = people::events(&server.client(), &id);
    assert_eq!(people::count(&events, "user.account.update_profile"), CROWD * REWRITES);
    server.stop();
}

#[test]
fn no_update_is_lost_on_sqlite() {
    no_update_is_lost(Backend::Sqlite);
}

#[test]
fn no_update_is_lost_on_postgres() {
    no_update_is_lost(Backend::Postgres);
}

/// One login, written differently each time.
fn variant(number: usize) -> String {
    let letters = [["i", "I", "í", "Í"], ["s", "S", "ś", "Ś"], ["a", "A", "ä", "À"]];
    let name: String = (0..3)
        .map(|place| letters[place][(number >> (2 * place)) & 3])
        .collect();
    format!("{name}ac.Brock@example.com")
}

/// D3: of many users with one login, written in many ways, one comes to be.
fn a_login_is_given_once(backend: Backend) {
    const NEWCOMERS: usize = 50;
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let verdicts = many_at_once(NEWCOMERS, |n| {
        let body = json!({ "profile": profile(&variant(n)) });
        server.client().post("/api/v1/users?activate=false", &body).verdict()
    });
    let won = verdicts.iter().filter(|verdict| verdict.0 == 200).count();
    let refused = verdicts
        .iter()
        .filter(|verdict| **verdict == (400, "E0000001".to_owned()))
        .count();
    assert_eq!((won, refused), (1, NEWCOMERS - 1), "{verdicts:?}");
    let client = server.client();
    let found = client.all("/api/v1/users?search=profile.lastName+eq+%22Brock%22");
    assert_eq!(found.len(), 1, "{found:?}");
    let created = client.all("/api/v1/logs?filter=eventType+eq+%22user.lifecycle.create%22");
    // The other one tells of the first administrator.
    assert_eq!(created.len(), 2, "{created:?}");
    server.stop();
}

#[test]
fn a_login_is_given_once_on_sqlite() {
    a_login_is_given_once(Backend::Sqlite);
}

#[test]
fn a_login_is_given_once_on_postgres() {
    a_login_is_given_once(Backend::Postgres);
}
