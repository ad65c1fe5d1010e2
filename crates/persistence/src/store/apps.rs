//! Reading apps and whom they are assigned to.

use std::collections::BTreeMap;

use async_trait::async_trait;
use denizen_domain::app::{App, AppGroup, AppStatus, AppUser, SignOnMode};
use denizen_domain::group::GroupKind;
use denizen_domain::id::{AppAssignmentId, AppId, GroupId, UserId};
use denizen_domain::ports::{AppSelection, Apps, Page, Position, StoreError, UsableApp};
use denizen_domain::profile::Profile;
use denizen_domain::search::fold;
use denizen_domain::time::Timestamp;
use diesel::prelude::*;

use super::paging::{behind, behind_id, one_more, page};
use super::row::bad_row;
use super::search::after_prefix;
use super::{Backend, Conn, Store, unavailable};
use crate::schema::{app_groups, app_users, apps, group_members, groups, users};

#[derive(Queryable, Selectable)]
#[diesel(table_name = apps, check_for_backend(Backend))]
pub(super) struct AppRow {
    seq: i64,
    id: String,
    version: i64,
    name: String,
    label: String,
    status: String,
    sign_on_mode: String,
    created: i64,
    last_updated: i64,
    document: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = app_users, check_for_backend(Backend))]
struct AppUserRow {
    seq: i64,
    id: String,
    app_id: String,
    user_id: String,
    user_name: String,
    profile: String,
    created: i64,
    last_updated: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = app_groups, check_for_backend(Backend))]
struct AppGroupRow {
    app_id: String,
    group_id: String,
    priority: i64,
    profile: String,
    created: i64,
    last_updated: i64,
}

impl TryFrom<AppRow> for App {
    type Error = StoreError;

    fn try_from(row: AppRow) -> Result<Self, StoreError> {
        let bad = |column| bad_row("apps", &row.id, column);
        Ok(Self {
            status: AppStatus::parse(&row.status).ok_or_else(|| bad("status"))?,
            sign_on_mode: SignOnMode::parse(&row.sign_on_mode).ok_or_else(|| bad("sign_on_mode"))?,
            document: serde_json::from_str(&row.document).map_err(|_| bad("document"))?,
            id: AppId::parse(&row.id).ok_or_else(|| bad("id"))?,
            version: row.version,
            name: row.name,
            label: row.label,
            created: Timestamp::from_millis(row.created),
            last_updated: Timestamp::from_millis(row.last_updated),
        })
    }
}

impl TryFrom<AppUserRow> for AppUser {
    type Error = StoreError;

    fn try_from(row: AppUserRow) -> Result<Self, StoreError> {
        let bad = |column| bad_row("app_users", &row.id, column);
        Ok(Self {
            app_id: AppId::parse(&row.app_id).ok_or_else(|| bad("app_id"))?,
            user_id: UserId::parse(&row.user_id).ok_or_else(|| bad("user_id"))?,
            id: AppAssignmentId::parse(&row.id).ok_or_else(|| bad("id"))?,
            profile: Profile::from_stored(&row.profile),
            user_name: row.user_name,
            created: Timestamp::from_millis(row.created),
            last_updated: Timestamp::from_millis(row.last_updated),
        })
    }
}

impl TryFrom<AppGroupRow> for AppGroup {
    type Error = StoreError;

    fn try_from(row: AppGroupRow) -> Result<Self, StoreError> {
        let bad = |column| bad_row("app_groups of", &row.app_id, column);
        Ok(Self {
            app_id: AppId::parse(&row.app_id).ok_or_else(|| bad("app_id"))?,
            group_id: GroupId::parse(&row.group_id).ok_or_else(|| bad("group_id"))?,
            priority: i32::try_from(row.priority).map_err(|_| bad("priority"))?,
            profile: serde_json::from_str(&row.profile).map_err(|_| bad("profile"))?,
            created: Timestamp::from_millis(row.created),
            last_updated: Timestamp::from_millis(row.last_updated),
        })
    }
}

/// A page of apps. A directory has few, so that nothing but their order is indexed.
fn list(conn: &mut Conn, selection: &AppSelection, behind: i64) -> Result<Page<App>, StoreError> {
    let mut query = apps::table.filter(apps::seq.gt(behind)).into_boxed();
    if let Some(start) = selection.starts_with.as_deref().map(fold) {
        query = match after_prefix(&start) {
            Some(end) => {
                let named = apps::name_key.ge(start.clone()).and(apps::name_key.lt(end.clone()));
                query.filter(named.or(apps::label_key.ge(start).and(apps::label_key.lt(end))))
            }
            None => query.filter(apps::name_key.ge(start.clone()).or(apps::label_key.ge(start))),
        };
    }
    if let Some(status) = selection.status {
        query = query.filter(apps::status.eq(status.as_str()));
    }
    if let Some(name) = &selection.name {
        query = query.filter(apps::name.eq(name));
    }
    if let Some(id) = &selection.user_id {
        let of_user = app_users::table.filter(app_users::user_id.eq(id.as_str()));
        query = query.filter(apps::id.eq_any(of_user.select(app_users::app_id)));
    }
    if let Some(id) = &selection.group_id {
        let of_group = app_groups::table.filter(app_groups::group_id.eq(id.as_str()));
        query = query.filter(apps::id.eq_any(of_group.select(app_groups::app_id)));
    }
    if let Some(within) = &selection.within {
        let names: Vec<&str> = within.names.iter().map(String::as_str).collect();
        let ids: Vec<&str> = within.instances.iter().map(AppId::as_str).collect();
        let named = apps::name.eq_any(names).or(apps::id.eq_any(ids));
        let openid = SignOnMode::OpenidConnect.as_str();
        query = if within.speaking_openid {
            query.filter(named.or(apps::sign_on_mode.eq(openid)))
        } else {
            query.filter(named)
        };
    }
    let rows: Vec<AppRow> = query
        .order(apps::seq)
        .limit(one_more(selection.limit))
        .select(AppRow::as_select())
        .load(conn)
        .map_err(unavailable)?;
    page(rows, selection.limit, |row| row.seq.to_string(), App::try_from)
}

/// The apps that a user may use. All of it must be read in one snapshot.
fn usable(conn: &mut Conn, user_id: &str) -> Result<Vec<UsableApp>, StoreError> {
    let own: Vec<(AppRow, AppUserRow)> = app_users::table
        .inner_join(apps::table.on(apps::id.eq(app_users::app_id)))
        .filter(app_users::user_id.eq(user_id))
        .filter(apps::status.eq(AppStatus::Active.as_str()))
        .select((AppRow::as_select(), AppUserRow::as_select()))
        .load(conn)
        .map_err(unavailable)?;
    let joined = group_members::table
        .inner_join(groups::table.on(groups::seq.eq(group_members::group_seq)))
        .inner_join(users::table.on(users::seq.eq(group_members::user_seq)))
        .filter(users::id.eq(user_id))
        .select(groups::id);
    let mut giving: Vec<String> = joined.load(conn).map_err(unavailable)?;
    let everyone: Option<String> = groups::table
        .filter(groups::kind.eq(GroupKind::BuiltIn.as_str()))
        .order(groups::seq)
        .select(groups::id)
        .first(conn)
        .optional()
        .map_err(unavailable)?;
    giving.extend(everyone);
    let given: Vec<(AppRow, AppGroupRow)> = app_groups::table
        .inner_join(apps::table.on(apps::id.eq(app_groups::app_id)))
        .filter(app_groups::group_id.eq_any(giving))
        .filter(apps::status.eq(AppStatus::Active.as_str()))
        .order((app_groups::priority.desc(), app_groups::group_id.desc()))
        .select((AppRow::as_select(), AppGroupRow::as_select()))
        .load(conn)
        .map_err(unavailable)?;
    let mut usable: BTreeMap<i64, UsableApp> = BTreeMap::new();
    for (app, assignment) in own {
        place(&mut usable, app)?.own = Some(assignment.try_into()?);
    }
    // The one with the smallest priority comes last and stays.
    for (app, assignment) in given {
        place(&mut usable, app)?.group = Some(assignment.try_into()?);
    }
    Ok(usable.into_values().collect())
}

fn place(usable: &mut BTreeMap<i64, UsableApp>, row: AppRow) -> Result<&mut UsableApp, StoreError> {
    use std::collections::btree_map::Entry;
    Ok(match usable.entry(row.seq) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(free) => free.insert(UsableApp {
            app: row.try_into()?,
            own: None,
            group: None,
        }),
    })
}

#[async_trait]
impl Apps for Store {
    async fn app(&self, id: &AppId) -> Result<Option<App>, StoreError> {
        let by_id = || apps::table.filter(apps::id.eq(id.as_str())).select(AppRow::as_select());
        self.row(by_id).await?.map(App::try_from).transpose()
    }

    async fn list_apps(&self, selection: &AppSelection) -> Result<Page<App>, StoreError> {
        let (selection, behind) = (selection.clone(), behind(selection.after.as_ref())?);
        self.snapshot(move |conn, _| list(conn, &selection, behind)).await
    }

    async fn app_user(&self, app_id: &AppId, user_id: &UserId) -> Result<Option<AppUser>, StoreError> {
        let by_both = || {
            app_users::table
                .filter(app_users::user_id.eq(user_id.as_str()))
                .filter(app_users::app_id.eq(app_id.as_str()))
                .select(AppUserRow::as_select())
        };
        self.row(by_both).await?.map(AppUser::try_from).transpose()
    }

    async fn list_app_users(
        &self,
        app_id: &AppId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<AppUser>, StoreError> {
        let (app_id, behind) = (app_id.clone(), behind(after)?);
        let read = move |conn: &mut Conn| -> QueryResult<Vec<AppUserRow>> {
            app_users::table
                .filter(app_users::app_id.eq(app_id.as_str()))
                .filter(app_users::seq.gt(behind))
                .order(app_users::seq)
                .limit(one_more(limit))
                .select(AppUserRow::as_select())
                .load(conn)
        };
        let rows = self.snapshot(move |conn, _| read(conn).map_err(unavailable)).await?;
        page(rows, limit, |row| row.seq.to_string(), AppUser::try_from)
    }

    async fn app_group(&self, app_id: &AppId, group_id: &GroupId) -> Result<Option<AppGroup>, StoreError> {
        let by_both = || {
            app_groups::table
                .filter(app_groups::app_id.eq(app_id.as_str()))
                .filter(app_groups::group_id.eq(group_id.as_str()))
                .select(AppGroupRow::as_select())
        };
        self.row(by_both).await?.map(AppGroup::try_from).transpose()
    }

    async fn list_app_groups(
        &self,
        app_id: &AppId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<AppGroup>, StoreError> {
        let behind = behind_id(after, |text| GroupId::parse(text).is_some())?.to_owned();
        let app_id = app_id.clone();
        let read = move |conn: &mut Conn| -> QueryResult<Vec<AppGroupRow>> {
            app_groups::table
                .filter(app_groups::app_id.eq(app_id.as_str()))
                .filter(app_groups::group_id.gt(&behind))
                .order(app_groups::group_id)
                .limit(one_more(limit))
                .select(AppGroupRow::as_select())
                .load(conn)
        };
        let rows = self.snapshot(move |conn, _| read(conn).map_err(unavailable)).await?;
        page(rows, limit, |row| row.group_id.clone(), AppGroup::try_from)
    }

    async fn usable_apps(&self, user_id: &UserId) -> Result<Vec<UsableApp>, StoreError> {
        let user_id = user_id.clone();
        self.snapshot(move |conn, _| usable(conn, user_id.as_str())).await
    }
}
