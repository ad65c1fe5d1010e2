//! The API over a real port: a server on the store in memory, spoken to in plain bytes. The tests are written from the
//! contract, and know nothing of how the answers are made.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod authority;
mod battery;
mod bearers;
mod client_roles;
mod clients;
mod code_factors;
mod code_limits;
mod conditional;
mod connected_factors;
mod conventions;
mod create;
mod credentials;
mod discovery;
mod embedding;
mod factors;
mod factors_at_sign_in;
mod hostile_search;
mod lifecycle;
mod links;
mod lists;
mod lives;
mod logs;
mod oauth;
mod org_factors;
mod pages;
mod paths;
mod push;
mod races;
mod rate_limits;
mod recovery;
mod role_targets;
mod roles;
mod secrets;
mod security_keys;
mod server;
mod service;
mod sessions;
mod shape;
mod sign_in;
mod sms_templates;
mod structure;
mod subscriptions;
mod token_factors;
mod tokens;
mod update;
mod wire;
