//! What can be wrong with the configuration. Secrets are never repeated.

use std::path::PathBuf;

/// What is wrong with the configuration.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A file that was named, or that lies there, cannot be read.
    #[error("{} cannot be read: {kind}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        kind: std::io::ErrorKind,
    },
    /// The file is not TOML.
    #[error("{} is not valid, line {line}: {message}", .path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// A setting that does not exist.
    #[error("unknown setting {name} in {origin}; `denizen config` prints the known ones")]
    Unknown {
        /// Its name, as written there.
        name: String,
        /// Where it was found.
        origin: String,
    },
    /// A value of another kind.
    #[error("{name} in {origin} must be {wanted}")]
    Kind {
        /// The setting's name, as written there.
        name: String,
        /// Where it was found.
        origin: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// A value that makes no sense.
    #[error("{} is not usable: {reason}", named(.key))]
    Value {
        /// The setting.
        key: &'static str,
        /// Why.
        reason: String,
    },
    /// A secret that is given twice.
    #[error("{} and {}_file are both given; one must go", named(.key), .key)]
    GivenTwice {
        /// The setting.
        key: &'static str,
    },
}

impl ConfigError {
    /// A value that makes no sense.
    pub(crate) fn value(key: &'static str, reason: impl Into<String>) -> Self {
        Self::Value {
            key,
            reason: reason.into(),
        }
    }
}

/// The setting by both of its names.
fn named(key: &str) -> String {
    format!("{key} ({})", super::layers::variable(key))
}
