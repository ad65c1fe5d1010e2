//! Reading and writing who gets which mails for administrators.

use async_trait::async_trait;
use denizen_domain::authority::Role;
use denizen_domain::id::UserId;
use denizen_domain::ports::{StoreError, SubscriptionWrite, Subscriptions};
use denizen_domain::subscription::{NotificationType, OwnSubscription, RoleSubscription, Subscription};
use diesel::prelude::*;

use super::apply::{Expected, Statements};
use super::row::bad_row;
use super::statements::{ForgetChoices, SubscribeRole, SubscribeUser};
use super::{Conn, Store, unavailable};
use crate::schema::{group_members, groups, role_assignments, role_subscriptions, user_subscriptions, users};

/// Changes who gets which mails.
pub(super) fn write_subscription(change: &SubscriptionWrite, to: &mut impl Statements) -> Result<(), StoreError> {
    match change {
        SubscriptionWrite::Own(choice) => {
            let set = SubscribeUser {
                user_id: choice.user_id.as_str(),
                notification: choice.kind.as_str(),
                is_subscribed: choice.status.is_on(),
            };
            to.run(Expected::One, set)
        }
        SubscriptionWrite::Role(setting) => {
            let (role, notification) = (setting.role.as_str(), setting.kind.as_str());
            let set = SubscribeRole {
                role,
                notification,
                is_subscribed: setting.status.is_on(),
            };
            to.run(Expected::One, set)?;
            to.run(Expected::Any, ForgetChoices { role, notification })
        }
    }
}

fn kind_of(table: &str, text: &str) -> Result<NotificationType, StoreError> {
    NotificationType::parse(text).ok_or_else(|| bad_row(table, text, "notification"))
}

fn choice((user_id, kind, is_on): (String, String, bool)) -> Result<OwnSubscription, StoreError> {
    Ok(OwnSubscription {
        kind: kind_of("user_subscriptions", &kind)?,
        status: Subscription::from(is_on),
        user_id: UserId::parse(&user_id).ok_or_else(|| bad_row("user_subscriptions", &user_id, "user_id"))?,
    })
}

fn role_of(text: &str) -> Result<Role, StoreError> {
    Role::parse(text).ok_or_else(|| bad_row("role_assignments", text, "role"))
}

#[async_trait]
impl Subscriptions for Store {
    async fn role_subscriptions(&self) -> Result<Vec<RoleSubscription>, StoreError> {
        let all = || {
            role_subscriptions::table.select((
                role_subscriptions::role,
                role_subscriptions::notification,
                role_subscriptions::is_subscribed,
            ))
        };
        let rows: Vec<(String, String, bool)> = self.rows(all).await?;
        let read = |(role, kind, is_on): (String, String, bool)| {
            Ok(RoleSubscription {
                role: role_of(&role)?,
                kind: kind_of("role_subscriptions", &kind)?,
                status: Subscription::from(is_on),
            })
        };
        rows.into_iter().map(read).collect()
    }

    async fn own_subscriptions(&self, user_id: &UserId) -> Result<Vec<OwnSubscription>, StoreError> {
        let own = || {
            user_subscriptions::table
                .filter(user_subscriptions::user_id.eq(user_id.as_str()))
                .order(user_subscriptions::notification)
                .select((
                    user_subscriptions::user_id,
                    user_subscriptions::notification,
                    user_subscriptions::is_subscribed,
                ))
        };
        let rows: Vec<(String, String, bool)> = self.rows(own).await?;
        rows.into_iter().map(choice).collect()
    }

    async fn choices_about(&self, kind: NotificationType) -> Result<Vec<OwnSubscription>, StoreError> {
        let about = move |conn: &mut Conn| {
            let rows: Vec<(String, String, bool)> = user_subscriptions::table
                .filter(user_subscriptions::notification.eq(kind.as_str()))
                .order(user_subscriptions::user_id)
                .select((
                    user_subscriptions::user_id,
                    user_subscriptions::notification,
                    user_subscriptions::is_subscribed,
                ))
                .load(conn)
                .map_err(unavailable)?;
            rows.into_iter().map(choice).collect()
        };
        self.snapshot(move |conn, _| about(conn)).await
    }

    async fn mailed_holders(&self, roles: &[Role]) -> Result<Vec<(UserId, Role)>, StoreError> {
        let roles = roles.to_vec();
        self.snapshot(move |conn, _| mailed_holders(conn, &roles)).await
    }
}

fn mailed_holders(conn: &mut Conn, roles: &[Role]) -> Result<Vec<(UserId, Role)>, StoreError> {
    let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let mut held: Vec<(i64, String, String)> = role_assignments::table
        .inner_join(users::table.on(users::id.nullable().eq(role_assignments::user_id)))
        .filter(role_assignments::role.eq_any(&roles))
        .filter(role_assignments::third_party.eq(false))
        .select((users::seq, users::id, role_assignments::role))
        .load(conn)
        .map_err(unavailable)?;
    let through_groups: Vec<(i64, String, String)> = role_assignments::table
        .inner_join(groups::table.on(groups::id.nullable().eq(role_assignments::group_id)))
        .inner_join(group_members::table.on(group_members::group_seq.eq(groups::seq)))
        .inner_join(users::table.on(users::seq.eq(group_members::user_seq)))
        .filter(role_assignments::role.eq_any(&roles))
        .filter(role_assignments::third_party.eq(false))
        .select((users::seq, users::id, role_assignments::role))
        .load(conn)
        .map_err(unavailable)?;
    held.extend(through_groups);
    held.sort_unstable();
    held.dedup();
    let read = |(_, id, role): (i64, String, String)| {
        let id = UserId::parse(&id).ok_or_else(|| bad_row("users", &id, "id"))?;
        Ok((id, role_of(&role)?))
    };
    held.into_iter().map(read).collect()
}
