//! Who may do what. Every use case asks here before it loads or changes anything.

mod caller;
mod permission;
mod role;
mod scopes;

pub use self::caller::{Caller, Credential, Principal};
pub use self::permission::Permission;
pub use self::role::{Grant, Role, Targets};
pub use self::scopes::Scopes;

use crate::id::UserId;

/// What an operation is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// The organization as a whole.
    Organization,
    /// One user.
    User(&'a UserId),
}

/// The caller has not the right to do this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the caller may not do this")]
pub struct Forbidden;

impl Caller {
    /// Whether the caller may do something to somebody. Nobody may end their own access: the directory would be left without
    /// its last administrator.
    #[must_use]
    pub fn may(&self, permission: Permission, subject: Subject<'_>) -> bool {
        let ends_own_access = matches!(subject, Subject::User(id) if self.user_id() == Some(id))
            && matches!(
                permission,
                Permission::UsersDelete | Permission::UsersDeactivate | Permission::UsersSuspend
            );
        let is_in_scope = self.scopes.as_ref().is_none_or(|scopes| scopes.cover(permission));
        self.holds(Role::SuperAdmin) && is_in_scope && !ends_own_access
    }

    /// The same as a result, for use with `?`.
    ///
    /// # Errors
    /// [`Forbidden`] when the caller may not.
    pub fn must(&self, permission: Permission, subject: Subject<'_>) -> Result<(), Forbidden> {
        if self.may(permission, subject) {
            Ok(())
        } else {
            Err(Forbidden)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ApiTokenId;
    use crate::time::Timestamp;

    fn caller(grants: Vec<Grant>) -> Caller {
        let at = Timestamp::from_millis(0);
        Caller {
            principal: Principal::User {
                id: UserId::generate(at, 1),
                login: "admin@example.com".to_owned(),
                display_name: "Ada Admin".to_owned(),
            },
            credential: Credential::ApiToken(ApiTokenId::generate(at, 1)),
            grants,
            scopes: None,
        }
    }

    /// R1: without a role nothing is allowed; a super administrator may do all but end their own access.
    #[test]
    fn the_whole_matrix() {
        let (nobody, admin) = (caller(Vec::new()), caller(vec![Grant::of(Role::SuperAdmin)]));
        let own = admin.user_id().unwrap();
        let other = UserId::generate(Timestamp::from_millis(0), 2);
        for &permission in Permission::ALL {
            for subject in [Subject::Organization, Subject::User(&other), Subject::User(own)] {
                assert!(!nobody.may(permission, subject), "{permission:?} {subject:?}");
                let ends_access = ["deactivate", "suspend", "delete"]
                    .iter()
                    .any(|end| permission.as_str().ends_with(&format!(".{end}")));
                let refused = ends_access && subject == Subject::User(own);
                assert_eq!(admin.may(permission, subject), !refused, "{permission:?} {subject:?}");
            }
        }
    }
}
