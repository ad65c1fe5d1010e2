//! What somebody may do counts at the next request on every server of the database, whoever changed it and by whichever way
//! (R9): here two stores stand for two servers.

use std::collections::BTreeSet;
use std::sync::Arc;

use denizen_application::store_contract::user;
use denizen_domain::app::{App, AppDescription};
use denizen_domain::authority::{Grant, Role, Targets};
use denizen_domain::group::Group;
use denizen_domain::id::{ApiTokenId, AppId, GroupId, UserTypeId};
use denizen_domain::ports::{AppWrite, Changes, MembershipWrite, RoleWrite, Store, Write};
use denizen_domain::profile::Profile;
use denizen_domain::role::{AppTarget, Assignee, RoleAssignment, Target};
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_domain::token::ApiToken;
use denizen_domain::user::{Status, User};
use denizen_persistence::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};
use serde_json::json;

use crate::databases::{self, Folder};
use crate::durability::foundation;

fn dawn() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

async fn commit(store: &Arc<dyn Store>, writes: Vec<Write>) {
    let changes = Changes {
        writes,
        ..Changes::default()
    };
    store.commit(changes).await.expect("nothing stands against it");
}

/// Two servers on each database that there is.
async fn servers(folder: &Folder) -> Vec<[Arc<dyn Store>; 2]> {
    let options = SqliteOptions {
        synchronous_full: false,
        ..SqliteOptions::default()
    };
    let sqlite =
        || -> Arc<dyn Store> { Arc::new(SqliteStore::open(&folder.file(), options.clone()).expect("it opens")) };
    let mut pairs = vec![[sqlite(), sqlite()]];
    if let Some(url) = databases::postgres().await {
        let open = || PostgresStore::open(&url, PostgresOptions::default());
        let (one, two) = (open().await.expect("it opens"), open().await.expect("it opens"));
        pairs.push([Arc::new(one), Arc::new(two)]);
    }
    for [store, _] in &pairs {
        commit(store, vec![foundation()]).await;
    }
    pairs
}

fn group(number: u64) -> Group {
    let profile = Profile::from_stored(&format!(r#"{{"description":null,"name":"Group {number}"}}"#));
    Group::create(GroupId::generate(dawn(), number), profile, dawn())
}

fn app() -> App {
    let description = AppDescription {
        label: Some("App".to_owned()),
        sign_on_mode: Some("BOOKMARK".to_owned()),
        document: json!({"settings": {"app": {"url": "https://example.com"}}})
            .as_object()
            .expect("it is an object")
            .clone(),
        ..AppDescription::default()
    };
    App::create(AppId::generate(dawn(), 9), description, true, 1, dawn()).expect("it is whole")
}

fn membership(write: MembershipWrite) -> Vec<Write> {
    vec![Write::Membership(write)]
}

fn role(write: RoleWrite) -> Vec<Write> {
    vec![Write::Role(write)]
}

/// Writes an assignment over another on one server, and gives it back as it is then.
async fn narrowed(on: &Arc<dyn Store>, from: RoleAssignment, target: &Target) -> RoleAssignment {
    let to = from.with_target(target, dawn()).expect("it is admitted");
    let update = RoleWrite::Update {
        from: Box::new(from.clone()),
        to: Box::new(to.clone()),
    };
    commit(on, role(update)).await;
    RoleAssignment {
        version: from.version + 1,
        ..to
    }
}

struct Watched<'a> {
    by: &'a Arc<dyn Store>,
    token: ApiToken,
}

impl Watched<'_> {
    /// What the other server lets the token's owner do.
    async fn may(&self, wanted: &[Grant]) {
        for _ in 0..2 {
            let bearer = self.by.token_bearer(&self.token.digest).await.expect("reads");
            let bearer = bearer.expect("the token lives");
            assert_eq!(*bearer.grants, *wanted);
            let grants = self.by.grants_of(&self.token.owner).await.expect("reads");
            assert_eq!(*grants, *wanted);
        }
    }
}

#[tokio::test]
async fn every_change_of_rights_counts_at_once_on_every_server() {
    let folder = Folder::new();
    for [here, there] in servers(&folder).await {
        let owner = user(1, &UserTypeId::generate(dawn(), 1), "owner@example.com", &json!({}));
        let token = ApiToken {
            id: ApiTokenId::generate(dawn(), 1),
            name: "ci".to_owned(),
            digest: Secret::new("secret").digest(),
            owner: owner.id.clone(),
            created: dawn(),
            last_used: dawn(),
            expires: dawn().plus_minutes(60),
        };
        let writes = vec![
            Write::InsertUser(Box::new(owner.clone())),
            Write::InsertApiToken(token.clone()),
        ];
        commit(&here, writes).await;
        let watched = Watched { by: &there, token };
        watched.may(&[]).await;
        own_roles(&here, &watched, &owner).await;
        roles_of_groups(&here, &watched, &owner).await;
        let assign = RoleAssignment::assign(Assignee::User(owner.id.clone()), Role::OrgAdmin, false, 7, dawn());
        commit(&here, role(RoleWrite::Assign(Box::new(assign)))).await;
        watched.may(&[Grant::of(Role::OrgAdmin)]).await;
        let owner = there.user(&owner.id).await.expect("reads").expect("it is there");
        let deactivated = User {
            status: Status::Deprovisioned,
            ..owner.clone()
        };
        let update = Write::UpdateUser {
            from: Box::new(owner.clone()),
            to: Box::new(deactivated),
        };
        let unassign = Write::Role(RoleWrite::UnassignAllOf(owner.id.clone()));
        commit(&here, vec![update, unassign]).await;
        watched.may(&[]).await;
    }
}

async fn own_roles(here: &Arc<dyn Store>, watched: &Watched<'_>, owner: &User) {
    let (first, second, app) = (group(101), group(102), app());
    for made in [&first, &second] {
        commit(here, membership(MembershipWrite::InsertGroup(Box::new(made.clone())))).await;
    }
    let insert = AppWrite::Insert(Box::new(app.clone()), Box::new(app.first_schema()));
    commit(here, vec![Write::App(insert)]).await;
    let holder = Assignee::User(owner.id.clone());
    let desk = RoleAssignment::assign(holder.clone(), Role::HelpDeskAdmin, false, 1, dawn());
    commit(here, role(RoleWrite::Assign(Box::new(desk.clone())))).await;
    watched.may(&[Grant::of(Role::HelpDeskAdmin)]).await;
    let reaching = |groups: &[&Group]| Grant {
        role: Role::HelpDeskAdmin,
        targets: Targets::Groups(groups.iter().map(|group| group.id.clone()).collect()),
    };
    let desk = narrowed(here, desk, &Target::Group(first.id.clone())).await;
    watched.may(&[reaching(&[&first])]).await;
    let desk = narrowed(here, desk, &Target::Group(second.id.clone())).await;
    watched.may(&[reaching(&[&first, &second])]).await;
    commit(here, membership(MembershipWrite::DeleteGroup(first.id.clone()))).await;
    watched.may(&[reaching(&[&second])]).await;
    commit(here, membership(MembershipWrite::DeleteGroup(second.id.clone()))).await;
    watched.may(&[reaching(&[])]).await;
    commit(here, role(RoleWrite::Unassign(Box::new(desk)))).await;
    watched.may(&[]).await;

    let apps = RoleAssignment::assign(holder, Role::AppAdmin, false, 1, dawn());
    commit(here, role(RoleWrite::Assign(Box::new(apps.clone())))).await;
    let target = AppTarget::Instance {
        name: app.name.clone(),
        id: app.id.clone(),
    };
    let apps = narrowed(here, apps, &Target::App(target)).await;
    watched.may(&[apps.grant()]).await;
    commit(here, vec![Write::App(AppWrite::Delete(Box::new(app)))]).await;
    let nothing = Targets::Apps {
        names: BTreeSet::new(),
        instances: BTreeSet::new(),
    };
    watched
        .may(&[Grant {
            role: Role::AppAdmin,
            targets: nothing,
        }])
        .await;
    commit(here, role(RoleWrite::Unassign(Box::new(apps)))).await;
}

async fn roles_of_groups(here: &Arc<dyn Store>, watched: &Watched<'_>, owner: &User) {
    let carriers = group(103);
    let holder = Assignee::Group(carriers.id.clone());
    commit(
        here,
        membership(MembershipWrite::InsertGroup(Box::new(carriers.clone()))),
    )
    .await;
    let join = || {
        membership(MembershipWrite::AddMember {
            group_id: carriers.id.clone(),
            user_id: owner.id.clone(),
            at: dawn(),
        })
    };
    let leave = membership(MembershipWrite::RemoveMember {
        group_id: carriers.id.clone(),
        user_id: owner.id.clone(),
        at: dawn(),
    });
    commit(here, join()).await;
    watched.may(&[]).await;
    let assign = RoleAssignment::assign(holder, Role::SuperAdmin, false, 1, dawn());
    commit(here, role(RoleWrite::Assign(Box::new(assign.clone())))).await;
    let all = [Grant::of(Role::SuperAdmin)];
    watched.may(&all).await;
    commit(here, leave).await;
    watched.may(&[]).await;
    commit(here, join()).await;
    watched.may(&all).await;
    commit(here, role(RoleWrite::Unassign(Box::new(assign.clone())))).await;
    watched.may(&[]).await;
    commit(here, role(RoleWrite::Assign(Box::new(assign)))).await;
    watched.may(&all).await;
    commit(here, membership(MembershipWrite::DeleteGroup(carriers.id.clone()))).await;
    watched.may(&[]).await;
}

/// Joining a group at the moment at which it gets a role is never missed: both wait for the group.
#[tokio::test]
async fn a_member_who_joins_while_a_role_is_assigned_has_it() {
    let folder = Folder::new();
    for [here, there] in servers(&folder).await {
        let type_id = UserTypeId::generate(dawn(), 1);
        for number in 10..40 {
            let member = user(number, &type_id, &format!("member{number}@example.com"), &json!({}));
            let carriers = group(number);
            commit(&here, vec![Write::InsertUser(Box::new(member.clone()))]).await;
            commit(
                &here,
                membership(MembershipWrite::InsertGroup(Box::new(carriers.clone()))),
            )
            .await;
            let join = MembershipWrite::AddMember {
                group_id: carriers.id.clone(),
                user_id: member.id.clone(),
                at: dawn(),
            };
            let holder = Assignee::Group(carriers.id.clone());
            let assign = RoleAssignment::assign(holder, Role::ReportAdmin, false, number, dawn());
            let (one, two) = (Arc::clone(&here), Arc::clone(&there));
            let joining = tokio::spawn(async move { commit(&one, membership(join)).await });
            let assigning = tokio::spawn(async move { commit(&two, role(RoleWrite::Assign(Box::new(assign)))).await });
            // Whoever asks in between must not remember what is over soon.
            for store in [&here, &there] {
                store.grants_of(&member.id).await.expect("reads");
            }
            joining.await.expect("it joins");
            assigning.await.expect("it is assigned");
            for store in [&here, &there] {
                let grants = store.grants_of(&member.id).await.expect("reads");
                assert_eq!(*grants, [Grant::of(Role::ReportAdmin)], "round {number}");
            }
        }
    }
}
