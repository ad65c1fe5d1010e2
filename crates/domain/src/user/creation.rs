//! How a user comes into being (contract: users §4).

use super::{Credentials, Provider, ProviderKind, RecoveryQuestion, Status, User};
use crate::id::{UserId, UserTypeId};
use crate::login::Login;
use crate::password::StoredPassword;
use crate::profile::Profile;
use crate::time::Timestamp;
use crate::token::TokenPurpose;

/// How the caller wants a user created, known before any password is hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreationPlan {
    /// Run the activation at once.
    pub activate: bool,
    /// The caller says that the user comes from another identity provider.
    pub from_provider: bool,
    /// The user must change the password at the first sign-in.
    pub change_password_at_next_login: bool,
    /// A password comes along, in clear or hashed.
    pub has_password: bool,
    /// A recovery question comes along.
    pub has_recovery_question: bool,
    /// The provider that the caller names.
    pub provider: Option<Provider>,
}

/// Why a user cannot be created as planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreationRefusal {
    /// A password that expires at once must be there.
    #[error("a password must be specified")]
    ExpiryNeedsPassword,
    /// A password can only expire on a user who is activated.
    #[error("activate must be true")]
    ExpiryNeedsActivation,
    /// A foreign provider must be announced by the query, and only a foreign one may be.
    #[error("the provider does not fit the request")]
    ProviderMismatch,
    /// Users of a foreign provider have neither password nor recovery question here.
    #[error("the provider does not allow credentials")]
    ForeignCredentials,
}

impl CreationPlan {
    /// Checks the plan.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn check(&self) -> Result<(), CreationRefusal> {
        if self.change_password_at_next_login && !self.activate {
            return Err(CreationRefusal::ExpiryNeedsActivation);
        }
        if self.change_password_at_next_login && !self.has_password {
            return Err(CreationRefusal::ExpiryNeedsPassword);
        }
        let kind = self
            .provider
            .as_ref()
            .map_or(ProviderKind::Okta, |provider| provider.kind);
        match kind {
            ProviderKind::Okta | ProviderKind::Import if self.from_provider => Err(CreationRefusal::ProviderMismatch),
            ProviderKind::Okta | ProviderKind::Import => Ok(()),
            ProviderKind::Federation | ProviderKind::Social if !self.from_provider => {
                Err(CreationRefusal::ProviderMismatch)
            }
            ProviderKind::Federation | ProviderKind::Social if self.has_password || self.has_recovery_question => {
                Err(CreationRefusal::ForeignCredentials)
            }
            ProviderKind::Federation | ProviderKind::Social => Ok(()),
            ProviderKind::ActiveDirectory | ProviderKind::Ldap => Err(CreationRefusal::ProviderMismatch),
        }
    }
}

/// Everything that a new user is made of, checked and hashed.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The user's id.
    pub id: UserId,
    /// The user's type.
    pub type_id: UserTypeId,
    /// The login, from the profile.
    pub login: Login,
    /// The profile.
    pub profile: Profile,
    /// The password.
    pub password: Option<StoredPassword>,
    /// The recovery question.
    pub recovery_question: Option<RecoveryQuestion>,
}

/// A user who comes into being, and the token that is sent to them.
#[derive(Clone, Debug)]
pub struct Creation {
    /// The user.
    pub user: User,
    /// The token that the activation mail carries; none where the user can sign in at once.
    pub issue: Option<TokenPurpose>,
}

/// Makes a user by a plan.
///
/// # Errors
/// As [`CreationPlan::check`].
pub fn create(plan: &CreationPlan, new: NewUser, at: Timestamp) -> Result<Creation, CreationRefusal> {
    plan.check()?;
    let at = at.whole_seconds();
    let provider = match (&new.password, &plan.provider) {
        (Some(password), _) if password.is_imported() => Provider::import(),
        (_, Some(provider)) if provider.is_foreign() => provider.clone(),
        _ => Provider::okta(),
    };
    let can_sign_in = new.password.is_some() || provider.is_foreign();
    let status = match (plan.activate, can_sign_in) {
        (false, _) => Status::Staged,
        (true, false) => Status::Provisioned,
        (true, true) if plan.change_password_at_next_login => Status::PasswordExpired,
        (true, true) => Status::Active,
    };
    let has_password = new.password.is_some();
    let user = User {
        id: new.id,
        version: 1,
        type_id: new.type_id,
        status,
        resumes_to: status,
        created: at,
        activated: plan.activate.then_some(at),
        status_changed: (plan.activate || has_password).then_some(at),
        last_login: None,
        last_updated: at,
        password_changed: has_password.then_some(at),
        login: new.login,
        profile: new.profile,
        credentials: Credentials {
            password: new.password,
            recovery_question: new.recovery_question,
            ..Credentials::none(provider)
        },
        failed_attempts: 0,
        factors: crate::factor::FactorRecord::default(),
    };
    let issue = (status == Status::Provisioned).then_some(TokenPurpose::Activation);
    Ok(Creation { user, issue })
}
