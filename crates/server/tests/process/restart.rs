//! What a restart keeps, what it does not repeat, and what stops a start.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use denizen_domain::ports::{Changes, Store, StoreError, Write};
use denizen_domain::secret::{Secret, SecretDigest};
use serde_json::{Value, json};

use crate::harness::home::KEY_FILE;
use crate::harness::people::{self, profile};
use crate::harness::{Backend, Client, Home, Server, TOKEN};

/// Everything that can be seen of a directory.
fn everything(client: &Client) -> Vec<Value> {
    let mut seen = client.all("/api/v1/users?search=id+pr");
    seen.extend(client.all("/api/v1/logs?limit=1000"));
    for path in [
        "/api/v1/users/me",
        "/api/v1/users/me/groups",
        "/api/v1/users/kept@example.com",
    ] {
        seen.push(client.get(path).expect_ok());
    }
    seen
}

/// The log's own order and the addresses in links depend on the start; what is kept does not.
fn a_restart_keeps_everything(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let client = server.client();
    let id = people::create_active(&client, "kept@example.com", "Orbit-1-zebra");
    client.act(&format!("/api/v1/users/{id}/lifecycle/suspend")).expect_ok();
    people::create_provisioned(&client, "invited@example.com");
    let before = everything(&client);
    let address = server.address().to_string();
    server.stop();
    let server = home.start();
    let after = everything(&server.client());
    let moved = |seen: &[Value], address: &str| serde_json::to_string(seen).unwrap().replace(address, "HERE");
    assert_eq!(moved(&after, &server.address().to_string()), moved(&before, &address));
    // The password is among what was kept.
    let client = server.client();
    client
        .act(&format!("/api/v1/users/{id}/lifecycle/unsuspend"))
        .expect_ok();
    let change = json!({ "oldPassword": { "value": "Orbit-1-zebra" }, "newPassword": { "value": "Orbit-2-zebra" } });
    client
        .post(&format!("/api/v1/users/{id}/credentials/change_password"), &change)
        .expect_ok();
    server.stop();
}

#[test]
fn a_restart_keeps_everything_on_sqlite() {
    a_restart_keeps_everything(Backend::Sqlite);
}

#[test]
fn a_restart_keeps_everything_on_postgres() {
    a_restart_keeps_everything(Backend::Postgres);
}

fn digest(link: &Value) -> SecretDigest {
    Secret::new(link["activationToken"].as_str().unwrap()).digest()
}

async fn consume(store: &dyn Store, digest: SecretDigest) -> Result<(), StoreError> {
    let writes = vec![Write::ConsumeOneTimeToken(digest)];
    store
        .commit(Changes {
            writes,
            ..Changes::default()
        })
        .await
}

/// T4, T6: after a restart, a used token is still used, and a voided one still void.
fn a_used_token_stays_used(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let client = server.client();
    let id = people::create(
        &client,
        "?activate=false",
        &json!({ "profile": profile("token@example.com") }),
    );
    let path = format!("/api/v1/users/{id}/lifecycle");
    let voided = digest(&client.act(&format!("{path}/activate?sendEmail=false")).expect_ok());
    let used = digest(&client.act(&format!("{path}/reactivate?sendEmail=false")).expect_ok());
    server.stop();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = home.database().store().await;
        assert_eq!(store.one_time_token(&voided).await.unwrap(), None);
        let token = store.one_time_token(&used).await.unwrap().unwrap();
        assert_eq!(token.user_id.as_str(), id);
        consume(&*store, used).await.unwrap();
    });
    home.start().stop();
    runtime.block_on(async {
        let store = home.database().store().await;
        for digest in [voided, used] {
            assert_eq!(store.one_time_token(&digest).await.unwrap(), None);
            let again = consume(&*store, digest).await;
            assert!(matches!(again, Err(StoreError::Stale)), "{again:?}");
        }
    });
}

#[test]
fn a_used_token_stays_used_on_sqlite() {
    a_used_token_stays_used(Backend::Sqlite);
}

#[test]
fn a_used_token_stays_used_on_postgres() {
    a_used_token_stays_used(Backend::Postgres);
}

/// Paths in a folder with their modes, the folder itself included.
fn modes(folder: &Path) -> Vec<(String, u32)> {
    let mode = |path: &Path| {
        (
            path.display().to_string(),
            fs::metadata(path).unwrap().permissions().mode() & 0o777,
        )
    };
    let mut modes = vec![mode(folder)];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            modes.extend(self::modes(&path));
        } else {
            modes.push(mode(&path));
        }
    }
    modes
}

/// K4: nobody else on the machine can read what the server keeps, whatever the shell's mask.
#[test]
fn the_data_folder_is_for_its_owner_alone() {
    let home = Home::new(Backend::Sqlite).unwrap();
    let server = home.start();
    people::create(&server.client(), "", &json!({ "profile": profile("mode@example.com") }));
    server.stop();
    for (path, mode) in modes(&home.data()) {
        let wanted = if Path::new(&path).is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, wanted, "{path} has {mode:o}");
    }
}

/// A token in a text: 42 characters that start with `00`.
fn token_in(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    words
        .filter(|word| word.len() == 42 && word.starts_with("00"))
        .map(str::to_owned)
        .next()
}

/// K3: the first start makes a token and prints it once; no start prints a token that was given to it.
#[test]
fn the_first_start_prints_a_token_once() {
    let home = Home::new(Backend::Sqlite).unwrap();
    let serve = || home.command(["serve", "--listen", "127.0.0.1:0"]);
    let first = Server::start(serve());
    let token = token_in(&first.output()).unwrap_or_else(|| panic!("no token in {:?}", first.output()));
    assert!(first.output().contains("curl"), "{}", first.output());
    let me = first.client_with(Some(&token)).get("/api/v1/users/me").expect_ok();
    assert_eq!(me["status"], "ACTIVE");
    first.client().get("/api/v1/users/me").expect_refusal(401, "E0000011");
    first
        .client_with(None)
        .get("/api/v1/users/me")
        .expect_refusal(403, "E0000005");
    assert!(!first.complaint().contains(&token), "{}", first.complaint());
    first.stop();
    let second = Server::start(serve());
    assert_eq!(token_in(&second.output()), None);
    second.client_with(Some(&token)).get("/api/v1/users/me").expect_ok();
    second.stop();
    let third = home.start();
    // A token for the first start is of no use later.
    third.client().get("/api/v1/users/me").expect_refusal(401, "E0000011");
    third.stop();
    let given = Home::new(Backend::Sqlite).unwrap();
    let server = given.start();
    assert!(!server.output().contains(TOKEN) && !server.complaint().contains(TOKEN));
    server.client().get("/api/v1/users/me").expect_ok();
    server.stop();
}

/// What a server that must not start complains about.
#[track_caller]
fn refused(home: &Home, change: impl FnOnce(&mut std::process::Command)) -> String {
    let mut command = home.serve();
    change(&mut command);
    Server::try_start(command).err().expect("the server started")
}

#[test]
fn a_short_token_stops_the_first_start() {
    let home = Home::new(Backend::Sqlite).unwrap();
    let short = "00short4567890123456789012345678";
    let complaint = refused(&home, |command| {
        command.env("DENIZEN_BOOTSTRAP_API_TOKEN", &short[..31]);
    });
    assert!(
        complaint.contains("DENIZEN_BOOTSTRAP_API_TOKEN") && complaint.contains("32"),
        "{complaint}"
    );
    assert!(!complaint.contains(&short[..31]), "{complaint}");
    let mut command = home.serve();
    command.env("DENIZEN_BOOTSTRAP_API_TOKEN", short);
    Server::start(command).stop();
}

#[test]
fn two_servers_of_one_folder_are_one_too_many() {
    let home = Home::new(Backend::Sqlite).unwrap();
    let server = home.start();
    let complaint = refused(&home, |_| ());
    assert!(complaint.contains(&home.data().display().to_string()), "{complaint}");
    server.client().get("/api/v1/users/me").expect_ok();
    server.stop();
    home.start().stop();
}

/// A database that a newer program has changed is left alone.
fn a_newer_schema_stops_the_start(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    home.start().stop();
    home.database()
        .execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231235959')");
    let complaint = refused(&home, |_| ());
    assert!(complaint.contains("newer"), "{complaint}");
    let complaint = home.run(["migrate"]).expect_failure();
    assert!(complaint.contains("newer"), "{complaint}");
    home.database()
        .execute("DELETE FROM __diesel_schema_migrations WHERE version = '99991231235959'");
    home.start().stop();
}

#[test]
fn a_newer_schema_stops_the_start_on_sqlite() {
    a_newer_schema_stops_the_start(Backend::Sqlite);
}

#[test]
fn a_newer_schema_stops_the_start_on_postgres() {
    a_newer_schema_stops_the_start(Backend::Postgres);
}

/// K4: a key that others may read stops the start, and so does another key than that of the waiting mails.
#[test]
fn a_key_that_others_may_read_stops_the_start() {
    let home = Home::new(Backend::Sqlite).unwrap();
    home.start().stop();
    let key = home.data().join(KEY_FILE);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let complaint = refused(&home, |_| ());
    assert!(complaint.contains(&key.display().to_string()), "{complaint}");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    home.start().stop();
}

#[test]
fn an_unknown_setting_stops_the_start() {
    let home = Home::new(Backend::Sqlite).unwrap();
    let complaint = refused(&home, |command| {
        command.env("DENIZEN_NONSENSE", "1");
    });
    assert!(complaint.contains("DENIZEN_NONSENSE"), "{complaint}");
    let complaint = refused(&home, |command| {
        command.arg("--nonsense");
    });
    assert!(complaint.contains("--nonsense"), "{complaint}");
}
