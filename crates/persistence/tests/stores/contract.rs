//! Each store keeps the contract of all stores.

use std::sync::Arc;

use denizen_application::store_contract;
use denizen_persistence::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};

use crate::databases::{self, Folder};

#[tokio::test]
async fn sqlite_keeps_the_contract() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.file(), SqliteOptions::default()).unwrap();
    store_contract::run(Arc::new(store)).await;
}

/// The answers may not depend on the way a search takes.
#[tokio::test]
async fn sqlite_keeps_the_contract_when_no_index_seems_to_help() {
    let folder = Folder::new();
    let options = SqliteOptions {
        search_probe: 8,
        synchronous_full: false,
        ..SqliteOptions::default()
    };
    let store = SqliteStore::open(&folder.file(), options).unwrap();
    store_contract::run(Arc::new(store)).await;
}

#[tokio::test]
async fn postgres_keeps_the_contract() {
    let Some(url) = databases::postgres().await else { return };
    let store = PostgresStore::open(&url, PostgresOptions::default()).await.unwrap();
    store_contract::run(Arc::new(store)).await;
}

#[tokio::test]
async fn postgres_keeps_the_contract_over_one_connection_when_no_index_seems_to_help() {
    let Some(url) = databases::postgres().await else { return };
    let options = PostgresOptions {
        connections: 1,
        search_probe: 8,
        ..PostgresOptions::default()
    };
    let store = PostgresStore::open(&url, options).await.unwrap();
    store_contract::run(Arc::new(store)).await;
}
