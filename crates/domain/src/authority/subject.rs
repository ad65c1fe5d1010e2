//! What an operation is done to, and what that is to administrators.

use std::collections::BTreeSet;

use super::Role;
use crate::app::{App, SignOnMode};
use crate::id::{AppId, GroupId, UserId};

/// How high something stands among administrators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// It holds no role.
    #[default]
    Ordinary,
    /// It holds a role, directly or through a group; a group whose members hold one.
    Administrator,
    /// It holds the role of a super administrator; a group whose members hold it.
    SuperAdministrator,
}

impl Rank {
    /// The rank of somebody who holds these roles.
    #[must_use]
    pub fn of(roles: impl IntoIterator<Item = Role>) -> Self {
        let rank = |role| match role {
            Role::SuperAdmin => Self::SuperAdministrator,
            _ => Self::Administrator,
        };
        roles.into_iter().map(rank).max().unwrap_or_default()
    }
}

/// What a user is to administrators.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The groups that the user is in, `Everyone` included.
    pub groups: BTreeSet<GroupId>,
    /// How high the user stands.
    pub rank: Rank,
}

/// What an operation is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// The organization as a whole.
    Organization,
    /// One user. A standing that was not read is that of somebody out of reach: only those may act who may act on everybody.
    User(&'a UserId, Option<&'a Standing>),
    /// One group, and the rank that it gives its members.
    Group(&'a GroupId, Rank),
    /// One app.
    App(AppSubject<'a>),
}

/// An app as the subject of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppSubject<'a> {
    /// The app.
    pub id: &'a AppId,
    /// Its name in the catalog.
    pub name: &'a str,
    /// Whether its users sign in by OpenID Connect.
    pub speaks_openid: bool,
}

impl<'a> Subject<'a> {
    /// An app that exists.
    #[must_use]
    pub fn app(app: &'a App) -> Self {
        Self::App(AppSubject {
            id: &app.id,
            name: &app.name,
            speaks_openid: app.sign_on_mode == SignOnMode::OpenidConnect,
        })
    }
}
