//! Factors that must be enrolled before somebody gets in.

use denizen_domain::factor::{Enrolment, FactorKind};
use denizen_http::HttpSettings;
use serde_json::{Value, json};

use super::{link, links, named, server_that_requires};
use crate::factors::ANSWER;
use crate::server::{PASSWORD, PUBLIC_URL, Person, Server};
use crate::sign_in::{embedded, text};

fn totp() -> Value {
    json!({"factorType": "token:software:totp", "provider": "GOOGLE"})
}

fn question() -> Value {
    json!({"factorType": "question", "provider": "OKTA", "profile": {"question": "disliked_food", "answer": ANSWER}})
}

/// The code of a secret that was told in a transaction.
fn code(server: &Server, told: &Value) -> String {
    let secret = text(&told["_embedded"]["factor"]["_embedded"]["activation"]["sharedSecret"]);
    let secret = base32::decode(base32::Alphabet::Rfc4648 { padding: false }, &secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build_noncompliant();
    totp.generate(u64::try_from(server.seconds()).unwrap()).to_string()
}

/// What is required is told, enrolled and activated; then the session is open, and tells of the factor.
/// covers: authenticate, enrollFactorInTransaction, activateFactorInTransaction
#[test]
fn a_required_factor_is_enrolled_at_sign_in() {
    let server = server_that_requires(&[FactorKind::GoogleTotp]);
    let person = server.active("isaac.brock");
    let (state, mut told) = server.halted(&person, "MFA_ENROLL");
    told["expiresAt"] = json!("…");
    let entry = |factor_type: &str, provider: &str, enrollment: &str| {
        json!({
            "factorType": factor_type, "provider": provider, "vendorName": provider,
            "_links": {"enroll": link("factors")}, "status": "NOT_SETUP", "enrollment": enrollment,
        })
    };
    let mut questions = entry("question", "OKTA", "OPTIONAL");
    let address = format!("{PUBLIC_URL}/api/v1/users/{}/factors/questions", person.id);
    questions["_links"]["questions"] = json!({"href": address, "hints": {"allow": ["GET"]}});
    let wanted = json!({
        "stateToken": state,
        "expiresAt": "…",
        "status": "MFA_ENROLL",
        "_embedded": {
            "user": embedded(&server, &person),
            "factors": [
                questions, entry("token:software:totp", "GOOGLE", "REQUIRED"), entry("email", "OKTA", "OPTIONAL"),
            ],
        },
        "_links": {"cancel": link("cancel")},
    });
    assert_eq!(told, wanted);
    let told = server.enrol_at_sign_in(&state, &totp()).ok();
    assert_eq!(told["status"], "MFA_ENROLL_ACTIVATE");
    let factor = &told["_embedded"]["factor"];
    let id = text(&factor["id"]);
    let activation = &factor["_embedded"]["activation"];
    assert_eq!(
        (activation["timeStep"].as_i64(), activation["keyLength"].as_i64()),
        (Some(30), Some(6))
    );
    assert_eq!(factor["profile"], json!({"credentialId": person.login}));
    assert_eq!(
        told["_links"],
        json!({
            "next": named("activate", &format!("factors/{id}/lifecycle/activate")),
            "prev": link("previous"),
            "cancel": link("cancel"),
        })
    );
    // O7: the secret is told once.
    let again = server.step("", &state).ok();
    assert_eq!(again["status"], "MFA_ENROLL_ACTIVATE");
    assert!(again["_embedded"]["factor"].get("_embedded").is_none(), "{again}");
    let wrong = server.factor_step(
        &state,
        &factor["id"],
        "lifecycle/activate",
        &json!({"passCode": "000000"}),
    );
    wrong.refused_as(403, "E0000068");
    let right = json!({"passCode": code(&server, &told)});
    let done = server
        .factor_step(&state, &factor["id"], "lifecycle/activate", &right)
        .ok();
    assert_eq!(done["status"], "SUCCESS");
    let session = server
        .visit("/sessions", &json!({"sessionToken": done["sessionToken"]}))
        .ok();
    assert_eq!(session["amr"], json!(["pwd", "mfa", "otp"]));
    // From now on it is asked for, and the code that activated it is not good (O2).
    let (state, _) = server.halted(&person, "MFA_REQUIRED");
    let replayed = server.factor_step(&state, &factor["id"], "verify", &right);
    replayed.refused_as(403, "E0000082");
}

/// A question needs no activation; one optional kind does not stand for a required one.
/// covers: enrollFactorInTransaction
#[test]
fn what_is_required_stays_required() {
    let server = server_that_requires(&[FactorKind::GoogleTotp]);
    let person = server.active("isaac.brock");
    let (state, _) = server.halted(&person, "MFA_ENROLL");
    let told = server.enrol_at_sign_in(&state, &question()).ok();
    assert_eq!(told["status"], "MFA_ENROLL", "{told}");
    assert_eq!(told["_embedded"]["factors"][0]["status"], "ACTIVE");
    assert_eq!(links(&told), ["cancel"]);
    super::out_of_turn(&server.step("/skip", &state));
    let twice = server.enrol_at_sign_in(&state, &question());
    twice.refused(
        400,
        "E0000001",
        "Api validation failed: factorEnrollRequest",
        &["A factor of this type is already set up."],
    );
    let server = server_that_requires(&[FactorKind::Question]);
    let person = server.active("isaac.brock");
    let (state, _) = server.halted(&person, "MFA_ENROLL");
    let bad =
        json!({"factorType": "question", "provider": "OKTA", "profile": {"question": "x", "answer": "mayonnaise"}});
    let refused = server.enrol_at_sign_in(&state, &bad);
    refused.refused(
        400,
        "E0000001",
        "Api validation failed: factorEnrollRequest",
        &["Invalid Profile."],
    );
    assert_eq!(server.enrol_at_sign_in(&state, &question()).ok()["status"], "SUCCESS");
    let told = server.sign_in(&person, PASSWORD).ok();
    assert_eq!(told["status"], "MFA_REQUIRED");
}

/// Whoever asks for more is asked again after an enrolment, and may go on without.
/// covers: enrollFactorInTransaction, skipTransaction
#[test]
fn more_may_be_enrolled_where_the_client_asks() {
    let server = server_that_requires(&[FactorKind::Question]);
    let person = server.active("isaac.brock");
    server.pass(1);
    let options = json!({"multiOptionalFactorEnroll": true});
    let body = json!({"username": person.login, "password": PASSWORD, "options": options});
    let told = server.visit("/authn", &body).ok();
    let state = text(&told["stateToken"]);
    super::out_of_turn(&server.step("/skip", &state));
    let told = server.enrol_at_sign_in(&state, &question()).ok();
    assert_eq!(told["status"], "MFA_ENROLL");
    assert_eq!(
        told["_links"],
        json!({"cancel": link("cancel"), "skip": named("skip", "skip")})
    );
    assert_eq!(server.step("/skip", &state).ok()["status"], "SUCCESS");
}

/// Going back leaves what was enrolled, and the next enrolment takes its place.
/// covers: enrollFactorInTransaction, previousTransaction
#[test]
fn whoever_goes_back_enrols_anew() {
    let server = server_that_requires(&[FactorKind::GoogleTotp]);
    let person = server.active("isaac.brock");
    let (state, _) = server.halted(&person, "MFA_ENROLL");
    let first = server.enrol_at_sign_in(&state, &totp()).ok();
    let told = server.step("/previous", &state).ok();
    assert_eq!(told["status"], "MFA_ENROLL");
    let second = server.enrol_at_sign_in(&state, &totp()).ok();
    let id = &second["_embedded"]["factor"]["id"];
    assert_eq!(*id, first["_embedded"]["factor"]["id"]);
    let old = json!({"passCode": code(&server, &first)});
    server
        .factor_step(&state, id, "lifecycle/activate", &old)
        .refused_as(403, "E0000068");
    let new = json!({"passCode": code(&server, &second)});
    assert_eq!(
        server.factor_step(&state, id, "lifecycle/activate", &new).ok()["status"],
        "SUCCESS"
    );
}

/// A code is sent to activate, and sent again. The address need not be named.
/// covers: enrollFactorInTransaction, resendFactorInTransaction
#[test]
fn a_code_activates_what_is_enrolled() {
    let server = server_that_requires(&[FactorKind::Email]);
    let owner = crate::code_factors::Owner::new(&server, "isaac.brock");
    let (state, _) = server.halted(&owner.person, "MFA_ENROLL");
    let told = server
        .enrol_at_sign_in(&state, &json!({"factorType": "email", "provider": "OKTA"}))
        .ok();
    assert_eq!(told["status"], "MFA_ENROLL_ACTIVATE");
    let id = told["_embedded"]["factor"]["id"].clone();
    let resend = named("email", &format!("factors/{}/lifecycle/resend", text(&id)));
    assert_eq!(told["_links"]["resend"], json!([resend]));
    owner.code();
    server.pass(6);
    let told = server.factor_step(&state, &id, "lifecycle/resend", &json!({})).ok();
    assert_eq!(told["status"], "MFA_ENROLL_ACTIVATE");
    let code = owner.code();
    let told = server
        .factor_step(&state, &id, "lifecycle/activate", &json!({"passCode": code}))
        .ok();
    assert_eq!(told["status"], "SUCCESS");
}

/// L2, T8: what is required is asked for on every way in.
/// covers: authenticate, resetPasswordInTransaction
#[test]
fn no_way_in_goes_around_an_enrolment() {
    let server = server_that_requires(&[FactorKind::Question]);
    let person = server.person_in("PROVISIONED", "new.comer");
    let token = activation_token(&server, &person);
    let told = server.visit("/authn", &json!({"token": token})).ok();
    let body = json!({"stateToken": told["stateToken"], "newPassword": "Lantern-Winter-1"});
    let told = server.visit("/authn/credentials/reset_password", &body).ok();
    assert_eq!(told["status"], "MFA_ENROLL", "{told}");
    let person = server.person_in("PASSWORD_EXPIRED", "isaac.brock");
    let (state, _) = server.halted(&person, "PASSWORD_EXPIRED");
    let body = json!({"stateToken": state, "oldPassword": PASSWORD, "newPassword": "Lantern-Winter-1"});
    let told = server.visit("/authn/credentials/change_password", &body).ok();
    assert_eq!(told["status"], "MFA_ENROLL");
    assert!(told.get("sessionToken").is_none());
    let session = server.visit("/sessions", &json!({"sessionToken": state}));
    session.refused_as(401, "E0000004");
}

/// Whoever is given an e-mail factor with the first password lacks none, and is asked for it from the next sign-in on.
/// covers: resetPasswordInTransaction
#[test]
fn a_factor_that_is_given_need_not_be_enrolled() {
    let server = Server::with(HttpSettings::default(), |settings| {
        settings.factor_policy.gives_email = true;
        let policy = &mut settings.factor_policy.enrolments;
        policy.insert(FactorKind::Email, Enrolment::Required);
    });
    let person = server.person_in("PROVISIONED", "new.comer");
    let token = activation_token(&server, &person);
    let told = server.visit("/authn", &json!({"token": token})).ok();
    let body = json!({"stateToken": told["stateToken"], "newPassword": PASSWORD});
    let told = server.visit("/authn/credentials/reset_password", &body).ok();
    assert_eq!(told["status"], "SUCCESS", "{told}");
    server.halted(&person, "MFA_REQUIRED");
}

fn activation_token(server: &Server, person: &Person) -> Value {
    let path = format!("/users/{}/lifecycle/reactivate?sendEmail=false", person.id);
    server.act(&path).ok()["activationToken"].clone()
}

/// A factor of a kind that is not allowed any more is neither asked for nor known.
/// covers: authenticate, verifyFactorInTransaction
#[test]
fn what_is_not_allowed_is_not_asked_for() {
    let server = Server::with(HttpSettings::default(), |settings| {
        settings
            .factor_policy
            .enrolments
            .insert(FactorKind::Question, Enrolment::NotAllowed);
    });
    let person = server.active("isaac.brock");
    let refused = server.post(&format!("/users/{}/factors", person.id), &question());
    let cause = "Factor not allowed for the user based on the Multifactor policy.";
    refused.refused(400, "E0000001", "Api validation failed: factorEnrollRequest", &[cause]);
    server.active_totp(&person);
    let (state, _) = server.halted(&person, "MFA_REQUIRED");
    let unknown = server.factor_step(
        &state,
        &"ufs00000000000000001".into(),
        "verify",
        &json!({"answer": ANSWER}),
    );
    unknown.refused_as(404, "E0000007");
}
