//! One-time tokens and API tokens (T1 to T7, T11, R9, R10).

use std::sync::Arc;

use denizen_application::{Error, RequestContext, ResetPassword};
use denizen_domain::authority::Role;
use denizen_domain::ports::{Changes, Commit, RoleWrite, Tokens, Write};
use denizen_domain::role::{Assignee, RoleAssignment};
use denizen_domain::secret::Secret;
use denizen_domain::token::TokenPurpose::{Activation, PasswordReset};
use denizen_domain::token::{API_TOKEN_IDLE_MINUTES, TokenPurpose};
use denizen_domain::user::{Status, User};
use proptest::prelude::*;

use crate::world::{PASSWORD, World, somebody, token_in};

const NEW: &str = "Lantern-Winter-1";
const MINUTE: i64 = 60_000;

async fn complete(world: &World, token: &Secret, purpose: TokenPurpose) -> Result<User, Error> {
    let request = RequestContext::default();
    let new = Secret::new(NEW);
    world
        .directory
        .complete_with_token(&request, token, purpose, &new, false)
        .await
}

async fn activation(world: &World, name: &str) -> (User, Secret) {
    let user = world.create(somebody(name)).await.unwrap();
    let mails = world.mails().await;
    let token = token_in(mails.iter().find(|mail| mail.link.is_some()).unwrap());
    (user, token)
}

async fn reset(world: &World, user: &User) -> Secret {
    let request = ResetPassword::default();
    let link = world
        .directory
        .reset_password(&world.admin, user.id.as_str(), request)
        .await;
    link.unwrap().unwrap().token
}

fn refused(found: Result<User, Error>) {
    assert!(matches!(found, Err(Error::InvalidToken)), "{found:?}");
}

/// T1, T2: the link is made from the public URL, carries 132 bits, and only the digest of its token is kept.
#[tokio::test]
async fn links_carry_long_tokens_of_which_the_digest_is_kept() {
    let world = World::new().await;
    let user = world.create(somebody("isaac.brock")).await.unwrap();
    let mail = world.mails().await.remove(0);
    let token = token_in(&mail);
    assert_eq!(token.expose().len(), 22);
    let link = mail.link.unwrap();
    assert_eq!(
        link.expose(),
        format!("https://id.example.com/welcome/{}", token.expose())
    );
    let kept = world.store.one_time_token(&token.digest()).await.unwrap().unwrap();
    assert_eq!((kept.user_id, kept.purpose), (user.id, Activation));
    assert!(!format!("{:?}", world.events().await).contains(token.expose()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// T3: of fifty uses at once one succeeds, while the user is changed by others all the time.
    #[test]
    fn one_of_many_uses_at_once_succeeds(seed: u64) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = Arc::new(World::restless(seed).await);
            let (user, token) = activation(&world, "isaac.brock").await;
            let (mut uses, mut others) = (Vec::new(), Vec::new());
            for number in 0..50 {
                let (user_of_token, token) = (world.clone(), token.clone());
                uses.push(tokio::spawn(async move { complete(&user_of_token, &token, Activation).await }));
                if number % 5 == 0 {
                    let (world, key) = (world.clone(), user.id.to_string());
                    others.push(tokio::spawn(async move { world.directory.reset_factors(&world.admin, &key).await }));
                }
            }
            let mut successes = 0;
            for task in uses {
                match task.await.unwrap() {
                    Ok(after) => {
                        assert_eq!(after.status, Status::Active);
                        successes += 1;
                    }
                    Err(error) => refused(Err(error)),
                }
            }
            for task in others {
                task.await.unwrap().unwrap();
            }
            assert_eq!(successes, 1);
            assert!(world.is_password(&user, NEW).await);
            refused(complete(&world, &token, Activation).await);
        });
    }
}

/// A change of the user that comes between does not make a good token a bad one.
#[tokio::test]
async fn a_token_survives_another_change_of_its_user() {
    let world = World::new().await;
    let (user, token) = activation(&world, "isaac.brock").await;
    world
        .store
        .fail_with((0..5).map(|_| denizen_domain::ports::StoreError::Stale));
    assert_eq!(complete(&world, &token, Activation).await.unwrap().id, user.id);
}

/// T5: a token sets the password of its own user and of nobody else.
#[tokio::test]
async fn a_token_is_bound_to_its_user() {
    let world = World::new().await;
    let (first, second) = (world.active("first").await, world.active("second").await);
    let (of_first, of_second) = (reset(&world, &first).await, reset(&world, &second).await);
    assert_eq!(complete(&world, &of_first, PasswordReset).await.unwrap().id, first.id);
    assert!(world.is_password(&second, PASSWORD).await);
    assert_eq!(world.read(&second).await.status, Status::Recovery);
    assert_eq!(complete(&world, &of_second, PasswordReset).await.unwrap().id, second.id);
}

/// T6: a new token, a suspension, a deactivation and a removal void what was sent before.
#[tokio::test]
async fn what_voids_a_token() {
    let world = World::new().await;
    let (directory, admin) = (&world.directory, &world.admin);
    let user = world.active("isaac.brock").await;
    let key = user.id.as_str();
    let first = reset(&world, &user).await;
    let second = reset(&world, &user).await;
    refused(complete(&world, &first, PasswordReset).await);
    complete(&world, &second, PasswordReset).await.unwrap();
    let forgot = directory
        .forgot_password(admin, key, false)
        .await
        .unwrap()
        .unwrap()
        .token;
    directory.suspend_user(admin, key).await.unwrap();
    directory.unsuspend_user(admin, key).await.unwrap();
    refused(complete(&world, &forgot, PasswordReset).await);
    let forgot = directory
        .forgot_password(admin, key, false)
        .await
        .unwrap()
        .unwrap()
        .token;
    directory.deactivate_user(admin, key, false).await.unwrap();
    let back = directory.activate_user(admin, key, false).await.unwrap().unwrap().token;
    refused(complete(&world, &forgot, PasswordReset).await);
    directory.delete_user(admin, key, false).await.unwrap();
    directory.delete_user(admin, key, false).await.unwrap();
    refused(complete(&world, &back, Activation).await);
}

/// T7: the last millisecond of its life counts, the next does not; mailed links live a day at most.
#[tokio::test]
async fn a_token_dies_at_the_exact_boundary() {
    let world = World::new().await;
    for (name, late) in [("in.time", 0), ("too.late", 1)] {
        let (_, activation) = activation(&world, name).await;
        world.clock.pass(24 * 60 * MINUTE - 1 + late);
        let found = complete(&world, &activation, Activation).await;
        assert_eq!(found.is_ok(), late == 0, "{name}");
        let user = world.active(&format!("{name}.too")).await;
        let link = reset(&world, &user).await;
        world.clock.pass(60 * MINUTE - 1 + late);
        let found = complete(&world, &link, PasswordReset).await;
        assert_eq!(found.is_ok(), late == 0, "{name}");
    }
}

/// T11: an activation token is no reset token, nor the other way round, and trying does not use it up.
#[tokio::test]
async fn a_token_is_bound_to_its_purpose() {
    let world = World::new().await;
    let (_, first) = activation(&world, "first").await;
    refused(complete(&world, &first, PasswordReset).await);
    complete(&world, &first, Activation).await.unwrap();
    let second = world.active("second").await;
    let second = reset(&world, &second).await;
    refused(complete(&world, &second, Activation).await);
    complete(&world, &second, PasswordReset).await.unwrap();
}

/// A password that the policy refuses leaves the token good.
#[tokio::test]
async fn a_weak_password_does_not_use_up_the_token() {
    let world = World::new().await;
    let (_, token) = activation(&world, "isaac.brock").await;
    let (request, weak) = (RequestContext::default(), Secret::new("short"));
    let found = world
        .directory
        .complete_with_token(&request, &token, Activation, &weak, false)
        .await;
    assert!(matches!(found, Err(Error::PasswordRejected { .. })), "{found:?}");
    complete(&world, &token, Activation).await.unwrap();
}

async fn is_let_in(world: &World, token: &Secret) -> bool {
    match world.directory.authenticate(token).await {
        Ok(_) => true,
        Err(Error::InvalidToken) => false,
        Err(other) => panic!("{other:?}"),
    }
}

/// R9, R10: an API token is worth what its owner is worth at this moment, and dies with the owner's account for good.
#[tokio::test]
async fn an_api_token_follows_its_owner() {
    let world = World::new().await;
    let (directory, admin) = (&world.directory, &world.admin);
    let owner = world.active("owner").await;
    let key = owner.id.as_str();
    let token = directory.create_api_token(key, "ci").await.unwrap();
    assert_eq!(*directory.authenticate(&token).await.unwrap().grants, []);
    let role = RoleAssignment::assign(
        Assignee::User(owner.id.clone()),
        Role::SuperAdmin,
        false,
        1,
        world.now(),
    );
    let role = Write::Role(RoleWrite::Assign(Box::new(role)));
    let changes = Changes {
        writes: vec![role],
        ..Changes::default()
    };
    world.store.commit(changes).await.unwrap();
    assert_eq!(
        directory.authenticate(&token).await.unwrap().grants.len(),
        1,
        "a role counts at once"
    );
    directory.suspend_user(admin, key).await.unwrap();
    assert!(!is_let_in(&world, &token).await);
    directory.unsuspend_user(admin, key).await.unwrap();
    assert!(is_let_in(&world, &token).await);
    directory.deactivate_user(admin, key, false).await.unwrap();
    directory.activate_user(admin, key, false).await.unwrap();
    assert!(!is_let_in(&world, &token).await, "the token went with the account");
}

/// R10: a token that nobody uses dies after thirty days, to the millisecond; each use gives it thirty more. A revoked one is
/// dead at once.
#[tokio::test]
async fn an_unused_api_token_dies() {
    let world = World::new().await;
    let month = API_TOKEN_IDLE_MINUTES * MINUTE;
    for _ in 0..3 {
        world.clock.pass(month - 1);
        assert!(is_let_in(&world, &world.admin_token).await);
    }
    world.clock.pass(month);
    assert!(!is_let_in(&world, &world.admin_token).await);
    let token = world
        .directory
        .create_api_token("admin@denizen.local", "ci")
        .await
        .unwrap();
    assert!(is_let_in(&world, &token).await);
    let id = world.directory.authenticate(&token).await.unwrap().credential;
    world.directory.revoke_api_token(id.as_str()).await.unwrap();
    assert!(!is_let_in(&world, &token).await);
    assert!(!is_let_in(&world, &Secret::new("00nobody-ever-made-this")).await);
}
