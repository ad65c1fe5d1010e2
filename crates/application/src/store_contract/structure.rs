//! The shape of the directory: types, schemas, definitions, and what becomes of profiles when they change.

use denizen_domain::id::{UserId, UserTypeId};
use denizen_domain::linked_object::{LinkedObjectDefinition, LinkedObjectSide};
use denizen_domain::ports::{Changes, MembershipWrite, StoreError, StructureWrite, UniqueField, Write};
use denizen_domain::schema::{Schema, SchemaEdit};
use denizen_domain::search::{Value as Searched, index_text};
use denizen_domain::user::User;
use denizen_domain::user_type::{UserType, UserTypeDescription};
use serde_json::json;

use super::sample::{Sample, dawn, user};

pub(super) async fn run(sample: &Sample) {
    one_of_two_changes_of_the_shape_wins(sample).await;
    let (type_id, schema) = types_come_and_go(sample).await;
    removed_attributes_leave_every_profile(sample, &type_id, &schema).await;
    unique_values_have_one_owner(sample, &type_id).await;
    definitions_take_their_links_along(sample).await;
    sample.store.structure().await.expect("reads");
}

/// D2: a change is made over the version that was read, or not at all.
async fn one_of_two_changes_of_the_shape_wins(sample: &Sample) {
    let before = sample.store.structure().await.expect("reads");
    let mut schema = before.group_schema.clone();
    schema.last_updated += 1000;
    let write = StructureWrite::UpdateGroupSchema(Box::new(schema.clone()));
    advance(sample, before.version, vec![write.clone()])
        .await
        .expect("the first wins");
    let refused = advance(sample, before.version, vec![write]).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    let after = sample.store.structure().await.expect("reads");
    assert_eq!((after.version, &after.group_schema), (before.version + 1, &schema));
    let expect = |version| Changes {
        writes: vec![Write::ExpectStructure(version)],
        ..Changes::default()
    };
    sample
        .store
        .commit(expect(after.version))
        .await
        .expect("it is the present one");
    let refused = sample.store.commit(expect(before.version)).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
}

async fn types_come_and_go(sample: &Sample) -> (UserTypeId, Schema) {
    let made = user_type(sample, "contractor");
    let schema = made.first_schema();
    let insert = StructureWrite::InsertUserType(Box::new(made.clone()), Box::new(schema.clone()));
    change(sample, vec![insert]).await;
    let found = sample.store.structure().await.expect("reads");
    assert_eq!(found.user_types.len(), 2);
    assert!(found.user_types[0].0.is_default, "the default type comes first");
    assert_eq!(found.user_type(&made.id), Some(&(made.clone(), schema.clone())));
    assert!(!sample.store.user_type_is_used(&made.id).await.expect("reads"));

    let properties = json!({"custom": {"properties": {
        "badge": {"title": "Badge", "type": "string"}, "level": {"title": "Level", "type": "integer"},
        "tags": {"title": "Tags", "type": "array", "items": {"type": "string"}}, "remote": {"title": "Remote", "type": "boolean"}}}});
    let edit = SchemaEdit::parse(&properties).expect("it is an edit");
    let schema = schema.edit(&edit, dawn()).expect("it is accepted").schema;
    let update = StructureWrite::UpdateUserType(Box::new(made.clone()), Box::new(schema.clone()));
    change(sample, vec![update]).await;
    let found = sample.store.structure().await.expect("reads");
    assert_eq!(found.user_type(&made.id), Some(&(made.clone(), schema.clone())));

    let other = user_type(sample, "visitor");
    let insert = StructureWrite::InsertUserType(Box::new(other.clone()), Box::new(other.first_schema()));
    change(sample, vec![insert]).await;
    let guest = user(sample.number(), &other.id, "guest@example.net", &json!({}));
    sample.write(vec![Write::InsertUser(Box::new(guest.clone()))]).await;
    assert!(sample.store.user_type_is_used(&other.id).await.expect("reads"));
    let version = sample.store.structure_version().await.expect("reads");
    let refused = advance(sample, version, vec![StructureWrite::DeleteUserType(other.id.clone())]).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    sample.write(vec![Write::DeleteUser(Box::new(guest))]).await;
    change(sample, vec![StructureWrite::DeleteUserType(other.id.clone())]).await;
    assert_eq!(
        sample.store.structure().await.expect("reads").user_type(&other.id),
        None
    );
    (made.id, schema)
}

async fn removed_attributes_leave_every_profile(sample: &Sample, type_id: &UserTypeId, schema: &Schema) {
    let extra = json!({"badge": "B-1", "level": 7, "tags": ["a", "b"], "remote": true});
    let typed = user(sample.number(), type_id, "typed@example.net", &extra);
    let other = sample.user("untyped@example.net", &json!({"title": "stays"}));
    let inserts = [&typed, &other].map(|user| Write::InsertUser(Box::new(user.clone())));
    sample.write(inserts.to_vec()).await;
    let names = ["badge", "level", "tags", "remote"];
    for name in names {
        let name = name.to_owned();
        let type_id = type_id.clone();
        change(sample, vec![StructureWrite::RemoveUserAttribute { type_id, name }]).await;
    }
    let found = read(sample, &typed.id).await;
    assert!(names.iter().all(|name| !found.profile.attributes().contains_key(*name)));
    assert_eq!(found.profile.attributes(), schema.known_part(&found.profile));
    assert_eq!(found.version, typed.version + 4, "each removal is a change of the user");
    assert_eq!(read(sample, &other.id).await, other);
    sample.write(vec![Write::DeleteUser(Box::new(found))]).await;
}

/// D3: a value of a unique attribute has one owner, until it is given up.
async fn unique_values_have_one_owner(sample: &Sample, type_id: &UserTypeId) {
    let people: Vec<User> = ["B-1", "B-2", "b-2"]
        .into_iter()
        .enumerate()
        .map(|(n, badge)| {
            user(
                sample.number(),
                type_id,
                &format!("unique{n}@example.net"),
                &json!({"badge": badge}),
            )
        })
        .collect();
    sample
        .write(
            people
                .iter()
                .map(|user| Write::InsertUser(Box::new(user.clone())))
                .collect(),
        )
        .await;
    let whole = || StructureWrite::ClaimUserAttribute {
        type_id: type_id.clone(),
        name: "badge".to_owned(),
    };
    let version = sample.store.structure_version().await.expect("reads");
    let refused = advance(sample, version, vec![whole()]).await;
    let taken = |result: &Result<(), StoreError>| matches!(result, Err(StoreError::Duplicate(UniqueField::Attribute(name))) if name == "badge");
    assert!(taken(&refused), "B-2 and b-2 are equal: {refused:?}");
    sample.write(vec![Write::DeleteUser(Box::new(people[2].clone()))]).await;
    change(sample, vec![whole()]).await;
    let claim = |badge: &str, user: &User| Changes {
        writes: vec![Write::Membership(MembershipWrite::Claim {
            attribute: "badge".to_owned(),
            value: index_text(&Searched::Text(badge.to_owned())),
            user_id: user.id.clone(),
        })],
        ..Changes::default()
    };
    let refused = sample.store.commit(claim("B-1", &people[1])).await;
    assert!(taken(&refused), "{refused:?}");
    sample
        .store
        .commit(claim("B-2", &people[1]))
        .await
        .expect("it is theirs already");
    let release = Write::Membership(MembershipWrite::Release {
        attribute: "badge".to_owned(),
        user_id: people[0].id.clone(),
    });
    sample.write(vec![release]).await;
    sample
        .store
        .commit(claim("B-1", &people[1]))
        .await
        .expect("it was given up");
    sample.write(vec![Write::DeleteUser(Box::new(people[1].clone()))]).await;
    sample
        .store
        .commit(claim("B-1", &people[0]))
        .await
        .expect("its owner is gone");
    let name = "badge".to_owned();
    let type_id = type_id.clone();
    change(sample, vec![StructureWrite::ReleaseUserAttribute { type_id, name }]).await;
    let stranger = sample.stored("badge-stranger@example.net", &json!({})).await;
    sample
        .store
        .commit(claim("B-1", &stranger))
        .await
        .expect("the type has given it up");
    for user in [&people[0], &stranger] {
        sample.write(vec![Write::DeleteUser(Box::new(user.clone()))]).await;
    }
}

async fn definitions_take_their_links_along(sample: &Sample) {
    let side = |name: &str| LinkedObjectSide {
        name: name.to_owned(),
        title: name.to_uppercase(),
        description: (name == "manager").then(|| "leads".to_owned()),
    };
    let definition = LinkedObjectDefinition {
        primary: side("manager"),
        associated: side("subordinate"),
    };
    change(sample, vec![StructureWrite::InsertLinkedObject(definition.clone())]).await;
    assert_eq!(
        sample.store.structure().await.expect("reads").linked_objects,
        [definition]
    );
    let boss = sample.stored("boss@example.net", &json!({})).await;
    let mut staff = Vec::new();
    for n in 0..5 {
        staff.push(sample.stored(&format!("staff{n}@example.net"), &json!({})).await);
    }
    let link = |associated: &User, primary: &User| {
        Write::Membership(MembershipWrite::Link {
            relation: "manager".to_owned(),
            associated: associated.id.clone(),
            primary: primary.id.clone(),
        })
    };
    sample.write(staff.iter().map(|user| link(user, &boss)).collect()).await;
    sample.write(vec![link(&staff[4], &staff[3]), link(&boss, &boss)]).await;
    let primary = async |user: &User| sample.store.primary_of("manager", &user.id).await.expect("reads");
    assert_eq!(
        (primary(&staff[0]).await, primary(&staff[4]).await, primary(&boss).await),
        (Some(boss.id.clone()), Some(staff[3].id.clone()), Some(boss.id.clone()))
    );
    let mut wanted: Vec<UserId> = staff[..4].iter().chain([&boss]).map(|user| user.id.clone()).collect();
    wanted.sort();
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = sample
            .store
            .associated_with("manager", &boss.id, after.as_ref(), 2)
            .await
            .expect("reads");
        found.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, wanted);
    let unlink = Write::Membership(MembershipWrite::Unlink {
        relation: "manager".to_owned(),
        associated: staff[0].id.clone(),
    });
    sample.write(vec![unlink.clone(), unlink]).await;
    assert_eq!(primary(&staff[0]).await, None);
    let missing = Write::Membership(MembershipWrite::Link {
        relation: "mentor".to_owned(),
        associated: staff[0].id.clone(),
        primary: boss.id.clone(),
    });
    let refused = sample
        .store
        .commit(Changes {
            writes: vec![missing],
            ..Changes::default()
        })
        .await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    sample.write(vec![Write::DeleteUser(Box::new(staff[3].clone()))]).await;
    assert_eq!(primary(&staff[4]).await, None, "the primary is gone");
    change(sample, vec![StructureWrite::DeleteLinkedObject("manager".to_owned())]).await;
    assert_eq!(primary(&staff[1]).await, None);
    assert!(sample.store.structure().await.expect("reads").linked_objects.is_empty());
}

/// A new user type.
fn user_type(sample: &Sample, name: &str) -> UserType {
    let description = UserTypeDescription {
        name: Some(name.to_owned()),
        display_name: Some(name.to_uppercase()),
        description: Some(None),
    };
    let id = UserTypeId::generate(dawn(), sample.number());
    let by = UserId::generate(dawn(), 1);
    UserType::create(id, description, &[], by.as_str(), dawn()).expect("the description is whole")
}

async fn read(sample: &Sample, id: &UserId) -> User {
    sample.store.user(id).await.expect("reads").expect("it is there")
}

/// Commits changes of the shape that must succeed.
async fn change(sample: &Sample, writes: Vec<StructureWrite>) {
    let version = sample.store.structure_version().await.expect("reads");
    advance(sample, version, writes)
        .await
        .expect("nothing stands against it");
}

async fn advance(sample: &Sample, version: i64, writes: Vec<StructureWrite>) -> Result<(), StoreError> {
    let mut all = vec![Write::AdvanceStructure(version)];
    all.extend(writes.into_iter().map(Write::Structure));
    sample
        .store
        .commit(Changes {
            writes: all,
            ..Changes::default()
        })
        .await
}
