//! Who gets which mails for administrators, in memory.

use async_trait::async_trait;
use denizen_domain::authority::Role;
use denizen_domain::id::UserId;
use denizen_domain::ports::{StoreError, SubscriptionWrite, Subscriptions};
use denizen_domain::role::Assignee;
use denizen_domain::subscription::{NotificationType, OwnSubscription, RoleSubscription};

use super::{MemoryStore, State};

#[async_trait]
impl Subscriptions for MemoryStore {
    async fn role_subscriptions(&self) -> Result<Vec<RoleSubscription>, StoreError> {
        Ok(self.state().role_subscriptions.values().copied().collect())
    }

    async fn own_subscriptions(&self, user_id: &UserId) -> Result<Vec<OwnSubscription>, StoreError> {
        let state = self.state();
        let all = state.own_subscriptions.values();
        let mut own: Vec<_> = all.filter(|choice| choice.user_id == *user_id).cloned().collect();
        own.sort_by_key(|choice| choice.kind.as_str());
        Ok(own)
    }

    async fn choices_about(&self, kind: NotificationType) -> Result<Vec<OwnSubscription>, StoreError> {
        let state = self.state();
        let all = state.own_subscriptions.values();
        Ok(all.filter(|choice| choice.kind == kind).cloned().collect())
    }

    async fn mailed_holders(&self, roles: &[Role]) -> Result<Vec<(UserId, Role)>, StoreError> {
        let state = self.state();
        let mut found = Vec::new();
        for user in state.users.values() {
            let own = Assignee::User(user.id.clone());
            let held = state.held_by(&own).chain(state.inherited(&user.id));
            let mailed = held.filter(|held| !held.third_party && roles.contains(&held.role));
            let mut roles: Vec<Role> = mailed.map(|held| held.role).collect();
            roles.sort_unstable_by_key(|role| role.as_str());
            roles.dedup();
            found.extend(roles.into_iter().map(|role| (user.id.clone(), role)));
        }
        Ok(found)
    }
}

impl State {
    pub(super) fn write_subscription(&mut self, write: SubscriptionWrite) -> Result<(), StoreError> {
        match write {
            SubscriptionWrite::Own(choice) => {
                self.user(&choice.user_id).ok_or(StoreError::Stale)?;
                self.own_subscriptions
                    .insert((choice.user_id.clone(), choice.kind), choice);
            }
            SubscriptionWrite::Role(setting) => {
                self.role_subscriptions.insert((setting.role, setting.kind), setting);
                let mut choices = std::mem::take(&mut self.own_subscriptions);
                choices.retain(|(user_id, kind), _| {
                    let holds = self.grants_of(user_id).iter().any(|grant| grant.role == setting.role);
                    *kind != setting.kind || !holds
                });
                self.own_subscriptions = choices;
            }
        }
        Ok(())
    }
}
