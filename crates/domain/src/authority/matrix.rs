//! The table of rights: which role may do what, and to whom.
//!
//! It follows the original's published comparison of standard administrator roles (help.okta.com, "Standard administrator
//! roles and permissions") and the contract (users §12, roles-and-targets, groups-apps-tokens §3). Where the comparison lets
//! a lesser administrator suspend super administrators, the contract is followed: nobody acts on somebody above.

use super::{Permission, Role};

/// What the subject of an operation is to somebody who holds a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// It is within the role's targets, and holds no role itself.
    InTarget,
    /// It is outside of the role's targets.
    OutOfTarget,
    /// It is within the targets and holds a role: an administrator, or a group whose members are administrators.
    Administrator,
    /// It is within the targets and is a super administrator, or a group whose members are.
    SuperAdministrator,
    /// The holder of the role.
    Own,
}

impl Relation {
    /// Every relation.
    pub const ALL: [Self; 5] = [
        Self::InTarget,
        Self::OutOfTarget,
        Self::Administrator,
        Self::SuperAdministrator,
        Self::Own,
    ];

    /// A few words for people.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InTarget => "in target",
            Self::OutOfTarget => "out of target",
            Self::Administrator => "administrator",
            Self::SuperAdministrator => "super administrator",
            Self::Own => "oneself",
        }
    }
}

/// How far a right of a role goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// To everybody and everything, whatever the targets.
    Everywhere,
    /// To everything within the targets, administrators included: what only looks.
    Targets,
    /// To what is within the targets, but not to super administrators.
    BelowSuper,
    /// To what is within the targets and holds no role.
    Ordinary,
}

impl Reach {
    /// Whether the right goes so far.
    #[must_use]
    pub fn includes(self, relation: Relation) -> bool {
        use Relation as R;
        match self {
            Self::Everywhere => true,
            Self::Targets => relation != R::OutOfTarget,
            Self::BelowSuper => matches!(relation, R::InTarget | R::Administrator | R::Own),
            Self::Ordinary => relation == R::InTarget,
        }
    }
}

/// How far a right of a role goes; `None` where the role has not the right at all.
#[must_use]
pub fn reach(role: Role, permission: Permission) -> Option<Reach> {
    if role == Role::SuperAdmin {
        return Some(Reach::Everywhere);
    }
    among_people(role, permission).or_else(|| among_things(role, permission))
}

/// Whether something is done to users that changes them.
fn changes_users(permission: Permission) -> bool {
    use Permission as P;
    matches!(
        permission,
        P::UsersCreate
            | P::UsersProfileManage
            | P::UsersActivate
            | P::UsersDeactivate
            | P::UsersSuspend
            | P::UsersUnsuspend
            | P::UsersDelete
            | P::UsersUnlock
            | P::UsersClearSessions
            | P::UsersCredentialsManage
            | P::UsersCredentialsChange
            | P::UsersResetPassword
            | P::UsersExpirePassword
            | P::UsersResetFactors
    )
}

/// Rights to users and groups.
fn among_people(role: Role, permission: Permission) -> Option<Reach> {
    use Permission as P;
    use Reach::{BelowSuper, Everywhere, Ordinary, Targets};
    use Role as R;
    Some(match (permission, role) {
        (
            P::UsersRead | P::GroupsRead,
            R::OrgAdmin
            | R::AppAdmin
            | R::GroupMembershipAdmin
            | R::ReadOnlyAdmin
            | R::ApiAccessManagementAdmin
            | R::MobileAdmin,
        ) => Everywhere,
        (P::UsersRead | P::GroupsRead, R::UserAdmin | R::HelpDeskAdmin) => Targets,

        (_, R::OrgAdmin) if changes_users(permission) => BelowSuper,
        (_, R::UserAdmin) if changes_users(permission) => Ordinary,
        (
            P::UsersUnlock
            | P::UsersClearSessions
            | P::UsersResetPassword
            | P::UsersExpirePassword
            | P::UsersResetFactors,
            R::HelpDeskAdmin,
        ) => Ordinary,

        (P::SessionsRead | P::SessionsManage, R::OrgAdmin) => BelowSuper,

        // Only super administrators touch groups that make administrators (R4).
        (P::GroupsCreate | P::GroupsManage, R::OrgAdmin) => Ordinary,
        (P::GroupsMembersManage, R::OrgAdmin | R::UserAdmin | R::GroupMembershipAdmin) => Ordinary,
        _ => return None,
    })
}

/// Rights to what describes people, to apps and to the log.
fn among_things(role: Role, permission: Permission) -> Option<Reach> {
    use Permission as P;
    use Reach::{Everywhere, Targets};
    use Role as R;
    Some(match (permission, role) {
        (
            P::UserTypesRead | P::SchemasRead | P::LinkedObjectsRead,
            R::OrgAdmin
            | R::AppAdmin
            | R::UserAdmin
            | R::HelpDeskAdmin
            | R::GroupMembershipAdmin
            | R::ReadOnlyAdmin
            | R::ApiAccessManagementAdmin
            | R::MobileAdmin,
        ) => Everywhere,
        (P::UserTypesManage | P::SchemasManage | P::LinkedObjectsManage, R::OrgAdmin) => Everywhere,
        // The schema of the users of an app; all schemas, where the role has no targets.
        (P::SchemasManage, R::AppAdmin | R::ApiAccessManagementAdmin) => Targets,

        (P::OrgFactorsRead | P::YubikeysRead, R::OrgAdmin | R::ReadOnlyAdmin) => Everywhere,
        (P::OrgFactorsManage | P::YubikeysManage, R::OrgAdmin) => Everywhere,

        (P::AppsRead, R::OrgAdmin | R::ReadOnlyAdmin | R::MobileAdmin) => Everywhere,
        (P::AppsRead | P::AppsManage | P::AppsAssignmentManage, R::AppAdmin | R::ApiAccessManagementAdmin) => Targets,

        (
            P::LogsRead,
            R::OrgAdmin
            | R::AppAdmin
            | R::ReadOnlyAdmin
            | R::ReportAdmin
            | R::ApiAccessManagementAdmin
            | R::MobileAdmin,
        ) => Everywhere,

        (P::TemplatesRead, R::OrgAdmin | R::ReadOnlyAdmin) | (P::TemplatesManage, R::OrgAdmin) => Everywhere,

        _ => return None,
    })
}

/// What people may do to themselves, whatever their roles: look, change of their profile what its schema leaves to them,
/// change their password and question by the present password, and end their sessions (contract: users §6 to §8). Their own
/// API tokens are theirs to see and to revoke (contract: groups-apps-tokens §3).
#[must_use]
pub fn is_left_to_everybody(permission: Permission) -> bool {
    use Permission as P;
    matches!(
        permission,
        P::UsersRead
            | P::UsersProfileManage
            | P::UsersCredentialsChange
            | P::UsersClearSessions
            | P::ApiTokensRead
            | P::ApiTokensManage
    )
}
