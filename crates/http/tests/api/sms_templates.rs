//! Templates of short messages (contract: messages §1).

use serde_json::{Value, json};

use crate::server::{START, Server};

const TEXT: &str = "${org.name} code is: ${code}";

fn template() -> Value {
    json!({"name": "Custom", "type": "SMS_VERIFY_CODE", "template": TEXT,
           "translations": {"es": "${org.name} es: ${code}.", "fr": "fr: ${code}"}})
}

fn built_in() -> Value {
    json!({"id": "default", "name": "Default", "type": "SMS_VERIFY_CODE",
           "template": "Your verification code is ${code}.",
           "created": "2023-11-14T22:13:20.000Z", "lastUpdated": "2023-11-14T22:13:20.000Z"})
}

fn id(template: &Value) -> String {
    template["id"].as_str().unwrap().to_owned()
}

/// covers: listSmsTemplates, createSmsTemplate, getSmsTemplate
#[test]
fn a_template_is_made_and_listed_after_the_one_that_is_built_in() {
    let server = Server::start();
    assert_eq!(server.get("/templates/sms").ok(), json!([built_in()]));
    let answer = server.post("/templates/sms", &template());
    let made = answer.ok();
    let wanted = json!({"id": id(&made), "name": "Custom", "type": "SMS_VERIFY_CODE", "template": TEXT,
                        "created": START, "lastUpdated": START, "translations": template()["translations"]});
    assert_eq!(made, wanted);
    let members: Vec<&String> = made.as_object().unwrap().keys().collect();
    assert_eq!(members.len(), 7);
    assert!(id(&made).starts_with("cst") && id(&made).len() == 20);
    let mut other = template();
    other.as_object_mut().unwrap().remove("translations");
    server.pass_millis(5);
    let other = server.post("/templates/sms", &other).ok();
    assert!(other.get("translations").is_none(), "{other}");
    for path in ["/templates/sms", "/templates/sms?templateType=SMS_VERIFY_CODE"] {
        assert_eq!(server.get(path).ok(), json!([built_in(), made, other]));
    }
    assert_eq!(server.get(&format!("/templates/sms/{}", id(&made))).ok(), made);
    assert_eq!(server.get("/templates/sms/default").ok(), built_in());
    server
        .get("/templates/sms?templateType=EMAIL")
        .refused_as(400, "E0000001");
}

/// covers: replaceSmsTemplate, updateSmsTemplate
#[test]
fn a_change_is_whole_or_partial() {
    let server = Server::start();
    let path = format!(
        "/templates/sms/{}",
        id(&server.post("/templates/sms", &template()).ok())
    );
    server.pass(60);
    let partial = json!({"translations": {"de": "de: ${code}", "es": "", "fr": null}});
    let changed = server.post(&path, &partial).ok();
    assert_eq!(changed["translations"], json!({"de": "de: ${code}"}));
    assert_eq!(
        (&changed["name"], &changed["template"]),
        (&json!("Custom"), &json!(TEXT))
    );
    assert_eq!(changed["created"], START);
    assert_eq!(changed["lastUpdated"], "2023-11-14T22:14:20.000Z");
    assert_eq!(server.get(&path).ok(), changed);

    let whole = json!({"name": "Other", "type": "SMS_VERIFY_CODE", "template": "${code}!",
                       "translations": {"it": "it: ${code}"}, "id": "default", "created": "never"});
    let replaced = server.put(&path, &whole).ok();
    assert!(
        replaced.get("translations").is_none(),
        "the answer has none: {replaced}"
    );
    let read = server.get(&path).ok();
    assert_eq!(
        (&read["name"], &read["translations"]),
        (&json!("Other"), &json!({"it": "it: ${code}"}))
    );
    for member in ["name", "type", "template"] {
        let mut less = whole.clone();
        less.as_object_mut().unwrap().remove(member);
        let cause = format!("{member}: The field cannot be left blank");
        let summary = format!("Api validation failed: {member}");
        server.put(&path, &less).refused(400, "E0000001", &summary, &[&cause]);
        server.post("/templates/sms", &less).refused_as(400, "E0000001");
    }
    assert_eq!(server.get(&path).ok(), read);
}

/// covers: deleteSmsTemplate
#[test]
fn a_template_is_removed_but_not_the_one_that_is_built_in() {
    let server = Server::start();
    let made = server.post("/templates/sms", &template()).ok();
    let path = format!("/templates/sms/{}", id(&made));
    assert_eq!(server.delete(&path).status, 204);
    for answer in [server.get(&path), server.delete(&path), server.post(&path, &json!({}))] {
        let summary = format!("Not found: Resource not found: {} (AppInstance)", id(&made));
        answer.refused(404, "E0000007", &summary, &[]);
    }
    for answer in [
        server.delete("/templates/sms/default"),
        server.put("/templates/sms/default", &template()),
        server.post("/templates/sms/default", &template()),
    ] {
        answer.refused_as(400, "E0000001");
    }
    assert_eq!(server.get("/templates/sms").ok(), json!([built_in()]));
    let all = server.get("/logs?since=2020-01-01T00:00:00.000Z&limit=1000").ok();
    let told: Vec<&str> = all
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|event| event["eventType"].as_str())
        .collect();
    for wanted in ["system.sms.template.create", "system.sms.template.delete"] {
        assert_eq!(told.iter().filter(|kind| **kind == wanted).count(), 1, "{told:?}");
    }
}

#[test]
fn what_is_no_template_is_refused() {
    let server = Server::start();
    let with = |member: &str, value: Value| {
        let mut body = template();
        body[member] = value;
        server.post("/templates/sms", &body)
    };
    for (member, value) in [
        ("name", json!("")),
        ("name", json!("x".repeat(51))),
        ("type", json!("SMS_ENROLLMENT_CODE")),
        ("template", json!("no code")),
        ("template", json!(format!("${{code}}{}", "x".repeat(155)))),
        ("template", json!("${code} ${user.login}")),
        ("translations", json!({"english": "${code}"})),
        ("translations", json!({"en": "no code"})),
        ("translations", json!({"en": 1})),
    ] {
        with(member, value).refused_as(400, "E0000001");
    }
    for (member, value) in [
        ("text", json!("${code}")),
        ("name", json!(1)),
        ("translations", json!([])),
    ] {
        with(member, value).refused_as(400, "E0000003");
    }
    assert_eq!(server.get("/templates/sms").ok().as_array().unwrap().len(), 1);
}

/// Of many changes at once, each is there in the end.
#[test]
fn changes_at_once_do_not_lose_each_other() {
    let server = Server::start();
    let path = format!(
        "/templates/sms/{}",
        id(&server.post("/templates/sms", &template()).ok())
    );
    std::thread::scope(|scope| {
        for letter in 'a'..='h' {
            let (server, path) = (&server, &path);
            scope.spawn(move || {
                let language = format!("x{letter}");
                server.post(path, &json!({"translations": {language: "${code}"}})).ok();
            });
        }
    });
    assert_eq!(server.get(&path).ok()["translations"].as_object().unwrap().len(), 10);
}
