//! Who may do what. Every use case asks here before it loads or changes anything.

mod caller;
mod last;
mod matrix;
#[cfg(test)]
mod matrix_tests;
mod permission;
mod rights;
mod role;
mod scopes;
mod subject;

pub use self::caller::{Caller, Credential, Principal};
pub use self::last::{SuperAdministrators, Verdict, can_act};
pub use self::matrix::{Reach, Relation, is_left_to_everybody, reach};
pub use self::permission::Permission;
pub use self::rights::{AppCoverage, Breadth, GroupCoverage, SomeApps};
pub use self::role::{Grant, Role, Targets};
pub use self::scopes::Scopes;
pub use self::subject::{AppSubject, Rank, Standing, Subject};

/// The caller has not the right to do this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the caller may not do this")]
pub struct Forbidden;
