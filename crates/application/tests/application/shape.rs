//! Types, schemas and what they ask of profiles.

use std::sync::Arc;

use denizen_application::{CreateUser, Error, UpdateUser};
use denizen_domain::event::EventType;
use denizen_domain::schema::{Schema, SchemaEdit};
use denizen_domain::user_type::{UserType, UserTypeDescription, UserTypeRefusal};
use serde_json::{Value, json};

use crate::world::{World, attributes, somebody};

fn edit(properties: &Value) -> SchemaEdit {
    SchemaEdit::parse(&json!({"custom": {"properties": properties}})).unwrap()
}

fn described(name: &str) -> UserTypeDescription {
    UserTypeDescription {
        name: Some(name.to_owned()),
        display_name: Some(name.to_uppercase()),
        description: None,
    }
}

/// A request for a user with these attributes beside the usual ones.
fn with(name: &str, type_id: Option<&UserType>, extra: &Value) -> CreateUser {
    let mut request = somebody(name);
    request.profile.extend(attributes(extra));
    request.type_id = type_id.map(|user_type| user_type.id.to_string());
    request
}

fn causes(error: Error) -> Vec<String> {
    match error {
        Error::Validation(validation) => validation.causes,
        Error::NotUnique(name) => vec![format!("{name} is in use")],
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_type_has_a_schema_of_its_own_and_users_obey_it() {
    let world = World::new().await;
    let (directory, admin) = (&world.directory, &world.admin);
    let seen = world.events().await.len();
    let contractor = directory
        .create_user_type(admin, described("contractor"))
        .await
        .unwrap();
    let badge = edit(
        &json!({"badge": {"title": "Badge", "type": "string", "required": true, "maxLength": 5},
        "level": {"title": "Level", "type": "integer", "minimum": 1}}),
    );
    let id = contractor.id.schema_id();
    directory.update_user_schema(admin, id.as_str(), &badge).await.unwrap();
    assert_eq!(
        world.told_since(seen).await,
        [EventType::UserTypeCreate, EventType::UserProfileUpdate]
    );
    let refused = world
        .create(with("a", Some(&contractor), &json!({})))
        .await
        .unwrap_err();
    assert_eq!(causes(refused), ["badge: The field cannot be left blank"]);
    let refused = world
        .create(with("a", Some(&contractor), &json!({"badge": "B", "level": 0})))
        .await
        .unwrap_err();
    assert_eq!(causes(refused), ["level: The value must be at least 1"]);
    let refused = world.create(with("a", None, &json!({"badge": "B"}))).await.unwrap_err();
    assert_eq!(causes(refused), ["Property name 'badge' is not defined in profile"]);
    let user = world
        .create(with("a", Some(&contractor), &json!({"badge": "B", "level": 2})))
        .await
        .unwrap();
    assert_eq!(user.type_id, contractor.id);

    let request = |profile: &Value| UpdateUser {
        profile: Some(attributes(profile)),
        ..UpdateUser::default()
    };
    let refused = directory
        .update_user(admin, user.id.as_str(), request(&json!({"badge": null})))
        .await
        .unwrap_err();
    assert_eq!(causes(refused), ["badge: The field cannot be left blank"]);
    let changed = directory
        .update_user(admin, user.id.as_str(), request(&json!({"level": 3})))
        .await
        .unwrap();
    assert_eq!(changed.profile.attributes()["level"], json!(3));
}

#[tokio::test]
async fn only_a_replacement_moves_a_user_to_another_type() {
    let world = World::new().await;
    let (directory, admin) = (&world.directory, &world.admin);
    let contractor = directory
        .create_user_type(admin, described("contractor"))
        .await
        .unwrap();
    let badge = edit(&json!({"badge": {"title": "Badge", "type": "string"}}));
    directory
        .update_user_schema(admin, contractor.id.schema_id().as_str(), &badge)
        .await
        .unwrap();
    let user = world
        .create(with("a", Some(&contractor), &json!({"badge": "B"})))
        .await
        .unwrap();
    let to = |id: &str| UpdateUser {
        type_id: Some(id.to_owned()),
        ..UpdateUser::default()
    };
    let refused = directory
        .update_user(admin, user.id.as_str(), to("default"))
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::Validation(_)), "{refused:?}");
    let same = directory
        .update_user(admin, user.id.as_str(), to(contractor.id.as_str()))
        .await
        .unwrap();
    assert_eq!(same.type_id, contractor.id);
    let refused = directory
        .delete_user_type(admin, contractor.id.as_str())
        .await
        .unwrap_err();
    assert!(
        matches!(refused, Error::UserType(UserTypeRefusal::HasUsers)),
        "{refused:?}"
    );
    let seen = world.events().await.len();
    let moved = directory
        .replace_user(admin, user.id.as_str(), to("default"))
        .await
        .unwrap();
    assert!(moved.type_id != contractor.id && !moved.profile.attributes().contains_key("badge"));
    assert_eq!(
        world.told_since(seen).await,
        [EventType::UserUpdateProfile, EventType::UserUpdateType]
    );
    directory.delete_user_type(admin, contractor.id.as_str()).await.unwrap();
    let refused = directory.delete_user_type(admin, "default").await.unwrap_err();
    assert!(
        matches!(refused, Error::UserType(UserTypeRefusal::IsDefault)),
        "{refused:?}"
    );
}

/// D2: of edits at the same time none is lost.
#[tokio::test]
async fn schema_edits_at_once_all_survive() {
    for seed in 0..8 {
        let world = Arc::new(World::restless(seed).await);
        let tasks: Vec<_> = (0..12)
            .map(|n| {
                let world = Arc::clone(&world);
                tokio::spawn(async move {
                    let one = edit(&json!({format!("a{n}"): {"title": "A", "type": "string"}}));
                    world
                        .directory
                        .update_user_schema(&world.admin, "default", &one)
                        .await
                        .unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let (schema, _) = world.directory.get_user_schema(&world.admin, "default").await.unwrap();
        assert_eq!(schema.custom.len(), 12);
    }
}

/// A profile that was checked against a schema is never stored under another one.
#[tokio::test]
async fn no_profile_slips_past_a_change_of_its_schema() {
    for seed in 0..16 {
        let world = Arc::new(World::restless(seed).await);
        let add = edit(&json!({"badge": {"title": "Badge", "type": "string"}}));
        world
            .directory
            .update_user_schema(&world.admin, "default", &add)
            .await
            .unwrap();
        let mut tasks = Vec::new();
        for n in 0..8 {
            let world = Arc::clone(&world);
            tasks.push(tokio::spawn(async move {
                let _ = world.create(with(&format!("p{n}"), None, &json!({"badge": "B"}))).await;
            }));
        }
        let editor = Arc::clone(&world);
        tasks.push(tokio::spawn(async move {
            let remove = edit(&json!({"badge": null}));
            editor
                .directory
                .update_user_schema(&editor.admin, "default", &remove)
                .await
                .unwrap();
        }));
        for task in tasks {
            task.await.unwrap();
        }
        let (schema, _) = world.directory.get_user_schema(&world.admin, "default").await.unwrap();
        let everybody = world
            .directory
            .list_users(&world.admin, Default::default())
            .await
            .unwrap();
        for user in everybody.items {
            assert_eq!(schema.known_part(&user.profile), user.profile.attributes());
        }
    }
}

/// D3: a unique attribute has one owner of each value, however many ask at once, and a schema cannot claim what is not unique.
#[tokio::test]
async fn unique_attributes_are_unique() {
    let world = Arc::new(World::restless(5).await);
    let (directory, admin) = (&world.directory, &world.admin);
    let unique = edit(&json!({"badge": {"title": "Badge", "type": "string", "unique": true}}));
    directory.update_user_schema(admin, "default", &unique).await.unwrap();
    let tasks: Vec<_> = (0..10)
        .map(|n| {
            let world = Arc::clone(&world);
            tokio::spawn(async move {
                world
                    .create(with(&format!("u{n}"), None, &json!({"badge": "B-1"})))
                    .await
            })
        })
        .collect();
    let mut made = Vec::new();
    for task in tasks {
        match task.await.unwrap() {
            Ok(user) => made.push(user),
            Err(error) => assert_eq!(causes(error), ["badge is in use"]),
        }
    }
    assert_eq!(made.len(), 1);
    let other = world
        .create(with("other", None, &json!({"badge": "B-2"})))
        .await
        .unwrap();
    let give = |badge: &Value| UpdateUser {
        profile: Some(attributes(&json!({"badge": badge}))),
        ..UpdateUser::default()
    };
    let refused = directory
        .update_user(admin, other.id.as_str(), give(&json!("b-1")))
        .await
        .unwrap_err();
    assert_eq!(causes(refused), ["badge is in use"]);
    directory
        .update_user(admin, made[0].id.as_str(), give(&json!(null)))
        .await
        .unwrap();
    directory
        .update_user(admin, other.id.as_str(), give(&json!("b-1")))
        .await
        .unwrap();

    let plain = edit(&json!({"badge": {"unique": false}}));
    directory.update_user_schema(admin, "default", &plain).await.unwrap();
    directory
        .update_user(admin, made[0].id.as_str(), give(&json!("B-1")))
        .await
        .unwrap();
    let again = edit(&json!({"badge": {"unique": true}}));
    let (schema, _): (Schema, _) = directory.update_user_schema(admin, "default", &again).await.unwrap();
    assert!(!schema.property("badge").unwrap().unique, "two have the same value");
    directory
        .update_user(admin, other.id.as_str(), give(&json!(null)))
        .await
        .unwrap();
    let (schema, _) = directory.update_user_schema(admin, "default", &again).await.unwrap();
    assert!(schema.property("badge").unwrap().unique);
}

#[tokio::test]
async fn a_removed_attribute_leaves_every_profile() {
    let world = World::new().await;
    let (directory, admin) = (&world.directory, &world.admin);
    let add = edit(&json!({"tags": {"title": "Tags", "type": "array", "items": {"type": "string"}}}));
    directory.update_user_schema(admin, "default", &add).await.unwrap();
    let user = world
        .create(with("a", None, &json!({"tags": ["x", "y"]})))
        .await
        .unwrap();
    directory
        .update_user_schema(admin, "default", &edit(&json!({"tags": null})))
        .await
        .unwrap();
    assert!(!world.read(&user).await.profile.attributes().contains_key("tags"));
    let other = edit(&json!({"tags": {"title": "Tags", "type": "number"}}));
    directory.update_user_schema(admin, "default", &other).await.unwrap();
}

#[tokio::test]
async fn there_are_at_most_ten_types() {
    let world = World::new().await;
    for n in 1..10 {
        world
            .directory
            .create_user_type(&world.admin, described(&format!("t{n}")))
            .await
            .unwrap();
    }
    let refused = world
        .directory
        .create_user_type(&world.admin, described("t10"))
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::Validation(_)), "{refused:?}");
    let types = world.directory.list_user_types(&world.admin).await.unwrap();
    assert!(types.len() == 10 && types[0].is_default);
}
