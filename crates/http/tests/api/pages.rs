//! The pages that mailed links lead to, as a browser gets them (checklist T1, T3, T5, H8, H9, H11).

use denizen_http::HttpSettings;
use serde_json::json;

use crate::races::at_once;
use crate::server::{PASSWORD, PUBLIC_URL, Person, Server, somebody, token_of};
use crate::wire::Answer;

const NEW: &str = "Lantern-Winter-1";
const TRUSTED: &str = "https://portal.example.com";

/// A browser that has opened a page: where, and what the page gave to it.
struct Page<'s> {
    server: &'s Server,
    path: String,
    cookie: String,
    key: String,
}

impl Server {
    fn open(&self, path: &str) -> Answer {
        self.request("GET", path)
            .anonymous()
            .header("Accept", "text/html")
            .send()
    }

    /// Opens a page with a form.
    fn page(&self, path: &str) -> Page<'_> {
        let answer = self.open(path);
        assert_eq!(answer.status, 200, "{}", answer.told());
        is_a_page(&answer);
        let cookie = answer.header("set-cookie").unwrap();
        for part in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let text = answer.text();
        let (_, rest) = text.split_once("name=\"form\" value=\"").unwrap();
        Page {
            server: self,
            path: path.to_owned(),
            cookie: cookie.split(';').next().unwrap().to_owned(),
            key: rest.split('"').next().unwrap().to_owned(),
        }
    }

    /// The path of a link that the API hands out.
    fn link_to(&self, person: &Person, step: &str) -> String {
        let told = self.act(&format!("/users/{}/{step}?sendEmail=false", person.id)).ok();
        let url = told.get("activationUrl").or(told.get("resetPasswordUrl")).unwrap();
        url.as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap().to_owned()
    }
}

impl Page<'_> {
    fn send(&self, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let mut body = String::new();
        for (name, value) in fields {
            let encoded: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
            body.push_str(&format!("{name}={encoded}&"));
        }
        let mut request = self.server.request("POST", &self.path).anonymous();
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.bytes(body).send()
    }

    /// Sends the form as the browser does.
    fn submit(&self, password: &str, again: &str) -> Answer {
        let fields = [("form", self.key.as_str()), ("password", password), ("again", again)];
        self.send(&fields, &[FORM, ("Cookie", self.cookie.as_str()), ("Origin", "null")])
    }
}

/// Names and values.
type Pairs<'a> = &'a [(&'a str, &'a str)];

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// H8, H11: a page runs nothing, loads nothing, is shown in no frame, and tells nobody where it was.
fn is_a_page(answer: &Answer) {
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    for part in ["form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(answer.header("x-frame-options"), Some("DENY"));
    assert_eq!(answer.header("cache-control"), Some("no-cache, no-store"));
    let text = answer.text();
    for forbidden in ["<script", "http:", "https:", "<img", "javascript", "onclick"] {
        assert!(!text.contains(forbidden), "{forbidden}: {text}");
    }
}

fn is_over(answer: &Answer) {
    assert_eq!(answer.status, 404, "{}", answer.told());
    is_a_page(answer);
    assert!(answer.text().contains("no longer good"));
}

/// An invitation: the page may be opened as often as one likes, and sets one password.
/// covers: activateUser
#[test]
fn a_first_password() {
    let server = Server::start();
    let person = server.create("?activate=false", &somebody("isaac.brock", false, false));
    let path = server.link_to(&person, "lifecycle/activate");
    assert!(path.starts_with("/welcome/"), "{path}");
    for _ in 0..3 {
        server.page(&path);
    }
    let page = server.page(&path);
    let weak = page.submit("short", "short");
    assert_eq!(weak.status, 400);
    is_a_page(&weak);
    assert!(
        weak.text().contains("at least 8 characters, a lowercase letter"),
        "{}",
        weak.text()
    );
    assert!(weak.text().contains("role=\"alert\""));
    let other = page.submit(NEW, "Lantern-Winter-2");
    assert_eq!(other.status, 400);
    assert!(other.text().contains("not the same"));
    assert_eq!(server.status(&person), "PROVISIONED");
    let done = page.submit(NEW, NEW);
    assert_eq!(done.status, 200, "{}", done.told());
    is_a_page(&done);
    assert!(done.text().contains("Done"));
    assert_eq!(server.status(&person), "ACTIVE");
    assert!(server.is_password(&person, NEW));
    is_over(&page.submit(NEW, NEW));
    is_over(&server.open(&path));
}

/// Both ways to a new password; the sessions of before end if that is asked for (C7).
/// covers: resetPassword, forgotPassword
#[test]
fn a_new_password() {
    let server = Server::start();
    for (number, (step, place)) in [
        ("lifecycle/reset_password", "/reset_password/"),
        ("credentials/forgot_password", "/signin/reset-password/"),
    ]
    .into_iter()
    .enumerate()
    {
        for everywhere in [false, true] {
            let person = server.active(&format!("user.{number}.{everywhere}"));
            let session = server.session(&person);
            let path = server.link_to(&person, step);
            assert!(path.starts_with(place), "{path}");
            let page = server.page(&path);
            let mut fields = vec![("form", page.key.as_str()), ("password", NEW), ("again", NEW)];
            if everywhere {
                fields.push(("everywhere", "yes"));
            }
            let done = page.send(&fields, &[FORM, ("Cookie", page.cookie.as_str())]);
            assert_eq!(done.status, 200, "{}", done.told());
            assert_eq!(server.status(&person), "ACTIVE");
            assert!(server.is_password(&person, NEW));
            let on = server.get(&format!("/sessions/{session}")).status == 200;
            assert_eq!(on, !everywhere);
            // T10: the user is told.
            let told = server
                .mails()
                .iter()
                .any(|mail| mail.template.as_str() == "PasswordChanged");
            assert!(told);
        }
    }
}

/// T3: of many who send the form at once, one sets the password.
/// covers: forgotPassword
#[test]
fn one_of_many_sets_the_password() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let path = server.link_to(&person, "credentials/forgot_password");
    let page = server.page(&path);
    let answers = at_once(20, |number| {
        let password = format!("Lantern-Winter-{number}");
        page.submit(&password, &password).status
    });
    assert_eq!(
        answers.iter().filter(|status| **status == 200).count(),
        1,
        "{answers:?}"
    );
    let number = answers.iter().position(|status| *status == 200).unwrap();
    assert!(server.is_password(&person, &format!("Lantern-Winter-{number}")));
}

/// H9: a form counts only with what the page gave to this very browser, and from a page of ours.
#[test]
fn forms_of_others_do_not_count() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let path = server.link_to(&person, "credentials/forgot_password");
    let page = server.page(&path);
    let other = server.page(&path);
    assert_ne!(page.key, other.key);
    let fields = [("form", page.key.as_str()), ("password", NEW), ("again", NEW)];
    let cookie = ("Cookie", page.cookie.as_str());
    let refused: [(Pairs<'_>, Pairs<'_>); 7] = [
        (&fields, &[FORM]),
        (&fields, &[FORM, ("Cookie", other.cookie.as_str())]),
        (&fields, &[FORM, ("Cookie", "denizen_form=")]),
        (&fields[1..], &[FORM, cookie]),
        (&fields, &[("Content-Type", "text/plain"), cookie]),
        (&fields, &[FORM, cookie, ("Sec-Fetch-Site", "cross-site")]),
        (&fields, &[FORM, cookie, ("Sec-Fetch-Site", "same-site")]),
    ];
    for (fields, headers) in refused {
        let answer = page.send(fields, headers);
        assert_eq!(answer.status, 403, "{headers:?}");
        is_a_page(&answer);
    }
    let long = "x".repeat(20_000);
    let answer = page.send(&[("form", page.key.as_str()), ("password", &long)], &[FORM, cookie]);
    assert_eq!(answer.status, 403);
    assert!(server.is_password(&person, PASSWORD));
    let done = page.send(&fields, &[FORM, cookie, ("Sec-Fetch-Site", "same-origin")]);
    assert_eq!(done.status, 200);
}

/// T11: each page takes tokens of its own purpose; other texts are none.
#[test]
fn pages_are_bound_to_their_purpose() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let invited = server.create("?activate=false", &somebody("invited", false, false));
    let activation = server.link_to(&invited, "lifecycle/activate");
    let reset = server.link_to(&person, "credentials/forgot_password");
    let (activation, reset) = (token_of(&activation), token_of(&reset));
    for path in [
        format!("/welcome/{reset}"),
        format!("/reset_password/{activation}"),
        format!("/signin/reset-password/{activation}"),
        format!("/signin/unlock/{reset}"),
        "/welcome/nonsense".to_owned(),
        "/welcome/%00%FF".to_owned(),
        format!("/reset_password/{}", "x".repeat(2000)),
    ] {
        is_over(&server.open(&path));
        let send = server.request("POST", &path).anonymous().header(FORM.0, FORM.1);
        is_over(&send.bytes("password=x").send());
    }
    server.pass(3600);
    is_over(&server.open(&format!("/reset_password/{reset}")));
    server.pass(23 * 3600);
    is_over(&server.open(&format!("/welcome/{activation}")));
}

/// H8: a name that could be markup is text; without escaping, a browser would read `&lt` as `<`.
#[test]
fn names_are_inert() {
    let server = Server::start();
    let person = server.active("o'brien&ltimg");
    let path = server.link_to(&person, "lifecycle/reset_password");
    let text = server.open(&path).text();
    assert!(text.contains("o&#39;brien&amp;ltimg@example.com"), "{text}");
    assert!(!text.contains("o'brien") && !text.contains("&ltimg"), "{text}");
}

/// The page that ends a lock-out.
/// covers: recoverUnlock
#[test]
fn a_lock_out_is_ended() {
    let server = Server::start();
    let person = server.person_in("LOCKED_OUT", "isaac.brock");
    server.mails();
    let body = json!({"username": person.login, "factorType": "EMAIL"});
    server.visit("/authn/recovery/unlock", &body).ok();
    let mail = server.mails().pop().unwrap();
    let path = mail.link.unwrap().expose().strip_prefix(PUBLIC_URL).unwrap().to_owned();
    let page = server.page(&path);
    assert_eq!(server.status(&person), "LOCKED_OUT");
    let stranger = page.send(&[("form", "x")], &[FORM]);
    assert_eq!(stranger.status, 403);
    let done = page.submit("", "");
    assert_eq!(done.status, 200, "{}", done.told());
    is_a_page(&done);
    assert_eq!(server.status(&person), "ACTIVE");
    is_over(&page.submit("", ""));
}

/// The way from a session token to a cookie, to places that are trusted and to no other.
/// covers: createSession, getCurrentSession
#[test]
fn a_browser_takes_its_session() {
    let settings = HttpSettings {
        trusted_origins: vec![TRUSTED.to_owned()],
        ..HttpSettings::default()
    };
    let server = Server::with(settings, |_| {});
    let person = server.active("isaac.brock");
    let token = server.session_token(&person);
    let go = |token: &str, to: &str| {
        let to: String = to.bytes().map(|byte| format!("%{byte:02X}")).collect();
        server.open(&format!("/login/sessionCookieRedirect?token={token}&redirectUrl={to}"))
    };
    for elsewhere in [
        "",
        "/home",
        "//evil.example.com/",
        "https://evil.example.com/",
        "https://portal.example.com.evil.io/",
        "https://portal.example.com@evil.io/",
        "https://portal.example.com\\@evil.io/",
        "http://portal.example.com/",
        "javascript:alert(1)",
        "https://portal.example.com/\r\nSet-Cookie: x=1",
    ] {
        let answer = go(&token, elsewhere);
        assert_eq!(answer.status, 403, "{elsewhere}");
        is_a_page(&answer);
    }
    let target = format!("{TRUSTED}/home?tab=1");
    let answer = go(&token, &target);
    assert_eq!(answer.status, 302, "{}", answer.told());
    assert_eq!(answer.header("location"), Some(target.as_str()));
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("sid=102"), "{cookie}");
    for part in ["Path=/", "HttpOnly", "SameSite=Lax", "Secure"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let pair = cookie.split(';').next().unwrap();
    let me = server
        .request("GET", "/api/v1/sessions/me")
        .anonymous()
        .header("Cookie", pair);
    assert_eq!(me.send().ok()["userId"], person.id.as_str());
    for used in [token.as_str(), "", "20111x"] {
        let answer = go(used, &target);
        assert_eq!(answer.status, 401);
        is_a_page(&answer);
    }
}

/// G1: no token of a path or a form, and no password, is in the log of the server.
#[test]
fn nothing_secret_is_logged() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let path = server.link_to(&person, "credentials/forgot_password");
    let token = token_of(&path).to_owned();
    let page = server.page(&path);
    page.submit("short-canary", "short-canary");
    page.submit("Lantern-Canary-1", "Lantern-Canary-1");
    is_over(&server.open(&path));
    let told = server.sign_in(&person, "Lantern-Canary-1").ok();
    let body = json!({"sessionToken": told["sessionToken"]});
    let session = crate::sign_in::text(&server.visit("/sessions", &body).ok()["id"]);
    server.get(&format!("/sessions/{session}")).ok();
    let logged = crate::server::logged();
    for secret in [token.as_str(), "short-canary", "Lantern-Canary-1", session.as_str()] {
        assert!(!logged.contains(secret), "{secret}");
    }
}
