//! Words of the language.

use super::SearchError;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Open,
    Close,
    /// A name, an operator, a number, `true` or `false`.
    Word(String),
    /// A string in double quotes, unescaped.
    Text(String),
}

/// Splits text into words.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, SearchError> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '"' => string(rest)?,
            _ => {
                let length = rest
                    .find(|c: char| c.is_whitespace() || "()\"".contains(c))
                    .unwrap_or(rest.len());
                (Token::Word(rest[..length].to_owned()), length)
            }
        };
        found.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(found)
}

/// A JSON string at the start of the text, and how many bytes it takes.
fn string(text: &str) -> Result<(Token, usize), SearchError> {
    let mut escaped = false;
    for (place, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => {
                let quoted = &text[..=place];
                let value = serde_json::from_str(quoted).map_err(|_| SearchError::Malformed)?;
                return Ok((Token::Text(value), place + 1));
            }
            _ => {}
        }
    }
    Err(SearchError::Malformed)
}
