//! Schemas of users, groups and users of apps (contract: schemas).

use denizen_domain::app::App;
use denizen_domain::authority::Permission;
use denizen_domain::event::{Entity, EventType};
use denizen_domain::id::SchemaId;
use denizen_domain::ports::{AppWrite, Changes, StructureState, StructureWrite, Write};
use denizen_domain::schema::{Edited, Schema, SchemaEdit};
use denizen_domain::user_type::UserType;

use crate::account::Doer;
use crate::apps::app_entity;
use crate::call::Call;
use crate::directory::{Directory, MOST_ROUNDS, must_at_large};
use crate::error::{Error, ResourceKind};
use crate::sight::must_with_app;
use crate::user_types::type_entity;

impl Directory {
    /// Reads the schema of a user type, by id or as `default` (`getUserSchema`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn get_user_schema(&self, call: &Call, id: &str) -> Result<(Schema, UserType), Error> {
        must_at_large(call, Permission::SchemasRead)?;
        let structure = self.structure().await?;
        let (user_type, schema) = schema_named(&structure, id)?;
        Ok((schema.clone(), user_type.clone()))
    }

    /// Merges a partial description into the schema of a user type (`updateUserProfile`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Schema`, `Conflict`.
    pub async fn update_user_schema(
        &self,
        call: &Call,
        id: &str,
        edit: &SchemaEdit,
    ) -> Result<(Schema, UserType), Error> {
        must_at_large(call, Permission::SchemasManage)?;
        // Attributes whose present values turn out to be equal, and so cannot become unique.
        let mut not_unique: Vec<String> = Vec::new();
        for _ in 0..MOST_ROUNDS {
            let edited = self
                .change_structure(|structure| {
                    let (user_type, schema) = schema_named(structure, id)?;
                    let edited = schema.edit(edit, self.now())?;
                    let (changes, schema) = self.schema_changes(call, user_type, schema, edited, &not_unique);
                    Ok((changes, (schema, user_type.clone())))
                })
                .await;
            match edited {
                Err(Error::NotUnique(name)) if !not_unique.contains(&name) => not_unique.push(name),
                other => return other,
            }
        }
        Err(Error::Conflict)
    }

    fn schema_changes(
        &self,
        call: &Call,
        user_type: &UserType,
        before: &Schema,
        edited: Edited,
        not_unique: &[String],
    ) -> (Changes, Schema) {
        let (type_id, mut schema) = (&user_type.id, edited.schema);
        let mut writes = Vec::new();
        for name in edited.removed {
            let type_id = type_id.clone();
            writes.push(StructureWrite::RemoveUserAttribute { type_id, name });
        }
        for name in edited.now_unique {
            if not_unique.contains(&name) {
                schema = schema.without_unique(&name);
            } else {
                let type_id = type_id.clone();
                writes.push(StructureWrite::ClaimUserAttribute { type_id, name });
            }
        }
        let was_unique = before.custom.iter().filter(|property| property.unique);
        for property in was_unique {
            if schema.property(&property.name).is_some_and(|after| !after.unique) {
                let (type_id, name) = (type_id.clone(), property.name.clone());
                writes.push(StructureWrite::ReleaseUserAttribute { type_id, name });
            }
        }
        let written = StructureWrite::UpdateUserType(Box::new(user_type.clone()), Box::new(schema.clone()));
        writes.push(written);
        let event = self.event(
            &Doer::caller(call),
            EventType::UserProfileUpdate,
            vec![type_entity(user_type)],
            self.now(),
        );
        let changes = Changes {
            writes: writes.into_iter().map(Write::Structure).collect(),
            events: vec![event],
            messages: Vec::new(),
        };
        (changes, schema)
    }

    /// Reads the schema of groups (`getGroupSchema`).
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn get_group_schema(&self, call: &Call) -> Result<Schema, Error> {
        must_at_large(call, Permission::SchemasRead)?;
        Ok(self.structure().await?.group_schema.clone())
    }

    /// Merges a partial description into the schema of groups (`updateGroupSchema`).
    ///
    /// # Errors
    /// `Forbidden`, `Schema`, `Conflict`.
    pub async fn update_group_schema(&self, call: &Call, edit: &SchemaEdit) -> Result<Schema, Error> {
        must_at_large(call, Permission::SchemasManage)?;
        self.change_structure(|structure| {
            let at = self.now();
            let edited = structure.group_schema.edit(edit, at)?;
            let removed = edited.removed.into_iter().map(StructureWrite::RemoveGroupAttribute);
            let mut writes: Vec<Write> = removed.map(Write::Structure).collect();
            let written = StructureWrite::UpdateGroupSchema(Box::new(edited.schema.clone()));
            writes.push(Write::Structure(written));
            let about = Entity {
                id: self.organization.id.to_string(),
                kind: "GroupSchema".to_owned(),
                alternate_id: Some("group".to_owned()),
                display_name: Some(edited.schema.title.clone()),
            };
            let event = self.event(&Doer::caller(call), EventType::UserProfileUpdate, vec![about], at);
            let changes = Changes {
                writes,
                events: vec![event],
                messages: Vec::new(),
            };
            Ok((changes, edited.schema))
        })
        .await
    }

    /// Reads the schema of an app's users (`getApplicationUserSchema`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn get_app_schema(&self, call: &Call, app_id: &str) -> Result<(Schema, App), Error> {
        must_at_large(call, Permission::SchemasRead)?;
        self.see_app(call, app_id).await?;
        self.app_and_schema(app_id).await
    }

    /// Merges a partial description into the schema of an app's users (`updateApplicationUserProfile`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Schema`, `Conflict`.
    pub async fn update_app_schema(
        &self,
        call: &Call,
        app_id: &str,
        edit: &SchemaEdit,
    ) -> Result<(Schema, App), Error> {
        let app = self.see_app(call, app_id).await?;
        must_with_app(call, Permission::SchemasManage, &app)?;
        for _ in 0..MOST_ROUNDS {
            let (schema, app) = self.app_and_schema(app_id).await?;
            let at = self.now();
            let edited = schema.edit(edit, at)?;
            let mut writes = vec![AppWrite::UpdateSchema {
                app: Box::new(app.clone()),
                to: Box::new(edited.schema.clone()),
            }];
            writes.extend(edited.removed.into_iter().map(|name| AppWrite::RemoveAttribute {
                id: app.id.clone(),
                name,
            }));
            let kind = EventType::AppUserProfileUpdate;
            let event = self.event(&Doer::caller(call), kind, vec![app_entity(&app)], at);
            let changes = Changes {
                writes: writes.into_iter().map(Write::App).collect(),
                events: vec![event],
                messages: Vec::new(),
            };
            if self.committed(changes).await? {
                return Ok((edited.schema, app));
            }
        }
        Err(Error::Conflict)
    }

    pub(crate) async fn app_and_schema(&self, app_id: &str) -> Result<(Schema, App), Error> {
        let app = self.find_app(app_id).await?;
        let schema = self.ports.store.app_schema(&app.id).await?;
        let schema = schema.ok_or_else(|| Error::not_found(ResourceKind::App, app_id))?;
        Ok((schema, app))
    }
}

fn schema_named<'a>(structure: &'a StructureState, id: &str) -> Result<&'a (UserType, Schema), Error> {
    let found = match id {
        "default" => structure.default_user_type(),
        _ => SchemaId::parse(id).and_then(|id| structure.described_by(&id)),
    };
    found.ok_or_else(|| Error::not_found(ResourceKind::UserSchema, id))
}
