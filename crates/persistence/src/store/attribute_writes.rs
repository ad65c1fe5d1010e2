//! Changes of many profiles at once: removing an attribute, and claiming the values of one.
//!
//! These must read first. The rows they write over are locked while they are read; users are taken a part at a time, so that
//! memory does not grow with the directory.

use std::collections::BTreeMap;

use denizen_domain::id::{AppId, UserTypeId};
use denizen_domain::ports::{StoreError, UniqueField};
use denizen_domain::profile::Profile;
use denizen_domain::search::{index_text, values_of};
use diesel::prelude::*;
use serde_json::Value;

use super::apply::{Expected, Statements};
use super::search::{claim_key, index_names};
use super::statements::{
    ClaimAll, Locking, ReleaseAll, RewriteAppProfiles, RewriteGroupProfile, RewriteUserProfiles, UnindexAttribute,
};
use super::{Conn, refused};
use crate::schema::{app_users, groups, user_attr, users};

/// Profiles that are written together.
const PART: usize = 500;
/// Attributes that every group shows.
const SHOWN_BY_GROUPS: [&str; 2] = ["name", "description"];

/// Takes an attribute from every user of a type, and gives up its claims.
pub(super) fn remove_from_users(type_id: &UserTypeId, name: &str, to: &mut impl Statements) -> Result<(), StoreError> {
    let type_id = type_id.as_str();
    let release = ReleaseAll {
        attribute: name,
        type_id,
    };
    to.run(Expected::Any, release)?;
    let conn = to.conn()?;
    for part in holders(conn, type_id, name)?.chunks(PART) {
        let read = users::table
            .filter(users::seq.eq_any(part))
            .order(users::seq)
            .select((users::seq, users::profile));
        let rows: Vec<(i64, String)> = Locking(read).load(conn).map_err(refused)?;
        let rewritten = rows.iter().filter_map(|(seq, profile)| {
            let profile = without(profile, name)?;
            Some((*seq, Profile::from_attributes(&profile)))
        });
        let profiles = by_place(rewritten);
        let rewrite = RewriteUserProfiles { profiles: &profiles };
        rewrite.execute(conn).map_err(refused)?;
    }
    for attr in index_names(name) {
        to.run(Expected::Any, UnindexAttribute { type_id, attr: &attr })?;
    }
    Ok(())
}

/// Takes an attribute from every group.
pub(super) fn remove_from_groups(name: &str, to: &mut impl Statements) -> Result<(), StoreError> {
    let conn = to.conn()?;
    let mut behind = 0;
    loop {
        let read = groups::table
            .filter(groups::seq.gt(behind))
            .order(groups::seq)
            .limit(PART as i64)
            .select((groups::seq, groups::profile));
        let rows: Vec<(i64, String)> = Locking(read).load(conn).map_err(refused)?;
        for (seq, profile) in &rows {
            if let Some(attributes) = without(profile, name) {
                let profile = Profile::showing(&SHOWN_BY_GROUPS, &attributes);
                let rewrite = RewriteGroupProfile {
                    seq: *seq,
                    profile: profile.as_json(),
                };
                rewrite.execute(conn).map_err(refused)?;
            }
        }
        match rows.last() {
            Some((last, _)) if rows.len() == PART => behind = *last,
            _ => return Ok(()),
        }
    }
}

/// Takes an attribute from every user of an app.
pub(super) fn remove_from_app(id: &AppId, name: &str, to: &mut impl Statements) -> Result<(), StoreError> {
    let conn = to.conn()?;
    let mut behind = 0;
    loop {
        let read = app_users::table
            .filter(app_users::app_id.eq(id.as_str()))
            .filter(app_users::seq.gt(behind))
            .order(app_users::seq)
            .limit(PART as i64)
            .select((app_users::seq, app_users::profile));
        let rows: Vec<(i64, String)> = Locking(read).load(conn).map_err(refused)?;
        let rewritten = rows.iter().filter_map(|(seq, profile)| {
            let attributes = without(profile, name)?;
            Some((*seq, Profile::showing(&[], &attributes)))
        });
        let profiles = by_place(rewritten);
        let rewrite = RewriteAppProfiles { profiles: &profiles };
        rewrite.execute(conn).map_err(refused)?;
        match rows.last() {
            Some((last, _)) if rows.len() == PART => behind = *last,
            _ => return Ok(()),
        }
    }
}

/// Claims the present values of an attribute for all users of a type.
pub(super) fn claim_everywhere(type_id: &UserTypeId, name: &str, to: &mut impl Statements) -> Result<(), StoreError> {
    let taken = || StoreError::Duplicate(UniqueField::Attribute(name.to_owned()));
    let conn = to.conn()?;
    for part in holders(conn, type_id.as_str(), name)?.chunks(PART) {
        let read = users::table
            .filter(users::seq.eq_any(part))
            .select((users::id, users::profile));
        let rows: Vec<(String, String)> = read.load(conn).map_err(refused)?;
        let mut claims = serde_json::Map::new();
        for (id, profile) in rows {
            let values = Profile::from_stored(&profile).attributes();
            for value in values.get(name).map(values_of).unwrap_or_default() {
                let owner = claims.insert(claim_key(&index_text(&value)), Value::String(id.clone()));
                if owner.is_some_and(|owner| owner != id) {
                    return Err(taken());
                }
            }
        }
        let wanted = claims.len();
        let claim = ClaimAll {
            attribute: name,
            claims: &Value::Object(claims).to_string(),
        };
        if claim.execute(conn).map_err(refused)? != wanted {
            return Err(taken());
        }
    }
    Ok(())
}

/// The places of the users of a type who have an attribute: the index has an entry of each.
fn holders(conn: &mut Conn, type_id: &str, name: &str) -> Result<Vec<i64>, StoreError> {
    let indexed = user_attr::table
        .inner_join(users::table.on(users::seq.eq(user_attr::seq)))
        .filter(user_attr::attr.eq_any(index_names(name)))
        .filter(users::type_id.eq(type_id))
        .select(user_attr::seq);
    let mut places: Vec<i64> = indexed.load(conn).map_err(refused)?;
    places.sort_unstable();
    places.dedup();
    Ok(places)
}

/// A profile's attributes without one of them, if it has it.
fn without(profile: &str, name: &str) -> Option<denizen_domain::profile::Attributes> {
    let mut attributes = Profile::from_stored(profile).attributes();
    attributes.remove(name)?;
    Some(attributes)
}

/// Profiles by their owners' places, as a JSON object.
fn by_place(profiles: impl Iterator<Item = (i64, Profile)>) -> String {
    let texts = profiles.map(|(seq, profile)| (seq.to_string(), Value::from(profile.as_json())));
    let texts: BTreeMap<String, Value> = texts.collect();
    texts.into_iter().collect::<Value>().to_string()
}
