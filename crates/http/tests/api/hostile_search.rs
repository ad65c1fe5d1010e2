//! Expressions that mean harm (D6): refused within their bounds, never a failure inside.

use proptest::prelude::*;

use crate::server::Server;

fn encoded(text: &[u8]) -> String {
    text.iter().map(|b| format!("%{b:02X}")).collect()
}

/// D6: depth, length and the number of comparisons are bounded.
/// covers: listUsers, listLogEvents
#[test]
fn expressions_are_bounded() {
    let server = Server::start();
    let deep = |depth: usize| format!("{}status eq \"ACTIVE\"{}", "(".repeat(depth), ")".repeat(depth));
    let long = format!("profile.city eq \"{}\"", "x".repeat(5000));
    let many = vec!["profile.city eq \"x\""; 800].join(" or ");
    for (text, good) in [
        (deep(10), true),
        (deep(65), false),
        (deep(1000), false),
        (deep(8_000), false),
        (long, false),
        (many, false),
    ] {
        for list in ["users?search=", "users?filter=", "logs?filter="] {
            let text = if list == "users?search=" {
                text.clone()
            } else {
                text.replace("profile.city", "profile.lastName")
            };
            let text = if list.starts_with("logs") {
                text.replace("status", "eventType")
                    .replace("profile.lastName", "eventType")
            } else {
                text
            };
            let answer = server.get(&format!("/{list}{}", encoded(text.as_bytes())));
            if good {
                answer.ok();
            } else {
                answer.error_object();
                assert!((400..500).contains(&answer.status), "{}", answer.told());
            }
        }
    }
    server.get("/users").ok();
}

/// D6: what looks like another language finds nothing and does nothing.
/// covers: listUsers
#[test]
fn injections_are_values() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let before = server.read(&person);
    for text in [
        "'; DROP TABLE users; --",
        "x\" or \"1\" eq \"1",
        "\\\" or id pr",
        "%' OR 1=1 --",
        "{{7*7}}",
        "\u{0}",
        "\\u0000",
        "\\ud800",
        "$(reboot)",
    ] {
        for list in ["search", "filter"] {
            for value in [format!("profile.lastName eq \"{text}\""), text.to_owned()] {
                let answer = server.get(&format!("/users?{list}={}", encoded(value.as_bytes())));
                match answer.status {
                    200 => assert_eq!(answer.text(), "[]", "{value}"),
                    400 => drop(answer.error_object()),
                    _ => panic!("{}", answer.told()),
                }
            }
        }
        let answer = server.get(&format!("/users?q={}", encoded(text.as_bytes())));
        assert_eq!(answer.text(), "[]", "{text}");
    }
    assert_eq!(server.read(&person), before);
}

/// Something like an expression: pieces of the grammar, and pieces of none.
fn any_expression() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        4 => proptest::sample::select(vec![
            "status", "profile.lastName", "lastUpdated", "id", "type.id", " eq ", " sw ", " gt ", " pr ", " and ", " or ", " not ",
            "(", ")", "\"", "\"ACTIVE\"", "\"2023-01-01T00:00:00.000Z\"", "true", "12", "null", "\\", "[", "]", ".", "\"\\u00e9\"",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..4),
    ];
    proptest::collection::vec(pieces, 0..30).prop_map(|pieces| pieces.concat())
}

/// Many expressions are tried on one server: it is the same after each.
/// covers: listUsers, listLogEvents
#[test]
fn any_expression_is_answered() {
    let server = Server::start();
    server.active("isaac.brock");
    let strategy = (
        any_expression(),
        proptest::sample::select(vec![
            "users?search=",
            "users?filter=",
            "users?q=",
            "logs?filter=",
            "logs?q=",
            "users?search=id+pr&sortBy=",
        ]),
    );
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 256,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let tried = runner.run(&strategy, |(expression, list)| {
        let answer = server.get(&format!("/{list}{}", encoded(&expression)));
        match answer.status {
            200 => drop(answer.ok()),
            400..500 => drop(answer.error_object()),
            _ => panic!("{}", answer.told()),
        }
        Ok(())
    });
    tried.unwrap();
}
