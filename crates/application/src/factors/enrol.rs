//! Enrolling a factor (contract: factors §6.4).

use denizen_domain::authority::Permission;
use denizen_domain::event::EventType;
use denizen_domain::factor::{Factor, FactorId, FactorKind, FactorRefusal, FactorStatus, UnknownKind, place_for};
use denizen_domain::ports::{Changes, FactorWrite, StoreError, UniqueField, Write};
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_domain::user::{Status, User};
use denizen_domain::validation::{Validation, Violations};

use super::kinds::{Memo, New};
use super::{Activation, Proof, Wording, update_factor, update_user};
use crate::account::Doer;
use crate::call::Call;
use crate::directory::{Directory, MOST_ROUNDS, must};
use crate::error::Error;

const BLANK: &str = "The field cannot be left blank";

/// What is told of the factor; each kind takes of it what it understands.
#[derive(Clone, Debug, Default)]
pub struct FactorProfile {
    /// The name of a question.
    pub question: Option<String>,
    /// The answer to it.
    pub answer: Option<Secret>,
    /// A number for messages or calls.
    pub phone_number: Option<String>,
    /// What is dialled after the number.
    pub phone_extension: Option<String>,
    /// A mail address.
    pub email: Option<String>,
    /// The name that another service knows the user by, or the number of a token.
    pub credential_id: Option<String>,
    /// A secret that the caller has made.
    pub shared_secret: Option<Secret>,
}

/// A request to enrol a factor.
#[derive(Clone, Debug, Default)]
pub struct EnrolFactor {
    /// The type.
    pub factor_type: Option<String>,
    /// The provider.
    pub provider: Option<String>,
    /// What is told of the factor; nothing where the request has no profile.
    pub profile: Option<FactorProfile>,
    /// What proves that the user has it.
    pub proof: Proof,
    /// The settings of a custom token.
    pub factor_profile_id: Option<String>,
    /// Make it active at once, where the kind allows it.
    pub activate: bool,
    /// Put a number in place of the one that is on file.
    pub update_phone: bool,
    /// How a message is to be written.
    pub wording: Wording,
}

impl EnrolFactor {
    /// The kind that is asked for.
    fn kind(&self) -> Result<FactorKind, Error> {
        let mut violations = Violations::default();
        for (name, given) in [("factorType", &self.factor_type), ("provider", &self.provider)] {
            if given.as_deref().unwrap_or_default().is_empty() {
                violations.add(name, BLANK);
            }
        }
        violations.into_result()?;
        let (Some(factor_type), Some(provider)) = (&self.factor_type, &self.provider) else {
            return Err(FactorRefusal::InvalidProvider.into());
        };
        FactorKind::parse(factor_type, provider).map_err(|unknown| match unknown {
            UnknownKind::Provider => FactorRefusal::InvalidProvider.into(),
            UnknownKind::Type => Validation::field("factorType", "The factor type is unknown").into(),
        })
    }
}

/// A factor that was enrolled, with what is told of it once.
#[derive(Clone, Debug)]
pub struct Enrolled {
    /// Whose it is.
    pub user: User,
    /// The factor.
    pub factor: Factor,
    /// What activates it.
    pub activation: Option<Activation>,
}

impl Directory {
    /// Enrols a factor for a user (`enrollFactor`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Validation`, `Factor`, `WrongProof`, `Busy`, `Conflict`.
    pub async fn enrol_factor(&self, call: &Call, key: &str, request: &EnrolFactor) -> Result<Enrolled, Error> {
        let doer = Doer::caller(call);
        let mut memo = Memo::default();
        for _ in 0..MOST_ROUNDS {
            let user = self.find_user(call, key).await?;
            must(call, Permission::UsersCredentialsManage, &user)?;
            let (changes, enrolled) = self.enrolment(&doer, &user, request, &mut memo).await?;
            if self.enrolment_committed(changes).await? {
                return Ok(enrolled);
            }
        }
        Err(Error::Conflict)
    }

    /// Commits an enrolment. Whoever shows a credential that somebody has registered learns no more than that it is refused.
    pub(crate) async fn enrolment_committed(&self, changes: Changes) -> Result<bool, Error> {
        match self.commit(changes).await {
            Ok(()) => Ok(true),
            Err(StoreError::Duplicate(UniqueField::FactorKey)) => Err(FactorRefusal::AlreadySetUp.into()),
            Err(StoreError::Stale | StoreError::Duplicate(UniqueField::Id)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// What an enrolment changes, decided on a user as read.
    pub(crate) async fn enrolment(
        &self,
        doer: &Doer,
        user: &User,
        request: &EnrolFactor,
        memo: &mut Memo,
    ) -> Result<(Changes, Enrolled), Error> {
        if user.status == Status::Deprovisioned {
            return Err(FactorRefusal::UserStatus.into());
        }
        let kind = request.kind()?;
        if matches!(kind, FactorKind::Sms | FactorKind::Call) && !self.settings.messages.telephony {
            return Err(Error::NoTelephony);
        }
        if !self.is_enabled(kind).await? {
            return Err(FactorRefusal::NotEnabled.into());
        }
        if !self.settings.factor_policy.allows(kind) {
            return Err(FactorRefusal::NotAllowed.into());
        }
        let read = self.ports.store.user_with_factors(&user.id).await?;
        let (_, present) = read.ok_or(Error::Conflict)?;
        self.must_keep_number(user, &present, kind, request)?;
        let place = place_for(kind, &present)?;
        let at = self.now();
        let id = match place {
            Some(pending) => pending.id.clone(),
            None => FactorId::generate(kind, at, self.random()),
        };
        let target = Target {
            id: &id,
            kind,
            present: &present,
            at,
        };
        let new = self.new_device(doer, user, &target, request, memo).await?;
        let (mut changes, enrolled) = self.enrolled(doer, user, &target, place, new);
        if enrolled.factor.is_active() {
            self.tell_replaced(&mut changes, doer, user, &enrolled.factor, at);
            self.tell_enrolled(&mut changes, doer, user, kind, at)?;
        }
        Ok((changes, enrolled))
    }

    fn enrolled(
        &self,
        doer: &Doer,
        user: &User,
        target: &Target<'_>,
        place: Option<&Factor>,
        new: New,
    ) -> (Changes, Enrolled) {
        let at = target.at;
        let factor = Factor {
            id: target.id.clone(),
            version: place.map_or(1, |pending| pending.version),
            user_id: user.id.clone(),
            status: new.status,
            created: place.map_or(at.whole_seconds(), |pending| pending.created),
            last_updated: at.whole_seconds(),
            key: new.key,
            device: new.device,
        };
        let mut after = new.user.unwrap_or_else(|| user.clone());
        let write = match place {
            Some(pending) => update_factor(pending, factor.clone()),
            None => {
                after = after.with_factors(1);
                Write::Factor(FactorWrite::Insert(Box::new(factor.clone())))
            }
        };
        if new.status == FactorStatus::Active {
            after.factors = after.factors.filed(&factor);
        }
        let mut changes = new.beside;
        changes.writes.splice(0..0, [update_user(user, after), write]);
        if new.status == FactorStatus::Active {
            let event = self.factor_event(doer, EventType::FactorActivate, user, target.kind, at);
            changes.events.push(event);
        }
        let enrolled = Enrolled {
            user: user.clone(),
            factor,
            activation: new.activation,
        };
        (changes, enrolled)
    }
}

/// The factor that is to be.
pub(crate) struct Target<'a> {
    /// Its id, which its secrets are sealed for.
    pub(crate) id: &'a FactorId,
    /// Its kind.
    pub(crate) kind: FactorKind,
    /// The factors that the user has.
    pub(crate) present: &'a [Factor],
    /// When.
    pub(crate) at: Timestamp,
}
