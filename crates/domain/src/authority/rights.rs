//! What a caller may do: their grants against the table of rights, narrowed by the scopes of an access token.

use std::collections::BTreeSet;

use super::matrix::{Reach, Relation, is_left_to_everybody, reach};
use super::subject::AppSubject;
use super::{Caller, Credential, Forbidden, Grant, Permission, Rank, Role, Subject, Targets};
use crate::app::{App, SignOnMode};
use crate::id::{AppId, GroupId, UserId};

/// The users or groups that a right goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupCoverage {
    /// None.
    Nothing,
    /// All.
    Everything,
    /// These groups and their members.
    Groups(BTreeSet<GroupId>),
}

/// How much a right goes to, of users and groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breadth {
    /// To none.
    Nothing,
    /// To some groups and their members, which may be none.
    Part,
    /// To all.
    Everything,
}

/// The apps that a right goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppCoverage {
    /// All.
    Everything,
    /// Those that are named in one way or the other.
    Some(SomeApps),
}

/// Some apps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SomeApps {
    /// All with one of these names in the catalog.
    pub names: BTreeSet<String>,
    /// These.
    pub instances: BTreeSet<AppId>,
    /// All whose users sign in by OpenID Connect.
    pub speaking_openid: bool,
}

impl SomeApps {
    /// Whether an app is one of them.
    #[must_use]
    pub fn holds(&self, app: &App) -> bool {
        self.names.contains(&app.name)
            || self.instances.contains(&app.id)
            || self.speaking_openid && app.sign_on_mode == SignOnMode::OpenidConnect
    }
}

impl Caller {
    /// Whether the caller may do something to somebody or something.
    #[must_use]
    pub fn may(&self, permission: Permission, subject: Subject<'_>) -> bool {
        self.may_by_role(permission, subject)
            || self.is_left_to_oneself(permission, subject) && self.scopes_cover(permission, true)
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

    /// Whether one of the caller's roles lets them do it.
    #[must_use]
    pub fn may_by_role(&self, permission: Permission, subject: Subject<'_>) -> bool {
        let own = matches!(subject, Subject::User(id, _) if self.is(id));
        self.scopes_cover(permission, own) && self.reaches(permission, subject)
    }

    /// Whether the caller sees somebody or something, to look at or to do something to. Scopes do not come into it: they narrow
    /// what is done, and a token for groups may let users into them without one for users.
    #[must_use]
    pub fn sees(&self, permission: Permission, subject: Subject<'_>) -> bool {
        self.reaches(permission, subject) || self.is_left_to_oneself(permission, subject)
    }

    fn reaches(&self, permission: Permission, subject: Subject<'_>) -> bool {
        self.grants.iter().any(|grant| {
            let reach = reach(grant.role, permission);
            reach.is_some_and(|reach| reach.includes(self.relation(grant, subject)))
        })
    }

    /// Whether it is what everybody may do to themselves. An API token is made for administration: once its owner has no role
    /// left, it is good for nothing.
    fn is_left_to_oneself(&self, permission: Permission, subject: Subject<'_>) -> bool {
        let Subject::User(id, _) = subject else {
            return false;
        };
        let is_idle_token = matches!(self.credential, Credential::ApiToken(_)) && self.grants.is_empty();
        self.is(id) && is_left_to_everybody(permission) && !is_idle_token
    }

    /// Whether nobody stands above the caller, and nothing narrows them: then nothing need be known of a subject.
    #[must_use]
    pub fn is_super_administrator(&self) -> bool {
        self.holds(Role::SuperAdmin)
    }

    /// Whether the caller is this user.
    #[must_use]
    pub fn is(&self, id: &UserId) -> bool {
        self.user_id() == Some(id)
    }

    /// Whether what the credential was issued for covers a permission, about others or about the caller themself.
    #[must_use]
    pub fn scopes_cover(&self, permission: Permission, own: bool) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| {
            if own {
                scopes.cover_for_oneself(permission)
            } else {
                scopes.cover(permission)
            }
        })
    }

    /// What a subject is to the holder of a grant.
    fn relation(&self, grant: &Grant, subject: Subject<'_>) -> Relation {
        let (in_target, rank) = match subject {
            Subject::Organization => (grant.is_unscoped(), Rank::Ordinary),
            Subject::User(id, _) if self.is(id) => return Relation::Own,
            Subject::User(_, None) => (grant.targets == Targets::All, Rank::SuperAdministrator),
            Subject::User(_, Some(standing)) => {
                let in_target = match &grant.targets {
                    Targets::All => true,
                    Targets::Groups(groups) => !groups.is_disjoint(&standing.groups),
                    Targets::Apps { .. } => false,
                };
                (in_target, standing.rank)
            }
            Subject::Group(id, rank) => {
                let in_target = match &grant.targets {
                    Targets::All => true,
                    Targets::Groups(groups) => groups.contains(id),
                    Targets::Apps { .. } => false,
                };
                (in_target, rank)
            }
            Subject::App(app) => (grant.covers_app(app), Rank::Ordinary),
        };
        match rank {
            _ if !in_target => Relation::OutOfTarget,
            Rank::Ordinary => Relation::InTarget,
            Rank::Administrator => Relation::Administrator,
            Rank::SuperAdministrator => Relation::SuperAdministrator,
        }
    }

    /// How much a right goes to, of users and groups: the answer of [`Caller::covered_groups`] without its groups.
    #[must_use]
    pub fn breadth(&self, permission: Permission) -> Breadth {
        let mut found = Breadth::Nothing;
        for grant in self.grants.iter() {
            match (reach(grant.role, permission), &grant.targets) {
                (None, _) => {}
                (Some(Reach::Everywhere), _) | (Some(_), Targets::All) => return Breadth::Everything,
                (Some(_), Targets::Groups(_)) => found = Breadth::Part,
                (Some(_), Targets::Apps { .. }) => {}
            }
        }
        found
    }

    /// The groups, or the users as members of groups, that a right to read goes to: what lists show.
    #[must_use]
    pub fn covered_groups(&self, permission: Permission) -> GroupCoverage {
        let mut some: Option<BTreeSet<GroupId>> = None;
        for grant in self.grants.iter() {
            match (reach(grant.role, permission), &grant.targets) {
                (None, _) => {}
                (Some(Reach::Everywhere), _) | (Some(_), Targets::All) => return GroupCoverage::Everything,
                (Some(_), Targets::Groups(groups)) => some.get_or_insert_default().extend(groups.iter().cloned()),
                (Some(_), Targets::Apps { .. }) => {}
            }
        }
        some.map_or(GroupCoverage::Nothing, GroupCoverage::Groups)
    }

    /// The apps that a right to read goes to: what lists show. `None` when the caller has not the right at all.
    #[must_use]
    pub fn covered_apps(&self, permission: Permission) -> Option<AppCoverage> {
        let mut some: Option<SomeApps> = None;
        for grant in self.grants.iter() {
            match (reach(grant.role, permission), &grant.targets) {
                (None, _) => {}
                (Some(Reach::Everywhere), _) => return Some(AppCoverage::Everything),
                (Some(_), Targets::All) if grant.role == Role::ApiAccessManagementAdmin => {
                    some.get_or_insert_default().speaking_openid = true;
                }
                (Some(_), Targets::All) => return Some(AppCoverage::Everything),
                (Some(_), Targets::Apps { names, instances }) => {
                    let some = some.get_or_insert_default();
                    some.names.extend(names.iter().cloned());
                    some.instances.extend(instances.iter().cloned());
                }
                (Some(_), Targets::Groups(_)) => {}
            }
        }
        some.map(AppCoverage::Some)
    }
}

impl Grant {
    /// Whether the role goes to the whole organization. That of API access management goes to apps of one kind only.
    fn is_unscoped(&self) -> bool {
        self.targets == Targets::All && self.role != Role::ApiAccessManagementAdmin
    }

    fn covers_app(&self, app: AppSubject<'_>) -> bool {
        match &self.targets {
            Targets::All => self.role != Role::ApiAccessManagementAdmin || app.speaks_openid,
            Targets::Apps { names, instances } => names.contains(app.name) || instances.contains(app.id),
            Targets::Groups(_) => false,
        }
    }
}
