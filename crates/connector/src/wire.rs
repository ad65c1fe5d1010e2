//! What connectors are asked, and what they answer, as JSON (documented in `docs/connectors.md`).

use denizen_domain::factor::connector::{ConnectorAnswer, ConnectorError, ConnectorPage, ConnectorQuestion};
use denizen_domain::secret::Secret;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::client::failed;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QuestionBody<'a> {
    operation: &'static str,
    factor_type: &'static str,
    provider: &'static str,
    user: UserBody<'a>,
    credential_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pass_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_pass_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<&'a str>,
}

#[derive(Serialize)]
struct UserBody<'a> {
    id: &'a str,
    login: &'a str,
}

/// A question as JSON.
pub(crate) fn question(asked: &ConnectorQuestion) -> Result<Zeroizing<Vec<u8>>, ConnectorError> {
    let body = QuestionBody {
        operation: asked.purpose.as_str(),
        factor_type: asked.kind.factor_type(),
        provider: asked.kind.provider(),
        user: UserBody {
            id: &asked.user_id,
            login: &asked.login,
        },
        credential_id: &asked.credential_id,
        pass_code: asked.code.as_ref().map(Secret::expose),
        next_pass_code: asked.next_code.as_ref().map(Secret::expose),
        transaction: asked.transaction.as_deref(),
    };
    let written = serde_json::to_vec(&body).map_err(|_| failed("the request cannot be written"))?;
    Ok(Zeroizing::new(written))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnswerBody {
    result: ResultBody,
    message: Option<String>,
    page: Option<PageBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ResultBody {
    Success,
    Rejected,
    Waiting,
    NewPin,
    NextCode,
    Timeout,
    Error,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageBody {
    transaction: String,
    host: String,
    signature: String,
    script: Option<String>,
}

const USUAL_PROMPT: &str = "Enter a new PIN having from 4 to 8 digits:";
const LONGEST_PROMPT: usize = 200;

/// Reads an answer. What it says in its own words is kept short, for people see it.
pub(crate) fn answer(body: &[u8]) -> Result<ConnectorAnswer, ConnectorError> {
    let read: AnswerBody =
        serde_json::from_slice(body).map_err(|_| failed("the connector does not answer as documented"))?;
    let said = read.message.filter(|text| !text.is_empty());
    let said = said.map(|text| {
        text.chars()
            .filter(|c| !c.is_control())
            .take(LONGEST_PROMPT)
            .collect::<String>()
    });
    Ok(match read.result {
        ResultBody::Success => ConnectorAnswer::Accepted,
        ResultBody::Rejected => ConnectorAnswer::Rejected,
        ResultBody::Waiting => ConnectorAnswer::Waiting(read.page.map(|page| ConnectorPage {
            transaction: page.transaction,
            host: page.host,
            signature: page.signature,
            script: page.script,
        })),
        ResultBody::NewPin => ConnectorAnswer::NewPin(said.unwrap_or_else(|| USUAL_PROMPT.to_owned())),
        ResultBody::NextCode => ConnectorAnswer::NextCode,
        ResultBody::Timeout => return Err(ConnectorError::TimedOut),
        ResultBody::Error => {
            let said = said.unwrap_or_else(|| "the service failed".to_owned());
            return Err(ConnectorError::Failed(said));
        }
    })
}
