//! Codes that are guessed, used twice, or asked for too often (contract: factors §8, §9; checklist S1 to S6, L1, L3).

use denizen_http::HttpSettings;
use serde_json::json;

use crate::code_factors::{Owner, code_in, id_of, other_than};
use crate::races::at_once;
use crate::server::Server;

/// S2: the pause is the number's, whoever asks; and a newer code voids the older.
/// covers: resendEnrollFactor
#[test]
fn a_newer_code_voids_the_older_after_a_pause() {
    let server = Server::start();
    let owner = Owner::new(&server, "isaac.brock");
    let profile = json!({"phoneNumber": "+15554151337"});
    let pending = owner.enrol("", "sms", &profile).ok();
    let (id, first) = (id_of(&pending), owner.code());
    let body = json!({"factorType": "sms", "provider": "OKTA", "profile": {"phoneNumber": "+1-555-415-1337"}});
    let wait = "An SMS message was recently sent. Please wait 30 seconds before trying again.";
    let other = Owner::new(&server, "eric.judy");
    server.pass_millis(29_999);
    owner.post(&id, "resend", &body).refused(429, "E0000109", wait, &[]);
    owner.enrol("", "sms", &profile).refused(429, "E0000109", wait, &[]);
    other.enrol("", "sms", &profile).refused(429, "E0000109", wait, &[]);
    assert!(server.messages().is_empty());
    server.pass_millis(1);
    let resent = owner.post(&id, "resend", &body).ok();
    assert_eq!((&resent["id"], &resent["status"]), (&pending["id"], &pending["status"]));
    let second = owner.code();
    if first != second {
        let old = json!({"passCode": first});
        owner.post(&id, "lifecycle/activate", &old).refused_as(403, "E0000068");
    }
    for wrong in [
        json!({"factorType": "call", "provider": "OKTA"}),
        json!({"factorType": "sms", "provider": "OKTA", "profile": {"phoneNumber": "+15554151338"}}),
    ] {
        owner.post(&id, "resend", &wrong).refused_as(400, "E0000001");
    }
    // Enrolling once more supersedes it, with the same id.
    server.pass(30);
    let again = owner.enrol("", "sms", &json!({"phoneNumber": "+15554151339"})).ok();
    assert_eq!(again["id"], pending["id"]);
    let third = json!({"passCode": owner.code()});
    owner.post(&id, "lifecycle/activate", &third).ok();
    owner.post(&id, "resend", &json!({})).refused_as(400, "E0000001");
    let read = server.get(&owner.path(&format!("/{id}"))).ok();
    assert_eq!(read["profile"]["phoneNumber"], "+15554151339");
}

/// S1: a code for a phone lasts five minutes, whatever is asked.
#[test]
fn a_code_dies_after_five_minutes() {
    let server = Server::start();
    let owner = Owner::new(&server, "isaac.brock");
    let profile = json!({"phoneNumber": "+15554151337"});
    let id = id_of(&owner.enrol("?tokenLifetimeSeconds=86400", "sms", &profile).ok());
    let body = json!({"passCode": owner.code()});
    server.pass(300);
    owner.post(&id, "lifecycle/activate", &body).refused_as(403, "E0000068");
    owner.post(&id, "resend", &json!({})).ok();
    let body = json!({"passCode": owner.code()});
    server.pass_millis(299_999);
    owner.post(&id, "lifecycle/activate", &body).ok();
}

/// Contract: factors §9: five activations of all factors together, and then nothing, not even another code.
#[test]
fn five_wrong_activations_bar_the_rest_of_the_window() {
    let server = Server::start();
    let owner = Owner::new(&server, "isaac.brock");
    let sms = id_of(&owner.enrol("", "sms", &json!({"phoneNumber": "+15554151337"})).ok());
    let right = owner.code();
    let email = id_of(&owner.enrol("", "email", &json!({"email": owner.person.login})).ok());
    let wrong = json!({"passCode": other_than(&right)});
    for (factor, times) in [(&sms, 3), (&email, 2)] {
        for _ in 0..times {
            let mismatch = owner.post(factor, "lifecycle/activate", &json!({"passCode": "no code"}));
            mismatch.refused_as(403, "E0000068");
        }
    }
    owner
        .post(&sms, "lifecycle/activate", &json!({"passCode": right}))
        .refused_as(429, "E0000047");
    owner
        .post(&sms, "lifecycle/activate", &wrong)
        .refused_as(429, "E0000047");
    server.pass(30);
    owner.post(&sms, "resend", &json!({})).refused_as(429, "E0000047");
    assert_eq!(
        server.status(&owner.person),
        "ACTIVE",
        "nobody is locked out by activations"
    );
    server.pass(270);
    server.messages();
    owner.post(&sms, "resend", &json!({})).ok();
    let code = json!({"passCode": owner.code()});
    owner.post(&sms, "lifecycle/activate", &code).ok();
}

/// S3, L1: five misses lock the user out, and the right code comes too late.
#[test]
fn five_wrong_codes_lock_the_user_out() {
    let server = Server::start();
    let owner = Owner::new(&server, "isaac.brock");
    let id = owner.active_sms("+15554151337");
    owner.post(&id, "verify", &json!({})).ok();
    let code = owner.code();
    for wrong in ["", "1", "1234567", "abcdef"].iter().skip(1) {
        owner.show(&id, wrong).refused_as(403, "E0000068");
    }
    owner.show(&id, &other_than(&code)).refused_as(403, "E0000068");
    owner
        .show(&id, &other_than(&code))
        .refused(403, "E0000069", "User Locked", &[]);
    owner.show(&id, &code).refused(403, "E0000069", "User Locked", &[]);
    server.pass(30);
    owner.post(&id, "verify", &json!({})).refused_as(403, "E0000069");
    assert_eq!(server.status(&owner.person), "LOCKED_OUT");
    let told: Vec<&str> = server.mails().iter().map(|mail| mail.template.as_str()).collect();
    assert_eq!(told, ["AccountLockout"]);
}

/// O9, S1: a code is bound to its factor and its challenge.
#[test]
fn a_code_is_for_one_factor() {
    let server = Server::start();
    let (isaac, eric) = (Owner::new(&server, "isaac.brock"), Owner::new(&server, "eric.judy"));
    let (one, other) = (isaac.active_sms("+15554151337"), eric.active_sms("+15554151338"));
    isaac.post(&one, "verify", &json!({})).ok();
    let code = isaac.code();
    eric.show(&other, &code).refused_as(403, "E0000068");
    eric.show(&one, &code).refused_as(404, "E0000007");
    isaac.show(&other, &code).refused_as(404, "E0000007");
    server.delete(&isaac.path(&format!("/{one}"))).no_content();
    isaac.show(&one, &code).refused_as(404, "E0000007");
    let again = isaac.active_sms("+15554151337");
    isaac.show(&again, &code).refused_as(403, "E0000068");
}

/// S1: of fifty who show one code at once, one gets in.
#[test]
fn a_code_opens_once_however_many_show_it_at_once() {
    let server = Server::start();
    let owner = Owner::new(&server, "isaac.brock");
    let id = owner.active_sms("+15554151337");
    owner.post(&id, "verify", &json!({})).ok();
    let code = owner.code();
    let answers = at_once(50, |_| owner.show(&id, &code));
    let right = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(right, 1);
    assert!(answers.iter().all(|answer| [200, 403].contains(&answer.status)));
}

/// S2: of many who ask at once, one is sent a code; S3: of many wrong ones at once, five are judged.
#[test]
fn limits_hold_at_once() {
    let server = Server::start();
    let owner = Owner::new(&server, "isaac.brock");
    let id = owner.active_sms("+15554151337");
    let asked = at_once(20, |_| owner.post(&id, "verify", &json!({})));
    assert_eq!(asked.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(asked.iter().all(|answer| [200, 429].contains(&answer.status)));
    let messages = server.messages();
    assert_eq!(messages.len(), 1);
    let code = code_in(&messages[0]);
    let wrong = at_once(20, |_| owner.show(&id, &other_than(&code)));
    let judged = wrong
        .iter()
        .filter(|answer| answer.json()["errorCode"] == "E0000068")
        .count();
    assert_eq!(judged, 4, "the fifth locks");
    owner.show(&id, &code).refused_as(403, "E0000069");
    let enrolled = at_once(10, |_| {
        owner.enrol("?activate=true", "call", &json!({"phoneNumber": "+15554151337"}))
    });
    assert_eq!(enrolled.iter().filter(|answer| answer.status == 200).count(), 1);
}

/// S6: what is no number, costs whoever calls it, or lies elsewhere.
#[test]
fn numbers_are_checked() {
    let server = Server::with(HttpSettings::default(), |settings| {
        settings.messages.phone_rules.permitted = vec!["+1".to_owned()];
    });
    let owner = Owner::new(&server, "isaac.brock");
    for number in [
        "0",
        "+0123456",
        "1-555-CALL",
        "+1234567890123456",
        "+1-900-555-0100",
        "555 415 1337",
    ] {
        for kind in ["sms", "call"] {
            let answer = owner.enrol("", kind, &json!({"phoneNumber": number}));
            answer.refused(400, "E0000098", "This phone number is invalid.", &[]);
        }
    }
    owner
        .enrol("", "sms", &json!({"phoneNumber": "+4930123456"}))
        .refused_as(403, "E0000099");
    owner
        .enrol("", "sms", &json!({"phoneNumber": 1}))
        .refused_as(400, "E0000003");
    assert!(server.messages().is_empty());
}

/// S2: a number has enough after so many codes in a day.
#[test]
fn a_day_has_an_end() {
    let server = Server::with(HttpSettings::default(), |settings| {
        settings.messages.phone_codes_a_day = 3;
        settings.messages.mail_codes_a_day = 2;
    });
    let owner = Owner::new(&server, "isaac.brock");
    let id = owner.active_sms("+15554151337");
    let call = owner
        .enrol("?activate=true", "call", &json!({"phoneNumber": "+15554151337"}))
        .ok();
    let email = owner
        .enrol("?activate=true", "email", &json!({"email": owner.person.login}))
        .ok();
    for _ in 0..2 {
        server.pass(30);
        owner.post(&id_of(&email), "verify", &json!({})).ok();
    }
    for _ in 0..3 {
        server.pass(30);
        owner.post(&id, "verify", &json!({})).ok();
        owner.post(&id_of(&call), "verify", &json!({})).ok();
    }
    server.pass(30);
    owner.post(&id, "verify", &json!({})).refused_as(429, "E0000204");
    owner
        .post(&id_of(&call), "verify", &json!({}))
        .refused_as(429, "E0000205");
    owner
        .post(&id_of(&email), "verify", &json!({}))
        .refused_as(429, "E0000047");
    server.pass(24 * 3600);
    owner.post(&id, "verify", &json!({})).ok();
}

#[test]
fn without_telephony_no_phone_is_a_factor() {
    let server = Server::with(HttpSettings::default(), |settings| settings.messages.telephony = false);
    let owner = Owner::new(&server, "isaac.brock");
    for kind in ["sms", "call"] {
        let answer = owner.enrol("", kind, &json!({"phoneNumber": "+15554151337"}));
        answer.refused_as(403, "E0000247");
    }
    let catalog = server.get(&owner.path("/catalog")).ok();
    let kinds: Vec<&str> = catalog
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["factorType"].as_str())
        .collect();
    assert!(
        !kinds.contains(&"sms") && !kinds.contains(&"call") && kinds.contains(&"email"),
        "{kinds:?}"
    );
}
