//! Random lives against the reference model (C1).

use denizen_domain::id::{UserId, UserTypeId};
use denizen_domain::login::Login;
use denizen_domain::password::StoredPassword;
use denizen_domain::profile::Profile;
use denizen_domain::time::Timestamp;
use denizen_domain::user::creation::{CreationPlan, NewUser, create};
use denizen_domain::user::lifecycle::{Action, Refusal};
use denizen_domain::user::lifecycle_model::{Model, expected};
use denizen_domain::user::{Fate, RecoveryQuestion, Status, TokenEffect, Transition, User};
use proptest::prelude::*;

fn password(n: u64) -> StoredPassword {
    StoredPassword::from_stored(&format!("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ${n}")).unwrap()
}

fn newborn(activate: bool, has_password: bool) -> User {
    let at = Timestamp::from_millis(1_000_000);
    let plan = CreationPlan {
        activate,
        from_provider: false,
        change_password_at_next_login: false,
        has_password,
        has_recovery_question: false,
        provider: None,
    };
    let attributes = serde_json::json!({
        "login": "isaac.brock@example.com", "email": "isaac.brock@example.com", "firstName": "Isaac", "lastName": "Brock"
    });
    let new = NewUser {
        id: UserId::generate(at, 1),
        type_id: UserTypeId::generate(at, 1),
        login: Login::parse("isaac.brock@example.com").unwrap(),
        profile: Profile::from_attributes(attributes.as_object().unwrap()),
        password: has_password.then(|| password(0)),
        recovery_question: None,
    };
    create(&plan, new, at).unwrap().user
}

fn perform(user: &User, action: Action, at: Timestamp) -> Result<Transition, Refusal> {
    let sets_password = matches!(
        action,
        Action::ExpirePasswordWithTempPassword
            | Action::ChangePassword
            | Action::ForgotPasswordRecoveryQuestion
            | Action::SetPassword
            | Action::CompleteActivation
            | Action::CompleteReset
    );
    let mut transition = user.transition(action, at)?;
    if matches!(action, Action::ChangeRecoveryQuestion | Action::SetRecoveryQuestion) {
        transition.user.credentials.recovery_question = Some(RecoveryQuestion {
            question: "Who's a major player in the cowboy scene?".to_owned(),
            answer: password(0),
        });
    }
    let number = u64::try_from(at.as_millis()).unwrap();
    Ok(if sets_password {
        transition.with_password(password(number), 4, at)
    } else {
        transition
    })
}

fn any_action() -> impl Strategy<Value = Action> {
    let actions: Vec<Action> = Action::all().filter(|action| *action != Action::Federate).collect();
    proptest::sample::select(actions)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_random_life_follows_the_model(
        activate: bool,
        has_password: bool,
        actions in proptest::collection::vec(any_action(), 1..1000),
    ) {
        let mut user = newborn(activate, has_password);
        let mut model = Model::newborn(activate, has_password, false);
        prop_assert_eq!(user.status, model.status);
        let mut clock = user.created;
        for action in actions {
            clock = clock.plus_millis(1500);
            let found = perform(&user, action, clock);
            let wanted = expected(model, action);
            prop_assert_eq!(found.is_ok(), wanted.is_ok(), "{:?} on {:?}: {:?}", action, model, found.err());
            let (Ok(found), Ok(wanted)) = (found, wanted) else { continue };
            prop_assert_eq!(found.fate == Fate::Removed, wanted.gone);
            if wanted.gone {
                break;
            }
            let after = &found.user;
            prop_assert_eq!(after.status, wanted.status, "{:?} on {:?}", action, model);
            prop_assert_eq!(after.credentials.password.is_some(), wanted.password);
            prop_assert_eq!(after.credentials.recovery_question.is_some(), wanted.question);
            check_stamps(&user, &found, clock)?;
            user = found.user;
            model = wanted;
        }
    }
}

fn check_stamps(before: &User, found: &Transition, at: Timestamp) -> Result<(), TestCaseError> {
    let (after, now) = (&found.user, Some(at.whole_seconds()));
    let moved = before.status != after.status;
    prop_assert_eq!(after.status_changed, if moved { now } else { before.status_changed });
    prop_assert_eq!(
        after.activated,
        if found.action == Action::Activate {
            now
        } else {
            before.activated
        }
    );
    prop_assert_eq!(after.created, before.created);
    prop_assert!(after.last_updated >= before.last_updated);
    prop_assert!(moved || after.status == before.status);
    if found.fate == Fate::Unchanged {
        prop_assert_eq!(after, before);
    }
    let renewed = after.credentials.password != before.credentials.password && after.credentials.password.is_some();
    prop_assert_eq!(
        after.password_changed,
        if renewed { now } else { before.password_changed }
    );
    prop_assert!(after.credentials.password_history.len() <= 3);
    // T6: a new password and the end of an account leave no old token alive.
    let ends = renewed || matches!(after.status, Status::Deprovisioned | Status::Suspended) && moved;
    prop_assert!(!ends || found.effects.tokens != TokenEffect::Keep, "{:?}", found.action);
    Ok(())
}
