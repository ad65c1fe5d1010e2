//! Mails: what they say, and how they leave.
//!
//! A [`denizen_domain::message::Mail`] becomes a message with a plain and an HTML part. [`FolderSender`] writes it to a
//! folder, [`SmtpSender`] hands it to a mail server. Who gets which mail, and when, is decided elsewhere.

#![forbid(unsafe_code)]

mod compose;
mod folder;
mod from;
mod render;
#[cfg(test)]
mod sample;
mod smtp;
mod smtp_error;
#[cfg(test)]
mod smtp_tests;

pub use self::folder::FolderSender;
pub use self::from::{FromAddress, FromAddressError};
pub use self::smtp::{Security, SmtpSender, SmtpSenderError, SmtpSettings};
