//! `docs/lifecycle.md`: what may follow what in a user's life, printed from the table that the program obeys.

use std::collections::BTreeSet;
use std::fmt::Write;

use anyhow::{Context, Result};
use denizen_domain::id::{UserId, UserTypeId};
use denizen_domain::login::Login;
use denizen_domain::password::StoredPassword;
use denizen_domain::profile::Profile;
use denizen_domain::time::Timestamp;
use denizen_domain::token::TokenPurpose;
use denizen_domain::user::lifecycle::{Action, Outcome, Refusal, TABLE};
use denizen_domain::user::{
    Credentials, Effects, Provider, RecoveryQuestion, Sessions, Status, TokenEffect, Transition, User,
};

use crate::workspace::Workspace;

const HEAD: &str = "\
# The life of a user

<!-- Written by `cargo xtask generate`. Do not edit. -->

A user has one of eight statuses. Each action leads from a status to another one, keeps it (`=`), or is refused; the
letter names the reason. *begin* leads to `ACTIVE` when the user has a password or signs in elsewhere, else to
`PROVISIONED`. *resume* leads back to the status before the suspension or the lock-out.

";

const EFFECTS: &str = "
## What else happens

What an action does beside the status, where it is allowed. Sessions that end *on request* do so when the call asks
for it.

| Action | Sessions | The user's API tokens | One-time tokens |
| --- | --- | --- | --- |
";

/// Writes the document.
pub fn page(_: &Workspace) -> Result<String> {
    let mut text = HEAD.to_owned();
    write_table(&mut text);
    write_reasons(&mut text);
    text.push_str(EFFECTS);
    for action in Action::all() {
        let effects = effects(action)?;
        let column = |of: fn(&Effects) -> &'static str| {
            let words: BTreeSet<&str> = effects.iter().map(of).collect();
            words.into_iter().collect::<Vec<_>>().join(" or ")
        };
        let (sessions, tokens) = (column(sessions), column(one_time_tokens));
        let _ = writeln!(
            text,
            "| {} | {sessions} | {} | {tokens} |",
            action.as_str(),
            column(api_tokens)
        );
    }
    Ok(text)
}

fn write_table(text: &mut String) {
    let names = Status::ALL.map(|status| format!("`{status}`")).join(" | ");
    let _ = writeln!(
        text,
        "| Action | {names} |\n|{}",
        " --- |".repeat(Status::ALL.len() + 1)
    );
    for (action, outcomes) in TABLE {
        let cells = outcomes.map(cell).join(" | ");
        let _ = writeln!(text, "| {} | {cells} |", action.as_str());
    }
}

fn write_reasons(text: &mut String) {
    let _ = writeln!(text, "\nReasons of refusal:\n");
    for (place, refusal) in reasons().iter().enumerate() {
        let _ = writeln!(text, "- ({}) {refusal}", letter(place));
    }
}

fn cell(outcome: Outcome) -> String {
    match outcome {
        Outcome::Same => "=".to_owned(),
        Outcome::To(status) => format!("→ `{status}`"),
        Outcome::Begin => "→ *begin*".to_owned(),
        Outcome::Resume => "→ *resume*".to_owned(),
        Outcome::Removed => "removed".to_owned(),
        Outcome::Refused(refusal) => {
            let place = reasons().iter().position(|reason| *reason == refusal);
            place.map_or_else(String::new, |place| format!("({})", letter(place)))
        }
    }
}

/// The refusals in the table, in the order in which they first stand there.
fn reasons() -> Vec<Refusal> {
    let mut reasons = Vec::new();
    for outcome in TABLE.into_iter().flat_map(|(_, outcomes)| outcomes) {
        if let Outcome::Refused(refusal) = outcome
            && !reasons.contains(&refusal)
        {
            reasons.push(refusal);
        }
    }
    reasons
}

fn letter(place: usize) -> char {
    u8::try_from(place).map_or('?', |place| char::from(b'a' + place))
}

/// The effects of an action on users of every status, with and without a password.
fn effects(action: Action) -> Result<Vec<Effects>> {
    let at = Timestamp::from_millis(0);
    let mut effects = Vec::new();
    for status in Status::ALL {
        for password in [Some(StoredPassword::Phc("hash".to_owned())), None] {
            let user = sample(status, password).context("the sample user is malformed")?;
            effects.extend(
                user.transition(action, at)
                    .ok()
                    .map(|Transition { effects, .. }| effects),
            );
        }
    }
    Ok(effects)
}

fn sample(status: Status, password: Option<StoredPassword>) -> Option<User> {
    let at = Timestamp::from_millis(0);
    let answer = StoredPassword::Phc("hash".to_owned());
    Some(User {
        id: UserId::generate(at, 0),
        version: 1,
        type_id: UserTypeId::generate(at, 0),
        status,
        resumes_to: if matches!(status, Status::Suspended | Status::LockedOut) {
            Status::Active
        } else {
            status
        },
        created: at,
        activated: None,
        status_changed: None,
        last_login: None,
        last_updated: at,
        password_changed: None,
        login: Login::parse("ada@example.com")?,
        profile: Profile::from_stored("{}"),
        credentials: Credentials {
            password,
            password_history: Vec::new(),
            recovery_question: Some(RecoveryQuestion {
                question: "?".to_owned(),
                answer,
            }),
            provider: Provider::okta(),
        },
        failed_attempts: 0,
        factors: denizen_domain::factor::FactorRecord::default(),
    })
}

fn sessions(effects: &Effects) -> &'static str {
    match effects.sessions {
        Sessions::Keep => "stay",
        Sessions::End => "end",
        Sessions::EndIfAsked => "end on request",
    }
}

fn api_tokens(effects: &Effects) -> &'static str {
    if effects.revoke_api_tokens {
        "are revoked"
    } else {
        "stay"
    }
}

fn one_time_tokens(effects: &Effects) -> &'static str {
    match effects.tokens {
        TokenEffect::Keep => "stay",
        TokenEffect::Void => "void",
        TokenEffect::Issue(TokenPurpose::Activation) => "replaced by a new one (activation)",
        TokenEffect::Issue(TokenPurpose::PasswordReset) => "replaced by a new one (reset)",
        TokenEffect::Issue(TokenPurpose::Unlock | TokenPurpose::Question | TokenPurpose::UnlockQuestion) => {
            "replaced by a new one (recovery)"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_and_every_refusal_is_in_the_page() {
        let workspace = Workspace::locate().expect("cargo names the folder of this package");
        let page = page(&workspace).expect("the table can be printed");
        for action in Action::all() {
            let rows = page
                .lines()
                .filter(|line| line.starts_with(&format!("| {} |", action.as_str())));
            assert_eq!(rows.count(), 2, "{action:?}");
        }
        for refusal in reasons() {
            assert!(page.contains(&refusal.to_string()), "{refusal}");
        }
    }

    #[test]
    fn each_action_has_effects_to_show() {
        for action in Action::all() {
            assert!(
                !effects(action).expect("the sample is well formed").is_empty(),
                "{action:?}"
            );
        }
    }
}
