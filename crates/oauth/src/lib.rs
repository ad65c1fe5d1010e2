//! Signed documents: the assertions of clients, and access tokens.
//!
//! A crate of its own, since the arithmetic of RSA and elliptic curves brings more packages than all other checks of secrets
//! together, and nobody but OAuth needs it.

#![forbid(unsafe_code)]

mod signatures;

pub use signatures::JsonWebTokens;
