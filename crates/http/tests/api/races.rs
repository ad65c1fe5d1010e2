//! Calls at once, from many connections (D1, D3, T3).

use std::sync::Barrier;

use denizen_domain::token::TokenPurpose;
use serde_json::json;

use crate::server::{PASSWORD, Server, somebody, token_of};

/// Runs the same thing so many times at once.
pub fn at_once<T: Send>(count: usize, act: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(count);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|number| {
                let (barrier, act) = (&barrier, &act);
                scope.spawn(move || {
                    barrier.wait();
                    act(number)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// D1: updates of different attributes all survive.
/// covers: updateUser
#[test]
fn no_update_is_lost() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let names = [
        "city",
        "state",
        "title",
        "nickName",
        "division",
        "department",
        "manager",
        "costCenter",
        "middleName",
        "displayName",
    ];
    for answer in at_once(names.len(), |number| {
        server.post(
            &format!("/users/{}", person.id),
            &json!({"profile": {names[number]: format!("value {number}")}}),
        )
    }) {
        answer.ok();
    }
    let profile = server.read(&person)["profile"].clone();
    for (number, name) in names.iter().enumerate() {
        assert_eq!(profile[name], format!("value {number}"));
    }
}

/// D1: of many updates of the same state, one wins, and the others are told so.
/// covers: updateUser, replaceUser
#[test]
fn one_conditional_update_wins() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let path = format!("/users/{}", person.id);
    let tag = server.get(&path).header("etag").unwrap().to_owned();
    let answers = at_once(12, |number| {
        let method = if number % 2 == 0 { "POST" } else { "PUT" };
        let login = &person.login;
        let profile = json!({"login": login, "email": login, "firstName": "Isaac", "lastName": "Brock", "city": format!("city {number}")});
        // The password must be hashed, which leaves time for the others between reading the user and writing it.
        let body =
            json!({"profile": profile, "credentials": {"password": {"value": format!("Lantern-Winter-{number}")}}});
        server
            .request(method, &format!("/api/v1{path}"))
            .header("If-Match", &tag)
            .json(&body)
            .send()
    });
    let won: Vec<usize> = (0..answers.len())
        .filter(|number| answers[*number].status == 200)
        .collect();
    assert_eq!(won.len(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused_as(412, "E0000231");
    }
    assert_eq!(server.read(&person)["profile"]["city"], format!("city {}", won[0]));
    assert!(server.is_password(&person, &format!("Lantern-Winter-{}", won[0])));
}

/// D3: of many creations of one login, however it is written, one succeeds.
/// covers: createUser
#[test]
fn a_login_is_given_once() {
    let server = Server::start();
    let forms = ["isaac.brock", "Isaac.Brock", "ISAAC.BROCK", "isáác.bröck"];
    let answers = at_once(12, |number| {
        server.post("/users", &somebody(forms[number % forms.len()], number % 2 == 0, false))
    });
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    let cause = "login: An object with this field already exists in the current organization";
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused(400, "E0000001", "Api validation failed: login", &[cause]);
    }
    assert_eq!(server.get("/users").ok().as_array().unwrap().len(), 2);
}

/// Of many steps of a kind one is done, and the log tells of one.
/// covers: suspendUser, activateUser
#[test]
fn a_step_is_taken_once() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let seen = server.events(&person).len();
    let answers = at_once(12, |_| server.act(&format!("/users/{}/lifecycle/suspend", person.id)));
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused_as(400, "E0000001");
    }
    assert_eq!(server.told(&person, seen), ["user.lifecycle.suspend"]);
}

/// T3, P6: fifty uses of one token, and many changes of one password, at once: one succeeds.
/// covers: activateUser, changePassword
#[test]
fn a_secret_is_spent_once() {
    let server = Server::start();
    let invited = server.create("?activate=false", &somebody("invited", false, false));
    let link = server
        .act(&format!("/users/{}/lifecycle/activate?sendEmail=false", invited.id))
        .ok();
    let token = token_of(link["activationUrl"].as_str().unwrap()).to_owned();
    let done = at_once(50, |number| {
        server.complete(&token, TokenPurpose::Activation, &format!("Lantern-Winter-{number}"))
    });
    assert_eq!(done.iter().filter(|done| **done).count(), 1);
    let number = done.iter().position(|done| *done).unwrap();
    assert!(server.is_password(&invited, &format!("Lantern-Winter-{number}")));

    let person = server.active("isaac.brock");
    let answers = at_once(10, |number| {
        let body =
            json!({"oldPassword": {"value": PASSWORD}, "newPassword": {"value": format!("Lantern-Winter-{number}")}});
        server.post(&format!("/users/{}/credentials/change_password", person.id), &body)
    });
    let won: Vec<usize> = (0..answers.len())
        .filter(|number| answers[*number].status == 200)
        .collect();
    assert_eq!(won.len(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused_as(403, "E0000014");
    }
    assert!(server.is_password(&person, &format!("Lantern-Winter-{}", won[0])));
}
