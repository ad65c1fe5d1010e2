//! Reading and writing YubiKeys of the organization.

use async_trait::async_trait;

use super::{Page, Position, StoreError};
use crate::factor::yubikey::{Yubikey, YubikeyStatus};
use crate::factor::yubikey_filter::{YubikeyMoment, YubikeySort};
use crate::factor::yubikey_otp::PublicId;
use crate::id::{UserId, YubikeyId};
use crate::search::Operator;
use crate::time::Timestamp;

/// Which YubiKeys a list shows, and in which order. Everything that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct YubikeySelection {
    /// Those with this serial number.
    pub serial: Option<String>,
    /// Those in this status.
    pub status: Option<YubikeyStatus>,
    /// Those of one of these users.
    pub holders: Option<Vec<UserId>>,
    /// Those whose moments are within bounds.
    pub moments: Vec<(YubikeyMoment, Operator, Timestamp)>,
    /// What they are sorted by; ties by id.
    pub sort: YubikeySort,
    /// Whether the last comes first.
    pub descending: bool,
    /// Where to go on.
    pub after: Option<Position>,
    /// At most this many.
    pub limit: usize,
}

/// Reads YubiKeys.
#[async_trait]
pub trait Yubikeys: Send + Sync {
    /// The YubiKey with this id.
    async fn yubikey(&self, id: &YubikeyId) -> Result<Option<Yubikey>, StoreError>;
    /// The live YubiKey with this name: there is one at most.
    async fn live_yubikey(&self, name: &PublicId) -> Result<Option<Yubikey>, StoreError>;
    /// A page of YubiKeys. Fails with `InvalidPosition`.
    async fn list_yubikeys(&self, selection: &YubikeySelection) -> Result<Page<Yubikey>, StoreError>;
}

/// A change of a YubiKey.
#[derive(Clone, Debug)]
pub enum YubikeyWrite {
    /// Adds a YubiKey; `Duplicate(Yubikey)` when a live one has its name.
    Insert(Box<Yubikey>),
    /// Writes a YubiKey over the version that was read, and counts its version up by one; `Stale` when another change came
    /// between or it is gone.
    Update {
        /// The YubiKey as read.
        from: Box<Yubikey>,
        /// The YubiKey to be written. Its version is that of `from`.
        to: Box<Yubikey>,
    },
    /// Removes a YubiKey; `Stale` when it changed since it was read.
    Delete(Box<Yubikey>),
    /// Revokes every YubiKey of a user, who is about to lose all factors. A user with a YubiKey is not deleted without.
    RevokeAllOf {
        /// Whose.
        user_id: UserId,
        /// When.
        at: Timestamp,
    },
}
