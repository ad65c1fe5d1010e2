//! A store in memory: for tests, and for programs that embed the rules without a database. Nothing survives the process.
//!
//! It holds the same promises as the database stores and passes the same contract suite.

mod apply;
mod apps;
mod factors;
mod groups;
mod lists;
mod messaging;
mod oauth;
mod outbox;
mod pushes;
mod roles;
mod sessions;
mod standings;
mod structure;
mod subscriptions;
mod yubikeys;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use denizen_domain::app::{App, AppGroup, AppUser};
use denizen_domain::authority::Role;
use denizen_domain::event::LogEvent;
use denizen_domain::factor::yubikey::Yubikey;
use denizen_domain::factor::{Factor, FactorId};
use denizen_domain::group::Group;
use denizen_domain::id::{ApiTokenId, AppId, GroupId, MessageId, PushTransactionId, UserId, UserTypeId, YubikeyId};
use denizen_domain::login::LoginKey;
use denizen_domain::message::PendingMessage;
use denizen_domain::oauth::{AccessToken, ScopeGrant, SigningKey};
use denizen_domain::organization::Organization;
use denizen_domain::ports::{
    Changes, Commit, LogSelection, Page, StoreError, StructureState, SystemLog, TokenBearer, Tokens, UserSelection,
    Users,
};
use denizen_domain::push::PushTransaction;
use denizen_domain::schema::Schema;
use denizen_domain::search::UserSort;
use denizen_domain::secret::SecretDigest;
use denizen_domain::session::Session;
use denizen_domain::sign_in::Transaction;
use denizen_domain::subscription::{NotificationType, OwnSubscription, RoleSubscription};
use denizen_domain::time::Timestamp;
use denizen_domain::token::{ApiToken, OneTimeToken};
use denizen_domain::user::User;

use self::messaging::Remembered;
use self::roles::Assigned;

/// A store in memory.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

/// Everything the store knows. A change is made on a copy, so that a refused one leaves nothing behind.
#[derive(Clone, Default)]
struct State {
    organization: Option<Organization>,
    structure: Option<StructureState>,
    everyone: Option<Group>,
    next_place: u64,
    /// Users by the order of their creation.
    users: BTreeMap<u64, User>,
    places: BTreeMap<UserId, u64>,
    logins: BTreeMap<LoginKey, u64>,
    /// Roles by the order of their assignment.
    roles: BTreeMap<u64, Assigned>,
    authority_version: i64,
    role_subscriptions: BTreeMap<(Role, NotificationType), RoleSubscription>,
    own_subscriptions: BTreeMap<(UserId, NotificationType), OwnSubscription>,
    /// Who has which value of which unique attribute.
    claims: BTreeMap<(String, String), UserId>,
    /// Groups by the order of their creation; `Everyone` is not among them.
    groups: BTreeMap<u64, Group>,
    members: BTreeSet<(GroupId, UserId)>,
    /// Primaries by relation and associated user.
    links: BTreeMap<(String, UserId), UserId>,
    /// Apps by the order of their creation, with the schemas of their users.
    apps: BTreeMap<u64, (App, Schema)>,
    app_users: BTreeMap<(AppId, UserId), (u64, AppUser)>,
    app_groups: BTreeMap<(AppId, GroupId), AppGroup>,
    /// Grants by app and scope.
    scope_grants: BTreeMap<(AppId, String), ScopeGrant>,
    access_tokens: BTreeMap<SecretDigest, AccessToken>,
    /// When each assertion ends that was used.
    used_assertions: BTreeMap<(AppId, SecretDigest), Timestamp>,
    signing_keys: BTreeMap<String, SigningKey>,
    api_tokens: BTreeMap<ApiTokenId, ApiToken>,
    one_time_tokens: BTreeMap<SecretDigest, OneTimeToken>,
    yubikeys: BTreeMap<YubikeyId, Yubikey>,
    sessions: BTreeMap<SecretDigest, Session>,
    transactions: BTreeMap<SecretDigest, Transaction>,
    /// Factors by the order of their enrolment.
    factors: BTreeMap<u64, Factor>,
    factor_places: BTreeMap<FactorId, u64>,
    pushes: BTreeMap<PushTransactionId, PushTransaction>,
    events: Vec<LogEvent>,
    messages: BTreeMap<MessageId, Waiting>,
    messaging: Remembered,
}

#[derive(Clone)]
struct Waiting {
    message: PendingMessage,
    dead: bool,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Users in the order of a sort, ties by id: the plain meaning that other stores are compared with.
    #[must_use]
    pub fn sorted(users: &[User], sort: &UserSort) -> Vec<User> {
        let mut users = users.to_vec();
        users.sort_by(|a, b| lists::in_order(sort, a, b));
        users
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn user(&self, id: &UserId) -> Option<&User> {
        self.users.get(self.places.get(id)?)
    }
}

#[async_trait]
impl Users for MemoryStore {
    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        Ok(self.state().user(id).cloned())
    }

    async fn user_by_login(&self, key: &LoginKey) -> Result<Option<User>, StoreError> {
        let state = self.state();
        Ok(state.logins.get(key).and_then(|place| state.users.get(place)).cloned())
    }

    async fn users_by_short_name(&self, short_name: &LoginKey) -> Result<Vec<User>, StoreError> {
        let state = self.state();
        let named = state
            .logins
            .iter()
            .filter(|(key, _)| key.short_name() == short_name.as_str());
        Ok(named
            .take(2)
            .filter_map(|(_, place)| state.users.get(place))
            .cloned()
            .collect())
    }

    async fn list_users(&self, selection: &UserSelection) -> Result<Page<User>, StoreError> {
        lists::users(&self.state(), selection)
    }

    async fn user_type_is_used(&self, id: &UserTypeId) -> Result<bool, StoreError> {
        Ok(self.state().users.values().any(|user| user.type_id == *id))
    }
}

#[async_trait]
impl Tokens for MemoryStore {
    async fn token_bearer(&self, digest: &SecretDigest) -> Result<Option<TokenBearer>, StoreError> {
        let state = self.state();
        let found = state.api_tokens.values().find(|token| token.digest == *digest);
        Ok(found.and_then(|token| {
            let owner = state.user(&token.owner)?;
            Some(TokenBearer {
                token: token.clone(),
                status: owner.status,
                login: owner.login.as_str().to_owned(),
                display_name: owner.display_name(),
                grants: state.grants_of(&owner.id),
            })
        }))
    }

    async fn token_bearer_and_user(
        &self,
        digest: &SecretDigest,
        id: &UserId,
    ) -> Result<(Option<TokenBearer>, Option<User>), StoreError> {
        Ok((self.token_bearer(digest).await?, self.user(id).await?))
    }

    async fn api_tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        Ok(self.state().api_tokens.values().cloned().collect())
    }

    async fn one_time_token(&self, digest: &SecretDigest) -> Result<Option<OneTimeToken>, StoreError> {
        Ok(self.state().one_time_tokens.get(digest).cloned())
    }
}

#[async_trait]
impl SystemLog for MemoryStore {
    async fn list_events(&self, selection: &LogSelection) -> Result<Page<LogEvent>, StoreError> {
        lists::events(&self.state(), selection)
    }
}

#[async_trait]
impl Commit for MemoryStore {
    async fn commit(&self, changes: Changes) -> Result<(), StoreError> {
        let mut state = self.state();
        let mut next = state.clone();
        next.apply(changes)?;
        *state = next;
        Ok(())
    }

    async fn ready(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
