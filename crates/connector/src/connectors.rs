//! Connectors, each for one kind of factor.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use denizen_domain::endpoint::Endpoint;
use denizen_domain::factor::FactorKind;
use denizen_domain::factor::connector::{ConnectorAnswer, ConnectorError, ConnectorQuestion, FactorConnectors};
use denizen_domain::ports::Clock;
use denizen_domain::secret::Secret;

use crate::client::Client;
use crate::wire;

/// Where a connector is, and what it knows us by.
#[derive(Clone)]
pub struct Connector {
    /// Its address.
    pub endpoint: Endpoint,
    /// What requests are signed with.
    pub secret: Secret,
    /// How long it may take.
    pub timeout: Duration,
}

/// Connectors that are asked over HTTP.
pub struct HttpConnectors {
    clients: BTreeMap<FactorKind, Client>,
    clock: Arc<dyn Clock>,
}

impl HttpConnectors {
    /// A connector for each of some kinds; no connection is made yet.
    #[must_use]
    pub fn new(connectors: impl IntoIterator<Item = (FactorKind, Connector)>, clock: Arc<dyn Clock>) -> Self {
        let clients = connectors.into_iter().map(|(kind, connector)| {
            let Connector {
                endpoint,
                secret,
                timeout,
            } = connector;
            (kind, Client::new(endpoint, secret, timeout))
        });
        Self {
            clients: clients.collect(),
            clock,
        }
    }
}

#[async_trait]
impl FactorConnectors for HttpConnectors {
    fn kinds(&self) -> BTreeSet<FactorKind> {
        self.clients.keys().copied().collect()
    }

    async fn ask(&self, question: &ConnectorQuestion) -> Result<ConnectorAnswer, ConnectorError> {
        let client = self.clients.get(&question.kind).ok_or(ConnectorError::NotConfigured)?;
        let answer = client.post(wire::question(question)?, self.clock.now()).await?;
        wire::answer(&answer)
    }
}
