//! The store in memory, made restless: other tasks go first at random, and commits fail on demand.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use denizen_application::memory::MemoryStore;
use denizen_domain::event::LogEvent;
use denizen_domain::group::Group;
use denizen_domain::id::{GroupId, MessageId, SchemaId, UserId, UserTypeId};
use denizen_domain::login::LoginKey;
use denizen_domain::message::PendingMessage;
use denizen_domain::organization::Organization;
use denizen_domain::ports::{
    Changes, Commit, Delivery, LogSelection, Outbox, Page, StoreError, Structure, SystemLog, TokenBearer, Tokens,
    UserSelection, Users,
};
use denizen_domain::schema::Schema;
use denizen_domain::secret::SecretDigest;
use denizen_domain::time::Timestamp;
use denizen_domain::token::{ApiToken, OneTimeToken};
use denizen_domain::user::User;
use denizen_domain::user_type::UserType;

use crate::ports::SeededEntropy;

/// A store whose answers come after a random number of turns of other tasks.
pub struct RestlessStore {
    inner: MemoryStore,
    turns: Option<SeededEntropy>,
    failures: Mutex<VecDeque<StoreError>>,
    commits: AtomicUsize,
}

impl RestlessStore {
    /// Without a seed nobody is let in between.
    pub fn new(seed: Option<u64>) -> Self {
        Self {
            inner: MemoryStore::new(),
            turns: seed.map(SeededEntropy::new),
            failures: Mutex::default(),
            commits: AtomicUsize::new(0),
        }
    }

    /// The next commits fail so, one after the other.
    pub fn fail_with(&self, failures: impl IntoIterator<Item = StoreError>) {
        *self.failures.lock().unwrap() = failures.into_iter().collect();
    }

    /// How many commits were tried.
    pub fn commits(&self) -> usize {
        self.commits.load(Ordering::Relaxed)
    }

    async fn turn(&self) {
        let turns = self.turns.as_ref().map_or(0, |turns| turns.next() % 4);
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
    }
}

#[async_trait]
impl Users for RestlessStore {
    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        self.turn().await;
        self.inner.user(id).await
    }

    async fn user_by_login(&self, key: &LoginKey) -> Result<Option<User>, StoreError> {
        self.turn().await;
        self.inner.user_by_login(key).await
    }

    async fn users_by_short_name(&self, short_name: &LoginKey) -> Result<Vec<User>, StoreError> {
        self.inner.users_by_short_name(short_name).await
    }

    async fn list_users(&self, selection: &UserSelection) -> Result<Page<User>, StoreError> {
        self.inner.list_users(selection).await
    }
}

#[async_trait]
impl Structure for RestlessStore {
    async fn organization(&self) -> Result<Option<Organization>, StoreError> {
        self.inner.organization().await
    }

    async fn group(&self, id: &GroupId) -> Result<Option<Group>, StoreError> {
        self.inner.group(id).await
    }

    async fn everyone(&self) -> Result<Group, StoreError> {
        self.inner.everyone().await
    }

    async fn user_type(&self, id: &UserTypeId) -> Result<Option<UserType>, StoreError> {
        self.inner.user_type(id).await
    }

    async fn default_user_type(&self) -> Result<UserType, StoreError> {
        self.inner.default_user_type().await
    }

    async fn user_schema(&self, id: &SchemaId) -> Result<Option<Schema>, StoreError> {
        self.inner.user_schema(id).await
    }

    async fn group_schema(&self) -> Result<Schema, StoreError> {
        self.inner.group_schema().await
    }
}

#[async_trait]
impl Tokens for RestlessStore {
    async fn token_bearer(&self, digest: &SecretDigest) -> Result<Option<TokenBearer>, StoreError> {
        self.inner.token_bearer(digest).await
    }

    async fn api_tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        self.inner.api_tokens().await
    }

    async fn one_time_token(&self, digest: &SecretDigest) -> Result<Option<OneTimeToken>, StoreError> {
        self.turn().await;
        self.inner.one_time_token(digest).await
    }
}

#[async_trait]
impl SystemLog for RestlessStore {
    async fn list_events(&self, selection: &LogSelection) -> Result<Page<LogEvent>, StoreError> {
        self.inner.list_events(selection).await
    }
}

#[async_trait]
impl Outbox for RestlessStore {
    async fn claim_messages(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<PendingMessage>, StoreError> {
        self.inner.claim_messages(now, lease_until, limit).await
    }

    async fn settle_message(&self, id: &MessageId, delivery: Delivery) -> Result<(), StoreError> {
        self.inner.settle_message(id, delivery).await
    }

    async fn next_message_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.inner.next_message_due().await
    }
}

#[async_trait]
impl Commit for RestlessStore {
    async fn commit(&self, changes: Changes) -> Result<(), StoreError> {
        self.turn().await;
        self.commits.fetch_add(1, Ordering::Relaxed);
        let failure = self.failures.lock().unwrap().pop_front();
        match failure {
            Some(failure) => Err(failure),
            None => self.inner.commit(changes).await,
        }
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.inner.ready().await
    }
}
