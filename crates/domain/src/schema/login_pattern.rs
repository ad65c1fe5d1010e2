//! The pattern of logins: anything, or characters of a set (contract: schemas §5).
//!
//! It has a grammar of its own and is matched character by character, so that no pattern can be slow (D4).

/// What logins must look like instead of a mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginPattern {
    /// `.+`: any text.
    Any,
    /// `[…]+`: only characters within these bounds.
    OneOf(Vec<(char, char)>),
}

impl LoginPattern {
    /// Reads a pattern. `None` for anything but `.+` and `[…]+` with ranges, escapes by `\`, and a literal `-` in front.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == ".+" {
            return Some(Self::Any);
        }
        let inner = text.strip_prefix('[')?.strip_suffix("]+")?;
        let mut characters = inner.chars().peekable();
        let mut bounds = Vec::new();
        while let Some(first) = characters.next() {
            let first = match first {
                '-' if bounds.is_empty() => '-',
                '\\' => characters.next().filter(|c| !c.is_ascii_alphanumeric())?,
                c if c.is_ascii_alphanumeric() => c,
                _ => return None,
            };
            if first.is_ascii_alphanumeric() && characters.peek() == Some(&'-') {
                characters.next();
                let last = characters.next().filter(char::is_ascii_alphanumeric)?;
                if last < first {
                    return None;
                }
                bounds.push((first, last));
            } else {
                bounds.push((first, first));
            }
        }
        (!bounds.is_empty()).then_some(Self::OneOf(bounds))
    }

    /// Whether a login has this form.
    #[must_use]
    pub fn admits(&self, login: &str) -> bool {
        let within =
            |c: char, bounds: &[(char, char)]| bounds.iter().any(|(first, last)| (*first..=*last).contains(&c));
        match self {
            Self::Any => !login.is_empty(),
            Self::OneOf(bounds) => !login.is_empty() && login.chars().all(|c| within(c, bounds)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_by_example() {
        for (pattern, login, wanted) in [
            (".+", "anything at all", true),
            ("[a-z13579\\.]+", "a.b1", true),
            ("[a-z13579\\.]+", "a.b2", false),
            ("[-a-zA-Z0-9]+", "isaac-brock", true),
            ("[-a-zA-Z0-9]+", "isaac_brock", false),
            ("[\\]\\[]+", "[]", true),
        ] {
            assert_eq!(
                LoginPattern::parse(pattern).unwrap().admits(login),
                wanted,
                "{pattern} {login}"
            );
        }
    }

    #[test]
    fn anything_else_is_no_pattern() {
        for text in [
            "",
            "a+",
            "[a-z]",
            "[]+",
            "(a|b)+",
            "[z-a]+",
            "[a.]+",
            "[\\d]+",
            "[a-]+",
            "[a-z]+[0-9]+",
            "^.+$",
        ] {
            assert_eq!(LoginPattern::parse(text), None, "{text}");
        }
    }
}
