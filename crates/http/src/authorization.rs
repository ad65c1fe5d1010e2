//! The `Authorization` header (contract: conventions §5, clients 1).

use actix_web::HttpRequest;
use actix_web::http::header;
use denizen_domain::secret::Secret;

use crate::refusal::Refusal;

/// The API token that a request carries. One of the official clients leaves out the space after the scheme.
pub(crate) fn token(request: &HttpRequest) -> Result<Secret, Refusal> {
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
        head.eq_ignore_ascii_case(scheme).then(|| rest.trim())
    };
    if let Some(token) = after("SSWS") {
        return Ok(Secret::new(token));
    }
    if after("Bearer ").is_some() {
        return Err(Refusal::invalid_bearer());
    }
    Err(Refusal::no_credential())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn read(headers: &[&str]) -> Result<Secret, &'static str> {
        let mut request = TestRequest::default();
        for header in headers {
            request = request.append_header(("Authorization", *header));
        }
        token(&request.to_http_request()).map_err(|refusal| refusal.code())
    }

    #[test]
    fn a_token_follows_its_scheme_with_or_without_a_space() {
        for header in ["SSWS 00abc", "SSWS00abc", "ssws  00abc "] {
            assert_eq!(read(&[header]), Ok(Secret::new("00abc")), "{header}");
        }
        assert_eq!(read(&[]), Err("E0000005"));
        assert_eq!(read(&["Basic YTpi"]), Err("E0000005"));
        assert_eq!(read(&["Bearer eyJhbGciOi"]), Err("E0000011"));
        assert_eq!(read(&["SSWS 00abc", "SSWS 00abd"]), Err("E0000011"));
    }
}
