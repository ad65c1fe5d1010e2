//! Passwords that are changed or set in a transaction (contract: authn-and-recovery §5).

use denizen_domain::event::{Entity, EventType};
use denizen_domain::factor::Factor;
use denizen_domain::ports::{FactorWrite, Write};
use denizen_domain::secret::Secret;
use denizen_domain::session::Evidence;
use denizen_domain::sign_in::{Details, Stage, Step};
use denizen_domain::user::lifecycle::Action;

use super::Conversation;
use super::course::Onward;
use crate::account::Doer;
use crate::attempts::{Asked, Attempt};
use crate::call::RequestContext;
use crate::directory::{Directory, MOST_ROUNDS};
use crate::error::{Error, PasswordSurface};
use crate::sessions::end_all;

/// A request to change a password in a transaction.
#[derive(Debug)]
pub struct ChangeExpiredPassword {
    /// The present password.
    pub old: Secret,
    /// The password to be.
    pub new: Secret,
    /// End the user's sessions.
    pub revoke_sessions: bool,
}

/// A request to set a password in a transaction.
#[derive(Debug)]
pub struct SetPassword {
    /// The password to be.
    pub new: Secret,
    /// End the user's sessions.
    pub revoke_sessions: bool,
}

impl Directory {
    /// Changes the password by the present one, and signs in (P6, L2).
    ///
    /// # Errors
    /// `InvalidToken`, `OutOfTurn`, `WrongPassword`, `PasswordRejected`, `Busy`, `Conflict`.
    pub async fn change_expired_password(
        &self,
        request: &RequestContext,
        token: &Secret,
        wanted: ChangeExpiredPassword,
    ) -> Result<Conversation, Error> {
        let (transaction, user) = self.live_transaction(token).await?;
        transaction.details.stage.must_allow(Step::ChangePassword)?;
        let doer = Doer::user(&user, request);
        let attempt = Attempt {
            doer: &doer,
            event: EventType::UserUpdatePassword,
            asked: Asked::Password,
        };
        let proof = self.prove(&attempt, &user, &wanted.old).await?;
        self.check_policy(&wanted.new, &user.profile, PasswordSurface::SignIn)?;
        self.check_history(&user, &wanted.new, PasswordSurface::SignIn).await?;
        let stored = self.ports.hasher.hash(&wanted.new).await?;
        for _ in 0..MOST_ROUNDS {
            let (transaction, user, factors) = self.live_with_factors(token).await?;
            transaction.details.stage.must_allow(Step::ChangePassword)?;
            self.holds(&proof, &user)?;
            let at = self.now();
            let history = self.settings.password_policy.history_count;
            let changed = user
                .transition(Action::ChangePassword, at)?
                .with_password(stored.clone(), history, at);
            let mut changes = self.changes_of(&user, &changed);
            if wanted.revoke_sessions {
                end_all(&mut changes, &user.id, None);
            }
            let event = self.event(&doer, EventType::UserUpdatePassword, vec![Entity::user(&user)], at);
            changes.events.push(event);
            self.mail_password_changed(&mut changes, &user, at)?;
            let onward = Onward {
                doer: &doer,
                token,
                from: &transaction,
                details: transaction.details.clone(),
                before: &user,
                after: changed.user,
                factors,
                has_enrolled: false,
                at,
            };
            let conversation = self.advance(&mut changes, onward).await?;
            if self.committed(changes).await? {
                return Ok(conversation);
            }
        }
        Err(Error::Conflict)
    }

    /// Sets a password at the end of an activation or a recovery, and signs in.
    ///
    /// # Errors
    /// `InvalidToken`, `OutOfTurn`, `PasswordRejected`, `Busy`, `Conflict`.
    pub async fn set_password(
        &self,
        request: &RequestContext,
        token: &Secret,
        wanted: SetPassword,
    ) -> Result<Conversation, Error> {
        let (transaction, user) = self.live_transaction(token).await?;
        transaction.details.stage.must_allow(Step::ResetPassword)?;
        let doer = Doer::user(&user, request);
        self.check_policy(&wanted.new, &user.profile, PasswordSurface::SignIn)?;
        self.check_history(&user, &wanted.new, PasswordSurface::SignIn).await?;
        let stored = self.ports.hasher.hash(&wanted.new).await?;
        for _ in 0..MOST_ROUNDS {
            let (transaction, user, factors) = self.live_with_factors(token).await?;
            transaction.details.stage.must_allow(Step::ResetPassword)?;
            let at = self.now();
            let action = match transaction.details.stage {
                Stage::FirstPassword => Action::CompleteActivation,
                _ => Action::CompleteReset,
            };
            let history = self.settings.password_policy.history_count;
            let mut set = user.transition(action, at)?.with_password(stored.clone(), history, at);
            let factor = self.automatic_factor(Some(user.status), &mut set.user, at);
            let mut changes = self.changes_of(&user, &set);
            let (factors, is_given) = with_given(factors, factor.as_ref());
            changes.writes.extend(factor);
            if wanted.revoke_sessions {
                end_all(&mut changes, &user.id, None);
            }
            let event = self.event(&doer, EventType::UserUpdatePassword, vec![Entity::user(&user)], at);
            changes.events.push(event);
            self.mail_password_changed(&mut changes, &user, at)?;
            let onward = Onward {
                doer: &doer,
                token,
                from: &transaction,
                // Whoever has a factor shows it before anything is opened by the new password (T8).
                details: Details {
                    evidence: Some(Evidence::password(at)),
                    past_factor: is_given,
                    ..transaction.details.clone()
                },
                before: &user,
                after: set.user,
                factors,
                has_enrolled: false,
                at,
            };
            let conversation = self.advance(&mut changes, onward).await?;
            if self.committed(changes).await? {
                return Ok(conversation);
            }
        }
        Err(Error::Conflict)
    }
}

/// The factors with the one that is given unasked. Nobody is asked for that one yet: whoever gets it had none, and came by a
/// token.
fn with_given(mut factors: Vec<Factor>, given: Option<&Write>) -> (Vec<Factor>, bool) {
    match given {
        Some(Write::Factor(FactorWrite::Insert(given))) => {
            factors.push(Factor::clone(given));
            (factors, true)
        }
        _ => (factors, false),
    }
}
