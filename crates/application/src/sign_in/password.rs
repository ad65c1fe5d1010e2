//! The beginning: a name with a password, or an activation token (contract: authn-and-recovery §2).

use denizen_domain::event::{Entity, EventOutcome, EventType, LogEvent};
use denizen_domain::id::UserId;
use denizen_domain::login::LoginKey;
use denizen_domain::password::StoredPassword;
use denizen_domain::ports::{Changes, Write};
use denizen_domain::secret::Secret;
use denizen_domain::session::Evidence;
use denizen_domain::sign_in::{SoFar, Stage, Wishes};
use denizen_domain::token::TokenPurpose;
use denizen_domain::user::{Status, User};

use super::course::write_user;
use super::{Conversation, NewTransaction, Progress};
use crate::account::Doer;
use crate::attempts::{Asked, Attempt, Proof};
use crate::call::RequestContext;
use crate::directory::{Directory, MOST_ROUNDS};
use crate::error::Error;

/// A request to sign in.
#[derive(Debug)]
pub struct SignIn {
    /// The login, or the part before its `@` if only one user has it.
    pub username: String,
    /// The password.
    pub password: Secret,
    /// The user is to be told that the password will expire.
    pub warn_before_password_expired: bool,
    /// After an enrolment the user is asked for more factors.
    pub more_factors: bool,
    /// Told again with every answer.
    pub relay_state: Option<String>,
}

impl Directory {
    /// Signs in with a name and a password. Whoever is unknown is refused like whoever is known, and not sooner (L5, L7).
    ///
    /// # Errors
    /// `AuthenticationFailed`, `Busy`, `Conflict`.
    pub async fn sign_in(&self, request: &RequestContext, wanted: SignIn) -> Result<Conversation, Error> {
        let Some(user) = self.user_who_signs_in(&wanted.username).await? else {
            self.ports.hasher.verify_absent(&wanted.password).await?;
            // Whoever is known is read anew once the password was verified (T9).
            let nobody = UserId::generate(self.now(), self.random());
            self.ports.store.user(&nobody).await?;
            self.tell_unknown(request, EventType::UserAuthentication).await?;
            return Err(Error::AuthenticationFailed);
        };
        let doer = Doer::user(&user, request);
        let user = self.as_of_now(&doer, user).await?;
        let attempt = Attempt {
            doer: &doer,
            event: EventType::UserAuthentication,
            asked: Asked::Password,
        };
        let proof = match self.prove(&attempt, &user, &wanted.password).await {
            Ok(proof) => proof,
            Err(Error::WrongPassword) => return self.refuse_sign_in(&user, wanted.relay_state),
            Err(other) => return Err(other),
        };
        let renewed = if proof.outdated {
            Some(self.ports.hasher.hash(&wanted.password).await?)
        } else {
            None
        };
        self.admit(&doer, &user, &proof, renewed, wanted).await
    }

    /// What whoever fails is told. Only where the policy says so, a lock-out that began earlier.
    fn refuse_sign_in(&self, user: &User, relay_state: Option<String>) -> Result<Conversation, Error> {
        if user.status == Status::LockedOut && self.settings.password_policy.show_lockout_failures {
            return Ok(Conversation {
                progress: Progress::LockedOut,
                relay_state,
            });
        }
        Err(Error::AuthenticationFailed)
    }

    /// Lets in whoever has shown the password, as far as the policy says.
    async fn admit(
        &self,
        doer: &Doer,
        user: &User,
        proof: &Proof,
        renewed: Option<StoredPassword>,
        wanted: SignIn,
    ) -> Result<Conversation, Error> {
        let so_far = SoFar {
            wishes: Wishes {
                warning: wanted.warn_before_password_expired,
                more_factors: wanted.more_factors,
            },
            ..SoFar::default()
        };
        for _ in 0..MOST_ROUNDS {
            let at = self.now();
            let Some((user, factors)) = self.with_factors(&user.id).await? else {
                return Err(Error::AuthenticationFailed);
            };
            if self.holds(proof, &user).is_err() {
                return self.refuse_sign_in(&user, wanted.relay_state);
            }
            if !matches!(user.status, Status::Active | Status::PasswordExpired) {
                self.tell_not_admitted(doer, &user).await?;
                return Err(Error::AuthenticationFailed);
            }
            let stage = self.stage_after(&user, &factors, so_far, at).await?;
            let shown = self.told_with(&stage, factors, &user).await?;
            let mut changes = Changes {
                events: vec![self.event(doer, EventType::UserAuthentication, vec![Entity::user(&user)], at)],
                ..Changes::default()
            };
            let mut after = self.expired_if_told(&mut changes, doer, user.proven(), &stage, at)?;
            if let Some(password) = &renewed {
                after = after.with_renewed_hash(password.clone());
            }
            if stage == Stage::Done {
                after.last_login = Some(at.whole_seconds());
            }
            write_user(&mut changes, &user, &after);
            let new = NewTransaction {
                stage,
                evidence: Some(Evidence::password(at)),
                relay_state: wanted.relay_state.clone(),
                wishes: so_far.wishes,
                shown,
            };
            let conversation = self.open_transaction(&mut changes, &after, new, at);
            if self.committed(changes).await? {
                return Ok(conversation);
            }
        }
        Err(Error::Conflict)
    }

    /// Tells the log that somebody knew the password and may not sign in (G2).
    async fn tell_not_admitted(&self, doer: &Doer, user: &User) -> Result<(), Error> {
        let event = LogEvent {
            outcome: EventOutcome::Failure(user.status.as_str().to_owned()),
            ..self.event(
                doer,
                EventType::UserAuthentication,
                vec![Entity::user(user)],
                self.now(),
            )
        };
        let changes = Changes {
            events: vec![event],
            ..Changes::default()
        };
        Ok(self.commit(changes).await?)
    }

    /// Signs in with an activation token: at once where there is a password, else on the way to a first one. The token is
    /// used up in either case (contract: authn-and-recovery §2.1; T3).
    ///
    /// # Errors
    /// `AuthenticationFailed` for a token that is unknown, used, over, or meant for something else (T11); `Conflict`.
    pub async fn sign_in_with_activation_token(
        &self,
        request: &RequestContext,
        token: &Secret,
        relay_state: Option<String>,
    ) -> Result<Conversation, Error> {
        let digest = token.digest();
        for _ in 0..MOST_ROUNDS {
            let at = self.now();
            let found = self.ports.store.one_time_token(&digest).await?;
            let found = found.filter(|found| found.admits(TokenPurpose::Activation, at));
            let owner = match &found {
                Some(found) => self.with_factors(&found.user_id).await?,
                None => None,
            };
            let Some((user, factors)) = owner.filter(|(user, _)| may_use_activation_token(user)) else {
                self.tell_unknown(request, EventType::UserAuthentication).await?;
                return Err(Error::AuthenticationFailed);
            };
            let stage = match user.status {
                Status::Provisioned => Stage::FirstPassword,
                _ => self.stage_after(&user, &factors, SoFar::default(), at).await?,
            };
            let shown = self.told_with(&stage, factors, &user).await?;
            let doer = Doer::user(&user, request);
            let mut changes = Changes::default();
            let mut after = self.expired_if_told(&mut changes, &doer, user.clone(), &stage, at)?;
            if stage == Stage::Done {
                after.last_login = Some(at.whole_seconds());
            }
            changes.events.insert(
                0,
                self.event(&doer, EventType::UserAuthentication, vec![Entity::user(&after)], at),
            );
            changes.writes = vec![
                Write::UpdateUser {
                    from: Box::new(user),
                    to: Box::new(after.clone()),
                },
                Write::ConsumeOneTimeToken(digest),
            ];
            let new = NewTransaction {
                stage,
                evidence: None,
                relay_state: relay_state.clone(),
                wishes: Wishes::default(),
                shown,
            };
            let conversation = self.open_transaction(&mut changes, &after, new, at);
            if self.committed(changes).await? {
                return Ok(conversation);
            }
        }
        Err(Error::Conflict)
    }

    /// Who signs in under a name: the owner of the login, or the only user with the short name.
    pub(crate) async fn user_who_signs_in(&self, name: &str) -> Result<Option<User>, Error> {
        let store = &self.ports.store;
        let key = LoginKey::of(name);
        if let Some(user) = store.user_by_login(&key).await? {
            return Ok(Some(user));
        }
        if key.as_str().is_empty() || key.as_str().contains('@') {
            return Ok(None);
        }
        let mut named = store.users_by_short_name(&key).await?;
        Ok(if named.len() == 1 { named.pop() } else { None })
    }
}

/// Whoever has a password is let in with the token, and whoever has none yet chooses one.
fn may_use_activation_token(user: &User) -> bool {
    match user.status {
        Status::Active => user.credentials.password.is_some(),
        status => status == Status::Provisioned,
    }
}
