//! R2: whoever is out of the targets is not there: not by id or login, not in lists, searches or pages, not in groups.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Admin, ids};
use crate::roles::group;
use crate::server::{Person, Server, profile};

/// Two groups with members, some of whom are in both, and an administrator of the first.
struct Scene {
    server: Server,
    target: String,
    inside: Vec<Person>,
    outside: Vec<Person>,
    admin: Admin,
}

impl Scene {
    fn new(role: &str) -> Self {
        let server = Server::start();
        let (target, other) = (group(&server, "Target"), group(&server, "Other"));
        let mut inside = Vec::new();
        let mut outside = Vec::new();
        for n in 0..9 {
            match n % 3 {
                0 => inside.push(server.staged_in(&format!("person{n}"), &[&target])),
                1 => inside.push(server.staged_in(&format!("person{n}"), &[&target, &other])),
                _ => outside.push(server.staged_in(&format!("person{n}"), &[&other])),
            }
        }
        let admin = server.admin("helper", &[role], &[&target]);
        Self {
            server,
            target,
            inside,
            outside,
            admin,
        }
    }

    /// Follows a list to its end.
    fn walk(&self, path: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let answer = self.admin.get(&self.server, &path);
            found.extend(ids(&answer.ok()));
            let links = answer.all("link");
            next = links.iter().find(|link| link.ends_with("rel=\"next\"")).map(|link| {
                let start = link.find("/api/v1").unwrap() + "/api/v1".len();
                link[start..link.find('>').unwrap()].to_owned()
            });
        }
        found
    }

    fn ids_inside(&self) -> Vec<String> {
        self.inside.iter().map(|person| person.id.clone()).collect()
    }
}

/// R2: by id, by login, by short name.
/// covers: getUser, listUserGroups, listAppLinks, listLinkedObjectsForUser
#[test]
fn whoever_is_out_of_target_is_not_there() {
    for role in ["HELP_DESK_ADMIN", "USER_ADMIN"] {
        let scene = Scene::new(role);
        let (server, admin) = (&scene.server, &scene.admin);
        for person in &scene.inside {
            let short = person.login.split('@').next().unwrap();
            for key in [person.id.as_str(), &person.login, short] {
                assert_eq!(
                    admin.get(server, &format!("/users/{key}")).ok()["id"],
                    person.id.as_str()
                );
            }
        }
        let missing = Person {
            id: "00u00000000000000000".to_owned(),
            login: "missing@example.com".to_owned(),
        };
        for person in scene.outside.iter().chain([&missing]) {
            let short = person.login.split('@').next().unwrap();
            for key in [person.id.as_str(), &person.login, short] {
                for suffix in ["", "/groups", "/appLinks"] {
                    admin.get(server, &format!("/users/{key}{suffix}")).unknown_user(key);
                }
                admin
                    .act(server, &format!("/users/{key}/lifecycle/reset_factors"))
                    .unknown_user(key);
            }
        }
        // Their own is always there.
        assert_eq!(admin.get(server, "/users/me").ok()["id"], admin.person.id.as_str());
    }
}

/// R2: in lists of every kind, on every page; what is left out leaves no gap.
/// covers: listUsers, listGroups, listGroupUsers, listUserGroups
#[test]
fn lists_show_what_is_in_target() {
    let scene = Scene::new("HELP_DESK_ADMIN");
    let inside = scene.ids_inside();
    for path in [
        "/users",
        "/users?limit=1",
        "/users?limit=2",
        "/users?limit=4",
        "/users?search=status+eq+%22STAGED%22&limit=2",
        "/users?search=profile.lastName+eq+%22Brock%22&sortBy=profile.login&limit=2",
        "/users?search=id+pr&sortBy=profile.email&limit=3",
        "/users?filter=status+eq+%22STAGED%22&limit=2",
        "/users?q=person",
    ] {
        assert_eq!(scene.walk(path), inside, "{path}");
    }
    let mut backwards = inside.clone();
    backwards.reverse();
    let sorted = "/users?search=id+pr&sortBy=profile.login&sortOrder=desc&limit=2";
    assert_eq!(scene.walk(sorted), backwards);
    let stranger = &scene.outside[0];
    for path in [
        format!("/users?search=id+eq+%22{}%22", stranger.id),
        format!("/users?filter=profile.login+eq+%22{}%22", stranger.login),
        "/users?q=person2".to_owned(),
    ] {
        assert_eq!(scene.walk(&path), Vec::<String>::new(), "{path}");
    }
    for path in [
        "/groups",
        "/groups?limit=1",
        "/groups?q=T",
        "/groups?search=profile.name+pr&limit=1",
    ] {
        let shown = scene.admin.get(&scene.server, path);
        assert_eq!(ids(&shown.ok()), [scene.target.as_str()], "{path}");
    }
    assert_eq!(scene.walk(&format!("/groups/{}/users?limit=2", scene.target)), inside);
    let of_both = format!("/users/{}/groups", scene.inside[1].id);
    assert_eq!(
        ids(&scene.admin.get(&scene.server, &of_both).ok()),
        [scene.target.as_str()]
    );
}

/// R2: cursors go on in the own part of the list, whoever comes or goes meanwhile.
/// covers: listUsers
#[test]
fn pages_go_on_while_people_come_and_go() {
    let scene = Scene::new("USER_ADMIN");
    let (server, admin) = (&scene.server, &scene.admin);
    let first = admin.get(server, "/users?limit=2");
    let link = first
        .all("link")
        .into_iter()
        .find(|link| link.ends_with("rel=\"next\""))
        .unwrap();
    let start = link.find("/api/v1").unwrap() + "/api/v1".len();
    let next = link[start..link.find('>').unwrap()].to_owned();
    let newcomer = server.staged_in("newcomer", &[&scene.target]);
    let leaver = &scene.inside[3];
    let path = format!("/groups/{}/users/{}", scene.target, leaver.id);
    server.delete(&path).no_content();
    let mut wanted: BTreeSet<String> = scene.ids_inside()[2..].iter().cloned().collect();
    wanted.remove(&leaver.id);
    wanted.insert(newcomer.id);
    let rest: BTreeSet<String> = scene.walk(&next).into_iter().collect();
    assert_eq!(rest, wanted);
}

/// R2: whoever is linked to somebody out of sight is not told of them.
/// covers: listLinkedObjectsForUser, assignLinkedObjectValueForPrimary
#[test]
fn links_show_whom_the_caller_sees() {
    let scene = Scene::new("USER_ADMIN");
    let (server, admin) = (&scene.server, &scene.admin);
    let definition = json!({"primary": {"name": "boss", "title": "Boss", "type": "USER"},
                            "associated": {"name": "aide", "title": "Aide", "type": "USER"}});
    server.post("/meta/schemas/user/linkedObjects", &definition);
    let (own, other, stranger) = (&scene.inside[0], &scene.inside[1], &scene.outside[0]);
    let link = |of: &Person, to: &Person| format!("/users/{}/linkedObjects/boss/{}", of.id, to.id);
    for aide in [own, stranger] {
        let answer = server.request("PUT", &format!("/api/v1{}", link(aide, other))).send();
        assert!(answer.status < 300, "{}", answer.told());
    }
    let aides = admin
        .get(server, &format!("/users/{}/linkedObjects/aide", other.id))
        .ok();
    assert_eq!(aides.as_array().unwrap().len(), 1, "{aides}");
    assert!(aides.to_string().contains(&own.id));
    admin.put(server, &link(own, stranger)).unknown_user(&stranger.id);
    admin.put(server, &link(stranger, own)).unknown_user(&stranger.id);
}

/// R2: whoever looks after some groups creates users in them, and nowhere else.
/// covers: createUser
#[test]
fn users_are_created_within_the_targets() {
    let scene = Scene::new("USER_ADMIN");
    let (server, admin) = (&scene.server, &scene.admin);
    let other = group(server, "Third");
    let body = |name: &str, groups: &[&str]| json!({"profile": profile(name), "groupIds": groups});
    let made = admin
        .post(server, "/users?activate=false", &body("inside", &[&scene.target]))
        .ok();
    let id = made["id"].as_str().unwrap();
    assert_eq!(admin.get(server, &format!("/users/{id}")).ok()["id"], id);
    super::forbidden(&admin.post(server, "/users", &body("nowhere", &[])));
    for groups in [vec![other.as_str()], vec![scene.target.as_str(), other.as_str()]] {
        let answer = admin.post(server, "/users", &body("outside", &groups));
        let summary = format!("Not found: Resource not found: {other} (UserGroup)");
        answer.refused(404, "E0000007", &summary, &[]);
    }
    for name in ["nowhere", "outside"] {
        let login = format!("{name}@example.com");
        server.get(&format!("/users/{login}")).unknown_user(&login);
    }
}
