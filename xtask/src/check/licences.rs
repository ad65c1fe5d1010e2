//! Every package in the graph can be used under a licence that `deny.toml` allows.
//!
//! `cargo deny` checks more and better; this part needs nothing installed.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::metadata::Metadata;

/// One line per package whose licence is not allowed.
pub fn violations(metadata: &Metadata, deny: &Path) -> Result<Vec<String>> {
    let document: toml::Table = fs::read_to_string(deny).context("deny.toml is not readable")?.parse()?;
    let allowed: Vec<&str> = document["licenses"]["allow"]
        .as_array()
        .context("licenses.allow in deny.toml is no list")?
        .iter()
        .filter_map(toml::Value::as_str)
        .collect();
    let refused = metadata.packages.values().filter(|package| match &package.licence {
        Some(expression) => !is_allowed(expression, &allowed),
        None => true,
    });
    Ok(refused
        .map(|package| {
            let licence = package.licence.as_deref().unwrap_or("no licence");
            format!("licences: {} {} has {licence}", package.name, package.version)
        })
        .collect())
}

/// Whether a choice in this SPDX expression is allowed as a whole. An expression that cannot be read is not.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, allowed };
    reader.either() == Some(true) && reader.words.is_empty()
}

/// Reads an expression from the left; `None` when it is malformed.
struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a [&'a str],
}

impl<'a> Reader<'a> {
    fn either(&mut self) -> Option<bool> {
        let mut result = self.both()?;
        while self.accept("OR") {
            result |= self.both()?;
        }
        Some(result)
    }

    fn both(&mut self) -> Option<bool> {
        let mut result = self.one()?;
        while self.accept("AND") {
            result &= self.one()?;
        }
        Some(result)
    }

    fn one(&mut self) -> Option<bool> {
        let name = self.next()?;
        if name == "(" {
            let result = self.either()?;
            return self.accept(")").then_some(result);
        }
        if ["OR", "AND", "WITH", ")"].contains(&name) {
            return None;
        }
        if self.accept("WITH") {
            let exception = self.next()?;
            // An exception only grants more, so the licence alone is enough.
            let together = format!("{name} WITH {exception}");
            return Some(self.allowed.contains(&name) || self.allowed.contains(&together.as_str()));
        }
        Some(self.allowed.contains(&name))
    }

    fn accept(&mut self, word: &str) -> bool {
        let accepted = self.words.first() == Some(&word);
        if accepted {
            self.words = &self.words[1..];
        }
        accepted
    }

    fn next(&mut self) -> Option<&'a str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: &[&str] = &["MIT", "Apache-2.0", "Unicode-3.0"];

    #[test]
    fn an_expression_is_allowed_when_one_choice_is_allowed_as_a_whole() {
        let cases = [
            ("MIT", true),
            ("MIT/Apache-2.0", true),
            ("GPL-3.0-only OR MIT", true),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("GPL-3.0-only", false),
            ("MIT AND AGPL-3.0-only", false),
            ("(MIT OR Apache-2.0) AND GPL-2.0-only", false),
        ];
        for (expression, expected) in cases {
            assert_eq!(is_allowed(expression, ALLOWED), expected, "{expression}");
        }
    }

    #[test]
    fn a_malformed_expression_is_not_allowed() {
        for expression in ["", "MIT OR", "(MIT", "MIT Apache-2.0", "AND MIT", "MIT)"] {
            assert!(!is_allowed(expression, ALLOWED), "{expression}");
        }
    }
}
