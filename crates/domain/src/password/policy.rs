//! The password policy (contract: users §9).

use zeroize::Zeroizing;

use super::common::is_common;
use crate::secret::Secret;
use crate::time::Timestamp;

/// What the directory asks of passwords and of recovery answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// Least number of characters, counted as Unicode code points (P1).
    pub min_length: usize,
    /// Most characters. The original stops at 72; here long passphrases are taken, and compared in full (P1).
    pub max_length: usize,
    /// A lower-case letter is needed.
    pub needs_lower_case: bool,
    /// An upper-case letter is needed.
    pub needs_upper_case: bool,
    /// A digit is needed.
    pub needs_number: bool,
    /// A symbol is needed.
    pub needs_symbol: bool,
    /// No part of the login may occur in it.
    pub exclude_username: bool,
    /// The first name may not occur in it.
    pub exclude_first_name: bool,
    /// The last name may not occur in it.
    pub exclude_last_name: bool,
    /// Widely used passwords are refused. The original leaves this off; here it is on, because such a password is no
    /// protection (P4).
    pub exclude_common: bool,
    /// How many passwords, the present one included, may not be used again.
    pub history_count: usize,
    /// How long a user must keep a new password, in minutes.
    pub min_age_minutes: i64,
    /// How long a password is good, in days; 0 is for ever.
    pub max_age_days: i64,
    /// How long before its end the user is told that a password will expire, in days; 0 is never.
    pub expire_warn_days: i64,
    /// So many wrong passwords in a row lock the user out; 0 leaves only the hard limit.
    pub max_attempts: u32,
    /// After so many minutes a lock-out ends by itself; 0 is never.
    pub auto_unlock_minutes: i64,
    /// Whoever signs in learns that the user is locked out. The original hides it, and so does the default here (L5).
    pub show_lockout_failures: bool,
    /// A user who is locked out may get back in by a mailed link or the recovery question.
    pub self_service_unlock: bool,
    /// How long a reset link is good, in minutes.
    pub recovery_token_minutes: i64,
    /// Least number of characters of a recovery answer.
    pub min_answer_length: usize,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            min_length: 8,
            max_length: 256,
            needs_lower_case: true,
            needs_upper_case: true,
            needs_number: true,
            needs_symbol: false,
            exclude_username: true,
            exclude_first_name: false,
            exclude_last_name: false,
            exclude_common: true,
            history_count: 4,
            min_age_minutes: 0,
            max_age_days: 0,
            expire_warn_days: 0,
            max_attempts: 10,
            auto_unlock_minutes: 0,
            show_lockout_failures: false,
            self_service_unlock: true,
            recovery_token_minutes: 60,
            min_answer_length: 4,
        }
    }
}

/// What the policy knows of the person whose password it is.
#[derive(Clone, Debug, Default)]
pub struct PasswordFacts {
    /// The login.
    pub login: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
}

/// Parts of a login shorter than this may occur in a password.
const SHORTEST_EXCLUDED_PART: usize = 4;

impl PasswordPolicy {
    /// Checks a password against everything but history and age.
    ///
    /// # Errors
    /// The text that tells the person what is asked ([`PasswordPolicy::requirements`]).
    pub fn check(&self, password: &Secret, facts: &PasswordFacts) -> Result<(), String> {
        let text = password.expose();
        let length = text.chars().count();
        let any = |test: fn(char) -> bool| text.chars().any(test);
        let symbol = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
        let lower = Zeroizing::new(text.to_lowercase());
        let fits = (self.min_length..=self.max_length).contains(&length)
            && (!self.needs_lower_case || any(char::is_lowercase))
            && (!self.needs_upper_case || any(char::is_uppercase))
            && (!self.needs_number || any(char::is_numeric))
            && (!self.needs_symbol || any(symbol))
            && (!self.exclude_username || !contains_login_part(&lower, &facts.login))
            && (!self.exclude_first_name || !contains_name(&lower, &facts.first_name))
            && (!self.exclude_last_name || !contains_name(&lower, &facts.last_name))
            && !(self.exclude_common && is_common(&lower));
        if fits { Ok(()) } else { Err(self.requirements()) }
    }

    /// What is asked of every password, item by item.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        let mut items = vec![format!("at least {} characters", self.min_length)];
        let optional = [
            (self.needs_lower_case, "a lowercase letter"),
            (self.needs_upper_case, "an uppercase letter"),
            (self.needs_number, "a number"),
            (self.needs_symbol, "a symbol"),
            (self.exclude_username, "no parts of your username"),
            (self.exclude_first_name, "does not include your first name"),
            (self.exclude_last_name, "does not include your last name"),
        ];
        items.extend(
            optional
                .iter()
                .filter(|(asked, _)| *asked)
                .map(|(_, text)| (*text).to_owned()),
        );
        items
    }

    /// The whole text for a rejected password (contract: users §9.2).
    #[must_use]
    pub fn requirements(&self) -> String {
        let items = self.asked();
        let mut text = format!(
            "Password requirements were not met. Password requirements: {}.",
            items.join(", ")
        );
        if self.history_count > 0 {
            text.push_str(&format!(
                " Your password cannot be any of your last {} passwords.",
                self.history_count
            ));
        }
        if self.min_age_minutes > 0 {
            let hours = (self.min_age_minutes + 59) / 60;
            text.push_str(&format!(
                " At least {hours} hour(s) must have elapsed since you last changed your password."
            ));
        }
        text
    }

    /// Whether a password was set so recently that its owner must keep it for now.
    #[must_use]
    pub fn is_too_young(&self, changed: Option<Timestamp>, at: Timestamp) -> bool {
        changed.is_some_and(|changed| at < changed.plus_minutes(self.min_age_minutes))
    }

    /// Whether a password has reached its greatest age.
    #[must_use]
    pub fn is_expired(&self, changed: Option<Timestamp>, at: Timestamp) -> bool {
        self.max_age_days > 0 && changed.is_some_and(|changed| at >= changed.plus_minutes(self.max_age_days * 24 * 60))
    }
}

/// How long a day is, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl PasswordPolicy {
    /// The days until a password reaches its greatest age, a part of a day counted as one; `None` where it has none.
    #[must_use]
    pub fn days_left(&self, changed: Option<Timestamp>, at: Timestamp) -> Option<i64> {
        let changed = changed.filter(|_| self.max_age_days > 0)?;
        let left = changed.plus_millis(self.max_age_days * DAY_MS).as_millis() - at.as_millis();
        Some((left.max(0) + DAY_MS - 1) / DAY_MS)
    }
}

/// The login is split at `, . _ # @ -`; its mail domain does not count (contract: users §9.1). A login of short parts only
/// is refused as a whole (P5).
fn contains_login_part(password: &str, login: &str) -> bool {
    let login = login.to_lowercase();
    if password == login {
        return true;
    }
    let name = login.split('@').next().unwrap_or_default();
    let parts = name.split([',', '.', '_', '#', '-']);
    parts
        .filter(|part| part.chars().count() >= SHORTEST_EXCLUDED_PART)
        .any(|part| password.contains(part))
}

fn contains_name(password: &str, name: &str) -> bool {
    let name = name.trim().to_lowercase();
    name.chars().count() >= 2 && password.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn facts() -> PasswordFacts {
        PasswordFacts {
            login: "isaac.brock-jr@example.com".to_owned(),
            first_name: "Isaac".to_owned(),
            last_name: "Brock".to_owned(),
        }
    }

    fn accepts(policy: &PasswordPolicy, password: &str) -> bool {
        policy.check(&Secret::new(password), &facts()).is_ok()
    }

    #[test]
    fn the_default_policy_by_example() {
        let policy = PasswordPolicy::default();
        for good in ["tlpWENT2m", "Correct horse 9 battery", "Pässwörter9x", "examplE99x"] {
            assert!(accepts(&policy, good), "{good}");
        }
        for bad in [
            "tlpWEN2",
            "tlpwent2m",
            "TLPWENT2M",
            "tlpWENTmm",
            "xxIsaac99",
            "BROCKbrock1",
        ] {
            assert!(!accepts(&policy, bad), "{bad}");
        }
    }

    /// P4: widely used passwords are refused, whatever the case.
    #[test]
    fn common_passwords_are_refused_where_asked() {
        let policy = PasswordPolicy::default();
        assert!(!accepts(&policy, "Password1") && !accepts(&policy, "Qwerty123"));
        assert!(accepts(
            &PasswordPolicy {
                exclude_common: false,
                ..policy
            },
            "Password1"
        ));
    }

    /// P5: names are refused where the policy says so.
    #[test]
    fn names_are_refused_where_asked() {
        let policy = PasswordPolicy {
            exclude_username: false,
            exclude_last_name: true,
            ..PasswordPolicy::default()
        };
        assert!(!accepts(&policy, "xBrocken99"));
        assert!(accepts(&policy, "xIsaacen99"));
    }

    #[test]
    fn the_text_lists_what_the_policy_asks() {
        let wanted = "Password requirements were not met. Password requirements: at least 8 characters, a lowercase letter, \
                      an uppercase letter, a number, no parts of your username. \
                      Your password cannot be any of your last 4 passwords.";
        assert_eq!(PasswordPolicy::default().requirements(), wanted);
        let older = PasswordPolicy {
            min_age_minutes: 90,
            history_count: 0,
            ..PasswordPolicy::default()
        };
        assert!(
            older
                .requirements()
                .ends_with("At least 2 hour(s) must have elapsed since you last changed your password.")
        );
    }

    #[test]
    fn ages_count_from_the_last_change() {
        let policy = PasswordPolicy {
            min_age_minutes: 60,
            max_age_days: 1,
            ..PasswordPolicy::default()
        };
        let changed = Timestamp::from_millis(0);
        assert!(policy.is_too_young(Some(changed), changed.plus_minutes(59)));
        assert!(!policy.is_too_young(Some(changed), changed.plus_minutes(60)));
        assert!(!policy.is_expired(Some(changed), changed.plus_minutes(24 * 60 - 1)));
        assert!(policy.is_expired(Some(changed), changed.plus_minutes(24 * 60)));
    }

    proptest! {
        /// P1: length counts code points, and long passwords are taken.
        #[test]
        fn length_counts_code_points(extra in 0usize..192) {
            let password = format!("Aä1{}", "ж".repeat(5 + extra));
            prop_assert!(accepts(&PasswordPolicy::default(), &password));
            let longer = PasswordPolicy { min_length: 9 + extra, ..PasswordPolicy::default() };
            prop_assert!(!accepts(&longer, &password));
        }

        /// P1: 64, 200 and all other lengths up to the most are as good as the least; one more is refused.
        #[test]
        fn lengths_are_taken_up_to_the_most(length in 8usize..=256) {
            let password: String = "zX7".chars().cycle().take(length).collect();
            prop_assert!(accepts(&PasswordPolicy::default(), &password));
            let shorter = PasswordPolicy { max_length: length - 1, ..PasswordPolicy::default() };
            prop_assert!(!accepts(&shorter, &password));
        }

        /// P4: case does not save a widely used password.
        #[test]
        fn case_does_not_hide_a_common_password(upper in proptest::collection::vec(any::<bool>(), 9)) {
            let password: String = "password1".chars().zip(upper)
                .map(|(c, upper)| if upper { c.to_ascii_uppercase() } else { c })
                .collect();
            prop_assert!(!accepts(&PasswordPolicy::default(), &password));
        }

        /// P5: a part of the login is refused wherever it stands and in any case; so is the whole login.
        #[test]
        fn parts_of_the_login_are_refused(
            before in "[aX7]{3}", part in "[a-zA-Z0-9ä]{4,10}", after in "[aX7]{3}", separator in "[,._#-]",
        ) {
            let facts = PasswordFacts { login: format!("x{separator}{part}@example.com"), ..PasswordFacts::default() };
            let policy = PasswordPolicy::default();
            for password in [format!("{before}{part}{after}aX7"), format!("aX7{}aX7", part.to_uppercase())] {
                let refused = policy.check(&Secret::new(password.clone()), &facts).is_err();
                prop_assert!(refused, "{}", password);
                let lenient = PasswordPolicy { exclude_username: false, ..policy.clone() };
                prop_assert!(lenient.check(&Secret::new(password), &facts).is_ok());
            }
        }

        /// P5: a login whose parts are all short is refused as a whole.
        #[test]
        fn the_login_itself_is_refused(name in "[a-z]{1,3}\\.[a-z]{1,3}") {
            let login = format!("{name}@Ex9.de");
            let facts = PasswordFacts { login: login.to_lowercase(), ..PasswordFacts::default() };
            prop_assert!(PasswordPolicy::default().check(&Secret::new(login), &facts).is_err());
        }
    }
}
