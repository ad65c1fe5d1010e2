//! Lists of users: pages, `q`, `filter`, `search`, `sortBy`, `fields` (contract: users §5, conventions §6; clients 12).

use serde_json::{Value, json};

use crate::server::{PUBLIC_URL, Server, profile, somebody};
use crate::wire::Answer;

/// The logins of a list, without their domain.
fn names(answer: &Answer) -> Vec<String> {
    let users = answer.ok();
    let login = |user: &Value| {
        user["profile"]["login"]
            .as_str()
            .unwrap()
            .split('@')
            .next()
            .unwrap()
            .to_owned()
    };
    users.as_array().unwrap().iter().map(login).collect()
}

fn sorted(answer: &Answer) -> Vec<String> {
    let mut names = names(answer);
    names.sort();
    names
}

/// The links of a page: where it is itself, and where the next one is.
fn links(answer: &Answer) -> (String, Option<String>) {
    let mut lines = answer.all("link").into_iter();
    let own = lines.next().unwrap_or_else(|| panic!("no link: {}", answer.told()));
    let own = own
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix(">; rel=\"self\""))
        .unwrap();
    let next = lines.next().map(|line| {
        line.strip_prefix('<')
            .and_then(|rest| rest.strip_suffix(">; rel=\"next\""))
            .unwrap()
    });
    assert_eq!(lines.next(), None);
    for url in [Some(own), next].into_iter().flatten() {
        assert!(url.starts_with(&format!("{PUBLIC_URL}/api/v1/")), "{url}");
        assert!(!url.contains(',') && !url.contains(' ') && !url.contains('"'), "{url}");
    }
    (own.to_owned(), next.map(str::to_owned))
}

/// Follows a link, as a client whose address for the server is another one.
fn follow(server: &Server, url: &str) -> Answer {
    server.request("GET", url.strip_prefix(PUBLIC_URL).unwrap()).send()
}

fn walk(server: &Server, path: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut answer = server.get(path);
    loop {
        pages.push(names(&answer));
        match links(&answer).1 {
            Some(next) => answer = follow(server, &next),
            None => return pages,
        }
    }
}

fn query(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

fn people(server: &Server) {
    for (name, first, last, city) in [
        ("alice", "Alice", "Liddell", Some("Oxford")),
        ("bob", "Bob", "Builder", None),
        ("carol", "Carol", "Danvers", Some("Boston")),
        ("dave", "Dave", "Bowman", Some("oxford")),
        ("eve", "Eve", "O'Hara", Some("Bøston")),
    ] {
        server.pass(10);
        let mut body = somebody(name, false, false);
        body["profile"]["firstName"] = json!(first);
        body["profile"]["lastName"] = json!(last);
        if let Some(city) = city {
            body["profile"]["city"] = json!(city);
        }
        server.create("?activate=false", &body);
    }
    server.act("/users/bob@example.com/lifecycle/deactivate").ok();
    server.act("/users/carol@example.com/lifecycle/activate").ok();
}

/// Pages of every size show everybody once, in one order; the last has no next link, even when it is full.
/// covers: listUsers
#[test]
fn pages() {
    let server = Server::start();
    people(&server);
    let all = names(&server.get("/users"));
    assert_eq!(all.len(), 5, "the deprovisioned are left out: {all:?}");
    for limit in 1..=6 {
        for path in [
            "/users?limit=",
            "/users?search=id+pr&limit=",
            "/users?search=id+pr&sortBy=profile.lastName&limit=",
        ] {
            let pages = walk(&server, &format!("{path}{limit}"));
            let total = if path.contains("search") { 6 } else { 5 };
            assert_eq!(pages.len(), usize::div_ceil(total, limit), "{path}{limit}: {pages:?}");
            let mut seen: Vec<String> = pages.concat();
            if !path.contains("sortBy") && total == 5 {
                assert_eq!(seen, all);
            }
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), total, "{path}{limit}");
        }
    }
}

/// A page stays where it is while others come and go.
/// covers: listUsers
#[test]
fn a_cursor_holds_its_place() {
    let server = Server::start();
    people(&server);
    let all = names(&server.get("/users"));
    let (_, next) = links(&server.get("/users?limit=2"));
    server.delete(&format!("/users/{}@example.com", all[1].replace("admin", "alice")));
    server.create("", &somebody("zoe", false, false));
    let rest = names(&follow(&server, &next.unwrap().replace("limit=2", "limit=200")));
    assert_eq!(rest[..3], all[2..], "{rest:?}");
    assert_eq!(rest.last().unwrap(), "zoe");
}

/// The link to the page itself: sorted parameters, the limit that applied, quotes and spaces encoded.
/// covers: listUsers
#[test]
fn the_self_link() {
    let server = Server::start();
    let own = |path: &str| links(&server.get(path)).0.replace(PUBLIC_URL, "");
    assert_eq!(own("/users"), "/api/v1/users?limit=200");
    assert_eq!(own("/users?limit=7"), "/api/v1/users?limit=7");
    assert_eq!(own("/users?limit=1000"), "/api/v1/users?limit=200");
    assert_eq!(own("/users?q=ali"), "/api/v1/users?limit=10&q=ali");
    let filter = "/users?limit=3&filter=profile.login+eq+%22a%40example.com%22";
    assert_eq!(
        own(filter),
        "/api/v1/users?filter=profile.login+eq+%22a%40example.com%22&limit=3"
    );
}

/// `limit` and its like.
/// covers: listUsers
#[test]
fn parameters_of_lists() {
    let server = Server::start();
    for (path, status, code) in [
        ("/users?limit=abc", 400, "E0000037"),
        ("/users?limit=1.5", 400, "E0000037"),
        ("/users?limit=-1", 400, "E0000001"),
        (
            "/users?search=status+eq+%22ACTIVE%22&filter=status+eq+%22ACTIVE%22",
            400,
            "E0000033",
        ),
        ("/users?search=status+eq+%22ACTIVE%22&q=a", 400, "E0000033"),
        ("/users?filter=status+eq", 400, "E0000031"),
        ("/users?search=status+eq+ACTIVE%22", 400, "E0000031"),
        ("/users?filter=lastUpdated+gt+%22yesterday%22", 400, "E0000030"),
        ("/users?search=created+gt+%22yesterday%22", 400, "E0000030"),
        ("/users?after=garbage", 400, "E0000029"),
        ("/users?search=id+pr&after=garbage", 400, "E0000031"),
    ] {
        server.get(path).refused_as(status, code);
    }
    let summary = "Bad request. Can't specify a search query and filter in the same request.";
    server
        .get("/users?search=a&filter=b")
        .refused(400, "E0000033", summary, &[]);
    server
        .get("/users?after=garbage")
        .refused(400, "E0000029", "Invalid paging request.", &["Invalid cursor."]);
}

/// `q` looks at the start of names and addresses, without case, and never pages.
/// covers: listUsers
#[test]
fn q_finds_by_start() {
    let server = Server::start();
    people(&server);
    for (q, wanted) in [
        ("ali", &["alice"][..]),
        ("ALI", &["alice"]),
        ("dan", &["carol"]),
        ("bob", &[]),
        ("iddell", &[]),
        ("o'h", &["eve"]),
        ("b", &["dave"]),
        ("%25", &[]),
        ("_", &[]),
    ] {
        let answer = server.get(&format!("/users?q={q}"));
        assert_eq!(sorted(&answer), wanted, "{q}");
        assert_eq!(links(&answer).1, None);
    }
    for number in 0..11 {
        server.create("", &somebody(&format!("many.{number}"), false, false));
    }
    let answer = server.get("/users?q=many");
    assert_eq!((names(&answer).len(), links(&answer).1), (10, None));
    assert_eq!(names(&server.get("/users?q=many&limit=11")).len(), 11);
}

/// `filter`: few attributes, equality, and case counts.
/// covers: listUsers
#[test]
fn filters() {
    let server = Server::start();
    people(&server);
    for (filter, wanted) in [
        (r#"profile.login eq "alice@example.com""#, &["alice"][..]),
        (r#"profile.login eq "ALICE@example.com""#, &[]),
        (r#"profile.email eq "alice@example.com""#, &["alice"]),
        (r#"profile.firstName eq "Bob""#, &["bob"]),
        (r#"profile.firstName eq "bob""#, &[]),
        (r#"status eq "DEPROVISIONED""#, &["bob"]),
        (
            r#"status eq "PROVISIONED" or status eq "DEPROVISIONED""#,
            &["bob", "carol"],
        ),
        (r#"(status EQ "STAGED") AND profile.lastName eq "Bowman""#, &["dave"]),
        (r#"profile.lastName eq "O'Hara""#, &["eve"]),
        (r#"profile.lastName eq "x' or '1'='1""#, &[]),
        (r#"lastUpdated gt "2023-11-14T22:14:05.000Z""#, &["bob", "carol", "eve"]),
        (r#"lastUpdated lt "2023-11-14T22:13:40.000Z""#, &["admin", "alice"]),
    ] {
        assert_eq!(
            sorted(&server.get(&format!("/users?filter={}", query(filter)))),
            wanted,
            "{filter}"
        );
    }
    for filter in [
        r#"profile.city eq "Oxford""#,
        r#"profile.firstName sw "A""#,
        r#"not (status eq "STAGED")"#,
        r#"status gt "STAGED""#,
    ] {
        let answer = server.get(&format!("/users?filter={}", query(filter)));
        answer.error_object();
        assert_eq!(answer.status, 400, "{filter}");
    }
}

/// `search`: every attribute, more operators, and case does not count while diacritics do.
/// covers: listUsers
#[test]
fn searches() {
    let server = Server::start();
    people(&server);
    for (search, wanted) in [
        (r#"profile.city eq "OXFORD""#, &["alice", "dave"][..]),
        (r#"profile.city sw "bo""#, &["carol"]),
        (r#"profile.city pr"#, &["alice", "carol", "dave", "eve"]),
        (r#"profile.firstName co "AR""#, &["carol"]),
        (
            r#"profile.login co "example.com" and profile.lastName sw "B""#,
            &["bob", "dave"],
        ),
        (r#"status eq "deprovisioned""#, &["bob"]),
        (
            r#"profile.city eq "Boston" or profile.city eq "Oxford" and status eq "STAGED""#,
            &["alice", "carol", "dave"],
        ),
        (
            r#"(profile.city eq "Boston" or profile.city eq "Oxford") and status eq "STAGED""#,
            &["alice", "dave"],
        ),
        (r#"created gt "2023-11-14T22:14:00.000Z""#, &["eve"]),
        (r#"created ge "2023-11-14T22:14:00.000Z""#, &["dave", "eve"]),
        (r#"activated pr and profile.lastName pr"#, &["admin", "carol"]),
        (r#"profile.lastName eq "o'hara""#, &["eve"]),
        (r#"profile.lastName sw "%""#, &[]),
        (r#"profile.lastName co "_""#, &[]),
    ] {
        let answer = server.get(&format!("/users?search={}", query(search)));
        assert_eq!(sorted(&answer), wanted, "{search}");
    }
    let id = server.get("/users/alice").ok()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        names(&server.get(&format!("/users?search={}", query(&format!("id eq \"{id}\""))))),
        ["alice"]
    );
    for search in [
        r#"profile.city ne "x""#,
        r#"not (status eq "STAGED")"#,
        r#"profile.city co "x""#,
        r#"profile.nothing eq "x""#,
    ] {
        let answer = server.get(&format!("/users?search={}", query(search)));
        answer.error_object();
        assert_eq!(answer.status, 400, "{search}");
    }
}

/// The order of a search, and ties by id.
/// covers: listUsers
#[test]
fn orders() {
    let server = Server::start();
    people(&server);
    let all = "search=profile.login+ew+%22x%22+or+id+pr".replace("profile.login+ew+%22x%22+or+", "");
    let asc = names(&server.get(&format!("/users?{all}&sortBy=profile.lastName")));
    assert_eq!(asc, ["admin", "dave", "bob", "carol", "alice", "eve"]);
    let desc = names(&server.get(&format!("/users?{all}&sortBy=profile.lastName&sortOrder=desc")));
    assert_eq!(desc.iter().rev().collect::<Vec<_>>(), asc.iter().collect::<Vec<_>>());
    let plain = names(&server.get(&format!("/users?{all}")));
    assert_eq!(
        names(&server.get(&format!("/users?{all}&sortOrder=desc"))),
        plain,
        "an order without a name is ignored"
    );
}

/// A projection, and what it leaves out.
/// covers: listUsers
#[test]
fn fields() {
    let server = Server::start();
    people(&server);
    let users = server
        .get("/users?search=profile.firstName+eq+%22Alice%22&fields=status,profile:(firstName,city)")
        .ok();
    let user = &users[0];
    let wanted = json!({"id": user["id"], "status": "STAGED", "profile": {"firstName": "Alice", "city": "Oxford"}});
    assert_eq!(users, json!([wanted]));
}

/// Nobody is an empty list.
/// covers: listUsers
#[test]
fn an_empty_list() {
    let server = Server::start();
    let answer = server.get("/users?filter=profile.login+eq+%22nobody%22");
    assert_eq!(answer.text(), "[]");
    assert_eq!(links(&answer).1, None);
}

/// D8: a cursor is good for its own list and its own caller, and not a letter may change.
/// covers: listUsers, listLogEvents
#[test]
fn tampered_cursors() {
    let server = Server::start();
    people(&server);
    let (_, next) = links(&server.get("/users?limit=2"));
    let next = next.unwrap().replace(&format!("{PUBLIC_URL}/api/v1"), "");
    server.get(&next).ok();
    let cursor = next
        .split("after=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap()
        .to_owned();
    for other in [
        format!("/users?search=id+pr&after={cursor}"),
        format!("/users?filter=status+eq+%22STAGED%22&after={cursor}"),
        format!("/logs?after={cursor}"),
    ] {
        let answer = server.get(&other);
        answer.error_object();
        assert_eq!(answer.status, 400, "{other}");
    }
    for place in 0..cursor.len() {
        let mut changed = cursor.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        server
            .get(&format!("/users?limit=2&after={changed}"))
            .refused_as(400, "E0000029");
    }
    for bad in [
        &cursor[1..],
        &cursor[..cursor.len() - 1],
        &format!("{cursor}A"),
        "%00",
        "%FF",
        &"A".repeat(3000),
    ] {
        server
            .get(&format!("/users?limit=2&after={bad}"))
            .refused_as(400, "E0000029");
    }
    // A cursor of another directory.
    let other = Server::start();
    people(&other);
    other.get(&next).refused_as(400, "E0000029");
}

/// Writes are in the very next search (clients 25).
/// covers: listUsers
#[test]
fn a_search_sees_the_last_write() {
    let server = Server::start();
    let person = server.create("", &json!({"profile": profile("isaac.brock")}));
    server
        .post(
            &format!("/users/{}", person.id),
            &json!({"profile": {"city": "Issaquah"}}),
        )
        .ok();
    assert_eq!(
        names(&server.get("/users?search=profile.city+eq+%22issaquah%22")),
        ["isaac.brock"]
    );
    server.act(&format!("/users/{}/lifecycle/deactivate", person.id)).ok();
    assert_eq!(
        names(&server.get("/users?search=profile.city+eq+%22issaquah%22+and+status+eq+%22DEPROVISIONED%22")).len(),
        1
    );
}
