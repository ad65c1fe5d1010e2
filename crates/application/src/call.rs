//! What every call carries, and the forms of answers that several use cases share.

use denizen_domain::authority::Caller;
use denizen_domain::secret::Secret;

/// Somebody calls.
#[derive(Clone, Debug)]
pub struct Call {
    /// Who.
    pub caller: Caller,
    /// By which request.
    pub request: RequestContext,
}

/// The request that carries a call, for the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestContext {
    /// The request's id.
    pub id: String,
    /// Where it came from.
    pub ip_address: Option<String>,
    /// The program that sent it.
    pub user_agent: Option<String>,
}

/// A piece of a list.
#[derive(Clone, Debug)]
pub struct Listing<T> {
    /// The entries.
    pub items: Vec<T>,
    /// The cursor of the next piece; none on the last.
    pub next: Option<String>,
    /// The limit that applied.
    pub limit: usize,
}

/// A one-time token and the link that carries it, for callers who deliver it themselves.
#[derive(Clone, Debug)]
pub struct TokenLink {
    /// The link.
    pub url: Secret,
    /// The token in it.
    pub token: Secret,
}
