//! What is told when a role is not assigned, narrowed or taken away (contract: roles-and-targets §3.2, §5.1).

use denizen_domain::role::RoleRefusal;
use denizen_domain::validation::Validation;

use super::{Refusal, told};

impl From<RoleRefusal> for Refusal {
    fn from(refusal: RoleRefusal) -> Self {
        match refusal {
            RoleRefusal::AlreadyAssigned => {
                told(409, "E0000090", "The role specified is already assigned to the user.")
            }
            RoleRefusal::AlreadyBound => {
                let summary = "Attempted to assign a duplicate standard role assignment to an admin";
                told(409, "E0000263", summary)
            }
            RoleRefusal::UserDeactivated => told(403, "E0000038", super::life::STATUS_FORBIDS),
            RoleRefusal::BuiltInGroup => told(400, "E0000211", "Roles cannot be granted to built-in groups: Everyone"),
            RoleRefusal::ForeignGroup => {
                let summary = "Roles can only be granted to Okta groups, AD groups and LDAP groups.";
                told(400, "E0000194", summary)
            }
            RoleRefusal::GroupTooLarge => told(
                400,
                "E0000193",
                "Roles can only be granted to groups with 5000 or less users.",
            ),
            RoleRefusal::WrongRole => {
                let summary = "The provided role type was not the same as required role type.";
                told(400, "E0000091", summary)
            }
            // The use cases know what was named, and say so.
            RoleRefusal::NotATarget => told(404, "E0000007", "Not found: Resource not found: (RoleTarget)"),
            RoleRefusal::LastTarget => {
                let text = "The last target cannot be removed. To reach everything again, unassign the role and assign it anew";
                Validation::field("target", text).into()
            }
            RoleRefusal::AppIsTarget => {
                let text = "The app is a target as a whole, so none of its instances can be one";
                Validation::field("target", text).into()
            }
            RoleRefusal::TooManyTargets => told(400, "E0000093", "Target count limit exceeded"),
        }
    }
}

/// Others change the same roles all the time.
pub(super) fn roles_in_motion() -> Refusal {
    let summary = "Another request is making changes to the role assignments. Please try again.";
    told(409, "E0000268", summary)
}
