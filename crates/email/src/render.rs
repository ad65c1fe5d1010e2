//! What each mail says: a subject, a plain text and an HTML text, from the templates in `templates/`.

use denizen_domain::message::{Mail, MailTemplate};
use denizen_domain::time::Timestamp;
use minijinja::value::Value;
use minijinja::{Environment, context};

/// Every template by its file name. The ending decides about escaping: `.html` escapes each value (H8).
const FILES: &[(&str, &str)] = &[
    ("layout.html", include_str!("../templates/layout.html")),
    ("UserActivation.html", include_str!("../templates/UserActivation.html")),
    ("UserActivation.txt", include_str!("../templates/UserActivation.txt")),
    ("ForgotPassword.html", include_str!("../templates/ForgotPassword.html")),
    ("ForgotPassword.txt", include_str!("../templates/ForgotPassword.txt")),
    (
        "PasswordResetByAdmin.html",
        include_str!("../templates/PasswordResetByAdmin.html"),
    ),
    (
        "PasswordResetByAdmin.txt",
        include_str!("../templates/PasswordResetByAdmin.txt"),
    ),
    (
        "SelfServiceUnlock.html",
        include_str!("../templates/SelfServiceUnlock.html"),
    ),
    (
        "SelfServiceUnlock.txt",
        include_str!("../templates/SelfServiceUnlock.txt"),
    ),
    (
        "PasswordChanged.html",
        include_str!("../templates/PasswordChanged.html"),
    ),
    ("PasswordChanged.txt", include_str!("../templates/PasswordChanged.txt")),
    (
        "UserDeactivated.html",
        include_str!("../templates/UserDeactivated.html"),
    ),
    ("UserDeactivated.txt", include_str!("../templates/UserDeactivated.txt")),
    ("UserLockedOut.html", include_str!("../templates/UserLockedOut.html")),
    ("UserLockedOut.txt", include_str!("../templates/UserLockedOut.txt")),
    ("AccountLockout.html", include_str!("../templates/AccountLockout.html")),
    ("AccountLockout.txt", include_str!("../templates/AccountLockout.txt")),
    (
        "SelfServiceUnlockOnUnlockedAccount.html",
        include_str!("../templates/SelfServiceUnlockOnUnlockedAccount.html"),
    ),
    (
        "SelfServiceUnlockOnUnlockedAccount.txt",
        include_str!("../templates/SelfServiceUnlockOnUnlockedAccount.txt"),
    ),
    (
        "EmailFactorVerification.html",
        include_str!("../templates/EmailFactorVerification.html"),
    ),
    (
        "EmailFactorVerification.txt",
        include_str!("../templates/EmailFactorVerification.txt"),
    ),
    ("EmailChallenge.html", include_str!("../templates/EmailChallenge.html")),
    ("EmailChallenge.txt", include_str!("../templates/EmailChallenge.txt")),
    (
        "AuthenticatorEnrolled.html",
        include_str!("../templates/AuthenticatorEnrolled.html"),
    ),
    (
        "AuthenticatorEnrolled.txt",
        include_str!("../templates/AuthenticatorEnrolled.txt"),
    ),
    (
        "AuthenticatorReset.html",
        include_str!("../templates/AuthenticatorReset.html"),
    ),
    (
        "AuthenticatorReset.txt",
        include_str!("../templates/AuthenticatorReset.txt"),
    ),
    (
        "OktaVerifyActivation.html",
        include_str!("../templates/OktaVerifyActivation.html"),
    ),
    (
        "OktaVerifyActivation.txt",
        include_str!("../templates/OktaVerifyActivation.txt"),
    ),
];

/// Values are cut to this many characters: a mail is no place for a profile of a megabyte (H10).
const LONGEST_VALUE: usize = 300;

/// A template that does not fit its mail. The text names the template, never a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the template {0} cannot be rendered")]
pub(crate) struct RenderError(String);

/// A mail in words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

/// The templates, parsed.
pub(crate) struct Templates(Environment<'static>);

impl Templates {
    pub(crate) fn new() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
        for (name, source) in FILES {
            environment
                .add_template(name, source)
                .expect("a test renders every template that is built in");
        }
        Self(environment)
    }

    /// Puts a mail into words.
    pub(crate) fn render(&self, mail: &Mail) -> Result<Words, RenderError> {
        let subject = subject(mail);
        Ok(Words {
            text: self.part(mail, &subject, "txt")?,
            html: self.part(mail, &subject, "html")?,
            subject,
        })
    }

    fn part(&self, mail: &Mail, subject: &str, ending: &str) -> Result<String, RenderError> {
        let name = format!("{}.{ending}", mail.template.as_str());
        let link = mail.link.as_ref().map_or("", |link| link.expose());
        // The engine would write `/` as an entity, which is right, and spoils the link for whoever reads the source.
        let link = match ending {
            "html" => Value::from_safe_string(escaped(link)),
            _ => Value::from(link),
        };
        let values = context! {
            subject => subject,
            org => one_line(&mail.org_name),
            base_url => one_line(&mail.base_url),
            login => one_line(&mail.user.login),
            first_name => one_line(&mail.user.first_name),
            last_name => one_line(&mail.user.last_name),
            link => link,
            code => mail.code.as_ref().map_or("", |code| code.expose()),
            factors => mail.factors.iter().map(|factor| one_line(factor)).collect::<Vec<_>>(),
            written => moment(mail.written),
            expires => mail.expires.map(moment),
        };
        let template = self.0.get_template(&name).map_err(|_| RenderError(name.clone()))?;
        template.render(values).map_err(|_| RenderError(name))
    }
}

fn subject(mail: &Mail) -> String {
    let org = one_line(&mail.org_name);
    match mail.template {
        MailTemplate::UserActivation => format!("Welcome to {org}!"),
        MailTemplate::ForgotPassword => format!("{org}: set a new password"),
        MailTemplate::PasswordResetByAdmin => format!("{org}: your password was reset"),
        MailTemplate::SelfServiceUnlock => format!("{org}: unlock your account"),
        MailTemplate::PasswordChanged => format!("{org}: your password was changed"),
        MailTemplate::UserDeactivated => format!("{org}: {} was deactivated", one_line(&mail.user.login)),
        MailTemplate::UserLockedOut => format!("{org}: {} was locked out", one_line(&mail.user.login)),
        MailTemplate::SelfServiceUnlockOnUnlockedAccount => format!("{org}: your account is not locked"),
        MailTemplate::AccountLockout => format!("{org}: your account was locked"),
        MailTemplate::EmailFactorVerification => format!("{org}: confirm your email address"),
        MailTemplate::EmailChallenge => format!("{org}: your code"),
        MailTemplate::AuthenticatorEnrolled => format!("{org}: a factor was enrolled"),
        MailTemplate::AuthenticatorReset => format!("{org}: a factor was reset"),
        MailTemplate::OktaVerifyActivation => format!("{org}: register your device"),
    }
}

/// A value without line breaks and other control characters, so that it can forge neither a header nor a paragraph.
fn one_line(value: &str) -> String {
    let visible = value.chars().map(|c| if is_hidden(c) { ' ' } else { c });
    visible.take(LONGEST_VALUE).collect()
}

/// Control characters, line and paragraph separators, and the marks that reverse the direction of text.
fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn escaped(link: &str) -> String {
    let mut safe = String::with_capacity(link.len());
    for c in link.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#x27;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A moment for people: `2025-09-29 03:49 UTC`.
fn moment(millis: i64) -> String {
    let text = Timestamp::from_millis(millis).to_string();
    let (day, time) = text.split_once('T').unwrap_or((&text, ""));
    format!("{day} {} UTC", time.get(..5).unwrap_or(time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{CODE, LINK, mail};

    fn words(mail: &Mail) -> Words {
        Templates::new().render(mail).unwrap()
    }

    #[test]
    fn each_template_has_both_parts_and_holds_its_link_or_code_once() {
        for template in MailTemplate::ALL {
            let words = words(&mail(template));
            let carries = matches!(
                template,
                MailTemplate::UserActivation
                    | MailTemplate::ForgotPassword
                    | MailTemplate::PasswordResetByAdmin
                    | MailTemplate::SelfServiceUnlock
                    | MailTemplate::OktaVerifyActivation
            );
            let has_code = matches!(
                template,
                MailTemplate::EmailFactorVerification | MailTemplate::EmailChallenge
            );
            let has_factors = matches!(
                template,
                MailTemplate::AuthenticatorEnrolled | MailTemplate::AuthenticatorReset
            );
            assert!(!words.subject.contains(CODE), "{}", words.subject);
            for part in [&words.text, &words.html] {
                assert_eq!(
                    part.matches(CODE).count(),
                    usize::from(has_code),
                    "{template:?}: {part}"
                );
                assert_eq!(part.contains("SMS, e-mail"), has_factors, "{template:?}: {part}");
                assert_eq!(part.matches(LINK).count(), usize::from(carries), "{template:?}: {part}");
                assert!(part.contains("isaac.brock@example.com"), "{template:?}: {part}");
                assert!(part.contains("Modest Mouse"), "{template:?}: {part}");
                assert_eq!(
                    part.contains("2025-09-29 04:49 UTC"),
                    carries || has_code,
                    "{template:?}: {part}"
                );
                assert!(!part.contains("{{") && !part.contains("{%"), "{template:?}: {part}");
            }
            assert!(words.html.starts_with("<!doctype html>"), "{}", words.html);
            assert!(words.subject.contains("Modest Mouse"), "{}", words.subject);
        }
    }

    /// H8: markup in a name is text.
    #[test]
    fn a_hostile_name_is_inert() {
        for template in MailTemplate::ALL {
            let mut mail = mail(template);
            let markup = "<img src=x onerror=alert(1)>";
            mail.user.first_name = markup.to_owned();
            mail.user.last_name = "\"'&<script>".to_owned();
            mail.user.login = format!("{markup}@example.com");
            mail.org_name = "{{ link }}<b>".to_owned();
            let words = words(&mail);
            for tag in ["<img", "<script", "<b>"] {
                assert!(!words.html.contains(tag), "{template:?}: {}", words.html);
            }
            assert!(
                words.html.contains("&lt;img src=x onerror=alert(1)&gt;"),
                "{}",
                words.html
            );
            // A value is never taken for a template.
            assert!(words.text.contains("{{ link }}<b>"), "{}", words.text);
        }
    }

    /// H10: line breaks in names stay within their line.
    #[test]
    fn a_name_of_several_lines_forges_nothing() {
        for template in MailTemplate::ALL {
            let mut mail = mail(template);
            for value in [&mut mail.user.first_name, &mut mail.user.login, &mut mail.org_name] {
                *value = "Eve\r\nBcc: eve@example.com\u{2028}\u{202e}x".to_owned();
            }
            let words = words(&mail);
            assert!(!words.subject.contains(['\r', '\n', '\u{2028}', '\u{202e}']));
            assert!(
                !words.text.contains('\r') && !words.text.contains("\nBcc"),
                "{}",
                words.text
            );
        }
    }

    #[test]
    fn an_endless_name_is_cut() {
        let mut mail = mail(MailTemplate::UserActivation);
        mail.user.first_name = "é".repeat(1_000_000);
        assert!(words(&mail).text.len() < 2_000);
    }

    /// G1: the error names the template alone.
    #[test]
    fn a_template_that_fails_shows_no_value() {
        let mut templates = Templates::new();
        templates
            .0
            .add_template("UserActivation.txt", "{{ first_name }}{{ missing }}")
            .unwrap();
        let error = templates.render(&mail(MailTemplate::UserActivation)).unwrap_err();
        assert_eq!(error.to_string(), "the template UserActivation.txt cannot be rendered");
    }
}
