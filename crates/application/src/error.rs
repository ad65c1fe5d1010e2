//! What a use case can answer beside success. The adapters map each to what their clients expect.

use denizen_domain::app::AppRefusal;
use denizen_domain::authority::Forbidden;
use denizen_domain::factor::connector::ConnectorRefusal;
use denizen_domain::factor::switch::SwitchRefusal;
use denizen_domain::factor::yubikey::YubikeyRefusal;
use denizen_domain::factor::{FactorRefusal, VerifyRefusal, WrongProof};
use denizen_domain::group::GroupRefusal;
use denizen_domain::linked_object::{DefinitionRefusal, Side};
use denizen_domain::password::HasherError;
use denizen_domain::phone::PhoneRefusal;
use denizen_domain::ports::{StoreError, UniqueField};
use denizen_domain::role::RoleRefusal;
use denizen_domain::schema::{AttributeRefusal, SchemaRefusal};
use denizen_domain::search::SearchError;
use denizen_domain::sending::SendingRefusal;
use denizen_domain::sign_in::OutOfTurn;
use denizen_domain::user::creation::CreationRefusal;
use denizen_domain::user::lifecycle::Refusal;
use denizen_domain::user_type::UserTypeRefusal;
use denizen_domain::validation::Validation;

/// A kind of thing that can be missing, by the name the API gives it (contract: conventions §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceKind {
    /// A user.
    User,
    /// A group.
    UserGroup,
    /// A user type.
    UserType,
    /// The schema of a user type.
    UserSchema,
    /// An API token.
    Token,
    /// A session, by its id.
    AppSession,
    /// The caller's own session.
    Session,
    /// A definition of linked objects.
    LinkedObject,
    /// An app.
    App,
    /// An app's assignment to a user.
    AppUser,
    /// An app's assignment to a group.
    AppGroup,
    /// An app of the catalog.
    CatalogApp,
    /// The assignment of a role.
    RoleAssignment,
    /// A role that an administrator made up.
    CustomRole,
    /// A scope that is granted to an app.
    ScopeGrant,
    /// A standard role.
    Role,
    /// What mails for administrators can be about.
    NotificationType,
    /// An app as a client.
    Client,
    /// A kind of factor, as the organization has it.
    OrgFactor,
    /// A profile of custom tokens.
    HotpProfile,
    /// A YubiKey of the organization.
    Yubikey,
    /// A factor of a user.
    UserFactor,
    /// A template of short messages.
    SmsTemplate,
    /// A push to a device.
    PushTransaction,
}

impl ResourceKind {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::UserGroup => "UserGroup",
            Self::UserType => "CVDType",
            Self::UserSchema => "CVDSchema",
            Self::Token => "Token",
            Self::AppSession => "AppSession",
            Self::Session => "Session",
            Self::LinkedObject => "LinkedObjectProperty",
            Self::App => "AppInstance",
            Self::AppUser => "AppUser",
            Self::AppGroup => "ApplicationGroupAssignment",
            Self::CatalogApp => "CatalogApplication",
            Self::RoleAssignment => "RoleAssignment",
            Self::CustomRole => "CustomRole",
            Self::ScopeGrant => "OAuth2ScopeConsentGrant",
            Self::Role => "Role",
            Self::NotificationType => "NotificationType",
            Self::Client => "PublicClientApp",
            Self::OrgFactor => "OrgFactor",
            Self::HotpProfile => "HotpFactorProfile",
            Self::Yubikey => "YubikeyOtpToken",
            Self::UserFactor => "UserFactor",
            Self::PushTransaction => "FactorTransaction",
            // Odd, and so on the wire (contract: messages §1).
            Self::SmsTemplate => "AppInstance",
        }
    }
}

/// Where a password was refused; the API words it differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordSurface {
    /// An administrator sets it.
    Set,
    /// Its owner changes it.
    Change,
    /// Its owner changes or sets it while signing in.
    SignIn,
}

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The API token is unknown, expired or revoked, or its owner may not act.
    #[error("invalid token")]
    InvalidToken,
    /// Nobody would be left who may do everything.
    #[error("the last super administrator")]
    LastSuperAdministrator,
    /// Name and password, or whatever stands for them, do not let anybody in.
    #[error("authentication failed")]
    AuthenticationFailed,
    /// The call takes a session, and none carries it.
    #[error("no session")]
    NoSession,
    /// The transaction is in another state.
    #[error(transparent)]
    OutOfTurn(#[from] OutOfTurn),
    /// A program asks to recover an account that it cannot see.
    #[error("recovery of an unknown user")]
    RecoveryOfUnknownUser,
    /// Users may not end their lock-outs themselves.
    #[error("users may not unlock themselves")]
    UnlockNotOffered,
    /// The caller has not the right.
    #[error("forbidden")]
    Forbidden,
    /// Something that was named does not exist.
    #[error("{} not found", .kind.as_str())]
    NotFound {
        /// What it should have been.
        kind: ResourceKind,
        /// The name as given.
        given: String,
    },
    /// The request does not hold what it must.
    #[error(transparent)]
    Validation(#[from] Validation),
    /// The lifecycle forbids it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A user cannot be created so.
    #[error(transparent)]
    Creation(#[from] CreationRefusal),
    /// Somebody else has the value of an attribute that must be unique.
    #[error("the value of {0} is in use")]
    NotUnique(String),
    /// A schema cannot be changed so.
    #[error(transparent)]
    Schema(#[from] SchemaRefusal),
    /// An attribute is not for the caller to change, or for nobody.
    #[error(transparent)]
    Attribute(#[from] AttributeRefusal),
    /// A user type is not removed.
    #[error(transparent)]
    UserType(#[from] UserTypeRefusal),
    /// Linked objects cannot be defined so.
    #[error("the name of a linked object is in use")]
    LinkedObjectInUse(Vec<Side>),
    /// A group is not changed.
    #[error(transparent)]
    Group(#[from] GroupRefusal),
    /// An app is not changed or assigned.
    #[error(transparent)]
    App(#[from] AppRefusal),
    /// A role is not assigned, narrowed or taken away.
    #[error(transparent)]
    Role(#[from] RoleRefusal),
    /// A service that verifies factors of its own says neither yes nor no.
    #[error(transparent)]
    Connector(#[from] ConnectorRefusal),
    /// A kind of factor is not switched.
    #[error(transparent)]
    FactorSwitch(#[from] SwitchRefusal),
    /// A YubiKey is not removed.
    #[error(transparent)]
    Yubikey(#[from] YubikeyRefusal),
    /// Others change the same role assignments all the time.
    #[error("others change the same role assignments")]
    RolesInMotion,
    /// More groups are named than a new user may join at once.
    #[error("too many groups")]
    TooManyGroups,
    /// A factor is not enrolled, changed or removed.
    #[error(transparent)]
    Factor(#[from] FactorRefusal),
    /// A proof is not even looked at.
    #[error(transparent)]
    Verify(#[from] VerifyRefusal),
    /// A proof is wrong.
    #[error(transparent)]
    WrongProof(#[from] WrongProof),
    /// The password policy refuses a password.
    #[error("password rejected")]
    PasswordRejected {
        /// What the policy asks, in full.
        requirements: String,
        /// Where it was refused.
        surface: PasswordSurface,
    },
    /// The new password is the present one.
    #[error("the password is the present one")]
    SameAsCurrentPassword,
    /// The present password is another one.
    #[error("wrong password")]
    WrongPassword,
    /// The answer to the recovery question is another one.
    #[error("wrong answer")]
    WrongAnswer,
    /// The user is not in the state that the caller saw.
    #[error("the entity tag does not match")]
    EntityTagMismatch,
    /// An expression is refused.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// `search` came together with `q` or `filter`.
    #[error("search and filter in one request")]
    SearchWithFilter,
    /// A cursor that was not made for this list and this caller.
    #[error("invalid cursor")]
    InvalidCursor {
        /// Whether the list is a search.
        search: bool,
    },
    /// Nothing is sent to an address now.
    #[error(transparent)]
    Sending(#[from] SendingRefusal),
    /// A phone number is not called.
    #[error(transparent)]
    Phone(#[from] PhoneRefusal),
    /// The organization has no telephony.
    #[error("no telephony")]
    NoTelephony,
    /// The directory has not this feature.
    #[error("feature not available")]
    FeatureNotAvailable,
    /// More work is waiting than is taken on.
    #[error("busy")]
    Busy,
    /// The search takes longer than allowed.
    #[error("the search took too long")]
    SearchTimedOut,
    /// Others change the same thing all the time.
    #[error("conflict")]
    Conflict,
    /// Something inside failed. The text is for the operator.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    /// Something that was named does not exist.
    #[must_use]
    pub fn not_found(kind: ResourceKind, given: &str) -> Self {
        Self::NotFound {
            kind,
            given: given.to_owned(),
        }
    }
}

impl From<DefinitionRefusal> for Error {
    fn from(refusal: DefinitionRefusal) -> Self {
        match refusal {
            DefinitionRefusal::Invalid(validation) => Self::Validation(validation),
            DefinitionRefusal::InUse(sides) => Self::LinkedObjectInUse(sides),
        }
    }
}

impl From<Forbidden> for Error {
    fn from(_: Forbidden) -> Self {
        Self::Forbidden
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale
            | StoreError::Duplicate(
                UniqueField::Id | UniqueField::Scope | UniqueField::Assertion | UniqueField::FactorKey,
            ) => Self::Conflict,
            StoreError::Duplicate(UniqueField::ClientId) => in_use("client_id"),
            StoreError::Duplicate(UniqueField::Yubikey) => in_use("publicId"),
            StoreError::Duplicate(UniqueField::Login) => in_use("login"),
            StoreError::Duplicate(UniqueField::Attribute(name)) => Self::NotUnique(name),
            StoreError::Duplicate(UniqueField::GroupName) => in_use("name"),
            StoreError::Busy => Self::Busy,
            StoreError::TimedOut => Self::SearchTimedOut,
            StoreError::InvalidPosition => Self::InvalidCursor { search: false },
            StoreError::Unavailable(text) => Self::Internal(text),
        }
    }
}

/// Somebody else has the value of a field that must be unique.
fn in_use(field: &str) -> Error {
    let text = "An object with this field already exists in the current organization";
    Error::Validation(Validation::field(field, text))
}

impl From<HasherError> for Error {
    fn from(error: HasherError) -> Self {
        match error {
            HasherError::Busy => Self::Busy,
            HasherError::Failed(text) => Self::Internal(text),
        }
    }
}
