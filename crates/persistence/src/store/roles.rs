//! Reading who holds which roles.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use denizen_domain::authority::{Grant, Role};
use denizen_domain::group::Group;
use denizen_domain::id::{AppId, GroupId, UserId};
use denizen_domain::ports::{Page, Position, Roles, StoreError, SuperAdministrator, TargetApp};
use denizen_domain::role::{Assignee, AssignmentId, RoleAssignment};
use denizen_domain::user::Status;
use diesel::prelude::*;

use super::apps::AppRow;
use super::groups::GroupRow;
use super::paging::{behind, one_more, page};
use super::role_rows::{AssignmentRow, Row, assignments};
use super::row::bad_row;
use super::{Conn, Store, unavailable};
use crate::schema::role_targets as targets;
use crate::schema::{apps, authority, group_members, groups, role_assignments, users};

impl Store {
    /// What somebody may do while authority has a version, which was read with them.
    pub(super) async fn grants_at(&self, version: i64, assignee: &Assignee) -> Result<Arc<[Grant]>, StoreError> {
        if let Some(known) = self.known_grants().get(version, assignee.id()) {
            return Ok(known);
        }
        let mut held = self.role_assignments(assignee).await?;
        if let Assignee::User(id) = assignee {
            held.extend(self.inherited_assignments(id).await?);
        }
        let grants: Arc<[Grant]> = held.iter().map(RoleAssignment::grant).collect();
        self.known_grants().put(version, assignee.id(), &grants);
        Ok(grants)
    }
}

#[async_trait]
impl Roles for Store {
    async fn authority_version(&self) -> Result<i64, StoreError> {
        let version: Option<i64> = self.row(|| authority::table.select(authority::version)).await?;
        version.ok_or_else(|| bad_row("authority", "1", "version"))
    }

    async fn grants_of(&self, user_id: &UserId) -> Result<Arc<[Grant]>, StoreError> {
        let version = self.authority_version().await?;
        self.grants_at(version, &Assignee::User(user_id.clone())).await
    }

    async fn grants_of_client(&self, id: &AppId) -> Result<Arc<[Grant]>, StoreError> {
        let version = self.authority_version().await?;
        self.grants_at(version, &Assignee::Client(id.clone())).await
    }

    async fn role_assignments(&self, assignee: &Assignee) -> Result<Vec<RoleAssignment>, StoreError> {
        let direct = || {
            role_assignments::table
                .left_join(targets::table.on(targets::assignment_seq.eq(role_assignments::seq)))
                .filter(role_assignments::assignee.eq(assignee.id()))
                .order((role_assignments::seq, targets::seq))
                .select((
                    AssignmentRow::as_select(),
                    targets::group_id.nullable(),
                    targets::app_name.nullable(),
                    targets::app_id.nullable(),
                ))
        };
        let rows: Vec<Row> = self.rows(direct).await?;
        assignments(rows)
    }

    async fn inherited_assignments(&self, user_id: &UserId) -> Result<Vec<RoleAssignment>, StoreError> {
        let through_groups = || {
            role_assignments::table
                .inner_join(groups::table.on(groups::id.nullable().eq(role_assignments::group_id)))
                .inner_join(group_members::table.on(group_members::group_seq.eq(groups::seq)))
                .inner_join(users::table.on(users::seq.eq(group_members::user_seq)))
                .left_join(targets::table.on(targets::assignment_seq.eq(role_assignments::seq)))
                .filter(users::id.eq(user_id.as_str()))
                .order((role_assignments::seq, targets::seq))
                .select((
                    AssignmentRow::as_select(),
                    targets::group_id.nullable(),
                    targets::app_name.nullable(),
                    targets::app_id.nullable(),
                ))
        };
        let rows: Vec<Row> = self.rows(through_groups).await?;
        assignments(rows)
    }

    async fn target_groups(
        &self,
        assignee: &Assignee,
        id: &AssignmentId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<Group>, StoreError> {
        let (assignee, id, behind) = (assignee.clone(), id.clone(), behind(after)?);
        let read = move |conn: &mut Conn| {
            let rows: Vec<(i64, GroupRow)> = targets::table
                .inner_join(role_assignments::table.on(role_assignments::seq.eq(targets::assignment_seq)))
                .inner_join(groups::table.on(groups::id.nullable().eq(targets::group_id)))
                .filter(role_assignments::assignee.eq(assignee.id()))
                .filter(role_assignments::id.eq(id.as_str()))
                .filter(targets::seq.gt(behind))
                .order(targets::seq)
                .limit(one_more(limit))
                .select((targets::seq, GroupRow::as_select()))
                .load(conn)
                .map_err(unavailable)?;
            page(
                rows,
                limit,
                |(place, _)| place.to_string(),
                |(_, row)| Group::try_from(row),
            )
        };
        self.snapshot(move |conn, _| read(conn)).await
    }

    async fn target_apps(
        &self,
        assignee: &Assignee,
        id: &AssignmentId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<TargetApp>, StoreError> {
        let (assignee, id, behind) = (assignee.clone(), id.clone(), behind(after)?);
        self.snapshot(move |conn, _| target_apps(conn, &assignee, &id, behind, limit))
            .await
    }

    async fn administrators(&self, after: Option<&Position>, limit: usize) -> Result<Page<UserId>, StoreError> {
        let behind = behind(after)?;
        self.snapshot(move |conn, _| administrators(conn, behind, limit)).await
    }

    async fn super_administrators(&self) -> Result<Vec<SuperAdministrator>, StoreError> {
        self.snapshot(move |conn, _| super_administrators(conn)).await
    }
}

/// A page of the apps that are targets.
fn target_apps(
    conn: &mut Conn,
    assignee: &Assignee,
    id: &AssignmentId,
    behind: i64,
    limit: usize,
) -> Result<Page<TargetApp>, StoreError> {
    let rows: Vec<(i64, Option<String>, Option<AppRow>)> = targets::table
        .inner_join(role_assignments::table.on(role_assignments::seq.eq(targets::assignment_seq)))
        .left_join(apps::table.on(apps::id.nullable().eq(targets::app_id)))
        .filter(role_assignments::assignee.eq(assignee.id()))
        .filter(role_assignments::id.eq(id.as_str()))
        .filter(targets::app_name.is_not_null())
        .filter(targets::seq.gt(behind))
        .order(targets::seq)
        .limit(one_more(limit))
        .select((targets::seq, targets::app_name, Option::<AppRow>::as_select()))
        .load(conn)
        .map_err(unavailable)?;
    let shown = |(_, name, app): (i64, Option<String>, Option<AppRow>)| match app {
        Some(app) => Ok(TargetApp::Instance(Box::new(app.try_into()?))),
        None => Ok(TargetApp::Catalog(name.unwrap_or_default())),
    };
    page(rows, limit, |(place, ..)| place.to_string(), shown)
}

/// A page of the users who have roles. There are few assignments and many users, so those are the start.
fn administrators(conn: &mut Conn, behind: i64, limit: usize) -> Result<Page<UserId>, StoreError> {
    let own: Vec<(i64, String)> = role_assignments::table
        .inner_join(users::table.on(users::id.nullable().eq(role_assignments::user_id)))
        .filter(users::seq.gt(behind))
        .select((users::seq, users::id))
        .distinct()
        .order(users::seq)
        .limit(one_more(limit))
        .load(conn)
        .map_err(unavailable)?;
    let through_groups: Vec<(i64, String)> = role_assignments::table
        .inner_join(groups::table.on(groups::id.nullable().eq(role_assignments::group_id)))
        .inner_join(group_members::table.on(group_members::group_seq.eq(groups::seq)))
        .inner_join(users::table.on(users::seq.eq(group_members::user_seq)))
        .filter(users::seq.gt(behind))
        .select((users::seq, users::id))
        .distinct()
        .order(users::seq)
        .limit(one_more(limit))
        .load(conn)
        .map_err(unavailable)?;
    let all: BTreeMap<i64, String> = own.into_iter().chain(through_groups).collect();
    let rows: Vec<(i64, String)> = all.into_iter().take(limit.saturating_add(1)).collect();
    page(
        rows,
        limit,
        |(place, _)| place.to_string(),
        |(_, id)| UserId::parse(&id).ok_or_else(|| bad_row("users", &id, "id")),
    )
}

fn super_administrators(conn: &mut Conn) -> Result<Vec<SuperAdministrator>, StoreError> {
    let role = Role::SuperAdmin.as_str();
    let own: Vec<(String, String)> = role_assignments::table
        .inner_join(users::table.on(users::id.nullable().eq(role_assignments::user_id)))
        .filter(role_assignments::role.eq(role))
        .order(users::seq)
        .select((users::id, users::status))
        .load(conn)
        .map_err(unavailable)?;
    let through_groups: Vec<(String, String, String)> = role_assignments::table
        .inner_join(groups::table.on(groups::id.nullable().eq(role_assignments::group_id)))
        .inner_join(group_members::table.on(group_members::group_seq.eq(groups::seq)))
        .inner_join(users::table.on(users::seq.eq(group_members::user_seq)))
        .filter(role_assignments::role.eq(role))
        .order((users::seq, groups::seq))
        .select((users::id, users::status, groups::id))
        .load(conn)
        .map_err(unavailable)?;
    let own = own.into_iter().map(|(id, status)| (id, status, None));
    let through_groups = through_groups
        .into_iter()
        .map(|(id, status, group)| (id, status, Some(group)));
    own.chain(through_groups)
        .map(|(id, status, group)| {
            let through = group.map(|id| GroupId::parse(&id).ok_or_else(|| bad_row("groups", &id, "id")));
            Ok(SuperAdministrator {
                user_id: UserId::parse(&id).ok_or_else(|| bad_row("users", &id, "id"))?,
                status: Status::parse(&status).ok_or_else(|| bad_row("users", &id, "status"))?,
                through: through.transpose()?,
            })
        })
        .collect()
}
