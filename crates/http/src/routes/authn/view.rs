//! Conversations as clients see them (contract: authn-and-recovery §1, §3).

mod factors;

use denizen_application::{Conversation, Progress, RecoveryKind, Shown};
use denizen_domain::password::PasswordPolicy;
use denizen_domain::sign_in::Stage;
use denizen_domain::user::User;
use serde_json::{Map, Value, json};

use self::factors::Factors;
use crate::visit::Visit;

/// The locale and the time zone of whoever has set none.
const LOCALE: &str = "en_US";
const TIME_ZONE: &str = "America/Los_Angeles";

/// A conversation as clients see it.
pub(super) fn of(visit: &Visit, conversation: &Conversation) -> Value {
    let base = visit.api.base();
    let mut object = match &conversation.progress {
        Progress::SignedIn { token, expires, user } => json!({
            "expiresAt": expires.to_string(),
            "status": "SUCCESS",
            "sessionToken": token.expose(),
            "_embedded": {"user": person(user, false)},
            "_links": {"cancel": link(base, "cancel", None)},
        }),
        Progress::Pending {
            token,
            transaction,
            user,
            shown,
        } => {
            let stage = &transaction.details.stage;
            let mut object = with_factors(base, user, shown).unwrap_or_else(|| pending(visit, stage, user));
            object["stateToken"] = token.expose().into();
            object["expiresAt"] = transaction.expires.to_string().into();
            object
        }
        Progress::LockedOut => json!({
            "status": "LOCKED_OUT",
            "_embedded": {},
            "_links": next_or_cancel(base, "recovery/unlock", "unlock"),
        }),
        Progress::Unlocked { user } => json!({
            "status": "SUCCESS",
            "recoveryType": "UNLOCK",
            "_embedded": {"user": person(user, false)},
        }),
        Progress::Mailed(kind) => json!({
            "status": "RECOVERY_CHALLENGE",
            "factorResult": "WAITING",
            "factorType": "EMAIL",
            "recoveryType": recovery_type(*kind),
        }),
        Progress::Recoverable {
            kind,
            token,
            expires,
            user,
        } => json!({
            "expiresAt": expires.to_string(),
            "status": "RECOVERY",
            "recoveryToken": token.expose(),
            "recoveryType": recovery_type(*kind),
            "_embedded": {"user": person(user, true)},
            "_links": next_or_cancel(base, "recovery/token", "recovery"),
        }),
    };
    if let Some(relay_state) = &conversation.relay_state {
        object["relayState"] = relay_state.as_str().into();
    }
    object
}

/// A stage that is about factors.
fn with_factors(base: &str, user: &User, shown: &Shown) -> Option<Value> {
    let of_user = Factors::of(base, user);
    let cancel = link(base, "cancel", None);
    Some(match shown {
        Shown::Nothing => return None,
        Shown::Factors(usable) => {
            let usable: Vec<Value> = usable.iter().map(|factor| of_user.usable(factor)).collect();
            json!({
                "status": "MFA_REQUIRED",
                "_embedded": {"user": person(user, false), "factors": usable, "policy": factors::policy()},
                "_links": {"cancel": cancel},
            })
        }
        Shown::Challenge(factor, challenge) => {
            let (result, factor, links) = of_user.challenge(factor, challenge.as_ref());
            let mut object = json!({
                "status": "MFA_CHALLENGE",
                "_embedded": {"user": person(user, false), "factor": factor, "policy": factors::policy()},
                "_links": links,
            });
            if let Some(result) = result {
                object["factorResult"] = result.into();
            }
            object
        }
        Shown::Catalog { entries, may_skip } => {
            let entries: Vec<Value> = entries.iter().map(|entry| of_user.entry(entry)).collect();
            let mut object = json!({
                "status": "MFA_ENROLL",
                "_embedded": {"user": person(user, false), "factors": entries},
                "_links": {"cancel": cancel},
            });
            if *may_skip {
                object["_links"]["skip"] = link(base, "skip", Some("skip"));
            }
            object
        }
        Shown::Enrolled(factor, activation) => {
            let (factor, links) = of_user.enrolled(factor, activation.as_ref());
            json!({
                "status": "MFA_ENROLL_ACTIVATE",
                "_embedded": {"user": person(user, false), "factor": factor},
                "_links": links,
            })
        }
    })
}

fn pending(visit: &Visit, stage: &Stage, user: &User) -> Value {
    let base = visit.api.base();
    let policy = visit.directory().password_policy();
    let (status, recovery, next) = match stage {
        Stage::PasswordExpired => ("PASSWORD_EXPIRED", None, CHANGE),
        Stage::PasswordWarn => ("PASSWORD_WARN", None, CHANGE),
        Stage::FirstPassword => ("PASSWORD_RESET", Some("ACCOUNT_ACTIVATION"), RESET),
        Stage::NewPassword => ("PASSWORD_RESET", Some("PASSWORD"), RESET),
        Stage::Question => ("RECOVERY", Some("PASSWORD"), ANSWER),
        Stage::UnlockQuestion => ("RECOVERY", Some("UNLOCK"), ANSWER),
        Stage::MfaRequired | Stage::MfaChallenge(_) | Stage::MfaEnroll | Stage::MfaEnrollActivate(_) | Stage::Done => {
            ("SUCCESS", None, CHANGE)
        }
    };
    let asks = matches!(stage, Stage::Question | Stage::UnlockQuestion);
    let mut embedded = Map::new();
    embedded.insert("user".to_owned(), person(user, asks));
    if !asks {
        let days = policy.days_left(user.password_changed, visit.directory().now());
        embedded.insert("policy".to_owned(), policy_view(policy, days.unwrap_or_default()));
    }
    let mut links = Map::new();
    links.insert("next".to_owned(), link(base, next.0, Some(next.1)));
    if *stage == Stage::PasswordWarn {
        links.insert("skip".to_owned(), link(base, "skip", Some("skip")));
    }
    links.insert("cancel".to_owned(), link(base, "cancel", None));
    let mut object = json!({"status": status, "_embedded": embedded, "_links": links});
    if let Some(recovery) = recovery {
        object["recoveryType"] = recovery.into();
    }
    object
}

const CHANGE: (&str, &str) = ("credentials/change_password", "changePassword");
const RESET: (&str, &str) = ("credentials/reset_password", "resetPassword");
const ANSWER: (&str, &str) = ("recovery/answer", "answer");

fn recovery_type(kind: RecoveryKind) -> &'static str {
    match kind {
        RecoveryKind::Password => "PASSWORD",
        RecoveryKind::Unlock => "UNLOCK",
    }
}

fn next_or_cancel(base: &str, path: &str, name: &str) -> Value {
    json!({"next": link(base, path, Some(name)), "cancel": link(base, "cancel", None)})
}

fn link(base: &str, path: &str, name: Option<&str>) -> Value {
    let mut link = json!({"href": format!("{base}/api/v1/authn/{path}"), "hints": {"allow": ["POST"]}});
    if let Some(name) = name {
        link["name"] = name.into();
    }
    link
}

fn person(user: &User, with_question: bool) -> Value {
    let text = |name: &str| user.profile.text(name).filter(|text| !text.is_empty());
    let mut person = json!({
        "id": user.id.as_str(),
        "passwordChanged": user.password_changed.map(|at| at.to_string()),
        "profile": {
            "login": user.login.as_str(),
            "firstName": text("firstName"),
            "lastName": text("lastName"),
            "locale": text("locale").unwrap_or_else(|| LOCALE.to_owned()),
            "timeZone": text("timezone").unwrap_or_else(|| TIME_ZONE.to_owned()),
        },
    });
    if with_question && let Some(question) = &user.credentials.recovery_question {
        person["recovery_question"] = json!({"question": question.question});
    }
    person
}

fn policy_view(policy: &PasswordPolicy, days: i64) -> Value {
    let count = |asked: bool| i32::from(asked);
    json!({
        "expiration": {"passwordExpireDays": days},
        "complexity": {
            "minLength": policy.min_length,
            "minLowerCase": count(policy.needs_lower_case),
            "minUpperCase": count(policy.needs_upper_case),
            "minNumber": count(policy.needs_number),
            "minSymbol": count(policy.needs_symbol),
            "excludeUsername": policy.exclude_username,
        },
        "age": {"minAgeMinutes": policy.min_age_minutes, "historyCount": policy.history_count},
    })
}
