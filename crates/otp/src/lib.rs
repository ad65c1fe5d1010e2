//! Verification of secrets: password hashes, imported hashes, sealed values, one-time codes.
