//! The ports: what the use cases need from outside. Each is object safe; adapters implement them.
//!
//! Reading ports are named after what they read. There is one writing port, [`Commit`]: everything that must be atomic is
//! one [`Changes`] value.

use async_trait::async_trait;

use crate::authority::Role;
use crate::event::LogEvent;
use crate::group::Group;
use crate::id::{ApiTokenId, GroupId, MessageId, RoleAssignmentId, SchemaId, UserId, UserTypeId};
use crate::login::LoginKey;
use crate::message::{OutgoingMessage, PendingMessage};
use crate::organization::{Foundation, Organization};
use crate::schema::Schema;
use crate::search::{LogQuery, UserQuery, UserSort};
use crate::secret::SecretDigest;
use crate::time::Timestamp;
use crate::token::{ApiToken, OneTimeToken, TokenPurpose};
use crate::user::{Status, User};
use crate::user_type::UserType;

/// Tells the time, truncated to milliseconds.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// Why a store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something changed since it was read: read and decide again.
    #[error("stale")]
    Stale,
    /// Another one has the same value in a field that must be unique.
    #[error("duplicate {0:?}")]
    Duplicate(UniqueField),
    /// More work is waiting than the store takes on.
    #[error("the store is busy")]
    Busy,
    /// The query took longer than allowed.
    #[error("the query took too long")]
    TimedOut,
    /// A cursor that this store did not make.
    #[error("invalid position")]
    InvalidPosition,
    /// The database does not answer, or answers nonsense.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
}

/// Fields whose values must be unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UniqueField {
    /// A user's login, by its key.
    Login,
    /// An id or a digest; drawing another one helps.
    Id,
}

/// A place in a list, made by the store and given back to it. Nobody else looks inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position(pub String);

/// A piece of a list, in order.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Where the next page starts; `None` on the last page, even when that is full.
    pub next: Option<Position>,
}

/// Which users a list shows, and in which order.
#[derive(Clone, Debug)]
pub struct UserSelection {
    /// Which users are candidates.
    pub criterion: UserCriterion,
    /// The order; by creation where none is given. Ties are broken by id.
    pub sort: Option<UserSort>,
    /// Where to go on.
    pub after: Option<Position>,
    /// At most this many.
    pub limit: usize,
}

/// Which users are candidates for a list.
#[derive(Clone, Debug)]
pub enum UserCriterion {
    /// All but the deprovisioned.
    Present,
    /// All but the deprovisioned whose first name, last name or email starts with this text, ignoring case.
    StartsWith(String),
    /// All that match an expression, the deprovisioned too.
    Matching(UserQuery),
}

/// Reads users.
#[async_trait]
pub trait Users: Send + Sync {
    /// The user with this id.
    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError>;
    /// The user who owns this login.
    async fn user_by_login(&self, key: &LoginKey) -> Result<Option<User>, StoreError>;
    /// Users whose login's part before the `@` is this; at most two, since more than one is ambiguous.
    async fn users_by_short_name(&self, short_name: &LoginKey) -> Result<Vec<User>, StoreError>;
    /// A page of users. Fails with `InvalidPosition` or `TimedOut`.
    async fn list_users(&self, selection: &UserSelection) -> Result<Page<User>, StoreError>;
}

/// Reads what every directory has: the organization, groups, types, schemas.
#[async_trait]
pub trait Structure: Send + Sync {
    /// The organization; `None` in a database that was never founded.
    async fn organization(&self) -> Result<Option<Organization>, StoreError>;
    /// The group with this id.
    async fn group(&self, id: &GroupId) -> Result<Option<Group>, StoreError>;
    /// The group of everybody.
    async fn everyone(&self) -> Result<Group, StoreError>;
    /// The type with this id.
    async fn user_type(&self, id: &UserTypeId) -> Result<Option<UserType>, StoreError>;
    /// The default type.
    async fn default_user_type(&self) -> Result<UserType, StoreError>;
    /// The user schema with this id.
    async fn user_schema(&self, id: &SchemaId) -> Result<Option<Schema>, StoreError>;
    /// The schema of groups.
    async fn group_schema(&self) -> Result<Schema, StoreError>;
}

/// Whoever stands behind an API token, in one read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenBearer {
    /// The token.
    pub token: ApiToken,
    /// The owner's present status.
    pub status: Status,
    /// The owner's login.
    pub login: String,
    /// The owner's name.
    pub display_name: String,
    /// The owner's present roles.
    pub roles: Vec<Role>,
}

/// Reads tokens.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// Whoever stands behind an API token. A revoked token is unknown from the next call on, on every server.
    async fn token_bearer(&self, digest: &SecretDigest) -> Result<Option<TokenBearer>, StoreError>;
    /// Every API token, by creation.
    async fn api_tokens(&self) -> Result<Vec<ApiToken>, StoreError>;
    /// The one-time token with this digest.
    async fn one_time_token(&self, digest: &SecretDigest) -> Result<Option<OneTimeToken>, StoreError>;
}

/// Which events a list of the log shows.
#[derive(Clone, Debug)]
pub struct LogSelection {
    /// The first moment of the window.
    pub since: Timestamp,
    /// The first moment after the window; `None` leaves it open.
    pub until: Option<Timestamp>,
    /// What events must match.
    pub query: Option<LogQuery>,
    /// Words that must all occur somewhere in the event, ignoring case.
    pub keywords: Vec<String>,
    /// Newest first.
    pub descending: bool,
    /// Where to go on.
    pub after: Option<Position>,
    /// At most this many.
    pub limit: usize,
}

/// Reads the system log.
#[async_trait]
pub trait SystemLog: Send + Sync {
    /// A page of events, in order of publication. Fails with `InvalidPosition` or `TimedOut`.
    async fn list_events(&self, selection: &LogSelection) -> Result<Page<LogEvent>, StoreError>;
}

/// What became of an attempt to deliver a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It is out; the message is forgotten.
    Sent,
    /// It failed for now; try again at this time.
    Retry(Timestamp),
    /// It failed for good; the message is kept for the operator, without its content.
    Dead,
}

/// The table of messages that wait for delivery.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Takes up to `limit` messages that are due: nobody else gets them before `lease_until`, and their attempts are counted.
    async fn claim_messages(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<PendingMessage>, StoreError>;
    /// Records what became of a claimed message.
    async fn settle_message(&self, id: &MessageId, delivery: Delivery) -> Result<(), StoreError>;
    /// When the next message is due; `None` when none waits.
    async fn next_message_due(&self) -> Result<Option<Timestamp>, StoreError>;
}

/// One write. A failed one fails all of its [`Changes`].
#[derive(Clone, Debug)]
pub enum Write {
    /// Founds the directory; `Stale` when it has been founded already.
    Found(Box<Foundation>),
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
    /// Gives a user an administrator role; no change when the user has it.
    AssignRole {
        /// The assignment's id.
        id: RoleAssignmentId,
        /// Who gets it.
        user_id: UserId,
        /// The role.
        role: Role,
    },
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

/// A whole store.
pub trait Store: Users + Structure + Tokens + SystemLog + Outbox + Commit {}

impl<T: Users + Structure + Tokens + SystemLog + Outbox + Commit> Store for T {}
