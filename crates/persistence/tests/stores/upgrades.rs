//! A directory that an older program made is whole under this one.

use std::sync::Arc;

use denizen_domain::authority::{Grant, Role};
use denizen_domain::group::Group;
use denizen_domain::id::{GroupId, UserId, UserTypeId};
use denizen_domain::login::LoginKey;
use denizen_domain::ports::{
    Changes, GroupStats, MembershipWrite, Store, StructureWrite, UserCriterion, UserSelection, Write,
};
use denizen_domain::profile::Profile;
use denizen_domain::role::Assignee;
use denizen_domain::schema::Schema;
use denizen_domain::search::UserQuery;
use denizen_domain::time::Timestamp;
use denizen_domain::user_type::UserType;
use denizen_persistence::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::MigrationHarness;

use crate::databases::{self, Folder};
use crate::migrations::{POSTGRES, SQLITE};

const FIRST: &str = include_str!("first_schema.sql");

/// Asks for what was there before, then changes it.
async fn is_whole(store: Arc<dyn Store>) {
    let founded = Timestamp::from_millis(1_795_694_782_000);
    let structure = store.structure().await.expect("the store answers");
    assert_eq!(
        (
            structure.version,
            store.structure_version().await.expect("the store answers")
        ),
        (1, 1)
    );
    let type_id = UserTypeId::parse("oty0Vc52IywLtBibYmrk").expect("it is an id");
    let default = UserType::default_type(type_id.clone(), founded);
    assert_eq!(structure.user_types, [(default, Schema::default_user(founded))]);
    assert_eq!(structure.group_schema, Schema::default_group(founded));
    assert!(structure.linked_objects.is_empty());
    let id = GroupId::parse("00g0Vc52IywRmRdeiFh2").expect("it is an id");
    assert_eq!(
        store.everyone().await.expect("the store answers"),
        Group::everyone(id.clone(), founded)
    );
    let stats = GroupStats {
        users: 3,
        ..GroupStats::default()
    };
    assert_eq!(store.group_stats(&id).await.expect("the store answers"), stats);

    let admin = UserId::parse("00u0Vc52IzDIb1VkRd69").expect("it is an id");
    let held = store
        .role_assignments(&Assignee::User(admin.clone()))
        .await
        .expect("the store answers");
    let held: Vec<_> = held
        .iter()
        .map(|held| (held.id.as_str(), held.role, held.third_party))
        .collect();
    assert_eq!(held, [("ra10Vc52IzDdqDnLDjaG", Role::SuperAdmin, false)]);
    let grants = store.grants_of(&admin).await.expect("the store answers");
    assert_eq!(*grants, [Grant::of(Role::SuperAdmin)]);

    let person = store
        .user_by_login(&LoginKey::of("short.name@py.example.com"))
        .await
        .expect("the store answers")
        .expect("it is there");
    assert_eq!(person.id, UserId::parse("00u0Vc52NzqKyAtiIc14").expect("it is an id"));
    let found = search(&*store, r#"profile.city eq "ZÜRICH""#, &structure.user_types[0].1).await;
    assert_eq!(found, std::slice::from_ref(&person.id));

    let mut made = Group::create(
        GroupId::generate(founded, 7),
        Profile::from_stored(r#"{"name":"everyone"}"#),
        founded,
    );
    let insert = |group: &Group| Write::Membership(MembershipWrite::InsertGroup(Box::new(group.clone())));
    assert!(commit(&*store, vec![insert(&made)]).await.is_err(), "the name is taken");
    made.profile = Profile::from_stored(r#"{"description":null,"name":"Made"}"#);
    let join = MembershipWrite::AddMember {
        group_id: made.id.clone(),
        user_id: person.id.clone(),
        at: founded,
    };
    let name = "city".to_owned();
    let remove = StructureWrite::RemoveUserAttribute { type_id, name };
    let writes = vec![
        Write::AdvanceStructure(1),
        insert(&made),
        Write::Membership(join),
        Write::Structure(remove),
    ];
    commit(&*store, writes).await.expect("nothing stands against it");
    assert_eq!(store.groups_of(&person.id).await.expect("the store answers"), [made]);
    let found = search(&*store, "profile.city pr", &structure.user_types[0].1).await;
    assert!(found.is_empty(), "{found:?}");
    let mut rest = person.profile.attributes();
    rest.remove("city").expect("it is there");
    let now = store
        .user(&person.id)
        .await
        .expect("the store answers")
        .expect("it is there");
    assert_eq!((now.profile.attributes(), now.version), (rest, person.version + 1));
    assert_eq!(now.status, person.status);
}

async fn commit(store: &dyn Store, writes: Vec<Write>) -> Result<(), denizen_domain::ports::StoreError> {
    store
        .commit(Changes {
            writes,
            ..Changes::default()
        })
        .await
}

async fn search(store: &dyn Store, text: &str, schema: &Schema) -> Vec<UserId> {
    let selection = UserSelection {
        criterion: UserCriterion::Matching(
            UserQuery::search(text, std::slice::from_ref(schema)).expect("it is a query"),
        ),
        within: None,
        sort: None,
        after: None,
        limit: 10,
    };
    let page = store.list_users(&selection).await.expect("the store answers");
    page.items.into_iter().map(|user| user.id).collect()
}

#[tokio::test]
async fn sqlite_keeps_what_the_first_migration_held() {
    let folder = Folder::new();
    let mut conn = SqliteConnection::establish(folder.file().to_str().unwrap()).unwrap();
    conn.run_next_migration(SQLITE).unwrap();
    conn.batch_execute(FIRST).unwrap();
    drop(conn);
    let store = SqliteStore::open(&folder.file(), SqliteOptions::default()).unwrap();
    is_whole(Arc::new(store)).await;
}

#[tokio::test]
async fn postgres_keeps_what_the_first_migration_held() {
    let Some(url) = databases::postgres().await else { return };
    let address = url.clone();
    let fill = move || {
        let mut conn = AsyncConnectionWrapper::<AsyncPgConnection>::establish(&address).unwrap();
        conn.run_next_migration(POSTGRES).unwrap();
        conn.batch_execute(FIRST).unwrap();
    };
    tokio::task::spawn_blocking(fill).await.unwrap();
    let store = PostgresStore::open(&url, PostgresOptions::default()).await.unwrap();
    is_whole(Arc::new(store)).await;
}
