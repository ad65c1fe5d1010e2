//! Reading and writing YubiKeys.

use async_trait::async_trait;
use denizen_domain::factor::FactorId;
use denizen_domain::factor::yubikey::{Yubikey, YubikeyHolder, YubikeyStatus};
use denizen_domain::factor::yubikey_otp::{PublicId, Uses};
use denizen_domain::id::{UserId, YubikeyId};
use denizen_domain::ports::{Page, StoreError, YubikeySelection, YubikeyWrite, Yubikeys};
use denizen_domain::sealed::Sealed;
use denizen_domain::time::Timestamp;
use diesel::prelude::*;

use super::apply::{Expected, Statements};
use super::row::bad_row;
use super::statements::{RevokeYubikeys, UpdateYubikey};
use super::yubikey_lists::{list, mark};
use super::{Backend, Store};
use crate::schema::yubikeys;

#[derive(Queryable, Selectable)]
#[diesel(table_name = yubikeys, check_for_backend(Backend))]
pub(super) struct YubikeyRow {
    pub(super) id: String,
    version: i64,
    pub(super) status: String,
    public_id: String,
    pub(super) serial: String,
    sealed: Vec<u8>,
    uses: Option<i64>,
    user_id: Option<String>,
    factor_id: Option<String>,
    created: i64,
    pub(super) activated: i64,
    pub(super) last_verified: i64,
    last_updated: i64,
}

impl TryFrom<YubikeyRow> for Yubikey {
    type Error = StoreError;

    fn try_from(row: YubikeyRow) -> Result<Self, StoreError> {
        let bad = |column| bad_row("yubikeys", &row.id, column);
        let holder = match (&row.user_id, &row.factor_id) {
            (Some(user_id), Some(factor_id)) => Some(YubikeyHolder {
                user_id: UserId::parse(user_id).ok_or_else(|| bad("user_id"))?,
                factor_id: FactorId::parse(factor_id).ok_or_else(|| bad("factor_id"))?,
            }),
            (None, None) => None,
            _ => return Err(bad("factor_id")),
        };
        let moment = |millis: i64| (millis != 0).then(|| Timestamp::from_millis(millis));
        Ok(Self {
            version: row.version,
            status: YubikeyStatus::parse(&row.status).ok_or_else(|| bad("status"))?,
            public_id: PublicId::parse(&row.public_id).ok_or_else(|| bad("public_id"))?,
            uses: row
                .uses
                .map(|uses| uses_of(uses).ok_or_else(|| bad("uses")))
                .transpose()?,
            holder,
            created: Timestamp::from_millis(row.created),
            activated: moment(row.activated),
            last_verified: moment(row.last_verified),
            last_updated: Timestamp::from_millis(row.last_updated),
            id: YubikeyId::parse(&row.id).ok_or_else(|| bad("id"))?,
            sealed: Sealed::from_bytes(row.sealed),
            serial: row.serial,
        })
    }
}

/// Both counters as one number.
fn number(uses: Uses) -> i64 {
    i64::from(uses.counter) << 8 | i64::from(uses.session)
}

fn uses_of(number: i64) -> Option<Uses> {
    Some(Uses {
        counter: u16::try_from(number >> 8).ok()?,
        session: u8::try_from(number & 0xff).ok()?,
    })
}

fn millis(moment: Option<Timestamp>) -> i64 {
    moment.map(Timestamp::as_millis).unwrap_or_default()
}

/// Changes a YubiKey.
pub(super) fn write_yubikey(change: &YubikeyWrite, to: &mut impl Statements) -> Result<(), StoreError> {
    match change {
        YubikeyWrite::Insert(one) => insert(one, to),
        YubikeyWrite::Update { from, to: one } => {
            let name = one.public_id.text();
            let update = UpdateYubikey {
                id: from.id.as_str(),
                version: from.version,
                next_version: from.version.saturating_add(1),
                status: one.status.as_str(),
                live_name: one.status.is_live().then_some(name.as_str()),
                sealed: one.sealed.as_bytes(),
                uses: one.uses.map(number),
                user_id: one.holder.as_ref().map(|holder| holder.user_id.as_str()),
                factor_id: one.holder.as_ref().map(|holder| holder.factor_id.as_str()),
                activated: millis(one.activated),
                last_verified: millis(one.last_verified),
                last_updated: one.last_updated.as_millis(),
            };
            to.run(Expected::One, update)
        }
        YubikeyWrite::Delete(one) => {
            let unchanged = yubikeys::table
                .filter(yubikeys::id.eq(one.id.as_str()))
                .filter(yubikeys::version.eq(one.version));
            to.run(Expected::One, diesel::delete(unchanged))
        }
        YubikeyWrite::RevokeAllOf { user_id, at } => {
            let revoke = RevokeYubikeys {
                user_id: user_id.as_str(),
                status: YubikeyStatus::Revoked.as_str(),
                last_updated: at.whole_seconds().as_millis(),
            };
            to.run(Expected::Any, revoke)
        }
    }
}

fn insert(one: &Yubikey, to: &mut impl Statements) -> Result<(), StoreError> {
    let name = one.public_id.text();
    let row = (
        yubikeys::id.eq(one.id.as_str()),
        yubikeys::version.eq(one.version),
        yubikeys::status.eq(one.status.as_str()),
        yubikeys::public_id.eq(name.as_str()),
        yubikeys::live_name.eq(one.status.is_live().then_some(name.as_str())),
        yubikeys::serial.eq(one.serial.as_str()),
        yubikeys::sealed.eq(one.sealed.as_bytes()),
        yubikeys::uses.eq(one.uses.map(number)),
        yubikeys::created.eq(one.created.as_millis()),
        yubikeys::activated.eq(millis(one.activated)),
        yubikeys::last_verified.eq(millis(one.last_verified)),
        yubikeys::last_updated.eq(one.last_updated.as_millis()),
    );
    to.run(Expected::One, diesel::insert_into(yubikeys::table).values(row))
}

#[async_trait]
impl Yubikeys for Store {
    async fn yubikey(&self, id: &YubikeyId) -> Result<Option<Yubikey>, StoreError> {
        let by_id = || {
            yubikeys::table
                .filter(yubikeys::id.eq(id.as_str()))
                .select(YubikeyRow::as_select())
        };
        self.row(by_id).await?.map(Yubikey::try_from).transpose()
    }

    async fn live_yubikey(&self, name: &PublicId) -> Result<Option<Yubikey>, StoreError> {
        let name = name.text();
        let by_name = || {
            yubikeys::table
                .filter(yubikeys::live_name.eq(name.as_str()))
                .select(YubikeyRow::as_select())
        };
        self.row(by_name).await?.map(Yubikey::try_from).transpose()
    }

    async fn list_yubikeys(&self, selection: &YubikeySelection) -> Result<Page<Yubikey>, StoreError> {
        let selection = selection.clone();
        let after = selection
            .after
            .as_ref()
            .map(|after| mark(selection.sort, after))
            .transpose()?;
        self.snapshot(move |conn, _| list(conn, &selection, after.as_ref()))
            .await
    }
}
