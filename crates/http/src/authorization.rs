//! The `Authorization` header (contract: conventions §5, clients 1).

use actix_web::HttpRequest;
use actix_web::http::header;
use denizen_domain::secret::Secret;

use crate::refusal::Refusal;

/// What a request carries to show who calls.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Presented {
    /// An API token.
    ApiToken(Secret),
    /// An OAuth access token.
    AccessToken(Secret),
}

/// The credential that a request carries. One of the official clients leaves out the space after `SSWS`.
pub(crate) fn presented(request: &HttpRequest) -> Result<Presented, Refusal> {
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let header = headers.next().ok_or_else(Refusal::no_credential)?;
    if headers.next().is_some() {
        return Err(denizen_application::Error::InvalidToken.into());
    }
    let Ok(text) = header.to_str() else {
        return Err(denizen_application::Error::InvalidToken.into());
    };
    let after = |scheme: &str| {
        let (head, rest) = text.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then(|| Secret::new(rest.trim()))
    };
    if let Some(token) = after("SSWS") {
        return Ok(Presented::ApiToken(token));
    }
    if let Some(token) = after("Bearer ") {
        return Ok(Presented::AccessToken(token));
    }
    Err(Refusal::no_credential())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn read(headers: &[&str]) -> Result<Presented, &'static str> {
        let mut request = TestRequest::default();
        for header in headers {
            request = request.append_header(("Authorization", *header));
        }
        presented(&request.to_http_request()).map_err(|refusal| refusal.code())
    }

    #[test]
    fn a_token_follows_its_scheme_with_or_without_a_space() {
        for header in ["SSWS 00abc", "SSWS00abc", "ssws  00abc "] {
            assert_eq!(
                read(&[header]),
                Ok(Presented::ApiToken(Secret::new("00abc"))),
                "{header}"
            );
        }
        for header in ["Bearer eyJhbGciOi", "bearer  eyJhbGciOi "] {
            assert_eq!(
                read(&[header]),
                Ok(Presented::AccessToken(Secret::new("eyJhbGciOi"))),
                "{header}"
            );
        }
        assert_eq!(read(&[]), Err("E0000005"));
        assert_eq!(read(&["Basic YTpi"]), Err("E0000005"));
        assert_eq!(read(&["BearereyJhbGciOi"]), Err("E0000005"));
        assert_eq!(read(&["SSWS 00abc", "SSWS 00abd"]), Err("E0000011"));
        assert_eq!(read(&["SSWS 00abc", "Bearer eyJhbGciOi"]), Err("E0000011"));
    }
}
