//! Narrowing roles to targets (contract: roles-and-targets §5). Assignee, assignment, kind of role and target are looked at
//! in this order.

use denizen_domain::authority::Permission;
use denizen_domain::group::Group;
use denizen_domain::id::AppId;
use denizen_domain::ports::{AppSelection, TargetApp};
use denizen_domain::role::{AppTarget, CatalogEntry, MOST_TARGETS, RoleAssignment, RoleRefusal, Target, TargetKind};
use denizen_domain::time::Timestamp;

use super::{HolderKey, RoleChange};
use crate::call::{Call, Listing};
use crate::directory::{Directory, MOST_ROUNDS, must_at_large};
use crate::error::{Error, ResourceKind};
use crate::paging::limit_within;

const USUAL: usize = 20;
const MOST: usize = 200;

/// A target, as a path names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetKey {
    /// A group.
    Group(String),
    /// Every app of a kind.
    App(String),
    /// One app, by the name in the catalog and the id.
    Instance(String, String),
}

impl TargetKey {
    fn kind(&self) -> TargetKind {
        match self {
            Self::Group(_) => TargetKind::Groups,
            Self::App(_) | Self::Instance(..) => TargetKind::Apps,
        }
    }

    fn not_found(&self) -> Error {
        match self {
            Self::Group(id) => Error::not_found(ResourceKind::UserGroup, id),
            Self::App(name) => Error::not_found(ResourceKind::CatalogApp, name),
            Self::Instance(_, id) => Error::not_found(ResourceKind::App, id),
        }
    }
}

/// What happens to the targets of a role.
#[derive(Clone, Copy)]
enum Step<'a> {
    Add(&'a TargetKey),
    Remove(&'a TargetKey),
    AllApps,
}

impl Step<'_> {
    fn kind(self) -> TargetKind {
        match self {
            Self::Add(target) | Self::Remove(target) => target.kind(),
            Self::AllApps => TargetKind::Apps,
        }
    }
}

impl Directory {
    /// Adds a target to a role; the first narrows it.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Role`, `RolesInMotion`.
    pub async fn add_role_target(
        &self,
        call: &Call,
        key: &HolderKey,
        id: &str,
        target: &TargetKey,
    ) -> Result<(), Error> {
        self.change_targets(call, key, id, Step::Add(target)).await
    }

    /// Takes a target from a role. The last one stays (R7).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Role`, `RolesInMotion`.
    pub async fn remove_role_target(
        &self,
        call: &Call,
        key: &HolderKey,
        id: &str,
        target: &TargetKey,
    ) -> Result<(), Error> {
        self.change_targets(call, key, id, Step::Remove(target)).await
    }

    /// Lets a role reach every app again (`assignAllAppsAsTargetToRoleForUser`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Role`, `RolesInMotion`.
    pub async fn add_all_apps_as_targets(&self, call: &Call, key: &HolderKey, id: &str) -> Result<(), Error> {
        self.change_targets(call, key, id, Step::AllApps).await
    }

    async fn change_targets(&self, call: &Call, key: &HolderKey, id: &str, step: Step<'_>) -> Result<(), Error> {
        must_at_large(call, Permission::RolesManage)?;
        for _ in 0..MOST_ROUNDS {
            let holder = self.holder(call, key).await?;
            let assignment = self.find_own_role(&holder, id).await?;
            assignment.check_kind(step.kind())?;
            let at = self.now();
            let changed = self.retargeted(&assignment, step, at).await?;
            if changed == assignment {
                return Ok(());
            }
            let change = RoleChange::Update(assignment, changed);
            let changes = self.role_changes(call, &holder, change, at).await?;
            if self.committed(changes).await? {
                return Ok(());
            }
        }
        Err(Error::RolesInMotion)
    }

    async fn retargeted(&self, role: &RoleAssignment, step: Step<'_>, at: Timestamp) -> Result<RoleAssignment, Error> {
        match step {
            Step::Add(target) => Ok(role.with_target(&self.find_target(target).await?, at)?),
            Step::Remove(target) => match role.without_target(&self.find_target(target).await?, at) {
                Err(RoleRefusal::NotATarget) => Err(target.not_found()),
                other => Ok(other?),
            },
            Step::AllApps => Ok(role.with_all_apps(at)?),
        }
    }

    async fn find_target(&self, key: &TargetKey) -> Result<Target, Error> {
        let target = match key {
            TargetKey::Group(id) => Target::Group(self.find_group(id).await?.id),
            TargetKey::App(name) => {
                if CatalogEntry::named(name).is_none() && !self.is_kind_of_app(name).await? {
                    return Err(key.not_found());
                }
                Target::App(AppTarget::Catalog(name.clone()))
            }
            TargetKey::Instance(name, id) => {
                let app = match AppId::parse(id) {
                    Some(id) => self.ports.store.app(&id).await?,
                    None => None,
                };
                let app = app.filter(|app| app.name == *name).ok_or_else(|| key.not_found())?;
                Target::App(AppTarget::Instance {
                    name: app.name,
                    id: app.id,
                })
            }
        };
        Ok(target)
    }

    /// Whether there is an app of a kind.
    async fn is_kind_of_app(&self, name: &str) -> Result<bool, Error> {
        let of_kind = AppSelection {
            name: Some(name.to_owned()),
            limit: 1,
            ..AppSelection::default()
        };
        Ok(!self.ports.store.list_apps(&of_kind).await?.items.is_empty())
    }

    /// Reads the groups that a role is narrowed to.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Role`, `Validation`, `InvalidCursor`.
    pub async fn list_target_groups(
        &self,
        call: &Call,
        key: &HolderKey,
        id: &str,
        after: Option<&str>,
        limit: Option<i64>,
    ) -> Result<Listing<Group>, Error> {
        let assignment = self.narrowable_role(call, key, id, TargetKind::Groups).await?;
        let limit = limit_within(limit, USUAL, MOST)?;
        let list = target_list("groups", &assignment);
        let after = self.opened(after, &list, call)?;
        let store = &self.ports.store;
        let page = store
            .target_groups(&assignment.assignee, &assignment.id, after.as_ref(), limit)
            .await?;
        Ok(self.listing(page, limit, &list, call))
    }

    /// Reads the apps that a role is narrowed to.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Role`, `Validation`, `InvalidCursor`.
    pub async fn list_target_apps(
        &self,
        call: &Call,
        key: &HolderKey,
        id: &str,
        after: Option<&str>,
        limit: Option<i64>,
    ) -> Result<Listing<TargetApp>, Error> {
        let assignment = self.narrowable_role(call, key, id, TargetKind::Apps).await?;
        let limit = limit_within(limit, USUAL, MOST)?;
        let list = target_list("apps", &assignment);
        let after = self.opened(after, &list, call)?;
        let store = &self.ports.store;
        let page = store
            .target_apps(&assignment.assignee, &assignment.id, after.as_ref(), limit)
            .await?;
        Ok(self.listing(page, limit, &list, call))
    }

    /// A role that a path names, of a kind that can be narrowed so.
    async fn narrowable_role(
        &self,
        call: &Call,
        key: &HolderKey,
        id: &str,
        kind: TargetKind,
    ) -> Result<RoleAssignment, Error> {
        must_at_large(call, Permission::RolesRead)?;
        let holder = self.holder(call, key).await?;
        let assignment = self.find_role(&holder, id).await?;
        assignment.check_kind(kind)?;
        Ok(assignment)
    }

    /// Every group that a role is narrowed to, for `expand`.
    ///
    /// # Errors
    /// `Forbidden`; as the store says.
    pub async fn expand_target_groups(&self, call: &Call, role: &RoleAssignment) -> Result<Vec<Group>, Error> {
        must_at_large(call, Permission::RolesRead)?;
        let store = &self.ports.store;
        let page = store
            .target_groups(&role.assignee, &role.id, None, MOST_TARGETS)
            .await?;
        Ok(page.items)
    }

    /// Every app that a role is narrowed to, for `expand`.
    ///
    /// # Errors
    /// `Forbidden`; as the store says.
    pub async fn expand_target_apps(&self, call: &Call, role: &RoleAssignment) -> Result<Vec<TargetApp>, Error> {
        must_at_large(call, Permission::RolesRead)?;
        let store = &self.ports.store;
        let page = store.target_apps(&role.assignee, &role.id, None, MOST_TARGETS).await?;
        Ok(page.items)
    }
}

fn target_list(kind: &str, assignment: &RoleAssignment) -> String {
    format!("targets {kind} {} {}", assignment.assignee.id(), assignment.id.as_str())
}
