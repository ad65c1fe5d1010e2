//! Administrator roles and how far they reach (contract: roles-and-targets §2, §5).

use std::collections::BTreeSet;

use crate::id::{AppId, GroupId};

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $wire:literal, $label:literal;)*) => {
        /// A standard administrator role.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Role {$($(#[$doc])* $name,)*}

        impl Role {
            /// Every role.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The role type's name on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {$(Self::$name => $wire,)*}
            }

            /// What people call the role.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self {$(Self::$name => $label,)*}
            }
        }
    };
}

roles! {
    /// May do everything.
    SuperAdmin = "SUPER_ADMIN", "Super Administrator";
    /// May do most things in the organization.
    OrgAdmin = "ORG_ADMIN", "Organizational Administrator";
    /// May look after apps and who has them.
    AppAdmin = "APP_ADMIN", "Application Administrator";
    /// May look after users and groups.
    UserAdmin = "USER_ADMIN", "Group Administrator";
    /// May help users who cannot sign in.
    HelpDeskAdmin = "HELP_DESK_ADMIN", "Help Desk Administrator";
    /// May say who is in a group.
    GroupMembershipAdmin = "GROUP_MEMBERSHIP_ADMIN", "Group Membership Administrator";
    /// May look at everything.
    ReadOnlyAdmin = "READ_ONLY_ADMIN", "Read-only Administrator";
    /// May look at reports.
    ReportAdmin = "REPORT_ADMIN", "Report Administrator";
    /// May look after authorization servers and their clients.
    ApiAccessManagementAdmin = "API_ACCESS_MANAGEMENT_ADMIN", "API Access Management Administrator";
    /// May look after devices.
    MobileAdmin = "MOBILE_ADMIN", "Mobile Administrator";
    /// May look after certifications of access.
    AccessCertificationsAdmin = "ACCESS_CERTIFICATIONS_ADMIN", "Access Certifications Administrator";
    /// May look after requests for access.
    AccessRequestsAdmin = "ACCESS_REQUESTS_ADMIN", "Access Requests Administrator";
    /// May look after workflows.
    WorkflowsAdmin = "WORKFLOWS_ADMIN", "Workflows Administrator";
}

impl Role {
    /// Reads the role type's name on the wire.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.as_str() == text)
    }
}

/// What a role reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Targets {
    /// Everything.
    All,
    /// These groups and their members; nothing when there are none.
    Groups(BTreeSet<GroupId>),
    /// These apps; nothing when there are none.
    Apps {
        /// Apps by the name of their catalog entry, every instance of it.
        names: BTreeSet<String>,
        /// Single instances.
        instances: BTreeSet<AppId>,
    },
}

/// A role that somebody has, directly or through a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// What it reaches.
    pub targets: Targets,
}

impl Grant {
    /// A role that reaches everything.
    #[must_use]
    pub fn of(role: Role) -> Self {
        Self {
            role,
            targets: Targets::All,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_read_by_its_name() {
        for &role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("super_admin"), None);
        assert_eq!(Role::parse("CUSTOM"), None);
    }
}
