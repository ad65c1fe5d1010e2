//! From the enrolment to the registered device.

use denizen_domain::message::Message;
use serde_json::json;

use super::{SoftDevice, enrol, token_of};
use crate::code_factors::id_of;
use crate::server::{PUBLIC_URL, Server};

/// covers: enrollFactor, activateFactor, pollFactorActivation, getFactor
#[test]
fn a_device_registers_by_its_token() {
    let server = Server::start();
    let person = server.active("dade.murphy");
    let enrolled = enrol(&server, &person);
    let path = format!("/users/{}/factors/{}", person.id, id_of(&enrolled));
    let url = format!("{PUBLIC_URL}/api/v1{path}");
    let post = |rest: &str| json!({"href": format!("{url}{rest}"), "hints": {"allow": ["POST"]}});
    assert_eq!(enrolled["status"], "PENDING_ACTIVATION");
    assert_eq!(enrolled["_links"]["poll"], post("/lifecycle/activate/poll"));
    assert_eq!(enrolled.get("profile"), None);
    let activation = &enrolled["_embedded"]["activation"];
    let token = token_of(activation);
    let way = |name: &str| {
        let mut link = post(&format!("/lifecycle/activate/{name}"));
        link["name"] = name.into();
        link
    };
    let mut wanted = json!({
        "expiresAt": "2023-11-14T22:23:20.000Z",
        "factorResult": "WAITING",
        "_links": {
            "send": [way("email"), way("sms")],
            "qrcode": {"href": format!("{url}/qr/{token}"), "type": "image/png"},
        },
    });
    assert_eq!(*activation, wanted);
    wanted["_links"]["poll"] = post("/lifecycle/activate");
    assert_eq!(server.act(&format!("{path}/lifecycle/activate")).ok(), wanted);
    assert_eq!(server.act(&format!("{path}/lifecycle/activate/poll")).ok(), wanted);

    let device = SoftDevice::new(1);
    let told = device.register(&server, &token).ok();
    let wanted = json!({"factorId": id_of(&enrolled), "login": person.login, "organization": "Test"});
    assert_eq!(told, wanted);
    let active = server.act(&format!("{path}/lifecycle/activate/poll")).ok();
    assert_eq!(active, server.get(&path).ok());
    assert_eq!(active["status"], "ACTIVE");
    let profile = json!({
        "credentialId": person.login, "deviceType": "SmartPhone_IPhone", "name": "Gibson", "platform": "IOS",
        "version": "9.0",
    });
    assert_eq!(active["profile"], profile);
    assert_eq!(
        server.told(&person, 0).last().unwrap(),
        "system.email.mfa_enroll_notification.sent_message"
    );
    // The token registers one device, and one key is one factor.
    SoftDevice::new(2).register(&server, &token).refused_as(401, "E0000011");
    let other = enrol(&server, &server.active("kate.libby"));
    let other = token_of(&other["_embedded"]["activation"]);
    device.register(&server, &other).refused_as(401, "E0000011");
    SoftDevice::new(3).register(&server, &other).ok();
}

/// T7.
///
/// covers: activateFactor, pollFactorActivation
#[test]
fn a_token_that_nobody_used_in_time_gives_way_to_another() {
    let server = Server::start();
    let person = server.active("dade.murphy");
    let enrolled = enrol(&server, &person);
    let token = token_of(&enrolled["_embedded"]["activation"]);
    let path = format!("/users/{}/factors/{}/lifecycle/activate", person.id, id_of(&enrolled));
    server.pass(600);
    SoftDevice::new(1).register(&server, &token).refused_as(401, "E0000011");
    let activate = json!({"href": format!("{PUBLIC_URL}/api/v1{path}"), "hints": {"allow": ["POST"]}});
    let over = json!({"factorResult": "TIMEOUT", "_links": {"activate": activate}});
    assert_eq!(server.act(&format!("{path}/poll")).ok(), over);
    assert_eq!(server.act(&format!("{path}/poll")).ok(), over);
    let again = server.act(&path).ok();
    assert_eq!(again["factorResult"], "WAITING");
    assert_ne!(token_of(&again), token);
    SoftDevice::new(1).register(&server, &token).refused_as(401, "E0000011");
    SoftDevice::new(1).register(&server, &token_of(&again)).ok();
}

/// covers: sendPushActivationByEmail, sendPushActivationBySms, getFactorPicture
#[test]
fn the_link_is_shown_and_sent() {
    let server = Server::start();
    let person = server.active("dade.murphy");
    let enrolled = enrol(&server, &person);
    server.messages();
    let token = token_of(&enrolled["_embedded"]["activation"]);
    let path = format!("/users/{}/factors/{}", person.id, id_of(&enrolled));
    let link = format!("{PUBLIC_URL}/device/activate#{token}");
    let send = format!("{path}/lifecycle/activate");
    assert_eq!(server.act(&format!("{send}/email")).ok()["factorResult"], "WAITING");
    let number = json!({"profile": {"phoneNumber": "+1-555-415-1337"}});
    assert_eq!(
        server.post(&format!("{send}/sms"), &number).ok()["factorResult"],
        "WAITING"
    );
    server.act(&format!("{send}/sms")).refused_as(400, "E0000001");
    let messages = server.messages();
    let mail = messages.iter().find_map(|message| match message {
        Message::Mail(mail) => Some(mail),
        _ => None,
    });
    let sms = messages.iter().find_map(|message| match message {
        Message::Sms(sms) => Some(sms),
        _ => None,
    });
    let (mail, sms) = (mail.unwrap(), sms.unwrap());
    assert_eq!(mail.template.as_str(), "OktaVerifyActivation");
    assert_eq!(mail.link.as_ref().unwrap().expose(), link);
    assert!(sms.text.expose().ends_with(&link));

    let picture = |token: &str| {
        server
            .request("GET", &format!("/api/v1{path}/qr/{token}"))
            .anonymous()
            .send()
    };
    let shown = picture(&token);
    assert_eq!((shown.status, &shown.body[1..4]), (200, &b"PNG"[..]));
    assert_eq!(shown.header("content-type"), Some("image/png"));
    assert_eq!(shown.header("cache-control"), Some("no-cache, no-store"));
    picture("00anything").refused_as(404, "E0000007");
    SoftDevice::new(1).register(&server, &token).ok();
    picture(&token).refused_as(404, "E0000007");
    server.act(&format!("{send}/email")).refused_as(403, "E0000107");
}

/// The picture of an authenticator: there with its token, and gone with the activation.
///
/// covers: getFactorPicture
#[test]
fn authenticators_have_a_picture_too() {
    let server = Server::start();
    let person = server.active("dade.murphy");
    let body = json!({"factorType": "token:software:totp", "provider": "GOOGLE"});
    let enrolled = server.post(&format!("/users/{}/factors", person.id), &body).ok();
    let token = token_of(&enrolled["_embedded"]["activation"]);
    let path = format!("/users/{}/factors/{}/qr", person.id, id_of(&enrolled));
    let picture = |token: &str| {
        server
            .request("GET", &format!("/api/v1{path}/{token}"))
            .anonymous()
            .send()
    };
    assert_eq!(picture(&token).status, 200);
    picture(&token[1..]).refused_as(404, "E0000007");
}
