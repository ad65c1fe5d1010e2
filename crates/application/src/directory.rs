//! The directory: the use cases' common ground.

use std::sync::{Arc, Mutex, PoisonError};

use denizen_domain::authority::{Caller, Credential, Principal};
use denizen_domain::entropy::{self, Entropy};
use denizen_domain::factor::FactorPolicy;
use denizen_domain::factor::connector::FactorConnectors;
use denizen_domain::factor::otp::OtpVerifier;
use denizen_domain::factor::yubikey_otp::BlockCipher;
use denizen_domain::fido::{AuthenticatorProofs, Origin, RelyingParty, UserVerification};
use denizen_domain::group::Group;
use denizen_domain::id::UserId;
use denizen_domain::oauth::TokenSignatures;
use denizen_domain::organization::Organization;
use denizen_domain::password::{PasswordHasher, PasswordPolicy};
use denizen_domain::ports::{
    Changes, Clock, Store, StoreError, StructureState, SuperAdministrator, TokenBearer, UniqueField, Write,
};
use denizen_domain::sealed::Sealer;
use denizen_domain::secret::Secret;
use denizen_domain::session::SessionLimits;
use denizen_domain::time::Timestamp;
use denizen_domain::user::Status;
use tokio::sync::Notify;

use crate::call::{Call, Foreseen};
use crate::cursor::Cursors;
use crate::error::Error;
use crate::messaging::MessageSettings;
use crate::refused_calls::Told;
use crate::sight::{NarrowTokens, Seen};
pub(crate) use crate::sight::{must, must_at_large};
use crate::super_administrators::Loss;

/// Everything that the use cases need from outside.
#[derive(Clone)]
pub struct Ports {
    /// Where the directory is kept.
    pub store: Arc<dyn Store>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Draws ids, tokens and temporary passwords.
    pub entropy: Arc<dyn Entropy>,
    /// Hashes passwords and answers.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Seals messages that wait, and signing keys.
    pub sealer: Arc<dyn Sealer>,
    /// Knows the codes of tokens.
    pub otp: Arc<dyn OtpVerifier>,
    /// Checks the signatures of clients, and signs access tokens.
    pub signatures: Arc<dyn TokenSignatures>,
    /// Asks the services that verify factors of their own.
    pub connectors: Arc<dyn FactorConnectors>,
    /// Decrypts passwords of YubiKeys.
    pub cipher: Arc<dyn BlockCipher>,
    /// Reads what security keys send.
    pub authenticators: Arc<dyn AuthenticatorProofs>,
}

/// How the directory behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where people and programs reach the directory, without a slash at the end. Every link is made from it, never from a
    /// request (T1).
    pub public_url: String,
    /// What is asked of passwords.
    pub password_policy: PasswordPolicy,
    /// How long an activation link is good, in minutes. The original's default is a week; here it is a day (T7).
    pub activation_token_minutes: i64,
    /// How long sessions live.
    pub session_limits: SessionLimits,
    /// What is sent to people, and how much of it.
    pub messages: MessageSettings,
    /// What is asked of factors.
    pub factor_policy: FactorPolicy,
    /// Which pages may ask security keys for proofs; the directory's own where nothing else is said, none where that is no
    /// page.
    pub relying_party: Option<RelyingParty>,
}

impl Settings {
    /// The defaults under a public URL.
    #[must_use]
    pub fn new(public_url: impl Into<String>) -> Self {
        let public_url = public_url.into().trim_end_matches('/').to_owned();
        let origin = Origin::parse(&public_url).map(|origin| vec![origin]);
        let relying_party =
            origin.and_then(|origins| RelyingParty::new(origins, None, UserVerification::default()).ok());
        Self {
            relying_party,
            public_url,
            password_policy: PasswordPolicy::default(),
            activation_token_minutes: 24 * 60,
            session_limits: SessionLimits::default(),
            messages: MessageSettings::default(),
            factor_policy: FactorPolicy::default(),
        }
    }
}

/// The directory.
pub struct Directory {
    pub(crate) ports: Ports,
    pub(crate) settings: Settings,
    pub(crate) organization: Organization,
    pub(crate) everyone: Group,
    pub(crate) cursors: Cursors,
    /// The shape of the directory as it was last read.
    shape: Mutex<Option<Arc<StructureState>>>,
    /// The super administrators at a version of authority.
    pub(crate) supers: Mutex<Option<(i64, Arc<[SuperAdministrator]>)>>,
    /// Tokens whose bearers see a part of the users.
    narrow: NarrowTokens,
    /// Refused calls that were told of late.
    pub(crate) told: Mutex<Told>,
    /// Told whenever messages were committed.
    pub(crate) message_waits: Arc<Notify>,
}

/// A change of one thing by many callers at once lets one through at a time; more than this many rounds are no accident.
pub(crate) const MOST_ROUNDS: usize = 128;

impl Directory {
    /// Opens a directory that has been founded.
    ///
    /// # Errors
    /// `Internal` when it has not, or when the store fails.
    pub async fn open(ports: Ports, settings: Settings) -> Result<Arc<Self>, Error> {
        let organization = ports.store.organization().await?;
        let organization = organization.ok_or_else(|| Error::Internal("the directory was never founded".to_owned()))?;
        let everyone = ports.store.everyone().await?;
        let cursors = Cursors::new(organization.cursor_key.clone());
        let message_waits = Arc::new(Notify::new());
        Ok(Arc::new(Self {
            ports,
            settings,
            organization,
            everyone,
            cursors,
            shape: Mutex::new(None),
            supers: Mutex::new(None),
            narrow: NarrowTokens::default(),
            told: Mutex::default(),
            message_waits,
        }))
    }

    /// Where the directory is reached.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.settings.public_url
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    /// Whether the store can be used now.
    ///
    /// # Errors
    /// As the store says.
    pub async fn ready(&self) -> Result<(), Error> {
        Ok(self.ports.store.ready().await?)
    }

    /// Whoever stands behind an API token, with their present rights (R9, R10).
    ///
    /// # Errors
    /// `InvalidToken` unless the token is live and its owner may act.
    pub async fn authenticate(&self, token: &Secret) -> Result<Caller, Error> {
        Ok(self.authenticate_about(token, None).await?.0)
    }

    /// The same, with a look at the user whom the call is about, if it names one by id.
    ///
    /// # Errors
    /// As [`Directory::authenticate`].
    pub async fn authenticate_about(&self, token: &Secret, user: Option<&str>) -> Result<(Caller, Foreseen), Error> {
        let (store, digest) = (&self.ports.store, token.digest());
        let (bearer, user, standing) = match user.and_then(UserId::parse) {
            // Where somebody stands is read with the rest for those who had to be asked about it the last time.
            Some(id) if self.narrow.knows(&digest) => {
                let (bearer, user) = store.token_bearer_user_and_standing(&digest, &id).await?;
                let (user, standing) = user.unzip();
                (bearer, user, standing)
            }
            Some(id) => {
                let (bearer, user) = store.token_bearer_and_user(&digest, &id).await?;
                (bearer, user, None)
            }
            None => (store.token_bearer(&digest).await?, None, None),
        };
        let caller = self.caller(bearer.ok_or(Error::InvalidToken)?).await?;
        self.narrow.note(&digest, &caller);
        Ok((caller, Foreseen::new(user, standing)))
    }

    /// Whoever bears a token, if it is live and its owner may act. Its use is recorded.
    async fn caller(&self, bearer: TokenBearer) -> Result<Caller, Error> {
        let now = self.now();
        let may_act = matches!(
            bearer.status,
            Status::Active | Status::PasswordExpired | Status::Recovery
        );
        if !bearer.token.is_live(now) || !may_act {
            return Err(Error::InvalidToken);
        }
        if let Some((last_used, expires)) = bearer.token.touched(now) {
            let touch = Write::TouchApiToken {
                id: bearer.token.id.clone(),
                last_used,
                expires,
            };
            self.ports
                .store
                .commit(Changes {
                    writes: vec![touch],
                    ..Changes::default()
                })
                .await?;
        }
        Ok(Caller {
            principal: Principal::User {
                id: bearer.token.owner,
                login: bearer.login,
                display_name: bearer.display_name,
            },
            credential: Credential::ApiToken(bearer.token.id),
            grants: bearer.grants,
            scopes: None,
        })
    }

    /// A random number.
    pub(crate) fn random(&self) -> u64 {
        entropy::number(&*self.ports.entropy)
    }

    /// The present shape of the directory. What was read before is used again while its version is the present one.
    pub(crate) async fn structure(&self) -> Result<Arc<StructureState>, Error> {
        let version = self.ports.store.structure_version().await?;
        let known = self.shape.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.version == version) {
            return Ok(known);
        }
        let read = Arc::new(self.ports.store.structure().await?);
        *self.shape.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&read));
        Ok(read)
    }

    /// Reads the shape of the directory, decides and commits over the version that was read; when another change came
    /// between, all over again (D2).
    pub(crate) async fn change_structure<T>(
        &self,
        mut decide: impl FnMut(&StructureState) -> Result<(Changes, T), Error>,
    ) -> Result<T, Error> {
        for _ in 0..MOST_ROUNDS {
            let structure = self.structure().await?;
            let (mut changes, answer) = decide(&structure)?;
            if changes.writes.is_empty() {
                return Ok(answer);
            }
            changes.writes.insert(0, Write::AdvanceStructure(structure.version));
            if self.committed(changes).await? {
                return Ok(answer);
            }
        }
        Err(Error::Conflict)
    }

    /// Commits changes, and wakes the delivery of messages when there are some.
    pub(crate) async fn commit(&self, changes: Changes) -> Result<(), StoreError> {
        let sends = !changes.messages.is_empty();
        self.ports.store.commit(changes).await?;
        if sends {
            self.message_waits.notify_one();
        }
        Ok(())
    }

    /// Commits changes that were decided on what was read. `false` when another change came between, or an id was drawn twice:
    /// read and decide again.
    pub(crate) async fn committed(&self, changes: Changes) -> Result<bool, Error> {
        match self.commit(changes).await {
            Ok(()) => Ok(true),
            Err(StoreError::Stale | StoreError::Duplicate(UniqueField::Id)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Loads a user, decides and commits; when another change came between, all over again.
    pub(crate) async fn change_user<T>(
        &self,
        call: &Call,
        key: &str,
        decide: impl FnMut(&Seen) -> Result<(Changes, T), Error>,
    ) -> Result<T, Error> {
        self.change_seen(call, key, false, decide).await
    }

    /// The same for what takes somebody's access away: the directory keeps a super administrator (R8).
    pub(crate) async fn end_access<T>(
        &self,
        call: &Call,
        key: &str,
        decide: impl FnMut(&Seen) -> Result<(Changes, T), Error>,
    ) -> Result<T, Error> {
        self.change_seen(call, key, true, decide).await
    }

    async fn change_seen<T>(
        &self,
        call: &Call,
        key: &str,
        ends_access: bool,
        mut decide: impl FnMut(&Seen) -> Result<(Changes, T), Error>,
    ) -> Result<T, Error> {
        for _ in 0..MOST_ROUNDS {
            let user = self.find_user(call, key).await?;
            let (mut changes, answer) = decide(&user)?;
            if ends_access {
                self.guard(&mut changes, Loss::User(&user.id)).await?;
            }
            if self.committed(changes).await? {
                return Ok(answer);
            }
        }
        Err(Error::Conflict)
    }
}
