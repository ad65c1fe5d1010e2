//! Removing users in two steps (contract: users §6.5).

use denizen_domain::authority::Permission;
use denizen_domain::event::{Entity, EventType};
use denizen_domain::role::Assignee;
use denizen_domain::user::Fate;
use denizen_domain::user::lifecycle::Action;

use crate::account::Doer;
use crate::call::Call;
use crate::directory::{Directory, MOST_ROUNDS, must};
use crate::error::Error;
use crate::org_factors::revoke_yubikeys;
use crate::subscriptions::Notice;
use crate::super_administrators::Loss;

impl Directory {
    /// Deactivates a user, or removes one who is deactivated (`deleteUser`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Conflict`.
    pub async fn delete_user(&self, call: &Call, key: &str, send_email: bool) -> Result<(), Error> {
        self.end(call, key, Action::Delete, Permission::UsersDelete, send_email)
            .await
    }

    /// Deactivates a user (`deactivateUser`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Refused`, `Conflict`.
    pub async fn deactivate_user(&self, call: &Call, key: &str, send_email: bool) -> Result<(), Error> {
        self.end(call, key, Action::Deactivate, Permission::UsersDeactivate, send_email)
            .await
    }

    async fn end(
        &self,
        call: &Call,
        key: &str,
        action: Action,
        permission: Permission,
        send_email: bool,
    ) -> Result<(), Error> {
        let mut audience = self.audience(Notice::UserDeprovision).await?;
        if let Some(id) = call.caller.user_id().filter(|_| send_email)
            && audience.iter().all(|user| user.id != *id)
        {
            audience.extend(self.ports.store.user(id).await?);
        }
        for _ in 0..MOST_ROUNDS {
            let user = self.find_user(call, key).await?;
            must(call, permission, &user)?;
            let at = self.now();
            let transition = user.transition(action, at)?;
            let mut changes = self.changes_of(&user, &transition);
            let doer = Doer::caller(call);
            let about = |kind| self.event(&doer, kind, vec![Entity::user(&user)], at);
            if transition.fate == Fate::Removed {
                changes.writes.insert(0, revoke_yubikeys(&user.id, at));
                changes.events = vec![
                    about(EventType::UserDeleteInitiated),
                    about(EventType::UserDeleteCompleted),
                ];
            } else {
                changes.events = vec![about(EventType::UserDeactivate)];
                // A role that comes or goes from now on counts up the version that the user is written over.
                let holder = Assignee::User(user.id.clone());
                if !self.ports.store.role_assignments(&holder).await?.is_empty() {
                    changes.events.push(about(EventType::PrivilegeRevoke));
                }
                self.notify(&mut changes, Notice::UserDeprovision, &audience, &user, at)?;
            }
            self.guard(&mut changes, Loss::User(&user.id)).await?;
            if self.committed(changes).await? {
                return Ok(());
            }
        }
        Err(Error::Conflict)
    }
}
