//! Grammar: `and` binds tighter than `or`; parentheses; `not ( … )`. Bounded in length, depth and size (D6).

use super::SearchError;
use super::lexer::{Token, tokens};

const LONGEST: usize = 4096;
const DEEPEST: usize = 64;
const MOST_COMPARISONS: usize = 200;

/// A parsed expression whose names and operators nobody has looked at yet.
#[derive(Clone, Debug, PartialEq)]
pub enum Syntax {
    /// All must hold.
    All(Vec<Syntax>),
    /// One must hold.
    Any(Vec<Syntax>),
    /// It must not hold.
    Not(Box<Syntax>),
    /// An attribute compared with a value.
    Compare {
        /// The attribute.
        attribute: String,
        /// The operator, in lower case.
        operator: String,
        /// The value.
        value: Literal,
    },
    /// An attribute that must have a value.
    Present(String),
}

/// A value as it is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// In double quotes.
    Text(String),
    /// Bare digits.
    Number(f64),
    /// `true` or `false`.
    Boolean(bool),
}

/// Parses text.
///
/// # Errors
/// What is wrong with it; nothing about names, which the endpoints check.
pub fn parse(text: &str) -> Result<Syntax, SearchError> {
    if text.len() > LONGEST {
        return Err(SearchError::TooLong);
    }
    let words = tokens(text)?;
    let mut parser = Parser {
        words,
        next: 0,
        comparisons: 0,
    };
    let found = parser.any(0)?;
    if parser.next == parser.words.len() {
        Ok(found)
    } else {
        Err(SearchError::Malformed)
    }
}

struct Parser {
    words: Vec<Token>,
    next: usize,
    comparisons: usize,
}

impl Parser {
    fn take(&mut self) -> Result<Token, SearchError> {
        let token = self.words.get(self.next).cloned().ok_or(SearchError::Malformed)?;
        self.next += 1;
        Ok(token)
    }

    fn skip_word(&mut self, word: &str) -> bool {
        let found = matches!(self.words.get(self.next), Some(Token::Word(text)) if text.eq_ignore_ascii_case(word));
        self.next += usize::from(found);
        found
    }

    fn any(&mut self, depth: usize) -> Result<Syntax, SearchError> {
        let mut branches = vec![self.all(depth)?];
        while self.skip_word("or") {
            branches.push(self.all(depth)?);
        }
        Ok(if branches.len() == 1 {
            branches.remove(0)
        } else {
            Syntax::Any(branches)
        })
    }

    fn all(&mut self, depth: usize) -> Result<Syntax, SearchError> {
        let mut branches = vec![self.term(depth)?];
        while self.skip_word("and") {
            branches.push(self.term(depth)?);
        }
        Ok(if branches.len() == 1 {
            branches.remove(0)
        } else {
            Syntax::All(branches)
        })
    }

    fn term(&mut self, depth: usize) -> Result<Syntax, SearchError> {
        if depth >= DEEPEST {
            return Err(SearchError::TooDeep);
        }
        if self.skip_word("not") {
            return Ok(Syntax::Not(Box::new(self.term(depth + 1)?)));
        }
        match self.take()? {
            Token::Open => {
                let inner = self.any(depth + 1)?;
                if self.take()? == Token::Close {
                    Ok(inner)
                } else {
                    Err(SearchError::Malformed)
                }
            }
            Token::Word(attribute) => self.comparison(attribute),
            Token::Text(_) | Token::Close => Err(SearchError::Malformed),
        }
    }

    fn comparison(&mut self, attribute: String) -> Result<Syntax, SearchError> {
        self.comparisons += 1;
        if self.comparisons > MOST_COMPARISONS {
            return Err(SearchError::TooMany);
        }
        let Token::Word(operator) = self.take()? else {
            return Err(SearchError::Malformed);
        };
        let operator = operator.to_ascii_lowercase();
        if operator == "pr" {
            return Ok(Syntax::Present(attribute));
        }
        if !["eq", "ne", "gt", "ge", "lt", "le", "sw", "ew", "co"].contains(&operator.as_str()) {
            return Err(SearchError::Malformed);
        }
        let value = match self.take()? {
            Token::Text(text) => Literal::Text(text),
            Token::Word(word) => match word.as_str() {
                "true" => Literal::Boolean(true),
                "false" => Literal::Boolean(false),
                digits => Literal::Number(number(digits)?),
            },
            Token::Open | Token::Close => return Err(SearchError::Malformed),
        };
        Ok(Syntax::Compare {
            attribute,
            operator,
            value,
        })
    }
}

/// A number in the form of JSON.
fn number(digits: &str) -> Result<f64, SearchError> {
    serde_json::from_str(digits).map_err(|_| SearchError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn compare(attribute: &str, value: &str) -> Syntax {
        Syntax::Compare {
            attribute: attribute.to_owned(),
            operator: "eq".to_owned(),
            value: Literal::Text(value.to_owned()),
        }
    }

    #[test]
    fn and_binds_tighter_than_or() {
        let (a, b, c) = (compare("a", "1"), compare("b", "2"), compare("c", "3"));
        let flat = parse(r#"a eq "1" or b EQ "2" and c eq "3""#).unwrap();
        assert_eq!(
            flat,
            Syntax::Any(vec![a.clone(), Syntax::All(vec![b.clone(), c.clone()])])
        );
        let grouped = parse(r#"(a eq "1" or b eq "2") and c eq "3""#).unwrap();
        assert_eq!(grouped, Syntax::All(vec![Syntax::Any(vec![a, b]), c]));
    }

    #[test]
    fn strings_are_json_strings() {
        assert_eq!(
            parse(r#"a eq "x \"y\" \u00e9 ) and""#).unwrap(),
            compare("a", "x \"y\" é ) and")
        );
    }

    #[test]
    fn what_does_not_follow_the_grammar_is_malformed() {
        for text in [
            "",
            " ",
            "a",
            "a eq",
            "a eq x",
            "a is \"x\"",
            "a eq \"x",
            "(a pr",
            "a pr)",
            "a pr and",
            "and a pr",
            "\"a\" eq \"b\"",
            "a eq null",
            "a eq (1)",
            "a pr b pr",
            "not",
            "a eq 1e999x",
        ] {
            assert_eq!(parse(text), Err(SearchError::Malformed), "{text}");
        }
    }

    /// D6: length, depth and size are bounded, and deep nesting is an answer, not a crash.
    #[test]
    fn hostile_sizes_are_refused() {
        assert_eq!(
            parse(&format!("a eq \"{}\"", "x".repeat(4096))),
            Err(SearchError::TooLong)
        );
        assert_eq!(
            parse(&format!("{}a pr{}", "(".repeat(65), ")".repeat(65))),
            Err(SearchError::TooDeep)
        );
        assert!(parse(&format!("{}a pr{}", "(".repeat(63), ")".repeat(63))).is_ok());
        assert_eq!(parse(&"(".repeat(4096)), Err(SearchError::TooDeep));
        assert_eq!(parse(&"not ".repeat(1000)), Err(SearchError::TooDeep));
        assert_eq!(parse(&vec!["a pr"; 201].join(" or ")), Err(SearchError::TooMany));
    }

    proptest! {
        /// D6: no text makes the parser panic.
        #[test]
        fn any_text_is_parsed_or_refused(text in "([a-z(). \"\\\\0-9]|and|or|not|eq|pr| ){0,80}|.{0,80}") {
            let _ = parse(&text);
        }
    }
}
