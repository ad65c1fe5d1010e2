//! Creating users (contract: users §4).

use denizen_domain::authority::{Breadth, Forbidden, Permission, Rank, Subject};
use denizen_domain::event::{Entity, EventType};
use denizen_domain::group::Group;
use denizen_domain::id::{UserId, UserTypeId};
use denizen_domain::login::Login;
use denizen_domain::password::{ImportedHash, PasswordFacts, StoredPassword};
use denizen_domain::ports::{Changes, MembershipWrite, StoreError, StructureState, UniqueField, Write};
use denizen_domain::profile::{Attributes, Profile};
use denizen_domain::recovery_question;
use denizen_domain::schema::Schema;
use denizen_domain::search::{index_text, values_of};
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_domain::user::creation::{Creation, CreationPlan, NewUser, create};
use denizen_domain::user::{Provider, RecoveryQuestion, Status, User};
use denizen_domain::user_type::UserType;
use denizen_domain::validation::Validation;

use crate::account::{Doer, LinkKind};
use crate::call::Call;
use crate::directory::{Directory, MOST_ROUNDS};
use crate::error::{Error, PasswordSurface, ResourceKind};

/// More groups than this cannot be joined at creation.
const MOST_GROUPS: usize = 20;

/// A request to create a user.
#[derive(Debug)]
pub struct CreateUser {
    /// The profile.
    pub profile: Attributes,
    /// The credentials.
    pub credentials: CredentialsInput,
    /// Groups to join, by id.
    pub group_ids: Vec<String>,
    /// The type, by id; the default type where none is named.
    pub type_id: Option<String>,
    /// Run the activation at once.
    pub activate: bool,
    /// The user comes from another identity provider.
    pub provider: bool,
    /// The password must be changed at the first sign-in.
    pub next_login_change_password: bool,
}

/// Credentials that a request sets.
#[derive(Debug, Default)]
pub struct CredentialsInput {
    /// The password.
    pub password: Option<PasswordInput>,
    /// The recovery question.
    pub recovery_question: Option<RecoveryQuestionInput>,
    /// The provider.
    pub provider: Option<Provider>,
}

/// A password that a request sets.
pub enum PasswordInput {
    /// In clear.
    Clear(Secret),
    /// As a hash of another directory.
    Hash(ImportedHash),
    /// To be asked of a hook at the first sign-in.
    Hook,
}

impl std::fmt::Debug for PasswordInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordInput(…)")
    }
}

/// A recovery question that a request sets.
#[derive(Debug)]
pub struct RecoveryQuestionInput {
    /// The question.
    pub question: Option<String>,
    /// Its answer.
    pub answer: Option<Secret>,
}

impl Directory {
    /// Creates a user (`createUser`).
    ///
    /// # Errors
    /// `Forbidden`, `Validation`, `Creation`, `PasswordRejected`, `TooManyGroups`, `NotFound`, `FeatureNotAvailable`, `Busy`.
    pub async fn create_user(&self, call: &Call, request: CreateUser) -> Result<User, Error> {
        let groups = self.joinable(call, &request.group_ids).await?;
        must_create(call, &groups)?;
        let CredentialsInput {
            password,
            recovery_question,
            provider,
        } = request.credentials;
        let plan = CreationPlan {
            activate: request.activate,
            from_provider: request.provider,
            change_password_at_next_login: request.next_login_change_password,
            has_password: password.is_some(),
            has_recovery_question: recovery_question.is_some(),
            provider,
        };
        plan.check()?;
        let type_id = request.type_id.as_deref();
        let structure = self.structure().await?;
        let profile = new_profile(&structure, type_id, &request.profile)?.1;
        let login = login_of(&profile)?;
        if self.ports.store.user_by_login(&login.key()).await?.is_some() {
            return Err(StoreError::Duplicate(UniqueField::Login).into());
        }
        self.check_new_password(password.as_ref(), &profile, PasswordSurface::Set)?;
        let recovery_question = self.new_recovery_question(recovery_question, password.as_ref()).await?;
        let password = self.new_password(password).await?;
        for _ in 0..MOST_ROUNDS {
            let at = self.now();
            let structure = self.structure().await?;
            let ((user_type, _), profile) = new_profile(&structure, type_id, &request.profile)?;
            let groups = self.joinable(call, &request.group_ids).await?;
            let new = NewUser {
                id: UserId::generate(at, self.random()),
                type_id: user_type.id.clone(),
                login: login_of(&profile)?,
                profile,
                password: password.clone(),
                recovery_question: recovery_question.clone(),
            };
            let mut creation = create(&plan, new, at)?;
            let factor = self.automatic_factor(None, &mut creation.user, at);
            let mut changes = self.creation_changes(call, &creation, &groups, at)?;
            changes.writes.extend(factor);
            changes.writes.insert(0, Write::ExpectStructure(structure.version));
            changes.writes.extend(claims(&structure, None, &creation.user));
            if self.committed(changes).await? {
                return Ok(creation.user);
            }
        }
        Err(Error::Conflict)
    }

    /// The user, the memberships, what the log tells of them, and the mail that invites the user.
    fn creation_changes(
        &self,
        call: &Call,
        creation: &Creation,
        groups: &[Group],
        at: Timestamp,
    ) -> Result<Changes, Error> {
        let (user, doer) = (&creation.user, Doer::caller(call));
        let about = |kind| self.event(&doer, kind, vec![Entity::user(user)], at);
        let mut changes = Changes {
            writes: vec![Write::InsertUser(Box::new(user.clone()))],
            events: vec![about(EventType::UserCreate)],
            messages: Vec::new(),
        };
        if user.status != Status::Staged {
            changes.events.push(about(EventType::UserActivate));
        }
        for group in groups {
            self.join(&mut changes, &doer, group, user, at);
        }
        if creation.issue.is_some() {
            let link = self.issue(&mut changes, user, LinkKind::Activation, at);
            self.mail_link(&mut changes, user, LinkKind::Activation, &link, at)?;
        }
        Ok(changes)
    }

    /// The groups that a new user joins, if the caller may let users into all of them (R4). `Everyone` may be named; everybody
    /// is in it anyway.
    async fn joinable(&self, call: &Call, given: &[String]) -> Result<Vec<Group>, Error> {
        if !may_create_somewhere(call) {
            return Err(Error::Forbidden);
        }
        if given.len() > MOST_GROUPS {
            return Err(Error::TooManyGroups);
        }
        let mut groups: Vec<Group> = Vec::new();
        for text in given {
            let group = self.see_group(call, text).await?;
            if group.id == self.everyone.id || groups.iter().any(|known| known.id == group.id) {
                continue;
            }
            self.must_with_group(call, Permission::GroupsMembersManage, &group)
                .await?;
            group.check_joinable()?;
            groups.push(group);
        }
        Ok(groups)
    }

    /// Checks a password in clear against the policy; hashes are taken as they are.
    pub(crate) fn check_new_password(
        &self,
        password: Option<&PasswordInput>,
        profile: &Profile,
        surface: PasswordSurface,
    ) -> Result<(), Error> {
        match password {
            Some(PasswordInput::Hook) => Err(Error::FeatureNotAvailable),
            Some(PasswordInput::Clear(secret)) => self.check_policy(secret, profile, surface),
            Some(PasswordInput::Hash(_)) | None => Ok(()),
        }
    }

    /// Checks a password in clear against the policy.
    pub(crate) fn check_policy(
        &self,
        password: &Secret,
        profile: &Profile,
        surface: PasswordSurface,
    ) -> Result<(), Error> {
        let attributes = profile.attributes();
        let text = |name: &str| {
            attributes
                .get(name)
                .and_then(|value| value.as_str())
                .unwrap_or_default()
                .to_owned()
        };
        let facts = PasswordFacts {
            login: text("login"),
            first_name: text("firstName"),
            last_name: text("lastName"),
        };
        let checked = self.settings.password_policy.check(password, &facts);
        checked.map_err(|requirements| Error::PasswordRejected { requirements, surface })
    }

    /// Hashes a password that was checked.
    pub(crate) async fn new_password(&self, given: Option<PasswordInput>) -> Result<Option<StoredPassword>, Error> {
        match given {
            None => Ok(None),
            Some(PasswordInput::Clear(secret)) => Ok(Some(self.ports.hasher.hash(&secret).await?)),
            Some(PasswordInput::Hash(hash)) => Ok(Some(StoredPassword::Imported(hash))),
            Some(PasswordInput::Hook) => Err(Error::FeatureNotAvailable),
        }
    }

    /// Checks a recovery question and hashes its answer.
    pub(crate) async fn new_recovery_question(
        &self,
        given: Option<RecoveryQuestionInput>,
        password: Option<&PasswordInput>,
    ) -> Result<Option<RecoveryQuestion>, Error> {
        let Some(RecoveryQuestionInput { question, answer }) = given else {
            return Ok(None);
        };
        let blank =
            |field: &str| Validation::new("recoveryQuestion", format!("{field}: The field cannot be left blank"));
        let question = question.ok_or_else(|| blank("question"))?;
        let answer = answer.ok_or_else(|| blank("answer"))?;
        let password = match password {
            Some(PasswordInput::Clear(secret)) => Some(secret),
            Some(PasswordInput::Hash(_) | PasswordInput::Hook) | None => None,
        };
        recovery_question::check(
            &question,
            &answer,
            password,
            self.settings.password_policy.min_answer_length,
        )?;
        let answer = self
            .ports
            .hasher
            .hash(&recovery_question::normalized_answer(&answer))
            .await?;
        Ok(Some(RecoveryQuestion { question, answer }))
    }
}

/// Whether the caller may create any user at all.
fn may_create_somewhere(call: &Call) -> bool {
    call.caller.breadth(Permission::UsersCreate) != Breadth::Nothing
}

/// Whether the caller may create a user who joins these groups at once. Whoever looks after some groups creates nobody outside
/// of them.
fn must_create(call: &Call, groups: &[Group]) -> Result<(), Forbidden> {
    let caller = &call.caller;
    let creates_in = |group: &Group| caller.may(Permission::UsersCreate, Subject::Group(&group.id, Rank::Ordinary));
    if caller.may(Permission::UsersCreate, Subject::Organization) || groups.iter().any(creates_in) {
        Ok(())
    } else {
        Err(Forbidden)
    }
}

/// The type that a request names with its schema, and the profile that the request makes under it.
fn new_profile<'a>(
    structure: &'a StructureState,
    type_id: Option<&str>,
    given: &Attributes,
) -> Result<(&'a (UserType, Schema), Profile), Error> {
    let found = type_named(structure, type_id)?;
    let profile = found.1.check_new(given.clone(), "newUser")?;
    Ok((found, profile))
}

/// What claims the unique values of a user, in place of those that the user had before.
pub(crate) fn claims(structure: &StructureState, before: Option<&User>, after: &User) -> Vec<Write> {
    let unique = |user: &User| {
        let schema = structure.user_type(&user.type_id).map(|(_, schema)| schema);
        let properties = schema.into_iter().flat_map(Schema::properties);
        let names = properties
            .filter(|property| property.unique)
            .map(|property| property.name.clone());
        let attributes = user.profile.attributes();
        let valued = names.filter_map(|name| Some((name.clone(), attributes.get(&name)?.clone())));
        valued.collect::<Vec<_>>()
    };
    let (old, new) = (before.map(unique).unwrap_or_default(), unique(after));
    let mut writes = Vec::new();
    for (attribute, _) in old.iter().filter(|entry| !new.contains(entry)) {
        writes.push(Write::Membership(MembershipWrite::Release {
            attribute: attribute.clone(),
            user_id: after.id.clone(),
        }));
    }
    for (attribute, value) in new.iter().filter(|entry| !old.contains(entry)) {
        writes.extend(values_of(value).iter().map(|value| {
            Write::Membership(MembershipWrite::Claim {
                attribute: attribute.clone(),
                value: index_text(value),
                user_id: after.id.clone(),
            })
        }));
    }
    writes
}

/// The type that a request names, with its schema; the default type where it names none.
pub(crate) fn type_named<'a>(
    structure: &'a StructureState,
    given: Option<&str>,
) -> Result<&'a (UserType, Schema), Error> {
    let found = match given {
        None | Some("default") => structure.default_user_type(),
        Some(text) => UserTypeId::parse(text).and_then(|id| structure.user_type(&id)),
    };
    found.ok_or_else(|| Error::not_found(ResourceKind::UserType, given.unwrap_or("default")))
}

/// The login that a checked profile has.
pub(crate) fn login_of(profile: &Profile) -> Result<Login, Error> {
    let login = profile.text("login").as_deref().and_then(Login::parse);
    login.ok_or_else(|| Error::Internal("a checked profile has no login".to_owned()))
}
