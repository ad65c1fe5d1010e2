//! Who may do what. Every use case asks here before it loads or changes anything.

use crate::id::{ApiTokenId, UserId};

/// A standard administrator role (contract: roles-and-targets).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// May do everything.
    SuperAdmin,
}

impl Role {
    /// The role type's name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SuperAdmin => "SUPER_ADMIN",
        }
    }

    /// Reads the role type's name on the wire.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text == Self::SuperAdmin.as_str()).then_some(Self::SuperAdmin)
    }
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $wire:literal;)*) => {
        /// What an operation asks for. Each route declares one; the names are the API's own (contract: users §12).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Permission {$($(#[$doc])* $name,)*}

        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The permission's name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {$(Self::$name => $wire,)*}
            }
        }
    };
}

permissions! {
    /// Read users, one or many.
    UsersRead = "okta.users.read";
    /// Create users.
    UsersCreate = "okta.users.create";
    /// Change profiles and user types of users.
    UsersProfileManage = "okta.users.userprofile.manage";
    /// Activate and reactivate users.
    UsersActivate = "okta.users.lifecycle.activate";
    /// Deactivate users.
    UsersDeactivate = "okta.users.lifecycle.deactivate";
    /// Suspend users.
    UsersSuspend = "okta.users.lifecycle.suspend";
    /// Unsuspend users.
    UsersUnsuspend = "okta.users.lifecycle.unsuspend";
    /// Unlock users.
    UsersUnlock = "okta.users.lifecycle.unlock";
    /// Remove users for good.
    UsersDelete = "okta.users.lifecycle.delete";
    /// Set passwords and recovery questions.
    UsersCredentialsManage = "okta.users.credentials.manage";
    /// Make users choose a new password.
    UsersResetPassword = "okta.users.credentials.resetPassword";
    /// Expire passwords.
    UsersExpirePassword = "okta.users.credentials.expirePassword";
    /// Remove enrolled factors.
    UsersResetFactors = "okta.users.credentials.resetFactors";
    /// Read groups and their members.
    GroupsRead = "okta.groups.read";
    /// Create, change and remove groups.
    GroupsManage = "okta.groups.manage";
    /// Let users join and leave groups.
    GroupsMembersManage = "okta.groups.members.manage";
    /// Read user types.
    UserTypesRead = "okta.userTypes.read";
    /// Create, change and remove user types.
    UserTypesManage = "okta.userTypes.manage";
    /// Read schemas.
    SchemasRead = "okta.schemas.read";
    /// Change schemas.
    SchemasManage = "okta.schemas.manage";
    /// Read definitions of linked objects.
    LinkedObjectsRead = "okta.linkedObjects.read";
    /// Create and remove definitions of linked objects.
    LinkedObjectsManage = "okta.linkedObjects.manage";
    /// Read apps and their assignments.
    AppsRead = "okta.apps.read";
    /// Create, change and remove apps.
    AppsManage = "okta.apps.manage";
    /// Assign apps to users and groups.
    AppsAssignmentManage = "okta.apps.assignment.manage";
    /// Read the system log.
    LogsRead = "okta.logs.read";
}

/// What an operation is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// The organization as a whole.
    Organization,
    /// One user.
    User(&'a UserId),
}

/// Somebody who calls, with the rights they have at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The administrator behind the call.
    pub user_id: UserId,
    /// Their login, for the log.
    pub login: String,
    /// Their name, for the log.
    pub display_name: String,
    /// The API token that carried the call.
    pub token: ApiTokenId,
    /// Their administrator roles.
    pub roles: Vec<Role>,
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
        let ends_own_access = subject == Subject::User(&self.user_id)
            && matches!(
                permission,
                Permission::UsersDelete | Permission::UsersDeactivate | Permission::UsersSuspend
            );
        self.roles.contains(&Role::SuperAdmin) && !ends_own_access
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
    use crate::time::Timestamp;

    fn caller(roles: Vec<Role>) -> Caller {
        let at = Timestamp::from_millis(0);
        Caller {
            user_id: UserId::generate(at, 1),
            login: "admin@example.com".to_owned(),
            display_name: "Ada Admin".to_owned(),
            token: ApiTokenId::generate(at, 1),
            roles,
        }
    }

    /// R1: without a role nothing is allowed; a super administrator may do all but end their own access.
    #[test]
    fn the_whole_matrix() {
        let (nobody, admin) = (caller(Vec::new()), caller(vec![Role::SuperAdmin]));
        let other = UserId::generate(Timestamp::from_millis(0), 2);
        for &permission in Permission::ALL {
            for subject in [
                Subject::Organization,
                Subject::User(&other),
                Subject::User(&admin.user_id),
            ] {
                assert!(!nobody.may(permission, subject), "{permission:?} {subject:?}");
                let ends_access = ["deactivate", "suspend", "delete"]
                    .iter()
                    .any(|end| permission.as_str().ends_with(&format!(".{end}")));
                let refused = ends_access && subject == Subject::User(&admin.user_id);
                assert_eq!(admin.may(permission, subject), !refused, "{permission:?} {subject:?}");
            }
        }
    }
}
