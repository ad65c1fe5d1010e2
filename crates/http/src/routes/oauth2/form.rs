//! The parameters of a request to an endpoint: from the body, and from the query, where one of the official clients puts them.

use actix_web::http::header;
use actix_web::{HttpRequest, web};
use denizen_application::ClientProof;
use denizen_domain::oauth::{OAuthCode, OAuthRefusal};
use denizen_domain::secret::Secret;

use crate::body;
use crate::refusal::Refusal;
use crate::request::without_nul;
use crate::settings::HttpSettings;

const FORM: &str = "application/x-www-form-urlencoded";

/// Parameters, each there once.
pub(super) struct Form(Vec<(String, Secret)>);

impl Form {
    /// Reads the parameters of a request.
    pub(super) async fn read(
        http: &HttpRequest,
        payload: &mut web::Payload,
        settings: &HttpSettings,
    ) -> Result<Result<Self, OAuthRefusal>, Refusal> {
        let read = body::read(http, payload, settings.body_limit);
        let body = tokio::time::timeout(settings.body_time_limit, read)
            .await
            .unwrap_or_else(|_| Err(Refusal::body_too_slow()))?;
        if !body.is_empty() && !is_form(http) {
            let description = format!("The body must be of the type '{FORM}'.");
            return Ok(Err(OAuthRefusal::new(OAuthCode::InvalidRequest, description)));
        }
        Ok(Self::parse(http.query_string().as_bytes(), &body))
    }

    /// An empty parameter counts as missing; none may be there twice (RFC 6749 §3.2).
    fn parse(query: &[u8], body: &[u8]) -> Result<Self, OAuthRefusal> {
        let mut parameters: Vec<(String, Secret)> = Vec::new();
        let given = form_urlencoded::parse(query).chain(form_urlencoded::parse(body));
        for (name, value) in given.filter(|(_, value)| !value.is_empty()) {
            let name = without_nul(name.into_owned());
            if parameters.iter().any(|(known, _)| *known == name) {
                // The name comes from outside: it is told only when it is one of ours.
                let known = KNOWN.into_iter().find(|known| *known == name);
                return Err(OAuthRefusal::parameter(known.unwrap_or("other")));
            }
            parameters.push((name, Secret::new(without_nul(value.into_owned()))));
        }
        Ok(Self(parameters))
    }

    /// A parameter that may hold a credential.
    pub(super) fn secret(&self, name: &str) -> Option<&Secret> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value)
    }

    /// A parameter that is no secret.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.secret(name).map(|value| value.expose().to_owned())
    }

    /// What the client shows to tell who it is.
    pub(super) fn proof(&self) -> ClientProof {
        ClientProof {
            client_id: self.text("client_id"),
            assertion_type: self.text("client_assertion_type"),
            assertion: self.secret("client_assertion").cloned(),
        }
    }
}

/// Parameters that the endpoints know.
const KNOWN: [&str; 7] = [
    "grant_type",
    "scope",
    "client_id",
    "client_assertion_type",
    "client_assertion",
    "token",
    "token_type_hint",
];

fn is_form(http: &HttpRequest) -> bool {
    let given = http.headers().get(header::CONTENT_TYPE);
    let text = given.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case(FORM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_come_from_query_and_body() {
        let form = Form::parse(b"scope=a+b&empty=", b"grant_type=client_credentials&x=%00").unwrap();
        assert_eq!(form.text("scope").as_deref(), Some("a b"));
        assert_eq!(form.text("grant_type").as_deref(), Some("client_credentials"));
        assert_eq!((form.text("empty"), form.text("missing")), (None, None));
        assert_eq!(form.text("x").as_deref(), Some("\u{fffd}"));
    }

    #[test]
    fn a_parameter_that_is_there_twice_is_refused() {
        for (query, body) in [
            ("scope=a", "scope=a"),
            ("", "scope=a&scope=b"),
            ("s%63ope=a&scope=b", ""),
        ] {
            let refusal = Form::parse(query.as_bytes(), body.as_bytes()).err().unwrap();
            assert!(refusal.description.contains("'scope'"), "{refusal}");
        }
        let foreign = Form::parse(b"<b>=1&<b>=2", b"").err().unwrap();
        assert!(!foreign.description.contains('<'), "{foreign}");
    }
}
