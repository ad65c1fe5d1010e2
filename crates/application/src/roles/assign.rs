//! Assigning roles and taking them away (contract: roles-and-targets §3).

use denizen_domain::authority::{Permission, Role};
use denizen_domain::role::{RoleAssignment, check_group, check_unassigned, check_user};
use denizen_domain::time::Timestamp;
use denizen_domain::validation::{Validation, Violations};

use super::{Holder, HolderKey, RoleChange};
use crate::call::Call;
use crate::directory::{Directory, MOST_ROUNDS, must_at_large};
use crate::error::{Error, ResourceKind};
use crate::super_administrators::Loss;

const BLANK: &str = "The field cannot be left blank";

/// A request to assign a role.
#[derive(Clone, Debug, Default)]
pub struct AssignRole {
    /// The role's type.
    pub role_type: Option<String>,
    /// The id of a role that an administrator made up.
    pub custom_role: Option<String>,
    /// The set of resources that such a role is for.
    pub resource_set: Option<String>,
    /// Whether the holder gets no mails for administrators; nothing where the request does not say.
    pub third_party: Option<bool>,
}

impl AssignRole {
    /// The standard role that is meant.
    fn role(&self) -> Result<Role, Error> {
        match self.role_type.as_deref() {
            None | Some("") => Err(Validation::field("type", BLANK).into()),
            Some("CUSTOM") => Err(self.refuse_custom()?),
            Some(name) => Role::parse(name).ok_or_else(|| Validation::field("type", "The role type is unknown").into()),
        }
    }

    /// No role has been made up yet, so none is found.
    fn refuse_custom(&self) -> Result<Error, Validation> {
        let mut violations = Violations::default();
        let given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        if !given(&self.custom_role) {
            violations.add("role", BLANK);
        }
        if !given(&self.resource_set) {
            violations.add("resource-set", BLANK);
        }
        violations.into_result()?;
        let id = self.custom_role.as_deref().unwrap_or_default();
        Ok(Error::not_found(ResourceKind::CustomRole, id))
    }
}

impl Directory {
    /// Assigns a role (`assignRoleToUser`, `assignRoleToGroup`, `assignRoleToClient`). A role that is held already is only changed where the request
    /// says whether its holder gets mails.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Validation`, `Role`, `RolesInMotion`.
    pub async fn assign_role(
        &self,
        call: &Call,
        key: &HolderKey,
        request: &AssignRole,
    ) -> Result<RoleAssignment, Error> {
        must_at_large(call, Permission::RolesManage)?;
        for _ in 0..MOST_ROUNDS {
            let holder = self.holder(call, key).await?;
            let role = request.role()?;
            self.check_holder(&holder).await?;
            let at = self.now();
            let held = self.ports.store.role_assignments(&holder.assignee()).await?;
            let present = held.iter().find(|assignment| assignment.role == role);
            let (change, answer) = match (present, request.third_party) {
                (Some(present), Some(third_party)) => {
                    let to = present.notifying(third_party, at);
                    if to == *present {
                        return Ok(to);
                    }
                    (RoleChange::Update(present.clone(), to.clone()), to)
                }
                _ => {
                    check_unassigned(role, &held)?;
                    let new = self.new_assignment(&holder, role, request, at);
                    (RoleChange::Assign(new.clone()), new)
                }
            };
            let changes = self.role_changes(call, &holder, change, at).await?;
            if self.committed(changes).await? {
                return Ok(answer);
            }
        }
        Err(Error::RolesInMotion)
    }

    fn new_assignment(&self, holder: &Holder, role: Role, request: &AssignRole, at: Timestamp) -> RoleAssignment {
        let third_party = request.third_party.unwrap_or(false);
        RoleAssignment::assign(holder.assignee(), role, third_party, self.random(), at)
    }

    async fn check_holder(&self, holder: &Holder) -> Result<(), Error> {
        match holder {
            Holder::User(user) => check_user(user)?,
            Holder::Group(group) => {
                let members = self.ports.store.group_stats(&group.id).await?.users;
                check_group(group, members)?;
            }
            // Any app that is a client may hold roles: they count once it can prove who it is.
            Holder::Client(_) => {}
        }
        Ok(())
    }

    /// Takes a role away with its targets (`unassignRoleFromUser`, `unassignRoleFromGroup`,
    /// `deleteRoleFromClient`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `LastSuperAdministrator` (R8), `RolesInMotion`.
    pub async fn unassign_role(&self, call: &Call, key: &HolderKey, id: &str) -> Result<(), Error> {
        must_at_large(call, Permission::RolesManage)?;
        for _ in 0..MOST_ROUNDS {
            let holder = self.holder(call, key).await?;
            let assignment = self.find_own_role(&holder, id).await?;
            let is_super = assignment.role == Role::SuperAdmin;
            let change = RoleChange::Unassign(assignment);
            let mut changes = self.role_changes(call, &holder, change, self.now()).await?;
            if is_super {
                match &holder {
                    Holder::User(user) => self.guard(&mut changes, Loss::RoleOf(&user.id)).await?,
                    Holder::Group(group) => self.guard(&mut changes, Loss::RoleOfGroup(&group.id)).await?,
                    // A program is nobody who could let people in again.
                    Holder::Client(_) => {}
                }
            }
            if self.committed(changes).await? {
                return Ok(());
            }
        }
        Err(Error::RolesInMotion)
    }
}
