//! The store ports on two databases: SQLite, built in, and PostgreSQL.
//!
//! The queries are written once, in `store/`, as ordinary diesel over an alias `Conn`. [`sqlite`] and [`postgres`] each say
//! what `Conn` is, how reads and writes get one, and mount that directory. What the databases do differently is in the
//! mounts alone.

#![expect(
    clippy::duplicate_mod,
    reason = "store/ is mounted once for each database, on purpose"
)]

mod open;
pub mod postgres;
mod schema;
pub mod sqlite;

pub use self::open::OpenError;
pub use self::postgres::{PostgresOptions, PostgresStore};
pub use self::sqlite::{SqliteOptions, SqliteStore};
