//! A founded store and ready-made values to put into it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use denizen_domain::event::{Client, Entity, EventOutcome, EventType, LogEvent};
use denizen_domain::group::Group;
use denizen_domain::id::{GroupId, MessageId, OrgId, UserId, UserTypeId};
use denizen_domain::login::Login;
use denizen_domain::message::{MailTemplate, MessageKind, OutgoingMessage};
use denizen_domain::organization::{Foundation, Organization};
use denizen_domain::ports::{Changes, Store, Write};
use denizen_domain::profile::Profile;
use denizen_domain::schema::Schema;
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;
use denizen_domain::user::creation::{CreationPlan, NewUser, create};
use denizen_domain::user_type::UserType;
use serde_json::{Value, json};

/// A founded store.
pub struct Sample {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The default type of users.
    pub type_id: UserTypeId,
    next: AtomicU64,
}

/// When everything in the suite begins.
pub(super) fn dawn() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

/// A user of a type, staged and without a password, with these attributes beside names and email.
#[must_use]
pub fn user(number: u64, type_id: &UserTypeId, login: &str, extra: &Value) -> User {
    let at = dawn().plus_millis(i64::try_from(number).unwrap_or(0) * 1000);
    let mut attributes = json!({"login": login, "email": login, "firstName": "Isaac", "lastName": "Brock"});
    if let (Some(into), Some(from)) = (attributes.as_object_mut(), extra.as_object()) {
        into.extend(from.clone());
    }
    let plan = CreationPlan {
        activate: false,
        from_provider: false,
        change_password_at_next_login: false,
        has_password: false,
        has_recovery_question: false,
        provider: None,
    };
    let new = NewUser {
        id: UserId::generate(at, number),
        type_id: type_id.clone(),
        login: Login::parse(login).expect("the suite's logins are not empty"),
        profile: Profile::from_attributes(attributes.as_object().expect("it is an object")),
        password: None,
        recovery_question: None,
    };
    create(&plan, new, at).expect("the plan fits").user
}

impl Sample {
    pub(super) async fn found(store: Arc<dyn Store>) -> Self {
        assert!(
            store.organization().await.expect("reads").is_none(),
            "the suite wants an empty store"
        );
        let type_id = UserTypeId::generate(dawn(), 1);
        let foundation = Foundation {
            organization: Organization {
                id: OrgId::generate(dawn(), 1),
                name: "Org".to_owned(),
                created: dawn(),
                cursor_key: Secret::new("cursor key"),
            },
            user_type: UserType::default_type(type_id.clone(), dawn()),
            user_schema: Schema::default_user(dawn()),
            group_schema: Schema::default_group(dawn()),
            everyone: Group::everyone(GroupId::generate(dawn(), 1), dawn()),
        };
        let found = Changes {
            writes: vec![Write::Found(Box::new(foundation.clone()))],
            ..Changes::default()
        };
        store
            .commit(found.clone())
            .await
            .expect("an empty store can be founded");
        assert!(store.commit(found).await.is_err(), "a store is founded once");
        let organization = store.organization().await.expect("reads").expect("it was founded");
        assert_eq!(
            (organization.id, organization.name),
            (foundation.organization.id, "Org".to_owned())
        );
        assert_eq!(organization.cursor_key, foundation.organization.cursor_key);
        assert_eq!(store.everyone().await.expect("reads"), foundation.everyone);
        assert_eq!(
            store.group(&foundation.everyone.id).await.expect("reads"),
            Some(foundation.everyone)
        );
        assert_eq!(store.group(&GroupId::generate(dawn(), 9)).await.expect("reads"), None);
        let structure = store.structure().await.expect("reads");
        assert_eq!(structure.user_types, [(foundation.user_type, foundation.user_schema)]);
        assert_eq!(structure.group_schema, foundation.group_schema);
        assert_eq!(structure.version, store.structure_version().await.expect("reads"));
        Self {
            store,
            type_id,
            next: AtomicU64::new(1),
        }
    }

    /// A number that the suite has not used yet.
    pub(super) fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// A new user, not yet stored.
    pub(super) fn user(&self, login: &str, extra: &Value) -> User {
        user(self.number(), &self.type_id, login, extra)
    }

    /// A new user, stored.
    pub(super) async fn stored(&self, login: &str, extra: &Value) -> User {
        let user = self.user(login, extra);
        self.write(vec![Write::InsertUser(Box::new(user.clone()))]).await;
        user
    }

    /// Commits writes that must succeed.
    pub(super) async fn write(&self, writes: Vec<Write>) {
        self.store
            .commit(Changes {
                writes,
                ..Changes::default()
            })
            .await
            .expect("the writes are accepted");
    }

    /// An event about a user.
    pub(super) fn event(&self, event_type: EventType, about: &User, at: Timestamp) -> LogEvent {
        LogEvent {
            uuid: format!("event-{}", self.number()),
            published: at.as_millis(),
            event_type,
            actor: Entity {
                id: "00uactor".to_owned(),
                kind: "User".to_owned(),
                alternate_id: None,
                display_name: None,
            },
            client: Client::default(),
            request_id: "request".to_owned(),
            outcome: EventOutcome::Success,
            targets: vec![Entity::user(about)],
            debug: std::collections::BTreeMap::new(),
        }
    }

    /// A message.
    pub(super) fn message(&self, at: Timestamp) -> OutgoingMessage {
        OutgoingMessage {
            id: MessageId::generate(at, self.number()),
            kind: MessageKind::Mail(MailTemplate::UserActivation),
            sealed: vec![0, 1, 255],
            created: at,
        }
    }
}
