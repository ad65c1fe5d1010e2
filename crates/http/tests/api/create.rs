//! Creating users (contract: users §4).

use serde_json::{Value, json};

use crate::server::{ANSWER, PASSWORD, QUESTION, START, Server, profile, somebody};
use crate::wire::RefusalRow;

const BCRYPT: &str = r#"{"algorithm":"BCRYPT","workFactor":10,"salt":"rwh3vH166HCH/NT9XV5FYu","value":"qaMqvAPULkbiQzkTCWo5XDcvzpk8Tna"}"#;

fn with_credentials(name: &str, credentials: &Value) -> Value {
    json!({"profile": profile(name), "credentials": credentials})
}

/// The variants of §4, each activated or not: status and provider afterwards, or a refusal's code.
/// covers: createUser
#[test]
fn every_variant() {
    let server = Server::start();
    let question = json!({"question": QUESTION, "answer": ANSWER});
    let password = json!({"value": PASSWORD});
    let hash: Value = serde_json::from_str(BCRYPT).unwrap();
    // credentials, query, activated, staged, provider, has password
    let rows: &[(&str, Value, &str, &str, &str, &str, bool)] = &[
        ("nothing", json!(null), "", "PROVISIONED", "STAGED", "OKTA", false),
        (
            "empty password",
            json!({"password": {}}),
            "",
            "PROVISIONED",
            "STAGED",
            "OKTA",
            false,
        ),
        (
            "question",
            json!({"recovery_question": question}),
            "",
            "PROVISIONED",
            "STAGED",
            "OKTA",
            false,
        ),
        (
            "password",
            json!({"password": password}),
            "",
            "ACTIVE",
            "STAGED",
            "OKTA",
            true,
        ),
        (
            "both",
            json!({"password": password, "recovery_question": question}),
            "",
            "ACTIVE",
            "STAGED",
            "OKTA",
            true,
        ),
        (
            "named provider",
            json!({"password": password, "provider": {"type": "OKTA", "name": "OKTA"}}),
            "",
            "ACTIVE",
            "STAGED",
            "OKTA",
            true,
        ),
        (
            "next login",
            json!({"password": password}),
            "nextLogin=changePassword",
            "PASSWORD_EXPIRED",
            "E0000125",
            "OKTA",
            true,
        ),
        (
            "next login, no password",
            json!({}),
            "nextLogin=changePassword",
            "E0000124",
            "E0000125",
            "",
            false,
        ),
        (
            "hash",
            json!({"password": {"hash": hash}}),
            "",
            "ACTIVE",
            "STAGED",
            "IMPORT",
            true,
        ),
        (
            "federation",
            json!({"provider": {"type": "FEDERATION", "name": "FEDERATION"}}),
            "provider=true",
            "ACTIVE",
            "STAGED",
            "FEDERATION",
            false,
        ),
        (
            "social",
            json!({"provider": {"type": "SOCIAL", "name": "SOCIAL"}}),
            "provider=true",
            "ACTIVE",
            "STAGED",
            "SOCIAL",
            false,
        ),
    ];
    for (number, (name, credentials, query, activated, staged, provider, has_password)) in rows.iter().enumerate() {
        for (activate, wanted) in [(true, activated), (false, staged)] {
            let login = format!("variant.{number}.{activate}");
            let mut body = json!({"profile": profile(&login)});
            if !credentials.is_null() {
                body["credentials"] = credentials.clone();
            }
            let answer = server.post(&format!("/users?activate={activate}&{query}"), &body);
            if wanted.starts_with('E') {
                answer.refused_as(400, wanted);
                server
                    .get(&format!("/users/{login}@example.com"))
                    .unknown_user(&format!("{login}@example.com"));
                continue;
            }
            let user = answer.ok();
            assert_eq!(user["status"], **wanted, "{name}: {user}");
            let shown = &user["credentials"];
            assert_eq!(
                shown["provider"],
                json!({"type": provider, "name": provider}),
                "{name}: {user}"
            );
            assert_eq!(
                shown.get("password"),
                has_password.then(|| json!({})).as_ref(),
                "{name}: {user}"
            );
            let asked = credentials
                .pointer("/recovery_question")
                .map(|_| json!({"question": QUESTION}));
            assert_eq!(shown.get("recovery_question"), asked.as_ref(), "{name}: {user}");
            // A mail goes out only when somebody is activated who must first choose a password.
            let mails = server.mails();
            assert_eq!(mails.len(), usize::from(**wanted == *"PROVISIONED"), "{name}");
        }
    }
}

/// What is returned is a whole user, with ids and dates of the documented form; reading it again gives the same.
/// covers: createUser, getUser
#[test]
fn a_new_user_is_answered_whole() {
    let server = Server::start();
    let answer = server.post("/users", &somebody("isaac.brock", true, true));
    assert_eq!(answer.header("etag"), None, "the tag comes with a read");
    let user = answer.ok();
    let id = user["id"].as_str().unwrap();
    assert!(
        id.len() == 20 && id.starts_with("00u") && id.bytes().all(|b| b.is_ascii_alphanumeric()),
        "{id}"
    );
    let type_id = user["type"]["id"].as_str().unwrap();
    assert!(type_id.len() == 20 && type_id.starts_with("oty"), "{type_id}");
    let mut members: Vec<&str> = user.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    let wanted = [
        "_links",
        "activated",
        "created",
        "credentials",
        "id",
        "lastLogin",
        "lastUpdated",
        "passwordChanged",
        "profile",
        "status",
        "statusChanged",
        "type",
    ];
    assert_eq!(members, wanted);
    let wanted = json!({"firstName": "Isaac", "lastName": "Brock", "mobilePhone": null, "secondEmail": null,
                        "login": "isaac.brock@example.com", "email": "isaac.brock@example.com"});
    assert_eq!(user["profile"], wanted);
    let wanted = json!({"password": {}, "recovery_question": {"question": QUESTION},
                        "emails": [{"value": "isaac.brock@example.com", "status": "VERIFIED", "type": "PRIMARY"}],
                        "provider": {"type": "OKTA", "name": "OKTA"}});
    assert_eq!(user["credentials"], wanted);
    assert_eq!(server.get(&format!("/users/{id}")).ok(), user);
}

/// The first rows of the table of timestamps (§2), with a clock that does not stand on a whole second.
/// covers: createUser
#[test]
fn timestamps_of_a_new_user() {
    let server = Server::start();
    server.pass_millis(789);
    let (now, none) = (json!(START), json!(null));
    let rows = [
        ("a", "?activate=false", false, [&now, &none, &none, &none, &now, &none]),
        ("b", "?activate=false", true, [&now, &none, &now, &now, &now, &none]),
        ("c", "", false, [&now, &now, &now, &none, &now, &none]),
        ("d", "", true, [&now, &now, &now, &now, &now, &none]),
    ];
    for (name, query, password, wanted) in rows {
        let user = server
            .post(
                &format!("/users{query}"),
                &somebody(&format!("user.{name}"), password, false),
            )
            .ok();
        let names = [
            "created",
            "activated",
            "statusChanged",
            "passwordChanged",
            "lastUpdated",
            "lastLogin",
        ];
        let found = names.map(|name| user.get(name).unwrap_or_else(|| panic!("no {name}: {user}")));
        assert_eq!(found, wanted, "{name}: {user}");
    }
}

/// Every refusal of §4.1, with its words; and no user afterwards.
/// covers: createUser
#[test]
fn refusals_in_full() {
    let server = Server::start();
    server.active("taken");
    let before = server.get("/users").ok().as_array().unwrap().len();
    let policy = "password: Password requirements were not met. Password requirements: at least 8 characters, a lowercase \
                  letter, an uppercase letter, a number, no parts of your username. Your password cannot be any of your last 4 \
                  passwords.";
    let no_password =
        "Could not create user. To create a user and expire their password immediately, a password must be specified";
    let no_activation =
        "Could not create user. To create a user and expire their password immediately, \"activate\" must be true";
    let profile_with = |name: &str, value: Value| {
        let mut body = somebody("isaac.brock", false, false);
        body["profile"][name] = value;
        body
    };
    let password = |text: &str| with_credentials("isaac.brock", &json!({"password": {"value": text}}));
    let duplicate = "login: An object with this field already exists in the current organization";
    let not_an_address = "login: Username must be in the form of an email address";
    let login = "Api validation failed: login";
    let groups: Vec<String> = (0..21).map(|number| format!("00g{number:017}")).collect();
    let grouped = |ids: Value| json!({"profile": profile("isaac.brock"), "groupIds": ids});
    let rows: Vec<RefusalRow<'_>> = vec![
        (
            "",
            somebody("taken", false, false),
            400,
            "E0000001",
            login,
            vec![duplicate],
        ),
        (
            "",
            somebody("TAKEN", false, false),
            400,
            "E0000001",
            login,
            vec![duplicate],
        ),
        (
            "",
            somebody("tákén", false, false),
            400,
            "E0000001",
            login,
            vec![duplicate],
        ),
        (
            "",
            json!({"profile": {}}),
            400,
            "E0000001",
            login,
            vec![
                "login: The field cannot be left blank",
                "firstName: The field cannot be left blank",
                "lastName: The field cannot be left blank",
                "email: The field cannot be left blank",
                not_an_address,
            ],
        ),
        (
            "",
            profile_with("firstName", json!("")),
            400,
            "E0000001",
            "Api validation failed: firstName",
            vec!["firstName: The field cannot be left blank"],
        ),
        (
            "",
            profile_with("login", json!("isaac")),
            400,
            "E0000001",
            login,
            vec![not_an_address],
        ),
        (
            "",
            profile_with("email", json!("isaac")),
            400,
            "E0000001",
            "Api validation failed: email",
            vec!["email: Does not match required pattern"],
        ),
        (
            "",
            profile_with("notValid", json!("x")),
            400,
            "E0000001",
            "Api validation failed: newUser",
            vec!["Property name 'notValid' is not defined in profile"],
        ),
        (
            "",
            password("short"),
            400,
            "E0000001",
            "Api validation failed: password",
            vec![policy],
        ),
        (
            "",
            password("alllowercase1"),
            400,
            "E0000001",
            "Api validation failed: password",
            vec![policy],
        ),
        (
            "",
            password("ALLUPPERCASE1"),
            400,
            "E0000001",
            "Api validation failed: password",
            vec![policy],
        ),
        (
            "",
            password("NoNumberHere"),
            400,
            "E0000001",
            "Api validation failed: password",
            vec![policy],
        ),
        // P5: a part of the login.
        (
            "",
            password("xBrock1234"),
            400,
            "E0000001",
            "Api validation failed: password",
            vec![policy],
        ),
        // P4: one of the passwords that everybody uses.
        (
            "",
            password("Password1"),
            400,
            "E0000001",
            "Api validation failed: password",
            vec![policy],
        ),
        (
            "",
            json!({"profile": profile("isaac.brock"), "boop": "bap"}),
            400,
            "E0000003",
            "The request body was not well-formed.",
            vec![],
        ),
        (
            "",
            grouped(json!(groups)),
            400,
            "E0000093",
            "Target count limit exceeded",
            vec!["The number of group targets is too large"],
        ),
        (
            "",
            grouped(json!(["12345678901011"])),
            404,
            "E0000007",
            "Not found: Resource not found: 12345678901011 (UserGroup)",
            vec![],
        ),
        (
            "?nextLogin=changePassword",
            somebody("isaac.brock", false, false),
            400,
            "E0000124",
            no_password,
            vec![no_password],
        ),
        (
            "?nextLogin=changePassword&activate=false",
            somebody("isaac.brock", true, false),
            400,
            "E0000125",
            no_activation,
            vec![no_activation],
        ),
    ];
    for (query, body, status, code, summary, causes) in rows {
        server
            .post(&format!("/users{query}"), &body)
            .refused(status, code, summary, &causes);
    }
    assert_eq!(
        server.get("/users").ok().as_array().unwrap().len(),
        before,
        "a refused user was made all the same"
    );
}

/// Refusals whose words the contract leaves open.
/// covers: createUser
#[test]
fn refusals_by_code() {
    let server = Server::start();
    let credentials = |value: Value| with_credentials("isaac.brock", &value);
    let hash = |value: Value| credentials(json!({"password": {"hash": value}}));
    let rows: Vec<(&str, Value, u16, &str)> = vec![
        ("", json!({}), 400, "E0000001"),
        (
            "",
            credentials(json!({"recovery_question": {"question": QUESTION}})),
            400,
            "E0000001",
        ),
        (
            "",
            credentials(json!({"recovery_question": {"answer": ANSWER}})),
            400,
            "E0000001",
        ),
        (
            "",
            credentials(json!({"recovery_question": {"question": QUESTION, "answer": "abc"}})),
            400,
            "E0000001",
        ),
        (
            "",
            credentials(json!({"recovery_question": {"question": QUESTION, "answer": "the cowboy"}})),
            400,
            "E0000001",
        ),
        (
            "",
            credentials(json!({"recovery_question": {"question": "x".repeat(101), "answer": ANSWER}})),
            400,
            "E0000001",
        ),
        (
            "",
            credentials(json!({"password": {"value": "Annie-Oakley-1"},
            "recovery_question": {"question": QUESTION, "answer": "Annie-Oakley-1"}})),
            400,
            "E0000001",
        ),
        (
            "",
            credentials(json!({"provider": {"type": "FEDERATION", "name": "FEDERATION"}})),
            400,
            "E0000001",
        ),
        (
            "?provider=true",
            credentials(json!({"provider": {"type": "FEDERATION", "name": "FEDERATION"},
            "password": {"value": PASSWORD}})),
            400,
            "E0000001",
        ),
        (
            "?provider=true",
            credentials(json!({"provider": {"type": "SOCIAL", "name": "SOCIAL"},
            "recovery_question": {"question": QUESTION, "answer": ANSWER}})),
            400,
            "E0000001",
        ),
        (
            "",
            credentials(json!({"provider": {"type": "NOBODY", "name": "x"}})),
            400,
            "E0000003",
        ),
        (
            "",
            json!({"profile": profile("isaac.brock"), "type": {"id": "otyAAAAAAAAAAAAAAAAA"}}),
            404,
            "E0000007",
        ),
        // P10: hashes that cannot be right.
        ("", hash(json!({})), 400, ""),
        ("", hash(json!({"algorithm": "ROT13", "value": "x"})), 400, ""),
        (
            "",
            hash(
                json!({"algorithm": "BCRYPT", "workFactor": 0, "salt": "rwh3vH166HCH/NT9XV5FYu", "value": "qaMqvAPULkbiQzkTCWo5XDcvzpk8Tna"}),
            ),
            400,
            "",
        ),
        (
            "",
            hash(
                json!({"algorithm": "BCRYPT", "workFactor": 21, "salt": "rwh3vH166HCH/NT9XV5FYu", "value": "qaMqvAPULkbiQzkTCWo5XDcvzpk8Tna"}),
            ),
            400,
            "",
        ),
        (
            "",
            hash(
                json!({"algorithm": "BCRYPT", "workFactor": 10, "salt": "short", "value": "qaMqvAPULkbiQzkTCWo5XDcvzpk8Tna"}),
            ),
            400,
            "",
        ),
        (
            "",
            hash(json!({"algorithm": "SHA-512", "value": "not base64!"})),
            400,
            "",
        ),
        (
            "",
            hash(json!({"algorithm": "SHA-256", "salt": "TXlTYWx0", "saltOrder": "MIDDLE", "value": "AAAA"})),
            400,
            "",
        ),
        (
            "",
            hash(
                json!({"algorithm": "PBKDF2", "salt": "MTIz", "value": "AAAA", "digestAlgorithm": "SHA256_HMAC", "iterationCount": 4095, "keySize": 32}),
            ),
            400,
            "",
        ),
        (
            "",
            hash(
                json!({"algorithm": "PBKDF2", "salt": "MTIz", "value": "AAAA", "digestAlgorithm": "MD5", "iterationCount": 4096, "keySize": 32}),
            ),
            400,
            "",
        ),
        ("?activate=maybe", somebody("isaac.brock", false, false), 400, ""),
        ("?nextLogin=tomorrow", somebody("isaac.brock", true, false), 400, ""),
    ];
    for (query, body, status, code) in rows {
        let answer = server.post(&format!("/users{query}"), &body);
        let object = answer.error_object();
        assert_eq!(answer.status, status, "{body}: {}", answer.told());
        assert!(
            code.is_empty() || object["errorCode"] == code,
            "{body}: {}",
            answer.told()
        );
    }
    server
        .get("/users/isaac.brock@example.com")
        .unknown_user("isaac.brock@example.com");
}

/// P10: a password of every algorithm is known afterwards, and no other one.
/// covers: createUser
#[test]
fn imported_passwords_are_verified() {
    let server = Server::start();
    // Made with the libraries of another language, for `tlpWENT2m`; the salt is `MySalt`.
    let rows = [
        ("md5", json!({"algorithm": "MD5", "value": "ijXn+5oFxFHFr6ooVaZFGA=="})),
        (
            "sha1",
            json!({"algorithm": "SHA-1", "salt": "TXlTYWx0", "saltOrder": "POSTFIX", "value": "zriWB25elnFUkAcclyHYOjxr9ac="}),
        ),
        (
            "sha256",
            json!({"algorithm": "SHA-256", "salt": "TXlTYWx0", "saltOrder": "PREFIX", "value": "CyDGyYQ1IqYhBNOyu6cYnN5YGuU3tiY+3v0esZ5nOl0="}),
        ),
        (
            "sha512",
            json!({"algorithm": "SHA-512", "salt": "TXlTYWx0", "saltOrder": "PREFIX", "value": "x69EhGemPvJdxplhq5VQbT0Ge8m1Did/v2Bo6qyVNrp/YD9O3k3bTN/BmLkKHy3GR8t1kKmYkQ6Si3lwszJT3Q=="}),
        ),
        (
            "pbkdf2",
            json!({"algorithm": "PBKDF2", "salt": "TXlTYWx0", "value": "qZCAPIbJGObbwG62OA22cKE4RjU7NB5MES8taqu/T5s=",
                          "digestAlgorithm": "SHA256_HMAC", "iterationCount": 4096, "keySize": 32}),
        ),
        (
            "bcrypt",
            json!({"algorithm": "BCRYPT", "workFactor": 4, "salt": "rwh3vH166HCH/NT9XV5FYu", "value": "h8copdfmCvqlxWucaNUI6cHL/ZwZELW"}),
        ),
    ];
    for (name, hash) in rows {
        let person = server.create("", &with_credentials(name, &json!({"password": {"hash": hash}})));
        assert!(server.is_password(&person, PASSWORD), "{name}");
        assert!(!server.is_password(&person, "tlpWENT2n"), "{name}");
        assert!(!server.is_password(&person, ""), "{name}");
    }
}

/// `groupIds` may name the group that everybody joins anyway.
/// covers: createUser, listUserGroups
#[test]
fn a_new_user_joins_everyone() {
    let server = Server::start();
    let first = server.active("first");
    let everyone = server.get(&format!("/users/{}/groups", first.id)).ok()[0]["id"].clone();
    let mut body = somebody("second", false, false);
    body["groupIds"] = json!([everyone]);
    let second = server.create("?activate=false", &body);
    let groups = server.get(&format!("/users/{}/groups", second.id)).ok();
    assert_eq!(groups.as_array().unwrap().len(), 1);
    assert_eq!(groups[0]["id"], everyone);
}

/// The type may be named; it is the default type otherwise.
/// covers: createUser
#[test]
fn the_default_type_may_be_named() {
    let server = Server::start();
    let first = server.active("first");
    let type_id = server.read(&first)["type"]["id"].clone();
    let mut body = somebody("second", false, false);
    body["type"] = json!({"id": type_id});
    let second = server.create("", &body);
    assert_eq!(server.read(&second)["type"]["id"], type_id);
}

/// Nulls unset, and every attribute of the base is taken and given back (§1.1).
/// covers: createUser
#[test]
fn attributes_of_the_base() {
    let server = Server::start();
    let mut body = somebody("isaac.brock", false, false);
    let more = json!({"middleName": "A.", "honorificPrefix": "Mr.", "honorificSuffix": "Jr.", "title": "Singer",
        "displayName": "Isaac", "nickName": "Ike", "profileUrl": "https://example.com/isaac", "secondEmail": "i@example.org",
        "mobilePhone": "555-415-1337", "primaryPhone": "555-514-1337", "streetAddress": "301 Brannan St.", "city": "San Francisco",
        "state": "CA", "zipCode": "94107", "countryCode": "US", "locale": "en_US", "preferredLanguage": "en-US",
        "timezone": "America/Los_Angeles", "userType": "Employee", "employeeNumber": "187", "costCenter": "10",
        "organization": "Okta", "division": "R&D", "department": "Engineering", "managerId": "123", "manager": "Jeremy Green"});
    for (name, value) in more.as_object().unwrap() {
        body["profile"][name] = value.clone();
    }
    body["profile"]["postalAddress"] = json!(null);
    let person = server.create("", &body);
    let user = server.read(&person);
    for (name, value) in more.as_object().unwrap() {
        assert_eq!(user["profile"][name], *value, "{name}");
    }
    assert!(
        user["profile"].get("postalAddress").is_none_or(Value::is_null),
        "{user}"
    );
    assert!(
        server.read(&server.active("second"))["profile"].get("city").is_none(),
        "unset attributes are left out"
    );
}
