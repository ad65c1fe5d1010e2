//! Changing and ending users: partly, as a whole, conditionally (contract: users §6).

use denizen_application::{CreateUser, Error, UpdateUser};
use denizen_domain::entity_tag::{EntityTag, IfMatch};
use denizen_domain::event::EventType as E;
use denizen_domain::message::MailTemplate;
use denizen_domain::ports::StoreError;
use denizen_domain::user::lifecycle::Refusal;
use denizen_domain::user::{Provider, Status, User};
use serde_json::{Value, json};

use crate::world::{PASSWORD, World, attributes, credentials, hashed_with, somebody};

fn profile(value: &Value) -> UpdateUser {
    UpdateUser {
        profile: Some(attributes(value)),
        ..UpdateUser::default()
    }
}

async fn update(world: &World, user: &User, request: UpdateUser) -> Result<User, Error> {
    world
        .directory
        .update_user(&world.admin, user.id.as_str(), request)
        .await
}

async fn replace(world: &World, user: &User, request: UpdateUser) -> Result<User, Error> {
    world
        .directory
        .replace_user(&world.admin, user.id.as_str(), request)
        .await
}

fn causes(found: Result<User, Error>) -> Vec<String> {
    match found {
        Err(Error::Validation(refused)) => refused.causes,
        other => panic!("{other:?}"),
    }
}

/// A partial update leaves the rest alone, a replacement clears it, and credentials alone leave the profile alone.
#[tokio::test]
async fn parts_and_wholes() {
    let world = World::new().await;
    let user = world.active("isaac.brock").await;
    let after = update(&world, &user, profile(&json!({"city": "Seattle", "title": "Singer"})))
        .await
        .unwrap();
    assert_eq!(after.profile.text("title").as_deref(), Some("Singer"));
    let after = update(&world, &user, profile(&json!({"title": null}))).await.unwrap();
    assert_eq!(
        (after.profile.text("title"), after.profile.text("city").as_deref()),
        (None, Some("Seattle"))
    );
    let only_credentials = UpdateUser {
        credentials: Some(credentials(Some("Lantern-Winter-1"), None)),
        ..UpdateUser::default()
    };
    let after = replace(&world, &user, only_credentials).await.unwrap();
    assert_eq!(after.profile.text("city").as_deref(), Some("Seattle"));
    let whole =
        json!({"login": "isaac.brock@example.com", "email": "i@example.com", "firstName": "I", "lastName": "B"});
    let seen = world.events().await.len();
    world.clock.pass(2000);
    let after = replace(&world, &user, profile(&whole)).await.unwrap();
    assert_eq!(
        (after.profile.text("city"), after.last_updated),
        (None, world.now().whole_seconds())
    );
    assert_eq!(
        world.told_since(seen).await,
        [E::UserUpdateProfile, E::UserUpdatePrimaryEmail]
    );
    let missing = causes(replace(&world, &user, profile(&json!({}))).await);
    assert_eq!(missing.len(), 5, "{missing:?}");
    assert_eq!(missing[0], "login: The field cannot be left blank");
    assert_eq!(missing[4], "login: Username must be in the form of an email address");
}

/// The old login stops to resolve at once; a deactivated user still owns its login; a removed one does not.
#[tokio::test]
async fn logins_move_and_are_freed() {
    let world = World::new().await;
    let (directory, admin) = (&world.directory, &world.admin);
    let user = world.active("isaac.brock").await;
    update(&world, &user, profile(&json!({"login": "ugly.casanova@example.com"})))
        .await
        .unwrap();
    let old = directory.get_user(admin, "isaac.brock@example.com").await;
    assert!(matches!(old, Err(Error::NotFound { .. })), "{old:?}");
    for key in ["UGLY.casanóva@example.com", "ugly.casanova", user.id.as_str()] {
        assert_eq!(directory.get_user(admin, key).await.unwrap().id, user.id, "{key}");
    }
    directory.delete_user(admin, user.id.as_str(), false).await.unwrap();
    let refused = world.create(somebody("ugly.casanova")).await;
    assert_eq!(
        causes(refused),
        ["login: An object with this field already exists in the current organization"]
    );
    directory.delete_user(admin, user.id.as_str(), false).await.unwrap();
    let heir = world.create(somebody("ugly.casanova")).await.unwrap();
    assert_ne!(heir.id, user.id);
    assert!(
        world
            .events()
            .await
            .iter()
            .any(|event| event.event_type == E::UserDeleteCompleted)
    );
}

/// Short names count only while they are unambiguous, and `me` is the caller.
#[tokio::test]
async fn users_are_found_by_each_of_their_names() {
    let world = World::new().await;
    let (directory, admin) = (&world.directory, &world.admin);
    world.active("isaac.brock").await;
    assert!(directory.get_user(admin, "isaac.brock").await.is_ok());
    let mut other = somebody("x");
    other
        .profile
        .insert("login".to_owned(), json!("isaac.brock@example.org"));
    world.create(other).await.unwrap();
    let ambiguous = directory.get_user(admin, "isaac.brock").await;
    assert!(matches!(ambiguous, Err(Error::NotFound { .. })), "{ambiguous:?}");
    assert_eq!(
        directory.get_user(admin, "me").await.unwrap().id.as_str(),
        admin.caller.id()
    );
}

/// A change on a state that the caller has not seen is refused.
#[tokio::test]
async fn a_condition_is_checked() {
    let world = World::new().await;
    let user = world.active("isaac.brock").await;
    let tag = EntityTag::of(&user.profile, &user.type_id).to_string();
    let conditional = |city: &str| UpdateUser {
        if_match: Some(IfMatch::parse(&tag).unwrap()),
        ..profile(&json!({"city": city}))
    };
    update(&world, &user, conditional("Seattle")).await.unwrap();
    let late = update(&world, &user, conditional("Portland")).await;
    assert!(matches!(late, Err(Error::EntityTagMismatch)), "{late:?}");
    assert_eq!(world.read(&user).await.profile.text("city").as_deref(), Some("Seattle"));
}

fn hash() -> UpdateUser {
    let mut credentials = credentials(None, None);
    credentials.password = Some(hashed_with("MD5"));
    UpdateUser {
        credentials: Some(credentials),
        ..UpdateUser::default()
    }
}

/// A hash is taken by staged users only, and keeps them staged.
#[tokio::test]
async fn a_hash_is_for_the_staged() {
    let world = World::new().await;
    let staged = CreateUser {
        activate: false,
        ..somebody("isaac.brock")
    };
    let user = world.create(staged).await.unwrap();
    for _ in 0..2 {
        world.clock.pass(2000);
        let after = replace(&world, &user, hash()).await.unwrap();
        assert_eq!(
            (after.status, after.password_changed),
            (Status::Staged, Some(world.now().whole_seconds()))
        );
        assert_eq!(after.credentials.provider, Provider::import());
    }
    world
        .directory
        .activate_user(&world.admin, user.id.as_str(), true)
        .await
        .unwrap();
    let late = causes(replace(&world, &user, hash()).await);
    assert_eq!(
        late,
        ["password: Cannot set password hash for a user that is not staged"]
    );
}

/// A deactivated user is not changed, whatever is asked.
#[tokio::test]
async fn the_deactivated_stay_as_they_are() {
    let world = World::new().await;
    let user = world.active("isaac.brock").await;
    world
        .directory
        .deactivate_user(&world.admin, user.id.as_str(), false)
        .await
        .unwrap();
    let seen = world.read(&user).await;
    for request in [
        profile(&json!({"city": "Seattle"})),
        hash(),
        profile(&json!({"notValid": 1})),
    ] {
        let found = update(&world, &user, request).await;
        assert!(
            matches!(found, Err(Error::Refused(Refusal::NotAllowedInStatus))),
            "{found:?}"
        );
    }
    assert_eq!(world.read(&user).await, seen);
}

/// Deactivation keeps the stamps that the contract keeps; the notice goes to the administrator, and only when asked for.
#[tokio::test]
async fn an_end_is_told_to_the_administrator() {
    let world = World::new().await;
    let user = world.active("isaac.brock").await;
    let key = user.id.as_str();
    world.clock.pass(5000);
    world.directory.deactivate_user(&world.admin, key, true).await.unwrap();
    let mails = world.mails().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].template, MailTemplate::UserDeactivated);
    assert_eq!(mails[0].to, ["admin@denizen.local"]);
    assert_eq!(mails[0].user.login, "isaac.brock@example.com");
    let after = world.read(&user).await;
    let now = Some(world.now().whole_seconds());
    assert_eq!(
        (after.activated, after.password_changed),
        (user.activated, user.password_changed)
    );
    assert_eq!((after.status_changed, Some(after.last_updated)), (now, now));
    world.directory.delete_user(&world.admin, key, true).await.unwrap();
    assert_eq!(world.mailed().await, []);
}

/// The answer to an expiry shows the stamp of the status before, a later read the new one.
#[tokio::test]
async fn an_expiry_answers_the_older_stamp() {
    let world = World::new().await;
    let user = world.active("isaac.brock").await;
    world.clock.pass(5000);
    let answer = world
        .directory
        .expire_password(&world.admin, user.id.as_str())
        .await
        .unwrap();
    let now = world.now().whole_seconds();
    assert_eq!((answer.status_changed, answer.last_updated), (user.status_changed, now));
    assert_eq!(world.read(&user).await.status_changed, Some(now));
    assert!(world.is_password(&user, PASSWORD).await);
}

/// What says nothing new is not written, and the log is silent.
#[tokio::test]
async fn an_update_without_a_difference_is_none() {
    let world = World::new().await;
    let user = world.active("isaac.brock").await;
    let (seen, commits) = (world.events().await.len(), world.store.commits());
    world.store.fail_with(std::iter::empty::<StoreError>());
    let after = update(&world, &user, profile(&json!({"firstName": "Isaac"})))
        .await
        .unwrap();
    assert_eq!((after, world.told_since(seen).await), (user, vec![]));
    assert!(world.store.commits() <= commits + 1);
}
