//! SIGKILL at random moments under write load: what was acknowledged is there, nothing is there by half, no mail is lost (C8).

use std::collections::BTreeSet;
use std::sync::mpsc::{self, Sender};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::harness::people::{self, profile};
use crate::harness::{Backend, Client, Home, mailbox};

const ROUNDS: usize = 5;
const WRITERS: usize = 4;
/// A round is cut off after so many answers at the latest.
const LONGEST_ROUND: usize = 150;

/// What a writer does to a user of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    Create,
    Suspend,
    Unsuspend,
    Retitle(usize),
}

/// What a user goes through, over and over.
const LIFE: [Deed; 7] = [
    Deed::Create,
    Deed::Retitle(1),
    Deed::Suspend,
    Deed::Retitle(2),
    Deed::Unsuspend,
    Deed::Suspend,
    Deed::Retitle(3),
];

/// One user as its writer knows it.
#[derive(Debug)]
struct Life {
    login: String,
    /// How many deeds were acknowledged.
    acknowledged: usize,
    /// Whether the server died during one more.
    interrupted: bool,
}

/// What can be seen of a user.
#[derive(Debug, PartialEq)]
struct Sight {
    status: String,
    title: Option<String>,
    /// How often the user was created, activated, suspended, unsuspended and updated, as the log tells it.
    events: [usize; 5],
}

impl Sight {
    /// What must be seen after so many deeds; nothing, when the user was not created.
    fn after(deeds: usize) -> Option<Self> {
        let done = &LIFE[..deeds];
        let times = |wanted: fn(&Deed) -> bool| done.iter().filter(|deed| wanted(deed)).count();
        let (suspended, unsuspended) = (
            times(|deed| *deed == Deed::Suspend),
            times(|deed| *deed == Deed::Unsuspend),
        );
        let retitled = times(|deed| matches!(deed, Deed::Retitle(_)));
        let status = if suspended > unsuspended {
            "SUSPENDED"
        } else {
            "PROVISIONED"
        };
        (deeds > 0).then(|| Self {
            status: status.to_owned(),
            title: (retitled > 0).then(|| format!("title {retitled}")),
            events: [1, 1, suspended, unsuspended, retitled],
        })
    }

    fn of(client: &Client, login: &str) -> Option<Self> {
        let answer = client.get(&format!("/api/v1/users/{login}"));
        if answer.status == 404 {
            return None;
        }
        let user = answer.expect_ok();
        let events = people::events(client, user["id"].as_str().unwrap());
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Some(Self {
            status: text(&user["status"]).unwrap(),
            title: text(&user["profile"]["title"]),
            events: [
                "user.lifecycle.create",
                "user.lifecycle.activate",
                "user.lifecycle.suspend",
                "user.lifecycle.unsuspend",
                "user.account.update_profile",
            ]
            .map(|name| people::count(&events, name)),
        })
    }
}

/// Does one deed; fails when the server goes away.
fn perform(client: &Client, login: &str, deed: Deed) -> Result<(), ureq::Error> {
    let path = format!("/api/v1/users/{login}");
    let answer = match deed {
        Deed::Create => client.try_send("POST", "/api/v1/users", Some(&json!({ "profile": profile(login) })))?,
        Deed::Suspend => client.try_send("POST", &format!("{path}/lifecycle/suspend"), None)?,
        Deed::Unsuspend => client.try_send("POST", &format!("{path}/lifecycle/unsuspend"), None)?,
        Deed::Retitle(number) => {
            let body = json!({ "profile": { "title": format!("title {number}") } });
            client.try_send("POST", &path, Some(&body))?
        }
    };
    assert_eq!(answer.status, 200, "{answer:?}");
    Ok(())
}

/// Makes users and changes them until the server goes away.
fn write(client: &Client, name: &str, acknowledged: &Sender<()>) -> Vec<Life> {
    let mut lives = Vec::new();
    loop {
        let login = format!("{name}.{}@example.com", lives.len());
        let done = LIFE.iter().take_while(|deed| {
            let done = perform(client, &login, **deed).is_ok();
            // Nobody counts any more once the server is killed.
            let _ = done.then(|| acknowledged.send(()));
            done
        });
        let acknowledged = done.count();
        let interrupted = acknowledged < LIFE.len();
        lives.push(Life {
            login,
            acknowledged,
            interrupted,
        });
        if interrupted {
            return lives;
        }
    }
}

/// Compares what is there with what was acknowledged: of the deed that was interrupted all is there, or nothing.
fn check(client: &Client, life: &Life) {
    let found = Sight::of(client, &life.login);
    let after = Sight::after(life.acknowledged);
    let further = life.interrupted.then(|| Sight::after(life.acknowledged + 1));
    assert!(
        found == after || Some(&found) == further.as_ref(),
        "{life:?}: {found:?}"
    );
}

/// Every user who was created, by login; each was created once, and none was lost.
fn created(client: &Client) -> BTreeSet<String> {
    let events = client.all("/api/v1/logs?limit=1000&filter=eventType+eq+%22user.lifecycle.create%22");
    let mut logins = BTreeSet::new();
    for event in events {
        let target = &event["target"][0];
        let login = target["alternateId"].as_str().unwrap().to_owned();
        let user = client.get(&format!("/api/v1/users/{login}")).expect_ok();
        assert_eq!(user["id"], target["id"]);
        assert!(logins.insert(login), "{target} was created twice");
    }
    logins
}

/// After how many answers each round is cut off.
fn moments() -> Vec<usize> {
    let any = proptest::collection::vec(1..LONGEST_ROUND, ROUNDS);
    let drawn = any.new_tree(&mut TestRunner::default()).unwrap().current();
    eprintln!("killed after {drawn:?} answers");
    drawn
}

/// What a killed server had claimed comes due when its lease ends; then every user's invitation is out, and no other.
fn every_invitation_arrives(home: &Home, invited: &BTreeSet<String>) {
    home.database().execute("UPDATE messages SET next_attempt = 0");
    home.start().stop();
    let mails = mailbox::read(&home.data().join("mail"));
    let reached: BTreeSet<String> = mails.keys().cloned().collect();
    assert_eq!(&reached, invited);
    for (address, ids) in mails {
        assert_eq!(ids.len(), 1, "{address} got several messages: {ids:?}");
    }
}

/// Several rounds of load, each ended by SIGKILL.
fn nothing_acknowledged_is_lost(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let mut lives: Vec<Life> = Vec::new();
    for (round, moment) in moments().into_iter().enumerate() {
        let mut server = home.start();
        let client = server.client();
        lives.iter().for_each(|life| check(&client, life));
        let (acknowledge, acknowledged) = mpsc::channel();
        let born = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..WRITERS)
                .map(|writer| {
                    let (client, acknowledge) = (server.client(), acknowledge.clone());
                    scope.spawn(move || write(&client, &format!("r{round}w{writer}"), &acknowledge))
                })
                .collect();
            drop(acknowledge);
            assert_eq!(acknowledged.iter().take(moment).count(), moment);
            server.kill();
            writers
                .into_iter()
                .flat_map(|writer| writer.join().unwrap())
                .collect::<Vec<_>>()
        });
        lives.extend(born);
    }
    let server = home.start();
    let client = server.client();
    lives.iter().for_each(|life| check(&client, life));
    let mut invited = created(&client);
    assert!(invited.remove("admin@denizen.local"));
    server.stop();
    every_invitation_arrives(&home, &invited);
}

#[test]
fn nothing_acknowledged_is_lost_on_sqlite() {
    nothing_acknowledged_is_lost(Backend::Sqlite);
}

#[test]
fn nothing_acknowledged_is_lost_on_postgres() {
    nothing_acknowledged_is_lost(Backend::Postgres);
}
