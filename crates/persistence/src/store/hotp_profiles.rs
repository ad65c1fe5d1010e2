//! Which kinds of factor are used, and how custom tokens make their codes.

use denizen_domain::factor::FactorKind;
use denizen_domain::factor::hotp::{HotpProfile, HotpSettings, SecretEncoding};
use denizen_domain::factor::otp::{OtpDigits, OtpHash, OtpParameters};
use denizen_domain::factor::switch::FactorSwitches;
use denizen_domain::id::HotpProfileId;
use denizen_domain::ports::StoreError;
use diesel::prelude::*;

use super::apply::{Expected, Statements};
use super::row::bad_row;
use super::{Backend, Conn, unavailable};
use crate::schema::{factor_switches, hotp_profiles};

#[derive(Queryable, Selectable)]
#[diesel(table_name = hotp_profiles, check_for_backend(Backend))]
struct HotpProfileRow {
    id: String,
    name: String,
    is_default: bool,
    time_based: bool,
    digits: i64,
    step_seconds: i64,
    adjacent_intervals: i64,
    encoding: String,
    hash: String,
}

impl TryFrom<HotpProfileRow> for HotpProfile {
    type Error = StoreError;

    fn try_from(row: HotpProfileRow) -> Result<Self, StoreError> {
        let bad = |column| bad_row("hotp_profiles", &row.id, column);
        let number = |number: i64, column| u32::try_from(number).map_err(|_| bad(column));
        Ok(Self {
            is_default: row.is_default,
            settings: HotpSettings {
                time_based: row.time_based,
                parameters: OtpParameters {
                    hash: OtpHash::of_profile_name(&row.hash).ok_or_else(|| bad("hash"))?,
                    digits: OtpDigits::of_count(row.digits).ok_or_else(|| bad("digits"))?,
                    step_seconds: number(row.step_seconds, "step_seconds")?,
                },
                adjacent_intervals: number(row.adjacent_intervals, "adjacent_intervals")?,
                encoding: SecretEncoding::parse(&row.encoding).ok_or_else(|| bad("encoding"))?,
            },
            id: HotpProfileId::parse(&row.id).ok_or_else(|| bad("id"))?,
            name: row.name,
        })
    }
}

/// What somebody has said about kinds of factor.
pub(super) fn factor_switches(conn: &mut Conn) -> Result<FactorSwitches, StoreError> {
    let rows: Vec<(String, bool)> = factor_switches::table
        .select((factor_switches::kind, factor_switches::is_on))
        .load(conn)
        .map_err(unavailable)?;
    let mut switches = FactorSwitches::default();
    for (kind, is_on) in rows {
        let kind = FactorKind::of_org_name(&kind).ok_or_else(|| bad_row("factor_switches", &kind, "kind"))?;
        switches = switches.with(kind, is_on);
    }
    Ok(switches)
}

/// The profiles of custom tokens, by creation: their ids begin with the time.
pub(super) fn hotp_profiles(conn: &mut Conn) -> Result<Vec<HotpProfile>, StoreError> {
    let rows: Vec<HotpProfileRow> = hotp_profiles::table
        .order(hotp_profiles::id)
        .select(HotpProfileRow::as_select())
        .load(conn)
        .map_err(unavailable)?;
    rows.into_iter().map(HotpProfile::try_from).collect()
}

/// Adds a profile.
pub(super) fn insert_hotp_profile(profile: &HotpProfile, to: &mut impl Statements) -> Result<(), StoreError> {
    let HotpSettings {
        time_based,
        parameters,
        adjacent_intervals,
        encoding,
    } = profile.settings;
    let digits = i64::try_from(parameters.digits.count()).unwrap_or_default();
    let row = (
        hotp_profiles::id.eq(profile.id.as_str()),
        hotp_profiles::name.eq(profile.name.as_str()),
        hotp_profiles::is_default.eq(profile.is_default),
        hotp_profiles::time_based.eq(time_based),
        hotp_profiles::digits.eq(digits),
        hotp_profiles::step_seconds.eq(i64::from(parameters.step_seconds)),
        hotp_profiles::adjacent_intervals.eq(i64::from(adjacent_intervals)),
        hotp_profiles::encoding.eq(encoding.as_str()),
        hotp_profiles::hash.eq(parameters.hash.profile_name()),
    );
    to.run(Expected::One, diesel::insert_into(hotp_profiles::table).values(row))
}

/// Writes what can change of a profile.
pub(super) fn update_hotp_profile(profile: &HotpProfile, to: &mut impl Statements) -> Result<(), StoreError> {
    let row = (
        hotp_profiles::name.eq(profile.name.as_str()),
        hotp_profiles::is_default.eq(profile.is_default),
    );
    let known = hotp_profiles::table.filter(hotp_profiles::id.eq(profile.id.as_str()));
    to.run(Expected::One, diesel::update(known).set(row))
}
