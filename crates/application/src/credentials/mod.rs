//! Credentials that their owner changes or recovers (contract: users §8).

mod change;
mod recover;

pub use self::change::{ChangePassword, ChangeRecoveryQuestion};
pub use self::recover::AnswerRecoveryQuestion;
