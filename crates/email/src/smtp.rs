//! Delivery to a mail server by SMTP.

use std::time::Duration;

use async_trait::async_trait;
use denizen_domain::id::MessageId;
use denizen_domain::message::{Mail, MailSender, SendError};
use denizen_domain::secret::Secret;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use crate::compose::{Composed, Composer};
use crate::from::FromAddress;
use crate::smtp_error::send_error;

/// How the way to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Not at all; for a server on the same machine.
    None,
    /// The connection starts in clear and must switch to TLS.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

/// Which mail server, and how to speak to it.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// The server's name.
    pub host: String,
    /// The port; the usual one for the kind of protection when not given.
    pub port: Option<u16>,
    /// How the connection is protected.
    pub security: Security,
    /// The account to send with.
    pub account: Option<(String, Secret)>,
    /// Where mails come from.
    pub from: FromAddress,
    /// The longest time that one mail may take.
    pub timeout: Duration,
}

/// Why there is no sender.
#[derive(Debug, thiserror::Error)]
pub enum SmtpSenderError {
    /// The server's name cannot be in a certificate.
    #[error("TLS cannot be set up for the mail server {0:?}")]
    Tls(String),
}

/// Hands messages to a mail server, each on a connection of its own: mails are rare, and an idle connection is a thing that
/// breaks.
pub struct SmtpSender {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    composer: Composer,
    timeout: Duration,
}

impl SmtpSender {
    /// A sender; no connection is made yet.
    ///
    /// # Errors
    /// [`SmtpSenderError::Tls`] for a host that cannot be verified.
    pub fn new(settings: SmtpSettings) -> Result<Self, SmtpSenderError> {
        let tls = || TlsParameters::new(settings.host.clone()).map_err(|_| SmtpSenderError::Tls(settings.host.clone()));
        let (tls, usual_port) = match settings.security {
            Security::None => (Tls::None, 25),
            Security::StartTls => (Tls::Required(tls()?), 587),
            Security::Tls => (Tls::Wrapper(tls()?), 465),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host.clone())
            .port(settings.port.unwrap_or(usual_port))
            .tls(tls)
            .timeout(Some(settings.timeout));
        if let Some((name, password)) = &settings.account {
            builder = builder.credentials(Credentials::new(name.clone(), password.expose().to_owned()));
        }
        Ok(Self {
            transport: builder.build(),
            composer: Composer::new(settings.from),
            timeout: settings.timeout,
        })
    }

    /// Hands the message over for all recipients at once. When the server refuses that for good, nobody has got it, and each
    /// recipient is tried alone.
    async fn hand_over(&self, message: &Composed) -> Result<(), SendError> {
        let all = self.hand_over_to(message, &message.recipients).await;
        if message.recipients.len() < 2 || !matches!(all, Err(SendError::Permanent(_))) {
            return all;
        }
        let (mut reached, mut refused) = (0, all);
        for recipient in &message.recipients {
            match self.hand_over_to(message, std::slice::from_ref(recipient)).await {
                Ok(()) => reached += 1,
                // Worth another attempt, for all, unless somebody has it already.
                Err(error @ SendError::Temporary(_)) => refused = Err(error),
                Err(SendError::Permanent(_)) => {}
            }
        }
        if reached == 0 {
            return refused;
        }
        // Once somebody has it, another attempt would send it twice.
        let recipients = message.recipients.len();
        tracing::warn!(reached, recipients, "a mail did not reach all its recipients");
        Ok(())
    }

    async fn hand_over_to(&self, message: &Composed, recipients: &[Address]) -> Result<(), SendError> {
        let envelope = self.composer.envelope(recipients)?;
        let sent = self.transport.send_raw(&envelope, &message.bytes).await;
        sent.map(drop).map_err(|error| send_error(&error))
    }
}

#[async_trait]
impl MailSender for SmtpSender {
    async fn send_mail(&self, id: &MessageId, mail: &Mail) -> Result<(), SendError> {
        let message = self.composer.compose(id, mail)?;
        // The transport's own limit is for each step; a server that answers slowly at each must not hold up the others.
        match tokio::time::timeout(self.timeout, self.hand_over(&message)).await {
            Ok(sent) => sent,
            Err(_) => Err(SendError::Temporary("the mail server took too long".to_owned())),
        }
    }
}
