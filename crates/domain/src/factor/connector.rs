//! Services elsewhere that verify factors of their own: what they are asked, and what they may answer (contract: factors §7.7,
//! §7.12).

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::FactorKind;
use crate::secret::Secret;

/// What a service is asked about.
#[derive(Clone, Debug)]
pub struct ConnectorQuestion {
    /// The kind of factor.
    pub kind: FactorKind,
    /// What is wanted.
    pub purpose: ConnectorPurpose,
    /// The user's id here.
    pub user_id: String,
    /// The user's login here.
    pub login: String,
    /// The name that the service knows the user or the token by.
    pub credential_id: String,
    /// The code.
    pub code: Option<Secret>,
    /// The code after it, by which a service finds the place of a token.
    pub next_code: Option<Secret>,
    /// What the service called a page that was not finished, to ask how it ended.
    pub transaction: Option<String>,
}

/// What is wanted of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConnectorPurpose {
    /// Get to know the user, and whether the code is good.
    Enrol,
    /// Say whether the code is good.
    Verify,
    /// Say how a page ended.
    Poll,
}

impl ConnectorPurpose {
    /// The name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enrol => "enroll",
            Self::Verify => "verify",
            Self::Poll => "poll",
        }
    }
}

/// A page of a service that the user goes through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectorPage {
    /// What the service calls it.
    pub transaction: String,
    /// Where the page is.
    pub host: String,
    /// What the page is opened with.
    pub signature: String,
    /// The script that shows the page.
    pub script: Option<String>,
}

/// What a service answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectorAnswer {
    /// The code is good, or the page ended well.
    Accepted,
    /// The code is not, or the page did not.
    Rejected,
    /// The user is on the page.
    Waiting(Option<ConnectorPage>),
    /// The user must choose a new PIN, and is asked so.
    NewPin(String),
    /// The user must wait for the code after this one.
    NextCode,
}

/// Why a service answers nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorError {
    /// There is no connector to it.
    #[error("no connector is configured")]
    NotConfigured,
    /// It takes too long.
    #[error("the service did not answer in time")]
    TimedOut,
    /// It failed, or answers what cannot be understood. The text is for the operator.
    #[error("the service failed: {0}")]
    Failed(String),
}

/// What stands between a user and the answer of a service: nothing that counts as a wrong proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorRefusal {
    /// The service asks for a new PIN, in these words.
    #[error("the service asks for a new PIN")]
    NewPin(String),
    /// The service asks for the code after this one.
    #[error("the service asks for the next code")]
    NextCode,
    /// The user has not finished the page.
    #[error("the user has not finished the page")]
    Waiting,
    /// The service answers nothing.
    #[error(transparent)]
    Silent(#[from] ConnectorError),
}

/// Asks services elsewhere.
#[async_trait]
pub trait FactorConnectors: Send + Sync {
    /// The kinds that there is a connector for.
    fn kinds(&self) -> BTreeSet<FactorKind>;

    /// Asks the service of a kind.
    ///
    /// # Errors
    /// [`ConnectorError`].
    async fn ask(&self, question: &ConnectorQuestion) -> Result<ConnectorAnswer, ConnectorError>;
}

/// No connector at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoConnectors;

#[async_trait]
impl FactorConnectors for NoConnectors {
    fn kinds(&self) -> BTreeSet<FactorKind> {
        BTreeSet::new()
    }

    async fn ask(&self, _: &ConnectorQuestion) -> Result<ConnectorAnswer, ConnectorError> {
        Err(ConnectorError::NotConfigured)
    }
}
