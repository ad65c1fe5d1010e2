//! What the shape of the directory promises when much happens at once, when values are long, and when there are many of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use denizen_application::memory::MemoryStore;
use denizen_application::store_contract::user;
use denizen_domain::group::Group;
use denizen_domain::id::{GroupId, UserTypeId};
use denizen_domain::ports::{
    Changes, Commit, GroupCriterion, GroupSelection, MembershipWrite, Page, Position, Store, StoreError,
    StructureWrite, UniqueField, UserCriterion, UserSelection, Write,
};
use denizen_domain::profile::Profile;
use denizen_domain::schema::{Kind, Property, Schema};
use denizen_domain::search::{GroupQuery, GroupSort, Value as Searched, index_text};
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;
use denizen_persistence::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};
use serde_json::{Value, json};

use crate::databases::{self, Folder};
use crate::durability::foundation;

fn dawn() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

fn type_id() -> UserTypeId {
    UserTypeId::generate(dawn(), 1)
}

fn person(number: u64, extra: &Value) -> User {
    user(number, &type_id(), &format!("person{number}@example.com"), extra)
}

async fn commit(store: &(impl Commit + ?Sized), writes: Vec<Write>) -> Result<(), StoreError> {
    let changes = Changes {
        writes,
        ..Changes::default()
    };
    store.commit(changes).await
}

/// A founded directory on each database that there is.
async fn stores(folder: &Folder) -> Vec<Arc<dyn Store>> {
    let options = SqliteOptions {
        synchronous_full: false,
        ..SqliteOptions::default()
    };
    let sqlite = SqliteStore::open(&folder.file(), options).expect("the file opens");
    let mut stores: Vec<Arc<dyn Store>> = vec![Arc::new(sqlite)];
    if let Some(url) = databases::postgres().await {
        let store = PostgresStore::open(&url, PostgresOptions::default())
            .await
            .expect("the database opens");
        stores.push(Arc::new(store));
    }
    for store in &stores {
        commit(&**store, vec![foundation()]).await.expect("it is empty");
    }
    stores
}

fn insertions(people: &[User]) -> Vec<Write> {
    let insert = |user: &User| Write::InsertUser(Box::new(user.clone()));
    people.iter().map(insert).collect()
}

fn remove(name: &str) -> Write {
    Write::Structure(StructureWrite::RemoveUserAttribute {
        type_id: type_id(),
        name: name.to_owned(),
    })
}

fn claim_all(name: &str) -> Write {
    Write::Structure(StructureWrite::ClaimUserAttribute {
        type_id: type_id(),
        name: name.to_owned(),
    })
}

fn claim(user: &User, value: &str) -> Write {
    Write::Membership(MembershipWrite::Claim {
        attribute: "badge".to_owned(),
        value: index_text(&Searched::Text(value.to_owned())),
        user_id: user.id.clone(),
    })
}

fn is_taken(result: &Result<(), StoreError>) -> bool {
    matches!(result, Err(StoreError::Duplicate(UniqueField::Attribute(name))) if name == "badge")
}

/// D2: whoever is written under a version of the shape is seen by the change to the next one.
#[tokio::test]
async fn nobody_slips_past_a_change_of_the_shape() {
    let folder = Folder::new();
    for store in stores(&folder).await {
        for round in 0..8 {
            let version = store.structure_version().await.unwrap();
            let joining = (0..12).map(|n| {
                let (store, user) = (Arc::clone(&store), person(round * 100 + n, &json!({"badge": "B"})));
                tokio::spawn(async move {
                    let writes = vec![Write::ExpectStructure(version), Write::InsertUser(Box::new(user))];
                    commit(&*store, writes).await
                })
            });
            let mut joining: Vec<_> = joining.collect();
            let change = commit(&*store, vec![Write::AdvanceStructure(version), remove("badge")]).await;
            change.expect("no other change of the shape");
            for joined in joining.drain(..) {
                let joined = joined.await.unwrap();
                assert!(matches!(joined, Ok(()) | Err(StoreError::Stale)), "{joined:?}");
            }
            for user in everybody(&*store).await {
                assert!(
                    !user.profile.attributes().contains_key("badge"),
                    "round {round}: {user:?}"
                );
            }
        }
    }
}

async fn everybody(store: &dyn Store) -> Vec<User> {
    let selection = UserSelection {
        criterion: UserCriterion::Present,
        within: None,
        sort: None,
        after: None,
        limit: 10_000,
    };
    store.list_users(&selection).await.expect("the store answers").items
}

/// D3: a value has one owner, however many ask at once.
#[tokio::test]
async fn one_of_many_gets_a_unique_value() {
    let folder = Folder::new();
    for store in stores(&folder).await {
        let people: Vec<User> = (0..20).map(|n| person(n, &json!({}))).collect();
        commit(&*store, insertions(&people)).await.unwrap();
        let asking = people.iter().map(|user| {
            let (store, writes) = (Arc::clone(&store), vec![claim(user, "wanted")]);
            tokio::spawn(async move { commit(&*store, writes).await })
        });
        let mut owners = 0;
        for answer in asking.collect::<Vec<_>>() {
            let answer = answer.await.unwrap();
            owners += usize::from(answer.is_ok());
            assert!(answer.is_ok() || is_taken(&answer), "{answer:?}");
        }
        assert_eq!(owners, 1);
    }
}

#[tokio::test]
async fn long_values_are_unique_as_a_whole() {
    let folder = Folder::new();
    for store in stores(&folder).await {
        let people: Vec<User> = (0..3).map(|n| person(n, &json!({}))).collect();
        commit(&*store, insertions(&people)).await.unwrap();
        let long = |end: &str| "\u{1}ü€\0".repeat(1000) + end;
        commit(&*store, vec![claim(&people[0], &long("a"))]).await.unwrap();
        commit(&*store, vec![claim(&people[1], &long("b"))]).await.unwrap();
        let refused = commit(&*store, vec![claim(&people[2], &long("A"))]).await;
        assert!(is_taken(&refused), "{refused:?}");
    }
}

#[tokio::test]
async fn many_profiles_change_together() {
    let folder = Folder::new();
    let many = 1203;
    for store in stores(&folder).await {
        let extra = |n: u64| match n % 4 {
            0 => json!({"badge": format!("B{n}"), "tags": []}),
            1 => json!({"badge": n, "tags": ["a", "A", "b"]}),
            2 => json!({"badge": n as f64 + 0.5, "tags": [1, 1.0, 2]}),
            _ => json!({"tags": ["x"]}),
        };
        let mut people: Vec<User> = (0..many).map(|n| person(n, &extra(n))).collect();
        for part in people.chunks(400) {
            commit(&*store, insertions(part)).await.unwrap();
        }
        // The last one has what the first one has, in another part.
        let double = person(many, &json!({"badge": "b0"}));
        commit(&*store, insertions(std::slice::from_ref(&double)))
            .await
            .unwrap();
        let refused = commit(&*store, vec![Write::AdvanceStructure(1), claim_all("badge")]).await;
        assert!(is_taken(&refused), "{refused:?}");
        assert_eq!(store.structure_version().await.unwrap(), 1, "nothing of it is left");
        commit(&*store, vec![Write::DeleteUser(Box::new(double.clone()))])
            .await
            .unwrap();
        commit(&*store, vec![Write::AdvanceStructure(1), claim_all("badge")])
            .await
            .unwrap();
        commit(&*store, insertions(std::slice::from_ref(&double)))
            .await
            .unwrap();
        let refused = commit(&*store, vec![claim(&double, "b0")]).await;
        assert!(is_taken(&refused), "{refused:?}");

        let removals = vec![Write::AdvanceStructure(2), remove("tags"), remove("badge")];
        commit(&*store, removals).await.unwrap();
        commit(&*store, vec![claim(&double, "b0")])
            .await
            .expect("the claims are given up");
        for (n, user) in people.iter_mut().enumerate() {
            user.version += if n % 4 == 3 { 1 } else { 2 };
            let mut attributes = user.profile.attributes();
            attributes.retain(|name, _| name != "tags" && name != "badge");
            user.profile = Profile::from_attributes(&attributes);
        }
        let mut found = everybody(&*store).await;
        found.retain(|user| user.id != double.id);
        assert!(found == people, "everybody has the rest, and counts each removal");
    }
}

fn group(number: u64, name: &str, extra: &Value) -> Group {
    let mut attributes = json!({"name": name});
    attributes
        .as_object_mut()
        .expect("it is an object")
        .extend(extra.as_object().expect("it is an object").clone());
    let profile = Profile::showing(
        &["name", "description"],
        attributes.as_object().expect("it is an object"),
    );
    let at = dawn().plus_millis(i64::try_from(number % 7).expect("it is small") * 1000);
    // Ids are not in the order of creation.
    Group::create(
        GroupId::generate(dawn(), number.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
        profile,
        at,
    )
}

/// Groups of few kinds, so that many are equal.
fn groups() -> Vec<Group> {
    let long = "y".repeat(200);
    let made = (0..60u64).map(|n| {
        let description = match n % 5 {
            0 => Value::Null,
            1 => json!(format!("{long}{}", n % 3)),
            2 => json!("Ünited"),
            3 => json!(""),
            _ => json!(format!("{}", n % 4)),
        };
        let size = if n.is_multiple_of(3) { Value::Null } else { json!(n % 4) };
        let open = [json!(true), json!(false), Value::Null][n as usize % 3].clone();
        let extra = json!({"description": description, "size": size, "open": open});
        group(
            n,
            &format!("{}{n}", ["West ", "west", "Öst", "%"][n as usize % 4]),
            &extra,
        )
    });
    made.collect()
}

fn group_schema() -> Schema {
    let property = |name, kind| Property {
        kind,
        ..Property::new(name, name)
    };
    Schema {
        custom: vec![property("size", Kind::Integer), property("open", Kind::Boolean)],
        ..Schema::default_group(dawn())
    }
}

/// Every page of a list.
async fn pages(store: &dyn Store, selection: &GroupSelection) -> Vec<Vec<Group>> {
    let mut selection = selection.clone();
    let mut pages = Vec::new();
    loop {
        let Page { items, next } = store.list_groups(&selection).await.expect("the store answers");
        pages.push(items);
        assert!(pages.len() < 1000, "the list has an end: {selection:?}");
        selection.after = next;
        if selection.after.is_none() {
            return pages;
        }
    }
}

#[tokio::test]
async fn groups_are_listed_as_in_memory() {
    let folder = Folder::new();
    let insert = |group: Group| Write::Membership(MembershipWrite::InsertGroup(Box::new(group)));
    let writes: Vec<Write> = groups().into_iter().map(insert).collect();
    let memory = MemoryStore::new();
    commit(&memory, vec![foundation()]).await.unwrap();
    commit(&memory, writes.clone()).await.unwrap();
    let schema = group_schema();
    let search = |text: &str| GroupCriterion::Matching(GroupQuery::search(text, &schema).unwrap());
    let criteria = [
        GroupCriterion::All,
        GroupCriterion::StartsWith("WEST".to_owned()),
        GroupCriterion::StartsWith("%".to_owned()),
        GroupCriterion::StartsWith(String::new()),
        search(r#"profile.name eq "wEST 4""#),
        search(r#"profile.size ge 2 and profile.name sw "west""#),
        search(r#"profile.name sw "öst" or profile.open eq true"#),
        search(r#"profile.description pr and type eq "OKTA_GROUP""#),
    ];
    let sorts = [
        "",
        "profile.name",
        "profile.description",
        "profile.size",
        "profile.open",
        "created",
        "id",
        "type",
    ];
    for store in stores(&folder).await {
        commit(&*store, writes.clone()).await.unwrap();
        for criterion in &criteria {
            for by in sorts {
                for order in ["asc", "desc"] {
                    let sort = (!by.is_empty()).then(|| GroupSort::parse(by, Some(order), &schema).unwrap());
                    let selection = GroupSelection {
                        criterion: criterion.clone(),
                        within: None,
                        sort,
                        after: None,
                        limit: 7,
                    };
                    let (found, wanted) = (pages(&*store, &selection).await, pages(&memory, &selection).await);
                    assert!(found == wanted, "{selection:?}");
                }
            }
        }
    }
}

/// D8
#[tokio::test]
async fn foreign_positions_are_refused() {
    let folder = Folder::new();
    for store in stores(&folder).await {
        let everyone = store.everyone().await.unwrap().id;
        let user = person(1, &json!({}));
        commit(&*store, insertions(std::slice::from_ref(&user))).await.unwrap();
        let app = denizen_domain::id::AppId::generate(dawn(), 1);
        for text in ["", "-1", "01", "x", "' OR 1=1", "00u", "t00gqrks9ig7XuWV7X5", "\0"] {
            let at = Position(text.to_owned());
            let sort = |by: &str| GroupSelection {
                criterion: GroupCriterion::All,
                within: None,
                sort: (!by.is_empty()).then(|| GroupSort::parse(by, None, &group_schema()).unwrap()),
                after: Some(at.clone()),
                limit: 5,
            };
            let answers = [
                store.list_groups(&sort("")).await.err(),
                store.list_groups(&sort("profile.name")).await.err(),
                store.list_groups(&sort("created")).await.err(),
                store.members_of(&everyone, Some(&at), 5).await.err(),
                store.associated_with("manager", &user.id, Some(&at), 5).await.err(),
                store.list_app_users(&app, Some(&at), 5).await.err(),
                store.list_app_groups(&app, Some(&at), 5).await.err(),
            ];
            for (n, answer) in answers.iter().enumerate() {
                assert!(
                    matches!(answer, Some(StoreError::InvalidPosition)),
                    "{n} {text:?}: {answer:?}"
                );
            }
        }
    }
}

/// Whoever belongs to many groups leaves all of them, and a group that goes lets everybody go.
#[tokio::test]
async fn members_go_with_either_side() {
    let folder = Folder::new();
    for store in stores(&folder).await {
        let people: Vec<User> = (0..3).map(|n| person(n, &json!({}))).collect();
        let made: Vec<Group> = (0..3).map(|n| group(n, &format!("G{n}"), &json!({}))).collect();
        let mut writes = insertions(&people);
        writes.extend(
            made.iter()
                .map(|group| Write::Membership(MembershipWrite::InsertGroup(Box::new(group.clone())))),
        );
        for (group, user) in made
            .iter()
            .flat_map(|group| people.iter().map(move |user| (group, user)))
        {
            writes.push(Write::Membership(MembershipWrite::AddMember {
                group_id: group.id.clone(),
                user_id: user.id.clone(),
                at: dawn(),
            }));
        }
        commit(&*store, writes).await.unwrap();
        let leave = vec![
            Write::DeleteUser(Box::new(people[0].clone())),
            Write::Membership(MembershipWrite::DeleteGroup(made[0].id.clone())),
        ];
        commit(&*store, leave).await.unwrap();
        let left = store.groups_of(&people[1].id).await.unwrap();
        let left: BTreeSet<_> = left.into_iter().map(|group| group.id).collect();
        assert_eq!(left, BTreeSet::from([made[1].id.clone(), made[2].id.clone()]));
        assert_eq!(store.group_stats(&made[1].id).await.unwrap().users, 2);
        assert!(store.groups_of(&people[0].id).await.unwrap().is_empty());
    }
}
