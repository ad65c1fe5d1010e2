//! No telephony at all.

use async_trait::async_trait;
use denizen_domain::id::MessageId;
use denizen_domain::message::{PhoneSender, SendError, Sms, VoiceCall};

/// Sends nothing: what still waits from another time is given up.
pub struct NoSender;

#[async_trait]
impl PhoneSender for NoSender {
    async fn send_sms(&self, _: &MessageId, _: &Sms) -> Result<(), SendError> {
        Err(off())
    }

    async fn call(&self, _: &MessageId, _: &VoiceCall) -> Result<(), SendError> {
        Err(off())
    }
}

fn off() -> SendError {
    SendError::Permanent("telephony is off".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{call, id, sms};

    #[tokio::test]
    async fn nothing_is_sent() {
        assert_eq!(NoSender.send_sms(&id(), &sms()).await, Err(off()));
        assert_eq!(NoSender.call(&id(), &call()).await, Err(off()));
    }
}
