//! A role in somebody's hands, with the rules of giving it and of narrowing it.

use std::fmt;

use super::kind::base32;
use super::scope::{Scope, Target};
use super::{RoleRefusal, TargetKind};
use crate::authority::{Grant, Role, Targets};
use crate::group::{Group, GroupKind};
use crate::id::{AppId, GroupId, UserId, suffix};
use crate::time::Timestamp;
use crate::user::{Status, User};

/// Members that a group may have that gets a role (contract: errors.tsv, `E0000193`).
const MOST_MEMBERS: usize = 5000;

/// Who holds a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assignee {
    /// A user.
    User(UserId),
    /// A group: every member has the role.
    Group(GroupId),
    /// An app that acts for itself.
    Client(AppId),
}

impl Assignee {
    /// The kind's name on the wire.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "USER",
            Self::Group(_) => "GROUP",
            Self::Client(_) => "CLIENT",
        }
    }

    /// The assignee's id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::User(id) => id.as_str(),
            Self::Group(id) => id.as_str(),
            Self::Client(id) => id.as_str(),
        }
    }
}

/// Names an assignment among those of its assignee. For roles that can be narrowed it is the role's name in base32, the same
/// for every assignee; for others it is drawn (contract: roles-and-targets §2).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssignmentId(String);

impl AssignmentId {
    /// The id of an assignment that is made at `at`; `entropy` is random.
    #[must_use]
    pub fn new(role: Role, assignee: &Assignee, at: Timestamp, entropy: u64) -> Self {
        if role.target_kind().is_some() {
            return Self(base32(role.as_str()));
        }
        let prefix = match (role.resource_set(), assignee) {
            (Some(_), _) => "irb",
            (None, Assignee::Group(_)) => "gra",
            (None, Assignee::User(_) | Assignee::Client(_)) => "ra1",
        };
        Self(format!("{prefix}{}", suffix(at, entropy)))
    }

    /// An id as it was stored or sent. Which assignment it names, and whether any, only the assignee's list can tell.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AssignmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A role in somebody's hands, as read at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleAssignment {
    /// The id, unique among the assignee's.
    pub id: AssignmentId,
    /// Grows by one with each change.
    pub version: i64,
    /// Who holds the role.
    pub assignee: Assignee,
    /// The role.
    pub role: Role,
    /// How far it reaches.
    pub scope: Scope,
    /// The holder gets no mails for administrators (contract: roles-and-targets §3.2, `disableNotifications`).
    pub third_party: bool,
    /// When it was assigned.
    pub created: Timestamp,
    /// When it was last changed.
    pub last_updated: Timestamp,
}

impl RoleAssignment {
    /// A role, newly assigned. It reaches everything.
    #[must_use]
    pub fn assign(assignee: Assignee, role: Role, third_party: bool, entropy: u64, at: Timestamp) -> Self {
        let id = AssignmentId::new(role, &assignee, at, entropy);
        let at = at.whole_seconds();
        Self {
            id,
            version: 1,
            assignee,
            role,
            scope: Scope::All,
            third_party,
            created: at,
            last_updated: at,
        }
    }

    /// What the assignment lets its holder do.
    #[must_use]
    pub fn grant(&self) -> Grant {
        Grant {
            role: self.role,
            targets: Targets::from(&self.scope),
        }
    }

    /// The assignment with one more target; the first narrows it. Unchanged when it has that target.
    ///
    /// # Errors
    /// `WrongRole`, `AppIsTarget`, `TooManyTargets`.
    pub fn with_target(&self, target: &Target, at: Timestamp) -> Result<Self, RoleRefusal> {
        self.check_kind(target.kind())?;
        if self.scope.contains(target) {
            return Ok(self.clone());
        }
        Ok(self.reaching(self.scope.with(target)?, at))
    }

    /// The assignment without a target.
    ///
    /// # Errors
    /// `WrongRole`, `NotATarget`, `LastTarget`.
    pub fn without_target(&self, target: &Target, at: Timestamp) -> Result<Self, RoleRefusal> {
        self.check_kind(target.kind())?;
        Ok(self.reaching(self.scope.without(target)?, at))
    }

    /// The assignment reaching every app again.
    ///
    /// # Errors
    /// `WrongRole`.
    pub fn with_all_apps(&self, at: Timestamp) -> Result<Self, RoleRefusal> {
        self.check_kind(TargetKind::Apps)?;
        if self.scope == Scope::All {
            return Ok(self.clone());
        }
        Ok(self.reaching(Scope::All, at))
    }

    /// The assignment with or without mails for administrators.
    #[must_use]
    pub fn notifying(&self, third_party: bool, at: Timestamp) -> Self {
        if self.third_party == third_party {
            return self.clone();
        }
        Self {
            third_party,
            last_updated: at.whole_seconds(),
            ..self.clone()
        }
    }

    /// Whether the role admits targets of a kind.
    ///
    /// # Errors
    /// `WrongRole`.
    pub fn check_kind(&self, kind: TargetKind) -> Result<(), RoleRefusal> {
        if self.role.target_kind() == Some(kind) {
            Ok(())
        } else {
            Err(RoleRefusal::WrongRole)
        }
    }

    fn reaching(&self, scope: Scope, at: Timestamp) -> Self {
        Self {
            scope,
            last_updated: at.whole_seconds(),
            ..self.clone()
        }
    }
}

/// Whether a user may get roles. What a group gives does not stand in the way (contract: roles-and-targets §3.2).
///
/// # Errors
/// `UserDeactivated`.
pub fn check_user(user: &User) -> Result<(), RoleRefusal> {
    if user.status == Status::Deprovisioned {
        Err(RoleRefusal::UserDeactivated)
    } else {
        Ok(())
    }
}

/// Whether a group may get roles.
///
/// # Errors
/// `BuiltInGroup`, `ForeignGroup`, `GroupTooLarge`.
pub fn check_group(group: &Group, members: usize) -> Result<(), RoleRefusal> {
    match group.kind {
        GroupKind::BuiltIn => Err(RoleRefusal::BuiltInGroup),
        GroupKind::AppGroup => Err(RoleRefusal::ForeignGroup),
        GroupKind::OktaGroup if members > MOST_MEMBERS => Err(RoleRefusal::GroupTooLarge),
        GroupKind::OktaGroup => Ok(()),
    }
}

/// Whether a role can be assigned beside those that the assignee holds directly.
///
/// # Errors
/// `AlreadyAssigned`, `AlreadyBound`.
pub fn check_unassigned(role: Role, held: &[RoleAssignment]) -> Result<(), RoleRefusal> {
    if held.iter().all(|assignment| assignment.role != role) {
        Ok(())
    } else if role.resource_set().is_some() {
        Err(RoleRefusal::AlreadyBound)
    } else {
        Err(RoleRefusal::AlreadyAssigned)
    }
}
