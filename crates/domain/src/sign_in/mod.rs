//! Signing in as a conversation: a transaction that goes from stage to stage until it has a session to give (contract:
//! authn-and-recovery §1, §3).
//!
//! What a stage is and what may be done in it is in `stage`, which stage follows in `course`, and how long a transaction
//! lives in `transaction`. Whoever stores a transaction need not know.

mod course;
#[cfg(test)]
mod model;
mod stage;
mod transaction;

pub use self::course::{Demands, SoFar, Wishes};
pub use self::stage::{OutOfTurn, Purpose, Stage, Step};
pub use self::transaction::{Details, MOST_WRONG_ANSWERS, SESSION_TOKEN_MINUTES, Transaction};
