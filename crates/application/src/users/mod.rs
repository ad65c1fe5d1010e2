//! Users: one file for each family of operations.

mod create;
mod delete;
mod lifecycle;
mod read;
mod update;

pub(crate) use self::create::type_named;
pub use self::create::{CreateUser, CredentialsInput, PasswordInput, RecoveryQuestionInput};
pub use self::lifecycle::ResetPassword;
pub use self::read::ListUsers;
pub use self::update::UpdateUser;
