//! Devices that approve, on their way and at work (contract: factors §7.6).

use denizen_application::{Activation, PushActivation};
use denizen_domain::factor::{Factor, FactorId};
use denizen_domain::push::{PushState, PushTransaction};
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use serde_json::{Value, json};

use super::links::link;
use super::{Place, ResultView};

impl Place<'_> {
    /// How far the device of a factor has come.
    pub(crate) fn push_activation(&self, factor: &Factor, stands: &PushActivation) -> Value {
        match stands {
            PushActivation::Waiting(Activation::Push { token, expires }) => {
                self.waiting_activation(&factor.id, token, *expires, true)
            }
            PushActivation::Waiting(other) => self.activation(&factor.id, other),
            PushActivation::TimedOut => {
                let activate = format!("{}/lifecycle/activate", self.address(&factor.id));
                json!({"factorResult": "TIMEOUT", "_links": {"activate": link(&activate, &["POST"])}})
            }
            PushActivation::Done => json!(self.factor(factor)),
        }
    }

    /// A factor that waits for its device. Where it stands alone, it tells where to ask again.
    pub(super) fn waiting_activation(
        &self,
        id: &FactorId,
        token: &Secret,
        expires: Timestamp,
        is_alone: bool,
    ) -> Value {
        let mut links = json!({"send": self.send_links(id), "qrcode": self.picture(id, token.expose())});
        if is_alone {
            links["poll"] = link(&format!("{}/lifecycle/activate", self.address(id)), &["POST"]);
        }
        json!({"expiresAt": expires.to_string(), "factorResult": "WAITING", "_links": links})
    }

    /// What has become of a push; whose it is stands beside it when somebody asks again.
    pub(crate) fn push(&self, factor: &Factor, push: &PushTransaction, is_asked_again: bool) -> ResultView {
        let profile = json!({"credentialId": self.login});
        match push.state {
            PushState::Waiting => ResultView {
                expires_at: Some(push.expires.to_string()),
                factor_result: "WAITING",
                profile: is_asked_again.then_some(profile),
                links: Some(self.push_links(&factor.id, &push.id)),
                embedded: push
                    .context
                    .number
                    .map(|number| json!({"challenge": {"correctAnswer": number.correct}})),
            },
            PushState::Approved => super::success(factor),
            PushState::Rejected | PushState::TimedOut | PushState::Cancelled => ResultView {
                expires_at: None,
                factor_result: push.state.as_str(),
                profile: Some(profile),
                links: Some(self.answer_links(&factor.id)),
                embedded: None,
            },
        }
    }
}
