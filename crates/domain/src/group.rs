//! Groups of users.

use crate::id::GroupId;
use crate::time::Timestamp;

/// A group (contract: groups-apps-tokens §1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The group's id.
    pub id: GroupId,
    /// Where the group comes from.
    pub kind: GroupKind,
    /// The group's name.
    pub name: String,
    /// What the group is for.
    pub description: Option<String>,
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
    /// The group to which every user belongs.
    #[must_use]
    pub fn everyone(id: GroupId, at: Timestamp) -> Self {
        let at = at.whole_seconds();
        Self {
            id,
            kind: GroupKind::BuiltIn,
            name: "Everyone".to_owned(),
            description: Some("All users in your organization".to_owned()),
            created: at,
            last_updated: at,
            last_membership_updated: at,
        }
    }
}
