//! Query parameters, read by name and kind. Parameters that an operation does not know are ignored; an empty one counts as
//! missing.

use actix_web::HttpRequest;

use crate::refusal::Refusal;
use crate::request::without_nul;

/// The parameters of a request, decoded.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the parameters of a request.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        Self::parse(request.query_string())
    }

    fn parse(text: &str) -> Self {
        let parsed = form_urlencoded::parse(text.as_bytes()).into_owned();
        Self(parsed.map(|(name, value)| (name, without_nul(value))).collect())
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(key, value)| key == name && !value.is_empty());
        values.next().map(|(_, value)| value.as_str())
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&self, name: &str, default: bool) -> Result<bool, Refusal> {
        match self.text(name) {
            None => Ok(default),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(_) => Err(Refusal::type_mismatch(name)),
        }
    }

    /// A whole number.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let text = self.text(name);
        text.map(|text| text.parse().map_err(|_| Refusal::type_mismatch(name)))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_once() {
        let query = Query::parse("q=a+b%20c%252B&empty=&q=second&%66ilter=x");
        assert_eq!(query.text("q"), Some("a b c%2B"));
        assert_eq!(query.text("empty"), None);
        assert_eq!(query.text("filter"), Some("x"));
        assert_eq!(Query::parse("q=a%00b").text("q"), Some("a\u{fffd}b"));
    }

    #[test]
    fn kinds_are_checked() {
        let query = Query::parse("yes=TRUE&no=false&odd=1&n=-5&m=abc&big=99999999999999999999");
        assert!(query.boolean("yes", false).unwrap() && !query.boolean("no", true).unwrap());
        assert!(query.boolean("missing", true).unwrap());
        assert_eq!(query.boolean("odd", true).unwrap_err().code(), "E0000037");
        assert_eq!(query.integer("n").unwrap(), Some(-5));
        assert_eq!(query.integer("missing").unwrap(), None);
        for name in ["m", "big"] {
            assert_eq!(query.integer(name).unwrap_err().code(), "E0000037", "{name}");
        }
    }
}
