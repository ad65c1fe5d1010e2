//! The scopes that administrators grant to apps.

use denizen_domain::app::App;
use denizen_domain::authority::Permission;
use denizen_domain::event::{Entity, EventType};
use denizen_domain::id::ScopeGrantId;
use denizen_domain::oauth::{ScopeGrant, client_id, is_known_scope};
use denizen_domain::ports::{Changes, OAuthWrite, StoreError, UniqueField, Write};
use denizen_domain::time::Timestamp;
use denizen_domain::validation::Validation;

use crate::account::Doer;
use crate::apps::app_entity;
use crate::call::Call;
use crate::directory::{Directory, MOST_ROUNDS};
use crate::error::{Error, ResourceKind};
use crate::sight::must_at_large;

/// A request to grant a scope.
#[derive(Clone, Debug)]
pub struct GrantScope {
    /// The scope.
    pub scope_id: String,
    /// Who will issue the tokens: the directory itself.
    pub issuer: Option<String>,
}

impl Directory {
    /// Reads the scopes that are granted to an app, by their names (`listScopeConsentGrants`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn list_scope_grants(&self, call: &Call, app_id: &str) -> Result<(App, Vec<ScopeGrant>), Error> {
        must_at_large(call, Permission::AppGrantsRead)?;
        let app = self.find_app(app_id).await?;
        let grants = self.ports.store.scope_grants(&app.id).await?;
        Ok((app, grants))
    }

    /// Reads one grant (`getScopeConsentGrant`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn get_scope_grant(&self, call: &Call, app_id: &str, id: &str) -> Result<(App, ScopeGrant), Error> {
        let (app, grants) = self.list_scope_grants(call, app_id).await?;
        let found = grants.into_iter().find(|grant| grant.id.as_str() == id);
        Ok((
            app,
            found.ok_or_else(|| Error::not_found(ResourceKind::ScopeGrant, id))?,
        ))
    }

    /// Grants a scope to an app; what is granted already stays as it is (`grantConsentToScope`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` also to services for scopes that they have not themselves (R3), `Validation`, `Conflict`.
    pub async fn grant_scope(
        &self,
        call: &Call,
        app_id: &str,
        request: &GrantScope,
    ) -> Result<(App, ScopeGrant), Error> {
        must_at_large(call, Permission::AppGrantsManage)?;
        let app = self.find_app(app_id).await?;
        self.check_grant(&app, request)?;
        if call
            .caller
            .scopes
            .as_ref()
            .is_some_and(|own| !own.contains(&request.scope_id))
        {
            return Err(Error::Forbidden);
        }
        for _ in 0..MOST_ROUNDS {
            let granted = self.ports.store.scope_grants(&app.id).await?;
            if let Some(grant) = granted.into_iter().find(|grant| grant.scope == request.scope_id) {
                return Ok((app, grant));
            }
            let at = self.now();
            let grant = ScopeGrant {
                id: ScopeGrantId::generate(at, self.random()),
                app_id: app.id.clone(),
                scope: request.scope_id.clone(),
                created_by: call.caller.id().to_owned(),
                created: at.whole_seconds(),
            };
            let write = OAuthWrite::InsertGrant(grant.clone());
            let changes = self.grant_changes(call, EventType::OAuthConsentGrant, vec![write], (&app, &grant), at);
            match self.commit(changes).await {
                Ok(()) => return Ok((app, grant)),
                Err(StoreError::Duplicate(UniqueField::Scope | UniqueField::Id)) => {}
                // The app is gone.
                Err(StoreError::Stale) => return Err(Error::not_found(ResourceKind::App, app_id)),
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict)
    }

    fn check_grant(&self, app: &App, request: &GrantScope) -> Result<(), Validation> {
        if client_id(app).is_none() {
            return Err(Validation::field(
                "appId",
                "Scopes are granted to OAuth 2.0 clients only",
            ));
        }
        if !is_known_scope(&request.scope_id) {
            return Err(Validation::field("scopeId", "The scope is unknown"));
        }
        let issuer = request.issuer.as_deref().map(|issuer| issuer.trim_end_matches('/'));
        match issuer {
            Some(issuer) if issuer == self.settings.public_url => Ok(()),
            _ => Err(Validation::field(
                "issuer",
                "The issuer must be the URL of the organization",
            )),
        }
    }

    /// Takes a grant back. Live tokens are without its scope from the next request on (`revokeScopeConsentGrant`; R9, C3).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Conflict`.
    pub async fn revoke_scope_grant(&self, call: &Call, app_id: &str, id: &str) -> Result<(), Error> {
        must_at_large(call, Permission::AppGrantsManage)?;
        for _ in 0..MOST_ROUNDS {
            let app = self.find_app(app_id).await?;
            let granted = self.ports.store.scope_grants(&app.id).await?;
            let grant = granted.into_iter().find(|grant| grant.id.as_str() == id);
            let grant = grant.ok_or_else(|| Error::not_found(ResourceKind::ScopeGrant, id))?;
            let write = OAuthWrite::DeleteGrant(grant.id.clone());
            let kind = EventType::OAuthTokenRevokeOfClient;
            let changes = self.grant_changes(call, kind, vec![write], (&app, &grant), self.now());
            if self.committed(changes).await? {
                return Ok(());
            }
        }
        Err(Error::Conflict)
    }

    fn grant_changes(
        &self,
        call: &Call,
        kind: EventType,
        writes: Vec<OAuthWrite>,
        (app, grant): (&App, &ScopeGrant),
        at: Timestamp,
    ) -> Changes {
        let scope = Entity {
            id: grant.id.to_string(),
            kind: "scope".to_owned(),
            alternate_id: Some(grant.scope.clone()),
            display_name: Some(grant.scope.clone()),
        };
        Changes {
            writes: writes.into_iter().map(Write::OAuth).collect(),
            events: vec![self.event(&Doer::caller(call), kind, vec![app_entity(app), scope], at)],
            messages: Vec::new(),
        }
    }
}
