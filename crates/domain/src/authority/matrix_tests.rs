//! The whole table of rights (R1): every permission, for every role, about every kind of subject.

use std::collections::BTreeSet;

use super::*;
use crate::id::{ApiTokenId, AppId, GroupId, UserId};
use crate::time::Timestamp;

/// The table once more, as a reader of the original's comparison would write it down. A row has a letter for each role in
/// the order of [`COLUMNS`]: `E`verywhere, within the `T`argets, `B`elow super administrators, `O`rdinary ones within the
/// targets, or a dot for nothing.
const GRID: &str = "
    okta.users.read                       EEETTEE.EE
    okta.users.create                     EB.O......
    okta.users.userprofile.manage         EB.O......
    okta.users.lifecycle.activate         EB.O......
    okta.users.lifecycle.deactivate       EB.O......
    okta.users.lifecycle.suspend          EB.O......
    okta.users.lifecycle.unsuspend        EB.O......
    okta.users.lifecycle.unlock           EB.OO.....
    okta.users.lifecycle.delete           EB.O......
    okta.users.lifecycle.clearSessions    EB.OO.....
    okta.users.credentials.manage         EB.O......
    okta.users.credentials.change         EB.O......
    okta.users.credentials.resetPassword  EB.OO.....
    okta.users.credentials.expirePassword EB.OO.....
    okta.users.credentials.resetFactors   EB.OO.....
    okta.users.yubikeys.read              EE....E...
    okta.users.yubikeys.manage            EE........
    okta.factors.read                     EE....E...
    okta.factors.manage                   EE........
    okta.sessions.read                    EB........
    okta.sessions.manage                  EB........
    okta.groups.read                      EEETTEE.EE
    okta.groups.create                    EO........
    okta.groups.manage                    EO........
    okta.groups.members.manage            EO.O.O....
    okta.userTypes.read                   EEEEEEE.EE
    okta.userTypes.manage                 EE........
    okta.schemas.read                     EEEEEEE.EE
    okta.schemas.manage                   EET.....T.
    okta.linkedObjects.read               EEEEEEE.EE
    okta.linkedObjects.manage             EE........
    okta.apps.read                        EET...E.TE
    okta.apps.manage                      E.T.....T.
    okta.apps.assignment.manage           E.T.....T.
    okta.appGrants.read                   E.........
    okta.appGrants.manage                 E.........
    okta.logs.read                        EEE...EEEE
    okta.roles.read                       E.........
    okta.roles.manage                     E.........
    okta.templates.read                   EE....E...
    okta.templates.manage                 EE........
    okta.apiTokens.read                   E.........
    okta.apiTokens.manage                 E.........
";

const COLUMNS: [Role; 10] = [
    Role::SuperAdmin,
    Role::OrgAdmin,
    Role::AppAdmin,
    Role::UserAdmin,
    Role::HelpDeskAdmin,
    Role::GroupMembershipAdmin,
    Role::ReadOnlyAdmin,
    Role::ReportAdmin,
    Role::ApiAccessManagementAdmin,
    Role::MobileAdmin,
];

fn expected(permission: Permission, role: Role) -> char {
    let Some(column) = COLUMNS.iter().position(|column| *column == role) else {
        return '.';
    };
    let mut rows = GRID
        .lines()
        .filter_map(|line| line.trim().split_once(char::is_whitespace));
    let (_, cells) = rows
        .find(|(name, _)| *name == permission.as_str())
        .unwrap_or_else(|| panic!("{} is not in the grid", permission.as_str()));
    cells.trim().chars().nth(column).unwrap()
}

#[test]
fn the_table_is_the_grid() {
    for &permission in Permission::ALL {
        for &role in Role::ALL {
            let letter = match reach(role, permission) {
                None => '.',
                Some(Reach::Everywhere) => 'E',
                Some(Reach::Targets) => 'T',
                Some(Reach::BelowSuper) => 'B',
                Some(Reach::Ordinary) => 'O',
            };
            assert_eq!(
                letter,
                expected(permission, role),
                "{} of {role:?}",
                permission.as_str()
            );
        }
    }
}

fn at() -> Timestamp {
    Timestamp::from_millis(0)
}

fn user(n: u64) -> UserId {
    UserId::generate(at(), n)
}

fn group(n: u64) -> GroupId {
    GroupId::generate(at(), n)
}

fn caller(grants: Vec<Grant>, scopes: Option<Scopes>) -> Caller {
    Caller {
        principal: Principal::User {
            id: user(1),
            login: "admin@example.com".to_owned(),
            display_name: "Ada Admin".to_owned(),
        },
        credential: Credential::ApiToken(ApiTokenId::generate(at(), 1)),
        grants: grants.into(),
        scopes,
    }
}

fn scoped(role: Role) -> Grant {
    let targets = match role {
        Role::AppAdmin => Targets::Apps {
            names: BTreeSet::from(["bookmark".to_owned()]),
            instances: BTreeSet::from([AppId::generate(at(), 1)]),
        },
        _ => Targets::Groups(BTreeSet::from([group(1), group(2)])),
    };
    Grant { role, targets }
}

const RANKS: [Rank; 3] = [Rank::Ordinary, Rank::Administrator, Rank::SuperAdministrator];

/// R1: the answer about a user is that of the table, for every permission, role, target and rank.
#[test]
fn users_are_judged_by_targets_and_rank() {
    for &permission in Permission::ALL {
        for &role in Role::ALL {
            for (grant, in_target) in [(Grant::of(role), true), (scoped(role), true), (scoped(role), false)] {
                let is_among_users = !matches!(grant.targets, Targets::Apps { .. });
                let admin = caller(vec![grant], None);
                for rank in RANKS {
                    let groups = BTreeSet::from([group(if in_target { 2 } else { 3 })]);
                    let standing = Standing { groups, rank };
                    let wanted = match (expected(permission, role), in_target && is_among_users, rank) {
                        ('E', _, _) => true,
                        ('T', true, _) => true,
                        ('B', true, rank) => rank < Rank::SuperAdministrator,
                        ('O', true, rank) => rank == Rank::Ordinary,
                        _ => false,
                    };
                    let other = user(2);
                    let found = admin.may(permission, Subject::User(&other, Some(&standing)));
                    assert_eq!(found, wanted, "{permission:?} {role:?} {in_target} {rank:?}");
                }
            }
        }
    }
}

/// R1, R4: groups likewise; those that make administrators are for super administrators alone.
#[test]
fn groups_are_judged_by_targets_and_rank() {
    for &permission in Permission::ALL {
        for &role in Role::ALL {
            let admin = caller(vec![scoped(role)], None);
            for (id, in_target) in [(group(1), role != Role::AppAdmin), (group(3), false)] {
                for rank in RANKS {
                    let wanted = match expected(permission, role) {
                        'E' => true,
                        'T' => in_target,
                        'B' => in_target && rank < Rank::SuperAdministrator,
                        'O' => in_target && rank == Rank::Ordinary,
                        _ => false,
                    };
                    let found = admin.may(permission, Subject::Group(&id, rank));
                    assert_eq!(found, wanted, "{permission:?} {role:?} {in_target} {rank:?}");
                }
            }
        }
    }
    for permission in [
        Permission::GroupsMembersManage,
        Permission::GroupsManage,
        Permission::UsersCreate,
    ] {
        let holders = Role::ALL.iter().filter(|role| {
            let admin = caller(vec![Grant::of(**role)], None);
            admin.may(permission, Subject::Group(&group(1), Rank::SuperAdministrator))
        });
        assert_eq!(holders.collect::<Vec<_>>(), [&Role::SuperAdmin], "{permission:?}");
    }
}

/// R1: apps are judged by their name in the catalog, by themselves, or by how their users sign in.
#[test]
fn apps_are_judged_by_name_instance_and_kind() {
    let (own, other) = (AppId::generate(at(), 1), AppId::generate(at(), 2));
    let app = |id, name, speaks_openid| {
        Subject::App(AppSubject {
            id,
            name,
            speaks_openid,
        })
    };
    let (instance, named) = (app(&own, "oidc_client", true), app(&other, "bookmark", false));
    let foreign = app(&other, "template_swa", false);
    for &permission in Permission::ALL {
        for &role in Role::ALL {
            let letter = expected(permission, role);
            let scoped = caller(vec![scoped(role)], None);
            let whole = caller(vec![Grant::of(role)], None);
            let is_app_admin = role == Role::AppAdmin;
            let answers = [instance, named, foreign].map(|subject| scoped.may(permission, subject));
            match letter {
                'E' => assert_eq!(answers, [true; 3], "{permission:?} {role:?}"),
                'T' | 'O' | 'B' => assert_eq!(answers, [is_app_admin, is_app_admin, false], "{permission:?} {role:?}"),
                _ => assert_eq!(answers, [false; 3], "{permission:?} {role:?}"),
            }
            let is_for_openid = role == Role::ApiAccessManagementAdmin && letter == 'T';
            let answers = [instance, named, foreign].map(|subject| whole.may(permission, subject));
            let wanted = if is_for_openid {
                [true, false, false]
            } else {
                [letter != '.'; 3]
            };
            assert_eq!(answers, wanted, "{permission:?} {role:?}");
        }
    }
}

/// R1: what is about nobody in particular needs a role without targets, or one that has none by nature.
#[test]
fn the_organization_is_for_roles_without_targets() {
    for &permission in Permission::ALL {
        for &role in Role::ALL {
            let letter = expected(permission, role);
            let whole = caller(vec![Grant::of(role)], None).may(permission, Subject::Organization);
            let is_limited = role == Role::ApiAccessManagementAdmin && letter == 'T';
            assert_eq!(whole, letter != '.' && !is_limited, "{permission:?} {role:?}");
            let scoped = caller(vec![scoped(role)], None).may(permission, Subject::Organization);
            assert_eq!(scoped, letter == 'E', "{permission:?} {role:?}");
        }
    }
}

/// R1: everybody may do to themselves what is left to everybody, beside what their roles allow; the owner of an API token
/// only for as long as they hold a role.
#[test]
fn oneself_is_judged_by_what_is_left_to_everybody() {
    let own = user(1);
    for &permission in Permission::ALL {
        let idle = caller(Vec::new(), None);
        assert!(!idle.may(permission, Subject::User(&own, None)), "{permission:?}");
        for &role in Role::ALL {
            for grant in [Grant::of(role), scoped(role)] {
                let by_role = matches!(expected(permission, role), 'E' | 'T' | 'B');
                let admin = caller(vec![grant], None);
                let wanted = by_role || is_left_to_everybody(permission);
                let found = admin.may(permission, Subject::User(&own, None));
                assert_eq!(found, wanted, "{permission:?} {role:?}");
            }
        }
    }
}

/// Somebody whose standing was not read is out of reach for all but those who may act on everybody.
#[test]
fn an_unknown_standing_is_out_of_reach() {
    let other = user(2);
    for &permission in Permission::ALL {
        for &role in Role::ALL {
            for grant in [Grant::of(role), scoped(role)] {
                let wanted = match expected(permission, role) {
                    'E' => true,
                    'T' => grant.targets == Targets::All,
                    _ => false,
                };
                let found = caller(vec![grant], None).may(permission, Subject::User(&other, None));
                assert_eq!(found, wanted, "{permission:?} {role:?}");
            }
        }
    }
}

/// Scopes narrow a role and never widen it.
#[test]
fn scopes_narrow_every_role() {
    let other = user(2);
    let standing = Standing {
        groups: BTreeSet::from([group(1)]),
        rank: Rank::Ordinary,
    };
    let subject = Subject::User(&other, Some(&standing));
    for scopes in [
        Scopes::default(),
        Scopes::new(["okta.users.read"]),
        Scopes::new(["okta.users.manage"]),
    ] {
        for &permission in Permission::ALL {
            for &role in Role::ALL {
                let free = caller(vec![scoped(role)], None).may(permission, subject);
                let narrowed = caller(vec![scoped(role)], Some(scopes.clone())).may(permission, subject);
                assert_eq!(
                    narrowed,
                    free && scopes.cover(permission),
                    "{permission:?} {role:?} {scopes:?}"
                );
            }
        }
    }
}

/// R2, R7: lists show what the targets hold, of all roles together; targets that are gone leave nothing.
#[test]
fn lists_cover_the_targets_of_all_roles() {
    let covered = |grants| {
        let caller = caller(grants, None);
        let covered = caller.covered_groups(Permission::UsersRead);
        let breadth = match covered {
            GroupCoverage::Nothing => Breadth::Nothing,
            GroupCoverage::Everything => Breadth::Everything,
            GroupCoverage::Groups(_) => Breadth::Part,
        };
        assert_eq!(caller.breadth(Permission::UsersRead), breadth);
        covered
    };
    let groups = |of: &[u64]| Targets::Groups(of.iter().map(|n| group(*n)).collect());
    let grant = |role, targets| Grant { role, targets };
    assert_eq!(covered(Vec::new()), GroupCoverage::Nothing);
    assert_eq!(covered(vec![Grant::of(Role::ReportAdmin)]), GroupCoverage::Nothing);
    let two = vec![
        grant(Role::HelpDeskAdmin, groups(&[1])),
        grant(Role::UserAdmin, groups(&[2])),
        Grant::of(Role::ReportAdmin),
    ];
    assert_eq!(
        covered(two),
        GroupCoverage::Groups(BTreeSet::from([group(1), group(2)]))
    );
    let none = vec![grant(Role::HelpDeskAdmin, groups(&[]))];
    assert_eq!(covered(none), GroupCoverage::Groups(BTreeSet::new()));
    let wide = vec![grant(Role::HelpDeskAdmin, groups(&[1])), Grant::of(Role::UserAdmin)];
    assert_eq!(covered(wide), GroupCoverage::Everything);
    let reader = vec![
        grant(Role::HelpDeskAdmin, groups(&[1])),
        grant(Role::GroupMembershipAdmin, groups(&[2])),
    ];
    assert_eq!(covered(reader), GroupCoverage::Everything);

    let apps = |grants| caller(grants, None).covered_apps(Permission::AppsRead);
    assert_eq!(apps(vec![Grant::of(Role::HelpDeskAdmin)]), None);
    assert_eq!(apps(vec![Grant::of(Role::AppAdmin)]), Some(AppCoverage::Everything));
    let some = SomeApps {
        names: BTreeSet::from(["bookmark".to_owned()]),
        instances: BTreeSet::from([AppId::generate(at(), 1)]),
        speaking_openid: true,
    };
    let two = vec![scoped(Role::AppAdmin), Grant::of(Role::ApiAccessManagementAdmin)];
    assert_eq!(apps(two), Some(AppCoverage::Some(some)));
}

/// R2, R7: what lists cover and what single answers allow are the same.
#[test]
fn lists_and_single_answers_agree() {
    for &role in Role::ALL {
        for grant in [Grant::of(role), scoped(role)] {
            let admin = caller(vec![grant], None);
            for n in [1, 2, 3] {
                let standing = Standing {
                    groups: BTreeSet::from([group(n)]),
                    rank: Rank::Administrator,
                };
                let listed = match admin.covered_groups(Permission::UsersRead) {
                    GroupCoverage::Nothing => false,
                    GroupCoverage::Everything => true,
                    GroupCoverage::Groups(groups) => !groups.is_disjoint(&standing.groups),
                };
                let other = user(9);
                let shown = admin.may(Permission::UsersRead, Subject::User(&other, Some(&standing)));
                assert_eq!(listed, shown, "{role:?} {n}");
            }
        }
    }
}
