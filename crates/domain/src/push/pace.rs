//! How often somebody may be asked: nobody is to be worn down into a yes (U2).

use super::transaction::{PushState, PushTransaction};
use crate::time::Timestamp;

/// So many pushes may stay without an answer within [`UNANSWERED_WINDOW_MINUTES`].
pub const MOST_UNANSWERED: usize = 5;
/// How far back pushes count.
pub const UNANSWERED_WINDOW_MINUTES: i64 = 5;

/// The device was asked too often without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many pushes without an answer")]
pub struct TooManyPushes;

/// Whether another push may be sent after those of late. One that was taken back counts: it has rung all the same.
///
/// # Errors
/// [`TooManyPushes`].
pub fn must_not_tire(recent: &[PushTransaction], at: Timestamp) -> Result<(), TooManyPushes> {
    let begin = at.plus_minutes(-UNANSWERED_WINDOW_MINUTES);
    let is_unanswered = |push: &&PushTransaction| {
        push.created > begin && !matches!(push.state, PushState::Approved | PushState::Rejected)
    };
    if recent.iter().filter(is_unanswered).count() >= MOST_UNANSWERED {
        return Err(TooManyPushes);
    }
    Ok(())
}
