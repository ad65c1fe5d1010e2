//! Wrong passwords in a row are counted in the database: neither a restart nor a second server gives anybody more of them (L4).

use serde_json::json;

use crate::harness::crowd::many_at_once;
use crate::harness::people;
use crate::harness::{Backend, Home, Server};

const PASSWORD: &str = "Orbit-1-zebra";
/// The most that the policy may allow.
const MOST: usize = 100;
const SETTINGS: [(&str, &str); 1] = [("DENIZEN_PASSWORD__MAX_ATTEMPTS", "100")];

/// Guesses so many times at once, at each server in turn.
fn guess(servers: &[&Server], id: &str, times: usize) {
    let path = format!("/api/v1/users/{id}/credentials/change_password");
    let body = json!({ "oldPassword": { "value": "Not-It-1" }, "newPassword": { "value": "Orbit-2-zebra" } });
    let verdicts = many_at_once(times, |n| servers[n % servers.len()].client().post(&path, &body).status);
    assert!(verdicts.iter().all(|status| *status == 403), "{verdicts:?}");
}

/// How many failures are counted.
fn counted(home: &Home, login: &str) -> usize {
    let told = home.run(["user", "show", login]).expect_success();
    let line = told.lines().find(|line| line.starts_with("failedAttempts")).unwrap();
    line.split_whitespace().last().unwrap().parse().unwrap()
}

/// L4, L5: after the hundredth failure not even the right password is tried.
fn is_closed(servers: &[&Server], id: &str) {
    let path = format!("/api/v1/users/{id}/credentials/change_password");
    let body = json!({ "oldPassword": { "value": PASSWORD }, "newPassword": { "value": "Orbit-2-zebra" } });
    for server in servers {
        assert_eq!(people::read(&server.client(), id)["status"], "LOCKED_OUT");
        let refused = server.client().post(&path, &body);
        assert_eq!(refused.status, 403, "{refused:?}");
    }
}

/// L4: no 101st failure, over restarts, however the process ends.
fn a_restart_gives_no_further_guesses(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let mut server = home.start_with(&SETTINGS);
    let id = people::create_active(&server.client(), "guessed@example.com", PASSWORD);
    for (round, times) in [40, 40, 40].into_iter().enumerate() {
        guess(&[&server], &id, times);
        assert_eq!(counted(&home, "guessed@example.com"), MOST.min((round + 1) * 40));
        if round % 2 == 0 {
            server.kill();
        } else {
            server.stop();
        }
        server = home.start_with(&SETTINGS);
    }
    is_closed(&[&server], &id);
    assert_eq!(counted(&home, "guessed@example.com"), MOST);
    server.stop();
}

#[test]
fn a_restart_gives_no_further_guesses_on_sqlite() {
    a_restart_gives_no_further_guesses(Backend::Sqlite);
}

#[test]
fn a_restart_gives_no_further_guesses_on_postgres() {
    a_restart_gives_no_further_guesses(Backend::Postgres);
}

/// L4: no 101st failure over two servers of one database, of which one is killed in between.
#[test]
fn a_second_server_gives_no_further_guesses() {
    let Some(home) = Home::new(Backend::Postgres) else {
        return;
    };
    let mut first = home.start_with(&SETTINGS);
    let second = home.start_another_with(&SETTINGS);
    let id = people::create_active(&first.client(), "guessed@example.com", PASSWORD);
    guess(&[&first, &second], &id, 60);
    assert_eq!(counted(&home, "guessed@example.com"), 60);
    first.kill();
    let first = home.start_with(&SETTINGS);
    guess(&[&first, &second], &id, 60);
    assert_eq!(counted(&home, "guessed@example.com"), MOST);
    is_closed(&[&first, &second], &id);
    [first, second].into_iter().for_each(Server::stop);
}
