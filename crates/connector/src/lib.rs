//! Asks services elsewhere that verify factors of their own: RSA SecurID, Symantec VIP, Duo.
//!
//! None of them is spoken to directly. A connector is a small program of the operator's, beside the service, that answers
//! signed requests as `docs/connectors.md` describes. [`HttpConnectors`] sends these.

#![forbid(unsafe_code)]

mod client;
mod connectors;
#[cfg(test)]
mod connectors_tests;
#[cfg(test)]
mod sample;
mod wire;

pub use self::connectors::{Connector, HttpConnectors};
