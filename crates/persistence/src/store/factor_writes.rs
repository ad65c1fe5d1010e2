//! Writing factors.

use denizen_domain::factor::Factor;
use denizen_domain::ports::{FactorWrite, StoreError};
use diesel::prelude::*;

use super::apply::{Expected, Statements, json};
use super::statements::UpdateFactor;
use crate::schema::factors;

/// Changes a factor.
pub(super) fn write_factor(change: &FactorWrite, to: &mut impl Statements) -> Result<(), StoreError> {
    match change {
        FactorWrite::Insert(factor) => insert(factor, to),
        FactorWrite::Update { from, to: factor } => {
            let device = json("factors", &factor.device)?;
            let update = UpdateFactor {
                id: from.id.as_str(),
                version: from.version,
                next_version: from.version.saturating_add(1),
                status: factor.status.as_str(),
                last_updated: factor.last_updated.as_millis(),
                unique_key: factor.key.as_deref(),
                device: &device,
            };
            to.run(Expected::One, update)
        }
        FactorWrite::Delete(factor) => {
            let unchanged = factors::table
                .filter(factors::id.eq(factor.id.as_str()))
                .filter(factors::version.eq(factor.version));
            to.run(Expected::One, diesel::delete(unchanged))
        }
        FactorWrite::DeleteAllOf(user_id) => {
            let owned = factors::table.filter(factors::user_id.eq(user_id.as_str()));
            to.run(Expected::Any, diesel::delete(owned))
        }
    }
}

fn insert(factor: &Factor, to: &mut impl Statements) -> Result<(), StoreError> {
    let device = json("factors", &factor.device)?;
    let row = (
        factors::id.eq(factor.id.as_str()),
        factors::user_id.eq(factor.user_id.as_str()),
        factors::version.eq(factor.version),
        factors::status.eq(factor.status.as_str()),
        factors::created.eq(factor.created.as_millis()),
        factors::last_updated.eq(factor.last_updated.as_millis()),
        factors::unique_key.eq(factor.key.as_deref()),
        factors::device.eq(device.as_str()),
    );
    to.run(Expected::One, diesel::insert_into(factors::table).values(row))
}
