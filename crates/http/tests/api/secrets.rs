//! G1: no secret in any answer, event or line of the log, over a life with everything in it.

use denizen_domain::token::TokenPurpose;
use serde_json::{Value, json};

use crate::server::{Server, TOKEN, logged, profile, token_of};

/// Every secret of the story is unlike any other text, so that finding it anywhere is a leak.
/// covers: createUser, updateUser, changePassword, changeRecoveryQuestion, forgotPassword, forgotPasswordSetNewPassword, expirePasswordWithTempPassword
#[test]
fn secrets_stay_secret() {
    let server = Server::start();
    let password = |number: usize| format!("Canary-Kestrel-{number}");
    let answer = |number: usize| format!("zugzwang-bassoon-{number}");
    let mut told = Vec::new();
    let mut links = Vec::new();
    let mut body = json!({"profile": profile("isaac.brock")});
    body["credentials"] =
        json!({"password": {"value": password(1)}, "recovery_question": {"question": "Which?", "answer": answer(1)}});
    let created = server.post("/users", &body);
    let id = created.ok()["id"].as_str().unwrap().to_owned();
    told.push(created);
    let path = format!("/users/{id}");
    let change = |old: usize, new: usize| json!({"oldPassword": {"value": password(old)}, "newPassword": {"value": password(new)}});
    let question = |old: usize, new: usize| json!({"password": {"value": password(old)}, "recovery_question": {"question": "Which?", "answer": answer(new)}});
    let recover = |known: usize, new: usize| json!({"password": {"value": password(new)}, "recovery_question": {"answer": answer(known)}});
    let posts: Vec<(&str, Value)> = vec![
        ("/credentials/change_password", change(1, 2)),
        ("/credentials/change_password", change(1, 3)),
        ("/credentials/change_password", change(2, 2)),
        ("/credentials/change_recovery_question", question(2, 2)),
        ("/credentials/change_recovery_question", question(9, 3)),
        ("/credentials/forgot_password_recovery_question", recover(2, 4)),
        ("/credentials/forgot_password_recovery_question", recover(8, 5)),
        ("", json!({"credentials": {"password": {"value": password(6)}}})),
        ("", json!({"credentials": {"password": {"value": "canary-too-weak"}}})),
        (
            "",
            json!({"credentials": {"recovery_question": {"question": "zugzwang-bassoon-7", "answer": "zugzwang-bassoon-7"}}}),
        ),
        (
            "",
            json!({"credentials": {"password": {"value": {"nested": password(7)}}}}),
        ),
        ("", json!({"credentials": {"password": {"valu": password(7)}}})),
        (
            "",
            json!({"credentials": {"password": {"hash": {"algorithm": "MD5", "value": "Q2FuYXJ5LUtlc3RyZWw="}}}}),
        ),
    ];
    for (operation, body) in &posts {
        told.push(server.post(&format!("{path}{operation}"), body));
        told.push(server.put(&format!("{path}{operation}"), body));
    }
    let broken = format!(
        "{{\"profile\": {{}}, \"credentials\": {{\"password\": {{\"value\": \"{}\"",
        password(8)
    );
    told.push(
        server
            .request("POST", &format!("/api/v1{path}"))
            .json_bytes(broken)
            .send(),
    );
    told.push(
        server
            .request("GET", "/api/v1/users")
            .header("Authorization", "SSWS 00canary-kestrel-token")
            .send(),
    );
    told.push(
        server
            .request("GET", "/api/v1/users")
            .header("Authorization", "Bearer canary-kestrel-bearer")
            .send(),
    );
    told.push(server.get("/users/me"));
    told.push(server.get(&path));
    told.push(server.get("/users"));
    for step in ["lifecycle/reset_password", "credentials/forgot_password"] {
        let link = server.act(&format!("{path}/{step}?sendEmail=false"));
        if link.status == 200 {
            links.push(token_of(link.ok()["resetPasswordUrl"].as_str().unwrap()).to_owned());
        }
    }
    assert!(server.complete(&links[0], TokenPurpose::PasswordReset, &password(10)));
    let temporary = server
        .act(&format!("{path}/lifecycle/expire_password_with_temp_password"))
        .ok();
    let temporary = temporary["tempPassword"].as_str().unwrap().to_owned();
    server.act(&format!("{path}/lifecycle/deactivate")).ok();
    let activation = server.act(&format!("{path}/lifecycle/activate?sendEmail=false")).ok();
    links.push(activation["activationToken"].as_str().unwrap().to_owned());
    server.mails();
    told.push(server.get(&path));
    told.push(server.get("/logs?since=2020-01-01T00:00:00.000Z&limit=1000"));

    let mut all: Vec<String> = told
        .iter()
        .map(|answer| format!("{:?} {}", answer.headers, answer.text()))
        .collect();
    let log = logged();
    assert!(log.contains("users"), "nothing was logged, so nothing was looked at");
    all.push(log);
    let mut secrets = vec![
        "kestrel".to_owned(),
        "bassoon".to_owned(),
        "canary-too-weak".to_owned(),
        TOKEN.to_owned(),
        temporary,
        "Q2FuYXJ5LUtlc3RyZWw".to_owned(),
        "argon2id$".to_owned(),
    ];
    secrets.extend(links);
    for text in &all {
        let lower = text.to_lowercase();
        for secret in &secrets {
            // A question may be read, and one of them says the same as its answer.
            let lower = lower.replace("zugzwang-bassoon-7", "");
            if let Some(place) = lower.find(&secret.to_lowercase()) {
                let from = lower.floor_char_boundary(place.saturating_sub(200));
                let to = lower.ceil_char_boundary((place + 100).min(lower.len()));
                panic!("{secret} in …{}…", &lower[from..to]);
            }
        }
    }
}
