//! API tokens, seen and revoked by administrators (contract: groups-apps-tokens §3). They are made at the command line.

use denizen_domain::authority::{Credential, Permission, Subject};
use denizen_domain::event::EventType;
use denizen_domain::ports::{Changes, Write};
use denizen_domain::token::ApiToken;

use crate::account::Doer;
use crate::bootstrap::token_entity;
use crate::call::Call;
use crate::directory::{Directory, MOST_ROUNDS};
use crate::error::{Error, ResourceKind};

impl Directory {
    /// Reads the tokens that are good: all of them, or the caller's own (`listApiTokens`).
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn list_tokens(&self, call: &Call) -> Result<Vec<ApiToken>, Error> {
        must_see_some(call)?;
        let now = self.now();
        let mut tokens = self.ports.store.api_tokens().await?;
        tokens.retain(|token| token.is_live(now) && may(call, Permission::ApiTokensRead, token));
        Ok(tokens)
    }

    /// Reads a token (`getApiToken`).
    ///
    /// # Errors
    /// `Forbidden`; `NotFound` also for the tokens of others.
    pub async fn get_token(&self, call: &Call, id: &str) -> Result<ApiToken, Error> {
        let tokens = self.list_tokens(call).await?;
        let found = tokens.into_iter().find(|token| token.id.as_str() == id);
        found.ok_or_else(|| Error::not_found(ResourceKind::Token, id))
    }

    /// Says from where a token may be used: from anywhere, which is all that there is. The token counts as changed, and dies
    /// no later than before (`upsertApiToken`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn admit_token_anywhere(&self, call: &Call, id: &str) -> Result<ApiToken, Error> {
        let token = self.get_token(call, id).await?;
        call.caller
            .must(Permission::ApiTokensManage, Subject::User(&token.owner, None))?;
        let at = self.now();
        let changed = ApiToken { last_used: at, ..token };
        let write = Write::TouchApiToken {
            id: changed.id.clone(),
            last_used: at,
            expires: changed.expires,
        };
        self.commit(self.token_changes(call, write, EventType::ApiTokenUpdate, &changed))
            .await?;
        Ok(changed)
    }

    /// Revokes a token (`revokeApiToken`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn revoke_token(&self, call: &Call, id: &str) -> Result<(), Error> {
        for _ in 0..MOST_ROUNDS {
            let token = self.get_token(call, id).await?;
            call.caller
                .must(Permission::ApiTokensManage, Subject::User(&token.owner, None))?;
            let write = Write::DeleteApiToken(token.id.clone());
            let changes = self.token_changes(call, write, EventType::ApiTokenRevoke, &token);
            if self.committed(changes).await? {
                return Ok(());
            }
        }
        Err(Error::Conflict)
    }

    /// Revokes the token that carries the call (`revokeCurrentApiToken`). Nothing else can be revoked so.
    ///
    /// # Errors
    /// `Forbidden` for other credentials.
    pub async fn revoke_current_token(&self, call: &Call) -> Result<(), Error> {
        let Credential::ApiToken(id) = &call.caller.credential else {
            return Err(Error::Forbidden);
        };
        self.revoke_token(call, id.as_str()).await
    }

    fn token_changes(&self, call: &Call, write: Write, event: EventType, about: &ApiToken) -> Changes {
        Changes {
            writes: vec![write],
            events: vec![self.event(&Doer::caller(call), event, vec![token_entity(about)], self.now())],
            messages: Vec::new(),
        }
    }
}

fn may(call: &Call, permission: Permission, token: &ApiToken) -> bool {
    call.caller.may(permission, Subject::User(&token.owner, None))
}

/// Whether the caller may see any token, be it their own.
fn must_see_some(call: &Call) -> Result<(), Error> {
    let permission = Permission::ApiTokensRead;
    let sees_own = |id| call.caller.may(permission, Subject::User(id, None));
    if call.caller.may(permission, Subject::Organization) || call.caller.user_id().is_some_and(sees_own) {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}
