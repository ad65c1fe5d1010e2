//! A founded directory with its administrator, and what tests ask of it.

use std::sync::Arc;

use base64::Engine;
use denizen_application::{
    Call, CreateUser, CredentialsInput, Directory, Error, Foreseen, PasswordInput, Ports, RecoveryQuestionInput,
    RequestContext, Settings,
};
use denizen_domain::event::{EventType, LogEvent};
use denizen_domain::factor::connector::NoConnectors;
use denizen_domain::message::{Mail, MailTemplate};
use denizen_domain::password::imported::HashDescription;
use denizen_domain::password::{ImportedHash, PasswordHasher};
use denizen_domain::ports::{Clock, Delivery, LogSelection, Outbox, SystemLog, Tokens, Users};
use denizen_domain::profile::Attributes;
use denizen_domain::sealed::Sealer;
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;
use serde_json::{Value, json};

use crate::ports::{
    FastHasher, NoAuthenticators, NoCipher, NumberedCodes, OpenSealer, PlainSignatures, SeededEntropy, TestClock,
};
use crate::store::RestlessStore;

pub const PASSWORD: &str = "tlpWENT2m";
pub const QUESTION: &str = "Who's a major player in the cowboy scene?";
pub const ANSWER: &str = "Annie Oakley";

/// A founded directory, everything behind it, and the administrator's call.
pub struct World {
    pub directory: Arc<Directory>,
    pub store: Arc<RestlessStore>,
    pub clock: Arc<TestClock>,
    pub ports: Ports,
    pub admin: Call,
    pub admin_token: Secret,
}

impl World {
    pub async fn new() -> Self {
        Self::with(None, |_| {}).await
    }

    /// A world in which tasks overtake each other as the seed says.
    pub async fn restless(seed: u64) -> Self {
        Self::with(Some(seed), |_| {}).await
    }

    pub async fn with(seed: Option<u64>, settle: impl FnOnce(&mut Settings)) -> Self {
        Self::hashing_with(Arc::new(FastHasher::default()), seed, settle).await
    }

    pub async fn hashing_with(
        hasher: Arc<dyn PasswordHasher>,
        seed: Option<u64>,
        settle: impl FnOnce(&mut Settings),
    ) -> Self {
        let store = Arc::new(RestlessStore::new(seed));
        let clock = Arc::new(TestClock::new());
        let ports = Ports {
            store: store.clone(),
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::new(seed.unwrap_or(7))),
            hasher,
            sealer: Arc::new(OpenSealer),
            otp: Arc::new(NumberedCodes),
            signatures: Arc::new(PlainSignatures),
            connectors: Arc::new(NoConnectors),
            cipher: Arc::new(NoCipher),
            authenticators: Arc::new(NoAuthenticators),
        };
        Directory::found(&ports, "Org").await.unwrap();
        let mut settings = Settings::new("https://id.example.com/");
        settle(&mut settings);
        let directory = Directory::open(ports.clone(), settings).await.unwrap();
        let admin_token = directory.bootstrap_administrator(None).await.unwrap().unwrap();
        let admin = Call {
            caller: directory.authenticate(&admin_token).await.unwrap(),
            request: RequestContext {
                id: "request".to_owned(),
                ip_address: Some("192.0.2.7".to_owned()),
                user_agent: Some("test".to_owned()),
            },
            foreseen: Foreseen::default(),
        };
        Self {
            directory,
            store,
            clock,
            ports,
            admin,
            admin_token,
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub async fn create(&self, request: CreateUser) -> Result<User, Error> {
        self.directory.create_user(&self.admin, request).await
    }

    /// An active user with a password and a recovery question.
    pub async fn active(&self, name: &str) -> User {
        let request = CreateUser {
            credentials: credentials(Some(PASSWORD), Some((QUESTION, ANSWER))),
            ..somebody(name)
        };
        self.create(request).await.unwrap()
    }

    pub async fn read(&self, user: &User) -> User {
        self.store.user(&user.id).await.unwrap().unwrap()
    }

    pub async fn is_password(&self, user: &User, password: &str) -> bool {
        let Some(stored) = self.read(user).await.credentials.password else {
            return false;
        };
        let verdict = self.ports.hasher.verify(&stored, &Secret::new(password)).await.unwrap();
        verdict.is_right()
    }

    pub async fn is_token_alive(&self, token: &Secret) -> bool {
        self.store.one_time_token(&token.digest()).await.unwrap().is_some()
    }

    /// Every event, the oldest first.
    pub async fn events(&self) -> Vec<LogEvent> {
        let all = LogSelection {
            since: Timestamp::from_millis(0),
            until: None,
            query: None,
            keywords: Vec::new(),
            descending: false,
            after: None,
            limit: usize::MAX / 2,
        };
        self.store.list_events(&all).await.unwrap().items
    }

    /// The types of the events after the first so many.
    pub async fn told_since(&self, seen: usize) -> Vec<EventType> {
        self.events().await[seen..]
            .iter()
            .map(|event| event.event_type)
            .collect()
    }

    /// Takes every mail that is due out of the outbox.
    pub async fn mails(&self) -> Vec<Mail> {
        let lease = self.now().plus_minutes(5);
        let claimed = self.store.claim_messages(self.now(), lease, 1000).await.unwrap();
        let mut mails = Vec::new();
        for message in claimed {
            let plain = OpenSealer.open(&message.sealed, message.id.as_str()).unwrap();
            mails.push(serde_json::from_slice(&plain).unwrap());
            self.store.settle_message(&message.id, Delivery::Sent).await.unwrap();
        }
        mails
    }

    pub async fn mailed(&self) -> Vec<MailTemplate> {
        self.mails().await.iter().map(|mail| mail.template).collect()
    }
}

/// The token at the end of a mail's link.
pub fn token_in(mail: &Mail) -> Secret {
    let link = mail.link.as_ref().unwrap().expose();
    Secret::new(link.rsplit('/').next().unwrap())
}

pub fn attributes(value: &Value) -> Attributes {
    value.as_object().unwrap().clone()
}

/// A request for a user without credentials, to be activated.
pub fn somebody(name: &str) -> CreateUser {
    let login = format!("{name}@example.com");
    CreateUser {
        profile: attributes(&json!({"login": login, "email": login, "firstName": "Isaac", "lastName": "Brock"})),
        credentials: CredentialsInput::default(),
        group_ids: Vec::new(),
        type_id: None,
        activate: true,
        provider: false,
        next_login_change_password: false,
    }
}

pub fn credentials(password: Option<&str>, question: Option<(&str, &str)>) -> CredentialsInput {
    CredentialsInput {
        password: password.map(|text| PasswordInput::Clear(Secret::new(text))),
        recovery_question: question.map(|(question, answer)| RecoveryQuestionInput {
            question: Some(question.to_owned()),
            answer: Some(Secret::new(answer)),
        }),
        provider: None,
    }
}

/// A hash of another directory, well-formed for its algorithm.
pub fn hashed_with(algorithm: &str) -> PasswordInput {
    let bytes = |count: usize| base64::engine::general_purpose::STANDARD.encode(vec![7; count]);
    let text = |text: &str| Some(text.to_owned());
    let plain = |count| HashDescription {
        value: Some(bytes(count)),
        salt: Some(bytes(8)),
        salt_order: text("PREFIX"),
        ..HashDescription::default()
    };
    let given = match algorithm {
        "BCRYPT" => HashDescription {
            work_factor: Some(10),
            salt: text("rwh3vH166HCH/NT9XV5FYu"),
            value: text("qaMqvAPULkbiQzkTCWo5XDcvzpk8Tna"),
            ..HashDescription::default()
        },
        "PBKDF2" => HashDescription {
            salt: Some(bytes(8)),
            value: Some(bytes(32)),
            iteration_count: Some(4096),
            key_size: Some(32),
            digest_algorithm: text("SHA256_HMAC"),
            ..HashDescription::default()
        },
        "SHA-512" => plain(64),
        "SHA-256" => plain(32),
        "SHA-1" => plain(20),
        _ => plain(16),
    };
    let algorithm = algorithm.to_owned();
    PasswordInput::Hash(ImportedHash::from_description(&HashDescription { algorithm, ..given }).unwrap())
}
