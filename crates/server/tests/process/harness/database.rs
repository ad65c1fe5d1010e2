//! The two databases: one of its own for each test, and a way past the program for what no interface offers.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use denizen_domain::ports::Store;
use denizen_persistence::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;

type PostgresConnection = AsyncConnectionWrapper<AsyncPgConnection>;

/// Where the URL of a superuser's database is found.
const POSTGRES_URL: &str = "DENIZEN_TEST_POSTGRES_URL";

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// The embedded one.
    Sqlite,
    /// A server of its own.
    Postgres,
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// The database of one test; dropping it removes it.
pub enum Database {
    /// A file in the data folder.
    Sqlite(PathBuf),
    /// A database of a running server.
    Postgres {
        /// The superuser's database.
        admin: String,
        /// The test's own name.
        name: String,
        /// The test's own URL.
        url: String,
    },
}

impl Database {
    /// A new database; `None`, with a printed note, where there is no PostgreSQL.
    pub fn new(backend: Backend, data: &Path) -> Option<Self> {
        if backend == Backend::Sqlite {
            return Some(Self::Sqlite(data.join(SQLITE_FILE)));
        }
        let Ok(admin) = std::env::var(POSTGRES_URL) else {
            eprintln!("skipped: {POSTGRES_URL} is not set");
            return None;
        };
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("denizen_process_{}_{count}", std::process::id());
        execute_postgres(&admin, &format!("CREATE DATABASE {name}"));
        let (server, _) = admin.rsplit_once('/').expect("the URL names a database");
        let url = format!("{server}/{name}");
        Some(Self::Postgres { admin, name, url })
    }

    /// What the server is told; the embedded database needs no words.
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres { url, .. } => Some(url),
        }
    }

    /// The store as the program opens it, for what no operation of the API shows yet.
    pub async fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Sqlite(file) => Arc::new(SqliteStore::open(file, SqliteOptions::default()).unwrap()),
            Self::Postgres { url, .. } => Arc::new(PostgresStore::open(url, PostgresOptions::default()).await.unwrap()),
        }
    }

    /// Runs statements of SQL that both databases understand.
    pub fn execute(&self, statements: &str) {
        match self {
            Self::Sqlite(file) => {
                let mut connection = SqliteConnection::establish(&file.to_string_lossy()).unwrap();
                connection.batch_execute(statements).unwrap();
            }
            Self::Postgres { url, .. } => execute_postgres(url, statements),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Self::Postgres { admin, name, .. } = self {
            execute_postgres(admin, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

/// The embedded database's file in the data folder.
pub const SQLITE_FILE: &str = "denizen.db";

fn execute_postgres(url: &str, statements: &str) {
    let mut connection = PostgresConnection::establish(url).unwrap();
    connection.batch_execute(statements).unwrap();
}
