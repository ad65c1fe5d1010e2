//! Links between users: definitions, and who is linked to whom (contract: linked-objects).

use denizen_domain::authority::Permission;
use denizen_domain::event::{Entity, EventType};
use denizen_domain::id::UserId;
use denizen_domain::linked_object::{LinkedObjectDefinition, Side};
use denizen_domain::ports::{Changes, MembershipWrite, StructureWrite, Write};
use denizen_domain::validation::Validation;

use crate::account::Doer;
use crate::call::{Call, Listing};
use crate::directory::{Directory, MOST_ROUNDS, must, must_at_large};
use crate::error::{Error, ResourceKind};
use crate::paging::limit_within;

/// Links that a list shows at most, and when nothing is said.
const MOST: usize = 1000;

impl Directory {
    /// Reads every definition (`listLinkedObjectDefinitions`).
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn list_linked_object_definitions(&self, call: &Call) -> Result<Vec<LinkedObjectDefinition>, Error> {
        must_at_large(call, Permission::LinkedObjectsRead)?;
        Ok(self.structure().await?.linked_objects.clone())
    }

    /// Reads a definition by either of its names (`getLinkedObjectDefinition`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn get_linked_object_definition(&self, call: &Call, name: &str) -> Result<LinkedObjectDefinition, Error> {
        must_at_large(call, Permission::LinkedObjectsRead)?;
        self.relation(name).await.map(|(definition, _)| definition)
    }

    /// Defines a relation (`createLinkedObjectDefinition`).
    ///
    /// # Errors
    /// `Forbidden`, `Validation`, `LinkedObjectInUse`, `Conflict`.
    pub async fn create_linked_object_definition(
        &self,
        call: &Call,
        definition: LinkedObjectDefinition,
    ) -> Result<LinkedObjectDefinition, Error> {
        must_at_large(call, Permission::LinkedObjectsManage)?;
        self.change_structure(|structure| {
            definition.check(&structure.linked_objects)?;
            let write = StructureWrite::InsertLinkedObject(definition.clone());
            let changes = self.definition_changes(call, write, EventType::LinkedObjectCreate, &definition);
            Ok((changes, definition.clone()))
        })
        .await
    }

    /// Removes a definition by either of its names, with every link of it (`deleteLinkedObjectDefinition`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Conflict`.
    pub async fn delete_linked_object_definition(&self, call: &Call, name: &str) -> Result<(), Error> {
        must_at_large(call, Permission::LinkedObjectsManage)?;
        self.change_structure(|structure| {
            let found = structure.linked_object(name);
            let found = found.ok_or_else(|| Error::not_found(ResourceKind::LinkedObject, name))?;
            let write = StructureWrite::DeleteLinkedObject(found.primary.name.clone());
            Ok((
                self.definition_changes(call, write, EventType::LinkedObjectDelete, found),
                (),
            ))
        })
        .await
    }

    /// Gives a user a primary, in place of another one (`assignLinkedObjectValueForPrimary`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Conflict`.
    pub async fn link_user(&self, call: &Call, key: &str, relation: &str, primary: &str) -> Result<(), Error> {
        for _ in 0..MOST_ROUNDS {
            let user = self.find_user(call, key).await?;
            must(call, Permission::UsersProfileManage, &user)?;
            self.primary_relation(relation).await?;
            let other = self.find_user(call, primary).await?;
            let kind = EventType::UserUpdateProfile;
            let entities = vec![Entity::user(&user), Entity::user(&other)];
            let mut event = self.event(&Doer::caller(call), kind, entities, self.now());
            event.debug.insert("linkedObject".to_owned(), relation.to_owned());
            let write = MembershipWrite::Link {
                relation: relation.to_owned(),
                associated: user.id.clone(),
                primary: other.id.clone(),
            };
            let changes = Changes {
                writes: vec![Write::Membership(write)],
                events: vec![event],
                messages: Vec::new(),
            };
            if self.committed(changes).await? {
                return Ok(());
            }
        }
        Err(Error::Conflict)
    }

    /// Takes a user's primary away (`deleteLinkedObjectForUser`). Only the primary name says which link is meant.
    ///
    /// # Errors
    /// `NotFound`, `Validation`, `Forbidden`.
    pub async fn unlink_user(&self, call: &Call, key: &str, relation: &str) -> Result<(), Error> {
        let user = self.find_user(call, key).await?;
        must(call, Permission::UsersProfileManage, &user)?;
        let (definition, side) = self.relation(relation).await?;
        if side == Side::Associated {
            return Err(Validation::field(
                "relationshipName",
                "A link can only be deleted by the name of its primary side",
            )
            .into());
        }
        let relation = definition.primary.name;
        if self.ports.store.primary_of(&relation, &user.id).await?.is_none() {
            return Ok(());
        }
        let kind = EventType::UserUpdateProfile;
        let mut event = self.event(&Doer::caller(call), kind, vec![Entity::user(&user)], self.now());
        event.debug.insert("linkedObject".to_owned(), relation.clone());
        let write = MembershipWrite::Unlink {
            relation,
            associated: user.id.clone(),
        };
        let changes = Changes {
            writes: vec![Write::Membership(write)],
            events: vec![event],
            messages: Vec::new(),
        };
        Ok(self.commit(changes).await?)
    }

    /// Reads a user's links under a name: the one primary, or the users whose primary the user is
    /// (`listLinkedObjectsForUser`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Validation`, `InvalidCursor`.
    pub async fn list_linked_users(
        &self,
        call: &Call,
        key: &str,
        name: &str,
        after: Option<&str>,
        limit: Option<i64>,
    ) -> Result<Listing<UserId>, Error> {
        let user = self.see_user(call, key).await?;
        must(call, Permission::UsersRead, &user)?;
        let (definition, side) = self.relation(name).await?;
        let relation = definition.primary.name;
        let limit = limit_within(limit, MOST, MOST)?;
        if side == Side::Primary {
            let primary = self.ports.store.primary_of(&relation, &user.id).await?;
            return Ok(Listing {
                items: self.seen_of(call, primary.into_iter().collect()).await?,
                next: None,
                limit,
            });
        }
        let list = format!("linked {relation} {}", user.id);
        let after = self.opened(after, &list, call)?;
        let store = &self.ports.store;
        let page = store
            .associated_with(&relation, &user.id, after.as_ref(), limit)
            .await?;
        let mut listing = self.listing(page, limit, &list, call);
        listing.items = self.seen_of(call, listing.items).await?;
        Ok(listing)
    }

    /// Those of some users whom the caller sees.
    async fn seen_of(&self, call: &Call, ids: Vec<UserId>) -> Result<Vec<UserId>, Error> {
        let mut seen = Vec::with_capacity(ids.len());
        for id in ids {
            if self.sees(call, &id).await? {
                seen.push(id);
            }
        }
        Ok(seen)
    }

    async fn relation(&self, name: &str) -> Result<(LinkedObjectDefinition, Side), Error> {
        let structure = self.structure().await?;
        let found = structure.linked_object(name);
        let found = found.and_then(|definition| Some((definition.clone(), definition.side(name)?)));
        found.ok_or_else(|| Error::not_found(ResourceKind::LinkedObject, name))
    }

    /// A relation by its primary name; an associated name is not found.
    async fn primary_relation(&self, name: &str) -> Result<(), Error> {
        match self.relation(name).await? {
            (_, Side::Primary) => Ok(()),
            (_, Side::Associated) => Err(Error::not_found(ResourceKind::LinkedObject, name)),
        }
    }

    fn definition_changes(
        &self,
        call: &Call,
        write: StructureWrite,
        event: EventType,
        about: &LinkedObjectDefinition,
    ) -> Changes {
        let entity = Entity {
            id: about.primary.name.clone(),
            kind: "LinkedObject".to_owned(),
            alternate_id: Some(about.associated.name.clone()),
            display_name: Some(about.primary.title.clone()),
        };
        Changes {
            writes: vec![Write::Structure(write)],
            events: vec![self.event(&Doer::caller(call), event, vec![entity], self.now())],
            messages: Vec::new(),
        }
    }
}
