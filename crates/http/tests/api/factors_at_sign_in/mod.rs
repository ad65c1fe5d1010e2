//! Factors at sign-in (contract: authn-and-recovery §2, §3, §6).

mod enrolment;
mod entries;
mod required;
mod sent;
mod turns;

use denizen_domain::factor::{Enrolment, FactorKind};
use denizen_http::HttpSettings;
use serde_json::{Value, json};

use crate::factors::Token;
use crate::server::{PASSWORD, PUBLIC_URL, Person, Server};
use crate::sign_in::text;
use crate::wire::Answer;

/// A server whose policy asks for these kinds, and allows no other than those and questions.
pub fn server_that_requires(kinds: &[FactorKind]) -> Server {
    Server::with(HttpSettings::default(), |settings| {
        for kind in FactorKind::ALL {
            let enrolment = match kind {
                _ if kinds.contains(&kind) => Enrolment::Required,
                FactorKind::Question | FactorKind::Email => Enrolment::Optional,
                _ => Enrolment::NotAllowed,
            };
            settings.factor_policy.enrolments.insert(kind, enrolment);
        }
    })
}

pub fn link(path: &str) -> Value {
    json!({"href": format!("{PUBLIC_URL}/api/v1/authn/{path}"), "hints": {"allow": ["POST"]}})
}

pub fn named(name: &str, path: &str) -> Value {
    json!({"name": name, "href": format!("{PUBLIC_URL}/api/v1/authn/{path}"), "hints": {"allow": ["POST"]}})
}

pub fn no_remembering() -> Value {
    json!({"allowRememberDevice": false, "rememberDeviceLifetimeInMinutes": 0, "rememberDeviceByDefault": false})
}

/// The names of a transaction's links.
pub fn links(told: &Value) -> Vec<&str> {
    told["_links"].as_object().unwrap().keys().map(String::as_str).collect()
}

impl Server {
    /// A transaction of somebody who knows the password, in this state.
    pub fn halted(&self, person: &Person, status: &str) -> (String, Value) {
        let told = self.sign_in(person, PASSWORD).ok();
        assert_eq!(told["status"], status, "{told}");
        assert!(told.get("sessionToken").is_none(), "{told}");
        (text(&told["stateToken"]), told)
    }

    /// A step about a factor.
    pub fn factor_step(&self, state: &str, id: &Value, step: &str, body: &Value) -> Answer {
        let mut body = body.clone();
        body["stateToken"] = state.into();
        self.visit(&format!("/authn/factors/{}/{step}", text(id)), &body)
    }

    pub fn show_code(&self, state: &str, token: &Token, code: &str) -> Answer {
        self.factor_step(state, &token.shown["id"], "verify", &json!({"passCode": code}))
    }

    /// A step with nothing but the state token.
    pub fn step(&self, path: &str, state: &str) -> Answer {
        self.visit(&format!("/authn{path}"), &json!({"stateToken": state}))
    }

    pub fn enrol_at_sign_in(&self, state: &str, body: &Value) -> Answer {
        let mut body = body.clone();
        body["stateToken"] = state.into();
        self.visit("/authn/factors", &body)
    }
}

pub fn out_of_turn(answer: &Answer) {
    let summary = "This operation is not allowed in the current authentication state.";
    answer.refused(403, "E0000079", summary, &[summary]);
}
