//! Factors that codes are sent to: sms, call, email (contract: factors §5 to §8).

use denizen_domain::message::Message;
use serde_json::{Value, json};

use crate::server::{PUBLIC_URL, Person, START, Server, logged};
use crate::wire::Answer;

/// A person with a server, and what tests do with their factors.
pub struct Owner<'s> {
    pub server: &'s Server,
    pub person: Person,
}

/// The code in a message.
pub fn code_in(message: &Message) -> String {
    match message {
        Message::Sms(sms) => sms.text.expose().chars().filter(char::is_ascii_digit).collect(),
        Message::Call(call) => call.code.expose().to_owned(),
        Message::Mail(mail) => mail.code.as_ref().unwrap().expose().to_owned(),
    }
}

pub fn id_of(factor: &Value) -> String {
    factor["id"].as_str().unwrap().to_owned()
}

/// A code that is not this one.
pub fn other_than(code: &str) -> String {
    let last = if code.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &code[..5])
}

impl<'s> Owner<'s> {
    pub fn new(server: &'s Server, name: &str) -> Self {
        let person = server.active(name);
        server.messages();
        Self { server, person }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/users/{}/factors{rest}", self.person.id)
    }

    pub fn url(&self, rest: &str) -> String {
        format!("{PUBLIC_URL}/api/v1{}", self.path(rest))
    }

    pub fn enrol(&self, query: &str, kind: &str, profile: &Value) -> Answer {
        let body = json!({"factorType": kind, "provider": "OKTA", "profile": profile});
        self.server.post(&self.path(query), &body)
    }

    pub fn post(&self, id: &str, step: &str, body: &Value) -> Answer {
        self.server.post(&self.path(&format!("/{id}/{step}")), body)
    }

    pub fn show(&self, id: &str, code: &str) -> Answer {
        self.post(id, "verify", &json!({"passCode": code}))
    }

    /// The code of the one message that is due.
    pub fn code(&self) -> String {
        let messages = self.server.messages();
        let codes: Vec<&Message> = messages.iter().filter(|message| carries_code(message)).collect();
        let [one] = codes[..] else { panic!("{messages:?}") };
        code_in(one)
    }

    /// An active sms factor; whatever was sent meanwhile is taken out.
    pub fn active_sms(&self, number: &str) -> String {
        let factor = self
            .enrol("?activate=true", "sms", &json!({"phoneNumber": number}))
            .ok();
        self.server.messages();
        id_of(&factor)
    }
}

fn carries_code(message: &Message) -> bool {
    match message {
        Message::Mail(mail) => mail.code.is_some(),
        _ => true,
    }
}

fn post(href: &str) -> Value {
    json!({"href": href, "hints": {"allow": ["POST"]}})
}

/// covers: enrollFactor, activateFactor
/// covers: verifyFactor, resendEnrollFactor
/// S1: one use.
#[test]
fn a_phone_lives_from_its_enrolment_to_its_proof() {
    let server = Server::start();
    let owner = Owner::new(&server, "isaac.brock");
    let pending = owner.enrol("", "sms", &json!({"phoneNumber": "+1-555-415-1337"})).ok();
    let id = id_of(&pending);
    assert!(id.starts_with("sms") && id.len() == 20, "{id}");
    let own = owner.url(&format!("/{id}"));
    let user = format!("{PUBLIC_URL}/api/v1/users/{}", owner.person.id);
    let wanted = json!({
        "id": id, "factorType": "sms", "provider": "OKTA", "vendorName": "OKTA", "status": "PENDING_ACTIVATION",
        "created": START, "lastUpdated": START, "profile": {"phoneNumber": "+15554151337"},
        "_links": {
            "activate": post(&format!("{own}/lifecycle/activate")),
            "self": {"href": own, "hints": {"allow": ["GET"]}},
            "user": {"href": user, "hints": {"allow": ["GET"]}},
        },
    });
    assert_eq!(pending, wanted);
    let messages = server.messages();
    let [Message::Sms(sms)] = &messages[..] else {
        panic!("{messages:?}")
    };
    let code = code_in(&messages[0]);
    assert_eq!((sms.to.as_str(), code.len()), ("+15554151337", 6));
    assert_eq!(sms.text.expose(), format!("Your verification code is {code}."));

    let mismatch = "Your passcode doesn't match our records. Please try again.";
    owner
        .post(&id, "lifecycle/activate", &json!({"passCode": other_than(&code)}))
        .refused(403, "E0000068", "Invalid Passcode/Answer", &[mismatch]);
    owner
        .post(&id, "lifecycle/activate", &json!({}))
        .refused_as(400, "E0000001");
    owner.show(&id, &code).refused_as(403, "E0000107");
    let active = owner.post(&id, "lifecycle/activate", &json!({"passCode": code})).ok();
    assert_eq!((&active["id"], &active["status"]), (&json!(id), &json!("ACTIVE")));
    let links: Vec<&String> = active["_links"].as_object().unwrap().keys().collect();
    assert_eq!(links.len(), 3);
    assert_eq!(active["_links"]["verify"], post(&format!("{own}/verify")));
    assert_eq!(server.get(&owner.path("")).ok(), json!([active]));
    let told: Vec<&str> = server.mails().iter().map(|mail| mail.template.as_str()).collect();
    assert_eq!(told, ["AuthenticatorEnrolled"]);
    owner
        .post(&id, "lifecycle/activate", &json!({"passCode": code}))
        .refused_as(403, "E0000107");

    // The code that activated it shows nothing (O2).
    owner.show(&id, &code).refused_as(403, "E0000068");
    server.pass(30);
    let challenged = owner.post(&id, "verify", &json!({})).ok();
    let wanted = json!({
        "factorResult": "CHALLENGE", "profile": {"phoneNumber": "+15554151337"},
        "_links": {"verify": post(&format!("{own}/verify")),
                   "factor": {"href": own, "hints": {"allow": ["GET", "DELETE"]}}},
    });
    assert_eq!(challenged, wanted);
    let code = owner.code();
    assert_eq!(owner.show(&id, &code).ok(), json!({"factorResult": "SUCCESS"}));
    owner
        .show(&id, &code)
        .refused(403, "E0000068", "Invalid Passcode/Answer", &[mismatch]);
    // A body with an empty code, or none, asks for another.
    for ask in [Some(json!({"passCode": ""})), None] {
        server.pass(30);
        let answer = match ask {
            Some(body) => owner.post(&id, "verify", &body),
            None => server.act(&owner.path(&format!("/{id}/verify"))),
        };
        assert_eq!(answer.ok()["factorResult"], "CHALLENGE");
    }
    let told = server.told(&owner.person, 0).join(" ");
    for event in [
        "system.sms.send_phone_verification_message user.mfa.factor.activate",
        "system.sms.send_factor_verify_message user.authentication.auth_via_mfa",
    ] {
        assert!(event.split(' ').all(|one| told.contains(one)), "{told}");
    }
    assert!(!logged().contains(&format!("code is {code}")), "G1");
}

/// covers: enrollFactor
#[test]
fn a_call_tells_its_code_and_dials_its_extension() {
    let server = Server::start();
    let owner = Owner::new(&server, "isaac.brock");
    let profile = json!({"phoneNumber": "+1 415 599 2671", "phoneExtension": "1234"});
    let pending = owner.enrol("", "call", &profile).ok();
    let id = id_of(&pending);
    assert!(id.starts_with("clf"), "{id}");
    assert_eq!(
        pending["profile"],
        json!({"phoneNumber": "+14155992671", "phoneExtension": "1234"})
    );
    let messages = server.messages();
    let [Message::Call(call)] = &messages[..] else {
        panic!("{messages:?}")
    };
    assert_eq!(
        (call.to.as_str(), call.extension.as_deref()),
        ("+14155992671", Some("1234"))
    );
    let code = code_in(&messages[0]);
    owner.post(&id, "lifecycle/activate", &json!({"passCode": code})).ok();
    server.messages();
    owner.post(&id, "verify", &json!({})).refused_as(429, "E0000133");
    server.pass(30);
    assert_eq!(
        owner.post(&id, "verify", &json!({})).ok()["profile"],
        pending["profile"]
    );
    assert_eq!(owner.show(&id, &owner.code()).ok()["factorResult"], "SUCCESS");
    for extension in ["12a", "1234567890123456"] {
        let profile = json!({"phoneNumber": "+14155992671", "phoneExtension": extension});
        Owner::new(&server, &format!("x{extension}"))
            .enrol("", "call", &profile)
            .refused_as(400, "E0000121");
    }
}

/// covers: enrollFactor, verifyFactor
#[test]
fn a_mail_address_is_the_users_own() {
    let server = Server::start();
    let owner = Owner::new(&server, "isaac.brock");
    let summary = "Api validation failed: Only verified primary or secondary email can be enrolled.";
    owner
        .enrol("", "email", &json!({"email": "eve@example.com"}))
        .refused(400, "E0000001", summary, &[]);
    owner.enrol("", "email", &json!({})).refused_as(400, "E0000001");
    for seconds in ["0", "86401", "-1"] {
        let query = format!("?tokenLifetimeSeconds={seconds}");
        let profile = json!({"email": owner.person.login});
        owner.enrol(&query, "email", &profile).refused_as(400, "E0000001");
    }
    let profile = json!({"email": "Isaac.Brock@example.com"});
    let pending = owner.enrol("?tokenLifetimeSeconds=600", "email", &profile).ok();
    let id = id_of(&pending);
    assert!(id.starts_with("emf"), "{id}");
    for member in ["created", "lastUpdated", "profile"] {
        assert!(pending.get(member).is_none(), "{pending}");
    }
    let mail = server.mails().remove(0);
    assert_eq!(mail.template.as_str(), "EmailFactorVerification");
    assert_eq!(mail.to, std::slice::from_ref(&owner.person.login));
    let code = mail.code.unwrap();
    // S1: to the millisecond.
    server.pass_millis(599_999);
    let body = json!({"passCode": code.expose()});
    let active = owner.post(&id, "lifecycle/activate", &body).ok();
    assert_eq!(active["profile"], json!({"email": "isaac.brock@example.com"}));
    server.messages();
    let challenged = owner.post(&id, "verify?tokenLifetimeSeconds=1", &json!({})).ok();
    assert!(challenged.get("profile").is_none(), "{challenged}");
    owner.post(&id, "verify", &json!({})).refused_as(429, "E0000118");
    let mail = server.mails().remove(0);
    assert_eq!(mail.template.as_str(), "EmailChallenge");
    server.pass(1);
    owner.show(&id, mail.code.unwrap().expose()).refused_as(403, "E0000068");
    server.pass(4);
    owner.post(&id, "verify", &json!({})).ok();
    assert_eq!(owner.show(&id, &owner.code()).ok()["factorResult"], "SUCCESS");
    let events = server.events(&owner.person);
    let redeemed = events
        .iter()
        .filter(|event| event["eventType"] == "system.email.challenge_factor_redeemed");
    let outcomes: Vec<&Value> = redeemed.map(|event| &event["outcome"]["result"]).collect();
    assert_eq!(outcomes, ["SUCCESS", "FAILURE", "SUCCESS"]);
}

/// covers: enrollFactor
/// S5: nothing in the body makes it active.
#[test]
fn only_the_query_makes_a_factor_active_at_once() {
    let server = Server::start();
    let owner = Owner::new(&server, "isaac.brock");
    let body = json!({"factorType": "sms", "provider": "OKTA", "status": "ACTIVE",
                      "profile": {"phoneNumber": "+15554151337"}});
    let pending = server.post(&owner.path(""), &body).ok();
    assert_eq!(pending["status"], "PENDING_ACTIVATION");
    server.messages();
    for (kind, profile) in [
        ("sms", json!({"phoneNumber": "+15554151338"})),
        ("call", json!({"phoneNumber": "+15554151338"})),
        ("email", json!({"email": owner.person.login})),
    ] {
        let active = owner.enrol("?activate=true", kind, &profile).ok();
        assert_eq!(active["status"], "ACTIVE", "{active}");
        let told: Vec<&str> = server.mails().iter().map(|mail| mail.template.as_str()).collect();
        assert_eq!(told, ["AuthenticatorEnrolled"], "no code is sent");
    }
}

/// covers: listSupportedFactors, unenrollFactor
#[test]
fn a_number_stays_on_file() {
    let server = Server::start();
    let owner = Owner::new(&server, "isaac.brock");
    let phones = |kind: &str| {
        let catalog = server.get(&owner.path("/catalog")).ok();
        let entries = catalog.as_array().unwrap().clone();
        entries.into_iter().find(|entry| entry["factorType"] == kind).unwrap()["_embedded"]["phones"].clone()
    };
    assert_eq!(phones("sms"), Value::Null);
    owner.enrol("", "sms", &json!({})).refused_as(400, "E0000001");
    let id = owner.active_sms("+1-555-415-1337");
    let on_file = json!([{"id": id, "profile": {"phoneNumber": "+15554151337"}, "status": "ACTIVE"}]);
    assert_eq!(phones("sms"), on_file);
    assert_eq!(phones("call"), Value::Null);
    let existing = "There is an existing verified phone number.";
    let summary = "Api validation failed: factorEnrollRequest";
    let other = json!({"phoneNumber": "+15554151338"});
    for query in ["?activate=true", "?activate=true&updatePhone=true"] {
        owner
            .enrol(query, "sms", &other)
            .refused(400, "E0000001", summary, &[existing]);
    }
    let set_up = "A factor of this type is already set up.";
    let same = json!({"phoneNumber": "+15554151337"});
    owner
        .enrol("", "sms", &same)
        .refused(400, "E0000001", summary, &[set_up]);

    server.delete(&owner.path(&format!("/{id}"))).no_content();
    let told: Vec<&str> = server.mails().iter().map(|mail| mail.template.as_str()).collect();
    assert_eq!(told, ["AuthenticatorReset"]);
    server.get(&owner.path(&format!("/{id}"))).refused_as(404, "E0000007");
    assert_eq!(phones("sms"), on_file, "it outlives its factor");
    owner
        .enrol("", "sms", &other)
        .refused(400, "E0000001", summary, &[existing]);
    // Without a number, the one on file is used; another takes its place when that is asked for.
    let again = owner.enrol("?activate=true", "sms", &json!({})).ok();
    assert_eq!(again["profile"], json!({"phoneNumber": "+15554151337"}));
    server.delete(&owner.path(&format!("/{}", id_of(&again)))).no_content();
    let moved = owner.enrol("?activate=true&updatePhone=true", "sms", &other).ok();
    assert_eq!(phones("sms")[0]["profile"], other);
    let told = server.told(&owner.person, 0);
    let replaced = told.iter().filter(|kind| *kind == "user.mfa.factor.update").count();
    assert_eq!(replaced, 1, "{told:?}");
    let forget = format!("/{}?removeRecoveryEnrollment=true", id_of(&moved));
    server.delete(&owner.path(&forget)).no_content();
    assert_eq!(phones("sms"), Value::Null);

    let call = owner.enrol("?activate=true", "call", &other).ok();
    server.delete(&owner.path(&format!("/{}", id_of(&call)))).no_content();
    owner
        .enrol("", "call", &same)
        .refused(400, "E0000001", summary, &[set_up]);
    assert_eq!(
        owner.enrol("?updatePhone=true", "call", &same).ok()["status"],
        "PENDING_ACTIVATION"
    );
    assert_eq!(
        phones("call")[0]["profile"],
        other,
        "until the new one is shown to work"
    );
}

/// Contract: messages §1; factors §6.4.
#[test]
fn the_text_is_that_of_the_template_in_the_language() {
    let server = Server::start();
    let owner = Owner::new(&server, "isaac.brock");
    let template = json!({"name": "Custom", "type": "SMS_VERIFY_CODE", "template": "${org.name}: ${code}",
                          "translations": {"es": "Su código: ${code}"}});
    let template = id_of(&server.post("/templates/sms", &template).ok());
    let body = json!({"factorType": "sms", "provider": "OKTA", "profile": {"phoneNumber": "+15554151337"}});
    let text = |template: &str, language: &str, number: usize| {
        server.pass(30);
        let target = format!("/api/v1{}?templateId={template}", owner.path(""));
        let request = server.request("POST", &target).header("accept-language", language);
        request.json(&body).send().ok();
        let messages = server.messages();
        let code = code_in(&messages[0]);
        let Message::Sms(sms) = &messages[0] else {
            panic!("{number}: {messages:?}")
        };
        sms.text.expose().replace(&code, "CODE")
    };
    for (number, (template, language, wanted)) in [
        (template.as_str(), "es", "Su código: CODE"),
        (&template, "es-MX,en;q=0.5", "Su código: CODE"),
        (&template, "de", "Test: CODE"),
        ("cst0000000000000000A", "es", "Your verification code is CODE."),
        ("default", "es", "Your verification code is CODE."),
        ("", "es", "Your verification code is CODE."),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(text(template, language, number), wanted, "{number}");
    }
}
