//! The use cases on the store in memory, with a clock that moves on command, entropy from a seed and a hasher that is fast.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod authorization;
mod creation;
mod factors;
mod failures;
mod lists;
mod lives;
mod lockout;
mod memberships;
mod memory;
mod outbox;
mod passwords;
mod ports;
mod races;
mod roles;
mod services;
mod shape;
mod store;
mod super_administrators;
mod tokens;
mod updates;
mod work;
mod world;
