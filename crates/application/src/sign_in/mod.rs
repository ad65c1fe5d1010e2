//! Signing in and recovering an account, as conversations (contract: authn-and-recovery).
//!
//! Each step takes the secret of a transaction, looks whether it is one of its stage, and commits everything that follows,
//! the next stage included, as one change: of many callers with one secret, one gets through.

mod course;
mod credentials;
mod enrolment;
mod factors;
mod password;
mod recovery;
mod recovery_steps;
mod transaction;

use denizen_domain::factor::Factor;
use denizen_domain::ports::{Changes, SessionWrite, Write};
use denizen_domain::secret::Secret;
use denizen_domain::session::Evidence;
use denizen_domain::sign_in::{Details, Stage, Transaction, Wishes};
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;

pub use self::credentials::{ChangeExpiredPassword, SetPassword};
pub use self::password::SignIn;
pub use self::recovery::Recover;
use crate::factors::{Activation, CatalogEntry, Challenge};

/// What an account is recovered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecoveryKind {
    /// A forgotten password.
    Password,
    /// A lock-out.
    Unlock,
}

/// Where a conversation stands.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// How far it is.
    pub progress: Progress,
    /// What the client wanted to be told again.
    pub relay_state: Option<String>,
}

/// How far a conversation is.
#[derive(Clone, Debug)]
pub enum Progress {
    /// The user is known; the token is good for one session.
    SignedIn {
        /// The session token.
        token: Secret,
        /// When it dies.
        expires: Timestamp,
        /// Who signed in.
        user: Box<User>,
    },
    /// Something is left to do.
    Pending {
        /// The state token.
        token: Secret,
        /// The transaction.
        transaction: Box<Transaction>,
        /// Who signs in.
        user: Box<User>,
        /// What is told with the stage.
        shown: Shown,
    },
    /// The user is locked out, and the policy says so.
    LockedOut,
    /// The lock-out is over.
    Unlocked {
        /// Whose.
        user: Box<User>,
    },
    /// If there is such a user, a mail was sent.
    Mailed(RecoveryKind),
    /// The program that asks delivers the token itself.
    Recoverable {
        /// What for.
        kind: RecoveryKind,
        /// The recovery token.
        token: Secret,
        /// When it dies.
        expires: Timestamp,
        /// Whose account it is.
        user: Box<User>,
    },
}

/// What is told with a stage, beside the stage.
#[derive(Clone, Debug)]
pub enum Shown {
    /// Nothing.
    Nothing,
    /// The factors that can be shown.
    Factors(Vec<Factor>),
    /// The factor that is challenged, and the challenge where it was made just now.
    Challenge(Box<Factor>, Option<Challenge>),
    /// What can be enrolled.
    Catalog {
        /// The kinds.
        entries: Vec<CatalogEntry>,
        /// Whether the user may go on without.
        may_skip: bool,
    },
    /// The factor that waits for its activation, and what activates it where it was enrolled just now.
    Enrolled(Box<Factor>, Option<Activation>),
}

/// A transaction that is about to be added.
pub(crate) struct NewTransaction {
    pub(crate) stage: Stage,
    pub(crate) evidence: Option<Evidence>,
    pub(crate) relay_state: Option<String>,
    pub(crate) wishes: Wishes,
    pub(crate) shown: Shown,
}

impl crate::Directory {
    /// Adds a transaction to the changes; its secret is the session token where all is done, and the state token otherwise.
    pub(crate) fn open_transaction(
        &self,
        changes: &mut Changes,
        user: &User,
        new: NewTransaction,
        at: Timestamp,
    ) -> Conversation {
        let entropy = &*self.ports.entropy;
        let is_done = new.stage == Stage::Done;
        let token = if is_done {
            denizen_domain::entropy::session_token(entropy)
        } else {
            denizen_domain::entropy::state_token(entropy)
        };
        let details = Details {
            relay_state: new.relay_state.clone(),
            wishes: new.wishes,
            ..Details::begin(new.stage, new.evidence, at)
        };
        let transaction = Transaction::begin(token.digest(), user.id.clone(), details, at);
        changes
            .writes
            .push(Write::Session(SessionWrite::Open(Box::new(transaction.clone()))));
        let user = Box::new(user.clone());
        let progress = if is_done {
            Progress::SignedIn {
                token,
                expires: transaction.expires,
                user,
            }
        } else {
            Progress::Pending {
                token,
                transaction: Box::new(transaction),
                user,
                shown: new.shown,
            }
        };
        Conversation {
            progress,
            relay_state: new.relay_state,
        }
    }
}
