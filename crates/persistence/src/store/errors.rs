//! What the database's refusals mean.

use denizen_domain::ports::{StoreError, UniqueField};
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};

/// A failure of a statement that cannot conflict with others.
pub(crate) fn unavailable(error: Error) -> StoreError {
    match &error {
        // SQLite: another program has held the lock for longer than we wait.
        Error::DatabaseError(DatabaseErrorKind::Unknown, about) if about.message() == "database is locked" => {
            StoreError::Busy
        }
        _ => StoreError::Unavailable(error.to_string()),
    }
}

/// A failure of a statement that writes. The messages never hold values.
pub(crate) fn refused(error: Error) -> StoreError {
    match &error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, about) => taken(about.as_ref()),
        // Two changes waited for each other, and this one was ended.
        Error::DatabaseError(_, about) if about.message() == "deadlock detected" => StoreError::Stale,
        // What it belongs to was there when the decision was made.
        Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => StoreError::Stale,
        _ => unavailable(error),
    }
}

/// PostgreSQL names the constraint, SQLite the columns, and only in the message.
fn taken(about: &(dyn DatabaseErrorInformation + Send + Sync)) -> StoreError {
    let place = about.constraint_name().unwrap_or_else(|| about.message());
    if place.contains("login_key") {
        StoreError::Duplicate(UniqueField::Login)
    } else if place.contains("groups") && place.contains("name_key") {
        StoreError::Duplicate(UniqueField::GroupName)
    } else if place.contains("oauth_clients") {
        StoreError::Duplicate(UniqueField::ClientId)
    } else if place.contains("live_name") {
        StoreError::Duplicate(UniqueField::Yubikey)
    } else if place.contains("unique_key") {
        StoreError::Duplicate(UniqueField::FactorKey)
    } else if place.contains("organization") || place.contains("signing_keys") {
        StoreError::Stale
    } else {
        StoreError::Duplicate(UniqueField::Id)
    }
}
