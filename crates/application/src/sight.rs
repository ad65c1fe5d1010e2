//! What a caller sees: somebody who is out of their sight is answered as somebody who is not there (R2), and what they may do
//! to those in sight is asked with all that decides it.

use std::collections::{BTreeSet, HashSet};
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};

use denizen_domain::app::App;
use denizen_domain::authority::{
    AppCoverage, Breadth, Caller, Forbidden, GroupCoverage, Permission, Rank, SomeApps, Standing, Subject,
};
use denizen_domain::group::Group;
use denizen_domain::id::{GroupId, UserId};
use denizen_domain::login::LoginKey;
use denizen_domain::secret::SecretDigest;
use denizen_domain::user::User;

use crate::call::{Call, Foresight};
use crate::directory::Directory;
use crate::error::{Error, ResourceKind};

/// Tokens by their digests whose bearers see a part of the users, as far as is known: only then is it worth asking where
/// somebody stands before it is known who calls.
#[derive(Default)]
pub(crate) struct NarrowTokens(Mutex<HashSet<[u8; 32]>>);

impl NarrowTokens {
    /// When more than these are known, all are forgotten.
    const MOST: usize = 4096;

    pub(crate) fn knows(&self, digest: &SecretDigest) -> bool {
        self.known().contains(digest.as_bytes())
    }

    pub(crate) fn note(&self, digest: &SecretDigest, caller: &Caller) {
        let is_narrow = caller.breadth(Permission::UsersRead) == Breadth::Part;
        let mut known = self.known();
        if !is_narrow {
            known.remove(digest.as_bytes());
        } else if !known.contains(digest.as_bytes()) {
            if known.len() >= Self::MOST {
                known.clear();
            }
            known.insert(*digest.as_bytes());
        }
    }

    fn known(&self) -> MutexGuard<'_, HashSet<[u8; 32]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A user whom the caller sees, with what the user is to administrators where that decides what the caller may do.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    user: User,
    standing: Option<Standing>,
}

impl Seen {
    /// The user alone.
    pub(crate) fn into_user(self) -> User {
        self.user
    }

    /// The user as what something is done to.
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject::User(&self.user.id, self.standing.as_ref())
    }
}

impl Deref for Seen {
    type Target = User;

    fn deref(&self) -> &User {
        &self.user
    }
}

/// For what a user is looked up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// To be read.
    Read,
    /// To have something done to them.
    Change,
}

impl Purpose {
    /// Whether the answer hangs on what this user is to administrators.
    fn needs_standing(self, call: &Call, id: &UserId) -> bool {
        let caller = &call.caller;
        let is_seen_anyway = || caller.sees(Permission::UsersRead, Subject::User(id, None));
        !caller.is_super_administrator() && !caller.is(id) && (self == Self::Change || !is_seen_anyway())
    }
}

impl Directory {
    /// The user whom a path names, to have something done to them: by id, login, unambiguous short name, or `me` (contract:
    /// conventions §4).
    ///
    /// # Errors
    /// `NotFound` also for those out of the caller's sight; `Forbidden` to callers who see nobody.
    pub(crate) async fn find_user(&self, call: &Call, key: &str) -> Result<Seen, Error> {
        self.look_up(call, key, Purpose::Change).await
    }

    /// The same, only to be read: less need be known of the user.
    ///
    /// # Errors
    /// As [`Directory::find_user`].
    pub(crate) async fn see_user(&self, call: &Call, key: &str) -> Result<Seen, Error> {
        self.look_up(call, key, Purpose::Read).await
    }

    async fn look_up(&self, call: &Call, key: &str, purpose: Purpose) -> Result<Seen, Error> {
        let caller = &call.caller;
        let sees_others = caller.breadth(Permission::UsersRead) != Breadth::Nothing;
        let sees_oneself = caller
            .user_id()
            .is_some_and(|id| caller.sees(Permission::UsersRead, Subject::User(id, None)));
        if !sees_others && !sees_oneself {
            // Whoever sees nobody must not learn which users there are.
            return Err(Error::Forbidden);
        }
        let found = match self.named(call, key, purpose).await? {
            Some(seen) if caller.sees(Permission::UsersRead, seen.subject()) => Some(seen),
            _ => None,
        };
        found.ok_or_else(|| {
            if sees_others {
                Error::not_found(ResourceKind::User, key)
            } else {
                Error::Forbidden
            }
        })
    }

    /// The user with a name, whoever asks.
    async fn named(&self, call: &Call, key: &str, purpose: Purpose) -> Result<Option<Seen>, Error> {
        let store = &self.ports.store;
        if key == "me" {
            let Some(id) = call.caller.user_id() else {
                return Ok(None);
            };
            let user = store.user(id).await?;
            return Ok(user.map(|user| Seen { user, standing: None }));
        }
        if let Some(id) = UserId::parse(key) {
            let needs_standing = purpose.needs_standing(call, &id);
            let (user, standing) = match call.foreseen.take(&id) {
                Some(Foresight { user, standing }) => {
                    let standing = match standing {
                        _ if !needs_standing => None,
                        Some(standing) => Some(self.with_everyone(standing)),
                        None => Some(self.standing_of(&id).await?),
                    };
                    (Some(user), standing)
                }
                // Both are asked for at once: a database that is far away answers them together.
                None if needs_standing => {
                    let (user, standing) = tokio::join!(store.user(&id), self.standing_of(&id));
                    (user?, Some(standing?))
                }
                None => (store.user(&id).await?, None),
            };
            if let Some(user) = user {
                return Ok(Some(Seen { user, standing }));
            }
        }
        let login = LoginKey::of(key);
        let mut found = store.user_by_login(&login).await?;
        if found.is_none() && !login.as_str().is_empty() && !login.as_str().contains('@') {
            let mut named = store.users_by_short_name(&login).await?;
            found = if named.len() == 1 { named.pop() } else { None };
        }
        let Some(user) = found else {
            return Ok(None);
        };
        let standing = if purpose.needs_standing(call, &user.id) {
            Some(self.standing_of(&user.id).await?)
        } else {
            None
        };
        Ok(Some(Seen { user, standing }))
    }

    /// Whether the caller sees a user.
    pub(crate) async fn sees(&self, call: &Call, id: &UserId) -> Result<bool, Error> {
        let standing = if Purpose::Read.needs_standing(call, id) {
            Some(self.standing_of(id).await?)
        } else {
            None
        };
        Ok(call
            .caller
            .may(Permission::UsersRead, Subject::User(id, standing.as_ref())))
    }

    async fn standing_of(&self, id: &UserId) -> Result<Standing, Error> {
        Ok(self.with_everyone(self.ports.store.standing_of(id).await?))
    }

    fn with_everyone(&self, mut standing: Standing) -> Standing {
        standing.groups.insert(self.everyone.id.clone());
        standing
    }

    /// The group that a path or a body names, if the caller sees it.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` to callers who see no group.
    pub(crate) async fn see_group(&self, call: &Call, id: &str) -> Result<Group, Error> {
        let permission = Permission::GroupsRead;
        if call.caller.breadth(permission) == Breadth::Nothing {
            return Err(Error::Forbidden);
        }
        let group = self.find_group(id).await?;
        // Whoever may look at a group may do so whatever it makes of its members.
        if call.caller.sees(permission, Subject::Group(&group.id, Rank::Ordinary)) {
            Ok(group)
        } else {
            Err(Error::not_found(ResourceKind::UserGroup, id))
        }
    }

    /// Whether a caller may do something to a group. What the group makes of its members counts (R4).
    ///
    /// # Errors
    /// `Forbidden`; as the store says.
    pub(crate) async fn must_with_group(
        &self,
        call: &Call,
        permission: Permission,
        group: &Group,
    ) -> Result<(), Error> {
        let rank = if call.caller.is_super_administrator() {
            Rank::SuperAdministrator
        } else {
            self.ports.store.rank_of_group(&group.id).await?
        };
        Ok(call.caller.must(permission, Subject::Group(&group.id, rank))?)
    }

    /// The app that a path names, if the caller sees it.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` to callers who see no app.
    pub(crate) async fn see_app(&self, call: &Call, id: &str) -> Result<App, Error> {
        let permission = Permission::AppsRead;
        if call.caller.covered_apps(permission).is_none() {
            return Err(Error::Forbidden);
        }
        let app = self.find_app(id).await?;
        if call.caller.sees(permission, Subject::app(&app)) {
            Ok(app)
        } else {
            Err(Error::not_found(ResourceKind::App, id))
        }
    }

    /// The groups whose members the caller sees; `None` when the caller sees everybody.
    ///
    /// # Errors
    /// `Forbidden` to callers who see nobody.
    pub(crate) fn sight(&self, call: &Call, permission: Permission) -> Result<Option<BTreeSet<GroupId>>, Forbidden> {
        match call.caller.covered_groups(permission) {
            _ if !call.caller.scopes_cover(permission, false) => Err(Forbidden),
            GroupCoverage::Nothing => Err(Forbidden),
            GroupCoverage::Everything => Ok(None),
            GroupCoverage::Groups(groups)
                if permission == Permission::UsersRead && groups.contains(&self.everyone.id) =>
            {
                Ok(None)
            }
            GroupCoverage::Groups(groups) => Ok(Some(groups)),
        }
    }
}

/// The apps that the caller sees; `None` when the caller sees all.
pub(crate) fn sight_of_apps(call: &Call) -> Result<Option<SomeApps>, Forbidden> {
    match call.caller.covered_apps(Permission::AppsRead) {
        _ if !call.caller.scopes_cover(Permission::AppsRead, false) => Err(Forbidden),
        None => Err(Forbidden),
        Some(AppCoverage::Everything) => Ok(None),
        Some(AppCoverage::Some(apps)) => Ok(Some(apps)),
    }
}

/// Whether a caller may do something to a user.
pub(crate) fn must(call: &Call, permission: Permission, user: &Seen) -> Result<(), Forbidden> {
    call.caller.must(permission, user.subject())
}

/// Whether a caller may do something to an app.
pub(crate) fn must_with_app(call: &Call, permission: Permission, app: &App) -> Result<(), Forbidden> {
    call.caller.must(permission, Subject::app(app))
}

/// Whether a caller may do something that is about no single user.
pub(crate) fn must_at_large(call: &Call, permission: Permission) -> Result<(), Forbidden> {
    call.caller.must(permission, Subject::Organization)
}
