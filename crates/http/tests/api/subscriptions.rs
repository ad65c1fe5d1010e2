//! Which mails administrators get: for themselves, for roles, and that they come (contract: sessions-and-subscriptions §4).

use denizen_domain::message::{Mail, MailTemplate};
use denizen_domain::secret::Secret;
use serde_json::{Value, json};

use crate::roles::{assign, group, user_path};
use crate::server::{PUBLIC_URL, Person, Server, run};
use crate::wire::Answer;

const ORDER: [&str; 13] = [
    "IWA_AGENT",
    "CONNECTOR_AGENT",
    "USER_LOCKED_OUT",
    "APP_IMPORT",
    "AD_AGENT",
    "LDAP_AGENT",
    "RATELIMIT_NOTIFICATION",
    "OKTA_ANNOUNCEMENT",
    "OKTA_UPDATE",
    "USER_DEPROVISION",
    "REPORT_SUSPICIOUS_ACTIVITY",
    "AGENT_AUTO_UPDATE_NOTIFICATION",
    "AGENT_AUTO_UPDATE_NOTIFICATION_LDAP",
];
const NO_PERMISSION: &str = "You do not have permission to perform the requested action";

/// An administrator with a token.
struct Admin<'s> {
    server: &'s Server,
    person: Person,
    token: Secret,
}

impl<'s> Admin<'s> {
    fn new(server: &'s Server, name: &str, roles: &[&str]) -> Self {
        let person = server.active(name);
        for role in roles {
            assign(server, &user_path(&person), role);
        }
        let token = run(server.directory.create_api_token(&person.id, "ci")).unwrap();
        Self { server, person, token }
    }

    fn ask(&self, method: &str, path: &str) -> Answer {
        let asked = self.server.request(method, &format!("/api/v1{path}"));
        asked
            .header("Authorization", format!("SSWS {}", self.token.expose()))
            .send()
    }

    fn own(&self, rest: &str) -> String {
        format!("/users/{}/subscriptions{rest}", self.person.id)
    }

    fn status(&self, kind: &str) -> String {
        let one = self.ask("GET", &self.own(&format!("/{kind}"))).ok();
        one["status"].as_str().unwrap().to_owned()
    }
}

fn statuses(all: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = all.as_array().unwrap();
    all.iter()
        .map(|one| (text(&one["notificationType"]), text(&one["status"])))
        .collect()
}

/// covers: listSubscriptionsUser, getSubscriptionsNotificationTypeUser, subscribeByNotificationTypeUser
/// covers: unsubscribeByNotificationTypeUser
#[test]
fn administrators_choose_their_mails() {
    let server = Server::start();
    let admin = Admin::new(&server, "isaac.brock", &["SUPER_ADMIN"]);
    let answer = admin.ask("GET", &admin.own(""));
    assert!(answer.all("link").is_empty());
    let all = answer.ok();
    let off = ["USER_LOCKED_OUT", "APP_IMPORT", "OKTA_UPDATE", "USER_DEPROVISION"];
    let wanted: Vec<(String, String)> = ORDER
        .iter()
        .map(|kind| {
            let status = if off.contains(kind) {
                "unsubscribed"
            } else {
                "subscribed"
            };
            ((*kind).to_owned(), status.to_owned())
        })
        .collect();
    assert_eq!(statuses(&all), wanted);
    assert_eq!(admin.ask("GET", "/users/me/subscriptions").ok(), all);
    for (one, change) in [(&all[2], "subscribe"), (&all[0], "unsubscribe")] {
        let kind = one["notificationType"].as_str().unwrap();
        let own = format!("{PUBLIC_URL}/api/v1/users/{}/subscriptions/{kind}", admin.person.id);
        assert_eq!(one["channels"], json!(["email"]));
        assert_eq!(
            one["_links"],
            json!({change: {"href": format!("{own}/{change}"), "hints": {"allow": ["POST"]}}, "self": {"href": own}})
        );
        assert_eq!(admin.ask("GET", &admin.own(&format!("/{kind}"))).ok(), *one);
    }
    let seen = server.events(&admin.person).len();
    for (step, status) in [("subscribe", "subscribed"), ("unsubscribe", "unsubscribed")] {
        for _ in 0..2 {
            admin
                .ask("POST", &admin.own(&format!("/USER_LOCKED_OUT/{step}")))
                .empty();
            assert_eq!(admin.status("USER_LOCKED_OUT"), status);
        }
    }
    let told = server.told(&admin.person, seen);
    assert_eq!(told, ["user.account.subscriptions.update"; 2], "nothing changes twice");

    for unknown in ["OKTA_ISSUE", "user_locked_out"] {
        let summary = format!("Not found: Resource not found: {unknown} (NotificationType)");
        admin
            .ask("GET", &admin.own(&format!("/{unknown}")))
            .refused(404, "E0000007", &summary, &[]);
        admin
            .ask("POST", &admin.own(&format!("/{unknown}/subscribe")))
            .refused(404, "E0000007", &summary, &[]);
    }
}

/// Nobody chooses for others, and whoever has no role has nothing to choose.
/// covers: listSubscriptionsUser, getSubscriptionsNotificationTypeUser, subscribeByNotificationTypeUser
#[test]
fn subscriptions_are_ones_own() {
    let server = Server::start();
    let (admin, other) = (
        Admin::new(&server, "isaac.brock", &["SUPER_ADMIN"]),
        Admin::new(&server, "other", &["SUPER_ADMIN"]),
    );
    let nobody = Admin::new(&server, "nobody", &[]);
    let foreign = [other.person.id.as_str(), &other.person.login, "00uAAAAAAAAAAAAAAAAA"];
    let asked = foreign
        .iter()
        .map(|id| (&admin, *id))
        .chain([(&nobody, nobody.person.id.as_str())]);
    for (caller, id) in asked {
        for (method, rest) in [
            ("GET", ""),
            ("GET", "/USER_LOCKED_OUT"),
            ("POST", "/USER_LOCKED_OUT/subscribe"),
            ("POST", "/USER_LOCKED_OUT/unsubscribe"),
        ] {
            let answer = caller.ask(method, &format!("/users/{id}/subscriptions{rest}"));
            answer.refused(403, "E0000006", NO_PERMISSION, &[]);
        }
    }
    assert_eq!(other.status("USER_LOCKED_OUT"), "unsubscribed");
}

/// covers: listSubscriptionsRole, getSubscriptionsNotificationTypeRole, subscribeByNotificationTypeRole
/// covers: unsubscribeByNotificationTypeRole
#[test]
fn a_role_overwrites_what_its_holders_chose() {
    let server = Server::start();
    let admin = Admin::new(&server, "isaac.brock", &["SUPER_ADMIN"]);
    let desk = Admin::new(&server, "desk", &["HELP_DESK_ADMIN"]);
    let member = Admin::new(&server, "member", &[]);
    let carriers = group(&server, "Carriers");
    assign(&server, &format!("/groups/{carriers}"), "HELP_DESK_ADMIN");
    server
        .put(&format!("/groups/{carriers}/users/{}", member.person.id), &json!({}))
        .no_content();
    let kind = "USER_LOCKED_OUT";
    let role = "/roles/HELP_DESK_ADMIN/subscriptions";
    let all = server.get(role).ok();
    let on: Vec<_> = statuses(&all)
        .into_iter()
        .filter(|(_, status)| status == "subscribed")
        .collect();
    assert_eq!(on, [("OKTA_ANNOUNCEMENT".to_owned(), "subscribed".to_owned())]);
    let own = format!("{PUBLIC_URL}/api/v1{role}/{kind}");
    assert_eq!(
        server.get(&format!("{role}/{kind}")).ok()["_links"],
        json!({"subscribe": {"href": format!("{own}/subscribe"), "hints": {"allow": ["POST"]}}, "self": {"href": own}})
    );
    for (step, status) in [("subscribe", "subscribed"), ("unsubscribe", "unsubscribed")] {
        let contrary = if step == "subscribe" {
            "unsubscribe"
        } else {
            "subscribe"
        };
        for holder in [&desk, &member, &admin] {
            holder.ask("POST", &holder.own(&format!("/{kind}/{contrary}"))).empty();
        }
        server.act(&format!("{role}/{kind}/{step}")).empty();
        assert_eq!(server.get(&format!("{role}/{kind}")).ok()["status"], status);
        assert_eq!([desk.status(kind), member.status(kind)], [status, status]);
        assert_ne!(admin.status(kind), status, "another role");
        // What is chosen later counts again, and saying the same of the role once more changes nothing.
        desk.ask("POST", &desk.own(&format!("/{kind}/{contrary}"))).empty();
        server.act(&format!("{role}/{kind}/{step}")).empty();
        assert_ne!(desk.status(kind), status);
    }
    let logs = server
        .get("/logs?since=2020-01-01T00:00:00.000Z&limit=1000&q=iam.role.subscriptions")
        .ok();
    let told = &logs.as_array().unwrap()[0];
    assert_eq!(logs.as_array().unwrap().len(), 2);
    assert_eq!(
        (&told["target"][0]["id"], &told["target"][0]["type"]),
        (&json!("HELP_DESK_ADMIN"), &json!("ROLE"))
    );

    let both = ["API_ADMIN", "API_ACCESS_MANAGEMENT_ADMIN"]
        .map(|name| statuses(&server.get(&format!("/roles/{name}/subscriptions")).ok()));
    assert_eq!(both[0], both[1]);
    server
        .act(&format!("/roles/API_ADMIN/subscriptions/{kind}/subscribe"))
        .empty();
    let other_name = format!("/roles/API_ACCESS_MANAGEMENT_ADMIN/subscriptions/{kind}");
    assert_eq!(server.get(&other_name).ok()["status"], "subscribed");
    for (name, class) in [("KING", "Role"), ("cr0Yq6IJxGIr0ouum0g3", "CustomRole")] {
        let summary = format!("Not found: Resource not found: {name} ({class})");
        server
            .get(&format!("/roles/{name}/subscriptions"))
            .refused(404, "E0000007", &summary, &[]);
        let step = format!("/roles/{name}/subscriptions/{kind}/subscribe");
        server.act(&step).refused(404, "E0000007", &summary, &[]);
    }
    server.get(&format!("{role}/NEWS")).refused_as(404, "E0000007");
    // R3: only super administrators say what holders of a role get.
    for (method, path) in [("GET", role.to_owned()), ("POST", format!("{role}/{kind}/subscribe"))] {
        desk.ask(method, &path).refused(403, "E0000006", NO_PERMISSION, &[]);
    }
}

/// Fails to know somebody's answer until they are locked out.
fn lock_out(server: &Server, person: &Person) {
    let body = json!({"password": {"value": "Lantern-Winter-1"}, "recovery_question": {"answer": "wrong"}});
    let path = format!("/users/{}/credentials/forgot_password_recovery_question", person.id);
    for _ in 0..30 {
        if server.status(person) == "LOCKED_OUT" {
            return;
        }
        server.post(&path, &body).error_object();
    }
    panic!("nobody is locked out");
}

/// Those who asked for it get a mail, each of their own; those whose role came without mails do not.
/// covers: subscribeByNotificationTypeUser, assignRoleToUser
#[test]
fn a_lock_out_is_told_to_those_who_asked() {
    let server = Server::start();
    let (asked, _other) = (
        Admin::new(&server, "asked", &["SUPER_ADMIN"]),
        Admin::new(&server, "other", &["SUPER_ADMIN"]),
    );
    let silent = Admin::new(&server, "silent", &[]);
    let role = json!({"type": "SUPER_ADMIN"});
    let path = format!("{}/roles?disableNotifications=true", user_path(&silent.person));
    assert_eq!(server.post(&path, &role).status, 201);
    let suspended = Admin::new(&server, "suspended", &["SUPER_ADMIN"]);
    for admin in [&asked, &silent, &suspended] {
        admin.ask("POST", &admin.own("/USER_LOCKED_OUT/subscribe")).empty();
    }
    server
        .act(&format!("{}/lifecycle/suspend", user_path(&suspended.person)))
        .ok();
    let person = server.active("locked");
    server.mails();
    lock_out(&server, &person);
    let mails = notices(&server);
    let to: Vec<_> = mails.iter().map(|mail| mail.to.clone()).collect();
    assert_eq!(to, [vec![asked.person.login.clone()]]);
    assert_eq!(mails[0].user.login, person.login);

    // A role that asks for it reaches everybody who holds it and did not choose.
    server
        .act("/roles/SUPER_ADMIN/subscriptions/USER_LOCKED_OUT/subscribe")
        .empty();
    asked.ask("POST", &asked.own("/USER_LOCKED_OUT/unsubscribe")).empty();
    let person = server.active("another");
    server.mails();
    lock_out(&server, &person);
    let mut to: Vec<_> = notices(&server).into_iter().flat_map(|mail| mail.to).collect();
    to.sort_unstable();
    assert_eq!(to, ["admin@denizen.local", "other@example.com"]);
}

/// The mails to administrators about users who were locked out; the users themselves get another one.
fn notices(server: &Server) -> Vec<Mail> {
    let mut mails = server.mails();
    mails.retain(|mail| mail.template == MailTemplate::UserLockedOut);
    mails
}

/// covers: deactivateUser, subscribeByNotificationTypeRole
#[test]
fn a_deactivation_is_told_once_to_each() {
    let server = Server::start();
    let admin = Admin::new(&server, "isaac.brock", &["SUPER_ADMIN"]);
    admin.ask("POST", &admin.own("/USER_DEPROVISION/subscribe")).empty();
    let person = server.active("leaver");
    server.mails();
    let step = format!("{}/lifecycle/deactivate", user_path(&person));
    assert_eq!(admin.ask("POST", &format!("{step}?sendEmail=true")).status, 200);
    let mails = server.mails();
    let to: Vec<_> = mails
        .iter()
        .map(|mail| (mail.template.as_str(), mail.to.clone()))
        .collect();
    assert_eq!(to, [("UserDeactivated", vec![admin.person.login.clone()])]);
    admin.ask("POST", &admin.own("/USER_DEPROVISION/unsubscribe")).empty();
    let person = server.active("another");
    server.mails();
    server.act(&format!("{}/lifecycle/deactivate", user_path(&person))).ok();
    assert!(server.mails().is_empty());
}
