//! The Management API over actix-web, as a scope that other services can mount.
