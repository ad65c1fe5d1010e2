//! The life of pushes against a model, with virtual time (U1, U2, U4, U5).

use proptest::prelude::*;

use super::number::NumberChallenge;
use super::pace::{MOST_UNANSWERED, UNANSWERED_WINDOW_MINUTES, must_not_tire};
use super::statement::{Answer, Verdict};
use super::transaction::{AnswerRefusal, NewPush, PushContext, PushState, PushTransaction};
use crate::factor::{FactorId, FactorKind};
use crate::id::{PushTransactionId, UserId};
use crate::secret::SecretDigest;
use crate::time::Timestamp;

/// Something happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Time passes, in milliseconds.
    Wait(i64),
    /// Somebody asks, with a number or without.
    Ask(bool),
    /// The device answers the push that is so many back.
    Answer(usize, Verdict, Option<u8>),
    /// The device answers with the nonce of something else.
    AnswerToOther(usize),
    /// The push is taken back.
    Cancel(usize),
    /// The sign-in goes on.
    Use(usize, bool),
}

fn step() -> impl Strategy<Value = Step> {
    let back = 0_usize..4;
    let verdict = prop_oneof![Just(Verdict::Approve), Just(Verdict::Reject)];
    let number = prop_oneof![Just(None), Just(Some(7)), Just(Some(8))];
    prop_oneof![
        3 => (0_i64..200_000).prop_map(Step::Wait),
        5 => any::<bool>().prop_map(Step::Ask),
        5 => (back.clone(), verdict, number).prop_map(|(back, verdict, number)| Step::Answer(back, verdict, number)),
        1 => back.clone().prop_map(Step::AnswerToOther),
        1 => back.clone().prop_map(Step::Cancel),
        3 => (back, any::<bool>()).prop_map(|(back, own)| Step::Use(back, own)),
    ]
}

const SIGN_IN: [u8; 32] = [7; 32];

/// All pushes of a factor, in the order in which they were sent, and how often each has let somebody in.
#[derive(Default)]
struct World {
    now: i64,
    pushes: Vec<PushTransaction>,
    uses: Vec<u32>,
}

impl World {
    fn at(&self) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + self.now)
    }

    /// What a use case does: whatever still waits gives way, unless too many stayed without an answer.
    fn ask(&mut self, with_number: bool) {
        let at = self.at();
        if must_not_tire(&self.pushes, at).is_err() {
            return;
        }
        for push in &mut self.pushes {
            if let Some(ended) = push.settled(at).or_else(|| push.cancelled(at)) {
                *push = ended;
            }
        }
        let number = NumberChallenge {
            correct: 7,
            decoys: [8, 9],
        };
        let entropy = self.pushes.len() as u64;
        let new = NewPush {
            id: PushTransactionId::generate(at, entropy),
            factor_id: FactorId::generate(FactorKind::Push, at, 1),
            user_id: UserId::generate(at, 1),
            sign_in: Some(SecretDigest::from_bytes(SIGN_IN)),
            context: PushContext {
                nonce: format!("nonce {entropy}"),
                number: with_number.then_some(number),
                ip_address: None,
                user_agent: None,
            },
        };
        self.pushes.push(PushTransaction::begin(new, at));
        self.uses.push(0);
    }

    fn back(&self, back: usize) -> Option<usize> {
        self.pushes.len().checked_sub(back + 1)
    }

    fn take(&mut self, step: Step) {
        let at = self.at();
        match step {
            Step::Wait(millis) => self.now += millis,
            Step::Ask(with_number) => self.ask(with_number),
            Step::Answer(back, verdict, number) => {
                let Some(index) = self.back(back) else { return };
                let push = &self.pushes[index];
                let answer = answer_to(push, verdict, number);
                let was_live = push.is_live(at);
                match push.answered(&answer, at) {
                    Ok(answered) => {
                        assert!(was_live && answered.state == meant(push, &answer));
                        self.pushes[index] = answered;
                    }
                    Err(AnswerRefusal::NumberMissing) => {
                        assert!(was_live && push.context.number.is_some() && number.is_none());
                    }
                    Err(refusal) => assert!(!was_live && refusal == AnswerRefusal::Over),
                }
            }
            Step::AnswerToOther(back) => {
                let Some(index) = self.back(back) else { return };
                let mut answer = answer_to(&self.pushes[index], Verdict::Approve, Some(7));
                answer.nonce.push('x');
                assert!(self.pushes[index].answered(&answer, at).is_err());
            }
            Step::Cancel(back) => {
                let Some(index) = self.back(back) else { return };
                if let Some(cancelled) = self.pushes[index].cancelled(at) {
                    self.pushes[index] = cancelled;
                }
            }
            Step::Use(back, own) => {
                let Some(index) = self.back(back) else { return };
                let sign_in = SecretDigest::from_bytes(if own { SIGN_IN } else { [8; 32] });
                if let Some(used) = self.pushes[index].used(&sign_in) {
                    assert!(own && used.state == PushState::Approved);
                    self.pushes[index] = used;
                    self.uses[index] += 1;
                }
            }
        }
    }
}

fn answer_to(push: &PushTransaction, verdict: Verdict, number: Option<u8>) -> Answer {
    Answer {
        transaction: push.id.to_string(),
        nonce: push.context.nonce.clone(),
        verdict,
        number,
    }
}

/// The rule, said once more.
fn meant(push: &PushTransaction, answer: &Answer) -> PushState {
    let is_right = push.context.number.is_none() || answer.number == Some(7);
    if answer.verdict == Verdict::Approve && is_right {
        PushState::Approved
    } else {
        PushState::Rejected
    }
}

proptest! {
    #[test]
    fn pushes_keep_their_promises(steps in proptest::collection::vec(step(), 1..80)) {
        let mut world = World::default();
        for step in steps {
            let before = world.pushes.clone();
            world.take(step);
            let at = world.at();
            // U1
            prop_assert!(world.pushes.iter().filter(|push| push.is_live(at)).count() <= 1);
            // U4: what is over stays as it is; its success counts once.
            for (old, new) in before.iter().zip(&world.pushes) {
                prop_assert!(old.state == PushState::Waiting || old.state == new.state);
                prop_assert!(!old.is_used || new.is_used);
            }
            prop_assert!(world.uses.iter().all(|uses| *uses <= 1));
            // U5: nothing that has run out was approved.
            for push in &world.pushes {
                prop_assert!(push.settled(at).is_none() || push.state == PushState::Waiting);
            }
            // U2: in no window more were sent that nobody has answered by now.
            let begin = at.plus_minutes(-UNANSWERED_WINDOW_MINUTES);
            let unanswered = world.pushes.iter().filter(|push| {
                push.created > begin && !matches!(push.state, PushState::Approved | PushState::Rejected)
            });
            prop_assert!(unanswered.count() <= MOST_UNANSWERED);
        }
    }
}

/// T7 for pushes: the last millisecond counts, the next does not.
#[test]
fn the_end_is_honoured_at_the_exact_boundary() {
    let mut world = World::default();
    world.ask(false);
    let push = &world.pushes[0];
    let answer = answer_to(push, Verdict::Approve, None);
    let end = push.expires;
    assert!(push.answered(&answer, end.plus_millis(-1)).is_ok());
    assert_eq!(push.answered(&answer, end), Err(AnswerRefusal::Over));
    assert_eq!(push.settled(end.plus_millis(-1)), None);
    assert_eq!(push.settled(end).unwrap().state, PushState::TimedOut);
    assert_eq!(push.cancelled(end), None);
}
