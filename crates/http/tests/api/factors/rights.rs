//! Who may do what with somebody's factors (checklist R2, R6).

use serde_json::json;

use super::{ANSWER, factor, factors};
use crate::authority::forbidden;
use crate::server::Server;

/// R6: whoever may change users may not take their factors away for that, nor the reverse.
/// covers: enrollFactor, verifyFactor, unenrollFactor
#[test]
fn each_operation_asks_for_its_own_right() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let shown = server.enrol_question(&person);
    let own = factor(&person, &shown);
    let answer = json!({"answer": ANSWER});
    let body = json!({"factorType": "token:software:totp", "provider": "OKTA"});

    let reader = server.admin("reader", &["READ_ONLY_ADMIN"], &[]);
    for path in [&own, &factors(&person), &format!("{}/catalog", factors(&person))] {
        reader.get(&server, path).ok();
    }
    forbidden(&reader.post(&server, &format!("{own}/verify"), &answer));
    forbidden(&reader.post(&server, &factors(&person), &body));
    forbidden(&reader.delete(&server, &own));

    let desk = server.admin("desk", &["HELP_DESK_ADMIN"], &[]);
    forbidden(&desk.post(&server, &factors(&person), &body));
    forbidden(&desk.post(&server, &format!("{own}/verify"), &answer));
    desk.delete(&server, &own).no_content();

    let users = server.admin("users", &["USER_ADMIN"], &[]);
    let shown = server.enrol_question(&person);
    users
        .post(&server, &format!("{}/verify", factor(&person, &shown)), &answer)
        .ok();
    users.post(&server, &factors(&person), &body).ok();
    users.delete(&server, &factor(&person, &shown)).no_content();
}

/// R2: nobody below acts on a super administrator's factors.
/// covers: enrollFactor, verifyFactor, unenrollFactor
#[test]
fn super_administrators_are_out_of_reach() {
    let server = Server::start();
    let chief = server.admin("chief", &["SUPER_ADMIN"], &[]);
    let shown = server.enrol_question(&chief.person);
    let own = factor(&chief.person, &shown);
    for role in ["ORG_ADMIN", "USER_ADMIN", "HELP_DESK_ADMIN"] {
        let admin = server.admin(&role.to_lowercase().replace('_', "-"), &[role], &[]);
        forbidden(&admin.delete(&server, &own));
        forbidden(&admin.post(&server, &format!("{own}/verify"), &json!({"answer": ANSWER})));
        forbidden(&admin.act(&server, &format!("/users/{}/lifecycle/reset_factors", chief.person.id)));
    }
}
