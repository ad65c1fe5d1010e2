//! The rules of roles and targets, one by one and over random sequences.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::authority::{Role, Targets};
use crate::group::{Group, GroupKind};
use crate::id::{AppId, GroupId, UserId};
use crate::profile::Profile;
use crate::time::Timestamp;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn assigned(role: Role) -> RoleAssignment {
    let user = Assignee::User(UserId::generate(at(0), 1));
    RoleAssignment::assign(user, role, false, 7, at(0))
}

fn group(number: u64) -> Target {
    Target::Group(GroupId::generate(at(0), number))
}

fn instance(name: &str, number: u64) -> Target {
    Target::App(AppTarget::Instance {
        name: name.to_owned(),
        id: AppId::generate(at(0), number),
    })
}

fn catalog(name: &str) -> Target {
    Target::App(AppTarget::Catalog(name.to_owned()))
}

/// The recorded ids (contract: roles-and-targets §2).
#[test]
fn ids_have_the_recorded_forms() {
    for (role, id) in [
        (Role::AppAdmin, "IFIFAX2BIRGUSTQ"),
        (Role::UserAdmin, "KVJUKUS7IFCE2SKO"),
        (Role::HelpDeskAdmin, "JBCUYUC7IRCVGS27IFCE2SKO"),
        (Role::GroupMembershipAdmin, "I5JE6VKQL5GUKTKCIVJFGSCJKBPUCRCNJFHA"),
    ] {
        assert_eq!(assigned(role).id.as_str(), id);
    }
    let of_group = Assignee::Group(GroupId::generate(at(0), 1));
    let of_group = RoleAssignment::assign(of_group, Role::SuperAdmin, false, 7, at(0));
    for (assignment, prefix) in [
        (assigned(Role::SuperAdmin), "ra1"),
        (of_group, "gra"),
        (assigned(Role::AccessRequestsAdmin), "irb"),
    ] {
        let id = assignment.id.as_str();
        assert!(id.starts_with(prefix) && id.len() == 20, "{id}");
    }
}

#[test]
fn each_role_admits_its_own_kind_of_targets_or_none() {
    for &role in Role::ALL {
        let assignment = assigned(role);
        for (target, kind) in [
            (group(1), TargetKind::Groups),
            (catalog("bookmark"), TargetKind::Apps),
            (instance("bookmark", 1), TargetKind::Apps),
        ] {
            let narrowed = assignment.with_target(&target, at(1));
            if role.target_kind() == Some(kind) {
                assert_eq!(narrowed.unwrap().scope.targets(), [target], "{role:?}");
            } else {
                assert_eq!(narrowed, Err(RoleRefusal::WrongRole), "{role:?}");
                let removed = assignment.without_target(&target, at(1));
                assert_eq!(removed, Err(RoleRefusal::WrongRole), "{role:?}");
            }
        }
        let all = assignment.with_all_apps(at(1));
        assert_eq!(all.is_ok(), role == Role::AppAdmin, "{role:?}");
        assert!(
            role.target_kind().is_none() || role.resource_set().is_none(),
            "{role:?}"
        );
    }
}

/// R7: the last target stays, so that the role never reaches everything again.
#[test]
fn the_first_target_narrows_and_the_last_one_stays() {
    let all = assigned(Role::HelpDeskAdmin);
    assert_eq!(all.without_target(&group(1), at(1)), Err(RoleRefusal::NotATarget));
    let one = all.with_target(&group(1), at(1)).unwrap();
    assert_eq!((one.last_updated, one.created), (at(1), at(0)));
    assert_eq!(
        one.with_target(&group(1), at(2)).unwrap(),
        one,
        "nothing is added twice"
    );
    assert_eq!(one.without_target(&group(1), at(2)), Err(RoleRefusal::LastTarget));
    assert_eq!(one.without_target(&group(2), at(2)), Err(RoleRefusal::NotATarget));
    let two = one.with_target(&group(2), at(2)).unwrap();
    let other = two.without_target(&group(1), at(3)).unwrap();
    assert_eq!(other.scope.targets(), [group(2)]);
}

#[test]
fn a_whole_app_takes_the_place_of_its_instances() {
    let role = assigned(Role::AppAdmin);
    let mut narrowed = role.clone();
    for target in [instance("bookmark", 1), instance("bookmark", 2), instance("okta", 3)] {
        narrowed = narrowed.with_target(&target, at(1)).unwrap();
    }
    let whole = narrowed.with_target(&catalog("bookmark"), at(2)).unwrap();
    assert_eq!(whole.scope.targets(), [catalog("bookmark"), instance("okta", 3)]);
    let refused = whole.with_target(&instance("bookmark", 1), at(3));
    assert_eq!(refused, Err(RoleRefusal::AppIsTarget));
    let all = whole.with_all_apps(at(3)).unwrap();
    assert_eq!(all.scope, Scope::All);
    assert_eq!(Targets::from(&all.scope), Targets::All);
}

#[test]
fn targets_are_bounded() {
    let mut narrowed = assigned(Role::UserAdmin);
    let most = u64::try_from(MOST_TARGETS).unwrap();
    for number in 0..most {
        narrowed = narrowed.with_target(&group(number), at(1)).unwrap();
    }
    let refused = narrowed.with_target(&group(most), at(1));
    assert_eq!(refused, Err(RoleRefusal::TooManyTargets));
    assert_eq!(narrowed.with_target(&group(0), at(1)).unwrap(), narrowed);
}

#[test]
fn a_role_is_assigned_once() {
    let held = [assigned(Role::UserAdmin), assigned(Role::WorkflowsAdmin)];
    let refused = |role| check_unassigned(role, &held).unwrap_err();
    assert_eq!(refused(Role::UserAdmin), RoleRefusal::AlreadyAssigned);
    assert_eq!(refused(Role::WorkflowsAdmin), RoleRefusal::AlreadyBound);
    assert_eq!(check_unassigned(Role::SuperAdmin, &held), Ok(()));
    let silent = held[0].notifying(true, at(9));
    assert!(silent.third_party && silent.last_updated == at(9));
    assert_eq!(silent.notifying(true, at(10)), silent);
}

#[test]
fn only_groups_of_bounded_size_that_administrators_made_carry_roles() {
    let profile = Profile::from_stored(r#"{"name":"Admins"}"#);
    let made = Group::create(GroupId::generate(at(0), 1), profile, at(0));
    assert_eq!(check_group(&made, 5000), Ok(()));
    assert_eq!(check_group(&made, 5001), Err(RoleRefusal::GroupTooLarge));
    let of_kind = |kind| Group { kind, ..made.clone() };
    let refused = check_group(&of_kind(GroupKind::AppGroup), 0);
    assert_eq!(refused, Err(RoleRefusal::ForeignGroup));
    let refused = check_group(&of_kind(GroupKind::BuiltIn), 0);
    assert_eq!(refused, Err(RoleRefusal::BuiltInGroup));
}

/// What a test does to an assignment.
#[derive(Clone, Debug)]
enum Step {
    Add(Target),
    Remove(Target),
    /// The object of a target is deleted, which takes the target along.
    Vanish(Target),
    AllApps,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let target = prop_oneof![
        (0u64..4).prop_map(group),
        (0u64..3).prop_map(|number| instance("bookmark", number)),
        (3u64..6).prop_map(|number| instance("okta", number)),
        prop_oneof![Just("bookmark"), Just("okta")].prop_map(catalog),
    ];
    let step = prop_oneof![
        5 => target.clone().prop_map(Step::Add),
        4 => target.clone().prop_map(Step::Remove),
        1 => target.prop_map(Step::Vanish),
        1 => Just(Step::AllApps),
    ];
    proptest::collection::vec(step, 1..60)
}

fn vanish(assignment: &mut RoleAssignment, target: &Target) {
    match (&mut assignment.scope, target) {
        (Scope::Groups(groups), Target::Group(group)) => drop(groups.remove(group)),
        (Scope::Apps(apps), Target::App(app @ AppTarget::Instance { .. })) => drop(apps.remove(app)),
        _ => {}
    }
}

proptest! {
    /// R7: over any sequence of changes, a narrowed role reaches everything again only by taking all apps; an app is never a
    /// target beside one of its instances; a refusal changes nothing; whoever adds a target finds it.
    #[test]
    fn no_sequence_widens_a_role(steps in steps(), apps: bool) {
        let mut assignment = assigned(if apps { Role::AppAdmin } else { Role::HelpDeskAdmin });
        for (second, step) in (1..).zip(steps) {
            let before = assignment.clone();
            let changed = match &step {
                Step::Add(target) => assignment.with_target(target, at(second)),
                Step::Remove(target) => assignment.without_target(target, at(second)),
                Step::AllApps => assignment.with_all_apps(at(second)),
                Step::Vanish(target) => {
                    vanish(&mut assignment, target);
                    Ok(assignment.clone())
                }
            };
            if let Ok(changed) = changed {
                if let Step::Add(target) = &step {
                    prop_assert!(changed.scope.contains(target));
                }
                if let Step::Remove(target) = &step {
                    prop_assert!(!changed.scope.contains(target));
                    prop_assert_eq!(changed.scope.len() + 1, before.scope.len());
                }
                assignment = changed;
            }
            let widened = before.scope != Scope::All && assignment.scope == Scope::All;
            prop_assert_eq!(widened && !matches!(step, Step::AllApps), false, "{:?}", step);
            if let Scope::Apps(apps) = &assignment.scope {
                let whole: BTreeSet<&str> = apps
                    .iter()
                    .filter(|app| matches!(app, AppTarget::Catalog(_)))
                    .map(AppTarget::name)
                    .collect();
                prop_assert!(apps.iter().all(|app| matches!(app, AppTarget::Catalog(_)) || !whole.contains(app.name())));
            }
            prop_assert_eq!(assignment.grant().targets == Targets::All, assignment.scope == Scope::All);
        }
    }
}
