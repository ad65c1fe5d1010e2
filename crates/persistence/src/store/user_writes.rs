//! Writing users, and the index over their attributes.

use std::collections::BTreeSet;

use denizen_domain::ports::StoreError;
use denizen_domain::profile::Profile;
use denizen_domain::user::User;
use diesel::prelude::*;
use serde::{Serialize, Serializer};

use super::apply::{Expected, Statements, json};
use super::row::{Derived, NewUserRow, factor_record, millis};
use super::search::index_entries;
use super::statements::{AddAttributes, DescribeUser, MoveUser, RemoveAttribute};
use crate::schema::users;

/// Adds a user.
pub(super) fn insert_user(user: &User, to: &mut impl Statements) -> Result<(), StoreError> {
    let derived = Derived::of(user);
    let row = NewUserRow::of(user, &derived);
    to.run(Expected::One, diesel::insert_into(users::table).values(row))?;
    add_attributes(user, keys(&user.profile).iter().collect(), to)
}

/// Writes a user over another version. The row first: whoever holds it may change the index, and a stale change goes no further.
pub(super) fn update_user(from: &User, user: &User, to: &mut impl Statements) -> Result<(), StoreError> {
    let id = user.id.as_str();
    let is_described_alike = from.profile == user.profile
        && from.login == user.login
        && from.type_id == user.type_id
        && from.credentials == user.credentials;
    if !is_described_alike {
        describe(from, user, to)?;
    }
    let factors = factor_record(&user.factors);
    let moved = MoveUser {
        id,
        version: from.version,
        next_version: from.version.saturating_add(1),
        status: user.status.as_str(),
        resumes_to: user.resumes_to.as_str(),
        activated: millis(user.activated),
        status_changed: millis(user.status_changed),
        last_login: millis(user.last_login),
        last_updated: user.last_updated.as_millis(),
        password_changed: millis(user.password_changed),
        failed_attempts: i64::from(user.failed_attempts),
        factors: &factors,
    };
    to.run(Expected::One, moved)?;
    if from.profile == user.profile {
        return Ok(());
    }
    let (old, new) = (keys(&from.profile), keys(&user.profile));
    remove_attributes(user, old.difference(&new), to)?;
    add_attributes(user, new.difference(&old).collect(), to)
}

fn describe(from: &User, user: &User, to: &mut impl Statements) -> Result<(), StoreError> {
    let derived = Derived::of(user);
    let question = user.credentials.recovery_question.as_ref();
    let described = DescribeUser {
        id: user.id.as_str(),
        version: from.version,
        type_id: user.type_id.as_str(),
        login: user.login.as_str(),
        login_key: &derived.login_key,
        short_name: &derived.short_name,
        display_name: &derived.display_name,
        profile: user.profile.as_json(),
        password: derived.password.as_deref(),
        password_history: &derived.password_history,
        recovery_question: question.map(|question| question.question.as_str()),
        recovery_answer: derived.recovery_answer.as_deref(),
        provider_type: derived.provider_type,
        provider_name: &user.credentials.provider.name,
    };
    to.run(Expected::One, described)
}

/// Removes a user; what belongs to it goes with it.
pub(super) fn delete_user(user: &User, to: &mut impl Statements) -> Result<(), StoreError> {
    remove_attributes(user, &keys(&user.profile), to)?;
    let unchanged = users::table
        .filter(users::id.eq(user.id.as_str()))
        .filter(users::version.eq(user.version));
    to.run(Expected::One, diesel::delete(unchanged))
}

/// The index entries of a profile, each an attribute with a mark of its type and a key.
fn keys(profile: &Profile) -> BTreeSet<(String, String)> {
    let attributes = profile.attributes();
    attributes
        .iter()
        .flat_map(|(name, value)| index_entries(name, value))
        .collect()
}

fn add_attributes(user: &User, added: Vec<&(String, String)>, to: &mut impl Statements) -> Result<(), StoreError> {
    if added.is_empty() {
        return Ok(());
    }
    let add = AddAttributes {
        id: user.id.as_str(),
        attributes: &json("user_attr", &Pairs(&added))?,
    };
    to.run(Expected::One, add)
}

/// A JSON object that has a key as often as there are values.
struct Pairs<'a>(&'a [&'a (String, String)]);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(attr, val)| (attr, val)))
    }
}

fn remove_attributes<'a>(
    user: &User,
    removed: impl IntoIterator<Item = &'a (String, String)>,
    to: &mut impl Statements,
) -> Result<(), StoreError> {
    let id = user.id.as_str();
    removed
        .into_iter()
        .try_for_each(|(attr, val)| to.run(Expected::Any, RemoveAttribute { id, attr, val }))
}
