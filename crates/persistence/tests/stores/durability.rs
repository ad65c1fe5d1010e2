//! What is committed outlives the program, and is seen by every other.

use std::sync::Arc;

use denizen_application::store_contract::user;
use denizen_domain::group::Group;
use denizen_domain::id::{ApiTokenId, GroupId, OrgId, UserTypeId};
use denizen_domain::organization::{Foundation, Organization};
use denizen_domain::ports::{Changes, Commit, Store, StoreError, Users, Write};
use denizen_domain::schema::Schema;
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_domain::token::{ApiToken, OneTimeToken, TokenPurpose};
use denizen_domain::user::{Status, User};
use denizen_domain::user_type::UserType;
use denizen_persistence::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use serde_json::json;

use crate::databases::{self, Folder};

fn dawn() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

fn type_id() -> UserTypeId {
    UserTypeId::generate(dawn(), 1)
}

/// A founded directory.
pub fn foundation() -> Write {
    Write::Found(Box::new(Foundation {
        organization: Organization {
            id: OrgId::generate(dawn(), 1),
            name: "Org".to_owned(),
            created: dawn(),
            cursor_key: Secret::new("cursor key"),
        },
        user_type: UserType::default_type(type_id(), dawn()),
        user_schema: Schema::default_user(dawn()),
        group_schema: Schema::default_group(dawn()),
        everyone: Group::everyone(GroupId::generate(dawn(), 1), dawn()),
    }))
}

fn person(number: u64) -> User {
    user(number, &type_id(), &format!("person{number}@example.com"), &json!({}))
}

fn token(owner: &User) -> OneTimeToken {
    OneTimeToken {
        digest: Secret::new("reset").digest(),
        user_id: owner.id.clone(),
        purpose: TokenPurpose::PasswordReset,
        created: dawn(),
        expires: dawn().plus_minutes(60),
    }
}

async fn write(store: &impl Commit, writes: Vec<Write>) -> Result<(), StoreError> {
    let changes = Changes {
        writes,
        ..Changes::default()
    };
    store.commit(changes).await
}

/// Founds a directory with a user who has used up a token.
async fn before(store: &impl Store) {
    let user = person(1);
    let token = token(&user);
    let first = vec![
        foundation(),
        Write::InsertUser(Box::new(user)),
        Write::InsertOneTimeToken(token.clone()),
    ];
    write(store, first).await.expect("nothing stands against it");
    write(store, vec![Write::ConsumeOneTimeToken(token.digest)])
        .await
        .expect("nothing stands against it");
}

async fn after(store: &impl Store) {
    let user = person(1);
    assert_eq!(store.user(&user.id).await.expect("reads"), Some(user.clone()));
    let token = token(&user);
    assert_eq!(store.one_time_token(&token.digest).await.expect("reads"), None);
    let refused = write(store, vec![Write::ConsumeOneTimeToken(token.digest)]).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
}

/// T4: a used token is refused by the next program too.
#[tokio::test]
async fn sqlite_remembers() {
    let folder = Folder::new();
    before(&SqliteStore::open(&folder.file(), SqliteOptions::default()).unwrap()).await;
    after(&SqliteStore::open(&folder.file(), SqliteOptions::default()).unwrap()).await;
}

/// T4: a used token is refused by the next program too.
#[tokio::test]
async fn postgres_remembers() {
    let Some(url) = databases::postgres().await else { return };
    before(&PostgresStore::open(&url, PostgresOptions::default()).await.unwrap()).await;
    after(&PostgresStore::open(&url, PostgresOptions::default()).await.unwrap()).await;
}

/// C8: what one server has answered is what the other one shows.
#[tokio::test]
async fn servers_that_share_a_database_see_each_other_at_once() {
    let Some(url) = databases::postgres().await else { return };
    let one = PostgresStore::open(&url, PostgresOptions::default()).await.unwrap();
    let other = PostgresStore::open(&url, PostgresOptions::default()).await.unwrap();
    write(&one, vec![foundation()]).await.unwrap();
    for number in 0..50 {
        let user = person(number);
        write(&one, vec![Write::InsertUser(Box::new(user.clone()))])
            .await
            .unwrap();
        let mut suspended = user.clone();
        suspended.status = Status::Suspended;
        let update = Write::UpdateUser {
            from: Box::new(other.user(&user.id).await.unwrap().unwrap()),
            to: Box::new(suspended),
        };
        write(&other, vec![update]).await.unwrap();
        assert_eq!(one.user(&user.id).await.unwrap().unwrap().status, Status::Suspended);
    }
}

/// A revoked token, or one whose owner fell from grace, stops at once on servers that have just read it, whoever did it: here
/// another program on the same file.
async fn revocations_are_seen_at_once(one: &impl Store, other: &impl Store) {
    let owner = person(1);
    let token = ApiToken {
        id: ApiTokenId::generate(dawn(), 1),
        name: "ci".to_owned(),
        digest: Secret::new("api").digest(),
        owner: owner.id.clone(),
        created: dawn(),
        last_used: dawn(),
        expires: dawn().plus_minutes(60),
    };
    let first = vec![
        foundation(),
        Write::InsertUser(Box::new(owner.clone())),
        Write::InsertApiToken(token.clone()),
    ];
    write(other, first).await.expect("nothing stands against it");
    let status = || async {
        let bearer = one.token_bearer(&token.digest).await.expect("reads");
        bearer.map(|bearer| bearer.status)
    };
    for _ in 0..2 {
        assert_eq!(status().await, Some(Status::Staged));
    }
    let suspended = User {
        status: Status::Suspended,
        ..owner.clone()
    };
    let suspension = Write::UpdateUser {
        from: Box::new(owner),
        to: Box::new(suspended),
    };
    write(other, vec![suspension]).await.expect("nothing stands against it");
    for _ in 0..2 {
        assert_eq!(status().await, Some(Status::Suspended));
    }
    write(other, vec![Write::DeleteApiToken(token.id.clone())])
        .await
        .expect("nothing stands against it");
    assert_eq!(status().await, None);
}

#[tokio::test]
async fn sqlite_sees_revocations_of_other_programs_and_its_own() {
    let open = |folder: &Folder| SqliteStore::open(&folder.file(), SqliteOptions::default()).unwrap();
    let folder = Folder::new();
    revocations_are_seen_at_once(&open(&folder), &open(&folder)).await;
    let folder = Folder::new();
    let alone = open(&folder);
    revocations_are_seen_at_once(&alone, &alone).await;
}

#[tokio::test]
async fn postgres_sees_revocations_of_other_servers() {
    let Some(url) = databases::postgres().await else { return };
    let one = PostgresStore::open(&url, PostgresOptions::default()).await.unwrap();
    let other = PostgresStore::open(&url, PostgresOptions::default()).await.unwrap();
    revocations_are_seen_at_once(&one, &other).await;
}

/// A database that was restarted is found again, by reads and by writes.
#[tokio::test]
async fn lost_connections_are_made_anew() {
    let Some(url) = databases::postgres().await else { return };
    let store = PostgresStore::open(&url, PostgresOptions::default()).await.unwrap();
    write(&store, vec![foundation()]).await.unwrap();
    let mut outside = AsyncPgConnection::establish(&url).await.unwrap();
    let end_all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for number in 0..5 {
        let user = person(number);
        write(&store, vec![Write::InsertUser(Box::new(user.clone()))])
            .await
            .unwrap();
        assert!(store.user(&user.id).await.unwrap().is_some());
        outside.batch_execute(end_all).await.unwrap();
        let other = Write::InsertUser(Box::new(person(number + 100)));
        write(&store, vec![other])
            .await
            .expect("a write finds a new connection");
        outside.batch_execute(end_all).await.unwrap();
        assert!(
            store.user(&user.id).await.unwrap().is_some(),
            "a read finds a new connection"
        );
    }
}

/// A worker that stops takes none of its colleagues' connections with it.
#[tokio::test]
async fn runtimes_come_and_go() {
    let Some(url) = databases::postgres().await else { return };
    let store = Arc::new(PostgresStore::open(&url, PostgresOptions::default()).await.unwrap());
    write(&*store, vec![foundation()]).await.unwrap();
    let workers = (0..4).map(|worker| {
        let store = Arc::clone(&store);
        let work = async move {
            for number in 0..(worker + 1) * 20 {
                let user = person(worker * 1000 + number);
                write(&*store, vec![Write::InsertUser(Box::new(user.clone()))])
                    .await
                    .unwrap();
                assert!(store.user(&user.id).await.unwrap().is_some());
            }
        };
        std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(work);
        })
    });
    let workers: Vec<_> = workers.collect();
    for worker in workers {
        worker.join().unwrap();
    }
}

/// A full queue turns callers away; it does not make them wait for ever.
#[tokio::test]
async fn more_changes_than_may_wait_are_turned_away() {
    let folder = Folder::new();
    let options = SqliteOptions {
        write_queue: 1,
        ..SqliteOptions::default()
    };
    let store = SqliteStore::open(&folder.file(), options).unwrap();
    write(&store, vec![foundation()]).await.unwrap();
    let inserts = (0..400).map(|number| write(&store, vec![Write::InsertUser(Box::new(person(number)))]));
    let results = futures_util::future::join_all(inserts).await;
    let (done, refused): (Vec<_>, Vec<_>) = results.into_iter().enumerate().partition(|(_, result)| result.is_ok());
    assert!(
        !done.is_empty() && !refused.is_empty(),
        "{} {}",
        done.len(),
        refused.len()
    );
    for (number, result) in refused {
        assert!(matches!(result, Err(StoreError::Busy)), "{result:?}");
        assert!(store.user(&person(number as u64).id).await.unwrap().is_none());
    }
    for (number, _) in done {
        assert!(store.user(&person(number as u64).id).await.unwrap().is_some());
    }
}

/// One caller's conflict fails nobody else, however many are committed together.
#[tokio::test]
async fn changes_that_are_committed_together_fail_alone() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.file(), SqliteOptions::default()).unwrap();
    write(&store, vec![foundation()]).await.unwrap();
    let inserts = (0..300).map(|number| {
        let mut user = person(number);
        if number % 3 == 0 {
            user.id = person(1).id;
        }
        write(&store, vec![Write::InsertUser(Box::new(user))])
    });
    let results = futures_util::future::join_all(inserts).await;
    assert_eq!(
        results.iter().filter(|result| result.is_ok()).count(),
        200,
        "person 0 was first with the id"
    );
}
