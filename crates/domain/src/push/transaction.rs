//! One push: from the question to what became of it (U1, U4, U5).

use serde::{Deserialize, Serialize};

use super::number::NumberChallenge;
use super::statement::{Answer, Verdict};
use crate::factor::FactorId;
use crate::id::{PushTransactionId, UserId};
use crate::secret::SecretDigest;
use crate::time::Timestamp;

/// A device may take so long to answer (contract: factors §8).
pub const PUSH_MINUTES: i64 = 5;
/// What became of a push is told for so long after its end.
pub const KEPT_MINUTES: i64 = 60;

/// Where a push stands. Only the first is left, for one of the others (U4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PushState {
    /// It is out.
    Waiting,
    /// The device has approved it.
    Approved,
    /// The device has rejected it, or chosen a wrong number.
    Rejected,
    /// Nobody has answered in time.
    TimedOut,
    /// It was taken back, or another one came after it.
    Cancelled,
}

impl PushState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Waiting,
        Self::Approved,
        Self::Rejected,
        Self::TimedOut,
        Self::Cancelled,
    ];

    /// The name on the wire (contract: factors §2).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "WAITING",
            Self::Approved => "SUCCESS",
            Self::Rejected => "REJECTED",
            Self::TimedOut => "TIMEOUT",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// What the device shows and answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PushContext {
    /// Tells this push from every other one; a device must sign it.
    pub nonce: String,
    /// The number to be chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<NumberChallenge>,
    /// Where the request came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// The program that sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

/// A push that is about to be sent.
#[derive(Clone, Debug)]
pub struct NewPush {
    /// Its id.
    pub id: PushTransactionId,
    /// The factor whose device is asked.
    pub factor_id: FactorId,
    /// Whose factor it is.
    pub user_id: UserId,
    /// The sign-in that it belongs to; none for one that a program asks for.
    pub sign_in: Option<SecretDigest>,
    /// What the device shows.
    pub context: PushContext,
}

/// A push as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushTransaction {
    /// Its id.
    pub id: PushTransactionId,
    /// The factor whose device is asked.
    pub factor_id: FactorId,
    /// Whose factor it is.
    pub user_id: UserId,
    /// Grows by one with each change.
    pub version: i64,
    /// Where it stood when it was last written: [`PushTransaction::settled`] tells whether it has run out since.
    pub state: PushState,
    /// When it was sent.
    pub created: Timestamp,
    /// The first instant at which no answer is taken.
    pub expires: Timestamp,
    /// The sign-in that it belongs to.
    pub sign_in: Option<SecretDigest>,
    /// Whether what became of it was taken in the sign-in: a success lets in once, and anything else is told once.
    pub is_used: bool,
    /// What the device shows.
    pub context: PushContext,
}

/// Why an answer changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerRefusal {
    /// The push is over.
    #[error("the push is over")]
    Over,
    /// The answer is to something else.
    #[error("the answer is not to this push")]
    Other,
    /// The device has not said which number.
    #[error("a number must be chosen")]
    NumberMissing,
}

impl PushTransaction {
    /// Sends a push.
    #[must_use]
    pub fn begin(new: NewPush, at: Timestamp) -> Self {
        Self {
            id: new.id,
            factor_id: new.factor_id,
            user_id: new.user_id,
            version: 1,
            state: PushState::Waiting,
            created: at,
            expires: at.whole_seconds().plus_minutes(PUSH_MINUTES),
            sign_in: new.sign_in,
            is_used: false,
            context: new.context,
        }
    }

    /// Whether it waits for an answer.
    #[must_use]
    pub fn is_live(&self, at: Timestamp) -> bool {
        self.state == PushState::Waiting && at < self.expires
    }

    /// The same once its time has run out; `None` while it has not, and when something else has ended it.
    #[must_use]
    pub fn settled(&self, at: Timestamp) -> Option<Self> {
        let has_run_out = self.state == PushState::Waiting && at >= self.expires;
        has_run_out.then(|| self.ended(PushState::TimedOut))
    }

    /// The same after it was taken back, or another one came after it; `None` when it was over before.
    #[must_use]
    pub fn cancelled(&self, at: Timestamp) -> Option<Self> {
        self.is_live(at).then(|| self.ended(PushState::Cancelled))
    }

    /// The same after its device has answered.
    ///
    /// # Errors
    /// [`AnswerRefusal`] when the answer is late, or not to this push.
    pub fn answered(&self, answer: &Answer, at: Timestamp) -> Result<Self, AnswerRefusal> {
        if !self.is_live(at) {
            return Err(AnswerRefusal::Over);
        }
        if answer.transaction != self.id.as_str() || answer.nonce != self.context.nonce {
            return Err(AnswerRefusal::Other);
        }
        let state = match (answer.verdict, self.context.number, answer.number) {
            (Verdict::Reject, _, _) => PushState::Rejected,
            (Verdict::Approve, None, _) => PushState::Approved,
            (Verdict::Approve, Some(_), None) => return Err(AnswerRefusal::NumberMissing),
            (Verdict::Approve, Some(challenge), Some(chosen)) if challenge.correct == chosen => PushState::Approved,
            // Whoever chooses another number does not look at what they approve.
            (Verdict::Approve, Some(_), Some(_)) => PushState::Rejected,
        };
        Ok(self.ended(state))
    }

    /// The same after its success has let somebody in: once, and only in the sign-in that it belongs to.
    #[must_use]
    pub fn used(&self, sign_in: &SecretDigest) -> Option<Self> {
        let is_usable = self.state == PushState::Approved && !self.is_used && self.sign_in.as_ref() == Some(sign_in);
        is_usable.then(|| Self {
            is_used: true,
            ..self.clone()
        })
    }

    /// The same after the sign-in was told that it has failed: the next push is another.
    #[must_use]
    pub fn told(&self) -> Option<Self> {
        let has_failed = matches!(
            self.state,
            PushState::Rejected | PushState::TimedOut | PushState::Cancelled
        );
        (has_failed && !self.is_used).then(|| Self {
            is_used: true,
            ..self.clone()
        })
    }

    fn ended(&self, state: PushState) -> Self {
        Self { state, ..self.clone() }
    }
}
