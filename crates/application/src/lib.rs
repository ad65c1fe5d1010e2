//! Use cases: authorize, load, decide, commit.
//!
//! A use case is a method of [`Directory`]. It asks whether the caller may, loads what it needs, lets the domain decide, and
//! commits everything that follows as one value: state, events, tokens, messages. Adapters call it and never reach around it.

mod account;
mod api_tokens;
mod apps;
mod attempts;
mod bootstrap;
mod call;
mod credentials;
mod cursor;
#[cfg(any(test, feature = "fuzzing"))]
pub mod cursor_fuzzing;
mod directory;
mod error;
mod factors;
mod groups;
mod linked_objects;
mod log;
pub mod memory;
mod messaging;
mod oauth;
mod org_factors;
mod outbox;
mod paging;
mod refused_calls;
mod resealing;
mod roles;
mod schemas;
mod sessions;
mod sight;
mod sign_in;
mod sms_templates;
#[cfg(feature = "store-contract")]
pub mod store_contract;
mod subscriptions;
mod super_administrators;
mod user_types;
mod users;

pub use self::apps::{AssignApp, ListAppUsers, ListApps};
pub use self::bootstrap::FIRST_ADMINISTRATOR;
pub use self::call::{Call, Foreseen, Listing, RequestContext, TokenLink};
pub use self::credentials::{AnswerRecoveryQuestion, ChangePassword, ChangeRecoveryQuestion};
pub use self::directory::{Directory, Ports, Settings};
pub use self::error::{Error, PasswordSurface, ResourceKind};
pub use self::factors::{
    ANSWERS, Activation, CHALLENGES, CatalogEntry, Challenge, CredentialChallenge, EnrolFactor, Enrolled,
    FactorProfile, NewCredential, Proof, PushActivation, PushActivationStep, REGISTRATIONS, Registered, Verified,
    VerifyFactor, Wording,
};
pub use self::groups::ListGroups;
pub use self::log::ListEvents;
pub use self::messaging::MessageSettings;
pub use self::oauth::{ClientProof, GrantScope, Introspection, IssuedAccessToken, OAuthError, TokenRequest};
pub use self::org_factors::{DescribeHotpProfile, ListYubikeys, OrgFactor, UploadYubikey, YubikeyListing};
pub use self::outbox::Delivered;
pub use self::refused_calls::{RefusedCall, RefusedFor};
pub use self::resealing::Resealed;
pub use self::roles::{AssignRole, HolderKey, RoleTarget, TargetKey};
pub use self::sessions::OpenSession;
pub use self::sign_in::{
    ChangeExpiredPassword, Conversation, Progress, Recover, RecoveryKind, SetPassword, Shown, SignIn,
};
pub use self::subscriptions::Subscribed;
pub use self::users::{
    CreateUser, CredentialsInput, ListUsers, PasswordInput, RecoveryQuestionInput, ResetPassword, UpdateUser,
};
