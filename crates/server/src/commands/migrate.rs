//! `denizen migrate`.

use anyhow::{Context as _, Result};
use denizen_persistence::{PostgresStore, SqliteStore};

use super::print;
use crate::config::{Config, Database};
use crate::data_folder;

/// Runs the migrations that are missing, and names them.
pub async fn run(config: &Config) -> Result<()> {
    let run = match &config.database {
        Database::Sqlite { file, .. } => {
            data_folder::create(&config.data_dir)?;
            data_folder::prepare_database(file)?;
            SqliteStore::migrate(file).with_context(|| file.display().to_string())?
        }
        Database::Postgres { url, .. } => PostgresStore::migrate(url.expose()).await?,
    };
    if run.is_empty() {
        return print("The database has the present schema.\n");
    }
    print(&run.iter().map(|name| format!("{name}\n")).collect::<String>())
}
