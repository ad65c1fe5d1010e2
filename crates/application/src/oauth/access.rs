//! Whoever calls with an access token.

use denizen_domain::app::AppStatus;
use denizen_domain::authority::{Caller, Credential, Principal, Scopes};
use denizen_domain::ports::AccessTokenBearer;
use denizen_domain::secret::Secret;

use crate::directory::Directory;
use crate::error::Error;

impl Directory {
    /// The service that stands behind an access token, with its present rights: its roles, narrowed to the scopes of
    /// those of the token's grants that still stand (R9, R10, C3).
    ///
    /// # Errors
    /// `InvalidToken` unless the token is live and its app is in use.
    pub async fn authenticate_access_token(&self, token: &Secret) -> Result<Caller, Error> {
        let live = self.live_access_token(token).await?;
        // Nobody calls in the name of a user.
        let own = live.filter(|bearer| bearer.token.user_id.is_none());
        let bearer = own.ok_or(Error::InvalidToken)?;
        Ok(Caller {
            principal: Principal::App {
                id: bearer.token.app_id,
                label: bearer.label,
            },
            credential: Credential::AccessToken(bearer.token.id),
            grants: bearer.grants,
            scopes: Some(Scopes::new(bearer.scopes)),
        })
    }

    /// Whoever stands behind an access token that is good now, as far as the token and its app tell.
    pub(super) async fn live_access_token(&self, token: &Secret) -> Result<Option<AccessTokenBearer>, Error> {
        let bearer = self.ports.store.access_token_bearer(&token.digest()).await?;
        Ok(bearer.filter(|bearer| bearer.token.is_live(self.now()) && bearer.status == AppStatus::Active))
    }
}
