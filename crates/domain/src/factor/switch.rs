//! Which kinds of factor an organization uses (contract: factors §16.1).

use std::collections::{BTreeMap, BTreeSet};

use super::FactorKind;

/// Why a kind is not switched on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SwitchRefusal {
    /// No connector is configured to whoever verifies this kind.
    #[error("no connector is configured for this kind of factor")]
    NotConfigured,
    /// Policies let users enrol whatever is switched on, and they need something.
    #[error("a policy needs the last kind of factor that is switched on")]
    LastOfPolicy,
}

/// What has been switched, and what can be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FactorSwitches {
    /// What somebody has said about a kind.
    set: BTreeMap<FactorKind, bool>,
}

impl FactorKind {
    /// The name among the organization's factors.
    #[must_use]
    pub fn org_name(self) -> &'static str {
        match self {
            Self::Question => "okta_question",
            Self::OktaTotp => "okta_otp",
            Self::GoogleTotp => "google_otp",
            Self::Sms => "okta_sms",
            Self::Call => "okta_call",
            Self::Email => "okta_email",
            Self::Push => "okta_push",
            Self::WebAuthn => "fido_webauthn",
            Self::U2f => "fido_u2f",
            Self::CustomHotp => "hotp",
            Self::Yubikey => "yubikey_token",
            Self::Rsa => "rsa_token",
            Self::Symantec => "symantec_vip",
            Self::Duo => "duo",
        }
    }

    /// The kind with a name among the organization's factors.
    #[must_use]
    pub fn of_org_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.org_name() == name)
    }

    /// Whether another service verifies it, so that there must be a connector to that.
    #[must_use]
    pub fn needs_connector(self) -> bool {
        matches!(self, Self::Rsa | Self::Symantec | Self::Duo)
    }
}

impl FactorSwitches {
    /// The same after somebody has switched a kind.
    #[must_use]
    pub fn with(mut self, kind: FactorKind, is_on: bool) -> Self {
        self.set.insert(kind, is_on);
        self
    }

    /// Whether a kind is used: all are that nobody has switched off, as far as there is a connector where one is needed.
    #[must_use]
    pub fn is_on(&self, kind: FactorKind, connected: &BTreeSet<FactorKind>) -> bool {
        let is_usable = !kind.needs_connector() || connected.contains(&kind);
        is_usable && self.set.get(&kind).copied().unwrap_or(true)
    }

    /// Switches a kind; `None` where it is so already.
    ///
    /// # Errors
    /// [`SwitchRefusal`].
    pub fn switch(
        &self,
        kind: FactorKind,
        to: bool,
        connected: &BTreeSet<FactorKind>,
    ) -> Result<Option<Self>, SwitchRefusal> {
        if to && kind.needs_connector() && !connected.contains(&kind) {
            return Err(SwitchRefusal::NotConfigured);
        }
        if self.is_on(kind, connected) == to {
            return Ok(None);
        }
        let next = self.clone().with(kind, to);
        let any_is_on = FactorKind::ALL.into_iter().any(|kind| next.is_on(kind, connected));
        if any_is_on {
            Ok(Some(next))
        } else {
            Err(SwitchRefusal::LastOfPolicy)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for kind in FactorKind::ALL {
            assert_eq!(FactorKind::of_org_name(kind.org_name()), Some(kind));
        }
        assert_eq!(FactorKind::of_org_name("okta_password"), None);
    }

    #[test]
    fn what_needs_a_connector_is_off_without_one() {
        let (none, rsa) = (BTreeSet::new(), BTreeSet::from([FactorKind::Rsa]));
        let switches = FactorSwitches::default();
        assert!(switches.is_on(FactorKind::OktaTotp, &none) && !switches.is_on(FactorKind::Rsa, &none));
        assert!(switches.is_on(FactorKind::Rsa, &rsa) && !switches.is_on(FactorKind::Duo, &rsa));
        assert_eq!(
            switches.switch(FactorKind::Duo, true, &rsa),
            Err(SwitchRefusal::NotConfigured)
        );
        let off = switches.switch(FactorKind::Rsa, false, &rsa).unwrap().unwrap();
        assert!(!off.is_on(FactorKind::Rsa, &rsa));
        assert_eq!(off.switch(FactorKind::Rsa, false, &rsa), Ok(None));
        assert_eq!(off.switch(FactorKind::Duo, false, &rsa), Ok(None));
    }

    #[test]
    fn one_kind_is_left() {
        let none = BTreeSet::new();
        let mut switches = FactorSwitches::default();
        let mut refused = 0;
        for kind in FactorKind::ALL {
            match switches.switch(kind, false, &none) {
                Ok(next) => switches = next.unwrap_or(switches),
                Err(refusal) => {
                    assert_eq!((kind, refusal), (FactorKind::Yubikey, SwitchRefusal::LastOfPolicy));
                    refused += 1;
                }
            }
        }
        assert_eq!(refused, 1);
        assert!(switches.is_on(FactorKind::Yubikey, &none));
    }
}
