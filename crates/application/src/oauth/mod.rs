//! OAuth 2.0 for services (contract: groups-apps-tokens §4): clients prove who they are, get access tokens, and call with them.

mod access;
mod client;
mod grants;
mod keys;
mod revocation;
mod token;

pub use self::client::{ClientProof, OAuthError};
pub use self::grants::GrantScope;
pub use self::revocation::Introspection;
pub use self::token::{IssuedAccessToken, TokenRequest};
