//! The language of `filter` and `search` (contract: conventions §9, users §5).
//!
//! Text is parsed into a [`Syntax`] that knows only grammar; each endpoint turns that into an [`Expression`] over attributes
//! and operators that it supports. Stores translate expressions; [`matches`] is their meaning.

mod app;
mod expression;
mod group;
mod language;
mod lexer;
mod log;
mod parser;
mod typed;
mod user;

pub use self::app::AppFilter;
pub use self::expression::{Case, Expression, Operator, Record, Value, fold, matches, order};
pub use self::group::{GroupAttribute, GroupQuery, GroupRecord, GroupSort};
pub use self::log::{LogAttribute, LogQuery};
pub use self::parser::{Literal, Syntax, parse};
pub use self::typed::{index_text, type_mark, values_of};
pub use self::user::{UserAttribute, UserQuery, UserRecord, UserSort};

/// Why an expression is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// It does not follow the grammar.
    #[error("malformed")]
    Malformed,
    /// It is longer than 4 KB.
    #[error("too long")]
    TooLong,
    /// It nests deeper than 64 levels.
    #[error("too deep")]
    TooDeep,
    /// It has more than 200 comparisons.
    #[error("too many comparisons")]
    TooMany,
    /// It names an attribute, or an operator for an attribute, that the endpoint does not support.
    #[error("unsupported")]
    Unsupported,
    /// It compares a date with something that is none.
    #[error("not a date")]
    InvalidDate,
}
