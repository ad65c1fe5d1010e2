//! Mails that administrators get about what happens, and who asks for which (contract: sessions-and-subscriptions §4).

use std::collections::BTreeMap;

use denizen_domain::authority::{Permission, Role, Subject};
use denizen_domain::event::{Entity, EventType};
use denizen_domain::id::UserId;
use denizen_domain::message::MailTemplate;
use denizen_domain::ports::{Changes, SubscriptionWrite, Write};
use denizen_domain::subscription::{
    NotificationType, OwnSubscription, RoleSubscription, Subscription, of_holder, of_role,
};
use denizen_domain::time::Timestamp;
use denizen_domain::user::{Status, User};

use crate::account::{Doer, address};
use crate::call::Call;
use crate::directory::{Directory, must_at_large};
use crate::error::{Error, ResourceKind};

/// What a mail for administrators can be caused by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// A user is locked out.
    UserLockedOut,
    /// A user is deactivated.
    UserDeprovision,
}

impl Notice {
    fn kind(self) -> NotificationType {
        match self {
            Self::UserLockedOut => NotificationType::UserLockedOut,
            Self::UserDeprovision => NotificationType::UserDeprovision,
        }
    }

    fn template(self) -> MailTemplate {
        match self {
            Self::UserLockedOut => MailTemplate::UserLockedOut,
            Self::UserDeprovision => MailTemplate::UserDeactivated,
        }
    }
}

/// What somebody, or whoever holds a role, gets mails about.
pub type Subscribed = (NotificationType, Subscription);

impl Directory {
    /// Reads what the caller gets mails about (`listSubscriptionsUser`), with the caller's id.
    ///
    /// # Errors
    /// `Forbidden` for anybody else's, and for callers without a role.
    pub async fn list_own_subscriptions(&self, call: &Call, key: &str) -> Result<(UserId, Vec<Subscribed>), Error> {
        let (id, roles) = oneself(call, key, Permission::UsersRead)?;
        let set = self.ports.store.role_subscriptions().await?;
        let chosen = self.ports.store.own_subscriptions(&id).await?;
        let status = |kind| of_holder(&roles, kind, choice(&chosen, kind), &set);
        let all = NotificationType::ALL
            .iter()
            .map(|kind| (*kind, status(*kind)))
            .collect();
        Ok((id, all))
    }

    /// Reads whether the caller gets mails of a type (`getSubscriptionsNotificationTypeUser`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn get_own_subscription(
        &self,
        call: &Call,
        key: &str,
        kind: &str,
    ) -> Result<(UserId, Subscribed), Error> {
        let (id, all) = self.list_own_subscriptions(call, key).await?;
        Ok((id, of_kind(all, kind)?))
    }

    /// Says whether the caller gets mails of a type (`subscribeByNotificationTypeUser`, `unsubscribeByNotificationTypeUser`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Conflict`.
    pub async fn choose_subscription(
        &self,
        call: &Call,
        key: &str,
        kind: &str,
        status: Subscription,
    ) -> Result<(), Error> {
        let (id, _) = oneself(call, key, Permission::UsersProfileManage)?;
        let kind = known(kind)?;
        let chosen = self.ports.store.own_subscriptions(&id).await?;
        if choice(&chosen, kind) == Some(status) {
            return Ok(());
        }
        let user = self.ports.store.user(&id).await?.ok_or(Error::Forbidden)?;
        let own = OwnSubscription {
            user_id: id,
            kind,
            status,
        };
        let about = vec![Entity::user(&user)];
        let write = SubscriptionWrite::Own(own);
        self.subscribe(call, write, EventType::SubscriptionsUpdate, about, (kind, status))
            .await
    }

    /// Reads what those get mails about who hold a role (`listSubscriptionsRole`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn list_role_subscriptions(&self, call: &Call, role: &str) -> Result<Vec<Subscribed>, Error> {
        must_at_large(call, Permission::RolesRead)?;
        let role = role_named(role)?;
        let set = self.ports.store.role_subscriptions().await?;
        let status = |kind| of_role(role, kind, &set);
        Ok(NotificationType::ALL
            .iter()
            .map(|kind| (*kind, status(*kind)))
            .collect())
    }

    /// Reads whether those get mails of a type who hold a role (`getSubscriptionsNotificationTypeRole`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn get_role_subscription(&self, call: &Call, role: &str, kind: &str) -> Result<Subscribed, Error> {
        of_kind(self.list_role_subscriptions(call, role).await?, kind)
    }

    /// Says whether those get mails of a type who hold a role, whatever they chose before
    /// (`subscribeByNotificationTypeRole`, `unsubscribeByNotificationTypeRole`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Conflict`.
    pub async fn set_role_subscription(
        &self,
        call: &Call,
        role: &str,
        kind: &str,
        status: Subscription,
    ) -> Result<(), Error> {
        must_at_large(call, Permission::RolesManage)?;
        let (role, kind) = (role_named(role)?, known(kind)?);
        let set = self.ports.store.role_subscriptions().await?;
        if of_role(role, kind, &set) == status {
            return Ok(());
        }
        let about = vec![Entity {
            id: role.as_str().to_owned(),
            kind: "ROLE".to_owned(),
            alternate_id: None,
            display_name: Some(role.label().to_owned()),
        }];
        let write = SubscriptionWrite::Role(RoleSubscription { role, kind, status });
        self.subscribe(call, write, EventType::RoleSubscriptionsUpdate, about, (kind, status))
            .await
    }

    async fn subscribe(
        &self,
        call: &Call,
        write: SubscriptionWrite,
        event: EventType,
        about: Vec<Entity>,
        (kind, status): Subscribed,
    ) -> Result<(), Error> {
        let mut event = self.event(&Doer::caller(call), event, about, self.now());
        event
            .debug
            .insert("notificationType".to_owned(), kind.as_str().to_owned());
        event.debug.insert("status".to_owned(), status.as_str().to_owned());
        let changes = Changes {
            writes: vec![Write::Subscription(write)],
            events: vec![event],
            messages: Vec::new(),
        };
        Ok(self.commit(changes).await?)
    }

    /// Who gets a mail about something: administrators who may act and whose roles or own choice ask for it, but not those
    /// whose roles come without mails.
    pub(crate) async fn audience(&self, notice: Notice) -> Result<Vec<User>, Error> {
        let (store, kind) = (&self.ports.store, notice.kind());
        let set = store.role_subscriptions().await?;
        let chosen = store.choices_about(kind).await?;
        let is_asked_for = chosen.iter().any(|choice| choice.status.is_on())
            || Role::ALL.iter().any(|role| of_role(*role, kind, &set).is_on());
        if !is_asked_for {
            return Ok(Vec::new());
        }
        let mut holders: BTreeMap<UserId, Vec<Role>> = BTreeMap::new();
        for (id, role) in store.mailed_holders(Role::ALL).await? {
            holders.entry(id).or_default().push(role);
        }
        let mut audience = Vec::new();
        for (id, roles) in holders {
            let own = chosen
                .iter()
                .find(|choice| choice.user_id == id)
                .map(|choice| choice.status);
            if !of_holder(&roles, kind, own, &set).is_on() {
                continue;
            }
            let user = store.user(&id).await?;
            let may_act =
                |user: &User| matches!(user.status, Status::Active | Status::PasswordExpired | Status::Recovery);
            audience.extend(user.filter(may_act));
        }
        Ok(audience)
    }

    /// Adds the mails about something to the change that causes it, one to each of an audience.
    pub(crate) fn notify(
        &self,
        changes: &mut Changes,
        notice: Notice,
        audience: &[User],
        about: &User,
        at: Timestamp,
    ) -> Result<(), Error> {
        for user in audience {
            self.mail_notice(changes, notice.template(), address(user, "email"), about, at)?;
        }
        Ok(())
    }
}

/// The caller with their roles, if a path names them. Nobody else's subscriptions are anybody's business.
fn oneself(call: &Call, key: &str, permission: Permission) -> Result<(UserId, Vec<Role>), Error> {
    let caller = &call.caller;
    let id = caller.user_id().filter(|id| key == "me" || key == id.as_str());
    let id = id.ok_or(Error::Forbidden)?;
    caller.must(permission, Subject::User(id, None))?;
    let roles: Vec<Role> = caller.grants.iter().map(|grant| grant.role).collect();
    if roles.is_empty() {
        return Err(Error::Forbidden);
    }
    Ok((id.clone(), roles))
}

fn choice(chosen: &[OwnSubscription], kind: NotificationType) -> Option<Subscription> {
    chosen
        .iter()
        .find(|choice| choice.kind == kind)
        .map(|choice| choice.status)
}

fn known(kind: &str) -> Result<NotificationType, Error> {
    NotificationType::parse(kind).ok_or_else(|| Error::not_found(ResourceKind::NotificationType, kind))
}

fn of_kind(all: Vec<Subscribed>, kind: &str) -> Result<Subscribed, Error> {
    let kind = known(kind)?;
    let found = all.into_iter().find(|(other, _)| *other == kind);
    found.ok_or_else(|| Error::not_found(ResourceKind::NotificationType, kind.as_str()))
}

/// The role that a path names. One has two names (contract: sessions-and-subscriptions §4.2).
fn role_named(text: &str) -> Result<Role, Error> {
    if text == "API_ADMIN" {
        return Ok(Role::ApiAccessManagementAdmin);
    }
    let kind = if text.starts_with("cr0") {
        ResourceKind::CustomRole
    } else {
        ResourceKind::Role
    };
    Role::parse(text).ok_or_else(|| Error::not_found(kind, text))
}
