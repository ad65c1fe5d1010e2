//! The written form against the one that the contract shows.

use denizen_domain::id::{UserId, UserTypeId};
use denizen_domain::login::Login;
use denizen_domain::password::StoredPassword;
use denizen_domain::profile::Profile;
use denizen_domain::user::{Credentials, Provider, RecoveryQuestion, Status};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn user(status: Status, profile: Value) -> User {
    let at = Timestamp::from_millis(1_759_117_790_000);
    let password = StoredPassword::Phc("$argon2id$secret".to_owned());
    User {
        id: UserId::generate(at, 1),
        version: 1,
        type_id: UserTypeId::generate(at, 2),
        status,
        resumes_to: status,
        created: at,
        activated: Some(at),
        status_changed: None,
        last_login: None,
        last_updated: at,
        password_changed: Some(at),
        login: Login::parse("john@example.com").unwrap(),
        profile: Profile::from_attributes(profile.as_object().unwrap()),
        credentials: Credentials {
            password: Some(password.clone()),
            recovery_question: Some(RecoveryQuestion {
                question: "Say \"hello\"\n".to_owned(),
                answer: password,
            }),
            ..Credentials::none(Provider::okta())
        },
        failed_attempts: 0,
        factors: denizen_domain::factor::FactorRecord::default(),
    }
}

fn john() -> Value {
    json!({"login": "john@example.com", "email": "john@example.com", "firstName": "John", "lastName": "D\"oe"})
}

fn view(links: Links) -> View<'static> {
    View {
        base: "https://id.example.com",
        links,
        credentials: true,
        credential_links: true,
        blocks: false,
    }
}

fn shown(view: &View<'_>, user: &User) -> Value {
    serde_json::from_slice(&view.write(user)).unwrap()
}

#[test]
fn a_user_has_the_members_of_the_contract() {
    let user = user(Status::Active, john());
    let own = format!("https://id.example.com/api/v1/users/{}", user.id);
    let link = |suffix: &str| json!({"href": format!("{own}{suffix}"), "method": "POST"});
    let wanted = json!({
        "id": user.id.as_str(),
        "status": "ACTIVE",
        "created": "2025-09-29T03:49:50.000Z",
        "activated": "2025-09-29T03:49:50.000Z",
        "statusChanged": null,
        "lastLogin": null,
        "lastUpdated": "2025-09-29T03:49:50.000Z",
        "passwordChanged": "2025-09-29T03:49:50.000Z",
        "type": {"id": user.type_id.as_str()},
        "profile": {"login": "john@example.com", "email": "john@example.com", "firstName": "John", "lastName": "D\"oe",
                    "mobilePhone": null, "secondEmail": null},
        "credentials": {
            "password": {},
            "emails": [{"value": "john@example.com", "status": "VERIFIED", "type": "PRIMARY"}],
            "recovery_question": {"question": "Say \"hello\"\n"},
            "provider": {"type": "OKTA", "name": "OKTA"},
        },
        "_links": {
            "suspend": link("/lifecycle/suspend"),
            "resetPassword": link("/lifecycle/reset_password"),
            "forgotPassword": link("/credentials/forgot_password"),
            "expirePassword": link("/lifecycle/expire_password"),
            "changeRecoveryQuestion": link("/credentials/change_recovery_question"),
            "changePassword": link("/credentials/change_password"),
            "deactivate": link("/lifecycle/deactivate"),
            "schema": {"href": format!("https://id.example.com/api/v1/meta/schemas/user/{}", user.type_id.schema_id())},
            "type": {"href": format!("https://id.example.com/api/v1/meta/types/user/{}", user.type_id)},
            "self": {"href": own},
        },
    });
    assert_eq!(shown(&view(Links::All), &user), wanted);
}

#[test]
fn lists_link_only_to_the_users_themselves() {
    let users = [user(Status::Active, john()), user(Status::Staged, john())];
    let list: Value = serde_json::from_slice(&view(Links::Own).write_all(&users)).unwrap();
    for (shown, user) in list.as_array().unwrap().iter().zip(&users) {
        let own = format!("https://id.example.com/api/v1/users/{}", user.id);
        assert_eq!(shown["_links"], json!({"self": {"href": own}}));
    }
    assert_eq!(view(Links::Own).write_all(&[]), b"[]");
}

#[test]
fn parts_are_left_out_on_demand() {
    let user = user(Status::LockedOut, john());
    let mut view = view(Links::All);
    view.credentials = false;
    view.credential_links = false;
    view.blocks = true;
    let shown = shown(&view, &user);
    assert_eq!(shown.get("credentials"), None);
    let links: Vec<_> = shown["_links"].as_object().unwrap().keys().collect();
    assert_eq!(links, ["deactivate", "schema", "self", "type"]);
    assert_eq!(shown["_embedded"], json!({"blocks": []}));
}

/// G1: neither hash nor answer is ever shown.
#[test]
fn credentials_hold_no_secret() {
    let written = String::from_utf8(credentials(&user(Status::Active, john()))).unwrap();
    let wanted = json!({"password": {}, "recovery_question": {"question": "Say \"hello\"\n"},
                        "provider": {"type": "OKTA", "name": "OKTA"}});
    assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), wanted);
    assert!(!written.contains("argon2"));
}

proptest! {
    /// The addresses found in the text are those that a parser finds, whatever the other attributes say.
    #[test]
    fn addresses_are_found_without_parsing(
        email in ".{0,20}",
        second in proptest::option::of(".{0,20}"),
        noise in "(\"email\":|\\\\|\"|[a-z:]){0,12}",
    ) {
        let profile = json!({"login": noise, "email": email, "secondEmail": second, "aaa": noise, "nickName": noise});
        let shown = shown(&view(Links::Own), &user(Status::Active, profile));
        let emails = shown["credentials"]["emails"].as_array().unwrap();
        let values: Vec<_> = emails.iter().map(|email| email["value"].as_str().unwrap().to_owned()).collect();
        let wanted: Vec<_> = [Some(email), second].into_iter().flatten().collect();
        prop_assert_eq!(values, wanted);
    }
}
