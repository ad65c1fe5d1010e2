//! What operations ask for.

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $wire:literal;)*) => {
        /// What an operation asks for. Each route declares one; the names are the API's own (contract: users §12).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Permission {$($(#[$doc])* $name,)*}

        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The permission's name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {$(Self::$name => $wire,)*}
            }
        }
    };
}

permissions! {
    /// Read users, one or many.
    UsersRead = "okta.users.read";
    /// Create users.
    UsersCreate = "okta.users.create";
    /// Change profiles and user types of users.
    UsersProfileManage = "okta.users.userprofile.manage";
    /// Activate and reactivate users.
    UsersActivate = "okta.users.lifecycle.activate";
    /// Deactivate users.
    UsersDeactivate = "okta.users.lifecycle.deactivate";
    /// Suspend users.
    UsersSuspend = "okta.users.lifecycle.suspend";
    /// Unsuspend users.
    UsersUnsuspend = "okta.users.lifecycle.unsuspend";
    /// Unlock users.
    UsersUnlock = "okta.users.lifecycle.unlock";
    /// Remove users for good.
    UsersDelete = "okta.users.lifecycle.delete";
    /// End the sessions of users.
    UsersClearSessions = "okta.users.lifecycle.clearSessions";
    /// Set passwords and recovery questions.
    UsersCredentialsManage = "okta.users.credentials.manage";
    /// Change a password or a recovery question by the present password.
    UsersCredentialsChange = "okta.users.credentials.change";
    /// Make users choose a new password.
    UsersResetPassword = "okta.users.credentials.resetPassword";
    /// Expire passwords.
    UsersExpirePassword = "okta.users.credentials.expirePassword";
    /// Remove enrolled factors.
    UsersResetFactors = "okta.users.credentials.resetFactors";
    /// Read the organization's YubiKeys.
    YubikeysRead = "okta.users.yubikeys.read";
    /// Take in and remove the organization's YubiKeys.
    YubikeysManage = "okta.users.yubikeys.manage";
    /// Read which kinds of factor are used, and profiles of custom tokens.
    OrgFactorsRead = "okta.factors.read";
    /// Switch kinds of factor, and change profiles of custom tokens.
    OrgFactorsManage = "okta.factors.manage";
    /// Read sessions.
    SessionsRead = "okta.sessions.read";
    /// Prolong and end sessions.
    SessionsManage = "okta.sessions.manage";
    /// Read groups and their members.
    GroupsRead = "okta.groups.read";
    /// Create groups.
    GroupsCreate = "okta.groups.create";
    /// Change and remove groups.
    GroupsManage = "okta.groups.manage";
    /// Let users join and leave groups.
    GroupsMembersManage = "okta.groups.members.manage";
    /// Read user types.
    UserTypesRead = "okta.userTypes.read";
    /// Create, change and remove user types.
    UserTypesManage = "okta.userTypes.manage";
    /// Read schemas.
    SchemasRead = "okta.schemas.read";
    /// Change schemas.
    SchemasManage = "okta.schemas.manage";
    /// Read definitions of linked objects.
    LinkedObjectsRead = "okta.linkedObjects.read";
    /// Create and remove definitions of linked objects.
    LinkedObjectsManage = "okta.linkedObjects.manage";
    /// Read apps and their assignments.
    AppsRead = "okta.apps.read";
    /// Create, change and remove apps.
    AppsManage = "okta.apps.manage";
    /// Assign apps to users and groups.
    AppsAssignmentManage = "okta.apps.assignment.manage";
    /// Read which scopes are granted to apps.
    AppGrantsRead = "okta.appGrants.read";
    /// Grant scopes to apps, and take them back.
    AppGrantsManage = "okta.appGrants.manage";
    /// Read the system log.
    LogsRead = "okta.logs.read";
    /// Read administrator roles and their targets.
    RolesRead = "okta.roles.read";
    /// Grant and take administrator roles, and change their targets.
    RolesManage = "okta.roles.manage";
    /// Read templates of messages.
    TemplatesRead = "okta.templates.read";
    /// Create, change and remove templates of messages.
    TemplatesManage = "okta.templates.manage";
    /// Read what is known of API tokens.
    ApiTokensRead = "okta.apiTokens.read";
    /// Change and revoke API tokens.
    ApiTokensManage = "okta.apiTokens.manage";
}
