//! A user as clients see one (contract: users §1, §3). The profile is JSON already and goes through as it is.

use actix_web::http::header;
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;
use denizen_domain::user::links::{self, UserLink};

use super::wire::kind_name;
use crate::operation::BASE;
use crate::request::Request;

/// Links that are left out together with credentials, when a client asks for it.
const CREDENTIAL_LINKS: [&str; 6] = [
    "changePassword",
    "changeRecoveryQuestion",
    "forgotPassword",
    "resetPassword",
    "resetFactors",
    "unlock",
];
/// About the size of a user.
const USUAL_SIZE: usize = 2560;

/// Which links are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    /// All that the status allows: of a single user.
    All,
    /// The user's own: in lists.
    Own,
}

/// How users are shown.
pub(super) struct View<'a> {
    base: &'a str,
    links: Links,
    credentials: bool,
    credential_links: bool,
    blocks: bool,
}

impl<'a> View<'a> {
    /// One user, after a change.
    pub(super) fn single(request: &'a Request) -> Self {
        Self::whole(request.api.base())
    }

    /// All that can be told of a user.
    pub(super) fn whole(base: &'a str) -> Self {
        Self {
            base,
            links: Links::All,
            credentials: true,
            credential_links: true,
            blocks: false,
        }
    }

    /// What a reader asked for: the content type may name parts to leave out (contract: users §5).
    pub(super) fn of_request(request: &'a Request, links: Links) -> Self {
        let mut view = Self::single(request);
        view.links = links;
        let given = request.http.headers().get(header::CONTENT_TYPE);
        let parts = given
            .and_then(|value| value.to_str().ok()?.split_once("okta-response="))
            .map_or("", |(_, parts)| parts.split(';').next().unwrap_or_default());
        for part in parts.split(',').map(|part| part.trim_matches(['"', ' '])) {
            match part {
                "omitCredentials" => view.credentials = false,
                "omitCredentialsLinks" => view.credential_links = false,
                _ => {}
            }
        }
        view
    }

    /// Adds what blocks the user, when the reader asked for it. Nothing can yet.
    pub(super) fn with_blocks(mut self, request: &Request) -> Self {
        let query = request.http.query_string();
        self.blocks = query.contains("expand") && request.query().text("expand") == Some("blocks");
        self
    }

    /// One user.
    pub(super) fn write(&self, user: &User) -> Vec<u8> {
        let mut out = Vec::with_capacity(USUAL_SIZE);
        self.write_to(&mut out, user);
        out
    }

    /// A list of users.
    pub(super) fn write_all(&self, users: &[User]) -> Vec<u8> {
        let mut out = Vec::with_capacity(users.len() * USUAL_SIZE / 2 + 2);
        out.push(b'[');
        for (place, user) in users.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            self.write_to(&mut out, user);
        }
        out.push(b']');
        out
    }

    fn write_to(&self, out: &mut Vec<u8>, user: &User) {
        put(
            out,
            &[
                "{\"id\":\"",
                user.id.as_str(),
                "\",\"status\":\"",
                user.status.as_str(),
                "\"",
            ],
        );
        let times = [
            ("created", Some(user.created)),
            ("activated", user.activated),
            ("statusChanged", user.status_changed),
            ("lastLogin", user.last_login),
            ("lastUpdated", Some(user.last_updated)),
            ("passwordChanged", user.password_changed),
        ];
        for (name, at) in times {
            put_time(out, name, at);
        }
        put(
            out,
            &[
                ",\"type\":{\"id\":\"",
                user.type_id.as_str(),
                "\"},\"profile\":",
                user.profile.as_json(),
            ],
        );
        if self.credentials {
            put(out, &[",\"credentials\":"]);
            put_credentials(out, user, true);
        }
        self.put_links(out, user);
        if self.blocks {
            put(out, &[",\"_embedded\":{\"blocks\":[]}"]);
        }
        out.push(b'}');
    }

    fn put_link(&self, out: &mut Vec<u8>, user: &User, link: &UserLink) {
        let (relation, id) = (link.relation, user.id.as_str());
        put(
            out,
            &["\"", relation, "\":{\"href\":\"", self.base, BASE, "/users/", id],
        );
        put(out, &[link.suffix, "\",\"method\":\"", link.method, "\"},"]);
    }

    fn put_links(&self, out: &mut Vec<u8>, user: &User) {
        put(out, &[",\"_links\":{"]);
        if self.links == Links::All {
            let offered = links::links(user).iter();
            let shown = |link: &&UserLink| self.credential_links || !CREDENTIAL_LINKS.contains(&link.relation);
            for link in offered.filter(shown) {
                self.put_link(out, user, link);
            }
            let (schema, kind) = (user.type_id.suffix(), user.type_id.as_str());
            if user.factors.enrolled > 0 && self.credential_links {
                // Last of what can be done, before what the user is (contract: factors §4).
                self.put_link(out, user, &links::RESET_FACTORS);
            }
            put(
                out,
                &[
                    "\"schema\":{\"href\":\"",
                    self.base,
                    BASE,
                    "/meta/schemas/user/osc",
                    schema,
                    "\"},",
                ],
            );
            put(
                out,
                &[
                    "\"type\":{\"href\":\"",
                    self.base,
                    BASE,
                    "/meta/types/user/",
                    kind,
                    "\"},",
                ],
            );
        }
        put(
            out,
            &[
                "\"self\":{\"href\":\"",
                self.base,
                BASE,
                "/users/",
                user.id.as_str(),
                "\"}}",
            ],
        );
    }
}

/// The credentials alone: what operations on credentials answer.
pub(super) fn credentials(user: &User) -> Vec<u8> {
    let mut out = Vec::with_capacity(160);
    put_credentials(&mut out, user, false);
    out
}

fn put_credentials(out: &mut Vec<u8>, user: &User, with_emails: bool) {
    out.push(b'{');
    let given = &user.credentials;
    if given.password.is_some() {
        put(out, &["\"password\":{},"]);
    }
    if with_emails {
        put_emails(out, user.profile.as_json());
    }
    if let Some(question) = &given.recovery_question {
        put(out, &["\"recovery_question\":{\"question\":"]);
        put_text(out, &question.question);
        put(out, &["},"]);
    }
    put(
        out,
        &[
            "\"provider\":{\"type\":\"",
            kind_name(given.provider.kind),
            "\",\"name\":",
        ],
    );
    put_text(out, &given.provider.name);
    put(out, &["}}"]);
}

fn put_emails(out: &mut Vec<u8>, profile: &str) {
    put(out, &["\"emails\":["]);
    let mut comma = "";
    for (name, kind) in [("\"email\":", "PRIMARY"), ("\"secondEmail\":", "SECONDARY")] {
        if let Some(value) = text_literal(profile, name) {
            put(
                out,
                &[
                    comma,
                    "{\"value\":",
                    value,
                    ",\"status\":\"VERIFIED\",\"type\":\"",
                    kind,
                    "\"}",
                ],
            );
            comma = ",";
        }
    }
    put(out, &["],"]);
}

/// The literal of a text attribute, with its quotes, found without parsing the profile. The member's name with its quotes
/// and the colon can stand nowhere else: inside of a text, its closing quote would be escaped.
fn text_literal<'p>(profile: &'p str, member: &str) -> Option<&'p str> {
    let start = profile.find(member)? + member.len();
    let literal = &profile[start..];
    if !literal.starts_with('"') {
        return None;
    }
    let mut escaped = false;
    let end = literal.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    Some(&literal[..end + 2])
}

fn put(out: &mut Vec<u8>, texts: &[&str]) {
    for text in texts {
        out.extend_from_slice(text.as_bytes());
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    let written = serde_json::to_writer(out, text);
    debug_assert!(written.is_ok(), "texts can be written into memory");
}

fn put_time(out: &mut Vec<u8>, name: &str, at: Option<Timestamp>) {
    put(out, &[",\"", name, "\":"]);
    match at {
        None => put(out, &["null"]),
        Some(at) => {
            out.push(b'"');
            out.extend_from_slice(&at.text());
            out.push(b'"');
        }
    }
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
