//! What groups can be searched and filtered by (contract: groups-apps-tokens §1).

use super::language::{Language, time};
use super::parser::Literal;
use super::typed::{self, definitions};
use super::{Case, Expression, Operator, Record, SearchError, Value, parse, values_of};
use crate::group::Group;
use crate::profile::Attributes;
use crate::schema::{Kind, Schema};

/// An attribute of a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GroupAttribute {
    /// `id`
    Id,
    /// `type`
    Type,
    /// `created`
    Created,
    /// `lastUpdated`
    LastUpdated,
    /// `lastMembershipUpdated`
    LastMembershipUpdated,
    /// `profile.` and a name
    Profile(String),
}

/// A checked expression over groups.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupQuery {
    /// What must hold.
    pub expression: Expression<GroupAttribute>,
    /// Whether the case of texts counts.
    pub case: Case,
}

/// The order of a list of groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSort {
    /// By which attribute.
    pub attribute: GroupAttribute,
    /// Greatest first.
    pub descending: bool,
}

/// Texts that `co` knows.
const CONTAINS: [&str; 2] = ["name", "description"];

impl GroupAttribute {
    fn parse(path: &str, schema: &Schema) -> Result<Self, SearchError> {
        Ok(match path {
            "id" => Self::Id,
            "type" => Self::Type,
            "created" => Self::Created,
            "lastUpdated" => Self::LastUpdated,
            "lastMembershipUpdated" => Self::LastMembershipUpdated,
            _ => match path.strip_prefix("profile.") {
                Some(name) if schema.property(name).is_some() => Self::Profile(name.to_owned()),
                _ => return Err(SearchError::Unsupported),
            },
        })
    }

    fn is_time(&self) -> bool {
        matches!(self, Self::Created | Self::LastUpdated | Self::LastMembershipUpdated)
    }

    fn value(&self, literal: Literal, schema: &Schema) -> Result<Value, SearchError> {
        match (self, literal) {
            (Self::Profile(name), literal) => typed::value(schema.property(name).into_iter(), literal),
            (_, literal) if self.is_time() => time(&literal),
            (Self::Id, Literal::Text(text)) => Ok(Value::Exact(text)),
            (_, Literal::Text(text)) => Ok(Value::Text(text)),
            (_, Literal::Number(_) | Literal::Boolean(_)) => Err(SearchError::Malformed),
        }
    }

    fn supports_search(&self, operator: Operator, schema: &Schema) -> bool {
        let is_order = matches!(operator, Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le);
        match self {
            Self::Profile(name) => definitions(std::slice::from_ref(schema), name)
                .any(|property| typed::supports(property, operator, &CONTAINS)),
            Self::Id | Self::Type => matches!(operator, Operator::Eq | Operator::Sw),
            Self::Created | Self::LastUpdated | Self::LastMembershipUpdated => operator == Operator::Eq || is_order,
        }
    }

    fn supports_filter(&self, operator: Operator) -> bool {
        match self {
            Self::Id | Self::Type => operator == Operator::Eq,
            Self::LastUpdated | Self::LastMembershipUpdated => {
                matches!(
                    operator,
                    Operator::Eq | Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le
                )
            }
            Self::Created | Self::Profile(_) => false,
        }
    }
}

impl GroupQuery {
    /// Reads a `search` expression; the case of values does not count.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn search(text: &str, schema: &Schema) -> Result<Self, SearchError> {
        let language = Language {
            attribute: &|path| GroupAttribute::parse(path, schema),
            supports: &|attribute: &GroupAttribute, operator| attribute.supports_search(operator, schema),
            value: &|attribute: &GroupAttribute, literal| attribute.value(literal, schema),
            presence: true,
            negation: false,
        };
        Ok(Self {
            expression: language.check(parse(text)?)?,
            case: Case::Insensitive,
        })
    }

    /// Reads a `filter` expression; the case of values counts.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn filter(text: &str, schema: &Schema) -> Result<Self, SearchError> {
        let language = Language {
            attribute: &|path| GroupAttribute::parse(path, schema),
            supports: &GroupAttribute::supports_filter,
            value: &|attribute: &GroupAttribute, literal| attribute.value(literal, schema),
            presence: false,
            negation: false,
        };
        Ok(Self {
            expression: language.check(parse(text)?)?,
            case: Case::Sensitive,
        })
    }

    /// Whether a group fits.
    #[must_use]
    pub fn admits(&self, group: &Group) -> bool {
        super::matches(&self.expression, self.case, &GroupRecord::new(group))
    }
}

impl GroupSort {
    /// Reads `sortBy` and `sortOrder`.
    ///
    /// # Errors
    /// `Unsupported` for an unknown attribute, `Malformed` for an unknown order.
    pub fn parse(by: &str, order: Option<&str>, schema: &Schema) -> Result<Self, SearchError> {
        let descending = match order.map(str::to_ascii_lowercase).as_deref() {
            None | Some("asc" | "") => false,
            Some("desc") => true,
            Some(_) => return Err(SearchError::Malformed),
        };
        let attribute = GroupAttribute::parse(by, schema)?;
        if let GroupAttribute::Profile(name) = &attribute
            && schema
                .property(name)
                .is_some_and(|property| property.kind == Kind::Array)
        {
            return Err(SearchError::Unsupported);
        }
        Ok(Self { attribute, descending })
    }
}

/// A group whose profile was parsed once for many questions.
pub struct GroupRecord<'a> {
    group: &'a Group,
    attributes: Attributes,
}

impl<'a> GroupRecord<'a> {
    /// Parses the profile.
    #[must_use]
    pub fn new(group: &'a Group) -> Self {
        Self {
            group,
            attributes: group.profile.attributes(),
        }
    }
}

impl Record<GroupAttribute> for GroupRecord<'_> {
    fn values(&self, attribute: &GroupAttribute) -> Vec<Value> {
        match attribute {
            GroupAttribute::Id => vec![Value::Exact(self.group.id.as_str().to_owned())],
            GroupAttribute::Type => vec![Value::Text(self.group.kind.as_str().to_owned())],
            GroupAttribute::Created => vec![Value::Time(self.group.created)],
            GroupAttribute::LastUpdated => vec![Value::Time(self.group.last_updated)],
            GroupAttribute::LastMembershipUpdated => vec![Value::Time(self.group.last_membership_updated)],
            GroupAttribute::Profile(name) => self.attributes.get(name).map(values_of).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn search_and_filter_support_what_the_contract_lists() {
        let schema = Schema::default_group(Timestamp::from_millis(0));
        let search = |text: &str| GroupQuery::search(text, &schema).map(|_| ());
        let filter = |text: &str| GroupQuery::filter(text, &schema).map(|_| ());
        for (text, in_search, in_filter) in [
            (r#"type eq "OKTA_GROUP""#, Ok(()), Ok(())),
            (r#"lastMembershipUpdated gt "2020-01-01T00:00:00.000Z""#, Ok(()), Ok(())),
            (r#"profile.name sw "West""#, Ok(()), Err(SearchError::Unsupported)),
            (r#"profile.name co "st""#, Ok(()), Err(SearchError::Unsupported)),
            (
                r#"created lt "2020-01-01T00:00:00.000Z""#,
                Ok(()),
                Err(SearchError::Unsupported),
            ),
            (
                r#"profile.colour eq "red""#,
                Err(SearchError::Unsupported),
                Err(SearchError::Unsupported),
            ),
            (
                r#"lastUpdated gt "soon""#,
                Err(SearchError::InvalidDate),
                Err(SearchError::InvalidDate),
            ),
        ] {
            assert_eq!((search(text), filter(text)), (in_search, in_filter), "{text}");
        }
    }
}
