//! Rules that hold for anything: random lives, random expressions, random profiles, every character of a login.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../../fuzz/bodies/expressions.rs"]
mod expressions;
mod lifecycle;
mod logins;
mod profiles;
mod search;
