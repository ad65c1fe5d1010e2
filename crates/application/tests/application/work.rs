//! T9: what is asked of the hasher and of the store is the same whether a login is known. Time is not measured here: equal work
//! is what makes it equal.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use denizen_application::{Conversation, Error, Recover, RecoveryKind, RequestContext, SignIn};
use denizen_domain::password::{HasherError, PasswordHasher, StoredPassword, Verdict};
use denizen_domain::secret::Secret;

use crate::ports::FastHasher;
use crate::world::World;

const RUNS: usize = 200;

/// Counts what it is asked for.
#[derive(Default)]
struct CountingHasher {
    inner: FastHasher,
    asked: AtomicUsize,
}

#[async_trait]
impl PasswordHasher for CountingHasher {
    async fn hash(&self, password: &Secret) -> Result<StoredPassword, HasherError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.inner.hash(password).await
    }

    async fn verify(&self, stored: &StoredPassword, password: &Secret) -> Result<Verdict, HasherError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.inner.verify(stored, password).await
    }
}

/// Hashes, reads of users and commits.
type Work = [usize; 3];

async fn work(world: &World, hasher: &CountingHasher, doing: impl Future) -> Work {
    let count = || {
        [
            hasher.asked.load(Ordering::Relaxed),
            world.store.reads(),
            world.store.commits(),
        ]
    };
    let before = count();
    doing.await;
    let after = count();
    [0, 1, 2].map(|which| after[which] - before[which])
}

async fn counting() -> (World, Arc<CountingHasher>) {
    let hasher = Arc::new(CountingHasher::default());
    let world = World::hashing_with(hasher.clone(), None, |settings| {
        // So many failures must not lock anybody out.
        settings.password_policy.max_attempts = 0;
    });
    (world.await, hasher)
}

/// T9, L7
#[tokio::test]
async fn a_failed_sign_in_costs_the_same_for_the_known_and_the_unknown() {
    let (world, hasher) = counting().await;
    world.active("known").await;
    for _ in 0..RUNS {
        let attempt = async |name: &str| {
            let wanted = SignIn {
                username: format!("{name}@example.com"),
                password: Secret::new("Not-It-1"),
                warn_before_password_expired: false,
                more_factors: false,
                relay_state: None,
            };
            let refused = world.directory.sign_in(&RequestContext::default(), wanted).await;
            assert!(matches!(refused, Err(Error::AuthenticationFailed)), "{refused:?}");
        };
        let known = work(&world, &hasher, attempt("known")).await;
        let unknown = work(&world, &hasher, attempt("unknown")).await;
        assert_eq!(known, unknown);
        assert_eq!((known[0], known[2]), (1, 1));
    }
}

/// T9
#[tokio::test]
async fn asking_for_recovery_costs_the_same_for_the_known_and_the_unknown() {
    let (world, hasher) = counting().await;
    world.active("known").await;
    for kind in [RecoveryKind::Password, RecoveryKind::Unlock] {
        for _ in 0..RUNS {
            let ask = async |name: &str| {
                let wanted = Recover {
                    username: format!("{name}@example.com"),
                    kind,
                    relay_state: None,
                };
                let told: Result<Conversation, Error> = world
                    .directory
                    .recover_by_mail(&RequestContext::default(), wanted)
                    .await;
                assert!(told.is_ok(), "{told:?}");
            };
            let known = work(&world, &hasher, ask("known")).await;
            let unknown = work(&world, &hasher, ask("unknown")).await;
            assert_eq!(known, unknown);
            assert_eq!((known[0], known[2]), (0, 1));
        }
    }
}
