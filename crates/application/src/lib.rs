//! Use cases: authorize, load, decide, commit.
