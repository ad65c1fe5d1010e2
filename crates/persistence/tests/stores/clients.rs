//! Apps that were there before there were clients are clients under this program.

use std::sync::Arc;

use denizen_domain::ports::Store;
use denizen_persistence::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};
use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};

use crate::databases::{self, Folder};
use crate::migrations::{POSTGRES, SQLITE};

/// The migration that makes clients.
const CLIENTS: &str = "0005";

/// An app of each kind: without a client id, with one, with the same one again, and one that is no client.
fn apps() -> String {
    let app = |number: u32, mode: &str, client_id: &str| {
        format!(
            "INSERT INTO apps (id, version, name, name_key, label, label_key, status, sign_on_mode, created, last_updated, \
             document, user_schema) VALUES ('0oa0000000000000000{number}', 1, 'n', 'n', 'L', 'l', 'ACTIVE', '{mode}', 0, 0, \
             '{{\"credentials\":{{\"oauthClient\":{{{client_id}}}}}}}', '{{}}');"
        )
    };
    let named = "\"client_id\":\"nightly-import\"";
    [
        app(1, "OPENID_CONNECT", ""),
        app(2, "OPENID_CONNECT", named),
        app(3, "OPENID_CONNECT", named),
        app(4, "BOOKMARK", ""),
    ]
    .concat()
}

/// Migrates up to the one that makes clients, puts the apps there, and goes on.
fn prepare<C>(conn: &mut C, migrations: EmbeddedMigrations)
where
    C: MigrationHarness<C::Backend> + SimpleConnection + Connection,
    EmbeddedMigrations: MigrationSource<C::Backend>,
{
    for migration in conn.pending_migrations(migrations).expect("they are known") {
        if migration.name().to_string().starts_with(CLIENTS) {
            conn.batch_execute(&apps()).expect("the apps fit");
        }
        conn.run_migration(&*migration).expect("it runs");
    }
}

async fn are_clients(store: Arc<dyn Store>) {
    for (name, app) in [
        ("0oa00000000000000001", Some("0oa00000000000000001")),
        ("nightly-import", Some("0oa00000000000000002")),
        ("0oa00000000000000002", None),
        ("0oa00000000000000003", None),
        ("0oa00000000000000004", None),
    ] {
        let found = store.client(name).await.expect("the store answers");
        assert_eq!(found.as_ref().map(|app| app.id.as_str()), app, "{name}");
    }
}

#[tokio::test]
async fn old_apps_are_clients_on_sqlite() {
    let folder = Folder::new();
    let mut conn = SqliteConnection::establish(folder.file().to_str().unwrap()).unwrap();
    prepare(&mut conn, SQLITE);
    are_clients(Arc::new(
        SqliteStore::open(&folder.file(), SqliteOptions::default()).unwrap(),
    ))
    .await;
}

#[tokio::test]
async fn old_apps_are_clients_on_postgres() {
    let Some(url) = databases::postgres().await else { return };
    let address = url.clone();
    let prepared = tokio::task::spawn_blocking(move || {
        let mut conn = AsyncConnectionWrapper::<AsyncPgConnection>::establish(&address).unwrap();
        prepare(&mut conn, POSTGRES);
    });
    prepared.await.unwrap();
    are_clients(Arc::new(
        PostgresStore::open(&url, PostgresOptions::default()).await.unwrap(),
    ))
    .await;
}
