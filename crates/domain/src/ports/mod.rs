//! The ports: what the use cases need from outside. Each is object safe; adapters implement them.
//!
//! Reading ports are named after what they read. There is one writing port, [`Commit`]: everything that must be atomic is
//! one [`Changes`] value.

mod apps;
mod commit;
mod error;
mod factors;
mod groups;
mod links;
mod log;
mod messaging;
mod oauth;
mod oauth_writes;
mod outbox;
mod page;
mod pushes;
mod roles;
mod sessions;
mod standings;
mod structure;
mod subscriptions;
mod tokens;
mod users;
mod yubikeys;

pub use self::apps::{AppSelection, Apps, UsableApp};
pub use self::commit::{AppWrite, Changes, Commit, MembershipWrite, StructureWrite, Write};
pub use self::error::{StoreError, UniqueField};
pub use self::factors::{FactorWrite, Factors};
pub use self::groups::{GroupCriterion, GroupSelection, GroupStats, Groups};
pub use self::links::Links;
pub use self::log::{LogSelection, SystemLog};
pub use self::messaging::{Messaging, MessagingWrite};
pub use self::oauth::{AccessTokenBearer, OAuth};
pub use self::oauth_writes::OAuthWrite;
pub use self::outbox::{Delivery, Outbox};
pub use self::page::{Page, Position};
pub use self::pushes::{PushWrite, Pushes};
pub use self::roles::{RoleWrite, Roles, SuperAdministrator, TargetApp};
pub use self::sessions::{SessionWrite, Sessions};
pub use self::standings::Standings;
pub use self::structure::{Structure, StructureState};
pub use self::subscriptions::{SubscriptionWrite, Subscriptions};
pub use self::tokens::{TokenBearer, Tokens};
pub use self::users::{UserCriterion, UserSelection, Users};
pub use self::yubikeys::{YubikeySelection, YubikeyWrite, Yubikeys};

use crate::time::Timestamp;

/// Tells the time, truncated to milliseconds.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// A whole store.
pub trait Store:
    Users
    + Structure
    + Groups
    + Links
    + Apps
    + Roles
    + Standings
    + Subscriptions
    + Tokens
    + OAuth
    + Sessions
    + Factors
    + Pushes
    + Yubikeys
    + SystemLog
    + Outbox
    + Messaging
    + Commit
{
}

impl<T> Store for T where
    T: Users
        + Structure
        + Groups
        + Links
        + Apps
        + Roles
        + Standings
        + Subscriptions
        + Tokens
        + OAuth
        + Sessions
        + Factors
        + Pushes
        + Yubikeys
        + SystemLog
        + Outbox
        + Messaging
        + Messaging
        + Commit
{
}
