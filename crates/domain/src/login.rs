//! Logins and mail addresses.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The name a user signs in with, as the user writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login(String);

impl Login {
    /// Takes a login that the schema has accepted, or that a store gives back. `None` for an empty one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The login as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes the login unique.
    #[must_use]
    pub fn key(&self) -> LoginKey {
        LoginKey::of(&self.0)
    }
}

/// The equivalence that makes logins unique and finds them: case and diacritics do not count (contract: users §1.1; D3).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoginKey(String);

impl LoginKey {
    /// The key of a login, or of any text that may be one.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(
            text.nfkd()
                .filter(|c| !is_combining_mark(*c))
                .flat_map(char::to_lowercase)
                // A sigma at the end of a word is the same letter in another shape, and has the same upper case.
                .map(|c| if c == 'ς' { 'σ' } else { c })
                .nfc()
                .collect(),
        )
    }

    /// A key read back from a store.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`, or all of it.
    #[must_use]
    pub fn short_name(&self) -> &str {
        self.0.split_once('@').map_or(&self.0, |(name, _)| name)
    }
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a text has the form of a mail address: a dot-atom, an `@`, a domain of labels (RFC 5322 §3.2.3, RFC 6531).
#[must_use]
pub fn is_email_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let atom = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| {
                c.is_alphanumeric()
                    || "!#$%&'*+-/=?^_`{|}~".contains(c)
                    || (!c.is_ascii() && !c.is_control() && !c.is_whitespace())
            })
    };
    let label = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    local.split('.').all(atom) && domain.contains('.') && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// D3: the contract's own example.
    #[test]
    fn logins_that_differ_in_case_or_diacritics_collide() {
        let key = LoginKey::of("isaac.brock@example.com");
        for text in [
            "Isaac.Brock@example.com",
            "isáàc.bröck@example.com",
            "ISAAC.BROCK@EXAMPLE.COM",
        ] {
            assert_eq!(LoginKey::of(text), key, "{text}");
        }
        assert_eq!(LoginKey::of("νίκος@example.gr"), LoginKey::of("ΝΊΚΟΣ@example.gr"));
        assert_eq!(key.short_name(), "isaac.brock");
    }

    #[test]
    fn addresses() {
        for good in [
            "a@b.io",
            "isaac.brock+tag@example.com",
            "bjørn@exämple.com",
            "o'neil@sub.example.co.uk",
        ] {
            assert!(is_email_address(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@b",
            "@b.io",
            "a@",
            "a b@c.io",
            "a..b@c.io",
            ".a@c.io",
            "a@-b.io",
            "a@b.io\r\nBcc: x@y.io",
            "a@b..io",
        ] {
            assert!(!is_email_address(bad), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(text in ".{0,40}") {
            let key = LoginKey::of(&text);
            prop_assert_eq!(LoginKey::of(key.as_str()), key.clone());
            prop_assert_eq!(LoginKey::of(&text.to_uppercase().to_lowercase()).as_str().is_empty(), key.as_str().is_empty());
        }
    }
}
