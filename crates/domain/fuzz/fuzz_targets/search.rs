//! Any text as a `search`, a `filter` and a sort (D6).

#![no_main]

#[path = "../bodies/expressions.rs"]
mod expressions;

libfuzzer_sys::fuzz_target!(|text: &str| expressions::any_text(text));
