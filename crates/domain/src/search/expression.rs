//! Checked expressions and their meaning.

use std::cmp::Ordering;

use crate::time::Timestamp;

/// An expression over attributes that an endpoint supports.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression<A> {
    /// All must hold.
    All(Vec<Expression<A>>),
    /// One must hold.
    Any(Vec<Expression<A>>),
    /// It must not hold.
    Not(Box<Expression<A>>),
    /// One of the attribute's values must compare so with the value.
    Compare {
        /// The attribute.
        attribute: A,
        /// How.
        operator: Operator,
        /// With what.
        value: Value,
    },
    /// The attribute must have a value.
    Present(A),
}

/// How values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Contains.
    Co,
}

impl Operator {
    /// Reads an operator in lower case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "gt" => Self::Gt,
            "ge" => Self::Ge,
            "lt" => Self::Lt,
            "le" => Self::Le,
            "sw" => Self::Sw,
            "ew" => Self::Ew,
            "co" => Self::Co,
            _ => return None,
        })
    }

    fn admits(self, ordering: Ordering) -> bool {
        match self {
            Self::Eq => ordering.is_eq(),
            Self::Ne => ordering.is_ne(),
            Self::Gt => ordering.is_gt(),
            Self::Ge => ordering.is_ge(),
            Self::Lt => ordering.is_lt(),
            Self::Le => ordering.is_le(),
            Self::Sw | Self::Ew | Self::Co => false,
        }
    }
}

/// A value of a record or of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// An identifier: text whose case always counts.
    Exact(String),
    /// A number.
    Number(f64),
    /// Truth.
    Boolean(bool),
    /// A point in time.
    Time(Timestamp),
}

/// Whether the case of texts counts. Diacritics always do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// It does.
    Sensitive,
    /// It does not.
    Insensitive,
}

/// Something that expressions are asked about.
pub trait Record<A> {
    /// The values of an attribute; none where it is missing.
    fn values(&self, attribute: &A) -> Vec<Value>;
}

/// The form in which texts are compared where case does not count, and in which stores index them.
#[must_use]
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// How lists that are sorted by an attribute order two of its values: texts ignoring case, both zeros as one. Types of users
/// may define an attribute differently: texts come before numbers, and numbers before truths.
#[must_use]
pub fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => fold(a).cmp(&fold(b)),
        (Value::Exact(a), Value::Exact(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => (a + 0.0).total_cmp(&(b + 0.0)),
        (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        _ => rank_of_type(a).cmp(&rank_of_type(b)),
    }
}

fn rank_of_type(value: &Value) -> u8 {
    match value {
        Value::Text(_) => 0,
        Value::Exact(_) => 1,
        Value::Number(_) => 2,
        Value::Boolean(_) => 3,
        Value::Time(_) => 4,
    }
}

/// Whether an expression holds for a record. A missing attribute never matches.
pub fn matches<A>(expression: &Expression<A>, case: Case, record: &impl Record<A>) -> bool {
    match expression {
        Expression::All(branches) => branches.iter().all(|branch| matches(branch, case, record)),
        Expression::Any(branches) => branches.iter().any(|branch| matches(branch, case, record)),
        Expression::Not(inner) => !matches(inner, case, record),
        Expression::Present(attribute) => !record.values(attribute).is_empty(),
        Expression::Compare {
            attribute,
            operator,
            value,
        } => record
            .values(attribute)
            .iter()
            .any(|found| compare(found, *operator, value, case)),
    }
}

fn compare(found: &Value, operator: Operator, wanted: &Value, case: Case) -> bool {
    match (found, wanted) {
        (Value::Text(found), Value::Text(wanted)) if case == Case::Insensitive => {
            compare_texts(&fold(found), operator, &fold(wanted))
        }
        (Value::Text(found), Value::Text(wanted)) | (Value::Exact(found), Value::Exact(wanted)) => {
            compare_texts(found, operator, wanted)
        }
        (Value::Number(found), Value::Number(wanted)) => found
            .partial_cmp(wanted)
            .is_some_and(|ordering| operator.admits(ordering)),
        (Value::Boolean(found), Value::Boolean(wanted)) => operator.admits(found.cmp(wanted)),
        (Value::Time(found), Value::Time(wanted)) => operator.admits(found.cmp(wanted)),
        _ => false,
    }
}

fn compare_texts(found: &str, operator: Operator, wanted: &str) -> bool {
    match operator {
        Operator::Sw => found.starts_with(wanted),
        Operator::Ew => found.ends_with(wanted),
        Operator::Co => found.contains(wanted),
        _ => operator.admits(found.cmp(wanted)),
    }
}
