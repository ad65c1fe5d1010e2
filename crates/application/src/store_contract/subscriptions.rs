//! Who gets which mails for administrators.

use std::slice;

use denizen_domain::authority::Role;
use denizen_domain::group::Group;
use denizen_domain::id::GroupId;
use denizen_domain::ports::{Changes, MembershipWrite, RoleWrite, StoreError, SubscriptionWrite, Write};
use denizen_domain::profile::Profile;
use denizen_domain::role::{Assignee, RoleAssignment};
use denizen_domain::subscription::Subscription::{Subscribed, Unsubscribed};
use denizen_domain::subscription::{NotificationType, OwnSubscription, RoleSubscription, Subscription};
use denizen_domain::user::User;
use serde_json::json;

use super::sample::{Sample, dawn};

const KIND: NotificationType = NotificationType::UserLockedOut;

pub(super) async fn run(sample: &Sample) {
    let own = sample.stored("mailed.own@example.com", &json!({})).await;
    let through_group = sample.stored("mailed.group@example.com", &json!({})).await;
    let nobody = sample.stored("mailed.never@example.com", &json!({})).await;
    let silent = sample.stored("mailed.silent@example.com", &json!({})).await;
    let group = carriers(sample, &through_group).await;
    assign(sample, Assignee::User(own.id.clone()), Role::MobileAdmin, false).await;
    assign(sample, Assignee::User(own.id.clone()), Role::ReportAdmin, false).await;
    assign(sample, Assignee::Group(group.id.clone()), Role::MobileAdmin, false).await;
    assign(sample, Assignee::User(silent.id.clone()), Role::MobileAdmin, true).await;

    let held = sample.store.mailed_holders(&[Role::MobileAdmin]).await.expect("reads");
    let wanted = [
        (own.id.clone(), Role::MobileAdmin),
        (through_group.id.clone(), Role::MobileAdmin),
    ];
    assert_eq!(held, wanted, "whoever wants no mails is left out");
    let both = [Role::ReportAdmin, Role::MobileAdmin];
    let held = sample.store.mailed_holders(&both).await.expect("reads");
    assert_eq!(held.iter().filter(|(id, _)| *id == own.id).count(), 2);
    assert!(sample.store.mailed_holders(&[]).await.expect("reads").is_empty());

    choices_are_overwritten_by_the_role(sample, [&own, &through_group, &nobody]).await;
}

async fn choices_are_overwritten_by_the_role(sample: &Sample, people: [&User; 3]) {
    for (user, status) in people.into_iter().zip([Subscribed, Unsubscribed, Subscribed]) {
        choose(sample, user, KIND, Unsubscribed).await;
        choose(sample, user, KIND, status).await;
        choose(sample, user, NotificationType::AppImport, Subscribed).await;
        let chosen = sample.store.own_subscriptions(&user.id).await.expect("reads");
        assert_eq!(
            chosen,
            [
                choice(user, NotificationType::AppImport, Subscribed),
                choice(user, KIND, status)
            ]
        );
    }
    assert_eq!(sample.store.choices_about(KIND).await.expect("reads").len(), 3);
    assert_eq!(sample.store.role_subscriptions().await.expect("reads"), []);
    let mut setting = RoleSubscription {
        role: Role::MobileAdmin,
        kind: KIND,
        status: Subscribed,
    };
    for status in [Subscribed, Unsubscribed] {
        setting.status = status;
        let write = Write::Subscription(SubscriptionWrite::Role(setting));
        sample.write(vec![write]).await;
        let set = sample.store.role_subscriptions().await.expect("reads");
        assert_eq!(set, slice::from_ref(&setting));
    }
    let left = sample.store.choices_about(KIND).await.expect("reads");
    assert_eq!(left, [choice(people[2], KIND, Subscribed)], "of the role alone");
    let other = sample.store.own_subscriptions(&people[0].id).await.expect("reads");
    assert_eq!(other, [choice(people[0], NotificationType::AppImport, Subscribed)]);

    // C5: what somebody chose goes with them.
    let gone = people[2].clone();
    sample.write(vec![Write::DeleteUser(Box::new(gone.clone()))]).await;
    assert_eq!(sample.store.own_subscriptions(&gone.id).await.expect("reads"), []);
    let late = Changes {
        writes: vec![Write::Subscription(SubscriptionWrite::Own(choice(
            &gone, KIND, Subscribed,
        )))],
        ..Changes::default()
    };
    let refused = sample.store.commit(late).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
}

fn choice(user: &User, kind: NotificationType, status: Subscription) -> OwnSubscription {
    OwnSubscription {
        user_id: user.id.clone(),
        kind,
        status,
    }
}

async fn choose(sample: &Sample, user: &User, kind: NotificationType, status: Subscription) {
    let write = SubscriptionWrite::Own(choice(user, kind, status));
    sample.write(vec![Write::Subscription(write)]).await;
}

async fn assign(sample: &Sample, to: Assignee, role: Role, third_party: bool) {
    let assignment = RoleAssignment::assign(to, role, third_party, sample.number(), dawn());
    let write = RoleWrite::Assign(Box::new(assignment));
    sample.write(vec![Write::Role(write)]).await;
}

/// A group with a member.
async fn carriers(sample: &Sample, member: &User) -> Group {
    let profile = Profile::from_stored(r#"{"description":null,"name":"Mailed carriers"}"#);
    let group = Group::create(GroupId::generate(dawn(), sample.number()), profile, dawn());
    let insert = MembershipWrite::InsertGroup(Box::new(group.clone()));
    let join = MembershipWrite::AddMember {
        group_id: group.id.clone(),
        user_id: member.id.clone(),
        at: dawn(),
    };
    sample
        .write(vec![Write::Membership(insert), Write::Membership(join)])
        .await;
    group
}
