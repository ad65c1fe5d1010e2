//! What addresses were sent, and templates of short messages.

use std::collections::BTreeMap;

use denizen_domain::id::SmsTemplateId;
use denizen_domain::ports::{Changes, MessagingWrite, StoreError, Write};
use denizen_domain::sending::{Channel, Sending};
use denizen_domain::sms_template::SmsTemplate;

use super::sample::{Sample, dawn};

pub(super) async fn run(sample: &Sample) {
    an_address_remembers_its_last_sending(sample).await;
    templates_are_written_over_their_version(sample).await;
}

async fn refused(sample: &Sample, write: MessagingWrite) -> StoreError {
    let changes = Changes {
        writes: vec![Write::Messaging(write)],
        ..Changes::default()
    };
    sample.store.commit(changes).await.expect_err("it is refused")
}

async fn an_address_remembers_its_last_sending(sample: &Sample) {
    let read = async |channel, address| sample.store.sending(channel, address).await.expect("reads");
    let address = "+15554151337";
    assert_eq!(read(Channel::Sms, address).await, None);
    let first = Sending::first(Channel::Sms, address, dawn());
    let insert = MessagingWrite::InsertSending(first.clone());
    sample.write(vec![Write::Messaging(insert.clone())]).await;
    assert_eq!(read(Channel::Sms, address).await, Some(first.clone()));
    assert_eq!(read(Channel::Call, address).await, None, "channels are apart");
    assert_eq!(read(Channel::Sms, "+15554151338").await, None, "and addresses");
    assert!(
        matches!(refused(sample, insert).await, StoreError::Stale),
        "there is one first"
    );

    let second = first.again(dawn().plus_minutes(1), 9).expect("it is allowed");
    let update = MessagingWrite::UpdateSending(second.clone());
    sample.write(vec![Write::Messaging(update.clone())]).await;
    assert_eq!(read(Channel::Sms, address).await, Some(second.clone()));
    // Two who decided on the same state: one of them decides again.
    assert!(matches!(refused(sample, update).await, StoreError::Stale));
    let elsewhere = Sending {
        address: "+15554151338".to_owned(),
        ..second
    };
    let update = MessagingWrite::UpdateSending(elsewhere);
    assert!(
        matches!(refused(sample, update).await, StoreError::Stale),
        "there is none before"
    );
}

async fn templates_are_written_over_their_version(sample: &Sample) {
    let read = async || sample.store.sms_templates().await.expect("reads");
    assert_eq!(read().await, []);
    let templates: Vec<_> = (0..2).map(|minutes| template(sample, minutes)).collect();
    for template in templates.iter().rev() {
        let insert = MessagingWrite::InsertTemplate(Box::new(template.clone()));
        sample.write(vec![Write::Messaging(insert)]).await;
    }
    assert_eq!(read().await, templates, "the oldest first");
    let [first, second] = &templates[..] else {
        panic!("there are two")
    };
    let found = sample.store.sms_template(&first.id).await.expect("reads");
    assert_eq!(found.as_ref(), Some(first));

    let mut to = first.clone();
    to.name = "Other".to_owned();
    to.text = "Other ${code}".to_owned();
    to.translations = BTreeMap::new();
    to.last_updated = dawn().plus_minutes(9);
    let update = MessagingWrite::UpdateTemplate {
        from: Box::new(first.clone()),
        to: Box::new(to.clone()),
    };
    sample.write(vec![Write::Messaging(update.clone())]).await;
    to.version = 2;
    let found = sample.store.sms_template(&first.id).await.expect("reads");
    assert_eq!(found, Some(to));
    assert!(matches!(refused(sample, update).await, StoreError::Stale));

    for template in [first, second] {
        let delete = MessagingWrite::DeleteTemplate(template.id.clone());
        sample.write(vec![Write::Messaging(delete.clone())]).await;
        assert!(matches!(refused(sample, delete).await, StoreError::Stale));
        let found = sample.store.sms_template(&template.id).await.expect("reads");
        assert_eq!(found, None);
    }
}

fn template(sample: &Sample, minutes: i64) -> SmsTemplate {
    let at = dawn().plus_minutes(minutes);
    SmsTemplate {
        id: SmsTemplateId::generate(at, sample.number()),
        version: 1,
        name: "Custom ✓".to_owned(),
        text: "${org.name} code is: ${code}".to_owned(),
        translations: BTreeMap::from([("es".to_owned(), "«${code}»".to_owned())]),
        created: at,
        last_updated: at,
    }
}
