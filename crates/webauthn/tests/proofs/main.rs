//! Proofs of authenticators, from the bytes to the judgement.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod attestations;
mod checks;
mod malformed;
#[path = "../../fuzz/bodies/proofs.rs"]
mod proofs;
mod soft_authenticator;
mod vectors;
