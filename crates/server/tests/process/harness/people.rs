//! People to put into the directory.

use serde_json::{Value, json};

use super::Client;

/// A profile with nothing but what must be there.
pub fn profile(login: &str) -> Value {
    json!({ "login": login, "email": login, "firstName": "Isaac", "lastName": "Brock" })
}

/// Creates a user and gives back the id.
#[track_caller]
pub fn create(client: &Client, query: &str, body: &Value) -> String {
    let user = client.post(&format!("/api/v1/users{query}"), body).expect_ok();
    user["id"].as_str().unwrap().to_owned()
}

/// An active user with a password.
#[track_caller]
pub fn create_active(client: &Client, login: &str, password: &str) -> String {
    let body = json!({ "profile": profile(login), "credentials": { "password": { "value": password } } });
    create(client, "", &body)
}

/// A user who has been invited, and not mailed to.
#[track_caller]
pub fn create_provisioned(client: &Client, login: &str) -> String {
    let id = create(client, "?activate=false", &json!({ "profile": profile(login) }));
    client
        .act(&format!("/api/v1/users/{id}/lifecycle/activate?sendEmail=false"))
        .expect_ok();
    id
}

/// The user's present state.
#[track_caller]
pub fn read(client: &Client, id: &str) -> Value {
    client.get(&format!("/api/v1/users/{id}")).expect_ok()
}

/// The names of the events about a user, oldest first; those of what was tried in vain end with a mark.
#[track_caller]
pub fn events(client: &Client, id: &str) -> Vec<String> {
    let path = format!("/api/v1/logs?limit=1000&sortOrder=ASCENDING&filter=target.id+eq+%22{id}%22");
    let name = |event: &Value| {
        let name = event["eventType"].as_str().unwrap();
        match event["outcome"]["result"].as_str().unwrap() {
            "SUCCESS" => name.to_owned(),
            result => format!("{name} {result}"),
        }
    };
    client.all(&path).iter().map(name).collect()
}

/// How often an event happened to a user.
#[track_caller]
pub fn count(events: &[String], name: &str) -> usize {
    events.iter().filter(|event| *event == name).count()
}
