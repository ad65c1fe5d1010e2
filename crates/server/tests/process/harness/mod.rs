//! What the tests of the running program share: a home with a database of its own, the process, clients.

pub mod client;
pub mod crowd;
pub mod database;
pub mod home;
pub mod mailbox;
pub mod people;
pub mod server;
pub mod wire;

pub use self::client::{Answer, Client};
pub use self::database::Backend;
pub use self::home::Home;
pub use self::server::Server;

/// The API token that every server of these tests is told to accept.
pub const TOKEN: &str = "00denizenProcessTestsOnlyTokenNotASecret00";
