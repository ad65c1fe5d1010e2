//! Reading and writing who gets which mails for administrators.

use async_trait::async_trait;

use super::StoreError;
use crate::authority::Role;
use crate::id::UserId;
use crate::subscription::{NotificationType, OwnSubscription, RoleSubscription};

/// A change of who gets which mails.
#[derive(Clone, Debug)]
pub enum SubscriptionWrite {
    /// Sets it for one administrator; `Stale` when they are gone.
    Own(OwnSubscription),
    /// Sets it for a role, and forgets what those chose who hold the role, through groups too.
    Role(RoleSubscription),
}

/// Reads who gets which mails.
#[async_trait]
pub trait Subscriptions: Send + Sync {
    /// Everything that was set for roles.
    async fn role_subscriptions(&self) -> Result<Vec<RoleSubscription>, StoreError>;
    /// Everything that a user chose.
    async fn own_subscriptions(&self, user_id: &UserId) -> Result<Vec<OwnSubscription>, StoreError>;
    /// What users chose about one type.
    async fn choices_about(&self, kind: NotificationType) -> Result<Vec<OwnSubscription>, StoreError>;
    /// Who holds one of some roles, of their own or through a group, each with each role. Assignments whose holders get no
    /// mails do not count.
    async fn mailed_holders(&self, roles: &[Role]) -> Result<Vec<(UserId, Role)>, StoreError>;
}
