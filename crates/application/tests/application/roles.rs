//! Many callers at once change the same roles (R3, R7).

use std::sync::Arc;

use denizen_application::{AssignRole, Error, HolderKey, TargetKey};
use denizen_domain::ports::Roles;
use denizen_domain::role::{Assignee, RoleRefusal};
use denizen_domain::user::User;
use proptest::prelude::*;
use serde_json::json;

use crate::world::{World, attributes};

const DESK: &str = "JBCUYUC7IRCVGS27IFCE2SKO";

fn holder(user: &User) -> HolderKey {
    HolderKey::User(user.id.to_string())
}

fn help_desk() -> AssignRole {
    AssignRole {
        role_type: Some("HELP_DESK_ADMIN".to_owned()),
        ..AssignRole::default()
    }
}

async fn groups(world: &World, count: usize) -> Vec<TargetKey> {
    let mut made = Vec::new();
    for number in 0..count {
        let profile = attributes(&json!({"name": format!("Group {number}")}));
        let group = world.directory.create_group(&world.admin, profile).await.unwrap();
        made.push(TargetKey::Group(group.id.to_string()));
    }
    made
}

async fn targets(world: &World, user: &User) -> usize {
    let held = world
        .store
        .role_assignments(&Assignee::User(user.id.clone()))
        .await
        .unwrap();
    assert_eq!(held.len(), 1);
    held[0].scope.len()
}

fn on_one_thread(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(test);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Of many who assign the same role one succeeds; the others are told that it is assigned.
    #[test]
    fn one_of_many_assignments_succeeds(seed: u64) {
        on_one_thread(async {
            let world = Arc::new(World::restless(seed).await);
            let user = world.active("isaac.brock").await;
            let mut tasks = Vec::new();
            for _ in 0..8 {
                let (world, key) = (world.clone(), holder(&user));
                tasks.push(tokio::spawn(async move {
                    world.directory.assign_role(&world.admin, &key, &help_desk()).await
                }));
            }
            let mut successes = 0;
            for task in tasks {
                match task.await.unwrap() {
                    Ok(_) => successes += 1,
                    Err(error) => assert!(matches!(error, Error::Role(RoleRefusal::AlreadyAssigned)), "{error:?}"),
                }
            }
            assert_eq!((successes, targets(&world, &user).await), (1, 0));
        });
    }

    /// R7: however many take targets away at once, one stays; and nothing that is added at once is lost.
    #[test]
    fn one_target_outlives_every_race(seed: u64) {
        on_one_thread(async {
            let world = Arc::new(World::restless(seed).await);
            let user = world.active("isaac.brock").await;
            let (key, all) = (holder(&user), groups(&world, 6).await);
            world.directory.assign_role(&world.admin, &key, &help_desk()).await.unwrap();
            let mut tasks = Vec::new();
            for target in all.clone() {
                let (world, key) = (world.clone(), key.clone());
                tasks.push(tokio::spawn(async move {
                    world.directory.add_role_target(&world.admin, &key, DESK, &target).await
                }));
            }
            for task in tasks {
                task.await.unwrap().unwrap();
            }
            assert_eq!(targets(&world, &user).await, all.len());
            let mut tasks = Vec::new();
            for target in all.clone() {
                let (world, key) = (world.clone(), key.clone());
                tasks.push(tokio::spawn(async move {
                    world.directory.remove_role_target(&world.admin, &key, DESK, &target).await
                }));
            }
            let mut refusals = 0;
            for task in tasks {
                if let Err(error) = task.await.unwrap() {
                    assert!(matches!(error, Error::Role(RoleRefusal::LastTarget)), "{error:?}");
                    refusals += 1;
                }
            }
            assert_eq!((refusals, targets(&world, &user).await), (1, 1));
        });
    }
}
