//! Opening connections, each set up for what it does.

use std::fs::OpenOptions;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, NopErrorHandler, Pool};
use diesel::{Connection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use super::SqliteOptions;
use crate::open::OpenError;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// Where connections come from.
pub(super) struct Source {
    address: String,
    synchronous: &'static str,
}

impl Source {
    /// A file, which is made if there is none: for its owner's eyes only (K4). SQLite gives its companions the same rights.
    pub(super) fn of(file: &Path, options: &SqliteOptions) -> Result<Self, OpenError> {
        // An absolute path is never taken for a URI or for a database in memory.
        let file = std::path::absolute(file)?;
        let address = file
            .to_str()
            .ok_or_else(|| OpenError::Address(format!("{} is not UTF-8", file.display())))?;
        let mut create = OpenOptions::new();
        create.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut create, 0o600);
        create.open(&file)?;
        Ok(Self {
            address: address.to_owned(),
            synchronous: if options.synchronous_full { "FULL" } else { "NORMAL" },
        })
    }

    /// A connection that reads.
    pub(super) fn read(&self) -> Result<SqliteConnection, OpenError> {
        let mut conn = self.connect()?;
        conn.batch_execute(READING)?;
        Ok(conn)
    }

    /// The connection that writes.
    pub(super) fn write(&self) -> Result<SqliteConnection, OpenError> {
        let mut conn = self.connect()?;
        let synchronous = self.synchronous;
        // A larger cache makes commits slower: whenever pages were split, SQLite walks the whole of it, and what is not in it
        // is mapped anyway.
        conn.batch_execute(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA cache_size = -16384;
             PRAGMA journal_size_limit = 67108864; PRAGMA foreign_keys = ON;"
        ))?;
        Ok(conn)
    }

    fn connect(&self) -> Result<SqliteConnection, OpenError> {
        let mut conn =
            SqliteConnection::establish(&self.address).map_err(|error| OpenError::Database(error.to_string()))?;
        conn.batch_execute(COMMON)?;
        Ok(conn)
    }

    /// A pool of connections that read lists. They are made when they are needed and kept, so that nothing runs while idle.
    pub(super) fn pool(&self, size: usize) -> Result<Pool<ConnectionManager<SqliteConnection>>, OpenError> {
        Pool::builder()
            .max_size(u32::try_from(size).unwrap_or(u32::MAX))
            .min_idle(Some(0))
            .max_lifetime(None)
            .idle_timeout(None)
            .test_on_check_out(false)
            .error_handler(Box::new(NopErrorHandler))
            .connection_customizer(Box::new(Reading))
            .build(ConnectionManager::new(&self.address))
            .map_err(|error| OpenError::Database(error.to_string()))
    }
}

const COMMON: &str = "PRAGMA busy_timeout = 5000; PRAGMA mmap_size = 2147483648; PRAGMA temp_store = MEMORY;
                      PRAGMA trusted_schema = OFF;";
const READING: &str = "PRAGMA query_only = ON; PRAGMA cache_size = -16384;";

#[derive(Debug)]
struct Reading;

impl CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for Reading {
    fn on_acquire(&self, conn: &mut SqliteConnection) -> Result<(), diesel::r2d2::Error> {
        let set_up = conn.batch_execute(COMMON).and_then(|()| conn.batch_execute(READING));
        set_up.map_err(diesel::r2d2::Error::QueryError)
    }
}

/// Runs all migrations that are missing, in one transaction.
pub(super) fn migrate(conn: &mut SqliteConnection) -> Result<Vec<String>, OpenError> {
    conn.immediate_transaction(|conn| crate::open::migrate(conn, MIGRATIONS))
}
