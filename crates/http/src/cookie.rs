//! The cookie that carries a session, and when it is believed (contract: sessions-and-subscriptions §2.1; checklist H9).

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderValue};
use denizen_domain::secret::Secret;

/// The cookie of sessions.
const SESSION: &str = "sid";

/// The session that a request names by its cookie.
pub(crate) fn session(request: &HttpRequest) -> Option<Secret> {
    named(request, SESSION).map(Secret::new)
}

/// The value of a cookie; the first, if a name comes twice.
pub(crate) fn named<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
    let lines = request.headers().get_all(header::COOKIE);
    let pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value)
}

/// Gives a browser a session. Scripts cannot read it, and pages of other sites cannot send it with more than a link.
pub(crate) fn give_session(secret: &Secret, base: &str) -> Option<HeaderValue> {
    let text = format!(
        "{SESSION}={}; Path=/; HttpOnly; SameSite=Lax{}",
        secret.expose(),
        secure(base)
    );
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Takes the session's cookie from a browser.
pub(crate) fn take_session(base: &str) -> Option<HeaderValue> {
    let text = format!("{SESSION}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{}", secure(base));
    HeaderValue::from_str(&text).ok()
}

/// Where the directory is reached by TLS, its cookies go no other way.
pub(crate) fn secure(base: &str) -> &'static str {
    if base.starts_with("https://") { "; Secure" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn found(lines: &[&str]) -> Option<String> {
        let mut request = TestRequest::default();
        for line in lines {
            request = request.append_header(("Cookie", *line));
        }
        session(&request.to_http_request()).map(|secret| secret.expose().to_owned())
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        assert_eq!(found(&["a=b; sid=102abc; c=d"]).as_deref(), Some("102abc"));
        assert_eq!(found(&["a=b", "sid=102abc"]).as_deref(), Some("102abc"));
        for lines in [&["xsid=102abc"][..], &["sid="], &["sid"], &["SID=102abc"], &[]] {
            assert_eq!(found(lines), None, "{lines:?}");
        }
    }

    #[test]
    fn cookies_are_secure_where_there_is_tls() {
        let given = |base| give_session(&Secret::new("102abc"), base).unwrap();
        assert_eq!(
            given("https://id.example.com"),
            "sid=102abc; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            given("http://127.0.0.1:8080"),
            "sid=102abc; Path=/; HttpOnly; SameSite=Lax"
        );
    }
}
