//! Migrations run forwards and backwards, and a database that is too new is left alone.

use std::path::Path;

use denizen_persistence::{OpenError, PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::databases::{self, Folder};

pub const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
pub const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
const FUTURE: &str = "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn sqlite(file: &Path) -> SqliteConnection {
    SqliteConnection::establish(file.to_str().expect("UTF-8")).expect("it answers")
}

/// Everything that the migrations made, as text.
fn sqlite_schema(conn: &mut SqliteConnection) -> Vec<String> {
    let made = "SELECT coalesce(sql, name) AS line FROM sqlite_schema WHERE name NOT LIKE '%diesel%' ORDER BY name";
    let lines: Vec<Line> = diesel::sql_query(made).load(conn).expect("it answers");
    lines.into_iter().map(|line| line.line).collect()
}

fn postgres_schema(conn: &mut AsyncConnectionWrapper<AsyncPgConnection>) -> Vec<String> {
    let made = "
        SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, collation_name, is_identity) AS line
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '%diesel%'
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE '%diesel%'
        UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE '%diesel%'
        ORDER BY line";
    let lines: Vec<Line> = diesel::sql_query(made).load(conn).expect("it answers");
    lines.into_iter().map(|line| line.line).collect()
}

#[test]
fn sqlite_goes_up_down_and_up_again() {
    let folder = Folder::new();
    let names = SqliteStore::migrate(&folder.file()).unwrap();
    assert_eq!(names.first().map(String::as_str), Some("0001_directory"));
    assert_eq!(SqliteStore::migrate(&folder.file()).unwrap(), Vec::<String>::new());
    let mut conn = sqlite(&folder.file());
    let up = sqlite_schema(&mut conn);
    assert!(up.len() > 20, "{up:?}");
    conn.revert_all_migrations(SQLITE).unwrap();
    let down = sqlite_schema(&mut conn);
    // SQLite keeps its own counter of `AUTOINCREMENT`.
    assert_eq!(down, ["CREATE TABLE sqlite_sequence(name,seq)"]);
    assert_eq!(SqliteStore::migrate(&folder.file()).unwrap(), names);
    assert_eq!(sqlite_schema(&mut conn), up);
}

#[tokio::test]
async fn postgres_goes_up_down_and_up_again() {
    let Some(url) = databases::postgres().await else { return };
    let names = PostgresStore::migrate(&url).await.unwrap();
    assert_eq!(names.first().map(String::as_str), Some("0001_directory"));
    assert_eq!(PostgresStore::migrate(&url).await.unwrap(), Vec::<String>::new());
    let there_and_back = |url: String| {
        move || {
            let mut conn = AsyncConnectionWrapper::<AsyncPgConnection>::establish(&url).unwrap();
            let up = postgres_schema(&mut conn);
            conn.revert_all_migrations(POSTGRES).unwrap();
            let down = postgres_schema(&mut conn);
            conn.run_pending_migrations(POSTGRES).unwrap();
            (up, down, postgres_schema(&mut conn))
        }
    };
    let (up, down, again) = tokio::task::spawn_blocking(there_and_back(url)).await.unwrap();
    assert!(up.len() > 80, "{up:?}");
    assert_eq!(down, Vec::<String>::new());
    assert_eq!(again, up);
}

#[test]
fn the_databases_have_the_same_migrations() {
    use diesel::migration::{Migration, MigrationSource};
    let sqlite: Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>> = SQLITE.migrations().unwrap();
    let postgres: Vec<Box<dyn Migration<diesel::pg::Pg>>> = POSTGRES.migrations().unwrap();
    let sqlite: Vec<String> = sqlite.iter().map(|migration| migration.name().to_string()).collect();
    let postgres: Vec<String> = postgres.iter().map(|migration| migration.name().to_string()).collect();
    assert_eq!(sqlite, postgres);
}

#[test]
fn sqlite_refuses_a_newer_schema() {
    let folder = Folder::new();
    SqliteStore::migrate(&folder.file()).unwrap();
    sqlite(&folder.file()).batch_execute(FUTURE).unwrap();
    let refused = SqliteStore::open(&folder.file(), SqliteOptions::default()).err();
    assert!(
        matches!(&refused, Some(OpenError::Newer(version)) if version == "9999"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn postgres_refuses_a_newer_schema() {
    use diesel_async::SimpleAsyncConnection as _;
    let Some(url) = databases::postgres().await else { return };
    PostgresStore::migrate(&url).await.unwrap();
    let mut conn = <AsyncPgConnection as diesel_async::AsyncConnection>::establish(&url)
        .await
        .unwrap();
    conn.batch_execute(FUTURE).await.unwrap();
    let refused = PostgresStore::open(&url, PostgresOptions::default()).await.err();
    assert!(
        matches!(&refused, Some(OpenError::Newer(version)) if version == "9999"),
        "{refused:?}"
    );
}

/// K4: nobody but the owner reads the file, nor what SQLite puts beside it.
#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.file(), SqliteOptions::default()).unwrap();
    for name in ["directory.db", "directory.db-wal", "directory.db-shm"] {
        let file = folder.file().with_file_name(name);
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    drop(store);
    let log = std::fs::metadata(folder.file().with_file_name("directory.db-wal"));
    assert!(
        log.is_err() || log.unwrap().len() == 0,
        "what was written is in the file itself"
    );
}

#[test]
fn what_is_no_database_is_refused() {
    let folder = Folder::new();
    std::fs::write(folder.file(), "Dear diary, ".repeat(1000)).unwrap();
    let refused = SqliteStore::open(&folder.file(), SqliteOptions::default()).err();
    assert!(matches!(refused, Some(OpenError::Database(_))), "{refused:?}");
    let missing = SqliteStore::open(&folder.file().join("below/a/file"), SqliteOptions::default()).err();
    assert!(matches!(missing, Some(OpenError::File(_))), "{missing:?}");
}

#[tokio::test]
async fn addresses_that_lead_nowhere_are_refused() {
    let refused = PostgresStore::open("postgres://nobody:canary@127.0.0.1:1/none", PostgresOptions::default())
        .await
        .err();
    let text = refused.map(|error| error.to_string()).unwrap_or_default();
    assert!(!text.is_empty() && !text.contains("canary"), "{text}");
    let refused = PostgresStore::open("postgres://:canary@?nonsense=1", PostgresOptions::default())
        .await
        .err();
    assert!(
        matches!(&refused, Some(OpenError::Address(text)) if !text.contains("canary")),
        "{refused:?}"
    );
}
