//! What an action does to a user beside the status: stamps, credentials, sessions, tokens.

use super::lifecycle::{Action, Outcome, Refusal, outcome};
use super::status::Status;
use super::{Provider, ProviderKind, User};
use crate::password::StoredPassword;
use crate::time::Timestamp;
use crate::token::TokenPurpose;

/// An action that the table allows, with all that follows from it. Nothing has happened yet: the caller commits it.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// What was done.
    pub action: Action,
    /// Where the user stood.
    pub from: Status,
    /// The user afterwards, at the version that was read; of a removed user, the last state.
    pub user: User,
    /// Whether the user stays in the directory.
    pub fate: Fate,
    /// What happens outside the user.
    pub effects: Effects,
}

/// Whether a user remains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The user was read and need not be written: only effects follow.
    Unchanged,
    /// The user is written.
    Changed,
    /// The user is removed.
    Removed,
}

/// What an action does outside the user's own record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effects {
    /// The user's sessions.
    pub sessions: Sessions,
    /// Whether the API tokens that the user owns are revoked for good.
    pub revoke_api_tokens: bool,
    /// One-time tokens that were sent to the user.
    pub tokens: TokenEffect,
}

/// What happens to a user's sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sessions {
    /// They go on.
    Keep,
    /// They end.
    End,
    /// They end if the caller asks for it.
    EndIfAsked,
}

/// What happens to a user's one-time tokens (checklist T6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenEffect {
    /// They stay as they are.
    Keep,
    /// All become void.
    Void,
    /// All become void, and a new one is made.
    Issue(TokenPurpose),
}

impl Effects {
    const NONE: Self = Self {
        sessions: Sessions::Keep,
        revoke_api_tokens: false,
        tokens: TokenEffect::Keep,
    };

    fn of(action: Action, after: Status) -> Self {
        let void = Self {
            tokens: TokenEffect::Void,
            ..Self::NONE
        };
        match action {
            Action::Activate if after == Status::Provisioned => Self {
                tokens: TokenEffect::Issue(TokenPurpose::Activation),
                ..Self::NONE
            },
            Action::Reactivate if after == Status::Recovery => Self {
                tokens: TokenEffect::Issue(TokenPurpose::PasswordReset),
                ..Self::NONE
            },
            Action::Reactivate => Self {
                tokens: TokenEffect::Issue(TokenPurpose::Activation),
                ..Self::NONE
            },
            Action::ResetPassword => Self {
                tokens: TokenEffect::Issue(TokenPurpose::PasswordReset),
                sessions: Sessions::EndIfAsked,
                revoke_api_tokens: false,
            },
            Action::ForgotPassword => Self {
                tokens: TokenEffect::Issue(TokenPurpose::PasswordReset),
                ..Self::NONE
            },
            Action::Deactivate | Action::Delete => Self {
                sessions: Sessions::End,
                revoke_api_tokens: true,
                tokens: TokenEffect::Void,
            },
            Action::Suspend => Self {
                sessions: Sessions::End,
                ..void
            },
            Action::Federate
            | Action::SetPassword
            | Action::ForgotPasswordRecoveryQuestion
            | Action::CompleteActivation => void,
            Action::ExpirePasswordWithTempPassword | Action::ChangePassword | Action::CompleteReset => Self {
                sessions: Sessions::EndIfAsked,
                ..void
            },
            Action::Activate
            | Action::Unsuspend
            | Action::Unlock
            | Action::ExpirePassword
            | Action::ResetFactors
            | Action::ChangeRecoveryQuestion
            | Action::UpdateProfile
            | Action::SetRecoveryQuestion => Self::NONE,
        }
    }
}

impl User {
    /// Decides an action at a time: what the user becomes and what else follows, or why not. A new password is not part of
    /// it; see [`Transition::with_password`].
    ///
    /// # Errors
    /// The refusal that the lifecycle table holds for the user's status, or that the user's credentials call for.
    pub fn transition(&self, action: Action, at: Timestamp) -> Result<Transition, Refusal> {
        let at = at.whole_seconds();
        let status = match outcome(self.status, action) {
            Outcome::Same | Outcome::Removed => self.status,
            Outcome::To(status) => status,
            Outcome::Begin if self.can_sign_in_when_active() => Status::Active,
            Outcome::Begin => Status::Provisioned,
            Outcome::Resume => self.resumes_to,
            Outcome::Refused(refusal) => return Err(refusal),
        };
        self.check_credentials_for(action)?;
        let mut user = self.clone();
        user.change_credentials_for(action);
        if matches!(
            action,
            Action::Activate
                | Action::Unlock
                | Action::SetPassword
                | Action::ExpirePasswordWithTempPassword
                | Action::ChangePassword
                | Action::ChangeRecoveryQuestion
                | Action::ForgotPasswordRecoveryQuestion
                | Action::CompleteActivation
                | Action::CompleteReset
        ) {
            user.failed_attempts = 0;
        }
        if matches!(action, Action::Activate | Action::Unlock) {
            user.factors.failures = 0;
        }
        if action == Action::Activate {
            user.activated = Some(at);
        }
        if status != self.status {
            user.status = status;
            user.status_changed = Some(at);
        }
        user.resumes_to = if matches!(status, Status::Suspended | Status::LockedOut) {
            if status == self.status {
                self.resumes_to
            } else {
                self.status
            }
        } else {
            status
        };
        let fate = fate(self.status, action);
        if fate == Fate::Changed {
            user.last_updated = at;
        }
        Ok(Transition {
            action,
            from: self.status,
            effects: Effects::of(action, status),
            user,
            fate,
        })
    }

    /// Whether activation makes the user active at once: there is a password, or somebody else signs them in.
    fn can_sign_in_when_active(&self) -> bool {
        self.credentials.password.is_some() || self.credentials.provider.is_foreign()
    }

    fn check_credentials_for(&self, action: Action) -> Result<(), Refusal> {
        let password = self.credentials.password.is_some();
        match action {
            Action::ChangePassword if !password => Err(Refusal::ChangePasswordNotAllowed),
            Action::ChangeRecoveryQuestion if !password => Err(Refusal::ChangeRecoveryQuestionNotAllowed),
            Action::ForgotPassword | Action::ForgotPasswordRecoveryQuestion if !password => {
                Err(Refusal::ForgotPasswordNotSupported)
            }
            Action::ForgotPasswordRecoveryQuestion if self.credentials.recovery_question.is_none() => {
                Err(Refusal::RecoveryQuestionNotSet)
            }
            Action::ExpirePassword if !password => Err(Refusal::NotAllowedInStatus),
            // A password here would be a way in that the identity provider does not know of.
            Action::SetPassword | Action::ExpirePasswordWithTempPassword if self.credentials.provider.is_foreign() => {
                Err(Refusal::NotAllowedInStatus)
            }
            Action::Federate if self.credentials.provider.kind == ProviderKind::Federation => {
                Err(Refusal::AlreadyFederated)
            }
            _ => Ok(()),
        }
    }

    fn change_credentials_for(&mut self, action: Action) {
        let credentials = &mut self.credentials;
        match action {
            Action::Deactivate | Action::Delete => {
                credentials.password = None;
                credentials.recovery_question = None;
            }
            Action::Federate => {
                credentials.password = None;
                credentials.provider = Provider::federation();
            }
            Action::ResetPassword if credentials.provider.is_foreign() => credentials.provider = Provider::okta(),
            _ => {}
        }
    }
}

fn fate(from: Status, action: Action) -> Fate {
    match action {
        Action::Delete if from == Status::Deprovisioned => Fate::Removed,
        Action::Reactivate | Action::ResetFactors | Action::ForgotPassword => Fate::Unchanged,
        _ => Fate::Changed,
    }
}

impl User {
    /// The same password under a new hash: nothing has changed for anybody (P2).
    #[must_use]
    pub fn with_renewed_hash(mut self, hash: StoredPassword) -> Self {
        self.credentials.password = Some(hash);
        if self.credentials.provider.kind == ProviderKind::Import {
            self.credentials.provider = Provider::okta();
        }
        self
    }
}

impl Transition {
    /// The same transition with a new password in place; `history` is how many passwords the policy remembers.
    #[must_use]
    pub fn with_password(mut self, new: StoredPassword, history: usize, at: Timestamp) -> Self {
        let imported = new.is_imported();
        self.user.credentials.replace_password(new, history);
        self.user.password_changed = Some(at.whole_seconds());
        if imported {
            self.user.credentials.provider = Provider::import();
        } else if self.user.credentials.provider.kind == ProviderKind::Import {
            self.user.credentials.provider = Provider::okta();
        }
        self
    }

    /// Whether the status is another one than before.
    #[must_use]
    pub fn changes_status(&self) -> bool {
        self.from != self.user.status
    }
}
