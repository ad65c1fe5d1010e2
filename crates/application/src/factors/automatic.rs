//! The e-mail factor that nobody enrols (contract: factors §6.1).

use denizen_domain::factor::{Device, Factor, FactorId, FactorKind, FactorStatus, Mailbox};
use denizen_domain::ports::{FactorWrite, Write};
use denizen_domain::time::Timestamp;
use denizen_domain::user::{Status, User};

use crate::account::address;
use crate::directory::Directory;

impl Directory {
    /// Counts the factor that somebody gets with a change of status, and gives back what adds it; it is written after the
    /// user.
    pub(crate) fn automatic_factor(&self, before: Option<Status>, after: &mut User, at: Timestamp) -> Option<Write> {
        if !self.settings.factor_policy.gives_email_to(before, after) {
            return None;
        }
        let address = address(after, "email").pop()?;
        *after = after.with_factors(1);
        let at = at.whole_seconds();
        let mailbox = Mailbox {
            address,
            challenge: None,
        };
        Some(Write::Factor(FactorWrite::Insert(Box::new(Factor {
            id: FactorId::generate(FactorKind::Email, at, self.random()),
            version: 1,
            user_id: after.id.clone(),
            status: FactorStatus::Active,
            created: at,
            last_updated: at,
            key: None,
            device: Device::Email(mailbox),
        }))))
    }
}
