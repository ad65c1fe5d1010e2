//! What each thread has of its own: one pipelined connection for single rows, and its part of the pool.
//!
//! A connection is moved by the runtime that made it, and dies with it. Since no thread lends its connections to another, none
//! waits for another's runtime, or loses a commit when that one stops.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use denizen_domain::ports::StoreError;
use diesel::query_builder::{AsQuery, QueryFragment, QueryId};
use diesel::result::{DatabaseErrorKind, Error, QueryResult};
use diesel_async::{AsyncConnectionCore, AsyncPgConnection, SimpleAsyncConnection};
use tokio::sync::OnceCell;

use super::connect::{Connector, Wire};
use super::link::Links;
use super::{Backend, stopped};

struct Own {
    connector: Weak<Connector>,
    wire: Arc<OnceCell<Wire>>,
    links: Links,
}

thread_local! {
    static OWN: RefCell<Vec<Own>> = const { RefCell::new(Vec::new()) };
}

/// This thread's connection for single rows, made if there is none that lives.
pub(super) async fn open(connector: &Arc<Connector>) -> Result<Lane, StoreError> {
    let wire = with_own(connector, |own| {
        if own.wire.get().is_some_and(|wire| !wire.is_alive()) {
            own.wire = Arc::default();
        }
        Arc::clone(&own.wire)
    })?;
    wire.get_or_try_init(|| connector.connect()).await.map_err(stopped)?;
    Ok(Lane(wire))
}

/// This thread's part of the pool.
pub(super) fn links(connector: &Arc<Connector>) -> Result<Links, StoreError> {
    with_own(connector, |own| own.links.clone())
}

fn with_own<T>(connector: &Arc<Connector>, use_it: impl FnOnce(&mut Own) -> T) -> Result<T, StoreError> {
    OWN.with_borrow_mut(|owned| {
        let is_ours = |own: &Own| std::ptr::eq(own.connector.as_ptr(), Arc::as_ptr(connector));
        if let Some(own) = owned.iter_mut().find(|own| is_ours(own)) {
            return Ok(use_it(own));
        }
        owned.retain(|own| own.connector.strong_count() > 0);
        let mut own = Own {
            connector: Arc::downgrade(connector),
            wire: Arc::default(),
            links: Links::new(connector).map_err(stopped)?,
        };
        let result = use_it(&mut own);
        owned.push(own);
        Ok(result)
    })
}

/// Whether a statement failed with its connection.
pub(super) fn is_lost(error: &Error) -> bool {
    use DatabaseErrorKind::{ClosedConnection, UnableToSendCommand};
    match error {
        Error::DatabaseError(ClosedConnection | UnableToSendCommand, _) => true,
        // What a server says last; diesel does not pass its code on.
        Error::DatabaseError(_, about) => about.message().starts_with("terminating connection"),
        _ => false,
    }
}

/// A share in a connection: each holder sends its statements without waiting for those of the others.
pub(super) struct Lane(Arc<OnceCell<Wire>>);

impl Lane {
    /// Lets nobody use the connection any more.
    pub(super) fn give_up(&self) {
        self.wire().give_up();
    }

    fn wire(&self) -> &Wire {
        self.0.get().expect("a lane is made of a cell that is filled")
    }
}

type Shared<'a> = &'a AsyncPgConnection;

impl SimpleAsyncConnection for Lane {
    async fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        let mut conn: Shared<'_> = self.wire();
        conn.batch_execute(query).await
    }
}

impl AsyncConnectionCore for Lane {
    type LoadFuture<'conn, 'query> = <Shared<'conn> as AsyncConnectionCore>::LoadFuture<'conn, 'query>;
    type ExecuteFuture<'conn, 'query> = <Shared<'conn> as AsyncConnectionCore>::ExecuteFuture<'conn, 'query>;
    type Stream<'conn, 'query> = <Shared<'conn> as AsyncConnectionCore>::Stream<'conn, 'query>;
    type Row<'conn, 'query> = <Shared<'conn> as AsyncConnectionCore>::Row<'conn, 'query>;
    type Backend = Backend;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> Self::LoadFuture<'conn, 'query>
    where
        T: AsQuery + 'query,
        T::Query: QueryFragment<Backend> + QueryId + 'query,
    {
        let mut conn: Shared<'conn> = self.wire();
        conn.load(source)
    }

    fn execute_returning_count<'conn, 'query, T>(&'conn mut self, source: T) -> Self::ExecuteFuture<'conn, 'query>
    where
        T: QueryFragment<Backend> + QueryId + 'query,
    {
        let mut conn: Shared<'conn> = self.wire();
        conn.execute_returning_count(source)
    }
}
