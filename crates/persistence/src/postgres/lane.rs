//! One pipelined connection for each thread that reads single rows: a read waits for no other, and no thread for another.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use denizen_domain::ports::StoreError;
use diesel::query_builder::{AsQuery, QueryFragment, QueryId};
use diesel::result::{DatabaseErrorKind, Error, QueryResult};
use diesel_async::{AsyncConnectionCore, AsyncPgConnection, SimpleAsyncConnection};
use tokio::sync::OnceCell;

use super::connect::{Connector, Wire};
use super::{Backend, stopped};

thread_local! {
    static LANES: RefCell<Vec<(Weak<Connector>, Arc<OnceCell<Wire>>)>> = const { RefCell::new(Vec::new()) };
}

/// This thread's connection, made if there is none that lives.
pub(super) async fn open(connector: &Arc<Connector>) -> Result<Lane, StoreError> {
    let cell = cell(connector);
    cell.get_or_try_init(|| connector.connect()).await.map_err(stopped)?;
    Ok(Lane(cell))
}

fn cell(connector: &Arc<Connector>) -> Arc<OnceCell<Wire>> {
    LANES.with_borrow_mut(|lanes| {
        let is_ours = |known: &Weak<Connector>| std::ptr::eq(known.as_ptr(), Arc::as_ptr(connector));
        let found = lanes.iter().find(|(known, _)| is_ours(known));
        if let Some((_, cell)) = found
            && cell.get().is_none_or(Wire::is_alive)
        {
            return Arc::clone(cell);
        }
        lanes.retain(|(known, _)| known.strong_count() > 0 && !is_ours(known));
        let cell = Arc::default();
        lanes.push((Arc::downgrade(connector), Arc::clone(&cell)));
        cell
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
