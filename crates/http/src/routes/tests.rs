//! The table of operations, as it is mounted.

use std::collections::HashSet;
use std::sync::Arc;

use actix_web::http::Method;
use denizen_application::memory::MemoryStore;
use denizen_application::{Directory, Ports, Settings};
use denizen_domain::authority::Permission;
use denizen_domain::factor::connector::NoConnectors;
use denizen_domain::ports::Clock;
use denizen_domain::time::Timestamp;
use denizen_oauth::JsonWebTokens;
use denizen_otp::{Aes128Blocks, Argon2Hasher, HmacOtp, KeySealer, Limits, SealingKey, SystemEntropy};
use denizen_webauthn::StandardProofs;

use crate::operation::{Declared, Table};
use crate::{Api, HttpSettings};

struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_759_117_790_000)
    }
}

async fn table() -> Vec<Declared> {
    let ports = Ports {
        store: Arc::new(MemoryStore::new()),
        clock: Arc::new(Standing),
        entropy: Arc::new(SystemEntropy),
        hasher: Arc::new(Argon2Hasher::insecure_for_tests(Limits::default())),
        sealer: Arc::new(KeySealer::new(SealingKey::new(1, &[7; 32]), Vec::new()).unwrap()),
        otp: Arc::new(HmacOtp),
        signatures: Arc::new(JsonWebTokens),
        connectors: Arc::new(NoConnectors),
        cipher: Arc::new(Aes128Blocks),
        authenticators: Arc::new(StandardProofs),
    };
    Directory::found(&ports, "Denizen").await.unwrap();
    let directory = Directory::open(ports, Settings::new("https://id.example.com"))
        .await
        .unwrap();
    let api = Api::new(directory, HttpSettings::default());
    let mut declared = Table::of_routes(&api).declared();
    declared.extend(Table::of_clients(&api).declared());
    declared
}

/// R11: each operation asks for one permission, and the whole table is this.
#[actix_web::test]
async fn every_operation_declares_what_it_asks_for() {
    let table = table().await;
    let lines: Vec<String> = table
        .iter()
        .map(|one| {
            let permission = one.permission.map_or("-", |permission| permission.as_str());
            format!("{} {} {permission}", one.method, one.path)
        })
        .collect();
    let wanted = "\
POST /sessions -
GET /sessions/me -
DELETE /sessions/me -
POST /sessions/me/lifecycle/refresh -
GET /sessions/{id} okta.sessions.read
PUT /sessions/{id} okta.sessions.manage
DELETE /sessions/{id} okta.sessions.manage
POST /sessions/{id}/lifecycle/refresh okta.sessions.manage
DELETE /users/{id}/sessions okta.users.lifecycle.clearSessions
POST /users/me/lifecycle/delete_sessions okta.users.lifecycle.clearSessions
GET /users/{id} okta.users.read
POST /users/{id} okta.users.userprofile.manage
PUT /users/{id} okta.users.userprofile.manage
DELETE /users/{id} okta.users.lifecycle.delete
GET /users okta.users.read
POST /users okta.users.create
POST /users/{id}/lifecycle/activate okta.users.lifecycle.activate
POST /users/{id}/lifecycle/reactivate okta.users.lifecycle.activate
POST /users/{id}/lifecycle/deactivate okta.users.lifecycle.deactivate
POST /users/{id}/lifecycle/suspend okta.users.lifecycle.suspend
POST /users/{id}/lifecycle/unsuspend okta.users.lifecycle.unsuspend
POST /users/{id}/lifecycle/unlock okta.users.lifecycle.unlock
POST /users/{id}/lifecycle/reset_password okta.users.credentials.resetPassword
POST /users/{id}/lifecycle/expire_password okta.users.credentials.expirePassword
POST /users/{id}/lifecycle/expire_password_with_temp_password okta.users.credentials.expirePassword
POST /users/{id}/lifecycle/reset_factors okta.users.credentials.resetFactors
POST /users/{id}/credentials/change_password okta.users.credentials.change
POST /users/{id}/credentials/change_recovery_question okta.users.credentials.change
POST /users/{id}/credentials/forgot_password okta.users.credentials.resetPassword
POST /users/{id}/credentials/forgot_password_recovery_question okta.users.credentials.manage
GET /users/{id}/groups okta.users.read
GET /users/{id}/factors okta.users.read
POST /users/{id}/factors okta.users.credentials.manage
GET /users/{id}/factors/catalog okta.users.read
GET /users/{id}/factors/questions okta.users.read
GET /users/{id}/factors/{factor} okta.users.read
PUT /users/{id}/factors/{factor} okta.users.credentials.manage
DELETE /users/{id}/factors/{factor} okta.users.credentials.resetFactors
POST /users/{id}/factors/{factor}/lifecycle/activate okta.users.credentials.manage
POST /users/{id}/factors/{factor}/resend okta.users.credentials.manage
POST /users/{id}/factors/{factor}/lifecycle/activate/poll okta.users.credentials.manage
POST /users/{id}/factors/{factor}/verify okta.users.credentials.manage
POST /users/{id}/factors/{factor}/lifecycle/activate/email okta.users.credentials.manage
POST /users/{id}/factors/{factor}/lifecycle/activate/sms okta.users.credentials.manage
GET /users/{id}/factors/{factor}/transactions/{transaction} okta.users.read
DELETE /users/{id}/factors/{factor}/transactions/{transaction} okta.users.credentials.manage
GET /users/{id}/factors/{factor}/qr/{token} -
POST /authn -
POST /authn/skip -
POST /authn/previous -
POST /authn/cancel -
POST /authn/credentials/change_password -
POST /authn/credentials/reset_password -
POST /authn/factors -
POST /authn/factors/{factor}/verify -
POST /authn/factors/{factor}/verify/resend -
POST /authn/factors/{factor}/lifecycle/activate -
POST /authn/factors/{factor}/lifecycle/activate/poll -
POST /authn/factors/{factor}/lifecycle/resend -
POST /authn/recovery/password -
POST /authn/recovery/unlock -
POST /authn/recovery/token -
POST /authn/recovery/answer -
GET /groups okta.groups.read
POST /groups okta.groups.create
GET /groups/{id} okta.groups.read
PUT /groups/{id} okta.groups.manage
DELETE /groups/{id} okta.groups.manage
GET /groups/{id}/users okta.groups.read
PUT /groups/{id}/users/{user} okta.groups.members.manage
DELETE /groups/{id}/users/{user} okta.groups.members.manage
GET /groups/{id}/apps okta.apps.read
GET /apps okta.apps.read
POST /apps okta.apps.manage
GET /apps/{id} okta.apps.read
PUT /apps/{id} okta.apps.manage
DELETE /apps/{id} okta.apps.manage
POST /apps/{id}/lifecycle/activate okta.apps.manage
POST /apps/{id}/lifecycle/deactivate okta.apps.manage
GET /apps/{id}/users okta.apps.read
POST /apps/{id}/users okta.apps.assignment.manage
GET /apps/{id}/users/{user} okta.apps.read
POST /apps/{id}/users/{user} okta.apps.assignment.manage
DELETE /apps/{id}/users/{user} okta.apps.assignment.manage
GET /apps/{id}/groups okta.apps.read
GET /apps/{id}/groups/{group} okta.apps.read
PUT /apps/{id}/groups/{group} okta.apps.assignment.manage
PATCH /apps/{id}/groups/{group} okta.apps.assignment.manage
DELETE /apps/{id}/groups/{group} okta.apps.assignment.manage
GET /apps/{id}/grants okta.appGrants.read
POST /apps/{id}/grants okta.appGrants.manage
GET /apps/{id}/grants/{grant} okta.appGrants.read
DELETE /apps/{id}/grants/{grant} okta.appGrants.manage
GET /users/{id}/appLinks okta.users.read
GET /users/{id}/roles okta.roles.read
POST /users/{id}/roles okta.roles.manage
GET /users/{id}/roles/{role} okta.roles.read
DELETE /users/{id}/roles/{role} okta.roles.manage
GET /groups/{id}/roles okta.roles.read
POST /groups/{id}/roles okta.roles.manage
GET /groups/{id}/roles/{role} okta.roles.read
DELETE /groups/{id}/roles/{role} okta.roles.manage
GET /users/{id}/roles/{role}/targets/groups okta.roles.read
GET /users/{id}/roles/{role}/targets/catalog/apps okta.roles.read
PUT /users/{id}/roles/{role}/targets/groups/{group} okta.roles.manage
DELETE /users/{id}/roles/{role}/targets/groups/{group} okta.roles.manage
PUT /users/{id}/roles/{role}/targets/catalog/apps/{name} okta.roles.manage
DELETE /users/{id}/roles/{role}/targets/catalog/apps/{name} okta.roles.manage
PUT /users/{id}/roles/{role}/targets/catalog/apps/{name}/{app} okta.roles.manage
DELETE /users/{id}/roles/{role}/targets/catalog/apps/{name}/{app} okta.roles.manage
GET /groups/{id}/roles/{role}/targets/groups okta.roles.read
GET /groups/{id}/roles/{role}/targets/catalog/apps okta.roles.read
PUT /groups/{id}/roles/{role}/targets/groups/{group} okta.roles.manage
DELETE /groups/{id}/roles/{role}/targets/groups/{group} okta.roles.manage
PUT /groups/{id}/roles/{role}/targets/catalog/apps/{name} okta.roles.manage
DELETE /groups/{id}/roles/{role}/targets/catalog/apps/{name} okta.roles.manage
PUT /groups/{id}/roles/{role}/targets/catalog/apps/{name}/{app} okta.roles.manage
DELETE /groups/{id}/roles/{role}/targets/catalog/apps/{name}/{app} okta.roles.manage
PUT /users/{id}/roles/{role}/targets/catalog/apps okta.roles.manage
GET /users/{id}/roles/{role}/targets okta.roles.read
GET /iam/assignees/users okta.roles.read
GET /users/{id}/subscriptions okta.users.read
GET /users/{id}/subscriptions/{kind} okta.users.read
POST /users/{id}/subscriptions/{kind}/subscribe okta.users.userprofile.manage
POST /users/{id}/subscriptions/{kind}/unsubscribe okta.users.userprofile.manage
GET /roles/{role}/subscriptions okta.roles.read
GET /roles/{role}/subscriptions/{kind} okta.roles.read
POST /roles/{role}/subscriptions/{kind}/subscribe okta.roles.manage
POST /roles/{role}/subscriptions/{kind}/unsubscribe okta.roles.manage
GET /meta/types/user okta.userTypes.read
POST /meta/types/user okta.userTypes.manage
GET /meta/types/user/{id} okta.userTypes.read
POST /meta/types/user/{id} okta.userTypes.manage
PUT /meta/types/user/{id} okta.userTypes.manage
DELETE /meta/types/user/{id} okta.userTypes.manage
GET /meta/schemas/user/linkedObjects okta.linkedObjects.read
POST /meta/schemas/user/linkedObjects okta.linkedObjects.manage
GET /meta/schemas/user/linkedObjects/{name} okta.linkedObjects.read
DELETE /meta/schemas/user/linkedObjects/{name} okta.linkedObjects.manage
GET /meta/schemas/user/default/linkedObjects okta.linkedObjects.read
POST /meta/schemas/user/default/linkedObjects okta.linkedObjects.manage
GET /meta/schemas/user/default/linkedObjects/{name} okta.linkedObjects.read
DELETE /meta/schemas/user/default/linkedObjects/{name} okta.linkedObjects.manage
PUT /users/{id}/linkedObjects/{name}/{primary} okta.users.userprofile.manage
GET /users/{id}/linkedObjects/{name} okta.users.read
DELETE /users/{id}/linkedObjects/{name} okta.users.userprofile.manage
GET /meta/schemas/user/{id} okta.schemas.read
POST /meta/schemas/user/{id} okta.schemas.manage
GET /meta/schemas/group/default okta.schemas.read
POST /meta/schemas/group/default okta.schemas.manage
GET /meta/schemas/apps/{id}/default okta.schemas.read
POST /meta/schemas/apps/{id}/default okta.schemas.manage
GET /org/factors/yubikey_token/tokens okta.users.yubikeys.read
POST /org/factors/yubikey_token/tokens okta.users.yubikeys.manage
GET /org/factors/yubikey_token/tokens/{token} okta.users.yubikeys.read
DELETE /org/factors/yubikey_token/tokens/{token} okta.users.yubikeys.manage
GET /org/factors/hotp/profiles okta.factors.read
POST /org/factors/hotp/profiles okta.factors.manage
GET /org/factors/hotp/profiles/{profile} okta.factors.read
PUT /org/factors/hotp/profiles/{profile} okta.factors.manage
DELETE /org/factors/hotp/profiles/{profile} okta.factors.manage
GET /org/factors okta.factors.read
GET /org/factors/{name} okta.factors.read
POST /org/factors/{name}/lifecycle/activate okta.factors.manage
POST /org/factors/{name}/lifecycle/deactivate okta.factors.manage
GET /templates/sms okta.templates.read
POST /templates/sms okta.templates.manage
GET /templates/sms/{id} okta.templates.read
POST /templates/sms/{id} okta.templates.manage
PUT /templates/sms/{id} okta.templates.manage
DELETE /templates/sms/{id} okta.templates.manage
GET /logs okta.logs.read
GET /api-tokens okta.apiTokens.read
DELETE /api-tokens/current okta.apiTokens.manage
GET /api-tokens/{id} okta.apiTokens.read
PUT /api-tokens/{id} okta.apiTokens.manage
DELETE /api-tokens/{id} okta.apiTokens.manage
GET /oauth2/v1/clients/{id}/roles okta.roles.read
POST /oauth2/v1/clients/{id}/roles okta.roles.manage
GET /oauth2/v1/clients/{id}/roles/{role} okta.roles.read
DELETE /oauth2/v1/clients/{id}/roles/{role} okta.roles.manage
GET /oauth2/v1/clients/{id}/roles/{role}/targets/groups okta.roles.read
PUT /oauth2/v1/clients/{id}/roles/{role}/targets/groups/{group} okta.roles.manage
DELETE /oauth2/v1/clients/{id}/roles/{role}/targets/groups/{group} okta.roles.manage
GET /oauth2/v1/clients/{id}/roles/{role}/targets/catalog/apps okta.roles.read
PUT /oauth2/v1/clients/{id}/roles/{role}/targets/catalog/apps/{name} okta.roles.manage
DELETE /oauth2/v1/clients/{id}/roles/{role}/targets/catalog/apps/{name} okta.roles.manage
PUT /oauth2/v1/clients/{id}/roles/{role}/targets/catalog/apps/{name}/{app} okta.roles.manage
DELETE /oauth2/v1/clients/{id}/roles/{role}/targets/catalog/apps/{name}/{app} okta.roles.manage";
    assert_eq!(lines.join("\n"), wanted);
    let open: Vec<String> = table
        .iter()
        .filter(|one| one.cross_origin && one.permission.is_some())
        .map(|one| format!("{} {}", one.method, one.path))
        .collect();
    assert_eq!(
        open,
        [
            "POST /users/me/lifecycle/delete_sessions",
            "GET /users/{id}",
            "POST /users/{id}",
            "GET /users/{id}/groups",
            "GET /users/{id}/appLinks"
        ]
    );
}

#[actix_web::test]
async fn no_operation_is_declared_twice() {
    let table = table().await;
    let places: HashSet<_> = table.iter().map(|one| (one.path, one.method.clone())).collect();
    assert_eq!(places.len(), table.len());
}

/// R5: there is no path beside the table by which users, groups or roles come to be or change. Whatever writes asks for a
/// permission to write, and for that of its own family; what asks for none is about the caller's own account or session.
#[actix_web::test]
async fn no_path_goes_around_the_permissions() {
    let table = table().await;
    let writes = table.iter().filter(|one| one.method != Method::GET);
    let (closed, open): (Vec<_>, Vec<_>) = writes.partition(|one| one.permission.is_some());
    for one in &open {
        let known = ["/authn", "/sessions", "/sessions/me"].iter().any(|base| {
            one.path
                .strip_prefix(base)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        assert!(known, "{} {} asks for nothing", one.method, one.path);
    }
    for one in &closed {
        let permission = one.permission.map_or("", Permission::as_str);
        assert!(
            !permission.ends_with(".read"),
            "{} {} writes by {permission}",
            one.method,
            one.path
        );
        // Roles and their targets are roles, whoever holds them; members are of groups; the rest of a user is the user's.
        let family = match one.path {
            path if path.contains("/roles") => "okta.roles.",
            path if path.starts_with("/groups") => "okta.groups.",
            path if path.contains("/factors") => continue,
            path if path.starts_with("/users") => "okta.users.",
            _ => continue,
        };
        assert!(
            permission.starts_with(family),
            "{} {} asks for {permission}",
            one.method,
            one.path
        );
    }
    let names = table.iter().flat_map(|one| one.path.split('/'));
    for segment in names {
        let is_other_way = ["import", "bulk", "scim", "batch"]
            .iter()
            .any(|word| segment.to_lowercase().contains(word));
        assert!(
            !is_other_way,
            "{segment}: what it writes must ask as the single operations do"
        );
    }
}
