//! What is answered when a port fails: bounded, with one meaning, and nothing told of the inside (H4, H5).

use std::sync::Arc;

use async_trait::async_trait;
use denizen_application::{ChangePassword, Error};
use denizen_domain::password::{HasherError, PasswordHasher, StoredPassword, Verdict};
use denizen_domain::ports::{StoreError, UniqueField};
use denizen_domain::secret::Secret;
use denizen_domain::user::Status;
use mockall::mock;

use crate::world::{PASSWORD, World, credentials, somebody};

mock! {
    Hasher {}
    #[async_trait]
    impl PasswordHasher for Hasher {
        async fn hash(&self, password: &Secret) -> Result<StoredPassword, HasherError>;
        async fn verify(&self, stored: &StoredPassword, password: &Secret) -> Result<Verdict, HasherError>;
    }
}

/// A change that others overtake is decided again; one that is overtaken for ever is given up.
#[tokio::test]
async fn an_overtaken_change_is_tried_again_within_bounds() {
    let world = World::new().await;
    let user = world.active("isaac.brock").await;
    let key = user.id.as_str();
    world.store.fail_with((0..100).map(|_| StoreError::Stale));
    world.directory.suspend_user(&world.admin, key).await.unwrap();
    assert_eq!(world.read(&user).await.status, Status::Suspended);
    let before = world.store.commits();
    world.store.fail_with((0..10_000).map(|_| StoreError::Stale));
    let found = world.directory.unsuspend_user(&world.admin, key).await;
    assert!(matches!(found, Err(Error::Conflict)), "{found:?}");
    assert!(world.store.commits() - before <= 200, "it is bounded");
}

/// An id that is taken already is drawn again.
#[tokio::test]
async fn a_taken_id_is_drawn_again() {
    let world = World::new().await;
    world
        .store
        .fail_with((0..3).map(|_| StoreError::Duplicate(UniqueField::Id)));
    let user = world.create(somebody("isaac.brock")).await.unwrap();
    assert_eq!(world.read(&user).await.id, user.id);
}

/// A failing store never turns into success, and what it says is for the operator.
#[tokio::test]
async fn a_failing_store_is_an_error_with_one_meaning() {
    let world = World::new().await;
    let user = world.active("isaac.brock").await;
    world.mails().await;
    let key = user.id.as_str();
    type Meaning = fn(&Error) -> bool;
    let cases: [(StoreError, Meaning); 4] = [
        (StoreError::Busy, |error| matches!(error, Error::Busy)),
        (StoreError::TimedOut, |error| matches!(error, Error::SearchTimedOut)),
        (
            StoreError::Unavailable("disk I/O error at canary.sqlite".to_owned()),
            |error| matches!(error, Error::Internal(_)),
        ),
        (StoreError::Duplicate(UniqueField::Login), |error| {
            matches!(error, Error::Validation(_))
        }),
    ];
    for (failure, meaning) in cases {
        let told = format!("{failure:?}");
        world.store.fail_with([failure]);
        let error = world.directory.suspend_user(&world.admin, key).await.unwrap_err();
        assert!(meaning(&error), "{told}: {error:?}");
        assert_eq!(world.read(&user).await, user, "{told}");
    }
    assert_eq!(world.mailed().await, []);
}

/// P9: when too many passwords wait, the answer is that, and nothing has changed.
#[tokio::test]
async fn a_busy_hasher_refuses_and_changes_nothing() {
    let mut hasher = MockHasher::new();
    hasher
        .expect_hash()
        .times(1)
        .returning(|_| Ok(StoredPassword::Phc("$first".to_owned())));
    hasher.expect_hash().returning(|_| Err(HasherError::Busy));
    hasher.expect_verify().times(1).returning(|_, _| Err(HasherError::Busy));
    hasher
        .expect_verify()
        .returning(|_, _| Err(HasherError::Failed("out of memory".to_owned())));
    let world = World::hashing_with(Arc::new(hasher), None, |_| {}).await;
    let mut request = somebody("isaac.brock");
    request.credentials = credentials(Some(PASSWORD), None);
    let user = world.create(request).await.unwrap();
    let (seen, mut request) = (world.events().await, somebody("other"));
    request.credentials = credentials(Some(PASSWORD), None);
    let found = world.create(request).await;
    assert!(matches!(found, Err(Error::Busy)), "{found:?}");
    let change = || ChangePassword {
        old: Secret::new(PASSWORD),
        new: Secret::new("Lantern-Winter-1"),
        strict: false,
        revoke_sessions: false,
    };
    let found = world
        .directory
        .change_password(&world.admin, user.id.as_str(), change())
        .await;
    assert!(matches!(found, Err(Error::Busy)), "{found:?}");
    let found = world
        .directory
        .change_password(&world.admin, user.id.as_str(), change())
        .await;
    assert!(matches!(found, Err(Error::Internal(_))), "{found:?}");
    assert_eq!((world.read(&user).await, world.events().await), (user, seen));
}

/// A directory that was never founded does not open, and founding twice changes nothing.
#[tokio::test]
async fn founding_happens_once() {
    use denizen_application::{Directory, Settings};
    use denizen_domain::ports::Structure;
    let world = World::new().await;
    let before = world.store.organization().await.unwrap().unwrap();
    Directory::found(&world.ports, "Another").await.unwrap();
    assert_eq!(world.store.organization().await.unwrap().unwrap().id, before.id);
    assert_eq!(world.directory.bootstrap_administrator(None).await.unwrap(), None);
    let empty = denizen_application::memory::MemoryStore::new();
    let ports = denizen_application::Ports {
        store: Arc::new(empty),
        ..world.ports.clone()
    };
    let found = Directory::open(ports, Settings::new("https://id.example.com"))
        .await
        .map(drop);
    assert!(matches!(found, Err(Error::Internal(_))), "{found:?}");
}
