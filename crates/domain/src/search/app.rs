//! What apps can be filtered by (contract: groups-apps-tokens §2): a conjunction of equalities.

use super::parser::Literal;
use super::{SearchError, Syntax, parse};

/// A checked filter over apps. Everything that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppFilter {
    /// `status`
    pub status: Option<String>,
    /// `user.id`
    pub user_id: Option<String>,
    /// `group.id`
    pub group_id: Option<String>,
    /// `name`
    pub name: Option<String>,
}

impl AppFilter {
    /// Reads a `filter` expression.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, SearchError> {
        let mut filter = Self::default();
        filter.require(parse(text)?)?;
        Ok(filter)
    }

    fn require(&mut self, syntax: Syntax) -> Result<(), SearchError> {
        let (attribute, operator, value) = match syntax {
            Syntax::All(branches) => return branches.into_iter().try_for_each(|branch| self.require(branch)),
            Syntax::Compare {
                attribute,
                operator,
                value,
            } => (attribute, operator, value),
            Syntax::Any(_) | Syntax::Not(_) | Syntax::Present(_) => return Err(SearchError::Unsupported),
        };
        let place = match attribute.as_str() {
            "status" => &mut self.status,
            "user.id" => &mut self.user_id,
            "group.id" => &mut self.group_id,
            "name" => &mut self.name,
            _ => return Err(SearchError::Unsupported),
        };
        match (operator.as_str(), value) {
            ("eq", Literal::Text(text)) if place.is_none() => *place = Some(text),
            ("eq", Literal::Text(_)) => return Err(SearchError::Unsupported),
            ("eq", _) => return Err(SearchError::Malformed),
            _ => return Err(SearchError::Unsupported),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_equalities_that_all_hold_are_understood() {
        let filter = AppFilter::parse(r#"status eq "ACTIVE" and user.id eq "00u1""#).unwrap();
        assert_eq!(
            (filter.status.as_deref(), filter.user_id.as_deref()),
            (Some("ACTIVE"), Some("00u1"))
        );
        for text in [
            r#"status eq "ACTIVE" or name eq "x""#,
            r#"status ne "ACTIVE""#,
            r#"label eq "x""#,
            r#"name eq "x" and name eq "y""#,
        ] {
            assert_eq!(AppFilter::parse(text), Err(SearchError::Unsupported), "{text}");
        }
    }
}
