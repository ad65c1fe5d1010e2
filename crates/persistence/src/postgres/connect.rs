//! Making connections.

use std::error::Error;
use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{PostgresOptions, stopped};
use crate::open::OpenError;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
/// Lets one program at a time run migrations; any number will do that nobody else uses.
const LOCK: &str = "SELECT pg_advisory_xact_lock(4919131752989213)";
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Where connections come from.
pub(super) struct Connector {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    set_up: String,
    connections: usize,
    wait_limit: Duration,
}

/// A connection, and whether it still lives.
pub(super) struct Wire {
    conn: AsyncPgConnection,
    is_alive: Arc<AtomicBool>,
}

impl Connector {
    pub(super) fn of(url: &str, options: &PostgresOptions) -> Result<Self, OpenError> {
        let mut config: Config = url.parse().map_err(|error| OpenError::Address(told(&error)))?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_LIMIT);
        }
        if config.get_application_name().is_none() {
            config.application_name("denizen");
        }
        // Encryption that nobody asked for would fail on servers that come with a certificate of their own making.
        let tls = match config.get_ssl_mode() {
            SslMode::Require => Some(verified()?),
            _ => None,
        };
        let millis = options.query_time_limit.as_millis();
        Ok(Self {
            config,
            tls,
            set_up: format!("SET statement_timeout = {millis}; SET client_min_messages = warning"),
            connections: options.connections,
            wait_limit: options.query_time_limit,
        })
    }

    /// How many connections each thread may have for lists and writes.
    pub(super) fn links_of_each_thread(&self) -> usize {
        (self.connections / super::processors()).max(1)
    }

    /// How long to wait for one of them.
    pub(super) fn wait_limit(&self) -> Duration {
        self.wait_limit
    }

    /// A new connection, which belongs to the runtime that makes it and dies with it.
    pub(super) async fn connect(&self) -> Result<Wire, OpenError> {
        let mut wire = self.plain().await?;
        let set_up = SimpleAsyncConnection::batch_execute(&mut wire.conn, &self.set_up);
        set_up.await?;
        Ok(wire)
    }

    async fn plain(&self) -> Result<Wire, OpenError> {
        let refused = |error: tokio_postgres::Error| OpenError::Database(told(&error));
        let is_alive = Arc::new(AtomicBool::new(true));
        let client = match &self.tls {
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await.map_err(refused)?;
                drive(connection, Arc::clone(&is_alive));
                client
            }
            None => {
                let (client, connection) = self.config.connect(NoTls).await.map_err(refused)?;
                drive(connection, Arc::clone(&is_alive));
                client
            }
        };
        let conn = AsyncPgConnection::try_from(client)
            .await
            .map_err(|error| OpenError::Database(error.to_string()))?;
        Ok(Wire { conn, is_alive })
    }
}

impl Wire {
    pub(super) fn is_alive(&self) -> bool {
        self.is_alive.load(Ordering::Acquire)
    }

    /// Lets nobody use it any more.
    pub(super) fn give_up(&self) {
        self.is_alive.store(false, Ordering::Release);
    }
}

impl Deref for Wire {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        &self.conn
    }
}

impl DerefMut for Wire {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        &mut self.conn
    }
}

/// Certificates are checked against the authorities that the machine trusts.
fn verified() -> Result<MakeRustlsConnect, OpenError> {
    let mut authorities = RootCertStore::empty();
    authorities.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| OpenError::Address(error.to_string()))?
        .with_root_certificates(authorities)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// Moves bytes until the connection ends, or its runtime does.
fn drive(
    connection: impl Future<Output = Result<(), tokio_postgres::Error>> + Send + 'static,
    is_alive: Arc<AtomicBool>,
) {
    struct End(Arc<AtomicBool>);
    impl Drop for End {
        fn drop(&mut self) {
            self.0.store(false, Ordering::Release);
        }
    }
    let end = End(is_alive);
    tokio::spawn(async move {
        let _end = end;
        if let Err(error) = connection.await {
            tracing::warn!(error = told(&error), "a connection to the database was lost");
        }
    });
}

/// An error with what caused it.
fn told(error: &tokio_postgres::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// Runs all migrations that are missing, in one transaction.
pub(super) async fn migrate(connector: &Connector) -> Result<Vec<String>, OpenError> {
    let mut conn: AsyncConnectionWrapper<Wire> = connector.plain().await?.into();
    let run = move || {
        conn.transaction(|conn| {
            SimpleConnection::batch_execute(conn, LOCK)?;
            crate::open::migrate(conn, MIGRATIONS)
        })
    };
    tokio::task::spawn_blocking(run).await.map_err(stopped)?
}
