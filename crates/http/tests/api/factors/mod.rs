//! Factors of users (contract: factors).

mod catalog;
mod limits;
mod question;
mod rights;
mod totp;

use serde_json::{Value, json};

use crate::server::{PUBLIC_URL, Person, Server};

pub const ANSWER: &str = "mayonnaise";

/// The path of somebody's factors.
pub fn factors(person: &Person) -> String {
    format!("/users/{}/factors", person.id)
}

/// The path of a factor.
pub fn factor(person: &Person, shown: &Value) -> String {
    format!("{}/{}", factors(person), shown["id"].as_str().unwrap())
}

pub fn link(path: &str, allow: &[&str]) -> Value {
    json!({"href": format!("{PUBLIC_URL}/api/v1{path}"), "hints": {"allow": allow}})
}

/// A token in software, as its owner has it.
pub struct Token {
    pub shown: Value,
    secret: String,
}

impl Token {
    /// The code that it shows now, or so many steps from now.
    pub fn code(&self, server: &Server, steps: i64) -> String {
        let seconds = server.seconds() + steps * 30;
        let secret = base32::decode(base32::Alphabet::Rfc4648 { padding: false }, &self.secret).unwrap();
        let totp = totp_rs::Builder::new().with_secret(secret).build_noncompliant();
        totp.generate(u64::try_from(seconds).unwrap()).to_string()
    }
}

impl Server {
    pub fn enrol_question(&self, person: &Person) -> Value {
        let body = json!({"factorType": "question", "provider": "OKTA",
            "profile": {"question": "disliked_food", "answer": ANSWER}});
        self.post(&factors(person), &body).ok()
    }

    pub fn enrol_totp(&self, person: &Person, provider: &str) -> Token {
        let body = json!({"factorType": "token:software:totp", "provider": provider});
        let shown = self.post(&factors(person), &body).ok();
        let secret = shown["_embedded"]["activation"]["sharedSecret"].as_str().unwrap();
        Token {
            secret: secret.to_owned(),
            shown,
        }
    }

    /// A token that has been activated, and whose present code is unused.
    pub fn active_totp(&self, person: &Person) -> Token {
        let token = self.enrol_totp(person, "GOOGLE");
        let body = json!({"passCode": token.code(self, 0)});
        let path = format!("{}/lifecycle/activate", factor(person, &token.shown));
        self.post(&path, &body).ok();
        self.pass(60);
        token
    }
}
