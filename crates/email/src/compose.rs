//! A mail as a message of the internet (RFC 5322), with one envelope.

use std::time::{Duration, SystemTime};

use denizen_domain::id::MessageId;
use denizen_domain::message::{Mail, SendError};
use lettre::address::Envelope;
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};

use crate::from::FromAddress;
use crate::render::Templates;

/// Composes messages that come from one address.
pub(crate) struct Composer {
    from: FromAddress,
    templates: Templates,
}

/// A message and who gets it.
pub(crate) struct Composed {
    pub(crate) bytes: Vec<u8>,
    pub(crate) recipients: Vec<Address>,
}

impl Composer {
    pub(crate) fn new(from: FromAddress) -> Self {
        Self {
            from,
            templates: Templates::new(),
        }
    }

    /// Composes a message. Its `Message-ID` is made from the id, so that receivers recognize a repeated delivery.
    pub(crate) fn compose(&self, id: &MessageId, mail: &Mail) -> Result<Composed, SendError> {
        // An address that cannot be written to must not keep the mail from the others.
        let recipients: Vec<Address> = mail.to.iter().filter_map(|text| text.parse().ok()).collect();
        if recipients.is_empty() {
            return Err(SendError::Permanent("no recipient has a usable address".to_owned()));
        }
        let words = self
            .templates
            .render(mail)
            .map_err(|error| SendError::Permanent(error.to_string()))?;
        let mut builder = Message::builder()
            .from(self.from.mailbox().clone())
            .message_id(Some(self.message_id(id)))
            .date(date(mail.written))
            .subject(words.subject);
        for address in &recipients {
            builder = builder.to(Mailbox::new(None, address.clone()));
        }
        let message = builder
            .multipart(MultiPart::alternative_plain_html(words.text, words.html))
            .map_err(|_| SendError::Permanent("the message cannot be composed".to_owned()))?;
        Ok(Composed {
            bytes: message.formatted(),
            recipients,
        })
    }

    /// The envelope for some of the recipients.
    pub(crate) fn envelope(&self, recipients: &[Address]) -> Result<Envelope, SendError> {
        let from = self.from.mailbox().email.clone();
        Envelope::new(Some(from), recipients.to_vec())
            .map_err(|_| SendError::Permanent("no recipient has a usable address".to_owned()))
    }

    fn message_id(&self, id: &MessageId) -> String {
        format!("<{id}@{}>", self.from.mailbox().email.domain())
    }
}

fn date(millis: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{LINK, id, mail};
    use denizen_domain::message::MailTemplate;

    fn composer() -> Composer {
        Composer::new("Denizen <no-reply@example.com>".parse().unwrap())
    }

    fn composed(mail: &Mail) -> String {
        String::from_utf8(composer().compose(&id(1), mail).unwrap().bytes).unwrap()
    }

    fn head(message: &str) -> Vec<&str> {
        message.lines().take_while(|line| !line.is_empty()).collect()
    }

    #[test]
    fn headers_and_both_parts() {
        let message = composed(&mail(MailTemplate::UserActivation));
        let head = head(&message);
        for header in [
            "From: Denizen <no-reply@example.com>",
            "To: isaac.brock@example.com",
            "Subject: Welcome to Modest Mouse!",
            "Date: Mon, 29 Sep 2025 03:49:50 +0000",
            &format!("Message-ID: <{}@example.com>", id(1)),
        ] {
            assert!(head.contains(&header), "{header} is not in {head:#?}");
        }
        assert!(
            message.contains("text/plain") && message.contains("text/html"),
            "{message}"
        );
        assert_eq!(message.matches(LINK).count(), 2, "once in each part: {message}");
    }

    /// H10: no value adds a header or a recipient.
    #[test]
    fn a_hostile_name_adds_no_header() {
        for hostile in [
            "Eve\r\nBcc: eve@evil.io\r\n\r\nHello",
            "Eve\nBcc: eve@evil.io",
            "Eve\rBcc: eve@evil.io",
        ] {
            let mut mail = mail(MailTemplate::UserDeactivated);
            mail.user.login = hostile.to_owned();
            mail.user.first_name = hostile.to_owned();
            mail.org_name = hostile.to_owned();
            mail.to.push(format!("{hostile}@example.com"));
            mail.to.push("eve@example.com\r\nBcc: eve@evil.io".to_owned());
            let composed = composer().compose(&id(1), &mail).unwrap();
            assert_eq!(composed.recipients.len(), 1);
            let message = String::from_utf8(composed.bytes).unwrap();
            let head = head(&message);
            assert!(!head.iter().any(|line| line.starts_with("Bcc")), "{head:#?}");
            assert!(!head.contains(&"Hello"), "{head:#?}");
        }
    }

    #[test]
    fn a_mail_to_nobody_is_given_up() {
        let mut mail = mail(MailTemplate::UserActivation);
        mail.to = vec!["nobody".to_owned(), String::new()];
        let error = composer().compose(&id(1), &mail).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), "not sendable: no recipient has a usable address");
    }
}
