//! Every use case refuses a caller without a role, before it tells anything (R1, R8).

use denizen_application::{
    AnswerRecoveryQuestion, Call, ChangePassword, ChangeRecoveryQuestion, Error, ListEvents, ListUsers,
    RecoveryQuestionInput, ResetPassword, UpdateUser,
};
use denizen_domain::authority::{Credential, Scopes};
use denizen_domain::id::AccessTokenId;
use denizen_domain::secret::Secret;
use denizen_domain::user::User;
use serde_json::json;

use crate::world::{PASSWORD, World, attributes, somebody};

/// Calls every use case that takes a call, about a user whom `key` names.
async fn all_of_them(world: &World, call: &Call, key: &str) -> Vec<(&'static str, Result<(), Error>)> {
    let directory = &world.directory;
    let secret = || Secret::new(PASSWORD);
    let question = || RecoveryQuestionInput {
        question: None,
        answer: None,
    };
    let change = ChangePassword {
        old: secret(),
        new: secret(),
        strict: false,
        revoke_sessions: false,
    };
    let change_question = ChangeRecoveryQuestion {
        password: secret(),
        question: question(),
    };
    let answer = AnswerRecoveryQuestion {
        password: secret(),
        answer: secret(),
    };
    let done = |found: Result<_, Error>| found.map(drop::<Option<_>>);
    vec![
        ("get_user", directory.get_user(call, key).await.map(drop)),
        (
            "list_users",
            directory.list_users(call, ListUsers::default()).await.map(drop),
        ),
        (
            "create_user",
            directory.create_user(call, somebody("new")).await.map(drop),
        ),
        (
            "update_user",
            directory.update_user(call, key, UpdateUser::default()).await.map(drop),
        ),
        (
            "replace_user",
            directory.replace_user(call, key, UpdateUser::default()).await.map(drop),
        ),
        ("delete_user", directory.delete_user(call, key, false).await),
        ("deactivate_user", directory.deactivate_user(call, key, true).await),
        ("activate_user", done(directory.activate_user(call, key, true).await)),
        (
            "reactivate_user",
            done(directory.reactivate_user(call, key, true).await),
        ),
        ("suspend_user", directory.suspend_user(call, key).await),
        ("unsuspend_user", directory.unsuspend_user(call, key).await),
        ("unlock_user", directory.unlock_user(call, key).await),
        ("reset_factors", directory.reset_factors(call, key).await),
        ("expire_password", directory.expire_password(call, key).await.map(drop)),
        (
            "expire_password_with_temp_password",
            directory
                .expire_password_with_temp_password(call, key, false)
                .await
                .map(drop),
        ),
        (
            "reset_password",
            done(directory.reset_password(call, key, ResetPassword::default()).await),
        ),
        (
            "change_password",
            directory.change_password(call, key, change).await.map(drop),
        ),
        (
            "change_recovery_question",
            directory
                .change_recovery_question(call, key, change_question)
                .await
                .map(drop),
        ),
        (
            "forgot_password",
            done(directory.forgot_password(call, key, true).await),
        ),
        (
            "forgot_password_recovery_question",
            directory
                .forgot_password_recovery_question(call, key, answer)
                .await
                .map(drop),
        ),
        (
            "list_user_groups",
            directory.list_user_groups(call, key).await.map(drop),
        ),
        ("get_group", directory.get_group(call, "00g").await.map(drop)),
        ("list_sms_templates", directory.list_sms_templates(call).await.map(drop)),
        (
            "delete_sms_template",
            directory.delete_sms_template(call, "default").await.map(drop),
        ),
        (
            "get_user_type",
            directory.get_user_type(call, "default").await.map(drop),
        ),
        (
            "get_user_schema",
            directory.get_user_schema(call, "default").await.map(drop),
        ),
        ("get_group_schema", directory.get_group_schema(call).await.map(drop)),
        (
            "list_events",
            directory.list_events(call, ListEvents::default()).await.map(drop),
        ),
    ]
}

/// R1: without a role nothing is done and nothing is told, not even whether somebody exists.
#[tokio::test]
async fn every_use_case_refuses_a_caller_without_a_role() {
    let world = World::new().await;
    let user = world.active("isaac.brock").await;
    let mut nobody = world.admin.clone();
    nobody.caller.grants = [].into();
    let (events, commits) = (world.events().await, world.store.commits());
    for key in [
        user.id.as_str(),
        "isaac.brock",
        "me",
        "00u00000000000000000",
        "missing@example.com",
    ] {
        for (name, found) in all_of_them(&world, &nobody, key).await {
            assert!(matches!(found, Err(Error::Forbidden)), "{name} of {key}: {found:?}");
        }
    }
    assert_eq!((world.events().await, world.store.commits()), (events, commits));
    assert_eq!((world.read(&user).await, world.mailed().await), (user, vec![]));
}

/// The same calls get through with the role, so that the refusals above are refusals of the caller.
#[tokio::test]
async fn the_same_calls_get_through_with_a_role() {
    let world = World::new().await;
    let user = world.active("isaac.brock").await;
    for (name, found) in all_of_them(&world, &world.admin, user.id.as_str()).await {
        assert!(!matches!(found, Err(Error::Forbidden)), "{name}");
    }
}

/// A call of a user without any role, who shows who they are by a credential of their own, not of an administrator.
async fn own_call(world: &World, user: &User) -> Call {
    let mut call = world.call_of(user).await;
    call.caller.credential = Credential::AccessToken(AccessTokenId::generate(world.now(), 1));
    call
}

/// R1, R12: people without a role see and change of themselves what their schema leaves to them, and nobody else.
#[tokio::test]
async fn people_act_for_themselves() {
    let world = World::new().await;
    let (user, other) = (world.active("isaac.brock").await, world.active("other").await);
    let directory = &world.directory;
    let profile = attributes(&json!({"city": "Issaquah", "title": "Boss"}));
    let update = |profile| UpdateUser {
        profile: Some(profile),
        ..UpdateUser::default()
    };
    let id = user.id.as_str();
    directory.update_user(&world.admin, id, update(profile)).await.unwrap();
    let own = own_call(&world, &user).await;
    for key in ["me", id, "isaac.brock@example.com"] {
        let shown = directory.get_user(&own, key).await.unwrap();
        assert_eq!(
            (shown.profile.text("title").as_deref(), shown.profile.text("city")),
            (Some("Boss"), None)
        );
    }
    let renamed = attributes(&json!({"firstName": "Ada"}));
    let shown = directory.update_user(&own, "me", update(renamed)).await.unwrap();
    assert_eq!(
        (shown.profile.text("firstName").as_deref(), shown.profile.text("city")),
        (Some("Ada"), None)
    );
    assert_eq!(
        world.read(&user).await.profile.text("city").as_deref(),
        Some("Issaquah")
    );
    for refused in [
        json!({"title": "Chief"}),
        json!({"city": "Issaquah"}),
        json!({"login": "root@example.com"}),
    ] {
        let found = directory.update_user(&own, "me", update(attributes(&refused))).await;
        assert!(matches!(found, Err(Error::Attribute(_))), "{refused}: {found:?}");
    }
    let change = ChangePassword {
        old: Secret::new(PASSWORD),
        new: Secret::new("Lantern-Winter-1"),
        strict: false,
        revoke_sessions: false,
    };
    directory.change_password(&own, "me", change).await.unwrap();
    assert!(world.is_password(&user, "Lantern-Winter-1").await);
    assert_eq!(directory.list_user_groups(&own, "me").await.unwrap().len(), 1);
    // Whether others exist is not for them to learn.
    for key in [other.id.as_str(), "other", "missing", "00u00000000000000000"] {
        for (name, found) in all_of_them(&world, &own, key).await {
            assert!(matches!(found, Err(Error::Forbidden)), "{name} of {key}: {found:?}");
        }
    }
    for found in [
        directory.suspend_user(&own, "me").await,
        directory.deactivate_user(&own, "me", false).await,
        directory.delete_user(&own, "me", false).await,
        directory.reset_factors(&own, "me").await,
        directory.unlock_user(&own, "me").await,
    ] {
        assert!(matches!(found, Err(Error::Forbidden)), "{found:?}");
    }
    let narrowed = |names: &[&str]| {
        let mut call = own.clone();
        call.caller.scopes = Some(Scopes::new(names.iter().copied()));
        call
    };
    let reading = narrowed(&["okta.users.read.self"]);
    directory.get_user(&reading, "me").await.unwrap();
    let renamed = attributes(&json!({"firstName": "Bea"}));
    for call in [&reading, &narrowed(&["okta.groups.manage"])] {
        let found = directory.update_user(call, "me", update(renamed.clone())).await;
        assert!(matches!(found, Err(Error::Forbidden)), "{found:?}");
    }
}

/// What a token is for narrows what is done, not who is seen: a token for groups lets in users whom its bearer sees.
#[tokio::test]
async fn scopes_narrow_what_is_done() {
    let world = World::new().await;
    let (user, group) = (world.active("isaac.brock").await, world.group("Group").await);
    let mut call = world.admin.clone();
    call.caller.scopes = Some(Scopes::new(["okta.groups.manage"]));
    let directory = &world.directory;
    directory
        .add_member(&call, group.id.as_str(), user.id.as_str())
        .await
        .unwrap();
    let found = directory.get_user(&call, user.id.as_str()).await;
    assert!(matches!(found, Err(Error::Forbidden)), "{found:?}");
    let found = directory.list_users(&call, ListUsers::default()).await;
    assert!(matches!(found, Err(Error::Forbidden)), "{found:?}");
    let found = directory.suspend_user(&call, user.id.as_str()).await;
    assert!(matches!(found, Err(Error::Forbidden)), "{found:?}");
}
