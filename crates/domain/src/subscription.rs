//! Mails that administrators get about what happens in the directory, and who asked for which (contract:
//! sessions-and-subscriptions §4).

use crate::authority::Role;
use crate::id::UserId;

macro_rules! notification_types {
    ($($(#[$doc:meta])* $name:ident = $wire:literal, $default:ident;)*) => {
        /// What a mail can be about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum NotificationType {$($(#[$doc])* $name,)*}

        impl NotificationType {
            /// Every type, in the order of lists.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {$(Self::$name => $wire,)*}
            }

            /// What super administrators get who never said anything about it.
            #[must_use]
            fn usual(self) -> Subscription {
                match self {$(Self::$name => Subscription::$default,)*}
            }
        }
    };
}

notification_types! {
    /// An agent for Windows sign-in comes or goes.
    IwaAgent = "IWA_AGENT", Subscribed;
    /// An agent that provisions comes or goes.
    ConnectorAgent = "CONNECTOR_AGENT", Subscribed;
    /// A user is locked out.
    UserLockedOut = "USER_LOCKED_OUT", Unsubscribed;
    /// An import ends.
    AppImport = "APP_IMPORT", Unsubscribed;
    /// An agent of Active Directory comes or goes.
    AdAgent = "AD_AGENT", Subscribed;
    /// An agent of LDAP comes or goes.
    LdapAgent = "LDAP_AGENT", Subscribed;
    /// A rate limit is near or exceeded.
    RateLimit = "RATELIMIT_NOTIFICATION", Subscribed;
    /// Something is announced.
    Announcement = "OKTA_ANNOUNCEMENT", Subscribed;
    /// An update is planned.
    Update = "OKTA_UPDATE", Unsubscribed;
    /// A user is deactivated.
    UserDeprovision = "USER_DEPROVISION", Unsubscribed;
    /// A user reports what they did not do.
    SuspiciousActivity = "REPORT_SUSPICIOUS_ACTIVITY", Subscribed;
    /// An agent of Active Directory is updated.
    AgentAutoUpdate = "AGENT_AUTO_UPDATE_NOTIFICATION", Subscribed;
    /// An agent of LDAP is updated.
    AgentAutoUpdateLdap = "AGENT_AUTO_UPDATE_NOTIFICATION_LDAP", Subscribed;
}

impl NotificationType {
    /// Reads the name on the wire.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
}

/// Whether mails of a type are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscription {
    /// They are.
    Subscribed,
    /// They are not.
    Unsubscribed,
}

impl Subscription {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subscribed => "subscribed",
            Self::Unsubscribed => "unsubscribed",
        }
    }

    /// Whether mails are sent.
    #[must_use]
    pub fn is_on(self) -> bool {
        self == Self::Subscribed
    }
}

impl From<bool> for Subscription {
    fn from(is_on: bool) -> Self {
        if is_on { Self::Subscribed } else { Self::Unsubscribed }
    }
}

/// A setting of a role: whether those who hold it get mails of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleSubscription {
    /// The role.
    pub role: Role,
    /// What the mails are about.
    pub kind: NotificationType,
    /// Whether they are sent.
    pub status: Subscription,
}

/// A setting that an administrator chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSubscription {
    /// Who chose.
    pub user_id: UserId,
    /// What the mails are about.
    pub kind: NotificationType,
    /// Whether they are sent.
    pub status: Subscription,
}

/// Whether those who hold a role get mails of a type, by what was set for roles, else by what is usual. For roles other than
/// those that look after the whole organization only announcements are usual.
#[must_use]
pub fn of_role(role: Role, kind: NotificationType, set: &[RoleSubscription]) -> Subscription {
    let found = set.iter().find(|setting| setting.role == role && setting.kind == kind);
    if let Some(found) = found {
        return found.status;
    }
    match role {
        Role::SuperAdmin | Role::OrgAdmin => kind.usual(),
        _ => Subscription::from(kind == NotificationType::Announcement),
    }
}

/// Whether somebody gets mails of a type: as they chose, else if one of their roles does.
#[must_use]
pub fn of_holder(
    roles: &[Role],
    kind: NotificationType,
    chosen: Option<Subscription>,
    set: &[RoleSubscription],
) -> Subscription {
    chosen.unwrap_or_else(|| {
        let is_on = |role: &Role| of_role(*role, kind, set).is_on();
        Subscription::from(roles.iter().any(is_on))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use NotificationType as N;

    /// The recorded defaults (contract: sessions-and-subscriptions §4.3).
    #[test]
    fn what_is_usual() {
        let off = |role| -> Vec<&str> {
            let kinds = N::ALL.iter().filter(|kind| !of_role(role, **kind, &[]).is_on());
            kinds.map(|kind| kind.as_str()).collect()
        };
        let few = ["USER_LOCKED_OUT", "APP_IMPORT", "OKTA_UPDATE", "USER_DEPROVISION"];
        for role in [Role::SuperAdmin, Role::OrgAdmin] {
            assert_eq!(off(role), few);
        }
        let most = off(Role::HelpDeskAdmin);
        assert!(most.len() == 12 && !most.contains(&"OKTA_ANNOUNCEMENT"), "{most:?}");
        for &kind in N::ALL {
            assert_eq!(N::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(N::parse("OKTA_ISSUE"), None);
    }

    #[test]
    fn the_own_choice_counts_before_the_roles_and_any_role_suffices() {
        let kind = N::UserLockedOut;
        let set = [RoleSubscription {
            role: Role::HelpDeskAdmin,
            kind,
            status: Subscription::Subscribed,
        }];
        let roles = [Role::SuperAdmin, Role::HelpDeskAdmin];
        assert!(of_holder(&roles, kind, None, &set).is_on());
        assert!(!of_holder(&roles, kind, Some(Subscription::Unsubscribed), &set).is_on());
        assert!(!of_holder(&roles, kind, None, &[]).is_on());
        assert!(!of_holder(&[Role::SuperAdmin], kind, None, &set).is_on());
        assert!(of_holder(&roles, kind, Some(Subscription::Subscribed), &[]).is_on());
        assert!(!of_holder(&[], N::Announcement, None, &[]).is_on());
    }
}
