//! What users are to administrators, and lists that show a part of what there is.

use std::collections::{BTreeSet, HashSet};

use denizen_domain::app::{App, AppDescription};
use denizen_domain::authority::{Rank, Role, SomeApps, Standing};
use denizen_domain::group::Group;
use denizen_domain::id::{AppId, GroupId, UserId};
use denizen_domain::ports::{
    AppSelection, AppWrite, GroupCriterion, GroupSelection, MembershipWrite, Page, RoleWrite, UserCriterion,
    UserSelection, Write,
};
use denizen_domain::profile::Profile;
use denizen_domain::role::{Assignee, RoleAssignment};
use denizen_domain::schema::Schema;
use denizen_domain::search::{GroupQuery, GroupSort, UserQuery, UserSort};
use denizen_domain::secret::{Secret, SecretDigest};
use denizen_domain::user::User;
use serde_json::json;

use super::Sample;
use super::commits::api_token;
use super::sample::dawn;

/// Runs the checks.
pub(super) async fn run(sample: &Sample) {
    let groups = [
        group(sample, "Wards").await,
        group(sample, "Wings").await,
        group(sample, "Roofs").await,
    ];
    let people = crowd(sample, &groups).await;
    users_stand_where_they_were_let_in(sample, &groups, &people).await;
    lists_show_the_members_of_some_groups(sample, &groups).await;
    lists_show_some_groups(sample, &groups).await;
    lists_show_some_apps(sample).await;
}

async fn group(sample: &Sample, name: &str) -> Group {
    let attributes = json!({"name": name});
    let profile = Profile::showing(
        &["name", "description"],
        attributes.as_object().expect("it is an object"),
    );
    let group = Group::create(GroupId::generate(dawn(), sample.number()), profile, dawn());
    let write = MembershipWrite::InsertGroup(Box::new(group.clone()));
    sample.write(vec![Write::Membership(write)]).await;
    group
}

/// Users of whom every third is in the first group, every fourth in the second, and nobody in the last.
async fn crowd(sample: &Sample, groups: &[Group; 3]) -> Vec<User> {
    let mut people = Vec::new();
    for n in 0..40 {
        let extra = json!({"city": format!("City{}", n % 3), "nickName": format!("ward{n:02}")});
        let user = sample.stored(&format!("ward{n:02}@example.org"), &extra).await;
        let joined = [(n % 3 == 0, &groups[0]), (n % 4 == 0, &groups[1])];
        let joined = joined.into_iter().filter(|(joins, _)| *joins);
        let writes = joined.map(|(_, group)| {
            Write::Membership(MembershipWrite::AddMember {
                group_id: group.id.clone(),
                user_id: user.id.clone(),
                at: dawn(),
            })
        });
        sample.write(writes.collect()).await;
        people.push(user);
    }
    people
}

/// The caller, the user and where the user stands come in one trip.
async fn whoever_calls_learns_it_at_once(sample: &Sample, user: &User, standing: &Standing) {
    let token = api_token(sample, user, "standing's token");
    sample.write(vec![Write::InsertApiToken(token.clone())]).await;
    let call = async |digest: &SecretDigest, id: &UserId| {
        let read = sample.store.token_bearer_user_and_standing(digest, id).await;
        read.expect("reads")
    };
    let (bearer, seen) = call(&token.digest, &user.id).await;
    let present = sample.store.user(&user.id).await.expect("reads").expect("it is there");
    assert_eq!(bearer.expect("it was made").token, token);
    assert_eq!(seen, Some((present, standing.clone())));
    let (bearer, seen) = call(&token.digest, &UserId::generate(dawn(), 999)).await;
    assert!(bearer.is_some() && seen.is_none());
    let (bearer, _) = call(&Secret::new("nobody's").digest(), &user.id).await;
    assert_eq!(bearer, None);
    sample.write(vec![Write::DeleteApiToken(token.id)]).await;
}

async fn users_stand_where_they_were_let_in(sample: &Sample, groups: &[Group; 3], people: &[User]) {
    let standing = async |id: &UserId| sample.store.standing_of(id).await.expect("reads");
    let ids = |of: &[&Group]| of.iter().map(|group| group.id.clone()).collect::<BTreeSet<_>>();
    let both = Standing {
        groups: ids(&[&groups[0], &groups[1]]),
        rank: Rank::Ordinary,
    };
    assert_eq!(standing(&people[0].id).await, both);
    assert_eq!(standing(&people[4].id).await.groups, ids(&[&groups[1]]));
    assert_eq!(standing(&people[1].id).await, Standing::default());
    whoever_calls_learns_it_at_once(sample, &people[0], &both).await;
    assert_eq!(standing(&UserId::generate(dawn(), 999)).await, Standing::default());
    assert_eq!(
        sample.store.rank_of_group(&groups[0].id).await.expect("reads"),
        Rank::Ordinary
    );
    let to_user = |n: usize| Assignee::User(people[n].id.clone());
    for (assignee, role, about, rank) in [
        (to_user(0), Role::HelpDeskAdmin, 0, Rank::Administrator),
        (to_user(0), Role::SuperAdmin, 0, Rank::SuperAdministrator),
        (to_user(0), Role::ReadOnlyAdmin, 0, Rank::SuperAdministrator),
        (to_user(1), Role::SuperAdmin, 1, Rank::SuperAdministrator),
        (
            Assignee::Group(groups[1].id.clone()),
            Role::UserAdmin,
            4,
            Rank::Administrator,
        ),
        (
            Assignee::Group(groups[1].id.clone()),
            Role::SuperAdmin,
            4,
            Rank::SuperAdministrator,
        ),
    ] {
        let assignment = RoleAssignment::assign(assignee, role, false, sample.number(), dawn());
        sample
            .write(vec![Write::Role(RoleWrite::Assign(Box::new(assignment)))])
            .await;
        assert_eq!(standing(&people[about].id).await.rank, rank, "{role:?}");
    }
    assert_eq!(standing(&people[0].id).await.groups, both.groups);
    assert_eq!(standing(&people[3].id).await.rank, Rank::Ordinary);
    let rank = async |group: &Group| sample.store.rank_of_group(&group.id).await.expect("reads");
    assert_eq!(rank(&groups[1]).await, Rank::SuperAdministrator);
    assert_eq!(rank(&groups[0]).await, Rank::Ordinary);
}

/// Follows a list of users to its end.
async fn walk(
    sample: &Sample,
    within: Option<&BTreeSet<GroupId>>,
    (criterion, sort): (&UserCriterion, Option<&UserSort>),
    limit: usize,
) -> Vec<UserId> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let selection = UserSelection {
            criterion: criterion.clone(),
            within: within.cloned(),
            sort: sort.cloned(),
            after,
            limit,
        };
        let page = sample.store.list_users(&selection).await.expect("the list is read");
        assert!(page.items.len() <= limit);
        assert!(
            page.next.is_none() || page.items.len() == limit,
            "only the last page is short"
        );
        found.extend(page.items.into_iter().map(|user| user.id));
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

/// R2: a list of the members of some groups is the whole list without everybody else, in the same order, page by page.
async fn lists_show_the_members_of_some_groups(sample: &Sample, groups: &[Group; 3]) {
    let schema = [Schema::default_user(dawn())];
    let search = |text: &str| UserCriterion::Matching(UserQuery::search(text, &schema).expect("it is a query"));
    let sort = |by: &str, order| UserSort::parse(by, Some(order), &schema).expect("it is an order");
    let criteria = [
        UserCriterion::Present,
        UserCriterion::StartsWith("ward1".to_owned()),
        search("profile.login pr"),
        search("profile.city eq \"City0\" or profile.nickName sw \"ward1\""),
        search("profile.lastName eq \"Brock\" and status eq \"STAGED\""),
        search("profile.nickName sw \"ward3\" or type.id pr"),
    ];
    let sorts = [
        None,
        Some(sort("profile.login", "asc")),
        Some(sort("profile.city", "desc")),
        Some(sort("created", "asc")),
        Some(sort("profile.department", "asc")),
    ];
    let gone = GroupId::generate(dawn(), 998);
    let choices: [Vec<&GroupId>; 5] = [
        vec![],
        vec![&groups[2].id, &gone],
        vec![&groups[0].id],
        vec![&groups[0].id, &groups[1].id],
        vec![&groups[1].id, &groups[2].id, &gone],
    ];
    for choice in &choices {
        let within: BTreeSet<GroupId> = choice.iter().map(|id| (*id).clone()).collect();
        let mut members = HashSet::new();
        for id in &within {
            let page = sample.store.members_of(id, None, 1000).await.expect("reads");
            members.extend(page.items.into_iter().map(|user| user.id));
        }
        for criterion in &criteria {
            for sort in sorts.iter().map(Option::as_ref) {
                let mut wanted = walk(sample, None, (criterion, sort), 1000).await;
                wanted.retain(|id| members.contains(id));
                for limit in [3, 1000] {
                    let found = walk(sample, Some(&within), (criterion, sort), limit).await;
                    assert_eq!(found, wanted, "{within:?} {criterion:?} {sort:?} {limit}");
                }
            }
        }
    }
}

/// R2: a list of some groups is the whole list without the others.
async fn lists_show_some_groups(sample: &Sample, groups: &[Group; 3]) {
    let schema = Schema::default_group(dawn());
    let query = GroupQuery::search("profile.name sw \"W\"", &schema).expect("it is a query");
    let everyone = sample.store.everyone().await.expect("reads");
    let choices = [
        BTreeSet::new(),
        BTreeSet::from([groups[0].id.clone(), groups[2].id.clone()]),
        BTreeSet::from([groups[1].id.clone(), everyone.id, GroupId::generate(dawn(), 998)]),
    ];
    for within in choices {
        for criterion in [
            GroupCriterion::All,
            GroupCriterion::StartsWith("wi".to_owned()),
            GroupCriterion::Matching(query.clone()),
        ] {
            for sort in [
                None,
                Some(GroupSort::parse("profile.name", None, &schema).expect("it is an order")),
            ] {
                let read = async |within: Option<BTreeSet<GroupId>>, limit| {
                    let mut found = Vec::new();
                    let mut after = None;
                    loop {
                        let selection = GroupSelection {
                            criterion: criterion.clone(),
                            within: within.clone(),
                            sort: sort.clone(),
                            after,
                            limit,
                        };
                        let Page { items, next } = sample.store.list_groups(&selection).await.expect("reads");
                        found.extend(items.into_iter().map(|group| group.id));
                        after = next;
                        if after.is_none() {
                            return found;
                        }
                    }
                };
                let mut wanted = read(None, 1000).await;
                wanted.retain(|id| within.contains(id));
                for limit in [1, 1000] {
                    assert_eq!(
                        read(Some(within.clone()), limit).await,
                        wanted,
                        "{within:?} {criterion:?}"
                    );
                }
            }
        }
    }
}

/// R2: a list of some apps holds those by name, those by id, and those of one kind.
async fn lists_show_some_apps(sample: &Sample) {
    let mut apps = Vec::new();
    for (name, mode) in [
        ("bookmark", "BOOKMARK"),
        ("bookmark", "BOOKMARK"),
        ("oidc_client", "OPENID_CONNECT"),
        ("template_swa", "BROWSER_PLUGIN"),
    ] {
        let app = app(sample.number(), name, mode);
        sample
            .write(vec![Write::App(AppWrite::Insert(
                Box::new(app.clone()),
                Box::new(app.first_schema()),
            ))])
            .await;
        apps.push(app);
    }
    let some = |names: &[&str], instances: &[&App], speaking_openid| SomeApps {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        instances: instances.iter().map(|app| app.id.clone()).collect(),
        speaking_openid,
    };
    for within in [
        SomeApps::default(),
        some(&["bookmark"], &[], false),
        some(&["nothing"], &[&apps[1], &apps[3]], false),
        some(&["template_swa"], &[&apps[0]], true),
    ] {
        let read = async |within: Option<SomeApps>| {
            let selection = AppSelection {
                within,
                limit: 1000,
                ..AppSelection::default()
            };
            sample.store.list_apps(&selection).await.expect("reads").items
        };
        let mut wanted = read(None).await;
        wanted.retain(|app| within.holds(app));
        assert_eq!(read(Some(within.clone())).await, wanted, "{within:?}");
    }
}

fn app(number: u64, name: &str, mode: &str) -> App {
    let settings = json!({"settings": {"app": {"url": "https://example.com"}, "oauthClient": {}}});
    let description = AppDescription {
        name: Some(name.to_owned()),
        label: Some(format!("Some {number}")),
        sign_on_mode: Some(mode.to_owned()),
        document: settings.as_object().cloned().unwrap_or_default(),
    };
    App::create(AppId::generate(dawn(), number), description, true, number, dawn()).expect("the app is whole")
}
