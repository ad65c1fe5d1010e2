//! Groups of users (contract: groups-apps-tokens §1).

use serde_json::json;

use crate::id::GroupId;
use crate::profile::{Attributes, Profile};
use crate::time::Timestamp;

/// A group, as read at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The group's id.
    pub id: GroupId,
    /// Grows by one with each change of the profile.
    pub version: i64,
    /// Where the group comes from.
    pub kind: GroupKind,
    /// Name, description and what the schema adds.
    pub profile: Profile,
    /// When the group was made.
    pub created: Timestamp,
    /// When the group's profile last changed.
    pub last_updated: Timestamp,
    /// When a member last came or went.
    pub last_membership_updated: Timestamp,
}

/// Where a group comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKind {
    /// Made by an administrator.
    OktaGroup,
    /// Comes with an app.
    AppGroup,
    /// Comes with the directory: `Everyone`, to which every user belongs and which none can leave.
    BuiltIn,
}

/// Why a group is not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GroupRefusal {
    /// Only groups that administrators made can be changed or left.
    #[error("the group is not managed here")]
    NotManaged,
    /// Nobody joins a group that everybody belongs to, or one that an app fills.
    #[error("the group's members are not chosen here")]
    MembersNotChosen,
}

impl GroupKind {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OktaGroup => "OKTA_GROUP",
            Self::AppGroup => "APP_GROUP",
            Self::BuiltIn => "BUILT_IN",
        }
    }

    /// Reads the name on the wire.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::OktaGroup, Self::AppGroup, Self::BuiltIn]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

impl Group {
    /// A group that an administrator makes. The profile has passed the schema of groups.
    #[must_use]
    pub fn create(id: GroupId, profile: Profile, at: Timestamp) -> Self {
        let at = at.whole_seconds();
        Self {
            id,
            version: 1,
            kind: GroupKind::OktaGroup,
            profile,
            created: at,
            last_updated: at,
            last_membership_updated: at,
        }
    }

    /// The group to which every user belongs.
    #[must_use]
    pub fn everyone(id: GroupId, at: Timestamp) -> Self {
        let attributes = json!({"name": "Everyone", "description": "All users in your organization"});
        let attributes: Attributes = attributes.as_object().cloned().unwrap_or_default();
        Self {
            kind: GroupKind::BuiltIn,
            ..Self::create(id, Profile::showing(&["name", "description"], &attributes), at)
        }
    }

    /// The group's name.
    #[must_use]
    pub fn name(&self) -> String {
        self.profile.text("name").unwrap_or_default()
    }

    /// The group with another profile, which has passed the schema of groups.
    ///
    /// # Errors
    /// `NotManaged` unless an administrator made it.
    pub fn with_profile(&self, profile: Profile, at: Timestamp) -> Result<Self, GroupRefusal> {
        self.check_managed()?;
        Ok(Self {
            profile,
            last_updated: at.whole_seconds(),
            ..self.clone()
        })
    }

    /// Whether the group may be changed, left or removed.
    ///
    /// # Errors
    /// `NotManaged` unless an administrator made it.
    pub fn check_managed(&self) -> Result<(), GroupRefusal> {
        match self.kind {
            GroupKind::OktaGroup => Ok(()),
            GroupKind::AppGroup | GroupKind::BuiltIn => Err(GroupRefusal::NotManaged),
        }
    }

    /// Whether users may be let into the group.
    ///
    /// # Errors
    /// `MembersNotChosen` unless an administrator made it.
    pub fn check_joinable(&self) -> Result<(), GroupRefusal> {
        self.check_managed().map_err(|_| GroupRefusal::MembersNotChosen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_groups_that_administrators_made_can_be_changed() {
        let at = Timestamp::from_millis(1500);
        let everyone = Group::everyone(GroupId::generate(at, 1), at);
        assert_eq!(
            (everyone.name().as_str(), everyone.created.as_millis()),
            ("Everyone", 1000)
        );
        let profile = everyone.profile.clone();
        assert_eq!(
            everyone.with_profile(profile.clone(), at),
            Err(GroupRefusal::NotManaged)
        );
        assert_eq!(everyone.check_joinable(), Err(GroupRefusal::MembersNotChosen));
        let made = Group::create(GroupId::generate(at, 2), profile.clone(), at);
        let later = made.with_profile(profile, Timestamp::from_millis(9000)).unwrap();
        assert_eq!(
            (later.last_updated.as_millis(), later.last_membership_updated),
            (9000, made.last_membership_updated)
        );
    }
}
