//! Refused calls in the system log (G2). A flood of them must not fill the disk: of each caller, each kind is told once a
//! minute, and no more than so many in all.

use std::collections::HashSet;
use std::sync::PoisonError;

use denizen_domain::authority::Principal;
use denizen_domain::event::{Entity, EventOutcome, EventType, LogEvent};
use denizen_domain::ports::Changes;
use denizen_domain::time::Timestamp;

use crate::account::Doer;
use crate::call::RequestContext;
use crate::directory::Directory;
use crate::error::Error;

/// Refusals that are told in a minute at most, by one server.
const MOST_A_MINUTE: usize = 600;
const MINUTE: i64 = 60_000;

/// Why a call was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusedFor {
    /// The credential is no good.
    Credential,
    /// The caller has not the right.
    Right,
}

/// A call that was refused.
#[derive(Clone, Debug)]
pub struct RefusedCall<'a> {
    /// Why.
    pub reason: RefusedFor,
    /// Who called, if that is known.
    pub principal: Option<&'a Principal>,
    /// By which request.
    pub request: &'a RequestContext,
    /// What was asked for: the method and the path as it is declared, with no name of anybody in it.
    pub operation: &'a str,
}

/// What has been told in the present minute.
#[derive(Default)]
pub(crate) struct Told {
    minute: i64,
    told: HashSet<(RefusedFor, String)>,
}

impl Told {
    /// Whether this is to be told. It counts as told from then on.
    fn is_new(&mut self, reason: RefusedFor, who: &str, at: Timestamp) -> bool {
        let minute = at.as_millis().div_euclid(MINUTE);
        if self.minute != minute {
            self.minute = minute;
            self.told.clear();
        }
        self.told.len() < MOST_A_MINUTE && self.told.insert((reason, who.to_owned()))
    }
}

impl Directory {
    /// Writes a refused call into the log, unless the like was told in this minute.
    ///
    /// # Errors
    /// As the store says.
    pub async fn tell_refused(&self, call: &RefusedCall<'_>) -> Result<(), Error> {
        let at = self.now();
        let address = || call.request.ip_address.clone().unwrap_or_default();
        let who = call
            .principal
            .map_or_else(address, |principal| principal_id(principal).to_owned());
        let is_new = {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            told.is_new(call.reason, &who, at)
        };
        if !is_new {
            return Ok(());
        }
        let (kind, reason) = match call.reason {
            RefusedFor::Credential => (EventType::UserAuthentication, "INVALID_CREDENTIALS"),
            RefusedFor::Right => (EventType::AdministratorAccess, "INSUFFICIENT_PERMISSIONS"),
        };
        let doer = match call.principal {
            Some(principal) => Doer::principal(principal, call.request),
            None => Doer::unknown(call.request),
        };
        let targets: Vec<Entity> = Vec::new();
        let mut event = LogEvent {
            outcome: EventOutcome::Failure(reason.to_owned()),
            ..self.event(&doer, kind, targets, at)
        };
        event.debug.insert("operation".to_owned(), call.operation.to_owned());
        self.commit(Changes {
            events: vec![event],
            ..Changes::default()
        })
        .await?;
        Ok(())
    }
}

fn principal_id(principal: &Principal) -> &str {
    match principal {
        Principal::User { id, .. } => id.as_str(),
        Principal::App { id, .. } => id.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// G2: one of a kind in a minute, and a bounded number of kinds.
    #[test]
    fn a_flood_is_told_once_a_minute() {
        let at = Timestamp::from_millis;
        let mut told = Told::default();
        assert!(told.is_new(RefusedFor::Right, "00u1", at(MINUTE)));
        assert!(!told.is_new(RefusedFor::Right, "00u1", at(MINUTE + 59_999)));
        assert!(told.is_new(RefusedFor::Credential, "00u1", at(MINUTE)));
        assert!(told.is_new(RefusedFor::Right, "00u2", at(MINUTE)));
        assert!(told.is_new(RefusedFor::Right, "00u1", at(2 * MINUTE)));
        let many = (0..10_000).filter(|n| told.is_new(RefusedFor::Credential, &n.to_string(), at(3 * MINUTE)));
        assert_eq!(many.count(), MOST_A_MINUTE);
        assert!(told.is_new(RefusedFor::Right, "00u1", at(4 * MINUTE)));
    }
}
