//! Access tokens of services: the grant type `client_credentials` (RFC 6749 §4.4).

use denizen_domain::event::{Entity, EventType};
use denizen_domain::id::AccessTokenId;
use denizen_domain::oauth::{
    ACCESS_TOKEN_MINUTES, AccessClaims, AccessToken, OAuthCode, OAuthRefusal, ScopeGrant, ServiceClient,
    requested_scopes,
};
use denizen_domain::ports::{Changes, OAuthWrite, StoreError, UniqueField, Write};
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;

use super::client::{Claimant, ClientProof, OAuthError, Proven};
use crate::account::Doer;
use crate::call::RequestContext;
use crate::directory::{Directory, MOST_ROUNDS};
use crate::error::Error;

const CLIENT_CREDENTIALS: &str = "client_credentials";
/// Where clients ask for tokens.
const TOKEN_PATH: &str = "/oauth2/v1/token";

/// A request for an access token, as it was sent.
#[derive(Clone, Debug, Default)]
pub struct TokenRequest {
    /// How the client asks.
    pub grant_type: Option<String>,
    /// The scopes that it asks for.
    pub scope: Option<String>,
    /// How it shows who it is.
    pub proof: ClientProof,
}

/// An access token that was issued.
#[derive(Clone, Debug)]
pub struct IssuedAccessToken {
    /// The token.
    pub token: Secret,
    /// Its scopes: those that were asked for and are granted.
    pub scopes: Vec<String>,
    /// How long it lives, in seconds.
    pub expires_in: i64,
}

impl Directory {
    /// Issues an access token to a service.
    ///
    /// # Errors
    /// `Refused` as RFC 6749 §5.2 says; as the store says.
    pub async fn issue_access_token(
        &self,
        request: &RequestContext,
        wanted: &TokenRequest,
    ) -> Result<IssuedAccessToken, OAuthError> {
        match wanted.grant_type.as_deref() {
            Some(CLIENT_CREDENTIALS) => {}
            None => return Err(OAuthRefusal::parameter("grant_type").into()),
            Some(_) => {
                let description = "Only the grant type 'client_credentials' is supported.";
                return Err(OAuthRefusal::new(OAuthCode::UnsupportedGrantType, description).into());
            }
        }
        let claimant = self.claimant(&wanted.proof).await?;
        match self.issue_to(request, wanted, &claimant).await {
            Err(OAuthError::Refused(refusal)) => Err(self.refuse(request, &claimant, refusal).await?.into()),
            issued => issued,
        }
    }

    async fn issue_to(
        &self,
        request: &RequestContext,
        wanted: &TokenRequest,
        claimant: &Claimant,
    ) -> Result<IssuedAccessToken, OAuthError> {
        let Proven { client, uses } = self.prove_client(claimant, &wanted.proof, TOKEN_PATH)?;
        client.check_client_credentials()?;
        let requested = requested_scopes(wanted.scope.as_deref().unwrap_or_default())?;
        let doer = Doer::entity(claimant.entity(), request);
        for _ in 0..MOST_ROUNDS {
            let mut grants = self.ports.store.scope_grants(&client.app_id).await?;
            grants.retain(|grant| requested.contains(&grant.scope.as_str()));
            if grants.is_empty() {
                let description = "You are not allowed any of the requested scopes.";
                return Err(OAuthRefusal::new(OAuthCode::ConsentRequired, description).into());
            }
            let at = self.now();
            let (token, row) = self.signed_token(&client, &grants, at).await?;
            let mut event = self.event(&doer, EventType::OAuthAccessTokenGrant, vec![token_entity(&row.id)], at);
            let scopes: Vec<String> = grants.into_iter().map(|grant| grant.scope).collect();
            event.debug.insert("grantedScopes".to_owned(), scopes.join(", "));
            event
                .debug
                .insert("grantType".to_owned(), CLIENT_CREDENTIALS.to_owned());
            let mut writes = uses.clone();
            writes.push(Write::OAuth(OAuthWrite::ForgetEnded(at)));
            writes.push(Write::OAuth(OAuthWrite::InsertToken(row)));
            let changes = Changes {
                writes,
                events: vec![event],
                messages: Vec::new(),
            };
            match self.commit(changes).await {
                Ok(()) => {
                    return Ok(IssuedAccessToken {
                        token,
                        scopes,
                        expires_in: ACCESS_TOKEN_MINUTES * 60,
                    });
                }
                // The app is gone.
                Err(StoreError::Stale) => return Err(OAuthRefusal::unknown_client().into()),
                Err(StoreError::Duplicate(UniqueField::Id)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict.into())
    }

    /// A token that carries the scopes of some grants, and the row to be stored of it.
    async fn signed_token(
        &self,
        client: &ServiceClient,
        grants: &[ScopeGrant],
        at: Timestamp,
    ) -> Result<(Secret, AccessToken), Error> {
        let id = AccessTokenId::generate(at, self.random());
        let scopes: Vec<String> = grants.iter().map(|grant| grant.scope.clone()).collect();
        let claims = AccessClaims::of_service(&id, &self.settings.public_url, &client.client_id, &scopes, at);
        let token = self.sign(&claims).await?;
        let row = AccessToken {
            id,
            digest: token.digest(),
            app_id: client.app_id.clone(),
            user_id: None,
            grants: grants.iter().map(|grant| grant.id.clone()).collect(),
            created: at,
            expires: at.plus_minutes(ACCESS_TOKEN_MINUTES),
        };
        Ok((token, row))
    }
}

/// An access token as a participant of an event.
pub(super) fn token_entity(id: &AccessTokenId) -> Entity {
    Entity {
        id: id.to_string(),
        kind: "access_token".to_owned(),
        alternate_id: None,
        display_name: Some("Access Token".to_owned()),
    }
}
