//! What is remembered of addresses that codes are sent to, and templates, in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use denizen_domain::id::SmsTemplateId;
use denizen_domain::ports::{Messaging, MessagingWrite, StoreError, UniqueField};
use denizen_domain::sending::{Channel, Sending};
use denizen_domain::sms_template::SmsTemplate;

use super::{MemoryStore, State};

/// Addresses and templates.
#[derive(Clone, Default)]
pub(super) struct Remembered {
    sendings: BTreeMap<(Channel, String), Sending>,
    templates: BTreeMap<SmsTemplateId, SmsTemplate>,
}

#[async_trait]
impl Messaging for MemoryStore {
    async fn sending(&self, channel: Channel, address: &str) -> Result<Option<Sending>, StoreError> {
        let key = (channel, address.to_owned());
        Ok(self.state().messaging.sendings.get(&key).cloned())
    }

    async fn sms_templates(&self) -> Result<Vec<SmsTemplate>, StoreError> {
        Ok(self.state().messaging.templates.values().cloned().collect())
    }

    async fn sms_template(&self, id: &SmsTemplateId) -> Result<Option<SmsTemplate>, StoreError> {
        Ok(self.state().messaging.templates.get(id).cloned())
    }
}

impl State {
    pub(super) fn write_messaging(&mut self, write: MessagingWrite) -> Result<(), StoreError> {
        let Remembered { sendings, templates } = &mut self.messaging;
        match write {
            MessagingWrite::InsertSending(sending) => {
                let key = (sending.channel, sending.address.clone());
                if sendings.contains_key(&key) {
                    return Err(StoreError::Stale);
                }
                sendings.insert(key, sending);
            }
            MessagingWrite::UpdateSending(sending) => {
                let key = (sending.channel, sending.address.clone());
                let before = sendings.get_mut(&key).ok_or(StoreError::Stale)?;
                if before.version != sending.version - 1 {
                    return Err(StoreError::Stale);
                }
                *before = sending;
            }
            MessagingWrite::InsertTemplate(template) => {
                if templates.insert(template.id.clone(), *template).is_some() {
                    return Err(StoreError::Duplicate(UniqueField::Id));
                }
            }
            MessagingWrite::UpdateTemplate { from, to } => {
                let present = templates.get_mut(&from.id).ok_or(StoreError::Stale)?;
                if present.version != from.version {
                    return Err(StoreError::Stale);
                }
                *present = SmsTemplate {
                    version: from.version + 1,
                    ..*to
                };
            }
            MessagingWrite::DeleteTemplate(id) => {
                templates.remove(&id).ok_or(StoreError::Stale)?;
            }
        }
        Ok(())
    }
}
