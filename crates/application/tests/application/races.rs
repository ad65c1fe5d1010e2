//! Many callers at once: some order explains what comes of it, nothing is lost, a login has one owner (D1, D3, T6).

use denizen_application::{Call, Error, ResetPassword, UpdateUser};
use denizen_domain::event::EventType;
use denizen_domain::secret::Secret;
use denizen_domain::user::lifecycle::Action;
use denizen_domain::user::lifecycle_model::{Model, expected};
use denizen_domain::user::{Status, User};
use proptest::prelude::*;
use serde_json::json;

use crate::world::{World, attributes, credentials, hashed_with, somebody};

const CONTENDERS: [Action; 9] = [
    Action::Deactivate,
    Action::Delete,
    Action::Activate,
    Action::Suspend,
    Action::Unsuspend,
    Action::ResetPassword,
    Action::ExpirePassword,
    Action::ForgotPassword,
    Action::SetPassword,
];

async fn attempt(world: &World, call: &Call, user: &User, action: Action) -> Result<Option<Secret>, Error> {
    let (directory, key) = (&world.directory, user.id.as_str());
    let none = |()| None;
    match action {
        Action::Deactivate => directory.deactivate_user(call, key, false).await.map(none),
        Action::Delete => directory.delete_user(call, key, false).await.map(none),
        Action::Suspend => directory.suspend_user(call, key).await.map(none),
        Action::Unsuspend => directory.unsuspend_user(call, key).await.map(none),
        Action::ExpirePassword => directory.expire_password(call, key).await.map(|_| None),
        Action::SetPassword => {
            let request = UpdateUser {
                credentials: Some(credentials(Some("Lantern-Winter-1"), None)),
                ..UpdateUser::default()
            };
            directory.update_user(call, key, request).await.map(|_| None)
        }
        Action::Activate => {
            let link = directory.activate_user(call, key, false).await?;
            Ok(link.map(|link| link.token))
        }
        Action::ResetPassword => {
            let link = directory.reset_password(call, key, ResetPassword::default()).await?;
            Ok(link.map(|link| link.token))
        }
        Action::ForgotPassword => {
            let link = directory.forgot_password(call, key, false).await?;
            Ok(link.map(|link| link.token))
        }
        other => unreachable!("{other:?} does not contend"),
    }
}

/// Whether the actions, done one after the other in some order, succeed and fail just so and end in this state. `tokens` tells
/// of each action whether its token is still good.
fn some_order_explains(model: Model, left: &[(Action, bool, bool)], end: Option<&User>) -> bool {
    explains(model, left, None, end)
}

/// `live` tells of the token that is good at this point of the order whether it was found good at the end.
fn explains(model: Model, left: &[(Action, bool, bool)], live: Option<bool>, end: Option<&User>) -> bool {
    if left.is_empty() {
        let same = match end {
            None => model.gone,
            Some(user) => {
                !model.gone
                    && user.status == model.status
                    && user.credentials.password.is_some() == model.password
                    && user.credentials.recovery_question.is_some() == model.question
            }
        };
        return same && live != Some(false);
    }
    (0..left.len()).any(|place| {
        let (action, succeeded, alive) = left[place];
        let mut rest = left.to_vec();
        rest.remove(place);
        let after = expected(model, action);
        if after.is_ok() != succeeded {
            return false;
        }
        let Ok(after) = after else {
            return explains(model, &rest, live, end);
        };
        let hands_out = matches!(
            action,
            Action::Activate | Action::ResetPassword | Action::ForgotPassword
        );
        let voids = hands_out || !matches!(action, Action::Unsuspend | Action::ExpirePassword);
        // A token that is voided here must have been found dead.
        if voids && live == Some(true) {
            return false;
        }
        let live = match (hands_out, voids) {
            (true, _) => Some(alive),
            (false, true) => None,
            (false, false) => live,
        };
        explains(after, &rest, live, end)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// D1, T6: whatever is done to one user at once, it is as if it had been done in some order, tokens included.
    #[test]
    fn some_order_explains_what_comes_of_actions_at_once(
        seed: u64,
        activate: bool,
        actions in proptest::collection::vec(proptest::sample::select(&CONTENDERS[..]), 2..5),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = std::sync::Arc::new(World::restless(seed).await);
            let user = if activate {
                world.active("isaac.brock").await
            } else {
                let request = denizen_application::CreateUser { activate, ..somebody("isaac.brock") };
                world.create(request).await.unwrap()
            };
            let mut tasks = Vec::new();
            for action in actions {
                let (world, user) = (world.clone(), user.clone());
                tasks.push((action, tokio::spawn(async move { attempt(&world, &world.admin, &user, action).await })));
            }
            let mut found = Vec::new();
            for (action, task) in tasks {
                found.push((action, task.await.unwrap()));
            }
            let mut done = Vec::new();
            for (action, found) in found {
                let alive = match &found {
                    Ok(Some(token)) => world.is_token_alive(token).await,
                    _ => false,
                };
                if let Err(error) = &found {
                    let explained = matches!(error, Error::Refused(_) | Error::NotFound { .. });
                    assert!(explained, "{action:?}: {error:?}");
                }
                done.push((action, found.is_ok(), alive));
            }
            let end = world.directory.get_user(&world.admin, user.id.as_str()).await.ok();
            let begin = Model::newborn(activate, activate, activate);
            assert!(
                some_order_explains(begin, &done, end.as_ref()),
                "no order explains {done:?} with {:?} at the end", end.map(|user| user.status)
            );
        });
    }

    /// D1: a hash is set before an activation or not at all, also when both come at once.
    #[test]
    fn a_hash_never_follows_an_activation(seed: u64) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = std::sync::Arc::new(World::restless(seed).await);
            let staged = denizen_application::CreateUser { activate: false, ..somebody("isaac.brock") };
            let user = world.create(staged).await.unwrap();
            let seen = world.events().await.len();
            let (first, second, key) = (world.clone(), world.clone(), user.id.to_string());
            let mut hashed = credentials(None, None);
            hashed.password = Some(hashed_with("SHA-256"));
            let request = UpdateUser { credentials: Some(hashed), ..UpdateUser::default() };
            let other = key.clone();
            let activation =
                tokio::spawn(async move { first.directory.activate_user(&first.admin, &key, true).await });
            let update = tokio::spawn(async move { second.directory.update_user(&second.admin, &other, request).await });
            activation.await.unwrap().unwrap();
            let taken = update.await.unwrap().is_ok();
            let told = world.told_since(seen).await;
            let wanted = if taken {
                vec![EventType::UserUpdatePassword, EventType::UserActivate]
            } else {
                vec![EventType::UserActivate]
            };
            assert_eq!(told, wanted);
        });
    }

    /// D1: updates of different attributes at once all survive, each told in the log.
    #[test]
    fn no_update_is_lost(seed: u64) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = std::sync::Arc::new(World::restless(seed).await);
            let user = world.active("isaac.brock").await;
            let names = ["city", "state", "title", "division", "nickName", "costCenter", "manager", "department"];
            let seen = world.events().await.len();
            let mut tasks = Vec::new();
            for name in names {
                let (world, key) = (world.clone(), user.id.to_string());
                let request = UpdateUser { profile: Some(attributes(&json!({name: name}))), ..UpdateUser::default() };
                tasks.push(tokio::spawn(async move { world.directory.update_user(&world.admin, &key, request).await }));
            }
            for task in tasks {
                task.await.unwrap().unwrap();
            }
            let after = world.read(&user).await;
            for name in names {
                assert_eq!(after.profile.text(name).as_deref(), Some(name));
            }
            assert_eq!(after.version, user.version + i64::try_from(names.len()).unwrap());
            assert_eq!(world.told_since(seen).await, vec![EventType::UserUpdateProfile; names.len()]);
        });
    }

    /// D3: of many who want one login at once, new or renamed, one gets it, whatever its case and diacritics.
    #[test]
    fn a_login_has_one_owner(seed: u64) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = std::sync::Arc::new(World::restless(seed).await);
            let forms = ["wanted", "WANTED", "wänted", "wa\u{308}nted", "Wantéd"];
            let mut tasks = Vec::new();
            for form in forms {
                let (renamer, creator) = (world.clone(), world.clone());
                let other = world.active(&format!("other-{}", tasks.len())).await;
                let login = format!("{form}@example.com");
                let request = UpdateUser { profile: Some(attributes(&json!({"login": login}))), ..UpdateUser::default() };
                let (form, key) = (form.to_owned(), other.id.to_string());
                tasks.push(tokio::spawn(async move {
                    renamer.directory.update_user(&renamer.admin, &key, request).await
                }));
                tasks.push(tokio::spawn(async move {
                    let mut request = somebody(&form);
                    request.profile.insert("email".to_owned(), json!("isaac@example.com"));
                    creator.create(request).await
                }));
            }
            let mut owners = 0;
            for task in tasks {
                match task.await.unwrap() {
                    Ok(_) => owners += 1,
                    Err(Error::Validation(refused)) => {
                        assert_eq!(
                            refused.causes,
                            ["login: An object with this field already exists in the current organization"]
                        );
                    }
                    Err(other) => panic!("{other:?}"),
                }
            }
            assert_eq!(owners, 1);
            let owner = world.directory.get_user(&world.admin, "WÄNTED@example.com").await.unwrap();
            assert_eq!(owner.login.key().as_str(), "wanted@example.com");
            assert_ne!(owner.status, Status::Deprovisioned);
        });
    }
}
