//! The store ports on SQLite and PostgreSQL, written once with diesel.
