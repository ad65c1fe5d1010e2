//! What is told when the shape of the directory, a group or an app is not changed as asked.

use denizen_application::Error;
use denizen_domain::app::AppRefusal;
use denizen_domain::group::GroupRefusal;
use denizen_domain::linked_object::Side;
use denizen_domain::schema::{AttributeRefusal, SchemaRefusal};
use denizen_domain::user_type::UserTypeRefusal;

use super::{Refusal, told};

impl From<SchemaRefusal> for Refusal {
    fn from(refusal: SchemaRefusal) -> Self {
        match refusal {
            SchemaRefusal::Invalid(validation) => validation.into(),
            SchemaRefusal::ChoicesMismatch => {
                let summary = "Array specified in enum field must match const values specified in oneOf field.";
                told(400, "E0000123", summary)
            }
        }
    }
}

impl From<AttributeRefusal> for Refusal {
    fn from(refusal: AttributeRefusal) -> Self {
        match refusal {
            AttributeRefusal::ReadOnly(name) => {
                let summary = format!("Cannot modify the {name} attribute because it is read-only.");
                told(403, "E0000077", summary)
            }
            AttributeRefusal::Immutable(name) => {
                let summary = format!("Cannot modify the {name} attribute because it is immutable.");
                told(403, "E0000078", summary)
            }
        }
    }
}

impl From<UserTypeRefusal> for Refusal {
    fn from(refusal: UserTypeRefusal) -> Self {
        let summary = "This User Type cannot be deleted.";
        let reason = match refusal {
            UserTypeRefusal::IsDefault => "PROHIBITED",
            UserTypeRefusal::HasUsers => "UNMET_REQUIREMENTS",
        };
        told(403, "E0000142", summary).because_of(summary, reason, "url", "userType")
    }
}

impl From<GroupRefusal> for Refusal {
    fn from(refusal: GroupRefusal) -> Self {
        match refusal {
            GroupRefusal::NotManaged => Error::Forbidden.into(),
            GroupRefusal::MembersNotChosen => told(501, "E0000060", "Unsupported operation."),
        }
    }
}

impl From<AppRefusal> for Refusal {
    fn from(refusal: AppRefusal) -> Self {
        match refusal {
            AppRefusal::StillActive => told(403, "E0000056", "Delete application forbidden.")
                .because("The application must be deactivated before deletion."),
            AppRefusal::UserInactive => told(
                403,
                "E0000117",
                "Cannot assign apps or update app profiles for an inactive user.",
            ),
            AppRefusal::AlreadyAssigned => told(
                409,
                "E0000062",
                "The specified user is already assigned to the application.",
            ),
            AppRefusal::GivenByGroup => told(403, "E0000046", "Deactivate application for user forbidden.").because(
                "The application cannot be unassigned from the user while their group memberships grant them access.",
            ),
        }
    }
}

/// The spelling of the summary is the original's.
pub(super) fn linked_object_in_use(sides: &[Side]) -> Refusal {
    let summary = "Invalid linked objection definition. Linked object identifier is already in use.";
    let refusal = told(409, "E0000127", summary);
    sides.iter().fold(refusal, |refusal, side| {
        let cause = format!("Linked object identifier for {} is already in use.", side.as_str());
        refusal.because_of(cause, "UNIQUE_CONSTRAINT", "body", "linkedObjects")
    })
}
