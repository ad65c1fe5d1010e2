//! The directory keeps a super administrator who can act (R8): whatever would take the last one away is refused, however it is
//! done, and however many try it at once.
//!
//! Each such decision is made on one version of authority. If it takes a super administrator away, it counts the version up,
//! so that of two such decisions at the same time one is made again. If it does not, nobody may become the last one unnoticed:
//! the version must still be the same when it is committed. Only whoever ends an ordinary user's access need not wait for
//! that: whatever makes a super administrator of somebody counts up their own version, over which they are written.

use std::sync::{Arc, PoisonError};

use denizen_domain::authority::{SuperAdministrators, Verdict};
use denizen_domain::id::{GroupId, UserId};
use denizen_domain::ports::{Changes, RoleWrite, SuperAdministrator, Write};

use crate::directory::Directory;
use crate::error::Error;

/// What is about to be taken away.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Loss<'a> {
    /// A user, with all that they hold.
    User(&'a UserId),
    /// The role that a user holds directly.
    RoleOf(&'a UserId),
    /// The role that a group gives its members.
    RoleOfGroup(&'a GroupId),
    /// A user's membership of a group.
    Membership(&'a GroupId, &'a UserId),
}

impl Loss<'_> {
    /// What must still hold when a loss that takes nobody away is committed.
    fn untouched(self, version: i64) -> Option<Write> {
        match self {
            Self::User(_) => None,
            Self::RoleOf(_) | Self::RoleOfGroup(_) | Self::Membership(..) => {
                Some(Write::Role(RoleWrite::Expect(version)))
            }
        }
    }

    fn takes(self, one: &SuperAdministrator) -> bool {
        match self {
            Self::User(user) => one.user_id == *user,
            Self::RoleOf(user) => one.user_id == *user && one.through.is_none(),
            Self::RoleOfGroup(group) => one.through.as_ref() == Some(group),
            Self::Membership(group, user) => one.user_id == *user && one.through.as_ref() == Some(group),
        }
    }
}

impl Directory {
    /// Adds to changes what keeps a super administrator, if a loss may concern one. It comes first, since what follows may count
    /// the version of authority up itself.
    ///
    /// # Errors
    /// `LastSuperAdministrator`; as the store says.
    ///
    /// A user must have been read before, and be written over the version that was read.
    pub(crate) async fn guard(&self, changes: &mut Changes, loss: Loss<'_>) -> Result<(), Error> {
        let store = &self.ports.store;
        let version = store.authority_version().await?;
        let known = self.supers.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, all)) = known
            && at == version
            && !all.iter().any(|one| loss.takes(one))
        {
            changes.writes.splice(0..0, loss.untouched(version));
            return Ok(());
        }
        // Whether they may act is not part of the version: it is read each time it counts.
        let all: Arc<[SuperAdministrator]> = store.super_administrators().await?.into();
        *self.supers.lock().unwrap_or_else(PoisonError::into_inner) = Some((version, Arc::clone(&all)));
        let (lost, kept): (Vec<_>, Vec<_>) = all.iter().partition(|one| loss.takes(one));
        let supers = SuperAdministrators {
            lost: lost.iter().map(|one| one.status).collect(),
            kept: kept.iter().map(|one| one.status).collect(),
        };
        let write = match supers.verdict() {
            Verdict::Refused => return Err(Error::LastSuperAdministrator),
            Verdict::Taken => Some(Write::Role(RoleWrite::Advance(version))),
            Verdict::Untouched => loss.untouched(version),
        };
        changes.writes.splice(0..0, write);
        Ok(())
    }
}
