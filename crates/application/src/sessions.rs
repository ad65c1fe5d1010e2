//! Sessions: beginning, reading, prolonging, ending (contract: sessions-and-subscriptions §1 to §3).

use denizen_domain::authority::{Caller, Credential, Permission, Principal};
use denizen_domain::entropy;
use denizen_domain::event::{Entity, EventOutcome, EventType, LogEvent};
use denizen_domain::id::{SessionId, UserId};
use denizen_domain::password::PasswordPolicy;
use denizen_domain::ports::{Changes, OAuthWrite, SessionWrite, StoreError, Write};
use denizen_domain::secret::{Secret, SecretDigest};
use denizen_domain::session::{Evidence, Session};
use denizen_domain::sign_in::Stage;
use denizen_domain::user::{Status, User};

use crate::account::Doer;
use crate::call::{Call, RequestContext};
use crate::directory::{Directory, MOST_ROUNDS};
use crate::error::{Error, ResourceKind};
use crate::sight::{must, must_at_large};

/// What every client-side id of a session starts with (contract: sessions-and-subscriptions §1).
const SESSION_PREFIX: &str = "102";
/// What is over is swept away at one in so many new sessions.
const SWEEP_ONE_IN: u64 = 64;

/// A session with the secret that clients know it by.
#[derive(Clone, Debug)]
pub struct OpenSession {
    /// The secret: what the API calls the session's id.
    pub secret: Secret,
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub user: User,
    /// Whether the user has a factor that could be shown (contract: sessions-and-subscriptions §1, `mfaActive`).
    pub has_factor: bool,
}

impl Directory {
    /// The organization's name, for people.
    #[must_use]
    pub fn organization_name(&self) -> &str {
        &self.organization.name
    }

    /// What a page and its form share: 22 random characters.
    #[must_use]
    pub fn form_key(&self) -> String {
        entropy::url_safe(&*self.ports.entropy, 22)
    }

    /// What is asked of passwords.
    #[must_use]
    pub fn password_policy(&self) -> &PasswordPolicy {
        &self.settings.password_policy
    }

    /// Takes the session that a session token is good for, once (`createSession`; T3).
    ///
    /// # Errors
    /// `AuthenticationFailed` for a token that is unknown, used or over, or whose user may no longer sign in; `Conflict`.
    pub async fn begin_session(&self, request: &RequestContext, token: &Secret) -> Result<OpenSession, Error> {
        let digest = token.digest();
        for _ in 0..MOST_ROUNDS {
            let at = self.now();
            let found = self.ports.store.transaction(&digest).await?;
            let found = found.filter(|(one, user)| one.details.stage == Stage::Done && one.is_live(user.status, at));
            let Some((transaction, user)) = found else {
                self.tell_unknown(request, EventType::SessionStart).await?;
                return Err(Error::AuthenticationFailed);
            };
            let evidence = transaction.details.evidence.unwrap_or_else(|| Evidence::password(at));
            let (secret, session) = self.new_session(&user, evidence);
            let doer = Doer::user(&user, request);
            let mut writes = vec![
                Write::Session(SessionWrite::Close(digest)),
                Write::Session(SessionWrite::Begin(session.clone())),
            ];
            if self.random().is_multiple_of(SWEEP_ONE_IN) {
                writes.push(Write::Session(SessionWrite::Sweep(at)));
            }
            let changes = Changes {
                writes,
                events: vec![self.event(&doer, EventType::SessionStart, about(&user, &session), at)],
                messages: Vec::new(),
            };
            if self.committed(changes).await? {
                return self.opened_session(secret, session, user).await;
            }
        }
        Err(Error::Conflict)
    }

    fn new_session(&self, user: &User, evidence: Evidence) -> (Secret, Session) {
        let at = self.now();
        let secret = entropy::one_time_token(&*self.ports.entropy, SESSION_PREFIX);
        let id = SessionId::generate(at, self.random());
        let limits = self.settings.session_limits;
        let session = Session::begin(id, secret.digest(), user.id.clone(), evidence, limits, at);
        (secret, session)
    }

    /// Reads a session by its secret (`getSession`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn get_session(&self, call: &Call, secret: &Secret) -> Result<OpenSession, Error> {
        self.session_for(call, secret, Permission::SessionsRead).await
    }

    /// Prolongs a session by its secret (`refreshSession`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn refresh_session(&self, call: &Call, secret: &Secret) -> Result<OpenSession, Error> {
        let found = self.session_for(call, secret, Permission::SessionsManage).await?;
        self.prolong(found).await
    }

    /// Ends a session by its secret (`revokeSession`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn end_session(&self, call: &Call, secret: &Secret) -> Result<(), Error> {
        let found = self.session_for(call, secret, Permission::SessionsManage).await?;
        let is_ended = self.end_found(&Doer::caller(call), &found).await?;
        is_ended.then_some(()).ok_or_else(|| unknown(secret))
    }

    async fn session_for(&self, call: &Call, secret: &Secret, permission: Permission) -> Result<OpenSession, Error> {
        let found = self.live_session(secret).await?;
        // Whoever may see no session at all does not learn which there are.
        let Some(found) = found else {
            must_at_large(call, permission)?;
            return Err(unknown(secret));
        };
        let seen = match self.find_user(call, found.user.id.as_str()).await {
            Err(Error::NotFound { .. }) => return Err(unknown(secret)),
            seen => seen?,
        };
        must(call, permission, &seen)?;
        Ok(found)
    }

    /// The session that a cookie names, used at this moment; none when it is over, or its user may no longer act (C3, C6).
    ///
    /// # Errors
    /// As the store says.
    pub async fn own_session(&self, secret: &Secret) -> Result<Option<OpenSession>, Error> {
        let Some(mut found) = self.live_session(secret).await? else {
            return Ok(None);
        };
        if let Some(used) = found.session.touched(self.settings.session_limits, self.now()) {
            self.store_end(&used).await?;
            found.session = used;
        }
        Ok(Some(found))
    }

    /// Prolongs the session that a cookie names.
    ///
    /// # Errors
    /// As the store says.
    pub async fn refresh_own_session(&self, secret: &Secret) -> Result<Option<OpenSession>, Error> {
        match self.live_session(secret).await? {
            Some(found) => self.prolong(found).await.map(Some),
            None => Ok(None),
        }
    }

    /// Ends the session that a cookie names. `false` when there is none.
    ///
    /// # Errors
    /// As the store says.
    pub async fn end_own_session(&self, request: &RequestContext, secret: &Secret) -> Result<bool, Error> {
        match self.live_session(secret).await? {
            Some(found) => self.end_found(&Doer::user(&found.user, request), &found).await,
            None => Ok(false),
        }
    }

    /// Whoever calls with the cookie of a session. They act as themselves: a session carries no administrator's rights, for
    /// a cookie is sent by the browser whether its owner knows or not (H9).
    ///
    /// # Errors
    /// As the store says.
    pub async fn session_caller(&self, secret: &Secret) -> Result<Option<Caller>, Error> {
        let found = self.own_session(secret).await?;
        Ok(found.map(|OpenSession { session, user, .. }| Caller {
            principal: Principal::User {
                login: user.login.as_str().to_owned(),
                display_name: user.display_name(),
                id: user.id,
            },
            credential: Credential::Session {
                id: session.id,
                digest: session.digest,
            },
            grants: Vec::new().into(),
            scopes: None,
        }))
    }

    /// Ends every session of a user, and voids what could still become one (`revokeUserSessions`); with `oauth_tokens` the
    /// user's access tokens too (C4).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn clear_user_sessions(&self, call: &Call, key: &str, oauth_tokens: bool) -> Result<(), Error> {
        let user = self.find_user(call, key).await?;
        must(call, Permission::UsersClearSessions, &user)?;
        self.clear(call, &user, None, oauth_tokens).await
    }

    /// Ends the sessions of whoever calls with one, that one too if it is not to be kept (`endUserSessions`).
    ///
    /// # Errors
    /// `NoSession` for callers without one; `NotFound`, `Forbidden`.
    pub async fn clear_own_sessions(&self, call: &Call, keep_current: bool) -> Result<(), Error> {
        let current = call.caller.session().ok_or(Error::NoSession)?;
        let user = self.find_user(call, "me").await?;
        must(call, Permission::UsersClearSessions, &user)?;
        self.clear(call, &user, keep_current.then_some(current), false).await
    }

    async fn clear(
        &self,
        call: &Call,
        user: &User,
        except: Option<SecretDigest>,
        oauth_tokens: bool,
    ) -> Result<(), Error> {
        let mut changes = Changes::default();
        end_all(&mut changes, &user.id, except);
        let (doer, at) = (Doer::caller(call), self.now());
        let mut told = vec![EventType::SessionClear];
        if oauth_tokens {
            let revoke = OAuthWrite::DeleteTokensOfUser(user.id.clone());
            changes.writes.push(Write::OAuth(revoke));
            told.push(EventType::OAuthTokenRevokeOfUser);
        }
        let tell = |kind| self.event(&doer, kind, vec![Entity::user(user)], at);
        changes.events.extend(told.into_iter().map(tell));
        Ok(self.commit(changes).await?)
    }

    /// Writes into the log that somebody who is not known failed (G2).
    pub(crate) async fn tell_unknown(&self, request: &RequestContext, kind: EventType) -> Result<(), Error> {
        let event = LogEvent {
            outcome: EventOutcome::Failure("INVALID_CREDENTIALS".to_owned()),
            ..self.event(&Doer::unknown(request), kind, Vec::new(), self.now())
        };
        let changes = Changes {
            events: vec![event],
            ..Changes::default()
        };
        Ok(self.commit(changes).await?)
    }

    async fn live_session(&self, secret: &Secret) -> Result<Option<OpenSession>, Error> {
        let at = self.now();
        let found = self.ports.store.session(&secret.digest()).await?;
        let live = found.filter(|(session, user)| session.is_live(at) && may_be_signed_in(user.status));
        match live {
            Some((session, user)) => self.opened_session(secret.clone(), session, user).await.map(Some),
            None => Ok(None),
        }
    }

    async fn opened_session(&self, secret: Secret, session: Session, user: User) -> Result<OpenSession, Error> {
        let has_factor = user.factors.enrolled > 0 && !self.usable(self.factors_of(&user.id).await?).await?.is_empty();
        Ok(OpenSession {
            secret,
            session,
            user,
            has_factor,
        })
    }

    async fn prolong(&self, found: OpenSession) -> Result<OpenSession, Error> {
        let session = found.session.refreshed(self.settings.session_limits, self.now());
        self.store_end(&session).await?;
        Ok(OpenSession { session, ..found })
    }

    async fn store_end(&self, session: &Session) -> Result<(), Error> {
        let prolong = SessionWrite::Prolong {
            digest: session.digest,
            expires: session.expires,
        };
        let changes = Changes {
            writes: vec![Write::Session(prolong)],
            ..Changes::default()
        };
        Ok(self.commit(changes).await?)
    }

    /// Ends a session; `false` when somebody else did.
    async fn end_found(&self, doer: &Doer, found: &OpenSession) -> Result<bool, Error> {
        let event = self.event(
            doer,
            EventType::SessionEnd,
            about(&found.user, &found.session),
            self.now(),
        );
        let changes = Changes {
            writes: vec![Write::Session(SessionWrite::End(found.session.digest))],
            events: vec![event],
            messages: Vec::new(),
        };
        match self.commit(changes).await {
            Ok(()) => Ok(true),
            Err(StoreError::Stale) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// Adds the end of every session of a user but one, and of everything that could become one (contract:
/// sessions-and-subscriptions §3.1). In this order: whoever is just taking a session is waited for.
pub(crate) fn end_all(changes: &mut Changes, user_id: &UserId, except: Option<SecretDigest>) {
    let void = SessionWrite::VoidAllOf {
        user_id: user_id.clone(),
        purpose: None,
    };
    let end = SessionWrite::EndAllOf {
        user_id: user_id.clone(),
        except,
    };
    changes.writes.extend([Write::Session(void), Write::Session(end)]);
}

/// Whether the sessions of a user of this status are on. Neither a lock-out nor an expired password ends them (contract:
/// sessions-and-subscriptions §3.1).
pub(crate) fn may_be_signed_in(status: Status) -> bool {
    matches!(
        status,
        Status::Active | Status::PasswordExpired | Status::LockedOut | Status::Recovery
    )
}

fn about(user: &User, session: &Session) -> Vec<Entity> {
    let session = Entity {
        id: session.id.to_string(),
        kind: "Session".to_owned(),
        alternate_id: None,
        display_name: None,
    };
    vec![Entity::user(user), session]
}

fn unknown(secret: &Secret) -> Error {
    Error::not_found(ResourceKind::AppSession, secret.expose())
}
