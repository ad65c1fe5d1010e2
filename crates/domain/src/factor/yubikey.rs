//! YubiKeys of the organization: uploaded with their seeds, given to users by enrolment, and never given twice (contract:
//! factors §16.3, §7.8, §11).

use super::FactorId;
use super::yubikey_otp::{PublicId, Uses};
use crate::id::{UserId, YubikeyId};
use crate::sealed::Sealed;
use crate::time::Timestamp;

/// Where a YubiKey stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum YubikeyStatus {
    /// Nobody has enrolled it.
    Unassigned,
    /// Somebody uses it.
    Active,
    /// An administrator keeps it from being used.
    Blocked,
    /// Whoever had it gave it up. Its seed is good for nobody else.
    Revoked,
    /// It is gone.
    Deleted,
    /// It is not used for now.
    Inactive,
}

impl YubikeyStatus {
    /// Every status.
    pub const ALL: [Self; 6] = [
        Self::Unassigned,
        Self::Active,
        Self::Blocked,
        Self::Revoked,
        Self::Deleted,
        Self::Inactive,
    ];

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unassigned => "UNASSIGNED",
            Self::Active => "ACTIVE",
            Self::Blocked => "BLOCKED",
            Self::Revoked => "REVOKED",
            Self::Deleted => "DELETED",
            Self::Inactive => "INACTIVE",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether its seed is good for passwords, so that no other YubiKey may have its public name.
    #[must_use]
    pub fn is_live(self) -> bool {
        matches!(self, Self::Unassigned | Self::Active)
    }
}

/// Who uses a YubiKey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YubikeyHolder {
    /// The user.
    pub user_id: UserId,
    /// The user's factor.
    pub factor_id: FactorId,
}

/// A YubiKey, as read at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Yubikey {
    /// Its id.
    pub id: YubikeyId,
    /// Grows by one with each change, and so with each password that was accepted.
    pub version: i64,
    /// Where it stands.
    pub status: YubikeyStatus,
    /// Its public name.
    pub public_id: PublicId,
    /// The number that is printed on it, with twelve digits.
    pub serial: String,
    /// Its seed, sealed.
    pub sealed: Sealed,
    /// The last password that was accepted.
    pub uses: Option<Uses>,
    /// Who uses it.
    pub holder: Option<YubikeyHolder>,
    /// When it was uploaded.
    pub created: Timestamp,
    /// When somebody enrolled it.
    pub activated: Option<Timestamp>,
    /// When a password was last accepted.
    pub last_verified: Option<Timestamp>,
    /// When it was last changed.
    pub last_updated: Timestamp,
}

/// Why a YubiKey is not used or removed as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum YubikeyRefusal {
    /// Somebody uses it.
    #[error("the YubiKey is assigned to a user")]
    Assigned,
    /// It is nobody's to enrol.
    #[error("the YubiKey cannot be enrolled")]
    NotFree,
    /// The password, or a later one, was used before.
    #[error("the password was used before")]
    Replayed,
}

impl Yubikey {
    /// A YubiKey that was just uploaded.
    #[must_use]
    pub fn upload(id: YubikeyId, public_id: PublicId, serial: String, sealed: Sealed, at: Timestamp) -> Self {
        let at = at.whole_seconds();
        Self {
            id,
            version: 1,
            status: YubikeyStatus::Unassigned,
            public_id,
            serial,
            sealed,
            uses: None,
            holder: None,
            created: at,
            activated: None,
            last_verified: None,
            last_updated: at,
        }
    }

    /// What its seed is sealed for.
    #[must_use]
    pub fn seal_context(id: &YubikeyId) -> String {
        format!("yubikey {id}")
    }

    /// The YubiKey after a password was accepted: it and all before it are used up (contract: factors §14).
    ///
    /// # Errors
    /// [`YubikeyRefusal::Replayed`] unless the password comes after the last one.
    pub fn used(&self, uses: Uses, at: Timestamp) -> Result<Self, YubikeyRefusal> {
        if self.uses.is_some_and(|last| uses <= last) {
            return Err(YubikeyRefusal::Replayed);
        }
        Ok(Self {
            uses: Some(uses),
            last_verified: Some(at.whole_seconds()),
            ..self.clone()
        })
    }

    /// The YubiKey once somebody has enrolled it with a password of it.
    ///
    /// # Errors
    /// [`YubikeyRefusal`].
    pub fn enrolled(&self, holder: YubikeyHolder, uses: Uses, at: Timestamp) -> Result<Self, YubikeyRefusal> {
        if self.status != YubikeyStatus::Unassigned {
            return Err(YubikeyRefusal::NotFree);
        }
        let at = at.whole_seconds();
        Ok(Self {
            status: YubikeyStatus::Active,
            holder: Some(holder),
            activated: Some(at),
            last_updated: at,
            ..self.used(uses, at)?
        })
    }

    /// The YubiKey once its holder has given it up.
    #[must_use]
    pub fn revoked(&self, at: Timestamp) -> Self {
        Self {
            status: YubikeyStatus::Revoked,
            holder: None,
            last_updated: at.whole_seconds(),
            ..self.clone()
        }
    }

    /// Whether it may be removed.
    ///
    /// # Errors
    /// [`YubikeyRefusal::Assigned`].
    pub fn check_removal(&self) -> Result<(), YubikeyRefusal> {
        match self.holder {
            Some(_) => Err(YubikeyRefusal::Assigned),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::factor::FactorKind;

    fn fresh() -> Yubikey {
        let at = Timestamp::from_millis(1_700_000_000_000);
        let public_id = PublicId::parse("ccccccijgibu").unwrap();
        Yubikey::upload(
            YubikeyId::generate(at, 1),
            public_id,
            public_id.serial(),
            Sealed::from_bytes(vec![1]),
            at,
        )
    }

    fn holder() -> YubikeyHolder {
        YubikeyHolder {
            user_id: UserId::generate(Timestamp::from_millis(0), 1),
            factor_id: FactorId::generate(FactorKind::Yubikey, Timestamp::from_millis(0), 1),
        }
    }

    #[test]
    fn a_key_is_given_once() {
        let (fresh, at) = (fresh(), Timestamp::from_millis(1_700_000_001_000));
        let uses = Uses { counter: 1, session: 0 };
        let taken = fresh.enrolled(holder(), uses, at).unwrap();
        assert_eq!(taken.check_removal(), Err(YubikeyRefusal::Assigned));
        let later = Uses { counter: 2, session: 0 };
        assert_eq!(taken.enrolled(holder(), later, at), Err(YubikeyRefusal::NotFree));
        // O2: what enrolled it verifies nothing.
        assert_eq!(taken.used(uses, at), Err(YubikeyRefusal::Replayed));
        let given_up = taken.revoked(at);
        assert_eq!(given_up.enrolled(holder(), later, at), Err(YubikeyRefusal::NotFree));
        assert_eq!(given_up.check_removal(), Ok(()));
        assert!(!given_up.status.is_live());
    }

    proptest! {
        /// O1, O5: of passwords in any order, those are accepted that come after all before them.
        #[test]
        fn accepted_uses_only_grow(tries in proptest::collection::vec((0_u16..6, 0_u8..6), 1..60)) {
            let (mut key, mut last) = (fresh(), None);
            for (counter, session) in tries {
                let accepted = key.used(Uses { counter, session }, key.created);
                prop_assert_eq!(accepted.is_ok(), last.is_none_or(|last| (counter, session) > last));
                if let Ok(next) = accepted {
                    (key, last) = (next, Some((counter, session)));
                }
            }
        }
    }
}
