//! The rules of a directory of people: lifecycle, credentials, profiles, search, authority. Pure.
//!
//! Nothing here reads a clock, draws a random number, waits or touches a database: time, entropy and stored state arrive
//! as arguments, decisions leave as values.

#![forbid(unsafe_code)]

pub mod app;
pub mod authority;
pub mod endpoint;
pub mod entity_tag;
pub mod entropy;
pub mod event;
pub mod factor;
pub mod fido;
pub mod group;
pub mod id;
pub mod linked_object;
pub mod login;
pub mod message;
pub mod oauth;
pub mod organization;
pub mod password;
pub mod phone;
pub mod ports;
pub mod profile;
pub mod push;
pub mod recovery_question;
pub mod role;
pub mod schema;
pub mod sealed;
pub mod search;
pub mod secret;
pub mod sending;
pub mod session;
pub mod sign_in;
pub mod sms_template;
pub mod subscription;
pub mod time;
pub mod token;
pub mod user;
pub mod user_type;
pub mod validation;
