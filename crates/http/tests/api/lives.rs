//! Random lives through HTTP against the reference model (C1). The driver needs only a way to send a request, so that a test
//! on a real database can use it as it is.

use denizen_domain::user::lifecycle::Action;
use denizen_domain::user::lifecycle_model::{Model, expected};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

const QUESTION: &str = "Who's a major player in the cowboy scene?";
const ANSWER: &str = "Annie Oakley";

/// Sends a request under `/api/v1`, and gives back the status and the JSON of the answer; `null` where it is empty.
pub trait Wire {
    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value);
}

/// How a user is born.
#[derive(Clone, Copy, Debug)]
pub struct Birth {
    pub activate: bool,
    pub password: bool,
    pub question: bool,
}

/// One thing that is tried; `right` says whether with the right secret, where it takes one.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub action: Action,
    pub right: bool,
}

/// Births, and everything that HTTP offers afterwards. The ends of links are not offered yet.
pub fn any_life(longest: usize) -> impl Strategy<Value = (Birth, Vec<Step>)> {
    let offered = |action: &Action| {
        !matches!(
            action,
            Action::Federate | Action::CompleteActivation | Action::CompleteReset
        )
    };
    let actions: Vec<Action> = Action::all().filter(offered).collect();
    let birth = any::<(bool, bool, bool)>().prop_map(|(activate, password, question)| Birth {
        activate,
        password,
        question,
    });
    let step = (proptest::sample::select(actions), proptest::bool::weighted(0.85))
        .prop_map(|(action, right)| Step { action, right });
    (birth, proptest::collection::vec(step, 1..longest))
}

struct Life<'w> {
    wire: &'w dyn Wire,
    id: String,
    model: Model,
    password: Option<String>,
    number: usize,
}

/// Lives a life, and compares every answer and the user after it with the model.
pub fn live(wire: &dyn Wire, name: &str, birth: Birth, steps: &[Step]) {
    let login = format!("{name}@example.com");
    let mut body = json!({"profile": {"login": login, "email": login, "firstName": "Isaac", "lastName": "Brock"}});
    let first = "Lantern-Winter-0".to_owned();
    if birth.password {
        body["credentials"]["password"] = json!({"value": first});
    }
    if birth.question {
        body["credentials"]["recovery_question"] = json!({"question": QUESTION, "answer": ANSWER});
    }
    let (status, user) = wire.call("POST", &format!("/users?activate={}", birth.activate), Some(&body));
    assert_eq!(status, 200, "{user}");
    let mut life = Life {
        wire,
        id: user["id"].as_str().unwrap().to_owned(),
        model: Model::newborn(birth.activate, birth.password, birth.question),
        password: birth.password.then_some(first),
        number: 0,
    };
    life.check("birth");
    for step in steps {
        life.step(*step);
        if life.model.gone {
            break;
        }
    }
}

impl Life<'_> {
    /// Does a step and looks at what came of it.
    fn step(&mut self, step: Step) {
        self.number += 1;
        let new = format!("Lantern-Winter-{}", self.number);
        let old = self
            .password
            .clone()
            .filter(|_| step.right)
            .unwrap_or_else(|| "Never-Ever-1".to_owned());
        let (method, path, body) = request(step, &old, &new, self.number);
        let takes_secret = matches!(
            step.action,
            Action::ChangePassword | Action::ChangeRecoveryQuestion | Action::ForgotPasswordRecoveryQuestion
        );
        let told = format!("{step:?} on {:?}", self.model);
        let (status, answer) = self
            .wire
            .call(method, &format!("/users/{}{path}", self.id), body.as_ref());
        match expected(self.model, step.action) {
            Ok(_) if takes_secret && !step.right => {
                assert_eq!(status, 403, "{told}: {answer}");
                assert!(
                    ["E0000014", "E0000087"].contains(&answer["errorCode"].as_str().unwrap()),
                    "{told}: {answer}"
                );
            }
            Ok(model) => {
                assert!(status == 200 || status == 204, "{told}: {status} {answer}");
                self.model = model;
                match step.action {
                    Action::ExpirePasswordWithTempPassword => {
                        self.password = Some(answer["tempPassword"].as_str().unwrap().to_owned());
                    }
                    Action::ChangePassword | Action::ForgotPasswordRecoveryQuestion | Action::SetPassword => {
                        self.password = Some(new)
                    }
                    _ => {}
                }
            }
            Err(code) => {
                assert_eq!(answer["errorCode"].as_str(), code, "{told}: {status} {answer}");
                let wanted = match code {
                    Some("E0000001") => 400,
                    Some("E0000007") => 404,
                    _ => 403,
                };
                assert_eq!(status, wanted, "{told}: {answer}");
            }
        }
        if !self.model.password {
            self.password = None;
        }
        self.check(&told);
    }

    /// The user is what the model says.
    fn check(&self, told: &str) {
        let (status, user) = self.wire.call("GET", &format!("/users/{}", self.id), None);
        if self.model.gone {
            assert_eq!((status, user["errorCode"].as_str()), (404, Some("E0000007")), "{told}");
            return;
        }
        assert_eq!(status, 200, "{told}: {user}");
        assert_eq!(user["status"], self.model.status.as_str(), "{told}");
        let credentials = &user["credentials"];
        assert_eq!(
            credentials.get("password").is_some(),
            self.model.password,
            "{told}: {user}"
        );
        assert_eq!(
            credentials.get("recovery_question").is_some(),
            self.model.question,
            "{told}: {user}"
        );
    }
}

fn request(step: Step, old: &str, new: &str, number: usize) -> (&'static str, &'static str, Option<Value>) {
    let question = json!({"question": QUESTION, "answer": ANSWER});
    let answer = if step.right { "annie OAKLEY" } else { "Calamity Jane" };
    match step.action {
        Action::Activate => ("POST", "/lifecycle/activate", None),
        Action::Reactivate => ("POST", "/lifecycle/reactivate", None),
        Action::Deactivate => ("POST", "/lifecycle/deactivate", None),
        Action::Delete => ("DELETE", "", None),
        Action::Suspend => ("POST", "/lifecycle/suspend", None),
        Action::Unsuspend => ("POST", "/lifecycle/unsuspend", None),
        Action::Unlock => ("POST", "/lifecycle/unlock", None),
        Action::ResetPassword => ("POST", "/lifecycle/reset_password?sendEmail=false", None),
        Action::ExpirePassword => ("POST", "/lifecycle/expire_password", None),
        Action::ExpirePasswordWithTempPassword => ("POST", "/lifecycle/expire_password_with_temp_password", None),
        Action::ResetFactors => ("POST", "/lifecycle/reset_factors", None),
        Action::ForgotPassword => ("POST", "/credentials/forgot_password", None),
        Action::ChangePassword => {
            let body = json!({"oldPassword": {"value": old}, "newPassword": {"value": new}});
            ("POST", "/credentials/change_password", Some(body))
        }
        Action::ChangeRecoveryQuestion => {
            let body = json!({"password": {"value": old}, "recovery_question": question});
            ("POST", "/credentials/change_recovery_question", Some(body))
        }
        Action::ForgotPasswordRecoveryQuestion => {
            let body = json!({"password": {"value": new}, "recovery_question": {"answer": answer}});
            ("POST", "/credentials/forgot_password_recovery_question", Some(body))
        }
        Action::UpdateProfile => ("POST", "", Some(json!({"profile": {"city": format!("City {number}")}}))),
        Action::SetPassword => ("POST", "", Some(json!({"credentials": {"password": {"value": new}}}))),
        Action::SetRecoveryQuestion => (
            "POST",
            "",
            Some(json!({"credentials": {"recovery_question": question}})),
        ),
        Action::Federate | Action::CompleteActivation | Action::CompleteReset => unreachable!("it is not drawn"),
    }
}

impl Wire for crate::server::Server {
    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let request = self.request(method, &format!("/api/v1{path}"));
        let answer = match body {
            Some(body) => request.json(body).send(),
            None => request.send(),
        };
        let json = if answer.body.is_empty() {
            Value::Null
        } else {
            answer.json()
        };
        (answer.status, json)
    }
}

/// C1: whatever is done in whatever order, the API answers what the model says.
/// covers: createUser, getUser, activateUser, reactivateUser, deactivateUser, deleteUser, suspendUser, unsuspendUser, unlockUser, resetPassword, expirePassword, expirePasswordWithTempPassword, resetFactors, changePassword, changeRecoveryQuestion, forgotPassword, forgotPasswordSetNewPassword, updateUser
#[test]
fn a_random_life_follows_the_model() {
    // A life may fail often; the lock-out has tests of its own.
    let server = crate::server::Server::with(denizen_http::HttpSettings::default(), |settings| {
        settings.password_policy.max_attempts = 0;
    });
    let lives = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let lived = runner.run(&any_life(90), |(birth, steps)| {
        lives.set(lives.get() + 1);
        server.pass(1);
        live(&server, &format!("life.{}", lives.get()), birth, &steps);
        Ok(())
    });
    lived.unwrap();
}
