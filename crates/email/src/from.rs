//! The address that mails come from.

use std::str::FromStr;

use lettre::message::Mailbox;

/// An address with an optional name, such as `Denizen <no-reply@example.com>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FromAddress(Mailbox);

/// Why a text is not an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a mail address such as \"Denizen <no-reply@example.com>\"")]
pub struct FromAddressError(String);

impl FromStr for FromAddress {
    type Err = FromAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mailbox = text.parse().map_err(|_| FromAddressError(text.to_owned()))?;
        Ok(Self(mailbox))
    }
}

impl FromAddress {
    /// The form that messages are built with.
    pub(crate) fn mailbox(&self) -> &Mailbox {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_have_a_name() {
        let from: FromAddress = "Denizen <no-reply@example.com>".parse().unwrap();
        assert_eq!(from.mailbox().name.as_deref(), Some("Denizen"));
        assert!("no-reply@example.com".parse::<FromAddress>().is_ok());
        for text in ["", "Denizen", "a@b.io\r\nBcc: c@d.io", "Denizen <no-reply@example.com"] {
            assert!(text.parse::<FromAddress>().is_err(), "{text:?}");
        }
    }
}
