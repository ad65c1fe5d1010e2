//! OAuth 2.0 for services (contract: groups-apps-tokens §4): who may ask for an access token, how they prove who they are,
//! and what the token is good for.

mod access_token;
mod assertion;
mod client;
mod grant;
mod key;
mod public_key;
mod refusal;
mod scopes;
mod signatures;

pub use self::access_token::{ACCESS_TOKEN_MINUTES, AccessClaims, AccessToken};
pub use self::assertion::{AssertionClaims, AssertionRefusal, LONGEST_ASSERTION};
pub use self::client::{ServiceClient, carry_client_id, check_registration, client_id};
pub use self::grant::ScopeGrant;
pub use self::key::{SigningKey, current, published};
pub use self::public_key::{ClientKey, PublicKey, SignatureAlgorithm};
pub use self::refusal::{OAuthCode, OAuthRefusal};
pub use self::scopes::{KNOWN_SCOPES, is_known_scope, requested_scopes};
pub use self::signatures::{MadeKey, SignatureError, TokenSignatures};
