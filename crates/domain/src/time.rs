//! Points in time. The domain never reads a clock: each rule is told what time it is.

use std::fmt;

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::{Serialize, Serializer};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, the precision of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The latest instant that still prints with a four-digit year: 9999-12-31T23:59:59.999Z.
const LATEST_MS: i64 = 253_402_300_799_999;
/// 0000-01-01T00:00:00Z.
const EARLIEST_MS: i64 = -62_167_219_200_000;

impl Timestamp {
    /// A point in time from milliseconds since the epoch, held within the years 0 to 9999 that the wire form can show.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(EARLIEST_MS, LATEST_MS))
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// The same instant without its fraction of a second: object timestamps show `.000Z` (contract: conventions §1).
    #[must_use]
    pub fn whole_seconds(self) -> Self {
        Self(self.0 - self.0.rem_euclid(1000))
    }

    /// This instant moved by a number of milliseconds.
    #[must_use]
    pub fn plus_millis(self, millis: i64) -> Self {
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// This instant moved by a number of minutes.
    #[must_use]
    pub fn plus_minutes(self, minutes: i64) -> Self {
        self.plus_millis(minutes.saturating_mul(60_000))
    }

    /// The wire form in ASCII. Every user shown has half a dozen of these, so no formatter is asked.
    #[must_use]
    pub fn text(self) -> [u8; 24] {
        let at: DateTime<Utc> = DateTime::from_timestamp_millis(self.0).unwrap_or_default();
        let fields = [
            (0, 4, u32::try_from(at.year()).unwrap_or_default()),
            (5, 2, at.month()),
            (8, 2, at.day()),
            (11, 2, at.hour()),
            (14, 2, at.minute()),
            (17, 2, at.second()),
            (20, 3, at.timestamp_subsec_millis()),
        ];
        let mut text = *b"0000-00-00T00:00:00.000Z";
        for (start, length, mut number) in fields {
            for digit in text[start..start + length].iter_mut().rev() {
                *digit += (number % 10) as u8;
                number /= 10;
            }
        }
        text
    }

    /// Reads an ISO 8601 date with a time and a zone, such as `2013-01-01T12:00:00.000-07:00`. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let zoned =
            DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
        let millis = zoned.ok()?.timestamp_millis();
        (EARLIEST_MS..=LATEST_MS).contains(&millis).then_some(Self(millis))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).expect("digits and signs are text"))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A moment as a number of milliseconds, in stored JSON.
pub mod millis {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Timestamp;

    /// Writes the number.
    ///
    /// # Errors
    /// As the serializer says.
    pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(at.as_millis())
    }

    /// Reads the number.
    ///
    /// # Errors
    /// As the deserializer says.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        i64::deserialize(deserializer).map(Timestamp::from_millis)
    }
}

/// A moment that may not have come, as a number of milliseconds, in stored JSON.
pub mod optional_millis {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Timestamp;

    /// Writes the number, or null.
    ///
    /// # Errors
    /// As the serializer says.
    pub fn serialize<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        at.map(Timestamp::as_millis).serialize(serializer)
    }

    /// Reads the number, or null.
    ///
    /// # Errors
    /// As the deserializer says.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        Ok(Option::<i64>::deserialize(deserializer)?.map(Timestamp::from_millis))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_milliseconds_and_zulu() {
        assert_eq!(
            Timestamp::from_millis(1_759_117_790_042).to_string(),
            "2025-09-29T03:49:50.042Z"
        );
        assert_eq!(
            Timestamp::from_millis(1_759_117_790_042).whole_seconds().to_string(),
            "2025-09-29T03:49:50.000Z"
        );
    }

    proptest::proptest! {
        #[test]
        fn prints_what_the_calendar_prints(millis in EARLIEST_MS..=LATEST_MS) {
            let calendar = DateTime::from_timestamp_millis(millis).unwrap().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
            proptest::prop_assert_eq!(Timestamp::from_millis(millis).to_string(), calendar);
        }
    }

    #[test]
    fn reads_each_documented_zone_form() {
        let noon = Timestamp::parse("2013-01-01T12:00:00.000-07:00").unwrap();
        assert_eq!(noon.to_string(), "2013-01-01T19:00:00.000Z");
        assert_eq!(Timestamp::parse("2013-01-01T12:00:00.000-0700"), Some(noon));
        assert_eq!(Timestamp::parse("2013-01-01T19:00:00Z"), Some(noon));
    }

    #[test]
    fn refuses_what_is_not_a_date() {
        for text in [
            "",
            "2013-01-01",
            "yesterday",
            "2013-13-01T00:00:00Z",
            "+12013-01-01T00:00:00Z",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn stays_printable_at_the_ends() {
        assert_eq!(Timestamp::from_millis(i64::MAX).to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Timestamp::from_millis(i64::MIN).to_string(), "0000-01-01T00:00:00.000Z");
    }
}
