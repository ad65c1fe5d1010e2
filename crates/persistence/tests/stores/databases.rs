//! A database for each test.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use tempfile::TempDir;

/// A SQLite file, gone with its folder.
pub struct Folder {
    folder: TempDir,
}

impl Folder {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder }
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("directory.db")
    }
}

/// The address of an empty PostgreSQL database; `None` where there is no server to make it on.
pub async fn postgres() -> Option<String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let Ok(server) = std::env::var("DENIZEN_TEST_POSTGRES_URL") else {
        println!("skipped: DENIZEN_TEST_POSTGRES_URL is not set");
        return None;
    };
    let name = format!("stores_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut conn = AsyncPgConnection::establish(&server).await.expect("the server answers");
    let remake = [
        format!("DROP DATABASE IF EXISTS {name}"),
        format!("CREATE DATABASE {name}"),
    ];
    for statement in remake {
        conn.batch_execute(&statement).await.expect("a superuser may");
    }
    let (address, _) = server.rsplit_once('/').expect("the address names a database");
    Some(format!("{address}/{name}"))
}
