//! From one stage to the next. Every way in goes through here, so that none leads around a factor (checklist L2, T8).

use denizen_domain::event::{Entity, EventType};
use denizen_domain::factor::{Enrolment, Factor, FactorKind};
use denizen_domain::id::UserId;
use denizen_domain::ports::{Changes, SessionWrite, Write};
use denizen_domain::secret::Secret;
use denizen_domain::sign_in::{Demands, Details, SoFar, Stage, Transaction, Wishes};
use denizen_domain::time::Timestamp;
use denizen_domain::user::lifecycle::Action;
use denizen_domain::user::{Status, User};

use super::{Conversation, Progress, Shown};
use crate::account::Doer;
use crate::directory::Directory;
use crate::error::Error;

/// A transaction that goes on.
pub(crate) struct Onward<'a> {
    /// Who goes on.
    pub(crate) doer: &'a Doer,
    /// The state token.
    pub(crate) token: &'a Secret,
    /// The transaction as read.
    pub(crate) from: &'a Transaction,
    /// What it holds from now on, but for the stage.
    pub(crate) details: Details,
    /// The user as read.
    pub(crate) before: &'a User,
    /// The user once the rest of the changes is committed.
    pub(crate) after: User,
    /// The user's factors once the rest of the changes is committed.
    pub(crate) factors: Vec<Factor>,
    /// A factor was enrolled just now.
    pub(crate) has_enrolled: bool,
    /// When.
    pub(crate) at: Timestamp,
}

impl Directory {
    /// A user with the user's factors, in one state of the store.
    pub(crate) async fn with_factors(&self, id: &UserId) -> Result<Option<(User, Vec<Factor>)>, Error> {
        let user = self.ports.store.user(id).await?;
        match user {
            // Whoever has none is known without a second look: the number is in the user.
            Some(user) if user.factors.enrolled == 0 => Ok(Some((user, Vec::new()))),
            Some(_) => Ok(self.ports.store.user_with_factors(id).await?),
            None => Ok(None),
        }
    }

    /// The transaction of a state token, with whose it is and what factors they have.
    pub(crate) async fn live_with_factors(&self, token: &Secret) -> Result<(Transaction, User, Vec<Factor>), Error> {
        let (transaction, user) = self.live_transaction(token).await?;
        if user.factors.enrolled == 0 {
            return Ok((transaction, user, Vec::new()));
        }
        let read = self.ports.store.user_with_factors(&user.id).await?;
        let (user, factors) = read.ok_or(Error::InvalidToken)?;
        Ok((transaction, user, factors))
    }

    /// The factors of a user whom a change is decided on: when they are of another version of the user, the commit fails.
    pub(crate) async fn factors_beside(&self, user: &User) -> Result<Vec<Factor>, Error> {
        if user.factors.enrolled == 0 {
            return Ok(Vec::new());
        }
        let read = self.ports.store.user_with_factors(&user.id).await?;
        match read {
            Some((now, factors)) if now.version == user.version => Ok(factors),
            _ => Err(Error::Conflict),
        }
    }

    /// The kinds that are in use, of those that matter for somebody with these factors.
    async fn kinds_in_use(&self, factors: &[Factor], wishes: Wishes) -> Result<Vec<FactorKind>, Error> {
        let policy = &self.settings.factor_policy;
        let matters = |kind: &FactorKind| {
            wishes.more_factors
                || policy.enrolment(*kind) == Enrolment::Required
                || factors.iter().any(|factor| factor.kind() == *kind)
        };
        let kinds = FactorKind::ALL.into_iter().filter(matters);
        let mut kinds: Vec<FactorKind> = kinds.filter(|kind| policy.allows(*kind)).collect();
        if !kinds.is_empty() {
            let structure = self.structure().await?;
            kinds.retain(|kind| self.is_enabled_in(&structure, *kind));
        }
        Ok(kinds)
    }

    /// What is asked of somebody's factors.
    pub(crate) async fn demands(&self, factors: &[Factor], wishes: Wishes) -> Result<Demands, Error> {
        let kinds = self.kinds_in_use(factors, wishes).await?;
        Ok(Demands::of(&self.settings.factor_policy, &kinds, factors))
    }

    /// The stage that follows for a user with these factors.
    pub(crate) async fn stage_after(
        &self,
        user: &User,
        factors: &[Factor],
        so_far: SoFar,
        at: Timestamp,
    ) -> Result<Stage, Error> {
        let demands = self.demands(factors, so_far.wishes).await?;
        let policy = &self.settings.password_policy;
        Ok(Stage::following(user, policy, demands, so_far, at))
    }

    /// Adds whatever follows to the changes: the next stage under the same token, or the end with a session token.
    pub(crate) async fn advance(&self, changes: &mut Changes, onward: Onward<'_>) -> Result<Conversation, Error> {
        let Onward { doer, before, at, .. } = onward;
        let so_far = SoFar {
            has_enrolled: onward.has_enrolled,
            ..onward.details.so_far()
        };
        let stage = self.stage_after(&onward.after, &onward.factors, so_far, at).await?;
        let after = self.expired_if_told(changes, doer, onward.after, &stage, at)?;
        let mut to = onward.from.clone();
        to.details = onward.details;
        if stage == Stage::Done {
            return Ok(self.finish(changes, &to, before, &after, at));
        }
        let shown = self.told_with(&stage, onward.factors, &after).await?;
        to = Transaction {
            version: to.version + 1,
            ..to.moved(stage, at)
        };
        let to = self.reopen(changes, to, before, &after);
        Ok(Conversation {
            relay_state: to.details.relay_state.clone(),
            progress: Progress::Pending {
                token: onward.token.clone(),
                transaction: Box::new(to),
                user: Box::new(after),
                shown,
            },
        })
    }

    /// Whoever is told that the password has expired has the status from then on.
    pub(super) fn expired_if_told(
        &self,
        changes: &mut Changes,
        doer: &Doer,
        user: User,
        stage: &Stage,
        at: Timestamp,
    ) -> Result<User, Error> {
        if *stage != Stage::PasswordExpired || user.status != Status::Active {
            return Ok(user);
        }
        let event = self.event(doer, EventType::UserExpirePassword, vec![Entity::user(&user)], at);
        changes.events.push(event);
        Ok(user.transition(Action::ExpirePassword, at)?.user)
    }

    /// Closes a transaction and opens it again as it is to be. Between them whatever began like it may be voided, and it
    /// lives on; its version tells whoever has read it before.
    fn reopen(&self, changes: &mut Changes, to: Transaction, before: &User, after: &User) -> Transaction {
        write_user(changes, before, after);
        let close = Write::Session(SessionWrite::Close(to.digest));
        changes.writes.insert(1, close);
        changes
            .writes
            .push(Write::Session(SessionWrite::Open(Box::new(to.clone()))));
        to
    }

    /// What is told with a stage, beside the stage.
    pub(crate) async fn told_with(&self, stage: &Stage, factors: Vec<Factor>, user: &User) -> Result<Shown, Error> {
        Ok(match stage {
            Stage::MfaRequired => Shown::Factors(self.usable(factors).await?),
            Stage::MfaChallenge(id) | Stage::MfaEnrollActivate(id) => {
                let factor = factors.into_iter().find(|factor| factor.id == *id);
                // What it was about is gone, and so is the transaction.
                let factor = Box::new(factor.ok_or(Error::InvalidToken)?);
                match stage {
                    Stage::MfaChallenge(_) => Shown::Challenge(factor, None),
                    _ => Shown::Enrolled(factor, None),
                }
            }
            Stage::MfaEnroll => {
                let demands = self.demands(&factors, Wishes::default()).await?;
                Shown::Catalog {
                    entries: self.catalog_of(factors, &user.factors).await?,
                    may_skip: !demands.enrolment,
                }
            }
            _ => Shown::Nothing,
        })
    }

    /// The factors that can be shown: active ones, of kinds that are in use.
    pub(crate) async fn usable(&self, mut factors: Vec<Factor>) -> Result<Vec<Factor>, Error> {
        let kinds = self.kinds_in_use(&factors, Wishes::default()).await?;
        factors.retain(|factor| factor.is_active() && kinds.contains(&factor.kind()));
        Ok(factors)
    }
}

/// Writes the user as the first of the changes, whether or not it was among them.
pub(super) fn write_user(changes: &mut Changes, before: &User, after: &User) {
    let update = Write::UpdateUser {
        from: Box::new(before.clone()),
        to: Box::new(after.clone()),
    };
    let written = |write: &Write| matches!(write, Write::UpdateUser { .. });
    match changes.writes.iter().position(written) {
        Some(0) => changes.writes[0] = update,
        Some(place) => {
            changes.writes.remove(place);
            changes.writes.insert(0, update);
        }
        None => changes.writes.insert(0, update),
    }
}

/// The user as the changes leave them.
pub(super) fn written_user(changes: &Changes, before: &User) -> User {
    let mut written = changes.writes.iter().filter_map(|write| match write {
        Write::UpdateUser { to, .. } if to.id == before.id => Some(User::clone(to)),
        _ => None,
    });
    written.next().unwrap_or_else(|| before.clone())
}
