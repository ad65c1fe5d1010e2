//! Who a client is, and how it proves that (RFC 7523 §2.2).

use denizen_domain::app::App;
use denizen_domain::event::{Entity, EventOutcome, EventType};
use denizen_domain::oauth::{AssertionClaims, AssertionRefusal, OAuthCode, OAuthRefusal, ServiceClient};
use denizen_domain::ports::{Changes, OAuthWrite, StoreError, UniqueField, Write};
use denizen_domain::secret::Secret;

use crate::account::Doer;
use crate::call::RequestContext;
use crate::directory::Directory;
use crate::error::Error;

/// The one kind of proof that is taken.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const LONGEST_CLIENT_ID: usize = 100;

/// What a client sends to show who it is.
#[derive(Clone, Debug, Default)]
pub struct ClientProof {
    /// The name that it goes by; the assertion has it, too.
    pub client_id: Option<String>,
    /// The kind of the assertion.
    pub assertion_type: Option<String>,
    /// The assertion.
    pub assertion: Option<Secret>,
}

/// Why a client does not get what it asks for.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    /// It is told why.
    #[error(transparent)]
    Refused(#[from] OAuthRefusal),
    /// Something else stood in the way.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<StoreError> for OAuthError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Duplicate(UniqueField::Assertion) => OAuthRefusal::from(AssertionRefusal::Used).into(),
            error => Self::Failed(error.into()),
        }
    }
}

impl From<AssertionRefusal> for OAuthError {
    fn from(refusal: AssertionRefusal) -> Self {
        OAuthRefusal::from(refusal).into()
    }
}

/// A client that has proved who it is.
pub(super) struct Proven {
    pub(super) client: ServiceClient,
    /// Uses up the proof. Must be committed before anything is given for it.
    pub(super) uses: Vec<Write>,
}

/// Whoever claims to be a client, for the log.
pub(super) struct Claimant {
    pub(super) app: Option<App>,
    claimed: Option<String>,
}

impl Claimant {
    pub(super) fn entity(&self) -> Entity {
        let app = self.app.as_ref();
        let claimed = self.claimed.as_deref().unwrap_or("unknown");
        Entity {
            id: app.map_or_else(|| claimed.to_owned(), |app| app.id.to_string()),
            kind: "PublicClientApp".to_owned(),
            alternate_id: Some(claimed.to_owned()),
            display_name: app.map(|app| app.label.clone()),
        }
    }
}

impl Directory {
    /// Finds out whom a request claims to be from. Nothing is proved by that.
    pub(super) async fn claimant(&self, proof: &ClientProof) -> Result<Claimant, Error> {
        let said = || Some(AssertionClaims::unproved(proof.assertion.as_ref()?)?.iss);
        let claimed = proof.client_id.clone().or_else(said);
        let claimed =
            claimed.filter(|id| id.len() <= LONGEST_CLIENT_ID && id.bytes().all(|byte| byte.is_ascii_graphic()));
        let app = match &claimed {
            Some(id) => self.ports.store.client(id).await?,
            None => None,
        };
        Ok(Claimant { app, claimed })
    }

    /// Checks the proof of a client for one of the endpoints, which `path` names.
    ///
    /// # Errors
    /// `InvalidClient` when it proves nothing.
    pub(super) fn prove_client(
        &self,
        claimant: &Claimant,
        proof: &ClientProof,
        path: &str,
    ) -> Result<Proven, OAuthRefusal> {
        let (Some(JWT_BEARER), Some(assertion)) = (proof.assertion_type.as_deref(), &proof.assertion) else {
            let description = "Client authentication failed. An assertion that the client has signed is needed.";
            return Err(OAuthRefusal::new(OAuthCode::InvalidClient, description));
        };
        let app = claimant.app.as_ref().ok_or_else(OAuthRefusal::unknown_client)?;
        let client = ServiceClient::of(app)?;
        let claims = self.ports.signatures.verify_assertion(assertion, &client.keys)?;
        let base = &self.settings.public_url;
        // Clients that are given an address with a slash at its end write two (contract: clients 2).
        let [own, doubled] = [format!("{base}{path}"), format!("{base}/{path}")];
        let audiences = [&own, &doubled, &format!("{base}/oauth2/v1/token"), base];
        claims.check(&client.client_id, &audiences.map(String::as_str), self.now())?;
        let uses = claims.jti.as_ref().map(|id| {
            Write::OAuth(OAuthWrite::UseAssertion {
                app_id: client.app_id.clone(),
                id: Secret::new(id.as_str()).digest(),
                expires: claims.ends(),
            })
        });
        Ok(Proven {
            client,
            uses: uses.into_iter().collect(),
        })
    }

    /// Writes down that a client was refused (G2), and gives the refusal back.
    pub(super) async fn refuse(
        &self,
        request: &RequestContext,
        claimant: &Claimant,
        refusal: OAuthRefusal,
    ) -> Result<OAuthRefusal, Error> {
        let doer = Doer::entity(claimant.entity(), request);
        let mut event = self.event(&doer, EventType::OAuthTokenGrant, Vec::new(), self.now());
        event.outcome = EventOutcome::Failure(refusal.code.as_str().to_owned());
        event
            .debug
            .insert("errorDescription".to_owned(), refusal.description.clone());
        self.commit(Changes {
            events: vec![event],
            ..Changes::default()
        })
        .await?;
        Ok(refusal)
    }
}
