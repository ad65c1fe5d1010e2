//! Everything that a request can be refused with, and the one table from the use cases' errors to what clients are told
//! (contract: errors.tsv, conventions §2).

mod factor;
mod life;
mod messages;
mod org_factor;
mod role;
mod shape;
mod sign_in;

use std::borrow::Cow;

use actix_web::http::StatusCode;
use denizen_application::{Error, ResourceKind};
use denizen_domain::search::SearchError;
use denizen_domain::validation::Validation;
use serde::Serialize;

use crate::rate_limit::Standing;

/// A refusal, ready to be told.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: &'static str,
    summary: Cow<'static, str>,
    causes: Vec<Cause>,
    /// The `WWW-Authenticate` header.
    challenge: Option<String>,
    /// Where the caller stands, when that is not what every call tells.
    standing: Option<Box<Standing>>,
    /// What went wrong inside. It is logged, and never told (H4).
    internal: Option<Box<str>>,
}

/// One reason of a refusal. Some operations say more than a text.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cause {
    pub(crate) error_summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) domain: Option<&'static str>,
}

impl From<String> for Cause {
    fn from(error_summary: String) -> Self {
        Self {
            error_summary,
            reason: None,
            location_type: None,
            domain: None,
        }
    }
}

const CONFLICT: &str = "Other requests change the same object at this moment. Please try again.";
const NO_FEATURE: &str = "You do not have permission to access the feature you are requesting";
const SAME_PASSWORD: &str = "Password cannot be your current password";
const SEARCH_WITH_FILTER: &str = "Bad request. Can't specify a search query and filter in the same request.";
const IN_USE: &str = "An object with this field already exists in the current organization";
const DATE_FORM: &str = "Bad request. Invalid date. Dates must be of the form yyyy-MM-dd'T'HH:mm:ss.SSSZZ, e.g. \
                         2013-01-01T12:00:00.000-07:00.";

fn told(status: u16, code: &'static str, summary: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal {
        status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        code,
        summary: summary.into(),
        causes: Vec::new(),
        challenge: None,
        standing: None,
        internal: None,
    }
}

impl Refusal {
    fn because(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into().into());
        self
    }

    fn because_of(
        mut self,
        cause: impl Into<String>,
        reason: &'static str,
        location_type: &'static str,
        domain: &'static str,
    ) -> Self {
        self.causes.push(Cause {
            error_summary: cause.into(),
            reason: Some(reason),
            location_type: Some(location_type),
            domain: Some(domain),
        });
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    pub(crate) fn summary(&self) -> &str {
        &self.summary
    }

    pub(crate) fn causes(&self) -> &[Cause] {
        &self.causes
    }

    pub(crate) fn challenge(&self) -> Option<&str> {
        self.challenge.as_deref()
    }

    /// The same with the header that tells how to come back.
    pub(crate) fn with_challenge(mut self, challenge: String) -> Self {
        self.challenge = Some(challenge);
        self
    }

    /// The same refusal, with where the caller stands.
    pub(crate) fn at(self, standing: Standing) -> Self {
        Self {
            standing: Some(Box::new(standing)),
            ..self
        }
    }

    pub(crate) fn standing(&self) -> Option<Standing> {
        self.standing.as_deref().copied()
    }

    pub(crate) fn internal(&self) -> Option<&str> {
        self.internal.as_deref()
    }

    /// Whether the caller has not the right to do this.
    pub(crate) fn denies_right(&self) -> bool {
        self.code == "E0000006"
    }

    /// Whether the credential is no good. A call without any is no attempt to be somebody.
    pub(crate) fn denies_credential(&self) -> bool {
        self.code == "E0000011"
    }

    /// A parameter that is not of its kind.
    pub(crate) fn type_mismatch(name: &str) -> Self {
        told(400, "E0000037", format!("Type mismatch exception.  {name}"))
    }

    /// A body that cannot be read, is missing, or has members that nobody knows.
    pub(crate) fn malformed_body() -> Self {
        told(400, "E0000003", "The request body was not well-formed.")
    }

    /// A body longer than is read.
    pub(crate) fn body_too_large() -> Self {
        Self {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            ..Self::malformed_body()
        }
        .because("The request body is too large.")
    }

    /// A body that does not arrive.
    pub(crate) fn body_too_slow() -> Self {
        Self {
            status: StatusCode::REQUEST_TIMEOUT,
            ..Self::malformed_body()
        }
        .because("The request body took too long to arrive.")
    }

    /// A body of another kind than JSON.
    pub(crate) fn unsupported_content_type() -> Self {
        let summary = "Bad request.  Accept and/or Content-Type headers likely do not match supported values.";
        told(400, "E0000021", summary)
    }

    /// The client takes nothing that there is.
    pub(crate) fn not_acceptable() -> Self {
        let summary = "Bad request.  Accept and/or Content-Type headers likely do not match supported values.";
        told(400, "E0000019", summary)
    }

    /// No route has this path.
    pub(crate) fn unknown_path() -> Self {
        told(404, "E0000008", "The requested path was not found")
    }

    /// No route of this path has this method.
    pub(crate) fn unknown_method() -> Self {
        told(
            405,
            "E0000022",
            "The endpoint does not support the provided HTTP method",
        )
    }

    /// Nobody says who they are.
    pub(crate) fn no_credential() -> Self {
        told(403, "E0000005", "Invalid session")
    }

    /// The caller has not the right to do this.
    pub(crate) fn forbidden() -> Self {
        told(
            403,
            "E0000006",
            "You do not have permission to perform the requested action",
        )
    }

    /// What the API names, and nobody does.
    pub(crate) fn unsupported_operation() -> Self {
        told(501, "E0000060", "Unsupported operation.")
    }

    /// One call too many.
    pub(crate) fn too_many_requests() -> Self {
        told(
            429,
            "E0000047",
            "API call exceeded rate limit due to too many requests.",
        )
    }

    /// A web page of another origin asks.
    pub(crate) fn foreign_origin() -> Self {
        told(403, "E0000212", "Origin validation failed.")
    }

    /// An `If-Match` header that is none.
    pub(crate) fn malformed_entity_tag() -> Self {
        told(400, "E0000242", "ETag syntax is invalid.")
    }

    /// Something inside failed.
    pub(crate) fn internal_error(text: impl Into<String>) -> Self {
        Self {
            internal: Some(text.into().into_boxed_str()),
            ..told(500, "E0000009", "Internal Server Error")
        }
    }
}

impl From<Validation> for Refusal {
    fn from(validation: Validation) -> Self {
        Self {
            causes: validation.causes.into_iter().map(Cause::from).collect(),
            ..told(
                400,
                "E0000001",
                format!("Api validation failed: {}", validation.subject),
            )
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidToken => told(401, "E0000011", "Invalid token provided"),
            Error::LastSuperAdministrator => {
                Self::forbidden().because("The organization must keep a super administrator who can act.")
            }
            Error::AuthenticationFailed => told(401, "E0000004", "Authentication failed"),
            Error::NoSession => Self::no_credential(),
            Error::OutOfTurn(_) => sign_in::out_of_turn(),
            Error::RecoveryOfUnknownUser => told(403, "E0000095", "Recovery not allowed for unknown user."),
            Error::UnlockNotOffered => sign_in::unlock_not_offered(),
            Error::Forbidden => Self::forbidden(),
            Error::NotFound { kind, given } => not_found(kind, &given),
            Error::Validation(validation) => validation.into(),
            Error::Refused(refusal) => refusal.into(),
            Error::Creation(refusal) => refusal.into(),
            Error::NotUnique(name) => Validation::field(&name, IN_USE).into(),
            Error::Schema(refusal) => refusal.into(),
            Error::Attribute(refusal) => refusal.into(),
            Error::UserType(refusal) => refusal.into(),
            Error::LinkedObjectInUse(sides) => shape::linked_object_in_use(&sides),
            Error::Group(refusal) => refusal.into(),
            Error::App(refusal) => refusal.into(),
            Error::Role(refusal) => refusal.into(),
            Error::FactorSwitch(refusal) => refusal.into(),
            Error::Connector(refusal) => refusal.into(),
            Error::Yubikey(refusal) => refusal.into(),
            Error::RolesInMotion => role::roles_in_motion(),
            Error::TooManyGroups => {
                told(400, "E0000093", "Target count limit exceeded").because("The number of group targets is too large")
            }
            Error::Factor(refusal) => refusal.into(),
            Error::Verify(refusal) => refusal.into(),
            Error::WrongProof(wrong) => wrong.into(),
            Error::PasswordRejected { requirements, surface } => sign_in::password_rejected(requirements, surface),
            Error::SameAsCurrentPassword => Validation::field("password", SAME_PASSWORD).into(),
            Error::WrongPassword => told(403, "E0000014", "Update of credentials failed")
                .because("oldPassword: The credentials provided were incorrect."),
            Error::WrongAnswer => sign_in::wrong_answer(),
            Error::EntityTagMismatch => told(412, "E0000231", "ETag value doesn't match."),
            Error::Search(error) => error.into(),
            Error::SearchWithFilter => told(400, "E0000033", SEARCH_WITH_FILTER),
            Error::InvalidCursor { search } => invalid_cursor(search),
            Error::Sending(refusal) => refusal.into(),
            Error::Phone(refusal) => refusal.into(),
            Error::NoTelephony => messages::no_telephony(),
            Error::FeatureNotAvailable => told(401, "E0000015", NO_FEATURE),
            Error::Busy => Self::too_many_requests(),
            Error::SearchTimedOut => told(503, "E0000100", "Unable to perform search query.")
                .because("The search took longer than allowed. Narrow it, or search by indexed attributes."),
            Error::Conflict => told(409, "E0000113", CONFLICT),
            Error::Internal(text) => Self::internal_error(text),
        }
    }
}

/// Nothing has this name.
fn not_found(kind: ResourceKind, given: &str) -> Refusal {
    let summary = format!("Not found: Resource not found: {given} ({})", kind.as_str());
    told(404, "E0000007", summary)
}

/// Searches word it as they word a bad expression.
fn invalid_cursor(search: bool) -> Refusal {
    let refusal = if search {
        told(400, "E0000031", "Invalid search criteria.")
    } else {
        told(400, "E0000029", "Invalid paging request.")
    };
    refusal.because("Invalid cursor.")
}

impl From<SearchError> for Refusal {
    fn from(error: SearchError) -> Self {
        let refused = |cause: &str| told(400, "E0000031", "Invalid search criteria.").because(cause);
        match error {
            SearchError::Malformed => refused("The expression is malformed."),
            SearchError::TooLong => refused("The expression is too long."),
            SearchError::TooDeep => refused("The expression is nested too deeply."),
            SearchError::TooMany => refused("The expression has too many comparisons."),
            SearchError::Unsupported => refused("The expression has an unsupported attribute or operator."),
            SearchError::InvalidDate => told(400, "E0000030", DATE_FORM),
        }
    }
}

#[cfg(test)]
#[path = "refusal_tests.rs"]
mod tests;
