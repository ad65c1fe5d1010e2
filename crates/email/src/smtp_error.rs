//! What a mail server's refusal means for the message. A server may repeat the recipient or the message in its answers, so
//! that none of their words are told further (G1).

use std::error::Error as _;

use denizen_domain::message::SendError;
use lettre::transport::smtp::Error;

/// Replies that are about this message or its recipients. Every other refusal is about the server, the account or the way
/// there: an operator can repair that, and the message then goes out.
const ABOUT_THE_MESSAGE: std::ops::RangeInclusive<u16> = 550..=556;

/// The message's error for the transport's.
pub(crate) fn send_error(error: &Error) -> SendError {
    if let Some(code) = error.status() {
        let code = u16::from(code);
        let text = format!("the mail server answered {code}");
        return if ABOUT_THE_MESSAGE.contains(&code) {
            SendError::Permanent(text)
        } else {
            SendError::Temporary(text)
        };
    }
    SendError::Temporary(if error.is_timeout() {
        "the mail server took too long".to_owned()
    } else if error.is_tls() {
        "no protected connection to the mail server".to_owned()
    } else if let Some(kind) = io_error_kind(error) {
        format!("the mail server: {kind}")
    } else if error.is_response() {
        "the mail server's answer makes no sense".to_owned()
    } else {
        "the mail server does not take such messages, or not from this account".to_owned()
    })
}

fn io_error_kind(error: &Error) -> Option<std::io::ErrorKind> {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        source = inner.source();
    }
    None
}
