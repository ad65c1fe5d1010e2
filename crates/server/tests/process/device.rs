//! `denizen device` approves and rejects on both databases (U1, U4, U5, K4).

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::harness::home::Ended;
use crate::harness::people;
use crate::harness::{Backend, Client, Home, Server};

/// Somebody with a push factor, and the device for it.
struct Owner<'a> {
    home: &'a Home,
    client: Client,
    factor: String,
    link: String,
}

impl<'a> Owner<'a> {
    /// Enrols; the device has not registered yet.
    fn enrol(home: &'a Home, server: &Server) -> Self {
        let client = server.client();
        let id = people::create_active(&client, "device@example.com", "Orbit-1-zebra");
        let factors = format!("/api/v1/users/{id}/factors");
        let body = json!({"factorType": "push", "provider": "OKTA"});
        let enrolled = client.post(&factors, &body).expect_ok();
        assert_eq!(enrolled["status"], "PENDING_ACTIVATION");
        // The token of the link is that of the picture's address.
        let picture = enrolled["_embedded"]["activation"]["_links"]["qrcode"]["href"].as_str();
        let (_, token) = picture.unwrap().rsplit_once('/').unwrap();
        Self {
            home,
            client,
            factor: format!("{factors}/{}", enrolled["id"].as_str().unwrap()),
            link: format!("http://{}/device/activate#{token}", server.address()),
        }
    }

    fn device(&self, arguments: &[&str]) -> Ended {
        self.home.run([&["device"], arguments].concat())
    }

    /// Asks for a yes: where to poll, the id of the push, and the right number.
    fn ask(&self, body: &Value) -> (String, String, Option<u64>) {
        let answer = self.client.post(&format!("{}/verify", self.factor), body);
        assert_eq!(answer.status, 201, "{answer:?}");
        let told = answer.json();
        let poll = told["_links"]["poll"]["href"].as_str().unwrap();
        let poll = poll[poll.find("/api/").unwrap()..].to_owned();
        let id = poll.rsplit('/').next().unwrap().to_owned();
        (poll, id, told["_embedded"]["challenge"]["correctAnswer"].as_u64())
    }

    fn result(&self, poll: &str) -> Value {
        self.client.get(poll).expect_ok()["factorResult"].clone()
    }
}

/// From the link to an approval and a rejection.
fn a_device_answers(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let owner = Owner::enrol(&home, &server);
    let complaint = owner.device(&["list"]).expect_failure();
    assert!(complaint.contains("there is no device"), "{complaint}");
    let told = owner
        .device(&["enrol", &owner.link, "--name", "Gibson"])
        .expect_success();
    assert!(told.contains("Gibson") && told.contains("device@example.com"), "{told}");
    let factor = owner.client.get(&owner.factor).expect_ok();
    assert_eq!(
        (&factor["status"], &factor["profile"]["name"]),
        (&json!("ACTIVE"), &json!("Gibson"))
    );
    assert_eq!(owner.device(&["list"]).expect_success(), "nothing waits\n");

    let (poll, id, _) = owner.ask(&json!({}));
    assert_eq!(owner.result(&poll), "WAITING");
    let listed = owner.device(&["list"]).expect_success();
    assert!(listed.starts_with(&id), "{listed}");
    assert_eq!(owner.device(&["approve", &id]).expect_success(), "approved\n");
    assert_eq!(owner.result(&poll), "SUCCESS");
    let complaint = owner.device(&["reject", &id]).expect_failure();
    assert!(complaint.contains("nothing waits under the id"), "{complaint}");

    let (poll, id, _) = owner.ask(&json!({}));
    assert_eq!(owner.device(&["reject", &id]).expect_success(), "rejected\n");
    assert_eq!(owner.result(&poll), "REJECTED");
    server.stop();
}

#[test]
fn a_device_answers_on_sqlite() {
    a_device_answers(Backend::Sqlite);
}

#[test]
fn a_device_answers_on_postgres() {
    a_device_answers(Backend::Postgres);
}

/// The number on the screen approves; another one rejects.
fn a_number_is_chosen_on_the_device(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let owner = Owner::enrol(&home, &server);
    owner.device(&["enrol", &owner.link]).expect_success();
    for is_right in [true, false] {
        let (poll, id, correct) = owner.ask(&json!({"useNumberMatchingChallenge": true}));
        let correct = correct.unwrap().to_string();
        let listed = owner.device(&["list"]).expect_success();
        let (_, offered) = listed.trim_end().split_once("number: ").unwrap();
        let complaint = owner.device(&["approve", &id]).expect_failure();
        assert!(complaint.contains(offered), "{complaint}");
        let other = offered.split(' ').find(|number| *number != correct).unwrap();
        let number = if is_right { correct.as_str() } else { other };
        let ended = owner.device(&["approve", &id, "--number", number]);
        assert_eq!(ended.success, is_right, "{ended:?}");
        let wanted = if is_right { "SUCCESS" } else { "REJECTED" };
        assert_eq!(owner.result(&poll), wanted);
    }
    server.stop();
}

#[test]
fn a_number_is_chosen_on_the_device_on_sqlite() {
    a_number_is_chosen_on_the_device(Backend::Sqlite);
}

#[test]
fn a_number_is_chosen_on_the_device_on_postgres() {
    a_number_is_chosen_on_the_device(Backend::Postgres);
}

/// A link makes one device, whose key is its owner's alone and is never shown (K4).
#[test]
fn what_a_device_keeps_is_kept() {
    let Some(home) = Home::new(Backend::Sqlite) else { return };
    let server = home.start();
    let owner = Owner::enrol(&home, &server);
    for link in [
        "",
        "https://id.example.com",
        "http://id.example.com/device/activate#token",
    ] {
        owner.device(&["enrol", link]).expect_failure();
    }
    assert!(!home.beside("denizen-device").join("device.json").exists());
    let told = owner.device(&["enrol", &owner.link]).expect_success();
    let file = home.beside("denizen-device").join("device.json");
    let kept: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert!(!told.contains(kept["key"].as_str().unwrap()), "{told}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let again = |folder: &str| {
        owner
            .device(&["enrol", &owner.link, "--device-dir", folder])
            .expect_failure()
    };
    assert!(again("denizen-device").contains("another device"));
    assert!(again("second").contains("refuses the link"));
    assert!(!home.beside("second").join("device.json").exists());
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(owner.device(&["list"]).expect_failure().contains("chmod 600"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    owner.client.delete(&owner.factor);
    let complaint = owner.device(&["list"]).expect_failure();
    assert!(complaint.contains("does not know this device"), "{complaint}");
    server.stop();
    let complaint = owner.device(&["list"]).expect_failure();
    assert!(complaint.contains("cannot be reached"), "{complaint}");
}
