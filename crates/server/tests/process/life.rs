//! Random lives through the API against the reference model: statuses, refusals, links, events (C1, C8).

use std::cell::Cell;
use std::collections::BTreeMap;

use denizen_domain::user::Status;
use denizen_domain::user::lifecycle::Action;
use denizen_domain::user::lifecycle_model::{Model, expected};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::harness::people::{self, profile};
use crate::harness::{Answer, Backend, Client, Home};

/// What is done next.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// One of the table's actions.
    Act(Action),
    /// A change of password by somebody who does not know the old one.
    GuessPassword,
}

/// A user, and what must be true of them.
struct Person<'a> {
    client: &'a Client,
    login: String,
    id: String,
    model: Model,
    /// The present password in clear, where there is one.
    password: Option<String>,
    /// The answer to the recovery question, where there is one.
    answer: Option<String>,
    /// Tells one password, answer and nickname from the other.
    number: u32,
    /// How often each event must be in the log.
    events: BTreeMap<&'static str, usize>,
}

impl<'a> Person<'a> {
    fn create(client: &'a Client, login: &str, activate: bool, has_password: bool) -> Self {
        let mut body = json!({ "profile": profile(login) });
        let password = has_password.then(|| password(0));
        if let Some(password) = &password {
            body["credentials"] = json!({ "password": { "value": password } });
        }
        let id = people::create(client, &format!("?activate={activate}"), &body);
        let mut events = BTreeMap::from([("user.lifecycle.create", 1)]);
        if activate {
            events.insert("user.lifecycle.activate", 1);
        }
        let model = Model::newborn(activate, has_password, false);
        let login = login.to_owned();
        let person = Self {
            client,
            login,
            id,
            model,
            password,
            answer: None,
            number: 0,
            events,
        };
        person.check_state();
        person
    }

    fn act(&self, path: &str) -> Answer {
        self.client.act(&format!("/api/v1/users/{}/{path}", self.id))
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        self.client.post(&format!("/api/v1/users/{}{path}", self.id), body)
    }

    fn next_password(&self) -> String {
        password(self.number + 1)
    }

    fn next_question(&self) -> Value {
        json!({ "question": "Which planet?", "answer": format!("Saturn {}", self.number + 1) })
    }

    /// Calls the operation of an action.
    fn request(&self, action: Action) -> Answer {
        let (old, new) = (self.password.clone().unwrap_or_default(), self.next_password());
        match action {
            Action::Delete => self.client.delete(&format!("/api/v1/users/{}", self.id)),
            Action::Activate | Action::Reactivate | Action::ResetPassword => {
                self.act(&format!("lifecycle/{}?sendEmail=false", action.as_str()))
            }
            Action::ForgotPassword => self.act("credentials/forgot_password?sendEmail=false"),
            Action::ChangePassword => {
                let body = json!({ "oldPassword": { "value": old }, "newPassword": { "value": new } });
                self.post("/credentials/change_password", &body)
            }
            Action::ChangeRecoveryQuestion => {
                let body = json!({ "password": { "value": old }, "recovery_question": self.next_question() });
                self.post("/credentials/change_recovery_question", &body)
            }
            Action::ForgotPasswordRecoveryQuestion => {
                let answer = self.answer.clone().unwrap_or_else(|| "Neptune".to_owned());
                let body = json!({ "password": { "value": new }, "recovery_question": { "answer": answer } });
                self.post("/credentials/forgot_password_recovery_question", &body)
            }
            Action::UpdateProfile => self.post("", &json!({ "profile": { "nickName": self.next_nickname() } })),
            Action::SetPassword => self.post("", &json!({ "credentials": { "password": { "value": new } } })),
            Action::SetRecoveryQuestion => self.post(
                "",
                &json!({ "credentials": { "recovery_question": self.next_question() } }),
            ),
            _ => self.act(&format!("lifecycle/{}", action.as_str())),
        }
    }

    fn next_nickname(&self) -> String {
        format!("nick {}", self.number + 1)
    }

    /// Takes one step and checks everything that can be seen of it. `false` once the user is gone.
    fn step(&mut self, step: Step) -> bool {
        let before = self.read();
        let Step::Act(action) = step else {
            let body =
                json!({ "oldPassword": { "value": "Wrong-1-guess" }, "newPassword": { "value": "Orbit-9-guess" } });
            let answer = self.post("/credentials/change_password", &body);
            if expected(self.model, Action::ChangePassword).is_ok() {
                answer.expect_refusal(403, "E0000014");
                *self.events.entry("user.account.update_password FAILURE").or_default() += 1;
            } else {
                answer.expect_refusal(403, "E0000035");
            }
            assert_eq!(self.read(), before, "a refusal changed something");
            return true;
        };
        let answer = self.request(action);
        match expected(self.model, action) {
            Ok(after) => {
                let status = if action == Action::Delete { 204 } else { 200 };
                assert_eq!(answer.status, status, "{action:?} on {:?}: {answer:?}", self.model);
                self.tell(action);
                self.learn(action, &answer);
                self.model = after;
            }
            Err(code) => {
                let code = code.expect("only what the API offers is drawn");
                answer.expect_refusal(status_of(code), code);
                assert_eq!(self.read(), before, "a refusal changed something: {action:?}");
            }
        }
        if self.model.gone {
            let answer = self.client.get(&format!("/api/v1/users/{}", self.id));
            answer.expect_refusal(404, "E0000007");
            return false;
        }
        self.check_state();
        true
    }

    /// What the log must say of a step that was taken.
    fn tell(&mut self, action: Action) {
        let names: &[&str] = match action {
            Action::Activate => &["user.lifecycle.activate"],
            Action::Reactivate => &["user.lifecycle.reactivate"],
            Action::Delete if self.model.status == Status::Deprovisioned => {
                &["user.lifecycle.delete.initiated", "user.lifecycle.delete.completed"]
            }
            Action::Deactivate | Action::Delete => &["user.lifecycle.deactivate"],
            Action::Suspend => &["user.lifecycle.suspend"],
            Action::Unsuspend => &["user.lifecycle.unsuspend"],
            Action::Unlock => &["user.account.unlock_by_admin"],
            Action::ResetPassword | Action::ForgotPassword => &["user.account.reset_password"],
            Action::ExpirePassword | Action::ExpirePasswordWithTempPassword => &["user.account.expire_password"],
            Action::ResetFactors => &["user.mfa.factor.reset_all"],
            Action::ChangePassword | Action::SetPassword | Action::ForgotPasswordRecoveryQuestion => {
                &["user.account.update_password"]
            }
            Action::ChangeRecoveryQuestion | Action::SetRecoveryQuestion | Action::UpdateProfile => {
                &["user.account.update_profile"]
            }
            Action::Federate | Action::CompleteActivation | Action::CompleteReset => unreachable!("not drawn"),
        };
        for name in names {
            *self.events.entry(name).or_default() += 1;
        }
    }

    /// The secrets that the user now has.
    fn learn(&mut self, action: Action, answer: &Answer) {
        match action {
            Action::ChangePassword | Action::SetPassword | Action::ForgotPasswordRecoveryQuestion => {
                self.password = Some(self.next_password());
            }
            Action::ExpirePasswordWithTempPassword => {
                self.password = answer.json()["tempPassword"].as_str().map(str::to_owned);
            }
            Action::ChangeRecoveryQuestion | Action::SetRecoveryQuestion => {
                self.answer = self.next_question()["answer"].as_str().map(str::to_owned);
            }
            Action::Deactivate | Action::Delete => {
                self.password = None;
                self.answer = None;
            }
            Action::UpdateProfile => assert_eq!(answer.json()["profile"]["nickName"], self.next_nickname()),
            _ => {}
        }
        self.number += 1;
    }

    fn read(&self) -> Value {
        people::read(self.client, &self.id)
    }

    /// Compares the user with the model, and the links with what the model allows.
    fn check_state(&self) {
        let user = self.read();
        assert_eq!(user["status"], self.model.status.as_str(), "{user}");
        assert_eq!(
            user["credentials"].get("password").is_some(),
            self.model.password,
            "{user}"
        );
        assert_eq!(
            user["credentials"].get("recovery_question").is_some(),
            self.model.question,
            "{user}"
        );
        let links = user["_links"].as_object().unwrap();
        for (relation, action) in LINKS {
            let linked = links.contains_key(relation);
            let allowed = expected(self.model, action).is_ok();
            if linked && !advertised_in_vain(&self.model, action) {
                assert!(allowed, "{relation} is linked in vain: {user}");
            }
            if allowed && !linked {
                assert!(
                    silently_allowed(&self.model, action),
                    "{relation} is allowed and not linked: {user}"
                );
            }
        }
    }

    /// Compares the log with the steps that were taken.
    fn check_events(&self) {
        let events = people::events(self.client, &self.id);
        for (name, times) in &self.events {
            assert_eq!(people::count(&events, name), *times, "{name} in {events:?}");
        }
        let expected: usize = self.events.values().sum();
        assert_eq!(events.len(), expected, "{events:?}");
    }
}

/// A password that the policy takes, another one for each number.
fn password(number: u32) -> String {
    format!("Orbit-{number}-zebra")
}

/// The links that stand for actions.
const LINKS: [(&str, Action); 11] = [
    ("activate", Action::Activate),
    ("reactivate", Action::Reactivate),
    ("deactivate", Action::Deactivate),
    ("suspend", Action::Suspend),
    ("unsuspend", Action::Unsuspend),
    ("unlock", Action::Unlock),
    ("resetPassword", Action::ResetPassword),
    ("expirePassword", Action::ExpirePassword),
    ("forgotPassword", Action::ForgotPassword),
    ("changePassword", Action::ChangePassword),
    ("changeRecoveryQuestion", Action::ChangeRecoveryQuestion),
];

/// Links that the original shows although the operation is refused (contract: users §3 and §10).
fn advertised_in_vain(model: &Model, action: Action) -> bool {
    match (model.status, action) {
        (Status::PasswordExpired, Action::ForgotPassword | Action::ChangeRecoveryQuestion)
        | (Status::Recovery, Action::ExpirePassword) => true,
        (_, Action::ChangePassword | Action::ChangeRecoveryQuestion | Action::ExpirePassword) => !model.password,
        _ => false,
    }
}

/// Operations that the original allows without a link (contract: users §3 and §10).
fn silently_allowed(model: &Model, action: Action) -> bool {
    let credentials = matches!(action, Action::ChangePassword | Action::ChangeRecoveryQuestion);
    model.status == Status::Staged && (credentials || action == Action::Deactivate)
}

/// The status that goes with the code of a refusal.
fn status_of(code: &str) -> u16 {
    match code {
        "E0000001" => 400,
        "E0000007" => 404,
        _ => 403,
    }
}

/// Actions that no operation of the API stands for yet, or that the model does not know.
fn is_out_of_reach(action: Action) -> bool {
    matches!(
        action,
        Action::Federate | Action::CompleteActivation | Action::CompleteReset
    )
}

fn any_step() -> impl Strategy<Value = Step> {
    let ends = [Action::Deactivate, Action::Delete];
    let (rare, common): (Vec<_>, Vec<_>) = Action::all()
        .filter(|action| !is_out_of_reach(*action))
        .partition(|action| ends.contains(action));
    prop_oneof![
        16 => proptest::sample::select(common).prop_map(Step::Act),
        2 => proptest::sample::select(rare).prop_map(Step::Act),
        1 => Just(Step::GuessPassword),
    ]
}

/// Lives end and begin again under the same login, which is free once its owner is gone (C5).
fn random_lives_follow_the_model(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let client = server.client();
    let lives = Cell::new(0);
    let birth = (any::<bool>(), any::<bool>());
    let story = proptest::collection::vec((birth, any_step()), 30..60);
    let config = Config {
        cases: 6,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&story, |story| {
        lives.set(lives.get() + 1);
        let login = format!("life{}@example.com", lives.get());
        let mut person: Option<Person> = None;
        for ((activate, has_password), step) in story {
            let who = person.get_or_insert_with(|| Person::create(&client, &login, activate, has_password));
            if !who.step(step) {
                who.check_events();
                person = None;
            }
        }
        if let Some(person) = person {
            person.check_events();
            assert_eq!(people::read(&client, &person.login), person.read());
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    server.stop();
}

/// covers: createUser, getUser, updateUser, deleteUser, activateUser, reactivateUser, deactivateUser, suspendUser
/// covers: unsuspendUser, unlockUser, resetPassword, expirePassword, expirePasswordWithTempPassword, resetFactors
/// covers: changePassword, changeRecoveryQuestion, forgotPassword, forgotPasswordSetNewPassword, listLogEvents
#[test]
fn random_lives_follow_the_model_on_sqlite() {
    random_lives_follow_the_model(Backend::Sqlite);
}

#[test]
fn random_lives_follow_the_model_on_postgres() {
    random_lives_follow_the_model(Backend::Postgres);
}
