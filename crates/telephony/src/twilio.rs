//! A provider that speaks Twilio's API of 2010-04-01: forms, with the account's name and token.

use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use denizen_domain::id::MessageId;
use denizen_domain::message::{PhoneSender, SendError, Sms, VoiceCall};
use denizen_domain::secret::Secret;
use form_urlencoded::Serializer;
use zeroize::Zeroizing;

use crate::client::{Client, Post};
use crate::endpoint::Endpoint;
use crate::spoken;

/// Whoever pays for what is sent.
#[derive(Clone, Debug)]
pub struct TwilioAccount {
    id: String,
    token: Secret,
    from: String,
}

/// Why an account is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TwilioAccountError {
    /// Its id would not stand in a path.
    #[error("the account's id must be letters and digits")]
    Id,
    /// There is nobody to send from.
    #[error("it must be a number such as +15550100200, or the id of a messaging service")]
    From,
}

/// The id of a service that chooses the number to send from starts so.
const SERVICE: &str = "MG";

impl TwilioAccount {
    /// An account; `from` is the number that people see, or the id of a messaging service, which cannot call.
    ///
    /// # Errors
    /// [`TwilioAccountError`].
    pub fn new(id: &str, token: Secret, from: &str) -> Result<Self, TwilioAccountError> {
        let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_plain(id) {
            return Err(TwilioAccountError::Id);
        }
        if !is_plain(from.strip_prefix('+').unwrap_or(from)) {
            return Err(TwilioAccountError::From);
        }
        Ok(Self {
            id: id.to_owned(),
            token,
            from: from.to_owned(),
        })
    }
}

/// Hands messages to a provider.
pub struct TwilioSender {
    client: Client,
    endpoint: Endpoint,
    account: TwilioAccount,
}

impl TwilioSender {
    /// A sender; no connection is made yet.
    #[must_use]
    pub fn new(endpoint: Endpoint, account: TwilioAccount, timeout: Duration) -> Self {
        Self {
            client: Client::new(timeout),
            endpoint,
            account,
        }
    }

    fn form(&self, resource: &str, values: &[(&str, &str)]) -> Post {
        let mut form = Serializer::new(String::new());
        for (name, value) in values {
            form.append_pair(name, value);
        }
        let TwilioAccount { id, token, .. } = &self.account;
        let pair = Zeroizing::new(format!("{id}:{}", token.expose()));
        let basic = Zeroizing::new(format!("Basic {}", *Zeroizing::new(STANDARD.encode(pair.as_bytes()))));
        let kind = Zeroizing::new("application/x-www-form-urlencoded".to_owned());
        Post {
            url: format!("{}/2010-04-01/Accounts/{id}/{resource}.json", self.endpoint.as_str()),
            headers: vec![("authorization", basic), ("content-type", kind)],
            body: Zeroizing::new(form.finish().into_bytes()),
        }
    }
}

#[async_trait]
impl PhoneSender for TwilioSender {
    async fn send_sms(&self, _: &MessageId, sms: &Sms) -> Result<(), SendError> {
        let from = &self.account.from;
        let sender = match from.starts_with(SERVICE) {
            true => "MessagingServiceSid",
            false => "From",
        };
        let form = self.form(
            "Messages",
            &[("To", &sms.to), (sender, from), ("Body", sms.text.expose())],
        );
        self.client.post(form).await
    }

    async fn call(&self, _: &MessageId, call: &VoiceCall) -> Result<(), SendError> {
        if self.account.from.starts_with(SERVICE) {
            return Err(SendError::Permanent("a messaging service cannot call".to_owned()));
        }
        let text = spoken::text(&call.org_name, call.code.expose());
        let document = Zeroizing::new(format!(
            "<Response><Pause length=\"1\"/><Say>{}</Say></Response>",
            *spoken::escaped(&text)
        ));
        // The provider's sign for a pause.
        let digits = call.extension.as_ref().map(|extension| extension.replace(',', "ww"));
        let mut values = vec![
            ("To", call.to.as_str()),
            ("From", &self.account.from),
            ("Twiml", &document),
        ];
        if let Some(digits) = &digits {
            values.push(("SendDigits", digits));
        }
        self.client.post(self.form("Calls", &values)).await
    }
}
