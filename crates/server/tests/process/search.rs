//! A search sees every write that was answered.

use serde_json::json;

use crate::harness::people::{self, profile};
use crate::harness::{Backend, Client, Home};

/// The ids that a search finds.
fn found(client: &Client, query: &str) -> Vec<String> {
    let users = client.all(&format!("/api/v1/users?{query}"));
    users
        .iter()
        .map(|user| user["id"].as_str().unwrap().to_owned())
        .collect()
}

fn a_search_sees_writes_at_once(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let client = server.client();
    for n in 0..20 {
        let login = format!("sought{n}@example.com");
        let mut sought = profile(&login);
        sought["department"] = json!(format!("Lab {n}"));
        let id = people::create(&client, "?activate=false", &json!({ "profile": sought }));
        let path = format!("/api/v1/users/{id}");
        let by_login = format!("search=profile.login+eq+%22{login}%22");
        let department = |name: &str| found(&client, &format!("search=profile.department+eq+%22{name}+{n}%22"));
        assert_eq!(found(&client, &by_login), [id.as_str()]);
        assert_eq!(department("Lab"), [id.as_str()]);
        client
            .post(&path, &json!({ "profile": { "department": format!("Workshop {n}") } }))
            .expect_ok();
        assert_eq!(department("Lab"), [""; 0]);
        assert_eq!(department("Workshop"), [id.as_str()]);
        client
            .act(&format!("{path}/lifecycle/activate?sendEmail=false"))
            .expect_ok();
        let provisioned = format!("search=status+eq+%22PROVISIONED%22+and+profile.login+sw+%22sought{n}%40%22");
        assert_eq!(found(&client, &provisioned), [id.as_str()]);
        assert_eq!(client.delete(&path).status, 204);
        assert_eq!(found(&client, &provisioned), [""; 0]);
        assert_eq!(found(&client, &by_login), [id.as_str()]);
        assert_eq!(client.delete(&path).status, 204);
        assert_eq!(found(&client, &by_login), [""; 0]);
    }
    server.stop();
}

/// covers: listUsers
#[test]
fn a_search_sees_writes_at_once_on_sqlite() {
    a_search_sees_writes_at_once(Backend::Sqlite);
}

#[test]
fn a_search_sees_writes_at_once_on_postgres() {
    a_search_sees_writes_at_once(Backend::Postgres);
}
