//! The organization's side of factors: switches, profiles of custom tokens, YubiKeys (contract: factors §16).

use serde_json::{Value, json};

use crate::authority::FORBIDDEN;
use crate::server::{PUBLIC_URL, START, Server};
use crate::wire::Request;

const NAMES: [&str; 14] = [
    "okta_question",
    "okta_otp",
    "google_otp",
    "okta_sms",
    "okta_call",
    "okta_email",
    "okta_push",
    "fido_webauthn",
    "fido_u2f",
    "hotp",
    "yubikey_token",
    "rsa_token",
    "symantec_vip",
    "duo",
];

fn post(name: &str, step: &str) -> Value {
    json!({"href": format!("{PUBLIC_URL}/api/v1/org/factors/{name}/lifecycle/{step}"), "hints": {"allow": ["POST"]}})
}

fn itself(name: &str) -> Value {
    json!({"href": format!("{PUBLIC_URL}/api/v1/org/factors/{name}"), "hints": {"allow": ["GET"]}})
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect()
}

/// The types of the events that are about something.
fn told_about(server: &Server, id: &str) -> Vec<String> {
    let all = server.get("/logs?since=2020-01-01T00:00:00.000Z&limit=1000").ok();
    let is_about = |event: &&Value| {
        let targets = event["target"].as_array();
        targets.is_some_and(|targets| targets.iter().any(|target| target["id"] == id))
    };
    let events = all.as_array().unwrap().iter().filter(is_about);
    events
        .map(|event| event["eventType"].as_str().unwrap().to_owned())
        .collect()
}

/// covers: listOrgFactors, getOrgFactor, activateOrgFactor, deactivateOrgFactor
#[test]
fn kinds_of_factor_are_switched() {
    let server = Server::start();
    let all = server.get("/org/factors").ok();
    assert_eq!(ids(&all), NAMES);
    assert_eq!(
        all[2],
        json!({
            "id": "google_otp", "provider": "GOOGLE", "factorType": "token:software:totp", "status": "ACTIVE",
            "_links": {"self": itself("google_otp"), "deactivate": post("google_otp", "deactivate")},
        })
    );
    // What needs a connector is off without one.
    let off = server.get("/org/factors?filter=status+eq+%22INACTIVE%22").ok();
    assert_eq!(ids(&off), ["rsa_token", "symantec_vip", "duo"]);
    assert_eq!(
        off[0]["_links"],
        json!({"activate": post("rsa_token", "activate"), "self": itself("rsa_token")})
    );
    assert_eq!(
        ids(&server.get("/org/factors?filter=status+eq+%22ACTIVE%22").ok()),
        NAMES[..11]
    );

    let switch = |name: &str, step: &str| server.act(&format!("/org/factors/{name}/lifecycle/{step}"));
    for step in ["deactivate", "deactivate", "activate", "activate"] {
        let shown = switch("google_otp", step).ok();
        let status = if step == "activate" { "ACTIVE" } else { "INACTIVE" };
        assert_eq!(shown["status"], status);
        assert_eq!(server.get("/org/factors/google_otp").ok(), shown);
    }
    let told = told_about(&server, "google_otp");
    assert_eq!(
        told,
        ["system.mfa.factor.deactivate", "system.mfa.factor.activate"],
        "nothing changes twice"
    );
    switch("duo", "activate").refused(
        400,
        "E0000001",
        "Api validation failed: factor",
        &["No connector is configured for this factor."],
    );
    switch("okta_password", "activate").refused(
        404,
        "E0000007",
        "Not found: Resource not found: okta_password (OrgFactor)",
        &[],
    );
    for bad in [
        "status+ne+%22ACTIVE%22",
        "id+eq+%22duo%22",
        "status+eq+%22GONE%22",
        "status+pr",
    ] {
        server
            .get(&format!("/org/factors?filter={bad}"))
            .refused_as(400, "E0000031");
    }
}

/// covers: deactivateOrgFactor
#[test]
fn the_last_kind_is_kept() {
    let server = Server::start();
    let switch = |name: &str| server.act(&format!("/org/factors/{name}/lifecycle/deactivate"));
    for name in &NAMES[..10] {
        switch(name).ok();
    }
    switch(NAMES[10]).refused_as(403, "E0000148");
    assert_eq!(server.get("/org/factors/yubikey_token").ok()["status"], "ACTIVE");
}

/// covers: listHotpProfiles, createHotpProfile, getHotpProfile, replaceHotpProfile, deleteHotpProfile
#[test]
fn custom_tokens_have_profiles() {
    let server = Server::start();
    let path = "/org/factors/hotp/profiles";
    assert_eq!(server.get(path).ok(), json!([]));
    let first = server.post(path, &json!({"name": "Entrust Datacard"})).ok();
    let id = first["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("fpr") && id.len() == 20);
    let usual = json!({"timeBased": true, "otpLength": 6, "timeStep": 15, "acceptableAdjacentIntervals": 3,
                       "encoding": "base32", "hmacAlgorithm": "HMacSHA512"});
    assert_eq!((&first["settings"], &first["default"]), (&usual, &json!(true)));
    let settings = json!({"timeBased": false, "otpLength": 10, "timeStep": 60, "acceptableAdjacentIntervals": 10,
                          "encoding": "hexadecimal", "hmacAlgorithm": "HMacSHA1"});
    let second = server
        .post(path, &json!({"name": "Cards", "default": true, "settings": settings}))
        .ok();
    assert_eq!((&second["settings"], &second["default"]), (&settings, &json!(true)));
    let own = format!("{path}/{id}");
    assert_eq!(server.get(&own).ok()["default"], false, "there is one default");
    assert_eq!(ids(&server.get(path).ok()).len(), 2);

    let mut renamed = server.get(&own).ok();
    renamed["name"] = json!("Entrust");
    let answer = server.put(&own, &renamed).ok();
    assert_eq!(answer["name"], "Entrust");
    assert_eq!(server.get(&own).ok(), answer);
    renamed["settings"]["otpLength"] = json!(8);
    server.put(&own, &renamed).refused(
        400,
        "E0000001",
        "Api validation failed: settings",
        &["settings: The field cannot be modified"],
    );
    server
        .delete(&own)
        .refused(501, "E0000060", "Unsupported operation.", &[]);
    let told = told_about(&server, &id);
    assert_eq!(
        told,
        ["system.mfa.hotp_profile.create", "system.mfa.hotp_profile.update"]
    );
}

/// covers: createHotpProfile, replaceHotpProfile
#[test]
fn bad_profiles_are_refused() {
    let server = Server::start();
    let path = "/org/factors/hotp/profiles";
    server.post(path, &json!({"name": "Cards"})).ok();
    for (field, value) in [
        ("otpLength", json!(7)),
        ("timeStep", json!(45)),
        ("acceptableAdjacentIntervals", json!(100)),
        ("encoding", json!("BASE32")),
        ("hmacAlgorithm", json!("HMacMD5")),
    ] {
        let cause = format!("settings.{field}: The value is not one of those allowed");
        let summary = format!("Api validation failed: settings.{field}");
        server
            .post(path, &json!({"name": "Other", "settings": {field: value}}))
            .refused(400, "E0000001", &summary, &[&cause]);
    }
    server.post(path, &json!({})).refused_as(400, "E0000001");
    server.post(path, &json!({"name": "Cards"})).refused_as(400, "E0000001");
    server
        .post(path, &json!({"name": "x", "secret": 1}))
        .refused_as(400, "E0000003");
    let unknown = format!("{path}/fpr00000000000000000");
    for answer in [
        server.get(&unknown),
        server.put(&unknown, &json!({"name": "x"})),
        server.delete(&unknown),
    ] {
        answer.refused_as(404, "E0000007");
    }
}

/// The documented seed (contract: factors §16.3).
fn seed() -> Value {
    json!({"serialNumber": "7886622", "publicId": "ccccccijgibu", "privateId": "b74be6169486",
           "aesKey": "1fcc6d8ce39bf1604e0b17f3e0a11067"})
}

const TOKENS: &str = "/org/factors/yubikey_token/tokens";

/// Uploads a seed with a public name of its own.
fn upload(server: &Server, serial: usize, name: &str) -> String {
    let mut body = seed();
    body["serialNumber"] = json!(serial.to_string());
    body["publicId"] = json!(name);
    server.post(TOKENS, &body).ok()["id"].as_str().unwrap().to_owned()
}

/// O7, K1: the seed is taken, and never shown.
/// covers: uploadYubikeyOtpTokenSeed, listYubikeyOtpTokens, getYubikeyOtpTokenById, deleteYubikeyOtpToken
#[test]
fn yubikeys_are_uploaded_and_removed() {
    let server = Server::start();
    let made = server.post(TOKENS, &seed()).ok();
    let id = made["id"].as_str().unwrap().to_owned();
    let own = format!("{TOKENS}/{id}");
    let links = json!({"self": {"href": format!("{PUBLIC_URL}/api/v1{own}"), "hints": {"allow": ["GET", "DELETE"]}}});
    assert_eq!(
        made,
        json!({"id": id, "created": START, "lastUpdated": START, "status": "UNASSIGNED",
               "profile": {"serial": "000007886622"}, "_links": links})
    );
    assert!(id.starts_with("ykk") && id.len() == 20);
    assert_eq!(server.get(&own).ok(), made);
    assert_eq!(server.get(TOKENS).ok(), json!([made]));
    let text = "publicId: An object with this field already exists in the current organization";
    server
        .post(TOKENS, &seed())
        .refused(400, "E0000001", "Api validation failed: publicId", &[text]);
    server.delete(&own).no_content();
    server.delete(&own).refused_as(404, "E0000007");
    server.get(&own).refused(
        404,
        "E0000007",
        &format!("Not found: Resource not found: {id} (YubikeyOtpToken)"),
        &[],
    );
    server.post(TOKENS, &seed()).ok();
    assert_eq!(
        told_about(&server, &id),
        ["system.mfa.yubikey.upload", "system.mfa.yubikey.delete"]
    );
    let logs = server.get("/logs?since=2020-01-01T00:00:00.000Z&limit=1000").text();
    assert!(!logs.contains("1fcc6d8c") && !logs.contains("b74be6169486"));
}

/// covers: uploadYubikeyOtpTokenSeed
#[test]
fn bad_seeds_are_refused() {
    let server = Server::start();
    let blank: Vec<String> = ["serialNumber", "publicId", "privateId", "aesKey"]
        .iter()
        .map(|field| format!("{field}: The field cannot be left blank"))
        .collect();
    let blank: Vec<&str> = blank.iter().map(String::as_str).collect();
    server
        .post(TOKENS, &json!({}))
        .refused(400, "E0000001", "Api validation failed: serialNumber", &blank);
    for (field, value) in [
        ("serialNumber", "78866x"),
        ("serialNumber", "1234567890123"),
        ("publicId", "aaaaaaijgibu"),
        ("publicId", "ccccccijgib"),
        ("privateId", "b74be616948"),
        ("aesKey", "1fcc6d8ce39bf1604e0b17f3e0a1106"),
        ("aesKey", "1fcc6d8ce39bf1604e0b17f3e0a1106g"),
    ] {
        let mut body = seed();
        body[field] = json!(value);
        let answer = server.post(TOKENS, &body);
        answer.refused_as(400, "E0000001");
        assert!(
            field == "serialNumber" || !answer.text().contains(value),
            "{}",
            answer.told()
        );
    }
    let mut body = seed();
    body["comment"] = json!("mine");
    server.post(TOKENS, &body).refused_as(400, "E0000003");
}

/// covers: listYubikeyOtpTokens
#[test]
fn yubikeys_are_listed_in_pages_and_as_a_file() {
    let server = Server::start();
    let names = ["ccccccccccce", "cccccccccccd", "cccccccccccb"];
    let mut uploaded = Vec::new();
    for (place, name) in names.iter().enumerate() {
        server.pass(60);
        uploaded.push(upload(&server, 30 - place, name));
    }
    let mut seen = Vec::new();
    let mut path = format!("{TOKENS}?limit=2&sortBy=profile.serial&sortOrder=ASC");
    loop {
        let answer = server.get(&path);
        seen.extend(ids(&answer.ok()).iter().map(|id| (*id).to_owned()));
        let links = answer.all("link");
        let Some(next) = links.iter().find(|link| link.ends_with("rel=\"next\"")) else {
            break;
        };
        let address = next.split(['<', '>']).nth(1).unwrap();
        path = address
            .strip_prefix(&format!("{PUBLIC_URL}/api/v1"))
            .unwrap()
            .to_owned();
    }
    let mut by_serial = uploaded.clone();
    by_serial.reverse();
    assert_eq!(seen, by_serial);
    let filtered = |filter: &str| {
        let encoded: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let list = server.get(&format!("{TOKENS}?filter={encoded}")).ok();
        ids(&list).iter().map(|id| (*id).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(filtered("profile.serial eq \"000000000029\""), uploaded[1..2]);
    assert_eq!(filtered("status eq \"UNASSIGNED\""), uploaded);
    assert_eq!(filtered("status eq \"ACTIVE\""), [""; 0]);
    assert_eq!(filtered("profile.email eq \"admin@denizen.local\""), [""; 0]);
    assert_eq!(filtered("created gt \"2023-11-14T22:15:20.000Z\""), uploaded[2..]);

    let file = server.get(&format!("{TOKENS}?forDownload=true&sortOrder=desc"));
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = file.text();
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows.len(), 4);
    assert!(
        rows[1].starts_with(&format!("{},000000000028,UNASSIGNED,,2023-", uploaded[2])),
        "{text}"
    );
    for bad in ["sortBy=aesKey", "sortOrder=up", "limit=0"] {
        server.get(&format!("{TOKENS}?{bad}")).refused_as(400, "E0000001");
    }
    server
        .get(&format!("{TOKENS}?after=nowhere"))
        .refused_as(400, "E0000029");
    server
        .get(&format!("{TOKENS}?filter=aesKey+eq+%221%22"))
        .refused_as(400, "E0000031");
}

/// R1, R11: who may look, and who may change.
/// covers: listOrgFactors, createHotpProfile, uploadYubikeyOtpTokenSeed
#[test]
fn the_organizations_factors_are_for_its_administrators() {
    let server = Server::start();
    let paths = [
        "/org/factors",
        "/org/factors/okta_otp",
        "/org/factors/hotp/profiles",
        TOKENS,
    ];
    let upload = (TOKENS, seed());
    let profile = ("/org/factors/hotp/profiles", json!({"name": "Cards"}));
    for (role, reads, changes) in [
        ("ORG_ADMIN", true, true),
        ("READ_ONLY_ADMIN", true, false),
        ("HELP_DESK_ADMIN", false, false),
        ("USER_ADMIN", false, false),
    ] {
        let admin = server.admin(&role.to_lowercase(), &[role], &[]);
        let ask =
            |method, path: &str| Request::new(server.address, method, &format!("/api/v1{path}"), Some(&admin.token));
        for path in paths {
            let answer = ask("GET", path).send();
            if reads {
                answer.ok();
            } else {
                answer.refused(403, "E0000006", FORBIDDEN, &[]);
            }
        }
        for (path, body) in [&upload, &profile] {
            let answer = ask("POST", path).json(body).send();
            if changes {
                answer.ok();
            } else {
                answer.refused(403, "E0000006", FORBIDDEN, &[]);
            }
        }
        let switch = ask("POST", "/org/factors/okta_sms/lifecycle/deactivate").send();
        assert_eq!(switch.status, if changes { 200 } else { 403 }, "{role}");
    }
}
