//! What every directory has: groups, types, schemas.

use denizen_domain::authority::Permission;
use denizen_domain::group::Group;
use denizen_domain::id::{GroupId, SchemaId, UserTypeId};
use denizen_domain::schema::Schema;
use denizen_domain::user_type::UserType;

use crate::call::Call;
use crate::directory::{Directory, must, must_at_large};
use crate::error::{Error, ResourceKind};

impl Directory {
    /// The groups of a user (`listUserGroups`): everybody is in `Everyone`.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn list_user_groups(&self, call: &Call, key: &str) -> Result<Vec<Group>, Error> {
        let user = self.find_user(call, key).await?;
        must(call, Permission::UsersRead, &user)?;
        Ok(vec![self.everyone.clone()])
    }

    /// Reads a group (`getGroup`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn get_group(&self, call: &Call, id: &str) -> Result<Group, Error> {
        must_at_large(call, Permission::GroupsRead)?;
        let found = match GroupId::parse(id) {
            Some(id) => self.ports.store.group(&id).await?,
            None => None,
        };
        found.ok_or_else(|| Error::not_found(ResourceKind::UserGroup, id))
    }

    /// The user types (`listUserTypes`): the one that comes with the directory.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn list_user_types(&self, call: &Call) -> Result<Vec<UserType>, Error> {
        must_at_large(call, Permission::UserTypesRead)?;
        Ok(vec![self.ports.store.default_user_type().await?])
    }

    /// Reads a user type, by id or as `default` (`getUserType`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn get_user_type(&self, call: &Call, id: &str) -> Result<UserType, Error> {
        must_at_large(call, Permission::UserTypesRead)?;
        if id == "default" {
            return Ok(self.ports.store.default_user_type().await?);
        }
        let found = match UserTypeId::parse(id) {
            Some(id) => self.ports.store.user_type(&id).await?,
            None => None,
        };
        found.ok_or_else(|| Error::not_found(ResourceKind::UserType, id))
    }

    /// Reads the schema of a user type, by id or as `default` (`getUserSchema`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn get_user_schema(&self, call: &Call, id: &str) -> Result<(Schema, UserType), Error> {
        must_at_large(call, Permission::SchemasRead)?;
        let missing = || Error::not_found(ResourceKind::UserSchema, id);
        let user_type = match id {
            "default" => self.ports.store.default_user_type().await?,
            _ => {
                let schema_id = SchemaId::parse(id).ok_or_else(missing)?;
                self.ports
                    .store
                    .user_type(&schema_id.type_id())
                    .await?
                    .ok_or_else(missing)?
            }
        };
        let schema = self
            .ports
            .store
            .user_schema(&user_type.id.schema_id())
            .await?
            .ok_or_else(missing)?;
        Ok((schema, user_type))
    }

    /// Reads the schema of groups (`getGroupSchema`).
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn get_group_schema(&self, call: &Call) -> Result<Schema, Error> {
        must_at_large(call, Permission::SchemasRead)?;
        Ok(self.ports.store.group_schema().await?)
    }
}
