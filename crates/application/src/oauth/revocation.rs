//! What a client does with its tokens besides calling: ending them (RFC 7009) and asking about them (RFC 7662).

use denizen_domain::event::EventType;
use denizen_domain::ports::{AccessTokenBearer, Changes, OAuthWrite, Write};
use denizen_domain::secret::Secret;
use denizen_domain::user::User;

use super::client::{Claimant, ClientProof, OAuthError, Proven};
use super::token::token_entity;
use crate::account::Doer;
use crate::call::RequestContext;
use crate::directory::Directory;
use crate::sessions::may_be_signed_in;

const REVOKE_PATH: &str = "/oauth2/v1/revoke";
const INTROSPECT_PATH: &str = "/oauth2/v1/introspect";

/// What is told of a token that is good.
#[derive(Clone, Debug)]
pub struct Introspection {
    /// The token, its client and its scopes.
    pub bearer: AccessTokenBearer,
    /// The user in whose name it was issued, if it was in one's.
    pub user: Option<User>,
    /// Who has made it, and whom it is meant for.
    pub issuer: String,
}

impl Directory {
    /// Revokes a token of the client that asks. A token that is unknown, or another client's, is left alone, and nothing is
    /// told about it.
    ///
    /// # Errors
    /// `Refused` when the client does not prove who it is; as the store says.
    pub async fn revoke_access_token(
        &self,
        request: &RequestContext,
        proof: &ClientProof,
        token: &Secret,
    ) -> Result<(), OAuthError> {
        let claimant = self.claimant(proof).await?;
        let Proven { client, uses } = self.proven(request, &claimant, proof, REVOKE_PATH).await?;
        let found = self.ports.store.access_token_bearer(&token.digest()).await?;
        let own = found.filter(|bearer| bearer.token.app_id == client.app_id);
        let mut changes = Changes {
            writes: uses,
            ..Changes::default()
        };
        if let Some(bearer) = own {
            let doer = Doer::entity(claimant.entity(), request);
            let about = vec![token_entity(&bearer.token.id)];
            changes
                .events
                .push(self.event(&doer, EventType::OAuthTokenRevoke, about, self.now()));
            changes
                .writes
                .push(Write::OAuth(OAuthWrite::DeleteToken(bearer.token.digest)));
        }
        self.use_up(request, &claimant, changes).await
    }

    /// Tells a client about one of its tokens; `None` when it is not good, or another client's.
    ///
    /// # Errors
    /// `Refused` when the client does not prove who it is; as the store says.
    pub async fn introspect_access_token(
        &self,
        request: &RequestContext,
        proof: &ClientProof,
        token: &Secret,
    ) -> Result<Option<Introspection>, OAuthError> {
        let claimant = self.claimant(proof).await?;
        let Proven { client, uses } = self.proven(request, &claimant, proof, INTROSPECT_PATH).await?;
        let changes = Changes {
            writes: uses,
            ..Changes::default()
        };
        self.use_up(request, &claimant, changes).await?;
        let found = self.live_access_token(token).await?;
        let Some(bearer) = found.filter(|bearer| bearer.token.app_id == client.app_id) else {
            return Ok(None);
        };
        // While its user may not sign in, a token is not good; it may be again (contract: sessions-and-subscriptions §3.1).
        let user = match &bearer.token.user_id {
            None => None,
            Some(id) => match self.ports.store.user(id).await? {
                Some(user) if may_be_signed_in(user.status) => Some(user),
                _ => return Ok(None),
            },
        };
        Ok(Some(Introspection {
            bearer,
            user,
            issuer: self.settings.public_url.clone(),
        }))
    }

    async fn proven(
        &self,
        request: &RequestContext,
        claimant: &Claimant,
        proof: &ClientProof,
        path: &str,
    ) -> Result<Proven, OAuthError> {
        match self.prove_client(claimant, proof, path) {
            Ok(proven) => Ok(proven),
            Err(refusal) => Err(self.refuse(request, claimant, refusal).await?.into()),
        }
    }

    /// Commits what uses up a proof.
    async fn use_up(&self, request: &RequestContext, claimant: &Claimant, changes: Changes) -> Result<(), OAuthError> {
        if changes.writes.is_empty() {
            return Ok(());
        }
        match self.commit(changes).await.map_err(OAuthError::from) {
            Err(OAuthError::Refused(refusal)) => Err(self.refuse(request, claimant, refusal).await?.into()),
            done => done,
        }
    }
}
