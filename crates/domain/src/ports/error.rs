//! Why a store could not answer.

/// Why a store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something changed since it was read: read and decide again.
    #[error("stale")]
    Stale,
    /// Another one has the same value in a field that must be unique.
    #[error("duplicate {0:?}")]
    Duplicate(UniqueField),
    /// More work is waiting than the store takes on.
    #[error("the store is busy")]
    Busy,
    /// The query took longer than allowed.
    #[error("the query took too long")]
    TimedOut,
    /// A cursor that this store did not make.
    #[error("invalid position")]
    InvalidPosition,
    /// The database does not answer, or answers nonsense.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
}

/// Fields whose values must be unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UniqueField {
    /// A user's login, by its key.
    Login,
    /// An attribute of a profile that its schema says is unique.
    Attribute(String),
    /// A group's name.
    GroupName,
    /// The name that an app goes by as a client.
    ClientId,
    /// The key of a factor, such as the id of a credential.
    FactorKey,
    /// The public name of a YubiKey.
    Yubikey,
    /// A scope that is granted to an app.
    Scope,
    /// An assertion that is good for one use.
    Assertion,
    /// An id or a digest; drawing another one helps.
    Id,
}
