//! Questions (contract: factors §7.1).

use denizen_domain::factor::{Device, FactorRefusal, FactorStatus, Question, QuestionKey, WrongProof, check_answer};
use denizen_domain::password::StoredPassword;
use denizen_domain::ports::Changes;
use denizen_domain::recovery_question::normalized_answer;
use denizen_domain::user::User;

use super::{Judged, Memo, New, needed};
use crate::directory::Directory;
use crate::error::Error;
use crate::factors::{EnrolFactor, Trial};

/// An answer that was compared with a stored one.
pub(crate) struct Answered {
    stored: StoredPassword,
    is_right: bool,
}

impl Directory {
    pub(super) async fn new_question(&self, user: &User, request: &EnrolFactor, memo: &mut Memo) -> Result<New, Error> {
        let profile = request.profile.as_ref().ok_or(FactorRefusal::InvalidProfile)?;
        let question = profile.question.as_deref().and_then(QuestionKey::parse);
        let (Some(question), Some(answer)) = (question, &profile.answer) else {
            return Err(FactorRefusal::InvalidProfile.into());
        };
        check_answer(question, answer, user.login.as_str())?;
        let answer = match memo.hashed.clone() {
            Some(hashed) => hashed,
            None => {
                self.must_not_be_password(user, answer).await?;
                self.ports.hasher.hash(&normalized_answer(answer)).await?
            }
        };
        memo.hashed = Some(answer.clone());
        Ok(New {
            device: Device::Question(Question { question, answer }),
            status: FactorStatus::Active,
            key: None,
            activation: None,
            user: None,
            beside: Changes::default(),
        })
    }

    /// An answer that is the password would tell it to whoever sees answers.
    async fn must_not_be_password(&self, user: &User, answer: &denizen_domain::secret::Secret) -> Result<(), Error> {
        let Some(password) = &user.credentials.password else {
            return Ok(());
        };
        if self.ports.hasher.verify(password, answer).await?.is_right() {
            let text = "The security question answer must not be the same as the password";
            return Err(FactorRefusal::InvalidAnswer(text.to_owned()).into());
        }
        Ok(())
    }

    pub(super) async fn judge_answer(
        &self,
        trial: &Trial<'_>,
        question: &Question,
        memo: &mut Memo,
    ) -> Result<Judged, Error> {
        let given = needed(trial.request.proof.answer.as_ref(), "answer")?;
        let known = memo.answered.as_ref().filter(|known| known.stored == question.answer);
        let is_right = match known {
            Some(known) => known.is_right,
            None => {
                let verdict = self
                    .ports
                    .hasher
                    .verify(&question.answer, &normalized_answer(given))
                    .await?;
                verdict.is_right()
            }
        };
        memo.answered = Some(Answered {
            stored: question.answer.clone(),
            is_right,
        });
        let device = Device::Question(question.clone());
        Ok(if is_right {
            Judged::Right(device)
        } else {
            Judged::Wrong(WrongProof::Answer, device)
        })
    }
}
