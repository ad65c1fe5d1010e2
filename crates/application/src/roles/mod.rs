//! Administrator roles of users, groups and clients, and their targets (contract: roles-and-targets).

mod assign;
mod list;
mod targets;

use denizen_domain::app::App;
use denizen_domain::event::{Entity, EventType, LogEvent};
use denizen_domain::group::Group;
use denizen_domain::ports::{Changes, RoleWrite, Write};
use denizen_domain::role::{Assignee, AssignmentId, RoleAssignment, Scope};
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;

pub use self::assign::AssignRole;
pub use self::list::RoleTarget;
pub use self::targets::TargetKey;
use crate::account::Doer;
use crate::apps::app_entity;
use crate::call::Call;
use crate::directory::Directory;
use crate::error::{Error, ResourceKind};
use crate::groups::group_entity;

/// Whose roles a request is about, as its path names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HolderKey {
    /// A user.
    User(String),
    /// A group.
    Group(String),
    /// An app that acts for itself, by the name that it goes by as a client.
    Client(String),
}

/// Who holds roles.
enum Holder {
    User(Box<User>),
    Group(Box<Group>),
    Client(Box<App>),
}

impl Holder {
    fn assignee(&self) -> Assignee {
        match self {
            Self::User(user) => Assignee::User(user.id.clone()),
            Self::Group(group) => Assignee::Group(group.id.clone()),
            Self::Client(app) => Assignee::Client(app.id.clone()),
        }
    }

    fn entity(&self) -> Entity {
        match self {
            Self::User(user) => Entity::user(user),
            Self::Group(group) => group_entity(group),
            Self::Client(app) => app_entity(app),
        }
    }
}

/// What is about to happen to the roles of a holder.
enum RoleChange {
    Assign(RoleAssignment),
    Update(RoleAssignment, RoleAssignment),
    Unassign(RoleAssignment),
}

impl Directory {
    async fn holder(&self, call: &Call, key: &HolderKey) -> Result<Holder, Error> {
        match key {
            HolderKey::User(key) => Ok(Holder::User(Box::new(self.see_user(call, key).await?.into_user()))),
            HolderKey::Group(id) => Ok(Holder::Group(Box::new(self.see_group(call, id).await?))),
            HolderKey::Client(id) => {
                let app = self.ports.store.client(id).await?;
                let app = app.ok_or_else(|| Error::not_found(ResourceKind::Client, id))?;
                Ok(Holder::Client(Box::new(app)))
            }
        }
    }

    /// The roles that a holder has; for users those of groups come last.
    async fn roles_of(&self, holder: &Holder) -> Result<Vec<RoleAssignment>, Error> {
        let store = &self.ports.store;
        let mut held = store.role_assignments(&holder.assignee()).await?;
        if let Holder::User(user) = holder {
            held.extend(store.inherited_assignments(&user.id).await?);
        }
        Ok(held)
    }

    /// The assignment that a path names. Ids repeat between holders, so that of the holder comes before those of groups.
    async fn find_role(&self, holder: &Holder, id: &str) -> Result<RoleAssignment, Error> {
        named(self.roles_of(holder).await?, id)
    }

    /// The same among the holder's own: what a group gives is changed at the group.
    async fn find_own_role(&self, holder: &Holder, id: &str) -> Result<RoleAssignment, Error> {
        named(self.ports.store.role_assignments(&holder.assignee()).await?, id)
    }

    /// A change of roles with what the log tells of it: what the holder may do from then on, by assignments of their own and
    /// through groups (contract: event-types.tsv).
    async fn role_changes(
        &self,
        call: &Call,
        holder: &Holder,
        change: RoleChange,
        at: Timestamp,
    ) -> Result<Changes, Error> {
        let mut held = self.roles_of(holder).await?;
        let own = holder.assignee();
        let is = |assignment: &RoleAssignment, other: &RoleAssignment| {
            assignment.assignee == own && assignment.role == other.role
        };
        let write = match change {
            RoleChange::Assign(assignment) => {
                held.push(assignment.clone());
                RoleWrite::Assign(Box::new(assignment))
            }
            RoleChange::Update(from, to) => {
                held.retain(|assignment| !is(assignment, &from));
                held.push(to.clone());
                RoleWrite::Update {
                    from: Box::new(from),
                    to: Box::new(to),
                }
            }
            RoleChange::Unassign(assignment) => {
                held.retain(|other| !is(other, &assignment));
                RoleWrite::Unassign(Box::new(assignment))
            }
        };
        Ok(Changes {
            writes: vec![Write::Role(write)],
            events: vec![self.privilege_event(&Doer::caller(call), holder, &held, at)],
            messages: Vec::new(),
        })
    }

    fn privilege_event(&self, doer: &Doer, holder: &Holder, held: &[RoleAssignment], at: Timestamp) -> LogEvent {
        let kind = match (holder, held.is_empty()) {
            (Holder::User(_), false) => EventType::PrivilegeGrant,
            (Holder::User(_), true) => EventType::PrivilegeRevoke,
            (Holder::Group(_), false) => EventType::GroupPrivilegeGrant,
            (Holder::Group(_), true) => EventType::GroupPrivilegeRevoke,
            (Holder::Client(_), false) => EventType::OAuthPrivilegeGrant,
            (Holder::Client(_), true) => EventType::OAuthPrivilegeRevoke,
        };
        let mut event = self.event(doer, kind, vec![holder.entity()], at);
        if !held.is_empty() {
            event.debug.insert("privilegeGranted".to_owned(), privileges(held));
        }
        event
    }
}

fn named(held: Vec<RoleAssignment>, id: &str) -> Result<RoleAssignment, Error> {
    let wanted = AssignmentId::of(id);
    let found = held.into_iter().find(|assignment| assignment.id == wanted);
    found.ok_or_else(|| Error::not_found(ResourceKind::RoleAssignment, id))
}

/// Roles and how far they reach, for people.
fn privileges(held: &[RoleAssignment]) -> String {
    let told = |assignment: &RoleAssignment| {
        let reach = match &assignment.scope {
            Scope::All => "all".to_owned(),
            Scope::Groups(groups) => format!("{} groups", groups.len()),
            Scope::Apps(apps) => format!("{} apps", apps.len()),
        };
        format!("{} ({reach})", assignment.role.label())
    };
    let mut told: Vec<String> = held.iter().map(told).collect();
    told.sort_unstable();
    told.dedup();
    told.join(", ")
}
