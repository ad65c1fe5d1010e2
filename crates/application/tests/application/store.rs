//! The store in memory, made restless: other tasks go first at random, and commits fail on demand.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use denizen_application::memory::MemoryStore;
use denizen_domain::app::{App, AppGroup, AppUser};
use denizen_domain::authority::{Grant, Rank, Role, Standing};
use denizen_domain::event::LogEvent;
use denizen_domain::factor::yubikey::Yubikey;
use denizen_domain::factor::yubikey_otp::PublicId;
use denizen_domain::factor::{Factor, FactorId};
use denizen_domain::group::Group;
use denizen_domain::id::{AppId, GroupId, MessageId, PushTransactionId, SmsTemplateId, UserId, UserTypeId, YubikeyId};
use denizen_domain::login::LoginKey;
use denizen_domain::message::PendingMessage;
use denizen_domain::oauth::{ScopeGrant, SigningKey};
use denizen_domain::organization::Organization;
use denizen_domain::ports::{
    AccessTokenBearer, AppSelection, Apps, Changes, Commit, Delivery, Factors, GroupSelection, GroupStats, Groups,
    Links, LogSelection, Messaging, OAuth, Outbox, Page, Position, Pushes, Roles, Sessions, Standings, StoreError,
    Structure, StructureState, Subscriptions, SuperAdministrator, SystemLog, TargetApp, TokenBearer, Tokens, UsableApp,
    UserSelection, Users, YubikeySelection, Yubikeys,
};
use denizen_domain::push::PushTransaction;
use denizen_domain::role::{Assignee, AssignmentId, RoleAssignment};
use denizen_domain::schema::Schema;
use denizen_domain::secret::SecretDigest;
use denizen_domain::sending::{Channel, Sending};
use denizen_domain::session::Session;
use denizen_domain::sign_in::Transaction;
use denizen_domain::sms_template::SmsTemplate;
use denizen_domain::subscription::{NotificationType, OwnSubscription, RoleSubscription};
use denizen_domain::time::Timestamp;
use denizen_domain::token::{ApiToken, OneTimeToken};
use denizen_domain::user::User;

use crate::ports::SeededEntropy;

/// A store whose answers come after a random number of turns of other tasks.
pub struct RestlessStore {
    inner: MemoryStore,
    turns: Option<SeededEntropy>,
    failures: Mutex<VecDeque<StoreError>>,
    commits: AtomicUsize,
    reads: AtomicUsize,
}

impl RestlessStore {
    /// Without a seed nobody is let in between.
    pub fn new(seed: Option<u64>) -> Self {
        Self {
            inner: MemoryStore::new(),
            turns: seed.map(SeededEntropy::new),
            failures: Mutex::default(),
            commits: AtomicUsize::new(0),
            reads: AtomicUsize::new(0),
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

    /// How often users were read or looked for.
    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
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
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.turn().await;
        self.inner.user(id).await
    }

    async fn user_by_login(&self, key: &LoginKey) -> Result<Option<User>, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.turn().await;
        self.inner.user_by_login(key).await
    }

    async fn users_by_short_name(&self, short_name: &LoginKey) -> Result<Vec<User>, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.inner.users_by_short_name(short_name).await
    }

    async fn list_users(&self, selection: &UserSelection) -> Result<Page<User>, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.inner.list_users(selection).await
    }

    async fn user_type_is_used(&self, id: &UserTypeId) -> Result<bool, StoreError> {
        self.inner.user_type_is_used(id).await
    }
}

#[async_trait]
impl OAuth for RestlessStore {
    async fn access_token_bearer(&self, digest: &SecretDigest) -> Result<Option<AccessTokenBearer>, StoreError> {
        self.turn().await;
        self.inner.access_token_bearer(digest).await
    }

    async fn client(&self, client_id: &str) -> Result<Option<App>, StoreError> {
        self.turn().await;
        self.inner.client(client_id).await
    }

    async fn scope_grants(&self, app_id: &AppId) -> Result<Vec<ScopeGrant>, StoreError> {
        self.turn().await;
        self.inner.scope_grants(app_id).await
    }

    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        self.turn().await;
        self.inner.signing_keys().await
    }
}

#[async_trait]
impl Structure for RestlessStore {
    async fn organization(&self) -> Result<Option<Organization>, StoreError> {
        self.inner.organization().await
    }

    async fn structure_version(&self) -> Result<i64, StoreError> {
        self.turn().await;
        self.inner.structure_version().await
    }

    async fn structure(&self) -> Result<StructureState, StoreError> {
        self.inner.structure().await
    }

    async fn app_schema(&self, id: &AppId) -> Result<Option<Schema>, StoreError> {
        self.inner.app_schema(id).await
    }
}

#[async_trait]
impl Groups for RestlessStore {
    async fn group(&self, id: &GroupId) -> Result<Option<Group>, StoreError> {
        self.turn().await;
        self.inner.group(id).await
    }

    async fn everyone(&self) -> Result<Group, StoreError> {
        self.inner.everyone().await
    }

    async fn list_groups(&self, selection: &GroupSelection) -> Result<Page<Group>, StoreError> {
        self.inner.list_groups(selection).await
    }

    async fn groups_of(&self, user_id: &UserId) -> Result<Vec<Group>, StoreError> {
        self.inner.groups_of(user_id).await
    }

    async fn members_of(
        &self,
        group_id: &GroupId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<User>, StoreError> {
        self.inner.members_of(group_id, after, limit).await
    }

    async fn group_stats(&self, group_id: &GroupId) -> Result<GroupStats, StoreError> {
        self.inner.group_stats(group_id).await
    }
}

#[async_trait]
impl Links for RestlessStore {
    async fn primary_of(&self, relation: &str, user_id: &UserId) -> Result<Option<UserId>, StoreError> {
        self.inner.primary_of(relation, user_id).await
    }

    async fn associated_with(
        &self,
        relation: &str,
        user_id: &UserId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<UserId>, StoreError> {
        self.inner.associated_with(relation, user_id, after, limit).await
    }
}

#[async_trait]
impl Apps for RestlessStore {
    async fn app(&self, id: &AppId) -> Result<Option<App>, StoreError> {
        self.turn().await;
        self.inner.app(id).await
    }

    async fn list_apps(&self, selection: &AppSelection) -> Result<Page<App>, StoreError> {
        self.inner.list_apps(selection).await
    }

    async fn app_user(&self, app_id: &AppId, user_id: &UserId) -> Result<Option<AppUser>, StoreError> {
        self.inner.app_user(app_id, user_id).await
    }

    async fn list_app_users(
        &self,
        app_id: &AppId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<AppUser>, StoreError> {
        self.inner.list_app_users(app_id, after, limit).await
    }

    async fn app_group(&self, app_id: &AppId, group_id: &GroupId) -> Result<Option<AppGroup>, StoreError> {
        self.inner.app_group(app_id, group_id).await
    }

    async fn list_app_groups(
        &self,
        app_id: &AppId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<AppGroup>, StoreError> {
        self.inner.list_app_groups(app_id, after, limit).await
    }

    async fn usable_apps(&self, user_id: &UserId) -> Result<Vec<UsableApp>, StoreError> {
        self.inner.usable_apps(user_id).await
    }
}

#[async_trait]
impl Roles for RestlessStore {
    async fn authority_version(&self) -> Result<i64, StoreError> {
        self.turn().await;
        self.inner.authority_version().await
    }

    async fn grants_of(&self, user_id: &UserId) -> Result<Arc<[Grant]>, StoreError> {
        self.turn().await;
        self.inner.grants_of(user_id).await
    }

    async fn grants_of_client(&self, id: &AppId) -> Result<Arc<[Grant]>, StoreError> {
        self.inner.grants_of_client(id).await
    }

    async fn role_assignments(&self, assignee: &Assignee) -> Result<Vec<RoleAssignment>, StoreError> {
        self.turn().await;
        self.inner.role_assignments(assignee).await
    }

    async fn inherited_assignments(&self, user_id: &UserId) -> Result<Vec<RoleAssignment>, StoreError> {
        self.inner.inherited_assignments(user_id).await
    }

    async fn target_groups(
        &self,
        assignee: &Assignee,
        id: &AssignmentId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<Group>, StoreError> {
        self.inner.target_groups(assignee, id, after, limit).await
    }

    async fn target_apps(
        &self,
        assignee: &Assignee,
        id: &AssignmentId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<TargetApp>, StoreError> {
        self.inner.target_apps(assignee, id, after, limit).await
    }

    async fn administrators(&self, after: Option<&Position>, limit: usize) -> Result<Page<UserId>, StoreError> {
        self.inner.administrators(after, limit).await
    }

    async fn super_administrators(&self) -> Result<Vec<SuperAdministrator>, StoreError> {
        self.turn().await;
        self.inner.super_administrators().await
    }
}

#[async_trait]
impl Standings for RestlessStore {
    async fn standing_of(&self, user_id: &UserId) -> Result<Standing, StoreError> {
        self.turn().await;
        self.inner.standing_of(user_id).await
    }

    async fn token_bearer_user_and_standing(
        &self,
        digest: &SecretDigest,
        id: &UserId,
    ) -> Result<(Option<TokenBearer>, Option<(User, Standing)>), StoreError> {
        self.inner.token_bearer_user_and_standing(digest, id).await
    }

    async fn rank_of_group(&self, group_id: &GroupId) -> Result<Rank, StoreError> {
        self.turn().await;
        self.inner.rank_of_group(group_id).await
    }
}

#[async_trait]
impl Subscriptions for RestlessStore {
    async fn role_subscriptions(&self) -> Result<Vec<RoleSubscription>, StoreError> {
        self.inner.role_subscriptions().await
    }

    async fn own_subscriptions(&self, user_id: &UserId) -> Result<Vec<OwnSubscription>, StoreError> {
        self.inner.own_subscriptions(user_id).await
    }

    async fn choices_about(&self, kind: NotificationType) -> Result<Vec<OwnSubscription>, StoreError> {
        self.inner.choices_about(kind).await
    }

    async fn mailed_holders(&self, roles: &[Role]) -> Result<Vec<(UserId, Role)>, StoreError> {
        self.inner.mailed_holders(roles).await
    }
}

#[async_trait]
impl Messaging for RestlessStore {
    async fn sending(&self, channel: Channel, address: &str) -> Result<Option<Sending>, StoreError> {
        self.turn().await;
        self.inner.sending(channel, address).await
    }

    async fn sms_templates(&self) -> Result<Vec<SmsTemplate>, StoreError> {
        self.inner.sms_templates().await
    }

    async fn sms_template(&self, id: &SmsTemplateId) -> Result<Option<SmsTemplate>, StoreError> {
        self.inner.sms_template(id).await
    }
}

#[async_trait]
impl Tokens for RestlessStore {
    async fn token_bearer(&self, digest: &SecretDigest) -> Result<Option<TokenBearer>, StoreError> {
        self.inner.token_bearer(digest).await
    }

    async fn token_bearer_and_user(
        &self,
        digest: &SecretDigest,
        id: &UserId,
    ) -> Result<(Option<TokenBearer>, Option<User>), StoreError> {
        self.inner.token_bearer_and_user(digest, id).await
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
impl Sessions for RestlessStore {
    async fn session(&self, digest: &SecretDigest) -> Result<Option<(Session, User)>, StoreError> {
        self.turn().await;
        self.inner.session(digest).await
    }

    async fn transaction(&self, digest: &SecretDigest) -> Result<Option<(Transaction, User)>, StoreError> {
        self.turn().await;
        self.inner.transaction(digest).await
    }
}

#[async_trait]
impl Pushes for RestlessStore {
    async fn push(&self, factor: &FactorId, id: &PushTransactionId) -> Result<Option<PushTransaction>, StoreError> {
        self.turn().await;
        self.inner.push(factor, id).await
    }

    async fn pushes_of(&self, factor: &FactorId, after: Timestamp) -> Result<Vec<PushTransaction>, StoreError> {
        self.turn().await;
        self.inner.pushes_of(factor, after).await
    }
}

#[async_trait]
impl Factors for RestlessStore {
    async fn user_with_factors(&self, id: &UserId) -> Result<Option<(User, Vec<Factor>)>, StoreError> {
        self.turn().await;
        self.inner.user_with_factors(id).await
    }

    async fn factor(&self, user: &UserId, id: &FactorId) -> Result<Option<(Factor, User)>, StoreError> {
        self.turn().await;
        self.inner.factor(user, id).await
    }

    async fn factor_by_key(&self, key: &str) -> Result<Option<Factor>, StoreError> {
        self.turn().await;
        self.inner.factor_by_key(key).await
    }

    async fn factors_after(&self, after: Option<&FactorId>, limit: usize) -> Result<Vec<Factor>, StoreError> {
        self.turn().await;
        self.inner.factors_after(after, limit).await
    }
}

#[async_trait]
impl Yubikeys for RestlessStore {
    async fn yubikey(&self, id: &YubikeyId) -> Result<Option<Yubikey>, StoreError> {
        self.turn().await;
        self.inner.yubikey(id).await
    }

    async fn live_yubikey(&self, name: &PublicId) -> Result<Option<Yubikey>, StoreError> {
        self.turn().await;
        self.inner.live_yubikey(name).await
    }

    async fn list_yubikeys(&self, selection: &YubikeySelection) -> Result<Page<Yubikey>, StoreError> {
        self.turn().await;
        self.inner.list_yubikeys(selection).await
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
