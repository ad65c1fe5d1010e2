//! Types of users (contract: user-types).

use denizen_domain::authority::Permission;
use denizen_domain::event::{Entity, EventType};
use denizen_domain::id::UserTypeId;
use denizen_domain::ports::{Changes, StructureState, StructureWrite, Write};
use denizen_domain::schema::Schema;
use denizen_domain::time::Timestamp;
use denizen_domain::user_type::{UserType, UserTypeDescription, UserTypeRefusal};
use denizen_domain::validation::Validation;

use crate::account::Doer;
use crate::call::Call;
use crate::directory::{Directory, must_at_large};
use crate::error::Error;
use crate::users::type_named;

impl Directory {
    /// Reads every user type, the default one first (`listUserTypes`).
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn list_user_types(&self, call: &Call) -> Result<Vec<UserType>, Error> {
        must_at_large(call, Permission::UserTypesRead)?;
        let structure = self.structure().await?;
        Ok(structure
            .user_types
            .iter()
            .map(|(user_type, _)| user_type.clone())
            .collect())
    }

    /// Reads a user type, by id or as `default` (`getUserType`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn get_user_type(&self, call: &Call, id: &str) -> Result<UserType, Error> {
        must_at_large(call, Permission::UserTypesRead)?;
        Ok(type_named(&*self.structure().await?, Some(id))?.0.clone())
    }

    /// Makes a user type, with a schema of its own (`createUserType`).
    ///
    /// # Errors
    /// `Forbidden`, `Validation`, `Conflict`.
    pub async fn create_user_type(&self, call: &Call, request: UserTypeDescription) -> Result<UserType, Error> {
        must_at_large(call, Permission::UserTypesManage)?;
        self.change_structure(|structure| {
            let at = self.now();
            let others: Vec<UserType> = structure.user_types.iter().map(|(other, _)| other.clone()).collect();
            let id = UserTypeId::generate(at, self.random());
            let made = UserType::create(id, request.clone(), &others, call.caller.id(), at)?;
            let schema = made.first_schema();
            let write = StructureWrite::InsertUserType(Box::new(made.clone()), Box::new(schema));
            Ok((
                self.type_changes(call, write, EventType::UserTypeCreate, &made, at),
                made,
            ))
        })
        .await
    }

    /// Changes parts of a user type (`updateUserType`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Validation`, `Conflict`.
    pub async fn update_user_type(
        &self,
        call: &Call,
        id: &str,
        request: UserTypeDescription,
    ) -> Result<UserType, Error> {
        self.describe_user_type(call, id, |present, at| {
            present.update(request.clone(), call.caller.id(), at)
        })
        .await
    }

    /// Describes a user type anew (`replaceUserType`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Validation`, `Conflict`.
    pub async fn replace_user_type(
        &self,
        call: &Call,
        id: &str,
        request: UserTypeDescription,
    ) -> Result<UserType, Error> {
        self.describe_user_type(call, id, |present, at| {
            present.replace(request.clone(), call.caller.id(), at)
        })
        .await
    }

    /// Removes a user type that no user has, with its schema (`deleteUserType`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `UserType`, `Conflict`.
    pub async fn delete_user_type(&self, call: &Call, id: &str) -> Result<(), Error> {
        must_at_large(call, Permission::UserTypesManage)?;
        let found = type_named(&*self.structure().await?, Some(id))?.0.clone();
        let users = usize::from(self.ports.store.user_type_is_used(&found.id).await?);
        found.check_removal(users)?;
        let removed = self
            .change_structure(|structure| {
                let present = type_named(structure, Some(found.id.as_str()))?.0.clone();
                let at = self.now();
                let write = StructureWrite::DeleteUserType(present.id.clone());
                let changes = self.type_changes(call, write, EventType::UserProfileUpdate, &present, at);
                Ok((changes, ()))
            })
            .await;
        match removed {
            // A user got the type meanwhile, again and again refused by the store.
            Err(Error::Conflict) => Err(UserTypeRefusal::HasUsers.into()),
            other => other,
        }
    }

    async fn describe_user_type(
        &self,
        call: &Call,
        id: &str,
        describe: impl Fn(&UserType, Timestamp) -> Result<UserType, Validation>,
    ) -> Result<UserType, Error> {
        must_at_large(call, Permission::UserTypesManage)?;
        self.change_structure(|structure: &StructureState| {
            let at = self.now();
            let (present, schema) = type_named(structure, Some(id))?;
            let described = describe(present, at)?;
            if described == *present {
                return Ok((Changes::default(), described));
            }
            let schema: Schema = schema.clone().named(
                &described.name,
                &described.display_name,
                described.description.as_deref(),
            );
            let write = StructureWrite::UpdateUserType(Box::new(described.clone()), Box::new(schema));
            let changes = self.type_changes(call, write, EventType::UserProfileUpdate, &described, at);
            Ok((changes, described))
        })
        .await
    }

    fn type_changes(
        &self,
        call: &Call,
        write: StructureWrite,
        event: EventType,
        about: &UserType,
        at: Timestamp,
    ) -> Changes {
        Changes {
            writes: vec![Write::Structure(write)],
            events: vec![self.event(&Doer::caller(call), event, vec![type_entity(about)], at)],
            messages: Vec::new(),
        }
    }
}

/// A user type as a participant of an event.
pub(crate) fn type_entity(user_type: &UserType) -> Entity {
    Entity {
        id: user_type.id.to_string(),
        kind: "UserType".to_owned(),
        alternate_id: Some(user_type.name.clone()),
        display_name: Some(user_type.display_name.clone()),
    }
}
