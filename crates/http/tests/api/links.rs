//! `_links` of users (contract: users §3; clients 14, 16).

use serde_json::{Value, json};

use crate::server::{PUBLIC_URL, STATUSES, Server, profile};

/// The whole table of §3.
/// covers: getUser
#[test]
fn every_status_has_its_links() {
    let server = Server::start();
    let rows: [&[&str]; 8] = [
        &["activate"],
        &["deactivate", "reactivate", "resetPassword", "suspend"],
        &[
            "changePassword",
            "changeRecoveryQuestion",
            "deactivate",
            "expirePassword",
            "forgotPassword",
            "resetPassword",
            "suspend",
        ],
        &[
            "changePassword",
            "changeRecoveryQuestion",
            "deactivate",
            "expirePassword",
            "reactivate",
            "resetPassword",
        ],
        &[
            "changePassword",
            "changeRecoveryQuestion",
            "deactivate",
            "expirePassword",
            "forgotPassword",
            "resetPassword",
            "suspend",
        ],
        &["deactivate", "resetPassword", "unlock"],
        &["deactivate", "unsuspend"],
        &["activate", "delete"],
    ];
    for (status, wanted) in STATUSES.into_iter().zip(rows) {
        let person = server.person_in(status, &format!("user.{}", status.to_lowercase()));
        check(&server.read(&person), wanted);
    }
    let body = json!({"profile": profile("federated"), "credentials": {"provider": {"type": "FEDERATION", "name": "FEDERATION"}}});
    let person = server.create("?provider=true", &body);
    check(
        &server.read(&person),
        &["changeRecoveryQuestion", "deactivate", "resetPassword"],
    );
}

/// Every link is where the operation is, and nothing but an address and a method.
fn check(user: &Value, wanted: &[&str]) {
    let path = format!("{PUBLIC_URL}/api/v1/users/{}", user["id"].as_str().unwrap());
    let type_id = user["type"]["id"].as_str().unwrap();
    let schema_id = type_id.replacen("oty", "osc", 1);
    let href = |text: String| json!({"href": text});
    let mut links = user["_links"].as_object().unwrap().clone();
    assert_eq!(links.remove("self"), Some(href(path.clone())));
    assert_eq!(
        links.remove("schema"),
        Some(href(format!("{PUBLIC_URL}/api/v1/meta/schemas/user/{schema_id}")))
    );
    assert_eq!(
        links.remove("type"),
        Some(href(format!("{PUBLIC_URL}/api/v1/meta/types/user/{type_id}")))
    );
    let mut relations: Vec<&str> = links.keys().map(String::as_str).collect();
    relations.sort_unstable();
    assert_eq!(relations, wanted, "{}", user["status"]);
    for (relation, link) in &links {
        let (suffix, method) = match relation.as_str() {
            "activate" => ("/lifecycle/activate", "POST"),
            "reactivate" => ("/lifecycle/reactivate", "POST"),
            "deactivate" => ("/lifecycle/deactivate", "POST"),
            "suspend" => ("/lifecycle/suspend", "POST"),
            "unsuspend" => ("/lifecycle/unsuspend", "POST"),
            "unlock" => ("/lifecycle/unlock", "POST"),
            "resetPassword" => ("/lifecycle/reset_password", "POST"),
            "expirePassword" => ("/lifecycle/expire_password", "POST"),
            "forgotPassword" => ("/credentials/forgot_password", "POST"),
            "changePassword" => ("/credentials/change_password", "POST"),
            "changeRecoveryQuestion" => ("/credentials/change_recovery_question", "POST"),
            "delete" => ("", "DELETE"),
            other => panic!("{other}"),
        };
        assert_eq!(
            *link,
            json!({"href": format!("{path}{suffix}"), "method": method}),
            "{relation}"
        );
    }
}

/// In lists there is only the link to the user.
/// covers: listUsers
#[test]
fn lists_link_to_each_user_only() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let users = server.get("/users").ok();
    let users = users.as_array().unwrap();
    assert_eq!(users.len(), 2);
    for user in users {
        let path = format!("{PUBLIC_URL}/api/v1/users/{}", user["id"].as_str().unwrap());
        assert_eq!(user["_links"], json!({"self": {"href": path}}));
    }
    // Beside its links, a user in a list is the user.
    let mut read = server.read(&person);
    let listed = users.iter().find(|user| user["id"] == person.id.as_str()).unwrap();
    read["_links"] = listed["_links"].clone();
    assert_eq!(*listed, read);
}

/// A media type's parameter leaves out what somebody may not need (§5).
/// covers: getUser, listUsers
#[test]
fn credentials_are_left_out_on_request() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    for kind in [
        "application/json; okta-response=\"omitCredentials,omitCredentialsLinks,omitTransitioningToStatus\"",
        "application/json;okta-response=omitCredentials,omitCredentialsLinks",
    ] {
        let path = format!("/api/v1/users/{}", person.id);
        let user = server.request("GET", &path).header("Content-Type", kind).send().ok();
        assert_eq!(user.get("credentials"), None, "{kind}");
        let mut relations: Vec<&String> = user["_links"].as_object().unwrap().keys().collect();
        relations.sort_unstable();
        assert_eq!(
            relations,
            ["deactivate", "expirePassword", "schema", "self", "suspend", "type"],
            "{kind}"
        );
        let users = server
            .request("GET", "/api/v1/users")
            .header("Content-Type", kind)
            .send()
            .ok();
        assert!(
            users
                .as_array()
                .unwrap()
                .iter()
                .all(|user| user.get("credentials").is_none()),
            "{kind}"
        );
    }
}
