//! What every call carries, and the forms of answers that several use cases share.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use denizen_domain::authority::{Caller, Standing};
use denizen_domain::id::UserId;
use denizen_domain::secret::Secret;
use denizen_domain::user::User;

/// Somebody calls.
#[derive(Clone, Debug)]
pub struct Call {
    /// Who.
    pub caller: Caller,
    /// By which request.
    pub request: RequestContext,
    /// Whom it is about, if that was read with the caller.
    pub foreseen: Foreseen,
}

/// The user whom a call is about, as read together with the caller. The first read of that user takes it; whoever decides
/// again reads anew.
#[derive(Default)]
pub struct Foreseen(Mutex<Option<Box<Foresight>>>);

/// A user, and what they are to administrators where that was asked for.
pub(crate) struct Foresight {
    pub(crate) user: User,
    pub(crate) standing: Option<Standing>,
}

impl Foreseen {
    pub(crate) fn new(user: Option<User>, standing: Option<Standing>) -> Self {
        Self(Mutex::new(user.map(|user| Box::new(Foresight { user, standing }))))
    }

    /// The user, if it is this one and nobody has taken it.
    pub(crate) fn take(&self, id: &UserId) -> Option<Foresight> {
        let mut foreseen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        foreseen.take_if(|seen| seen.user.id == *id).map(|seen| *seen)
    }
}

impl Clone for Foreseen {
    /// Nothing is foreseen twice.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for Foreseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Foreseen")
    }
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
