//! Restricted administrators, who call with tokens of their own.

mod api_tokens;
mod escalation;
mod fields;
mod matrix;
mod objects;
mod refused_calls;
mod sight;

use serde_json::{Value, json};

use crate::roles::{assign, user_path};
use crate::server::{Person, Server, run, somebody};
use crate::wire::{Answer, Request};

pub const FORBIDDEN: &str = "You do not have permission to perform the requested action";

/// An administrator, and the token they call with.
pub struct Admin {
    pub person: Person,
    pub token: String,
}

impl Server {
    /// A token of somebody.
    pub fn token_of(&self, person: &Person) -> String {
        let token = run(self.directory.create_api_token(&person.id, "test")).unwrap();
        token.expose().to_owned()
    }

    /// Somebody with these roles; those that admit it are narrowed to these groups or apps.
    pub fn admin(&self, name: &str, roles: &[&str], targets: &[&str]) -> Admin {
        let person = self.active(name);
        for role in roles {
            self.give(&person, role, targets);
        }
        let token = self.token_of(&person);
        Admin { person, token }
    }

    /// Gives a role, and narrows it to these groups, or apps by their name in the catalog.
    pub fn give(&self, person: &Person, role: &str, targets: &[&str]) {
        let holder = user_path(person);
        let id = assign(self, &holder, role)["id"].as_str().unwrap().to_owned();
        for target in targets {
            let kind = match role {
                "APP_ADMIN" => "catalog/apps",
                "USER_ADMIN" | "HELP_DESK_ADMIN" | "GROUP_MEMBERSHIP_ADMIN" => "groups",
                _ => continue,
            };
            let answer = self
                .request("PUT", &format!("/api/v1{holder}/roles/{id}/targets/{kind}/{target}"))
                .send();
            assert!(answer.status < 300, "{}", answer.told());
        }
    }

    pub fn join(&self, group: &str, person: &Person) {
        let answer = self
            .request("PUT", &format!("/api/v1/groups/{group}/users/{}", person.id))
            .send();
        assert_eq!(answer.status, 204, "{}", answer.told());
    }

    /// Somebody new who waits to be activated, in these groups.
    pub fn staged_in(&self, name: &str, groups: &[&str]) -> Person {
        let mut body = somebody(name, false, false);
        body["groupIds"] = json!(groups);
        self.create("?activate=false", &body)
    }

    /// A call with a token.
    pub fn by(&self, token: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let target = format!("/api/v1{path}");
        let request = Request::new(self.address, method, &target, Some(token));
        match body {
            Some(body) => request.json(body).send(),
            None => request.send(),
        }
    }
}

impl Admin {
    pub fn get(&self, server: &Server, path: &str) -> Answer {
        server.by(&self.token, "GET", path, None)
    }

    pub fn act(&self, server: &Server, path: &str) -> Answer {
        server.by(&self.token, "POST", path, None)
    }

    pub fn post(&self, server: &Server, path: &str, body: &Value) -> Answer {
        server.by(&self.token, "POST", path, Some(body))
    }

    pub fn put(&self, server: &Server, path: &str) -> Answer {
        server.by(&self.token, "PUT", path, None)
    }

    pub fn delete(&self, server: &Server, path: &str) -> Answer {
        server.by(&self.token, "DELETE", path, None)
    }
}

pub fn forbidden(answer: &Answer) {
    answer.refused(403, "E0000006", FORBIDDEN, &[]);
}

/// The ids of a list.
pub fn ids(list: &Value) -> Vec<String> {
    let entries = list.as_array().unwrap().iter();
    entries.map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
}
