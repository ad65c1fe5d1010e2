//! Reading and writing what is remembered of addresses that codes are sent to, and the templates of their texts.

use async_trait::async_trait;
use denizen_domain::id::SmsTemplateId;
use denizen_domain::ports::{Messaging, MessagingWrite, StoreError};
use denizen_domain::sending::{Channel, Sending};
use denizen_domain::sms_template::{MOST_TEMPLATES, SmsTemplate};
use denizen_domain::time::Timestamp;
use diesel::prelude::*;

use super::apply::{Expected, Statements, json};
use super::row::bad_row;
use super::statements::{NoteSending, UpdateSmsTemplate};
use super::{Backend, Store, unavailable};
use crate::schema::{sendings, sms_templates};

#[derive(Queryable, Selectable)]
#[diesel(table_name = sendings, check_for_backend(Backend))]
struct SendingRow {
    channel: String,
    address: String,
    version: i64,
    last: i64,
    day: i64,
    day_count: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sms_templates, check_for_backend(Backend))]
struct SmsTemplateRow {
    id: String,
    version: i64,
    name: String,
    template: String,
    translations: String,
    created: i64,
    last_updated: i64,
}

impl TryFrom<SendingRow> for Sending {
    type Error = StoreError;

    fn try_from(row: SendingRow) -> Result<Self, StoreError> {
        let bad = |column| bad_row("sendings", &row.address, column);
        Ok(Self {
            channel: Channel::parse(&row.channel).ok_or_else(|| bad("channel"))?,
            version: row.version,
            last: Timestamp::from_millis(row.last),
            day: row.day,
            day_count: u32::try_from(row.day_count).map_err(|_| bad("day_count"))?,
            address: row.address,
        })
    }
}

impl TryFrom<SmsTemplateRow> for SmsTemplate {
    type Error = StoreError;

    fn try_from(row: SmsTemplateRow) -> Result<Self, StoreError> {
        let bad = |column| bad_row("sms_templates", &row.id, column);
        Ok(Self {
            version: row.version,
            translations: serde_json::from_str(&row.translations).map_err(|_| bad("translations"))?,
            created: Timestamp::from_millis(row.created),
            last_updated: Timestamp::from_millis(row.last_updated),
            id: SmsTemplateId::parse(&row.id).ok_or_else(|| bad("id"))?,
            name: row.name,
            text: row.template,
        })
    }
}

/// Notes a sending, or changes a template.
pub(super) fn write_messaging(change: &MessagingWrite, to: &mut impl Statements) -> Result<(), StoreError> {
    match change {
        MessagingWrite::InsertSending(sending) => {
            let row = (
                sendings::channel.eq(sending.channel.as_str()),
                sendings::address.eq(sending.address.as_str()),
                sendings::version.eq(sending.version),
                sendings::last.eq(sending.last.as_millis()),
                sendings::day.eq(sending.day),
                sendings::day_count.eq(i64::from(sending.day_count)),
            );
            let insert = diesel::insert_into(sendings::table).values(row);
            let first = insert.on_conflict((sendings::channel, sendings::address));
            to.run(Expected::One, first.do_nothing())
        }
        MessagingWrite::UpdateSending(sending) => {
            let note = NoteSending {
                channel: sending.channel.as_str(),
                address: &sending.address,
                version: sending.version - 1,
                next_version: sending.version,
                last: sending.last.as_millis(),
                day: sending.day,
                day_count: i64::from(sending.day_count),
            };
            to.run(Expected::One, note)
        }
        MessagingWrite::InsertTemplate(template) => insert_template(template, to),
        MessagingWrite::UpdateTemplate { from, to: template } => {
            let translations = json("sms_templates", &template.translations)?;
            let update = UpdateSmsTemplate {
                id: from.id.as_str(),
                version: from.version,
                next_version: from.version + 1,
                name: &template.name,
                template: &template.text,
                translations: &translations,
                last_updated: template.last_updated.as_millis(),
            };
            to.run(Expected::One, update)
        }
        MessagingWrite::DeleteTemplate(id) => {
            let known = sms_templates::table.filter(sms_templates::id.eq(id.as_str()));
            to.run(Expected::One, diesel::delete(known))
        }
    }
}

fn insert_template(template: &SmsTemplate, to: &mut impl Statements) -> Result<(), StoreError> {
    let translations = json("sms_templates", &template.translations)?;
    let row = (
        sms_templates::id.eq(template.id.as_str()),
        sms_templates::version.eq(template.version),
        sms_templates::name.eq(template.name.as_str()),
        sms_templates::template.eq(template.text.as_str()),
        sms_templates::translations.eq(translations.as_str()),
        sms_templates::created.eq(template.created.as_millis()),
        sms_templates::last_updated.eq(template.last_updated.as_millis()),
    );
    to.run(Expected::One, diesel::insert_into(sms_templates::table).values(row))
}

#[async_trait]
impl Messaging for Store {
    async fn sending(&self, channel: Channel, address: &str) -> Result<Option<Sending>, StoreError> {
        let last = || {
            sendings::table
                .filter(sendings::channel.eq(channel.as_str()))
                .filter(sendings::address.eq(address))
                .select(SendingRow::as_select())
        };
        let row: Option<SendingRow> = self.row(last).await?;
        row.map(Sending::try_from).transpose()
    }

    async fn sms_templates(&self) -> Result<Vec<SmsTemplate>, StoreError> {
        // Some may be made at once when there is room for one.
        let most = i64::try_from(2 * MOST_TEMPLATES).unwrap_or(i64::MAX);
        let all = move |conn: &mut super::Conn| {
            let rows: Vec<SmsTemplateRow> = sms_templates::table
                .order(sms_templates::id)
                .limit(most)
                .select(SmsTemplateRow::as_select())
                .load(conn)
                .map_err(unavailable)?;
            rows.into_iter().map(SmsTemplate::try_from).collect()
        };
        self.snapshot(move |conn, _| all(conn)).await
    }

    async fn sms_template(&self, id: &SmsTemplateId) -> Result<Option<SmsTemplate>, StoreError> {
        let named = || {
            sms_templates::table
                .filter(sms_templates::id.eq(id.as_str()))
                .select(SmsTemplateRow::as_select())
        };
        let row: Option<SmsTemplateRow> = self.row(named).await?;
        row.map(SmsTemplate::try_from).transpose()
    }
}
