//! Reading what every directory has: the organization, user types, schemas, definitions of links.

use async_trait::async_trait;

use super::StoreError;
use crate::factor::hotp::HotpProfile;
use crate::factor::switch::FactorSwitches;
use crate::id::{AppId, SchemaId, UserTypeId};
use crate::linked_object::LinkedObjectDefinition;
use crate::organization::Organization;
use crate::schema::Schema;
use crate::user_type::UserType;

/// The shape of the directory at one version. It is small and changes rarely, so it is read and kept as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct StructureState {
    /// Grows by one with each change of any part.
    pub version: i64,
    /// The types of users with their schemas: the default type first, then by creation.
    pub user_types: Vec<(UserType, Schema)>,
    /// The schema of groups.
    pub group_schema: Schema,
    /// The relations between users, by creation.
    pub linked_objects: Vec<LinkedObjectDefinition>,
    /// Which kinds of factor are used.
    pub factor_switches: FactorSwitches,
    /// How the codes of custom tokens are made, by creation.
    pub hotp_profiles: Vec<HotpProfile>,
}

impl StructureState {
    /// The type with this id, and its schema.
    #[must_use]
    pub fn user_type(&self, id: &UserTypeId) -> Option<&(UserType, Schema)> {
        self.user_types.iter().find(|(user_type, _)| user_type.id == *id)
    }

    /// The default type and its schema; `None` only in a database that was never founded.
    #[must_use]
    pub fn default_user_type(&self) -> Option<&(UserType, Schema)> {
        self.user_types.iter().find(|(user_type, _)| user_type.is_default)
    }

    /// The type whose schema has this id.
    #[must_use]
    pub fn described_by(&self, id: &SchemaId) -> Option<&(UserType, Schema)> {
        self.user_type(&id.type_id())
    }

    /// The profile of custom tokens with this id.
    #[must_use]
    pub fn hotp_profile(&self, id: &str) -> Option<&HotpProfile> {
        self.hotp_profiles.iter().find(|profile| profile.id.as_str() == id)
    }

    /// The definition that has this name on either side.
    #[must_use]
    pub fn linked_object(&self, name: &str) -> Option<&LinkedObjectDefinition> {
        self.linked_objects
            .iter()
            .find(|definition| definition.side(name).is_some())
    }
}

/// Reads the shape of the directory.
#[async_trait]
pub trait Structure: Send + Sync {
    /// The organization; `None` in a database that was never founded.
    async fn organization(&self) -> Result<Option<Organization>, StoreError>;
    /// The version of the shape: one cheap read, so that a shape that was read before can be used again while it is current.
    async fn structure_version(&self) -> Result<i64, StoreError>;
    /// The shape, all of it at one version.
    async fn structure(&self) -> Result<StructureState, StoreError>;
    /// The schema of an app's users.
    async fn app_schema(&self, id: &AppId) -> Result<Option<Schema>, StoreError>;
}
