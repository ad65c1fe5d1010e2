//! What is remembered of addresses that codes are sent to, and the templates of their texts.

use async_trait::async_trait;

use super::StoreError;
use crate::id::SmsTemplateId;
use crate::sending::{Channel, Sending};
use crate::sms_template::SmsTemplate;

/// A change of what is remembered of addresses, or of a template.
#[derive(Clone, Debug)]
pub enum MessagingWrite {
    /// Notes the first sending to an address; `Stale` when there was one.
    InsertSending(Sending),
    /// Notes a sending over the one before, whose version is one less; `Stale` when another came between.
    UpdateSending(Sending),
    /// Adds a template.
    InsertTemplate(Box<SmsTemplate>),
    /// Writes a template over the version that was read, and counts its version up by one; `Stale` when another change came
    /// between.
    UpdateTemplate {
        /// The template as read.
        from: Box<SmsTemplate>,
        /// The template to be written. Its version is that of `from`.
        to: Box<SmsTemplate>,
    },
    /// Removes a template; `Stale` when it is gone.
    DeleteTemplate(SmsTemplateId),
}

/// Reads what is remembered of addresses, and templates.
#[async_trait]
pub trait Messaging: Send + Sync {
    /// What was last sent to an address.
    async fn sending(&self, channel: Channel, address: &str) -> Result<Option<Sending>, StoreError>;
    /// Every template, the oldest first.
    async fn sms_templates(&self) -> Result<Vec<SmsTemplate>, StoreError>;
    /// One template.
    async fn sms_template(&self, id: &SmsTemplateId) -> Result<Option<SmsTemplate>, StoreError>;
}
