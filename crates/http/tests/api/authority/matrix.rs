//! R1: the table of rights, walked through HTTP: every role against every operation on users, about somebody in target, out
//! of target, an administrator, a super administrator, and oneself.

use std::cell::RefCell;
use std::sync::Arc;

use denizen_domain::authority::{Permission as P, Relation, Role, is_left_to_everybody, reach};
use denizen_domain::ports::Store;
use denizen_http::HttpSettings;
use denizen_persistence::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};
use serde_json::{Value, json};

use super::Admin;
use crate::roles::group;
use crate::server::{PASSWORD, Person, QUESTION, Server};
use crate::wire::Answer;

/// An operation on a user: what it asks for, its method, what follows the user's path, and its body.
struct Operation {
    permission: P,
    method: &'static str,
    suffix: &'static str,
    body: Option<Value>,
}

fn operations() -> Vec<Operation> {
    let operation = |permission, method, suffix| Operation {
        permission,
        method,
        suffix,
        body: None,
    };
    let with = |permission, method, suffix, body| Operation {
        body: Some(body),
        ..operation(permission, method, suffix)
    };
    let secret = json!({"value": PASSWORD});
    let question = json!({"question": QUESTION, "answer": "Annie Oakley"});
    vec![
        operation(P::UsersRead, "GET", ""),
        operation(P::UsersRead, "GET", "/groups"),
        operation(P::UsersRead, "GET", "/appLinks"),
        with(
            P::UsersProfileManage,
            "POST",
            "",
            json!({"profile": {"nickName": null}}),
        ),
        operation(P::UsersUnsuspend, "POST", "/lifecycle/unsuspend"),
        operation(P::UsersUnlock, "POST", "/lifecycle/unlock"),
        operation(P::UsersActivate, "POST", "/lifecycle/reactivate?sendEmail=false"),
        operation(
            P::UsersResetPassword,
            "POST",
            "/lifecycle/reset_password?sendEmail=false",
        ),
        operation(P::UsersExpirePassword, "POST", "/lifecycle/expire_password"),
        operation(
            P::UsersExpirePassword,
            "POST",
            "/lifecycle/expire_password_with_temp_password",
        ),
        operation(P::UsersResetFactors, "POST", "/lifecycle/reset_factors"),
        operation(
            P::UsersResetPassword,
            "POST",
            "/credentials/forgot_password?sendEmail=false",
        ),
        with(
            P::UsersCredentialsChange,
            "POST",
            "/credentials/change_password",
            json!({"oldPassword": {"value": "Wrong-Password-1"}, "newPassword": secret}),
        ),
        with(
            P::UsersCredentialsChange,
            "POST",
            "/credentials/change_recovery_question",
            json!({"password": {"value": "Wrong-Password-1"}, "recovery_question": question}),
        ),
        with(
            P::UsersCredentialsManage,
            "POST",
            "/credentials/forgot_password_recovery_question",
            json!({"password": secret, "recovery_question": {"answer": "Annie Oakley"}}),
        ),
        with(
            P::UsersCredentialsManage,
            "POST",
            "",
            json!({"credentials": {"recovery_question": question}}),
        ),
        operation(P::RolesRead, "GET", "/roles"),
        with(P::RolesManage, "POST", "/roles", json!({"type": "NO_SUCH_ROLE"})),
        operation(P::UsersSuspend, "POST", "/lifecycle/suspend"),
        operation(P::UsersActivate, "POST", "/lifecycle/activate?sendEmail=false"),
        operation(P::UsersDeactivate, "POST", "/lifecycle/deactivate"),
        operation(P::UsersDelete, "DELETE", ""),
    ]
}

/// The directory of the walk: two groups, of which one is the target.
struct Walk {
    server: Server,
    target: String,
    other: String,
    next: RefCell<usize>,
}

impl Walk {
    /// Somebody new who stands so to whoever has the target.
    fn subject(&self, relation: Relation) -> Person {
        let n = *self.next.borrow();
        *self.next.borrow_mut() += 1;
        let group = if relation == Relation::OutOfTarget {
            &self.other
        } else {
            &self.target
        };
        let person = self.server.staged_in(&format!("subject{n}"), &[group]);
        match relation {
            Relation::Administrator => self.server.give(&person, "READ_ONLY_ADMIN", &[]),
            Relation::SuperAdministrator => self.server.give(&person, "SUPER_ADMIN", &[]),
            Relation::InTarget | Relation::OutOfTarget | Relation::Own => {}
        }
        person
    }

    /// Whether the operation got through to its subject, whatever became of it.
    fn gets_through(answer: &Answer, relation: Relation, role: Role, hides: bool) -> bool {
        let is_shown = Self::sees(role, relation) || !Self::sees_anybody(role) || !hides;
        let code = told_code(answer);
        match (answer.status, code.as_str()) {
            (403, "E0000006") => {
                assert!(is_shown, "not to be seen, but {}", answer.told());
                false
            }
            (404, "E0000007") => {
                assert!(!is_shown, "to be seen or refused, but {}", answer.told());
                false
            }
            (401 | 429 | 500.., _) => panic!("{}", answer.told()),
            _ => true,
        }
    }

    fn sees(role: Role, relation: Relation) -> bool {
        relation == Relation::Own || reach(role, P::UsersRead).is_some_and(|reach| reach.includes(relation))
    }

    fn sees_anybody(role: Role) -> bool {
        reach(role, P::UsersRead).is_some()
    }
}

/// R1, R2, R6: what gets through is what the table says, and whoever is out of sight is not there.
/// covers: getUser, updateUser, deleteUser, listUserGroups, listAppLinks, activateUser, reactivateUser, deactivateUser
/// covers: suspendUser, unsuspendUser, unlockUser, resetPassword, expirePassword, expirePasswordWithTempPassword
/// covers: resetFactors, forgotPassword, forgotPasswordSetNewPassword, changePassword, changeRecoveryQuestion
/// covers: listAssignedRolesForUser, assignRoleToUser
#[test]
fn every_role_does_to_users_what_the_table_says() {
    walk(Server::start());
}

/// R1: the same walk on the embedded database.
#[test]
fn every_role_does_what_the_table_says_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions {
        synchronous_full: false,
        ..SqliteOptions::default()
    };
    let store = SqliteStore::open(&folder.path().join("directory.db"), options).unwrap();
    walk(on(Arc::new(store)));
}

/// R1: the same walk on PostgreSQL.
#[test]
fn every_role_does_what_the_table_says_on_postgres() {
    let Ok(server) = std::env::var("DENIZEN_TEST_POSTGRES_URL") else {
        println!("skipped: DENIZEN_TEST_POSTGRES_URL is not set");
        return;
    };
    // It carries connections for as long as the test takes.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let name = format!("matrix_{}", std::process::id());
    let (address, _) = server.rsplit_once('/').unwrap();
    let store = runtime.block_on(async {
        let (admin, connection) = tokio_postgres::connect(&server, tokio_postgres::NoTls).await.unwrap();
        let carrying = tokio::spawn(connection);
        for statement in [
            format!("DROP DATABASE IF EXISTS {name}"),
            format!("CREATE DATABASE {name}"),
        ] {
            admin.batch_execute(&statement).await.unwrap();
        }
        drop(admin);
        carrying.await.unwrap().unwrap();
        PostgresStore::open(&format!("{address}/{name}"), PostgresOptions::default())
            .await
            .unwrap()
    });
    walk(on(Arc::new(store)));
}

fn on(store: Arc<dyn Store>) -> Server {
    Server::equipped(HttpSettings::default(), |_| {}, |ports| ports.store = store)
}

fn walk(server: Server) {
    let (target, other) = (group(&server, "Target"), group(&server, "Other"));
    let walk = Walk {
        server,
        target,
        other,
        next: RefCell::new(0),
    };
    let relations = Relation::ALL.into_iter().filter(|relation| *relation != Relation::Own);
    let mut subjects: Vec<(Relation, Person)> = relations.map(|one| (one, walk.subject(one))).collect();
    for &role in Role::ALL {
        let name = role.as_str().to_lowercase();
        let target: &str = if role == Role::AppAdmin {
            "bookmark"
        } else {
            &walk.target
        };
        let mut admin = walk.server.admin(&name, &[role.as_str()], &[target]);
        for operation in operations() {
            // The next minute has calls of its own to give.
            walk.server.pass(60);
            for (relation, subject) in &mut subjects {
                let told = format!("{role:?} {relation:?} {} {}", operation.method, operation.suffix);
                // A role that takes no target has everybody within it.
                let stands = match (*relation, role) {
                    (Relation::OutOfTarget, Role::OrgAdmin) => Relation::InTarget,
                    (relation, _) => relation,
                };
                let answer = call(&walk.server, &admin, &operation, &subject.id);
                let wanted = reach(role, operation.permission).is_some_and(|reach| reach.includes(stands));
                let found = Walk::gets_through(&answer, *relation, role, operation.hides());
                assert_eq!(found, wanted, "{told}: {}", answer.told());
                if answer.status < 300 && operation.changes() {
                    *subject = walk.subject(*relation);
                }
            }
            let told = format!("{role:?} oneself {} {}", operation.method, operation.suffix);
            let answer = call(&walk.server, &admin, &operation, &admin.person.id);
            let by_role = reach(role, operation.permission).is_some_and(|reach| reach.includes(Relation::Own));
            let wanted = by_role || is_left_to_everybody(operation.permission);
            let found = Walk::gets_through(&answer, Relation::Own, role, operation.hides());
            assert_eq!(found, wanted, "{told}: {}", answer.told());
            if answer.status < 300 && operation.changes() {
                let next = *walk.next.borrow();
                *walk.next.borrow_mut() += 1;
                admin = walk.server.admin(&format!("{name}{next}"), &[role.as_str()], &[target]);
            }
        }
    }
}

impl Operation {
    /// Whether whoever is out of sight is hidden: where only super administrators may call, nobody need be.
    fn hides(&self) -> bool {
        !matches!(self.permission, P::RolesRead | P::RolesManage)
    }

    /// Whether its success leaves somebody else behind.
    fn changes(&self) -> bool {
        self.method != "GET" && self.permission != P::UsersProfileManage
    }
}

fn told_code(answer: &Answer) -> String {
    let body: Value = serde_json::from_str(&answer.text()).unwrap_or_default();
    body["errorCode"].as_str().unwrap_or_default().to_owned()
}

fn call(server: &Server, admin: &Admin, operation: &Operation, id: &str) -> Answer {
    let path = format!("/users/{id}{}", operation.suffix);
    server.by(&admin.token, operation.method, &path, operation.body.as_ref())
}
