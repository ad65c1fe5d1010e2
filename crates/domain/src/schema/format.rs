//! What the values of an attribute must look like.

use serde::{Deserialize, Serialize};

use crate::login::is_email_address;
use crate::time::Timestamp;

/// A named form of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A mail address.
    Email,
    /// A URL.
    Uri,
    /// ISO 3166-1 alpha-2.
    CountryCode,
    /// BCP 47.
    LanguageCode,
    /// Language and country, such as `en_US`.
    Locale,
    /// A zone of the IANA database, such as `America/Los_Angeles`.
    Timezone,
    /// A date and time of ISO 8601 with a zone.
    DateTime,
    /// The id of something else; not looked up.
    RefId,
    /// A text that is kept encrypted at its source; stored as it comes.
    Encrypted,
    /// A text that is kept hashed at its source; stored as it comes.
    Hashed,
}

impl Format {
    /// Whether a text has this form.
    #[must_use]
    pub fn admits(self, text: &str) -> bool {
        let letters = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphabetic());
        let word = |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
        match self {
            Self::Email => is_email_address(text),
            Self::Uri => {
                !text.is_empty()
                    && !text
                        .chars()
                        .any(|c| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c))
            }
            Self::CountryCode => text.len() == 2 && letters(text),
            Self::LanguageCode => {
                let first = text.split('-').next().unwrap_or_default();
                (2..=8).contains(&first.len()) && letters(first) && text.split('-').all(word)
            }
            Self::Locale => {
                let mut parts = text.split(['_', '-']);
                let language = parts.next().unwrap_or_default();
                (2..=3).contains(&language.len()) && letters(language) && parts.clone().count() <= 2 && parts.all(word)
            }
            Self::DateTime => Timestamp::parse(text).is_some(),
            Self::RefId | Self::Encrypted | Self::Hashed => true,
            Self::Timezone => text
                .split('/')
                .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "_+-".contains(c))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Format::{CountryCode, LanguageCode, Locale, Timezone, Uri};

    #[test]
    fn forms_by_example() {
        for (format, text, wanted) in [
            (Uri, "https://example.com/~me?x=1", true),
            (Uri, "not a url", false),
            (CountryCode, "US", true),
            (CountryCode, "USA", false),
            (CountryCode, "1X", false),
            (LanguageCode, "en-US", true),
            (LanguageCode, "zh-Hant-TW", true),
            (LanguageCode, "e", false),
            (LanguageCode, "en us", false),
            (Locale, "en_US", true),
            (Locale, "en", true),
            (Locale, "english_US", false),
            (Timezone, "America/Los_Angeles", true),
            (Timezone, "UTC", true),
            (Timezone, "Los Angeles", false),
        ] {
            assert_eq!(format.admits(text), wanted, "{format:?} {text}");
        }
    }
}
