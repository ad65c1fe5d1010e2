//! Failed attempts: each counts once, too many lock out, on every path that asks for a secret (L1, L2, L4, L5).

use std::sync::Arc;

use denizen_application::{
    AnswerRecoveryQuestion, ChangePassword, ChangeRecoveryQuestion, Error, RecoveryQuestionInput, Settings,
};
use denizen_domain::event::EventType;
use denizen_domain::secret::Secret;
use denizen_domain::user::lifecycle::Refusal;
use denizen_domain::user::{Status, User};
use proptest::prelude::*;

use crate::world::{ANSWER, PASSWORD, QUESTION, World};

const NEW: &str = "Lantern-Winter-1";

async fn change(world: &World, user: &User, old: &str, new: &str) -> Result<User, Error> {
    let request = ChangePassword {
        old: Secret::new(old),
        new: Secret::new(new),
        strict: false,
        revoke_sessions: false,
    };
    world
        .directory
        .change_password(&world.admin, user.id.as_str(), request)
        .await
}

async fn ask(world: &World, user: &User, password: &str) -> Result<User, Error> {
    let request = ChangeRecoveryQuestion {
        password: Secret::new(password),
        question: RecoveryQuestionInput {
            question: Some(QUESTION.to_owned()),
            answer: Some(Secret::new(ANSWER)),
        },
    };
    world
        .directory
        .change_recovery_question(&world.admin, user.id.as_str(), request)
        .await
}

async fn answer(world: &World, user: &User, answer: &str) -> Result<User, Error> {
    let request = AnswerRecoveryQuestion {
        password: Secret::new(NEW),
        answer: Secret::new(answer),
    };
    world
        .directory
        .forgot_password_recovery_question(&world.admin, user.id.as_str(), request)
        .await
}

fn limited(to: u32) -> impl FnOnce(&mut Settings) {
    move |settings| settings.password_policy.max_attempts = to
}

/// L2: every path counts into the same number, and none is open once the user is locked out.
#[tokio::test]
async fn every_path_counts_and_every_path_closes() {
    let world = World::with(None, limited(3)).await;
    let user = world.active("isaac.brock").await;
    assert!(matches!(
        change(&world, &user, "Not-It-1", NEW).await,
        Err(Error::WrongPassword)
    ));
    assert!(matches!(
        ask(&world, &user, "Not-It-1").await,
        Err(Error::WrongPassword)
    ));
    assert_eq!(world.read(&user).await.failed_attempts, 2);
    let seen = world.events().await.len();
    assert!(matches!(
        answer(&world, &user, "Calamity Jane").await,
        Err(Error::WrongAnswer)
    ));
    assert_eq!(
        world.told_since(seen).await,
        [EventType::UserUpdatePassword, EventType::UserLock]
    );
    let lock = world.events().await.pop().unwrap();
    assert_eq!(lock.outcome.reason(), Some("LOCKED_OUT"));
    assert_eq!(lock.targets[0].id, user.id.as_str());
    assert_eq!(world.read(&user).await.status, Status::LockedOut);
    let refused = [
        change(&world, &user, PASSWORD, NEW).await,
        ask(&world, &user, PASSWORD).await,
        answer(&world, &user, ANSWER).await,
    ];
    for refused in refused {
        assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    }
    assert!(world.is_password(&user, PASSWORD).await);
}

/// L5: a success begins a new count.
#[tokio::test]
async fn a_success_forgets_the_failures() {
    let world = World::with(None, limited(3)).await;
    let user = world.active("isaac.brock").await;
    for path in 0..3 {
        for _ in 0..2 {
            let failed = ask(&world, &user, "Not-It-1").await;
            assert!(matches!(failed, Err(Error::WrongPassword)), "{failed:?}");
        }
        assert_eq!(world.read(&user).await.failed_attempts, 2);
        match path {
            0 => ask(&world, &user, PASSWORD).await,
            1 => change(&world, &user, PASSWORD, "Lantern-Summer-1").await,
            _ => answer(&world, &user, ANSWER).await,
        }
        .unwrap();
        let user = world.read(&user).await;
        assert_eq!((user.status, user.failed_attempts), (Status::Active, 0));
    }
}

/// L2: who recovers has no status to lose, and is refused after as many failures, even with the right password.
#[tokio::test]
async fn who_recovers_is_limited_too() {
    let world = World::with(None, limited(3)).await;
    let user = world.active("isaac.brock").await;
    world
        .directory
        .reset_password(
            &world.admin,
            user.id.as_str(),
            denizen_application::ResetPassword::default(),
        )
        .await
        .unwrap();
    for _ in 0..5 {
        let failed = change(&world, &user, "Not-It-1", NEW).await;
        assert!(matches!(failed, Err(Error::WrongPassword)), "{failed:?}");
    }
    let right = change(&world, &user, PASSWORD, NEW).await;
    assert!(matches!(right, Err(Error::WrongPassword)), "{right:?}");
    let user = world.read(&user).await;
    assert_eq!((user.status, user.failed_attempts), (Status::Recovery, 3));
}

/// A lock-out ends when somebody asks after its time, and not a moment earlier.
#[tokio::test]
async fn a_lock_ends_by_itself_where_the_policy_says_so() {
    let world = World::with(None, |settings| {
        settings.password_policy.max_attempts = 1;
        settings.password_policy.auto_unlock_minutes = 30;
    })
    .await;
    let user = world.active("isaac.brock").await;
    assert!(change(&world, &user, "Not-It-1", NEW).await.is_err());
    world.clock.pass(30 * 60_000 - 1);
    let early = change(&world, &user, PASSWORD, NEW).await;
    assert!(
        matches!(early, Err(Error::Refused(Refusal::ChangePasswordNotAllowed))),
        "{early:?}"
    );
    let seen = world.events().await.len();
    world.clock.pass(1);
    change(&world, &user, PASSWORD, NEW).await.unwrap();
    assert_eq!(
        world.told_since(seen).await,
        [EventType::UserUnlock, EventType::UserUpdatePassword]
    );
    assert_eq!(world.read(&user).await.status, Status::Active);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// L1: of a hundred wrong passwords at once, each counts once until the lock; the right one among them wins only if it
    /// came before it.
    #[test]
    fn attempts_at_once_count_once_each(seed: u64, right_at in proptest::option::of(0_usize..100)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = Arc::new(World::with(Some(seed), limited(10)).await);
            let user = world.active("isaac.brock").await;
            let tasks: Vec<_> = (0..100).map(|number| {
                let (world, user) = (world.clone(), user.clone());
                let password = if right_at == Some(number) { PASSWORD } else { "Not-It-1" };
                tokio::spawn(async move { ask(&world, &user, password).await })
            }).collect();
            let mut successes = 0;
            for task in tasks {
                match task.await.unwrap() {
                    Ok(_) => successes += 1,
                    Err(Error::WrongPassword | Error::Refused(Refusal::ChangeRecoveryQuestionNotAllowed)) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
            let left = world.read(&user).await;
            assert!(successes <= usize::from(right_at.is_some()));
            assert_eq!((left.status, left.failed_attempts), (Status::LockedOut, 10));
            let locks = world.events().await.iter().filter(|event| event.event_type == EventType::UserLock).count();
            assert_eq!(locks, 1);
        });
    }
}
