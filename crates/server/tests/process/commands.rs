//! The command line beside a running server and without one.

use std::fs;

use crate::harness::home::Ended;
use crate::harness::people;
use crate::harness::{Backend, Home};

/// Tokens are made, listed and revoked beside the running server, and it obeys at once (R9, R10).
fn tokens_are_kept_from_the_command_line(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let printed = home.run(["token", "create", "--name", "Second"]).expect_success();
    let secret = printed
        .split_whitespace()
        .find(|word| word.len() == 42 && word.starts_with("00"))
        .unwrap();
    let client = server.client_with(Some(secret));
    client.get("/api/v1/users/me").expect_ok();
    let listed = home.run(["token", "list"]).expect_success();
    assert!(!listed.contains(secret), "{listed}");
    let line = listed.lines().find(|line| line.contains("Second")).unwrap();
    let id = line.split_whitespace().find(|word| word.starts_with("00T")).unwrap();
    home.run(["token", "revoke", id]).expect_success();
    client.get("/api/v1/users/me").expect_refusal(401, "E0000011");
    server.client().get("/api/v1/users/me").expect_ok();
    let complaint = home.run(["token", "revoke", id]).expect_failure();
    assert!(complaint.contains(id), "{complaint}");
    server.stop();
    let listed = home.run(["token", "list"]).expect_success();
    assert!(!listed.contains("Second") && listed.contains("Bootstrap"), "{listed}");
}

#[test]
fn tokens_are_kept_from_the_command_line_on_sqlite() {
    tokens_are_kept_from_the_command_line(Backend::Sqlite);
}

#[test]
fn tokens_are_kept_from_the_command_line_on_postgres() {
    tokens_are_kept_from_the_command_line(Backend::Postgres);
}

/// Users are shown without a server and beside one.
fn users_are_shown_on_the_command_line(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let id = people::create_provisioned(&server.client(), "shown@example.com");
    let check = || {
        let listed = home.run(["user", "list"]).expect_success();
        assert!(
            listed.contains("admin@denizen.local") && listed.contains("shown@example.com"),
            "{listed}"
        );
        for key in [id.as_str(), "Shown@example.com"] {
            let shown = home.run(["user", "show", key]).expect_success();
            assert!(
                shown.contains(&id) && shown.contains("PROVISIONED") && shown.contains("Brock"),
                "{shown}"
            );
        }
        let complaint = home.run(["user", "show", "nobody@example.com"]).expect_failure();
        assert!(complaint.contains("nobody@example.com"), "{complaint}");
    };
    check();
    server.stop();
    check();
}

#[test]
fn users_are_shown_on_the_command_line_on_sqlite() {
    users_are_shown_on_the_command_line(Backend::Sqlite);
}

#[test]
fn users_are_shown_on_the_command_line_on_postgres() {
    users_are_shown_on_the_command_line(Backend::Postgres);
}

/// `migrate` says what it did, and that it had nothing to do.
fn migrations_run_once(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let first = home.run(["migrate"]).expect_success();
    assert!(first.contains("0001_directory"), "{first}");
    let second = home.run(["migrate"]).expect_success();
    assert!(!second.contains("0001_directory"), "{second}");
    let server = home.start();
    let beside = home.run(["migrate"]).expect_success();
    assert!(!beside.contains("0001_directory"), "{beside}");
    server.client().get("/api/v1/users/me").expect_ok();
    server.stop();
}

#[test]
fn migrations_run_once_on_sqlite() {
    migrations_run_once(Backend::Sqlite);
}

#[test]
fn migrations_run_once_on_postgres() {
    migrations_run_once(Backend::Postgres);
}

/// G1: the effective configuration is printed, and no secret of it.
#[test]
fn the_configuration_is_printed_without_its_secrets() {
    let home = Home::new(Backend::Sqlite).unwrap();
    fs::write(
        home.beside("denizen.toml"),
        "organization = \"Acme\"\n[smtp]\nusername = \"denizen\"\npassword = \"canary1\"\n",
    )
    .unwrap();
    let mut command = home.command(["config"]);
    command
        .env("DENIZEN_DATABASE_URL", "postgres://denizen:canary2@127.0.0.1/denizen")
        .env("DENIZEN_BOOTSTRAP_API_TOKEN", "canary3canary3canary3canary3canary3")
        .env("DENIZEN_RATE_LIMITS__PER_MINUTE", "77");
    let ended = Ended::of(&mut command);
    assert!(!ended.complaint.contains("canary"), "{ended:?}");
    let printed = ended.expect_success();
    assert!(!printed.contains("canary"), "{printed}");
    let data = home.data().display().to_string();
    for part in [
        "organization = \"Acme\"",
        "per_minute = 77",
        "postgres://denizen",
        &data,
    ] {
        assert!(printed.contains(part), "{part} in {printed}");
    }
    assert!(
        !home.data().exists(),
        "a look at the configuration made the data folder"
    );
}

/// What is printed can be used as a file, and says the same again.
#[test]
fn a_printed_configuration_is_a_configuration() {
    let home = Home::new(Backend::Sqlite).unwrap();
    let printed = home.run(["config"]).expect_success();
    fs::write(home.beside("denizen.toml"), &printed).unwrap();
    assert_eq!(home.run(["config"]).expect_success(), printed);
}

#[test]
fn an_unknown_key_in_the_file_is_an_error() {
    let home = Home::new(Backend::Sqlite).unwrap();
    fs::write(home.beside("denizen.toml"), "[http]\nworkerz = 3\n").unwrap();
    for arguments in [&["config"][..], &["migrate"], &["user", "list"], &["token", "list"]] {
        let complaint = home.run(arguments).expect_failure();
        assert!(complaint.contains("http.workerz"), "{complaint}");
    }
    assert!(!home.data().exists(), "a refused command made the data folder");
}
