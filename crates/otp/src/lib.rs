//! Verification of secrets: password hashes, imported hashes, sealed values, one-time codes.

#![forbid(unsafe_code)]

mod aes128;
mod argon2id;
mod entropy;
mod gate;
mod hasher;
mod imported;
mod otp;
mod sealer;

pub use aes128::Aes128Blocks;
pub use argon2id::{Cost, CostError};
pub use entropy::SystemEntropy;
pub use gate::Limits;
pub use hasher::Argon2Hasher;
pub use otp::HmacOtp;
pub use sealer::{KeyError, KeySealer, SealingKey};
