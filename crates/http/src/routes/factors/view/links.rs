//! The links of factors, by kind and status (contract: factors §5).

use denizen_domain::factor::{Factor, FactorId, FactorKind, FactorStatus};
use denizen_domain::id::PushTransactionId;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::Place;

/// Links, in the order in which they are shown.
pub(crate) struct Links(Vec<(&'static str, Value)>);

impl Links {
    /// Links in an order of their own.
    pub(super) fn of(links: Vec<(&'static str, Value)>) -> Self {
        Self(links)
    }
}

impl Serialize for Links {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (relation, link) in &self.0 {
            map.serialize_entry(relation, link)?;
        }
        map.end()
    }
}

pub(super) fn link(href: &str, allow: &[&str]) -> Value {
    json!({"href": href, "hints": {"allow": allow}})
}

impl Place<'_> {
    pub(super) fn links(&self, factor: &Factor) -> Links {
        use FactorKind as K;
        let own = self.address(&factor.id);
        let kind = factor.kind();
        let user = ("user", link(&self.user, &["GET"]));
        let post = |relation: &'static str, path: &str| (relation, link(&format!("{own}/{path}"), &["POST"]));
        if factor.status == FactorStatus::PendingActivation {
            // Removing works as well, but is not told (contract: factors §5).
            let itself = ("self", link(&own, &["GET"]));
            let activate = post("activate", "lifecycle/activate");
            // The original shows a list under `resend`, at which one of the official clients fails: the operation is there, its
            // link is not (contract: clients 16).
            return Links(match kind {
                K::Push | K::Duo => vec![post("poll", "lifecycle/activate/poll"), itself, user],
                _ => vec![activate, itself, user],
            });
        }
        let itself = ("self", link(&own, &["GET", "DELETE"]));
        let verify = post("verify", "verify");
        Links(match kind {
            K::Question => {
                let questions = ("questions", link(&format!("{}/factors/questions", self.user), &["GET"]));
                vec![questions, itself, user]
            }
            K::Sms | K::Call | K::Email | K::Rsa | K::Symantec | K::Yubikey | K::Push | K::Duo => {
                vec![verify, itself, user]
            }
            K::OktaTotp | K::GoogleTotp | K::WebAuthn | K::U2f | K::CustomHotp => vec![itself, verify, user],
        })
    }

    /// Where a challenge is answered, and where its factor is.
    pub(super) fn answer_links(&self, id: &FactorId) -> Links {
        let own = self.address(id);
        Links(vec![
            ("verify", link(&format!("{own}/verify"), &["POST"])),
            ("factor", link(&own, &["GET", "DELETE"])),
        ])
    }

    /// Where a push is asked about, and taken back.
    pub(super) fn push_links(&self, id: &FactorId, push: &PushTransactionId) -> Links {
        let own = format!("{}/transactions/{push}", self.address(id));
        Links(vec![
            ("poll", link(&own, &["GET"])),
            ("cancel", link(&own, &["DELETE"])),
        ])
    }

    /// Where the link for a device can be had.
    pub(super) fn send_links(&self, id: &FactorId) -> Value {
        let own = self.address(id);
        let way = |name: &str| {
            let href = format!("{own}/lifecycle/activate/{name}");
            json!({"name": name, "href": href, "hints": {"allow": ["POST"]}})
        };
        json!([way("email"), way("sms")])
    }

    pub(super) fn entry_links(&self, kind: FactorKind) -> Links {
        let factors = format!("{}/factors", self.user);
        let enrol = ("enroll", link(&factors, &["POST"]));
        Links(match kind {
            FactorKind::Question => vec![("questions", link(&format!("{factors}/questions"), &["GET"])), enrol],
            _ => vec![enrol],
        })
    }
}
