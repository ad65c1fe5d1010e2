//! Limits of what is asked about one account, whoever asks (contract: authn-and-recovery §2; checklist T10).

use denizen_domain::login::LoginKey;

use crate::rate_limit::{RateLimiter, RateLimits, Standing};

/// How often something may be asked about one account, or from one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountLimits {
    /// Attempts to sign in to one account, in a second.
    pub sign_ins_per_second: u32,
    /// Recoveries of one account, in an hour.
    pub recoveries_per_hour: u32,
    /// Recoveries asked for from one address, in an hour.
    pub recoveries_per_address_and_hour: u32,
}

impl Default for AccountLimits {
    fn default() -> Self {
        Self {
            sign_ins_per_second: 4,
            recoveries_per_hour: 10,
            recoveries_per_address_and_hour: 100,
        }
    }
}

const HOUR: u32 = 3600;

/// Counts what is asked about accounts. Accounts that do not exist are counted like any other (T9).
pub(crate) struct Throttles {
    sign_ins: RateLimiter,
    recoveries: RateLimiter,
    addresses: RateLimiter,
}

impl Throttles {
    pub(crate) fn new(limits: AccountLimits) -> Self {
        let limiter = |most, seconds| {
            let limits = RateLimits {
                default_per_minute: most,
                buckets: Vec::new(),
            };
            RateLimiter::with_window(limits, seconds)
        };
        Self {
            sign_ins: limiter(limits.sign_ins_per_second, 1),
            recoveries: limiter(limits.recoveries_per_hour, HOUR),
            addresses: limiter(limits.recoveries_per_address_and_hour, HOUR),
        }
    }

    /// Counts an attempt to sign in.
    pub(crate) fn sign_in(&self, name: &str, now: u32) -> Standing {
        take(&self.sign_ins, LoginKey::of(name).as_str(), now)
    }

    /// Counts a recovery: against its address, and then against its account.
    pub(crate) fn recovery(&self, name: &str, address: Option<&str>, now: u32) -> Standing {
        let standing = take(&self.addresses, address.unwrap_or_default(), now);
        if standing.exceeded {
            return standing;
        }
        take(&self.recoveries, LoginKey::of(name).as_str(), now)
    }
}

fn take(limiter: &RateLimiter, key: &str, now: u32) -> Standing {
    limiter.take(limiter.bucket(""), key, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// T10: by account and by address; the spelling of a name does not matter.
    #[test]
    fn accounts_and_addresses_are_counted_apart() {
        let throttles = Throttles::new(AccountLimits {
            sign_ins_per_second: 2,
            recoveries_per_hour: 2,
            recoveries_per_address_and_hour: 3,
        });
        let attempt = |name, now| throttles.sign_in(name, now).exceeded;
        let seen = [attempt("a@b.io", 1), attempt("A@b.io", 1), attempt("á@b.io", 1)];
        assert_eq!(seen, [false, false, true]);
        assert!(!attempt("b@b.io", 1) && !attempt("a@b.io", 2));
        let recover = |name, address, now| throttles.recovery(name, Some(address), now).exceeded;
        let seen = [
            recover("a@b.io", "1", 1),
            recover("a@b.io", "2", 1),
            recover("a@b.io", "2", 1),
        ];
        assert_eq!(seen, [false, false, true]);
        assert!(!recover("b@b.io", "2", 1) && recover("c@b.io", "2", 1));
        assert!(!recover("a@b.io", "2", HOUR + 1));
    }
}
