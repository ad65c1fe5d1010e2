//! R8: the directory keeps a super administrator who can act, whatever is tried and however many try it.

use std::sync::Arc;

use denizen_application::{AssignRole, Call, Error, HolderKey, RequestContext};
use denizen_domain::authority::{Caller, Credential, Principal, Role, can_act};
use denizen_domain::event::EventType;
use denizen_domain::group::Group;
use denizen_domain::id::{ApiTokenId, GroupId, UserId};
use denizen_domain::ports::{Changes, Commit, MembershipWrite, RoleWrite, Roles, Write};
use denizen_domain::role::{Assignee, RoleAssignment};
use denizen_domain::user::User;
use proptest::prelude::*;
use serde_json::json;

use crate::world::{World, attributes};

impl World {
    pub async fn assign(&self, to: Assignee, role: Role) {
        let number = self.events().await.len() as u64;
        let assignment = RoleAssignment::assign(to, role, false, number, self.now());
        let write = Write::Role(RoleWrite::Assign(Box::new(assignment)));
        self.store
            .commit(Changes {
                writes: vec![write],
                ..Changes::default()
            })
            .await
            .unwrap();
    }

    async fn join(&self, group_id: GroupId, user_id: UserId) {
        let at = self.now();
        let join = MembershipWrite::AddMember { group_id, user_id, at };
        self.store
            .commit(Changes {
                writes: vec![Write::Membership(join)],
                ..Changes::default()
            })
            .await
            .unwrap();
    }

    /// A call of a user by an API token of theirs, with their present grants.
    pub async fn call_of(&self, user: &User) -> Call {
        Call {
            caller: Caller {
                principal: Principal::User {
                    id: user.id.clone(),
                    login: user.login.as_str().to_owned(),
                    display_name: user.display_name(),
                },
                credential: Credential::ApiToken(ApiTokenId::generate(self.now(), 1)),
                grants: self.store.grants_of(&user.id).await.unwrap(),
                scopes: None,
            },
            request: RequestContext::default(),
            foreseen: Default::default(),
        }
    }

    pub async fn group(&self, name: &str) -> Group {
        let profile = attributes(&json!({"name": name}));
        self.directory.create_group(&self.admin, profile).await.unwrap()
    }

    /// Users who are super administrators and can act.
    async fn able(&self) -> usize {
        let all = self.store.super_administrators().await.unwrap();
        let mut able: Vec<_> = all
            .iter()
            .filter(|one| can_act(one.status))
            .map(|one| &one.user_id)
            .collect();
        able.sort();
        able.dedup();
        able.len()
    }
}

/// A directory whose only super administrator is in a group that makes them one.
async fn by_group() -> (World, User, Group) {
    let world = World::new().await;
    let (user, group) = (world.active("heir").await, world.group("Heirs").await);
    let (id, key) = (group.id.as_str(), user.id.as_str());
    world.directory.add_member(&world.admin, id, key).await.unwrap();
    world.assign(Assignee::Group(group.id.clone()), Role::SuperAdmin).await;
    let first = world.admin.caller.user_id().unwrap().to_string();
    let heir = world.call_of(&user).await;
    world.directory.deactivate_user(&heir, &first, false).await.unwrap();
    assert_eq!(world.able().await, 1);
    (world, user, group)
}

fn refused(found: Result<(), Error>) {
    assert!(matches!(found, Err(Error::LastSuperAdministrator)), "{found:?}");
}

/// R8: the last one cannot be deactivated, removed or suspended, by whatever name, not even by themself.
#[tokio::test]
async fn the_last_one_stays() {
    let world = World::new().await;
    let (directory, admin) = (&world.directory, &world.admin);
    let others = [Role::OrgAdmin, Role::UserAdmin];
    for (n, role) in others.into_iter().enumerate() {
        let other = world.active(&format!("other{n}")).await;
        world.assign(Assignee::User(other.id), role).await;
    }
    for key in ["me", admin.caller.id(), "admin@denizen.local", "ADMIN"] {
        refused(directory.deactivate_user(admin, key, false).await);
        refused(directory.delete_user(admin, key, false).await);
        refused(directory.suspend_user(admin, key).await);
        refused(unassign(&world, admin, &HolderKey::User(key.to_owned())).await);
    }
    assert!(directory.authenticate(&world.admin_token).await.is_ok());
}

/// R8: one who cannot act is no stand-in, and one who can is.
#[tokio::test]
async fn only_one_who_can_act_stands_in() {
    let world = World::new().await;
    let (directory, admin) = (&world.directory, &world.admin);
    let second = world.active("second").await;
    world.assign(Assignee::User(second.id.clone()), Role::SuperAdmin).await;
    directory.suspend_user(admin, second.id.as_str()).await.unwrap();
    refused(directory.suspend_user(admin, "me").await);
    directory.unsuspend_user(admin, second.id.as_str()).await.unwrap();
    directory.suspend_user(admin, "me").await.unwrap();
    assert_eq!(world.able().await, 1);
}

/// R8: nor is the role lost through the group that gives it.
#[tokio::test]
async fn the_group_that_gives_the_role_keeps_its_last_one() {
    let (world, user, group) = by_group().await;
    let (directory, heir) = (&world.directory, world.call_of(&user).await);
    refused(
        directory
            .remove_member(&heir, group.id.as_str(), user.id.as_str())
            .await,
    );
    refused(directory.delete_group(&heir, group.id.as_str()).await);
    refused(directory.suspend_user(&heir, "me").await);
    let key = HolderKey::Group(group.id.to_string());
    refused(unassign(&world, &heir, &key).await);
    assert_eq!(world.able().await, 1);
    let second = world.active("second").await;
    world.assign(Assignee::User(second.id), Role::SuperAdmin).await;
    directory.delete_group(&heir, group.id.as_str()).await.unwrap();
    assert_eq!(world.able().await, 1);
}

/// Takes the role of a super administrator from whoever holds it directly.
async fn unassign(world: &World, call: &Call, key: &HolderKey) -> Result<(), Error> {
    let held = world.directory.list_roles(call, key).await?;
    let found = held.into_iter().find(|one| one.role == Role::SuperAdmin);
    let id = found.map_or_else(|| "ra1".to_owned(), |one| one.id.as_str().to_owned());
    world.directory.unassign_role(call, key, &id).await
}

/// What one administrator does to another.
async fn attempt(world: &World, call: &Call, way: usize, key: &str, group: &Group) -> Result<(), Error> {
    let directory = &world.directory;
    match way {
        0 => directory.suspend_user(call, key).await,
        1 => directory.deactivate_user(call, key, false).await,
        2 => directory.delete_user(call, key, false).await,
        3 => directory.remove_member(call, group.id.as_str(), key).await,
        4 => unassign(world, call, &HolderKey::User(key.to_owned())).await,
        5 => unassign(world, call, &HolderKey::Group(group.id.to_string())).await,
        _ => directory.delete_group(call, group.id.as_str()).await,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// R8: administrators who take each other's access away at the same time, in every way there is, leave one who can act.
    #[test]
    fn those_who_turn_on_each_other_leave_one(seed: u64, ways in prop::collection::vec(0usize..7, 4)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = Arc::new(World::restless(seed).await);
            let group = Arc::new(world.group("Heirs").await);
            let mut people = vec![world.read(&world.active("a").await).await];
            people.push(world.active("b").await);
            people.push(world.active("c").await);
            for (n, person) in people.iter().enumerate() {
                if n == 0 {
                    world.assign(Assignee::User(person.id.clone()), Role::SuperAdmin).await;
                } else {
                    let (id, key) = (group.id.as_str(), person.id.as_str());
                    world.directory.add_member(&world.admin, id, key).await.unwrap();
                }
            }
            world.assign(Assignee::Group(group.id.clone()), Role::SuperAdmin).await;
            let mut keys: Vec<String> = people.iter().map(|person| person.id.to_string()).collect();
            keys.push(world.admin.caller.id().to_owned());
            let tasks: Vec<_> = ways.into_iter().zip(keys).map(|(way, key)| {
                let (world, group) = (Arc::clone(&world), Arc::clone(&group));
                tokio::spawn(async move {
                    attempt(&world, &world.admin, way, &key, &group).await
                })
            }).collect();
            for task in tasks {
                if let Err(error) = task.await.unwrap() {
                    let expected = matches!(error, Error::LastSuperAdministrator | Error::NotFound { .. });
                    assert!(expected, "{error:?}");
                }
            }
            assert!(world.able().await >= 1);
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// R8: whoever becomes a super administrator while they are suspended as an ordinary user is no stand-in for another.
    #[test]
    fn nobody_rises_unnoticed(seed: u64, way in 0usize..3) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = Arc::new(World::restless(seed).await);
            let group = world.group("Heirs").await;
            let riser = world.active("riser").await;
            let (id, key) = (group.id.to_string(), riser.id.to_string());
            if way == 1 {
                world.directory.add_member(&world.admin, &id, &key).await.unwrap();
            } else {
                world.assign(Assignee::Group(group.id.clone()), Role::SuperAdmin).await;
            }
            let rising = {
                let (world, group_id, user_id) = (Arc::clone(&world), group.id.clone(), riser.id.clone());
                tokio::spawn(async move {
                    for _ in 0..seed % 12 {
                        tokio::task::yield_now().await;
                    }
                    match way {
                        0 => world.assign(Assignee::User(user_id), Role::SuperAdmin).await,
                        1 => world.assign(Assignee::Group(group_id), Role::SuperAdmin).await,
                        _ => world.join(group_id, user_id).await,
                    }
                })
            };
            let suspending = [key, world.admin.caller.id().to_owned()].map(|key| {
                let world = Arc::clone(&world);
                tokio::spawn(async move { world.directory.suspend_user(&world.admin, &key).await })
            });
            rising.await.unwrap();
            for task in suspending {
                if let Err(error) = task.await.unwrap() {
                    assert!(matches!(error, Error::LastSuperAdministrator), "{error:?}");
                }
            }
            assert!(world.able().await >= 1);
        });
    }

    /// G2: a role that comes to somebody at the moment of their deactivation goes with it, and the log tells of both.
    #[test]
    fn the_log_tells_of_every_role_that_goes(seed: u64) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = Arc::new(World::restless(seed).await);
            let key = world.active("holder").await.id.to_string();
            let seen = world.events().await.len();
            let assigning = {
                let (world, holder) = (Arc::clone(&world), HolderKey::User(key.clone()));
                tokio::spawn(async move {
                    let role = AssignRole { role_type: Some("USER_ADMIN".to_owned()), ..AssignRole::default() };
                    world.directory.assign_role(&world.admin, &holder, &role).await
                })
            };
            let deactivating = {
                let world = Arc::clone(&world);
                tokio::spawn(async move { world.directory.deactivate_user(&world.admin, &key, false).await })
            };
            let came = assigning.await.unwrap().is_ok();
            deactivating.await.unwrap().unwrap();
            let told = world.told_since(seen).await;
            for kind in [EventType::PrivilegeGrant, EventType::PrivilegeRevoke] {
                let times = told.iter().filter(|event| **event == kind).count();
                assert_eq!(times, usize::from(came), "{told:?}");
            }
        });
    }
}
