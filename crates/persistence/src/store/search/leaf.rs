//! What a single comparison asks of an index.

use denizen_domain::search::{Case, Expression, Operator, Record, UserAttribute, Value, fold, index_text, matches};
use denizen_domain::user::Status;

use super::column::{Column, Key, Span};
use super::key::Keys;

/// What an index can tell about an expression without branches.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Leaf {
    /// Users with this key; the flag tells whether all of them fit.
    One(Column, Key, bool),
    /// Users with a key of this span; the flag tells whether all of them fit.
    Between(Column, Span, bool),
    /// Users with any key of any of these.
    Present(Vec<Column>),
}

impl Leaf {
    /// `None` where no index helps.
    pub(super) fn of(expression: &Expression<UserAttribute>, case: Case) -> Option<Self> {
        match expression {
            Expression::Present(attribute) => {
                let columns = Column::all(attribute);
                (!columns.is_empty()).then_some(Self::Present(columns))
            }
            Expression::Compare {
                attribute,
                operator,
                value,
            } => {
                let column = Column::of(attribute, value)?;
                match (&column, value) {
                    (Column::Id | Column::TypeId, Value::Exact(text)) => Self::texts(column, *operator, text, true),
                    (Column::Attribute(_), Value::Text(text)) if case == Case::Insensitive => {
                        Self::texts(column, *operator, &fold(text), true)
                    }
                    // Equal texts are equal when folded; the other comparisons need not survive it.
                    (Column::Attribute(_), Value::Text(text)) if *operator == Operator::Eq => {
                        Self::texts(column, *operator, &fold(text), false)
                    }
                    // Numbers and truths know nothing of texts.
                    (Column::Attribute(_), Value::Number(_) | Value::Boolean(_)) if *operator != Operator::Sw => {
                        Self::texts(column, *operator, &index_text(value), true)
                    }
                    (Column::Created | Column::LastUpdated, Value::Time(at)) => {
                        Self::times(column, *operator, at.as_millis())
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn texts(column: Column, operator: Operator, text: &str, exact: bool) -> Option<Self> {
        let (keys, telling) = Keys::of(operator, text)?;
        Some(match keys {
            Keys::One(key) => Self::One(column, Key::Text(key), exact && telling),
            Keys::Between(from, until) => {
                let (from, until) = (Key::Text(from), Key::Text(until));
                Self::Between(column, Span { from, until }, exact && telling)
            }
        })
    }

    fn times(column: Column, operator: Operator, at: i64) -> Option<Self> {
        let mut span = column.span();
        let at = Key::Time(at);
        match operator {
            Operator::Eq => return Some(Self::One(column, at, true)),
            Operator::Gt => span.from = at.above(),
            Operator::Ge => span.from = at,
            Operator::Lt => span.until = at,
            Operator::Le => span.until = at.above(),
            Operator::Ne | Operator::Sw | Operator::Ew | Operator::Co => return None,
        }
        Some(Self::Between(column, span, true))
    }
}

/// The statuses that an expression admits, if it is about nothing else.
pub(super) fn statuses(expression: &Expression<UserAttribute>, case: Case) -> Option<Vec<Status>> {
    struct Only(Status);
    impl Record<UserAttribute> for Only {
        fn values(&self, _: &UserAttribute) -> Vec<Value> {
            vec![Value::Text(self.0.as_str().to_owned())]
        }
    }
    let only_status = !mentions(expression, &|attribute| *attribute != UserAttribute::Status);
    let admits = |status: &Status| matches(expression, case, &Only(*status));
    only_status.then(|| Status::ALL.into_iter().filter(admits).collect())
}

/// Whether an expression speaks of an attribute of some kind.
pub(super) fn mentions(expression: &Expression<UserAttribute>, kind: &impl Fn(&UserAttribute) -> bool) -> bool {
    match expression {
        Expression::All(branches) | Expression::Any(branches) => branches.iter().any(|branch| mentions(branch, kind)),
        Expression::Not(inner) => mentions(inner, kind),
        Expression::Present(attribute) | Expression::Compare { attribute, .. } => kind(attribute),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use denizen_domain::schema::{Kind, Property, Schema};
    use denizen_domain::search::UserQuery;
    use denizen_domain::time::Timestamp;

    fn search(text: &str) -> Expression<UserAttribute> {
        let mut schema = Schema::default_user(Timestamp::from_millis(0));
        schema.custom = vec![
            Property {
                kind: Kind::Number,
                ..Property::new("size", "Size")
            },
            Property {
                kind: Kind::Boolean,
                ..Property::new("remote", "Remote")
            },
        ];
        UserQuery::search(text, &[schema]).unwrap().expression
    }

    #[test]
    fn comparisons_become_keys() {
        let city = || Column::Attribute("city".to_owned());
        let text = |text: &str| Key::Text(text.to_owned());
        let cases = [
            (r#"profile.city eq "Oslo""#, Some(Leaf::One(city(), text("oslo"), true))),
            (
                r#"profile.city sw "Os""#,
                Some(Leaf::Between(
                    city(),
                    Span {
                        from: text("os"),
                        until: text("ot"),
                    },
                    true,
                )),
            ),
            (
                "profile.city pr",
                Some(Leaf::Present(vec![
                    city(),
                    Column::Attribute("city#".to_owned()),
                    Column::Attribute("city?".to_owned()),
                ])),
            ),
            (
                "profile.size lt 2",
                Some(Leaf::Between(
                    Column::Attribute("size#".to_owned()),
                    Span {
                        from: text(""),
                        until: text("c000000000000000"),
                    },
                    true,
                )),
            ),
            (
                "profile.remote eq true",
                Some(Leaf::One(Column::Attribute("remote?".to_owned()), text("true"), true)),
            ),
            (r#"id eq "00uA""#, Some(Leaf::One(Column::Id, text("00uA"), true))),
            (
                r#"created gt "1970-01-01T00:00:01Z""#,
                Some(Leaf::Between(
                    Column::Created,
                    Span {
                        from: Key::Time(1001),
                        until: Key::Time(i64::MAX),
                    },
                    true,
                )),
            ),
            (r#"profile.login co "a""#, None),
            (r#"activated gt "1970-01-01T00:00:01Z""#, None),
            (
                r#"type.id eq "oty1""#,
                Some(Leaf::One(Column::TypeId, text("oty1"), true)),
            ),
        ];
        for (query, wanted) in cases {
            assert_eq!(Leaf::of(&search(query), Case::Insensitive), wanted, "{query}");
        }
    }

    #[test]
    fn where_case_counts_the_index_finds_equal_texts_only_and_others_with_them() {
        let equal = Leaf::of(&search(r#"profile.city eq "Oslo""#), Case::Sensitive);
        assert!(matches!(equal, Some(Leaf::One(_, _, false))), "{equal:?}");
        assert_eq!(
            Leaf::of(&search(r#"profile.city sw "ΟΔΟΣ""#), Case::Sensitive),
            None,
            "a final sigma folds differently inside a word"
        );
    }

    #[test]
    fn expressions_over_the_status_alone_are_sets_of_statuses() {
        let set = |text: &str| statuses(&search(text), Case::Insensitive);
        assert_eq!(set(r#"status eq "active""#), Some(vec![Status::Active]));
        assert_eq!(
            set(r#"status eq "STAGED" or status gt "Recovery""#),
            Some(vec![Status::Staged, Status::Suspended])
        );
        assert_eq!(set(r#"status eq "none""#), Some(Vec::new()));
        assert_eq!(set(r#"status eq "active" or profile.city pr"#), None);
    }
}
