//! What is fixed about each role: the targets that it admits, and the form of its assignments' ids.

use crate::authority::Role;

/// What a role can be narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// Groups: the role then reaches their members only.
    Groups,
    /// Apps of the catalog, and apps of the organization.
    Apps,
}

impl Role {
    /// What the role can be narrowed to; `None` for roles that always reach everything.
    #[must_use]
    pub fn target_kind(self) -> Option<TargetKind> {
        match self {
            Self::UserAdmin | Self::HelpDeskAdmin | Self::GroupMembershipAdmin => Some(TargetKind::Groups),
            Self::AppAdmin => Some(TargetKind::Apps),
            Self::SuperAdmin
            | Self::OrgAdmin
            | Self::ReadOnlyAdmin
            | Self::ReportAdmin
            | Self::ApiAccessManagementAdmin
            | Self::MobileAdmin
            | Self::AccessCertificationsAdmin
            | Self::AccessRequestsAdmin
            | Self::WorkflowsAdmin => None,
        }
    }

    /// The set of resources that the original binds the role to; `None` for most roles (contract: roles-and-targets §4).
    #[must_use]
    pub fn resource_set(self) -> Option<&'static str> {
        match self {
            Self::AccessCertificationsAdmin => Some("ACCESS_CERTIFICATIONS_IAM_POLICY"),
            Self::AccessRequestsAdmin => Some("ACCESS_REQUESTS_IAM_POLICY"),
            Self::WorkflowsAdmin => Some("WORKFLOWS_IAM_POLICY"),
            Self::SuperAdmin
            | Self::OrgAdmin
            | Self::AppAdmin
            | Self::UserAdmin
            | Self::HelpDeskAdmin
            | Self::GroupMembershipAdmin
            | Self::ReadOnlyAdmin
            | Self::ReportAdmin
            | Self::ApiAccessManagementAdmin
            | Self::MobileAdmin => None,
        }
    }
}

/// Base32 of RFC 4648 without padding: what the ids of assignments of narrowable roles are made of.
pub(super) fn base32(text: &str) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut encoded = String::with_capacity(text.len() * 8 / 5 + 1);
    let (mut waiting, mut bits) = (0u32, 0);
    for byte in text.bytes() {
        waiting = waiting << 8 | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            encoded.push(char::from(ALPHABET[(waiting >> bits & 31) as usize]));
        }
        waiting &= (1 << bits) - 1;
    }
    if bits > 0 {
        encoded.push(char::from(ALPHABET[(waiting << (5 - bits) & 31) as usize]));
    }
    encoded
}
