//! Writing what OAuth 2.0 needs.

use crate::id::{AppId, ScopeGrantId, UserId};
use crate::oauth::{AccessToken, ScopeGrant, SigningKey};
use crate::secret::SecretDigest;
use crate::time::Timestamp;

/// A change of clients' grants and tokens, or of the directory's keys.
#[derive(Clone, Debug)]
pub enum OAuthWrite {
    /// Grants a scope to an app; `Duplicate(Scope)` when the app has it, `Stale` when the app is gone.
    InsertGrant(ScopeGrant),
    /// Takes a grant back; `Stale` when it is gone.
    DeleteGrant(ScopeGrantId),
    /// Adds an access token; `Stale` when its app or its user is gone.
    InsertToken(AccessToken),
    /// Revokes an access token; no change when it is gone.
    DeleteToken(SecretDigest),
    /// Revokes every access token of an app.
    DeleteTokensOfApp(AppId),
    /// Revokes every access token that was issued in the name of a user (C4).
    DeleteTokensOfUser(UserId),
    /// Uses up the assertion of a client; `Duplicate(Assertion)` when it was used before, `Stale` when the app is gone.
    UseAssertion {
        /// The client.
        app_id: AppId,
        /// The digest of the assertion's own id.
        id: SecretDigest,
        /// When it ends, and may be forgotten.
        expires: Timestamp,
    },
    /// Forgets tokens and assertions that have ended.
    ForgetEnded(Timestamp),
    /// Adds the first key of the directory; `Stale` when there is one in use.
    InsertKey(SigningKey),
    /// Puts another key in the place of the one in use; `Stale` when that one is not in use any more.
    ReplaceKey {
        /// The name of the key in use.
        from: String,
        /// The other one.
        to: SigningKey,
        /// When.
        at: Timestamp,
    },
    /// Writes a key that is sealed anew; no change when it is gone.
    ResealKey {
        /// The name of the key.
        kid: String,
        /// Its private half, sealed.
        sealed: Vec<u8>,
    },
    /// Forgets keys that were retired before a moment.
    ForgetKeys(Timestamp),
}
