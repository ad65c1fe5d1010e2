//! Reading what every directory has.

use std::collections::HashMap;

use async_trait::async_trait;
use denizen_domain::id::{AppId, OrgId, UserTypeId};
use denizen_domain::linked_object::{LinkedObjectDefinition, LinkedObjectSide};
use denizen_domain::organization::Organization;
use denizen_domain::ports::{StoreError, Structure, StructureState};
use denizen_domain::schema::Schema;
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_domain::user_type::UserType;
use diesel::prelude::*;

use super::hotp_profiles::{factor_switches, hotp_profiles};
use super::row::bad_row;
use super::{Backend, Conn, Store, unavailable};
use crate::schema::{apps, linked_objects, organization, schemas, user_types};

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
#[diesel(table_name = linked_objects, check_for_backend(Backend))]
struct LinkedObjectRow {
    primary_name: String,
    primary_title: String,
    primary_description: Option<String>,
    associated_name: String,
    associated_title: String,
    associated_description: Option<String>,
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

impl From<LinkedObjectRow> for LinkedObjectDefinition {
    fn from(row: LinkedObjectRow) -> Self {
        Self {
            primary: LinkedObjectSide {
                name: row.primary_name,
                title: row.primary_title,
                description: row.primary_description,
            },
            associated: LinkedObjectSide {
                name: row.associated_name,
                title: row.associated_title,
                description: row.associated_description,
            },
        }
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

/// The directory has nothing yet.
pub(super) fn not_founded() -> StoreError {
    StoreError::Unavailable("the directory was never founded".to_owned())
}

/// The schema that a stored document describes.
fn schema(document: &str, id: &str) -> Result<Schema, StoreError> {
    serde_json::from_str(document).map_err(|_| bad_row("schemas", id, "document"))
}

/// The whole shape. All of it must be read in one snapshot.
fn structure(conn: &mut Conn) -> Result<StructureState, StoreError> {
    let version: Option<i64> = organization::table
        .select(organization::structure_version)
        .first(conn)
        .optional()
        .map_err(unavailable)?;
    let version = version.ok_or_else(not_founded)?;
    let documents: Vec<(String, String)> = schemas::table
        .select((schemas::id, schemas::document))
        .load(conn)
        .map_err(unavailable)?;
    let documents: HashMap<String, String> = documents.into_iter().collect();
    let described = |id: &str| schema(documents.get(id).map_or("", String::as_str), id);
    let rows: Vec<UserTypeRow> = user_types::table
        .order((user_types::is_default.desc(), user_types::seq.asc()))
        .select(UserTypeRow::as_select())
        .load(conn)
        .map_err(unavailable)?;
    let mut types = Vec::with_capacity(rows.len());
    for row in rows {
        let user_type = UserType::try_from(row)?;
        let schema = described(user_type.id.schema_id().as_str())?;
        types.push((user_type, schema));
    }
    let definitions: Vec<LinkedObjectRow> = linked_objects::table
        .order(linked_objects::seq)
        .select(LinkedObjectRow::as_select())
        .load(conn)
        .map_err(unavailable)?;
    Ok(StructureState {
        version,
        user_types: types,
        group_schema: described(GROUP_SCHEMA)?,
        linked_objects: definitions.into_iter().map(LinkedObjectDefinition::from).collect(),
        factor_switches: factor_switches(conn)?,
        hotp_profiles: hotp_profiles(conn)?,
    })
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

    async fn structure_version(&self) -> Result<i64, StoreError> {
        let version = || organization::table.select(organization::structure_version);
        let version: Option<i64> = self.row(version).await?;
        version.ok_or_else(not_founded)
    }

    async fn structure(&self) -> Result<StructureState, StoreError> {
        self.snapshot(move |conn, _| structure(conn)).await
    }

    async fn app_schema(&self, id: &AppId) -> Result<Option<Schema>, StoreError> {
        let by_id = || apps::table.filter(apps::id.eq(id.as_str())).select(apps::user_schema);
        let document: Option<String> = self.row(by_id).await?;
        document.map(|document| schema(&document, id.as_str())).transpose()
    }
}
