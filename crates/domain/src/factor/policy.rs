//! Which factors users may and must have, and whether they are asked for at sign-in (contract: factors §6.2;
//! authn-and-recovery §2).

use std::collections::BTreeMap;

use super::FactorKind;
use crate::user::{Status, User};

/// Whether users may have a kind of factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Enrolment {
    /// They may not.
    NotAllowed,
    /// They may.
    Optional,
    /// They must, before they get in.
    Required,
}

impl Enrolment {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAllowed => "NOT_ALLOWED",
            Self::Optional => "OPTIONAL",
            Self::Required => "REQUIRED",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::NotAllowed, Self::Optional, Self::Required]
            .into_iter()
            .find(|enrolment| enrolment.as_str() == text)
    }
}

/// What the organization asks of users' factors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactorPolicy {
    /// Kinds that are not optional.
    pub enrolments: BTreeMap<FactorKind, Enrolment>,
    /// Whoever has an active factor shows it at sign-in.
    pub asks_at_sign_in: bool,
    /// Whoever becomes active without any factor gets one for the primary address, as in the original's newer engine.
    pub gives_email: bool,
}

impl Default for FactorPolicy {
    /// Every kind is optional, nobody gets one unasked, and whoever has one is asked for it.
    fn default() -> Self {
        Self {
            enrolments: BTreeMap::new(),
            asks_at_sign_in: true,
            gives_email: false,
        }
    }
}

impl FactorPolicy {
    /// Whether users may have a kind.
    #[must_use]
    pub fn enrolment(&self, kind: FactorKind) -> Enrolment {
        self.enrolments.get(&kind).copied().unwrap_or(Enrolment::Optional)
    }

    /// Whether somebody gets an e-mail factor with a change of status (contract: factors §6.1).
    #[must_use]
    pub fn gives_email_to(&self, before: Option<Status>, after: &User) -> bool {
        let begins = matches!(
            before,
            None | Some(Status::Staged | Status::Provisioned | Status::Deprovisioned)
        );
        self.gives_email
            && begins
            && after.status == Status::Active
            && after.factors.enrolled == 0
            && self.allows(FactorKind::Email)
    }

    /// Whether users may have a kind at all.
    #[must_use]
    pub fn allows(&self, kind: FactorKind) -> bool {
        self.enrolment(kind) != Enrolment::NotAllowed
    }
}
