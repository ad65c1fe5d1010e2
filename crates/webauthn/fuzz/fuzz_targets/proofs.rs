//! Any bytes as each part of a proof (W5).

#![no_main]

#[path = "../bodies/proofs.rs"]
mod proofs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| proofs::any_bytes(bytes));
