//! Use cases: authorize, load, decide, commit.

pub mod memory;
#[cfg(feature = "store-contract")]
pub mod store_contract;
