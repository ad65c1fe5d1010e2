//! Applying changes to the state in memory.

use denizen_domain::message::PendingMessage;
use denizen_domain::ports::{Changes, StoreError, UniqueField, Write};
use denizen_domain::user::User;

use super::{State, Waiting};

impl State {
    /// Applies all of the changes. After an error the state is good for nothing.
    pub(super) fn apply(&mut self, changes: Changes) -> Result<(), StoreError> {
        for write in changes.writes {
            self.write(write)?;
        }
        self.events.extend(changes.events);
        for message in changes.messages {
            let pending = PendingMessage {
                id: message.id.clone(),
                kind: message.kind,
                sealed: message.sealed,
                attempts: 0,
                next_attempt: message.created,
                created: message.created,
            };
            self.messages.insert(
                message.id,
                Waiting {
                    message: pending,
                    dead: false,
                },
            );
        }
        Ok(())
    }

    fn write(&mut self, write: Write) -> Result<(), StoreError> {
        match write {
            Write::Found(_) if self.organization.is_some() => return Err(StoreError::Stale),
            Write::Found(foundation) => self.found(*foundation),
            Write::ExpectStructure(version) => self.expect_structure(version)?,
            Write::AdvanceStructure(version) => self.advance_structure(version)?,
            Write::Structure(write) => self.write_structure(write)?,
            Write::Membership(write) => self.write_membership(write)?,
            Write::App(write) => self.write_app(write)?,
            Write::OAuth(write) => self.write_oauth(write)?,
            Write::Session(write) => self.write_session(write)?,
            Write::Factor(write) => self.write_factor(write)?,
            Write::Push(write) => self.write_push(write)?,
            Write::Yubikey(write) => self.write_yubikey(write)?,
            Write::InsertUser(user) => self.insert_user(*user)?,
            Write::UpdateUser { from, to } => self.update_user(&from, *to)?,
            Write::DeleteUser(user) => self.delete_user(&user)?,
            Write::Role(write) => self.write_role(write)?,
            Write::Subscription(write) => self.write_subscription(write)?,
            Write::Messaging(write) => self.write_messaging(write)?,
            Write::InsertApiToken(token) => {
                if self.api_tokens.insert(token.id.clone(), token).is_some() {
                    return Err(StoreError::Duplicate(UniqueField::Id));
                }
            }
            Write::TouchApiToken { id, last_used, expires } => {
                if let Some(token) = self.api_tokens.get_mut(&id) {
                    token.last_used = last_used;
                    token.expires = expires;
                }
            }
            Write::DeleteApiToken(id) => {
                self.api_tokens.remove(&id).ok_or(StoreError::Stale)?;
            }
            Write::DeleteApiTokensOf(user_id) => self.api_tokens.retain(|_, token| token.owner != user_id),
            Write::InsertOneTimeToken(token) => {
                if self.one_time_tokens.insert(token.digest, token).is_some() {
                    return Err(StoreError::Duplicate(UniqueField::Id));
                }
            }
            Write::ConsumeOneTimeToken(digest) => {
                self.one_time_tokens.remove(&digest).ok_or(StoreError::Stale)?;
            }
            Write::VoidOneTimeTokens { user_id, purpose } => self
                .one_time_tokens
                .retain(|_, token| token.user_id != user_id || purpose.is_some_and(|purpose| token.purpose != purpose)),
        }
        Ok(())
    }

    fn insert_user(&mut self, user: User) -> Result<(), StoreError> {
        if self.places.contains_key(&user.id) {
            return Err(StoreError::Duplicate(UniqueField::Id));
        }
        if self.logins.contains_key(&user.login.key()) {
            return Err(StoreError::Duplicate(UniqueField::Login));
        }
        let place = self.next_place;
        self.next_place += 1;
        self.places.insert(user.id.clone(), place);
        self.logins.insert(user.login.key(), place);
        self.users.insert(place, user);
        Ok(())
    }

    fn present(&self, from: &User) -> Result<u64, StoreError> {
        let place = *self.places.get(&from.id).ok_or(StoreError::Stale)?;
        let unchanged = self
            .users
            .get(&place)
            .is_some_and(|present| present.version == from.version);
        if unchanged { Ok(place) } else { Err(StoreError::Stale) }
    }

    fn update_user(&mut self, from: &User, to: User) -> Result<(), StoreError> {
        let place = self.present(from)?;
        let key = to.login.key();
        if self.logins.get(&key).is_some_and(|owner| *owner != place) {
            return Err(StoreError::Duplicate(UniqueField::Login));
        }
        self.logins.remove(&from.login.key());
        self.logins.insert(key, place);
        self.users.insert(
            place,
            User {
                version: from.version + 1,
                ..to
            },
        );
        Ok(())
    }

    fn delete_user(&mut self, user: &User) -> Result<(), StoreError> {
        let place = self.present(user)?;
        self.must_hold_no_yubikey(&user.id)?;
        self.users.remove(&place);
        self.places.remove(&user.id);
        self.logins.remove(&user.login.key());
        self.forget_assignee(user.id.as_str());
        self.own_subscriptions.retain(|(owner, _), _| *owner != user.id);
        self.api_tokens.retain(|_, token| token.owner != user.id);
        self.one_time_tokens.retain(|_, token| token.user_id != user.id);
        self.sessions.retain(|_, session| session.user_id != user.id);
        self.forget_factors_of(&user.id);
        self.transactions
            .retain(|_, transaction| transaction.user_id != user.id);
        self.claims.retain(|_, owner| *owner != user.id);
        self.members.retain(|(_, member)| *member != user.id);
        self.links
            .retain(|(_, associated), primary| *associated != user.id && *primary != user.id);
        self.app_users.retain(|(_, owner), _| *owner != user.id);
        self.access_tokens
            .retain(|_, token| token.user_id.as_ref() != Some(&user.id));
        Ok(())
    }
}
