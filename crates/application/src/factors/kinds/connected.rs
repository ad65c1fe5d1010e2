//! Factors that services elsewhere verify (contract: factors §7.7, §7.12).

use denizen_domain::factor::connector::{
    ConnectorAnswer, ConnectorError, ConnectorPurpose, ConnectorQuestion, ConnectorRefusal,
};
use denizen_domain::factor::token::RemoteCredential;
use denizen_domain::factor::{Device, Factor, FactorKind, FactorRefusal, FactorStatus, WrongProof};
use denizen_domain::ports::Changes;
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;

use super::{Activation, Challenge, Judged, Memo, New, needed};
use crate::directory::Directory;
use crate::error::Error;
use crate::factors::enrol::Target;
use crate::factors::{EnrolFactor, Proof, Trial};

const LONGEST_NAME: usize = 255;

impl Directory {
    /// Enrols what a service says that the user has.
    pub(super) async fn new_connected(
        &self,
        user: &User,
        target: &Target<'_>,
        request: &EnrolFactor,
        memo: &mut Memo,
    ) -> Result<New, Error> {
        let kind = target.kind;
        let given = request
            .profile
            .as_ref()
            .and_then(|given| given.credential_id.as_deref());
        let name = given.filter(|name| !name.trim().is_empty() && name.chars().count() <= LONGEST_NAME);
        let known = RemoteCredential {
            credential_id: name.ok_or(FactorRefusal::InvalidProfile)?.to_owned(),
            page: None,
        };
        if kind != FactorKind::Duo {
            needed(request.proof.pass_code.as_ref(), "passCode")?;
        }
        if kind == FactorKind::Symantec {
            needed(request.proof.next_pass_code.as_ref(), "nextPassCode")?;
        }
        let question = question(kind, ConnectorPurpose::Enrol, user, &known, &request.proof);
        let (known, status, activation) = match self.asked(&question, memo).await? {
            ConnectorAnswer::Accepted => (known, FactorStatus::Active, None),
            ConnectorAnswer::Waiting(Some(page)) if kind == FactorKind::Duo => {
                let opened = known.on_page(&page.transaction, target.at);
                (opened, FactorStatus::PendingActivation, Some(Activation::Page(page)))
            }
            answer => return Err(refusal(answer)),
        };
        Ok(New {
            device: as_kind(kind, known),
            status,
            key: None,
            activation,
            user: None,
            beside: Changes::default(),
        })
    }

    /// Judges a code, or how a page ended. Who is on no page is sent to one.
    pub(super) async fn judge_connected(
        &self,
        trial: &Trial<'_>,
        factor: &Factor,
        user: &User,
        known: &RemoteCredential,
        at: Timestamp,
        memo: &mut Memo,
    ) -> Result<Judged, Error> {
        let kind = factor.kind();
        let proof = &trial.request.proof;
        let page = known.open_page(at).filter(|_| kind == FactorKind::Duo);
        if kind != FactorKind::Duo {
            needed(proof.pass_code.as_ref(), "passCode")?;
        }
        let purpose = match page {
            Some(_) => ConnectorPurpose::Poll,
            None => ConnectorPurpose::Verify,
        };
        let mut question = question(kind, purpose, user, known, proof);
        question.transaction = page.map(|page| page.transaction.clone());
        let no_page = || as_kind(kind, known.on_no_page());
        match self.asked(&question, memo).await? {
            ConnectorAnswer::Accepted => Ok(Judged::Right(no_page())),
            ConnectorAnswer::Rejected if kind == FactorKind::Duo => Ok(Judged::Wrong(WrongProof::Rejected, no_page())),
            ConnectorAnswer::Rejected => Ok(Judged::Wrong(WrongProof::Token, factor.device.clone())),
            ConnectorAnswer::Waiting(Some(page)) if purpose == ConnectorPurpose::Verify && kind == FactorKind::Duo => {
                let opened = as_kind(kind, known.on_page(&page.transaction, at));
                Ok(Judged::Challenged(opened, Challenge::Page(page), Changes::default()))
            }
            answer => Err(refusal(answer)),
        }
    }

    /// Judges how the page ended that activates a factor.
    pub(super) async fn judge_connected_activation(
        &self,
        trial: &Trial<'_>,
        factor: &Factor,
        user: &User,
        known: &RemoteCredential,
        at: Timestamp,
        memo: &mut Memo,
    ) -> Result<Judged, Error> {
        let Some(page) = known.open_page(at) else {
            return Err(FactorRefusal::WrongState.into());
        };
        let kind = factor.kind();
        let mut question = question(kind, ConnectorPurpose::Poll, user, known, &trial.request.proof);
        question.transaction = Some(page.transaction.clone());
        match self.asked(&question, memo).await? {
            ConnectorAnswer::Accepted => Ok(Judged::Right(as_kind(kind, known.on_no_page()))),
            ConnectorAnswer::Rejected => Ok(Judged::Wrong(WrongProof::Rejected, factor.device.clone())),
            answer => Err(refusal(answer)),
        }
    }

    /// Asks a service, once for each request, however often the request is decided again.
    async fn asked(&self, question: &ConnectorQuestion, memo: &mut Memo) -> Result<ConnectorAnswer, Error> {
        if let Some((asked, answer)) = &memo.connected
            && *asked == question.transaction
        {
            return Ok(answer.clone());
        }
        let answer = self.ports.connectors.ask(question).await;
        let answer = answer.map_err(ConnectorRefusal::from)?;
        memo.connected = Some((question.transaction.clone(), answer.clone()));
        Ok(answer)
    }
}

fn question(
    kind: FactorKind,
    purpose: ConnectorPurpose,
    user: &User,
    known: &RemoteCredential,
    proof: &Proof,
) -> ConnectorQuestion {
    ConnectorQuestion {
        kind,
        purpose,
        user_id: user.id.to_string(),
        login: user.login.as_str().to_owned(),
        credential_id: known.credential_id.clone(),
        code: proof.pass_code.clone(),
        next_code: proof.next_pass_code.clone(),
        transaction: None,
    }
}

/// What an answer comes to that settles nothing.
fn refusal(answer: ConnectorAnswer) -> Error {
    match answer {
        ConnectorAnswer::NewPin(prompt) => ConnectorRefusal::NewPin(prompt).into(),
        ConnectorAnswer::NextCode => ConnectorRefusal::NextCode.into(),
        ConnectorAnswer::Rejected => WrongProof::Token.into(),
        ConnectorAnswer::Waiting(_) => ConnectorRefusal::Waiting.into(),
        ConnectorAnswer::Accepted => unexpected(),
    }
}

fn unexpected() -> Error {
    let text = "the connector's answer does not fit the question".to_owned();
    ConnectorRefusal::Silent(ConnectorError::Failed(text)).into()
}

fn as_kind(kind: FactorKind, known: RemoteCredential) -> Device {
    match kind {
        FactorKind::Rsa => Device::Rsa(known),
        FactorKind::Symantec => Device::Symantec(known),
        _ => Device::Duo(known),
    }
}

/// What a service said within one request, and about which page.
pub(crate) type Connected = (Option<String>, ConnectorAnswer);
