//! Groups, members, apps and their assignments.

use denizen_domain::app::{App, AppDescription, AppGroup, AppStatus, AppUser};
use denizen_domain::group::Group;
use denizen_domain::id::{AppAssignmentId, AppId, GroupId};
use denizen_domain::ports::{
    AppSelection, AppWrite, Changes, GroupCriterion, GroupSelection, GroupStats, MembershipWrite, Position, StoreError,
    StructureWrite, UniqueField, Write,
};
use denizen_domain::profile::Profile;
use denizen_domain::schema::Schema;
use denizen_domain::search::{GroupQuery, GroupSort};
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;
use serde_json::{Map, json};

use super::sample::{Sample, dawn};

pub(super) async fn run(sample: &Sample) {
    let groups = groups_are_listed_and_changed(sample).await;
    members_come_and_go(sample, &groups).await;
    removed_attributes_leave_every_group(sample, &groups[0]).await;
    let app = apps_are_listed_and_changed(sample).await;
    assignments_give_apps(sample, &app, &groups[1]).await;
}

fn group(sample: &Sample, name: &str, description: Option<&str>) -> Group {
    let number = sample.number();
    let attributes = json!({"name": name, "description": description, "colour": "red"});
    let profile = Profile::showing(
        &["name", "description"],
        attributes.as_object().expect("it is an object"),
    );
    let at = dawn().plus_millis(i64::try_from(number).unwrap_or(0) * 1000);
    Group::create(GroupId::generate(at, number), profile, at)
}

fn membership(write: MembershipWrite) -> Changes {
    Changes {
        writes: vec![Write::Membership(write)],
        ..Changes::default()
    }
}

async fn groups_are_listed_and_changed(sample: &Sample) -> Vec<Group> {
    let names = ["West Coast", "East Coast", "Émigrés", "west end", "100% _"];
    let mut groups: Vec<Group> = names.iter().map(|name| group(sample, name, Some("D"))).collect();
    for group in &groups {
        let write = MembershipWrite::InsertGroup(Box::new(group.clone()));
        sample.store.commit(membership(write)).await.expect("the name is free");
    }
    let again = group(sample, "WEST COAST", None);
    let refused = sample
        .store
        .commit(membership(MembershipWrite::InsertGroup(Box::new(again))))
        .await;
    assert!(
        matches!(refused, Err(StoreError::Duplicate(UniqueField::GroupName))),
        "{refused:?}"
    );
    let everyone = group(sample, "everyone", None);
    let refused = sample
        .store
        .commit(membership(MembershipWrite::InsertGroup(Box::new(everyone))))
        .await;
    assert!(
        matches!(refused, Err(StoreError::Duplicate(UniqueField::GroupName))),
        "{refused:?}"
    );

    let renamed = groups[4]
        .with_profile(group(sample, "Renamed", None).profile, dawn())
        .expect("it may be changed");
    let update = |from: &Group, to: &Group| MembershipWrite::UpdateGroup {
        from: Box::new(from.clone()),
        to: Box::new(to.clone()),
    };
    sample
        .store
        .commit(membership(update(&groups[4], &renamed)))
        .await
        .expect("the first wins");
    let refused = sample.store.commit(membership(update(&groups[4], &renamed))).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    groups[4] = Group {
        version: groups[4].version + 1,
        ..renamed
    };
    assert_eq!(
        sample.store.group(&groups[4].id).await.expect("reads"),
        Some(groups[4].clone())
    );
    let taken = groups[4]
        .with_profile(groups[0].profile.clone(), dawn())
        .expect("it may be changed");
    let refused = sample.store.commit(membership(update(&groups[4], &taken))).await;
    assert!(
        matches!(refused, Err(StoreError::Duplicate(UniqueField::GroupName))),
        "{refused:?}"
    );

    let everyone = sample.store.everyone().await.expect("reads");
    let mut all = vec![everyone.clone()];
    all.extend(groups.clone());
    assert_eq!(list(sample, GroupCriterion::All, None).await, all);
    let start = |text: &str| GroupCriterion::StartsWith(text.to_owned());
    assert_eq!(
        list(sample, start("WEST"), None).await,
        [groups[0].clone(), groups[3].clone()]
    );
    assert_eq!(list(sample, start("%"), None).await, []);
    let schema = Schema::default_group(dawn());
    for text in [
        r#"profile.name sw "west""#,
        r#"profile.name co "ÉMI" or type eq "BUILT_IN""#,
        r#"profile.description eq "d" and created gt "2000-01-01T00:00:00.000Z""#,
        r#"lastMembershipUpdated lt "2000-01-01T00:00:00.000Z""#,
    ] {
        let query = GroupQuery::search(text, &schema).expect("it is a query");
        let wanted: Vec<Group> = all.iter().filter(|group| query.admits(group)).cloned().collect();
        assert_eq!(
            list(sample, GroupCriterion::Matching(query), None).await,
            wanted,
            "{text}"
        );
    }
    let sort = GroupSort::parse("profile.name", Some("desc"), &schema).expect("it is an order");
    let sorted = list(sample, GroupCriterion::All, Some(sort)).await;
    let mut names: Vec<String> = all.iter().map(|group| group.name().to_lowercase()).collect();
    names.sort_by(|a, b| b.cmp(a));
    assert_eq!(
        sorted
            .iter()
            .map(|group| group.name().to_lowercase())
            .collect::<Vec<_>>(),
        names
    );
    groups
}

async fn list(sample: &Sample, criterion: GroupCriterion, sort: Option<GroupSort>) -> Vec<Group> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let selection = GroupSelection {
            criterion: criterion.clone(),
            within: None,
            sort: sort.clone(),
            after,
            limit: 2,
        };
        let page = sample.store.list_groups(&selection).await.expect("the list is read");
        found.extend(page.items);
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

async fn members_come_and_go(sample: &Sample, groups: &[Group]) {
    let mut people = Vec::new();
    for n in 0..5 {
        people.push(sample.stored(&format!("member{n}@example.net"), &json!({})).await);
    }
    let later = dawn().plus_minutes(99);
    let add = |group: &Group, user: &User, at: Timestamp| MembershipWrite::AddMember {
        group_id: group.id.clone(),
        user_id: user.id.clone(),
        at,
    };
    for user in &people {
        sample
            .store
            .commit(membership(add(&groups[0], user, later)))
            .await
            .expect("both are there");
    }
    let again = later.plus_minutes(1);
    sample
        .store
        .commit(membership(add(&groups[0], &people[0], again)))
        .await
        .expect("a member may join again");
    sample
        .store
        .commit(membership(add(&groups[1], &people[0], later)))
        .await
        .expect("both are there");
    let found = sample
        .store
        .group(&groups[0].id)
        .await
        .expect("reads")
        .expect("it is there");
    assert_eq!(
        (found.last_membership_updated, found.version),
        (later, groups[0].version)
    );
    let page = |after: Option<Position>| async move {
        sample
            .store
            .members_of(&groups[0].id, after.as_ref(), 2)
            .await
            .expect("reads")
    };
    let first = page(None).await;
    let second = page(first.next).await;
    let third = page(second.next).await;
    let found: Vec<User> = [first.items, second.items, third.items].concat();
    assert_eq!((found, third.next), (people.clone(), None));
    let foreign = Position("' OR 1=1".to_owned());
    let refused = sample.store.members_of(&groups[0].id, Some(&foreign), 2).await;
    assert!(matches!(refused, Err(StoreError::InvalidPosition)), "{refused:?}");
    let of = async |user: &User| {
        let groups = sample.store.groups_of(&user.id).await.expect("reads");
        groups.into_iter().map(|group| group.id).collect::<Vec<_>>()
    };
    assert_eq!(of(&people[0]).await, [groups[0].id.clone(), groups[1].id.clone()]);
    let stats = sample.store.group_stats(&groups[0].id).await.expect("reads");
    assert_eq!(
        stats,
        GroupStats {
            users: 5,
            ..GroupStats::default()
        }
    );
    let everyone = sample.store.everyone().await.expect("reads");
    assert!(sample.store.group_stats(&everyone.id).await.expect("reads").users > 5);
    let remove = MembershipWrite::RemoveMember {
        group_id: groups[0].id.clone(),
        user_id: people[1].id.clone(),
        at: later.plus_minutes(5),
    };
    sample
        .store
        .commit(membership(remove.clone()))
        .await
        .expect("it is a member");
    sample
        .store
        .commit(membership(remove))
        .await
        .expect("nobody has to be a member");
    assert!(of(&people[1]).await.is_empty());
    sample.write(vec![Write::DeleteUser(Box::new(people[2].clone()))]).await;
    assert_eq!(sample.store.group_stats(&groups[0].id).await.expect("reads").users, 3);
    let refused = sample
        .store
        .commit(membership(add(&groups[0], &people[2], later)))
        .await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    let delete = MembershipWrite::DeleteGroup(groups[4].id.clone());
    sample
        .store
        .commit(membership(delete.clone()))
        .await
        .expect("it is there");
    assert_eq!(sample.store.group(&groups[4].id).await.expect("reads"), None);
    let refused = sample.store.commit(membership(delete)).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
}

async fn removed_attributes_leave_every_group(sample: &Sample, group: &Group) {
    let version = sample.store.structure_version().await.expect("reads");
    let write = StructureWrite::RemoveGroupAttribute("colour".to_owned());
    sample
        .write(vec![Write::AdvanceStructure(version), Write::Structure(write)])
        .await;
    let found = sample
        .store
        .group(&group.id)
        .await
        .expect("reads")
        .expect("it is there");
    assert!(!found.profile.attributes().contains_key("colour"));
    assert_eq!((found.name(), found.version), (group.name(), group.version + 1));
}

fn app(sample: &Sample, label: &str) -> App {
    let number = sample.number();
    let description = AppDescription {
        name: None,
        label: Some(label.to_owned()),
        sign_on_mode: Some("BOOKMARK".to_owned()),
        document: json!({"settings": {"app": {"url": "https://example.com"}}})
            .as_object()
            .cloned()
            .unwrap_or_default(),
    };
    let at = dawn().plus_millis(i64::try_from(number).unwrap_or(0) * 1000);
    App::create(AppId::generate(at, number), description, true, number, at).expect("the description is whole")
}

fn of_app(write: AppWrite) -> Changes {
    Changes {
        writes: vec![Write::App(write)],
        ..Changes::default()
    }
}

async fn apps_are_listed_and_changed(sample: &Sample) -> App {
    let mut apps: Vec<App> = ["Weather", "weather 2", "Mail"]
        .iter()
        .map(|label| app(sample, label))
        .collect();
    for app in &apps {
        let write = AppWrite::Insert(Box::new(app.clone()), Box::new(app.first_schema()));
        sample.store.commit(of_app(write)).await.expect("it is new");
        assert_eq!(sample.store.app(&app.id).await.expect("reads").as_ref(), Some(app));
        assert_eq!(
            sample.store.app_schema(&app.id).await.expect("reads"),
            Some(app.first_schema())
        );
    }
    let changed = apps[2].with_status(AppStatus::Inactive, dawn().plus_minutes(9));
    let update = AppWrite::Update {
        from: Box::new(apps[2].clone()),
        to: Box::new(changed.clone()),
    };
    sample
        .store
        .commit(of_app(update.clone()))
        .await
        .expect("the first wins");
    let refused = sample.store.commit(of_app(update)).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    apps[2] = App {
        version: apps[2].version + 1,
        ..changed
    };
    let list = async |selection: AppSelection| sample.store.list_apps(&selection).await.expect("the list is read");
    let first = list(AppSelection {
        limit: 2,
        ..AppSelection::default()
    })
    .await;
    assert_eq!(first.items, apps[..2]);
    let rest = list(AppSelection {
        after: first.next,
        limit: 2,
        ..AppSelection::default()
    })
    .await;
    assert_eq!((rest.items.as_slice(), rest.next), (&apps[2..], None));
    let named = list(AppSelection {
        starts_with: Some("WEATHER".to_owned()),
        limit: 9,
        ..AppSelection::default()
    })
    .await;
    assert_eq!(named.items, apps[..2]);
    let inactive = list(AppSelection {
        status: Some(AppStatus::Inactive),
        limit: 9,
        ..AppSelection::default()
    })
    .await;
    assert_eq!(inactive.items, apps[2..]);

    let schema = Schema {
        last_updated: 7000,
        ..apps[0].first_schema()
    };
    let edit = AppWrite::UpdateSchema {
        app: Box::new(apps[0].clone()),
        to: Box::new(schema.clone()),
    };
    sample.store.commit(of_app(edit.clone())).await.expect("the first wins");
    let refused = sample.store.commit(of_app(edit)).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    assert_eq!(sample.store.app_schema(&apps[0].id).await.expect("reads"), Some(schema));
    sample
        .store
        .commit(of_app(AppWrite::Delete(Box::new(apps[2].clone()))))
        .await
        .expect("nothing stands against it");
    assert_eq!(sample.store.app(&apps[2].id).await.expect("reads"), None);
    App {
        version: apps[0].version + 1,
        ..apps[0].clone()
    }
}

async fn assignments_give_apps(sample: &Sample, app: &App, group: &Group) {
    let user = sample.stored("user-of-app@example.net", &json!({})).await;
    let at = dawn();
    let profile = json!({"userName": "me", "nick": "N"});
    let own = AppUser {
        id: AppAssignmentId::generate(at, sample.number()),
        app_id: app.id.clone(),
        user_id: user.id.clone(),
        user_name: "me".to_owned(),
        profile: Profile::showing(&[], profile.as_object().expect("it is an object")),
        created: at,
        last_updated: at,
    };
    let assign = AppWrite::AssignUser(Box::new(own.clone()));
    sample
        .store
        .commit(of_app(assign.clone()))
        .await
        .expect("both are there");
    let refused = sample.store.commit(of_app(assign)).await;
    assert!(
        matches!(refused, Err(StoreError::Duplicate(UniqueField::Id))),
        "{refused:?}"
    );
    let given = AppGroup {
        app_id: app.id.clone(),
        group_id: group.id.clone(),
        priority: 3,
        profile: Map::from_iter([("k".to_owned(), json!(1))]),
        created: at,
        last_updated: at,
    };
    let to_group = |priority| {
        AppWrite::AssignGroup(Box::new(AppGroup {
            priority,
            ..given.clone()
        }))
    };
    sample.store.commit(of_app(to_group(9))).await.expect("both are there");
    sample
        .store
        .commit(of_app(to_group(3)))
        .await
        .expect("it is written over");
    assert_eq!(
        sample.store.app_group(&app.id, &group.id).await.expect("reads"),
        Some(given.clone())
    );
    let groups = sample.store.list_app_groups(&app.id, None, 5).await.expect("reads");
    assert_eq!(
        (groups.items.as_slice(), groups.next),
        (std::slice::from_ref(&given), None)
    );
    let users = sample.store.list_app_users(&app.id, None, 5).await.expect("reads");
    assert_eq!((users.items.as_slice(), users.next), (std::slice::from_ref(&own), None));
    let of_group = AppSelection {
        group_id: Some(group.id.clone()),
        limit: 5,
        ..AppSelection::default()
    };
    assert_eq!(
        sample.store.list_apps(&of_group).await.expect("reads").items,
        std::slice::from_ref(app)
    );
    let of_user = AppSelection {
        user_id: Some(user.id.clone()),
        limit: 5,
        ..AppSelection::default()
    };
    assert_eq!(
        sample.store.list_apps(&of_user).await.expect("reads").items,
        std::slice::from_ref(app)
    );
    assert_eq!(sample.store.group_stats(&group.id).await.expect("reads").apps, 1);

    let usable = sample.store.usable_apps(&user.id).await.expect("reads");
    assert_eq!(
        (usable.len(), &usable[0].own, &usable[0].group),
        (1, &Some(own.clone()), &None)
    );
    let join = MembershipWrite::AddMember {
        group_id: group.id.clone(),
        user_id: user.id.clone(),
        at,
    };
    sample.store.commit(membership(join)).await.expect("both are there");
    let everyone = sample.store.everyone().await.expect("reads");
    let to_all = AppGroup {
        group_id: everyone.id,
        priority: 5,
        ..given.clone()
    };
    sample
        .store
        .commit(of_app(AppWrite::AssignGroup(Box::new(to_all))))
        .await
        .expect("both are there");
    let usable = sample.store.usable_apps(&user.id).await.expect("reads");
    assert_eq!(usable[0].group, Some(given), "the smaller priority wins");

    let name = "nick".to_owned();
    let removal = AppWrite::RemoveAttribute {
        id: app.id.clone(),
        name,
    };
    sample
        .store
        .commit(of_app(removal))
        .await
        .expect("nothing stands against it");
    let found = sample
        .store
        .app_user(&app.id, &user.id)
        .await
        .expect("reads")
        .expect("it is there");
    assert_eq!(found.profile.as_json(), r#"{"userName":"me"}"#);
    let changed = AppUser {
        user_name: "you".to_owned(),
        ..own
    };
    sample
        .store
        .commit(of_app(AppWrite::UpdateUser(Box::new(changed.clone()))))
        .await
        .expect("it is there");
    assert_eq!(
        sample.store.app_user(&app.id, &user.id).await.expect("reads"),
        Some(changed.clone())
    );
    sample
        .store
        .commit(of_app(AppWrite::UnassignUserFromAll(user.id.clone())))
        .await
        .expect("it is taken");
    assert_eq!(sample.store.app_user(&app.id, &user.id).await.expect("reads"), None);
    let unassign = AppWrite::UnassignUser {
        app_id: app.id.clone(),
        user_id: user.id.clone(),
    };
    let refused = sample.store.commit(of_app(unassign)).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    let unassign = AppWrite::UnassignGroup {
        app_id: app.id.clone(),
        group_id: group.id.clone(),
    };
    sample
        .store
        .commit(of_app(unassign.clone()))
        .await
        .expect("it is assigned");
    let refused = sample.store.commit(of_app(unassign)).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    sample
        .store
        .commit(of_app(AppWrite::Delete(Box::new(app.clone()))))
        .await
        .expect("nothing stands against it");
    assert!(sample.store.usable_apps(&user.id).await.expect("reads").is_empty());
}
