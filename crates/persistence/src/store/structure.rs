//! Reading what every directory has.

use async_trait::async_trait;
use denizen_domain::group::{Group, GroupKind};
use denizen_domain::id::{GroupId, OrgId, SchemaId, UserTypeId};
use denizen_domain::organization::Organization;
use denizen_domain::ports::{StoreError, Structure};
use denizen_domain::schema::Schema;
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_domain::user_type::UserType;
use diesel::prelude::*;

use super::row::bad_row;
use super::{Backend, Store};
use crate::schema::{groups, organization, schemas, user_types};

/// The schema of groups has no id of its own.
pub(super) const GROUP_SCHEMA: &str = "group";

#[derive(Queryable, Selectable)]
#[diesel(table_name = organization, check_for_backend(Backend))]
struct OrganizationRow {
    id: String,
    name: String,
    created: i64,
    cursor_key: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = groups, check_for_backend(Backend))]
struct GroupRow {
    id: String,
    kind: String,
    name: String,
    description: Option<String>,
    created: i64,
    last_updated: i64,
    last_membership_updated: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = user_types, check_for_backend(Backend))]
struct UserTypeRow {
    id: String,
    name: String,
    display_name: String,
    description: Option<String>,
    created_by: String,
    last_updated_by: String,
    created: i64,
    last_updated: i64,
    is_default: bool,
}

impl TryFrom<GroupRow> for Group {
    type Error = StoreError;

    fn try_from(row: GroupRow) -> Result<Self, StoreError> {
        Ok(Self {
            kind: GroupKind::parse(&row.kind).ok_or_else(|| bad_row("groups", &row.id, "kind"))?,
            id: GroupId::parse(&row.id).ok_or_else(|| bad_row("groups", &row.id, "id"))?,
            name: row.name,
            description: row.description,
            created: Timestamp::from_millis(row.created),
            last_updated: Timestamp::from_millis(row.last_updated),
            last_membership_updated: Timestamp::from_millis(row.last_membership_updated),
        })
    }
}

impl TryFrom<UserTypeRow> for UserType {
    type Error = StoreError;

    fn try_from(row: UserTypeRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: UserTypeId::parse(&row.id).ok_or_else(|| bad_row("user_types", &row.id, "id"))?,
            name: row.name,
            display_name: row.display_name,
            description: row.description,
            created_by: row.created_by,
            last_updated_by: row.last_updated_by,
            created: Timestamp::from_millis(row.created),
            last_updated: Timestamp::from_millis(row.last_updated),
            is_default: row.is_default,
        })
    }
}

fn not_founded() -> StoreError {
    StoreError::Unavailable("the directory was never founded".to_owned())
}

impl Store {
    async fn schema(&self, id: &str) -> Result<Option<Schema>, StoreError> {
        let by_id = || schemas::table.filter(schemas::id.eq(id)).select(schemas::document);
        let document: Option<String> = self.row(by_id).await?;
        let parse = |text: String| serde_json::from_str(&text).map_err(|_| bad_row("schemas", id, "document"));
        document.map(parse).transpose()
    }
}

#[async_trait]
impl Structure for Store {
    async fn organization(&self) -> Result<Option<Organization>, StoreError> {
        let only = || organization::table.select(OrganizationRow::as_select());
        let row: Option<OrganizationRow> = self.row(only).await?;
        let read = |row: OrganizationRow| {
            Ok(Organization {
                id: OrgId::parse(&row.id).ok_or_else(|| bad_row("organization", &row.id, "id"))?,
                name: row.name,
                created: Timestamp::from_millis(row.created),
                cursor_key: Secret::new(row.cursor_key),
            })
        };
        row.map(read).transpose()
    }

    async fn group(&self, id: &GroupId) -> Result<Option<Group>, StoreError> {
        let by_id = || {
            groups::table
                .filter(groups::id.eq(id.as_str()))
                .select(GroupRow::as_select())
        };
        self.row(by_id).await?.map(Group::try_from).transpose()
    }

    async fn everyone(&self) -> Result<Group, StoreError> {
        let built_in = || {
            groups::table
                .filter(groups::kind.eq(GroupKind::BuiltIn.as_str()))
                .select(GroupRow::as_select())
        };
        self.row(built_in).await?.ok_or_else(not_founded)?.try_into()
    }

    async fn user_type(&self, id: &UserTypeId) -> Result<Option<UserType>, StoreError> {
        let by_id = || {
            user_types::table
                .filter(user_types::id.eq(id.as_str()))
                .select(UserTypeRow::as_select())
        };
        self.row(by_id).await?.map(UserType::try_from).transpose()
    }

    async fn default_user_type(&self) -> Result<UserType, StoreError> {
        let default = || {
            user_types::table
                .filter(user_types::is_default)
                .select(UserTypeRow::as_select())
        };
        self.row(default).await?.ok_or_else(not_founded)?.try_into()
    }

    async fn user_schema(&self, id: &SchemaId) -> Result<Option<Schema>, StoreError> {
        self.schema(id.as_str()).await
    }

    async fn group_schema(&self) -> Result<Schema, StoreError> {
        self.schema(GROUP_SCHEMA).await?.ok_or_else(not_founded)
    }
}
