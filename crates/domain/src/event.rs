//! The system log's events (contract: event-types.tsv, conventions §14). An event is part of the change that it reports.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::search::fold;
use crate::time::Timestamp;
use crate::user::User;

macro_rules! event_types {
    ($($(#[$doc:meta])* $name:ident = $wire:literal, $message:literal;)*) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum EventType {$(
            $(#[$doc])*
            #[serde(rename = $wire)]
            $name,
        )*}

        impl EventType {
            /// Every type of event that this directory writes.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {$(Self::$name => $wire,)*}
            }

            /// A few words for people.
            #[must_use]
            pub fn display_message(self) -> &'static str {
                match self {$(Self::$name => $message,)*}
            }
        }
    };
}

event_types! {
    /// A user was created.
    UserCreate = "user.lifecycle.create", "Create user";
    /// A user was activated.
    UserActivate = "user.lifecycle.activate", "Activate user";
    /// A user was sent a new token.
    UserReactivate = "user.lifecycle.reactivate", "Reactivate user";
    /// A user was deactivated.
    UserDeactivate = "user.lifecycle.deactivate", "Deactivate user";
    /// A user was suspended.
    UserSuspend = "user.lifecycle.suspend", "Suspend user";
    /// A user was unsuspended.
    UserUnsuspend = "user.lifecycle.unsuspend", "Unsuspend user";
    /// The removal of a user began.
    UserDeleteInitiated = "user.lifecycle.delete.initiated", "Begin to delete user";
    /// A user was removed.
    UserDeleteCompleted = "user.lifecycle.delete.completed", "Delete user";
    /// A profile was changed.
    UserUpdateProfile = "user.account.update_profile", "Update profile of user";
    /// The primary address was changed.
    UserUpdatePrimaryEmail = "user.account.update_primary_email", "Update primary email of user";
    /// The secondary address was changed.
    UserUpdateSecondaryEmail = "user.account.update_secondary_email", "Update secondary email of user";
    /// The user type was changed.
    UserUpdateType = "user.account.update_user_type", "Change type of user";
    /// A password was changed.
    UserUpdatePassword = "user.account.update_password", "Update password of user";
    /// A kind of factor is used from now on.
    OrgFactorActivate = "system.mfa.factor.activate", "Activate factor for organization";
    /// A kind of factor is no longer used.
    OrgFactorDeactivate = "system.mfa.factor.deactivate", "Deactivate factor for organization";
    /// A profile of custom tokens was made. The contract names no event for it.
    HotpProfileCreate = "system.mfa.hotp_profile.create", "Create profile of custom tokens";
    /// A profile of custom tokens was changed. The contract names no event for it.
    HotpProfileUpdate = "system.mfa.hotp_profile.update", "Update profile of custom tokens";
    /// A YubiKey was uploaded. The contract names no event for it.
    YubikeyUpload = "system.mfa.yubikey.upload", "Upload YubiKey seed";
    /// A YubiKey was removed. The contract names no event for it.
    YubikeyDelete = "system.mfa.yubikey.delete", "Delete YubiKey";
    /// A password reset began.
    UserResetPassword = "user.account.reset_password", "Reset password of user";
    /// A password was expired.
    UserExpirePassword = "user.account.expire_password", "Expire password of user";
    /// A lock-out was lifted by an administrator.
    UserUnlockByAdmin = "user.account.unlock_by_admin", "Unlock user";
    /// Too many attempts failed.
    UserLock = "user.account.lock", "Max sign in attempts exceeded";
    /// A lock-out ended, by itself or by its user.
    UserUnlock = "user.account.unlock", "Unlock user account";
    /// A token that lets a user end a lock-out was made.
    UnlockToken = "user.account.unlock_token", "Issue account unlock token";
    /// A recovery token was presented that is not good.
    UseToken = "user.account.use_token", "Present account recovery token";
    /// A mail that lets a user end a lock-out was sent.
    UnlockMail = "system.email.account_unlock.sent_message", "Send account unlock mail";
    /// A session began.
    SessionStart = "user.session.start", "User login";
    /// A session was ended.
    SessionEnd = "user.session.end", "User logout";
    /// Every session of a user was ended.
    SessionClear = "user.session.clear", "Clear user sessions";
    /// A factor became usable.
    FactorActivate = "user.mfa.factor.activate", "Enroll factor for user";
    /// A factor was removed.
    FactorDeactivate = "user.mfa.factor.deactivate", "Reset factor for user";
    /// A factor was changed.
    FactorUpdate = "user.mfa.factor.update", "Update factor for user";
    /// A security key was registered.
    CredentialRegister = "credential.register", "Register credential";
    /// A security key is registered no more.
    CredentialRevoke = "credential.revoke", "Revoke credential";
    /// A code was sent by SMS, to activate a factor.
    SmsActivationCode = "system.sms.send_phone_verification_message", "Send phone verification SMS";
    /// A code was sent by SMS, to show a factor.
    SmsChallengeCode = "system.sms.send_factor_verify_message", "Send factor verification SMS";
    /// A code was told by a call, to activate a factor.
    CallActivationCode = "system.voice.send_phone_verification_call", "Make phone verification call";
    /// A code was told by a call, to show a factor.
    CallChallengeCode = "system.voice.send_mfa_challenge_call", "Make factor verification call";
    /// A code was sent by mail.
    MailCode = "system.email.send_factor_verify_message", "Send factor verification mail";
    /// A code that was mailed was typed in.
    MailCodeRedeemed = "system.email.challenge_factor_redeemed", "Redeem mailed code";
    /// A mail told a user that a factor was enrolled.
    FactorEnrolledMail = "system.email.mfa_enroll_notification.sent_message", "Send factor enrollment mail";
    /// A mail told a user that factors were reset.
    FactorResetMail = "system.email.mfa_reset_notification.sent_message", "Send factor reset mail";
    /// A device was asked to approve.
    PushChallenge = "system.push.send_factor_verify_push", "Send factor verification push";
    /// Somebody showed a factor, or failed to.
    AuthenticationViaMfa = "user.authentication.auth_via_mfa", "Authenticate user by factor";
    /// Too many codes were tried in a short time.
    RateLimitViolation = "system.operation.rate_limit.violation", "Operation rate limit violation";
    /// Every factor of a user was reset.
    UserResetFactors = "user.mfa.factor.reset_all", "Reset all factors of user";
    /// A reset mail was sent to a user who asked for it.
    PasswordResetMail = "system.email.password_reset.sent_message", "Send password reset mail";
    /// A group was made.
    GroupCreate = "group.lifecycle.create", "Create group";
    /// A group was removed.
    GroupDelete = "group.lifecycle.delete", "Delete group";
    /// A group's profile was changed.
    GroupUpdateProfile = "group.profile.update", "Update profile of group";
    /// A user joined a group.
    GroupMembershipAdd = "group.user_membership.add", "Add user to group";
    /// A user left a group.
    GroupMembershipRemove = "group.user_membership.remove", "Remove user from group";
    /// A user type was made.
    UserTypeCreate = "directory.non_default_user_profile.create", "Create user type";
    /// A schema or a user type was changed.
    UserProfileUpdate = "directory.user_profile.update", "Update user profile definition";
    /// The schema of an app's users was changed.
    AppUserProfileUpdate = "directory.app_user_profile.update", "Update app user profile definition";
    /// A relation between users was defined.
    LinkedObjectCreate = "directory.linked_object.create", "Create linked object";
    /// The definition of a relation between users was removed.
    LinkedObjectDelete = "directory.linked_object.delete", "Delete linked object";
    /// An app was made.
    AppCreate = "application.lifecycle.create", "Create application";
    /// An app was changed.
    AppUpdate = "application.lifecycle.update", "Update application";
    /// An app was activated.
    AppActivate = "application.lifecycle.activate", "Activate application";
    /// An app was deactivated.
    AppDeactivate = "application.lifecycle.deactivate", "Deactivate application";
    /// An app was removed.
    AppDelete = "application.lifecycle.delete", "Delete application";
    /// An app was assigned to a user.
    AppMembershipAdd = "application.user_membership.add", "Add user to application membership";
    /// An app's profile or credentials for a user were changed.
    AppMembershipUpdate = "application.user_membership.update", "Change user's application membership";
    /// An app was taken from a user.
    AppMembershipRemove = "application.user_membership.remove", "Remove user's application membership";
    /// An app was assigned to a group.
    AppGroupAssign = "group.application_assignment.add", "Add assigned application to group";
    /// An app's assignment to a group was changed.
    AppGroupUpdate = "group.application_assignment.update", "Update assigned application of group";
    /// An app was taken from a group.
    AppGroupRemove = "group.application_assignment.remove", "Remove assigned application from group";
    /// A template of short messages was made.
    SmsTemplateCreate = "system.sms.template.create", "Create SMS template";
    /// A template of short messages was changed.
    SmsTemplateUpdate = "system.sms.template.update", "Update SMS template";
    /// A template of short messages was removed.
    SmsTemplateDelete = "system.sms.template.delete", "Delete SMS template";
    /// An API token was made.
    ApiTokenCreate = "system.api_token.create", "Create API token";
    /// An API token was changed.
    ApiTokenUpdate = "system.api_token.update", "Update API token";
    /// An API token was revoked.
    ApiTokenRevoke = "system.api_token.revoke", "Revoke API token";
    /// An access token was asked for.
    OAuthTokenGrant = "app.oauth2.token.grant", "Request OAuth2 token";
    /// An access token was issued.
    OAuthAccessTokenGrant = "app.oauth2.token.grant.access_token", "Grant OAuth2 access token";
    /// A client revoked one of its tokens.
    OAuthTokenRevoke = "app.oauth2.token.revoke", "Revoke OAuth2 token";
    /// Tokens were revoked with a change of their client.
    OAuthTokenRevokeOfClient = "app.oauth2.token.revoke.implicit.client", "Revoke OAuth2 tokens of client";
    /// Tokens were revoked with a change of their user.
    OAuthTokenRevokeOfUser = "app.oauth2.token.revoke.implicit.user", "Revoke OAuth2 tokens of user";
    /// A scope was granted to a client.
    OAuthConsentGrant = "app.oauth2.consent.grant", "Grant OAuth2 scope to client";
    /// A client gained a role, or one of its roles was changed.
    OAuthPrivilegeGrant = "app.oauth2.client.privilege.grant", "Grant administrator privilege to OAuth2 client";
    /// A client lost its last role.
    OAuthPrivilegeRevoke = "app.oauth2.client.privilege.revoke", "Revoke administrator privilege of OAuth2 client";
    /// The key that tokens are signed with was replaced.
    OAuthKeyRollover = "app.oauth2.as.key.rollover", "Replace OAuth2 signing key";
    /// Somebody showed who they are, or failed to.
    UserAuthentication = "user.authentication.auth", "Authenticate user";
    /// Somebody asked for what administrators do.
    AdministratorAccess = "user.session.access_admin_app", "Access administration";
    /// An administrator gained a role.
    PrivilegeGrant = "user.account.privilege.grant", "Grant administrator privilege to user";
    /// A user lost the last role.
    PrivilegeRevoke = "user.account.privilege.revoke", "Revoke administrator privilege from user";
    /// An administrator chose which mails to get.
    SubscriptionsUpdate = "user.account.subscriptions.update", "Update subscriptions of user";
    /// It was set which mails those get who hold a role.
    RoleSubscriptionsUpdate = "iam.role.subscriptions.update", "Update subscriptions of role";
    /// A group gained a role.
    GroupPrivilegeGrant = "group.privilege.grant", "Grant administrator privilege to group";
    /// A group lost the last role.
    GroupPrivilegeRevoke = "group.privilege.revoke", "Revoke administrator privilege from group";
}

/// One event, as it is stored and shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogEvent {
    /// The event's own id, a UUID.
    pub uuid: String,
    /// When it happened, in milliseconds since the epoch.
    pub published: i64,
    /// What happened.
    pub event_type: EventType,
    /// Who did it.
    pub actor: Entity,
    /// Where the call came from.
    pub client: Client,
    /// The call during which it happened.
    pub request_id: String,
    /// How it ended.
    pub outcome: EventOutcome,
    /// What it was done to.
    pub targets: Vec<Entity>,
    /// More about it; never a secret (G1).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub debug: BTreeMap<String, String>,
}

/// Somebody or something that takes part in an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// Its id.
    pub id: String,
    /// Its kind, such as `User`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The name programs know it by, such as the login.
    pub alternate_id: Option<String>,
    /// The name people know it by.
    pub display_name: Option<String>,
}

/// Where a call came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// The network address.
    pub ip_address: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
}

/// How an event ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", content = "reason", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EventOutcome {
    /// It was done.
    Success,
    /// It was tried and refused.
    Failure(String),
}

impl EventOutcome {
    /// The result's name on the wire.
    #[must_use]
    pub fn result(&self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::Failure(_) => "FAILURE",
        }
    }

    /// Why it failed.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Success => None,
            Self::Failure(reason) => Some(reason),
        }
    }
}

impl LogEvent {
    /// When it happened.
    #[must_use]
    pub fn published_at(&self) -> Timestamp {
        Timestamp::from_millis(self.published)
    }

    /// Whether every one of these words stands somewhere in the event, ignoring case.
    #[must_use]
    pub fn mentions(&self, words: &[String]) -> bool {
        if words.is_empty() {
            return true;
        }
        let mut text = serde_json::to_string(self).unwrap_or_default();
        text.push_str(self.event_type.display_message());
        let text = fold(&text);
        words.iter().all(|word| text.contains(&fold(word)))
    }

    /// How grave it is: a failure is a warning.
    #[must_use]
    pub fn severity(&self) -> &'static str {
        match self.outcome {
            EventOutcome::Success => "INFO",
            EventOutcome::Failure(_) => "WARN",
        }
    }
}

impl Entity {
    /// A user as a participant of an event.
    #[must_use]
    pub fn user(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            kind: "User".to_owned(),
            alternate_id: Some(user.login.as_str().to_owned()),
            display_name: Some(user.display_name()),
        }
    }
}
