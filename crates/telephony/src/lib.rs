//! Short messages and calls: how they leave.
//!
//! [`FolderSender`] writes them to a folder, [`TwilioSender`] hands them to a provider that speaks Twilio's API,
//! [`WebhookSender`] to any other by a signed request, and [`NoSender`] to nobody. Who gets which, and when, is decided
//! elsewhere.

#![forbid(unsafe_code)]

mod client;
mod folder;
mod off;
#[cfg(test)]
mod sample;
mod spoken;
mod twilio;
#[cfg(test)]
mod twilio_tests;
mod webhook;
#[cfg(test)]
mod webhook_tests;

pub use self::folder::FolderSender;
pub use self::off::NoSender;
pub use self::twilio::{TwilioAccount, TwilioAccountError, TwilioSender};
pub use self::webhook::WebhookSender;
use denizen_domain::endpoint;
