//! From grammar to meaning: what an endpoint understands of an expression.

use super::parser::Literal;
use super::{Expression, Operator, SearchError, Syntax, Value};

/// What an endpoint understands.
pub(super) struct Language<'a, A> {
    /// The attribute at a path.
    pub(super) attribute: &'a dyn Fn(&str) -> Result<A, SearchError>,
    /// Whether an attribute can be compared so.
    pub(super) supports: &'a dyn Fn(&A, Operator) -> bool,
    /// The value that a literal stands for in a comparison with an attribute.
    pub(super) value: &'a dyn Fn(&A, Literal) -> Result<Value, SearchError>,
    /// Whether `pr` is understood.
    pub(super) presence: bool,
    /// Whether `not` is understood.
    pub(super) negation: bool,
}

impl<A> Language<'_, A> {
    /// Checks every name, operator and value of an expression.
    pub(super) fn check(&self, syntax: Syntax) -> Result<Expression<A>, SearchError> {
        let each = |branches: Vec<Syntax>| {
            let branches = branches.into_iter().map(|branch| self.check(branch));
            branches.collect::<Result<Vec<_>, _>>()
        };
        match syntax {
            Syntax::All(branches) => Ok(Expression::All(each(branches)?)),
            Syntax::Any(branches) => Ok(Expression::Any(each(branches)?)),
            Syntax::Not(inner) if self.negation => Ok(Expression::Not(Box::new(self.check(*inner)?))),
            Syntax::Present(path) if self.presence => Ok(Expression::Present((self.attribute)(&path)?)),
            Syntax::Not(_) | Syntax::Present(_) => Err(SearchError::Unsupported),
            Syntax::Compare {
                attribute,
                operator,
                value,
            } => {
                let attribute = (self.attribute)(&attribute)?;
                let operator = Operator::parse(&operator).ok_or(SearchError::Malformed)?;
                if !(self.supports)(&attribute, operator) {
                    return Err(SearchError::Unsupported);
                }
                let value = (self.value)(&attribute, value)?;
                Ok(Expression::Compare {
                    attribute,
                    operator,
                    value,
                })
            }
        }
    }
}

/// The point in time that a literal stands for.
pub(super) fn time(literal: &Literal) -> Result<Value, SearchError> {
    match literal {
        Literal::Text(text) => {
            let at = crate::time::Timestamp::parse(text);
            at.map(Value::Time).ok_or(SearchError::InvalidDate)
        }
        Literal::Number(_) | Literal::Boolean(_) => Err(SearchError::InvalidDate),
    }
}
