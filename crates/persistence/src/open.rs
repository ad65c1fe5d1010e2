//! Bringing a database to the schema of this program.

use denizen_domain::ports::StoreError;
use diesel::backend::Backend;
use diesel::migration::{Migration, MigrationSource};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer program has changed it; this one would not understand what it finds.
    #[error("the database has the migration {0}, which this program does not know: use a newer program")]
    Newer(String),
    /// The settings do not say where the database is.
    #[error("invalid database address: {0}")]
    Address(String),
    /// The file cannot be made or read.
    #[error("the database file cannot be opened: {0}")]
    File(#[from] std::io::Error),
    /// The database does not answer, or refuses.
    #[error("the database cannot be opened: {0}")]
    Database(String),
}

impl From<diesel::result::Error> for OpenError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.to_string())
    }
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        Self::Database(error.to_string())
    }
}

/// Runs every migration that is missing and gives back their names. The caller wraps all of them in one transaction.
pub(crate) fn migrate<DB, C>(conn: &mut C, migrations: EmbeddedMigrations) -> Result<Vec<String>, OpenError>
where
    DB: Backend,
    C: MigrationHarness<DB>,
{
    let refused = |error: Box<dyn std::error::Error + Send + Sync>| OpenError::Database(error.to_string());
    let known: Vec<(String, String)> = MigrationSource::<DB>::migrations(&migrations)
        .map_err(refused)?
        .iter()
        .map(|migration| {
            let name = Migration::<DB>::name(migration.as_ref());
            (name.version().to_string(), name.to_string())
        })
        .collect();
    let applied = conn.applied_migrations().map_err(refused)?;
    let unknown = applied
        .iter()
        .map(ToString::to_string)
        .find(|version| !known.iter().any(|(known, _)| known == version));
    if let Some(version) = unknown {
        return Err(OpenError::Newer(version));
    }
    let run = conn.run_pending_migrations(migrations).map_err(refused)?;
    let names = run.iter().map(|version| {
        let version = version.to_string();
        let name = known.iter().find(|(known, _)| *known == version);
        name.map_or(version, |(_, name)| name.clone())
    });
    Ok(names.collect())
}
