//! Any text as a cursor (D8).

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| denizen_application::cursor_fuzzing::any_text(text));
