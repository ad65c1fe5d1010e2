//! Writing: everything that one decision changes, as a value.

use async_trait::async_trait;

use super::{
    FactorWrite, MessagingWrite, OAuthWrite, PushWrite, RoleWrite, SessionWrite, StoreError, SubscriptionWrite,
    YubikeyWrite,
};
use crate::app::{App, AppGroup, AppUser};
use crate::event::LogEvent;
use crate::factor::FactorKind;
use crate::factor::hotp::HotpProfile;
use crate::group::Group;
use crate::id::{ApiTokenId, AppId, GroupId, UserId, UserTypeId};
use crate::linked_object::LinkedObjectDefinition;
use crate::message::OutgoingMessage;
use crate::organization::Foundation;
use crate::schema::Schema;
use crate::secret::SecretDigest;
use crate::time::Timestamp;
use crate::token::{ApiToken, OneTimeToken, TokenPurpose};
use crate::user::User;
use crate::user_type::UserType;

/// One write. A failed one fails all of its [`Changes`].
#[derive(Clone, Debug)]
pub enum Write {
    /// Founds the directory; `Stale` when it has been founded already.
    Found(Box<Foundation>),
    /// Goes on only while the shape of the directory is the one that was read; `Stale` when it has changed.
    ExpectStructure(i64),
    /// Changes the shape of the directory: counts its version up by one; `Stale` when it has changed since it was read.
    AdvanceStructure(i64),
    /// Changes one part of the shape. Goes with [`Write::AdvanceStructure`].
    Structure(StructureWrite),
    /// Changes a group, its members, or links between users.
    Membership(MembershipWrite),
    /// Changes an app or whom it is assigned to.
    App(AppWrite),
    /// Changes who holds which roles.
    Role(RoleWrite),
    /// Changes grants and tokens of clients, or the directory's keys.
    OAuth(OAuthWrite),
    /// Changes who gets which mails for administrators.
    Subscription(SubscriptionWrite),
    /// Changes a session or a transaction that leads to one.
    Session(SessionWrite),
    /// Changes a factor of a user.
    Factor(FactorWrite),
    /// Changes what is remembered of addresses that codes are sent to, or a template of their texts.
    Messaging(MessagingWrite),
    /// Sends a push to a device, or changes one.
    Push(PushWrite),
    /// Changes a YubiKey of the organization.
    Yubikey(YubikeyWrite),
    /// Adds a user; `Duplicate(Login)` when another one owns the login.
    InsertUser(Box<User>),
    /// Writes a user over the state that was read, and counts its version up by one; `Stale` when another change came between,
    /// `Duplicate(Login)` when another one owns the login.
    UpdateUser {
        /// The user as read.
        from: Box<User>,
        /// The user to be written. Its version is that of `from`.
        to: Box<User>,
    },
    /// Removes a user with all that belongs to it; `Stale` when it changed since it was read.
    DeleteUser(Box<User>),
    /// Adds an API token.
    InsertApiToken(ApiToken),
    /// Records a use of an API token; no change when it is gone.
    TouchApiToken {
        /// The token.
        id: ApiTokenId,
        /// When it was used.
        last_used: Timestamp,
        /// When it now dies.
        expires: Timestamp,
    },
    /// Revokes an API token; `Stale` when it is gone.
    DeleteApiToken(ApiTokenId),
    /// Revokes every API token of a user.
    DeleteApiTokensOf(UserId),
    /// Adds a one-time token.
    InsertOneTimeToken(OneTimeToken),
    /// Uses up a one-time token; `Stale` when somebody else did (T3).
    ConsumeOneTimeToken(SecretDigest),
    /// Voids a user's one-time tokens, of one purpose or of all (T6).
    VoidOneTimeTokens {
        /// Whose.
        user_id: UserId,
        /// Which; `None` for all.
        purpose: Option<TokenPurpose>,
    },
}

/// A change of one part of the directory's shape.
#[derive(Clone, Debug)]
pub enum StructureWrite {
    /// Adds a user type with its schema.
    InsertUserType(Box<UserType>, Box<Schema>),
    /// Writes a user type and its schema over the present ones.
    UpdateUserType(Box<UserType>, Box<Schema>),
    /// Removes a user type and its schema; `Stale` when a user has the type.
    DeleteUserType(UserTypeId),
    /// Writes the schema of groups over the present one.
    UpdateGroupSchema(Box<Schema>),
    /// Takes an attribute from the profile of every user of a type, and gives up its claims.
    RemoveUserAttribute {
        /// The type.
        type_id: UserTypeId,
        /// The attribute.
        name: String,
    },
    /// Takes an attribute from the profile of every group.
    RemoveGroupAttribute(String),
    /// Claims the present values of an attribute for the users of a type; `Duplicate(Attribute)` when two are equal.
    ClaimUserAttribute {
        /// The type.
        type_id: UserTypeId,
        /// The attribute.
        name: String,
    },
    /// Gives up the claims of the users of a type on an attribute.
    ReleaseUserAttribute {
        /// The type.
        type_id: UserTypeId,
        /// The attribute.
        name: String,
    },
    /// Says whether a kind of factor is used.
    SwitchFactor {
        /// The kind.
        kind: FactorKind,
        /// Whether it is used.
        is_on: bool,
    },
    /// Adds a profile of custom tokens.
    InsertHotpProfile(Box<HotpProfile>),
    /// Writes the name of a profile of custom tokens, and whether it is the default.
    UpdateHotpProfile(Box<HotpProfile>),
    /// Adds a definition of linked objects.
    InsertLinkedObject(LinkedObjectDefinition),
    /// Removes a definition of linked objects, by its primary name, with every link of it.
    DeleteLinkedObject(String),
}

/// A change of a group, its members, or links between users.
#[derive(Clone, Debug)]
pub enum MembershipWrite {
    /// Adds a group; `Duplicate(GroupName)` when another one has the name.
    InsertGroup(Box<Group>),
    /// Writes a group over the version that was read; `Stale` when another change came between, `Duplicate(GroupName)` when
    /// another one has the name.
    UpdateGroup {
        /// The group as read.
        from: Box<Group>,
        /// The group to be written. Its version is that of `from`.
        to: Box<Group>,
    },
    /// Removes a group with all that belongs to it; `Stale` when it is gone.
    DeleteGroup(GroupId),
    /// Lets a user into a group; no change when the user is in it. `Stale` when either is gone.
    AddMember {
        /// The group.
        group_id: GroupId,
        /// The user.
        user_id: UserId,
        /// When.
        at: Timestamp,
    },
    /// Takes a user from a group; no change when the user is not in it.
    RemoveMember {
        /// The group.
        group_id: GroupId,
        /// The user.
        user_id: UserId,
        /// When.
        at: Timestamp,
    },
    /// Claims the value of a unique attribute for a user; `Duplicate(Attribute)` when somebody else has it.
    Claim {
        /// The attribute.
        attribute: String,
        /// The value, as [`crate::search::index_text`] writes it.
        value: String,
        /// The user.
        user_id: UserId,
    },
    /// Gives up a user's claim on the value of a unique attribute; no change when there is none.
    Release {
        /// The attribute.
        attribute: String,
        /// The user.
        user_id: UserId,
    },
    /// Links a user to a primary, in place of another one; `Stale` when one of them or the relation is gone.
    Link {
        /// The relation, by its primary name.
        relation: String,
        /// The user.
        associated: UserId,
        /// The primary.
        primary: UserId,
    },
    /// Takes a user's link; no change when there is none.
    Unlink {
        /// The relation, by its primary name.
        relation: String,
        /// The user.
        associated: UserId,
    },
}

/// A change of an app or whom it is assigned to.
#[derive(Clone, Debug)]
pub enum AppWrite {
    /// Adds an app with the schema of its users; `Duplicate(ClientId)` when another one goes by the same name as a client.
    Insert(Box<App>, Box<Schema>),
    /// Writes an app over the version that was read; `Stale` when another change came between.
    Update {
        /// The app as read.
        from: Box<App>,
        /// The app to be written. Its version is that of `from`.
        to: Box<App>,
    },
    /// Removes an app with all that belongs to it; `Stale` when it changed since it was read.
    Delete(Box<App>),
    /// Writes the schema of an app's users, and counts the app's version up by one; `Stale` when the app changed since it was
    /// read.
    UpdateSchema {
        /// The app as read.
        app: Box<App>,
        /// The schema to be written.
        to: Box<Schema>,
    },
    /// Takes an attribute from the profile of every user of an app.
    RemoveAttribute {
        /// The app.
        id: AppId,
        /// The attribute.
        name: String,
    },
    /// Assigns an app to a user; `Duplicate(Id)` when it is assigned, `Stale` when either is gone.
    AssignUser(Box<AppUser>),
    /// Writes an assignment over the present one; `Stale` when it is gone.
    UpdateUser(Box<AppUser>),
    /// Takes an app from a user; `Stale` when it is not assigned.
    UnassignUser {
        /// The app.
        app_id: AppId,
        /// The user.
        user_id: UserId,
    },
    /// Takes every app from a user.
    UnassignUserFromAll(UserId),
    /// Assigns an app to a group, or writes over the assignment; `Stale` when either is gone.
    AssignGroup(Box<AppGroup>),
    /// Takes an app from a group; `Stale` when it is not assigned.
    UnassignGroup {
        /// The app.
        app_id: AppId,
        /// The group.
        group_id: GroupId,
    },
}

/// Everything that one decision changes: all of it is committed, or nothing.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// State, in order.
    pub writes: Vec<Write>,
    /// What the system log tells about it.
    pub events: Vec<LogEvent>,
    /// Messages that are sent once it is committed.
    pub messages: Vec<OutgoingMessage>,
}

/// Writes.
#[async_trait]
pub trait Commit: Send + Sync {
    /// Commits changes durably and at once: when this returns, every reader on every server sees all of them (C8).
    async fn commit(&self, changes: Changes) -> Result<(), StoreError>;
    /// Whether the store can be read and written now.
    async fn ready(&self) -> Result<(), StoreError>;
}
