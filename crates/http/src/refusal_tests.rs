//! The whole table of errors, written down.

use denizen_application::{Error, PasswordSurface, ResourceKind};
use denizen_domain::role::RoleRefusal;
use denizen_domain::search::SearchError;
use denizen_domain::user::creation::CreationRefusal;
use denizen_domain::user::lifecycle::Refusal as LifecycleRefusal;
use denizen_domain::validation::Validation;

use super::Refusal;

/// What is told, in one line.
fn line(refusal: impl Into<Refusal>) -> String {
    let refusal = refusal.into();
    let mut line = format!("{} {} {}", refusal.status().as_u16(), refusal.code(), refusal.summary());
    for cause in refusal.causes() {
        line.push_str(" | ");
        line.push_str(&cause.error_summary);
    }
    line
}

fn rejected(surface: PasswordSurface) -> Error {
    Error::PasswordRejected {
        requirements: "Rules.".to_owned(),
        surface,
    }
}

#[test]
fn errors_of_the_use_cases() {
    let cases = [
        (Error::InvalidToken, "401 E0000011 Invalid token provided"),
        (
            Error::Forbidden,
            "403 E0000006 You do not have permission to perform the requested action",
        ),
        (
            Error::not_found(ResourceKind::User, "x@y.z"),
            "404 E0000007 Not found: Resource not found: x@y.z (User)",
        ),
        (
            Error::Validation(Validation::field("login", "Wrong")),
            "400 E0000001 Api validation failed: login | login: Wrong",
        ),
        (
            Error::TooManyGroups,
            "400 E0000093 Target count limit exceeded | The number of group targets is too large",
        ),
        (
            rejected(PasswordSurface::Set),
            "400 E0000001 Api validation failed: password | password: Rules.",
        ),
        (
            rejected(PasswordSurface::Change),
            "403 E0000014 Update of credentials failed | Rules.",
        ),
        (
            Error::SameAsCurrentPassword,
            "400 E0000001 Api validation failed: password | password: Password cannot be your current password",
        ),
        (
            Error::WrongPassword,
            "403 E0000014 Update of credentials failed | oldPassword: The credentials provided were incorrect.",
        ),
        (
            Error::WrongAnswer,
            "403 E0000087 The recovery question answer did not match our records.",
        ),
        (Error::EntityTagMismatch, "412 E0000231 ETag value doesn't match."),
        (
            Error::SearchWithFilter,
            "400 E0000033 Bad request. Can't specify a search query and filter in the same request.",
        ),
        (
            Error::InvalidCursor { search: false },
            "400 E0000029 Invalid paging request. | Invalid cursor.",
        ),
        (
            Error::InvalidCursor { search: true },
            "400 E0000031 Invalid search criteria. | Invalid cursor.",
        ),
        (
            Error::FeatureNotAvailable,
            "401 E0000015 You do not have permission to access the feature you are requesting",
        ),
        (
            Error::Busy,
            "429 E0000047 API call exceeded rate limit due to too many requests.",
        ),
        (
            Error::SearchTimedOut,
            "503 E0000100 Unable to perform search query. | The search took longer than allowed. Narrow it, or search by \
             indexed attributes.",
        ),
        (
            Error::Conflict,
            "409 E0000113 Other requests change the same object at this moment. Please try again.",
        ),
        (
            Error::Internal("disk on fire".to_owned()),
            "500 E0000009 Internal Server Error",
        ),
    ];
    for (error, wanted) in cases {
        assert_eq!(line(error), wanted);
    }
}

#[test]
fn refusals_of_the_lifecycle() {
    use LifecycleRefusal as R;
    let cases = [
        (
            R::AlreadyActive,
            "403 E0000016 Activation failed because the user is already active",
        ),
        (
            R::NotAllowedInStatus,
            "403 E0000038 This operation is not allowed in the user's current status.",
        ),
        (
            R::NotActive,
            "400 E0000001 Api validation failed: suspendUser | Cannot suspend a user that is not active",
        ),
        (
            R::NotSuspended,
            "400 E0000001 Api validation failed: suspendUser | Cannot unsuspend a user that is not suspended",
        ),
        (
            R::NotLockedOut,
            "403 E0000032 Unlock is not allowed for this user. | The user is not locked out.",
        ),
        (
            R::AlreadyDeactivated,
            "404 E0000007 Not found: Resource not found: (User)",
        ),
        (
            R::PasswordResetNotAllowed,
            "403 E0000017 Password reset failed | Password reset is not allowed in the user's current status",
        ),
        (
            R::ForgotPasswordNotAllowed,
            "403 E0000017 Password reset failed | Forgot password is not allowed in the user's current status",
        ),
        (
            R::ForgotPasswordNotSupported,
            "403 E0000017 Password reset failed | Forgot password is not supported for the user's login type",
        ),
        (
            R::RecoveryQuestionNotSet,
            "403 E0000034 Forgot password not allowed on specified user. | Recovery credential not set.",
        ),
        (
            R::ChangePasswordNotAllowed,
            "403 E0000035 Change password not allowed on specified user.",
        ),
        (
            R::ChangeRecoveryQuestionNotAllowed,
            "403 E0000036 Change recovery question not allowed on specified user.",
        ),
        (
            R::AlreadyFederated,
            "400 E0000001 Api validation failed: provider | The user is already federated",
        ),
        (
            R::TokenNotValid,
            "403 E0000110 You have accessed a link that has expired or has been previously used.",
        ),
    ];
    for (refusal, wanted) in cases {
        assert_eq!(line(Error::Refused(refusal)), wanted);
    }
}

#[test]
fn refusals_of_creations_and_expressions() {
    let creations = [
        (
            CreationRefusal::ExpiryNeedsPassword,
            "400 E0000124 Could not create user. ",
        ),
        (
            CreationRefusal::ExpiryNeedsActivation,
            "400 E0000125 Could not create user. ",
        ),
        (
            CreationRefusal::ProviderMismatch,
            "400 E0000001 Api validation failed: provider | ",
        ),
        (
            CreationRefusal::ForeignCredentials,
            "400 E0000001 Api validation failed: credentials | ",
        ),
    ];
    for (refusal, wanted) in creations {
        let line = line(Error::Creation(refusal));
        assert!(line.starts_with(wanted), "{line}");
        assert_eq!(line.matches(" | ").count(), 1, "{line}");
    }
    for error in [
        SearchError::Malformed,
        SearchError::TooLong,
        SearchError::TooDeep,
        SearchError::TooMany,
        SearchError::Unsupported,
    ] {
        let line = line(Error::Search(error));
        assert!(
            line.starts_with("400 E0000031 Invalid search criteria. | The expression "),
            "{line}"
        );
    }
    assert!(line(Error::Search(SearchError::InvalidDate)).starts_with("400 E0000030 Bad request. Invalid date. "));
}

/// H4: what went wrong inside stays inside.
#[test]
fn an_internal_error_is_logged_and_not_told() {
    let refusal = Refusal::from(Error::Internal("disk on fire".to_owned()));
    assert_eq!(refusal.internal(), Some("disk on fire"));
    assert!(refusal.causes().is_empty() && !refusal.summary().contains("fire"));
}

#[test]
fn refusals_of_messages() {
    use denizen_domain::phone::PhoneRefusal as P;
    use denizen_domain::sending::Channel as C;
    use denizen_domain::sending::SendingRefusal as S;
    let cases = [
        (
            Error::Sending(S::TooSoon(C::Sms)),
            "429 E0000109 An SMS message was recently sent. Please wait 30 seconds before trying again.",
        ),
        (
            Error::Sending(S::TooSoon(C::Call)),
            "429 E0000133 A phone call was recently made. Please wait 30 seconds before trying again.",
        ),
        (
            Error::Sending(S::TooSoon(C::Email)),
            "429 E0000118 An email was recently sent. Please wait 5 seconds before trying again.",
        ),
        (
            Error::Sending(S::TooMany(C::Sms)),
            "429 E0000204 You have reached the limit of sms requests, please try again later.",
        ),
        (
            Error::Sending(S::TooMany(C::Call)),
            "429 E0000205 You have reached the limit of call requests, please try again later.",
        ),
        (
            Error::Sending(S::TooMany(C::Email)),
            "429 E0000047 API call exceeded rate limit due to too many requests.",
        ),
        (Error::Phone(P::Invalid), "400 E0000098 This phone number is invalid."),
        (
            Error::Phone(P::Elsewhere),
            "403 E0000099 Only numbers located in US and Canada are allowed.  Contact your administrator if this is a \
             problem.",
        ),
        (
            Error::Phone(P::Extension),
            "400 E0000121 Invalid phone extension. Please enter a valid phone extension.",
        ),
        (
            Error::NoTelephony,
            "403 E0000247 Your organization doesn't support SMS or Voice authentication at this time. Select another \
             authentication method.",
        ),
    ];
    for (error, wanted) in cases {
        assert_eq!(line(error), wanted);
    }
}

#[test]
fn refusals_of_roles() {
    let cases = [
        (
            RoleRefusal::AlreadyAssigned,
            "409 E0000090 The role specified is already assigned to the user.",
        ),
        (
            RoleRefusal::AlreadyBound,
            "409 E0000263 Attempted to assign a duplicate standard role assignment to an admin",
        ),
        (
            RoleRefusal::UserDeactivated,
            "403 E0000038 This operation is not allowed in the user's current status.",
        ),
        (
            RoleRefusal::BuiltInGroup,
            "400 E0000211 Roles cannot be granted to built-in groups: Everyone",
        ),
        (
            RoleRefusal::ForeignGroup,
            "400 E0000194 Roles can only be granted to Okta groups, AD groups and LDAP groups.",
        ),
        (
            RoleRefusal::GroupTooLarge,
            "400 E0000193 Roles can only be granted to groups with 5000 or less users.",
        ),
        (
            RoleRefusal::WrongRole,
            "400 E0000091 The provided role type was not the same as required role type.",
        ),
        (RoleRefusal::TooManyTargets, "400 E0000093 Target count limit exceeded"),
    ];
    for (refusal, wanted) in cases {
        assert_eq!(line(Error::Role(refusal)), wanted);
    }
    assert_eq!(
        line(Error::RolesInMotion),
        "409 E0000268 Another request is making changes to the role assignments. Please try again."
    );
}
