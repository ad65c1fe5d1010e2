//! The queries of the store, for the database of the module that mounts this directory.
//!
//! The mount provides `Conn`, `Backend` and `Store`. A `Store` has three ways to run queries: `row` and `rows` for reads that
//! touch a few rows by a unique key, `snapshot` for lists, `write` for everything that changes something. What nearly
//! every call reads has a way of its own: `bearer` and `bearer_and_user`.

mod app_writes;
pub(super) mod apply;
mod apps;
mod attribute_writes;
mod errors;
mod factor_writes;
mod factors;
pub(super) mod grants;
mod group_lists;
mod groups;
mod hotp_profiles;
mod links;
mod membership_writes;
mod messaging;
mod oauth;
mod oauth_writes;
mod outbox;
mod paging;
mod push_writes;
mod pushes;
mod role_rows;
mod role_writes;
mod roles;
mod row;
pub(super) mod search;
mod session_writes;
mod sessions;
mod standings;
mod statements;
mod structure;
mod structure_writes;
mod subscriptions;
mod system_log;
pub(super) mod tokens;
mod user_lists;
mod user_writes;
mod users;
mod yubikey_lists;
mod yubikeys;

use super::{Backend, Conn, Store};

pub(super) use self::apply::{AtOnce, apply};
pub(super) use self::errors::{refused, unavailable};
pub(crate) use self::outbox::MessageRow;
pub(crate) use self::row::UserRow;
