//! A thread's pool of connections for lists and writes.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Weak};

use deadpool::Runtime;
use deadpool::managed::{Manager, Metrics, Object, Pool, PoolError, RecycleError, RecycleResult};
use denizen_domain::ports::StoreError;
use diesel_async::AsyncPgConnection;

use super::connect::{Connector, Wire};
use super::stopped;
use crate::open::OpenError;

/// Makes the pool's connections, and lets none be used again that has died.
struct Maker(Weak<Connector>);

impl Manager for Maker {
    type Type = Wire;
    type Error = OpenError;

    async fn create(&self) -> Result<Wire, OpenError> {
        let closed = || OpenError::Database("the store is closed".to_owned());
        self.0.upgrade().ok_or_else(closed)?.connect().await
    }

    async fn recycle(&self, wire: &mut Wire, _: &Metrics) -> RecycleResult<OpenError> {
        if wire.is_alive() {
            Ok(())
        } else {
            Err(RecycleError::message("the connection is lost"))
        }
    }
}

/// The pool.
#[derive(Clone)]
pub(super) struct Links(Pool<Maker>);

impl Links {
    pub(super) fn new(connector: &Arc<Connector>) -> Result<Self, OpenError> {
        // The pool lives in what the thread has of its own, which goes when the connector has gone.
        Pool::builder(Maker(Arc::downgrade(connector)))
            .max_size(connector.links_of_each_thread())
            .wait_timeout(Some(connector.wait_limit()))
            .runtime(Runtime::Tokio1)
            .build()
            .map(Self)
            .map_err(|error| OpenError::Database(error.to_string()))
    }

    /// A connection for one transaction.
    pub(super) async fn take(&self) -> Result<Link, StoreError> {
        let object = self.0.get().await.map_err(|error| match error {
            PoolError::Timeout(_) => StoreError::Busy,
            PoolError::Backend(error) => stopped(error),
            error => stopped(error),
        })?;
        Ok(Link {
            object: Some(object),
            is_in_transaction: false,
        })
    }
}

/// A connection of the pool. One that is dropped inside a transaction is closed, which rolls it back.
pub(super) struct Link {
    object: Option<Object<Maker>>,
    is_in_transaction: bool,
}

impl Link {
    pub(super) fn enter_transaction(&mut self) {
        self.is_in_transaction = true;
    }

    pub(super) fn leave_transaction(&mut self) {
        self.is_in_transaction = false;
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(object) = self.object.take()
            && self.is_in_transaction
        {
            drop(Object::take(object));
        }
    }
}

impl Deref for Link {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        self.object.as_deref().expect("only the drop takes it")
    }
}

impl DerefMut for Link {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        self.object.as_deref_mut().expect("only the drop takes it")
    }
}
