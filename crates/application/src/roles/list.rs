//! Reading roles, who holds any, and what those of a user reach (contract: roles-and-targets §3, §6, §7).

use denizen_domain::authority::{Permission, Role};
use denizen_domain::id::UserId;
use denizen_domain::ports::{Page, Position};
use denizen_domain::role::{RoleAssignment, Target};
use denizen_domain::validation::Validation;

use super::HolderKey;
use crate::call::{Call, Listing};
use crate::directory::{Directory, must_at_large};
use crate::error::{Error, ResourceKind};
use crate::paging::limit_within;

const USUAL_TARGETS: usize = 20;
const USUAL_ASSIGNEES: usize = 100;
const MOST: usize = 200;

/// A target of a role of a user, and whether a group gives the role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleTarget {
    /// The target.
    pub target: Target,
    /// How the user holds the role: `USER` or `GROUP`.
    pub assignment_type: &'static str,
}

impl Directory {
    /// Reads the roles of a user, those of the user's groups included, or of a group (`listAssignedRolesForUser`,
    /// `listGroupAssignedRoles`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn list_roles(&self, call: &Call, key: &HolderKey) -> Result<Vec<RoleAssignment>, Error> {
        must_at_large(call, Permission::RolesRead)?;
        let holder = self.holder(call, key).await?;
        self.roles_of(&holder).await
    }

    /// Reads a role of a user or a group (`getUserAssignedRole`, `getGroupAssignedRole`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn get_role(&self, call: &Call, key: &HolderKey, id: &str) -> Result<RoleAssignment, Error> {
        must_at_large(call, Permission::RolesRead)?;
        let holder = self.holder(call, key).await?;
        self.find_role(&holder, id).await
    }

    /// Reads what a role of a user reaches, by assignments of either type (`getRoleTargetsByUserIdAndRoleId`). The role is
    /// named by its type or by the id of an assignment.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Validation`, `InvalidCursor`.
    pub async fn list_role_targets(
        &self,
        call: &Call,
        user: &str,
        role: &str,
        assignment_type: Option<&str>,
        after: Option<&str>,
        limit: Option<i64>,
    ) -> Result<Listing<RoleTarget>, Error> {
        must_at_large(call, Permission::RolesRead)?;
        let holder = self.holder(call, &HolderKey::User(user.to_owned())).await?;
        let is_meant = |held: &RoleAssignment| held.id.as_str() == role || Role::parse(role) == Some(held.role);
        let mut held = self.roles_of(&holder).await?;
        held.retain(is_meant);
        if held.is_empty() {
            return Err(Error::not_found(ResourceKind::RoleAssignment, role));
        }
        if assignment_type.is_some_and(|wanted| !matches!(wanted, "USER" | "GROUP")) {
            let text = "The assignment type must be USER or GROUP";
            return Err(Validation::field("assignmentType", text).into());
        }
        let limit = limit_within(limit, USUAL_TARGETS, MOST)?;
        let of_type = |held: &&RoleAssignment| assignment_type.is_none_or(|wanted| held.assignee.kind() == wanted);
        let mut targets = Vec::new();
        for held in held.iter().filter(of_type) {
            let assignment_type = held.assignee.kind();
            for target in held.scope.targets() {
                let target = RoleTarget {
                    target,
                    assignment_type,
                };
                if !targets.contains(&target) {
                    targets.push(target);
                }
            }
        }
        let list = format!("role targets {} {role} {assignment_type:?}", holder.assignee().id());
        let after = self.opened(after, &list, call)?;
        Ok(self.listing(cut(targets, after.as_ref(), limit)?, limit, &list, call))
    }

    /// Reads who holds any role (`listUsersWithRoleAssignments`).
    ///
    /// # Errors
    /// `Forbidden`, `Validation`, `InvalidCursor`.
    pub async fn list_assignees(
        &self,
        call: &Call,
        after: Option<&str>,
        limit: Option<i64>,
    ) -> Result<Listing<UserId>, Error> {
        must_at_large(call, Permission::RolesRead)?;
        let limit = limit_within(limit, USUAL_ASSIGNEES, MOST)?;
        let after = self.opened(after, "assignees", call)?;
        let page = self.ports.store.administrators(after.as_ref(), limit).await?;
        Ok(self.listing(page, limit, "assignees", call))
    }

    /// The organization's id, as names of resources hold it.
    #[must_use]
    pub fn organization_id(&self) -> &str {
        self.organization.id.as_str()
    }
}

/// A page of a list that was read whole. A position counts what was shown.
fn cut(targets: Vec<RoleTarget>, after: Option<&Position>, limit: usize) -> Result<Page<RoleTarget>, Error> {
    let shown = match after {
        None => 0,
        Some(Position(text)) => text.parse().map_err(|_| Error::InvalidCursor { search: false })?,
    };
    let total = targets.len();
    let items: Vec<RoleTarget> = targets.into_iter().skip(shown).take(limit).collect();
    let end = shown + items.len();
    let next = (end < total).then(|| Position(end.to_string()));
    Ok(Page { items, next })
}
