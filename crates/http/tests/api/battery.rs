//! Bad input, for every route: malformed bodies, hostile queries, headers and paths. Never a failure inside, always an error
//! object, never a change.

use std::sync::Mutex;
use std::time::Duration;

use denizen_http::HttpSettings;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::server::{ANSWER, PASSWORD, Person, QUESTION, Server, somebody};
use crate::wire::Answer;

/// A server with a user, and everything about both that a refused call must leave alone.
struct Watched {
    server: Server,
    person: Person,
    before: Mutex<(Value, usize, usize)>,
}

impl Watched {
    fn new() -> Self {
        Self::with(HttpSettings::default())
    }

    fn with(settings: HttpSettings) -> Self {
        let server = Server::with(settings, |_| {});
        let person = server.active("isaac.brock");
        let before = Mutex::new(Self::state(&server, &person));
        Self { server, person, before }
    }

    fn state(server: &Server, person: &Person) -> (Value, usize, usize) {
        let users = server.get("/users?search=id+pr").ok().as_array().unwrap().len();
        (server.read(person), users, server.events(person).len())
    }

    /// Nothing has changed since the last look.
    fn unchanged(&self, told: &str) {
        let now = Self::state(&self.server, &self.person);
        assert_eq!(now, *self.before.lock().unwrap(), "{told}");
    }

    /// Looks again: what is there now is what must stay.
    fn look_again(&self) {
        *self.before.lock().unwrap() = Self::state(&self.server, &self.person);
    }

    /// The routes that take a body, with one that they accept.
    fn writes(&self) -> Vec<(&'static str, String, Value)> {
        let path = format!("/users/{}", self.person.id);
        let profile = json!({"profile": {"city": "Issaquah"}});
        let whole = json!({"profile": somebody("isaac.brock", false, false)["profile"]});
        vec![
            ("POST", "/users".to_owned(), somebody("new", true, true)),
            ("POST", path.clone(), profile),
            ("PUT", path.clone(), whole),
            (
                "POST",
                format!("{path}/credentials/change_password"),
                json!({"oldPassword": {"value": PASSWORD}, "newPassword": {"value": "Lantern-Winter-1"}}),
            ),
            (
                "POST",
                format!("{path}/credentials/change_recovery_question"),
                json!({"password": {"value": PASSWORD}, "recovery_question": {"question": QUESTION, "answer": ANSWER}}),
            ),
            (
                "POST",
                format!("{path}/credentials/forgot_password_recovery_question"),
                json!({"password": {"value": "Lantern-Winter-1"}, "recovery_question": {"answer": ANSWER}}),
            ),
        ]
    }
}

fn refusal(answer: &Answer) {
    answer.error_object();
    assert!((400..500).contains(&answer.status), "{}", answer.told());
}

/// Bodies that no route takes, made from one that the route would take.
fn broken(good: &Value) -> Vec<(&'static str, Vec<u8>)> {
    let text = good.to_string();
    let member = good.as_object().unwrap().keys().next().unwrap().clone();
    let doubled = format!("{{\"{member}\":{},{}", good[&member], &text[1..]);
    let mut unknown = good.clone();
    unknown["boop"] = json!("bap");
    let deep = |depth: usize| format!("{{\"{member}\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
    let nested = |depth: usize| format!("{{\"{member}\":{}1{}}}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let mut rows: Vec<(&'static str, Vec<u8>)> = vec![
        ("nothing", b"".to_vec()),
        ("space", b"  ".to_vec()),
        ("null", b"null".to_vec()),
        ("text", b"\"x\"".to_vec()),
        ("number", b"1".to_vec()),
        ("list", b"[]".to_vec()),
        ("list of it", format!("[{text}]").into_bytes()),
        ("cut off", text.as_bytes()[..text.len() - 1].to_vec()),
        ("too long", format!("{text}}}").into_bytes()),
        ("two of them", format!("{text}{text}").into_bytes()),
        ("trailing comma", text.replace("}}", ",}}").into_bytes()),
        ("single quotes", text.replace('"', "'").into_bytes()),
        ("comment", format!("/* x */ {text}").into_bytes()),
        ("byte order mark", [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
        (
            "another encoding",
            text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        ("NaN", format!("{{\"{member}\":NaN}}").into_bytes()),
        ("a form", b"a=b&c=d".to_vec()),
        ("xml", b"<user/>".to_vec()),
        ("zero byte", [text.as_bytes(), b"\0"].concat()),
        ("doubled member", doubled.into_bytes()),
        ("unknown member", unknown.to_string().into_bytes()),
        (
            "invalid UTF-8",
            [b"{\"", member.as_bytes(), b"\":{\"x\":\"\xff\xfe\"}}"].concat(),
        ),
        (
            "overlong UTF-8",
            [b"{\"", member.as_bytes(), b"\":{\"x\":\"\xc0\xaf\"}}"].concat(),
        ),
        (
            "half a character",
            format!("{{\"{member}\":{{\"x\":\"\\ud800\"}}}}").into_bytes(),
        ),
        ("deep lists", deep(100_000).into_bytes()),
        ("deep objects", nested(20_000).into_bytes()),
        (
            "huge",
            format!("{{\"{member}\":\"{}\"}}", "x".repeat(2_000_000)).into_bytes(),
        ),
        (
            "huge number",
            format!("{{\"{member}\":{}}}", "9".repeat(10_000)).into_bytes(),
        ),
    ];
    for (name, value) in [
        ("wrong: text", json!("x")),
        ("wrong: number", json!(7)),
        ("wrong: list", json!([1])),
        ("wrong: truth", json!(true)),
    ] {
        for member in good.as_object().unwrap().keys() {
            let mut wrong = good.clone();
            wrong[member] = value.clone();
            rows.push((name, wrong.to_string().into_bytes()));
        }
    }
    rows
}

/// Every route that takes a body, with every broken one.
/// covers: createUser, updateUser, replaceUser, changePassword, changeRecoveryQuestion, forgotPasswordSetNewPassword
#[test]
fn every_broken_body_is_refused_everywhere() {
    let watched = Watched::new();
    for (method, path, good) in watched.writes() {
        for (name, body) in broken(&good) {
            let request = watched.server.request(method, &format!("/api/v1{path}"));
            let answer = request.json_bytes(body).send();
            refusal(&answer);
            watched.unchanged(&format!("{name}: {}", answer.told()));
        }
    }
    // The test means something only when the bodies are good until they are broken.
    for (method, path, good) in watched.writes() {
        let answer = watched
            .server
            .request(method, &format!("/api/v1{path}"))
            .json(&good)
            .send();
        assert!(
            answer.status == 200 || path.contains("recovery") || path.contains("change"),
            "{}",
            answer.told()
        );
    }
}

/// Names that occur twice, everywhere inside a body: which of the two was meant?
/// covers: createUser, updateUser, changePassword
#[test]
fn doubled_names_inside() {
    let watched = Watched::new();
    let path = format!("/users/{}", watched.person.id);
    let whole = somebody("new", true, true).to_string();
    let change = format!("{path}/credentials/change_password");
    for (path, body) in [
        (
            "/users",
            whole.replace("\"firstName\"", "\"firstName\":\"Ike\",\"firstName\""),
        ),
        (
            "/users",
            whole.replace("\"firstName\"", "\"firstName\":\"Ike\",\"first\\u004eame\""),
        ),
        (
            "/users",
            whole.replace("\"value\"", "\"value\":\"Lantern-Winter-1\",\"value\""),
        ),
        (
            "/users",
            whole.replace("\"answer\"", "\"answer\":\"Calamity Jane\",\"answer\""),
        ),
        (&path, "{\"profile\":{\"city\":\"a\",\"city\":\"b\"}}".to_owned()),
        (
            &path,
            "{\"profile\":{\"city\":\"a\"},\"profile\":{\"city\":\"a\"}}".to_owned(),
        ),
        (
            &change,
            format!(
                "{{\"oldPassword\":{{\"value\":\"x\",\"value\":\"{PASSWORD}\"}},\"newPassword\":{{\"value\":\"Lantern-Winter-1\"}}}}"
            ),
        ),
    ] {
        let answer = watched
            .server
            .request("POST", &format!("/api/v1{path}"))
            .json_bytes(body)
            .send();
        answer.refused_as(400, "E0000003");
        watched.unchanged(&answer.told());
    }
}

/// Values of a wrong type, everywhere inside a body: each is refused, and most of all not taken for something else.
/// covers: createUser, updateUser
#[test]
fn wrong_types_inside() {
    let watched = Watched::new();
    let mut whole = somebody("new", true, true);
    whole["credentials"]["provider"] = json!({"type": "OKTA", "name": "OKTA"});
    whole["groupIds"] = json!([]);
    let pointers = [
        "/profile/login",
        "/profile/firstName",
        "/credentials/password/value",
        "/credentials/recovery_question/question",
        "/credentials/recovery_question/answer",
        "/credentials/provider/type",
        "/credentials/provider/name",
        "/credentials/password",
        "/credentials/recovery_question",
        "/credentials/provider",
        "/groupIds",
    ];
    for pointer in pointers {
        for wrong in [json!(7), json!(true), json!([1]), json!({"x": {"y": 1}}), json!([[]])] {
            let mut body = whole.clone();
            *body.pointer_mut(pointer).unwrap() = wrong.clone();
            let answer = watched.server.post("/users", &body);
            refusal(&answer);
            watched.unchanged(&format!("{pointer} {wrong}"));
        }
    }
}

/// Texts that are hard to keep: they are refused, or kept as they are.
/// covers: createUser, getUser, listUsers
#[test]
fn odd_texts_in_profiles() {
    let server = Server::start();
    for (number, text) in [
        "Ünïcødé",
        "名前",
        "\u{202e}reversed",
        "a\tb",
        "a\nb",
        "a\u{0}b",
        "a\u{7f}b",
        "\u{feff}x",
        "<img src=x onerror=alert(1)>",
        "'; DROP TABLE users; --",
        "{{7*7}}",
        "%s%n",
        "\\",
        "\"",
        "null",
        "😀",
        "\u{ffff}",
        " ",
        "\u{301}",
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = somebody(&format!("user.{number}"), false, false);
        body["profile"]["lastName"] = json!(text);
        let answer = server.post("/users?activate=false", &body);
        if answer.status == 200 {
            let id = answer.ok()["id"].as_str().unwrap().to_owned();
            assert_eq!(server.get(&format!("/users/{id}")).ok()["profile"]["lastName"], text);
        } else {
            refusal(&answer);
        }
    }
    server.get("/users").ok();
    server.get("/logs").ok();
}

/// Queries that mean harm, on every route that reads. They may be ignored or refused, no more.
/// covers: listUsers, getUser, listUserGroups, listLogEvents
#[test]
fn hostile_queries() {
    let watched = Watched::new();
    let id = watched.person.id.clone();
    let long = "x".repeat(20_000);
    let many = "a=b&".repeat(5000);
    for path in [
        "/users".to_owned(),
        format!("/users/{id}"),
        format!("/users/{id}/groups"),
        "/logs".to_owned(),
        "/meta/types/user/default".to_owned(),
        "/meta/schemas/user/default".to_owned(),
        "/meta/schemas/group/default".to_owned(),
    ] {
        for query in [
            "limit=99999999999999999999",
            "limit=0x10",
            "limit=1e3",
            "limit=%00",
            "limit=",
            "limit=+1",
            "limit=1&limit=abc",
            "after=%00",
            "after=",
            "after=..%2F..%2Fetc",
            "q=%FF%FE",
            "q=%",
            "q=%zz",
            "search=%FF",
            "filter=%FF",
            "sortBy=profile.nothing&search=id+pr",
            "sortBy=%27&search=id+pr",
            "fields=%28%28%28",
            "fields=profile:(",
            "expand=everything",
            "=&=&&",
            "&&&&",
            "%3D=%26",
            "[]=1",
            "a[b]=c",
            &format!("q={long}"),
            &format!("search={long}"),
            &format!("after={long}"),
            &many,
        ] {
            let answer = watched.server.get(&format!("{path}?{query}"));
            if answer.status == 200 {
                answer.ok();
            } else {
                refusal(&answer);
            }
        }
    }
    watched.unchanged("reading");
    // Flags of routes that write: what is neither true nor false is refused, and nothing is done.
    for path in [
        "/lifecycle/deactivate?sendEmail=maybe",
        "/lifecycle/reset_password?sendEmail=maybe",
        "/lifecycle/reset_password?revokeSessions=7",
        "/lifecycle/expire_password?tempPassword=maybe",
        "/lifecycle/expire_password_with_temp_password?revokeSessions=%00",
        "/credentials/forgot_password?sendEmail=yes",
        "/lifecycle/reset_password?provider=NOBODY&sendEmail=false",
    ] {
        let answer = watched.server.act(&format!("/users/{id}{path}"));
        refusal(&answer);
        watched.unchanged(path);
    }
    refusal(&watched.server.delete(&format!("/users/{id}?sendEmail=maybe")));
    refusal(
        &watched
            .server
            .post(&format!("/users/{id}?strict=maybe"), &json!({"profile": {"city": "x"}})),
    );
    watched.unchanged("strict, sendEmail");
}

/// Headers that mean harm.
/// covers: getUser
#[test]
fn hostile_headers() {
    // To the server, the body of a connection that is to be upgraded never ends.
    let watched = Watched::with(HttpSettings {
        body_time_limit: Duration::from_millis(200),
        ..HttpSettings::default()
    });
    let path = format!("/api/v1/users/{}", watched.person.id);
    let long = "x".repeat(5000);
    for (name, value) in [
        ("Accept", b"\xff\xfe".to_vec()),
        ("Accept", b",,;;q=x".to_vec()),
        ("Accept", b"".to_vec()),
        ("Content-Type", b"\xff".to_vec()),
        ("Content-Type", b"application/json; okta-response=\"".to_vec()),
        ("Content-Type", b"application/json; okta-response=,,,".to_vec()),
        ("User-Agent", b"\xff\x80".to_vec()),
        ("User-Agent", long.clone().into_bytes()),
        ("If-Match", b"\xff".to_vec()),
        ("Origin", b"\xff".to_vec()),
        ("X-Forwarded-For", b"\xff, ,,1.2.3".to_vec()),
        ("Accept-Language", b"x;q=9".to_vec()),
        ("Expect", b"nonsense".to_vec()),
        ("Range", b"bytes=0-0".to_vec()),
        ("Authorization", b"SSWS \xff".to_vec()),
        ("Authorization", long.into_bytes()),
        ("X-HTTP-Method-Override", b"DELETE".to_vec()),
        ("Content-Encoding", b"gzip".to_vec()),
        ("Upgrade", b"websocket".to_vec()),
    ] {
        for method in ["GET", "PUT"] {
            let answer = watched.server.request(method, &path).header(name, &value).send();
            if answer.status == 200 {
                answer.ok();
            } else {
                refusal(&answer);
            }
            watched.unchanged(&format!("{name} {value:?}"));
        }
    }
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    })
}

/// Any bytes, or a good body with a few of its bytes turned into others.
fn any_body(good: String) -> impl Strategy<Value = Vec<u8>> {
    let turned =
        proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4).prop_map(move |turns| {
            let mut body = good.clone().into_bytes();
            for (place, byte) in turns {
                let place = place.index(body.len());
                body[place] = byte;
            }
            body
        });
    prop_oneof![proptest::collection::vec(any::<u8>(), 0..100), turned]
}

/// Whatever comes as a body, the answer is a success or an error object; and an error changes nothing.
/// covers: createUser, updateUser, replaceUser, changePassword, changeRecoveryQuestion, forgotPasswordSetNewPassword
#[test]
fn any_body_is_answered() {
    let watched = Watched::new();
    for (method, path, good) in watched.writes() {
        let tried = runner(48).run(&any_body(good.to_string()), |body| {
            let answer = watched
                .server
                .request(method, &format!("/api/v1{path}"))
                .json_bytes(body)
                .send();
            if answer.status == 200 {
                answer.ok();
                watched.look_again();
            } else {
                refusal(&answer);
                if answer.status == 403 {
                    watched.look_again()
                } else {
                    watched.unchanged(&answer.told())
                }
            }
            Ok(())
        });
        tried.unwrap();
    }
}

/// Whatever comes as a path, a query or a header, the answer is a success or an error object, and reading changes nothing.
/// covers: getUser, listUsers
#[test]
fn any_target_is_answered() {
    let watched = Watched::new();
    let encoded = |bytes: &[u8]| -> String {
        bytes
            .iter()
            .map(|b| {
                if b.is_ascii_alphanumeric() {
                    char::from(*b).to_string()
                } else {
                    format!("%{b:02X}")
                }
            })
            .collect()
    };
    let bytes = || proptest::collection::vec(any::<u8>(), 0..30);
    let plain = "[!-~&&[^#]]{0,40}";
    let tried = runner(192).run(&(bytes(), bytes(), plain, bytes()), |(path, query, plain, header)| {
        for target in [
            format!("/api/v1/users/{}", encoded(&path)),
            format!("/api/v1/users?{}={}", encoded(&query), encoded(&path)),
            format!("/api/v1/users/{}/groups", encoded(&path)),
            format!("/api/v1/groups/{}", encoded(&path)),
            format!("/api/v1/logs?after={}", encoded(&query)),
            format!("/api/v1/{plain}"),
            format!("/{plain}"),
        ] {
            let value: Vec<u8> = header.iter().copied().filter(|b| *b >= 32 && *b != 127).collect();
            let answer = watched
                .server
                .request("GET", &target)
                .header("User-Agent", &value)
                .send();
            // What is no target at all is refused before there is anybody to word it.
            let worded = answer.status != 400 || !answer.body.is_empty();
            match answer.status {
                200 => drop(answer.ok()),
                _ if worded => refusal(&answer),
                _ => {}
            }
        }
        Ok(())
    });
    tried.unwrap();
    watched.unchanged("reading");
}
