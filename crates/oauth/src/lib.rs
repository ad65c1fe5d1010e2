//! Signed documents: the assertions of clients, access tokens, and the statements of devices.
//!
//! A crate of its own, since the arithmetic of RSA and elliptic curves brings more packages than all other checks of secrets
//! together, and nobody but OAuth and the devices that approve pushes needs it.

#![forbid(unsafe_code)]

mod device;
mod signatures;

pub use device::DeviceKeyPair;
pub use signatures::JsonWebTokens;
