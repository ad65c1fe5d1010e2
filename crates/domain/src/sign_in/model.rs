//! Random walks through transactions, in virtual time: whatever somebody tries in whatever order, the rules hold.

use proptest::prelude::*;

use super::stage::tests::factor;
use super::{Demands, Details, Stage, Step, Transaction, Wishes};
use crate::factor::FactorRecord;
use crate::id::{UserId, UserTypeId};
use crate::login::Login;
use crate::password::PasswordPolicy;
use crate::profile::Profile;
use crate::secret::SecretDigest;
use crate::session::{Evidence, Method};
use crate::time::Timestamp;
use crate::user::{Credentials, Provider, Status, User};

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millis(0).plus_minutes(minutes)
}

/// A user whose password was changed so many days before the beginning.
fn user(status: Status, password_days: i64) -> User {
    let changed = at(-password_days * 24 * 60);
    User {
        id: UserId::generate(at(0), 1),
        version: 1,
        type_id: UserTypeId::generate(at(0), 1),
        status,
        resumes_to: status,
        created: changed,
        activated: None,
        status_changed: None,
        last_login: None,
        last_updated: changed,
        password_changed: Some(changed),
        login: Login::parse("isaac@example.com").unwrap(),
        profile: Profile::from_attributes(&serde_json::Map::new()),
        credentials: Credentials::none(Provider::okta()),
        failed_attempts: 0,
        factors: FactorRecord::default(),
    }
}

/// Passwords are good for thirty days, and there are warnings in the last five.
fn policy() -> PasswordPolicy {
    PasswordPolicy {
        max_age_days: 30,
        expire_warn_days: 5,
        ..PasswordPolicy::default()
    }
}

/// What somebody tries.
#[derive(Clone, Copy, Debug)]
enum Try {
    Skip,
    Previous,
    ChangePassword,
    Challenge,
    RightFactor,
    WrongFactor,
    EnrolAtOnce,
    EnrolWaiting,
    Activate,
}

fn tries() -> impl Strategy<Value = Try> {
    prop_oneof![
        Just(Try::Skip),
        Just(Try::Previous),
        Just(Try::ChangePassword),
        Just(Try::Challenge),
        Just(Try::RightFactor),
        Just(Try::WrongFactor),
        Just(Try::EnrolAtOnce),
        Just(Try::EnrolWaiting),
        Just(Try::Activate),
    ]
}

/// A transaction with whose it is, and what is asked.
struct Walk {
    user: User,
    demands: Demands,
    transaction: Transaction,
    shown: bool,
}

impl Walk {
    fn begin(user: User, demands: Demands, wishes: Wishes) -> Self {
        let mut details = Details::begin(Stage::Done, Some(Evidence::password(at(0))), at(0));
        details.wishes = wishes;
        details.stage = Stage::following(&user, &policy(), demands, details.so_far(), at(0));
        let digest = SecretDigest::from_bytes([7; 32]);
        let transaction = Transaction::begin(digest, user.id.clone(), details, at(0));
        let mut walk = Self {
            user,
            demands,
            transaction,
            shown: false,
        };
        walk.expire();
        walk
    }

    fn stage(&self) -> &Stage {
        &self.transaction.details.stage
    }

    /// Whoever is told that the password has expired has the status from then on.
    fn expire(&mut self) {
        if *self.stage() == Stage::PasswordExpired {
            self.user.status = Status::PasswordExpired;
        }
    }

    fn go_on(&mut self, details: &Details, has_enrolled: bool, now: Timestamp) {
        let so_far = super::SoFar {
            has_enrolled,
            ..details.so_far()
        };
        self.transaction.details = details.clone();
        let stage = Stage::following(&self.user, &policy(), self.demands, so_far, now);
        self.transaction = self.transaction.moved(stage, now);
        self.expire();
    }

    fn enrolled(&mut self, now: Timestamp) {
        self.demands.enrolment = false;
        self.demands.proof = true;
        let mut details = self.transaction.details.clone();
        details.past_factor = true;
        self.go_on(&details, true, now);
    }

    fn attempt(&mut self, what: Try, now: Timestamp) -> Result<(), super::OutOfTurn> {
        let stage = self.stage().clone();
        let one = factor(1);
        match what {
            Try::Skip => {
                stage.must_allow(Step::Skip)?;
                if stage == Stage::MfaEnroll && self.demands.enrolment {
                    return Err(super::OutOfTurn);
                }
                let mut details = self.transaction.details.clone();
                details.wishes = Wishes::default();
                self.go_on(&details, false, now);
            }
            Try::Previous => self.transaction = self.transaction.moved(stage.before()?, now),
            Try::ChangePassword => {
                stage.must_allow(Step::ChangePassword)?;
                self.user.password_changed = Some(now);
                self.user.status = Status::Active;
                let details = self.transaction.details.clone();
                self.go_on(&details, false, now);
            }
            Try::Challenge => {
                stage.must_allow(Step::Verify(&one))?;
                self.transaction = self.transaction.moved(Stage::MfaChallenge(one), now);
            }
            Try::RightFactor => {
                stage.must_allow(Step::Verify(&one))?;
                self.shown = true;
                let details = self.transaction.details.with_factor(Method::Otp, now);
                self.go_on(&details, false, now);
            }
            Try::WrongFactor => stage.must_allow(Step::Verify(&one))?,
            Try::EnrolAtOnce => {
                stage.must_allow(Step::Enrol)?;
                self.enrolled(now);
            }
            Try::EnrolWaiting => {
                stage.must_allow(Step::Enrol)?;
                self.transaction = self.transaction.moved(Stage::MfaEnrollActivate(factor(2)), now);
            }
            Try::Activate => {
                stage.must_allow(Step::Activate(&factor(2)))?;
                self.enrolled(now);
            }
        }
        Ok(())
    }
}

/// How far a stage is; a challenge is as far as what it is a challenge of.
fn rank(stage: &Stage) -> u32 {
    match stage {
        Stage::MfaRequired => 0,
        Stage::MfaChallenge(_) => 1,
        Stage::PasswordExpired | Stage::PasswordWarn => 2,
        Stage::MfaEnroll => 3,
        Stage::MfaEnrollActivate(_) => 4,
        _ => 5,
    }
}

proptest! {
    /// C1, L2: nobody comes to the end without a right factor where one is asked for, nor without an enrolment that is asked
    /// for, nor with a password that has expired; and only whoever goes back, or enrols one of several, is less far than before.
    #[test]
    fn nobody_gets_around_what_is_asked(
        expired in any::<bool>(),
        password_days in 0_i64..40,
        proof in any::<bool>(),
        enrolment in any::<bool>(),
        more in any::<bool>(),
        wishes in (any::<bool>(), any::<bool>()),
        steps in proptest::collection::vec((tries(), 0_i64..4), 0..60),
    ) {
        let status = if expired { Status::PasswordExpired } else { Status::Active };
        let demands = Demands { proof, enrolment, more: more || enrolment };
        let wishes = Wishes { warning: wishes.0, more_factors: wishes.1 };
        let mut walk = Walk::begin(user(status, password_days), demands, wishes);
        let mut now = 0;
        for (what, minutes) in steps {
            now += minutes;
            if *walk.stage() == Stage::Done || !walk.transaction.is_live(walk.user.status, at(now)) {
                break;
            }
            let before = walk.stage().clone();
            let refused = walk.attempt(what, at(now)).is_err();
            let after = walk.stage();
            prop_assert!(!refused || before == *after);
            let goes_back = matches!(what, Try::Previous | Try::Activate | Try::Challenge);
            prop_assert!(goes_back || rank(after) >= rank(&before), "{before:?} {what:?} {after:?}");
            prop_assert!(after.fits(walk.user.status), "{after:?}");
        }
        if *walk.stage() == Stage::Done {
            prop_assert!(!proof || walk.shown);
            prop_assert!(!walk.demands.enrolment);
            prop_assert_eq!(walk.user.status, Status::Active);
            prop_assert!(!policy().is_expired(walk.user.password_changed, at(now)));
            let evidence = walk.transaction.details.evidence.as_ref().unwrap();
            prop_assert_eq!(evidence.factor_verified.is_some(), walk.shown);
        }
    }
}

/// What follows a right password and a right factor, by example (contract: authn-and-recovery §2, §3.1).
#[test]
fn what_follows_is_in_the_order_of_the_contract() {
    let all = Demands {
        proof: true,
        enrolment: true,
        more: true,
    };
    let none = Demands::default();
    let enrol = Demands { proof: false, ..all };
    let warning = Wishes {
        warning: true,
        more_factors: false,
    };
    let more = Wishes {
        warning: false,
        more_factors: true,
    };
    let begin = super::SoFar::default();
    let past = super::SoFar {
        past_factor: true,
        ..begin
    };
    let with = |so_far: super::SoFar, wishes| super::SoFar { wishes, ..so_far };
    let enrolled = super::SoFar {
        has_enrolled: true,
        ..past
    };
    let optional = Demands { more: true, ..none };
    let rows = [
        (40, all, begin, Stage::MfaRequired),
        (40, all, past, Stage::PasswordExpired),
        (40, none, begin, Stage::PasswordExpired),
        (27, all, with(past, warning), Stage::PasswordWarn),
        (27, none, begin, Stage::Done),
        (0, all, past, Stage::MfaEnroll),
        (0, enrol, begin, Stage::MfaEnroll),
        (0, optional, with(enrolled, more), Stage::MfaEnroll),
        (0, optional, enrolled, Stage::Done),
        (0, optional, with(past, more), Stage::Done),
        (0, none, with(enrolled, more), Stage::Done),
        (0, none, begin, Stage::Done),
    ];
    for (days, demands, so_far, wanted) in rows {
        let user = user(Status::Active, days);
        let stage = Stage::following(&user, &policy(), demands, so_far, at(0));
        assert_eq!(stage, wanted, "{days} {demands:?} {so_far:?}");
    }
}
