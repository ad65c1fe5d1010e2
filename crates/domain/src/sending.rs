//! How often an address is sent codes (contract: factors §8; checklist S2, S3): pauses between two, and so many a day.

use crate::time::Timestamp;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The ways that codes are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    /// A short message to a phone.
    Sms,
    /// A call that tells the code.
    Call,
    /// A mail.
    Email,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 3] = [Self::Sms, Self::Call, Self::Email];

    /// The name that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "SMS",
            Self::Call => "CALL",
            Self::Email => "EMAIL",
        }
    }

    /// Reads the stored name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == text)
    }

    /// So long nothing more is sent to an address, in milliseconds.
    #[must_use]
    pub fn pause_ms(self) -> i64 {
        match self {
            Self::Sms | Self::Call => 30_000,
            Self::Email => 5_000,
        }
    }
}

/// Why nothing is sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendingRefusal {
    /// Something was sent there a moment ago.
    #[error("something was sent there a moment ago")]
    TooSoon(Channel),
    /// So much was sent there today that it is enough.
    #[error("enough was sent there today")]
    TooMany(Channel),
}

/// What was last sent to an address, whoever asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// By which way.
    pub channel: Channel,
    /// Where to: a number as it is called, or a mail address in small letters.
    pub address: String,
    /// Grows by one with each sending: of two that were decided on the same state, one is decided again.
    pub version: i64,
    /// When.
    pub last: Timestamp,
    /// On which day, counted from the epoch in UTC.
    pub day: i64,
    /// How many went out on that day.
    pub day_count: u32,
}

impl Sending {
    /// The first sending to an address.
    #[must_use]
    pub fn first(channel: Channel, address: &str, at: Timestamp) -> Self {
        Self {
            channel,
            address: address.to_owned(),
            version: 1,
            last: at,
            day: day_of(at),
            day_count: 1,
        }
    }

    /// One more sending, if it may be.
    ///
    /// # Errors
    /// [`SendingRefusal`].
    pub fn again(&self, at: Timestamp, most_a_day: u32) -> Result<Self, SendingRefusal> {
        // A clock that was set back must not keep anybody waiting for longer than the pause.
        let since = at.as_millis() - self.last.as_millis();
        if (0..self.channel.pause_ms()).contains(&since) {
            return Err(SendingRefusal::TooSoon(self.channel));
        }
        let day = day_of(at);
        let before = if day == self.day { self.day_count } else { 0 };
        if before >= most_a_day {
            return Err(SendingRefusal::TooMany(self.channel));
        }
        Ok(Self {
            version: self.version + 1,
            last: at,
            day,
            day_count: before + 1,
            ..self.clone()
        })
    }
}

fn day_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(DAY_MS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    /// S2: the pauses of the contract, to the millisecond.
    #[test]
    fn a_pause_lies_between_two() {
        for (channel, pause) in [(Channel::Sms, 30_000), (Channel::Call, 30_000), (Channel::Email, 5_000)] {
            let first = Sending::first(channel, "+15554151337", at(1_000));
            let too_soon = Err(SendingRefusal::TooSoon(channel));
            assert_eq!(first.again(at(1_000), 9), too_soon);
            assert_eq!(first.again(at(1_000 + pause - 1), 9), too_soon);
            let second = first.again(at(1_000 + pause), 9).unwrap();
            assert_eq!((second.version, second.day_count), (2, 2));
            assert_eq!(second.again(at(1_000 + pause), 9), too_soon);
            assert_eq!(Channel::parse(channel.as_str()), Some(channel));
        }
    }

    #[test]
    fn a_clock_that_was_set_back_bars_nobody() {
        let first = Sending::first(Channel::Sms, "+15554151337", at(DAY_MS * 3));
        assert!(first.again(at(DAY_MS), 9).is_ok());
    }

    proptest! {
        /// S2: on no day more than so many, and never two within the pause.
        #[test]
        fn a_day_has_an_end(pauses in proptest::collection::vec(0_i64..3_600_000, 1..200), most in 1_u32..10) {
            let (mut now, mut sent) = (0, vec![0]);
            let mut last = Sending::first(Channel::Sms, "+15554151337", at(0));
            for pause in pauses {
                now += pause;
                if let Ok(next) = last.again(at(now), most) {
                    last = next;
                    sent.push(now);
                }
            }
            prop_assert!(sent.windows(2).all(|pair| pair[1] - pair[0] >= 30_000));
            for day in 0..=now / DAY_MS {
                let count = sent.iter().filter(|millis| **millis / DAY_MS == day).count();
                prop_assert!(count <= most as usize);
            }
        }
    }
}
