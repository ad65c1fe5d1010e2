//! What events of the system log can be filtered by.

use super::language::{Language, time};
use super::parser::Literal;
use super::{Case, Expression, Record, SearchError, Value, parse};
use crate::event::{Entity, LogEvent};

/// An attribute of an event, by its path on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogAttribute {
    /// `uuid`
    Uuid,
    /// `published`
    Published,
    /// `eventType`
    EventType,
    /// `severity`
    Severity,
    /// `displayMessage`
    DisplayMessage,
    /// `actor.id`
    ActorId,
    /// `actor.type`
    ActorType,
    /// `actor.alternateId`
    ActorAlternateId,
    /// `actor.displayName`
    ActorDisplayName,
    /// `target.id`
    TargetId,
    /// `target.type`
    TargetType,
    /// `target.alternateId`
    TargetAlternateId,
    /// `target.displayName`
    TargetDisplayName,
    /// `outcome.result`
    OutcomeResult,
    /// `outcome.reason`
    OutcomeReason,
    /// `transaction.id`
    TransactionId,
    /// `client.ipAddress`
    ClientIpAddress,
}

const PATHS: [(&str, LogAttribute); 17] = [
    ("uuid", LogAttribute::Uuid),
    ("published", LogAttribute::Published),
    ("eventType", LogAttribute::EventType),
    ("severity", LogAttribute::Severity),
    ("displayMessage", LogAttribute::DisplayMessage),
    ("actor.id", LogAttribute::ActorId),
    ("actor.type", LogAttribute::ActorType),
    ("actor.alternateId", LogAttribute::ActorAlternateId),
    ("actor.displayName", LogAttribute::ActorDisplayName),
    ("target.id", LogAttribute::TargetId),
    ("target.type", LogAttribute::TargetType),
    ("target.alternateId", LogAttribute::TargetAlternateId),
    ("target.displayName", LogAttribute::TargetDisplayName),
    ("outcome.result", LogAttribute::OutcomeResult),
    ("outcome.reason", LogAttribute::OutcomeReason),
    ("transaction.id", LogAttribute::TransactionId),
    ("client.ipAddress", LogAttribute::ClientIpAddress),
];

/// A checked expression over events; the case of values counts.
#[derive(Clone, Debug, PartialEq)]
pub struct LogQuery {
    /// What must hold.
    pub expression: Expression<LogAttribute>,
}

impl LogQuery {
    /// Whether an event fits.
    #[must_use]
    pub fn admits(&self, event: &LogEvent) -> bool {
        super::matches(&self.expression, Case::Sensitive, event)
    }

    /// Reads a `filter` expression.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn filter(text: &str) -> Result<Self, SearchError> {
        let language = Language {
            attribute: &attribute,
            supports: &|_, _| true,
            value: &value,
            presence: true,
            negation: true,
        };
        Ok(Self {
            expression: language.check(parse(text)?)?,
        })
    }
}

fn attribute(path: &str) -> Result<LogAttribute, SearchError> {
    let known = PATHS.iter().find(|(known, _)| *known == path);
    known.map(|(_, found)| *found).ok_or(SearchError::Unsupported)
}

fn value(attribute: &LogAttribute, literal: Literal) -> Result<Value, SearchError> {
    match literal {
        Literal::Text(_) if *attribute == LogAttribute::Published => time(&literal),
        Literal::Text(text) => Ok(Value::Text(text)),
        Literal::Number(_) | Literal::Boolean(_) => Err(SearchError::Malformed),
    }
}

impl Record<LogAttribute> for LogEvent {
    fn values(&self, attribute: &LogAttribute) -> Vec<Value> {
        let text = |text: &str| vec![Value::Text(text.to_owned())];
        let maybe = |text: Option<&str>| text.map(|text| Value::Text(text.to_owned())).into_iter().collect();
        let targets = |pick: fn(&Entity) -> Option<&str>| {
            self.targets
                .iter()
                .filter_map(pick)
                .map(|text| Value::Text(text.to_owned()))
                .collect()
        };
        match attribute {
            LogAttribute::Uuid => text(&self.uuid),
            LogAttribute::Published => vec![Value::Time(self.published_at())],
            LogAttribute::EventType => text(self.event_type.as_str()),
            LogAttribute::Severity => text(self.severity()),
            LogAttribute::DisplayMessage => text(self.event_type.display_message()),
            LogAttribute::ActorId => text(&self.actor.id),
            LogAttribute::ActorType => text(&self.actor.kind),
            LogAttribute::ActorAlternateId => maybe(self.actor.alternate_id.as_deref()),
            LogAttribute::ActorDisplayName => maybe(self.actor.display_name.as_deref()),
            LogAttribute::TargetId => targets(|target| Some(&target.id)),
            LogAttribute::TargetType => targets(|target| Some(&target.kind)),
            LogAttribute::TargetAlternateId => targets(|target| target.alternate_id.as_deref()),
            LogAttribute::TargetDisplayName => targets(|target| target.display_name.as_deref()),
            LogAttribute::OutcomeResult => text(self.outcome.result()),
            LogAttribute::OutcomeReason => maybe(self.outcome.reason()),
            LogAttribute::TransactionId => text(&self.request_id),
            LogAttribute::ClientIpAddress => maybe(self.client.ip_address.as_deref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_paths_with_text_values_are_supported() {
        assert!(LogQuery::filter(r#"eventType eq "user.lifecycle.create" and not (actor.id eq "x")"#).is_ok());
        assert_eq!(LogQuery::filter(r#"shoe.size eq "9""#), Err(SearchError::Unsupported));
        assert_eq!(LogQuery::filter(r#"published gt "now""#), Err(SearchError::InvalidDate));
        assert_eq!(LogQuery::filter("eventType eq 7"), Err(SearchError::Malformed));
    }
}
