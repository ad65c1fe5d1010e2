//! What YubiKeys can be filtered and sorted by (contract: factors §16.3): a conjunction of comparisons.

use super::yubikey::{Yubikey, YubikeyStatus};
use crate::search::{Literal, Operator, SearchError, Syntax, parse};
use crate::time::Timestamp;

/// A moment in the life of a YubiKey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YubikeyMoment {
    /// Its upload.
    Created,
    /// Its enrolment.
    Activated,
    /// Its last password.
    LastVerified,
}

impl YubikeyMoment {
    /// When that was.
    #[must_use]
    pub fn of(self, yubikey: &Yubikey) -> Option<Timestamp> {
        match self {
            Self::Created => Some(yubikey.created),
            Self::Activated => yubikey.activated,
            Self::LastVerified => yubikey.last_verified,
        }
    }
}

/// What a filter asks for. Everything that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct YubikeyFilter {
    /// The serial number.
    pub serial: Option<String>,
    /// Where it stands.
    pub status: Option<YubikeyStatus>,
    /// The id of whoever uses it.
    pub user_id: Option<String>,
    /// The address of whoever uses it.
    pub email: Option<String>,
    /// Moments within bounds. A moment that has not come is within none.
    pub moments: Vec<(YubikeyMoment, Operator, Timestamp)>,
}

/// What a list is sorted by. Ties are in the order of upload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum YubikeySort {
    /// When it was uploaded.
    #[default]
    Created,
    /// The serial number.
    Serial,
    /// Where it stands.
    Status,
    /// When somebody enrolled it; what nobody has comes first.
    Activated,
    /// When a password was last accepted; what never was comes first.
    LastVerified,
}

impl YubikeySort {
    /// Reads the name of a field.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "created" => Self::Created,
            "profile.serial" => Self::Serial,
            "status" => Self::Status,
            "activated" => Self::Activated,
            "lastVerified" => Self::LastVerified,
            _ => return None,
        })
    }
}

impl YubikeyFilter {
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
        let operator = Operator::parse(&operator).ok_or(SearchError::Malformed)?;
        let Literal::Text(text) = value else {
            return Err(SearchError::Malformed);
        };
        let moment = match attribute.as_str() {
            "created" => YubikeyMoment::Created,
            "activated" => YubikeyMoment::Activated,
            "lastVerified" => YubikeyMoment::LastVerified,
            _ => return self.require_text(&attribute, operator, text),
        };
        let is_known = matches!(
            operator,
            Operator::Eq | Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le
        );
        if !is_known {
            return Err(SearchError::Unsupported);
        }
        let at = Timestamp::parse(&text).ok_or(SearchError::InvalidDate)?;
        self.moments.push((moment, operator, at));
        Ok(())
    }

    fn require_text(&mut self, attribute: &str, operator: Operator, text: String) -> Result<(), SearchError> {
        if operator != Operator::Eq {
            return Err(SearchError::Unsupported);
        }
        let place = match attribute {
            "status" if self.status.is_none() => {
                self.status = Some(YubikeyStatus::parse(&text).ok_or(SearchError::Malformed)?);
                return Ok(());
            }
            "profile.serial" => &mut self.serial,
            "profile.email" => &mut self.email,
            "user.id" => &mut self.user_id,
            _ => return Err(SearchError::Unsupported),
        };
        if place.is_some() {
            return Err(SearchError::Unsupported);
        }
        *place = Some(text);
        Ok(())
    }
}

/// Whether a moment is within a bound.
#[must_use]
pub fn is_within(moment: Option<Timestamp>, operator: Operator, bound: Timestamp) -> bool {
    moment.is_some_and(|at| match operator {
        Operator::Eq => at == bound,
        Operator::Gt => at > bound,
        Operator::Ge => at >= bound,
        Operator::Lt => at < bound,
        Operator::Le => at <= bound,
        Operator::Ne | Operator::Sw | Operator::Ew | Operator::Co => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_that_all_hold_are_understood() {
        let text =
            r#"status eq "ACTIVE" and profile.serial eq "000007886622" and created gt "2024-01-01T00:00:00.000Z""#;
        let filter = YubikeyFilter::parse(text).unwrap();
        assert_eq!(filter.status, Some(YubikeyStatus::Active));
        assert_eq!(filter.serial.as_deref(), Some("000007886622"));
        let bound = Timestamp::parse("2024-01-01T00:00:00.000Z").unwrap();
        assert_eq!(filter.moments, [(YubikeyMoment::Created, Operator::Gt, bound)]);
        for (bad, error) in [
            (r#"status eq "ACTIVE" or status eq "BLOCKED""#, SearchError::Unsupported),
            (r#"status eq "LOST""#, SearchError::Malformed),
            (r#"profile.serial sw "0""#, SearchError::Unsupported),
            (r#"created eq "today""#, SearchError::InvalidDate),
            (r#"created co "2024-01-01T00:00:00.000Z""#, SearchError::Unsupported),
            (r#"user.id eq "a" and user.id eq "b""#, SearchError::Unsupported),
            (r#"aesKey eq "x""#, SearchError::Unsupported),
            (r"activated eq true", SearchError::Malformed),
        ] {
            assert_eq!(YubikeyFilter::parse(bad), Err(error), "{bad}");
        }
    }
}
