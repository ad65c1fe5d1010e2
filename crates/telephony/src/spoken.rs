//! How a code is told by a voice: digit by digit, and twice.

use zeroize::Zeroizing;

/// Values are cut to this many characters.
const LONGEST_NAME: usize = 80;

/// The whole text of a call.
pub(crate) fn text(org_name: &str, code: &str) -> Zeroizing<String> {
    let digits = digits(code);
    Zeroizing::new(format!(
        "Hello. Your code for {} is: {}. Once more: {}. Goodbye.",
        plain(org_name),
        *digits,
        *digits
    ))
}

/// The digits with a pause behind each, which voices make where a comma is.
fn digits(code: &str) -> Zeroizing<String> {
    let mut spoken = Zeroizing::new(String::with_capacity(3 * code.len()));
    for digit in code.chars() {
        if !spoken.is_empty() {
            spoken.push_str(", ");
        }
        spoken.push(digit);
    }
    spoken
}

/// A name without anything that a voice or a markup would stumble over.
fn plain(name: &str) -> String {
    let kept = name.chars().map(|c| match c {
        c if c.is_alphanumeric() || matches!(c, ' ' | '-' | '\'' | '.') => c,
        _ => ' ',
    });
    kept.take(LONGEST_NAME).collect()
}

/// A text inside of XML.
pub(crate) fn escaped(text: &str) -> Zeroizing<String> {
    let mut safe = Zeroizing::new(String::with_capacity(text.len()));
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_digit_is_told_twice() {
        let told = text("Modest Mouse", "049581");
        assert_eq!(told.matches("0, 4, 9, 5, 8, 1").count(), 2, "{told:?}");
        assert!(told.contains("Modest Mouse"));
    }

    #[test]
    fn a_name_is_no_markup() {
        let told = text("<Dial>+1900</Dial>&\r\n", "1");
        assert!(!told.contains(['<', '>', '&', '\r', '\n']), "{told:?}");
        assert_eq!(*escaped("<a&\"'>"), "&lt;a&amp;&quot;&apos;&gt;");
    }
}
