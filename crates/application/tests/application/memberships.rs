//! Groups, links between users, and apps.

use denizen_application::{AssignApp, CreateUser, Error, ListApps, ListGroups};
use denizen_domain::app::{App, AppDescription, AppRefusal};
use denizen_domain::event::EventType;
use denizen_domain::group::GroupRefusal;
use denizen_domain::linked_object::{LinkedObjectDefinition, LinkedObjectSide, Side};
use serde_json::json;

use crate::world::{World, attributes, somebody};

async fn group(world: &World, name: &str) -> String {
    let profile = attributes(&json!({"name": name}));
    world
        .directory
        .create_group(&world.admin, profile)
        .await
        .unwrap()
        .id
        .to_string()
}

fn is_missing(error: &Error, kind: &str) -> bool {
    matches!(error, Error::NotFound { kind: found, .. } if found.as_str() == kind)
}

#[tokio::test]
async fn new_users_join_the_groups_they_are_created_into() {
    let world = World::new().await;
    let (directory, admin) = (&world.directory, &world.admin);
    let west = group(&world, "West").await;
    let everyone = directory.list_user_groups(admin, "me").await.unwrap()[0].id.to_string();
    let seen = world.events().await.len();
    let request = CreateUser {
        group_ids: vec![west.clone(), everyone.clone(), west.clone()],
        ..somebody("a")
    };
    let user = world.create(request).await.unwrap();
    let told = world.told_since(seen).await;
    assert_eq!(
        told.iter()
            .filter(|kind| **kind == EventType::GroupMembershipAdd)
            .count(),
        1
    );
    let groups = directory.list_user_groups(admin, user.id.as_str()).await.unwrap();
    assert_eq!(
        groups.iter().map(|group| group.id.as_str()).collect::<Vec<_>>(),
        [everyone.as_str(), west.as_str()]
    );
    let members = directory.list_members(admin, &west, None, None).await.unwrap();
    assert_eq!(members.items, [user]);
    assert_eq!(
        directory
            .list_members(admin, &everyone, None, None)
            .await
            .unwrap()
            .items
            .len(),
        2
    );
}

#[tokio::test]
async fn everyone_is_left_alone() {
    let world = World::new().await;
    let (directory, admin) = (&world.directory, &world.admin);
    let user = world.create(somebody("a")).await.unwrap();
    let everyone = directory.list_user_groups(admin, "me").await.unwrap()[0].id.to_string();
    let joined = directory.add_member(admin, &everyone, user.id.as_str()).await;
    assert!(
        matches!(joined, Err(Error::Group(GroupRefusal::MembersNotChosen))),
        "{joined:?}"
    );
    for refused in [
        directory.remove_member(admin, &everyone, user.id.as_str()).await,
        directory.delete_group(admin, &everyone).await,
        directory
            .replace_group(admin, &everyone, attributes(&json!({"name": "All"})))
            .await
            .map(drop),
    ] {
        assert!(
            matches!(refused, Err(Error::Group(GroupRefusal::NotManaged))),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn membership_is_idempotent_and_told_once() {
    let world = World::new().await;
    let (directory, admin) = (&world.directory, &world.admin);
    let west = group(&world, "West").await;
    let user = world.create(somebody("a")).await.unwrap();
    let seen = world.events().await.len();
    for _ in 0..2 {
        directory.add_member(admin, &west, user.id.as_str()).await.unwrap();
    }
    for _ in 0..2 {
        directory.remove_member(admin, &west, user.id.as_str()).await.unwrap();
    }
    assert_eq!(
        world.told_since(seen).await,
        [EventType::GroupMembershipAdd, EventType::GroupMembershipRemove]
    );
    let unknown = directory
        .add_member(admin, "00g1emaKYZTWRYYRRTSK", "nobody")
        .await
        .unwrap_err();
    assert!(
        is_missing(&unknown, "UserGroup"),
        "the group is looked for first: {unknown:?}"
    );
    let unknown = directory.add_member(admin, &west, "nobody").await.unwrap_err();
    assert!(is_missing(&unknown, "User"), "{unknown:?}");
}

#[tokio::test]
async fn group_names_are_unique_and_groups_are_found() {
    let world = World::new().await;
    let (directory, admin) = (&world.directory, &world.admin);
    group(&world, "West Coast").await;
    let again = directory
        .create_group(admin, attributes(&json!({"name": "west coast"})))
        .await
        .unwrap_err();
    assert!(
        matches!(&again, Error::Validation(validation) if validation.subject == "name"),
        "{again:?}"
    );
    let unknown = directory
        .create_group(admin, attributes(&json!({"name": "x", "colour": "red"})))
        .await
        .unwrap_err();
    assert!(
        matches!(&unknown, Error::Validation(validation) if validation.subject == "New UserGroup"),
        "{unknown:?}"
    );
    let search = |text: &str| ListGroups {
        search: Some(text.to_owned()),
        ..ListGroups::default()
    };
    let found = directory
        .list_groups(admin, search(r#"profile.name co "coast""#))
        .await
        .unwrap();
    assert_eq!(found.items.len(), 1);
    let q = ListGroups {
        q: Some("west".to_owned()),
        ..ListGroups::default()
    };
    assert_eq!(directory.list_groups(admin, q).await.unwrap().items.len(), 1);
}

fn definition(primary: &str, associated: &str) -> LinkedObjectDefinition {
    let side = |name: &str| LinkedObjectSide {
        name: name.to_owned(),
        title: name.to_owned(),
        description: None,
    };
    LinkedObjectDefinition {
        primary: side(primary),
        associated: side(associated),
    }
}

#[tokio::test]
async fn a_user_has_one_primary_and_a_primary_has_many() {
    let world = World::new().await;
    let (directory, admin) = (&world.directory, &world.admin);
    directory
        .create_linked_object_definition(admin, definition("manager", "subordinate"))
        .await
        .unwrap();
    let taken = directory
        .create_linked_object_definition(admin, definition("lead", "manager"))
        .await
        .unwrap_err();
    assert!(
        matches!(&taken, Error::LinkedObjectInUse(sides) if *sides == [Side::Associated]),
        "{taken:?}"
    );
    let boss = world.create(somebody("boss")).await.unwrap();
    let other = world.create(somebody("other")).await.unwrap();
    let staff = world.create(somebody("staff")).await.unwrap();
    let id = staff.id.as_str();
    directory
        .link_user(admin, id, "manager", boss.id.as_str())
        .await
        .unwrap();
    directory
        .link_user(admin, id, "manager", other.id.as_str())
        .await
        .unwrap();
    let linked = async |key: &str, name: &str| {
        directory
            .list_linked_users(admin, key, name, None, None)
            .await
            .unwrap()
            .items
    };
    assert_eq!(linked(id, "manager").await, std::slice::from_ref(&other.id));
    assert_eq!(
        linked(other.id.as_str(), "subordinate").await,
        std::slice::from_ref(&staff.id)
    );
    assert!(linked(boss.id.as_str(), "subordinate").await.is_empty());
    let wrong = directory
        .link_user(admin, id, "subordinate", boss.id.as_str())
        .await
        .unwrap_err();
    assert!(is_missing(&wrong, "LinkedObjectProperty"), "{wrong:?}");
    let wrong = directory
        .unlink_user(admin, other.id.as_str(), "subordinate")
        .await
        .unwrap_err();
    assert!(matches!(wrong, Error::Validation(_)), "{wrong:?}");
    for _ in 0..2 {
        directory.unlink_user(admin, id, "manager").await.unwrap();
    }
    assert!(linked(id, "manager").await.is_empty());
    directory
        .link_user(admin, id, "manager", boss.id.as_str())
        .await
        .unwrap();
    directory
        .delete_linked_object_definition(admin, "subordinate")
        .await
        .unwrap();
    let gone = directory
        .list_linked_users(admin, id, "manager", None, None)
        .await
        .unwrap_err();
    assert!(is_missing(&gone, "LinkedObjectProperty"), "{gone:?}");
    directory
        .create_linked_object_definition(admin, definition("manager", "subordinate"))
        .await
        .unwrap();
    assert!(linked(id, "manager").await.is_empty(), "links go with their definition");
}

async fn app(world: &World, label: &str) -> App {
    let request = AppDescription {
        name: None,
        label: Some(label.to_owned()),
        sign_on_mode: Some("BOOKMARK".to_owned()),
        document: attributes(&json!({"settings": {"app": {"url": "https://example.com"}}})),
    };
    world.directory.create_app(&world.admin, request, true).await.unwrap()
}

fn to(user: &str) -> AssignApp {
    AssignApp {
        user_id: Some(user.to_owned()),
        ..AssignApp::default()
    }
}

#[tokio::test]
async fn apps_reach_users_by_assignment_and_by_group() {
    let world = World::new().await;
    let (directory, admin) = (&world.directory, &world.admin);
    let weather = app(&world, "Weather").await;
    let id = weather.id.as_str();
    let west = group(&world, "West").await;
    let user = world.create(somebody("a")).await.unwrap();
    let key = user.id.as_str();
    let own = directory.assign_app(admin, id, to(key)).await.unwrap();
    assert_eq!(own.user_name, "a@example.com");
    let again = directory.assign_app(admin, id, to(key)).await.unwrap_err();
    assert!(matches!(again, Error::App(AppRefusal::AlreadyAssigned)), "{again:?}");
    directory
        .assign_app_to_group(admin, id, &west, Some(1), None, false)
        .await
        .unwrap();
    directory.add_member(admin, &west, key).await.unwrap();
    directory.unassign_app(admin, id, key).await.unwrap();
    assert_eq!(directory.list_app_links(admin, key).await.unwrap().len(), 1);
    let given = directory.unassign_app(admin, id, key).await.unwrap_err();
    assert!(matches!(given, Error::App(AppRefusal::GivenByGroup)), "{given:?}");
    directory.deactivate_app(admin, id).await.unwrap();
    assert!(directory.list_app_links(admin, key).await.unwrap().is_empty());
    let filtered = |text: &str| ListApps {
        filter: Some(text.to_owned()),
        ..ListApps::default()
    };
    let inactive = directory
        .list_apps(admin, filtered(r#"status eq "INACTIVE""#))
        .await
        .unwrap();
    assert_eq!(inactive.items.len(), 1);
    let of_group = directory
        .list_apps(admin, filtered(&format!(r#"group.id eq "{west}""#)))
        .await
        .unwrap();
    assert_eq!(of_group.items.len(), 1);
    directory.delete_app(admin, id).await.unwrap();
    let gone = directory.get_app(admin, id).await.unwrap_err();
    assert!(is_missing(&gone, "AppInstance"), "{gone:?}");
}

#[tokio::test]
async fn whoever_is_deactivated_loses_apps_but_not_groups() {
    let world = World::new().await;
    let (directory, admin) = (&world.directory, &world.admin);
    let weather = app(&world, "Weather").await;
    let west = group(&world, "West").await;
    let user = world.create(somebody("a")).await.unwrap();
    let key = user.id.as_str();
    directory.assign_app(admin, weather.id.as_str(), to(key)).await.unwrap();
    directory.add_member(admin, &west, key).await.unwrap();
    directory.deactivate_user(admin, key, false).await.unwrap();
    assert!(directory.list_app_links(admin, key).await.unwrap().is_empty());
    assert_eq!(directory.list_user_groups(admin, key).await.unwrap().len(), 2);
    let refused = directory
        .assign_app(admin, weather.id.as_str(), to(key))
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::App(AppRefusal::UserInactive)), "{refused:?}");
    let active = directory.delete_app(admin, weather.id.as_str()).await.unwrap_err();
    assert!(matches!(active, Error::App(AppRefusal::StillActive)), "{active:?}");
}
