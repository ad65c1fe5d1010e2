//! Templates of short messages (contract: messages §1).

use denizen_domain::authority::Permission;
use denizen_domain::event::{Entity, EventType};
use denizen_domain::id::SmsTemplateId;
use denizen_domain::ports::{Changes, MessagingWrite, Write};
use denizen_domain::sms_template::{DEFAULT_ID, MOST_TEMPLATES, SmsTemplate, SmsTemplateDescription};
use denizen_domain::time::Timestamp;
use denizen_domain::validation::Validation;

use crate::account::Doer;
use crate::call::Call;
use crate::directory::{Directory, MOST_ROUNDS, must_at_large};
use crate::error::{Error, ResourceKind};

impl Directory {
    /// Reads every template but the one that is built in, the oldest first (`listSmsTemplates`).
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn list_sms_templates(&self, call: &Call) -> Result<Vec<SmsTemplate>, Error> {
        must_at_large(call, Permission::TemplatesRead)?;
        Ok(self.ports.store.sms_templates().await?)
    }

    /// Reads a template; `None` for the one that is built in (`getSmsTemplate`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn get_sms_template(&self, call: &Call, id: &str) -> Result<Option<SmsTemplate>, Error> {
        must_at_large(call, Permission::TemplatesRead)?;
        if id == DEFAULT_ID {
            return Ok(None);
        }
        self.own_sms_template(id).await.map(Some)
    }

    /// Makes a template (`createSmsTemplate`).
    ///
    /// # Errors
    /// `Forbidden`, `Validation`.
    pub async fn create_sms_template(&self, call: &Call, wanted: SmsTemplateDescription) -> Result<SmsTemplate, Error> {
        must_at_large(call, Permission::TemplatesManage)?;
        if self.ports.store.sms_templates().await?.len() >= MOST_TEMPLATES {
            return Err(Validation::new("smsTemplate", "There are as many templates as there may be").into());
        }
        for _ in 0..MOST_ROUNDS {
            let at = self.now();
            let id = SmsTemplateId::generate(at, self.random());
            let made = SmsTemplate::create(id, wanted.clone(), at)?;
            let write = MessagingWrite::InsertTemplate(Box::new(made.clone()));
            let changes = self.template_changes(call, write, EventType::SmsTemplateCreate, &made, at);
            if self.committed(changes).await? {
                return Ok(made);
            }
        }
        Err(Error::Conflict)
    }

    /// Changes parts of a template (`updateSmsTemplate`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Validation`, `Conflict`.
    pub async fn update_sms_template(
        &self,
        call: &Call,
        id: &str,
        wanted: SmsTemplateDescription,
    ) -> Result<SmsTemplate, Error> {
        let decide = |present: &SmsTemplate, at| present.updated(wanted.clone(), at);
        self.describe_sms_template(call, id, decide).await
    }

    /// Describes a template anew (`replaceSmsTemplate`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Validation`, `Conflict`.
    pub async fn replace_sms_template(
        &self,
        call: &Call,
        id: &str,
        wanted: SmsTemplateDescription,
    ) -> Result<SmsTemplate, Error> {
        let decide = |present: &SmsTemplate, at| present.replaced(wanted.clone(), at);
        self.describe_sms_template(call, id, decide).await
    }

    /// Removes a template (`deleteSmsTemplate`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Validation`.
    pub async fn delete_sms_template(&self, call: &Call, id: &str) -> Result<(), Error> {
        must_at_large(call, Permission::TemplatesManage)?;
        must_be_own(id)?;
        let present = self.own_sms_template(id).await?;
        let write = MessagingWrite::DeleteTemplate(present.id.clone());
        let changes = self.template_changes(call, write, EventType::SmsTemplateDelete, &present, self.now());
        if self.committed(changes).await? {
            Ok(())
        } else {
            Err(Error::not_found(ResourceKind::SmsTemplate, id))
        }
    }

    async fn describe_sms_template(
        &self,
        call: &Call,
        id: &str,
        decide: impl Fn(&SmsTemplate, Timestamp) -> Result<SmsTemplate, Validation>,
    ) -> Result<SmsTemplate, Error> {
        must_at_large(call, Permission::TemplatesManage)?;
        must_be_own(id)?;
        for _ in 0..MOST_ROUNDS {
            let present = self.own_sms_template(id).await?;
            let at = self.now();
            let after = decide(&present, at)?;
            let write = MessagingWrite::UpdateTemplate {
                from: Box::new(present),
                to: Box::new(after.clone()),
            };
            let changes = self.template_changes(call, write, EventType::SmsTemplateUpdate, &after, at);
            if self.committed(changes).await? {
                return Ok(after);
            }
        }
        Err(Error::Conflict)
    }

    async fn own_sms_template(&self, id: &str) -> Result<SmsTemplate, Error> {
        let unknown = || Error::not_found(ResourceKind::SmsTemplate, id);
        let parsed = SmsTemplateId::parse(id).ok_or_else(unknown)?;
        self.ports.store.sms_template(&parsed).await?.ok_or_else(unknown)
    }

    fn template_changes(
        &self,
        call: &Call,
        write: MessagingWrite,
        kind: EventType,
        about: &SmsTemplate,
        at: Timestamp,
    ) -> Changes {
        let target = Entity {
            id: about.id.to_string(),
            kind: "SmsTemplate".to_owned(),
            alternate_id: None,
            display_name: Some(about.name.clone()),
        };
        Changes {
            writes: vec![Write::Messaging(write)],
            events: vec![self.event(&Doer::caller(call), kind, vec![target], at)],
            ..Changes::default()
        }
    }
}

/// The template that is built in stays as it is.
fn must_be_own(id: &str) -> Result<(), Error> {
    if id == DEFAULT_ID {
        let text = "The default template can be neither changed nor removed";
        return Err(Validation::new("smsTemplate", text).into());
    }
    Ok(())
}
