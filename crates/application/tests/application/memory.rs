//! The store in memory passes the suite that every store passes.

use std::sync::Arc;

use denizen_application::memory::MemoryStore;
use denizen_application::store_contract;

#[tokio::test]
async fn the_memory_store_keeps_the_contract() {
    store_contract::run(Arc::new(MemoryStore::new())).await;
}
