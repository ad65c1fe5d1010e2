//! YubiKeys and custom tokens as factors of users (contract: factors §7.8, §7.9, §8, §14).

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt as _, KeyInit as _};
use serde_json::{Value, json};

use crate::races::at_once;
use crate::server::{PUBLIC_URL, Person, START, Server};
use crate::wire::Answer;

const TOKENS: &str = "/org/factors/yubikey_token/tokens";
const PRIVATE_ID: [u8; 6] = [0xb7, 0x4b, 0xe6, 0x16, 0x94, 0x86];
const KEY: [u8; 16] = [
    0x1f, 0xcc, 0x6d, 0x8c, 0xe3, 0x9b, 0xf1, 0x60, 0x4e, 0x0b, 0x17, 0xf3, 0xe0, 0xa1, 0x10, 0x67,
];
const REPLAYED: &str = "Each code can only be used once. Please wait for a new code and try again.";

fn upload(server: &Server, public_id: &str) -> String {
    let body = json!({"serialNumber": "7886622", "publicId": public_id, "privateId": "b74be6169486",
                      "aesKey": "1fcc6d8ce39bf1604e0b17f3e0a11067"});
    server.post(TOKENS, &body).ok()["id"].as_str().unwrap().to_owned()
}

/// What a key with the test's seed types at a count.
fn typed(public_id: &str, counter: u16, session: u8) -> String {
    let mut block = [0_u8; 16];
    block[..6].copy_from_slice(&PRIVATE_ID);
    block[6..8].copy_from_slice(&counter.to_le_bytes());
    block[8..14].copy_from_slice(&[1, 2, 3, session, 5, 6]);
    let checksum = block[..14].iter().fold(0xffff_u16, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte), |sum, _| {
            if sum & 1 == 1 { sum >> 1 ^ 0x8408 } else { sum >> 1 }
        })
    });
    block[14..].copy_from_slice(&(!checksum).to_le_bytes());
    let mut cipher = block.into();
    Aes128::new(&KEY.into()).encrypt_block(&mut cipher);
    let digits = b"cbdefghijklnrtuv";
    let typed = cipher
        .iter()
        .flat_map(|byte: &u8| [byte >> 4, byte & 0xf])
        .map(|digit| char::from(digits[usize::from(digit)]));
    public_id.chars().chain(typed).collect()
}

fn enrol(server: &Server, person: &Person, password: &str) -> Answer {
    let body = json!({"factorType": "token:hardware", "provider": "YUBICO", "verify": {"passCode": password}});
    server.post(&format!("/users/{}/factors", person.id), &body)
}

fn verify(server: &Server, factor: &str, code: &str) -> Answer {
    server.post(&format!("{factor}/verify"), &json!({"passCode": code}))
}

fn wrong_token(answer: &Answer) {
    let cause = "Your token doesn't match our records. Please try again.";
    answer.refused(403, "E0000068", "Invalid Passcode/Answer", &[cause]);
}

/// The path of a factor from its own answer.
fn path_of(factor: &Value) -> String {
    let own = factor["_links"]["self"]["href"].as_str().unwrap();
    own.strip_prefix(&format!("{PUBLIC_URL}/api/v1")).unwrap().to_owned()
}

/// O2: the password that enrols a YubiKey verifies nothing. §11: whoever gives it up gives it up for good.
/// covers: enrollFactor, verifyFactor, unenrollFactor, getYubikeyOtpTokenById, deleteYubikeyOtpToken
#[test]
fn a_yubikey_is_enrolled_verified_and_given_up() {
    let server = Server::start();
    let (person, name) = (server.active("dade.murphy"), "ccccccijgibu");
    let token = format!("{TOKENS}/{}", upload(&server, name));
    let first = typed(name, 1, 0);
    let factor = enrol(&server, &person, &first).ok();
    let path = path_of(&factor);
    let own = format!("{PUBLIC_URL}/api/v1{path}");
    assert!(factor["id"].as_str().unwrap().starts_with("ykf"));
    assert_eq!(factor["profile"], json!({"credentialId": "000007886622"}));
    assert_eq!(
        (&factor["status"], &factor["vendorName"]),
        (&json!("ACTIVE"), &json!("YUBICO"))
    );
    let links: Vec<&String> = factor["_links"].as_object().unwrap().keys().collect();
    assert_eq!(links, ["self", "user", "verify"]);
    let held = server.get(&token).ok();
    assert_eq!((&held["status"], &held["activated"]), (&json!("ACTIVE"), &json!(START)));
    assert_eq!(
        held["_links"]["deactivate"],
        json!({"href": own, "hints": {"allow": ["DELETE"]}})
    );
    assert_eq!(held["_links"]["self"]["hints"]["allow"], json!(["GET"]));
    let listed = server
        .get(&format!("{TOKENS}?expand=user&filter=user.id+eq+%22{}%22", person.id))
        .ok();
    assert_eq!(listed[0]["_embedded"]["user"]["id"], person.id.as_str());

    verify(&server, &path, &first).refused(403, "E0000082", REPLAYED, &[]);
    server.pass(60);
    assert_eq!(
        verify(&server, &path, &typed(name, 1, 1)).ok(),
        json!({"factorResult": "SUCCESS"})
    );
    assert_eq!(server.get(&token).ok()["lastVerified"], "2023-11-14T22:14:20.000Z");
    assert_eq!(
        verify(&server, &path, &typed(name, 7, 0)).ok(),
        json!({"factorResult": "SUCCESS"})
    );
    verify(&server, &path, &typed(name, 6, 255)).refused(403, "E0000082", REPLAYED, &[]);
    let summary =
        "YubiKey cannot be deleted while assigned to an user. Please deactivate YubiKey using reset MFA and try again";
    server.delete(&token).refused(403, "E0000102", summary, &[]);

    server.delete(&path).no_content();
    let left = server.get(&token).ok();
    assert_eq!(left["status"], "REVOKED");
    assert_eq!(left["_links"]["self"]["hints"]["allow"], json!(["GET", "DELETE"]));
    wrong_token(&enrol(&server, &person, &typed(name, 8, 0)));
    // The same key with a new seed is another one.
    upload(&server, name);
    enrol(&server, &person, &typed(name, 8, 0)).ok();
    server.delete(&token).no_content();
    let told = server.told(&person, 0);
    let count = |kind: &str| told.iter().filter(|told| *told == kind).count();
    assert_eq!(count("user.mfa.factor.activate"), 2, "{told:?}");
    assert_eq!(
        (
            count("user.mfa.factor.deactivate"),
            count("user.authentication.auth_via_mfa")
        ),
        (1, 4)
    );
}

/// covers: enrollFactor
#[test]
fn what_is_no_password_of_a_free_yubikey_is_refused() {
    let server = Server::start();
    let (person, other) = (server.active("dade.murphy"), server.active("kate.libby"));
    let (name, unknown) = ("ccccccijgibu", "ccccccijgibv");
    upload(&server, name);
    let good = typed(name, 1, 0);
    for bad in [
        "123456",
        &good[1..],
        &good.replace(name, unknown),
        &format!("{name}{}", "c".repeat(32)),
    ] {
        wrong_token(&enrol(&server, &person, bad));
    }
    let blank = "passCode: The field cannot be left blank";
    enrol(&server, &person, "").refused(400, "E0000001", "Api validation failed: passCode", &[blank]);
    enrol(&server, &person, &good).ok();
    wrong_token(&enrol(&server, &other, &typed(name, 2, 0)));
    let twice = ["A factor of this type is already set up."];
    enrol(&server, &person, &typed(name, 2, 0)).refused(
        400,
        "E0000001",
        "Api validation failed: factorEnrollRequest",
        &twice,
    );
    server.act("/org/factors/yubikey_token/lifecycle/deactivate").ok();
    enrol(&server, &other, &typed(name, 3, 0)).refused(
        400,
        "E0000001",
        "Api validation failed: factorEnrollRequest",
        &["Factor not enabled."],
    );
}

/// O3: of 50 who show one password at once, one is let in; O9: and only with their own key.
/// covers: verifyFactor
#[test]
fn one_of_many_at_once_uses_a_password() {
    let server = Server::start();
    let (person, other) = (server.active("dade.murphy"), server.active("kate.libby"));
    let (name, foreign) = ("ccccccijgibu", "ccccccijgibv");
    upload(&server, name);
    upload(&server, foreign);
    let path = path_of(&enrol(&server, &person, &typed(name, 1, 0)).ok());
    enrol(&server, &other, &typed(foreign, 1, 0)).ok();
    wrong_token(&verify(&server, &path, &typed(foreign, 2, 0)));
    let password = typed(name, 2, 0);
    let answers = at_once(50, |_| verify(&server, &path, &password));
    let (right, wrong): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!(right.len(), 1);
    for answer in wrong {
        answer.refused(403, "E0000082", REPLAYED, &[]);
    }
    assert_eq!(
        server.status(&person),
        "ACTIVE",
        "whoever sends twice is not locked out"
    );
}

/// Of several who enrol one YubiKey at once, one gets it.
/// covers: enrollFactor
#[test]
fn one_of_many_at_once_gets_a_yubikey() {
    let server = Server::start();
    let people: Vec<Person> = (0..8)
        .map(|number| server.active(&format!("person.{number}")))
        .collect();
    let name = "ccccccijgibu";
    let token = upload(&server, name);
    let password = typed(name, 1, 0);
    let answers = at_once(people.len(), |number| enrol(&server, &people[number], &password));
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        wrong_token(answer);
    }
    let holder = answers.iter().position(|answer| answer.status == 200).unwrap();
    let user = format!("{PUBLIC_URL}/api/v1/users/{}", people[holder].id);
    assert_eq!(
        server.get(&format!("{TOKENS}/{token}")).ok()["_links"]["user"]["href"],
        user
    );
    // Whoever loses all factors, or is removed, gives it up.
    let path = format!("/users/{}", people[holder].id);
    server.act(&format!("{path}/lifecycle/reset_factors"));
    assert_eq!(server.get(&format!("{TOKENS}/{token}")).ok()["status"], "REVOKED");
    let token = upload(&server, name);
    enrol(&server, &people[holder], &typed(name, 3, 0)).ok();
    server.delete(&path).no_content();
    assert_eq!(
        server.get(&format!("{TOKENS}/{token}")).ok()["status"],
        "ACTIVE",
        "frozen, as the user is"
    );
    server.delete(&path).no_content();
    assert_eq!(server.get(&format!("{TOKENS}/{token}")).ok()["status"], "REVOKED");
}

/// L3: wrong passwords of a YubiKey lock out as others do.
/// covers: verifyFactor
#[test]
fn five_wrong_passwords_lock_out() {
    let server = Server::start();
    let (person, name) = (server.active("dade.murphy"), "ccccccijgibu");
    upload(&server, name);
    let path = path_of(&enrol(&server, &person, &typed(name, 1, 0)).ok());
    for _ in 0..4 {
        wrong_token(&verify(&server, &path, "cccccccccccc"));
    }
    verify(&server, &path, "cccccccccccc").refused(403, "E0000069", "User Locked", &[]);
    verify(&server, &path, &typed(name, 2, 0)).refused(403, "E0000069", "User Locked", &[]);
    assert_eq!(server.status(&person), "LOCKED_OUT");
}

fn profile(server: &Server, name: &str, settings: &Value) -> String {
    let body = json!({"name": name, "settings": settings});
    let made = server.post("/org/factors/hotp/profiles", &body).ok();
    made["id"].as_str().unwrap().to_owned()
}

fn custom(profile: &str, secret: &str) -> Value {
    json!({"factorType": "token:hotp", "provider": "CUSTOM", "factorProfileId": profile,
           "profile": {"sharedSecret": secret}})
}

/// Moves the clock in steps short enough for the caller's token to stay alive.
fn travel(server: &Server, seconds: i64) {
    const STEP: i64 = 20 * 24 * 60 * 60;
    for _ in 0..seconds / STEP {
        server.pass(STEP);
        server.get("/org/factors/hotp").ok();
    }
    server.pass(seconds % STEP);
}

/// The secret of the standards, in hexadecimal digits.
const SECRET: &str = "3132333435363738393031323334353637383930";

/// O1, O4, O6: codes of the time by the standard's vectors, each once, and within the window of the profile.
/// covers: enrollFactor, verifyFactor, getFactor
#[test]
fn a_custom_token_shows_codes_of_the_time() {
    let server = Server::start();
    let person = server.active("dade.murphy");
    let settings = json!({"otpLength": 8, "timeStep": 30, "acceptableAdjacentIntervals": 3,
                          "encoding": "hexadecimal", "hmacAlgorithm": "HMacSHA1"});
    let profile = profile(&server, "Entrust Datacard", &settings);
    let factors = format!("/users/{}/factors?activate=true", person.id);
    let factor = server.post(&factors, &custom(&profile, SECRET)).ok();
    assert!(factor["id"].as_str().unwrap().starts_with("chf"));
    assert_eq!(
        (&factor["status"], &factor["vendorName"]),
        (&json!("ACTIVE"), &json!("Entrust Datacard"))
    );
    assert!(factor.get("profile").is_none() && !factor.to_string().contains(SECRET));
    let links: Vec<&String> = factor["_links"].as_object().unwrap().keys().collect();
    assert_eq!(links, ["self", "user", "verify"]);
    let path = path_of(&factor);
    assert_eq!(server.get(&path).ok(), factor);
    // What the organization has switched off is neither listed nor shown, until it is switched on again.
    let list = format!("/users/{}/factors", person.id);
    server.act("/org/factors/hotp/lifecycle/deactivate").ok();
    assert_eq!(server.get(&list).ok(), json!([]));
    verify(&server, &path, "69279037").refused(423, "E0000180", "Factor id is currently not active.", &[]);
    server.act("/org/factors/hotp/lifecycle/activate").ok();
    assert_eq!(server.get(&list).ok(), json!([factor]));

    // The clock of the standard's fifth vector: 2000000000 seconds.
    travel(&server, 300_000_000 - 5 * 30);
    let outside = "PassCode is valid but exceeded time window.";
    verify(&server, &path, "69279037").refused(403, "E0000083", outside, &[]);
    wrong_token(&verify(&server, &path, "69279038"));
    server.pass(2 * 30);
    assert_eq!(
        verify(&server, &path, "69279037").ok(),
        json!({"factorResult": "SUCCESS"})
    );
    verify(&server, &path, "69279037").refused(403, "E0000082", REPLAYED, &[]);
    let answers = at_once(8, |_| verify(&server, &path, "69279037"));
    assert!(answers.iter().all(|answer| answer.status == 403));
}

/// O5: a count only grows, and is looked for no further ahead than the profile says.
/// covers: enrollFactor, verifyFactor
#[test]
fn a_custom_token_may_count() {
    let server = Server::start();
    let person = server.active("dade.murphy");
    let settings = json!({"timeBased": false, "acceptableAdjacentIntervals": 3, "encoding": "hexadecimal",
                          "hmacAlgorithm": "HMacSHA1"});
    let profile = profile(&server, "Counting", &settings);
    let factors = format!("/users/{}/factors?activate=true", person.id);
    let path = path_of(&server.post(&factors, &custom(&profile, SECRET)).ok());
    for (code, is_right) in [
        ("254676", false), // the sixth is too far ahead
        ("969429", true),  // the fourth
        ("755224", false), // the first has been passed
        ("969429", false),
        ("162583", true), // the eighth
    ] {
        let answer = verify(&server, &path, code);
        if is_right {
            answer.ok();
        } else {
            wrong_token(&answer);
        }
    }
    let answers = at_once(50, |_| verify(&server, &path, "399871"));
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

/// covers: enrollFactor
#[test]
fn bad_custom_tokens_are_refused() {
    let server = Server::start();
    let person = server.active("dade.murphy");
    let profile = profile(&server, "Cards", &json!({"encoding": "hexadecimal"}));
    let factors = format!("/users/{}/factors", person.id);
    let active = format!("{factors}?activate=true");
    let summary = "Api validation failed: factorEnrollRequest";
    server.post(&factors, &custom(&profile, SECRET)).refused(
        400,
        "E0000001",
        summary,
        &["A custom token is enrolled with activate=true."],
    );
    for secret in ["", "31323334", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"] {
        server
            .post(&active, &custom(&profile, secret))
            .refused(400, "E0000001", summary, &["Invalid Profile."]);
    }
    server.post(&active, &custom("", SECRET)).refused_as(400, "E0000001");
    server
        .post(&active, &custom("fpr00000000000000000", SECRET))
        .refused_as(404, "E0000007");
    server.post(&active, &custom(&profile, SECRET)).ok();
    server.post(&active, &custom(&profile, SECRET)).refused(
        400,
        "E0000001",
        summary,
        &["A factor of this type is already set up."],
    );
}
