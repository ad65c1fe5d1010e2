//! The life of a code of the time, against a model of it: whatever is done in whatever order at whatever time, the directory
//! answers as the model does (O1, O2, O4, O8, L2, L3).

use denizen_application::{EnrolFactor, Error, Proof, Verified, VerifyFactor};
use denizen_domain::factor::{
    FactorRefusal, FactorStatus, MOST_FAILED_ACTIVATIONS, MOST_FAILED_VERIFICATIONS, VerifyRefusal, WrongProof,
};
use denizen_domain::secret::Secret;
use denizen_domain::user::{Status, User};
use proptest::prelude::*;

use crate::world::World;

const STEP_MILLIS: i64 = 30_000;
const WINDOW_MILLIS: i64 = 300_000;

/// What somebody does.
#[derive(Clone, Copy, Debug)]
enum Act {
    Enrol,
    /// Shows the code of so many steps from now; none is no code at all.
    Activate(Option<i64>),
    Verify(Option<i64>),
    Remove,
    Reset,
    Unlock,
    /// So many seconds pass.
    Wait(i64),
}

/// What comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Done,
    Wrong,
    Replayed,
    OutsideWindow,
    NotFound,
    AlreadySetUp,
    WrongState,
    TooMany,
    Locked,
    NotLocked,
}

/// The factor, as the model has it.
#[derive(Clone, Copy, Debug)]
struct Token {
    is_active: bool,
    last: Option<i64>,
}

/// What decides.
#[derive(Default)]
struct Model {
    now: i64,
    token: Option<Token>,
    failures: u32,
    failed_activations: Vec<i64>,
}

impl Model {
    fn step(&self) -> i64 {
        self.now / STEP_MILLIS
    }

    fn is_locked(&self) -> bool {
        self.failures >= MOST_FAILED_VERIFICATIONS
    }

    fn judge(&self, last: Option<i64>, drift: Option<i64>) -> Result<i64, Answer> {
        let Some(drift) = drift.filter(|drift| drift.abs() <= 10) else {
            return Err(Answer::Wrong);
        };
        let step = self.step() + drift;
        if last.is_some_and(|last| step <= last) {
            Err(Answer::Replayed)
        } else if drift.abs() > 1 {
            Err(Answer::OutsideWindow)
        } else {
            Ok(step)
        }
    }

    fn act(&mut self, act: Act) -> Answer {
        match act {
            Act::Wait(seconds) => self.now += seconds * 1000,
            Act::Enrol if self.token.is_some_and(|token| token.is_active) => return Answer::AlreadySetUp,
            Act::Enrol => {
                self.token = Some(Token {
                    is_active: false,
                    last: None,
                });
            }
            Act::Remove if self.token.is_none() => return Answer::NotFound,
            Act::Remove | Act::Reset => self.token = None,
            Act::Unlock if !self.is_locked() => return Answer::NotLocked,
            Act::Unlock => self.failures = 0,
            Act::Activate(drift) => return self.activate(drift),
            Act::Verify(drift) => return self.verify(drift),
        }
        Answer::Done
    }

    fn activate(&mut self, drift: Option<i64>) -> Answer {
        let Some(token) = self.token else {
            return Answer::NotFound;
        };
        if token.is_active {
            return Answer::WrongState;
        }
        let begin = self.now - WINDOW_MILLIS;
        self.failed_activations.retain(|failed| *failed > begin);
        if self.failed_activations.len() >= MOST_FAILED_ACTIVATIONS {
            return Answer::TooMany;
        }
        match self.judge(None, drift) {
            Ok(step) => {
                self.token = Some(Token {
                    is_active: true,
                    last: Some(step),
                });
                Answer::Done
            }
            Err(answer) => {
                self.failed_activations.push(self.now);
                answer
            }
        }
    }

    fn verify(&mut self, drift: Option<i64>) -> Answer {
        let Some(token) = self.token else {
            return Answer::NotFound;
        };
        if self.is_locked() {
            return Answer::Locked;
        }
        if !token.is_active {
            return Answer::WrongState;
        }
        match self.judge(token.last, drift) {
            Ok(step) => {
                self.failures = 0;
                self.token = Some(Token {
                    last: Some(step),
                    ..token
                });
                Answer::Done
            }
            Err(Answer::Replayed) => Answer::Replayed,
            Err(answer) => {
                self.failures += 1;
                if self.is_locked() { Answer::Locked } else { answer }
            }
        }
    }
}

/// The directory's answer in the words of the model.
fn told<T>(answer: Result<T, Error>) -> Answer {
    match answer {
        Ok(_) => Answer::Done,
        Err(Error::NotFound { .. }) => Answer::NotFound,
        Err(Error::Factor(FactorRefusal::AlreadySetUp)) => Answer::AlreadySetUp,
        Err(Error::Factor(FactorRefusal::WrongState)) => Answer::WrongState,
        Err(Error::Factor(FactorRefusal::TooManyActivations)) => Answer::TooMany,
        Err(Error::Verify(VerifyRefusal::LockedOut)) => Answer::Locked,
        Err(Error::WrongProof(WrongProof::PassCode)) => Answer::Wrong,
        Err(Error::WrongProof(WrongProof::Replayed)) => Answer::Replayed,
        Err(Error::WrongProof(WrongProof::OutsideWindow)) => Answer::OutsideWindow,
        Err(Error::Refused(_)) => Answer::NotLocked,
        Err(error) => panic!("{error}"),
    }
}

/// Shows a code. The codes of this world are their steps.
fn showing(world: &World, drift: Option<i64>) -> VerifyFactor {
    let step = world.now().as_millis() / STEP_MILLIS;
    let code = drift.map_or_else(
        || "no code".to_owned(),
        |drift| format!("{:06}", (step + drift) % 1_000_000),
    );
    VerifyFactor {
        proof: Proof {
            pass_code: Some(Secret::new(code)),
            ..Proof::default()
        },
        ..VerifyFactor::default()
    }
}

async fn act(world: &World, user: &User, id: &str, act: Act) -> (Answer, Option<String>) {
    let (directory, call, key) = (&world.directory, &world.admin, user.id.as_str());
    let answer = match act {
        Act::Wait(seconds) => {
            world.clock.pass(seconds * 1000);
            Answer::Done
        }
        Act::Enrol => {
            let wanted = EnrolFactor {
                factor_type: Some("token:software:totp".to_owned()),
                provider: Some("GOOGLE".to_owned()),
                ..EnrolFactor::default()
            };
            let enrolled = directory.enrol_factor(call, key, &wanted).await;
            let id = enrolled.as_ref().ok().map(|enrolled| enrolled.factor.id.to_string());
            return (told(enrolled), id);
        }
        Act::Activate(drift) => told(directory.activate_factor(call, key, id, &showing(world, drift)).await),
        Act::Verify(drift) => {
            let verified = directory.verify_factor(call, key, id, &showing(world, drift)).await;
            assert!(!matches!(verified, Ok(Verified::Challenged(..))));
            told(verified)
        }
        Act::Remove => told(directory.remove_factor(call, key, id, false).await),
        Act::Reset => told(directory.reset_factors(call, key).await),
        Act::Unlock => told(directory.unlock_user(call, key).await),
    };
    (answer, None)
}

async fn live(acts: &[Act]) {
    let world = World::new().await;
    let user = world.active("isaac").await;
    let mut model = Model {
        now: world.now().as_millis(),
        ..Model::default()
    };
    let mut id = "uft00000000000000000".to_owned();
    for step in acts {
        let wanted = model.act(*step);
        let (answer, enrolled) = act(&world, &user, &id, *step).await;
        assert_eq!(answer, wanted, "{step:?} of {acts:?}");
        id = enrolled.unwrap_or(id);
        let (_, factors) = world.directory.factors(&world.admin, user.id.as_str()).await.unwrap();
        let shown: Vec<bool> = factors
            .iter()
            .map(|factor| factor.status == FactorStatus::Active)
            .collect();
        let modelled: Vec<bool> = model.token.iter().map(|token| token.is_active).collect();
        assert_eq!(shown, modelled, "after {step:?} of {acts:?}");
        let read = world.read(&user).await;
        assert_eq!(read.status == Status::LockedOut, model.is_locked());
        assert_eq!(read.factors.enrolled as usize, factors.len());
    }
}

fn any_act() -> impl Strategy<Value = Act> {
    let drift = prop_oneof![
        4 => (-1_i64..=1).prop_map(Some),
        2 => (-12_i64..=12).prop_map(Some),
        1 => Just(None),
    ];
    prop_oneof![
        2 => Just(Act::Enrol),
        3 => drift.clone().prop_map(Act::Activate),
        6 => drift.prop_map(Act::Verify),
        1 => Just(Act::Remove),
        1 => Just(Act::Reset),
        1 => Just(Act::Unlock),
        3 => (0_i64..200).prop_map(Act::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_directory_does_as_the_model(acts in proptest::collection::vec(any_act(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(live(&acts));
    }
}
