//! Administrator roles that are assigned to users, groups and clients, and how far they reach (contract: roles-and-targets).
//!
//! What a role lets its holder do is decided in [`crate::authority`]; here it is only given, narrowed and taken away.

mod assignment;
mod catalog;
mod kind;
mod scope;
#[cfg(test)]
mod tests;

pub use self::assignment::{Assignee, AssignmentId, RoleAssignment, check_group, check_unassigned, check_user};
pub use self::catalog::CatalogEntry;
pub use self::kind::TargetKind;
pub use self::scope::{AppTarget, MOST_TARGETS, Scope, Target};

/// Why a role is not assigned, narrowed or taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoleRefusal {
    /// The role has been assigned already.
    #[error("the role is assigned already")]
    AlreadyAssigned,
    /// The same, for a role that the original binds to a set of resources.
    #[error("the role is bound already")]
    AlreadyBound,
    /// Nobody who is deactivated gets a role.
    #[error("the user is deactivated")]
    UserDeactivated,
    /// Groups that come with the directory carry no roles.
    #[error("the group comes with the directory")]
    BuiltInGroup,
    /// Groups that an app fills carry no roles.
    #[error("the group is filled by an app")]
    ForeignGroup,
    /// The group has more members than may get a role at once.
    #[error("the group is too large")]
    GroupTooLarge,
    /// The role does not admit targets of this kind.
    #[error("the role does not admit targets of this kind")]
    WrongRole,
    /// The target is none of the role's.
    #[error("not a target of the role")]
    NotATarget,
    /// Without its last target, the role would reach everything (R7).
    #[error("the last target cannot be removed")]
    LastTarget,
    /// The app as a whole is a target already.
    #[error("the app is a target as a whole")]
    AppIsTarget,
    /// The role has as many targets as it may have.
    #[error("too many targets")]
    TooManyTargets,
}
