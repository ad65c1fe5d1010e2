//! The shape of the directory in memory.

use async_trait::async_trait;
use denizen_domain::factor::switch::FactorSwitches;
use denizen_domain::id::{AppId, UserTypeId};
use denizen_domain::organization::{Foundation, Organization};
use denizen_domain::ports::{StoreError, Structure, StructureState, StructureWrite, UniqueField};
use denizen_domain::profile::Profile;
use denizen_domain::schema::Schema;
use denizen_domain::search::{index_text, values_of};
use denizen_domain::user::User;

use super::{MemoryStore, State};

#[async_trait]
impl Structure for MemoryStore {
    async fn organization(&self) -> Result<Option<Organization>, StoreError> {
        Ok(self.state().organization.clone())
    }

    async fn structure_version(&self) -> Result<i64, StoreError> {
        self.state().structure().map(|structure| structure.version)
    }

    async fn structure(&self) -> Result<StructureState, StoreError> {
        self.state().structure().cloned()
    }

    async fn app_schema(&self, id: &AppId) -> Result<Option<Schema>, StoreError> {
        let state = self.state();
        let found = state.apps.values().find(|(app, _)| app.id == *id);
        Ok(found.map(|(_, schema)| schema.clone()))
    }
}

impl State {
    pub(super) fn found(&mut self, foundation: Foundation) {
        self.organization = Some(foundation.organization);
        self.everyone = Some(foundation.everyone);
        self.structure = Some(StructureState {
            version: 1,
            user_types: vec![(foundation.user_type, foundation.user_schema)],
            group_schema: foundation.group_schema,
            linked_objects: Vec::new(),
            factor_switches: FactorSwitches::default(),
            hotp_profiles: Vec::new(),
        });
    }

    pub(super) fn structure(&self) -> Result<&StructureState, StoreError> {
        let missing = || StoreError::Unavailable("not founded".to_owned());
        self.structure.as_ref().ok_or_else(missing)
    }

    fn structure_mut(&mut self) -> Result<&mut StructureState, StoreError> {
        let missing = || StoreError::Unavailable("not founded".to_owned());
        self.structure.as_mut().ok_or_else(missing)
    }

    pub(super) fn expect_structure(&self, version: i64) -> Result<(), StoreError> {
        if self.structure()?.version == version {
            Ok(())
        } else {
            Err(StoreError::Stale)
        }
    }

    pub(super) fn advance_structure(&mut self, version: i64) -> Result<(), StoreError> {
        self.expect_structure(version)?;
        self.structure_mut()?.version += 1;
        Ok(())
    }

    pub(super) fn write_structure(&mut self, write: StructureWrite) -> Result<(), StoreError> {
        match write {
            StructureWrite::InsertUserType(user_type, schema) => {
                self.structure_mut()?.user_types.push((*user_type, *schema));
            }
            StructureWrite::UpdateUserType(user_type, schema) => {
                let mut types = self.structure_mut()?.user_types.iter_mut();
                let place = types.find(|(present, _)| present.id == user_type.id);
                *place.ok_or(StoreError::Stale)? = (*user_type, *schema);
            }
            StructureWrite::DeleteUserType(id) => {
                if self.users.values().any(|user| user.type_id == id) {
                    return Err(StoreError::Stale);
                }
                self.structure_mut()?.user_types.retain(|(present, _)| present.id != id);
            }
            StructureWrite::UpdateGroupSchema(schema) => self.structure_mut()?.group_schema = *schema,
            StructureWrite::RemoveUserAttribute { type_id, name } => {
                self.release_attribute(&type_id, &name);
                for user in self.users.values_mut().filter(|user| user.type_id == type_id) {
                    if let Some(profile) = without(&user.profile, &name) {
                        user.profile = profile;
                        user.version += 1;
                    }
                }
            }
            StructureWrite::RemoveGroupAttribute(name) => {
                for group in self.groups.values_mut() {
                    let mut attributes = group.profile.attributes();
                    if attributes.remove(&name).is_some() {
                        group.profile = Profile::showing(&["name", "description"], &attributes);
                        group.version += 1;
                    }
                }
            }
            StructureWrite::ClaimUserAttribute { type_id, name } => self.claim_attribute(&type_id, &name)?,
            StructureWrite::ReleaseUserAttribute { type_id, name } => self.release_attribute(&type_id, &name),
            StructureWrite::SwitchFactor { kind, is_on } => {
                let switches = &mut self.structure_mut()?.factor_switches;
                *switches = std::mem::take(switches).with(kind, is_on);
            }
            StructureWrite::InsertHotpProfile(profile) => self.structure_mut()?.hotp_profiles.push(*profile),
            StructureWrite::UpdateHotpProfile(profile) => {
                let mut profiles = self.structure_mut()?.hotp_profiles.iter_mut();
                let place = profiles.find(|present| present.id == profile.id);
                *place.ok_or(StoreError::Stale)? = *profile;
            }
            StructureWrite::InsertLinkedObject(definition) => self.structure_mut()?.linked_objects.push(definition),
            StructureWrite::DeleteLinkedObject(name) => {
                let definitions = &mut self.structure_mut()?.linked_objects;
                definitions.retain(|definition| definition.primary.name != name);
                self.links.retain(|(relation, _), _| *relation != name);
            }
        }
        Ok(())
    }

    fn claim_attribute(&mut self, type_id: &UserTypeId, name: &str) -> Result<(), StoreError> {
        let owners: Vec<User> = self
            .users
            .values()
            .filter(|user| user.type_id == *type_id)
            .cloned()
            .collect();
        for owner in owners {
            let value = owner.profile.attributes().get(name).map(values_of).unwrap_or_default();
            for value in value {
                let key = (name.to_owned(), index_text(&value));
                if self.claims.get(&key).is_some_and(|present| *present != owner.id) {
                    return Err(StoreError::Duplicate(UniqueField::Attribute(name.to_owned())));
                }
                self.claims.insert(key, owner.id.clone());
            }
        }
        Ok(())
    }

    fn release_attribute(&mut self, type_id: &UserTypeId, name: &str) {
        let is_of_type = |id| {
            self.places
                .get(id)
                .and_then(|place| self.users.get(place))
                .is_some_and(|u| u.type_id == *type_id)
        };
        let released: Vec<_> = self
            .claims
            .iter()
            .filter(|((attribute, _), owner)| attribute == name && is_of_type(*owner))
            .map(|(key, _)| key.clone())
            .collect();
        for key in released {
            self.claims.remove(&key);
        }
    }
}

/// A user's profile without an attribute, if it has it.
fn without(profile: &Profile, name: &str) -> Option<Profile> {
    let mut attributes = profile.attributes();
    attributes.remove(name)?;
    Some(Profile::from_attributes(&attributes))
}
