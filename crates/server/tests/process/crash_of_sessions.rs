//! SIGKILL amid sign-ins, sessions, roles and lock-outs: of each, all is there, or nothing: the state, what the log tells, and
//! the mail (C8).

use std::collections::BTreeMap;
use std::sync::mpsc::{self, Sender};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::harness::people;
use crate::harness::{Answer, Backend, Client, Home, Server, mailbox};

const ROUNDS: usize = 4;
const WRITERS: usize = 4;
const LONGEST_ROUND: usize = 120;
const PASSWORD: &str = "Orbit-1-zebra";
const SETTINGS: [(&str, &str); 2] = [
    ("DENIZEN_PASSWORD__MAX_ATTEMPTS", "2"),
    ("DENIZEN_RATE_LIMITS__SIGN_INS_PER_SECOND", "1000000"),
];

/// What is done with a user.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    Assign,
    SignIn,
    OpenSession,
    Unassign,
    Guess,
}

/// What each user goes through. The second guess locks the user out.
const LIFE: [Deed; 6] = [
    Deed::Assign,
    Deed::SignIn,
    Deed::OpenSession,
    Deed::Unassign,
    Deed::Guess,
    Deed::Guess,
];

/// One user as the writer knows it.
#[derive(Debug)]
struct Life {
    id: String,
    login: String,
    acknowledged: usize,
    role: String,
    session_token: String,
    session: Option<String>,
}

/// What can be seen of a user.
#[derive(Debug, PartialEq)]
struct Sight {
    roles: usize,
    has_signed_in: bool,
    status: String,
    /// How often the log tells of a role given, a sign-in, a session, a role taken, a failed sign-in, and a lock-out.
    events: [usize; 6],
}

impl Sight {
    /// What must be seen after so many deeds.
    fn after(deeds: usize) -> Self {
        let times = |wanted| LIFE[..deeds].iter().filter(|deed| **deed == wanted).count();
        let locks = usize::from(times(Deed::Guess) == 2);
        Self {
            roles: times(Deed::Assign) - times(Deed::Unassign),
            has_signed_in: times(Deed::SignIn) > 0,
            status: if locks > 0 { "LOCKED_OUT" } else { "ACTIVE" }.to_owned(),
            events: [
                times(Deed::Assign),
                times(Deed::SignIn),
                times(Deed::OpenSession),
                times(Deed::Unassign),
                times(Deed::Guess),
                locks,
            ],
        }
    }

    fn of(client: &Client, id: &str) -> Self {
        let user = people::read(client, id);
        let events = people::events(client, id);
        Self {
            roles: client.all(&format!("/api/v1/users/{id}/roles")).len(),
            has_signed_in: !user["lastLogin"].is_null(),
            status: user["status"].as_str().unwrap().to_owned(),
            events: [
                "user.account.privilege.grant",
                "user.authentication.auth",
                "user.session.start",
                "user.account.privilege.revoke",
                "user.authentication.auth FAILURE",
                "user.account.lock",
            ]
            .map(|name| {
                events
                    .iter()
                    .filter(|event| event.starts_with(name) && same(event, name))
                    .count()
            }),
        }
    }
}

/// A failed lock-out is none; the log marks it as a failure of signing in, which it is.
fn same(event: &str, name: &str) -> bool {
    event == name || name == "user.account.lock"
}

impl Life {
    /// Does one deed; `None` when the server goes away.
    fn perform(&mut self, admin: &Client, anybody: &Client, deed: Deed) -> Option<Answer> {
        let roles = format!("/api/v1/users/{}/roles", self.id);
        let sign_in = |password: &str| json!({ "username": self.login, "password": password });
        let post = |client: &Client, path: &str, body: &Value| client.try_send("POST", path, Some(body)).ok();
        let answer = match deed {
            Deed::Assign => post(admin, &roles, &json!({ "type": "REPORT_ADMIN" }))?,
            Deed::Unassign => admin.try_send("DELETE", &format!("{roles}/{}", self.role), None).ok()?,
            Deed::SignIn => post(anybody, "/api/v1/authn", &sign_in(PASSWORD))?,
            Deed::Guess => post(anybody, "/api/v1/authn", &sign_in("Not-It-1"))?,
            Deed::OpenSession => post(
                anybody,
                "/api/v1/sessions",
                &json!({ "sessionToken": self.session_token }),
            )?,
        };
        let wanted = match deed {
            Deed::Assign => 201,
            Deed::Unassign => 204,
            Deed::Guess => 401,
            Deed::SignIn | Deed::OpenSession => 200,
        };
        assert_eq!(answer.status, wanted, "{deed:?}: {answer:?}");
        let text = |name: &str| answer.json()[name].as_str().unwrap().to_owned();
        match deed {
            Deed::Assign => self.role = text("id"),
            Deed::SignIn => self.session_token = text("sessionToken"),
            Deed::OpenSession => self.session = Some(text("id")),
            Deed::Unassign | Deed::Guess => {}
        }
        Some(answer)
    }

    /// Compares what is there with what was acknowledged: of the deed that was interrupted all is there, or nothing.
    fn check(&self, client: &Client) {
        let found = Sight::of(client, &self.id);
        let further = LIFE.len().min(self.acknowledged + 1);
        assert!(
            found == Sight::after(self.acknowledged) || found == Sight::after(further),
            "{self:?}: {found:?}"
        );
        if let Some(session) = &self.session {
            client.get(&format!("/api/v1/sessions/{session}")).expect_ok();
        }
        // A token whose use was not acknowledged is spent exactly if the log tells of the session.
        if self.acknowledged == 2 {
            let body = json!({ "sessionToken": self.session_token });
            let again = client.post("/api/v1/sessions", &body).status;
            assert_eq!(
                again,
                if found.events[2] == 1 { 401 } else { 200 },
                "{self:?}: {found:?}"
            );
        }
    }
}

/// Leads users through their lives until the server goes away.
fn write(server: &Server, name: &str, acknowledged: &Sender<()>) -> Vec<Life> {
    let (admin, anybody) = (server.client(), server.client_with(None));
    let mut lives: Vec<Life> = Vec::new();
    loop {
        let login = format!("{name}.{}@example.com", lives.len());
        let body = json!({ "profile": people::profile(&login), "credentials": { "password": { "value": PASSWORD } } });
        let Ok(created) = admin.try_send("POST", "/api/v1/users", Some(&body)) else {
            return lives;
        };
        let mut life = Life {
            id: created.expect_ok()["id"].as_str().unwrap().to_owned(),
            login,
            acknowledged: 0,
            role: String::new(),
            session_token: String::new(),
            session: None,
        };
        for deed in LIFE {
            if life.perform(&admin, &anybody, deed).is_none() {
                lives.push(life);
                return lives;
            }
            life.acknowledged += 1;
            // Nobody counts any more once the server is killed.
            let _ = acknowledged.send(());
        }
        lives.push(life);
    }
}

/// After how many answers each round is cut off.
fn moments() -> Vec<usize> {
    let any = proptest::collection::vec(1..LONGEST_ROUND, ROUNDS);
    let drawn = any.new_tree(&mut TestRunner::default()).unwrap().current();
    eprintln!("killed after {drawn:?} answers");
    drawn
}

/// Whoever was locked out is told so once, and nobody else is.
fn every_notice_arrives(home: &Home, locked: &BTreeMap<String, bool>) {
    home.database().execute("UPDATE messages SET next_attempt = 0");
    home.start_with(&SETTINGS).stop();
    let mails = mailbox::read(&home.data().join("mail"));
    for (login, is_locked) in locked {
        let reached = mails.get(login).map_or(0, std::collections::BTreeSet::len);
        assert_eq!(reached, usize::from(*is_locked), "{login}");
    }
}

/// C8
fn nothing_is_there_by_half(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let mut lives: Vec<Life> = Vec::new();
    for (round, moment) in moments().into_iter().enumerate() {
        let mut server = home.start_with(&SETTINGS);
        let (acknowledge, acknowledged) = mpsc::channel();
        let mut born = Vec::new();
        std::thread::scope(|scope| {
            let of = &server;
            let writers: Vec<_> = (0..WRITERS)
                .map(|writer| {
                    let acknowledge = acknowledge.clone();
                    scope.spawn(move || write(of, &format!("r{round}w{writer}"), &acknowledge))
                })
                .collect();
            drop(acknowledge);
            assert_eq!(acknowledged.iter().take(moment).count(), moment);
            of.kill_now();
            born.extend(writers.into_iter().flat_map(|writer| writer.join().unwrap()));
        });
        server.kill();
        let restarted = home.start_with(&SETTINGS);
        born.iter().for_each(|life| life.check(&restarted.client()));
        restarted.stop();
        lives.extend(born);
    }
    let server = home.start_with(&SETTINGS);
    let is_locked = |life: &Life| people::read(&server.client(), &life.id)["status"] == "LOCKED_OUT";
    let locked = lives.iter().map(|life| (life.login.clone(), is_locked(life))).collect();
    server.stop();
    every_notice_arrives(&home, &locked);
}

#[test]
fn nothing_is_there_by_half_on_sqlite() {
    nothing_is_there_by_half(Backend::Sqlite);
}

#[test]
fn nothing_is_there_by_half_on_postgres() {
    nothing_is_there_by_half(Backend::Postgres);
}
