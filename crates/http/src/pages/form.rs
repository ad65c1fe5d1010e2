//! Forms: what a page gives to the browser twice, in a cookie and in the form, and what must come back in both (H9).

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use denizen_domain::secret::Secret;

use super::Visit;
use crate::cookie;

/// The longest form that is read, in bytes.
const LONGEST: usize = 16 * 1024;
const COOKIE: &str = "denizen_form";
const FIELD: &str = "form";
const LENGTH: usize = 22;

/// What the cookie and the form share.
pub(super) struct FormKey(String);

impl FormKey {
    /// The key that the browser has already, so that two pages at once do not disturb each other, or a new one.
    pub(super) fn of(visit: &Visit) -> Self {
        let known = cookie::named(&visit.http, COOKIE).filter(|known| is_key(known));
        Self(known.map_or_else(|| visit.directory().form_key(), str::to_owned))
    }

    /// The hidden field.
    pub(super) fn field(&self) -> String {
        format!("<input type=\"hidden\" name=\"{FIELD}\" value=\"{}\">\n", self.0)
    }

    /// Gives the browser the cookie.
    pub(super) fn give(&self, visit: &Visit, response: &mut HttpResponse) {
        let secure = cookie::secure(visit.api.base());
        let text = format!(
            "{COOKIE}={}; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict{secure}",
            self.0
        );
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}

fn is_key(text: &str) -> bool {
    text.len() == LENGTH
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// The fields of a form that was sent.
pub(super) struct Fields(Vec<(String, Secret)>);

impl Fields {
    /// Reads the form; `None` when it is none, or not one that a page of ours gave to this browser.
    pub(super) async fn of(visit: &mut Visit) -> Option<Self> {
        let kind = visit.http.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") || !is_from_here(&visit.http) {
            return None;
        }
        let limit = visit.api.settings().body_time_limit;
        let read = crate::body::read(&visit.http, &mut visit.payload, LONGEST);
        let body = tokio::time::timeout(limit, read).await.ok()?.ok()?;
        let pairs = form_urlencoded::parse(&body).into_owned();
        let fields = Self(pairs.map(|(name, value)| (name, Secret::new(value))).collect());
        let given = fields.get(FIELD)?;
        let known = cookie::named(&visit.http, COOKIE)?;
        // Compared by digests, so that the time tells nothing (K2).
        let same = is_key(known) && given.digest() == Secret::new(known).digest();
        same.then_some(fields)
    }

    /// A field.
    pub(super) fn get(&self, name: &str) -> Option<&Secret> {
        let mut found = self.0.iter().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value)
    }
}

/// Whether a page of ours sent the form, as far as the browser tells. `Origin` is of no use: it is empty for a page that tells
/// nobody where it was.
fn is_from_here(request: &HttpRequest) -> bool {
    let site = request.headers().get("sec-fetch-site");
    site.is_none_or(|site| site == "same-origin" || site == "none")
}
