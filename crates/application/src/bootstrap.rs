//! The first start: the organization, the first administrator, the first API token (K3).

use denizen_domain::authority::Role;
use denizen_domain::entropy;
use denizen_domain::event::{Entity, EventType};
use denizen_domain::group::Group;
use denizen_domain::id::{ApiTokenId, GroupId, OrgId, UserId, UserTypeId};
use denizen_domain::login::{Login, LoginKey};
use denizen_domain::organization::{Foundation, Organization};
use denizen_domain::ports::{Changes, Page, Position, RoleWrite, StoreError, UserCriterion, UserSelection, Write};
use denizen_domain::role::{Assignee, RoleAssignment};
use denizen_domain::schema::Schema;
use denizen_domain::search::UserQuery;
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_domain::token::{API_TOKEN_IDLE_MINUTES, ApiToken};
use denizen_domain::user::creation::NewUser;
use denizen_domain::user::lifecycle::Refusal;
use denizen_domain::user::{Credentials, Provider, Status, User};
use denizen_domain::user_type::UserType;
use serde_json::json;

use crate::account::Doer;
use crate::directory::{Directory, MOST_ROUNDS, Ports};
use crate::error::{Error, ResourceKind};
use crate::users::type_named;

/// The login of the first administrator.
pub const FIRST_ADMINISTRATOR: &str = "admin@denizen.local";

impl Directory {
    /// Founds the directory: organization, default user type, schemas, `Everyone`. Nothing happens when it has been founded.
    ///
    /// # Errors
    /// As the store says.
    pub async fn found(ports: &Ports, name: &str) -> Result<(), Error> {
        if ports.store.organization().await?.is_some() {
            return Ok(());
        }
        let at = ports.clock.now();
        let random = || entropy::number(&*ports.entropy);
        let foundation = Foundation {
            organization: Organization {
                id: OrgId::generate(at, random()),
                name: name.to_owned(),
                created: at,
                cursor_key: Secret::new(entropy::url_safe(&*ports.entropy, 43)),
            },
            user_type: UserType::default_type(UserTypeId::generate(at, random()), at),
            user_schema: Schema::default_user(at),
            group_schema: Schema::default_group(at),
            everyone: Group::everyone(GroupId::generate(at, random()), at),
        };
        let changes = Changes {
            writes: vec![Write::Found(Box::new(foundation))],
            ..Changes::default()
        };
        match ports.store.commit(changes).await {
            // Another server of the same database was first.
            Ok(()) | Err(StoreError::Stale) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes the first administrator with an API token, once: the token's secret, or `None` when there is one already.
    ///
    /// # Errors
    /// As the store says.
    pub async fn bootstrap_administrator(&self, token: Option<Secret>) -> Result<Option<Secret>, Error> {
        let key = LoginKey::of(FIRST_ADMINISTRATOR);
        if !self.ports.store.api_tokens().await?.is_empty() || self.ports.store.user_by_login(&key).await?.is_some() {
            return Ok(None);
        }
        let at = self.now();
        let admin = self.first_administrator(at).await?;
        let secret = token.unwrap_or_else(|| entropy::api_token(&*self.ports.entropy));
        let api_token = self.api_token(&admin, "Bootstrap", &secret, at);
        let doer = Doer::system(self.organization.id.as_str());
        let about = |kind| self.event(&doer, kind, vec![Entity::user(&admin)], at);
        let events = vec![
            about(EventType::UserCreate),
            about(EventType::UserActivate),
            about(EventType::PrivilegeGrant),
            self.event(&doer, EventType::ApiTokenCreate, vec![token_entity(&api_token)], at),
        ];
        let holder = Assignee::User(admin.id.clone());
        let role = RoleAssignment::assign(holder, Role::SuperAdmin, false, self.random(), at);
        let role = Write::Role(RoleWrite::Assign(Box::new(role)));
        let writes = vec![
            Write::InsertUser(Box::new(admin)),
            role,
            Write::InsertApiToken(api_token),
        ];
        match self
            .commit(Changes {
                writes,
                events,
                messages: Vec::new(),
            })
            .await
        {
            Ok(()) => Ok(Some(secret)),
            // Another server of the same database was first.
            Err(StoreError::Duplicate(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The first administrator: active, and without a password, so that there is none to guess.
    async fn first_administrator(&self, at: Timestamp) -> Result<User, Error> {
        let structure = self.structure().await?;
        let (user_type, schema) = type_named(&structure, None)?;
        let attributes = json!({
            "login": FIRST_ADMINISTRATOR, "email": FIRST_ADMINISTRATOR, "firstName": "First", "lastName": "Administrator",
        });
        let profile = schema.check_new(attributes.as_object().cloned().unwrap_or_default(), "newUser")?;
        let login = Login::parse(FIRST_ADMINISTRATOR);
        let login = login.ok_or_else(|| Error::Internal("the first administrator has no login".to_owned()))?;
        let new = NewUser {
            id: UserId::generate(at, self.random()),
            type_id: user_type.id.clone(),
            login,
            profile,
            password: None,
            recovery_question: None,
        };
        let at = at.whole_seconds();
        Ok(User {
            id: new.id,
            version: 1,
            type_id: new.type_id,
            status: Status::Active,
            resumes_to: Status::Active,
            created: at,
            activated: Some(at),
            status_changed: Some(at),
            last_login: None,
            last_updated: at,
            password_changed: None,
            login: new.login,
            profile: new.profile,
            credentials: Credentials::none(Provider::okta()),
            failed_attempts: 0,
            factors: denizen_domain::factor::FactorRecord::default(),
        })
    }

    fn api_token(&self, owner: &User, name: &str, secret: &Secret, at: Timestamp) -> ApiToken {
        ApiToken {
            id: ApiTokenId::generate(at, self.random()),
            name: name.to_owned(),
            digest: secret.digest(),
            owner: owner.id.clone(),
            created: at,
            last_used: at,
            expires: at.plus_minutes(API_TOKEN_IDLE_MINUTES),
        }
    }

    /// Makes an API token for a user who is named by id or login. For the operator's command line.
    ///
    /// # Errors
    /// `NotFound` for an unknown user, `Refused` for one who is deactivated (R10); as the store says.
    pub async fn create_api_token(&self, owner: &str, name: &str) -> Result<Secret, Error> {
        for _ in 0..MOST_ROUNDS {
            let user = self.user_for_operator(owner).await?;
            if user.status == Status::Deprovisioned {
                return Err(Refusal::NotAllowedInStatus.into());
            }
            let at = self.now();
            let secret = entropy::api_token(&*self.ports.entropy);
            let token = self.api_token(&user, name, &secret, at);
            let doer = Doer::system(self.organization.id.as_str());
            let event = self.event(&doer, EventType::ApiTokenCreate, vec![token_entity(&token)], at);
            // The owner is written as they are: whoever deactivates them meanwhile is told by the version.
            let unchanged = Write::UpdateUser {
                from: Box::new(user.clone()),
                to: Box::new(user),
            };
            let changes = Changes {
                writes: vec![unchanged, Write::InsertApiToken(token)],
                events: vec![event],
                messages: Vec::new(),
            };
            if self.committed(changes).await? {
                return Ok(secret);
            }
        }
        Err(Error::Conflict)
    }

    /// Every API token. For the operator's command line.
    ///
    /// # Errors
    /// As the store says.
    pub async fn list_api_tokens(&self) -> Result<Vec<ApiToken>, Error> {
        Ok(self.ports.store.api_tokens().await?)
    }

    /// Revokes an API token. For the operator's command line.
    ///
    /// # Errors
    /// `NotFound` for an unknown token; as the store says.
    pub async fn revoke_api_token(&self, id: &str) -> Result<(), Error> {
        let tokens = self.ports.store.api_tokens().await?;
        let token = tokens.into_iter().find(|token| token.id.as_str() == id);
        let token = token.ok_or_else(|| Error::not_found(ResourceKind::Token, id))?;
        let doer = Doer::system(self.organization.id.as_str());
        let event = self.event(&doer, EventType::ApiTokenRevoke, vec![token_entity(&token)], self.now());
        let writes = vec![Write::DeleteApiToken(token.id)];
        self.commit(Changes {
            writes,
            events: vec![event],
            messages: Vec::new(),
        })
        .await?;
        Ok(())
    }

    /// A user, named by id or login. For the operator's command line.
    ///
    /// # Errors
    /// `NotFound` for an unknown user; as the store says.
    pub async fn user_for_operator(&self, key: &str) -> Result<User, Error> {
        let store = &self.ports.store;
        let by_id = match UserId::parse(key) {
            Some(id) => store.user(&id).await?,
            None => None,
        };
        let found = match by_id {
            Some(user) => Some(user),
            None => store.user_by_login(&LoginKey::of(key)).await?,
        };
        found.ok_or_else(|| Error::not_found(ResourceKind::User, key))
    }

    /// A page of the users that match a search expression, or of all but the deprovisioned. For the operator's command line.
    ///
    /// # Errors
    /// `Search`; as the store says.
    pub async fn users_for_operator(&self, search: Option<&str>, after: Option<Position>) -> Result<Page<User>, Error> {
        let structure = self.structure().await?;
        let schemas: Vec<_> = structure.user_types.iter().map(|(_, schema)| schema.clone()).collect();
        let criterion = match search {
            Some(text) => UserCriterion::Matching(UserQuery::search(text, &schemas)?),
            None => UserCriterion::Present,
        };
        let selection = UserSelection {
            criterion,
            within: None,
            sort: None,
            after,
            limit: OPERATOR_PAGE,
        };
        Ok(self.ports.store.list_users(&selection).await?)
    }
}

/// Users that the operator's command line reads at once.
const OPERATOR_PAGE: usize = 200;

/// A token as a participant of an event.
pub(crate) fn token_entity(token: &ApiToken) -> Entity {
    Entity {
        id: token.id.to_string(),
        kind: "Token".to_owned(),
        alternate_id: None,
        display_name: Some(token.name.clone()),
    }
}
