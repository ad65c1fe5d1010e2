//! Changing users: partly, or as a whole (contract: users §6.2 to §6.4).

use denizen_domain::authority::Permission;
use denizen_domain::entity_tag::{EntityTag, IfMatch};
use denizen_domain::event::{Entity, EventType, LogEvent};
use denizen_domain::password::StoredPassword;
use denizen_domain::ports::{Changes, StructureState, Write};
use denizen_domain::profile::{Attributes, Profile};
use denizen_domain::schema::Schema;
use denizen_domain::time::Timestamp;
use denizen_domain::user::lifecycle::{Action, Refusal};
use denizen_domain::user::{RecoveryQuestion, Status, User};
use denizen_domain::user_type::UserType;
use denizen_domain::validation::Validation;

use super::create::{CredentialsInput, PasswordInput, claims, login_of, type_named};
use crate::account::Doer;
use crate::call::Call;
use crate::directory::{Directory, MOST_ROUNDS, must};
use crate::error::{Error, PasswordSurface};

/// A request to change a user.
#[derive(Debug, Default)]
pub struct UpdateUser {
    /// Attributes to set; all of them, when the user is replaced.
    pub profile: Option<Attributes>,
    /// Credentials to set.
    pub credentials: Option<CredentialsInput>,
    /// The type, by id.
    pub type_id: Option<String>,
    /// Age and history of passwords count, as for a change by their owner.
    pub strict: bool,
    /// The state that the caller has seen.
    pub if_match: Option<IfMatch>,
}

/// How the profile of a request is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Partial,
    Replace,
}

/// Credentials that were checked and hashed before anything is decided.
struct Prepared {
    password: Option<StoredPassword>,
    recovery_question: Option<RecoveryQuestion>,
}

impl Directory {
    /// Changes parts of a user (`updateUser`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Validation`, `Refused`, `PasswordRejected`, `EntityTagMismatch`, `Busy`, `Conflict`.
    pub async fn update_user(&self, call: &Call, key: &str, request: UpdateUser) -> Result<User, Error> {
        self.change(call, key, request, Mode::Partial).await
    }

    /// Replaces a user's profile, and may change the type (`replaceUser`).
    ///
    /// # Errors
    /// As [`Directory::update_user`].
    pub async fn replace_user(&self, call: &Call, key: &str, request: UpdateUser) -> Result<User, Error> {
        self.change(call, key, request, Mode::Replace).await
    }

    async fn change(&self, call: &Call, key: &str, mut request: UpdateUser, mode: Mode) -> Result<User, Error> {
        let user = self.find_user(call, key).await?;
        must(call, Permission::UsersProfileManage, &user)?;
        let credentials = request.credentials.take().unwrap_or_default();
        if credentials.password.is_some() || credentials.recovery_question.is_some() {
            must(call, Permission::UsersCredentialsManage, &user)?;
        }
        if user.status == Status::Deprovisioned {
            return Err(Refusal::NotAllowedInStatus.into());
        }
        check_tag(&user, request.if_match.as_ref())?;
        let structure = self.structure().await?;
        let profile = target(&structure, &user, &request, mode)?.1;
        let prepared = self.prepare(&user, &profile, credentials, request.strict).await?;
        for _ in 0..MOST_ROUNDS {
            let user = self.find_user(call, key).await?;
            check_tag(&user, request.if_match.as_ref())?;
            let structure = self.structure().await?;
            let at = self.now();
            let ((user_type, _), profile) = target(&structure, &user, &request, mode)?;
            let (after, mut changes) = self.apply(&user, profile, user_type, &prepared, at)?;
            changes.events = self.told(call, &user, &after, prepared.password.is_some(), at);
            if changes.events.is_empty() {
                return Ok(user);
            }
            changes.writes.insert(0, Write::ExpectStructure(structure.version));
            changes.writes.extend(claims(&structure, Some(&user), &after));
            if self.committed(changes).await? {
                return Ok(after);
            }
        }
        Err(Error::Conflict)
    }

    /// Checks and hashes credentials, before anything is decided: hashing is slow and must not stand between read and write.
    async fn prepare(
        &self,
        user: &User,
        profile: &Profile,
        credentials: CredentialsInput,
        strict: bool,
    ) -> Result<Prepared, Error> {
        let CredentialsInput {
            password,
            recovery_question,
            provider: _,
        } = credentials;
        match &password {
            Some(PasswordInput::Hash(_)) if user.status != Status::Staged => return Err(hash_too_late().into()),
            Some(PasswordInput::Clear(secret)) if strict => {
                self.check_policy(secret, profile, PasswordSurface::Set)?;
                self.check_age_and_history(user, secret, PasswordSurface::Set).await?;
            }
            other => self.check_new_password(other.as_ref(), profile, PasswordSurface::Set)?,
        }
        let recovery_question = self.new_recovery_question(recovery_question, password.as_ref()).await?;
        Ok(Prepared {
            password: self.new_password(password).await?,
            recovery_question,
        })
    }

    /// The user afterwards, and the changes that make it so.
    fn apply(
        &self,
        user: &User,
        profile: Profile,
        user_type: &UserType,
        prepared: &Prepared,
        at: Timestamp,
    ) -> Result<(User, Changes), Error> {
        let action = if prepared.password.is_some() {
            Action::SetPassword
        } else {
            Action::UpdateProfile
        };
        let mut transition = user.transition(action, at)?;
        if let Some(password) = &prepared.password {
            if password.is_imported() && user.status != Status::Staged {
                return Err(hash_too_late().into());
            }
            transition = transition.with_password(password.clone(), self.settings.password_policy.history_count, at);
        }
        if let Some(question) = &prepared.recovery_question {
            transition.user.credentials.recovery_question = Some(question.clone());
        }
        transition.user.login = login_of(&profile)?;
        transition.user.profile = profile;
        transition.user.type_id = user_type.id.clone();
        let changes = self.changes_of(user, &transition);
        Ok((transition.user, changes))
    }

    /// What the log tells about the difference.
    fn told(&self, call: &Call, before: &User, after: &User, password: bool, at: Timestamp) -> Vec<LogEvent> {
        let text = |user: &User, name: &str| user.profile.text(name);
        let differs = |name: &str| text(before, name) != text(after, name);
        let question = before.credentials.recovery_question != after.credentials.recovery_question;
        let kinds = [
            (
                before.profile != after.profile || question,
                EventType::UserUpdateProfile,
            ),
            (differs("email"), EventType::UserUpdatePrimaryEmail),
            (differs("secondEmail"), EventType::UserUpdateSecondaryEmail),
            (before.type_id != after.type_id, EventType::UserUpdateType),
            (password, EventType::UserUpdatePassword),
        ];
        let doer = Doer::caller(call);
        let happened = kinds.into_iter().filter(|(happened, _)| *happened);
        happened
            .map(|(_, kind)| {
                let mut event = self.event(&doer, kind, vec![Entity::user(after)], at);
                if kind == EventType::UserUpdateType {
                    event.debug.insert("oldTypeId".to_owned(), before.type_id.to_string());
                    event.debug.insert("newTypeId".to_owned(), after.type_id.to_string());
                }
                event
            })
            .collect()
    }
}

/// A hash is taken only before the user's active life begins (contract: users §4.2).
fn hash_too_late() -> Validation {
    Validation::field("password", "Cannot set password hash for a user that is not staged")
}

fn check_tag(user: &User, condition: Option<&IfMatch>) -> Result<(), Error> {
    match condition {
        Some(condition) if !condition.admits(&EntityTag::of(&user.profile, &user.type_id)) => {
            Err(Error::EntityTagMismatch)
        }
        _ => Ok(()),
    }
}

/// The type that the user has afterwards with its schema, and the profile afterwards. Only a replacement may change the type
/// (contract: user-types §4); what the new schema does not know is dropped then.
fn target<'a>(
    structure: &'a StructureState,
    user: &User,
    request: &UpdateUser,
    mode: Mode,
) -> Result<(&'a (UserType, Schema), Profile), Error> {
    let current = user.type_id.as_str();
    let found = type_named(structure, Some(request.type_id.as_deref().unwrap_or(current)))?;
    let (user_type, schema) = found;
    let moves = user_type.id != user.type_id;
    if mode == Mode::Partial && moves {
        return Err(Validation::field("type", "The user type can only be changed by a full update").into());
    }
    let profile = match (&request.profile, mode) {
        (Some(given), Mode::Partial) => schema.check_merge(&user.profile, given.clone(), "user")?,
        (Some(given), Mode::Replace) => schema.check_replace(given.clone(), "user")?,
        (None, _) if moves => schema.check_replace(schema.known_part(&user.profile), "user")?,
        (None, _) => user.profile.clone(),
    };
    Ok((found, profile))
}
