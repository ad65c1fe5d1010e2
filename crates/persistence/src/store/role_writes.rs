//! Writing who holds which roles. Each change counts up the version of authority, last of all, so that changes wait for each
//! other as shortly as can be.

use denizen_domain::authority::Role;
use denizen_domain::ports::{RoleWrite, StoreError};
use denizen_domain::role::{AppTarget, Assignee, RoleAssignment, Scope, Target};
use diesel::prelude::*;

use super::apply::{Expected, Statements};
use super::statements::{
    AddTarget, AdvanceAuthority, AssignToClient, AssignToGroup, AssignToUser, BumpAuthority, ClearTargets, NoteHolder,
    NoteHolders, NoteUnassigning, RemoveAppTarget, RemoveGroupTarget, UpdateAssignment,
};
use crate::schema::role_assignments;

/// Changes who holds which roles.
pub(super) fn write_role(change: &RoleWrite, to: &mut impl Statements) -> Result<(), StoreError> {
    match change {
        RoleWrite::Assign(assignment) => {
            assign(assignment, to)?;
            for target in assignment.scope.targets() {
                add_target(assignment, &target, to)?;
            }
            note_new_holders(assignment, to)?;
            bump_authority(to)
        }
        RoleWrite::Update { from, to: assignment } => {
            update(from, assignment, to)?;
            bump_authority(to)
        }
        RoleWrite::Unassign(assignment) => {
            let unchanged = role_assignments::table
                .filter(role_assignments::assignee.eq(assignment.assignee.id()))
                .filter(role_assignments::role.eq(assignment.role.as_str()))
                .filter(role_assignments::version.eq(assignment.version));
            to.run(Expected::One, diesel::delete(unchanged))?;
            if let Assignee::User(id) = &assignment.assignee {
                to.run(Expected::Any, NoteHolder { user_id: id.as_str() })?;
            }
            bump_authority(to)
        }
        RoleWrite::UnassignAllOf(user_id) => {
            let user_id = user_id.as_str();
            to.run(Expected::Any, NoteUnassigning { user_id })?;
            let held = role_assignments::table.filter(role_assignments::user_id.eq(user_id));
            to.run(Expected::Any, diesel::delete(held))
        }
        RoleWrite::Expect(version) => to.expect_authority(*version),
        RoleWrite::Advance(version) => to.run(
            Expected::One,
            AdvanceAuthority {
                version: *version,
                by: &1,
            },
        ),
    }
}

/// Counts up the version of authority.
pub(super) fn bump_authority(to: &mut impl Statements) -> Result<(), StoreError> {
    to.run(Expected::Any, BumpAuthority { by: &1 })
}

fn assign(assignment: &RoleAssignment, to: &mut impl Statements) -> Result<(), StoreError> {
    let (assignee, id) = (assignment.assignee.id(), assignment.id.as_str());
    let role = assignment.role.as_str();
    let (is_scoped, third_party) = (assignment.scope != Scope::All, assignment.third_party);
    let created = assignment.created.as_millis();
    let last_updated = assignment.last_updated.as_millis();
    // The three statements differ in the table that the assignee is in, and in nothing that they are given.
    macro_rules! assign_by {
        ($statement:ident) => {
            to.run(
                Expected::One,
                $statement {
                    assignee,
                    id,
                    role,
                    is_scoped,
                    third_party,
                    created,
                    last_updated,
                },
            )
        };
    }
    match &assignment.assignee {
        Assignee::User(_) => assign_by!(AssignToUser),
        Assignee::Group(_) => assign_by!(AssignToGroup),
        Assignee::Client(_) => assign_by!(AssignToClient),
    }
}

/// Counts up the versions of users, so that whoever was read before is not judged by the roles of that moment: everybody whose
/// own roles change, and everybody who becomes a super administrator.
fn note_new_holders(assignment: &RoleAssignment, to: &mut impl Statements) -> Result<(), StoreError> {
    match &assignment.assignee {
        Assignee::User(id) => to.run(Expected::Any, NoteHolder { user_id: id.as_str() }),
        Assignee::Group(id) if assignment.role == Role::SuperAdmin => {
            to.run(Expected::Any, NoteHolders { group_id: id.as_str() })
        }
        Assignee::Group(_) | Assignee::Client(_) => Ok(()),
    }
}

fn update(from: &RoleAssignment, assignment: &RoleAssignment, to: &mut impl Statements) -> Result<(), StoreError> {
    let (assignee, role) = (from.assignee.id(), from.role.as_str());
    let written = UpdateAssignment {
        assignee,
        role,
        version: from.version,
        is_scoped: assignment.scope != Scope::All,
        third_party: assignment.third_party,
        last_updated: assignment.last_updated.as_millis(),
    };
    to.run(Expected::One, written)?;
    if assignment.scope == Scope::All {
        return to.run(Expected::Any, ClearTargets { assignee, role });
    }
    let (before, after) = (from.scope.targets(), assignment.scope.targets());
    for target in before.iter().filter(|target| !assignment.scope.contains(target)) {
        remove_target(from, target, to)?;
    }
    for target in after.iter().filter(|target| !from.scope.contains(target)) {
        add_target(from, target, to)?;
    }
    Ok(())
}

fn add_target(of: &RoleAssignment, target: &Target, to: &mut impl Statements) -> Result<(), StoreError> {
    let none = AddTarget {
        assignee: of.assignee.id(),
        role: of.role.as_str(),
        group_id: None,
        app_name: None,
        app_id: None,
    };
    let add = match target {
        Target::Group(id) => AddTarget {
            group_id: Some(id.as_str()),
            ..none
        },
        Target::App(app) => AddTarget {
            app_name: Some(app.name()),
            app_id: match app {
                AppTarget::Catalog(_) => None,
                AppTarget::Instance { id, .. } => Some(id.as_str()),
            },
            ..none
        },
    };
    to.run(Expected::One, add)
}

/// A target that is gone with its object needs no removal.
fn remove_target(of: &RoleAssignment, target: &Target, to: &mut impl Statements) -> Result<(), StoreError> {
    let (assignee, role) = (of.assignee.id(), of.role.as_str());
    match target {
        Target::Group(id) => {
            let remove = RemoveGroupTarget {
                assignee,
                role,
                group_id: id.as_str(),
            };
            to.run(Expected::Any, remove)
        }
        Target::App(app) => {
            let remove = RemoveAppTarget {
                assignee,
                role,
                app_name: app.name(),
                app_id: match app {
                    AppTarget::Catalog(_) => "",
                    AppTarget::Instance { id, .. } => id.as_str(),
                },
            };
            to.run(Expected::Any, remove)
        }
    }
}
