//! Role assignments as rows: one for each target, or one for an assignment without targets.

use std::collections::BTreeSet;

use denizen_domain::authority::Role;
use denizen_domain::id::{AppId, GroupId, UserId};
use denizen_domain::ports::StoreError;
use denizen_domain::role::{AppTarget, Assignee, AssignmentId, RoleAssignment, Scope, TargetKind};
use denizen_domain::time::Timestamp;
use diesel::prelude::*;

use super::Backend;
use super::row::bad_row;
use crate::schema::role_assignments;

/// An assignment as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = role_assignments, check_for_backend(Backend))]
pub(super) struct AssignmentRow {
    seq: i64,
    id: String,
    version: i64,
    user_id: Option<String>,
    group_id: Option<String>,
    client_id: Option<String>,
    role: String,
    is_scoped: bool,
    third_party: bool,
    created: i64,
    last_updated: i64,
}

/// An assignment and one of its targets: a group, or the name and the id of an app.
pub(super) type Row = (AssignmentRow, Option<String>, Option<String>, Option<String>);

/// Puts the rows of assignments together. Those of one assignment follow each other.
pub(super) fn assignments(rows: Vec<Row>) -> Result<Vec<RoleAssignment>, StoreError> {
    let mut found: Vec<(i64, RoleAssignment)> = Vec::new();
    for (row, group, name, app) in rows {
        let seq = row.seq;
        if found.last().is_none_or(|(last, _)| *last != seq) {
            found.push((seq, assignment(row)?));
        }
        let Some((_, assignment)) = found.last_mut() else {
            continue;
        };
        let bad = |column| bad_row("role_targets", assignment.id.as_str(), column);
        match (&mut assignment.scope, group, name) {
            (Scope::Groups(groups), Some(id), None) => {
                groups.insert(GroupId::parse(&id).ok_or_else(|| bad("group_id"))?);
            }
            (Scope::Apps(apps), None, Some(name)) => {
                let target = match app {
                    None => AppTarget::Catalog(name),
                    Some(id) => AppTarget::Instance {
                        id: AppId::parse(&id).ok_or_else(|| bad("app_id"))?,
                        name,
                    },
                };
                apps.insert(target);
            }
            (_, None, None) => {}
            _ => return Err(bad("kind")),
        }
    }
    Ok(found.into_iter().map(|(_, assignment)| assignment).collect())
}

/// An assignment without its targets.
fn assignment(row: AssignmentRow) -> Result<RoleAssignment, StoreError> {
    let bad = |column| bad_row("role_assignments", &row.id, column);
    let assignee = match (&row.user_id, &row.group_id, &row.client_id) {
        (Some(id), None, None) => UserId::parse(id).map(Assignee::User),
        (None, Some(id), None) => GroupId::parse(id).map(Assignee::Group),
        (None, None, Some(id)) => AppId::parse(id).map(Assignee::Client),
        _ => None,
    };
    let role = Role::parse(&row.role).ok_or_else(|| bad("role"))?;
    let scope = match (row.is_scoped, role.target_kind()) {
        (false, _) => Scope::All,
        (true, Some(TargetKind::Groups)) => Scope::Groups(BTreeSet::new()),
        (true, Some(TargetKind::Apps)) => Scope::Apps(BTreeSet::new()),
        (true, None) => return Err(bad("is_scoped")),
    };
    Ok(RoleAssignment {
        version: row.version,
        assignee: assignee.ok_or_else(|| bad("assignee"))?,
        role,
        scope,
        third_party: row.third_party,
        created: Timestamp::from_millis(row.created),
        last_updated: Timestamp::from_millis(row.last_updated),
        id: AssignmentId::of(&row.id),
    })
}
