//! Phone numbers (ITU-T E.164; contract: factors §7.2, §7.3; checklist S6).

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The longest number has so many digits.
const MOST_DIGITS: usize = 15;
/// A text that somebody typed may have so many characters, separators included.
const LONGEST_TEXT: usize = 40;
/// The longest extension (contract: factors §7.3).
const LONGEST_EXTENSION: usize = 15;
/// What people put between the digits.
const SEPARATORS: [char; 6] = [' ', '-', '.', '(', ')', '/'];

/// Why a number is not called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneRefusal {
    /// It is no number, or one that costs whoever calls it.
    #[error("the phone number is invalid")]
    Invalid,
    /// It lies outside of where the organization sends to.
    #[error("the phone number is not in a permitted country")]
    Elsewhere,
    /// The extension is none.
    #[error("the phone extension is invalid")]
    Extension,
}

/// Which numbers are called at all. Prefixes start with `+`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhoneRules {
    /// Numbers that start with one of these are invalid, such as those that bill whoever calls.
    pub denied: Vec<String>,
    /// When there are some, only numbers that start with one of these are good.
    pub permitted: Vec<String>,
    /// The code of the country that numbers without one belong to, such as `+49`. Without it they are invalid.
    pub country: Option<String>,
}

/// A phone number: as it was written, and as it is compared and called.
///
/// Answers show it as it is called, for one of the official clients takes nothing else (contract: clients 17); two texts of
/// one number are equal.
#[derive(Clone, Debug)]
pub struct PhoneNumber {
    written: String,
    called: String,
}

impl PhoneNumber {
    /// Reads a number. Separators are passed over.
    ///
    /// # Errors
    /// [`PhoneRefusal::Invalid`] and [`PhoneRefusal::Elsewhere`].
    pub fn parse(text: &str, rules: &PhoneRules) -> Result<Self, PhoneRefusal> {
        let text = text.trim();
        let digits = digits(text).ok_or(PhoneRefusal::Invalid)?;
        let called = match (digits.strip_prefix('+'), &rules.country) {
            (Some(_), _) => digits,
            // Within the country a zero stands before the number; from abroad it does not.
            (None, Some(country)) => format!("{country}{}", digits.strip_prefix('0').unwrap_or(&digits)),
            (None, None) => return Err(PhoneRefusal::Invalid),
        };
        let starts = |prefixes: &[String]| prefixes.iter().any(|prefix| called.starts_with(prefix.as_str()));
        if !is_number(&called) || starts(&rules.denied) {
            return Err(PhoneRefusal::Invalid);
        }
        if !rules.permitted.is_empty() && !starts(&rules.permitted) {
            return Err(PhoneRefusal::Elsewhere);
        }
        Ok(Self {
            written: text.to_owned(),
            called,
        })
    }

    /// As it was written.
    #[must_use]
    pub fn as_written(&self) -> &str {
        &self.written
    }

    /// As it is called: `+` and digits.
    #[must_use]
    pub fn as_called(&self) -> &str {
        &self.called
    }
}

impl PartialEq for PhoneNumber {
    fn eq(&self, other: &Self) -> bool {
        self.called == other.called
    }
}

impl Eq for PhoneNumber {}

/// The stored form has both texts, since the rules that made one of the other may change.
impl Serialize for PhoneNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.written, &self.called).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (written, called) = <(String, String)>::deserialize(deserializer)?;
        if is_number(&called) {
            Ok(Self { written, called })
        } else {
            Err(D::Error::custom("not a phone number"))
        }
    }
}

/// The digits of a text with their `+`; `None` when it has anything else but separators.
fn digits(text: &str) -> Option<String> {
    if text.len() > LONGEST_TEXT {
        return None;
    }
    let digits: String = text.chars().filter(|c| !SEPARATORS.contains(c)).collect();
    let rest = digits.strip_prefix('+').unwrap_or(&digits);
    let is_plain = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then_some(digits)
}

/// Whether a text is a number by E.164: `+`, and two to fifteen digits of which the first is no zero.
fn is_number(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else {
        return false;
    };
    (2..=MOST_DIGITS).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is dialled once a call is taken: digits, the two signs beside them, and pauses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PhoneExtension(String);

impl PhoneExtension {
    /// Reads an extension.
    ///
    /// # Errors
    /// [`PhoneRefusal::Extension`].
    pub fn parse(text: &str) -> Result<Self, PhoneRefusal> {
        let is_dialled = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#' | ',');
        let fits = (1..=LONGEST_EXTENSION).contains(&text.len()) && text.chars().all(is_dialled);
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(PhoneRefusal::Extension)
        }
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for PhoneExtension {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn called(text: &str, rules: &PhoneRules) -> Result<String, PhoneRefusal> {
        PhoneNumber::parse(text, rules).map(|number| number.as_called().to_owned())
    }

    /// S6; contract: factors §7.2.
    #[test]
    fn a_number_is_e164_with_separators() {
        let rules = PhoneRules::default();
        for (text, number) in [
            ("+1-555-415-1337", "+15554151337"),
            ("+1 415 599 2671", "+14155992671"),
            ("+1 (415) 599.2671", "+14155992671"),
            (" +12345678901 ", "+12345678901"),
            ("+49/30/123456", "+4930123456"),
            ("+123456789012345", "+123456789012345"),
        ] {
            assert_eq!(called(text, &rules), Ok(number.to_owned()), "{text}");
        }
        for text in [
            "",
            "+",
            "+1",
            "+0123456",
            "+1234567890123456",
            "162 840 01133",
            "+1-555-CALL-NOW",
            "++15554151337",
            "1+5554151337",
            "+1555\n4151337",
            "+١٢٣٤٥٦٧٨٩",
            "+1                                            5554151337",
        ] {
            assert_eq!(called(text, &rules), Err(PhoneRefusal::Invalid), "{text:?}");
        }
    }

    #[test]
    fn a_number_of_the_country_may_leave_its_code_out() {
        let rules = PhoneRules {
            country: Some("+49".to_owned()),
            ..PhoneRules::default()
        };
        for text in ["162 840 01133", "0162 840 01133", "+49 162 84001133"] {
            assert_eq!(called(text, &rules), Ok("+4916284001133".to_owned()), "{text}");
        }
        assert_eq!(called("0049 162 84001133", &rules), Err(PhoneRefusal::Invalid));
    }

    /// S6: whoever bills the caller is not called.
    #[test]
    fn prefixes_are_denied_and_permitted() {
        let rules = PhoneRules {
            denied: vec!["+1900".to_owned(), "+979".to_owned()],
            permitted: vec!["+1".to_owned()],
            country: None,
        };
        for text in ["+1-900-555-0100", "+1 9 0 0 5550100", "+979 123 456 789"] {
            assert_eq!(called(text, &rules), Err(PhoneRefusal::Invalid), "{text}");
        }
        assert_eq!(called("+49 162 84001133", &rules), Err(PhoneRefusal::Elsewhere));
        assert!(called("+1-555-415-1337", &rules).is_ok());
    }

    #[test]
    fn an_extension_is_what_can_be_dialled() {
        for text in ["1", "1234", "12,34#", "*7", "123456789012345"] {
            assert_eq!(
                PhoneExtension::parse(text).as_ref().map(PhoneExtension::as_str),
                Ok(text)
            );
        }
        for text in ["", "12a", "1234567890123456", "1 2", "<Say>", "１２"] {
            assert_eq!(PhoneExtension::parse(text), Err(PhoneRefusal::Extension), "{text}");
        }
    }

    #[test]
    fn the_stored_form_keeps_both_texts() {
        let number = PhoneNumber::parse("+1-555-415-1337", &PhoneRules::default()).unwrap();
        let stored = serde_json::to_string(&number).unwrap();
        let read: PhoneNumber = serde_json::from_str(&stored).unwrap();
        assert_eq!(
            (read.as_written(), read.as_called()),
            ("+1-555-415-1337", "+15554151337")
        );
        assert!(serde_json::from_str::<PhoneNumber>(r#"["a","b"]"#).is_err());
    }

    proptest! {
        /// Whatever is accepted is called by digits alone, and its separators do not tell it from another.
        #[test]
        fn what_is_called_is_a_number(text in "[+0-9 ()./-]{0,30}") {
            if let Ok(number) = PhoneNumber::parse(&text, &PhoneRules::default()) {
                prop_assert!(is_number(number.as_called()));
                let plain = PhoneNumber::parse(number.as_called(), &PhoneRules::default());
                prop_assert_eq!(plain, Ok(number));
            }
        }
    }
}
