//! The kinds of factor: each is a type and whoever provides it (contract: factors §2, §3).

use crate::session::Method;

/// A type of factor with its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactorKind {
    /// A question that only the user can answer.
    Question,
    /// Codes of an authenticator of the original's make.
    OktaTotp,
    /// Codes of any other authenticator.
    GoogleTotp,
    /// A code by SMS.
    Sms,
    /// A code told by a call.
    Call,
    /// A code by e-mail.
    Email,
    /// Approval on a device that is registered.
    Push,
    /// A key that a browser speaks to.
    WebAuthn,
    /// A key that a browser speaks to, in the older way.
    U2f,
    /// Codes of a time-based token whose parameters the organization has set.
    CustomHotp,
    /// One-time passwords of a YubiKey.
    Yubikey,
    /// Codes that another service verifies.
    Rsa,
    /// Codes that another service verifies.
    Symantec,
    /// A web page of another service.
    Duo,
}

/// Why a type and a provider name no kind of factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownKind {
    /// There is no such type.
    #[error("unknown type of factor")]
    Type,
    /// The type is not of this provider, or cannot be enrolled here.
    #[error("the provider does not fit the type")]
    Provider,
}

/// Types that have names, but no enrolment here.
const ELSEWHERE: [&str; 1] = ["signed_nonce"];

impl FactorKind {
    /// Every kind, in the order of the catalog (contract: factors §6.2).
    pub const ALL: [Self; 14] = [
        Self::Question,
        Self::OktaTotp,
        Self::GoogleTotp,
        Self::Sms,
        Self::Call,
        Self::Email,
        Self::Push,
        Self::WebAuthn,
        Self::U2f,
        Self::CustomHotp,
        Self::Yubikey,
        Self::Rsa,
        Self::Symantec,
        Self::Duo,
    ];

    /// The type on the wire.
    #[must_use]
    pub fn factor_type(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::OktaTotp | Self::GoogleTotp => "token:software:totp",
            Self::Sms => "sms",
            Self::Call => "call",
            Self::Email => "email",
            Self::Push => "push",
            Self::WebAuthn => "webauthn",
            Self::U2f => "u2f",
            Self::CustomHotp => "token:hotp",
            Self::Yubikey => "token:hardware",
            Self::Rsa | Self::Symantec => "token",
            Self::Duo => "web",
        }
    }

    /// The provider on the wire.
    #[must_use]
    pub fn provider(self) -> &'static str {
        match self {
            Self::Question | Self::OktaTotp | Self::Sms | Self::Call | Self::Email | Self::Push => "OKTA",
            Self::GoogleTotp => "GOOGLE",
            Self::WebAuthn | Self::U2f => "FIDO",
            Self::CustomHotp => "CUSTOM",
            Self::Yubikey => "YUBICO",
            Self::Rsa => "RSA",
            Self::Symantec => "SYMANTEC",
            Self::Duo => "DUO",
        }
    }

    /// The characters that ids of this kind start with (contract: factors §1.1).
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Question => "ufs",
            Self::OktaTotp => "ost",
            Self::GoogleTotp => "uft",
            Self::Sms => "sms",
            Self::Call => "clf",
            Self::Email => "emf",
            Self::Push => "opf",
            Self::WebAuthn => "fwf",
            Self::U2f => "fuf",
            Self::CustomHotp => "chf",
            Self::Yubikey => "ykf",
            Self::Rsa => "rsa",
            Self::Symantec => "ufv",
            Self::Duo => "dsf",
        }
    }

    /// What the log calls it (contract: factors §15).
    #[must_use]
    pub fn log_name(self) -> &'static str {
        match self {
            Self::Question => "QUESTION_FACTOR",
            Self::OktaTotp => "OKTA_SOFT_TOKEN",
            Self::GoogleTotp => "GOOGLE_AUTHENTICATOR",
            Self::Sms => "SMS_FACTOR",
            Self::Call => "CALL_FACTOR",
            Self::Email => "EMAIL_FACTOR",
            Self::Push => "OKTA_VERIFY_PUSH",
            Self::WebAuthn => "FIDO_WEBAUTHN",
            Self::U2f => "FIDO_U2F",
            Self::CustomHotp => "HOTP_FACTOR",
            Self::Yubikey => "YUBIKEY",
            Self::Rsa => "RSA_SECURID",
            Self::Symantec => "SYMANTEC_VIP",
            Self::Duo => "DUO_SECURITY",
        }
    }

    /// The way in which somebody who shows it is known from then on (RFC 8176).
    #[must_use]
    pub fn method(self) -> Method {
        match self {
            Self::Question => Method::Kba,
            Self::Sms => Method::Sms,
            Self::Call => Method::Tel,
            Self::Push | Self::Duo => Method::Swk,
            Self::WebAuthn | Self::U2f | Self::Yubikey => Method::Hwk,
            Self::OktaTotp | Self::GoogleTotp | Self::Email | Self::CustomHotp | Self::Rsa | Self::Symantec => {
                Method::Otp
            }
        }
    }

    /// How many of the kind a user may have (contract: factors §3).
    #[must_use]
    pub fn most(self) -> usize {
        match self {
            Self::WebAuthn | Self::U2f => 10,
            _ => 1,
        }
    }

    /// Whether an enrolment may be active at once because the caller says so (contract: factors §3).
    #[must_use]
    pub fn may_be_activated_at_once(self) -> bool {
        matches!(self, Self::Sms | Self::Call | Self::Email | Self::CustomHotp)
    }

    /// Whether its device registers by itself, and whoever enrols it asks until it has (contract: factors §3).
    #[must_use]
    pub fn registers_by_itself(self) -> bool {
        matches!(self, Self::Push | Self::Duo)
    }

    /// The kind of a type and a provider.
    ///
    /// # Errors
    /// [`UnknownKind`], which tells which of them is wrong.
    pub fn parse(factor_type: &str, provider: &str) -> Result<Self, UnknownKind> {
        let mut of_type = Self::ALL
            .into_iter()
            .filter(|kind| kind.factor_type() == factor_type)
            .peekable();
        if of_type.peek().is_none() && !ELSEWHERE.contains(&factor_type) {
            return Err(UnknownKind::Type);
        }
        of_type
            .find(|kind| kind.provider() == provider)
            .ok_or(UnknownKind::Provider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_named_by_its_type_and_its_provider() {
        for kind in FactorKind::ALL {
            assert_eq!(FactorKind::parse(kind.factor_type(), kind.provider()), Ok(kind));
        }
        assert_eq!(FactorKind::parse("sms", "GOOGLE"), Err(UnknownKind::Provider));
        assert_eq!(FactorKind::parse("signed_nonce", "OKTA"), Err(UnknownKind::Provider));
        assert_eq!(FactorKind::parse("carrier-pigeon", "OKTA"), Err(UnknownKind::Type));
    }

    #[test]
    fn prefixes_tell_kinds_apart() {
        let mut prefixes: Vec<_> = FactorKind::ALL.iter().map(|kind| kind.prefix()).collect();
        prefixes.sort_unstable();
        prefixes.dedup();
        assert_eq!(prefixes.len(), FactorKind::ALL.len());
    }
}
