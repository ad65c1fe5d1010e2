//! Passwords and recovery questions: policy, history, age, temporary passwords (P4 to P7, P11).

use denizen_application::{
    AnswerRecoveryQuestion, ChangePassword, ChangeRecoveryQuestion, Error, PasswordSurface, RecoveryQuestionInput,
    UpdateUser,
};
use denizen_domain::event::EventType;
use denizen_domain::message::MailTemplate;
use denizen_domain::secret::Secret;
use denizen_domain::user::lifecycle::Refusal;
use denizen_domain::user::{Status, User};

use crate::world::{ANSWER, PASSWORD, QUESTION, World, credentials, somebody};

async fn change(world: &World, user: &User, old: &str, new: &str, strict: bool) -> Result<User, Error> {
    let request = ChangePassword {
        old: Secret::new(old),
        new: Secret::new(new),
        strict,
        revoke_sessions: false,
    };
    world
        .directory
        .change_password(&world.admin, user.id.as_str(), request)
        .await
}

async fn set(world: &World, user: &User, new: &str, strict: bool) -> Result<User, Error> {
    let request = UpdateUser {
        credentials: Some(credentials(Some(new), None)),
        strict,
        ..UpdateUser::default()
    };
    world
        .directory
        .update_user(&world.admin, user.id.as_str(), request)
        .await
}

fn rejected(found: Result<User, Error>, wanted: PasswordSurface) {
    match found {
        Err(Error::PasswordRejected { requirements, surface }) => {
            assert_eq!(surface, wanted);
            assert!(
                requirements.starts_with("Password requirements were not met."),
                "{requirements}"
            );
        }
        other => panic!("{other:?}"),
    }
}

/// P4, P5: common passwords and parts of the login are refused wherever a password is set, with the surface's own error.
#[tokio::test]
async fn the_policy_holds_wherever_a_password_is_set() {
    let world = World::new().await;
    let user = world.active("isaac.brock").await;
    for (number, weak) in ["Password1", "short1A", "nodigitsHERE", "xIsaac99x"]
        .into_iter()
        .enumerate()
    {
        let mut request = somebody(&format!("isaac-{number}"));
        request.credentials = credentials(Some(weak), None);
        rejected(world.create(request).await, PasswordSurface::Set);
        rejected(set(&world, &user, weak, false).await, PasswordSurface::Set);
        rejected(
            change(&world, &user, PASSWORD, weak, false).await,
            PasswordSurface::Change,
        );
        let request = AnswerRecoveryQuestion {
            password: Secret::new(weak),
            answer: Secret::new(ANSWER),
        };
        let found = world
            .directory
            .forgot_password_recovery_question(&world.admin, user.id.as_str(), request)
            .await;
        rejected(found, PasswordSurface::Change);
    }
    assert_eq!(world.read(&user).await, user, "nothing was changed");
}

/// P6: a change needs the old password, which stops working at once; wrong ones go into the log.
#[tokio::test]
async fn a_change_needs_the_old_password() {
    let world = World::new().await;
    let user = world.active("isaac.brock").await;
    let seen = world.events().await.len();
    let found = change(&world, &user, "Not-It-1", "Lantern-Winter-1", false).await;
    assert!(matches!(found, Err(Error::WrongPassword)), "{found:?}");
    let told = world.events().await.remove(seen);
    assert_eq!(told.event_type, EventType::UserUpdatePassword);
    assert_eq!(told.outcome.reason(), Some("INVALID_CREDENTIALS"));
    assert_eq!(
        (told.targets[0].id.as_str(), told.client.ip_address.as_deref()),
        (user.id.as_str(), Some("192.0.2.7"))
    );
    change(&world, &user, PASSWORD, "Lantern-Winter-1", false)
        .await
        .unwrap();
    assert!(!world.is_password(&user, PASSWORD).await);
    let found = change(&world, &user, PASSWORD, "Lantern-Winter-2", false).await;
    assert!(matches!(found, Err(Error::WrongPassword)), "{found:?}");
    let found = change(&world, &user, "Lantern-Winter-1", "Lantern-Winter-1", false).await;
    assert!(matches!(found, Err(Error::SameAsCurrentPassword)), "{found:?}");
}

/// P7: the last four passwords are refused, the fifth is taken; an administrator is bound by it only when strict.
#[tokio::test]
async fn the_last_passwords_are_refused() {
    let world = World::new().await;
    let user = world.active("isaac.brock").await;
    let nth = |n: usize| format!("Lantern-Winter-{n}");
    let mut now = PASSWORD.to_owned();
    for n in 1..=4 {
        change(&world, &user, &now, &nth(n), false).await.unwrap();
        now = nth(n);
    }
    for n in 1..=3 {
        rejected(
            change(&world, &user, &now, &nth(n), false).await,
            PasswordSurface::Change,
        );
        rejected(set(&world, &user, &nth(n), true).await, PasswordSurface::Set);
    }
    rejected(set(&world, &user, &now, true).await, PasswordSurface::Set);
    change(&world, &user, &now, PASSWORD, false).await.unwrap();
    set(&world, &user, PASSWORD, false).await.unwrap();
    assert_eq!(world.read(&user).await.credentials.password_history.len(), 3);
}

/// The least age binds only where it is asked for, to the millisecond.
#[tokio::test]
async fn a_young_password_is_kept_when_strict() {
    let world = World::with(None, |settings| settings.password_policy.min_age_minutes = 60).await;
    let user = world.active("isaac.brock").await;
    world.clock.pass(60 * 60_000 - 1);
    rejected(
        change(&world, &user, PASSWORD, "Lantern-Winter-1", true).await,
        PasswordSurface::Change,
    );
    rejected(set(&world, &user, "Lantern-Winter-1", true).await, PasswordSurface::Set);
    world.clock.pass(1);
    change(&world, &user, PASSWORD, "Lantern-Winter-1", true).await.unwrap();
    change(&world, &user, "Lantern-Winter-1", "Lantern-Winter-2", false)
        .await
        .unwrap();
}

/// P11: a temporary password is random, expires at once, replaces the old one, and nobody but the caller sees it.
#[tokio::test]
async fn a_temporary_password_must_be_changed() {
    let world = World::new().await;
    let user = world.active("isaac.brock").await;
    let key = user.id.as_str();
    let first = world
        .directory
        .expire_password_with_temp_password(&world.admin, key, false)
        .await
        .unwrap();
    let second = world
        .directory
        .expire_password_with_temp_password(&world.admin, key, true)
        .await
        .unwrap();
    assert_ne!(first, second);
    assert_eq!(second.expose().len(), 12);
    assert_eq!(world.read(&user).await.status, Status::PasswordExpired);
    assert!(!world.is_password(&user, PASSWORD).await && !world.is_password(&user, first.expose()).await);
    let kept = format!("{:?} {:?}", world.events().await, world.read(&user).await);
    assert!(!kept.contains(second.expose()), "{kept}");
    change(&world, &user, second.expose(), "Lantern-Winter-1", false)
        .await
        .unwrap();
    assert_eq!(world.read(&user).await.status, Status::Active);
    assert!(!world.is_password(&user, second.expose()).await);
}

/// A user who signs in elsewhere gets no password here, by no way.
#[tokio::test]
async fn a_federated_user_gets_no_password() {
    let world = World::new().await;
    let user = world.active("isaac.brock").await;
    let key = user.id.as_str();
    let federate = denizen_application::ResetPassword {
        federate: true,
        ..denizen_application::ResetPassword::default()
    };
    world
        .directory
        .reset_password(&world.admin, key, federate)
        .await
        .unwrap();
    let after = world.read(&user).await;
    assert_eq!(
        (after.status, after.credentials.password.is_some()),
        (Status::Active, false)
    );
    assert!(after.credentials.provider.is_foreign());
    let again = world.directory.reset_password(&world.admin, key, federate).await;
    assert!(
        matches!(again, Err(Error::Refused(Refusal::AlreadyFederated))),
        "{again:?}"
    );
    let found = set(&world, &user, "Lantern-Winter-1", false).await;
    assert!(
        matches!(found, Err(Error::Refused(Refusal::NotAllowedInStatus))),
        "{found:?}"
    );
    let found = world
        .directory
        .expire_password_with_temp_password(&world.admin, key, false)
        .await;
    assert!(
        matches!(found, Err(Error::Refused(Refusal::NotAllowedInStatus))),
        "{found:?}"
    );
    let back = denizen_application::ResetPassword::default();
    world.directory.reset_password(&world.admin, key, back).await.unwrap();
    set(&world, &user, "Lantern-Winter-1", false).await.unwrap();
    assert!(world.is_password(&user, "Lantern-Winter-1").await);
}

/// A new password by the answer: any case of it will do, nothing else, and the person is told by mail.
#[tokio::test]
async fn the_answer_sets_a_new_password() {
    let world = World::new().await;
    let user = world.active("isaac.brock").await;
    let answered = |answer: &str| AnswerRecoveryQuestion {
        password: Secret::new("Lantern-Winter-1"),
        answer: Secret::new(answer),
    };
    let key = user.id.as_str();
    let found = world
        .directory
        .forgot_password_recovery_question(&world.admin, key, answered("Calamity Jane"))
        .await;
    assert!(matches!(found, Err(Error::WrongAnswer)), "{found:?}");
    assert!(world.is_password(&user, PASSWORD).await);
    world.clock.pass(5000);
    let after = world
        .directory
        .forgot_password_recovery_question(&world.admin, key, answered(" annie OAKLEY"))
        .await;
    let after = after.unwrap();
    assert_eq!(
        (after.status, after.password_changed),
        (Status::Active, Some(world.now().whole_seconds()))
    );
    assert!(world.is_password(&user, "Lantern-Winter-1").await);
    assert_eq!(world.mailed().await, [MailTemplate::PasswordChanged]);
}

/// A question comes with an answer, and both keep the rules (contract: users §8).
#[tokio::test]
async fn a_recovery_question_keeps_its_rules() {
    let world = World::new().await;
    let user = world.active("isaac.brock").await;
    let cases = [
        (None, Some(ANSWER), "question: The field cannot be left blank"),
        (Some(QUESTION), None, "answer: The field cannot be left blank"),
        (
            Some(QUESTION),
            Some("Ann"),
            "The security question answer must be at least 4 characters in length",
        ),
        (
            Some(QUESTION),
            Some(PASSWORD),
            "The password must not be the answer to the security question",
        ),
    ];
    for (question, answer, wanted) in cases {
        let request = ChangeRecoveryQuestion {
            password: Secret::new(PASSWORD),
            question: RecoveryQuestionInput {
                question: question.map(str::to_owned),
                answer: answer.map(Secret::new),
            },
        };
        match world
            .directory
            .change_recovery_question(&world.admin, user.id.as_str(), request)
            .await
        {
            Err(Error::Validation(refused)) => assert_eq!(refused.causes, [wanted]),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(world.read(&user).await, user);
}
