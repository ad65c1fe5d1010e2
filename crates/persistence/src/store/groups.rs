//! Reading groups and who belongs to them.

use async_trait::async_trait;
use denizen_domain::group::{Group, GroupKind};
use denizen_domain::id::{GroupId, UserId};
use denizen_domain::ports::{GroupSelection, GroupStats, Groups, Page, Position, StoreError};
use denizen_domain::profile::Profile;
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;
use diesel::prelude::*;

use super::paging::{behind, one_more, page};
use super::row::bad_row;
use super::structure::not_founded;
use super::{Backend, Conn, Store, UserRow, group_lists, unavailable};
use crate::schema::{app_groups, group_members, groups, role_assignments, users};

/// A group as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = groups, check_for_backend(Backend))]
pub(super) struct GroupRow {
    /// The group's place in the order of creation.
    pub(super) seq: i64,
    id: String,
    version: i64,
    kind: String,
    profile: String,
    created: i64,
    last_updated: i64,
    last_membership_updated: i64,
}

impl TryFrom<GroupRow> for Group {
    type Error = StoreError;

    fn try_from(row: GroupRow) -> Result<Self, StoreError> {
        Ok(Self {
            kind: GroupKind::parse(&row.kind).ok_or_else(|| bad_row("groups", &row.id, "kind"))?,
            id: GroupId::parse(&row.id).ok_or_else(|| bad_row("groups", &row.id, "id"))?,
            version: row.version,
            profile: Profile::from_stored(&row.profile),
            created: Timestamp::from_millis(row.created),
            last_updated: Timestamp::from_millis(row.last_updated),
            last_membership_updated: Timestamp::from_millis(row.last_membership_updated),
        })
    }
}

/// Counts a group's users and apps. Both must be counted in one snapshot.
fn stats(conn: &mut Conn, id: &str) -> Result<GroupStats, StoreError> {
    let known = groups::table
        .filter(groups::id.eq(id))
        .select((groups::seq, groups::kind));
    let known: Option<(i64, String)> = known.first(conn).optional().map_err(unavailable)?;
    let Some((seq, kind)) = known else {
        return Ok(GroupStats::default());
    };
    let members: i64 = if kind == GroupKind::BuiltIn.as_str() {
        users::table.count().get_result(conn).map_err(unavailable)?
    } else {
        let members = group_members::table.filter(group_members::group_seq.eq(seq));
        members.count().get_result(conn).map_err(unavailable)?
    };
    let given = app_groups::table.filter(app_groups::group_id.eq(id));
    let apps: i64 = given.count().get_result(conn).map_err(unavailable)?;
    let carried = role_assignments::table.filter(role_assignments::group_id.eq(id));
    let has_roles: bool = diesel::select(diesel::dsl::exists(carried))
        .get_result(conn)
        .map_err(unavailable)?;
    Ok(GroupStats {
        users: usize::try_from(members).unwrap_or_default(),
        apps: usize::try_from(apps).unwrap_or_default(),
        has_roles,
    })
}

/// A page of a group's members.
fn members(conn: &mut Conn, id: &str, behind: i64, limit: usize) -> Result<Page<User>, StoreError> {
    let group: Option<i64> = groups::table
        .filter(groups::id.eq(id))
        .select(groups::seq)
        .first(conn)
        .optional()
        .map_err(unavailable)?;
    let rows: Vec<UserRow> = group_members::table
        .inner_join(users::table.on(users::seq.eq(group_members::user_seq)))
        .filter(group_members::group_seq.eq(group.unwrap_or_default()))
        .filter(group_members::user_seq.gt(behind))
        .order(group_members::user_seq)
        .limit(one_more(limit))
        .select(UserRow::as_select())
        .load(conn)
        .map_err(unavailable)?;
    page(rows, limit, |row| row.seq.to_string(), User::try_from)
}

#[async_trait]
impl Groups for Store {
    async fn group(&self, id: &GroupId) -> Result<Option<Group>, StoreError> {
        let by_id = || {
            groups::table
                .filter(groups::id.eq(id.as_str()))
                .select(GroupRow::as_select())
        };
        self.row(by_id).await?.map(Group::try_from).transpose()
    }

    async fn everyone(&self) -> Result<Group, StoreError> {
        // It comes first, so that nothing else is looked at.
        let built_in = || {
            groups::table
                .filter(groups::kind.eq(GroupKind::BuiltIn.as_str()))
                .order(groups::seq)
                .limit(1)
                .select(GroupRow::as_select())
        };
        self.row(built_in).await?.ok_or_else(not_founded)?.try_into()
    }

    async fn list_groups(&self, selection: &GroupSelection) -> Result<Page<Group>, StoreError> {
        let selection = selection.clone();
        self.snapshot(move |conn, deadline| group_lists::list_groups(conn, &selection, deadline))
            .await
    }

    async fn groups_of(&self, user_id: &UserId) -> Result<Vec<Group>, StoreError> {
        let of_user = || {
            groups::table
                .inner_join(group_members::table.on(group_members::group_seq.eq(groups::seq)))
                .inner_join(users::table.on(users::seq.eq(group_members::user_seq)))
                .filter(users::id.eq(user_id.as_str()))
                .order(groups::seq)
                .select(GroupRow::as_select())
        };
        self.rows(of_user).await?.into_iter().map(Group::try_from).collect()
    }

    async fn members_of(
        &self,
        group_id: &GroupId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<User>, StoreError> {
        let (id, behind) = (group_id.clone(), behind(after)?);
        self.snapshot(move |conn, _| members(conn, id.as_str(), behind, limit))
            .await
    }

    async fn group_stats(&self, group_id: &GroupId) -> Result<GroupStats, StoreError> {
        let id = group_id.clone();
        self.snapshot(move |conn, _| stats(conn, id.as_str())).await
    }
}
