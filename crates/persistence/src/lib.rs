//! The store ports on two databases: SQLite, built in, and PostgreSQL.
//!
//! what `Conn` is, how reads and writes get one, and mount that directory. What the databases do differently is in the
//! mounts alone.

#![expect(clippy::duplicate_mod, reason = "store/ is mounted once for each database, on purpose")]

mod open;
mod schema;
pub mod sqlite;

pub use self::open::OpenError;
pub use self::sqlite::{SqliteOptions, SqliteStore};
