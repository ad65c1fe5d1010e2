//! Roles and their targets, and what users may do by them.

use std::collections::BTreeSet;
use std::slice;

use denizen_domain::app::{App, AppDescription};
use denizen_domain::authority::{Grant, Role, Targets};
use denizen_domain::group::Group;
use denizen_domain::id::{AppId, GroupId, UserId};
use denizen_domain::ports::{
    AppWrite, MembershipWrite, Position, RoleWrite, StoreError, TargetApp, UniqueField, Write,
};
use denizen_domain::profile::Profile;
use denizen_domain::role::{AppTarget, Assignee, RoleAssignment, Scope, Target};
use denizen_domain::user::{Status, User};
use serde_json::json;

use super::sample::{Sample, dawn};

pub(super) async fn run(sample: &Sample) {
    a_role_is_held_once(sample).await;
    targets_narrow_and_are_listed_in_order(sample).await;
    apps_are_targets(sample).await;
    a_target_that_is_gone_never_widens(sample).await;
    groups_pass_their_roles_on(sample).await;
    who_is_deactivated_gets_none(sample).await;
    decisions_on_all_of_authority_are_guarded(sample).await;
    whoever_rises_is_read_anew(sample).await;
}

fn assigned(sample: &Sample, to: &Assignee, role: Role) -> RoleAssignment {
    RoleAssignment::assign(to.clone(), role, false, sample.number(), dawn())
}

fn of_user(user: &User) -> Assignee {
    Assignee::User(user.id.clone())
}

async fn commit(sample: &Sample, write: RoleWrite) -> Result<(), StoreError> {
    let changes = denizen_domain::ports::Changes {
        writes: vec![Write::Role(write)],
        ..Default::default()
    };
    sample.store.commit(changes).await
}

async fn assign(sample: &Sample, to: &Assignee, role: Role) -> RoleAssignment {
    let assignment = assigned(sample, to, role);
    let write = RoleWrite::Assign(Box::new(assignment.clone()));
    commit(sample, write).await.expect("the role is free");
    assignment
}

/// Writes an assignment over another, and gives it back as it is then.
async fn update(sample: &Sample, from: &RoleAssignment, to: RoleAssignment) -> RoleAssignment {
    let write = RoleWrite::Update {
        from: Box::new(from.clone()),
        to: Box::new(to.clone()),
    };
    commit(sample, write).await.expect("nothing came between");
    RoleAssignment {
        version: from.version + 1,
        ..to
    }
}

/// Adds targets one after the other.
async fn narrowed(sample: &Sample, from: &RoleAssignment, targets: &[Target]) -> RoleAssignment {
    let mut present = from.clone();
    for target in targets {
        let to = present
            .with_target(target, dawn().plus_minutes(1))
            .expect("it is admitted");
        present = update(sample, &present, to).await;
    }
    present
}

async fn present(sample: &Sample, id: &UserId) -> User {
    sample.store.user(id).await.expect("reads").expect("it is there")
}

async fn held(sample: &Sample, assignee: &Assignee) -> Vec<RoleAssignment> {
    sample.store.role_assignments(assignee).await.expect("reads")
}

async fn grants(sample: &Sample, id: &UserId) -> Vec<Grant> {
    sample.store.grants_of(id).await.expect("reads").to_vec()
}

async fn group(sample: &Sample, name: &str) -> Group {
    let profile = Profile::from_stored(&json!({"description": null, "name": name}).to_string());
    let at = dawn();
    let group = Group::create(GroupId::generate(at, sample.number()), profile, at);
    sample
        .write(vec![Write::Membership(MembershipWrite::InsertGroup(Box::new(
            group.clone(),
        )))])
        .await;
    group
}

async fn app(sample: &Sample, label: &str) -> App {
    let description = AppDescription {
        label: Some(label.to_owned()),
        sign_on_mode: Some("BOOKMARK".to_owned()),
        document: json!({"settings": {"app": {"url": "https://example.com"}}})
            .as_object()
            .expect("it is an object")
            .clone(),
        ..AppDescription::default()
    };
    let id = AppId::generate(dawn(), sample.number());
    let app = App::create(id, description, true, 1, dawn()).expect("it is whole");
    let schema = app.first_schema();
    let insert = AppWrite::Insert(Box::new(app.clone()), Box::new(schema));
    sample.write(vec![Write::App(insert)]).await;
    app
}

fn instance(app: &App) -> Target {
    Target::App(AppTarget::Instance {
        name: app.name.clone(),
        id: app.id.clone(),
    })
}

async fn a_role_is_held_once(sample: &Sample) {
    let user = sample.stored("role.holder@example.com", &json!({})).await;
    let to = of_user(&user);
    let version = sample.store.authority_version().await.expect("reads");
    assert_eq!(
        (held(sample, &to).await, grants(sample, &user.id).await),
        (vec![], vec![])
    );
    let first = assign(sample, &to, Role::SuperAdmin).await;
    let again = RoleWrite::Assign(Box::new(assigned(sample, &to, Role::SuperAdmin)));
    let refused = commit(sample, again).await;
    assert!(
        matches!(refused, Err(StoreError::Duplicate(UniqueField::Id))),
        "{refused:?}"
    );
    let second = assign(sample, &to, Role::ReportAdmin).await;
    assert_eq!(held(sample, &to).await, [first.clone(), second.clone()]);
    assert_ne!(sample.store.authority_version().await.expect("reads"), version);
    let all = [Grant::of(Role::SuperAdmin), Grant::of(Role::ReportAdmin)];
    assert_eq!(grants(sample, &user.id).await, all);

    let silent = update(sample, &first, first.notifying(true, dawn().plus_minutes(5))).await;
    assert_eq!(held(sample, &to).await, [silent.clone(), second.clone()]);
    for stale in [
        RoleWrite::Unassign(Box::new(first.clone())),
        RoleWrite::Update {
            from: Box::new(first.clone()),
            to: Box::new(first),
        },
    ] {
        let refused = commit(sample, stale).await;
        assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    }
    let gone = RoleWrite::Unassign(Box::new(silent.clone()));
    commit(sample, gone.clone()).await.expect("it is held");
    let refused = commit(sample, gone).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    assert_eq!(grants(sample, &user.id).await, [Grant::of(Role::ReportAdmin)]);
    let user = present(sample, &user.id).await;
    sample.write(vec![Write::DeleteUser(Box::new(user))]).await;
    assert_eq!(held(sample, &to).await, []);
    let nobody = RoleWrite::Assign(Box::new(second));
    let refused = commit(sample, nobody).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
}

async fn targets_narrow_and_are_listed_in_order(sample: &Sample) {
    let user = sample.stored("narrow@example.com", &json!({})).await;
    let to = of_user(&user);
    let mut groups = Vec::new();
    for n in 0..5 {
        groups.push(group(sample, &format!("Target {n}")).await);
    }
    groups.reverse();
    let all = assign(sample, &to, Role::HelpDeskAdmin).await;
    let targets: Vec<Target> = groups.iter().map(|group| Target::Group(group.id.clone())).collect();
    let five = narrowed(sample, &all, &targets).await;
    assert_eq!(held(sample, &to).await, slice::from_ref(&five));
    let ids: BTreeSet<GroupId> = groups.iter().map(|group| group.id.clone()).collect();
    let reached = Grant {
        role: Role::HelpDeskAdmin,
        targets: Targets::Groups(ids),
    };
    assert_eq!(grants(sample, &user.id).await, [reached]);

    let page = async |after: Option<Position>| {
        let page = sample.store.target_groups(&to, &five.id, after.as_ref(), 2).await;
        page.expect("reads")
    };
    let first = page(None).await;
    let second = page(first.next).await;
    let third = page(second.next).await;
    assert_eq!([first.items, second.items, third.items].concat(), groups);
    assert_eq!(third.next, None);
    let foreign = Position("' OR 1=1".to_owned());
    let refused = sample.store.target_groups(&to, &five.id, Some(&foreign), 2).await;
    assert!(matches!(refused, Err(StoreError::InvalidPosition)), "{refused:?}");

    let four = five.without_target(&targets[2], dawn()).expect("it is not the last");
    let four = update(sample, &five, four).await;
    assert_eq!(held(sample, &to).await, slice::from_ref(&four));
    let nowhere = Target::Group(GroupId::generate(dawn(), sample.number()));
    let write = RoleWrite::Update {
        from: Box::new(four.clone()),
        to: Box::new(four.with_target(&nowhere, dawn()).expect("it is admitted")),
    };
    let refused = commit(sample, write).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    assert_eq!(held(sample, &to).await, [four], "a refused change leaves nothing");
}

async fn apps_are_targets(sample: &Sample) {
    let user = sample.stored("app.admin@example.com", &json!({})).await;
    let to = of_user(&user);
    let (one, two) = (app(sample, "Target one").await, app(sample, "Target two").await);
    let all = assign(sample, &to, Role::AppAdmin).await;
    let kind = |name: &str| Target::App(AppTarget::Catalog(name.to_owned()));
    let mixed = narrowed(sample, &all, &[instance(&two), kind("facebook"), instance(&one)]).await;
    assert_eq!(held(sample, &to).await, slice::from_ref(&mixed));
    let shown = [
        TargetApp::Instance(Box::new(two.clone())),
        TargetApp::Catalog("facebook".to_owned()),
        TargetApp::Instance(Box::new(one.clone())),
    ];
    let page = async |after: Option<Position>| {
        let page = sample.store.target_apps(&to, &mixed.id, after.as_ref(), 2).await;
        page.expect("reads")
    };
    let first = page(None).await;
    let second = page(first.next).await;
    assert_eq!(
        ([first.items, second.items].concat(), second.next),
        (shown.to_vec(), None)
    );
    let groups = sample
        .store
        .target_groups(&to, &mixed.id, None, 2)
        .await
        .expect("reads");
    assert!(groups.items.is_empty());

    let whole = mixed.with_target(&kind("bookmark"), dawn()).expect("it is admitted");
    let whole = update(sample, &mixed, whole).await;
    assert_eq!(held(sample, &to).await, slice::from_ref(&whole));
    let reached = Targets::Apps {
        names: BTreeSet::from(["bookmark".to_owned(), "facebook".to_owned()]),
        instances: BTreeSet::new(),
    };
    assert_eq!(grants(sample, &user.id).await[0].targets, reached);
    let wide = update(sample, &whole, whole.with_all_apps(dawn()).expect("it is admitted")).await;
    assert_eq!(held(sample, &to).await, slice::from_ref(&wide));
    let shown = sample.store.target_apps(&to, &wide.id, None, 9).await.expect("reads");
    assert!(shown.items.is_empty(), "what narrowed it is gone");

    let client = Assignee::Client(one.id.clone());
    assign(sample, &client, Role::ReadOnlyAdmin).await;
    let found = sample.store.grants_of_client(&one.id).await.expect("reads");
    assert_eq!(*found, [Grant::of(Role::ReadOnlyAdmin)]);
    sample
        .write(vec![Write::App(AppWrite::Delete(Box::new(one.clone())))])
        .await;
    assert!(sample.store.grants_of_client(&one.id).await.expect("reads").is_empty());
}

/// R7, C5: with the object of the last target goes the target, and the role reaches nothing.
async fn a_target_that_is_gone_never_widens(sample: &Sample) {
    let user = sample.stored("emptied@example.com", &json!({})).await;
    let to = of_user(&user);
    let (first, second) = (group(sample, "Gone 1").await, group(sample, "Gone 2").await);
    let desk = assign(sample, &to, Role::HelpDeskAdmin).await;
    let (one, two) = (Target::Group(first.id.clone()), Target::Group(second.id.clone()));
    let desk = narrowed(sample, &desk, &[one.clone(), two.clone()]).await;
    let only = app(sample, "Gone").await;
    let apps = assign(sample, &to, Role::AppAdmin).await;
    let apps = narrowed(sample, &apps, &[instance(&only)]).await;
    let before = grants(sample, &user.id).await;
    assert_eq!(before.len(), 2);

    for id in [first.id.clone(), second.id.clone()] {
        sample
            .write(vec![Write::Membership(MembershipWrite::DeleteGroup(id))])
            .await;
    }
    sample.write(vec![Write::App(AppWrite::Delete(Box::new(only)))]).await;
    let emptied = [
        RoleAssignment {
            scope: Scope::Groups(BTreeSet::new()),
            ..desk.clone()
        },
        RoleAssignment {
            scope: Scope::Apps(BTreeSet::new()),
            ..apps
        },
    ];
    assert_eq!(held(sample, &to).await, emptied);
    let now = grants(sample, &user.id).await;
    assert_eq!(now[0].targets, Targets::Groups(BTreeSet::new()), "at once");
    // A change that was decided before the objects went neither brings them back nor widens the role.
    let other = group(sample, "Gone 3").await;
    let three = Target::Group(other.id.clone());
    let late = desk.with_target(&three, dawn()).expect("it is admitted");
    let late = update(sample, &desk, late).await;
    assert_eq!(held(sample, &to).await[0].scope.targets(), slice::from_ref(&three));
    let later = late
        .without_target(&three, dawn())
        .expect("it seems not to be the last");
    update(sample, &late, later).await;
    assert_eq!(held(sample, &to).await[0].scope, Scope::Groups(BTreeSet::new()));
}

async fn groups_pass_their_roles_on(sample: &Sample) {
    let user = sample.stored("member@example.com", &json!({})).await;
    let admins = group(sample, "Carriers").await;
    let to = Assignee::Group(admins.id.clone());
    let stats = sample.store.group_stats(&admins.id).await.expect("reads");
    assert!(!stats.has_roles);
    let carried = assign(sample, &to, Role::SuperAdmin).await;
    assert!(carried.id.as_str().starts_with("gra"));
    let own = assign(sample, &of_user(&user), Role::ReportAdmin).await;
    assert_eq!(grants(sample, &user.id).await, [Grant::of(Role::ReportAdmin)]);
    let (group_id, user_id) = (admins.id.clone(), user.id.clone());
    let join = MembershipWrite::AddMember {
        group_id: group_id.clone(),
        user_id: user_id.clone(),
        at: dawn(),
    };
    sample.write(vec![Write::Membership(join)]).await;
    let both = [Grant::of(Role::ReportAdmin), Grant::of(Role::SuperAdmin)];
    assert_eq!(grants(sample, &user.id).await, both, "membership counts at once");
    assert_eq!(held(sample, &of_user(&user)).await, [own]);
    let inherited = sample.store.inherited_assignments(&user.id).await.expect("reads");
    assert_eq!(inherited, slice::from_ref(&carried));
    let stats = sample.store.group_stats(&admins.id).await.expect("reads");
    assert!(stats.has_roles);

    let supers = sample.store.super_administrators().await.expect("reads");
    let found: Vec<_> = supers.iter().filter(|found| found.user_id == user.id).collect();
    assert_eq!(
        found
            .iter()
            .map(|found| (found.status, found.through.clone()))
            .collect::<Vec<_>>(),
        [(Status::Staged, Some(admins.id.clone()))]
    );
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = sample.store.administrators(after.as_ref(), 1).await.expect("reads");
        all.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(all.iter().filter(|id| **id == user.id).count(), 1, "each once");
    let leave = MembershipWrite::RemoveMember {
        group_id,
        user_id,
        at: dawn(),
    };
    sample.write(vec![Write::Membership(leave)]).await;
    assert_eq!(grants(sample, &user.id).await, [Grant::of(Role::ReportAdmin)]);
    let gone = MembershipWrite::DeleteGroup(admins.id.clone());
    sample.write(vec![Write::Membership(gone)]).await;
    assert_eq!(held(sample, &to).await, []);
}

async fn who_is_deactivated_gets_none(sample: &Sample) {
    let user = sample.stored("deactivated@example.com", &json!({})).await;
    let to = of_user(&user);
    let held_before = assign(sample, &to, Role::UserAdmin).await;
    let user = present(sample, &user.id).await;
    let write = |user: &User, status| {
        let to = User { status, ..user.clone() };
        Write::UpdateUser {
            from: Box::new(user.clone()),
            to: Box::new(to),
        }
    };
    let deactivate = write(&user, Status::Deprovisioned);
    let unassign = Write::Role(RoleWrite::UnassignAllOf(user.id.clone()));
    sample.write(vec![deactivate, unassign.clone()]).await;
    assert_eq!(
        (held(sample, &to).await, grants(sample, &user.id).await),
        (vec![], vec![])
    );
    let refused = commit(sample, RoleWrite::Assign(Box::new(held_before))).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    let version = sample.store.authority_version().await.expect("reads");
    sample.write(vec![unassign]).await;
    assert_eq!(sample.store.authority_version().await.expect("reads"), version);
}

/// R8: of two decisions on the same state of authority, one stands.
async fn decisions_on_all_of_authority_are_guarded(sample: &Sample) {
    let version = sample.store.authority_version().await.expect("reads");
    commit(sample, RoleWrite::Advance(version))
        .await
        .expect("it is the present one");
    let refused = commit(sample, RoleWrite::Advance(version)).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    let user = sample.stored("guarded@example.com", &json!({})).await;
    assign(sample, &of_user(&user), Role::OrgAdmin).await;
    let refused = commit(sample, RoleWrite::Advance(version + 1)).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    let version = sample.store.authority_version().await.expect("reads");
    for _ in 0..2 {
        commit(sample, RoleWrite::Expect(version))
            .await
            .expect("it stays the present one");
    }
    let refused = commit(sample, RoleWrite::Expect(version - 1)).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    decisions_at_once_are_made_one_after_the_other(sample).await;
}

/// R8: of many who decide on the same version at the same time, one stands, whoever only relies on it included.
async fn decisions_at_once_are_made_one_after_the_other(sample: &Sample) {
    let version = sample.store.authority_version().await.expect("reads");
    let mut tasks = Vec::new();
    for n in 0..16 {
        let (store, advances) = (std::sync::Arc::clone(&sample.store), n % 4 != 3);
        tasks.push(tokio::spawn(async move {
            let write = if advances {
                RoleWrite::Advance(version)
            } else {
                RoleWrite::Expect(version)
            };
            let changes = denizen_domain::ports::Changes {
                writes: vec![Write::Role(write)],
                ..Default::default()
            };
            store.commit(changes).await.is_ok() && advances
        }));
    }
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.expect("nothing panics"));
    }
    assert_eq!(done.iter().filter(|advanced| **advanced).count(), 1);
    let now = sample.store.authority_version().await.expect("reads");
    assert_eq!(now, version + 1);
}

/// R8: what was decided about somebody who was no super administrator is stale once they are one, however they became it.
async fn whoever_rises_is_read_anew(sample: &Sample) {
    let user = sample.stored("riser@example.com", &json!({})).await;
    let other = sample.stored("bystander@example.com", &json!({})).await;
    let carriers = group(sample, "Risers").await;
    let version = async || present(sample, &user.id).await.version;
    let member = |add: bool| {
        let (group_id, user_id, at) = (carriers.id.clone(), user.id.clone(), dawn());
        vec![Write::Membership(if add {
            MembershipWrite::AddMember { group_id, user_id, at }
        } else {
            MembershipWrite::RemoveMember { group_id, user_id, at }
        })]
    };
    let first = version().await;
    sample.write(member(true)).await;
    let of_group = Assignee::Group(carriers.id.clone());
    assign(sample, &of_group, Role::OrgAdmin).await;
    assert_eq!(version().await, first, "a lesser role of a group is none of their own");
    assign(sample, &of_group, Role::SuperAdmin).await;
    assert_eq!(version().await, first + 1, "through the group that they are in");
    sample.write(member(false)).await;
    sample.write(member(true)).await;
    assert_eq!(version().await, first + 2, "through the group that they come into");
    let own = assign(sample, &of_user(&user), Role::SuperAdmin).await;
    assert_eq!(version().await, first + 3, "by a role of their own");
    let late = Write::UpdateUser {
        from: Box::new(user.clone()),
        to: Box::new(user.clone()),
    };
    let changes = denizen_domain::ports::Changes {
        writes: vec![late],
        ..Default::default()
    };
    let refused = sample.store.commit(changes).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    let gone = RoleWrite::Unassign(Box::new(own));
    commit(sample, gone).await.expect("it is held");
    assert_eq!(version().await, first + 4);
    assert_eq!(present(sample, &other.id).await.version, other.version);
}
