//! Pushes, as whoever has sent them sees them (contract: factors §6.11; checklist U3, U4).

use denizen_domain::authority::Permission;
use denizen_domain::event::{EventOutcome, EventType, LogEvent};
use denizen_domain::factor::Factor;
use denizen_domain::id::PushTransactionId;
use denizen_domain::ports::Changes;
use denizen_domain::push::PushTransaction;
use denizen_domain::user::User;

use super::kinds::move_push;
use crate::account::Doer;
use crate::call::Call;
use crate::directory::{Directory, MOST_ROUNDS, must};
use crate::error::{Error, ResourceKind};
use crate::sight::Seen;

impl Directory {
    /// Tells what became of a push (`getFactorTransactionStatus`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Conflict`.
    pub async fn push_transaction(
        &self,
        call: &Call,
        key: &str,
        factor: &str,
        id: &str,
    ) -> Result<(User, Factor, PushTransaction), Error> {
        for _ in 0..MOST_ROUNDS {
            let user = self.see_user(call, key).await?;
            must(call, Permission::UsersRead, &user)?;
            let (factor, push) = self.owned_push(&user, factor, id).await?;
            let at = self.now();
            let Some(over) = push.settled(at) else {
                return Ok((user.into_user(), factor, push));
            };
            let event = self.factor_event(
                &Doer::caller(call),
                EventType::AuthenticationViaMfa,
                &user,
                factor.kind(),
                at,
            );
            let changes = Changes {
                writes: vec![move_push(&push, over.clone())],
                events: vec![LogEvent {
                    outcome: EventOutcome::Failure("TIMEOUT".to_owned()),
                    ..event
                }],
                ..Changes::default()
            };
            if self.committed(changes).await? {
                return Ok((user.into_user(), factor, over));
            }
        }
        Err(Error::Conflict)
    }

    /// Takes a push back. What is over stays as it is.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Conflict`.
    pub async fn cancel_push(&self, call: &Call, key: &str, factor: &str, id: &str) -> Result<(), Error> {
        for _ in 0..MOST_ROUNDS {
            let user = self.find_user(call, key).await?;
            must(call, Permission::UsersCredentialsManage, &user)?;
            let (_, push) = self.owned_push(&user, factor, id).await?;
            let Some(over) = push.cancelled(self.now()) else {
                return Ok(());
            };
            let changes = Changes {
                writes: vec![move_push(&push, over)],
                ..Changes::default()
            };
            if self.committed(changes).await? {
                return Ok(());
            }
        }
        Err(Error::Conflict)
    }

    /// A push to a factor of a user. Those of others are unknown, and so are those that belong to a sign-in (U3).
    async fn owned_push(&self, user: &Seen, factor: &str, id: &str) -> Result<(Factor, PushTransaction), Error> {
        let factor = self.owned_factor(user, factor).await?;
        let known = PushTransactionId::parse(id).ok_or_else(|| unknown_push(id))?;
        let found = self.ports.store.push(&factor.id, &known).await?;
        let push = found.filter(|push| push.sign_in.is_none());
        Ok((factor, push.ok_or_else(|| unknown_push(id))?))
    }
}

/// No push to the factor has this id.
pub(crate) fn unknown_push(id: &str) -> Error {
    Error::not_found(ResourceKind::PushTransaction, id)
}
