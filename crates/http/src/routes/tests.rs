//! The table of operations, as it is mounted.

use std::collections::HashSet;
use std::sync::Arc;

use denizen_application::memory::MemoryStore;
use denizen_application::{Directory, Ports, Settings};
use denizen_domain::ports::Clock;
use denizen_domain::time::Timestamp;
use denizen_otp::{Argon2Hasher, KeySealer, Limits, SealingKey, SystemEntropy};

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
    };
    Directory::found(&ports, "Denizen").await.unwrap();
    let directory = Directory::open(ports, Settings::new("https://id.example.com"))
        .await
        .unwrap();
    Table::of_routes(&Api::new(directory, HttpSettings::default())).declared()
}

/// R11: each operation asks for one permission, and the whole table is this.
#[actix_web::test]
async fn every_operation_declares_what_it_asks_for() {
    let table = table().await;
    let lines: Vec<String> = table
        .iter()
        .map(|one| format!("{} {} {}", one.method, one.path, one.permission.as_str()))
        .collect();
    let wanted = "\
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
POST /users/{id}/credentials/change_password okta.users.credentials.manage
POST /users/{id}/credentials/change_recovery_question okta.users.credentials.manage
POST /users/{id}/credentials/forgot_password okta.users.credentials.resetPassword
POST /users/{id}/credentials/forgot_password_recovery_question okta.users.credentials.manage
GET /users/{id}/groups okta.users.read
GET /groups/{id} okta.groups.read
GET /meta/types/user okta.userTypes.read
GET /meta/types/user/{id} okta.userTypes.read
GET /meta/schemas/user/{id} okta.schemas.read
GET /meta/schemas/group/default okta.schemas.read
GET /logs okta.logs.read";
    assert_eq!(lines.join("\n"), wanted);
    let open: Vec<String> = table
        .iter()
        .filter(|one| one.cross_origin)
        .map(|one| format!("{} {}", one.method, one.path))
        .collect();
    assert_eq!(open, ["GET /users/{id}", "POST /users/{id}", "GET /users/{id}/groups"]);
}

#[actix_web::test]
async fn no_operation_is_declared_twice() {
    let table = table().await;
    let places: HashSet<_> = table.iter().map(|one| (one.path, one.method.clone())).collect();
    assert_eq!(places.len(), table.len());
}
