//! Sessions: how long somebody who signed in stays so (contract: sessions-and-subscriptions §1; checklist C6).

use serde::{Deserialize, Serialize};

use crate::id::{SessionId, UserId};
use crate::secret::SecretDigest;
use crate::time::Timestamp;

/// A way in which somebody showed who they are, by the names of RFC 8176.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// A password.
    Pwd,
    /// Something beside the password.
    Mfa,
    /// A one-time code.
    Otp,
    /// Knowledge: a question.
    Kba,
    /// A code sent by SMS.
    Sms,
    /// A code told by a call.
    Tel,
    /// A key in software.
    Swk,
    /// A key in hardware.
    Hwk,
}

/// How long sessions live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without being used, in minutes.
    pub idle_minutes: i64,
    /// In all, in minutes, however much it is used.
    pub most_minutes: i64,
}

impl Default for SessionLimits {
    /// Two hours without use, as in the original; a day in all. The original sets no end, which is no protection.
    fn default() -> Self {
        Self {
            idle_minutes: 120,
            most_minutes: 24 * 60,
        }
    }
}

/// What somebody showed, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The ways.
    pub methods: Vec<Method>,
    /// When the password was last verified.
    #[serde(with = "crate::time::millis")]
    pub password_verified: Timestamp,
    /// When a factor was last verified.
    #[serde(with = "crate::time::optional_millis")]
    pub factor_verified: Option<Timestamp>,
}

impl Evidence {
    /// A password, just verified.
    #[must_use]
    pub fn password(at: Timestamp) -> Self {
        Self {
            methods: vec![Method::Pwd],
            password_verified: at.whole_seconds(),
            factor_verified: None,
        }
    }

    /// The same with a factor, just verified (contract: sessions-and-subscriptions §1, `amr`).
    #[must_use]
    pub fn with_factor(&self, method: Method, at: Timestamp) -> Self {
        let mut after = self.clone();
        for one in [Method::Mfa, method] {
            if !after.methods.contains(&one) {
                after.methods.push(one);
            }
        }
        after.factor_verified = Some(at.whole_seconds());
        after
    }
}

/// A session as it is stored. The id that clients know is a secret, of which only the digest is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Names the session in the log.
    pub id: SessionId,
    /// The digest of the id that clients know.
    pub digest: SecretDigest,
    /// Who signed in.
    pub user_id: UserId,
    /// When.
    pub created: Timestamp,
    /// The first instant at which it is over, unless it is used before.
    pub expires: Timestamp,
    /// The first instant at which it is over, however much it is used.
    pub ends: Timestamp,
    /// What the user showed.
    pub evidence: Evidence,
}

/// A use moves the end of a session only by this much or more, so that reading stays reading.
const WORTH_RECORDING_MS: i64 = 60_000;

impl Session {
    /// A new session.
    #[must_use]
    pub fn begin(
        id: SessionId,
        digest: SecretDigest,
        user_id: UserId,
        evidence: Evidence,
        limits: SessionLimits,
        at: Timestamp,
    ) -> Self {
        let created = at.whole_seconds();
        let ends = created.plus_minutes(limits.most_minutes);
        Self {
            id,
            digest,
            user_id,
            created,
            expires: created.plus_minutes(limits.idle_minutes).min(ends),
            ends,
            evidence,
        }
    }

    /// Whether it is still on.
    #[must_use]
    pub fn is_live(&self, at: Timestamp) -> bool {
        at < self.expires && at < self.ends
    }

    /// The same session, used at a time. It never lives past its end.
    #[must_use]
    pub fn refreshed(&self, limits: SessionLimits, at: Timestamp) -> Self {
        let expires = at.whole_seconds().plus_minutes(limits.idle_minutes).min(self.ends);
        Self {
            expires: expires.max(self.expires),
            ..self.clone()
        }
    }

    /// The same, when the use is worth recording.
    #[must_use]
    pub fn touched(&self, limits: SessionLimits, at: Timestamp) -> Option<Self> {
        let after = self.refreshed(limits, at);
        let moved = after.expires.as_millis() - self.expires.as_millis();
        (moved >= WORTH_RECORDING_MS).then_some(after)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: SessionLimits = SessionLimits {
        idle_minutes: 120,
        most_minutes: 300,
    };

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(0).plus_minutes(minutes)
    }

    fn session() -> Session {
        let id = SessionId::generate(at(0), 1);
        let digest = SecretDigest::from_bytes([7; 32]);
        Session::begin(
            id,
            digest,
            UserId::generate(at(0), 1),
            Evidence::password(at(0)),
            LIMITS,
            at(0),
        )
    }

    /// C6: both ends are honoured at the exact boundary.
    #[test]
    fn a_session_ends_when_it_is_idle_and_at_its_end() {
        let fresh = session();
        assert_eq!((fresh.expires, fresh.ends), (at(120), at(300)));
        assert!(fresh.is_live(at(120).plus_millis(-1)) && !fresh.is_live(at(120)));
        let used = fresh.refreshed(LIMITS, at(119)).refreshed(LIMITS, at(230));
        assert_eq!(used.expires, at(300));
        assert!(used.is_live(at(300).plus_millis(-1)) && !used.is_live(at(300)));
    }

    #[test]
    fn small_steps_are_not_recorded() {
        let fresh = session();
        assert_eq!(fresh.touched(LIMITS, at(1).plus_millis(-1)), None);
        assert_eq!(fresh.touched(LIMITS, at(1)).map(|used| used.expires), Some(at(121)));
    }

    proptest! {
        /// C6: no use makes a session longer than its end or shorter than it was.
        #[test]
        fn uses_stay_within_the_limits(uses in proptest::collection::vec(0_i64..600, 0..20)) {
            let mut session = session();
            for minute in uses {
                let used = session.refreshed(LIMITS, at(minute));
                prop_assert!(used.expires >= session.expires && used.expires <= session.ends);
                session = used;
            }
        }
    }
}
