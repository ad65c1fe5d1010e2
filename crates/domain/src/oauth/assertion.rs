//! A client's assertion of who it is, instead of a password (RFC 7523 §3): a small document that it has signed with its key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer};

use crate::secret::Secret;
use crate::time::Timestamp;

/// The longest assertion that is looked at, in bytes.
pub const LONGEST_ASSERTION: usize = 8 * 1024;
/// An assertion may live this long (contract: groups-apps-tokens §4).
const LONGEST_LIFE_SECONDS: i64 = 60 * 60;
/// How far the clock of a client may be ahead. Some clients always ask for the whole hour.
const AHEAD_SECONDS: i64 = 60;
const LONGEST_ID: usize = 255;

/// What a client says in its assertion. Good for nothing before its signature was checked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AssertionClaims {
    /// Who made it.
    #[serde(default)]
    pub iss: String,
    /// Whom it is about.
    #[serde(default)]
    pub sub: String,
    /// Whom it is meant for.
    #[serde(default, deserialize_with = "one_or_more")]
    pub aud: Vec<String>,
    /// When it ends, in seconds since the epoch.
    #[serde(default, deserialize_with = "seconds")]
    pub exp: Option<i64>,
    /// When it begins.
    #[serde(default, deserialize_with = "seconds")]
    pub nbf: Option<i64>,
    /// When it was made.
    #[serde(default, deserialize_with = "seconds")]
    pub iat: Option<i64>,
    /// Tells it from every other one.
    #[serde(default)]
    pub jti: Option<String>,
}

/// Why an assertion proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionRefusal {
    /// It cannot be read.
    #[error("the assertion cannot be read")]
    Malformed,
    /// No key of the client has signed it.
    #[error("the signature is not that of the client")]
    Signature,
    /// It is about somebody else.
    #[error("the assertion is not about the client that made it")]
    Foreign,
    /// It is meant for somebody else.
    #[error("the assertion is meant for another audience")]
    Audience,
    /// It has ended.
    #[error("the assertion has expired")]
    Expired,
    /// It ends too late, or never.
    #[error("the assertion expires too far in the future")]
    TooLong,
    /// It has not begun.
    #[error("the assertion is not valid yet")]
    NotYet,
    /// It was used before.
    #[error("the assertion has been used")]
    Used,
}

impl AssertionClaims {
    /// What an assertion says before anything was checked: good for finding out whose keys to check it with.
    #[must_use]
    pub fn unproved(assertion: &Secret) -> Option<Self> {
        let text = assertion.expose();
        let payload = text.split('.').nth(1).filter(|_| text.len() <= LONGEST_ASSERTION)?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    }

    /// Checks an assertion of a client at a moment. `audiences` are the names by which the endpoint is known.
    ///
    /// # Errors
    /// The first reason against it.
    pub fn check(&self, client_id: &str, audiences: &[&str], at: Timestamp) -> Result<(), AssertionRefusal> {
        let now = at.as_millis().div_euclid(1000);
        if self.iss != client_id || self.sub != client_id {
            return Err(AssertionRefusal::Foreign);
        }
        if !self.aud.iter().any(|name| audiences.contains(&name.as_str())) {
            return Err(AssertionRefusal::Audience);
        }
        let exp = self.exp.ok_or(AssertionRefusal::TooLong)?;
        if exp <= now {
            return Err(AssertionRefusal::Expired);
        }
        if exp > now + LONGEST_LIFE_SECONDS + AHEAD_SECONDS {
            return Err(AssertionRefusal::TooLong);
        }
        if [self.nbf, self.iat]
            .into_iter()
            .flatten()
            .any(|begin| begin > now + AHEAD_SECONDS)
        {
            return Err(AssertionRefusal::NotYet);
        }
        match &self.jti {
            Some(id) if id.is_empty() || id.len() > LONGEST_ID => Err(AssertionRefusal::Malformed),
            _ => Ok(()),
        }
    }

    /// The first moment at which nobody can use it any more, so that it need not be remembered.
    #[must_use]
    pub fn ends(&self) -> Timestamp {
        Timestamp::from_millis(self.exp.unwrap_or_default().saturating_mul(1000))
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(match OneOrMore::deserialize(deserializer)? {
        OneOrMore::One(name) => vec![name],
        OneOrMore::More(names) => names,
    })
}

#[derive(Deserialize)]
#[serde(untagged)]
enum NumericDate {
    Whole(i64),
    Fraction(f64),
}

/// RFC 7519 §2 allows fractions of seconds. What is no date at all is refused with the whole assertion.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    /// Every integer up to here is a number of this kind.
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    let date = Option::<NumericDate>::deserialize(deserializer)?;
    Ok(match date {
        None => None,
        Some(NumericDate::Whole(seconds)) => Some(seconds),
        Some(NumericDate::Fraction(seconds)) => Some(seconds.clamp(-LARGEST, LARGEST) as i64),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_759_117_790;
    const TOKEN: &str = "https://id.example.com/oauth2/v1/token";

    fn claims(change: &Value) -> AssertionClaims {
        let mut all = json!({"iss": "0oa1", "sub": "0oa1", "aud": TOKEN, "exp": NOW + 300, "iat": NOW, "jti": "a"});
        for (name, value) in change.as_object().unwrap() {
            all[name] = value.clone();
        }
        serde_json::from_value(all).unwrap()
    }

    fn check(change: &Value) -> Result<(), AssertionRefusal> {
        claims(change).check("0oa1", &[TOKEN], Timestamp::from_millis(NOW * 1000 + 999))
    }

    #[test]
    fn every_claim_counts() {
        use AssertionRefusal as R;
        let long = "x".repeat(256);
        for (change, wanted) in [
            (json!({}), Ok(())),
            (json!({"iss": "0oa2"}), Err(R::Foreign)),
            (json!({"sub": "0oa2"}), Err(R::Foreign)),
            (json!({"sub": ""}), Err(R::Foreign)),
            (
                json!({"aud": "https://evil.example.com/oauth2/v1/token"}),
                Err(R::Audience),
            ),
            (json!({"aud": []}), Err(R::Audience)),
            (json!({"aud": ["https://other.example.com", TOKEN]}), Ok(())),
            (json!({"exp": null}), Err(R::TooLong)),
            (json!({"exp": NOW}), Err(R::Expired)),
            (json!({"exp": NOW + 1}), Ok(())),
            (json!({"exp": NOW + 3660}), Ok(())),
            (json!({"exp": NOW + 3661}), Err(R::TooLong)),
            (json!({"exp": 1e300}), Err(R::TooLong)),
            (json!({"exp": (NOW + 300) as f64 + 0.5}), Ok(())),
            (json!({"nbf": NOW + 61}), Err(R::NotYet)),
            (json!({"iat": NOW + 61}), Err(R::NotYet)),
            (json!({"iat": NOW + 60, "nbf": NOW + 60}), Ok(())),
            (json!({"jti": null}), Ok(())),
            (json!({"jti": ""}), Err(R::Malformed)),
            (json!({"jti": long}), Err(R::Malformed)),
        ] {
            assert_eq!(check(&change), wanted, "{change}");
        }
    }

    #[test]
    fn other_kinds_of_claims_are_not_read() {
        for text in [
            r#"{"exp": "soon"}"#,
            r#"{"aud": 1}"#,
            r#"{"iss": null}"#,
            r#"{"jti": 5}"#,
            "1",
        ] {
            assert!(serde_json::from_str::<AssertionClaims>(text).is_err(), "{text}");
        }
    }

    proptest! {
        /// Whatever the clocks say, nothing is accepted that has ended or that outlives the hour.
        #[test]
        fn an_accepted_assertion_ends_within_the_hour(exp in NOW - 5000..NOW + 9000, now in NOW - 5000..NOW + 5000) {
            let accepted = claims(&json!({"exp": exp, "iat": null}))
                .check("0oa1", &[TOKEN], Timestamp::from_millis(now * 1000));
            prop_assert_eq!(accepted.is_ok(), exp > now && exp <= now + 3660);
        }
    }
}
