//! Access tokens. The token itself is a signed document; what counts here is the row that is stored of it, so that it can be
//! revoked at once (C3, C4).

use serde::Serialize;

use crate::id::{AccessTokenId, AppId, ScopeGrantId, UserId};
use crate::secret::SecretDigest;
use crate::time::Timestamp;

/// How long an access token lives (contract: groups-apps-tokens §4).
pub const ACCESS_TOKEN_MINUTES: i64 = 60;

/// An access token as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// The token's id.
    pub id: AccessTokenId,
    /// The digest of the whole token. No other text is the token: what is forged or cut off has another digest.
    pub digest: SecretDigest,
    /// The app that asked for it.
    pub app_id: AppId,
    /// The user in whose name the app asked; `None` for a service that acts in its own.
    pub user_id: Option<UserId>,
    /// The grants whose scopes it carries, for as long as they stand.
    pub grants: Vec<ScopeGrantId>,
    /// When it was made.
    pub created: Timestamp,
    /// The first moment at which it is refused.
    pub expires: Timestamp,
}

impl AccessToken {
    /// Whether the token is still good.
    #[must_use]
    pub fn is_live(&self, at: Timestamp) -> bool {
        at < self.expires
    }
}

/// What an access token says (contract: groups-apps-tokens §4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessClaims {
    /// The version of this form.
    pub ver: u8,
    /// The token's id.
    pub jti: String,
    /// Who made it.
    pub iss: String,
    /// Whom it is meant for.
    pub aud: String,
    /// Who acts with it.
    pub sub: String,
    /// When it was made, in seconds.
    pub iat: i64,
    /// When it ends, in seconds.
    pub exp: i64,
    /// The client that asked for it.
    pub cid: String,
    /// The scopes that it was given.
    pub scp: Vec<String>,
}

impl AccessClaims {
    /// What the token of a service says. `issuer` is where the directory is reached.
    #[must_use]
    pub fn of_service(token: &AccessTokenId, issuer: &str, client_id: &str, scopes: &[String], at: Timestamp) -> Self {
        let seconds = |moment: Timestamp| moment.as_millis().div_euclid(1000);
        Self {
            ver: 1,
            jti: token.to_string(),
            iss: issuer.to_owned(),
            aud: issuer.to_owned(),
            sub: client_id.to_owned(),
            iat: seconds(at),
            exp: seconds(at.plus_minutes(ACCESS_TOKEN_MINUTES)),
            cid: client_id.to_owned(),
            scp: scopes.to_vec(),
        }
    }
}
