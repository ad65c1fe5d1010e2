//! What devices say, and what is believed (U4, U5).

use std::thread;

use serde_json::{Value, json};

use super::{ANSWERS, Owner, SoftDevice, outcomes};
use crate::server::{PUBLIC_URL, Server};

/// The user chooses the number that they see where they sign in.
///
/// covers: verifyFactor, getFactorTransactionStatus
#[test]
fn a_number_is_chosen() {
    let server = Server::start();
    let owner = Owner::new(&server, "dade.murphy", 1);
    for is_right in [true, false] {
        let answer = server.post(&owner.path("/verify"), &json!({"useNumberMatchingChallenge": true}));
        assert_eq!(answer.status, 201, "{}", answer.told());
        let told = answer.json();
        let correct = &told["_embedded"]["challenge"]["correctAnswer"];
        let path = super::below(&told["_links"]["poll"]["href"]);
        assert_eq!(
            server.get(&path).ok()["_embedded"]["challenge"]["correctAnswer"],
            *correct
        );
        let challenge = owner.device.asked(&server).remove(0);
        let numbers = challenge["numbers"].as_array().unwrap();
        assert_eq!(numbers.len(), 3);
        assert!(numbers.contains(correct));
        let without = json!({"verdict": "APPROVE"});
        owner
            .device
            .answer_to(&server, &challenge, &without)
            .refused_as(400, "E0000001");
        let chosen = numbers.iter().find(|number| (*number == correct) == is_right).unwrap();
        let yes = json!({"verdict": "APPROVE", "number": chosen});
        let wanted = if is_right { "SUCCESS" } else { "REJECTED" };
        assert_eq!(
            owner.device.answer_to(&server, &challenge, &yes).ok()["factorResult"],
            wanted
        );
        assert_eq!(server.get(&path).ok()["factorResult"], wanted);
    }
    assert_eq!(outcomes(&server, &owner.person), ["SUCCESS", "FAILURE"]);
}

/// U5: the key, the nonce, the endpoint and the time must be right.
///
/// covers: verifyFactor, getFactorTransactionStatus
#[test]
fn an_answer_that_is_not_the_devices_is_refused() {
    let server = Server::start();
    let (owner, other) = (
        Owner::new(&server, "dade.murphy", 1),
        Owner::new(&server, "kate.libby", 2),
    );
    let path = owner.ask(&server);
    let challenge = owner.device.asked(&server).remove(0);
    let yes = |change: &Value| {
        let mut said = json!({"verdict": "APPROVE"});
        for (name, value) in change.as_object().unwrap() {
            said[name] = value.clone();
        }
        said
    };
    // Another registered device, one that nobody knows, and one that claims to be the right one.
    other
        .device
        .answer_to(&server, &challenge, &yes(&json!({})))
        .refused_as(404, "E0000007");
    let stranger = SoftDevice::new(9);
    stranger
        .answer_to(&server, &challenge, &yes(&json!({})))
        .refused_as(401, "E0000011");
    let pretended = yes(&json!({"iss": owner.device.thumbprint}));
    stranger
        .answer_to(&server, &challenge, &pretended)
        .refused_as(401, "E0000011");
    let now = server.seconds();
    for (change, status, code) in [
        (json!({"nonce": "another"}), 404, "E0000007"),
        (
            json!({"aud": format!("{PUBLIC_URL}/device/v1/challenges")}),
            401,
            "E0000011",
        ),
        (
            json!({"aud": format!("https://elsewhere.example.com{ANSWERS}")}),
            401,
            "E0000011",
        ),
        (json!({"exp": now}), 401, "E0000011"),
        (json!({"exp": now + 301}), 401, "E0000011"),
        (json!({"verdict": "MAYBE"}), 400, "E0000001"),
    ] {
        let answer = owner.device.answer_to(&server, &challenge, &yes(&change));
        answer.refused_as(status, code);
    }
    let request = server.request("POST", ANSWERS).anonymous();
    request
        .json(&json!({"statement": "a.b.c"}))
        .send()
        .refused_as(400, "E0000001");
    assert_eq!(server.get(&path).ok()["factorResult"], "WAITING");
    // Late.
    server.pass(300);
    owner
        .device
        .answer_to(&server, &challenge, &yes(&json!({})))
        .refused_as(404, "E0000007");
    assert_eq!(server.get(&path).ok()["factorResult"], "TIMEOUT");
}

/// U4: of many answers at once one counts.
///
/// covers: verifyFactor, getFactorTransactionStatus
#[test]
fn of_many_answers_one_counts() {
    let server = Server::start();
    let owner = Owner::new(&server, "dade.murphy", 1);
    for _ in 0..3 {
        let path = owner.ask(&server);
        let challenge = owner.device.asked(&server).remove(0);
        let told: Vec<Option<String>> = thread::scope(|scope| {
            let answers: Vec<_> = (0..8)
                .map(|number| {
                    let verdict = if number % 2 == 0 { "APPROVE" } else { "REJECT" };
                    let (server, owner, challenge) = (&server, &owner, &challenge);
                    scope.spawn(move || {
                        let answer = owner.device.answer_to(server, challenge, &json!({"verdict": verdict}));
                        (answer.status == 200).then(|| answer.json()["factorResult"].as_str().unwrap().to_owned())
                    })
                })
                .collect();
            answers.into_iter().map(|answer| answer.join().unwrap()).collect()
        });
        let counted: Vec<&String> = told.iter().flatten().collect();
        assert_eq!(counted.len(), 1, "{told:?}");
        assert_eq!(server.get(&path).ok()["factorResult"], counted[0].as_str());
    }
    assert_eq!(outcomes(&server, &owner.person).len(), 3);
}
