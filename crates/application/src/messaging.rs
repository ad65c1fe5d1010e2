//! Codes on their way to people: whether one may go out now, and what it says (contract: factors §8, messages §1).

use denizen_domain::message::MailTemplate;
use denizen_domain::phone::PhoneRules;
use denizen_domain::ports::{Changes, MessagingWrite, Write};
use denizen_domain::sending::{Channel, Sending};
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;

use crate::account::address;
use crate::directory::Directory;
use crate::error::Error;

/// What is sent to people, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageSettings {
    /// Whether phones can be reached at all.
    pub telephony: bool,
    /// Which numbers are called.
    pub phone_rules: PhoneRules,
    /// So many codes a number gets in a day, by short messages and by calls each.
    pub phone_codes_a_day: u32,
    /// So many codes a mail address gets in a day.
    pub mail_codes_a_day: u32,
    /// Users are told that they were locked out.
    pub tell_lockout: bool,
    /// Users are told that a factor was enrolled.
    pub tell_factor_enrolled: bool,
    /// Users are told that factors were reset.
    pub tell_factor_reset: bool,
}

impl Default for MessageSettings {
    fn default() -> Self {
        Self {
            telephony: true,
            phone_rules: PhoneRules {
                // They bill whoever calls.
                denied: ["+1900", "+1976", "+979"].map(str::to_owned).to_vec(),
                ..PhoneRules::default()
            },
            phone_codes_a_day: 50,
            mail_codes_a_day: 200,
            tell_lockout: true,
            tell_factor_enrolled: true,
            tell_factor_reset: true,
        }
    }
}

impl Directory {
    /// Adds to the changes that an address is sent a code; of two who decide so at once, one is told that the other was first
    /// (S2).
    pub(crate) async fn note_sending(
        &self,
        changes: &mut Changes,
        channel: Channel,
        address: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        let write = match self.ports.store.sending(channel, address).await? {
            None => MessagingWrite::InsertSending(Sending::first(channel, address, at)),
            Some(last) => MessagingWrite::UpdateSending(last.again(at, self.most_a_day(channel))?),
        };
        changes.writes.push(Write::Messaging(write));
        Ok(())
    }

    /// Adds the mail that tells a user of the own lock-out, where that is wanted.
    pub(crate) fn tell_lockout(&self, changes: &mut Changes, user: &User, at: Timestamp) -> Result<(), Error> {
        if !self.settings.messages.tell_lockout {
            return Ok(());
        }
        self.mail_notice(changes, MailTemplate::AccountLockout, address(user, "email"), user, at)
    }

    fn most_a_day(&self, channel: Channel) -> u32 {
        match channel {
            Channel::Sms | Channel::Call => self.settings.messages.phone_codes_a_day,
            Channel::Email => self.settings.messages.mail_codes_a_day,
        }
    }
}
