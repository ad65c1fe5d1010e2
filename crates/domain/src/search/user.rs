//! What users can be searched and filtered by (contract: users §5).

use super::language::{Language, time};
use super::parser::Literal;
use super::typed::{self, definitions};
use super::{Case, Expression, Operator, Record, SearchError, Value, parse, values_of};
use crate::profile::Attributes;
use crate::schema::{Kind, Schema};
use crate::time::Timestamp;
use crate::user::User;

/// An attribute of a user.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UserAttribute {
    /// `id`
    Id,
    /// `status`
    Status,
    /// `created`
    Created,
    /// `activated`
    Activated,
    /// `statusChanged`
    StatusChanged,
    /// `lastUpdated`
    LastUpdated,
    /// `type.id`
    TypeId,
    /// `profile.` and a name
    Profile(String),
}

/// A checked expression over users.
#[derive(Clone, Debug, PartialEq)]
pub struct UserQuery {
    /// What must hold.
    pub expression: Expression<UserAttribute>,
    /// Whether the case of texts counts.
    pub case: Case,
}

/// The order of a list of users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSort {
    /// By which attribute.
    pub attribute: UserAttribute,
    /// Greatest first.
    pub descending: bool,
}

/// Attributes that `filter` knows beside `lastUpdated`.
const FILTERABLE: [&str; 4] = ["login", "email", "firstName", "lastName"];

impl UserAttribute {
    fn parse(path: &str, schemas: &[Schema]) -> Result<Self, SearchError> {
        Ok(match path {
            "id" => Self::Id,
            "status" => Self::Status,
            "created" => Self::Created,
            "activated" => Self::Activated,
            "statusChanged" => Self::StatusChanged,
            "lastUpdated" => Self::LastUpdated,
            "type.id" => Self::TypeId,
            _ => match path.strip_prefix("profile.") {
                Some(name) if definitions(schemas, name).next().is_some() => Self::Profile(name.to_owned()),
                _ => return Err(SearchError::Unsupported),
            },
        })
    }

    /// Whether the values are points in time.
    #[must_use]
    pub fn is_time(&self) -> bool {
        matches!(
            self,
            Self::Created | Self::Activated | Self::StatusChanged | Self::LastUpdated
        )
    }

    fn value(&self, literal: Literal, schemas: &[Schema]) -> Result<Value, SearchError> {
        match (self, literal) {
            (Self::Profile(name), literal) => typed::value(definitions(schemas, name), literal),
            (_, literal) if self.is_time() => time(&literal),
            (Self::Id | Self::TypeId, Literal::Text(text)) => Ok(Value::Exact(text)),
            (_, Literal::Text(text)) => Ok(Value::Text(text)),
            (_, Literal::Number(_) | Literal::Boolean(_)) => Err(SearchError::Malformed),
        }
    }

    fn supports_search(&self, operator: Operator, schemas: &[Schema]) -> bool {
        let is_order = matches!(operator, Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le);
        match self {
            Self::Profile(name) => {
                definitions(schemas, name).any(|property| typed::supports(property, operator, &FILTERABLE))
            }
            Self::Id => matches!(operator, Operator::Eq | Operator::Sw),
            Self::TypeId => operator == Operator::Eq,
            Self::Status => operator == Operator::Eq || is_order,
            Self::Created | Self::Activated | Self::StatusChanged | Self::LastUpdated => {
                operator == Operator::Eq || is_order
            }
        }
    }

    fn supports_filter(&self, operator: Operator) -> bool {
        match self {
            Self::LastUpdated => {
                matches!(
                    operator,
                    Operator::Eq | Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le
                )
            }
            Self::Id | Self::Status => operator == Operator::Eq,
            Self::Profile(name) => operator == Operator::Eq && FILTERABLE.contains(&name.as_str()),
            Self::Created | Self::Activated | Self::StatusChanged | Self::TypeId => false,
        }
    }
}

impl UserQuery {
    /// Reads a `search` expression; the case of values does not count. `schemas` are those of every user type.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn search(text: &str, schemas: &[Schema]) -> Result<Self, SearchError> {
        let language = Language {
            attribute: &|path| UserAttribute::parse(path, schemas),
            supports: &|attribute: &UserAttribute, operator| attribute.supports_search(operator, schemas),
            value: &|attribute: &UserAttribute, literal| attribute.value(literal, schemas),
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
    pub fn filter(text: &str, schemas: &[Schema]) -> Result<Self, SearchError> {
        let language = Language {
            attribute: &|path| UserAttribute::parse(path, schemas),
            supports: &UserAttribute::supports_filter,
            value: &|attribute: &UserAttribute, literal| attribute.value(literal, schemas),
            presence: false,
            negation: false,
        };
        Ok(Self {
            expression: language.check(parse(text)?)?,
            case: Case::Sensitive,
        })
    }
}

impl UserSort {
    /// Reads `sortBy` and `sortOrder`.
    ///
    /// # Errors
    /// `Unsupported` for an unknown attribute, `Malformed` for an unknown order.
    pub fn parse(by: &str, order: Option<&str>, schemas: &[Schema]) -> Result<Self, SearchError> {
        let descending = match order.map(str::to_ascii_lowercase).as_deref() {
            None | Some("asc" | "") => false,
            Some("desc") => true,
            Some(_) => return Err(SearchError::Malformed),
        };
        let attribute = UserAttribute::parse(by, schemas)?;
        if let UserAttribute::Profile(name) = &attribute
            && definitions(schemas, name).any(|property| property.kind == Kind::Array)
        {
            return Err(SearchError::Unsupported);
        }
        Ok(Self { attribute, descending })
    }
}

/// A user whose profile was parsed once for many questions.
pub struct UserRecord<'a> {
    user: &'a User,
    attributes: Attributes,
}

impl<'a> UserRecord<'a> {
    /// Parses the profile.
    #[must_use]
    pub fn new(user: &'a User) -> Self {
        Self {
            user,
            attributes: user.profile.attributes(),
        }
    }
}

impl Record<UserAttribute> for UserRecord<'_> {
    fn values(&self, attribute: &UserAttribute) -> Vec<Value> {
        let text = |text: &str| vec![Value::Text(text.to_owned())];
        let time = |at: Option<Timestamp>| at.map(Value::Time).into_iter().collect();
        match attribute {
            UserAttribute::Id => vec![Value::Exact(self.user.id.as_str().to_owned())],
            UserAttribute::Status => text(self.user.status.as_str()),
            UserAttribute::TypeId => vec![Value::Exact(self.user.type_id.as_str().to_owned())],
            UserAttribute::Created => time(Some(self.user.created)),
            UserAttribute::Activated => time(self.user.activated),
            UserAttribute::StatusChanged => time(self.user.status_changed),
            UserAttribute::LastUpdated => time(Some(self.user.last_updated)),
            UserAttribute::Profile(name) => self.attributes.get(name).map(values_of).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> [Schema; 1] {
        [Schema::default_user(Timestamp::from_millis(0))]
    }

    #[test]
    fn search_and_filter_support_what_the_contract_lists() {
        type Answer = Result<(), SearchError>;
        let cases: &[(&str, Answer, Answer)] = &[
            (r#"profile.login eq "a""#, Ok(()), Ok(())),
            (r#"profile.city eq "a""#, Ok(()), Err(SearchError::Unsupported)),
            (r#"profile.lastName sw "a""#, Ok(()), Err(SearchError::Unsupported)),
            (r#"profile.lastName co "a""#, Ok(()), Err(SearchError::Unsupported)),
            (
                r#"profile.city co "a""#,
                Err(SearchError::Unsupported),
                Err(SearchError::Unsupported),
            ),
            (
                r#"profile.nope eq "a""#,
                Err(SearchError::Unsupported),
                Err(SearchError::Unsupported),
            ),
            (r#"status eq "ACTIVE""#, Ok(()), Ok(())),
            (
                r#"status ne "ACTIVE""#,
                Err(SearchError::Unsupported),
                Err(SearchError::Unsupported),
            ),
            (
                r#"not (status eq "ACTIVE")"#,
                Err(SearchError::Unsupported),
                Err(SearchError::Unsupported),
            ),
            (r#"lastUpdated gt "2020-01-01T00:00:00.000Z""#, Ok(()), Ok(())),
            (
                r#"lastUpdated gt "soon""#,
                Err(SearchError::InvalidDate),
                Err(SearchError::InvalidDate),
            ),
            (
                r#"created lt "2020-01-01T00:00:00.000Z""#,
                Ok(()),
                Err(SearchError::Unsupported),
            ),
            ("profile.nickName pr", Ok(()), Err(SearchError::Unsupported)),
            (
                r#"type.id eq "oty1" and id eq "00u1""#,
                Ok(()),
                Err(SearchError::Unsupported),
            ),
            (
                "profile.city eq true",
                Err(SearchError::Malformed),
                Err(SearchError::Unsupported),
            ),
        ];
        for (text, search, filter) in cases {
            assert_eq!(UserQuery::search(text, &schema()).map(|_| ()), *search, "search {text}");
            assert_eq!(UserQuery::filter(text, &schema()).map(|_| ()), *filter, "filter {text}");
        }
    }

    #[test]
    fn the_case_of_ids_always_counts() {
        let query = |text: &str| UserQuery::search(text, &schema()).unwrap().expression;
        let value = |expression| match expression {
            Expression::Compare { value, .. } => value,
            _ => panic!("a comparison"),
        };
        assert_eq!(value(query(r#"id eq "00uA""#)), Value::Exact("00uA".to_owned()));
        assert_eq!(value(query(r#"status eq "Active""#)), Value::Text("Active".to_owned()));
    }

    #[test]
    fn sorts() {
        let sort = UserSort::parse("profile.lastName", Some("DESC"), &schema()).unwrap();
        assert!(sort.descending && sort.attribute == UserAttribute::Profile("lastName".to_owned()));
        assert_eq!(
            UserSort::parse("profile.nope", None, &schema()),
            Err(SearchError::Unsupported)
        );
        assert_eq!(
            UserSort::parse("id", Some("up"), &schema()),
            Err(SearchError::Malformed)
        );
    }
}
