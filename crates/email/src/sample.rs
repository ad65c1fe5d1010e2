//! The mail that the tests send.

use denizen_domain::id::MessageId;
use denizen_domain::message::{Mail, MailTemplate, MailUser};
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;

/// The link of every sample.
pub(crate) const LINK: &str = "https://id.example.com/welcome/canary-4f_x";

/// The code of every sample.
pub(crate) const CODE: &str = "495817";

/// A sample of a template.
pub(crate) fn mail(template: MailTemplate) -> Mail {
    Mail {
        template,
        to: vec!["isaac.brock@example.com".to_owned()],
        written: 1_759_117_790_042,
        org_name: "Modest Mouse".to_owned(),
        base_url: "https://id.example.com".to_owned(),
        user: MailUser {
            login: "isaac.brock@example.com".to_owned(),
            first_name: "Isaac".to_owned(),
            last_name: "Brock".to_owned(),
        },
        link: Some(Secret::new(LINK)),
        code: Some(Secret::new(CODE)),
        expires: Some(1_759_117_790_042 + 3_600_000),
        factors: vec!["SMS".to_owned(), "e-mail".to_owned()],
    }
}

/// An id; each number makes another.
pub(crate) fn id(number: u64) -> MessageId {
    MessageId::generate(Timestamp::from_millis(1_759_117_790_042), number)
}
