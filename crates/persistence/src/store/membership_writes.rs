//! Writing groups, their members, claims on unique values, and links between users.

use denizen_domain::group::Group;
use denizen_domain::id::UserId;
use denizen_domain::ports::{MembershipWrite, StoreError, UniqueField};
use denizen_domain::search::fold;
use diesel::prelude::*;

use super::apply::{Expected, Statements};
use super::role_writes::bump_authority;
use super::search::claim_key;
use super::statements::{Claim, DescribeGroup, Join, Leave, Link, NoteJoining, NoteLeaving, NoteMembers, NoteNewSuper};
use crate::schema::{groups, links, unique_claims};

/// Changes a group, its members, or links between users.
pub(super) fn write_membership(change: &MembershipWrite, to: &mut impl Statements) -> Result<(), StoreError> {
    match change {
        MembershipWrite::InsertGroup(group) => insert_group(group, to),
        MembershipWrite::UpdateGroup { from, to: group } => update_group(from, group, to),
        MembershipWrite::DeleteGroup(id) => {
            let known = groups::table
                .filter(groups::id.eq(id.as_str()))
                .filter(groups::kind.ne("BUILT_IN"));
            to.run(Expected::One, diesel::delete(known))?;
            // It may have carried roles, or been a target.
            bump_authority(to)
        }
        MembershipWrite::AddMember { group_id, user_id, at } => {
            let (group_id, user_id) = (group_id.as_str(), user_id.as_str());
            let at = at.whole_seconds().as_millis();
            to.run(Expected::One, NoteJoining { group_id, user_id, at })?;
            to.run(Expected::Any, Join { group_id, user_id })?;
            to.run(Expected::Any, NoteNewSuper { group_id, user_id })?;
            to.run(Expected::Any, NoteMembers { group_id })
        }
        MembershipWrite::RemoveMember { group_id, user_id, at } => {
            let (group_id, user_id) = (group_id.as_str(), user_id.as_str());
            let at = at.whole_seconds().as_millis();
            to.run(Expected::One, NoteLeaving { group_id, user_id, at })?;
            to.run(Expected::Any, Leave { group_id, user_id })?;
            to.run(Expected::Any, NoteMembers { group_id })
        }
        MembershipWrite::Claim {
            attribute,
            value,
            user_id,
        } => claim(attribute, value, user_id, to),
        MembershipWrite::Release { attribute, user_id } => {
            let claimed = unique_claims::table
                .filter(unique_claims::user_id.eq(user_id.as_str()))
                .filter(unique_claims::attribute.eq(attribute.as_str()));
            to.run(Expected::Any, diesel::delete(claimed))
        }
        MembershipWrite::Link {
            relation,
            associated,
            primary,
        } => {
            let link = Link {
                relation,
                associated_id: associated.as_str(),
                primary_id: primary.as_str(),
            };
            to.run(Expected::One, link)
        }
        MembershipWrite::Unlink { relation, associated } => {
            let linked = links::table
                .filter(links::associated_id.eq(associated.as_str()))
                .filter(links::relation.eq(relation.as_str()));
            to.run(Expected::Any, diesel::delete(linked))
        }
    }
}

/// Adds a group.
pub(super) fn insert_group(group: &Group, to: &mut impl Statements) -> Result<(), StoreError> {
    let name_key = fold(&group.name());
    let row = (
        groups::id.eq(group.id.as_str()),
        groups::version.eq(group.version),
        groups::kind.eq(group.kind.as_str()),
        groups::name_key.eq(name_key.as_str()),
        groups::profile.eq(group.profile.as_json()),
        groups::created.eq(group.created.as_millis()),
        groups::last_updated.eq(group.last_updated.as_millis()),
        groups::last_membership_updated.eq(group.last_membership_updated.as_millis()),
    );
    to.run(Expected::One, diesel::insert_into(groups::table).values(row))
}

fn update_group(from: &Group, group: &Group, to: &mut impl Statements) -> Result<(), StoreError> {
    let described = DescribeGroup {
        id: from.id.as_str(),
        version: from.version,
        name_key: &fold(&group.name()),
        profile: group.profile.as_json(),
        last_updated: group.last_updated.as_millis(),
    };
    to.run(Expected::One, described)
}

fn claim(attribute: &str, value: &str, user_id: &UserId, to: &mut impl Statements) -> Result<(), StoreError> {
    let claim = Claim {
        attribute,
        value: &claim_key(value),
        user_id: user_id.as_str(),
    };
    to.run(Expected::Free(UniqueField::Attribute(attribute.to_owned())), claim)
}
