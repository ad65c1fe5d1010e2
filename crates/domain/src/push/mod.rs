//! Pushes: a device that a user has registered approves or rejects what is asked of it (contract: factors §6.8, §6.11, §7.6;
//! checklist U1 to U5).
//!
//! A device is registered once, by an activation token that the user brings to it, and has a key of its own from then on.
//! Whatever it says is a statement that this key has signed.

mod activation;
mod device;
mod number;
mod pace;
mod statement;
mod transaction;

#[cfg(test)]
mod model;

pub use self::activation::{ACTIVATION_MINUTES, Activation, ActivationLink, activation_key};
pub use self::device::{DeviceKey, DeviceName, Push, RegisteredDevice, device_key};
pub use self::number::NumberChallenge;
pub use self::pace::{MOST_UNANSWERED, TooManyPushes, UNANSWERED_WINDOW_MINUTES, must_not_tire};
pub use self::statement::{
    Answer, LONGEST_STATEMENT, ListRequest, Registration, Saying, Statement, StatementRefusal, Verdict, claimed_device,
};
pub use self::transaction::{
    AnswerRefusal, KEPT_MINUTES, NewPush, PUSH_MINUTES, PushContext, PushState, PushTransaction,
};
