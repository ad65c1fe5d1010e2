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
use crate::sight::Seen;

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
        let is_own = !call.caller.may_by_role(Permission::UsersProfileManage, user.subject());
        if is_own
            && request
                .type_id
                .as_ref()
                .is_some_and(|given| *given != user.type_id.as_str())
        {
            return Err(Error::Forbidden);
        }
        let credentials = request.credentials.take().unwrap_or_default();
        if credentials.password.is_some() || credentials.recovery_question.is_some() {
            must(call, Permission::UsersCredentialsManage, &user)?;
        }
        if user.status == Status::Deprovisioned {
            return Err(Refusal::NotAllowedInStatus.into());
        }
        let structure = self.structure().await?;
        let hides = !call.caller.may_by_role(Permission::UsersRead, user.subject());
        check_tag(&structure, &user, request.if_match.as_ref(), hides)?;
        let profile = target(&structure, &user, &request, mode, is_own)?.1;
        let prepared = self.prepare(&user, &profile, credentials, request.strict).await?;
        for _ in 0..MOST_ROUNDS {
            let user = self.find_user(call, key).await?;
            let structure = self.structure().await?;
            check_tag(&structure, &user, request.if_match.as_ref(), hides)?;
            let at = self.now();
            let ((user_type, _), profile) = target(&structure, &user, &request, mode, is_own)?;
            let (after, mut changes) = self.apply(&user, profile, user_type, &prepared, at)?;
            changes.events = self.told(call, &user, &after, prepared.password.is_some(), at);
            if changes.events.is_empty() {
                return self.shown(call, user).await;
            }
            changes.writes.insert(0, Write::ExpectStructure(structure.version));
            changes.writes.extend(claims(&structure, Some(&user), &after));
            if self.committed(changes).await? {
                return Ok(if hides {
                    shown_to_owner(&structure, after)
                } else {
                    after
                });
            }
        }
        Err(Error::Conflict)
    }

    /// A user as the caller may see them: whoever only looks at themself is not shown what is hidden from them (R12).
    pub(super) async fn shown(&self, call: &Call, user: Seen) -> Result<User, Error> {
        if call.caller.may_by_role(Permission::UsersRead, user.subject()) {
            return Ok(user.into_user());
        }
        Ok(shown_to_owner(&*self.structure().await?, user.into_user()))
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

fn shown_to_owner(structure: &StructureState, user: User) -> User {
    let schema = structure.user_type(&user.type_id).map(|(_, schema)| schema);
    let profile = schema.map_or_else(|| user.profile.clone(), |schema| schema.shown_to_owner(&user.profile));
    User { profile, ..user }
}

/// Compares what the caller has seen with what they would see now.
fn check_tag(structure: &StructureState, user: &User, condition: Option<&IfMatch>, hides: bool) -> Result<(), Error> {
    let Some(condition) = condition else {
        return Ok(());
    };
    let tag = if hides {
        EntityTag::of(&shown_to_owner(structure, user.clone()).profile, &user.type_id)
    } else {
        EntityTag::of(&user.profile, &user.type_id)
    };
    if condition.admits(&tag) {
        Ok(())
    } else {
        Err(Error::EntityTagMismatch)
    }
}

/// The type that the user has afterwards with its schema, and the profile afterwards. Only a replacement may change the type
/// (contract: user-types §4); what the new schema does not know is dropped then.
fn target<'a>(
    structure: &'a StructureState,
    user: &User,
    request: &UpdateUser,
    mode: Mode,
    is_own: bool,
) -> Result<(&'a (UserType, Schema), Profile), Error> {
    let current = user.type_id.as_str();
    let found = type_named(structure, Some(request.type_id.as_deref().unwrap_or(current)))?;
    let (user_type, schema) = found;
    let moves = user_type.id != user.type_id;
    if mode == Mode::Partial && moves {
        return Err(Validation::field("type", "The user type can only be changed by a full update").into());
    }
    let given = match request.profile.clone() {
        Some(given) if is_own => Some(schema.change_by_owner(&user.profile, given, mode == Mode::Replace)?),
        given => given,
    };
    let profile = match (given, mode) {
        (Some(given), Mode::Partial) => schema.check_merge(&user.profile, given, "user")?,
        (Some(given), Mode::Replace) => schema.check_replace(given, "user")?,
        (None, _) if moves => schema.check_replace(schema.known_part(&user.profile), "user")?,
        (None, _) => user.profile.clone(),
    };
    if !moves {
        schema.check_mutability(Some(&user.profile), &profile)?;
    }
    Ok((found, profile))
}
