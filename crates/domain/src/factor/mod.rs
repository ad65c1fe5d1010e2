//! Factors: what a user shows beside the password (contract: factors).

pub mod otp;
