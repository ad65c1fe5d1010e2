//! Clients, what is granted to them, tokens and keys, in memory.

use async_trait::async_trait;
use denizen_domain::app::App;
use denizen_domain::id::AppId;
use denizen_domain::oauth::{AccessToken, ScopeGrant, SigningKey, client_id};
use denizen_domain::ports::{AccessTokenBearer, OAuth, OAuthWrite, StoreError, UniqueField};
use denizen_domain::role::{Assignee, RoleAssignment};
use denizen_domain::secret::SecretDigest;

use super::{MemoryStore, State};

#[async_trait]
impl OAuth for MemoryStore {
    async fn access_token_bearer(&self, digest: &SecretDigest) -> Result<Option<AccessTokenBearer>, StoreError> {
        let state = self.state();
        let found = state.access_tokens.get(digest).and_then(|token| {
            let app = state.app_by(|app| app.id == token.app_id)?;
            let carried = state
                .scope_grants
                .values()
                .filter(|grant| grant.app_id == app.id && token.grants.contains(&grant.id));
            Some(AccessTokenBearer {
                token: token.clone(),
                status: app.status,
                label: app.label.clone(),
                client_id: client_id(app)?.to_owned(),
                scopes: carried.map(|grant| grant.scope.clone()).collect(),
                grants: state
                    .held_by(&Assignee::Client(app.id.clone()))
                    .map(RoleAssignment::grant)
                    .collect(),
            })
        });
        Ok(found)
    }

    async fn client(&self, wanted: &str) -> Result<Option<App>, StoreError> {
        Ok(self.state().app_by(|app| client_id(app) == Some(wanted)).cloned())
    }

    async fn scope_grants(&self, app_id: &AppId) -> Result<Vec<ScopeGrant>, StoreError> {
        let state = self.state();
        let granted = state.scope_grants.values().filter(|grant| grant.app_id == *app_id);
        Ok(granted.cloned().collect())
    }

    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        let mut keys: Vec<SigningKey> = self.state().signing_keys.values().cloned().collect();
        keys.sort_by(|one, other| (one.created, &one.kid).cmp(&(other.created, &other.kid)));
        Ok(keys)
    }
}

impl State {
    fn app_by(&self, wanted: impl Fn(&App) -> bool) -> Option<&App> {
        self.apps.values().map(|(app, _)| app).find(|app| wanted(app))
    }

    /// Whether a name is that of a client already.
    pub(super) fn is_client(&self, wanted: &str) -> bool {
        self.app_by(|app| client_id(app) == Some(wanted)).is_some()
    }

    pub(super) fn write_oauth(&mut self, write: OAuthWrite) -> Result<(), StoreError> {
        match write {
            OAuthWrite::InsertGrant(grant) => self.insert_grant(grant)?,
            OAuthWrite::DeleteGrant(id) => {
                let known = self.scope_grants.values().find(|grant| grant.id == id);
                let key = known.map(|grant| (grant.app_id.clone(), grant.scope.clone()));
                self.scope_grants.remove(&key.ok_or(StoreError::Stale)?);
            }
            OAuthWrite::InsertToken(token) => self.insert_token(token)?,
            OAuthWrite::DeleteToken(digest) => {
                self.access_tokens.remove(&digest);
            }
            OAuthWrite::DeleteTokensOfApp(id) => self.access_tokens.retain(|_, token| token.app_id != id),
            OAuthWrite::DeleteTokensOfUser(id) => {
                self.access_tokens
                    .retain(|_, token| token.user_id.as_ref() != Some(&id));
            }
            OAuthWrite::UseAssertion { app_id, id, expires } => {
                self.app_by(|app| app.id == app_id).ok_or(StoreError::Stale)?;
                if self.used_assertions.insert((app_id, id), expires).is_some() {
                    return Err(StoreError::Duplicate(UniqueField::Assertion));
                }
            }
            OAuthWrite::ForgetEnded(at) => {
                self.access_tokens.retain(|_, token| token.is_live(at));
                self.used_assertions.retain(|_, expires| at < *expires);
            }
            OAuthWrite::InsertKey(key) => self.insert_key(key)?,
            OAuthWrite::ReplaceKey { from, to, at } => {
                let present = self.signing_keys.get_mut(&from).filter(|key| key.retired.is_none());
                present.ok_or(StoreError::Stale)?.retired = Some(at);
                self.insert_key(to)?;
            }
            OAuthWrite::ResealKey { kid, sealed } => {
                if let Some(key) = self.signing_keys.get_mut(&kid) {
                    key.sealed = sealed;
                }
            }
            OAuthWrite::ForgetKeys(before) => self
                .signing_keys
                .retain(|_, key| key.retired.is_none_or(|retired| retired >= before)),
        }
        Ok(())
    }

    fn insert_grant(&mut self, grant: ScopeGrant) -> Result<(), StoreError> {
        self.app_by(|app| app.id == grant.app_id).ok_or(StoreError::Stale)?;
        let key = (grant.app_id.clone(), grant.scope.clone());
        if self.scope_grants.contains_key(&key) {
            return Err(StoreError::Duplicate(UniqueField::Scope));
        }
        self.scope_grants.insert(key, grant);
        Ok(())
    }

    fn insert_token(&mut self, token: AccessToken) -> Result<(), StoreError> {
        self.app_by(|app| app.id == token.app_id).ok_or(StoreError::Stale)?;
        if let Some(id) = &token.user_id {
            self.user(id).ok_or(StoreError::Stale)?;
        }
        if self.access_tokens.insert(token.digest, token).is_some() {
            return Err(StoreError::Duplicate(UniqueField::Id));
        }
        Ok(())
    }

    fn insert_key(&mut self, key: SigningKey) -> Result<(), StoreError> {
        let is_taken = key.retired.is_none() && self.signing_keys.values().any(|key| key.retired.is_none());
        if is_taken || self.signing_keys.contains_key(&key.kid) {
            return Err(StoreError::Stale);
        }
        self.signing_keys.insert(key.kid.clone(), key);
        Ok(())
    }

    /// Removes what belongs to an app that is gone.
    pub(super) fn forget_client(&mut self, id: &AppId) {
        self.scope_grants.retain(|_, grant| grant.app_id != *id);
        self.access_tokens.retain(|_, token| token.app_id != *id);
        self.used_assertions.retain(|(app_id, _), _| app_id != id);
    }
}
