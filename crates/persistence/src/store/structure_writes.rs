//! Writing the shape of the directory.

use denizen_domain::linked_object::LinkedObjectDefinition;
use denizen_domain::organization::Foundation;
use denizen_domain::ports::{StoreError, StructureWrite};
use denizen_domain::schema::Schema;
use denizen_domain::user_type::UserType;
use diesel::prelude::*;

use super::apply::{Expected, Statements, json};
use super::attribute_writes::{claim_everywhere, remove_from_groups, remove_from_users};
use super::hotp_profiles::{insert_hotp_profile, update_hotp_profile};
use super::membership_writes::insert_group;
use super::statements::{InsertUserType, ReleaseAll, SwitchFactor};
use super::structure::GROUP_SCHEMA;
use crate::schema::{linked_objects, organization, schemas, user_types};

/// Founds the directory.
pub(super) fn found(foundation: &Foundation, to: &mut impl Statements) -> Result<(), StoreError> {
    let org = &foundation.organization;
    let row = (
        organization::singleton.eq(1),
        organization::id.eq(org.id.as_str()),
        organization::name.eq(org.name.as_str()),
        organization::created.eq(org.created.as_millis()),
        organization::cursor_key.eq(org.cursor_key.expose()),
        organization::structure_version.eq(1),
    );
    to.run(Expected::One, diesel::insert_into(organization::table).values(row))?;
    insert_user_type(&foundation.user_type, &foundation.user_schema, to)?;
    insert_schema(GROUP_SCHEMA, &foundation.group_schema, to)?;
    insert_group(&foundation.everyone, to)
}

/// Goes on to the next version of the shape.
pub(super) fn advance_structure(version: i64, to: &mut impl Statements) -> Result<(), StoreError> {
    let present = organization::table.filter(organization::structure_version.eq(version));
    let next = organization::structure_version.eq(version.saturating_add(1));
    to.run(Expected::One, diesel::update(present).set(next))
}

/// Changes one part of the shape.
pub(super) fn write_structure(change: &StructureWrite, to: &mut impl Statements) -> Result<(), StoreError> {
    match change {
        StructureWrite::InsertUserType(user_type, schema) => insert_user_type(user_type, schema, to),
        StructureWrite::UpdateUserType(user_type, schema) => update_user_type(user_type, schema, to),
        StructureWrite::DeleteUserType(id) => {
            let known = user_types::table.filter(user_types::id.eq(id.as_str()));
            to.run(Expected::Any, diesel::delete(known))?;
            let schema = schemas::table.filter(schemas::id.eq(id.schema_id().as_str().to_owned()));
            to.run(Expected::Any, diesel::delete(schema))
        }
        StructureWrite::UpdateGroupSchema(schema) => update_schema(GROUP_SCHEMA, schema, to),
        StructureWrite::RemoveUserAttribute { type_id, name } => remove_from_users(type_id, name, to),
        StructureWrite::RemoveGroupAttribute(name) => remove_from_groups(name, to),
        StructureWrite::ClaimUserAttribute { type_id, name } => claim_everywhere(type_id, name, to),
        StructureWrite::ReleaseUserAttribute { type_id, name } => {
            let release = ReleaseAll {
                attribute: name,
                type_id: type_id.as_str(),
            };
            to.run(Expected::Any, release)
        }
        StructureWrite::SwitchFactor { kind, is_on } => {
            let set = SwitchFactor {
                kind: kind.org_name(),
                is_on: *is_on,
            };
            to.run(Expected::One, set)
        }
        StructureWrite::InsertHotpProfile(profile) => insert_hotp_profile(profile, to),
        StructureWrite::UpdateHotpProfile(profile) => update_hotp_profile(profile, to),
        StructureWrite::InsertLinkedObject(definition) => insert_linked_object(definition, to),
        StructureWrite::DeleteLinkedObject(name) => {
            let known = linked_objects::table.filter(linked_objects::primary_name.eq(name.as_str()));
            to.run(Expected::Any, diesel::delete(known))
        }
    }
}

fn insert_user_type(user_type: &UserType, schema: &Schema, to: &mut impl Statements) -> Result<(), StoreError> {
    let insert = InsertUserType {
        id: user_type.id.as_str(),
        name: &user_type.name,
        display_name: &user_type.display_name,
        description: user_type.description.as_deref(),
        created_by: &user_type.created_by,
        last_updated_by: &user_type.last_updated_by,
        created: user_type.created.as_millis(),
        last_updated: user_type.last_updated.as_millis(),
        is_default: user_type.is_default,
    };
    to.run(Expected::One, insert)?;
    insert_schema(user_type.id.schema_id().as_str(), schema, to)
}

fn update_user_type(user_type: &UserType, schema: &Schema, to: &mut impl Statements) -> Result<(), StoreError> {
    let row = (
        user_types::name.eq(user_type.name.as_str()),
        user_types::display_name.eq(user_type.display_name.as_str()),
        user_types::description.eq(user_type.description.as_deref()),
        user_types::created_by.eq(user_type.created_by.as_str()),
        user_types::last_updated_by.eq(user_type.last_updated_by.as_str()),
        user_types::created.eq(user_type.created.as_millis()),
        user_types::last_updated.eq(user_type.last_updated.as_millis()),
    );
    let known = user_types::table.filter(user_types::id.eq(user_type.id.as_str()));
    to.run(Expected::One, diesel::update(known).set(row))?;
    update_schema(user_type.id.schema_id().as_str(), schema, to)
}

fn insert_schema(id: &str, schema: &Schema, to: &mut impl Statements) -> Result<(), StoreError> {
    let document = json("schemas", schema)?;
    let row = (schemas::id.eq(id), schemas::document.eq(document.as_str()));
    to.run(Expected::One, diesel::insert_into(schemas::table).values(row))
}

fn update_schema(id: &str, schema: &Schema, to: &mut impl Statements) -> Result<(), StoreError> {
    let document = json("schemas", schema)?;
    let known = schemas::table.filter(schemas::id.eq(id));
    let update = diesel::update(known).set(schemas::document.eq(document.as_str()));
    to.run(Expected::One, update)
}

fn insert_linked_object(definition: &LinkedObjectDefinition, to: &mut impl Statements) -> Result<(), StoreError> {
    let (primary, associated) = (&definition.primary, &definition.associated);
    let row = (
        linked_objects::primary_name.eq(primary.name.as_str()),
        linked_objects::primary_title.eq(primary.title.as_str()),
        linked_objects::primary_description.eq(primary.description.as_deref()),
        linked_objects::associated_name.eq(associated.name.as_str()),
        linked_objects::associated_title.eq(associated.title.as_str()),
        linked_objects::associated_description.eq(associated.description.as_deref()),
    );
    to.run(Expected::One, diesel::insert_into(linked_objects::table).values(row))
}
