//! A server of the test's own: a real port, the store in memory, a clock that moves on command; and people to try it on.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, Once, mpsc};

use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use async_trait::async_trait;
use denizen_application::memory::MemoryStore;
use denizen_application::{Directory, Ports, RequestContext, Settings};
use denizen_domain::factor::connector::NoConnectors;
use denizen_domain::message::{Mail, Message, MessageSender, SendError};
use denizen_domain::ports::Clock;
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_domain::token::TokenPurpose;
use denizen_http::{Api, HttpSettings};
use denizen_oauth::JsonWebTokens;
use denizen_otp::{Aes128Blocks, Argon2Hasher, HmacOtp, KeySealer, Limits, SealingKey, SystemEntropy};
use denizen_webauthn::StandardProofs;
use serde_json::{Value, json};

use crate::wire::{Answer, Request};

pub const TOKEN: &str = "00test-token-of-the-first-administrator-42";
pub const PUBLIC_URL: &str = "https://id.example.com";
pub const PASSWORD: &str = "tlpWENT2m";
pub const QUESTION: &str = "Who's a major player in the cowboy scene?";
pub const ANSWER: &str = "Annie Oakley";
/// When every server starts.
pub const START: &str = "2023-11-14T22:13:20.000Z";

pub const STATUSES: [&str; 8] = [
    "STAGED",
    "PROVISIONED",
    "ACTIVE",
    "RECOVERY",
    "PASSWORD_EXPIRED",
    "LOCKED_OUT",
    "SUSPENDED",
    "DEPROVISIONED",
];

/// A clock that stands still until it is moved.
pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A running server, stopped when the test is over.
pub struct Server {
    pub address: SocketAddr,
    pub directory: Arc<Directory>,
    clock: Arc<TestClock>,
    handle: ServerHandle,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

/// A person of the directory.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: String,
    pub login: String,
}

impl Server {
    pub fn start() -> Self {
        Self::with(HttpSettings::default(), |_| {})
    }

    pub fn with(http: HttpSettings, settle: impl FnOnce(&mut Settings)) -> Self {
        Self::equipped(http, settle, |_| {})
    }

    /// A server with other ports than usual.
    pub fn equipped(http: HttpSettings, settle: impl FnOnce(&mut Settings), equip: impl FnOnce(&mut Ports)) -> Self {
        listen_to_logs();
        let clock = Arc::new(TestClock(AtomicI64::new(1_700_000_000_000)));
        let limits = Limits {
            running: 2,
            waiting: 10_000,
        };
        let mut ports = Ports {
            store: Arc::new(MemoryStore::new()),
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
            hasher: Arc::new(Argon2Hasher::insecure_for_tests(limits)),
            sealer: Arc::new(KeySealer::new(SealingKey::new(1, &[7; 32]), Vec::new()).unwrap()),
            otp: Arc::new(HmacOtp),
            signatures: Arc::new(JsonWebTokens),
            connectors: Arc::new(NoConnectors),
            cipher: Arc::new(Aes128Blocks),
            authenticators: Arc::new(StandardProofs),
        };
        equip(&mut ports);
        let mut settings = Settings::new(PUBLIC_URL);
        settle(&mut settings);
        let directory = run(async {
            Directory::found(&ports, "Test").await.unwrap();
            let directory = Directory::open(ports, settings).await.unwrap();
            directory
                .bootstrap_administrator(Some(Secret::new(TOKEN)))
                .await
                .unwrap()
                .unwrap();
            directory
        });
        let api = Api::new(directory.clone(), http);
        let (started, starts) = mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || denizen_http::app(&api))
                    .workers(2)
                    .disable_signals();
                let server = server.bind("127.0.0.1:0").unwrap();
                let address = server.addrs()[0];
                let server = server.run();
                started.send((address, server.handle())).unwrap();
                server.await.unwrap();
            });
        });
        let (address, handle) = starts.recv().unwrap();
        Self {
            address,
            directory,
            clock,
            handle,
        }
    }

    /// Moves the clock.
    pub fn pass(&self, seconds: i64) {
        self.pass_millis(seconds * 1000);
    }

    /// The seconds that the clock shows.
    pub fn seconds(&self) -> i64 {
        self.clock.0.load(Ordering::SeqCst) / 1000
    }

    pub fn pass_millis(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::SeqCst);
    }

    /// A request to any target, by the administrator.
    pub fn request<'s>(&self, method: &str, target: &str) -> Request<'s> {
        Request::new(self.address, method, target, Some(TOKEN))
    }

    pub fn get(&self, path: &str) -> Answer {
        self.request("GET", &format!("/api/v1{path}")).send()
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.request("POST", &format!("/api/v1{path}")).json(body).send()
    }

    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.request("PUT", &format!("/api/v1{path}")).json(body).send()
    }

    /// A POST without a body.
    pub fn act(&self, path: &str) -> Answer {
        self.request("POST", &format!("/api/v1{path}")).send()
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.request("DELETE", &format!("/api/v1{path}")).send()
    }

    pub fn read(&self, person: &Person) -> Value {
        self.get(&format!("/users/{}", person.id)).ok()
    }

    pub fn status(&self, person: &Person) -> String {
        self.read(person)["status"].as_str().unwrap().to_owned()
    }

    /// Creates a user from a whole body.
    pub fn create(&self, query: &str, body: &Value) -> Person {
        let user = self.post(&format!("/users{query}"), body).ok();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Person {
            id: text(&user["id"]),
            login: text(&user["profile"]["login"]),
        }
    }

    /// An active user with a password and a recovery question.
    pub fn active(&self, name: &str) -> Person {
        self.create("", &somebody(name, true, true))
    }

    /// Brings a new user into a status, with a password and a question where the status allows them.
    pub fn person_in(&self, status: &str, name: &str) -> Person {
        let act = |person: &Person, step: &str| {
            let answer = self.act(&format!("/users/{}/lifecycle/{step}", person.id));
            assert_eq!(answer.status, 200, "{}", answer.told());
        };
        let person = match status {
            "STAGED" => self.create("?activate=false", &somebody(name, true, true)),
            "PROVISIONED" => self.create("", &somebody(name, false, false)),
            _ => self.active(name),
        };
        match status {
            "RECOVERY" => act(&person, "reset_password?sendEmail=false"),
            "PASSWORD_EXPIRED" => act(&person, "expire_password"),
            "SUSPENDED" => act(&person, "suspend"),
            "DEPROVISIONED" => act(&person, "deactivate"),
            "LOCKED_OUT" => (0..10).for_each(|_| assert!(!self.is_password(&person, "Not-It-1"))),
            _ => {}
        }
        assert_eq!(self.status(&person), status);
        person
    }

    /// Whether this is the person's password: the API tells, since only whoever knows it may change the question.
    pub fn is_password(&self, person: &Person, password: &str) -> bool {
        let body =
            json!({"password": {"value": password}, "recovery_question": {"question": QUESTION, "answer": ANSWER}});
        let answer = self.post(
            &format!("/users/{}/credentials/change_recovery_question", person.id),
            &body,
        );
        match answer.status {
            200 => true,
            403 => {
                answer.refused_as(403, "E0000014");
                false
            }
            _ => panic!("{}", answer.told()),
        }
    }

    /// Follows a link to its end: sets a password with its token.
    pub fn complete(&self, token: &str, purpose: TokenPurpose, password: &str) -> bool {
        let context = RequestContext::default();
        let done = run(self.directory.complete_with_token(
            &context,
            &Secret::new(token),
            purpose,
            &Secret::new(password),
            false,
        ));
        done.is_ok()
    }

    /// Every mail that is due, taken out of the outbox.
    pub fn mails(&self) -> Vec<Mail> {
        let mails = self.messages().into_iter().filter_map(|message| match message {
            Message::Mail(mail) => Some(*mail),
            _ => None,
        });
        mails.collect()
    }

    /// Every message that is due, taken out of the outbox.
    pub fn messages(&self) -> Vec<Message> {
        let sender = Mailbox::default();
        run(self.directory.deliver_due(&sender)).unwrap();
        sender.0.into_inner().unwrap()
    }

    /// Every event about a user, the oldest first.
    pub fn events(&self, person: &Person) -> Vec<Value> {
        let all = self.get("/logs?since=2020-01-01T00:00:00.000Z&limit=1000").ok();
        let about = |event: &Value| {
            let targets = event["target"].as_array();
            targets.is_some_and(|targets| targets.iter().any(|target| target["id"] == person.id.as_str()))
        };
        all.as_array()
            .unwrap()
            .iter()
            .filter(|event| about(event))
            .cloned()
            .collect()
    }

    /// The types of the events about a user after the first so many.
    pub fn told(&self, person: &Person, seen: usize) -> Vec<String> {
        let events = self.events(person);
        events[seen..]
            .iter()
            .map(|event| event["eventType"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[derive(Default)]
struct Mailbox(Mutex<Vec<Message>>);

#[async_trait]
impl MessageSender for Mailbox {
    async fn send(&self, _: &denizen_domain::id::MessageId, message: &Message) -> Result<(), SendError> {
        self.0.lock().unwrap().push(message.clone());
        Ok(())
    }
}

/// Runs something of the use cases on the test's own thread.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

pub fn profile(name: &str) -> Value {
    let login = format!("{name}@example.com");
    json!({"login": login, "email": login, "firstName": "Isaac", "lastName": "Brock"})
}

/// A body that creates a user.
pub fn somebody(name: &str, password: bool, question: bool) -> Value {
    let mut body = json!({"profile": profile(name)});
    if password {
        body["credentials"]["password"] = json!({"value": PASSWORD});
    }
    if question {
        body["credentials"]["recovery_question"] = json!({"question": QUESTION, "answer": ANSWER});
    }
    body
}

/// The token at the end of a link.
pub fn token_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

/// Everything that was logged by any server of this process.
static LOGGED: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Lines;

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOGGED.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Collects the log of every server from the first on, in as much detail as there is.
fn listen_to_logs() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(tracing::Level::TRACE);
        subscriber.with_writer(|| Lines).init();
    });
}

pub fn logged() -> String {
    String::from_utf8_lossy(&LOGGED.lock().unwrap()).into_owned()
}
